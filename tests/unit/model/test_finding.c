/* Findings over time, verdicts and what they are about, and what is left as it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "alb-agent/finding.h"

/* Two load balancers: wanted and applied as 'as_wanted'; a test changes what is there. */
enum { LB, LISTENER, RULE_1, RULE_2, GROUP, OTHER, ROWS };

struct bed {
    struct arena a;
    struct alb_load_balancer lb;
    struct alb_listener listener;
    struct alb_rule rule;
    struct alb_server one, two;
    struct alb_server_group wanted, edited, scaled, both;
    struct resource rows[ROWS];
    struct model world, known;
    finding_list before, now;
    int64_t now_ms, checked_at;
    bool incomplete;
    const char *only;
};

static void set_servers(struct alb_server_group *g, struct alb_server *s)
{
    g->servers.items = s;
    g->servers.len = 1;
}

static struct resource row(enum resource_kind kind, const char *key, const void *as_wanted)
{
    return (struct resource){ .lb = "a/x",
                              .kind = kind,
                              .key = key,
                              .parent = kind == RESOURCE_RULE ? "80/HTTP" : "",
                              .desired = as_wanted,
                              .applied = as_wanted,
                              .actual = as_wanted,
                              .observed_at = 100,
                              .ours = true };
}

static int setup(void **state)
{
    static struct bed bed;
    struct bed *b = &bed;
    *b = (struct bed){ .lb = { .name = "x" },
                       .listener = { .description = "l" },
                       .rule = { .name = "r" },
                       .one = { .id = "10.1.0.1", .port = { 80, true } },
                       .two = { .id = "10.1.0.2", .port = { 80, true } },
                       .now_ms = 1000,
                       .checked_at = 500 };
    b->wanted = (struct alb_server_group){ .name = "g", .scheduler = ALB_SCHEDULER_WRR };
    b->edited = (struct alb_server_group){ .name = "g", .scheduler = ALB_SCHEDULER_WLC };
    set_servers(&b->wanted, &b->one);
    set_servers(&b->edited, &b->one);
    b->scaled = b->wanted;
    b->both = b->edited;
    set_servers(&b->scaled, &b->two);
    set_servers(&b->both, &b->two);
    b->rows[LB] = row(RESOURCE_LOAD_BALANCER, "a/x", &b->lb);
    b->rows[LISTENER] = row(RESOURCE_LISTENER, "80/HTTP", &b->listener);
    b->rows[RULE_1] = row(RESOURCE_RULE, "80/HTTP#1", &b->rule);
    b->rows[RULE_2] = row(RESOURCE_RULE, "80/HTTP#2", &b->rule);
    b->rows[GROUP] = row(RESOURCE_SERVER_GROUP, "g", &b->wanted);
    b->rows[OTHER] = row(RESOURCE_LOAD_BALANCER, "a/y", &b->lb);
    b->rows[OTHER].lb = "a/y";
    b->world.rows.items = b->rows;
    b->world.rows.len = ROWS;
    b->known.rows.items = arena_dup(&b->a, b->rows, sizeof b->rows);
    b->known.rows.len = ROWS;
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    struct bed *b = *state;
    arena_done(&b->a);
    return 0;
}

/* A reading at 'now_ms'; what was found becomes what was found before. */
static const struct finding *look(struct bed *b, int64_t now_ms)
{
    const struct finding_in in = { .world = &b->world,
                                   .only = b->only,
                                   .known = &b->known,
                                   .before = &b->before,
                                   .incomplete = b->incomplete,
                                   .checked_at = b->checked_at,
                                   .now_ms = now_ms };
    b->now_ms = now_ms;
    findings_update(&b->a, &in, &b->now);
    b->before = b->now;
    return b->now.len ? &b->now.items[0] : NULL;
}

static void decide(struct bed *b, enum finding_verdict verdict, int64_t until)
{
    for (size_t i = 0; i < b->before.len; i++) {
        b->before.items[i].verdict = verdict;
        b->before.items[i].decided_at = b->now_ms;
        b->before.items[i].until = until;
    }
}

