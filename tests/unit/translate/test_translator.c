/* A translation that follows changes: whatever the way, it is the translation of what is there. */
#include "follower.h"

#include "alb-agent/json.h"

enum { SEEDS = 20, STEPS = 100 };

static void test_after_any_changes_it_is_the_translation_from_scratch(void **state)
{
    (void)state;
    size_t rows = 0, problems = 0, certificates = 0, held = 0, borrowed = 0, scripts = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct follower f;
        follower_begin(&f, seed);
        for (int i = 0; i < STEPS; i++) {
            step(&f);
            struct arena a CLEANUP(arena_done) = { 0 };
            struct translate_out out;
            translator_whole(f.tr, &a, &out);
            rows += out.desired.rows.len;
            problems += out.problems.len;
            certificates += out.secrets.len;
            for (size_t k = 0; k < out.desired.rows.len; k++) {
                borrowed += resource_is_borrowed(&out.desired.rows.items[k]);
                scripts += out.desired.rows.items[k].kind == RESOURCE_SCRIPT;
            }
        }
        held += f.n_held;
        follower_done(&f);
    }
    /* The worlds were neither empty nor all wrong. */
    assert_true(rows > (size_t)SEEDS * STEPS * 4 && problems > (size_t)SEEDS * STEPS);
    assert_true(certificates > (size_t)SEEDS * 4 && held > (size_t)SEEDS * STEPS);
    assert_true(borrowed > (size_t)SEEDS * 10 && scripts > (size_t)SEEDS * 10);
}

static const struct translate_in settings = { .cluster_id = "c-1", .vpc_id = "vpc-1" };

/* ---- how much it does ------------------------------------------------------------------------ */

enum { PER_LB = 5 };

/* AlbConfig c<i> with its class and Ingresses, each with a Service and a slice of its own. */
static void add_lb(struct world *w, int i)
{
    const char *config = arena_fmt(&w->a,
                                   "apiVersion: alibabacloud.com/v1\nkind: AlbConfig\n"
                                   "metadata: {name: c%d}\nspec:\n  config: {zoneMappings: "
                                   "[{vSwitchId: vsw-1, zoneId: z-1}]}\n"
                                   "  listeners: [{port: 80, protocol: HTTP}]\n---\n"
                                   "apiVersion: networking.k8s.io/v1\nkind: IngressClass\n"
                                   "metadata: {name: c%d}\nspec: {controller: "
                                   "ingress.k8s.alibabacloud/alb, parameters: {name: c%d}}\n",
                                   i, i, i);
    world_read(w, config);
    for (int k = 0; k < PER_LB; k++)
        world_read(w,
                   arena_fmt(&w->a,
                             "apiVersion: networking.k8s.io/v1\nkind: Ingress\n"
                             "metadata: {name: i%d-%d, namespace: n%d}\n"
                             "spec: {ingressClassName: c%d, rules: [{host: h%d.com, http: {paths: "
                             "[{path: /, pathType: Prefix, backend: {service: {name: tea, port: "
                             "{name: http}}}}]}}]}\n",
                             i, k, i, i, k));
    world_read(w, arena_fmt(&w->a,
                            "apiVersion: v1\nkind: Service\nmetadata: {name: tea, namespace: n%d}\n"
                            "spec: {ports: [{name: http, port: 80}]}\n---\n"
                            "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: "
                            "{name: tea-1, namespace: n%d, labels: {kubernetes.io/service-name: "
                            "tea}}\naddressType: IPv4\nports: [{name: http, port: 8080}]\n"
                            "endpoints: [{addresses: [10.0.0.1]}]\n",
                            i, i));
}

static struct translate_work update_one(struct world *w, struct translator *tr,
                                        enum object_kind kind, const char *ns, const char *name)
{
    struct translate_object o = { kind, ns, name };
    struct translate_changes changes = { .objects = { &o, 1 } };
    translator_update(tr, &w->set, &w->facts, 0, &changes);
    return translator_work(tr);
}

static void assert_work(struct translate_work is, struct translate_work wanted)
{
    assert_int_equal(is.ingresses, wanted.ingresses);
    assert_int_equal(is.lbs, wanted.lbs);
    assert_int_equal(is.groups, wanted.groups);
    assert_int_equal(is.services, wanted.services);
}

