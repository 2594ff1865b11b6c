/* test_acl.c - which reads tell of access lists, and when they are made. */
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
#define KEY "80/HTTP/White"

/* A load balancer with the listeners 80 and 81, and the access lists that a test says. */
struct bed {
    struct script cloud;
    struct observe_in in;
    struct observe_lb lb;
    struct model known, wanted, out;
    struct arena arena;
    struct error err;
    const char *tagged;   /* what ListAcls has for our tag   */
    const char *of_80;    /* relations of listener 80        */
    const char *entries;  /* of every list                   */
    const char *relation; /* of every list that is asked for */
};

static const char *lists(const struct bed *b, struct arena *a, const struct script_call *c)
{
    struct buf text CLEANUP(buf_done) = { 0 };
    if (script_param(c, "Tag.1.Key"))
        return b->tagged ? b->tagged : "{\"Acls\":[]}";
    buf_adds(&text, "{\"Acls\":[");
    for (size_t i = 1;; i++) {
        const char *id = script_param(c, arena_fmt(a, "AclIds.%zu", i));
        if (!id)
            break;
        buf_addf(&text, "%s{\"AclId\":\"%s\",\"AclName\":\"n\",\"AclStatus\":\"Available\"}",
                 i > 1 ? "," : "", id);
    }
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
               "\"Value\":\"" WEB "\"}]}]}";
    if (!strcmp(c->action, "GetLoadBalancerAttribute"))
        return "{}";
    if (!strcmp(c->action, "ListListeners"))
        return "{\"Listeners\":[{\"ListenerId\":\"lsn-80\",\"LoadBalancerId\":\"alb-1\","
               "\"ListenerPort\":80,\"ListenerProtocol\":\"HTTP\",\"ListenerDescription\":"
               "\"ingress-auto-listener-80\"},{\"ListenerId\":\"lsn-81\",\"LoadBalancerId\":"
               "\"alb-1\",\"ListenerPort\":81,\"ListenerProtocol\":\"HTTP\","
               "\"ListenerDescription\":\"ingress-auto-listener-81\"}]}";
    if (!strcmp(c->action, "GetListenerAttribute"))
        return strcmp(script_param(c, "ListenerId"), "lsn-80") == 0 && b->of_80 ? arena_fmt(
                   a, "{\"AclConfig\":{\"AclType\":\"White\",\"AclRelations\":[%s]}}", b->of_80)
                                                                                : "{}";
    if (!strcmp(c->action, "ListAcls"))
        return lists(b, a, c);
    if (!strcmp(c->action, "ListAclEntries"))
        return arena_fmt(a, "{\"AclEntries\":[%s]}", b->entries ? b->entries : "");
    if (!strcmp(c->action, "ListAclRelations"))
        return arena_fmt(a, "{\"AclRelations\":[{\"AclId\":\"%s\",\"RelatedListeners\":[%s]}]}",
                         script_param(c, "AclIds.1"), b->relation ? b->relation : "");
    return "{}";
}

static int setup(void **state)
{
    struct bed *b = calloc(1, sizeof *b);
    *state = b;
    b->cloud.answer = answer;
    b->cloud.arg = b;
    script_open(&b->cloud);
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
    assert_true(observe_new(&o, &b->in, &b->err));
    script_run(&b->cloud, take, o);
    assert_false(observe_busy(o));
    assert_true(observe_result(o, &b->arena, 5000, &b->out, &b->err));
    observe_free(o);
}

static const struct resource *acl(const struct bed *b, const char *key)
{
    return model_find(&b->out, WEB, RESOURCE_ACL, key);
}

static size_t reads(const struct bed *b, const char *action)
{
    return script_count(&b->cloud, action);
}

static void want_list(struct bed *b, const char *name)
{
    struct alb_acl *want = arena_alloc(&b->arena, sizeof *want);
    want->name = name;
    *LIST_PUSH(&b->arena, &b->wanted.rows) = (struct resource){
        .lb = WEB, .kind = RESOURCE_ACL, .key = KEY, .parent = "80/HTTP", .desired = want
    };
}

#define ONE(id) "{\"AclId\":\"" id "\",\"Status\":\"Associated\"}"

static void test_where_nobody_asks_for_lists_one_read_says_so(void **state)
{
    struct bed *b = *state;
    sweep(b);
    assert_int_equal(reads(b, "ListAcls"), 1);
    assert_int_equal(reads(b, "GetListenerAttribute"), 0);
    assert_int_equal(reads(b, "ListAclEntries"), 0);
    assert_null(acl(b, KEY));
}

static void test_a_wanted_list_is_found_by_the_attributes_of_listeners(void **state)
{
    struct bed *b = *state;
    want_list(b, "n");
    b->of_80 = ONE("acl-1");
    b->entries = "{\"Entry\":\"10.0.0.0/8\",\"Status\":\"Available\"},{\"Entry\":\"192.0.2.7\"},"
                 "{\"Entry\":\"10.9.0.0/16\",\"Status\":\"Removing\"}";
    sweep(b);
    assert_int_equal(reads(b, "GetListenerAttribute"), 2);
    assert_int_equal(reads(b, "ListAcls"), 2);
    assert_string_equal(script_param(script_call(&b->cloud, "ListAcls", 2), "AclIds.1"), "acl-1");
    assert_int_equal(reads(b, "ListAclEntries"), 1);
    assert_int_equal(reads(b, "ListAclRelations"), 0); /* it is wanted */
    const struct resource *r = acl(b, KEY);
    assert_non_null(r);
    assert_string_equal(r->cloud_id, "acl-1");
    const struct alb_acl *have = r->actual;
    assert_int_equal(have->entries.len, 2); /* what leaves is as good as gone */
    assert_null(have->entries.items[0].told);
    assert_string_equal(have->entries.items[1].entry, "192.0.2.7/32");
    assert_string_equal(have->entries.items[1].told, "192.0.2.7");
    const struct resource *l = model_find(&b->out, WEB, RESOURCE_LISTENER, "80/HTTP");
    assert_string_equal(((const struct alb_listener *)l->actual)->acls.type, "White");
    l = model_find(&b->out, WEB, RESOURCE_LISTENER, "81/HTTP");
    assert_int_equal(((const struct alb_listener *)l->actual)->acls.acls.len, 0);
}

