/* Which access lists a listener uses: in which order they come and go, and what waits. */
#include "support.h"

#define WHITE "80/HTTP/White"
#define BLACK "80/HTTP/Black"

static struct alb_acl *row(struct bed *b, const char *key, const char *id, const char *entry)
{
    struct alb_acl *acl = arena_alloc(&b->a, sizeof *acl);
    acl->name = "office";
    *LIST_PUSH(&b->a, &acl->entries) = (struct alb_acl_entry){ .entry = entry };
    bed_sync(b, bed_row(b, RESOURCE_ACL, key), acl, id);
    return acl;
}

/* A list that is not ours. */
static void foreign(struct bed *b, const char *id, const char *entry)
{
    row(b, arena_fmt(&b->a, "?%s", id), id, entry);
    struct resource *r = bed_row(b, RESOURCE_ACL, arena_fmt(&b->a, "?%s", id));
    bed_undesired(r);
    r->ours = false;
}

static struct resource *listener(struct bed *b)
{
    return bed_row(b, RESOURCE_LISTENER, "80/HTTP");
}

static void set_acls(struct bed *b, struct alb_listener *l, const char *type,
                     const char *const *ids)
{
    l->acls = (struct alb_listener_acls){ 0 };
    l->acls.acls.items = arena_array(&b->a, 1, sizeof *l->acls.acls.items);
    for (size_t i = 0; ids && ids[i]; i++)
        *LIST_PUSH(&b->a, &l->acls.acls) = (struct alb_listener_acl){ .acl_id = ids[i] };
    l->acls.type = type;
}

#define IDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* Listener 80/HTTP that wants one thing and has another. */
static void want_and_have(struct bed *b, const char *type, const char *const *want, const char *has,
                          const char *const *have)
{
    bed_lb(b);
    struct alb_listener *l = bed_listener(b);
    set_acls(b, bed_actual(b, listener(b)), has, have);
    set_acls(b, l, type, want);
}

static void test_a_list_is_associated_once_it_has_its_entries(void **state)
{
    struct bed *b = *state;
    want_and_have(b, "White", IDS("@acl/" WHITE), NULL, NULL);
    row(b, WHITE, "acl-1", "10.0.0.0/8");
    struct alb_acl *have = bed_actual(b, bed_row(b, RESOURCE_ACL, WHITE));
    have->entries.len = 0;
    bed_plan(b);
    assert_plan(b, "AddEntriesToAcl", "AssociateAclsWithListener");
    assert_string_equal(b->plan.steps.items[1].waits, "Acl " WHITE " to have its entries");
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_plan(b, "AssociateAclsWithListener");
    const struct step *s = bed_next(b);
    assert_int_equal(s->family, LANE_LOAD_BALANCER);
    assert_string_equal(step_value(s, "ListenerId"), "lsn-1");
    assert_string_equal(step_value(s, "AclIds.1"), "acl-1");
    assert_string_equal(step_value(s, "AclType"), "White");
    assert_true(s->items.items[0].last);
    bed_apply(b, s);
    bed_plan(b);
    assert_no_steps(b);
}

static void test_what_does_not_exist_yet_is_waited_for(void **state)
{
    struct bed *b = *state;
    want_and_have(b, "White", IDS("@acl/" WHITE), NULL, NULL);
    row(b, WHITE, "acl-1", "10.0.0.0/8");
    bed_gone(bed_row(b, RESOURCE_ACL, WHITE));
    bed_plan(b);
    assert_plan(b, "CreateAcl", "AddEntriesToAcl", "AssociateAclsWithListener");
    assert_string_equal(b->plan.steps.items[2].waits, "Acl " WHITE " to have its entries");
}

