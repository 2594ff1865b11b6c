/* Redirects between listeners: the rules that they lead to come first and go last. */
#include "support.h"

#include <stdlib.h>

#include "alb-agent/rng.h"

#define HTTP  "80/HTTP"
#define HTTPS "443/HTTPS"

static struct resource *listener(struct bed *b, const char *key, int64_t port,
                                 enum alb_protocol protocol)
{
    struct alb_listener *l = arena_alloc(&b->a, sizeof *l);
    l->protocol = protocol;
    l->port = (struct opt_int){ port, true };
    struct resource *r = bed_row(b, RESOURCE_LISTENER, key);
    bed_sync(b, r, l, arena_fmt(&b->a, "lsn-%d", (int)port));
    return r;
}

static void start(struct bed *b)
{
    bed_lb(b);
    listener(b, HTTP, 80, ALB_PROTOCOL_HTTP);
    listener(b, HTTPS, 443, ALB_PROTOCOL_HTTPS);
    b->in.allow_destroy = true;
}

/* To HTTPS, with 'to' as the host, or NULL: the same. */
static struct alb_rule *redirect(struct bed *b, const char *host, const char *port, const char *to)
{
    struct alb_rule *rule = bed_rule(b, host, "-", "-");
    rule->actions.items[0] = (struct alb_rule_action){
        .type = ALB_ACTION_REDIRECT,
        .order = { 1, true },
        .redirect = { .host = to ? to : "${host}",
                      .path = "${path}",
                      .port = port,
                      .protocol = strcmp(port, "80") != 0 ? "HTTPS" : "HTTP",
                      .query = "${query}",
                      .http_code = "308" },
    };
    return rule;
}

static struct resource *want(struct bed *b, const char *parent, struct alb_rule *rule,
                             int64_t position)
{
    struct resource *r = bed_row(b, RESOURCE_RULE, rule_key(&b->a, parent, rule, 1));
    r->parent = parent;
    r->desired = rule;
    r->position = position;
    return r;
}

static struct resource *have(struct bed *b, const char *parent, struct alb_rule *rule,
                             int64_t priority)
{
    struct resource *r = bed_row(b, RESOURCE_RULE, rule_key(&b->a, parent, rule, 1));
    struct alb_rule *actual = schema_copy(&b->a, &alb_rule_schema, rule, 0, NULL, NULL);
    actual->priority = (struct opt_int){ priority, true };
    r->parent = parent;
    r->actual = actual;
    r->cloud_id = arena_fmt(&b->a, "%s-%d", parent, (int)priority);
    r->status = "Available";
    return r;
}

static struct alb_rule *forward(struct bed *b, const char *host)
{
    return bed_rule(b, host, "-", "sgp-1");
}

/* The step that creates (or deletes) a rule of this listener. */
static const struct step *step_of(const struct bed *b, const char *action, const char *parent)
{
    for (size_t n = 0; n < bed_count(b, action); n++) {
        const struct step *s = bed_step(b, action, n);
        if (!strcmp(s->items.items[0].parent, parent))
            return s;
    }
    return NULL;
}

static void test_a_redirect_waits_for_the_rule_that_serves_it(void **state)
{
    struct bed *b = *state;
    start(b);
    want(b, HTTP, redirect(b, "a.com", "443", NULL), 1);
    struct resource *target = want(b, HTTPS, forward(b, "a.com"), 1);
    const char *key = target->key;
    bed_plan(b);
    assert_null(step_of(b, "CreateRules", HTTPS)->waits);
    const char *waits = step_of(b, "CreateRules", HTTP)->waits;
    assert_non_null(waits);
    assert_non_null(strstr(waits, key));
    bed_apply(b, step_of(b, "CreateRules", HTTPS));
    bed_plan(b);
    assert_plan(b, "CreateRules");
    assert_null(b->plan.steps.items[0].waits);
}

static void test_a_redirect_does_not_wait_for_rules_of_other_hosts(void **state)
{
    struct bed *b = *state;
    start(b);
    want(b, HTTP, redirect(b, "a.com", "443", NULL), 1);
    want(b, HTTPS, forward(b, "b.com"), 1);
    bed_plan(b);
    assert_null(step_of(b, "CreateRules", HTTP)->waits);
    assert_null(step_of(b, "CreateRules", HTTPS)->waits);
}

