/* Access lists: created, filled, changed without harm, deleted. */
#include "alb-agent/rng.h"
#include "support.h"

#define KEY "80/HTTP/White"

static void add_entry(struct bed *b, struct alb_acl *acl, const char *entry)
{
    *LIST_PUSH(&b->a, &acl->entries) = (struct alb_acl_entry){ .entry = entry };
}

/* A list that is wanted and there; 'entries' end in NULL. */
static struct alb_acl *sync_acl(struct bed *b, const char *const *entries)
{
    struct alb_acl *acl = arena_alloc(&b->a, sizeof *acl);
    acl->name = "office";
    acl->entries.items = arena_array(&b->a, 1, sizeof *acl->entries.items);
    acl->entries.len = 0;
    for (size_t i = 0; entries[i]; i++)
        add_entry(b, acl, entries[i]);
    bed_sync(b, bed_row(b, RESOURCE_ACL, KEY), acl, "acl-1");
    return acl;
}

#define ENTRIES(...) ((const char *const[]){ __VA_ARGS__, NULL })

static struct alb_acl *have_entries(struct bed *b, const char *const *entries)
{
    struct alb_acl *have = bed_actual(b, bed_row(b, RESOURCE_ACL, KEY));
    have->entries.items = arena_array(&b->a, 1, sizeof *have->entries.items);
    have->entries.len = 0;
    for (size_t i = 0; entries[i]; i++)
        add_entry(b, have, entries[i]);
    return have;
}

static void many(struct bed *b, struct alb_acl *acl, int second, int n)
{
    for (int i = 0; i < n; i++)
        add_entry(b, acl, arena_fmt(&b->a, "10.%d.%d.%d/32", second, i / 250, i % 250));
}

static void test_a_list_is_made_and_then_filled(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    struct alb_acl *want = sync_acl(b, ENTRIES("10.0.0.0/8", "192.0.2.7/32"));
    *LIST_PUSH(&b->a, &want->tags) = (struct alb_tag){ TAG_CLUSTER, "c-1" };
    bed_gone(bed_row(b, RESOURCE_ACL, KEY));
    bed_plan(b);
    assert_plan(b, "CreateAcl", "AddEntriesToAcl");
    const struct step *s = bed_next(b);
    assert_int_equal(s->family, LANE_SHARED);
    assert_string_equal(s->lane, "Acl " LB " " KEY); /* lists of two load balancers never meet */
    assert_string_equal(step_value(s, "AclName"), "office");
    assert_string_equal(step_value(s, "Tag.1.Key"), TAG_CLUSTER);
    assert_null(step_value(s, "AclEntries.1.Entry"));
    assert_string_equal(b->plan.steps.items[1].waits, "Acl " KEY " to exist");
    bed_row(b, RESOURCE_ACL, KEY)->cloud_id = "acl-1";
    bed_apply(b, s);
    bed_plan(b);
    assert_plan(b, "AddEntriesToAcl");
    s = bed_next(b);
    assert_string_equal(step_value(s, "AclId"), "acl-1");
    assert_string_equal(step_value(s, "AclEntries.2.Entry"), "192.0.2.7/32");
    assert_true(s->items.items[0].last);
    bed_apply(b, s);
    bed_plan(b);
    assert_no_steps(b);
}

static void test_entries_are_added_before_others_leave_twenty_a_call(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    struct alb_acl *want = sync_acl(b, ENTRIES("10.0.0.0/8"));
    have_entries(b, ENTRIES("10.0.0.0/8", "192.0.2.0/24"));
    many(b, want, 1, 25);
    bed_plan(b);
    assert_plan(b, "AddEntriesToAcl", "AddEntriesToAcl", "RemoveEntriesFromAcl");
    assert_non_null(step_value(&b->plan.steps.items[0], "AclEntries.20.Entry"));
    assert_null(step_value(&b->plan.steps.items[0], "AclEntries.21.Entry"));
    assert_non_null(step_value(&b->plan.steps.items[1], "AclEntries.5.Entry"));
    assert_null(b->plan.steps.items[0].waits);
    assert_null(b->plan.steps.items[1].waits);
    assert_string_equal(b->plan.steps.items[2].waits, "the new entries to be there");
    assert_string_equal(step_value(&b->plan.steps.items[2], "Entries.1"), "192.0.2.0/24");
    assert_true(b->plan.lbs.items[0].hitless);
    for (const struct step *s = bed_next(b); s; s = bed_next(b)) {
        bed_apply(b, s);
        bed_plan(b);
    }
    assert_no_steps(b);
}

