/* Load balancers that come and go, and the groups that their rules want. */
#include "follow.h"

static void test_ingresses_wait_for_their_albconfig(void **state)
{
    (void)state;
    struct followed f;
    followed_begin(&f);
    put(&f, CLASS_TO("alb", "web"));
    put(&f, INGRESS_TO("d", "x", "alb", "x.com", "tea"));
    update(&f);
    const struct translate_out *out = translator_lb(f.tr, "kube-system/web");
    assert_int_equal(out->lbs.len, 0);
    assert_int_equal(out->problems.len, 1);
    assert_has(out->problems.items[0].message, "there is no AlbConfig 'web'");
    put(&f, SPEC_OF("web"));
    update(&f);
    assert_int_equal(translator_work(f.tr).ingresses, 0); /* it was read before */
    out = translator_lb(f.tr, "kube-system/web");
    assert_int_equal(out->problems.len, 0);
    assert_int_equal(out->lbs.len, 1);
    assert_string_equal(made(&f, "kube-system/web"), "d/x d/x-tea:80=?");
    followed_done(&f);
}

static void test_a_load_balancer_without_anything_is_gone(void **state)
{
    (void)state;
    struct followed f;
    followed_begin(&f);
    put(&f, SPEC_OF("web"));
    put(&f, CLASS_TO("alb", "web"));
    put(&f, INGRESS_TO("d", "x", "alb", "x.com", "tea"));
    update(&f);
    take(&f, OBJECT_ALB_CONFIG, "", "web");
    update(&f);
    assert_string_equal(changed(&f), "kube-system/web");
    assert_string_equal(made(&f, "kube-system/web"), "");
    take(&f, OBJECT_INGRESS, "d", "x");
    update(&f);
    assert_string_equal(changed(&f), "kube-system/web");
    assert_null(translator_lb(f.tr, "kube-system/web"));
    assert_null(translator_lb(f.tr, "elsewhere/web"));
    assert_int_equal(f.tr->unit_list.len, 0);
    followed_done(&f);
}

static void test_an_albconfig_on_its_way_out_leaves_a_tombstone(void **state)
{
    (void)state;
    struct followed f;
    followed_begin(&f);
    put(&f, SPEC_OF("web"));
    update(&f);
    put(&f, "apiVersion: alibabacloud.com/v1\nkind: AlbConfig\nmetadata: {name: web, "
            "deletionTimestamp: '2026-01-01T00:00:00Z'}\nspec: {config: {}}\n");
    update(&f);
    const struct translate_out *out = translator_lb(f.tr, "kube-system/web");
    assert_int_equal(out->desired.rows.len, 0);
    assert_int_equal(out->tombstones.len, 1);
    assert_string_equal(out->tombstones.items[0].lb, "kube-system/web");
    followed_done(&f);
}

static const char *servers_of(struct followed *f, const char *key)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    const struct resource *r = model_find(&translator_lb(f->tr, "kube-system/web")->servers,
                                          "kube-system/web", RESOURCE_SERVER_GROUP, key);
    if (r)
        add_group(&b, r);
    return buf_keep(&b, &f->w.a);
}

/* Its load balancer is still there and serves, as nobody deletes one for a file that is gone. */
static void test_groups_without_an_albconfig_follow_their_pods(void **state)
{
    (void)state;
    struct followed f;
    followed_begin(&f);
    put(&f, CLASS_TO("alb", "web"));
    put(&f, INGRESS_TO("d", "x", "alb", "x.com", "tea"));
    put(&f, SERVICE_OF("d", "tea"));
    put(&f, SLICE_OF("d", "s-1", "tea", "10.0.0.1"));
    update(&f);
    assert_string_equal(made(&f, "kube-system/web"), "");
    assert_string_equal(servers_of(&f, "d/x-tea:80"), "d/x-tea:80=eni-1");
    put(&f, SLICE_OF("d", "s-1", "tea", "10.0.0.2"));
    update(&f);
    assert_string_equal(servers_of(&f, "d/x-tea:80"), "d/x-tea:80=eni-2");
    put(&f, "apiVersion: alibabacloud.com/v1\nkind: AlbConfig\nmetadata: {name: web, "
            "deletionTimestamp: '2026-01-01T00:00:00Z'}\nspec: {config: {}}\n");
    update(&f);
    assert_string_equal(servers_of(&f, "d/x-tea:80"), ""); /* they go with it */
    followed_done(&f);
}

