/* Joining what is wanted, known and there, and what of the wanted gives way. */
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
    struct resource *cert = add(&a, &actual, "lb", RESOURCE_CERTIFICATE, "up");
    cert->cloud_id = "u"; /* "@certificate/up" */
    cert->actual = "";
    add(&a, &desired, "lb", RESOURCE_CERTIFICATE, "up");
    add(&a, &desired, "lb", RESOURCE_CERTIFICATE, "new");
    model_sort(&desired);
    model_sort(&actual);
    model_join(&a, &desired, &known, &actual, &out);
    const struct alb_listener *l = model_find(&out, "lb", RESOURCE_LISTENER, "443/HTTPS")->desired;
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

static void test_references_are_settled_by_what_they_lead_to(void **state)
{
    (void)state;
    /* What is uploaded is the default already. */
    assert_settled("a @certificate/up", "u a", "@certificate/up a");
    assert_settled("@certificate/up a", "u a", "@certificate/up a");
    /* What is not uploaded yet is not associated, so that it can become the default. */
    assert_settled("a @certificate/new", "b a", "@certificate/new a");
    assert_settled("@certificate/new @certificate/up", "u", "@certificate/up @certificate/new");
}

/* ---- groups of another shape ----------------------------------------------------------------- */

static struct alb_server_group *group(struct arena *a, enum alb_group_type type, const char *vpc)
{
    struct alb_server_group *g = arena_alloc(a, sizeof *g);
    g->type = type;
    g->vpc_id = vpc;
    return g;
}

/* One wanted group "k", and those that are there under the keys that were observed. */
struct shapes {
    struct arena a;
    struct model desired, known, actual, out;
};

static void want_group(struct shapes *s, enum alb_group_type type, const char *vpc)
{
    add(&s->a, &s->desired, "lb", RESOURCE_SERVER_GROUP, "k")->desired = group(&s->a, type, vpc);
}

static struct resource *have_group(struct shapes *s, const char *key, const char *id,
                                   enum alb_group_type type)
{
    struct resource *r = add(&s->a, &s->actual, "lb", RESOURCE_SERVER_GROUP, key);
    r->actual = group(&s->a, type, "vpc-1");
    r->cloud_id = id;
    r->ours = true;
    return r;
}

/* "k=sgp-1 k~sgp-2": keys and ids of what is there after a join, "-" for none. */
static const char *joined(struct shapes *s)
{
    const char *text = "";
    model_sort(&s->actual);
    model_join(&s->a, &s->desired, &s->known, &s->actual, &s->out);
    for (size_t i = 0; i < s->out.rows.len; i++) {
        const struct resource *r = &s->out.rows.items[i];
        text = arena_fmt(&s->a, "%s%s%s=%s", text, i ? " " : "", r->key,
                         r->cloud_id ? r->cloud_id : "-");
    }
    return text;
}

static void test_group_of_another_type_goes_on_beside_the_wanted_one(void **state)
{
    (void)state;
    struct shapes s = { 0 };
    want_group(&s, ALB_GROUP_TYPE_IP, "vpc-1");
    have_group(&s, "k", "sgp-1", ALB_GROUP_TYPE_INSTANCE);
    assert_string_equal(joined(&s), "k=- k~sgp-1=sgp-1");
    const struct resource *old = model_find(&s.out, "lb", RESOURCE_SERVER_GROUP, "k~sgp-1");
    assert_true(old->ours);
    assert_null(old->desired);
    assert_int_equal(resource_classify(&s.a, &s.out, old, NULL), CLASS_ORPHAN);
    const struct resource *new = model_find(&s.out, "lb", RESOURCE_SERVER_GROUP, "k");
    assert_int_equal(resource_classify(&s.a, &s.out, new, NULL), CLASS_PENDING);
    arena_done(&s.a);
}

