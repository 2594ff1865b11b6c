/* One hostile Ingress among a thousand good ones: whatever its annotations say, the good ones
 * have what they had.  Generated from a seed; a failure prints what was said. */
#include "world.h"

#include "src/translate/translate_priv.h"

enum { MAX_SAID = 6 };

static const char *const samples[] = {
    "true",
    "false",
    "10",
    "0",
    "-1",
    "grpc",
    "Response",
    "/x/${1}",
    "/s(/|$)(.*)",
    "https://*.a.com,*",
    "[{\"HTTP\":80},{\"HTTPS\":443},{\"QUIC\":443}]",
    "{\"tea\":\"https\"}",
    "[{\"type\":\"ForwardGroup\",\"ForwardConfig\":{\"ServerGroups\":[{\"ServiceName\":\"tea\","
    "\"ServicePort\":80,\"Weight\":30},{\"ServerGroupID\":\"sgp-1\"}],\"ServerGroupStickySession\":"
    "{"
    "\"Enabled\":true,\"Timeout\":600}}}]",
    "[{\"type\":\"InsertHeader\",\"InsertHeaderConfig\":{\"key\":\"k\",\"value\":\"v\","
    "\"valueType\":"
    "\"UserDefined\"}},{\"type\":\"TrafficMirror\",\"TrafficMirrorConfig\":{\"mirrorGroupConfig\":{"
    "\"serverGroupTuples\":[{\"serverGroupID\":\"sgp-2\"}]}}}]",
    "[{\"type\":\"Redirect\",\"RedirectConfig\":{\"host\":\"b.com\",\"httpCode\":\"308\"}}]",
    "[{\"type\":\"TrafficLimit\",\"TrafficLimitConfig\":{\"QPS\":\"9\",\"QPSPerIp\":\"8\"}},{"
    "\"type\":"
    "\"Cors\",\"CorsConfig\":{\"allowOrigin\":[\"*\"],\"maxAge\":5}}]",
    "[{\"type\":\"Host\",\"hostConfig\":{\"values\":[\"a.com\"]}},{\"type\":\"Header\","
    "\"headerConfig\":{\"key\":\"k\",\"values\":[\"v\",\"w*\"]}}]",
    "[{\"type\":\"Cookie\",\"cookieConfig\":{\"values\":[{\"key\":\"a\",\"value\":\"b\"}]}},{"
    "\"type\":"
    "\"SourceIp\",\"sourceIpConfig\":{\"values\":[\"10.0.0.0/8\"]}}]",
    "",
};

static uint32_t seed;

static size_t below(size_t n)
{
    seed = seed * 1664525U + 1013904223U;
    return (seed >> 8) % n;
}

static const char *key_of(struct arena *a)
{
    static const char *const with_service[] = { "actions.tea", "conditions.tea",
                                                "rule-direction.tea" };
    size_t i = below(annotation_n_rows + 12);
    if (i >= annotation_n_rows)
        return with_service[below(COUNT(with_service))];
    return arena_strdup(a, annotation_rows[i].name);
}

/* A sample, in half of the cases with a few bytes of it changed, or without its end. */
static const char *value_of(struct arena *a)
{
    char *text = arena_strdup(a, samples[below(COUNT(samples))]);
    size_t n = strlen(text);
    if (!n || below(2))
        return text;
    for (size_t i = below(4); i > 0; i--)
        text[below(n)] = (char)(1 + below(255));
    if (!below(4))
        text[below(n)] = '\0';
    return text;
}