static void leave(struct bed *b, enum drift_policy policy, const struct map *confirmed)
{
    const enum drift_policy all[CLASS_IN_SYNC + 1] = {
        [CLASS_DRIFT] = policy, [CLASS_MISSING] = policy, [CLASS_ORPHAN] = policy
    };
    for (size_t i = 0; i < ROWS; i++)
        b->rows[i].leave = LEAVE_NOTHING;
    findings_leave(&b->world, &b->now, all, confirmed, b->now_ms);
}

/* ---- over time ----------------------------------------------------------------------------- */

static void test_nothing_is_found_where_all_is_in_sync(void **state)
{
    struct bed *b = *state;
    assert_null(look(b, 1000));
}

static void test_classes_that_are_findings(void **state)
{
    struct bed *b = *state;
    b->rows[RULE_1].actual = NULL;
    b->rows[RULE_2].desired = b->rows[RULE_2].applied = NULL;
    b->rows[GROUP].actual = &b->edited;
    b->rows[LISTENER].applied = NULL; /* pending: there, as wanted, is in sync */
    b->rows[OTHER].ours = false;
    (void)look(b, 1000);
    assert_int_equal(b->now.len, 3);
    assert_int_equal(b->now.items[0].class, CLASS_MISSING);
    assert_string_equal(b->now.items[0].key, "80/HTTP#1");
    assert_int_equal(b->now.items[1].class, CLASS_ORPHAN);
    assert_string_equal(b->now.items[1].key, "80/HTTP#2");
    assert_int_equal(b->now.items[2].class, CLASS_DRIFT);
    assert_string_equal(b->now.items[2].key, "g");
}

static void test_first_seen_stays_and_last_good_is_the_reading_before(void **state)
{
    struct bed *b = *state;
    b->rows[GROUP].actual = &b->edited;
    const struct finding *f = look(b, 1000);
    assert_int_equal(f->first_seen, 1000);
    assert_int_equal(f->last_good, 500); /* newer than the 100 at which the row was written */
    b->known.rows.items[GROUP].actual = &b->edited;
    b->checked_at = 1000;
    f = look(b, 2000);
    assert_int_equal(f->first_seen, 1000);
    assert_int_equal(f->last_good, 500);
}

static void test_write_after_the_last_reading_is_the_last_good(void **state)
{
    struct bed *b = *state;
    b->rows[GROUP].actual = &b->edited;
    b->known.rows.items[GROUP].observed_at = 700;
    assert_int_equal(look(b, 1000)->last_good, 700);
}

static void test_what_nobody_saw_in_sync_has_no_last_good(void **state)
{
    struct bed *b = *state;
    b->rows[GROUP].actual = &b->edited;
    b->known.rows.items[GROUP].actual = &b->edited;
    assert_int_equal(look(b, 1000)->last_good, 0);
    b->before.len = 0;
    b->known.rows.len = 0;
    assert_int_equal(look(b, 1000)->last_good, 0);
}

static void test_finding_ends_when_it_is_in_sync(void **state)
{
    struct bed *b = *state;
    b->rows[GROUP].actual = &b->edited;
    assert_non_null(look(b, 1000));
    b->rows[GROUP].actual = &b->wanted;
    assert_null(look(b, 2000));
    b->rows[GROUP].actual = &b->edited;
    assert_int_equal(look(b, 3000)->first_seen, 3000);
}

static void test_orphan_in_doubt_is_not_judged(void **state)
{
    struct bed *b = *state;
    b->rows[GROUP].desired = NULL;
    b->rows[GROUP].held = true;
    assert_null(look(b, 1000));
    b->rows[GROUP].held = false;
    b->incomplete = true;
    assert_null(look(b, 1000));
    b->incomplete = false;
    assert_non_null(look(b, 1000));
}

/* ---- verdicts ------------------------------------------------------------------------------ */

static void test_accepted_edit_lasts_until_its_date(void **state)
{
    struct bed *b = *state;
    b->rows[GROUP].actual = &b->edited;
    (void)look(b, 1000);
    decide(b, FINDING_ACCEPTED, 5000);
    const struct finding *f = look(b, 4999);
    assert_int_equal(f->verdict, FINDING_ACCEPTED);
    assert_true(finding_settled(f, 4999));
    assert_false(finding_settled(f, 5000));
    f = look(b, 5000);
    assert_int_equal(f->verdict, FINDING_OPEN);
    assert_int_equal(f->until, 0);
    assert_int_equal(f->first_seen, 1000);
}

