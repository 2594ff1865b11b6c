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
# What the server itself computes bounds any client: it is one thread.
server_ticks() { awk '{ print $14 + $15 }' "/proc/$mock_pid/stat"; }
before=$(server_ticks)
check "bench_http" "$benches/bench_http" "$mock_url"
served=$(calls | wc -l)
awk -v ticks=$(($(server_ticks) - before)) -v hz="$(getconf CLK_TCK)" -v n="$served" 'BEGIN {
    printf "%-44s %12.0f /s     %.1f us of CPU each: the most that one thread can serve\n",
        "the mock itself", n * hz / ticks, ticks * 1e6 / hz / n }'
finish
