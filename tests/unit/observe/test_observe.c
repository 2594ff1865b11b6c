/* test_observe.c - which reads make a sweep, and what comes of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/observe.h"
#include "tests/support/script.h"

#define WEB "kube-system/web"

struct bed {
    struct script cloud;
    struct observe_in in;
    struct observe_lb lbs[2];
    struct model known, out;
    struct arena arena;
    struct error err;
    /* What the script's cloud holds. */
    size_t n_lbs, n_groups;
    const char *protocol;  /* of each load balancer's listener, NULL: it has none */
    int64_t total_servers; /* of the region, as the first page says               */
    const char *refused;   /* this action is answered with 403                    */
    bool loops;            /* every page of rules names itself as the next        */
};

/* The number at the end of an id: "alb-7" is 7. */
static const char *number(const char *id)
{
    return strrchr(id, '-') + 1;
}

static const char *lbs_page(struct bed *b, struct arena *a)
{
    struct buf text CLEANUP(buf_done) = { 0 };
    buf_adds(&text, "{\"LoadBalancers\":[");
    for (size_t i = 0; i < b->n_lbs; i++)
        buf_addf(&text,
                 "%s{\"LoadBalancerId\":\"alb-%zu\",\"LoadBalancerStatus\":\"Active\",\"Tags\":["
                 "{\"Key\":\"ack.aliyun.com\",\"Value\":\"c1\"},"
                 "{\"Key\":\"ingress.k8s.alibaba/albconfig\",\"Value\":\"kube-system/w%zu\"}]}",
                 i ? "," : "", i, i);
    buf_adds(&text, "]}");
    return buf_keep(&text, a);
}

static const char *listeners_page(const struct bed *b, struct arena *a, const struct script_call *c)
{
    struct buf text CLEANUP(buf_done) = { 0 };
    buf_adds(&text, "{\"Listeners\":[");
    for (size_t i = 1; b->protocol; i++) {
        const char *lb = script_param(c, arena_fmt(a, "LoadBalancerIds.%zu", i));
        if (!lb)
            break;
        buf_addf(&text,
                 "%s{\"ListenerId\":\"lsn-%s\",\"LoadBalancerId\":\"%s\",\"ListenerPort\":80,"
                 "\"ListenerProtocol\":\"%s\",\"ListenerStatus\":\"Running\","
                 "\"ListenerDescription\":\"ingress-auto-listener-80\"}",
                 i > 1 ? "," : "", number(lb), lb, b->protocol);
    }
    buf_adds(&text, "]}");
    return buf_keep(&text, a);
}

/* Two pages of one rule each in the Request direction. */
static const char *rules_page(const struct bed *b, struct arena *a, const struct script_call *c)
{
    const char *token = script_param(c, "NextToken");
    if (strcmp(script_param(c, "Direction"), "Request") != 0)
        return "{\"Rules\":[]}";
    int n = token ? 2 : 1;
    const char *next = !token || b->loops ? ",\"NextToken\":\"t\"" : "";
    return arena_fmt(a,
                     "{\"Rules\":[{\"RuleId\":\"rule-%d\",\"ListenerId\":\"lsn-0\",\"RuleName\":"
                     "\"rule-80-%d\",\"Priority\":%d,\"RuleStatus\":\"Available\","
                     "\"RuleConditions\":[{\"Type\":\"Host\",\"HostConfig\":{\"Values\":"
                     "[\"h%d.example\"]}}]}]%s}",
                     n, n, n, n, next);
}

/* Those that are asked for by id carry no tags. */
static const char *groups_by_id(struct arena *a, const struct script_call *c)
{
    struct buf text CLEANUP(buf_done) = { 0 };
    const char *id;
    buf_adds(&text, "{\"ServerGroups\":[");
    for (size_t i = 1; (id = script_param(c, arena_fmt(a, "ServerGroupIds.%zu", i))); i++)
        buf_addf(&text, "%s{\"ServerGroupId\":\"%s\",\"ServerGroupStatus\":\"Available\"}",
                 i > 1 ? "," : "", id);
    buf_adds(&text, "]}");
    return buf_keep(&text, a);
}

