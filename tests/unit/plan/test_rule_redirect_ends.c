/* Redirects, and listeners that go or are not known. */
#include "support.h"

static const char HTTP[] = "80/HTTP", HTTPS[] = "443/HTTPS";

/* What is wanted when 'position' is not 0, and there when 'priority' is not. */
static struct resource *add(struct bed *b, const char *parent, struct alb_rule *rule,
                            int64_t position, int64_t priority)
{
    struct resource *r = bed_row(b, RESOURCE_RULE, rule_key(&b->a, parent, rule, 1));
    r->parent = parent;
    r->desired = position ? rule : NULL;
    r->position = position;
    if (!priority)
        return r;
    struct alb_rule *actual = schema_copy(&b->a, &alb_rule_schema, rule, 0, NULL, NULL);
    actual->priority = (struct opt_int){ priority, true };
    r->actual = actual;
    r->cloud_id = arena_fmt(&b->a, "%s-%d", parent, (int)priority);
    r->status = "Available";
    return r;
}

static void listener(struct bed *b, const char *key, int64_t port, enum alb_protocol protocol)
{
    struct alb_listener *l = arena_alloc(&b->a, sizeof *l);
    l->protocol = protocol;
    l->port = (struct opt_int){ port, true };
    bed_sync(b, bed_row(b, RESOURCE_LISTENER, key), l, arena_fmt(&b->a, "lsn-%s", key));
}

static struct alb_rule *to_https(struct bed *b, const char *host)
{
    struct alb_rule *rule = bed_rule(b, host, "-", "-");
    rule->actions.items[0] =
        (struct alb_rule_action){ .type = ALB_ACTION_REDIRECT,
                                  .order = { 1, true },
                                  .redirect = { .port = "443", .protocol = "HTTPS" } };
    return rule;
}

/* A rule that is wanted goes with its listener, which is not: so a redirect of it goes, too. */
static void test_a_redirect_goes_with_its_listener(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    listener(b, HTTP, 80, ALB_PROTOCOL_HTTP);
    listener(b, HTTPS, 443, ALB_PROTOCOL_HTTPS);
    add(b, HTTP, to_https(b, "a.com"), 1, 1);
    add(b, HTTPS, bed_rule(b, "a.com", "-", "sgp-1"), 0, 1);
    bed_undesired(bed_row(b, RESOURCE_LISTENER, HTTP));
    bed_plan(b);
    assert_null(bed_step(b, "DeleteListener", 0)->waits);
    const char *waits = bed_step(b, "DeleteRules", 0)->waits;
    assert_non_null(waits);
    assert_non_null(strstr(waits, "to redirect to it no more"));
}

/* "80" instead of "80/HTTP" says of no redirect where it leads. */
static void test_a_listener_without_a_protocol_redirects_nowhere(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    listener(b, "80", 80, ALB_PROTOCOL_HTTP);
    listener(b, HTTPS, 443, ALB_PROTOCOL_HTTPS);
    add(b, "80", to_https(b, "a.com"), 1, 0);
    add(b, HTTPS, bed_rule(b, "a.com", "-", "sgp-1"), 1, 0);
    bed_plan(b);
    assert_plan(b, "CreateRules", "CreateRules");
    assert_null(b->plan.steps.items[0].waits);
    assert_null(b->plan.steps.items[1].waits);
}

/* No rule comes there by us: what leads there has nothing to wait for. */
static void test_a_redirect_does_not_wait_for_a_listener_that_is_left_alone(void **state)
{
    struct bed *b = *state;
    for (int kind = 0; kind < 3; kind++) {
        bed_done(b);
        bed_init(b);
        bed_lb(b);
        listener(b, HTTP, 80, ALB_PROTOCOL_HTTP);
        listener(b, HTTPS, 443, ALB_PROTOCOL_HTTPS);
        struct resource *https = bed_row(b, RESOURCE_LISTENER, HTTPS);
        https->ours = kind != 0;
        https->held = kind == 2;
        if (kind == 1) { /* nobody wants it, and there is a rule of others */
            bed_undesired(https);
            add(b, HTTPS, bed_rule(b, "b.com", "-", "sgp-1"), 0, 1)->ours = false;
        }
        add(b, HTTP, to_https(b, "a.com"), 1, 0);
        add(b, HTTPS, bed_rule(b, "a.com", "-", "sgp-1"), 1, 0);
        bed_plan(b);
        const struct step *s = bed_step(b, "CreateRules", 0);
        for (size_t i = 1; strcmp(s->items.items[0].parent, HTTP) != 0; i++)
            s = bed_step(b, "CreateRules", i);
        assert_null(s->waits);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_TEST(test_a_redirect_goes_with_its_listener),
        BED_TEST(test_a_redirect_does_not_wait_for_a_listener_that_is_left_alone),
        BED_TEST(test_a_listener_without_a_protocol_redirects_nowhere),
    };
    return cmocka_run_group_tests_name("plan/rule_redirect_ends", tests, NULL, NULL);
}