static void test_a_list_that_is_being_changed_is_not_associated(void **state)
{
    struct bed *b = *state;
    want_and_have(b, "White", IDS("@acl/" WHITE), NULL, NULL);
    row(b, WHITE, "acl-1", "10.0.0.0/8");
    bed_row(b, RESOURCE_ACL, WHITE)->status = "Configuring";
    bed_plan(b);
    assert_string_equal(bed_step(b, "AssociateAclsWithListener", 0)->waits,
                        "Acl " WHITE " is Configuring");
}

/* A listener without rules lets nobody through to a backend. */
static void test_rules_wait_until_the_listener_is_guarded(void **state)
{
    struct bed *b = *state;
    want_and_have(b, "White", IDS("acl-7"), NULL, NULL);
    bed_group(b, "g", "sgp-1");
    bed_want_rule(b, bed_rule(b, "a.example", "-", "@g"), 1);
    bed_plan(b);
    assert_plan(b, "AssociateAclsWithListener", "CreateRules");
    assert_string_equal(b->plan.steps.items[1].waits,
                        "Listener 80/HTTP to be guarded by its access lists");
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_plan(b, "CreateRules");
    assert_null(b->plan.steps.items[0].waits);
}

static void test_fewer_rules_need_no_guard(void **state)
{
    struct bed *b = *state;
    want_and_have(b, "White", IDS("acl-7"), NULL, NULL);
    bed_group(b, "g", "sgp-1");
    struct alb_rule *rule = bed_rule(b, "b.example", "-", "@g");
    bed_have_rule(b, rule, 7, "rule-7");
    bed_undesired(bed_row(b, RESOURCE_RULE, rule_key(&b->a, "80/HTTP", rule, 1)));
    bed_plan(b);
    assert_null(bed_step(b, "DeleteRules", 0)->waits);
}

/* A listener that nobody asked for its lists may have some. */
static void test_lists_that_are_not_known_are_read_first(void **state)
{
    struct bed *b = *state;
    want_and_have(b, "White", IDS("@acl/" WHITE), NULL, NULL);
    row(b, WHITE, "acl-1", "10.0.0.0/8");
    bed_gone(bed_row(b, RESOURCE_ACL, WHITE));
    struct alb_listener *have = bed_actual(b, listener(b));
    have->acls.acls.items = NULL;
    bed_plan(b);
    assert_plan(b, "CreateAcl", "AddEntriesToAcl", "AssociateAclsWithListener");
    assert_string_equal(b->plan.steps.items[0].waits, STEP_WAITS_READ);
    assert_string_equal(b->plan.steps.items[2].waits, STEP_WAITS_READ);
    bed_gone(listener(b)); /* one that we make has none */
    bed_plan(b);
    assert_null(bed_step(b, "CreateAcl", 0)->waits);
    bed_apply(b, bed_step(b, "CreateListener", 0));
    listener(b)->cloud_id = "lsn-1";
    bed_plan(b);
    assert_null(bed_step(b, "CreateAcl", 0)->waits);
}

static void test_more_lists_come_before_others_go(void **state)
{
    struct bed *b = *state;
    want_and_have(b, "White", IDS("acl-2", "acl-3"), "White", IDS("acl-1", "acl-3"));
    bed_plan(b);
    assert_plan(b, "AssociateAclsWithListener", "DissociateAclsFromListener");
    assert_string_equal(step_value(&b->plan.steps.items[0], "AclIds.1"), "acl-2");
    assert_null(step_value(&b->plan.steps.items[0], "AclIds.2"));
    assert_int_equal(b->plan.steps.items[0].changes.len, 1);
    assert_string_equal(b->plan.steps.items[0].changes.items[0].after, "acl-2");
    assert_string_equal(step_value(&b->plan.steps.items[1], "AclIds.1"), "acl-1");
    assert_string_equal(b->plan.steps.items[1].changes.items[0].before, "acl-1");
    assert_null(step_value(&b->plan.steps.items[1], "AclType"));
    assert_string_equal(b->plan.steps.items[1].waits, "the new access lists to be associated");
    assert_true(b->plan.lbs.items[0].hitless);
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_plan(b, "DissociateAclsFromListener");
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_no_steps(b);
}