static const char *groups_page(const struct bed *b, struct arena *a, const struct script_call *c)
{
    if (script_param(c, "ServerGroupIds.1"))
        return groups_by_id(a, c);
    struct buf text CLEANUP(buf_done) = { 0 };
    buf_adds(&text, "{\"ServerGroups\":[");
    for (size_t i = 0; i < b->n_groups; i++)
        buf_addf(&text,
                 "%s{\"ServerGroupId\":\"sgp-%zu\",\"ServerGroupStatus\":\"Available\",\"Tags\":["
                 "{\"Key\":\"ack.aliyun.com\",\"Value\":\"c1\"},"
                 "{\"Key\":\"ingress.k8s.alibaba/albconfig\",\"Value\":\"kube-system/w0\"},"
                 "{\"Key\":\"ingress.k8s.alibaba/resource\",\"Value\":\"shop/t-t:%zu\"}]}",
                 i ? "," : "", i, i);
    buf_adds(&text, "]}");
    return buf_keep(&text, a);
}

static const char *servers_page(const struct bed *b, struct arena *a, const struct script_call *c)
{
    const char *group = script_param(c, "ServerGroupId");
    return arena_fmt(a,
                     "{\"TotalCount\":%lld,\"Servers\":[{\"ServerGroupId\":\"%s\",\"ServerId\":"
                     "\"eni-1\",\"ServerType\":\"Eni\",\"Port\":80,\"Status\":\"Available\"}]}",
                     (long long)(group ? 1 : b->total_servers), group ? group : "sgp-0");
}

static const char *answer(void *arg, struct arena *a, const struct script_call *c, int *status)
{
    struct bed *b = arg;
    if (b->refused && !strcmp(b->refused, c->action)) {
        *status = 403;
        return "{\"Code\":\"Forbidden.RAM\",\"Message\":\"no\"}";
    }
    if (!strcmp(c->action, "ListLoadBalancers"))
        return lbs_page(b, a);
    if (!strcmp(c->action, "GetLoadBalancerAttribute"))
        return arena_fmt(
            a,
            "{\"LoadBalancerId\":\"%s\",\"LoadBalancerStatus\":\"Active\",\"DNSName\":\"d.test\","
            "\"Tags\":[{\"Key\":\"ack.aliyun.com\",\"Value\":\"c1\"},"
            "{\"Key\":\"ingress.k8s.alibaba/albconfig\",\"Value\":\"kube-system/w%s\"}]}",
            script_param(c, "LoadBalancerId"), number(script_param(c, "LoadBalancerId")));
    if (!strcmp(c->action, "ListListeners"))
        return listeners_page(b, a, c);
    if (!strcmp(c->action, "ListRules"))
        return rules_page(b, a, c);
    if (!strcmp(c->action, "ListServerGroups"))
        return groups_page(b, a, c);
    if (!strcmp(c->action, "ListServerGroupServers"))
        return servers_page(b, a, c);
    if (!strcmp(c->action, "ListAcls"))
        return "{\"Acls\":[]}";
    if (!strcmp(c->action, "ListAScripts"))
        return "{\"AScripts\":[]}";
    assert_string_equal(c->action, "ListListenerCertificates");
    return "{\"Certificates\":[{\"CertificateId\":\"1-cn\",\"CertificateType\":\"Server\","
           "\"IsDefault\":true}]}";
}

