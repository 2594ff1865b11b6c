/* The whole: order of objects, isolation, and what hostile objects can do (nothing). */
#include "world.h"

#include "alb-agent/json.h"
#include "alb-agent/yaml.h"

#define ING(ns, name, class, host, svc)                                                            \
    "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\n"                                       \
    "metadata: {name: " name ", namespace: " ns ", annotations: {" ALB "order: \"5\", " ALB        \
    "listen-ports: '[{\"HTTP\":80}]', " ALB                                                        \
    "actions.act: '{\"type\":\"forward\",\"forwardConfig\":{\"serverGroups\":[{\"serviceName\":"   \
    "\"" svc "\",\"servicePort\":80,\"weight\":100}]}}'}}\n"                                       \
    "spec:\n  ingressClassName: " class "\n  tls: [{hosts: [" host "], secretName: s}]\n"          \
                                        "  rules:\n  - host: " host "\n    http:\n      paths:\n"  \
                                        "      - {path: /p, pathType: Prefix, backend: {service: " \
                                        "{name: " svc ", port: {number: 80}}}}\n"                  \
                                        "      - {path: /q, pathType: Exact, backend: {service: "  \
                                        "{name: " svc ", port: {name: http}}}}\n"                  \
                                        "      - {path: /r, backend: {service: {name: act, port: " \
                                        "{name: use-annotation}}}}\n"
#define SVC(ns, name)                                                                     \
    "---\napiVersion: v1\nkind: Service\nmetadata: {name: " name ", namespace: " ns "}\n" \
    "spec: {type: ClusterIP, ports: [{name: http, port: 80, protocol: TCP, targetPort: 8080}]}\n"
#define SLICE(ns, name, ip)                                                             \
    "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: " name \
    "-1, namespace: " ns ", labels: {kubernetes.io/service-name: " name "}}\n"          \
    "addressType: IPv4\nports: [{name: http, port: 8080, protocol: TCP}]\n"             \
    "endpoints: [{addresses: [" ip "], conditions: {ready: true, terminating: false}}]\n"
#define EPS(ns, name, ip)                                                                   \
    "---\napiVersion: v1\nkind: Endpoints\nmetadata: {name: " name ", namespace: " ns "}\n" \
    "subsets: [{addresses: [{ip: " ip "}], ports: [{name: http, port: 8080}]}]\n"
#define CONFIG(name)                                                                              \
    "---\napiVersion: alibabacloud.com/v1\nkind: AlbConfig\nmetadata: {name: " name "}\n"         \
    "spec:\n  config:\n    name: lb-" name "\n    addressType: Internet\n    edition: Standard\n" \
    "    zoneMappings: [{vSwitchId: vsw-1}, {vSwitchId: vsw-2, zoneId: z-2}]\n"                   \
    "    accessLogConfig: {logProject: prod, logStore: alb_s}\n"                                  \
    "    billingConfig: {payType: PostPay}\n    deletionProtectionEnabled: true\n"                \
    "    tags: [{key: k, value: v}]\n"                                                            \
    "  listeners:\n  - {port: 80, protocol: HTTP, idleTimeout: 15, gzipEnabled: true}\n"          \
    "  - {port: 443, protocol: HTTPS, certificates: [{CertificateId: c, IsDefault: true}]}\n"
#define CLASS_OF(name, config)                                                                     \
    "---\napiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: " name "}\n"      \
    "spec: {controller: ingress.k8s.alibabacloud/alb, parameters: {kind: AlbConfig, name: " config \
    "}}\n"

/* What is made hostile comes first; 'good' shares its AlbConfig, 'far' shares nothing. */
static const char *const manifests[] = {
    ING("d", "web", "alb", "web.com", "tea"),
    SVC("d", "tea") SLICE("d", "tea", "10.0.0.1"),
    SVC("d", "milk") EPS("d", "milk", "10.0.0.4"),
    CONFIG("web") CLASS_OF("alb", "web"),
    ING("d", "good", "alb", "good.com", "coffee"),
    SVC("d", "coffee") SLICE("d", "coffee", "10.0.0.2"),
    ING("d", "mix", "alb", "mix.com", "milk"),
    CONFIG("far") CLASS_OF("far", "far"),
    ING("e", "far", "far", "far.com", "cup"),
    SVC("e", "cup") SLICE("e", "cup", "10.0.0.3"),
};
enum { N_HOSTILE = 7, MAX_DOCS = 20 };

struct docs {
    cJSON *json[MAX_DOCS];
    size_t n;
};

static void docs_done(struct docs *d)
{
    for (size_t i = 0; i < d->n; i++)
        cJSON_Delete(d->json[i]);
}