/* The lookups after a changed Ingress, slice and fact, in a world of 'n' load balancers. */
static void measure(int n, size_t lookups[3])
{
    struct world w = { .vpc = "vpc-1" };
    struct translator *tr = translator_new(&settings);
    world_fact(&w, FACT_ENI, "vpc-1/10.0.0.1", "eni-1", "");
    for (int i = 0; i < n; i++)
        add_lb(&w, i);
    translator_update(tr, &w.set, &w.facts, 0, NULL);
    size_t all = (size_t)n * PER_LB;
    assert_work(translator_work(tr),
                (struct translate_work){
                    .ingresses = all, .lbs = (size_t)n, .groups = all, .services = (size_t)n });
    assert_int_equal(translator_changed(tr)->len, n);

    struct translate_work work = update_one(&w, tr, OBJECT_INGRESS, "n1", "i1-2");
    assert_work(work, (struct translate_work){ .ingresses = 1, .lbs = 1, .groups = 1 });
    assert_int_equal(translator_changed(tr)->len, 1);
    assert_string_equal(translator_changed(tr)->items[0], "kube-system/c1");
    lookups[0] = work.lookups;

    work = update_one(&w, tr, OBJECT_ENDPOINT_SLICE, "n2", "tea-1");
    assert_work(work, (struct translate_work){ .groups = PER_LB, .services = 1 });
    assert_string_equal(translator_changed(tr)->items[0], "kube-system/c2");
    lookups[1] = work.lookups;

    work = update_one(&w, tr, OBJECT_SERVICE, "n2", "tea");
    assert_work(work, (struct translate_work){
                          .ingresses = PER_LB, .lbs = 1, .groups = PER_LB, .services = 1 });
    lookups[2] = work.lookups;

    work = update_one(&w, tr, OBJECT_POD, "n2", "nobody");
    assert_work(work, (struct translate_work){ 0 });
    assert_int_equal(work.lookups, 0);
    assert_int_equal(translator_changed(tr)->len, 0);
    translator_free(tr);
    world_done(&w);
}

static void test_one_change_costs_the_same_among_few_and_among_many(void **state)
{
    (void)state;
    size_t few[3], many[3];
    measure(4, few);
    measure(40, many);
    for (size_t i = 0; i < 3; i++) {
        assert_true(few[i] > 0);
        assert_int_equal(few[i], many[i]);
    }
}

/* ---- time ------------------------------------------------------------------------------------ */

static size_t warnings_of(const struct translator *tr, const char *text)
{
    const struct translate_out *out = translator_lb(tr, "kube-system/web");
    size_t n = 0;
    for (size_t i = 0; i < out->warnings.len; i++)
        n += strstr(out->warnings.items[i].message, text) != NULL;
    return n;
}

/* The certificate of a Secret has 20 days left: each day another text, then it has ended. */
static void test_it_says_when_time_alone_changes_something(void **state)
{
    (void)state;
    static const struct translate_changes none = { 0 };
    const int64_t day = (int64_t)EDIT_DAY * 1000, begin = (int64_t)EDIT_NOW * 1000;
    struct edits e;
    edits_begin(&e, 1);
    e.certs[0] = e.certs[2] = e.certs[3] = e.certs[1];
    struct world w = { 0 };
    world_read(&w,
               WEB TEA("d") INGRESS(
                   "d", "web",
                   "") "  tls: [{hosts: [b.com], secretName: s-1}]\n  rules:\n" PATH("b.com", "/"));
    object_set_add(&w.set, cJSON_Parse(edit_secret(&e, &w.a, "d", "s-1")), "s.yaml:1");
    struct translator *tr = translator_new(&settings);
    translator_update(tr, &w.set, &w.facts, begin, NULL);
    assert_int_equal(warnings_of(tr, "ends in 20 days"), 1);
    assert_true(translator_next(tr) == begin + 1);
    for (int i = 19; i >= 1; i--) {
        translator_update(tr, &w.set, &w.facts, translator_next(tr), &none);
        assert_int_equal(warnings_of(tr, i > 1 ? " days; renew" : "ends in 1 day; renew"), 1);
        assert_int_equal(warnings_of(tr, arena_fmt(&w.a, "ends in %d day", i)), 1);
        assert_true(translator_next(tr) == begin + (20 - i) * day + 1);
    }
    translator_update(tr, &w.set, &w.facts, begin + 20 * day - 1, &none);
    assert_int_equal(translator_lb(tr, "kube-system/web")->problems.len, 0);
    assert_true(translator_next(tr) == begin + 20 * day);
    translator_update(tr, &w.set, &w.facts, begin + 20 * day, &none);
    assert_int_equal(translator_lb(tr, "kube-system/web")->problems.len, 1);
    assert_true(translator_next(tr) == INT64_MAX);
    translator_update(tr, &w.set, &w.facts, begin + day, &none);
    assert_int_equal(warnings_of(tr, "ends in 19 days"), 1);
    translator_free(tr);
    world_done(&w);
    arena_done(&e.pems);
}