static void test_entries_leave_twenty_a_call_and_each_is_named(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    sync_acl(b, ENTRIES("192.0.2.0/24"));
    many(b, have_entries(b, ENTRIES("192.0.2.0/24")), 1, 25);
    bed_plan(b);
    assert_plan(b, "RemoveEntriesFromAcl", "RemoveEntriesFromAcl");
    const struct step *s = b->plan.steps.items;
    assert_int_equal(s[0].changes.len, 20);
    assert_int_equal(s[1].changes.len, 5);
    assert_string_equal(s[0].changes.items[0].before, "\"10.1.0.0/32\"");
    assert_string_equal(s[0].changes.items[0].after, "");
    assert_string_equal(s[1].changes.items[4].before, "\"10.1.0.24/32\"");
    assert_null(step_value(&s[0], "Entries.21"));
}

static void test_an_entry_leaves_under_the_name_that_the_cloud_has_for_it(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    sync_acl(b, ENTRIES("10.0.0.0/8"));
    struct alb_acl *have = have_entries(b, ENTRIES("10.0.0.0/8", "192.0.2.7/32", "10.0.0.0/8"));
    have->entries.items[1].told = "192.0.2.7";
    have->entries.items[2].told = "10.1.0.0/8"; /* the same once more */
    bed_plan(b);
    assert_plan(b, "RemoveEntriesFromAcl");
    assert_string_equal(step_value(bed_next(b), "Entries.1"), "192.0.2.7");
    assert_string_equal(step_value(bed_next(b), "Entries.2"), "10.1.0.0/8");
}

static void test_nothing_leaves_while_the_source_is_incomplete(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    sync_acl(b, ENTRIES("10.0.0.0/8"));
    have_entries(b, ENTRIES("192.0.2.0/24"));
    b->in.keep_all = true;
    bed_plan(b);
    assert_plan(b, "AddEntriesToAcl");
    bed_undesired(bed_row(b, RESOURCE_ACL, KEY));
    bed_plan(b);
    assert_no_steps(b);
}

/* ---- no request goes astray ---------------------------------------------------------------- */

enum { ADDRESSES = 32 };

/* Which of 10.0.0.0 to 10.0.0.31 a list has, a bit each. */
static uint32_t covered(const struct alb_acl *acl)
{
    uint32_t all = 0;
    for (size_t i = 0; i < acl->entries.len; i++) {
        uint32_t network, bits;
        assert_true(acl_block(acl->entries.items[i].entry, &network, &bits));
        for (uint32_t n = 0; n < ADDRESSES; n++)
            if (!((0x0a000000U + n) >> (32 - bits) ^ network >> (32 - bits)))
                all |= UINT32_C(1) << n;
    }
    return all;
}

static void random_entries(struct bed *b, struct rng *rng, struct alb_acl *acl)
{
    struct map seen CLEANUP(map_done) = { 0 };
    for (uint64_t n = 1 + rng_below(rng, 6); n; n--) {
        const char *text = arena_fmt(&b->a, "10.0.0.%d/%d", (int)rng_below(rng, ADDRESSES),
                                     27 + (int)rng_below(rng, 6));
        const char *entry = acl_entry(&b->a, text);
        if (!map_get(&seen, entry))
            add_entry(b, acl, entry);
        map_put(&seen, entry, b);
    }
}

/* Of a list of whom to let in, or of whom to keep out: what both sides have is had at every
 * moment, what none has never is. */