static void test_accepted_edit_does_not_cover_another_one(void **state)
{
    struct bed *b = *state;
    struct alb_server_group again = b->edited;
    again.scheduler = ALB_SCHEDULER_SCH;
    b->rows[GROUP].actual = &b->edited;
    (void)look(b, 1000);
    decide(b, FINDING_ACCEPTED, 0);
    b->rows[GROUP].actual = &again;
    assert_int_equal(look(b, 2000)->verdict, FINDING_OPEN);
}

static void test_accepted_edit_ends_when_something_else_is_wanted(void **state)
{
    struct bed *b = *state;
    struct alb_server_group renamed = b->wanted;
    b->rows[GROUP].actual = &b->edited;
    (void)look(b, 1000);
    decide(b, FINDING_ACCEPTED, 0);
    renamed.name = "h";
    b->rows[GROUP].desired = &renamed; /* pending: goes through */
    assert_null(look(b, 2000));
    b->rows[GROUP].applied = &renamed;
    assert_int_equal(look(b, 3000)->verdict, FINDING_OPEN);
}

static void test_ignored_is_ignored_whatever_it_becomes(void **state)
{
    struct bed *b = *state;
    b->rows[GROUP].actual = &b->edited;
    (void)look(b, 1000);
    decide(b, FINDING_IGNORED, 9000);
    b->rows[GROUP].actual = NULL;
    const struct finding *f = look(b, 2000);
    assert_int_equal(f->class, CLASS_MISSING);
    assert_int_equal(f->verdict, FINDING_IGNORED);
    b->rows[GROUP].actual = &b->wanted; /* kept for when it comes back */
    f = look(b, 3000);
    assert_int_equal(f->class, CLASS_IN_SYNC);
    b->rows[GROUP].actual = &b->edited;
    f = look(b, 4000);
    assert_int_equal(f->verdict, FINDING_IGNORED);
    assert_int_equal(f->first_seen, 4000);
    assert_int_equal(f->last_good, 3000);
    b->rows[GROUP].actual = &b->wanted;
    assert_null(look(b, 9000));
}

/* ---- what is left -------------------------------------------------------------------------- */

static void test_drift_is_corrected_unless_a_verdict_says_no(void **state)
{
    struct bed *b = *state;
    b->rows[GROUP].actual = NULL;
    (void)look(b, 1000);
    leave(b, DRIFT_CORRECT, NULL);
    assert_int_equal(b->rows[GROUP].leave, LEAVE_NOTHING);
    decide(b, FINDING_IGNORED, 2000);
    leave(b, DRIFT_CORRECT, NULL);
    assert_int_equal(b->rows[GROUP].leave, LEAVE_ALL);
    b->now_ms = 2000;
    leave(b, DRIFT_CORRECT, NULL);
    assert_int_equal(b->rows[GROUP].leave, LEAVE_NOTHING);
}

static void test_policy_of_the_class_counts_without_a_verdict(void **state)
{
    struct bed *b = *state;
    struct map confirmed CLEANUP(map_done) = { 0 };
    map_put(&confirmed, "a/x", b);
    b->rows[RULE_1].actual = NULL;
    (void)look(b, 1000);
    leave(b, DRIFT_REPORT, &confirmed);
    assert_int_equal(b->rows[RULE_1].leave, LEAVE_ALL);
    leave(b, DRIFT_ASK, NULL);
    assert_int_equal(b->rows[RULE_1].leave, LEAVE_ALL);
    leave(b, DRIFT_ASK, &confirmed);
    assert_int_equal(b->rows[RULE_1].leave, LEAVE_NOTHING);
    decide(b, FINDING_CORRECT, 0);
    leave(b, DRIFT_REPORT, NULL);
    assert_int_equal(b->rows[RULE_1].leave, LEAVE_NOTHING);
}

static void test_policy_is_that_of_the_class(void **state)
{
    struct bed *b = *state;
    const enum drift_policy orphans[CLASS_IN_SYNC + 1] = { [CLASS_ORPHAN] = DRIFT_REPORT };
    b->rows[RULE_1].actual = NULL;
    b->rows[RULE_2].desired = b->rows[RULE_2].applied = NULL;
    (void)look(b, 1000);
    findings_leave(&b->world, &b->now, orphans, NULL, 1000);
    assert_int_equal(b->rows[RULE_1].leave, LEAVE_NOTHING);
    assert_int_equal(b->rows[RULE_2].leave, LEAVE_ALL);
}

