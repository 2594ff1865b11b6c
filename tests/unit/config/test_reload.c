/* What a running agent makes of a file that changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "src/config/config_priv.h"

static struct agent_settings load(struct arena *a, const char *text)
{
    const struct config_in in = { .path = "agent.yaml", .text = text };
    struct agent_settings s;
    struct error err;
    if (!config_load(a, &in, &s, &err))
        fail_msg("%s", err.msg);
    return s;
}

static void check_change(const struct setting_change *c, const char *path, const char *before,
                         const char *after)
{
    assert_string_equal(c->path, path);
    assert_string_equal(c->before, before);
    assert_string_equal(c->after, after);
}

static void test_same_settings_are_no_change(void **state)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct agent_settings one = load(&a, "region: x\nmanifests: [a, b]\n"), out;
    struct agent_settings two = load(&a, "manifests: [a, b]\nregion: x\nlist-lag: 1m\n");
    setting_changes changes;
    (void)state;
    settings_reload(&a, &one, &two, &out, &changes);
    assert_int_equal(changes.len, 0);
}

static void test_changes_come_with_both_values_in_order_of_the_table(void **state)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct agent_settings one = load(&a, "region: x\n"), out;
    struct agent_settings two =
        load(&a, "log: {level: debug}\nmanifests: [a, 'b,c']\nallow-destroy: true\n"
                 "lanes: {server-group: {resync: 90s}}\n");
    setting_changes changes;
    (void)state;
    settings_reload(&a, &one, &two, &out, &changes);
    assert_int_equal(changes.len, 5);
    check_change(&changes.items[0], "region", "x", "null");
    check_change(&changes.items[1], "manifests", "[]", "[\"a\",\"b,c\"]");
    check_change(&changes.items[2], "allow-destroy", "false", "true");
    check_change(&changes.items[3], "lanes.server-group.resync", "10m", "90s");
    check_change(&changes.items[4], "log.level", "info", "debug");
    assert_true(changes.items[0].restart);
    assert_false(changes.items[4].restart);
}

static void test_what_takes_a_restart_stays_and_the_rest_counts(void **state)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct agent_settings s = load(&a, "region: x\nbudgets: {reads-per-second: 5}\n");
    struct agent_settings two = load(&a, "region: y\nbudgets: {reads-per-second: 6}\n");
    setting_changes changes;
    (void)state;
    settings_reload(&a, &s, &two, &s, &changes);
    assert_string_equal(s.region, "x");
    assert_int_equal(s.budgets.reads_per_second, 6);
    /* Said again at the next reload, until the agent starts again. */
    settings_reload(&a, &s, &two, &s, &changes);
    assert_int_equal(changes.len, 1);
    check_change(&changes.items[0], "region", "x", "y");
}

static void test_text_null_is_not_nothing(void **state)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct agent_settings one = load(&a, ""), two = load(&a, "vpc-id: 'null'\n"), out;
    setting_changes changes;
    (void)state;
    settings_reload(&a, &one, &two, &out, &changes);
    assert_int_equal(changes.len, 1);
}

static void test_result_lives_in_its_own_arena(void **state)
{
    struct arena first = { 0 }, second = { 0 }, a CLEANUP(arena_done) = { 0 };
    struct agent_settings one = load(&first, "region: x\nmanifests: [m]\n"), out;
    struct agent_settings two = load(&second, "region: y\nmanifests: [m]\nlog: {level: debug}\n");
    setting_changes changes;
    (void)state;
    settings_reload(&a, &one, &two, &out, &changes);
    arena_wipe(&first);
    arena_wipe(&second);
    assert_string_equal(out.region, "x");
    assert_string_equal(out.manifests.items[0], "m");
    assert_string_equal(out.log.level, "debug");
    assert_int_equal(changes.len, 2);
    check_change(&changes.items[1], "log.level", "info", "debug");
    assert_int_equal(out.origins[setting_find("log.level") - settings_table], SETTING_FILE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_settings_are_no_change),
        cmocka_unit_test(test_changes_come_with_both_values_in_order_of_the_table),
        cmocka_unit_test(test_what_takes_a_restart_stays_and_the_rest_counts),
        cmocka_unit_test(test_text_null_is_not_nothing),
        cmocka_unit_test(test_result_lives_in_its_own_arena),
    };
    return cmocka_run_group_tests_name("config/reload", tests, NULL, NULL);
}