static void test_no_request_goes_astray_while_entries_change(void **state)
{
    struct bed *b = *state;
    struct rng rng = { .state = 7 };
    struct map batches CLEANUP(map_done) = { 0 };
    const size_t two = 2;
    map_put(&batches, "AddEntriesToAcl", &two);
    map_put(&batches, "RemoveEntriesFromAcl", &two);
    b->in.batches = &batches;
    bed_lb(b);
    size_t steps = 0;
    for (int i = 0; i < 300; i++) {
        struct alb_acl *want = sync_acl(b, ENTRIES(NULL)), *have = have_entries(b, ENTRIES(NULL));
        random_entries(b, &rng, want);
        random_entries(b, &rng, have);
        const uint32_t old = covered(have), new = covered(want);
        const struct resource *row = bed_row(b, RESOURCE_ACL, KEY);
        bed_plan(b);
        for (const struct step *s = bed_next(b); s; s = bed_next(b), steps++) {
            bed_apply(b, s);
            const uint32_t now = covered(row->actual);
            assert_int_equal(now & (old & new), old & new);
            assert_int_equal(now & ~(old | new), 0);
            bed_plan(b);
        }
        assert_int_equal(covered(row->actual), new);
        assert_no_steps(b);
    }
    assert_true(steps > 600); /* it takes more than one each way */
}

static void test_a_removal_needs_a_fresh_read(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    sync_acl(b, ENTRIES("10.0.0.0/8"));
    have_entries(b, ENTRIES("10.0.0.0/8", "192.0.2.0/24"));
    bed_row(b, RESOURCE_ACL, KEY)->observed_at = NOW - 61000;
    bed_plan(b);
    assert_plan(b, "RemoveEntriesFromAcl");
    assert_non_null(b->plan.steps.items[0].waits);
}

/* 490 are there, and 10 have room: first come those that take over from what leaves. */
static void test_without_room_what_takes_over_comes_first(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    struct alb_acl *want = sync_acl(b, ENTRIES("192.0.2.0/24"));
    struct alb_acl *have = have_entries(b, ENTRIES("192.0.2.0/24"));
    many(b, have, 1, 489);
    many(b, want, 1, 469); /* 20 leave: 10.1.1.219 to 10.1.1.238 */
    many(b, want, 2, 29);
    add_entry(b, want, "10.1.1.238/31");
    bed_plan(b);
    assert_plan(b, "AddEntriesToAcl", "RemoveEntriesFromAcl", "AddEntriesToAcl");
    assert_string_equal(step_value(&b->plan.steps.items[0], "AclEntries.1.Entry"), "10.1.1.238/31");
    assert_null(step_value(&b->plan.steps.items[0], "AclEntries.11.Entry"));
    assert_string_equal(b->plan.steps.items[1].waits, "the new entries to be there");
    assert_string_equal(b->plan.steps.items[2].waits, "room among its entries");
    assert_true(b->plan.lbs.items[0].hitless);
    assert_false(b->plan.steps.items[1].disrupts);
}

/* As above, with eleven of those: what the eleventh takes over from, 219 to 223, goes last. */
static void test_without_room_those_leave_first_that_no_new_entry_meets(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    struct alb_acl *want = sync_acl(b, ENTRIES("192.0.2.0/24"));
    struct alb_acl *have = have_entries(b, ENTRIES("192.0.2.0/24"));
    many(b, have, 1, 489);
    many(b, want, 1, 469);
    for (int i = 220; i <= 238; i += 2)
        add_entry(b, want, arena_fmt(&b->a, "10.1.1.%d/31", i));
    add_entry(b, want, "10.1.1.216/29");
    many(b, want, 2, 19);
    bed_plan(b);
    assert_plan(b, "AddEntriesToAcl", "RemoveEntriesFromAcl", "AddEntriesToAcl",
                "RemoveEntriesFromAcl", "AddEntriesToAcl");
    const struct step *s = b->plan.steps.items;
    assert_string_equal(step_value(&s[1], "Entries.1"), "10.1.1.224/32");
    assert_non_null(step_value(&s[1], "Entries.15"));
    assert_null(step_value(&s[1], "Entries.16"));
    assert_string_equal(step_value(&s[2], "AclEntries.1.Entry"), "10.1.1.216/29");
    assert_string_equal(step_value(&s[3], "Entries.1"), "10.1.1.219/32");
    assert_true(b->plan.lbs.items[0].hitless);
}

