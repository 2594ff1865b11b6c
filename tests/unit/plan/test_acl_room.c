/* How many entries the access lists of listeners may have together. */
#include "support.h"

#define WHITE "80/HTTP/White"

/* A list with 'n' entries, under a key of its own. */
static struct alb_acl *list_of(struct bed *b, const char *key, const char *id, size_t n)
{
    struct alb_acl *acl = arena_alloc(&b->a, sizeof *acl);
    acl->name = arena_fmt(&b->a, "list-%s", id);
    acl->entries.items = arena_array(&b->a, n, sizeof *acl->entries.items);
    for (size_t i = 0; i < n; i++)
        *LIST_PUSH(&b->a, &acl->entries) =
            (struct alb_acl_entry){ .entry = arena_fmt(&b->a, "10.%zu.%zu.0/24",
                                                       strlen(id) + (size_t)id[4] - '0', i) };
    bed_sync(b, bed_row(b, RESOURCE_ACL, key), acl, id);
    return acl;
}

/* A list that others look after. */
static void foreign(struct bed *b, const char *id, size_t n)
{
    const char *key = arena_fmt(&b->a, "?%s", id);
    list_of(b, key, id, n);
    bed_undesired(bed_row(b, RESOURCE_ACL, key));
    bed_row(b, RESOURCE_ACL, key)->ours = false;
}

static struct resource *listener(struct bed *b)
{
    return bed_row(b, RESOURCE_LISTENER, "80/HTTP");
}

static void set_acls(struct bed *b, struct alb_listener *l, const char *const *ids)
{
    l->acls = (struct alb_listener_acls){ 0 };
    l->acls.acls.items = arena_array(&b->a, 1, sizeof *l->acls.acls.items);
    for (size_t i = 0; ids && ids[i]; i++)
        *LIST_PUSH(&b->a, &l->acls.acls) = (struct alb_listener_acl){ .acl_id = ids[i] };
    l->acls.type = ids ? "White" : NULL;
}

#define IDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* Listener 80/HTTP that wants one thing and has another. */
static void want_and_have(struct bed *b, const char *const *want, const char *const *have)
{
    bed_lb(b);
    struct alb_listener *l = bed_listener(b);
    set_acls(b, bed_actual(b, listener(b)), have);
    set_acls(b, l, want);
}

/* Another listener, of which nothing changes. */
static void other_has(struct bed *b, const char *key, const char *const *ids)
{
    struct alb_listener *l =
        schema_copy(&b->a, &alb_listener_schema, listener(b)->desired, 0, NULL, NULL);
    set_acls(b, l, ids);
    bed_sync(b, bed_row(b, RESOURCE_LISTENER, key), l, arena_fmt(&b->a, "lsn-%s", key));
}

static const struct plan_warning *warning(const struct bed *b)
{
    assert_int_equal(b->plan.warnings.len, 1);
    return &b->plan.warnings.items[0];
}

static void assert_bound(struct bed *b)
{
    bed_plan(b);
    assert_null(bed_step(b, "AssociateAclsWithListener", 0)->waits);
    assert_int_equal(b->plan.warnings.len, 0);
}

static void assert_not_bound(struct bed *b, const char *why)
{
    bed_plan(b);
    assert_string_equal(bed_step(b, "AssociateAclsWithListener", 0)->waits,
                        "room in the quota of entries of access lists");
    assert_string_equal(warning(b)->key, "80/HTTP");
    assert_non_null(strstr(warning(b)->message, why));
}

static void test_lists_of_others_count_for_the_listener(void **state)
{
    struct bed *b = *state;
    want_and_have(b, IDS("acl-1", "acl-2"), NULL);
    foreign(b, "acl-1", 300);
    foreign(b, "acl-2", 200);
    assert_bound(b);
    foreign(b, "acl-2", 201);
    assert_not_bound(b, "its access lists have 501 entries together, and a listener takes 500");
}

static void test_the_smallest_edition_takes_fewer(void **state)
{
    struct bed *b = *state;
    want_and_have(b, IDS("acl-1"), NULL);
    ((struct alb_load_balancer *)bed_actual(b, bed_row(b, RESOURCE_LOAD_BALANCER, LB)))->edition =
        ALB_EDITION_BASIC;
    foreign(b, "acl-1", 300);
    bed_plan(b);
    assert_null(bed_step(b, "AssociateAclsWithListener", 0)->waits);
    foreign(b, "acl-1", 301);
    bed_plan(b);
    assert_non_null(bed_step(b, "AssociateAclsWithListener", 0)->waits);
}