static void test_a_list_that_is_too_much_goes(void **state)
{
    struct bed *b = *state;
    want_and_have(b, "White", IDS("acl-1"), "White", IDS("acl-1", "acl-2"));
    bed_plan(b);
    assert_plan(b, "DissociateAclsFromListener");
    assert_true(b->plan.lbs.items[0].hitless);
}

static void test_nothing_goes_while_the_source_is_incomplete(void **state)
{
    struct bed *b = *state;
    want_and_have(b, "White", IDS("acl-2"), "White", IDS("acl-1"));
    b->in.keep_all = true;
    bed_plan(b);
    assert_plan(b, "AssociateAclsWithListener");
}

/* What is held or left, not ours or not wanted by its own is as ready as it will be. */
static void test_only_what_we_fill_is_waited_for(void **state)
{
    struct bed *b = *state;
    want_and_have(b, "White", IDS("acl-1", "acl-2", "acl-3"), NULL, NULL);
    foreign(b, "acl-1", "10.0.0.0/8");
    row(b, "81/HTTP/White", "acl-2", "10.1.0.0/16");
    bed_undesired(bed_row(b, RESOURCE_ACL, "81/HTTP/White"));
    struct alb_acl *left = row(b, "82/HTTP/White", "acl-3", "10.2.0.0/16");
    *LIST_PUSH(&b->a, &left->entries) = (struct alb_acl_entry){ .entry = "10.3.0.0/16" };
    bed_row(b, RESOURCE_ACL, "82/HTTP/White")->leave = LEAVE_ALL;
    bed_plan(b);
    assert_plan(b, "AssociateAclsWithListener");
    assert_null(b->plan.steps.items[0].waits);
}

static void test_too_many_entries_are_waited_for_too(void **state)
{
    struct bed *b = *state;
    want_and_have(b, "White", IDS("acl-1", "acl-2"), NULL, NULL);
    row(b, WHITE, "acl-1", "10.0.0.0/8");
    struct alb_acl *have = bed_actual(b, bed_row(b, RESOURCE_ACL, WHITE));
    *LIST_PUSH(&b->a, &have->entries) = (struct alb_acl_entry){ .entry = "192.0.2.0/24" };
    bed_plan(b);
    assert_string_equal(bed_step(b, "AssociateAclsWithListener", 0)->waits,
                        "Acl " WHITE " to have its entries");
}

/* A listener takes three. */
static void test_without_room_some_go_first_and_the_plan_says_so(void **state)
{
    struct bed *b = *state;
    want_and_have(b, "White", IDS("a", "x"), "White", IDS("a", "b", "c"));
    bed_plan(b);
    assert_plan(b, "DissociateAclsFromListener", "AssociateAclsWithListener",
                "DissociateAclsFromListener");
    assert_string_equal(step_value(&b->plan.steps.items[0], "AclIds.1"), "b");
    assert_null(step_value(&b->plan.steps.items[0], "AclIds.2"));
    assert_true(b->plan.steps.items[0].disrupts);
    assert_false(b->plan.steps.items[2].disrupts);
    assert_string_equal(b->plan.steps.items[1].waits, "the other access lists to be dissociated");
    assert_false(b->plan.lbs.items[0].hitless);
}

static void test_another_type_needs_a_gap_and_the_plan_says_so(void **state)
{
    struct bed *b = *state;
    want_and_have(b, "Black", IDS("@acl/" BLACK), "White", IDS("acl-1"));
    row(b, WHITE, "acl-1", "10.0.0.0/8");
    bed_undesired(bed_row(b, RESOURCE_ACL, WHITE));
    row(b, BLACK, "acl-2", "192.0.2.0/24");
    bed_plan(b);
    assert_plan(b, "DissociateAclsFromListener", "AssociateAclsWithListener", "DeleteAcl");
    assert_null(b->plan.steps.items[0].waits);
    assert_true(b->plan.steps.items[0].disrupts);
    assert_string_equal(b->plan.steps.items[1].waits, "the other access lists to be dissociated");
    assert_false(b->plan.lbs.items[0].hitless);
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_plan(b, "AssociateAclsWithListener", "DeleteAcl");
    assert_string_equal(step_value(bed_next(b), "AclType"), "Black");
    assert_true(b->plan.lbs.items[0].hitless);
}

