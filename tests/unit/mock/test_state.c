/* test_state.c - the state of all products together: taken out, put in, forked, in files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alb-agent/json.h"
#include "mock-server/state.h"

static struct mock *start(const char *file)
{
    struct error err = { 0 };
    struct mock *m;
    const struct mock_config config = { .state = file, .seed = 7, .pending_ms = 500 };
    if (!mock_open(&m, &config, &err))
        fail_msg("%s", err.msg);
    return m;
}

/* An action of a product with the flat parameters "A=1&B=2"; its reply as text. */
static const char *act(struct mock *m, struct arena *a, const char *product, const char *action,
                       const char *params)
{
    struct front_deed deed = { .product = product, .action = action };
    struct cloud_reply reply = { 0 };
    struct error err = { 0 };
    assert_true(params_parse(a, &deed.params, params, strlen(params), &err));
    front_do(mock_front(m), a, &deed, &reply);
    const char *text = reply.code ? reply.code : json_canonical(a, reply.body);
    json_done(&reply.body);
    return text;
}

/* Something of every product; the last is what they drew. */
static const char *live(struct mock *m, struct arena *a, const char *name)
{
    (void)act(m, a, "alb", "CreateServerGroup",
              arena_fmt(a,
                        "ServerGroupName=%s&VpcId=vpc-1&HealthCheckConfig.HealthCheckEnabled=false",
                        name));
    (void)act(m, a, "sts", "AssumeRole",
              arena_fmt(a, "RoleArn=acs:ram::1:role/r&RoleSessionName=%s", name));
    return act(m, a, "resourcemanager", "CreateResourceGroup",
               arena_fmt(a, "Name=%s&DisplayName=%s", name, name));
}

static cJSON *export(struct mock *m)
{
    struct error err = { 0 };
    cJSON *state = NULL;
    if (!mock_export(m, &state, &err))
        fail_msg("%s", err.msg);
    return state;
}

static void test_a_fork_goes_on_as_its_origin_would(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err = { 0 };
    struct mock *m = start(NULL), *fork = NULL;
    const struct mock_config config = { .seed = 99, .pending_ms = 500 };
    (void)live(m, &a, "one");
    mock_advance(m, 200);
    assert_true(mock_fork(m, &config, &fork, &err));
    assert_int_equal(mock_now_ms(fork), mock_now_ms(m));
    assert_string_equal(live(m, &a, "two"), live(fork, &a, "two"));
    mock_advance(m, 1000);
    mock_advance(fork, 1000);
    cJSON *x CLEANUP(json_done) = export(m), *y CLEANUP(json_done) = export(fork);
    assert_string_equal(json_canonical(&a, x), json_canonical(&a, y));
    /* From here on they are two. */
    (void)live(fork, &a, "three");
    cJSON *z CLEANUP(json_done) = export(m);
    assert_string_equal(json_canonical(&a, x), json_canonical(&a, z));
    mock_close(fork);
    mock_close(m);
}

static void test_differences_of_every_product_are_told(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct mock *m = start(NULL);
    (void)live(m, &a, "one");
    cJSON *x CLEANUP(json_done) = export(m);
    cJSON *none CLEANUP(json_done) = mock_diff(x, x);
    assert_null(none->child);
    (void)live(m, &a, "two");
    cJSON *y CLEANUP(json_done) = export(m);
    cJSON *diff CLEANUP(json_done) = mock_diff(x, y);
    static const char *const tables[] = { "resource", "Sessions", "ResourceGroups" };
    assert_int_equal(cJSON_GetArraySize(diff), 3);
    for (size_t i = 0; i < COUNT(tables); i++) {
        const cJSON *d = cJSON_GetArrayItem(diff, (int)i);
        assert_string_equal(json_str(d, "Table"), tables[i]);
        assert_string_equal(json_str(d, "Change"), "added");
    }
    mock_close(m);
}

static void test_a_state_that_is_wrong_in_part_changes_nothing(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    static const char *const bad[] = { "[]", "{\"Sessions\":{\"a\":{}}}",
                                       "{\"Certificates\":[1]}" };
    struct mock *m = start(NULL);
    (void)live(m, &a, "one");
    cJSON *before CLEANUP(json_done) = export(m);
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct error err = { 0 };
        struct mock *other = start(NULL);
        cJSON *wrong CLEANUP(json_done) = export(other);
        cJSON_ReplaceItemInObjectCaseSensitive(wrong, "companion", cJSON_Parse(bad[i]));
        assert_false(mock_import(m, wrong, &err));
        cJSON *after CLEANUP(json_done) = export(m);
        assert_string_equal(json_canonical(&a, before), json_canonical(&a, after));
        mock_close(other);
    }
    mock_close(m);
}

static const char *temp_name(struct arena *a)
{
    char *path = arena_strdup(a, "/tmp/mock-state-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0);
    (void)unlink(path);
    return path;
}

static void gone(struct arena *a, const char *path)
{
    (void)unlink(path);
    (void)unlink(arena_fmt(a, "%s-wal", path));
    (void)unlink(arena_fmt(a, "%s.companion", path));
}

static void test_files_hold_states_in_two_forms(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err = { 0 };
    const char *first = temp_name(&a), *second = temp_name(&a), *json = temp_name(&a);
    struct mock *m = start(first);
    (void)live(m, &a, "one");
    cJSON *whole CLEANUP(json_done) = export(m);
    mock_close(m);
    cJSON *read CLEANUP(json_done) = NULL, *again CLEANUP(json_done) = NULL,
                *text CLEANUP(json_done) = NULL;
    if (!state_file_read(first, &read, &err) || !state_file_write(second, read, &err)
        || !state_file_read(second, &again, &err))
        fail_msg("%s", err.msg);
    assert_string_equal(json_canonical(&a, read), json_canonical(&a, whole));
    assert_string_equal(json_canonical(&a, again), json_canonical(&a, whole));
    FILE *file = fopen(json, "w");
    assert_non_null(file);
    assert_true(fputs(json_canonical(&a, whole), file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_true(state_file_read(json, &text, &err));
    assert_string_equal(json_canonical(&a, text), json_canonical(&a, whole));
    gone(&a, first);
    gone(&a, second);
    gone(&a, json);
    cJSON *nothing = NULL;
    assert_false(state_file_read(json, &nothing, &err));
    assert_null(nothing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_fork_goes_on_as_its_origin_would),
        cmocka_unit_test(test_differences_of_every_product_are_told),
        cmocka_unit_test(test_a_state_that_is_wrong_in_part_changes_nothing),
        cmocka_unit_test(test_files_hold_states_in_two_forms),
    };
    return cmocka_run_group_tests_name("mock/state", tests, NULL, NULL);
}
