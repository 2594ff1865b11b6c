/* test_script.c - when the scripts of listeners are read, and what becomes of them as rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "alb-agent/buf.h"
#include "src/observe/observe_priv.h"
#include "tests/support/script.h"

#define WEB "kube-system/web"

/* A load balancer with the listeners 80 and 81, or more, and the scripts that a test says. */
struct bed {
    struct script cloud;
    struct observe_in in;
    struct observe_lb lb;
    struct model known, wanted, out;
    struct arena arena;
    struct error err;
    int listeners;
    const char *scripts; /* what ListAScripts has */
};

static const char *listeners(const struct bed *b, struct arena *a)
{
    struct buf text CLEANUP(buf_done) = { 0 };
    buf_adds(&text, "{\"Listeners\":[");
    for (int i = 0; i < b->listeners; i++)
        buf_addf(&text,
                 "%s{\"ListenerId\":\"lsn-%d\",\"LoadBalancerId\":\"alb-1\",\"ListenerPort\":%d,"
                 "\"ListenerProtocol\":\"HTTP\",\"ListenerDescription\":\"ingress-auto-listener\"}",
                 i ? "," : "", 80 + i, 80 + i);
    buf_adds(&text, "]}");
    return buf_keep(&text, a);
}

static const char *answer(void *arg, struct arena *a, const struct script_call *c, int *status)
{
    const struct bed *b = arg;
    (void)status;
    if (!strcmp(c->action, "ListLoadBalancers"))
        return "{\"LoadBalancers\":[{\"LoadBalancerId\":\"alb-1\",\"Tags\":[{\"Key\":"
               "\"ack.aliyun.com\",\"Value\":\"c1\"},{\"Key\":\"ingress.k8s.alibaba/albconfig\","
               "\"Value\":\"" WEB "\"}]},{\"LoadBalancerId\":\"alb-others\"}]}";
    if (!strcmp(c->action, "ListListeners"))
        return listeners(b, a);
    if (!strcmp(c->action, "ListAScripts"))
        return arena_fmt(a, "{\"AScripts\":[%s]}", b->scripts ? b->scripts : "");
    return "{}";
}

static int setup(void **state)
{
    struct bed *b = calloc(1, sizeof *b);
    *state = b;
    b->cloud.answer = answer;
    b->cloud.arg = b;
    script_open(&b->cloud);
    b->listeners = 2;
    b->lb = (struct observe_lb){ .name = WEB };
    b->in = (struct observe_in){ .alb = b->cloud.alb,
                                 .cluster_id = "c1",
                                 .lbs = &b->lb,
                                 .n_lbs = 1,
                                 .known = &b->known,
                                 .wanted = &b->wanted };
    return 0;
}

static int teardown(void **state)
{
    struct bed *b = *state;
    script_close(&b->cloud);
    arena_done(&b->arena);
    free(b);
    return 0;
}

static bool take(void *arg, const struct alb_result *r)
{
    return observe_take(arg, r);
}

static void sweep(struct bed *b)
{
    struct observe *o;
    model_sort(&b->known);
    model_sort(&b->wanted);
    assert_true(observe_new(&o, &b->in, &b->err));
    script_run(&b->cloud, take, o);
    assert_false(observe_busy(o));
    assert_true(observe_result(o, &b->arena, 5000, &b->out, &b->err));
    observe_free(o);
}

static size_t reads(const struct bed *b)
{
    return script_count(&b->cloud, "ListAScripts");
}

static const struct resource *row(const struct bed *b, const char *key)
{
    return model_find(&b->out, WEB, RESOURCE_SCRIPT, key);
}

static struct resource *add(struct bed *b, struct model *m, enum resource_kind kind,
                            const char *key, const char *id)
{
    struct resource *r = LIST_PUSH(&b->arena, &m->rows);
    *r = (struct resource){ .lb = WEB,
                            .kind = kind,
                            .key = arena_strdup(&b->arena, key),
                            .parent = "",
                            .cloud_id = id,
                            .ours = true };
    return r;
}