static void test_a_redirect_to_another_host_waits_for_that_host(void **state)
{
    struct bed *b = *state;
    start(b);
    want(b, HTTP, redirect(b, "a.com", "443", "b.com"), 1);
    want(b, HTTPS, forward(b, "a.com"), 1);
    bed_plan(b);
    assert_null(step_of(b, "CreateRules", HTTP)->waits);
    want(b, HTTPS, forward(b, "b.com"), 2);
    bed_plan(b);
    assert_non_null(step_of(b, "CreateRules", HTTP)->waits);
}

static void test_a_redirect_whose_host_is_put_together_waits_for_any_host(void **state)
{
    struct bed *b = *state;
    start(b);
    want(b, HTTP, redirect(b, "a.com", "443", "www.${host}"), 1);
    want(b, HTTPS, forward(b, "b.com"), 1);
    bed_plan(b);
    assert_non_null(step_of(b, "CreateRules", HTTP)->waits);
}

static void test_a_redirect_waits_for_its_listener(void **state)
{
    struct bed *b = *state;
    start(b);
    bed_gone(bed_row(b, RESOURCE_LISTENER, HTTPS));
    want(b, HTTP, redirect(b, "a.com", "443", NULL), 1);
    bed_plan(b);
    assert_non_null(strstr(bed_step(b, "CreateRules", 0)->waits, "Listener 443/HTTPS to exist"));
}

static void test_a_redirect_elsewhere_does_not_wait_for_a_listener(void **state)
{
    struct bed *b = *state;
    start(b);
    bed_gone(bed_row(b, RESOURCE_LISTENER, HTTPS));
    want(b, HTTP, redirect(b, "a.com", "443", "other.org"), 1); /* served by someone else */
    want(b, HTTP, redirect(b, "b.com", "8443", NULL), 2);       /* no listener of ours    */
    want(b, HTTP, redirect(b, "c.com", "${port}", NULL), 3);    /* 80/HTTPS: none either  */
    bed_plan(b);
    assert_null(bed_step(b, "CreateRules", 0)->waits);
    assert_int_equal(bed_step(b, "CreateRules", 0)->items.len, 3);
}

static void test_a_rule_that_becomes_a_redirect_waits_too(void **state)
{
    struct bed *b = *state;
    start(b);
    have(b, HTTP, forward(b, "a.com"), 100);
    want(b, HTTP, redirect(b, "a.com", "443", NULL), 1);
    want(b, HTTPS, forward(b, "a.com"), 1);
    bed_plan(b);
    assert_non_null(bed_step(b, "UpdateRulesAttribute", 0)->waits);
    bed_apply(b, step_of(b, "CreateRules", HTTPS));
    bed_plan(b);
    assert_plan(b, "UpdateRulesAttribute");
    assert_null(b->plan.steps.items[0].waits);
}

static void test_a_rule_goes_after_the_redirect_to_it(void **state)
{
    struct bed *b = *state;
    start(b);
    have(b, HTTP, redirect(b, "a.com", "443", NULL), 100);
    have(b, HTTPS, forward(b, "a.com"), 100);
    bed_plan(b);
    const struct step *first = bed_step(b, "DeleteRules", 0), *last = bed_step(b, "DeleteRules", 1);
    assert_non_null(last);
    if (first->waits) {
        const struct step *s = first;
        first = last;
        last = s;
    }
    assert_string_equal(first->items.items[0].parent, HTTP);
    assert_null(first->waits);
    assert_non_null(strstr(last->waits, "to redirect to it no more"));
    bed_apply(b, first);
    bed_plan(b);
    assert_null(bed_step(b, "DeleteRules", 0)->waits);
}

static void test_a_redirect_that_stays_holds_no_rule(void **state)
{
    struct bed *b = *state;
    start(b);
    struct alb_rule *rule = redirect(b, "a.com", "443", NULL);
    want(b, HTTP, rule, 1);
    have(b, HTTP, rule, 100);
    have(b, HTTPS, forward(b, "a.com"), 100);
    bed_plan(b);
    assert_plan(b, "DeleteRules");
    assert_null(b->plan.steps.items[0].waits);
}

static void test_a_listener_goes_after_the_redirects_to_it(void **state)
{
    struct bed *b = *state;
    start(b);
    have(b, HTTP, redirect(b, "a.com", "443", NULL), 100);
    bed_undesired(bed_row(b, RESOURCE_LISTENER, HTTPS));
    bed_plan(b);
    assert_null(bed_step(b, "DeleteRules", 0)->waits);
    assert_non_null(bed_step(b, "DeleteListener", 0)->waits);
    bed_apply(b, bed_step(b, "DeleteRules", 0));
    bed_plan(b);
    assert_null(bed_step(b, "DeleteListener", 0)->waits);
}