static void docs_add(struct docs *d, const char *text)
{
    struct yaml_split split = { .text = text, .len = strlen(text) };
    struct yaml_doc doc;
    while (yaml_split_next(&split, &doc)) {
        struct error err;
        int line;
        assert_true(d->n < MAX_DOCS);
        assert_true(yaml_parse(doc.text, doc.len, &d->json[d->n], &line, &err));
        if (cJSON_IsObject(d->json[d->n]))
            d->n++;
        else
            cJSON_Delete(d->json[d->n]);
    }
}

static struct docs all_docs(void)
{
    struct docs d = { 0 };
    for (size_t i = 0; i < COUNT(manifests); i++)
        docs_add(&d, manifests[i]);
    return d;
}

static void add_fact(struct world *w, enum fact_kind kind, const char *key, const char *value,
                     const char *value2)
{
    *LIST_PUSH(&w->a, &w->facts.items) =
        (struct fact){ .kind = kind, .key = key, .value = value, .value2 = value2 };
}

/* Translates the documents in the order 'at' (NULL: as they are). */
static struct world translate_docs(const struct docs *d, const size_t *at)
{
    struct world w = { 0 };
    for (size_t i = 0; i < d->n; i++) {
        size_t j = at ? at[i] : i;
        char origin[32];
        (void)snprintf(origin, sizeof origin, "%zu.yaml:1", j);
        object_set_add(&w.set, cJSON_Duplicate(d->json[j], true), origin);
    }
    add_fact(&w, FACT_VSWITCH, "vsw-1", "z-1", "vpc-1");
    add_fact(&w, FACT_VSWITCH, "vsw-2", "z-2", "vpc-1");
    add_fact(&w, FACT_ENI, "vpc-1/10.0.0.1", "eni-1", "");
    add_fact(&w, FACT_ENI, "vpc-1/10.0.0.2", "eni-2", "");
    add_fact(&w, FACT_ENI, "vpc-1/10.0.0.3", "eni-3", "");
    fact_sort(&w.facts);
    world_translate(&w);
    return w;
}

static void dump_row(struct world *w, struct buf *b, const struct resource *r, bool position)
{
    buf_addf(b, "%s %s %s %s %s", r->lb, resource_kind_name(r->kind), r->key, r->parent,
             r->desired_from);
    if (position)
        buf_addf(b, " %" PRId64, r->position);
    buf_addf(b, " %s\n", schema_canonical(&w->a, resource_schema(r->kind), r->desired));
}

static const char *dump(struct world *w)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    for (size_t i = 0; i < w->out.desired.rows.len; i++)
        dump_row(w, &b, &w->out.desired.rows.items[i], true);
    for (size_t i = 0; i < w->out.needs.len; i++)
        buf_addf(&b, "need %s\n", w->out.needs.items[i].key);
    buf_addf(&b, "%s%s", problems(w), warnings(w));
    return buf_keep(&b, &w->a);
}

/* The rows of one load balancer, or those that an Ingress wants. */
static const char *dump_of(struct world *w, const char *lb, const char *owner)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    for (size_t i = 0; i < w->out.desired.rows.len; i++) {
        const struct resource *r = &w->out.desired.rows.items[i];
        if ((!lb || !strcmp(r->lb, lb))
            && (!owner || !strncmp(r->desired_from, owner, strlen(owner))))
            dump_row(w, &b, r, !owner);
    }
    return b.data ? buf_keep(&b, &w->a) : "";
}

static void test_everything_good_is_translated(void **state)
{
    (void)state;
    struct docs d CLEANUP(docs_done) = all_docs();
    struct world w = translate_docs(&d, NULL);
    assert_int_equal(d.n, 16);
    assert_string_equal(problems(&w), "");
    /* Two load balancers with two listeners and their default groups; four Ingresses with
     * three rules and a group each. */
    assert_int_equal(w.out.desired.rows.len, 2 * (1 + 2 + 2) + 4 * (3 + 1));
    assert_int_equal(w.out.needs.len, 1); /* the address of "milk" */
    assert_int_equal(w.out.lbs.len, 2);
    assert_string_equal(w.out.lbs.items[0].name, "kube-system/far");
    world_done(&w);
}

static void test_rows_are_sorted(void **state)
{
    (void)state;
    struct docs d CLEANUP(docs_done) = all_docs();
    struct world w = translate_docs(&d, NULL);
    struct model copy = { 0 };
    for (size_t i = 0; i < w.out.desired.rows.len; i++)
        *LIST_PUSH(&w.a, &copy.rows) = w.out.desired.rows.items[i];
    model_sort(&copy);
    for (size_t i = 0; i < copy.rows.len; i++)
        assert_string_equal(copy.rows.items[i].key, w.out.desired.rows.items[i].key);
    world_done(&w);
}