static void test_group_that_was_made_beside_it_takes_its_place(void **state)
{
    (void)state;
    struct shapes s = { 0 };
    want_group(&s, ALB_GROUP_TYPE_IP, "vpc-1");
    have_group(&s, "k", "sgp-1", ALB_GROUP_TYPE_INSTANCE);
    have_group(&s, "k~sgp-2", "sgp-2", ALB_GROUP_TYPE_INSTANCE);
    have_group(&s, "k~sgp-3", "sgp-3", ALB_GROUP_TYPE_IP);
    assert_string_equal(joined(&s), "k=sgp-3 k~sgp-1=sgp-1 k~sgp-2=sgp-2");
    arena_done(&s.a);
}

static void test_group_stays_when_its_vpc_is_not_known_or_it_is_not_ours_to_replace(void **state)
{
    (void)state;
    struct shapes s = { 0 };
    want_group(&s, ALB_GROUP_TYPE_INSTANCE, "?vpc(vsw-1)");
    have_group(&s, "k", "sgp-1", ALB_GROUP_TYPE_INSTANCE);
    assert_string_equal(joined(&s), "k=sgp-1");
    arena_done(&s.a);
    s = (struct shapes){ 0 };
    want_group(&s, ALB_GROUP_TYPE_IP, "vpc-1");
    struct alb_server_group *g = group(&s.a, ALB_GROUP_TYPE_INSTANCE, "vpc-1");
    g->config_managed = (struct opt_bool){ true, true };
    have_group(&s, "k", "sgp-1", ALB_GROUP_TYPE_INSTANCE)->actual = g;
    assert_string_equal(joined(&s), "k=sgp-1");
    arena_done(&s.a);
    s = (struct shapes){ 0 };
    want_group(&s, ALB_GROUP_TYPE_IP, "vpc-1");
    s.desired.rows.items[0].held = true;
    have_group(&s, "k", "sgp-1", ALB_GROUP_TYPE_INSTANCE);
    assert_string_equal(joined(&s), "k=sgp-1");
    arena_done(&s.a);
}

static struct alb_rule *forward_to(struct arena *a, const char *group)
{
    struct alb_rule *r = arena_alloc(a, sizeof *r);
    struct alb_rule_action *act = LIST_PUSH(a, &r->actions);
    act->type = ALB_ACTION_FORWARD;
    LIST_PUSH(a, &act->forward.targets)->group_id = group;
    return r;
}

static void test_of_actual_rules_alike_the_one_that_does_what_is_wanted_is_it(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct model desired = { 0 }, actual = { 0 }, none = { 0 }, out;
    static const char *const keys[] = { "k", "k.2", "k.3", "kk" };
    add(&a, &desired, "a", RESOURCE_RULE, "k")->desired = forward_to(&a, "sgp-new");
    for (size_t i = 0; i < COUNT(keys); i++) {
        struct resource *r = add(&a, &actual, "a", RESOURCE_RULE, keys[i]);
        r->actual = forward_to(&a, i < 2 ? "sgp-old" : "sgp-new");
        r->cloud_id = keys[i];
        r->ours = true;
    }
    model_join(&a, &desired, &none, &actual, &out);
    assert_string_equal(model_find(&out, "a", RESOURCE_RULE, "k")->cloud_id, "k.3");
    assert_string_equal(model_find(&out, "a", RESOURCE_RULE, "k.2")->cloud_id, "k.2");
    assert_string_equal(model_find(&out, "a", RESOURCE_RULE, "k.3")->cloud_id, "k");
    assert_string_equal(model_find(&out, "a", RESOURCE_RULE, "kk")->cloud_id, "kk");
}

/* ---- scripts
 * ----------------------------------------------------------------------------------- */

/* What a reply says of a script. */
static const struct alb_script *told(struct arena *a)
{
    return arena_dup(a, &(struct alb_script){ .name = "canary", .content = "pass" },
                     sizeof(struct alb_script));
}