/* The gap is as short as can be: what comes is ready before anything goes. */
static void test_the_old_list_stays_until_the_new_one_is_ready(void **state)
{
    struct bed *b = *state;
    want_and_have(b, "Black", IDS("@acl/" BLACK), "White", IDS("acl-1"));
    row(b, WHITE, "acl-1", "10.0.0.0/8");
    bed_undesired(bed_row(b, RESOURCE_ACL, WHITE));
    row(b, BLACK, "acl-2", "192.0.2.0/24");
    bed_gone(bed_row(b, RESOURCE_ACL, BLACK));
    bed_plan(b);
    assert_string_equal(bed_step(b, "DissociateAclsFromListener", 0)->waits,
                        "Acl " BLACK " to have its entries");
}

static void test_the_same_lists_of_another_type_are_associated_anew(void **state)
{
    struct bed *b = *state;
    want_and_have(b, "Black", IDS("acl-1", "acl-2"), "White", IDS("acl-1", "acl-2"));
    bed_plan(b);
    assert_plan(b, "DissociateAclsFromListener", "AssociateAclsWithListener");
    assert_string_equal(step_value(&b->plan.steps.items[1], "AclIds.2"), "acl-2");
    b->in.keep_all = true; /* nothing may go, so nothing can come */
    bed_plan(b);
    assert_no_steps(b);
}

/* No entry may come from two lists of a listener. */
static void test_a_list_with_an_entry_of_the_old_one_comes_after_it(void **state)
{
    struct bed *b = *state;
    want_and_have(b, "White", IDS("acl-2"), "White", IDS("acl-1"));
    foreign(b, "acl-1", "10.0.0.0/8");
    foreign(b, "acl-2", "10.0.0.0/8");
    bed_plan(b);
    assert_plan(b, "DissociateAclsFromListener", "AssociateAclsWithListener");
    assert_true(b->plan.steps.items[0].disrupts);
    assert_false(b->plan.lbs.items[0].hitless);
}

static void test_a_type_that_is_not_said_is_another(void **state)
{
    struct bed *b = *state;
    want_and_have(b, "White", IDS("acl-1"), NULL, IDS("acl-1"));
    bed_plan(b);
    assert_plan(b, "DissociateAclsFromListener", "AssociateAclsWithListener");
}

static void test_an_id_that_is_not_said_is_left_out(void **state)
{
    struct bed *b = *state;
    const char *const ids[] = { "acl-1", "", NULL };
    want_and_have(b, "White", IDS("acl-1"), "White", ids);
    struct alb_listener *have = bed_actual(b, listener(b));
    have->acls.acls.items[1].acl_id = NULL;
    bed_plan(b);
    assert_no_steps(b);
}

/* A list of ours that is to be made, too. */
static void test_entries_are_compared_before_a_list_is_there(void **state)
{
    struct bed *b = *state;
    want_and_have(b, "White", IDS("@acl/" WHITE, "@acl/unknown"), "White", IDS("acl-1"));
    foreign(b, "acl-1", "10.0.0.0/8");
    row(b, WHITE, "acl-2", "10.0.0.0/8");
    bed_gone(bed_row(b, RESOURCE_ACL, WHITE));
    bed_plan(b);
    assert_true(bed_step(b, "DissociateAclsFromListener", 0)->disrupts);
    row(b, WHITE, "acl-2", "10.1.0.0/16");
    bed_gone(bed_row(b, RESOURCE_ACL, WHITE));
    bed_plan(b);
    assert_false(bed_step(b, "DissociateAclsFromListener", 0)->disrupts);
}

