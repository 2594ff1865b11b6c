#!/usr/bin/env bash
# library.sh - libalb-agent as other programs meet it: installed, found by pkg-config, linked,
# and used against the mock.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-mock
build=$(cd "$bin/.." && pwd)
[ -f "$build/src/alb/library/libalb-agent.so.0" ] || skip_all "the library is not built"
nm -D "$build/src/alb/library/libalb-agent.so.0" | grep -q __asan_ &&
    skip_all "a sanitized library needs sanitized programs"
check "the library installs by itself" quietly cmake --install "$build" --component library --prefix "$work/usr"
pc=$(find "$work/usr" -name alb-agent.pc | head -n 1)
check "with a pkg-config file" [ -n "$pc" ]
# The prefix was given at install time, so the file is told where it is.
config() { PKG_CONFIG_PATH=$(dirname "$pc") pkg-config --define-variable=prefix="$work/usr" "$@" alb-agent; }
cat >"$work/program.c" <<'C'
#include <alb-agent/alb_open.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    struct alb_config config = { .region = "cn-hangzhou", .env = getenv };
    struct alb *alb;
    struct error err;
    cJSON *reply;
    if (argc > 1)
        config.endpoint = argv[1];
    signal(SIGPIPE, SIG_IGN);
    if (!alb_open(&alb, &config, &err) || !alb_call_all(alb, "DescribeZones", NULL, &reply, &err)) {
        fprintf(stderr, "%s\n", err.msg);
        return 1;
    }
    printf("%d\n", cJSON_GetArraySize(cJSON_GetObjectItem(reply, "Zones")));
    cJSON_Delete(reply);
    alb_free(alb);
    return 0;
}
C
compiles() { # shellcheck disable=SC2046
    cc -std=c17 -Wall -Wextra -Werror -o "$work/program" "$work/program.c" $(config --cflags --libs)
}
check "a program compiles with what it says" compiles
library=$(find "$work/usr" -name 'libalb-agent.so.0' | head -n 1)
mock_start
zones() {
    local n
    n=$(LD_LIBRARY_PATH=$(dirname "$library") "$work/program" "$mock_url") && [ "$n" -ge 2 ]
}
check "and lists the zones of a region" zones
foreign() { nm -D --defined-only "$library" | awk '$2 != "A" { print $3 }' | grep -v '^alb_'; }
check "nothing but alb_* is exported" equal "$(foreign)" ''
check "what is not promised is not" equal "$(nm -D --defined-only "$library" | grep -c alb_parameters)" 0
finish
