/* bench_translate.c - Ingresses with three paths each to as many Services with their
 * EndpointSlices, 100 to an AlbConfig: what the whole costs, and what one changed object does,
 * side by side for more and more of them.
 *
 *     bench_translate [INGRESSES [CHANGES]]
 *
 * Without arguments at 1,000, 3,000 and 10,000.  The objects are in memory when the clock
 * starts.  Under callgrind '--toggle-collect=translator_update' with CHANGES 0 counts the first
 * translation alone, and with more also these. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "alb-agent/buf.h"
#include "alb-agent/json.h"
#include "alb-agent/translate.h"
#include "tests/bench/bench.h"

enum { PER_CONFIG = 100, PATHS = 3, CHANGES = 200 };

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
             i, i / PER_CONFIG, i);
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
    for (int i = 0; i < (n + PER_CONFIG - 1) / PER_CONFIG; i++)
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
static void measure_whole(const struct object_set *set, const struct fact_set *facts)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct translate_in in = {
        .objects = set, .facts = facts, .cluster_id = "bench", .vpc_id = "vpc-1"
    };
    struct translate_out out;
    double begin = bench_cpu_s();
    translate(&a, &in, &out);
    double ms = (bench_cpu_s() - begin) * 1e3;
    must(!out.problems.len);
    (void)printf("  %-32s %9.1f ms   %6.1f MB of arena, %zu rows\n", "translate()", ms,
                 (double)a.size / 1e6, out.desired.rows.len);
}

/* In place, as the tree is ours: another path, another address. */
static void change(const struct object_set *set, enum object_kind kind, const char *name,
                   const char *at, const char *member, const char *value)
{
    const cJSON *list = json_at(object_body(object_set_find(set, kind, "n", name)), at);
    cJSON *first = cJSON_GetArrayItem(list, 0);
    cJSON *to = cJSON_GetObjectItemCaseSensitive(first, member);
    must(to);
    if (cJSON_IsArray(to))
        to = to->child;
    (void)cJSON_SetValuestring(to, value);
}

/* 'times' changes of one kind, each of another object, and what the last one had to do. */
struct changes {
    const char *what;
    enum object_kind kind;
    const char *name, *name_end; /* with the object's number between them */
    const char *at, *member, *value, *value_end;
    int times;
};

static void measure_changes(struct translator *tr, const struct object_set *set,
                            const struct fact_set *facts, const struct changes *c, int n)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct translate_object object = { .kind = c->kind, .ns = "n" };
    const struct translate_changes changes = { .objects = { .items = &object, .len = 1 } };
    double seconds = 0, before = resident_mb();
    for (int i = 0; i < c->times; i++) {
        int number = (int)((int64_t)i * n / c->times);
        object.name = arena_fmt(&a, "%s%d%s", c->name, number, c->name_end);
        change(set, c->kind, object.name, c->at, c->member,
               arena_fmt(&a, "%s%d%s", c->value, i % 200, c->value_end));
        double begin = bench_cpu_s();
        translator_update(tr, set, facts, 0, &changes);
        seconds += bench_cpu_s() - begin;
    }
    const struct translate_work w = translator_work(tr);
    (void)printf("  %-32s %9.3f ms   peak +%.1f MB for all %d; Ingresses %zu, load balancers %zu, "
                 "groups %zu, Services %zu, lookups %zu\n",
                 c->what, seconds / c->times * 1e3, resident_mb() - before, c->times, w.ingresses,
                 w.lbs, w.groups, w.services, w.lookups);
}

static void measure_kept(const struct object_set *set, const struct fact_set *facts, int n,
                         int times)
{
    const struct changes ingress = { .what = "after one changed Ingress",
                                     .kind = OBJECT_INGRESS,
                                     .name = "i",
                                     .name_end = "",
                                     .at = "spec.rules",
                                     .member = "host",
                                     .value = "new",
                                     .value_end = ".example.com",
                                     .times = times };
    const struct changes slice = { .what = "after one changed EndpointSlice",
                                   .kind = OBJECT_ENDPOINT_SLICE,
                                   .name = "s",
                                   .name_end = "-1",
                                   .at = "endpoints",
                                   .member = "addresses",
                                   .value = "10.0.0.",
                                   .value_end = "",
                                   .times = times };
    const struct translate_in settings = { .cluster_id = "bench", .vpc_id = "vpc-1" };
    struct translator *tr = translator_new(&settings);
    double begin = bench_cpu_s(), before = resident_mb();
    translator_update(tr, set, facts, 0, NULL);
    (void)printf("  %-32s %9.1f ms   %6.1f MB resident\n", "translator, first time",
                 (bench_cpu_s() - begin) * 1e3, resident_mb() - before);
    if (times) {
        measure_changes(tr, set, facts, &ingress, n);
        measure_changes(tr, set, facts, &slice, n);
    }
    translator_free(tr);
}

static void run(int n, int times)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct object_set set CLEANUP(object_set_done) = { 0 };
    struct fact_set facts = { 0 };
    make_world(&a, &set, &facts, n);
    (void)printf("%d Ingresses, %d paths, %d Services, %d load balancers; the objects: %.1f MB\n",
                 n, n * PATHS, n, (n + PER_CONFIG - 1) / PER_CONFIG, resident_mb());
    measure_kept(&set, &facts, n, times);
    measure_whole(&set, &facts);
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        run((int)strtol(argv[1], NULL, 10), argc > 2 ? (int)strtol(argv[2], NULL, 10) : CHANGES);
        return 0;
    }
    run(1000, CHANGES);
    run(3000, CHANGES);
    run(10000, CHANGES);
    return 0;
}