/* The Ingress was deleted: an orphan that we made is to go, unless somebody said otherwise. */
static void test_policy_does_not_keep_what_was_wanted_once(void **state)
{
    struct bed *b = *state;
    b->rows[RULE_2].desired = NULL;
    (void)look(b, 1000);
    leave(b, DRIFT_REPORT, NULL);
    assert_int_equal(b->rows[RULE_2].leave, LEAVE_NOTHING);
    decide(b, FINDING_IGNORED, 0);
    leave(b, DRIFT_REPORT, NULL);
    assert_int_equal(b->rows[RULE_2].leave, LEAVE_ALL);
}

static void test_reading_of_one_load_balancer_keeps_findings_of_others(void **state)
{
    struct bed *b = *state;
    b->rows[OTHER].actual = NULL;
    b->rows[RULE_1].actual = NULL;
    (void)look(b, 1000);
    assert_int_equal(b->now.len, 2);
    b->only = "a/x";
    b->rows[RULE_1].actual = &b->rule;
    b->rows[OTHER].actual = &b->lb;
    (void)look(b, 2000);
    assert_int_equal(b->now.len, 1);
    assert_string_equal(b->now.items[0].lb, "a/y");
    assert_int_equal(b->now.items[0].class, CLASS_MISSING);
}

static void test_what_was_wanted_since_goes_through(void **state)
{
    struct bed *b = *state;
    struct alb_rule renamed = { .name = "r", .direction = ALB_DIRECTION_RESPONSE };
    b->rows[RULE_1].actual = NULL;
    (void)look(b, 1000);
    decide(b, FINDING_IGNORED, 0);
    b->rows[RULE_1].desired = &renamed;
    leave(b, DRIFT_CORRECT, NULL);
    assert_int_equal(b->rows[RULE_1].leave, LEAVE_NOTHING);
}

static void test_servers_of_a_group_go_on_beside_its_settings(void **state)
{
    struct bed *b = *state;
    b->rows[GROUP].actual = &b->edited;
    (void)look(b, 1000);
    decide(b, FINDING_ACCEPTED, 0);
    b->rows[GROUP].desired = &b->scaled; /* a pod was replaced */
    const struct finding *f = look(b, 2000);
    assert_int_equal(f->verdict, FINDING_ACCEPTED);
    leave(b, DRIFT_CORRECT, NULL);
    assert_int_equal(b->rows[GROUP].leave, LEAVE_SETTINGS);
    b->rows[GROUP].applied = &b->scaled;
    b->rows[GROUP].actual = &b->both;
    assert_int_equal(look(b, 3000)->verdict, FINDING_ACCEPTED);
    assert_int_equal(look(b, 3000)->first_seen, 1000);
}

/* A server that a person took out is an edit of servers: left as it is when accepted. */
static void test_edit_of_servers_is_left_whole(void **state)
{
    struct bed *b = *state;
    b->rows[GROUP].actual = &b->scaled;
    (void)look(b, 1000);
    decide(b, FINDING_ACCEPTED, 0);
    leave(b, DRIFT_CORRECT, NULL);
    assert_int_equal(b->rows[GROUP].leave, LEAVE_ALL);
}

static void test_rules_of_a_listener_that_is_left_missing_are_left(void **state)
{
    struct bed *b = *state;
    b->rows[LISTENER].actual = NULL;
    b->rows[RULE_1].actual = NULL;
    b->rows[RULE_2].actual = NULL;
    b->rows[RULE_2].applied = NULL; /* wanted since */
    b->rows[RULE_1].parent = b->rows[RULE_2].parent = "80/HTTP";
    (void)look(b, 1000);
    decide(b, FINDING_ACCEPTED, 0);
    leave(b, DRIFT_CORRECT, NULL);
    assert_int_equal(b->rows[LISTENER].leave, LEAVE_ALL);
    assert_int_equal(b->rows[RULE_1].leave, LEAVE_ALL);
    assert_int_equal(b->rows[RULE_2].leave, LEAVE_ALL);
    assert_int_equal(b->rows[GROUP].leave, LEAVE_NOTHING);
}