static void test_a_new_listener_gets_its_lists_before_rules(void **state)
{
    struct bed *b = *state;
    want_and_have(b, "White", IDS("acl-1"), NULL, NULL);
    bed_gone(listener(b));
    bed_gone(bed_row(b, RESOURCE_LOAD_BALANCER, LB));
    bed_group(b, "g", "sgp-1");
    bed_want_rule(b, bed_rule(b, "a.example", "-", "@g"), 1);
    bed_plan(b);
    assert_plan(b, "CreateLoadBalancer", "CreateListener", "AssociateAclsWithListener",
                "CreateRules");
    bed_sync(b, bed_row(b, RESOURCE_LOAD_BALANCER, LB),
             bed_row(b, RESOURCE_LOAD_BALANCER, LB)->desired, "alb-1");
    listener(b)->cloud_id = "lsn-1";
    bed_apply(b, bed_step(b, "CreateListener", 0));
    bed_plan(b);
    assert_plan(b, "AssociateAclsWithListener", "CreateRules");
    assert_string_equal(b->plan.steps.items[1].waits,
                        "Listener 80/HTTP to be guarded by its access lists");
}

/* A listener that nothing desires is kept for rules of others; ours need no guard there. */
static void test_rules_of_a_listener_that_is_only_kept_do_not_wait(void **state)
{
    struct bed *b = *state;
    want_and_have(b, "White", IDS("acl-1"), NULL, NULL);
    bed_undesired(listener(b));
    bed_group(b, "g", "sgp-1");
    struct alb_rule *others = bed_rule(b, "b.example", "-", "@g");
    bed_have_rule(b, others, 7, "rule-7");
    struct resource *r = bed_row(b, RESOURCE_RULE, rule_key(&b->a, "80/HTTP", others, 1));
    bed_undesired(r);
    r->ours = false;
    bed_want_rule(b, bed_rule(b, "a.example", "-", "@g"), 1);
    bed_plan(b);
    assert_null(bed_step(b, "CreateRules", 0)->waits);
}

static void test_without_aclconfig_only_what_we_associated_goes(void **state)
{
    struct bed *b = *state;
    want_and_have(b, NULL, NULL, "White", IDS("acl-1", "acl-2", "acl-3"));
    foreign(b, "acl-3", "10.3.0.0/16");
    row(b, WHITE, "acl-1", "10.0.0.0/8"); /* ours, by its row */
    bed_undesired(bed_row(b, RESOURCE_ACL, WHITE));
    struct alb_listener *old =
        schema_copy(&b->a, &alb_listener_schema, listener(b)->desired, 0, NULL, NULL);
    set_acls(b, old, "White", IDS("acl-2")); /* by id, and applied */
    listener(b)->applied = old;
    bed_plan(b);
    assert_plan(b, "DissociateAclsFromListener", "DeleteAcl");
    assert_string_equal(step_value(bed_next(b), "AclIds.1"), "acl-1");
    assert_string_equal(step_value(bed_next(b), "AclIds.2"), "acl-2");
    assert_null(step_value(bed_next(b), "AclIds.3")); /* somebody else's */
    b->in.keep_all = true;
    bed_plan(b);
    assert_no_steps(b);
    b->in.keep_all = false;
    listener(b)->applied = NULL;
    bed_plan(b);
    assert_null(step_value(bed_next(b), "AclIds.2"));
}

