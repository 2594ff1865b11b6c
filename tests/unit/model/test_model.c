/* Rows: order, look-up, joining, references. */
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

/* ---- joining
 * ------------------------------------------------------------------------------------- */

static void test_a_join_puts_three_views_side_by_side(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct model desired = { 0 }, known = { 0 }, actual = { 0 }, out;
    struct resource *d = add(&a, &desired, "a", RESOURCE_RULE, "k");
    d->desired = "wanted";
    d->desired_from = "Ingress x";
    d->position = 3;
    d->held = true;
    struct resource *k = add(&a, &known, "a", RESOURCE_RULE, "k");
    k->applied = "applied";
    k->unused_since = 5;
    k->empty_since = 6;
    struct resource *h = add(&a, &actual, "a", RESOURCE_RULE, "k");
    h->actual = "there";
    h->cloud_id = "rule-1";
    h->status = "Available";
    h->observed_at = 7;
    model_join(&a, &desired, &known, &actual, &out);
    assert_int_equal(out.rows.len, 1);
    const struct resource *r = &out.rows.items[0];
    assert_string_equal(r->desired, "wanted");
    assert_string_equal(r->desired_from, "Ingress x");
    assert_int_equal(r->position, 3);
    assert_true(r->held);
    assert_string_equal(r->applied, "applied");
    assert_int_equal(r->unused_since, 5);
    assert_int_equal(r->empty_since, 6);
    assert_string_equal(r->actual, "there");
    assert_string_equal(r->cloud_id, "rule-1");
    assert_string_equal(r->status, "Available");
    assert_int_equal(r->observed_at, 7);
    assert_true(r->ours);
}

static void test_what_only_the_store_knows_is_dropped(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct model none = { 0 }, known = { 0 }, out;
    add(&a, &known, "a", RESOURCE_RULE, "k")->applied = "applied";
    model_join(&a, &none, &known, &none, &out);
    assert_int_equal(out.rows.len, 0);
}

static void test_what_is_there_is_ours_when_the_cloud_or_the_store_says_so(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct model none = { 0 }, known = { 0 }, actual = { 0 }, out;
    add(&a, &actual, "a", RESOURCE_RULE, "theirs")->actual = "x";
    add(&a, &actual, "a", RESOURCE_RULE, "tagged")->ours = true;
    add(&a, &actual, "a", RESOURCE_RULE, "stored")->actual = "x";
    add(&a, &known, "a", RESOURCE_RULE, "stored")->ours = true;
    model_sort(&actual);
    model_join(&a, &none, &known, &actual, &out);
    assert_false(model_find(&out, "a", RESOURCE_RULE, "theirs")->ours);
    assert_true(model_find(&out, "a", RESOURCE_RULE, "tagged")->ours);
    assert_true(model_find(&out, "a", RESOURCE_RULE, "stored")->ours);
}

static void test_what_is_not_there_has_its_last_state_and_no_id(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct model desired = { 0 }, known = { 0 }, none = { 0 }, out;
    add(&a, &desired, "a", RESOURCE_RULE, "k")->desired = "wanted";
    struct resource *k = add(&a, &known, "a", RESOURCE_RULE, "k");
    k->actual = "was";
    k->cloud_id = "rule-1";
    k->status = "Available";
    model_join(&a, &desired, &known, &none, &out);
    const struct resource *r = &out.rows.items[0];
    assert_null(r->actual);
    assert_null(r->cloud_id);
    assert_string_equal(r->status, "");
    assert_string_equal(r->last, "was");
    assert_string_equal(r->last_id, "rule-1");
}

static void test_a_joined_model_is_sorted(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct model desired = { 0 }, actual = { 0 }, none = { 0 }, out;
    add(&a, &desired, "b", RESOURCE_RULE, "k");
    add(&a, &actual, "a", RESOURCE_RULE, "k");
    add(&a, &actual, "c", RESOURCE_RULE, "k");
    model_join(&a, &desired, &none, &actual, &out);
    assert_int_equal(out.rows.len, 3);
    assert_string_equal(out.rows.items[0].lb, "a");
    assert_string_equal(out.rows.items[1].lb, "b");
    assert_string_equal(out.rows.items[2].lb, "c");
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

/* ---- default certificates --------------------------------------------------------------------
 */

/* A listener with these certificates, the default first, apart from the others by a blank. */
static struct model listener_with(struct arena *a, bool wanted, const char *certs)
{
    struct model m = { 0 };
    struct alb_listener *l = arena_alloc(a, sizeof *l);
    l->additional_certs.items = arena_array(a, 1, sizeof *l->additional_certs.items);
    for (bool first = true; *certs; first = false) {
        size_t n = strcspn(certs, " ");
        struct alb_cert cert = { .id = arena_strndup(a, certs, n) };
        if (first)
            *LIST_PUSH(a, &l->certs) = cert;
        else
            *LIST_PUSH(a, &l->additional_certs) = cert;
        certs += n + (certs[n] == ' ');
    }
    struct resource *r = add(a, &m, "lb", RESOURCE_LISTENER, "443/HTTPS");
    *(wanted ? &r->desired : &r->actual) = l;
    return m;
}

static void assert_settled(const char *want, const char *have, const char *settled)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct model desired = listener_with(&a, true, want), known = { 0 };
    struct model actual = listener_with(&a, false, have), out;
    model_join(&a, &desired, &known, &actual, &out);
    const struct alb_listener *l = out.rows.items[0].desired;
    const char *text = l->certs.items[0].id;
    for (size_t i = 0; i < l->additional_certs.len; i++)
        text = arena_fmt(&a, "%s %s", text, l->additional_certs.items[i].id);
    assert_string_equal(text, settled);
}

static void test_default_certificate_stays_while_it_is_wanted(void **state)
{
    (void)state;
    assert_settled("a b", "a b", "a b");
    assert_settled("b a", "a b", "a b");
    assert_settled("c a b", "a b", "a c b");
}

static void test_next_default_is_one_that_is_not_associated_yet(void **state)
{
    (void)state;
    assert_settled("b", "a", "b");
    assert_settled("b c", "a b", "c b"); /* c is new: b need not be taken away first */
    assert_settled("b", "a b", "b");     /* no way around it                         */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds_have_names_and_tables),
        cmocka_unit_test(test_every_row_is_found_in_a_sorted_model),
        cmocka_unit_test(test_the_rows_of_one_load_balancer_are_a_range),
        cmocka_unit_test(test_a_join_puts_three_views_side_by_side),
        cmocka_unit_test(test_what_only_the_store_knows_is_dropped),
        cmocka_unit_test(test_what_is_there_is_ours_when_the_cloud_or_the_store_says_so),
        cmocka_unit_test(test_what_is_not_there_has_its_last_state_and_no_id),
        cmocka_unit_test(test_a_joined_model_is_sorted),
        cmocka_unit_test(test_references_become_ids_as_far_as_groups_exist),
        cmocka_unit_test(test_groups_in_use_are_told_by_wanted_and_by_actual_rows),
        cmocka_unit_test(test_default_certificate_stays_while_it_is_wanted),
        cmocka_unit_test(test_next_default_is_one_that_is_not_associated_yet),
    };
    return cmocka_run_group_tests_name("model/model", tests, NULL, NULL);
}