/* Blocks that are next to each other do not meet, whatever their size. */
static void test_a_neighbour_of_what_leaves_does_not_take_over(void **state)
{
    struct bed *b = *state;
    static const char *const entries[][2] = { { "10.2.0.1/32", "10.2.0.0/32" },
                                              { "10.2.0.0/25", "10.2.0.128/25" },
                                              { "10.2.0.0/16", "10.3.0.0/24" },
                                              { "0.0.0.0/1", "128.0.0.0/1" } };
    for (size_t i = 0; i < COUNT(entries); i++) {
        bed_lb(b);
        struct alb_acl *want = sync_acl(b, ENTRIES(entries[i][1]));
        struct alb_acl *have = have_entries(b, ENTRIES(entries[i][0]));
        many(b, have, 1, 499);
        many(b, want, 1, 499);
        bed_plan(b);
        assert_string_equal(bed_next(b)->action, "RemoveEntriesFromAcl");
        assert_false(bed_next(b)->disrupts);
    }
}

static void test_a_full_list_takes_nothing_while_nothing_may_leave(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    sync_acl(b, ENTRIES("192.0.2.0/24"));
    many(b, have_entries(b, ENTRIES("10.0.0.0/32")), 1, 499);
    b->in.keep_all = true;
    bed_plan(b);
    assert_no_steps(b);
}

/* What is no block of IPv4 may meet any; everything meets 0.0.0.0/0. */
static void test_entries_that_cannot_be_compared_are_not_called_harmless(void **state)
{
    struct bed *b = *state;
    static const char *const entries[][2] = { { "2001:db8::/32", "192.0.2.0/24" },
                                              { "192.0.2.0/24", "2001:db8::/32" },
                                              { "192.0.2.0/24", "0.0.0.0/0" } };
    for (size_t i = 0; i < COUNT(entries); i++) {
        bed_lb(b);
        struct alb_acl *want = sync_acl(b, ENTRIES(entries[i][1]));
        struct alb_acl *have = have_entries(b, ENTRIES(entries[i][0]));
        many(b, have, 1, 499);
        many(b, want, 1, 499);
        bed_plan(b);
        assert_string_equal(bed_next(b)->action, "RemoveEntriesFromAcl");
        assert_true(bed_next(b)->disrupts);
    }
}

static void test_a_full_list_whose_entries_all_meet_new_ones_is_not_changed_hitless(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    struct alb_acl *want = sync_acl(b, ENTRIES("10.1.0.0/16"));
    struct alb_acl *have = have_entries(b, ENTRIES("10.1.3.0/24"));
    many(b, have, 1, 499);
    (void)want;
    bed_plan(b);
    const struct step *s = bed_next(b);
    assert_string_equal(s->action, "RemoveEntriesFromAcl");
    assert_true(s->disrupts);
    assert_false(b->plan.lbs.items[0].hitless);
    assert_string_equal(bed_step(b, "AddEntriesToAcl", 0)->waits, "room among its entries");
    assert_false(bed_step(b, "RemoveEntriesFromAcl", 1)->disrupts); /* after the new one */
}

static void test_a_basic_load_balancer_takes_fewer_entries(void **state)
{
    struct bed *b = *state;
    struct alb_load_balancer *lb = bed_lb(b);
    struct alb_load_balancer *have_lb = bed_actual(b, bed_row(b, RESOURCE_LOAD_BALANCER, LB));
    lb->edition = ALB_EDITION_UNSET;
    have_lb->edition = ALB_EDITION_BASIC;
    struct alb_acl *want = sync_acl(b, ENTRIES("10.0.0.0/8"));
    many(b, want, 1, 300);
    bed_plan(b);
    assert_no_steps(b);
    assert_int_equal(b->plan.warnings.len, 1);
    assert_non_null(strstr(b->plan.warnings.items[0].message, "301 entries are wanted, and"));
    assert_non_null(strstr(b->plan.warnings.items[0].message, "takes 300"));
    want->entries.len--;
    bed_plan(b);
    assert_int_equal(b->plan.warnings.len, 0);
    assert_int_equal(bed_count(b, "AddEntriesToAcl"), 15);
}