static void test_rules_wait_for_a_listener_without_room(void **state)
{
    struct bed *b = *state;
    want_and_have(b, IDS("acl-1", "acl-2"), NULL);
    foreign(b, "acl-1", 300);
    foreign(b, "acl-2", 300);
    bed_group(b, "g", "sgp-1");
    bed_want_rule(b, bed_rule(b, "a.example", "-", "@g"), 1);
    bed_plan(b);
    assert_string_equal(bed_step(b, "CreateRules", 0)->waits,
                        "Listener 80/HTTP to be guarded by its access lists");
}

static void test_a_list_counts_once_for_each_listener(void **state)
{
    struct bed *b = *state;
    want_and_have(b, IDS("acl-1"), NULL);
    foreign(b, "acl-1", 300);
    other_has(b, "81/HTTP", IDS("acl-1"));
    foreign(b, "acl-2", 200);
    other_has(b, "82/HTTP", IDS("acl-2"));
    assert_bound(b);
    foreign(b, "acl-2", 201);
    assert_not_bound(b, "with its access lists those of all listeners have 801 entries, and a load "
                        "balancer takes 800");
}

static void test_entries_of_our_own_count_with_them(void **state)
{
    struct bed *b = *state;
    want_and_have(b, IDS("@acl/" WHITE), NULL);
    list_of(b, WHITE, "acl-9", 400);
    foreign(b, "acl-1", 401);
    other_has(b, "81/HTTP", IDS("acl-1"));
    assert_not_bound(b, "have 801 entries");
}

/* What a listener may have at most is not what is too much. */
static void test_a_full_listener_is_not_blamed_for_the_others(void **state)
{
    struct bed *b = *state;
    want_and_have(b, IDS("acl-1"), NULL);
    foreign(b, "acl-1", 500);
    foreign(b, "acl-2", 301);
    other_has(b, "81/HTTP", IDS("acl-2"));
    assert_not_bound(b, "with its access lists those of all listeners have 801 entries");
}

/* All of the room, once the listener is gone that has some of it now. */
static void test_a_listener_that_goes_leaves_nothing(void **state)
{
    struct bed *b = *state;
    want_and_have(b, IDS("acl-1"), NULL);
    foreign(b, "acl-1", 400);
    foreign(b, "acl-2", 10);
    foreign(b, "acl-3", 400);
    other_has(b, "81/HTTP", IDS("acl-2"));
    other_has(b, "82/HTTP", IDS("acl-3"));
    bed_undesired(bed_row(b, RESOURCE_LISTENER, "81/HTTP"));
    bed_plan(b);
    assert_string_equal(bed_step(b, "AssociateAclsWithListener", 0)->waits,
                        "room in the quota of entries, which other listeners make first");
    assert_int_equal(b->plan.warnings.len, 0);
}

static void test_lists_that_leave_make_room(void **state)
{
    struct bed *b = *state;
    want_and_have(b, IDS("acl-1"), NULL);
    foreign(b, "acl-1", 400);
    foreign(b, "acl-2", 401);
    other_has(b, "81/HTTP", IDS("acl-2"));
    struct resource *other = bed_row(b, RESOURCE_LISTENER, "81/HTTP");
    struct alb_listener *want =
        schema_copy(&b->a, &alb_listener_schema, other->desired, 0, NULL, NULL);
    set_acls(b, want, NULL);
    other->desired = want;
    bed_plan(b);
    /* What leaves was associated by us, so that there will be room; but there is none yet. */
    assert_string_equal(bed_step(b, "AssociateAclsWithListener", 0)->waits,
                        "room in the quota of entries, which other listeners make first");
    assert_null(bed_step(b, "DissociateAclsFromListener", 0)->waits);
    assert_int_equal(b->plan.warnings.len, 0);
    /* The same where the whole listener goes. */
    bed_undesired(bed_row(b, RESOURCE_LISTENER, "81/HTTP"));
    bed_plan(b);
    assert_non_null(bed_step(b, "DeleteListener", 0));
    assert_int_equal(b->plan.warnings.len, 0);
    /* But not where nothing may go for now, ... */
    b->in.keep_all = true;
    bed_plan(b);
    assert_int_equal(b->plan.warnings.len, 1);
    b->in.keep_all = false;
    /* ... or where the listener is somebody else's. */
    bed_row(b, RESOURCE_LISTENER, "81/HTTP")->ours = false;
    bed_plan(b);
    assert_int_equal(b->plan.warnings.len, 1);
}

