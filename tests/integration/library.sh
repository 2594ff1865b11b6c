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
    struct arena a = { 0 };
    struct alb_zone_list zones;
    alb_describe_zones_read(&a, reply, &zones);
    if (zones.items.len && zones.items.items[0].id)
        printf("%zu\n", zones.items.len);
    const struct alb_load_balancer_query query = { .status = "CreateFailed" };
    alb_params params = alb_list_load_balancers_params(&a, &query);
    cJSON *none;
    struct alb_load_balancer_list failed;
    if (alb_call(alb, "ListLoadBalancers", &params, &none, &err)) {
        alb_list_load_balancers_read(&a, none, &failed);
        printf("%zu failed of %d\n", failed.items.len, (int)failed.page.total_count.val);
    }
    cJSON_Delete(none);
    alb_arena_done(&a);
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
    n=$(LD_LIBRARY_PATH=$(dirname "$library") "$work/program" "$mock_url") &&
        [ "${n%%$'\n'*}" -ge 2 ] && [ "${n#*$'\n'}" = "0 failed of 0" ]
}
check "and lists the zones of a region, and no load balancer, as structs" zones
foreign() { nm -D --defined-only "$library" | awk '$2 != "A" { print $3 }' | grep -v '^alb_'; }
check "nothing but alb_* is exported" equal "$(foreign)" ''
# What is declared after the preprocessor, by name; what is exported, by nm.
declared() {
    # shellcheck disable=SC2046
    printf '#include <alb-agent/alb_open.h>\n' | cc -std=c17 -E -P $(config --cflags) - |
        tr '\n;' ' \n' | grep -oE '\balb_[a-z0-9_]+ *\(struct|\balb_[a-z0-9_]+ *\((const|void|enum|size_t|char|int64_t|uint64_t)' |
        grep -oE '^alb_[a-z0-9_]+' | sort -u
}
exported() { nm -D --defined-only "$library" | awk '$2 != "A" { print $3 }' | sort -u; }
check "what the headers declare is exported, and nothing else" equal "$(exported)" "$(declared)"
finish