static void want(struct bed *b, enum resource_kind kind, const char *key)
{
    add(b, &b->wanted, kind, key, NULL)->desired =
        arena_alloc(&b->arena, resource_schema(kind)->size);
}

static void want_listeners(struct bed *b)
{
    for (int i = 0; i < b->listeners; i++)
        want(b, RESOURCE_LISTENER, listener_key(&b->arena, 80 + i, ALB_PROTOCOL_HTTP));
}

#define ONE(id, name, listener)                                                               \
    "{\"AScriptId\":\"" id "\",\"AScriptName\":\"" name "\",\"AScriptStatus\":\"Available\"," \
    "\"ListenerId\":\"" listener "\",\"LoadBalancerId\":\"alb-1\",\"Enabled\":true,"          \
    "\"ScriptContent\":\"pass\"}"

static const struct alb_listener *listener(const struct bed *b, const char *key)
{
    const struct resource *r = model_find(&b->out, WEB, RESOURCE_LISTENER, key);
    assert_non_null(r);
    return r->actual;
}

static void test_where_nobody_asks_for_scripts_none_are_read(void **state)
{
    struct bed *b = *state;
    want_listeners(b);
    sweep(b);
    assert_int_equal(reads(b), 0);
    assert_false(listener(b, "80/HTTP")->scripts_known.val);
    b->in.wanted = NULL; /* nothing is known of what is wanted */
    sweep(b);
    assert_int_equal(reads(b), 0);
}

static void test_scripts_of_others_are_no_reason_to_read(void **state)
{
    struct bed *b = *state;
    want_listeners(b);
    add(b, &b->known, RESOURCE_SCRIPT, "80/HTTP/theirs", "as-1")->ours = false;
    sweep(b);
    assert_int_equal(reads(b), 0);
}

static void test_where_one_is_wanted_those_of_all_listeners_are_read(void **state)
{
    struct bed *b = *state;
    want_listeners(b);
    want(b, RESOURCE_SCRIPT, "80/HTTP/canary");
    b->scripts = ONE("as-1", "canary", "lsn-80") "," ONE("as-2", "other", "lsn-81");
    sweep(b);
    assert_int_equal(reads(b), 1);
    const struct script_call *c = script_call(&b->cloud, "ListAScripts", 1);
    assert_string_equal(script_param(c, "ListenerIds.1"), "lsn-80");
    assert_string_equal(script_param(c, "ListenerIds.2"), "lsn-81");
    assert_null(script_param(c, "ListenerIds.3"));
    assert_true(listener(b, "80/HTTP")->scripts_known.val);
    assert_true(listener(b, "81/HTTP")->scripts_known.val);
    const struct resource *r = row(b, "80/HTTP/canary");
    assert_non_null(r);
    assert_string_equal(r->cloud_id, "as-1");
    assert_string_equal(r->parent, "80/HTTP");
    assert_string_equal(r->status, "Available");
    assert_false(r->ours); /* joined with what is wanted it is */
    assert_string_equal(((const struct alb_script *)r->actual)->content, "pass");
    r = row(b, "81/HTTP/other");
    assert_false(r->ours);
    assert_null(((const struct alb_script *)r->actual)->content); /* nobody's business */
}

static void test_where_one_is_known_they_are_read(void **state)
{
    struct bed *b = *state;
    want_listeners(b);
    add(b, &b->known, RESOURCE_SCRIPT, "80/HTTP/canary", "as-1");
    b->scripts = ONE("as-1", "renamed", "lsn-80");
    sweep(b);
    assert_int_equal(reads(b), 1);
    /* It is told by its id: a name that was changed by hand is drift. */
    const struct resource *r = row(b, "80/HTTP/canary");
    assert_non_null(r);
    assert_true(r->ours);
    assert_string_equal(((const struct alb_script *)r->actual)->name, "renamed");
    assert_string_equal(((const struct alb_script *)r->actual)->content, "pass");
    assert_null(row(b, "80/HTTP/renamed"));
}

