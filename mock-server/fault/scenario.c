/* scenario.c - rules from YAML, by a table of their members, and back as JSON.  What the
 * table does not know is refused: a misspelt condition would strike everything. */
#include <stddef.h>
#include <string.h>

#include "alb-agent/json.h"
#include "alb-agent/yaml.h"
#include "fault.h"

enum kind { TEXT, NUMBER, STATUS, CHANCE, EFFECT, SWITCH };

static const struct member {
    const char *name;
    enum kind kind;
    size_t at;
} members[] = {
    { "name", TEXT, offsetof(struct fault_rule, name) },
    { "action", TEXT, offsetof(struct fault_rule, action) },
    { "region", TEXT, offsetof(struct fault_rule, region) },
    { "resource", TEXT, offsetof(struct fault_rule, resource) },
    { "call", NUMBER, offsetof(struct fault_rule, call) },
    { "nth", NUMBER, offsetof(struct fault_rule, nth) },
    { "every", NUMBER, offsetof(struct fault_rule, every) },
    { "times", NUMBER, offsetof(struct fault_rule, times) },
    { "probability", CHANCE, offsetof(struct fault_rule, millionths) },
    { "after_ms", NUMBER, offsetof(struct fault_rule, after_ms) },
    { "until_ms", NUMBER, offsetof(struct fault_rule, until_ms) },
    { "effect", EFFECT, offsetof(struct fault_rule, effect) },
    { "code", TEXT, offsetof(struct fault_rule, code) },
    { "message", TEXT, offsetof(struct fault_rule, message) },
    { "status", STATUS, offsetof(struct fault_rule, status) },
    { "ms", NUMBER, offsetof(struct fault_rule, ms) },
    { "bytes", NUMBER, offsetof(struct fault_rule, bytes) },
    { "count", NUMBER, offsetof(struct fault_rule, count) },
    { "forget", SWITCH, offsetof(struct fault_rule, forget) },
};

#define X(name, text) text,
static const char *const effects[] = { "none", FAULT_EFFECTS(X) };
#undef X

const char *fault_effect_name(enum fault_effect effect)
{
    return effects[effect];
}

static bool take_number(const cJSON *value, int64_t min, int64_t max, int64_t *out,
                        struct error *err)
{
    if (!json_is_int(value) || value->valuedouble < (double)min || value->valuedouble > (double)max)
        return error_set(err, ERROR_INVALID, "not a number between %lld and %lld", (long long)min,
                         (long long)max);
    *out = (int64_t)value->valuedouble;
    return true;
}

static bool take_chance(const cJSON *value, int64_t *out, struct error *err)
{
    if (!cJSON_IsNumber(value) || value->valuedouble <= 0 || value->valuedouble > 1)
        return error_set(err, ERROR_INVALID, "not a number above 0 and at most 1");
    *out = (int64_t)(value->valuedouble * 1000000);
    *out = *out ? *out : 1;
    return true;
}

static bool take_effect(const cJSON *value, enum fault_effect *out, struct error *err)
{
    for (size_t i = 1; cJSON_IsString(value) && i < COUNT(effects); i++) {
        if (!strcmp(effects[i], value->valuestring)) {
            *out = (enum fault_effect)i;
            return true;
        }
    }
    return error_set(err, ERROR_INVALID, "not an effect");
}

static bool take(struct arena *a, const struct member *m, const cJSON *value,
                 struct fault_rule *rule, struct error *err)
{
    void *at = (char *)rule + m->at;
    int64_t n = 0;
    switch (m->kind) {
    case TEXT:
        if (!cJSON_IsString(value))
            return error_set(err, ERROR_INVALID, "not a text");
        *(const char **)at = arena_strdup(a, value->valuestring);
        return true;
    case NUMBER: return take_number(value, 0, 1000000000000, at, err);
    case STATUS:
        if (!take_number(value, 200, 599, &n, err))
            return false;
        *(int *)at = (int)n;
        return true;
    case CHANCE: return take_chance(value, at, err);
    case EFFECT: return take_effect(value, at, err);
    case SWITCH:
        *(bool *)at = cJSON_IsTrue(value);
        return cJSON_IsBool(value) || error_set(err, ERROR_INVALID, "not true or false");
    }
    return false;
}

static const struct member *member_named(const char *name)
{
    for (size_t i = 0; i < COUNT(members); i++)
        if (!strcmp(members[i].name, name))
            return &members[i];
    return NULL;
}