static void test_listeners_that_redirect_to_each_other_both_go(void **state)
{
    struct bed *b = *state;
    start(b);
    have(b, HTTP, redirect(b, "a.com", "443", NULL), 100);
    have(b, HTTPS, redirect(b, "b.com", "80", NULL), 100);
    bed_undesired(bed_row(b, RESOURCE_LISTENER, HTTP));
    bed_undesired(bed_row(b, RESOURCE_LISTENER, HTTPS));
    bed_plan(b);
    assert_plan(b, "DeleteListener", "DeleteListener");
    assert_null(bed_next(b)->waits);
}

static void test_of_two_listeners_that_go_the_one_that_redirects_goes_first(void **state)
{
    struct bed *b = *state;
    start(b);
    have(b, HTTP, redirect(b, "a.com", "443", NULL), 100);
    bed_undesired(bed_row(b, RESOURCE_LISTENER, HTTP));
    bed_undesired(bed_row(b, RESOURCE_LISTENER, HTTPS));
    bed_plan(b);
    assert_string_equal(bed_next(b)->items.items[0].key, HTTP);
    const struct step *s = bed_step(b, "DeleteListener", 0);
    s = strcmp(s->items.items[0].key, HTTPS) != 0 ? bed_step(b, "DeleteListener", 1) : s;
    assert_non_null(s->waits);
}

static void test_redirects_in_a_circle_do_not_wait_for_each_other_for_ever(void **state)
{
    struct bed *b = *state;
    start(b);
    want(b, HTTP, redirect(b, "a.com", "443", "b.com"), 1);
    want(b, HTTPS, redirect(b, "b.com", "80", "a.com"), 1);
    /* Not in the circle: it goes on waiting. */
    want(b, HTTP, redirect(b, "c.com", "443", NULL), 2);
    want(b, HTTPS, forward(b, "c.com"), 2);
    for (int i = 0; i < 10; i++) {
        bed_plan(b);
        if (!b->plan.steps.len)
            return;
        assert_non_null(bed_next(b));
        const struct step *s = bed_next(b);
        for (size_t k = 0; k < s->items.len && i == 0; k++)
            assert_null(strstr(s->items.items[k].key,
                               rule_key(&b->a, HTTP, redirect(b, "c.com", "443", NULL), 1)));
        bed_apply(b, s);
    }
    fail_msg("does not converge");
}

/* Where there is no room, rules that go make room for the redirects that they would wait for. */
static void test_room_in_the_quota_goes_before_the_order_of_redirects(void **state)
{
    struct bed *b = *state;
    start(b);
    for (int i = 0; i < 98; i++) {
        struct alb_rule *rule = forward(b, arena_fmt(&b->a, "s%d.com", i));
        want(b, HTTPS, rule, i + 10);
        have(b, HTTPS, rule, i + 10);
    }
    have(b, HTTP, redirect(b, "a.com", "443", NULL), 100);
    want(b, HTTP, redirect(b, "a.com", "443", "n.com"), 1);
    have(b, HTTPS, forward(b, "a.com"), 5);
    want(b, HTTPS, forward(b, "n.com"), 1);
    for (int i = 0; i < 10; i++) {
        bed_plan(b);
        if (!b->plan.steps.len)
            return;
        assert_non_null(bed_next(b));
        bed_apply(b, bed_next(b));
    }
    fail_msg("does not converge");
}

/* ---- every prefix of changes of two listeners --------------------------------------------------
 */

enum { HOSTS = 3 };
static const char *const hosts[HOSTS] = { "a.com", "b.com", "c.com" };

/* What a listener does with each host: 0 nothing, 1 serves it, 2 (HTTP) redirects it, 3 (HTTP)
 * redirects it to the next host. */
struct site {
    int http[HOSTS], https[HOSTS];
};

static struct site random_site(struct rng *rng)
{
    struct site s = { { 0 }, { 0 } };
    for (size_t i = 0; i < HOSTS; i++) {
        s.http[i] = (int)rng_below(rng, 4);
        s.https[i] = (int)rng_below(rng, 2);
    }
    return s;
}