static int setup(void **state)
{
    struct bed *b = calloc(1, sizeof *b);
    *state = b;
    b->cloud.answer = answer;
    b->cloud.arg = b;
    script_open(&b->cloud);
    b->lbs[0] = (struct observe_lb){ .name = "kube-system/w0" };
    b->in = (struct observe_in){
        .alb = b->cloud.alb, .cluster_id = "c1", .lbs = b->lbs, .n_lbs = 1, .known = &b->known
    };
    b->n_lbs = 1;
    b->n_groups = 1;
    b->protocol = "HTTP";
    b->total_servers = 1;
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

static bool sweep(struct bed *b)
{
    struct observe *o;
    assert_true(observe_new(&o, &b->in, &b->err));
    assert_true(observe_busy(o));
    script_run(&b->cloud, take, o);
    assert_false(observe_busy(o));
    bool ok = observe_result(o, &b->arena, 5000, &b->out, &b->err);
    observe_free(o);
    return ok;
}

static void test_sweep_reads_everything_of_ours(void **state)
{
    struct bed *b = *state;
    assert_true(sweep(b));
    /* A load balancer, its listener, two pages of rules, a group. */
    assert_int_equal(b->out.rows.len, 5);
    const struct resource *lb =
        model_find(&b->out, "kube-system/w0", RESOURCE_LOAD_BALANCER, "kube-system/w0");
    const struct alb_load_balancer *actual = lb->actual;
    assert_string_equal(actual->dns_name, "d.test"); /* which the list did not say */
    const struct resource *group =
        model_find(&b->out, "kube-system/w0", RESOURCE_SERVER_GROUP, "shop/t-t:0");
    assert_int_equal(((const struct alb_server_group *)group->actual)->servers.len, 1);
}

static size_t count_rows(const struct model *m, enum resource_kind kind)
{
    size_t n = 0;
    for (size_t i = 0; i < m->rows.len; i++)
        n += m->rows.items[i].kind == kind;
    return n;
}

/* Rows of access lists that are known make no read either. */
static void test_server_groups_can_be_read_alone(void **state)
{
    struct bed *b = *state;
    struct resource acl = { .lb = "kube-system/w0",
                            .kind = RESOURCE_ACL,
                            .key = "80/HTTP white",
                            .parent = "80/HTTP",
                            .cloud_id = "acl-1",
                            .status = "",
                            .ours = true };
    b->known.rows.items = &acl;
    b->known.rows.len = 1;
    b->in.parts = OBSERVE_GROUPS;
    assert_true(sweep(b));
    assert_int_equal(b->out.rows.len, 1);
    assert_int_equal(count_rows(&b->out, RESOURCE_SERVER_GROUP), 1);
    assert_int_equal(b->cloud.calls.len, 2); /* groups, and their servers */
    b->known = (struct model){ 0 };
}

static void test_load_balancers_can_be_read_without_server_groups(void **state)
{
    struct bed *b = *state;
    b->in.parts = OBSERVE_LBS;
    assert_true(sweep(b));
    assert_int_equal(b->out.rows.len, 4); /* all of the sweep above but the group */
    assert_int_equal(count_rows(&b->out, RESOURCE_SERVER_GROUP), 0);
    for (size_t i = 0; i < b->cloud.calls.len; i++)
        assert_null(strstr(b->cloud.calls.items[i].action, "ServerGroup"));
}

static void test_lists_are_asked_for_by_tag_and_the_cluster_is_escaped(void **state)
{
    struct bed *b = *state;
    b->in.cluster_id = "aliyun-1";
    b->n_lbs = b->n_groups = 0;
    assert_true(sweep(b));
    const struct script_call *lbs = script_call(&b->cloud, "ListLoadBalancers", 1);
    assert_string_equal(script_param(lbs, "Tag.1.Key"), "ingress.k8s.alibaba/albconfig");
    assert_null(script_param(lbs, "Tag.1.Value")); /* another cluster's must be seen */
    const struct script_call *groups = script_call(&b->cloud, "ListServerGroups", 1);
    assert_string_equal(script_param(groups, "Tag.1.Key"), "ack.aliyun.com");
    assert_string_equal(script_param(groups, "Tag.1.Value"), "_aliyun-1");
    /* And nothing under them when there are none. */
    assert_int_equal(b->cloud.calls.len, 3);
    const struct script_call *acls = script_call(&b->cloud, "ListAcls", 1);
    assert_string_equal(script_param(acls, "Tag.1.Key"), "ack.aliyun.com");
    assert_string_equal(script_param(acls, "Tag.1.Value"), "_aliyun-1");
}

static void test_page_after_page_is_read(void **state)
{
    struct bed *b = *state;
    assert_true(sweep(b));
    assert_int_equal(script_count(&b->cloud, "ListRules"), 3); /* two, and one of Response */
    size_t with_token = 0;
    for (size_t i = 1; i <= 3; i++) {
        const struct script_call *c = script_call(&b->cloud, "ListRules", i);
        with_token += script_param(c, "NextToken") != NULL;
        assert_string_equal(script_param(c, "MaxResults"), "100");
    }
    assert_int_equal(with_token, 1);
}

static void test_page_that_names_itself_is_a_failure(void **state)
{
    struct bed *b = *state;
    b->loops = true;
    assert_false(sweep(b));
}

static void test_ids_are_asked_for_twenty_a_call(void **state)
{
    struct bed *b = *state;
    b->n_lbs = 45;
    assert_true(sweep(b));
    assert_int_equal(script_count(&b->cloud, "ListListeners"), 3);
    assert_non_null(script_param(script_call(&b->cloud, "ListListeners", 1), "LoadBalancerIds.20"));
    assert_null(script_param(script_call(&b->cloud, "ListListeners", 1), "LoadBalancerIds.21"));
    assert_non_null(script_param(script_call(&b->cloud, "ListListeners", 3), "LoadBalancerIds.5"));
    assert_null(script_param(script_call(&b->cloud, "ListListeners", 3), "LoadBalancerIds.6"));
    assert_int_equal(script_count(&b->cloud, "GetLoadBalancerAttribute"), 45);
}

static void test_any_read_that_fails_fails_the_sweep(void **state)
{
    struct bed *b = *state;
    static const char *const actions[] = {
        "ListLoadBalancers",
        "GetLoadBalancerAttribute",
        "ListListeners",
        "ListRules",
        "ListServerGroups",
        "ListServerGroupServers",
        "ListListenerCertificates",
        "ListAcls",
    };
    b->protocol = "HTTPS";
    for (size_t i = 0; i < COUNT(actions); i++) {
        b->refused = actions[i];
        b->out = (struct model){ 0 };
        assert_false(sweep(b));
        assert_int_equal(b->err.kind, ERROR_DENIED);
        assert_non_null(strstr(b->err.msg, actions[i]));
        assert_non_null(strstr(b->err.msg, "cluster 'c1'"));
        assert_int_equal(b->out.rows.len, 0);
    }
}

static void test_certificates_are_read_for_listeners_that_have_some(void **state)
{
    struct bed *b = *state;
    assert_true(sweep(b));
    assert_int_equal(script_count(&b->cloud, "ListListenerCertificates"), 0);
    b->protocol = "HTTPS";
    assert_true(sweep(b));
    assert_int_equal(script_count(&b->cloud, "ListListenerCertificates"), 1);
    const struct resource *l = model_find(&b->out, "kube-system/w0", RESOURCE_LISTENER, "80/HTTPS");
    assert_int_equal(((const struct alb_listener *)l->actual)->certs.len, 1);
}

static void test_servers_are_read_group_by_group_when_that_is_less(void **state)
{
    struct bed *b = *state;
    b->n_groups = 2;
    b->total_servers = 5000;
    assert_true(sweep(b));
    assert_int_equal(script_count(&b->cloud, "ListServerGroupServers"), 3);
    assert_null(script_param(script_call(&b->cloud, "ListServerGroupServers", 1), "ServerGroupId"));
    assert_string_equal(
        script_param(script_call(&b->cloud, "ListServerGroupServers", 3), "ServerGroupId"),
        "sgp-1");
    const struct resource *group =
        model_find(&b->out, "kube-system/w0", RESOURCE_SERVER_GROUP, "shop/t-t:0");
    assert_int_equal(((const struct alb_server_group *)group->actual)->servers.len, 1);
}

static struct resource borrowed(struct bed *b, const char *service, const char *id)
{
    return (struct resource){ .lb = service_lb(&b->arena, "shop", service),
                              .kind = RESOURCE_SERVER_GROUP,
                              .key = id,
                              .cloud_id = id,
                              .ours = true };
}

static void test_borrowed_groups_are_read_by_id_once_each(void **state)
{
    struct bed *b = *state;
    struct model wanted = { 0 };
    for (int i = 0; i < 21; i++)
        *LIST_PUSH(&b->arena, &wanted.rows) =
            borrowed(b, arena_fmt(&b->arena, "s%02d", i), arena_fmt(&b->arena, "sgp-own-%02d", i));
    *LIST_PUSH(&b->arena, &b->known.rows) = borrowed(b, "s00", "sgp-own-00");
    *LIST_PUSH(&b->arena, &b->known.rows) = borrowed(b, "was", "sgp-was");
    b->in.wanted = &wanted;
    b->n_groups = 0; /* none carries our tags */
    assert_true(sweep(b));
    assert_int_equal(script_count(&b->cloud, "ListServerGroups"), 3);
    const struct script_call *c = script_call(&b->cloud, "ListServerGroups", 3);
    assert_string_equal(script_param(c, "ServerGroupIds.2"), "sgp-was");
    assert_null(script_param(c, "ServerGroupIds.3"));
    /* And the servers of all groups in one list. */
    assert_int_equal(script_count(&b->cloud, "ListServerGroupServers"), 1);
    assert_non_null(model_find(&b->out, "Service/shop/s20", RESOURCE_SERVER_GROUP, "sgp-own-20"));
    assert_non_null(model_find(&b->out, "Service/shop/was", RESOURCE_SERVER_GROUP, "sgp-was"));
}

static void test_a_borrowed_group_is_read_alone(void **state)
{
    struct bed *b = *state;
    *LIST_PUSH(&b->arena, &b->known.rows) = borrowed(b, "tea", "sgp-tea");
    *LIST_PUSH(&b->arena, &b->known.rows) = borrowed(b, "cup", "sgp-cup");
    b->in.only = "Service/shop/tea";
    assert_true(sweep(b));
    assert_int_equal(b->cloud.calls.len, 2);
    assert_string_equal(
        script_param(script_call(&b->cloud, "ListServerGroupServers", 1), "ServerGroupId"),
        "sgp-tea");
    assert_int_equal(b->out.rows.len, 1);
    assert_string_equal(b->out.rows.items[0].lb, "Service/shop/tea");
    const struct alb_server_group *g = b->out.rows.items[0].actual;
    assert_int_equal(g->servers.len, 1);
}

static void test_servers_of_a_borrowed_group_are_read_once(void **state)
{
    struct bed *b = *state;
    /* By our tags it is in the other list, too. */
    *LIST_PUSH(&b->arena, &b->known.rows) = borrowed(b, "tea", "sgp-0");
    *LIST_PUSH(&b->arena, &b->known.rows) = borrowed(b, "cup", "sgp-cup");
    b->n_groups = 2;
    b->total_servers = 5000;
    assert_true(sweep(b));
    assert_int_equal(script_count(&b->cloud, "ListServerGroupServers"), 4);
    const struct resource *r =
        model_find(&b->out, "Service/shop/tea", RESOURCE_SERVER_GROUP, "sgp-0");
    assert_int_equal(((const struct alb_server_group *)r->actual)->servers.len, 1);
}

static void test_load_balancer_to_be_taken_over_is_read_by_its_id(void **state)
{
    struct bed *b = *state;
    b->lbs[1] = (struct observe_lb){ .name = WEB, .reuse_id = "alb-77" };
    b->in.n_lbs = 2;
    assert_true(sweep(b));
    assert_int_equal(script_count(&b->cloud, "ListLoadBalancers"), 2);
    assert_string_equal(
        script_param(script_call(&b->cloud, "ListLoadBalancers", 2), "LoadBalancerIds.1"),
        "alb-77");
    /* The same one in both lists is one. */
    assert_int_equal(script_count(&b->cloud, "GetLoadBalancerAttribute"), 1);
}

static void test_results_of_others_are_left_alone(void **state)
{
    struct bed *b = *state;
    struct observe *o;
    assert_true(observe_new(&o, &b->in, &b->err));
    const struct alb_result other = { .id = 9999, .ok = true };
    assert_false(observe_take(o, &other));
    assert_true(observe_busy(o));
    observe_free(o);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_sweep_reads_everything_of_ours),
        TEST(test_server_groups_can_be_read_alone),
        TEST(test_load_balancers_can_be_read_without_server_groups),
        TEST(test_lists_are_asked_for_by_tag_and_the_cluster_is_escaped),
        TEST(test_page_after_page_is_read),
        TEST(test_page_that_names_itself_is_a_failure),
        TEST(test_ids_are_asked_for_twenty_a_call),
        TEST(test_any_read_that_fails_fails_the_sweep),
        TEST(test_certificates_are_read_for_listeners_that_have_some),
        TEST(test_servers_are_read_group_by_group_when_that_is_less),
        TEST(test_borrowed_groups_are_read_by_id_once_each),
        TEST(test_a_borrowed_group_is_read_alone),
        TEST(test_servers_of_a_borrowed_group_are_read_once),
        TEST(test_load_balancer_to_be_taken_over_is_read_by_its_id),
        TEST(test_results_of_others_are_left_alone),
    };
    return cmocka_run_group_tests_name("observe/observe", tests, NULL, NULL);
}