static bool read_rule(struct arena *a, const cJSON *json, struct fault_rule *rule,
                      struct error *err)
{
    const cJSON *value;
    if (!cJSON_IsObject(json))
        return error_set(err, ERROR_INVALID, "not a mapping");
    cJSON_ArrayForEach (value, json) {
        const struct member *m = member_named(value->string);
        if (!m)
            return error_set(err, ERROR_INVALID, "%s: not a member of a fault", value->string);
        if (!take(a, m, value, rule, err))
            return error_wrap(err, "%s", value->string);
    }
    return rule->effect || error_set(err, ERROR_INVALID, "effect is missing");
}

static bool read_rules(struct fault_set *set, const cJSON *list, struct error *err)
{
    const cJSON *json;
    size_t n = 0;
    cJSON_ArrayForEach (json, list) {
        struct fault_rule rule = { 0 };
        if (!read_rule(&set->arena, json, &rule, err))
            return error_wrap(err, "faults[%zu]", n);
        *LIST_PUSH(&set->arena, &set->rules) = rule;
        n++;
    }
    return true;
}

/* The three forms of a scenario. */
static bool read_tree(struct fault_set *set, const cJSON *tree, struct error *err)
{
    struct fault_rule rule = { 0 };
    if (cJSON_IsArray(tree))
        return read_rules(set, tree, err);
    const cJSON *list = json_get(tree, "faults");
    if (!list) {
        if (!read_rule(&set->arena, tree, &rule, err))
            return false;
        *LIST_PUSH(&set->arena, &set->rules) = rule;
        return true;
    }
    if (!cJSON_IsArray(list))
        return error_set(err, ERROR_INVALID, "faults: not a list");
    set->rng.state = (uint64_t)json_int(tree, "seed", (int64_t)set->rng.state);
    return read_rules(set, list, err);
}

bool fault_add(struct fault_set *set, const char *text, size_t len, int64_t now_ms,
               struct error *err)
{
    cJSON *tree CLEANUP(json_done) = NULL;
    int line = 0;
    size_t before = set->rules.len;
    struct rng rng = set->rng;
    if (!yaml_parse(text, len, &tree, &line, err))
        return error_wrap(err, "line %d", line);
    if (!read_tree(set, tree, err)) {
        set->rules.len = before;
        set->rng = rng;
        return false;
    }
    if (!before)
        set->began_ms = now_ms;
    return true;
}

bool fault_read(struct fault_set *set, const char *text, size_t len, int64_t now_ms,
                struct error *err)
{
    struct fault_set fresh = { .rng = set->rng };
    if (!fault_add(&fresh, text, len, now_ms, err)) {
        arena_done(&fresh.arena);
        return false;
    }
    arena_done(&set->arena);
    *set = fresh;
    return true;
}

static cJSON *rule_json(const struct fault_rule *rule)
{
    cJSON *json = cJSON_CreateObject();
    for (size_t i = 0; i < COUNT(members); i++) {
        const struct member *m = &members[i];
        const void *at = (const char *)rule + m->at;
        const char *text = m->kind == TEXT     ? *(const char *const *)at
                           : m->kind == EFFECT ? effects[*(const enum fault_effect *)at]
                                               : NULL;
        int64_t n = m->kind == NUMBER   ? *(const int64_t *)at
                    : m->kind == STATUS ? *(const int *)at
                                        : 0;
        if (m->kind == SWITCH && *(const bool *)at)
            cJSON_AddTrueToObject(json, m->name);
        else if (text)
            cJSON_AddStringToObject(json, m->name, text);
        else if (n)
            cJSON_AddItemToObject(json, m->name, json_new_int(n));
        else if (m->kind == CHANCE && *(const int64_t *)at)
            cJSON_AddNumberToObject(json, m->name, (double)*(const int64_t *)at / 1000000);
    }
    cJSON_AddItemToObject(json, "matched", json_new_int(rule->matched));
    cJSON_AddItemToObject(json, "fired", json_new_int(rule->fired));
    return json;
}

void fault_write(const struct fault_set *set, struct buf *b)
{
    cJSON *list CLEANUP(json_done) = cJSON_CreateArray();
    for (size_t i = 0; i < set->rules.len; i++)
        cJSON_AddItemToArray(list, rule_json(&set->rules.items[i]));
    json_write(b, list, false);
}