static struct alb_rule *rule_for(struct bed *b, size_t host, int what)
{
    return what == 1
               ? forward(b, hosts[host])
               : redirect(b, hosts[host], "443", what == 2 ? NULL : hosts[(host + 1) % HOSTS]);
}

static void put_site(struct bed *b, const struct site *s, bool there)
{
    for (size_t i = 0; i < HOSTS; i++) {
        if (s->http[i]) {
            struct alb_rule *rule = rule_for(b, i, s->http[i]);
            (void)(there ? have(b, HTTP, rule, 100 + (int)i) : want(b, HTTP, rule, 1 + (int)i));
        }
        if (s->https[i]) {
            struct alb_rule *rule = rule_for(b, i, 1);
            (void)(there ? have(b, HTTPS, rule, 100 + (int)i) : want(b, HTTPS, rule, 1 + (int)i));
        }
    }
}

/* What is there now: of several rules of a host the first. */
static struct site read_site(const struct bed *b)
{
    struct site s = { { 0 }, { 0 } };
    int64_t best[2][HOSTS] = { { 0 } };
    for (size_t i = 0; i < b->model.rows.len; i++) {
        const struct resource *r = &b->model.rows.items[i];
        const struct alb_rule *rule = r->kind == RESOURCE_RULE ? r->actual : NULL;
        for (size_t h = 0; rule && h < HOSTS; h++) {
            bool tls = !strcmp(r->parent, HTTPS);
            if (strcmp(rule->conditions.items[0].values.values.items[0], hosts[h]) != 0
                || (best[tls][h] && best[tls][h] < rule->priority.val))
                continue;
            best[tls][h] = rule->priority.val;
            const struct alb_rule_action *act = &rule->actions.items[0];
            int what = act->type == ALB_ACTION_FORWARD          ? 1
                       : !strcmp(act->redirect.host, "${host}") ? 2
                                                                : 3;
            *(tls ? &s.https[h] : &s.http[h]) = what;
        }
    }
    return s;
}

static bool is_served(const struct site *s, size_t host, int redirect)
{
    return s->https[redirect == 2 ? host : (host + 1) % HOSTS] != 0;
}

/* Who is redirected finds what the site that redirects so has there. */
static void check_site(const struct site *now, const struct site *old, const struct site *new)
{
    for (size_t h = 0; h < HOSTS; h++) {
        int what = now->http[h];
        assert_true(what == old->http[h] || what == new->http[h]);
        if (what < 2 || is_served(now, h, what))
            continue;
        bool by_old = what == old->http[h], by_new = what == new->http[h];
        if ((!by_old || is_served(old, h, what)) && (!by_new || is_served(new, h, what)))
            fail_msg("a redirect of %s leads nowhere", hosts[h]);
    }
}

static void test_nobody_is_redirected_to_where_nothing_is_yet_or_any_more(void **state)
{
    struct bed *b = *state;
    struct rng rng = { 7 };
    size_t calls = 0;
    for (int i = 0; i < 1500; i++) {
        struct site old = random_site(&rng), new = random_site(&rng);
        bed_done(b);
        bed_init(b);
        start(b);
        put_site(b, &old, true);
        put_site(b, &new, false);
        for (int turn = 0;; turn++) {
            assert_true(turn < 20);
            bed_plan(b);
            if (!b->plan.steps.len)
                break;
            assert_non_null(bed_next(b));
            bed_apply(b, bed_next(b));
            struct site now = read_site(b);
            check_site(&now, &old, &new);
            calls++;
        }
        struct site end = read_site(b);
        assert_memory_equal(&end, &new, sizeof end);
    }
    assert_true(calls > 1500);
}

static void test_a_redirect_that_keeps_the_protocol_leads_to_the_listener_of_its_port(void **state)
{
    struct bed *b = *state;
    start(b);
    bed_gone(listener(b, "8080/HTTP", 8080, ALB_PROTOCOL_HTTP));
    struct alb_rule *rule = redirect(b, "a.com", "8080", NULL);
    rule->actions.items[0].redirect.protocol = "${protocol}";
    rule->actions.items[0].redirect.host = NULL; /* as "${host}" */
    rule->actions.items[0].redirect.path = "";
    want(b, HTTP, rule, 1);
    bed_plan(b);
    assert_non_null(strstr(bed_step(b, "CreateRules", 0)->waits, "Listener 8080/HTTP to exist"));
}