static void test_order_of_objects_never_matters(void **state)
{
    (void)state;
    struct docs d CLEANUP(docs_done) = all_docs();
    struct world w = translate_docs(&d, NULL);
    const char *wanted = dump(&w);
    uint32_t seed = 1;
    for (int round = 0; round < 50; round++) {
        size_t at[MAX_DOCS] = { 0 };
        for (size_t i = 0; i < d.n; i++) {
            seed = seed * 1664525U + 1013904223U;
            size_t j = (seed >> 8) % (i + 1);
            at[i] = at[j];
            at[j] = i;
        }
        struct world x = translate_docs(&d, at);
        assert_string_equal(dump(&x), wanted);
        world_done(&x);
    }
    world_done(&w);
}

static void test_removed_ingress_takes_only_its_own(void **state)
{
    (void)state;
    struct docs d CLEANUP(docs_done) = all_docs();
    struct world w = translate_docs(&d, NULL);
    size_t without[MAX_DOCS];
    for (size_t i = 0; i + 1 < d.n; i++)
        without[i] = i + 1; /* the first document is Ingress d/web */
    struct docs fewer = d;
    fewer.n--;
    struct world x = translate_docs(&fewer, without);
    assert_string_equal(dump_of(&x, NULL, "Ingress d/web "), "");
    assert_int_equal(x.out.desired.rows.len + 4, w.out.desired.rows.len);
    assert_string_equal(dump_of(&x, NULL, "Ingress d/good "), dump_of(&w, NULL, "Ingress d/good "));
    assert_string_equal(dump_of(&x, NULL, "AlbConfig "), dump_of(&w, NULL, "AlbConfig "));
    world_done(&x);
    world_done(&w);
}

/* ---- hostile objects ----------------------------------------------------------------------- */

struct hostile {
    struct docs *docs;
    size_t doc;
    const char *far, *good; /* what must stay as it is; 'good' may be NULL */
    size_t rounds;
};

static void try_it(struct hostile *h)
{
    struct world w = translate_docs(h->docs, NULL);
    const char *far = dump_of(&w, "kube-system/far", NULL);
    if (strcmp(far, h->far) != 0)
        fail_msg("document %zu changed others: %s", h->doc, cJSON_Print(h->docs->json[h->doc]));
    if (h->good && strcmp(dump_of(&w, NULL, "Ingress d/good "), h->good) != 0)
        fail_msg("document %zu changed a neighbour: %s", h->doc,
                 cJSON_Print(h->docs->json[h->doc]));
    world_done(&w);
    h->rounds++;
}

/* Puts other values in the place of each node below 'parent', one after the other. */
static void replace_each(struct hostile *h, cJSON *parent)
{
    static const char *const others[] = { "null",
                                          "true",
                                          "7",
                                          "-1.5",
                                          "1e300",
                                          "\"\"",
                                          "[]",
                                          "{}",
                                          "\"x\"",
                                          "[[7],null,\"y\",{}]",
                                          "{\"a\":{\"b\":[7]},\"port\":[],\"name\":{}}" };
    int n = cJSON_GetArraySize(parent);
    for (int i = 0; i < n; i++) {
        for (size_t k = 0; k < COUNT(others); k++) {
            cJSON *old = cJSON_GetArrayItem(parent, i);
            cJSON *other = cJSON_Parse(others[k]);
            assert_non_null(other);
            cJSON *saved = cJSON_Duplicate(old, true);
            if (old->string)
                other->string = memcpy(cJSON_malloc(strlen(old->string) + 1), old->string,
                                       strlen(old->string) + 1);
            cJSON_ReplaceItemViaPointer(parent, old, other);
            try_it(h);
            cJSON_ReplaceItemViaPointer(parent, other, saved);
        }
        replace_each(h, cJSON_GetArrayItem(parent, i));
    }
}

static void test_hostile_object_harms_only_itself(void **state)
{
    (void)state;
    struct docs d CLEANUP(docs_done) = all_docs();
    struct world w = translate_docs(&d, NULL);
    struct hostile h = { .docs = &d, .far = dump_of(&w, "kube-system/far", NULL) };
    for (h.doc = 0; h.doc < N_HOSTILE; h.doc++) {
        /* An AlbConfig or a class is shared with the neighbour. */
        h.good = h.doc < 5 ? dump_of(&w, NULL, "Ingress d/good ") : NULL;
        replace_each(&h, d.json[h.doc]);
    }
    assert_true(h.rounds > 1000);
    world_done(&w);
}

