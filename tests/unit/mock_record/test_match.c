/* test_match.c - which recorded call a call is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mock-server/record/match.h"
#include "world.h"

/* A matcher over lines, and the calls put to it. */
struct game {
    struct arena arena;
    struct recording recording;
    struct matcher matcher;
    size_t calls;
};

static void game_done(struct game *g)
{
    matcher_done(&g->matcher);
    recording_done(&g->recording);
    arena_done(&g->arena);
}

static void begin(struct game *g, const char *lines, enum replay_match match)
{
    struct error err = { 0 };
    const char *text = JOIN(&g->arena, HEAD, lines);
    if (!recording_read(&g->recording, text, strlen(text), &err))
        fail_msg("%s", err.msg);
    matcher_init(&g->matcher, &g->recording, match);
}

/* What a call with "a=1&b=2" is answered with: the number of the recorded call, with "=" for
 * exact, "~" for inexact, "+" for repeated, "!" for none. */
static const char *ask(struct game *g, const char *action, const char *query)
{
    static const char marks[] = { '=', '+', '~', '!' };
    struct record_call call = { .product = "alb", .region = "cn-hangzhou", .action = action };
    struct error err = { 0 };
    enum match_kind kind;
    assert_true(params_parse(&g->arena, &call.params, query, strlen(query), &err));
    record_params_sort(&call.params);
    const struct recorded *r = matcher_find(&g->matcher, &call, ++g->calls, &kind);
    return arena_fmt(&g->arena, "%c%d", marks[kind], r ? (int)r->seq : 0);
}

#define CREATE(a, name, id) \
    line((a), "CreateAcl", "{'AclName':'" name "','ClientToken':'t" name "'}", "{'AclId':'" id "'}")
#define LIST(a, of) line((a), "ListAclEntries", "{'AclId':'" of "'}", "{'AclEntries':[]}")

static void test_strict_takes_the_next_call_and_no_other(void **state)
{
    (void)state;
    struct game g CLEANUP(game_done) = { .calls = 0 };
    begin(&g, JOIN(&g.arena, CREATE(&g.arena, "x", "acl-1"), LIST(&g.arena, "acl-1")),
          REPLAY_STRICT);
    assert_string_equal(ask(&g, "CreateAcl", "ClientToken=tx&AclName=x"), "=1");
    assert_string_equal(ask(&g, "ListAclEntries", "AclId=acl-2"), "!2");
    assert_string_equal(ask(&g, "ListAclEntries", "AclId=acl-1"), "!0"); /* there is no third */
}

static void test_strict_compares_client_tokens(void **state)
{
    (void)state;
    struct game g CLEANUP(game_done) = { .calls = 0 };
    begin(&g, CREATE(&g.arena, "x", "acl-1"), REPLAY_STRICT);
    assert_string_equal(ask(&g, "CreateAcl", "ClientToken=other&AclName=x"), "!1");
}

static void test_by_key_order_and_tokens_do_not_count(void **state)
{
    (void)state;
    struct game g CLEANUP(game_done) = { .calls = 0 };
    begin(&g,
          JOIN(&g.arena, CREATE(&g.arena, "x", "acl-1"), LIST(&g.arena, "acl-1"),
               CREATE(&g.arena, "y", "acl-2"), LIST(&g.arena, "acl-1")),
          REPLAY_KEY);
    assert_string_equal(ask(&g, "CreateAcl", "ClientToken=new&AclName=y"), "=3");
    assert_string_equal(ask(&g, "CreateAcl", "ClientToken=newer&AclName=x"), "=1");
    assert_string_equal(ask(&g, "ListAclEntries", "AclId=acl-1"), "=2");
    assert_string_equal(ask(&g, "ListAclEntries", "AclId=acl-1"), "=4");
    assert_string_equal(ask(&g, "ListAclEntries", "AclId=acl-1"), "+4"); /* a read comes again */
    assert_string_equal(ask(&g, "CreateAcl", "AclName=x"), "!1");        /* a write does not   */
    assert_string_equal(ask(&g, "ListAclEntries", "AclId=acl-3"), "!4"); /* the nearest        */
    assert_string_equal(ask(&g, "DeleteAcl", "AclId=acl-1"), "!0");
}

static void test_fuzzy_takes_the_nearest_of_the_action(void **state)
{
    (void)state;
    struct game g CLEANUP(game_done) = { .calls = 0 };
    begin(&g,
          JOIN(&g.arena, line(&g.arena, "CreateAcl", "{'AclName':'x','DryRun':'true'}", "{}"),
               CREATE(&g.arena, "y", "acl-1")),
          REPLAY_FUZZY);
    assert_string_equal(ask(&g, "CreateAcl", "AclName=z"), "~2");
    assert_string_equal(ask(&g, "CreateAcl", "AclName=x&DryRun=true"), "=1");
    assert_string_equal(ask(&g, "CreateAcl", "AclName=x&DryRun=true"), "!1");
    assert_string_equal(ask(&g, "DeleteAcl", "AclId=acl-1"), "!0");
}

static void test_fuzzy_repeats_a_read_rather_than_answer_for_another(void **state)
{
    (void)state;
    struct game g CLEANUP(game_done) = { .calls = 0 };
    begin(&g, JOIN(&g.arena, LIST(&g.arena, "acl-1"), LIST(&g.arena, "acl-2")), REPLAY_FUZZY);
    assert_string_equal(ask(&g, "ListAclEntries", "AclId=acl-1"), "=1");
    assert_string_equal(ask(&g, "ListAclEntries", "AclId=acl-1"), "+1");
    assert_string_equal(ask(&g, "ListAclEntries", "AclId=acl-2"), "=2");
}

static void test_fuzzy_learns_which_id_stands_for_which(void **state)
{
    (void)state;
    struct game g CLEANUP(game_done) = { .calls = 0 };
    begin(&g,
          JOIN(&g.arena, line(&g.arena, "ListAcls", "{}", "{'Acls':[{'AclId':'acl-old'}]}"),
               LIST(&g.arena, "acl-old"), LIST(&g.arena, "acl-other"),
               line(&g.arena, "DeleteAcl", "{'AclId':'acl-old'}", "{'AclId':'acl-old','N':1}")),
          REPLAY_FUZZY);
    assert_string_equal(ask(&g, "DeleteAcl", "AclId=acl-mine"), "~4");
    assert_string_equal(ask(&g, "ListAclEntries", "AclId=acl-mine"), "=2");
    cJSON *json CLEANUP(json_done) = matcher_translate(&g.matcher, g.recording.calls.items[0].json);
    assert_string_equal(json_canonical(&g.arena, json), "{\"Acls\":[{\"AclId\":\"acl-mine\"}]}");
}

static void test_names_of_matches_are_read(void **state)
{
    (void)state;
    enum replay_match match;
    assert_true(replay_match_named("fuzzy", &match));
    assert_int_equal(match, REPLAY_FUZZY);
    assert_string_equal(replay_match_name(REPLAY_STRICT), "strict");
    assert_false(replay_match_named("close", &match));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strict_takes_the_next_call_and_no_other),
        cmocka_unit_test(test_strict_compares_client_tokens),
        cmocka_unit_test(test_by_key_order_and_tokens_do_not_count),
        cmocka_unit_test(test_fuzzy_takes_the_nearest_of_the_action),
        cmocka_unit_test(test_fuzzy_repeats_a_read_rather_than_answer_for_another),
        cmocka_unit_test(test_fuzzy_learns_which_id_stands_for_which),
        cmocka_unit_test(test_names_of_matches_are_read),
    };
    return cmocka_run_group_tests_name("mock_record/match", tests, NULL, NULL);
}
