/* bench_translate.c - 10,000 Ingresses with 30,000 paths to 10,000 Services with their
 * EndpointSlices, over 10 AlbConfigs: CPU, memory, and the same after one object changed.
 *
 *     bench_translate [INGRESSES]
 *
 * The objects are in memory when the clock starts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "alb-agent/buf.h"
#include "alb-agent/json.h"
#include "alb-agent/translate.h"
#include "tests/bench/bench.h"

enum { CONFIGS = 10, PATHS = 3 };

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void add(struct arena *a, struct object_set *set, const char *text)
{
    struct error err;
    cJSON *json = NULL;
    must(json_parse(text, strlen(text), &json, &err));
    object_set_add(set, json, arena_fmt(a, "bench.yaml:%zu", set->objects.len));
}

static void add_config(struct arena *a, struct object_set *set, int i)
{
    add(a, set,
        arena_fmt(
            a,
            "{\"apiVersion\":\"alibabacloud.com/v1\",\"kind\":\"AlbConfig\",\"metadata\":{"
            "\"name\":\"c%d\"},\"spec\":{\"config\":{\"zoneMappings\":[{\"vSwitchId\":\"vsw-1\","
            "\"zoneId\":\"z-1\"},{\"vSwitchId\":\"vsw-2\",\"zoneId\":\"z-2\"}]},"
            "\"listeners\":[{\"port\":80,\"protocol\":\"HTTP\"}]}}",
            i));
    add(a, set,
        arena_fmt(
            a,
            "{\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\"IngressClass\",\"metadata\":{"
            "\"name\":\"c%d\"},\"spec\":{\"controller\":\"ingress.k8s.alibabacloud/alb\","
            "\"parameters\":{\"name\":\"c%d\"}}}",
            i, i));
}

static void add_path(struct buf *b, int i, int k, int n)
{
    buf_addf(b,
             "%s{\"path\":\"/p%d\",\"pathType\":\"Prefix\",\"backend\":{\"service\":{\"name\":"
             "\"s%d\",\"port\":{\"number\":80}}}}",
             k ? "," : "", k, (i + k) % n);
}

static void add_ingress(struct arena *a, struct object_set *set, int i, int n)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    buf_addf(&b,
             "{\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\"Ingress\",\"metadata\":{"
             "\"name\":\"i%d\",\"namespace\":\"n\",\"annotations\":{"
             "\"alb.ingress.kubernetes.io/healthcheck-enabled\":\"true\"}},\"spec\":{"
             "\"ingressClassName\":\"c%d\",\"rules\":[{\"host\":\"h%d.example.com\",\"http\":{"
             "\"paths\":[",
             i, i % CONFIGS, i);
    for (int k = 0; k < PATHS; k++)
        add_path(&b, i, k, n);
    buf_adds(&b, "]}}]}}");
    add(a, set, buf_str(&b));
}

static void add_service(struct arena *a, struct object_set *set, int i)
{
    add(a, set,
        arena_fmt(a,
                  "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"s%d\","
                  "\"namespace\":\"n\"},\"spec\":{\"ports\":[{\"port\":80}]}}",
                  i));
    add(a, set,
        arena_fmt(
            a,
            "{\"apiVersion\":\"discovery.k8s.io/v1\",\"kind\":\"EndpointSlice\",\"metadata\":{"
            "\"name\":\"s%d-1\",\"namespace\":\"n\",\"labels\":{"
            "\"kubernetes.io/service-name\":\"s%d\"}},\"addressType\":\"IPv4\",\"ports\":[{"
            "\"port\":8080}],\"endpoints\":[{\"addresses\":[\"10.%d.%d.%d\"]}]}",
            i, i, i >> 16, (i >> 8) & 255, i & 255));
}

static void make_world(struct arena *a, struct object_set *set, struct fact_set *facts, int n)
{
    for (int i = 0; i < CONFIGS; i++)
        add_config(a, set, i);
    for (int i = 0; i < n; i++) {
        add_ingress(a, set, i, n);
        add_service(a, set, i);
        *LIST_PUSH(a, &facts->items) = (struct fact){
            .kind = FACT_ENI,
            .key = arena_fmt(a, "vpc-1/10.%d.%d.%d", i >> 16, (i >> 8) & 255, i & 255),
            .value = arena_fmt(a, "eni-%d", i),
            .value2 = "",
        };
    }
    fact_sort(facts);
    must(!set->problems.len);
}

static double resident_mb(void)
{
    struct rusage u;
    (void)getrusage(RUSAGE_SELF, &u);
    return (double)u.ru_maxrss / 1024;
}

/* One translation: its CPU, and what it made. */
static void measure(const char *what, const struct object_set *set, const struct fact_set *facts)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct translate_in in = {
        .objects = set, .facts = facts, .cluster_id = "bench", .vpc_id = "vpc-1"
    };
    struct translate_out out;
    double before = resident_mb(), begin = bench_cpu_s();
    translate(&a, &in, &out);
    double ms = (bench_cpu_s() - begin) * 1e3;
    must(!out.problems.len);
    (void)printf("%-34s %8.0f ms  %6.1f MB of arena  peak %6.1f MB (before: %.1f)  %zu rows\n",
                 what, ms, (double)a.size / 1e6, resident_mb(), before, out.desired.rows.len);
}

/* In place, as the tree is ours: another path, another address. */
static void change(const struct object_set *set, enum object_kind kind, const char *name,
                   const char *at, const char *member, const char *value)
{
    const cJSON *list = json_at(object_set_find(set, kind, "n", name)->body, at);
    cJSON *first = cJSON_GetArrayItem(list, 0);
    cJSON *to = cJSON_GetObjectItemCaseSensitive(first, member);
    must(to);
    if (cJSON_IsArray(to))
        to = to->child;
    (void)cJSON_SetValuestring(to, value);
}

int main(int argc, char **argv)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct object_set set CLEANUP(object_set_done) = { 0 };
    struct fact_set facts = { 0 };
    int n = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 10000;
    make_world(&a, &set, &facts, n);
    (void)printf("%d Ingresses, %d paths, %d Services; the objects alone: %.1f MB\n", n, n * PATHS,
                 n, resident_mb());
    measure("everything", &set, &facts);
    measure("the same again", &set, &facts);
    change(&set, OBJECT_INGRESS, "i1", "spec.rules", "host", "new.example.com");
    measure("after one Ingress changed", &set, &facts);
    change(&set, OBJECT_ENDPOINT_SLICE, "s1-1", "endpoints", "addresses", "10.0.0.2");
    measure("after one EndpointSlice changed", &set, &facts);
    return 0;
}