static const char *server_of(const struct translator *tr)
{
    struct translate_out out;
    struct arena a CLEANUP(arena_done) = { 0 };
    translator_whole(tr, &a, &out);
    const struct resource *r =
        model_find(&out.desired, "kube-system/web", RESOURCE_SERVER_GROUP, "d/web-tea:80");
    const struct alb_server_group *g = r ? r->desired : NULL;
    return !g                                 ? "no group"
           : !g->servers.len                  ? "none"
           : g->servers.items[0].id[0] == 'e' ? "eni"
                                              : "node";
}

#define NODE_PORT                                                                                 \
    "---\napiVersion: v1\nkind: Service\nmetadata: {name: tea, namespace: d}\n"                   \
    "spec: {type: NodePort, ports: [{name: http, port: 80, nodePort: 30080}]}\n"                  \
    "---\napiVersion: v1\nkind: Endpoints\nmetadata: {name: tea, namespace: d}\n"                 \
    "subsets: [{addresses: [{ip: 10.0.0.1}], ports: [{name: http, port: 8080}]}]\n"               \
    "---\napiVersion: v1\nkind: Node\nmetadata: {name: n}\nspec: {providerID: cn-hangzhou.i-n}\n" \
    "status: {conditions: [{type: Ready, status: \"True\"}]}\n"

static void test_services_that_do_not_say_are_reached_as_the_setting_says(void **state)
{
    (void)state;
    struct world w = { 0 };
    world_read(&w, WEB NODE_PORT INGRESS("d", "web", "") "  rules:\n" PATH("a.com", "/"));
    world_fact(&w, FACT_ENI, "vpc-1/10.0.0.1", "eni-1", "");
    static const char *const types[] = { NULL, "eni", "ecs" };
    static const char *const wanted[] = { "eni", "eni", "node" };
    for (size_t i = 0; i < COUNT(types); i++) {
        struct translator *tr = translator_new(&(struct translate_in){ .cluster_id = "c-1",
                                                                       .vpc_id = "vpc-1",
                                                                       .region = "cn-hangzhou",
                                                                       .backend_type = types[i] });
        translator_update(tr, &w.set, &w.facts, 0, NULL);
        assert_string_equal(server_of(tr), wanted[i]);
        translator_free(tr);
    }
    translator_free(NULL);
    world_done(&w);
}

/* The groups of an Ingress that did not change follow the VPC of their load balancer. */
static void test_groups_follow_the_vpc(void **state)
{
    (void)state;
    struct world w = { 0 };
    world_read(&w, WEB TEA("d") INGRESS("d", "web", "") "  rules:\n" PATH("a.com", "/"));
    world_fact(&w, FACT_ENI, "vpc-1/10.0.0.1", "eni-1", "");
    struct translator *tr = translator_new(&(struct translate_in){ .cluster_id = "c-1" });
    translator_update(tr, &w.set, &w.facts, 0, NULL);
    assert_string_equal(server_of(tr), "none");
    struct fact_need vswitch = { .kind = FACT_VSWITCH, .key = "vsw-1" };
    const struct translate_changes changes = { .facts = { &vswitch, 1 } };
    world_fact(&w, FACT_VSWITCH, "vsw-1", "z-1", "vpc-1");
    translator_update(tr, &w.set, &w.facts, 0, &changes);
    assert_string_equal(server_of(tr), "eni");
    for (size_t i = 0; i < w.facts.items.len; i++)
        if (w.facts.items.items[i].kind == FACT_VSWITCH)
            w.facts.items.items[i].value2 = "vpc-2";
    translator_update(tr, &w.set, &w.facts, 0, &changes);
    assert_string_equal(server_of(tr), "none");
    translator_free(tr);
    world_done(&w);
}

