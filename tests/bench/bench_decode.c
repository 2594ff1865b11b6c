/* bench_decode.c - a ListRules page of 100 rules: text to tree to structs, beside cJSON alone;
 * megabytes a second and allocations. */
#include <stdlib.h>
#include <string.h>

#include "alb-agent/alb_resource.h"
#include "alb-agent/buf.h"
#include "alb-agent/json.h"
#include "alb-agent/schema.h"
#include "tests/bench/bench.h"

static struct buf page;
static size_t allocations;

static void *counting_malloc(size_t size)
{
    allocations++;
    return malloc(size);
}

static void make_page(void)
{
    buf_adds(&page, "{\"RequestId\":\"365F4154-92F6-4AE4-92F8-7FF34B540710\",\"Rules\":[");
    for (int i = 0; i < 100; i++)
        buf_addf(&page,
                 "%s{\"RuleId\":\"rule-%018d\",\"RuleName\":\"rule-443-%d\",\"Priority\":%d,"
                 "\"ListenerId\":\"lsn-3hl3j4qtjt8b1z7jkl\",\"RuleStatus\":\"Available\","
                 "\"Direction\":\"Request\",\"RuleConditions\":[{\"Type\":\"Host\",\"HostConfig\":"
                 "{\"Values\":[\"app-%d.example.com\"]}},{\"Type\":\"Path\",\"PathConfig\":"
                 "{\"Values\":[\"/api/*\",\"/v%d\"]}}],\"RuleActions\":[{\"Type\":\"ForwardGroup\","
                 "\"Order\":1,\"ForwardGroupConfig\":{\"ServerGroupTuples\":[{\"ServerGroupId\":"
                 "\"sgp-%018d\",\"Weight\":100}]}}]}",
                 i ? "," : "", i, i, i + 1, i, i, i);
    buf_adds(&page, "],\"TotalCount\":100,\"MaxResults\":100}");
}

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void step_parse(void *arg)
{
    (void)arg;
    struct error err;
    cJSON *json CLEANUP(json_done) = NULL;
    must(json_parse(page.data, page.len, &json, &err));
}

static void step_decode(void *arg)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err;
    cJSON *json CLEANUP(json_done) = NULL;
    const cJSON *each;
    must(json_parse(page.data, page.len, &json, &err));
    cJSON_ArrayForEach (each, json_get(json, "Rules")) {
        struct alb_rule rule;
        must(schema_from_json(&a, &alb_rule_schema, &rule, each, SCHEMA_LENIENT, &err));
    }
    if (arg)
        *(size_t *)arg = a.size;
}

static void step_cjson(void *arg)
{
    (void)arg;
    cJSON_Delete(cJSON_ParseWithLength(page.data, page.len));
}

static void row(const char *what, void (*step)(void *arg), size_t *arena)
{
    char note[100];
    allocations = 0;
    step(arena);
    size_t n = allocations;
    double rate = bench_rate(step, NULL, 0.5);
    (void)snprintf(note, sizeof note, "%.0f pages/s, %zu allocations, %zu bytes of arena", rate, n,
                   arena ? *arena : 0);
    bench_row(what, rate * (double)page.len / 1e6, "MB/s", note);
}

int main(void)
{
    cJSON_InitHooks(&(cJSON_Hooks){ counting_malloc, free });
    size_t arena = 0;
    make_page();
    (void)printf("a page of 100 rules, %zu bytes\n", page.len);
    row("text to structs (json_parse, schema)", step_decode, &arena);
    row("text to tree (json_parse)", step_parse, NULL);
    row("cJSON alone", step_cjson, NULL);
    buf_done(&page);
    return 0;
}