static cJSON *ingress_of(const char *name, const char *host)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    cJSON *json = cJSON_Parse(arena_fmt(
        &a,
        "{\"apiVersion\":\"networking.k8s.io/"
        "v1\",\"kind\":\"Ingress\",\"metadata\":{\"name\":\"%s\","
        "\"namespace\":\"d\",\"annotations\":{}},\"spec\":{\"ingressClassName\":\"alb\",\"rules\":["
        "{"
        "\"host\":\"%s\",\"http\":{\"paths\":[{\"path\":\"/\",\"pathType\":\"Prefix\",\"backend\":{"
        "\"service\":{\"name\":\"tea\",\"port\":{\"number\":80}}}},{\"path\":\"/x\",\"pathType\":"
        "\"Prefix\",\"backend\":{\"service\":{\"name\":\"tea\",\"port\":{\"name\":\"use-"
        "annotation\"}}}"
        "}]}}]}}",
        name, host));
    assert_non_null(json);
    return json;
}

static void add_good(struct world *w, int n)
{
    for (int i = 0; i < n; i++) {
        char name[32], host[32];
        (void)snprintf(name, sizeof name, "good-%04d", i);
        (void)snprintf(host, sizeof host, "h%d.com", i);
        cJSON *json = ingress_of(name, host);
        cJSON *paths = cJSON_GetObjectItem(
            cJSON_GetObjectItem(
                cJSON_GetArrayItem(cJSON_GetObjectItem(cJSON_GetObjectItem(json, "spec"), "rules"),
                                   0),
                "http"),
            "paths");
        cJSON_DeleteItemFromArray(paths, 1);
        object_set_add(&w->set, json, "good.yaml:1");
    }
}

/* What the good Ingresses have, without the place among all rules. */
static const char *dump(struct arena *a, const struct translate_out *out)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    for (size_t i = 0; i < out->desired.rows.len; i++) {
        const struct resource *r = &out->desired.rows.items[i];
        if (!strncmp(r->desired_from, "Ingress d/good-", 15))
            buf_addf(&b, "%s %s\n", r->key,
                     schema_canonical(a, resource_schema(r->kind), r->desired));
    }
    for (size_t i = 0; i < out->problems.len; i++)
        if (!strncmp(out->problems.items[i].name, "good-", 5))
            buf_addf(&b, "%s\n", out->problems.items[i].message);
    return buf_keep(&b, a);
}

/* All the hostile one says, for the message. */
static void say(struct arena *a, cJSON *ingress, struct buf *said)
{
    cJSON *annotations =
        cJSON_GetObjectItem(cJSON_GetObjectItem(ingress, "metadata"), "annotations");
    for (size_t i = 1 + below(MAX_SAID); i > 0; i--) {
        const char *key = key_of(a), *value = value_of(a);
        cJSON_AddStringToObject(annotations, arena_fmt(a, "%s%s", ALB, key), value);
        buf_addf(said, "%s: %s\n", key, value);
    }
}

/* 'n' good Ingresses, and a hostile one that says something else in each round. */
static void assert_harmless(int n, uint32_t rounds)
{
    struct world base = { .vpc = "vpc-1" };
    world_read(&base, WEB);
    add_good(&base, n);
    world_translate(&base);
    const char *wanted = dump(&base.a, &base.out);
    assert_true(strlen(wanted) > 200 * (size_t)n);
    for (uint32_t round = 1; round <= rounds; round++) {
        struct world w = { .vpc = "vpc-1" };
        struct buf said CLEANUP(buf_done) = { 0 };
        seed = round;
        cJSON *bad = ingress_of("bad", below(2) ? "bad.com" : "*.bad.com");
        world_read(&w, WEB);
        add_good(&w, n);
        say(&w.a, bad, &said);
        object_set_add(&w.set, bad, "bad.yaml:1");
        world_translate(&w);
        if (strcmp(dump(&w.a, &w.out), wanted) != 0)
            fail_msg("seed %u: %s", (unsigned)round, buf_str(&said));
        world_done(&w);
    }
    world_done(&base);
}

static void test_garbage_changes_nothing_for_a_neighbour(void **state)
{
    (void)state;
    assert_harmless(2, 400);
}

static void test_garbage_changes_nothing_for_a_thousand(void **state)
{
    (void)state;
    assert_harmless(1000, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_garbage_changes_nothing_for_a_neighbour),
        cmocka_unit_test(test_garbage_changes_nothing_for_a_thousand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