static void test_a_listener_that_is_to_go_has_its_scripts_read(void **state)
{
    struct bed *b = *state;
    want(b, RESOURCE_LISTENER, "80/HTTP");
    b->scripts = ONE("as-1", "theirs", "lsn-81");
    sweep(b);
    assert_int_equal(reads(b), 1);
    assert_true(listener(b, "81/HTTP")->scripts_known.val);
    assert_false(row(b, "81/HTTP/theirs")->ours);
}

static void test_twenty_listeners_are_asked_about_in_one_call(void **state)
{
    struct bed *b = *state;
    b->listeners = 21;
    want_listeners(b);
    want(b, RESOURCE_SCRIPT, "80/HTTP/canary");
    sweep(b);
    assert_int_equal(reads(b), 2);
    assert_non_null(script_param(script_call(&b->cloud, "ListAScripts", 1), "ListenerIds.20"));
    assert_null(script_param(script_call(&b->cloud, "ListAScripts", 1), "ListenerIds.21"));
    assert_string_equal(script_param(script_call(&b->cloud, "ListAScripts", 2), "ListenerIds.1"),
                        "lsn-100");
}

static void test_a_sweep_of_groups_reads_no_scripts(void **state)
{
    struct bed *b = *state;
    want(b, RESOURCE_SCRIPT, "80/HTTP/canary");
    b->in.parts = OBSERVE_GROUPS;
    sweep(b);
    assert_int_equal(reads(b), 0);
}

static void test_of_two_with_one_name_the_known_one_keeps_it(void **state)
{
    struct bed *b = *state;
    want(b, RESOURCE_SCRIPT, "80/HTTP/canary");
    add(b, &b->known, RESOURCE_SCRIPT, "80/HTTP/canary", "as-2");
    b->scripts = ONE("as-1", "canary", "lsn-80") "," ONE("as-2", "canary", "lsn-80");
    sweep(b);
    assert_string_equal(row(b, "80/HTTP/canary")->cloud_id, "as-2");
    const struct resource *other = row(b, "80/HTTP/canary~as-1");
    assert_non_null(other);
    assert_false(other->ours);
    assert_null(((const struct alb_script *)other->actual)->content);
}

static void test_what_is_no_script_of_ours_is_passed_over(void **state)
{
    struct bed *b = *state;
    want(b, RESOURCE_SCRIPT, "80/HTTP/canary");
    add(b, &b->known, RESOURCE_RULE, "80/HTTP#0", "as-3"); /* an id of another kind */
    struct resource *elsewhere = add(b, &b->known, RESOURCE_SCRIPT, "80/HTTP/x", "as-4");
    elsewhere->lb = "kube-system/other";
    b->scripts = ONE(
        "as-1", "x",
        "lsn-others") ",{\"AScriptName\":\"no-id\",\"ListenerId\":"
                      "\"lsn-80\"},{\"AScriptId\":\"as-2\"},{\"AScriptId\":\"as-3\",\"ListenerId\":"
                      "\"lsn-80\"}," ONE("as-4", "y", "lsn-80");
    sweep(b);
    size_t n = 0;
    for (size_t i = 0; i < b->out.rows.len; i++)
        n += b->out.rows.items[i].kind == RESOURCE_SCRIPT;
    assert_int_equal(n, 2);
    assert_string_equal(row(b, "80/HTTP/as-3")->status, ""); /* nothing is said of it */
    assert_false(row(b, "80/HTTP/as-3")->ours);
    assert_false(row(b, "80/HTTP/y")->ours);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_where_nobody_asks_for_scripts_none_are_read),
        TEST(test_scripts_of_others_are_no_reason_to_read),
        TEST(test_where_one_is_wanted_those_of_all_listeners_are_read),
        TEST(test_where_one_is_known_they_are_read),
        TEST(test_a_listener_that_is_to_go_has_its_scripts_read),
        TEST(test_twenty_listeners_are_asked_about_in_one_call),
        TEST(test_a_sweep_of_groups_reads_no_scripts),
        TEST(test_of_two_with_one_name_the_known_one_keeps_it),
        TEST(test_what_is_no_script_of_ours_is_passed_over),
    };
    return cmocka_run_group_tests_name("observe/script", tests, NULL, NULL);
}
