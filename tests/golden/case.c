/* case.c - reads the cases below tests/golden/translate. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/json.h"
#include "case.h"

static const char cases_dir[] = TEST_SOURCE_DIR "/tests/golden/translate";
enum { MAX_CASES = 200 };

cJSON *case_json(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return NULL;
    struct buf b CLEANUP(buf_done) = { 0 };
    char chunk[4096];
    for (size_t n; (n = fread(chunk, 1, sizeof chunk, f)) > 0;)
        buf_add(&b, chunk, n);
    (void)fclose(f);
    struct error err;
    cJSON *json = NULL;
    if (!json_parse(buf_str(&b), b.len, &json, &err))
        fail_msg("%s: %s", path, err.msg);
    return json;
}

/* ---- facts ----------------------------------------------------------------------------- */

static const char *text_of(struct arena *a, const char *text)
{
    return text ? arena_strdup(a, text) : NULL;
}

static void add_facts(struct arena *a, struct fact_set *set, enum fact_kind kind, const cJSON *json)
{
    const cJSON *v;
    cJSON_ArrayForEach (v, json) {
        const cJSON *first = cJSON_IsArray(v) ? v->child : v;
        *LIST_PUSH(a, &set->items) = (struct fact){
            .kind = kind,
            .key = arena_strdup(a, v->string),
            .value = arena_strdup(a, first->valuestring),
            .value2 = first->next && first != v ? arena_strdup(a, first->next->valuestring) : "",
        };
    }
}

static void read_manifests(struct arena *a, const char *dir, struct object_set *set)
{
    struct dirent **names = NULL;
    int n = scandir(dir, &names, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        if (strstr(names[i]->d_name, ".yaml")) {
            const char *path = arena_fmt(a, "%s/%s", dir, names[i]->d_name);
            source_read(&path, 1, &(struct source_options){ 0 }, set);
        }
        free(names[i]);
    }
    free(names);
}

/* Origins name the file only, wherever the tree of sources lies. */
static void shorten_origins(struct object_set *set)
{
    for (size_t i = 0; i < set->objects.len; i++) {
        const char *slash = strrchr(set->objects.items[i]->origin, '/');
        if (slash)
            set->objects.items[i]->origin = slash + 1;
    }
}

void case_read(struct golden_case *c, const char *name)
{
    struct arena *a = &c->a;
    c->dir = arena_fmt(a, "%s/%s", cases_dir, name);
    cJSON *facts = case_json(arena_fmt(a, "%s/facts.json", c->dir));
    read_manifests(a, c->dir, &c->set);
    assert_int_equal(c->set.problems.len, 0);
    shorten_origins(&c->set);
    c->in = (struct translate_in){ .objects = &c->set,
                                   .facts = &c->facts,
                                   .cluster_id = "default",
                                   .vpc_id = text_of(a, json_str(facts, "vpc")) };
    add_facts(a, &c->facts, FACT_VSWITCH, json_get(facts, "vswitch"));
    add_facts(a, &c->facts, FACT_ENI, json_get(facts, "eni"));
    add_facts(a, &c->facts, FACT_CERTIFICATES, json_get(facts, "certificates"));
    add_facts(a, &c->facts, FACT_SERVER_GROUP, json_get(facts, "server-group"));
    fact_sort(&c->facts);
    cJSON_Delete(facts);
}

void case_done(struct golden_case *c)
{
    object_set_done(&c->set);
    arena_done(&c->a);
}

int cases_run(const char *group, void (*test)(void **state))
{
    static struct CMUnitTest tests[MAX_CASES];
    struct arena a CLEANUP(arena_done) = { 0 };
    struct dirent **names = NULL;
    size_t n_tests = 0;
    int n = scandir(cases_dir, &names, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        if (names[i]->d_name[0] != '.' && n_tests < MAX_CASES) {
            char *name = arena_strdup(&a, names[i]->d_name);
            tests[n_tests++] =
                (struct CMUnitTest){ .name = name, .test_func = test, .initial_state = name };
        }
        free(names[i]);
    }
    free(names);
    return n_tests ? _cmocka_run_group_tests(group, tests, n_tests, NULL, NULL) : 1;
}
