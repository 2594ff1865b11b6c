/* What is printed is a file that gives the same settings, and explains each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
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

static struct agent_settings load(const char *text)
{
    const struct config_in in = { .path = "agent.yaml", .text = text };
    struct agent_settings s;
    struct error err;
    if (!config_load(&arena, &in, &s, &err))
        fail_msg("%s", err.msg);
    return s;
}

static void check_round_trip(const struct agent_settings *s)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    config_print(&b, s);
    struct agent_settings back = load(buf_str(&b));
    for (size_t i = 0; i < settings_n; i++) {
        cJSON *x CLEANUP(json_done) = setting_get_json(&settings_table[i], s);
        cJSON *y CLEANUP(json_done) = setting_get_json(&settings_table[i], &back);
        if (!cJSON_Compare(x, y, true))
            fail_msg("%s is another after printing", settings_table[i].path);
    }
}

static void test_defaults_survive_printing(void **state)
{
    (void)state;
    struct agent_settings s = load("");
    check_round_trip(&s);
}

/* Each row has a value that is not its default, texts some that YAML would take for others. */
static void test_every_setting_survives_printing(void **state)
{
    static const char *const texts[] = { "yes",  "1",   "# x",         "a: b",
                                         "null", "- x", "it's \"so\"", "\xc3\xa4 \xe8\xb4\x9f" };
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct agent_settings s = load("");
        struct error err;
        for (size_t j = 0; j < settings_n; j++) {
            const struct setting *row = &settings_table[j];
            char number[24];
            (void)snprintf(number, sizeof number, "%lld%s", (long long)row->max,
                           row->kind == SETTING_TIME ? "ms" : "");
            const char *text = row->kind == SETTING_CHOICE ? row->names[row->n_names - 1]
                               : row->kind == SETTING_BOOL ? "true"
                               : row->max                  ? number
                                                           : texts[i];
            if (!row->check)
                assert_true(setting_set_text(&arena, row, &s, text, &err));
        }
        assert_true(setting_push(&arena, setting_find("manifests"), &s, "a, b", &err));
        check_round_trip(&s);
    }
}

static void test_row_says_meaning_range_default_and_origin(void **state)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    (void)state;
    struct agent_settings s = load("manifests: [web.yaml]\nbatch: {rules: 7}\n");
    config_print(&b, &s);
    assert_non_null(strstr(buf_str(&b), "\nbatch:\n"
                                        "  # Rules in one call, at most.\n"
                                        "  # a whole number from 1 to 100; default 100\n"
                                        "  rules: 7 # from the file\n"
                                        "\n"
                                        "  # Servers in one call, at most.\n"
                                        "  # a whole number from 1 to 200; default 200\n"
                                        "  servers: 200 # default\n"));
    assert_non_null(strstr(buf_str(&b), "; takes a restart\n"
                                        "manifests: # from the file\n"
                                        "  - web.yaml\n"));
    assert_non_null(strstr(buf_str(&b), "\nregion: null # default\n"));
}

static void test_origins_are_told_apart(void **state)
{
    static const struct setting_flag flags[] = { { "region", "x", NULL } };
    const struct config_in in = { .flags = flags, .n_flags = 1 };
    struct buf b CLEANUP(buf_done) = { 0 };
    struct agent_settings s;
    struct error err;
    (void)state;
    assert_true(config_load(&arena, &in, &s, &err));
    s.origins[setting_find("state") - settings_table] = SETTING_ENVIRONMENT;
    config_print(&b, &s);
    assert_non_null(strstr(buf_str(&b), "\nregion: x # from a flag\n"));
    assert_non_null(strstr(buf_str(&b), "\nstate: null # from the environment\n"));
}

static void test_lines_are_short(void **state)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    (void)state;
    struct agent_settings s = load("");
    config_print(&b, &s);
    for (const char *line = buf_str(&b); *line; line += strcspn(line, "\n") + 1)
        if (strcspn(line, "\n") > 100)
            fail_msg("%.100s...", line);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_teardown(f, forget)
    const struct CMUnitTest tests[] = {
        TEST(test_defaults_survive_printing),
        TEST(test_every_setting_survives_printing),
        TEST(test_row_says_meaning_range_default_and_origin),
        TEST(test_origins_are_told_apart),
        TEST(test_lines_are_short),
    };
    return cmocka_run_group_tests_name("config/print", tests, NULL, NULL);
}