static void test_only_groups_that_changed_are_made_again(void **state)
{
    (void)state;
    struct followed f;
    followed_begin(&f);
    put(&f, SPEC_OF("web"));
    put(&f, CLASS_TO("alb", "web"));
    put(&f, INGRESS_TO("d", "x", "alb", "x.com", "tea"));
    put(&f, INGRESS_TO("d", "y", "alb", "y.com", "tea"));
    put(&f, INGRESS_TO("d", "z", "alb", "z.com", "milk"));
    put(&f, SERVICE_OF("d", "tea"));
    update(&f);
    put(&f, SLICE_OF("d", "s-1", "tea", "10.0.0.1"));
    update(&f);
    assert_string_equal(made(&f, "kube-system/web"),
                        "d/x d/y d/z d/x-tea:80=eni-1 d/y-tea:80=eni-1 d/z-milk:80=?");
    struct translate_work work = translator_work(f.tr);
    assert_int_equal(work.groups, 2);
    assert_int_equal(work.services, 1);
    assert_int_equal(work.lbs, 0);
    put(&f, INGRESS_TO("d", "y", "alb", "y.com", "milk"));
    update(&f);
    assert_int_equal(translator_work(f.tr).groups, 1);
    assert_string_equal(made(&f, "kube-system/web"),
                        "d/x d/y d/z d/x-tea:80=eni-1 d/y-milk:80=? d/z-milk:80=?");
    followed_done(&f);
}

/* A canary without a main Ingress is left out, but its pods come and go; with one it counts. */
static void test_a_canary_has_its_servers_and_then_its_group(void **state)
{
    (void)state;
    struct followed f;
    followed_begin(&f);
    put(&f, SPEC_OF("web"));
    put(&f, CLASS_TO("alb", "web"));
    put(&f,
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: c, namespace: d, "
        "annotations: {" ALB "canary: \"true\", " ALB "canary-weight: \"20\"}}\n"
        "spec: {ingressClassName: alb, rules: [{host: x.com, http: {paths: [{path: /, pathType: "
        "Prefix, backend: {service: {name: tea, port: {number: 80}}}}]}}]}\n");
    put(&f, SERVICE_OF("d", "tea"));
    put(&f, SLICE_OF("d", "s-1", "tea", "10.0.0.1"));
    update(&f);
    const struct translate_out *out = translator_lb(f.tr, "kube-system/web");
    assert_string_equal(made(&f, "kube-system/web"), "");
    assert_int_equal(out->servers.rows.len, 1);
    assert_string_equal(out->servers.rows.items[0].key, "d/c-tea:80");
    put(&f, SLICE_OF("d", "s-1", "tea", "10.0.0.2"));
    update(&f);
    const struct alb_server_group *group = out->servers.rows.items[0].desired;
    assert_string_equal(group->servers.items[0].id, "eni-2");
    put(&f, INGRESS_TO("d", "m", "alb", "x.com", "tea"));
    update(&f);
    assert_string_equal(made(&f, "kube-system/web"), "d/m d/c-tea:80=eni-2 d/m-tea:80=eni-2");
    assert_int_equal(out->servers.rows.len, 0);
    followed_done(&f);
}

/* The AlbConfig says nothing for now, but pods come and go; where it is right again they count. */
static void test_groups_of_a_bad_albconfig_have_their_servers(void **state)
{
    (void)state;
    struct followed f;
    followed_begin(&f);
    put(&f, SPEC_OF("web"));
    put(&f, CLASS_TO("alb", "web"));
    put(&f, INGRESS_TO("d", "x", "alb", "x.com", "tea"));
    put(&f, SERVICE_OF("d", "tea"));
    put(&f, SLICE_OF("d", "s-1", "tea", "10.0.0.1"));
    update(&f);
    put(&f, "apiVersion: alibabacloud.com/v1\nkind: AlbConfig\nmetadata: {name: web}\n"
            "spec: {config: 7}\n");
    put(&f, SLICE_OF("d", "s-1", "tea", "10.0.0.2"));
    update(&f);
    const struct translate_out *out = translator_lb(f.tr, "kube-system/web");
    assert_int_equal(out->desired.rows.len, 0);
    assert_int_equal(out->servers.rows.len, 1);
    assert_string_equal(out->servers.rows.items[0].key, "d/x-tea:80");
    assert_string_equal(out->servers.rows.items[0].desired_from, "Ingress d/x (t.yaml:1)");
    const struct alb_server_group *group = out->servers.rows.items[0].desired;
    assert_string_equal(group->vpc_id, "vpc-1");
    assert_int_equal(group->servers.len, 1);
    assert_string_equal(group->servers.items[0].id, "eni-2");
    put(&f, SPEC_OF("web"));
    update(&f);
    out = translator_lb(f.tr, "kube-system/web");
    assert_int_equal(out->servers.rows.len, 0);
    assert_string_equal(made(&f, "kube-system/web"), "d/x d/x-tea:80=eni-2");
    followed_done(&f);
}

/* An interface that was not looked for is not one that is not there. */
static void test_servers_without_a_vpc_are_not_known(void **state)
{
    (void)state;
    struct world w = { 0 };
    world_read(&w,
               "apiVersion: alibabacloud.com/v1\nkind: AlbConfig\nmetadata: {name: web}\n"
               "spec: {config: {zoneMappings: 7}}\n" CLASS INGRESS("d", "x", "") "  rules:\n" PATH(
                   "x.com", "/")
                   INGRESS("d", "y", ALB "server-group-type: Ip") "  rules:\n" PATH("y.com", "/")
                       TEA("d"));
    world_translate(&w);
    assert_int_equal(w.out.needs.len, 0);
    assert_int_equal(w.out.servers.rows.len, 2);
    const struct alb_server_group *x = w.out.servers.rows.items[0].desired;
    const struct alb_server_group *y = w.out.servers.rows.items[1].desired;
    assert_null(x->servers.items);
    assert_int_equal(y->servers.len, 1); /* by its address, which needs no VPC */
    assert_null(y->vpc_id);
    world_done(&w);
}

