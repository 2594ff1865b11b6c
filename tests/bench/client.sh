#!/usr/bin/env bash
# client.sh - the client's figures: signing, decoding, and requests against the mock, each beside
# what the libraries below reach alone.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-mock
benches=$(cd "$bin/../bench" 2>/dev/null && pwd) || skip_all "the benchmarks are not built"
no_proxy='*' && export no_proxy
check "bench_sign" "$benches/bench_sign"
check "bench_decode" "$benches/bench_decode"
mock_start
check "bench_http" "$benches/bench_http" "$mock_url"
finish