/* A listener in doubt keeps what it has, whatever it is to have. */
static void test_lists_of_a_listener_that_stays_count_as_they_are(void **state)
{
    struct bed *b = *state;
    want_and_have(b, IDS("acl-1"), NULL);
    foreign(b, "acl-1", 400);
    foreign(b, "acl-2", 401);
    foreign(b, "acl-3", 1);
    other_has(b, "81/HTTP", IDS("acl-2"));
    struct alb_listener *want =
        schema_copy(&b->a, &alb_listener_schema, bed_row(b, RESOURCE_LISTENER, "81/HTTP")->desired,
                    0, NULL, NULL);
    set_acls(b, want, IDS("acl-3"));
    bed_row(b, RESOURCE_LISTENER, "81/HTTP")->desired = want;
    bed_plan(b);
    assert_int_equal(b->plan.warnings.len, 0);
    bed_row(b, RESOURCE_LISTENER, "81/HTTP")->held = true;
    bed_plan(b);
    assert_int_equal(b->plan.warnings.len, 1);
}

/* A listener that is still to be made has no lists, and an entry without an id is none. */
static void test_what_is_not_there_does_not_count(void **state)
{
    struct bed *b = *state;
    static const char *const ids[] = { "acl-2", "acl-3", NULL };
    want_and_have(b, IDS("acl-1"), NULL);
    foreign(b, "acl-1", 500);
    foreign(b, "acl-2", 300);
    foreign(b, "acl-3", 1);
    other_has(b, "82/HTTP", NULL);
    bed_gone(bed_row(b, RESOURCE_LISTENER, "82/HTTP"));
    other_has(b, "81/HTTP", ids);
    struct alb_listener *have = bed_actual(b, bed_row(b, RESOURCE_LISTENER, "81/HTTP"));
    have->acls.acls.items[1].acl_id = NULL;
    struct alb_listener *want = schema_copy(&b->a, &alb_listener_schema, have, 0, NULL, NULL);
    set_acls(b, want, NULL);
    bed_row(b, RESOURCE_LISTENER, "81/HTTP")->desired = want;
    bed_row(b, RESOURCE_LISTENER, "81/HTTP")->applied = NULL; /* so they were not ours */
    bed_plan(b);
    assert_int_equal(b->plan.warnings.len, 0);
    assert_null(bed_step(b, "AssociateAclsWithListener", 0)->waits);
}

/* Both together are more than a listener takes, so the old one goes first. */
static void test_an_exchange_without_room_has_a_gap(void **state)
{
    struct bed *b = *state;
    want_and_have(b, IDS("acl-2"), IDS("acl-1"));
    foreign(b, "acl-1", 250);
    foreign(b, "acl-2", 250);
    bed_plan(b);
    assert_plan(b, "AssociateAclsWithListener", "DissociateAclsFromListener");
    assert_true(b->plan.lbs.items[0].hitless);
    foreign(b, "acl-2", 251);
    bed_plan(b);
    assert_plan(b, "DissociateAclsFromListener", "AssociateAclsWithListener");
    assert_true(b->plan.steps.items[0].disrupts);
    assert_false(b->plan.lbs.items[0].hitless);
    assert_int_equal(b->plan.warnings.len, 0);
}

static void test_a_list_that_nobody_knows_is_named(void **state)
{
    struct bed *b = *state;
    want_and_have(b, IDS("acl-1", "acl-7"), NULL);
    foreign(b, "acl-1", 500);
    bed_plan(b);
    assert_null(bed_step(b, "AssociateAclsWithListener", 0)->waits);
    assert_string_equal(warning(b)->key, "80/HTTP");
    assert_non_null(strstr(warning(b)->message,
                           "access list acl-7 was not found, so nobody knows how many entries"));
    set_acls(b, bed_listener(b), IDS("acl-7"));
    set_acls(b, bed_actual(b, listener(b)), NULL);
    bed_plan(b);
    assert_non_null(strstr(warning(b)->message, "access list acl-7 was not found"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_TEST(test_lists_of_others_count_for_the_listener),
        BED_TEST(test_the_smallest_edition_takes_fewer),
        BED_TEST(test_rules_wait_for_a_listener_without_room),
        BED_TEST(test_a_list_counts_once_for_each_listener),
        BED_TEST(test_entries_of_our_own_count_with_them),
        BED_TEST(test_a_full_listener_is_not_blamed_for_the_others),
        BED_TEST(test_a_listener_that_goes_leaves_nothing),
        BED_TEST(test_lists_that_leave_make_room),
        BED_TEST(test_lists_of_a_listener_that_stays_count_as_they_are),
        BED_TEST(test_what_is_not_there_does_not_count),
        BED_TEST(test_an_exchange_without_room_has_a_gap),
        BED_TEST(test_a_list_that_nobody_knows_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