static void check_left_with_its_listener(struct bed *b, enum resource_kind kind, const void *part)
{
    b->rows[LISTENER].actual = NULL;
    b->rows[RULE_1].actual = b->rows[RULE_2].actual = NULL;
    b->rows[OTHER] = row(kind, "80/HTTP/part", part);
    b->rows[OTHER].parent = "80/HTTP";
    (void)look(b, 1000);
    decide(b, FINDING_ACCEPTED, 0);
    leave(b, DRIFT_CORRECT, NULL);
    assert_int_equal(b->rows[OTHER].leave, LEAVE_ALL);
}

static void test_access_lists_of_a_listener_that_is_left_missing_are_left(void **state)
{
    check_left_with_its_listener(*state, RESOURCE_ACL, &(struct alb_acl){ .name = "office" });
}

static void test_scripts_of_a_listener_that_is_left_missing_are_left(void **state)
{
    check_left_with_its_listener(*state, RESOURCE_SCRIPT, &(struct alb_script){ .name = "one" });
}

static void test_all_of_a_load_balancer_that_is_left_missing_is_left(void **state)
{
    struct bed *b = *state;
    b->rows[LB].actual = NULL;
    b->rows[RULE_2].applied = b->rows[RULE_2].actual = NULL;
    (void)look(b, 1000);
    leave(b, DRIFT_REPORT, NULL);
    for (int i = LB; i <= GROUP; i++)
        assert_int_equal(b->rows[i].leave, LEAVE_ALL);
    assert_int_equal(b->rows[OTHER].leave, LEAVE_NOTHING);
}

static void test_names_lead_back(void **state)
{
    (void)state;
    for (int v = FINDING_OPEN; v <= FINDING_CORRECT; v++)
        assert_int_equal(finding_verdict_find(finding_verdict_name((enum finding_verdict)v)), v);
    assert_int_equal(finding_verdict_find("perhaps"), FINDING_OPEN);
    for (int c = CLASS_UNMANAGED; c <= CLASS_IN_SYNC; c++)
        assert_int_equal(resource_class_find(resource_class_name((enum resource_class)c)), c);
    enum drift_policy p = DRIFT_ASK;
    assert_true(drift_policy_find("report", &p));
    assert_int_equal(p, DRIFT_REPORT);
    assert_string_equal(drift_policy_name(DRIFT_CORRECT), "correct");
    assert_false(drift_policy_find("perhaps", &p));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_nothing_is_found_where_all_is_in_sync),
        TEST(test_classes_that_are_findings),
        TEST(test_first_seen_stays_and_last_good_is_the_reading_before),
        TEST(test_write_after_the_last_reading_is_the_last_good),
        TEST(test_what_nobody_saw_in_sync_has_no_last_good),
        TEST(test_finding_ends_when_it_is_in_sync),
        TEST(test_orphan_in_doubt_is_not_judged),
        TEST(test_accepted_edit_lasts_until_its_date),
        TEST(test_accepted_edit_does_not_cover_another_one),
        TEST(test_accepted_edit_ends_when_something_else_is_wanted),
        TEST(test_ignored_is_ignored_whatever_it_becomes),
        TEST(test_drift_is_corrected_unless_a_verdict_says_no),
        TEST(test_policy_of_the_class_counts_without_a_verdict),
        TEST(test_policy_is_that_of_the_class),
        TEST(test_policy_does_not_keep_what_was_wanted_once),
        TEST(test_reading_of_one_load_balancer_keeps_findings_of_others),
        TEST(test_what_was_wanted_since_goes_through),
        TEST(test_servers_of_a_group_go_on_beside_its_settings),
        TEST(test_edit_of_servers_is_left_whole),
        TEST(test_rules_of_a_listener_that_is_left_missing_are_left),
        TEST(test_access_lists_of_a_listener_that_is_left_missing_are_left),
        TEST(test_scripts_of_a_listener_that_is_left_missing_are_left),
        TEST(test_all_of_a_load_balancer_that_is_left_missing_is_left),
        TEST(test_names_lead_back),
    };
    return cmocka_run_group_tests_name("model/finding", tests, NULL, NULL);
}
