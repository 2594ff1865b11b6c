/* Rows: order, look-up, references. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "alb-agent/model.h"

static struct resource *add(struct arena *a, struct model *m, const char *lb,
                            enum resource_kind kind, const char *key)
{
    struct resource *r = LIST_PUSH(a, &m->rows);
    *r = (struct resource){ .lb = lb, .kind = kind, .key = key, .parent = "", .status = "" };
    return r;
}

/* ---- kinds --------------------------------------------------------------------------------- */

static void test_kinds_have_names_and_tables(void **state)
{
    (void)state;
    for (int k = 0; k < RESOURCE_KINDS; k++) {
        enum resource_kind kind = (enum resource_kind)k;
        assert_int_equal(resource_kind_find(resource_kind_name(kind)), kind);
        assert_string_equal(resource_schema(kind)->name, resource_kind_name(kind));
    }
    assert_int_equal(resource_kind_find("Rule "), RESOURCE_KINDS);
    assert_string_equal(resource_kind_name(RESOURCE_KINDS), "?");
    assert_null(resource_schema(RESOURCE_KINDS));
}

/* ---- order and look-up ------------------------------------------------------------------------
 */

static void test_every_row_is_found_in_a_sorted_model(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct model m = { 0 };
    static const char *const lbs[] = { "b", "a", "c" };
    for (int n = 19; n >= 0; n--)
        add(&a, &m, lbs[n % 3], (enum resource_kind)(n % 4), arena_fmt(&a, "k%d", n));
    model_sort(&m);
    for (size_t i = 0; i < m.rows.len; i++) {
        const struct resource *r = &m.rows.items[i];
        assert_ptr_equal(model_find(&m, r->lb, r->kind, r->key), r);
        assert_true(!i || strcmp(r[-1].lb, r->lb) <= 0);
    }
    assert_null(model_find(&m, "a", RESOURCE_RULE, "none"));
    assert_null(model_find(&m, "z", RESOURCE_RULE, "k1"));
    assert_null(model_find(&(struct model){ 0 }, "a", RESOURCE_RULE, "k1"));
}

static void test_the_rows_of_one_load_balancer_are_a_range(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct model m = { 0 };
    add(&a, &m, "a", RESOURCE_LISTENER, "1");
    add(&a, &m, "b", RESOURCE_LISTENER, "1");
    add(&a, &m, "b", RESOURCE_RULE, "1");
    add(&a, &m, "c", RESOURCE_LISTENER, "1");
    model_sort(&m);
    size_t first, end;
    model_range(&m, "b", &first, &end);
    assert_int_equal(first, 1);
    assert_int_equal(end, 3);
    model_range(&m, "bb", &first, &end);
    assert_int_equal(first, end);
    model_range(&m, "c", &first, &end);
    assert_int_equal(end, 4);
}

/* ---- references
 * -------------------------------------------------------------------------------------- */

static struct alb_rule *forward(struct arena *a, const char *x, const char *y)
{
    struct alb_rule *r = arena_alloc(a, sizeof *r);
    struct alb_rule_action *act = LIST_PUSH(a, &r->actions);
    act->type = ALB_ACTION_FORWARD;
    LIST_PUSH(a, &act->forward.targets)->group_id = x;
    LIST_PUSH(a, &act->forward.targets)->group_id = y;
    return r;
}

static const char *target(const void *rule, size_t i)
{
    const struct alb_rule *r = rule;
    return r->actions.items[0].forward.targets.items[i].group_id;
}

static void test_references_become_ids_as_far_as_groups_exist(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct model m = { 0 };
    add(&a, &m, "a", RESOURCE_SERVER_GROUP, "g1")->cloud_id = "sgp-1";
    add(&a, &m, "a", RESOURCE_SERVER_GROUP, "g2");
    add(&a, &m, "b", RESOURCE_SERVER_GROUP, "g3")->cloud_id = "sgp-3";
    model_sort(&m);
    const char *missing;
    const void *r =
        model_resolve(&a, &m, "a", RESOURCE_RULE, forward(&a, "@g1", "sgp-x"), &missing);
    assert_string_equal(target(r, 0), "sgp-1");
    assert_string_equal(target(r, 1), "sgp-x");
    assert_null(missing);
    r = model_resolve(&a, &m, "a", RESOURCE_RULE, forward(&a, "@g2", "@g3"), &missing);
    assert_string_equal(target(r, 0), "@g2");
    assert_string_equal(target(r, 1), "@g3"); /* another load balancer's */
    assert_string_equal(missing, "g2");
}