static void test_rows_of_nobody_are_not_held(void **state)
{
    (void)state;
    struct world w = { 0 };
    world_read(&w, WEB TEA("d") INGRESS("d", "web", "") "  rules:\n" PATH("a.com", "/"));
    struct translator *tr =
        translator_new(&(struct translate_in){ .cluster_id = "c-1", .vpc_id = "vpc-1" });
    translator_update(tr, &w.set, &w.facts, 0, NULL);
    struct resource row = {
        .lb = "kube-system/web", .kind = RESOURCE_RULE, .key = "", .parent = ""
    };
    assert_false(translator_holds(tr, &row));
    row.desired_from = "AlbConfig web (t.yaml:1)";
    assert_false(translator_holds(tr, &row));
    row.desired_from = "Ingress d/web (t.yaml:9) rules[0].paths[0]";
    assert_false(translator_holds(tr, &row));
    assert_non_null(translator_lb(tr, "kube-system/web"));
    assert_null(translator_lb(tr, "default/web"));
    translator_free(tr);
    world_done(&w);
}

/* Which path a group is made for may change though its Ingress does not: its notes follow. */
static void test_a_group_follows_the_path_that_names_it_first(void **state)
{
    (void)state;
    static const char one_left[] =
        "{\"apiVersion\":\"alibabacloud.com/"
        "v1\",\"kind\":\"AlbConfig\",\"metadata\":{\"name\":\"web\"},"
        "\"spec\":{\"config\":{\"zoneMappings\":[{\"vSwitchId\":\"vsw-1\",\"zoneId\":\"z-1\"}]},"
        "\"listeners\":[{\"port\":443,\"protocol\":\"HTTPS\",\"certificates\":[{\"CertificateId\":"
        "\"c-1\"}]}]}}";
    struct world w = { 0 };
    world_read(&w, WEB INGRESS("d", "web", "") "  tls: [{hosts: [a.com]}]\n  rules:\n" PATH(
                       "a.com", "/") PATH("b.com", "/"));
    struct translator *tr =
        translator_new(&(struct translate_in){ .cluster_id = "c-1", .vpc_id = "vpc-1" });
    translator_update(tr, &w.set, &w.facts, 0, NULL);
    assert_int_equal(warnings_of(tr, "spec.rules[1].http.paths[0].backend: there is no Service"),
                     1);
    object_set_replace(&w.set, cJSON_Parse(one_left), "t.yaml:1");
    struct translate_object config = { OBJECT_ALB_CONFIG, "", "web" };
    const struct translate_changes changes = { .objects = { &config, 1 } };
    translator_update(tr, &w.set, &w.facts, 0, &changes);
    assert_int_equal(warnings_of(tr, "spec.rules[0].http.paths[0].backend: there is no Service"),
                     1);
    assert_int_equal(warnings_of(tr, "spec.rules[1].http.paths[0].backend: there is no Service"),
                     0);
    translator_free(tr);
    world_done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_after_any_changes_it_is_the_translation_from_scratch),
        cmocka_unit_test(test_one_change_costs_the_same_among_few_and_among_many),
        cmocka_unit_test(test_it_says_when_time_alone_changes_something),
        cmocka_unit_test(test_services_that_do_not_say_are_reached_as_the_setting_says),
        cmocka_unit_test(test_groups_follow_the_vpc),
        cmocka_unit_test(test_rows_of_nobody_are_not_held),
        cmocka_unit_test(test_a_group_follows_the_path_that_names_it_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