static void test_security_groups_are_left_before_a_list_comes(void **state)
{
    struct bed *b = *state;
    want_and_have(b, "White", IDS("acl-1"), NULL, NULL);
    foreign(b, "acl-1", "10.0.0.0/8");
    struct resource *lb = bed_row(b, RESOURCE_LOAD_BALANCER, LB);
    struct alb_load_balancer *have = bed_actual(b, lb);
    *LIST_PUSH(&b->a, &have->security_group_ids) = "sg-1";
    bed_plan(b);
    assert_plan(b, "AssociateAclsWithListener"); /* others joined it: it stays */
    assert_string_equal(b->plan.steps.items[0].waits,
                        "the load balancer to leave its security groups");
    assert_int_equal(b->plan.warnings.len, 1);
    assert_non_null(strstr(b->plan.warnings.items[0].message, "sg-1"));
    lb->applied = have;
    have->name = "other";
    bed_plan(b);
    assert_plan(b, "UpdateLoadBalancerAttribute", "LoadBalancerLeaveSecurityGroup",
                "AssociateAclsWithListener");
    assert_int_equal(b->plan.warnings.len, 0);
    assert_false(b->plan.steps.items[0].disrupts);
    assert_true(b->plan.steps.items[1].disrupts); /* it is open until the list is there */
    assert_false(b->plan.lbs.items[0].hitless);
}

static void test_lists_go_before_a_security_group_is_joined(void **state)
{
    struct bed *b = *state;
    want_and_have(b, NULL, NULL, "White", IDS("acl-1"));
    row(b, WHITE, "acl-1", "10.0.0.0/8");
    bed_undesired(bed_row(b, RESOURCE_ACL, WHITE));
    struct alb_load_balancer *want =
        schema_copy(&b->a, &alb_load_balancer_schema,
                    bed_row(b, RESOURCE_LOAD_BALANCER, LB)->desired, 0, NULL, NULL);
    *LIST_PUSH(&b->a, &want->security_group_ids) = "sg-1";
    bed_row(b, RESOURCE_LOAD_BALANCER, LB)->desired = want;
    bed_plan(b);
    assert_string_equal(bed_step(b, "LoadBalancerJoinSecurityGroup", 0)->waits,
                        "the access lists of its listeners to be dissociated");
    bed_apply(b, bed_step(b, "DissociateAclsFromListener", 0));
    bed_plan(b);
    assert_null(bed_step(b, "LoadBalancerJoinSecurityGroup", 0)->waits);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_TEST(test_a_list_is_associated_once_it_has_its_entries),
        BED_TEST(test_what_does_not_exist_yet_is_waited_for),
        BED_TEST(test_a_list_that_is_being_changed_is_not_associated),
        BED_TEST(test_rules_wait_until_the_listener_is_guarded),
        BED_TEST(test_fewer_rules_need_no_guard),
        BED_TEST(test_lists_that_are_not_known_are_read_first),
        BED_TEST(test_more_lists_come_before_others_go),
        BED_TEST(test_a_list_that_is_too_much_goes),
        BED_TEST(test_without_room_some_go_first_and_the_plan_says_so),
        BED_TEST(test_another_type_needs_a_gap_and_the_plan_says_so),
        BED_TEST(test_the_old_list_stays_until_the_new_one_is_ready),
        BED_TEST(test_the_same_lists_of_another_type_are_associated_anew),
        BED_TEST(test_a_list_with_an_entry_of_the_old_one_comes_after_it),
        BED_TEST(test_nothing_goes_while_the_source_is_incomplete),
        BED_TEST(test_only_what_we_fill_is_waited_for),
        BED_TEST(test_too_many_entries_are_waited_for_too),
        BED_TEST(test_a_type_that_is_not_said_is_another),
        BED_TEST(test_an_id_that_is_not_said_is_left_out),
        BED_TEST(test_entries_are_compared_before_a_list_is_there),
        BED_TEST(test_a_new_listener_gets_its_lists_before_rules),
        BED_TEST(test_rules_of_a_listener_that_is_only_kept_do_not_wait),
        BED_TEST(test_without_aclconfig_only_what_we_associated_goes),
        BED_TEST(test_security_groups_are_left_before_a_list_comes),
        BED_TEST(test_lists_go_before_a_security_group_is_joined),
    };
    return cmocka_run_group_tests_name("plan/listener_acl", tests, NULL, NULL);
}