static void test_a_list_is_renamed_in_place(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    struct alb_acl *want = sync_acl(b, ENTRIES("10.0.0.0/8"));
    want->name = "branch";
    bed_plan(b);
    assert_plan(b, "UpdateAclAttribute");
    assert_string_equal(step_value(bed_next(b), "AclName"), "branch");
    assert_string_equal(step_value(bed_next(b), "AclId"), "acl-1");
    assert_true(b->plan.lbs.items[0].hitless);
}

/* The cloud gives a name twice to new lists only. */
static void test_a_list_keeps_its_name_where_another_has_the_wanted_one(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    struct alb_acl *want = sync_acl(b, ENTRIES("10.0.0.0/8")),
                   *other = arena_alloc(&b->a, sizeof *other);
    *other = (struct alb_acl){ .name = "branch" };
    bed_sync(b, bed_row(b, RESOURCE_ACL, "81/HTTP/White"), other, "acl-2");
    want->name = "branch";
    bed_row(b, RESOURCE_ACL, "82/HTTP/White")->desired = NULL; /* one that is not there */
    bed_plan(b);
    assert_no_steps(b);
    assert_int_equal(b->plan.warnings.len, 1);
    assert_string_equal(b->plan.warnings.items[0].key, KEY);
    struct alb_acl *named = bed_actual(b, bed_row(b, RESOURCE_ACL, "81/HTTP/White"));
    named->name = NULL; /* not said */
    bed_plan(b);
    assert_plan(b, "UpdateAclAttribute", "UpdateAclAttribute");
}

static void test_a_held_list_stays_as_it_is(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    sync_acl(b, ENTRIES("10.0.0.0/8"));
    have_entries(b, ENTRIES("192.0.2.0/24"));
    bed_row(b, RESOURCE_ACL, KEY)->held = true;
    bed_plan(b);
    assert_no_steps(b);
}

static void test_a_list_of_another_service_is_not_written(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    sync_acl(b, ENTRIES("10.0.0.0/8"));
    have_entries(b, ENTRIES("10.0.0.0/8"))->config_managed = (struct opt_bool){ true, true };
    bed_plan(b);
    assert_no_steps(b);
    assert_int_equal(b->plan.warnings.len, 0); /* it is as it should be */
    have_entries(b, ENTRIES("192.0.2.0/24"))->config_managed = (struct opt_bool){ true, true };
    bed_plan(b);
    assert_no_steps(b);
    assert_int_equal(b->plan.warnings.len, 1);
    bed_undesired(bed_row(b, RESOURCE_ACL, KEY));
    bed_plan(b);
    assert_no_steps(b);
    assert_int_equal(b->plan.warnings.len, 1);
}

static void use(struct bed *b, struct alb_listener *l, const char *id)
{
    *LIST_PUSH(&b->a, &l->acls.acls) = (struct alb_listener_acl){ .acl_id = id };
    l->acls.type = "White";
}

static void test_a_list_goes_when_no_listener_uses_it(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    bed_listener(b);
    sync_acl(b, ENTRIES("10.0.0.0/8"));
    bed_undesired(bed_row(b, RESOURCE_ACL, KEY));
    struct alb_listener *have = bed_actual(b, bed_row(b, RESOURCE_LISTENER, "80/HTTP"));
    use(b, have, NULL); /* not said */
    use(b, have, "acl-0");
    use(b, have, "acl-1");
    bed_plan(b);
    assert_plan(b, "DissociateAclsFromListener", "DeleteAcl");
    assert_string_equal(b->plan.steps.items[1].waits, "Listener 80/HTTP to stop using it");
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_plan(b, "DeleteAcl");
    assert_string_equal(step_value(bed_next(b), "AclId"), "acl-1");
}

