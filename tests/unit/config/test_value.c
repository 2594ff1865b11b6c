/* Expected values: times as config.h writes them, and the ends of ranges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "alb-agent/json.h"
#include "src/config/config_priv.h"

static struct arena arena;

static int forget(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static bool set(const char *path, struct agent_settings *s, const char *text, struct error *err)
{
    const struct setting *row = setting_find(path);
    assert_non_null(row);
    return setting_set_text(&arena, row, s, text, err);
}

static void test_times_have_a_unit(void **state)
{
    static const struct {
        const char *text;
        int64_t ms;
    } rows[] = {
        { "0", 0 },        { "0s", 0 },      { "0h", 0 },          { "1ms", 1 },
        { "999ms", 999 },  { "1s", 1000 },   { "90s", 90000 },     { "5m", 300000 },
        { "1h", 3600000 }, { "007s", 7000 }, { "3600s", 3600000 },
    };
    struct agent_settings s = { 0 };
    struct error err;
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (!set("list-lag", &s, rows[i].text, &err))
            fail_msg("%s: %s", rows[i].text, err.msg);
        assert_int_equal(s.list_lag_ms, rows[i].ms);
    }
}

static void test_other_texts_are_no_times(void **state)
{
    static const char *const texts[] = {
        "",
        "1",
        "s",
        "1 s",
        "1.5s",
        "-1s",
        "1S",
        "1sec",
        "1h30m",
        "+1s",
        "1d",
        "1s ",
        "9999999999999999s",
        "999999999999999h",
    };
    struct agent_settings s = { .list_lag_ms = 7 };
    struct error err;
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        if (set("list-lag", &s, texts[i], &err))
            fail_msg("'%s' was taken", texts[i]);
        assert_int_equal(err.kind, ERROR_INVALID);
        assert_int_equal(s.list_lag_ms, 7);
    }
}

static void test_ends_of_a_range_belong_to_it(void **state)
{
    struct agent_settings s = { 0 };
    struct error err;
    (void)state;
    assert_true(set("batch.rules", &s, "1", &err));
    assert_true(set("batch.rules", &s, "100", &err));
    assert_false(set("batch.rules", &s, "0", &err));
    assert_false(set("batch.rules", &s, "101", &err));
    assert_int_equal(s.batch.rules, 100);
    assert_true(set("read-max-age", &s, "1s", &err));
    assert_false(set("read-max-age", &s, "999ms", &err));
}

static void test_texts_are_bounded_and_without_controls(void **state)
{
    char longest[4098];
    struct agent_settings s = { 0 };
    struct error err;
    (void)state;
    memset(longest, 'x', sizeof longest);
    longest[4097] = '\0';
    assert_false(set("state", &s, longest, &err));
    longest[4096] = '\0';
    assert_true(set("state", &s, longest, &err));
    assert_false(set("state", &s, "a\nb", &err));
    assert_false(set("state", &s, "a\x7f", &err));
    assert_false(set("state", &s, "", &err));
    /* What is taken is a copy. */
    longest[0] = 'y';
    assert_int_equal(s.state[0], 'x');
}

static void test_lists_of_texts_are_split_at_commas(void **state)
{
    struct agent_settings s = { 0 };
    struct error err;
    (void)state;
    assert_true(set("manifests", &s, "a,b c,d", &err));
    assert_int_equal(s.manifests.len, 3);
    assert_string_equal(s.manifests.items[1], "b c");
    assert_false(set("manifests", &s, "a,,b", &err));
    assert_false(set("manifests", &s, "", &err));
}

static void test_lists_have_a_limit(void **state)
{
    const struct setting *row = setting_find("manifests");
    struct agent_settings s = { 0 };
    struct error err;
    (void)state;
    for (int i = 0; i < 1000; i++)
        assert_true(setting_push(&arena, row, &s, "x", &err));
    assert_false(setting_push(&arena, row, &s, "x", &err));
    assert_string_equal(err.msg, "has more than 1000 elements");
}

/* Every default is one that the row takes, and every value is written as it is read. */
static void test_values_are_written_as_they_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < settings_n; i++) {
        const struct setting *row = &settings_table[i];
        struct agent_settings s = { 0 }, back = { 0 };
        struct error err;
        if (!row->dflt)
            continue;
        if (!setting_set_text(&arena, row, &s, row->dflt, &err))
            fail_msg("default of %s: %s", row->path, err.msg);
        cJSON *json CLEANUP(json_done) = setting_get_json(row, &s);
        if (!setting_set_json(&arena, row, &back, json, &err))
            fail_msg("%s: %s", row->path, err.msg);
        cJSON *again CLEANUP(json_done) = setting_get_json(row, &back);
        assert_true(cJSON_Compare(json, again, true));
    }
}

static void check_shown(int64_t ms, const char *want)
{
    const struct setting *row = setting_find("list-lag");
    struct agent_settings s = { .list_lag_ms = ms };
    cJSON *json CLEANUP(json_done) = setting_get_json(row, &s);
    assert_string_equal(json->valuestring, want);
}

static void test_times_are_shown_in_the_largest_whole_unit(void **state)
{
    (void)state;
    check_shown(0, "0s");
    check_shown(1, "1ms");
    check_shown(1500, "1500ms");
    check_shown(60000, "1m");
    check_shown(90000, "90s");
    check_shown(7200000, "2h");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_teardown(f, forget)
    const struct CMUnitTest tests[] = {
        TEST(test_times_have_a_unit),
        TEST(test_other_texts_are_no_times),
        TEST(test_ends_of_a_range_belong_to_it),
        TEST(test_texts_are_bounded_and_without_controls),
        TEST(test_lists_of_texts_are_split_at_commas),
        TEST(test_lists_have_a_limit),
        TEST(test_values_are_written_as_they_are_read),
        TEST(test_times_are_shown_in_the_largest_whole_unit),
    };
    return cmocka_run_group_tests_name("config/value", tests, NULL, NULL);
}