static void test_what_names_nothing_is_not_copied_to_be_looked_at(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct model m = { 0 };
    add(&a, &m, "a", RESOURCE_SERVER_GROUP, "g1")->cloud_id = "sgp-1";
    const struct alb_server_group g = { .name = "g" };
    assert_ptr_equal(model_resolved(&a, &m, "a", RESOURCE_SERVER_GROUP, &g), &g);
    const void *r = model_resolved(&a, &m, "a", RESOURCE_RULE, forward(&a, "@g1", "sgp-x"));
    assert_string_equal(target(r, 0), "sgp-1");
}

static void test_certificates_are_referred_to_by_their_names(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct model m = { 0 };
    assert_string_equal(certificate_ref("@certificate/shop-tls-1a2b3c"), "shop-tls-1a2b3c");
    assert_null(certificate_ref("certificate/x"));
    assert_null(certificate_ref("@certificate/web-tea:80")); /* a group of that namespace */
    add(&a, &m, "a", RESOURCE_CERTIFICATE, "x")->cloud_id = "1-cn-hangzhou";
    add(&a, &m, "a", RESOURCE_CERTIFICATE, "y");
    add(&a, &m, "a", RESOURCE_SERVER_GROUP, "certificate/web-tea:80")->cloud_id = "sgp-1";
    model_sort(&m);
    struct alb_listener l = { 0 };
    *LIST_PUSH(&a, &l.certs) = (struct alb_cert){ .id = "@certificate/x" };
    *LIST_PUSH(&a, &l.additional_certs) = (struct alb_cert){ .id = "@certificate/y" };
    *LIST_PUSH(&a, &l.additional_certs) = (struct alb_cert){ .id = "c-1" };
    const char *missing;
    const struct alb_listener *r = model_resolve(&a, &m, "a", RESOURCE_LISTENER, &l, &missing);
    assert_string_equal(r->certs.items[0].id, "1-cn-hangzhou");
    assert_string_equal(r->additional_certs.items[0].id, "@certificate/y");
    assert_string_equal(r->additional_certs.items[1].id, "c-1");
    assert_string_equal(missing, "certificate/y");
    const void *rule = model_resolve(&a, &m, "a", RESOURCE_RULE,
                                     forward(&a, "@certificate/web-tea:80", "g"), &missing);
    assert_string_equal(target(rule, 0), "sgp-1");
    struct map wanted CLEANUP(map_done) = { 0 };
    add(&a, &m, "a", RESOURCE_LISTENER, "443/HTTPS")->desired = &l;
    model_sort(&m);
    model_used_groups(&m, "a", &wanted, NULL);
    assert_int_equal(map_count(&wanted), 0);
}

static void test_access_lists_are_referred_to_by_their_keys(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct model m = { 0 };
    assert_string_equal(acl_ref("@acl/80/HTTP/White"), "80/HTTP/White");
    assert_null(acl_ref("acl-1"));
    assert_null(acl_ref("@acl/web-tea:80")); /* a group of that namespace */
    add(&a, &m, "a", RESOURCE_ACL, "80/HTTP/White")->cloud_id = "acl-1";
    model_sort(&m);
    struct alb_listener l = { 0 };
    static const char *const ids[] = { "@acl/80/HTTP/White", "@acl/80/HTTP/Black", "acl-7" };
    for (size_t i = 0; i < COUNT(ids); i++)
        *LIST_PUSH(&a, &l.acls.acls) = (struct alb_listener_acl){ .acl_id = ids[i] };
    const char *missing;
    const struct alb_listener *r = model_resolve(&a, &m, "a", RESOURCE_LISTENER, &l, &missing);
    assert_string_equal(r->acls.acls.items[0].acl_id, "acl-1");
    assert_string_equal(r->acls.acls.items[1].acl_id, "@acl/80/HTTP/Black");
    assert_string_equal(r->acls.acls.items[2].acl_id, "acl-7");
    assert_string_equal(missing, "acl/80/HTTP/Black");
    struct map wanted CLEANUP(map_done) = { 0 };
    add(&a, &m, "a", RESOURCE_LISTENER, "80/HTTP")->desired = &l;
    model_sort(&m);
    model_used_groups(&m, "a", &wanted, NULL);
    assert_int_equal(map_count(&wanted), 0); /* they are no groups */
}