static void test_a_list_goes_after_its_listener(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    bed_listener(b);
    sync_acl(b, ENTRIES("10.0.0.0/8"));
    use(b, bed_actual(b, bed_row(b, RESOURCE_LISTENER, "80/HTTP")), "acl-1");
    bed_undesired(bed_row(b, RESOURCE_LISTENER, "80/HTTP"));
    bed_undesired(bed_row(b, RESOURCE_ACL, KEY));
    bed_plan(b);
    assert_plan(b, "DeleteListener", "DeleteAcl");
    assert_string_equal(b->plan.steps.items[1].waits, "Listener 80/HTTP to stop using it");
    bed_gone(bed_row(b, RESOURCE_LISTENER, "80/HTTP"));
    bed_plan(b);
    assert_null(bed_step(b, "DeleteAcl", 0)->waits);
}

static void test_a_list_that_others_use_stays(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    sync_acl(b, ENTRIES("10.0.0.0/8"));
    have_entries(b, ENTRIES("10.0.0.0/8"))->user = "lsn-other";
    bed_undesired(bed_row(b, RESOURCE_ACL, KEY));
    bed_plan(b);
    assert_no_steps(b);
    assert_int_equal(b->plan.warnings.len, 1);
    assert_non_null(strstr(b->plan.warnings.items[0].message, "lsn-other"));
}

static void test_a_list_that_is_wanted_by_its_id_stays(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    struct alb_listener *want = bed_listener(b);
    use(b, want, "acl-1");
    bed_sync(b, bed_row(b, RESOURCE_LISTENER, "80/HTTP"), want, "lsn-1");
    sync_acl(b, ENTRIES("10.0.0.0/8"));
    bed_undesired(bed_row(b, RESOURCE_ACL, KEY));
    bed_plan(b);
    assert_no_steps(b);
}

static void test_a_list_outlives_its_load_balancer_for_a_moment(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    sync_acl(b, ENTRIES("10.0.0.0/8"));
    bed_undesired(bed_row(b, RESOURCE_LOAD_BALANCER, LB));
    bed_undesired(bed_row(b, RESOURCE_ACL, KEY));
    bed_plan(b);
    assert_no_steps(b); /* nobody asked for it */
    b->in.destroy = LB;
    bed_plan(b);
    assert_plan(b, "DeleteLoadBalancer", "DeleteAcl");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_TEST(test_a_list_is_made_and_then_filled),
        BED_TEST(test_entries_are_added_before_others_leave_twenty_a_call),
        BED_TEST(test_entries_leave_twenty_a_call_and_each_is_named),
        BED_TEST(test_a_neighbour_of_what_leaves_does_not_take_over),
        BED_TEST(test_an_entry_leaves_under_the_name_that_the_cloud_has_for_it),
        BED_TEST(test_nothing_leaves_while_the_source_is_incomplete),
        BED_TEST(test_no_request_goes_astray_while_entries_change),
        BED_TEST(test_a_removal_needs_a_fresh_read),
        BED_TEST(test_without_room_what_takes_over_comes_first),
        BED_TEST(test_without_room_those_leave_first_that_no_new_entry_meets),
        BED_TEST(test_a_full_list_takes_nothing_while_nothing_may_leave),
        BED_TEST(test_entries_that_cannot_be_compared_are_not_called_harmless),
        BED_TEST(test_a_held_list_stays_as_it_is),
        BED_TEST(test_a_full_list_whose_entries_all_meet_new_ones_is_not_changed_hitless),
        BED_TEST(test_a_basic_load_balancer_takes_fewer_entries),
        BED_TEST(test_a_list_is_renamed_in_place),
        BED_TEST(test_a_list_keeps_its_name_where_another_has_the_wanted_one),
        BED_TEST(test_a_list_of_another_service_is_not_written),
        BED_TEST(test_a_list_goes_when_no_listener_uses_it),
        BED_TEST(test_a_list_goes_after_its_listener),
        BED_TEST(test_a_list_that_others_use_stays),
        BED_TEST(test_a_list_that_is_wanted_by_its_id_stays),
        BED_TEST(test_a_list_outlives_its_load_balancer_for_a_moment),
    };
    return cmocka_run_group_tests_name("plan/acl", tests, NULL, NULL);
}
