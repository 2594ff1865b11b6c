/* test_options.c - the command line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "mock-server/front/options.h"

/* Parses a NULL-terminated list. */
static bool parse(struct arena *a, const char *const *args, struct options *o, struct error *err)
{
    char *argv[32] = { 0 };
    int argc = 0;
    for (; args[argc]; argc++)
        argv[argc] = arena_strdup(a, args[argc]);
    return options_parse(a, argc, argv, o, err);
}

#define ARGS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void test_defaults_are_those_of_the_help(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err = { 0 };
    struct options o;
    assert_true(parse(&a, ARGS("serve", "--listen", "127.0.0.1:0"), &o, &err));
    assert_int_equal(o.verb, OPTIONS_SERVE);
    assert_string_equal(o.listen, "127.0.0.1:0");
    assert_null(o.state);
    assert_null(o.call_log);
    assert_int_equal(o.pending_ms, 200);
    assert_int_equal(o.seed, 1);
    assert_int_equal(o.keys.len, 1);
    assert_string_equal(o.keys.items[0].id, "testak");
    assert_string_equal(o.keys.items[0].secret, "testsecret");
}

static void test_every_flag_is_read_in_both_forms(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err = { 0 };
    struct options o;
    assert_true(parse(&a,
                      ARGS("serve", "--listen=[::1]:80", "--access-key", "a:b:c",
                           "--access-key=d:e", "--state", "s.db", "--pending-ms=0", "--seed", "42",
                           "--quota", "rules=40", "--quota=servers=off", "--neighbours", "n.yaml",
                           "--call-log=c.log", "--latency-ms", "10", "--latency", "CreateRules=20"),
                      &o, &err));
    assert_string_equal(o.listen, "[::1]:80");
    assert_int_equal(o.keys.len, 2);
    assert_string_equal(o.keys.items[0].secret, "b:c");
    assert_string_equal(o.keys.items[1].id, "d");
    assert_string_equal(o.state, "s.db");
    assert_int_equal(o.pending_ms, 0);
    assert_int_equal(o.seed, 42);
    assert_int_equal(o.quotas.len, 2);
    assert_string_equal(o.quotas.items[0].name, "rules");
    assert_int_equal(o.quotas.items[0].limit, 40);
    assert_int_equal(o.quotas.items[1].limit, -1);
    assert_string_equal(o.neighbours, "n.yaml");
    assert_string_equal(o.call_log, "c.log");
    assert_int_equal(o.latencies.len, 2);
    assert_null(o.latencies.items[0].action);
    assert_int_equal(o.latencies.items[0].ms, 10);
    assert_string_equal(o.latencies.items[1].action, "CreateRules");
    assert_int_equal(o.latencies.items[1].ms, 20);
}

static void test_keys_may_end_or_be_switched_off(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err = { 0 };
    struct options o;
    assert_true(parse(&a,
                      ARGS("serve", "--listen=h:1", "--disabled-key", "off:s", "--sts-token",
                           "STS.a:s:to:ken", "--sts-token=STS.b:s:tok:2025-01-01T12:00:00Z"),
                      &o, &err));
    assert_int_equal(o.keys.len, 3);
    assert_true(o.keys.items[0].disabled);
    assert_string_equal(o.keys.items[1].secret, "s");
    assert_string_equal(o.keys.items[1].token, "to:ken");
    assert_int_equal(o.keys.items[1].expires_ms, 0);
    assert_string_equal(o.keys.items[2].token, "tok");
    assert_int_equal(o.keys.items[2].expires_ms, 1735732800000);
}

static void test_faults_limits_clock_and_admin_are_read(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err = { 0 };
    struct options o;
    assert_true(parse(&a,
                      ARGS("serve", "--listen=h:1", "--clock", "virtual=2025-01-01T12:00:00Z",
                           "--flow", "on", "--flow=ListRules=1/1000", "--faults", "f.yaml",
                           "--fault", "{effect: reset}", "--admin=h:2"),
                      &o, &err));
    assert_true(o.virtual_clock);
    assert_int_equal(o.policies.len, 0);
    assert_int_equal(o.start_ms, 1735732800000);
    assert_int_equal(o.flow.len, 2);
    assert_string_equal(o.flow.items[1], "ListRules=1/1000");
    assert_string_equal(o.fault_file, "f.yaml");
    assert_string_equal(o.faults.items[0], "{effect: reset}");
    assert_string_equal(o.admin, "h:2");
    assert_true(parse(&a, ARGS("serve", "--listen=h:1", "--clock", "real"), &o, &err));
    assert_false(o.virtual_clock);
    assert_false(parse(&a, ARGS("serve", "--listen=h:1", "--clock", "virtual="), &o, &err));
    assert_false(parse(&a, ARGS("serve", "--listen=h:1", "--clock", "fast"), &o, &err));
}