static void test_garbage_in_annotations_harms_only_its_ingress(void **state)
{
    (void)state;
    static const char *const keys[] = { "order",
                                        "albconfig.order",
                                        "albconfig.name",
                                        "listen-ports",
                                        "ssl-redirect",
                                        "server-group-type",
                                        "actions.act",
                                        "canary",
                                        "conditions.tea",
                                        "actions.",
                                        "",
                                        "backend-protocol" };
    static const char *const values[] = { "",
                                          " ",
                                          "true",
                                          "[",
                                          "[{}]",
                                          "{}",
                                          "-1",
                                          "[[[[]]]]",
                                          "\"\\u0001\"",
                                          "null",
                                          "9e99",
                                          "\n{",
                                          "99999999999999999999",
                                          "\xff\xfe" };
    struct docs d CLEANUP(docs_done) = all_docs();
    struct world w = translate_docs(&d, NULL);
    struct hostile h = { .docs = &d,
                         .far = dump_of(&w, "kube-system/far", NULL),
                         .good = dump_of(&w, NULL, "Ingress d/good ") };
    cJSON *metadata = cJSON_GetObjectItem(d.json[0], "metadata");
    cJSON *annotations = cJSON_GetObjectItem(metadata, "annotations");
    for (size_t i = 0; i < COUNT(keys); i++) {
        char key[64];
        (void)snprintf(key, sizeof key, "%s%s", ALB, keys[i]);
        for (size_t j = 0; j < COUNT(values); j++) {
            cJSON_DeleteItemFromObjectCaseSensitive(annotations, key);
            cJSON_AddStringToObject(annotations, key, values[j]);
            try_it(&h);
        }
    }
    world_done(&w);
}

static void test_nothing_gives_nothing(void **state)
{
    (void)state;
    struct world w = { 0 };
    world_translate(&w);
    assert_int_equal(w.out.desired.rows.len, 0);
    assert_int_equal(w.out.lbs.len, 0);
    assert_string_equal(problems(&w), "");
    world_done(&w);
}

/* Certificates of one load balancer are asked for before the addresses behind it. */
static void test_needs_are_sorted_by_kind_and_key(void **state)
{
    (void)state;
    struct world w = { .vpc = NULL };
    world_read(
        &w,
        "apiVersion: alibabacloud.com/v1\nkind: AlbConfig\nmetadata: {name: a}\n"
        "spec: {config: {zoneMappings: [{vSwitchId: vsw-2}, {vSwitchId: vsw-1}]}, "
        "listeners: [{port: 80}]}\n---\n" WEB TEA("d") INGRESS("d", "web", "") "  rules:\n" PATH(
            "a.com",
            "/") "---\napiVersion: alibabacloud.com/v1\nkind: AlbConfig\nmetadata: {name: z}\n"
                 "spec: {config: {zoneMappings: [{vSwitchId: vsw-9}]}, listeners: [{port: 443, "
                 "protocol: HTTPS}]}\n"
                 "---\napiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: z}\n"
                 "spec: {controller: ingress.k8s.alibabacloud/alb, parameters: {name: z}}\n"
                 "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\n"
                 "metadata: {name: z, namespace: d}\nspec: {ingressClassName: z, tls: [{hosts: "
                 "[z.com]}], rules: [{host: z.com, http: {paths: [{path: /, pathType: Prefix, "
                 "backend: {service: {name: tea, port: {number: 80}}}}]}}]}\n");
    world_fact(&w, FACT_VSWITCH, "vsw-1", "z-1", "vpc-1");
    world_fact(&w, FACT_VSWITCH, "vsw-9", "z-9", "vpc-9");
    world_translate(&w);
    for (size_t i = 1; i < w.out.needs.len; i++) {
        const struct fact_need *x = &w.out.needs.items[i - 1], *y = &w.out.needs.items[i];
        assert_true(x->kind < y->kind || (x->kind == y->kind && strcmp(x->key, y->key) < 0));
    }
    assert_string_equal(problems(&w), "");
    assert_int_equal(w.out.needs.len, 4);
    world_done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everything_good_is_translated),
        cmocka_unit_test(test_rows_are_sorted),
        cmocka_unit_test(test_order_of_objects_never_matters),
        cmocka_unit_test(test_removed_ingress_takes_only_its_own),
        cmocka_unit_test(test_hostile_object_harms_only_itself),
        cmocka_unit_test(test_garbage_in_annotations_harms_only_its_ingress),
        cmocka_unit_test(test_nothing_gives_nothing),
        cmocka_unit_test(test_needs_are_sorted_by_kind_and_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