static void test_groups_in_use_are_told_by_wanted_and_by_actual_rows(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct model m = { 0 };
    add(&a, &m, "a", RESOURCE_SERVER_GROUP, "g1")->cloud_id = "sgp-1";
    add(&a, &m, "a", RESOURCE_SERVER_GROUP, "g2")->cloud_id = "sgp-2";
    struct resource *rule = add(&a, &m, "a", RESOURCE_RULE, "r");
    rule->desired = forward(&a, "@g1", "@g9");
    rule->actual = forward(&a, "sgp-2", "sgp-theirs");
    struct alb_listener *l = arena_alloc(&a, sizeof *l);
    const struct alb_rule *fallback = forward(&a, "sgp-1", "sgp-1");
    l->default_actions.items = fallback->actions.items;
    l->default_actions.len = 1;
    add(&a, &m, "a", RESOURCE_LISTENER, "l")->actual = l;
    add(&a, &m, "b", RESOURCE_RULE, "r")->desired = forward(&a, "@g2", "@g2");
    model_sort(&m);
    struct map wanted CLEANUP(map_done) = { 0 }, actual CLEANUP(map_done) = { 0 };
    model_used_groups(&m, "a", &wanted, &actual);
    assert_int_equal(map_count(&wanted), 2);
    assert_non_null(map_get(&wanted, "g1"));
    assert_non_null(map_get(&wanted, "g9"));
    assert_int_equal(map_count(&actual), 2);
    assert_string_equal(((const struct resource *)map_get(&actual, "g1"))->key, "l");
    assert_string_equal(((const struct resource *)map_get(&actual, "g2"))->key, "r");
    model_used_groups(&m, "a", NULL, NULL); /* nothing is asked */
}

static void test_borrowed_groups_stand_under_their_service(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct resource r = { .lb = service_lb(&a, "shop", "tea"), .kind = RESOURCE_SERVER_GROUP };
    assert_string_equal(r.lb, "Service/shop/tea");
    assert_string_equal(lb_service(r.lb), "shop/tea");
    assert_null(lb_service("kube-system/web"));
    assert_null(lb_service("Services/tea"));
    assert_true(resource_is_borrowed(&r));
    r.kind = RESOURCE_ACL;
    assert_false(resource_is_borrowed(&r));
    r = (struct resource){ .lb = "kube-system/web", .kind = RESOURCE_SERVER_GROUP };
    assert_false(resource_is_borrowed(&r));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds_have_names_and_tables),
        cmocka_unit_test(test_every_row_is_found_in_a_sorted_model),
        cmocka_unit_test(test_the_rows_of_one_load_balancer_are_a_range),
        cmocka_unit_test(test_references_become_ids_as_far_as_groups_exist),
        cmocka_unit_test(test_what_names_nothing_is_not_copied_to_be_looked_at),
        cmocka_unit_test(test_certificates_are_referred_to_by_their_names),
        cmocka_unit_test(test_access_lists_are_referred_to_by_their_keys),
        cmocka_unit_test(test_groups_in_use_are_told_by_wanted_and_by_actual_rows),
        cmocka_unit_test(test_borrowed_groups_stand_under_their_service),
    };
    return cmocka_run_group_tests_name("model/model", tests, NULL, NULL);
}