static void test_commands_take_files_and_flags_in_any_order(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err = { 0 };
    struct options o;
    assert_true(parse(&a, ARGS("replay", "--match", "fuzzy", "c.jsonl", "--listen=h:1"), &o, &err));
    assert_int_equal(o.verb, OPTIONS_REPLAY);
    assert_string_equal(o.files[0], "c.jsonl");
    assert_string_equal(o.match, "fuzzy");
    assert_true(parse(&a, ARGS("diff", "x", "y"), &o, &err));
    assert_int_equal(o.verb, OPTIONS_DIFF);
    assert_string_equal(o.files[1], "y");
    assert_true(parse(&a, ARGS("import", "--state", "s.db", "x.json"), &o, &err));
    assert_int_equal(o.verb, OPTIONS_IMPORT);
    assert_true(parse(&a, ARGS("export", "--state=s.db"), &o, &err));
    assert_int_equal(o.verb, OPTIONS_EXPORT);
    assert_true(parse(&a, ARGS("coverage"), &o, &err));
    assert_int_equal(o.verb, OPTIONS_COVERAGE);
    assert_true(parse(&a,
                      ARGS("serve", "--listen=h:1", "--record=r.jsonl", "--console=c.yaml",
                           "--console-seed=3", "--console-every-ms=500", "--import=s.json"),
                      &o, &err));
    assert_string_equal(o.record, "r.jsonl");
    assert_string_equal(o.console, "c.yaml");
    assert_string_equal(o.import, "s.json");
    assert_int_equal(o.console_seed, 3);
    assert_int_equal(o.console_every_ms, 500);
}

static void test_mistakes_are_refused_with_the_flag_named(void **state)
{
    (void)state;
    static const struct {
        const char *args[5];
        const char *named;
    } cases[] = {
        { { NULL }, "serve" },
        { { "listen", NULL }, "serve" },
        { { "serve", NULL }, "--listen" },
        { { "serve", "--listen", NULL }, "--listen" },
        { { "serve", "--listen", "a:1", "extra", NULL }, "extra" },
        { { "serve", "--port=1", NULL }, "--port" },
        { { "serve", "--access-key", "noseparator", NULL }, "--access-key" },
        { { "serve", "--sts-token", "STS.a:s", NULL }, "--sts-token" },
        { { "serve", "--policy", "k=maybe:alb:*", NULL }, "--policy" },
        { { "serve", "--pending-ms", "-1", NULL }, "--pending-ms" },
        { { "serve", "--seed", "1e3", NULL }, "--seed" },
        { { "serve", "--listen=h:1", "--tls-key", "k.pem", NULL }, "--tls-cert" },
        { { "serve", "--quota", "rules", NULL }, "--quota" },
        { { "serve", "--quota=rules=many", NULL }, "--quota" },
        { { "serve", "--latency", "=3", NULL }, "--latency" },
        { { "replay", "--listen=h:1", NULL }, "needs 1 file" },
        { { "replay", "a.jsonl", NULL }, "--listen" },
        { { "export", NULL }, "--state" },
        { { "import", "--state=s", NULL }, "needs 1 file" },
        { { "diff", "a", NULL }, "needs 2 files" },
        { { "diff", "a", "b", "c", NULL }, "'c'" },
        { { "serve", "--console-every-ms", "x", "--listen=h:1", NULL }, "--console-every-ms" },
        { { "serve", "--latency-ms=9999999999999999", NULL }, "--latency-ms" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        struct error err = { 0 };
        struct options o;
        assert_false(parse(&a, cases[i].args, &o, &err));
        assert_int_equal(err.kind, ERROR_INVALID);
        assert_non_null(strstr(err.msg, cases[i].named));
    }
}

static void test_a_secret_is_not_repeated_in_a_message(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err = { 0 };
    struct options o;
    assert_false(parse(&a, ARGS("serve", "--access-key", "hushhush"), &o, &err));
    assert_null(strstr(err.msg, "hushhush"));
}

static void test_help_and_version_win(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err = { 0 };
    struct options o;
    assert_true(parse(&a, ARGS("serve", "--help", "--nonsense"), &o, &err));
    assert_int_equal(o.verb, OPTIONS_HELP);
    assert_true(parse(&a, ARGS("coverage"), &o, &err));
    assert_int_equal(o.verb, OPTIONS_COVERAGE);
    assert_true(parse(&a, ARGS("--version"), &o, &err));
    assert_int_equal(o.verb, OPTIONS_VERSION);
    assert_non_null(strstr(options_help(), "--pending-ms"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults_are_those_of_the_help),
        cmocka_unit_test(test_every_flag_is_read_in_both_forms),
        cmocka_unit_test(test_keys_may_end_or_be_switched_off),
        cmocka_unit_test(test_faults_limits_clock_and_admin_are_read),
        cmocka_unit_test(test_commands_take_files_and_flags_in_any_order),
        cmocka_unit_test(test_mistakes_are_refused_with_the_flag_named),
        cmocka_unit_test(test_a_secret_is_not_repeated_in_a_message),
        cmocka_unit_test(test_help_and_version_win),
    };
    return cmocka_run_group_tests_name("mock_front/options", tests, NULL, NULL);
}
