/* test_golden_translate.c - manifests in, wanted resources out: one folder a case.
 *
 * tests/golden/translate/<case>/ holds manifests (*.yaml), what the cloud knows (facts.json,
 * may be absent) and what must come out (expected.json), which is written by hand from the
 * reference.  Where only rules matter there is rules.json instead: the wanted rules of each
 * listener, the keys of the groups, problems and warnings; for what matters of certificates
 * certificates.json: those of each listener, the default first, and those to be uploaded; for
 * settings of server groups groups.json: those of Ingresses without names, VPC and tags; for
 * those of AlbConfigs settings.json: load balancers, and listeners without default action, and
 * what is confirmed.
 * ALB_AGENT_BLESS=1 writes what there is anew: look at the difference before you keep it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alb-agent/json.h"
#include "case.h"

/* ---- what came out, as JSON ---------------------------------------------------------------- */

static cJSON *member(cJSON *obj, const char *name)
{
    cJSON *v = cJSON_GetObjectItemCaseSensitive(obj, name);
    return v ? v : cJSON_AddObjectToObject(obj, name);
}

static const struct resource *rule_at(const struct model *m, const struct resource *listener,
                                      int64_t position)
{
    for (size_t i = 0; i < m->rows.len; i++) {
        const struct resource *r = &m->rows.items[i];
        if (r->kind == RESOURCE_RULE && !strcmp(r->lb, listener->lb)
            && !strcmp(r->parent, listener->key) && r->position == position)
            return r;
    }
    return NULL;
}

static cJSON *row_json(const struct resource *r)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "from", r->desired_from);
    cJSON_AddItemToObject(json, "desired",
                          schema_to_json(resource_schema(r->kind), r->desired, SCHEMA_JSON_PLAIN));
    return json;
}

static void add_row(cJSON *to, const struct model *m, const struct resource *r)
{
    cJSON *lb = member(to, r->lb), *rules;
    switch (r->kind) {
    case RESOURCE_LOAD_BALANCER: cJSON_AddItemToObject(lb, "loadBalancer", row_json(r)); break;
    case RESOURCE_LISTENER:
        cJSON_AddItemToObject(member(lb, "listeners"), r->key, row_json(r));
        rules = cJSON_AddArrayToObject(member(lb, "rules"), r->key);
        for (int64_t p = 1; rule_at(m, r, p); p++)
            cJSON_AddItemToArray(rules, row_json(rule_at(m, r, p)));
        break;
    case RESOURCE_SERVER_GROUP:
        cJSON_AddItemToObject(member(lb, "groups"), r->key, row_json(r));
        break;
    case RESOURCE_CERTIFICATE:
        cJSON_AddItemToObject(member(lb, "certificates"), r->key, row_json(r));
        break;
    case RESOURCE_ACL: cJSON_AddItemToObject(member(lb, "acls"), r->key, row_json(r)); break;
    case RESOURCE_SCRIPT: cJSON_AddItemToObject(member(lb, "scripts"), r->key, row_json(r)); break;
    case RESOURCE_RULE:
    case RESOURCE_KINDS: break;
    }
}

static void add_problems(struct arena *a, cJSON *to, const char *name,
                         const translate_problems *list)
{
    cJSON *json = cJSON_AddArrayToObject(to, name);
    for (size_t i = 0; i < list->len; i++) {
        const struct translate_problem *p = &list->items[i];
        const char *text = arena_fmt(a, "%s %s%s%s (%s): %s", p->kind, p->ns, *p->ns ? "/" : "",
                                     p->name, p->origin, p->message);
        cJSON_AddItemToArray(json, cJSON_CreateString(text));
    }
}

static cJSON *out_json(struct arena *a, const struct translate_out *out)
{
    cJSON *json = cJSON_CreateObject();
    cJSON *rows = cJSON_AddObjectToObject(json, "resources");
    for (size_t i = 0; i < out->desired.rows.len; i++)
        add_row(rows, &out->desired, &out->desired.rows.items[i]);
    cJSON *needs = cJSON_AddArrayToObject(json, "needs");
    for (size_t i = 0; i < out->needs.len; i++)
        cJSON_AddItemToArray(needs, cJSON_CreateString(arena_fmt(
                                        a, "%s %s", fact_kind_name(out->needs.items[i].kind),
                                        out->needs.items[i].key)));
    add_problems(a, json, "problems", &out->problems);
    add_problems(a, json, "warnings", &out->warnings);
    return json;
}

