/* What the pieces look at is noted, and forgotten with them. */
#include "follow.h"

static void begin(struct followed *f)
{
    followed_begin(f);
    put(f, SPEC_OF("web"));
    put(f, CLASS_TO("alb", "web"));
    put(f, INGRESS_TO("d", "x", "alb", "x.com", "tea"));
    update(f);
}

static void test_what_was_looked_for_in_vain_is_waited_for(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    assert_string_equal(made(&f, "kube-system/web"), "d/x d/x-tea:80=?");
    put(&f, "apiVersion: v1\nkind: Endpoints\nmetadata: {name: tea, namespace: d}\n"
            "subsets: [{addresses: [{ip: 10.0.0.1}], ports: [{port: 8080}]}]\n");
    update(&f);
    assert_int_equal(translator_work(f.tr).groups, 1);
    put(&f, SERVICE_OF("d", "tea"));
    update(&f);
    assert_string_equal(made(&f, "kube-system/web"), "d/x d/x-tea:80=eni-1");
    followed_done(&f);
}

static void test_what_nobody_looked_at_changes_nothing(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    put(&f, SERVICE_OF("d", "milk"));
    put(&f, SERVICE_OF("e", "tea"));
    put(&f, SLICE_OF("e", "s-1", "tea", "10.0.0.1"));
    put(&f, "apiVersion: v1\nkind: Node\nmetadata: {name: n}\n");
    update(&f);
    const struct translate_work work = translator_work(f.tr);
    assert_int_equal(work.ingresses + work.lbs + work.groups + work.services, 0);
    assert_string_equal(changed(&f), "");
    followed_done(&f);
}

static void test_a_service_is_read_once_for_all(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    put(&f, INGRESS_TO("d", "y", "alb", "y.com", "tea"));
    put(&f, SERVICE_OF("d", "tea"));
    put(&f, SLICE_OF("d", "s-1", "tea", "10.0.0.1"));
    update(&f);
    assert_int_equal(translator_work(f.tr).services, 1);
    assert_int_equal(translator_work(f.tr).groups, 2);
    followed_done(&f);
}

static void test_a_pod_that_waits_for_alb_is_followed(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    put(&f, SERVICE_OF("d", "tea"));
    put(&f, "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: s-1, "
            "namespace: d, labels: {kubernetes.io/service-name: tea}}\naddressType: IPv4\n"
            "ports: [{port: 8080}]\nendpoints: [{addresses: [10.0.0.1], conditions: {ready: "
            "false}, targetRef: {kind: Pod, name: p}}]\n");
    update(&f);
    assert_string_equal(made(&f, "kube-system/web"), "d/x d/x-tea:80=");
    put(&f, "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: d}\nspec: {readinessGates: "
            "[{conditionType: target-health.alb.k8s.alibabacloud}]}\n"
            "status: {conditions: [{type: ContainersReady, status: 'True'}]}\n");
    update(&f);
    assert_string_equal(made(&f, "kube-system/web"), "d/x d/x-tea:80=eni-1");
    assert_int_equal(translator_work(f.tr).lbs, 0);
    take(&f, OBJECT_POD, "d", "p");
    update(&f);
    assert_string_equal(made(&f, "kube-system/web"), "d/x d/x-tea:80=");
    followed_done(&f);
}

static void test_the_certificates_that_there_are_are_followed(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    put(&f, "apiVersion: alibabacloud.com/v1\nkind: AlbConfig\nmetadata: {name: web}\nspec: "
            "{config: {zoneMappings: [{vSwitchId: vsw-1, zoneId: z-1}]}, listeners: [{port: 443, "
            "protocol: HTTPS}]}\n");
    put(&f, "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: x, namespace: d}\n"
            "spec: {ingressClassName: alb, tls: [{hosts: [x.com]}], rules: [{host: x.com, http: "
            "{paths: [{path: /, pathType: Prefix, backend: {service: {name: tea, port: {number: "
            "80}}}}]}}]}\n");
    update(&f);
    assert_int_equal(translator_lb(f.tr, "kube-system/web")->needs.len, 1);
    world_fact(&f.w, FACT_CERTIFICATES, FACT_ALL,
               "[{\"id\":7,\"name\":\"x\",\"names\":[\"x.com\"],\"end\":\"2036-01-05\","
               "\"fingerprint\":\"A\"}]",
               "");
    struct fact_need need = { FACT_CERTIFICATES, FACT_ALL };
    f.changes.facts.items = &need;
    f.changes.facts.len = 1;
    update(&f);
    const struct translate_out *out = translator_lb(f.tr, "kube-system/web");
    assert_int_equal(out->needs.len, 0);
    const struct resource *row =
        model_find(&out->desired, "kube-system/web", RESOURCE_LISTENER, "443/HTTPS");
    assert_non_null(row);
    const struct alb_listener *l = row->desired;
    assert_string_equal(l->certs.items[0].id, "7-cn-hangzhou");
    assert_int_equal(translator_work(f.tr).ingresses, 0);
    followed_done(&f);
}

/* Years of pods and names: what is gone leaves no trace. */
static void test_coming_and_going_leaves_nothing(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    size_t watches = map_count(&f.tr->watches);
    for (int i = 0; i < 50; i++) {
        put(&f, arena_fmt(&f.w.a, INGRESS_TO("d", "y%d", "alb", "y%d.com", "tea%d"), i, i, i));
        put(&f, arena_fmt(&f.w.a, SERVICE_OF("d", "tea%d"), i));
        put(&f, arena_fmt(&f.w.a, SLICE_OF("d", "s-%d", "tea%d", "10.0.0.1"), i, i));
        put(&f, arena_fmt(&f.w.a, SPEC_OF("other%d"), i));
        update(&f);
        assert_true(map_count(&f.tr->watches) > watches);
        take(&f, OBJECT_INGRESS, "d", arena_fmt(&f.w.a, "y%d", i));
        take(&f, OBJECT_SERVICE, "d", arena_fmt(&f.w.a, "tea%d", i));
        take(&f, OBJECT_ENDPOINT_SLICE, "d", arena_fmt(&f.w.a, "s-%d", i));
        take(&f, OBJECT_ALB_CONFIG, "", arena_fmt(&f.w.a, "other%d", i));
        update(&f);
        assert_int_equal(map_count(&f.tr->watches), watches);
    }
    assert_int_equal(f.tr->seats.len, 1);
    assert_int_equal(map_count(&f.tr->units), 1);
    assert_int_equal(f.tr->slices.len, 0);
    assert_string_equal(made(&f, "kube-system/web"), "d/x d/x-tea:80=?");
    followed_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_looked_for_in_vain_is_waited_for),
        cmocka_unit_test(test_what_nobody_looked_at_changes_nothing),
        cmocka_unit_test(test_a_service_is_read_once_for_all),
        cmocka_unit_test(test_a_pod_that_waits_for_alb_is_followed),
        cmocka_unit_test(test_the_certificates_that_there_are_are_followed),
        cmocka_unit_test(test_coming_and_going_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