static void test_a_list_that_leaves_its_listener_is_not_on_it(void **state)
{
    struct bed *b = *state;
    want_list(b, "n");
    b->of_80 = "{\"AclId\":\"acl-1\",\"Status\":\"Dissociating\"}";
    sweep(b);
    const struct resource *l = model_find(&b->out, WEB, RESOURCE_LISTENER, "80/HTTP");
    assert_int_equal(((const struct alb_listener *)l->actual)->acls.acls.len, 0);
    assert_null(((const struct alb_listener *)l->actual)->acls.type);
}

static void test_lists_by_id_are_read_though_no_listener_uses_them(void **state)
{
    struct bed *b = *state;
    struct alb_listener want = { .acls = { .type = "White" } };
    *LIST_PUSH(&b->arena, &want.acls.acls) = (struct alb_listener_acl){ .acl_id = "acl-7" };
    *LIST_PUSH(&b->arena, &want.acls.acls) = (struct alb_listener_acl){ .acl_id = "@acl/" KEY };
    *LIST_PUSH(&b->arena, &b->wanted.rows) = (struct resource){
        .lb = WEB, .kind = RESOURCE_LISTENER, .key = "80/HTTP", .desired = &want
    };
    sweep(b);
    assert_int_equal(reads(b, "GetListenerAttribute"), 2);
    const struct script_call *c = script_call(&b->cloud, "ListAcls", 2);
    assert_string_equal(script_param(c, "AclIds.1"), "acl-7");
    assert_null(script_param(c, "AclIds.2"));
    assert_false(acl(b, "?acl-7")->ours);
}

/* The state file may be lost: the tags tell. */
static void test_our_tags_are_enough_to_look_further(void **state)
{
    struct bed *b = *state;
    b->tagged = "{\"Acls\":[{\"AclId\":\"acl-1\",\"AclName\":\"n\",\"Tags\":["
                "{\"Key\":\"ack.aliyun.com\",\"Value\":\"c1\"},"
                "{\"Key\":\"ingress.k8s.alibaba/albconfig\",\"Value\":\"" WEB "\"},"
                "{\"Key\":\"ingress.k8s.alibaba/resource\",\"Value\":\"acl/" KEY "\"}]}]}";
    b->of_80 = ONE("acl-1");
    b->relation = "{\"ListenerId\":\"lsn-80\"},{\"ListenerId\":\"lsn-other\"}";
    sweep(b);
    assert_int_equal(reads(b, "GetListenerAttribute"), 2);
    assert_int_equal(reads(b, "ListAcls"), 1); /* the only one is known by then */
    assert_int_equal(reads(b, "ListAclRelations"), 1);
    const struct resource *r = acl(b, KEY);
    assert_true(r->ours);
    assert_string_equal(r->parent, "80/HTTP");
    assert_string_equal(((const struct alb_acl *)r->actual)->user, "lsn-other");
}

static void test_what_the_store_knows_is_looked_for_by_its_id(void **state)
{
    struct bed *b = *state;
    *LIST_PUSH(&b->arena, &b->known.rows) = (struct resource){
        .lb = WEB, .kind = RESOURCE_ACL, .key = KEY, .cloud_id = "acl-9", .ours = true
    };
    sweep(b);
    assert_string_equal(script_param(script_call(&b->cloud, "ListAcls", 2), "AclIds.1"), "acl-9");
    assert_true(acl(b, KEY)->ours);
    assert_null(((const struct alb_acl *)acl(b, KEY)->actual)->user);
}

static void test_a_listener_to_which_lists_were_applied_is_looked_at(void **state)
{
    struct bed *b = *state;
    struct alb_listener old = { .acls = { .type = "White" } };
    *LIST_PUSH(&b->arena, &b->known.rows) = (struct resource){
        .lb = WEB, .kind = RESOURCE_LISTENER, .key = "80/HTTP", .applied = &old
    };
    sweep(b);
    assert_int_equal(reads(b, "GetListenerAttribute"), 2);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_where_nobody_asks_for_lists_one_read_says_so),
        TEST(test_a_wanted_list_is_found_by_the_attributes_of_listeners),
        TEST(test_a_list_that_leaves_its_listener_is_not_on_it),
        TEST(test_lists_by_id_are_read_though_no_listener_uses_them),
        TEST(test_our_tags_are_enough_to_look_further),
        TEST(test_what_the_store_knows_is_looked_for_by_its_id),
        TEST(test_a_listener_to_which_lists_were_applied_is_looked_at),
    };
    return cmocka_run_group_tests_name("observe/acl", tests, NULL, NULL);
}
