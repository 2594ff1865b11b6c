/* test_report.c - the first divergence, told to programs and to people. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "play.h"

static void test_without_a_divergence_there_are_only_counts(void **state)
{
    (void)state;
    struct play p CLEANUP(play_done) = { .replay = NULL };
    struct buf b CLEANUP(buf_done) = { 0 };
    play_begin(&p,
               JOIN(&p.arena, line(&p.arena, "ListAcls", "{}", "{}"),
                    line(&p.arena, "ListRules", "{}", "{}")),
               REPLAY_KEY);
    (void)play(&p, "ListAcls", "");
    (void)play(&p, "ListAcls", "");
    replay_end(p.replay);
    assert_string_equal(
        report(&p), "{\"alb-mock-replay\":1,\"match\":\"key\",\"recorded\":2,\"calls\":2,"
                    "\"answered\":2,\"repeated\":1,\"inexact\":0,\"unused\":1,\"truncated\":false,"
                    "\"diverged\":false}");
    replay_explain(p.replay, &b);
    assert_string_equal(buf_str(&b), "");
}

static void test_both_calls_stand_side_by_side(void **state)
{
    (void)state;
    struct play p CLEANUP(play_done) = { .replay = NULL };
    struct buf b CLEANUP(buf_done) = { 0 };
    play_begin(&p, line(&p.arena, "CreateAcl", "{'AclName':'x','Old':'1','Same':'s'}", "{}"),
               REPLAY_STRICT);
    (void)play(&p, "CreateAcl", "AclName=y&New=2&Same=s");
    const char *json = report(&p);
    assert_non_null(strstr(
        json,
        "\"divergence\":{\"kind\":\"different\",\"call\":1,\"recorded\":{\"product\":\"alb\","
        "\"region\":\"cn-hangzhou\",\"action\":\"CreateAcl\",\"params\":{\"AclName\":\"x\","
        "\"Old\":\"1\",\"Same\":\"s\"},\"seq\":1},\"actual\":{\"product\":\"alb\",\"region\":"
        "\"cn-hangzhou\",\"action\":\"CreateAcl\",\"params\":{\"AclName\":\"y\",\"New\":\"2\","
        "\"Same\":\"s\"}},\"fields\":["
        "{\"field\":\"AclName\",\"recorded\":\"x\",\"actual\":\"y\"},"
        "{\"field\":\"New\",\"recorded\":null,\"actual\":\"2\"},"
        "{\"field\":\"Old\",\"recorded\":\"1\",\"actual\":null}]}"));
    replay_explain(p.replay, &b);
    assert_non_null(
        strstr(buf_str(&b), "after 1 calls the first divergence (different, strict match)"));
    assert_non_null(strstr(buf_str(&b), "\n* AclName  "));
    assert_non_null(strstr(buf_str(&b), "\n  Same  "));
}

static void test_what_never_came_has_only_one_side(void **state)
{
    (void)state;
    struct play p CLEANUP(play_done) = { .replay = NULL };
    struct buf b CLEANUP(buf_done) = { 0 };
    play_begin(&p, line(&p.arena, "DeleteAcl", "{'AclId':'acl-1'}", "{}"), REPLAY_KEY);
    replay_end(p.replay);
    cJSON *json CLEANUP(json_done) = cJSON_Parse(report(&p));
    const cJSON *d = json_get(json, "divergence");
    assert_string_equal(json_str(d, "kind"), "missing");
    assert_string_equal(json_str(json_get(d, "recorded"), "action"), "DeleteAcl");
    assert_null(json_get(d, "actual"));
    replay_explain(p.replay, &b);
    assert_non_null(strstr(buf_str(&b), "never came"));
}

static void test_what_was_not_recorded_has_only_the_other_side(void **state)
{
    (void)state;
    struct play p CLEANUP(play_done) = { .replay = NULL };
    play_begin(&p, line(&p.arena, "ListAcls", "{}", "{}"), REPLAY_FUZZY);
    (void)play(&p, "DeleteAcl", "AclId=acl-1");
    cJSON *json CLEANUP(json_done) = cJSON_Parse(report(&p));
    const cJSON *d = json_get(json, "divergence");
    assert_string_equal(json_str(d, "kind"), "unexpected");
    assert_null(json_get(d, "recorded"));
    assert_string_equal(json_str(json_get(d, "actual"), "action"), "DeleteAcl");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_a_divergence_there_are_only_counts),
        cmocka_unit_test(test_both_calls_stand_side_by_side),
        cmocka_unit_test(test_what_never_came_has_only_one_side),
        cmocka_unit_test(test_what_was_not_recorded_has_only_the_other_side),
    };
    return cmocka_run_group_tests_name("mock_record/report", tests, NULL, NULL);
}