/* Without what every load balancer has: its own row, listeners and default groups. */
static cJSON *rules_json(struct arena *a, const struct translate_out *out)
{
    cJSON *json = cJSON_CreateObject();
    cJSON *rules = cJSON_AddObjectToObject(json, "rules");
    cJSON *groups = cJSON_AddArrayToObject(json, "groups");
    for (size_t i = 0; i < out->desired.rows.len; i++) {
        const struct resource *r = &out->desired.rows.items[i], *rule;
        if (r->kind == RESOURCE_SERVER_GROUP && strncmp(r->key, "kube-system/", 12) != 0)
            cJSON_AddItemToArray(groups, cJSON_CreateString(r->key));
        if (r->kind != RESOURCE_LISTENER)
            continue;
        cJSON *list = cJSON_AddArrayToObject(rules, r->key);
        for (int64_t p = 1; (rule = rule_at(&out->desired, r, p)); p++)
            cJSON_AddItemToArray(
                list, schema_to_json(&alb_rule_schema, rule->desired, SCHEMA_JSON_PLAIN));
    }
    add_problems(a, json, "problems", &out->problems);
    add_problems(a, json, "warnings", &out->warnings);
    return json;
}

static void add_ids(cJSON *to, const struct alb_cert *certs, size_t n)
{
    for (size_t i = 0; i < n; i++)
        cJSON_AddItemToArray(to, cJSON_CreateString(certs[i].id));
}

static cJSON *certificates_json(struct arena *a, const struct translate_out *out)
{
    cJSON *json = cJSON_CreateObject();
    cJSON *listeners = cJSON_AddObjectToObject(json, "listeners");
    cJSON *uploads = cJSON_AddObjectToObject(json, "certificates");
    for (size_t i = 0; i < out->desired.rows.len; i++) {
        const struct resource *r = &out->desired.rows.items[i];
        const struct alb_listener *l = r->desired;
        if (r->kind == RESOURCE_CERTIFICATE)
            cJSON_AddStringToObject(uploads, r->key, r->desired_from);
        if (r->kind != RESOURCE_LISTENER)
            continue;
        cJSON *list = cJSON_AddArrayToObject(listeners, r->key);
        add_ids(list, l->certs.items, l->certs.len);
        add_ids(list, l->additional_certs.items, l->additional_certs.len);
    }
    add_problems(a, json, "problems", &out->problems);
    add_problems(a, json, "warnings", &out->warnings);
    return json;
}

static cJSON *without(cJSON *json, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        cJSON_DeleteItemFromObjectCaseSensitive(json, names[i]);
    return json;
}

static cJSON *groups_json(struct arena *a, const struct translate_out *out)
{
    static const char *const left_out[] = { "ServerGroupName", "ServiceName", "VpcId", "Tags" };
    cJSON *json = cJSON_CreateObject();
    cJSON *groups = cJSON_AddObjectToObject(json, "groups");
    for (size_t i = 0; i < out->desired.rows.len; i++) {
        const struct resource *r = &out->desired.rows.items[i];
        if (r->kind != RESOURCE_SERVER_GROUP || !strncmp(r->key, "kube-system/", 12))
            continue;
        cJSON *group = schema_to_json(&alb_server_group_schema, r->desired, SCHEMA_JSON_PLAIN);
        cJSON_AddItemToObject(groups, r->key, without(group, left_out, COUNT(left_out)));
    }
    add_problems(a, json, "problems", &out->problems);
    add_problems(a, json, "warnings", &out->warnings);
    return json;
}

/* What the annotation alb-agent/confirm says of each load balancer, when any has it. */
static void add_confirmed(cJSON *to, const struct translate_out *out)
{
    for (size_t i = 0; i < out->lbs.len; i++)
        if (out->lbs.items[i].confirm)
            cJSON_AddStringToObject(member(to, "confirmed"), out->lbs.items[i].name,
                                    out->lbs.items[i].confirm);
}

static cJSON *settings_json(struct arena *a, const struct translate_out *out)
{
    static const char *const left_out[] = { "DefaultActions" };
    cJSON *json = cJSON_CreateObject();
    cJSON *lbs = cJSON_AddObjectToObject(json, "loadBalancers");
    cJSON *listeners = cJSON_AddObjectToObject(json, "listeners");
    for (size_t i = 0; i < out->desired.rows.len; i++) {
        const struct resource *r = &out->desired.rows.items[i];
        if (r->kind != RESOURCE_LOAD_BALANCER && r->kind != RESOURCE_LISTENER)
            continue;
        cJSON *row = schema_to_json(resource_schema(r->kind), r->desired, SCHEMA_JSON_PLAIN);
        cJSON_AddItemToObject(r->kind == RESOURCE_LISTENER ? listeners : lbs, r->key,
                              without(row, left_out, COUNT(left_out)));
    }
    add_confirmed(json, out);
    add_problems(a, json, "problems", &out->problems);
    add_problems(a, json, "warnings", &out->warnings);
    return json;
}