static const struct alb_script *at(struct arena *a, const char *position, const char *value)
{
    struct alb_script *s = arena_dup(a, told(a), sizeof *s);
    s->position = position;
    s->extended = (struct opt_bool){ value != NULL, true };
    if (value)
        *LIST_PUSH(a, &s->attributes) = (struct alb_script_attribute){ "EsDebug", value };
    return s;
}

/* 'was' and 'applied' are what the store knows, of a script with that id. */
static const struct alb_script *join_script(struct arena *a, const struct alb_script *desired,
                                            const char *id, const struct alb_script *was,
                                            const struct alb_script *applied)
{
    struct model want = { 0 }, known = { 0 }, actual = { 0 }, out;
    if (desired)
        add(a, &want, "a", RESOURCE_SCRIPT, "80/HTTP/canary")->desired = desired;
    struct resource *k = add(a, &known, "a", RESOURCE_SCRIPT, "80/HTTP/canary");
    k->cloud_id = id;
    k->actual = was;
    k->applied = applied;
    struct resource *r = add(a, &actual, "a", RESOURCE_SCRIPT, "80/HTTP/canary");
    r->actual = told(a);
    r->cloud_id = "as-1";
    model_join(a, &want, &known, &actual, &out);
    const struct alb_script *joined = out.rows.items[0].actual;
    assert_string_equal(joined->content, "pass");
    return joined;
}

static void test_what_no_reply_says_of_a_script_is_as_it_was_known(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    const struct alb_script *want = at(&a, "ResponseHead", NULL);
    const struct alb_script *s =
        join_script(&a, want, "as-1", at(&a, "RequestFoot", "x"), at(&a, "RequestHead", "y"));
    assert_string_equal(s->position, "RequestFoot");
    assert_true(s->extended.val);
    assert_string_equal(s->attributes.items[0].value, "x");
    s = join_script(&a, want, "as-1", NULL, at(&a, "RequestHead", "y"));
    assert_string_equal(s->position, "RequestHead");
    assert_string_equal(s->attributes.items[0].value, "y");
}

static void test_a_script_that_is_taken_over_is_believed_to_be_as_wanted(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    const struct alb_script *s = join_script(&a, at(&a, "ResponseHead", NULL), "as-before",
                                             at(&a, "RequestFoot", "x"), NULL);
    assert_string_equal(s->position, "ResponseHead");
    assert_false(s->extended.val);
    assert_int_equal(s->attributes.len, 0);
    s = join_script(&a, NULL, NULL, NULL, NULL); /* nobody knows */
    assert_null(s->position);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_of_actual_rules_alike_the_one_that_does_what_is_wanted_is_it),
        cmocka_unit_test(test_a_join_puts_three_views_side_by_side),
        cmocka_unit_test(test_what_only_the_store_knows_is_dropped),
        cmocka_unit_test(test_what_is_there_is_ours_when_the_cloud_or_the_store_says_so),
        cmocka_unit_test(test_what_is_not_there_has_its_last_state_and_no_id),
        cmocka_unit_test(test_a_joined_model_is_sorted),
        cmocka_unit_test(test_default_certificate_stays_while_it_is_wanted),
        cmocka_unit_test(test_references_are_settled_by_what_they_lead_to),
        cmocka_unit_test(test_next_default_is_one_that_is_not_associated_yet),
        cmocka_unit_test(test_group_of_another_type_goes_on_beside_the_wanted_one),
        cmocka_unit_test(test_group_that_was_made_beside_it_takes_its_place),
        cmocka_unit_test(test_group_stays_when_its_vpc_is_not_known_or_it_is_not_ours_to_replace),
        cmocka_unit_test(test_what_no_reply_says_of_a_script_is_as_it_was_known),
        cmocka_unit_test(test_a_script_that_is_taken_over_is_believed_to_be_as_wanted),
    };
    return cmocka_run_group_tests_name("model/join", tests, NULL, NULL);
}