static void test_a_redirect_within_its_listener_waits_for_nothing(void **state)
{
    struct bed *b = *state;
    start(b);
    want(b, HTTP, redirect(b, "a.com", "80", "b.com"), 1);
    want(b, HTTP, forward(b, "b.com"), 2);
    bed_plan(b);
    assert_plan(b, "CreateRules");
    assert_null(b->plan.steps.items[0].waits);
}

/* The same host, and paths that cannot both be asked for. */
static void test_a_redirect_does_not_wait_for_rules_of_other_paths(void **state)
{
    struct bed *b = *state;
    start(b);
    struct alb_rule *rule = bed_rule(b, "a.com", "/x/*", "-");
    rule->actions.items[0] = redirect(b, "a.com", "443", NULL)->actions.items[0];
    want(b, HTTP, rule, 1);
    want(b, HTTPS, bed_rule(b, "a.com", "/y", "sgp-1"), 1);
    bed_plan(b);
    assert_null(step_of(b, "CreateRules", HTTP)->waits);
    want(b, HTTPS, bed_rule(b, "a.com", "/x/1", "sgp-1"), 2);
    bed_plan(b);
    assert_non_null(step_of(b, "CreateRules", HTTP)->waits);
}

static void test_a_redirect_that_stays_does_not_hold_a_listener(void **state)
{
    struct bed *b = *state;
    start(b);
    struct alb_rule *rule = redirect(b, "a.com", "443", NULL);
    want(b, HTTP, rule, 1);
    have(b, HTTP, rule, 100);
    bed_undesired(bed_row(b, RESOURCE_LISTENER, HTTPS));
    bed_plan(b);
    assert_plan(b, "DeleteListener");
    assert_null(b->plan.steps.items[0].waits);
}

static void test_a_redirect_to_a_listener_that_goes_does_not_wait_for_it(void **state)
{
    struct bed *b = *state;
    start(b);
    bed_undesired(bed_row(b, RESOURCE_LISTENER, HTTPS));
    want(b, HTTP, redirect(b, "a.com", "443", NULL), 1);
    bed_plan(b);
    assert_null(bed_step(b, "CreateRules", 0)->waits);
}

/* 80 leads to 443, 443 to 8080, 8080 to 80: all three can go, whichever is first. */
static void test_three_listeners_in_a_circle_go(void **state)
{
    struct bed *b = *state;
    start(b);
    listener(b, "8080/HTTP", 8080, ALB_PROTOCOL_HTTP);
    have(b, HTTP, redirect(b, "a.com", "443", NULL), 100);
    struct alb_rule *rule = redirect(b, "b.com", "8080", NULL);
    rule->actions.items[0].redirect.protocol = "HTTP";
    have(b, HTTPS, rule, 100);
    have(b, "8080/HTTP", redirect(b, "c.com", "80", NULL), 100);
    bed_undesired(bed_row(b, RESOURCE_LISTENER, HTTP));
    bed_undesired(bed_row(b, RESOURCE_LISTENER, HTTPS));
    bed_undesired(bed_row(b, RESOURCE_LISTENER, "8080/HTTP"));
    bed_plan(b);
    assert_int_equal(bed_count(b, "DeleteListener"), 3);
    assert_non_null(bed_next(b));
}

/* 80 leads to 443 and that to 8080: in this order. */
static void test_three_listeners_in_a_row_go_one_after_the_other(void **state)
{
    struct bed *b = *state;
    start(b);
    listener(b, "8080/HTTP", 8080, ALB_PROTOCOL_HTTP);
    have(b, HTTP, redirect(b, "a.com", "443", NULL), 100);
    have(b, "8080/HTTP", forward(b, "b.com"), 100);
    struct alb_rule *rule = redirect(b, "b.com", "8080", NULL);
    rule->actions.items[0].redirect.protocol = "HTTP";
    have(b, HTTPS, rule, 100);
    const char *const order[] = { HTTP, HTTPS, "8080/HTTP" };
    for (size_t i = 0; i < COUNT(order); i++)
        bed_undesired(bed_row(b, RESOURCE_LISTENER, order[i]));
    for (size_t i = 0; i < COUNT(order); i++) {
        bed_plan(b);
        assert_int_equal(bed_count(b, "DeleteListener"), COUNT(order) - i);
        for (size_t k = 0; k < b->plan.steps.len; k++)
            assert_int_equal(!b->plan.steps.items[k].waits,
                             !strcmp(b->plan.steps.items[k].items.items[0].key, order[i]));
        bed_apply(b, bed_next(b));
    }
}

