/* What must be true of every row, and the checks of single ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "src/config/config_priv.h"

static void check_row(const struct setting *row)
{
    size_t n = strlen(row->meaning);
    if (!n || row->meaning[n - 1] != '.')
        fail_msg("%s: no sentence for its meaning", row->path);
    const char *letters = strncmp(row->path, "quota.", 6) != 0
                              ? "abcdefghijklmnopqrstuvwxyz.-"
                              : "abcdefghijklmnopqrstuvwxyz._"; /* the cloud's own names */
    if (row->path[strspn(row->path, letters)])
        fail_msg("%s: not a path in lower case", row->path);
    bool ranged = row->kind == SETTING_NUMBER || row->kind == SETTING_TIME;
    if (ranged != (row->max > row->min))
        fail_msg("%s: a range for numbers and times only", row->path);
    bool may_be_unset = row->kind == SETTING_TEXT || row->kind == SETTING_TEXTS;
    if (!may_be_unset && !row->dflt)
        fail_msg("%s: no default", row->path);
    if ((row->kind == SETTING_CHOICE) != (row->n_names > 0))
        fail_msg("%s: names for a choice only", row->path);
}

static void test_every_row_is_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < settings_n; i++)
        check_row(&settings_table[i]);
}

static void test_paths_and_variables_are_each_used_once(void **state)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    (void)state;
    for (size_t i = 0; i < settings_n; i++)
        for (size_t j = 0; j < i; j++) {
            const struct setting *x = &settings_table[i], *y = &settings_table[j];
            assert_string_not_equal(x->path, y->path);
            assert_string_not_equal(setting_env(&a, x), setting_env(&a, y));
            assert_true(x->off != y->off);
        }
}

/* A section that is opened twice would be a key that is found twice, in what is printed. */
static void test_rows_of_a_section_stand_together(void **state)
{
    (void)state;
    for (size_t i = 0; i < settings_n; i++) {
        const char *path = settings_table[i].path, *dot = strrchr(path, '.');
        size_t n = dot ? (size_t)(dot - path) + 1 : 0;
        bool left = false;
        for (size_t j = i + 1; n && j < settings_n; j++) {
            bool same = !strncmp(settings_table[j].path, path, n);
            if (left && same)
                fail_msg("%s stands apart from %s", settings_table[j].path, path);
            left = left || !same;
        }
    }
}

/* Each member has one row: the members are as wide as the rows say, and no bytes are left. */
static void test_rows_cover_the_struct(void **state)
{
    static const size_t sizes[] = {
        [SETTING_TEXT] = sizeof(const char *), [SETTING_TEXTS] = sizeof(setting_texts),
        [SETTING_NUMBER] = sizeof(int64_t),    [SETTING_TIME] = sizeof(int64_t),
        [SETTING_BOOL] = sizeof(bool),         [SETTING_CHOICE] = sizeof(enum drift_policy),
    };
    size_t end = offsetof(struct agent_settings, origins);
    unsigned char seen[offsetof(struct agent_settings, origins)] = { 0 };
    (void)state;
    for (size_t i = 0; i < settings_n; i++)
        memset(seen + settings_table[i].off, 1, sizes[settings_table[i].kind]);
    size_t gap = 0;
    for (size_t i = 0; i < end; i++) {
        gap = seen[i] ? 0 : gap + 1;
        if (gap >= sizeof(int64_t))
            fail_msg("no row for the member at %zu", i + 1 - gap);
    }
}

static void test_variables_are_the_path_in_capitals(void **state)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    (void)state;
    assert_string_equal(setting_env(&a, setting_find("lanes.server-group.first-retry")),
                        "ALB_AGENT_LANES_SERVER_GROUP_FIRST_RETRY");
    assert_string_equal(setting_env(&a, setting_find("ca-file")), "ALB_AGENT_CA_FILE");
}

/* What cannot change while the agent runs, and what people must be able to turn. */
static void test_identity_takes_a_restart_and_pace_does_not(void **state)
{
    static const char *const fixed[] = { "cluster-id", "state", "region", "endpoint" };
    static const char *const turned[] = { "log.level", "lanes.load-balancer.concurrent",
                                          "lanes.server-group.resync", "budgets.writes-per-minute",
                                          "drift.orphan" };
    (void)state;
    for (size_t i = 0; i < COUNT(fixed); i++)
        assert_true(setting_find(fixed[i])->restart);
    for (size_t i = 0; i < COUNT(turned); i++)
        assert_false(setting_find(turned[i])->restart);
}

struct check_row {
    bool (*check)(const char *text, struct error *err);
    const char *text;
    bool ok;
};

static void test_checks_take_what_the_rows_mean(void **state)
{
    static const struct check_row rows[] = {
        { check_cluster_id, "c1234", true },
        { check_cluster_id, "a/b", false },
        { check_cluster_id, ".hidden", false },
        { check_region, "cn-hangzhou", true },
        { check_region, "CN", false },
        { check_region, "a.b", false },
        { check_url, "https://alb.cn-hangzhou.aliyuncs.com", true },
        { check_url, "http://127.0.0.1:8080/", true },
        { check_url, "https://", false },
        { check_url, "alb.aliyuncs.com", false },
        { check_url, "https://me@host", false },
        { check_url, "https://host?x", false },
        { check_endpoint, "http://127.0.0.1:1", true },
        { check_endpoint, "alb=http://a,vpc=https://b", true },
        { check_endpoint, "http://a,alb=https://b", true },
        { check_endpoint, "alb=", false },
        { check_endpoint, "http://a,", false },
        { check_endpoint, "http://a,b", false },
        { check_log_level, "info,lane=debug", true },
        { check_log_level, "loud", false },
        { check_listen, "127.0.0.1:8080", true },
        { check_listen, "[::1]:8080", true },
        { check_listen, "localhost:0", true },
        { check_listen, ":8080", true },
        { check_listen, "8080", false },
        { check_listen, "127.0.0.1", false },
        { check_listen, "127.0.0.1:", false },
        { check_listen, "127.0.0.1:65536", false },
        { check_listen, "127.0.0.1:http", false },
        { check_listen, "::1:8080", false },
        { check_listen, "agent.example:8080", false }, /* who asks for that name, and when? */
        { check_listen, "http://127.0.0.1:8080", false },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct error err;
        if (rows[i].check(rows[i].text, &err) != rows[i].ok)
            fail_msg("row %zu: '%s'", i, rows[i].text);
    }
    char text[66];
    struct error err;
    memset(text, 'c', sizeof text);
    text[65] = '\0';
    assert_false(check_cluster_id(text, &err));
    text[64] = '\0';
    assert_true(check_cluster_id(text, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_row_is_whole),
        cmocka_unit_test(test_paths_and_variables_are_each_used_once),
        cmocka_unit_test(test_rows_of_a_section_stand_together),
        cmocka_unit_test(test_rows_cover_the_struct),
        cmocka_unit_test(test_variables_are_the_path_in_capitals),
        cmocka_unit_test(test_identity_takes_a_restart_and_pace_does_not),
        cmocka_unit_test(test_checks_take_what_the_rows_mean),
    };
    return cmocka_run_group_tests_name("config/table", tests, NULL, NULL);
}