static void test_groups_follow_the_vpc(void **state)
{
    (void)state;
    static const struct translate_in settings = { .cluster_id = "c-1" };
    struct followed f;
    followed_begin(&f);
    translator_free(f.tr);
    f.tr = translator_new(&settings); /* the VPC is that of the vSwitch */
    put(&f, SPEC_OF("web"));
    put(&f, CLASS_TO("alb", "web"));
    put(&f, INGRESS_TO("d", "x", "alb", "x.com", "tea"));
    put(&f, SERVICE_OF("d", "tea"));
    put(&f, SLICE_OF("d", "s-1", "tea", "10.0.0.1"));
    update(&f);
    assert_string_equal(made(&f, "kube-system/web"), "d/x d/x-tea:80=");
    world_fact(&f.w, FACT_VSWITCH, "vsw-1", "z-1", "vpc-1");
    struct fact_need need = { FACT_VSWITCH, "vsw-1" };
    f.changes.facts.items = &need;
    f.changes.facts.len = 1;
    update(&f);
    assert_string_equal(made(&f, "kube-system/web"), "d/x d/x-tea:80=eni-1");
    assert_int_equal(translator_work(f.tr).ingresses, 0);
    followed_done(&f);
}

/* A slice with 'n' addresses. */
static void put_many(struct followed *f, const char *name, int n)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    buf_addf(&b,
             "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: %s, "
             "namespace: d, labels: {kubernetes.io/service-name: tea}}\naddressType: IPv4\n"
             "ports: [{port: 8080}]\nendpoints:\n",
             name);
    for (int i = 0; i < n; i++)
        buf_addf(&b, "- {addresses: [10.1.%d.%d]}\n", i / 200, i % 200);
    put(f, buf_str(&b));
}

static bool warns_of_servers(const struct followed *f)
{
    const translate_problems *list = &translator_lb(f->tr, "kube-system/web")->warnings;
    for (size_t i = 0; i < list->len; i++)
        if (strstr(list->items[i].message, "its rules lead to 1200 servers"))
            return true;
    return false;
}

static void test_what_all_servers_are_together_follows_a_slice(void **state)
{
    (void)state;
    struct followed f;
    followed_begin(&f);
    put(&f, SPEC_OF("web"));
    put(&f, CLASS_TO("alb", "web"));
    for (int i = 0; i < 2; i++)
        put(&f,
            arena_fmt(&f.w.a,
                      "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i%d, "
                      "namespace: d, annotations: {" ALB "server-group-type: Ip}}\nspec: "
                      "{ingressClassName: alb, rules: [{host: h%d.com, http: {paths: [{path: /, "
                      "pathType: Prefix, backend: {service: {name: tea, port: {number: "
                      "80}}}}]}}]}\n",
                      i, i));
    put(&f, SERVICE_OF("d", "tea"));
    put_many(&f, "s-1", 500);
    update(&f);
    assert_false(warns_of_servers(&f));
    put_many(&f, "s-1", 600);
    update(&f);
    assert_true(warns_of_servers(&f));
    assert_int_equal(translator_work(f.tr).lbs, 0);
    put_many(&f, "s-1", 10);
    update(&f);
    assert_false(warns_of_servers(&f));
    followed_done(&f);
}

/* Of two texts that make the key of one group the first has it: here the listener's own. */
static void test_an_ingress_may_be_called_like_the_group_of_a_listener(void **state)
{
    (void)state;
    struct followed f;
    followed_begin(&f);
    put(&f, SPEC_OF("web"));
    put(&f, CLASS_TO("alb", "web"));
    put(&f, INGRESS_TO("kube-system", "web-listener-80", "alb", "x.com", "fake-svc"));
    update(&f);
    assert_string_equal(made(&f, "kube-system/web"), "kube-system/web-listener-80");
    assert_int_equal(translator_work(f.tr).groups, 0);
    followed_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ingresses_wait_for_their_albconfig),
        cmocka_unit_test(test_a_load_balancer_without_anything_is_gone),
        cmocka_unit_test(test_an_albconfig_on_its_way_out_leaves_a_tombstone),
        cmocka_unit_test(test_groups_without_an_albconfig_follow_their_pods),
        cmocka_unit_test(test_only_groups_that_changed_are_made_again),
        cmocka_unit_test(test_a_canary_has_its_servers_and_then_its_group),
        cmocka_unit_test(test_groups_of_a_bad_albconfig_have_their_servers),
        cmocka_unit_test(test_servers_without_a_vpc_are_not_known),
        cmocka_unit_test(test_groups_follow_the_vpc),
        cmocka_unit_test(test_what_all_servers_are_together_follows_a_slice),
        cmocka_unit_test(test_an_ingress_may_be_called_like_the_group_of_a_listener),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
