/* test_replay.c - a recording answers, until the calls differ from it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "play.h"

static void test_replies_are_those_of_the_recording(void **state)
{
    (void)state;
    struct play p CLEANUP(play_done) = { .replay = NULL };
    play_begin(
        &p,
        "{\"product\":\"alb\",\"region\":\"cn-hangzhou\",\"action\":\"ListAcls\",\"status\":503,"
        "\"type\":\"text/xml\",\"headers\":{\"x-acs-retry-after\":\"9\"},\"text\":\"<a/>\","
        "\"ms\":40,\"cut_after\":2}\n",
        REPLAY_STRICT);
    assert_string_equal(play(&p, "ListAcls", ""), "503 <a/>");
    assert_string_equal(p.reply.content_type, "text/xml");
    assert_string_equal(p.reply.headers.items[0].value, "9");
    assert_int_equal(p.reply.due_ms, 1040);
    assert_int_equal(p.reply.cut_after, 2);
    replay_end(p.replay);
    assert_false(replay_has_diverged(p.replay));
}

static void test_after_a_strict_divergence_every_call_is_refused(void **state)
{
    (void)state;
    struct play p CLEANUP(play_done) = { .replay = NULL };
    play_begin(&p,
               JOIN(&p.arena, line(&p.arena, "ListAcls", "{}", "{}"),
                    line(&p.arena, "ListRules", "{}", "{}"),
                    line(&p.arena, "ListAcls", "{}", "{}")),
               REPLAY_STRICT);
    assert_string_equal(play(&p, "ListAcls", ""), "200 {}");
    assert_non_null(strstr(play(&p, "ListZones", ""), "409 {\"Code\":\"ReplayDiverged.Mock\""));
    assert_true(replay_has_diverged(p.replay));
    assert_non_null(strstr(play(&p, "ListAcls", ""), "since call 2."));
}

static void test_by_key_other_calls_go_on_after_a_divergence(void **state)
{
    (void)state;
    struct play p CLEANUP(play_done) = { .replay = NULL };
    play_begin(&p, line(&p.arena, "ListAcls", "{}", "{'Acls':[]}"), REPLAY_KEY);
    assert_int_equal(strncmp(play(&p, "DeleteAcl", "AclId=acl-1"), "409", 3), 0);
    assert_string_equal(play(&p, "ListAcls", ""), "200 {\"Acls\":[]}");
    assert_string_equal(play(&p, "ListAcls", ""), "200 {\"Acls\":[]}");
}

static void test_fuzzy_replies_have_the_ids_of_the_caller(void **state)
{
    (void)state;
    struct play p CLEANUP(play_done) = { .replay = NULL };
    play_begin(&p,
               JOIN(&p.arena, line(&p.arena, "ListAcls", "{}", "{'Acls':[{'AclId':'acl-old'}]}"),
                    line(&p.arena, "ListAclEntries", "{'AclId':'acl-old'}", "{'AclId':'acl-old'}")),
               REPLAY_FUZZY);
    assert_string_equal(play(&p, "ListAclEntries", "AclId=acl-mine"),
                        "200 {\"AclId\":\"acl-mine\"}");
    assert_string_equal(play(&p, "ListAcls", ""), "200 {\"Acls\":[{\"AclId\":\"acl-mine\"}]}");
}

static void test_a_call_that_never_came_is_a_divergence_at_the_end(void **state)
{
    (void)state;
    static const struct {
        enum replay_match match;
        const char *action;
        bool diverges;
    } cases[] = {
        { REPLAY_STRICT, "ListRules", true },
        { REPLAY_KEY, "ListRules", false }, /* a read less is no harm */
        { REPLAY_KEY, "DeleteRule", true },
        { REPLAY_FUZZY, "DeleteRule", true },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct play p CLEANUP(play_done) = { .replay = NULL };
        play_begin(&p,
                   JOIN(&p.arena, line(&p.arena, "ListAcls", "{}", "{}"),
                        line(&p.arena, cases[i].action, "{}", "{}")),
                   cases[i].match);
        assert_string_equal(play(&p, "ListAcls", ""), "200 {}");
        assert_false(replay_has_diverged(p.replay));
        replay_end(p.replay);
        assert_int_equal(replay_has_diverged(p.replay), cases[i].diverges);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replies_are_those_of_the_recording),
        cmocka_unit_test(test_after_a_strict_divergence_every_call_is_refused),
        cmocka_unit_test(test_by_key_other_calls_go_on_after_a_divergence),
        cmocka_unit_test(test_fuzzy_replies_have_the_ids_of_the_caller),
        cmocka_unit_test(test_a_call_that_never_came_is_a_divergence_at_the_end),
    };
    return cmocka_run_group_tests_name("mock_record/replay", tests, NULL, NULL);
}