/* Which access lists guard each listener, and those that are to be made. */
static cJSON *acls_json(struct arena *a, const struct translate_out *out)
{
    cJSON *json = cJSON_CreateObject();
    cJSON *listeners = cJSON_AddObjectToObject(json, "listeners");
    cJSON *acls = cJSON_AddObjectToObject(json, "acls");
    for (size_t i = 0; i < out->desired.rows.len; i++) {
        const struct resource *r = &out->desired.rows.items[i];
        const struct schema *s = resource_schema(r->kind);
        cJSON *desired CLEANUP(json_done) = schema_to_json(s, r->desired, SCHEMA_JSON_PLAIN);
        if (r->kind == RESOURCE_ACL)
            cJSON_AddItemToObject(acls, r->key, cJSON_Duplicate(desired, true));
        else if (r->kind == RESOURCE_LISTENER)
            cJSON_AddItemToObject(listeners, r->key,
                                  cJSON_Duplicate(json_get(desired, "AclConfig"), true));
    }
    add_problems(a, json, "problems", &out->problems);
    add_problems(a, json, "warnings", &out->warnings);
    return json;
}

/* The scripts, and which listeners there are. */
static cJSON *scripts_json(struct arena *a, const struct translate_out *out)
{
    cJSON *json = cJSON_CreateObject();
    cJSON *listeners = cJSON_AddArrayToObject(json, "listeners");
    cJSON *scripts = cJSON_AddObjectToObject(json, "scripts");
    for (size_t i = 0; i < out->desired.rows.len; i++) {
        const struct resource *r = &out->desired.rows.items[i];
        if (r->kind == RESOURCE_SCRIPT)
            cJSON_AddItemToObject(scripts, r->key, row_json(r));
        else if (r->kind == RESOURCE_LISTENER)
            cJSON_AddItemToArray(listeners, cJSON_CreateString(r->key));
    }
    add_problems(a, json, "problems", &out->problems);
    add_problems(a, json, "warnings", &out->warnings);
    return json;
}

/* What a case expects, by the file that says it. */
struct expectation {
    const char *file;
    cJSON *(*json)(struct arena *a, const struct translate_out *out);
};

static const struct expectation *find_expectation(struct arena *a, const char *dir)
{
    static const struct expectation all[] = {
        { "rules.json", rules_json },   { "certificates.json", certificates_json },
        { "groups.json", groups_json }, { "settings.json", settings_json },
        { "acls.json", acls_json },     { "scripts.json", scripts_json },
        { "expected.json", out_json }
    };
    for (size_t i = 0; i + 1 < COUNT(all); i++)
        if (access(arena_fmt(a, "%s/%s", dir, all[i].file), F_OK) == 0)
            return &all[i];
    return &all[COUNT(all) - 1];
}

/* ---- a case -----------------------------------------------------------------------------------
 */

static void bless(const char *path, const cJSON *json)
{
    char *text = cJSON_Print(json);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_true(fprintf(f, "%s\n", text) > 0);
    assert_int_equal(fclose(f), 0);
    free(text);
}

static void run_case(void **state)
{
    struct golden_case c CLEANUP(case_done) = { 0 };
    struct arena a CLEANUP(arena_done) = { 0 };
    struct translate_out out;
    case_read(&c, *state);
    const char *dir = c.dir;
    translate(&a, &c.in, &out);

    const struct expectation *expected = find_expectation(&a, dir);
    const char *path = arena_fmt(&a, "%s/%s", dir, expected->file);
    cJSON *got CLEANUP(json_done) = expected->json(&a, &out);
    const char *blessing = getenv("ALB_AGENT_BLESS"); // NOLINT(concurrency-mt-unsafe)
    if (blessing && !strcmp(blessing, "1")) {
        bless(path, got);
        return;
    }
    cJSON *want CLEANUP(json_done) = case_json(path);
    assert_non_null(want);
    if (strcmp(json_canonical(&a, got), json_canonical(&a, want)) != 0) {
        char *text = cJSON_Print(got);
        (void)fprintf(stderr, "%s: this came out:\n%s\n", dir, text);
        free(text);
        fail();
    }
}

int main(void)
{
    return cases_run("golden/translate", run_case);
}