/* Each waits for one that the order of rules puts behind the other. */
static void test_a_circle_by_way_of_the_order_of_rules_is_cut(void **state)
{
    struct bed *b = *state;
    start(b);
    want(b, HTTP, redirect(b, "a.com", "443", "x.com"), 1);
    want(b, HTTP, forward(b, "*.com"), 2);
    want(b, HTTPS, redirect(b, "b.com", "80", "c.com"), 1);
    want(b, HTTPS, forward(b, "*.com"), 2);
    for (int i = 0; i < 10; i++) {
        bed_plan(b);
        if (!b->plan.steps.len)
            return;
        assert_non_null(bed_next(b));
        bed_apply(b, bed_next(b));
    }
    fail_msg("does not converge");
}

/* What is behind a circle and not on it waits for its turn. */
static void test_what_only_waits_for_a_circle_goes_on_waiting(void **state)
{
    struct bed *b = *state;
    start(b);
    listener(b, "8443/HTTPS", 8443, ALB_PROTOCOL_HTTPS);
    want(b, HTTP, redirect(b, "a.com", "443", "b.com"), 1);
    want(b, HTTPS, redirect(b, "b.com", "80", "a.com"), 1);
    want(b, "8443/HTTPS", redirect(b, "d.com", "443", "b.com"), 1);
    bed_plan(b);
    assert_non_null(step_of(b, "CreateRules", "8443/HTTPS")->waits);
    assert_non_null(bed_next(b));
}

static void test_redirects_stay_with_an_incomplete_source_and_go_after_their_listener(void **state)
{
    struct bed *b = *state;
    start(b);
    have(b, HTTP, redirect(b, "a.com", "443", NULL), 100);
    have(b, HTTPS, forward(b, "a.com"), 100);
    b->in.keep_all = true;
    bed_plan(b);
    assert_no_steps(b);
    b->in.keep_all = false;
    bed_gone(bed_row(b, RESOURCE_LISTENER, HTTPS)); /* nothing to be waited for */
    bed_plan(b);
    assert_null(bed_step(b, "DeleteRules", 0)->waits);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_TEST(test_a_redirect_waits_for_the_rule_that_serves_it),
        BED_TEST(test_a_redirect_does_not_wait_for_rules_of_other_hosts),
        BED_TEST(test_a_redirect_to_another_host_waits_for_that_host),
        BED_TEST(test_a_redirect_whose_host_is_put_together_waits_for_any_host),
        BED_TEST(test_a_redirect_waits_for_its_listener),
        BED_TEST(test_a_redirect_elsewhere_does_not_wait_for_a_listener),
        BED_TEST(test_a_rule_that_becomes_a_redirect_waits_too),
        BED_TEST(test_a_rule_goes_after_the_redirect_to_it),
        BED_TEST(test_a_redirect_that_stays_holds_no_rule),
        BED_TEST(test_a_listener_goes_after_the_redirects_to_it),
        BED_TEST(test_listeners_that_redirect_to_each_other_both_go),
        BED_TEST(test_of_two_listeners_that_go_the_one_that_redirects_goes_first),
        BED_TEST(test_redirects_in_a_circle_do_not_wait_for_each_other_for_ever),
        BED_TEST(test_room_in_the_quota_goes_before_the_order_of_redirects),
        BED_TEST(test_nobody_is_redirected_to_where_nothing_is_yet_or_any_more),
        BED_TEST(test_a_redirect_that_keeps_the_protocol_leads_to_the_listener_of_its_port),
        BED_TEST(test_a_redirect_within_its_listener_waits_for_nothing),
        BED_TEST(test_a_redirect_does_not_wait_for_rules_of_other_paths),
        BED_TEST(test_a_redirect_that_stays_does_not_hold_a_listener),
        BED_TEST(test_a_redirect_to_a_listener_that_goes_does_not_wait_for_it),
        BED_TEST(test_three_listeners_in_a_circle_go),
        BED_TEST(test_three_listeners_in_a_row_go_one_after_the_other),
        BED_TEST(test_a_circle_by_way_of_the_order_of_rules_is_cut),
        BED_TEST(test_what_only_waits_for_a_circle_goes_on_waiting),
        BED_TEST(test_redirects_stay_with_an_incomplete_source_and_go_after_their_listener),
    };
    return cmocka_run_group_tests_name("plan/rule_redirect", tests, NULL, NULL);
}
