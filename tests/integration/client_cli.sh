#!/usr/bin/env bash
# client_cli.sh - the aliyun CLI against alb-mock (clients/cli/life.sh), where it is installed: no
# registry that tests may use has it.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-mock
command -v aliyun >/dev/null || skip_all "the aliyun CLI is not installed"
# shellcheck source=clients/cli/life.sh
. "$top/tests/integration/clients/cli/life.sh"

mock_start --pending-ms 20
check "the aliyun CLI creates, reads and deletes" quietly life
check "the mock ends cleanly" mock_stop
finish
