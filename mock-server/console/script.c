/* script.c - a script from YAML, by a table of its members.  What the table does not know is
 * refused: a misspelt time would never come. */
#include <stddef.h>
#include <string.h>

#include "alb-agent/json.h"
#include "alb-agent/yaml.h"
#include "console_priv.h"

enum kind { TEXT, NUMBER, PARAMS, KINDS };

struct member {
    const char *name;
    enum kind kind;
    size_t at;
};

static const struct member deed_members[] = {
    { "do", TEXT, offsetof(struct console_deed, what.action) },
    { "product", TEXT, offsetof(struct console_deed, what.product) },
    { "region", TEXT, offsetof(struct console_deed, what.region) },
    { "params", PARAMS, offsetof(struct console_deed, what.params) },
    { "at_ms", NUMBER, offsetof(struct console_deed, at_ms) },
    { "every_ms", NUMBER, offsetof(struct console_deed, every_ms) },
    { "after_call", NUMBER, offsetof(struct console_deed, after_call) },
    { "every_calls", NUMBER, offsetof(struct console_deed, every_calls) },
    { "times", NUMBER, offsetof(struct console_deed, times) },
};

static const struct member edit_members[] = {
    { "every_ms", NUMBER, offsetof(struct console_edits, every_ms) },
    { "times", NUMBER, offsetof(struct console_edits, times) },
    { "kinds", KINDS, offsetof(struct console_edits, kinds) },
};

/* Flattens lists and mappings: {Rules: [{Priority: 1}]} is Rules.1.Priority. */
static bool take_params(struct arena *a, const char *path, const cJSON *json, struct params *out,
                        struct error *err)
{
    const cJSON *m;
    int index = 1;
    if (!cJSON_IsObject(json) && !cJSON_IsArray(json)) {
        const char *text =
            cJSON_IsString(json) ? arena_strdup(a, json->valuestring) : json_canonical(a, json);
        *LIST_PUSH(a, out) = (struct param){ path, text };
        return place_check(text, err);
    }
    cJSON_ArrayForEach (m, json) {
        const char *name = m->string ? m->string : arena_fmt(a, "%d", index++);
        const char *here = path ? arena_fmt(a, "%s.%s", path, name) : arena_strdup(a, name);
        if (!take_params(a, here, m, out, err))
            return false;
    }
    return true;
}

static bool take_kinds(const cJSON *list, unsigned *out, struct error *err)
{
    const cJSON *e;
    if (!cJSON_IsArray(list))
        return error_set(err, ERROR_INVALID, "not a list");
    cJSON_ArrayForEach (e, list) {
        unsigned found = 0;
        for (unsigned i = 0; cJSON_IsString(e) && i < CONSOLE_EDITS; i++)
            if (!strcmp(console_edit_names[i], e->valuestring))
                found = 1U << i;
        if (!found)
            return error_set(err, ERROR_INVALID, "%s is no kind of edit",
                             cJSON_IsString(e) ? e->valuestring : "a list or number");
        *out |= found;
    }
    return true;
}

static bool take(struct arena *a, const struct member *m, const cJSON *value, void *to,
                 struct error *err)
{
    void *at = (char *)to + m->at;
    switch (m->kind) {
    case TEXT:
        if (!cJSON_IsString(value))
            return error_set(err, ERROR_INVALID, "not a text");
        *(const char **)at = arena_strdup(a, value->valuestring);
        return true;
    case NUMBER:
        if (!json_is_int(value) || value->valuedouble < 0 || value->valuedouble > 1e12)
            return error_set(err, ERROR_INVALID, "not a number between 0 and 1000000000000");
        *(int64_t *)at = (int64_t)value->valuedouble;
        return true;
    case PARAMS:
        return cJSON_IsObject(value) ? take_params(a, NULL, value, at, err)
                                     : error_set(err, ERROR_INVALID, "not a mapping");
    case KINDS: return take_kinds(value, at, err);
    }
    return false;
}

static bool take_members(struct arena *a, const struct member *members, size_t n, const cJSON *json,
                         void *to, struct error *err)
{
    const cJSON *value;
    if (!cJSON_IsObject(json))
        return error_set(err, ERROR_INVALID, "not a mapping");
    cJSON_ArrayForEach (value, json) {
        size_t i = 0;
        while (i < n && strcmp(members[i].name, value->string) != 0)
            i++;
        if (i == n)
            return error_set(err, ERROR_INVALID, "%s: not known here", value->string);
        if (!take(a, &members[i], value, to, err))
            return error_wrap(err, "%s", value->string);
    }
    return true;
}

static bool read_deed(struct arena *a, const cJSON *json, struct console_deed *d, struct error *err)
{
    if (!take_members(a, deed_members, COUNT(deed_members), json, d, err))
        return false;
    bool by_calls = d->after_call || d->every_calls;
    d->by_time = !by_calls;
    if (by_calls && (json_get(json, "at_ms") || d->every_ms))
        return error_set(err, ERROR_INVALID, "times or calls, not both");
    d->due = by_calls ? (d->after_call ? d->after_call : d->every_calls)
                      : (json_get(json, "at_ms") ? d->at_ms : d->every_ms);
    return d->what.action || error_set(err, ERROR_INVALID, "do is missing");
}

static bool read_deeds(struct console_script *s, const cJSON *list, struct error *err)
{
    const cJSON *json;
    size_t n = 0;
    if (list && !cJSON_IsArray(list))
        return error_set(err, ERROR_INVALID, "deeds: not a list");
    cJSON_ArrayForEach (json, list) {
        struct console_deed deed = { 0 };
        if (!read_deed(&s->arena, json, &deed, err))
            return error_wrap(err, "deeds[%zu]", n);
        *LIST_PUSH(&s->arena, &s->deeds) = deed;
        n++;
    }
    return true;
}

static bool read_top(struct console_script *s, const cJSON *tree, struct error *err)
{
    static const char *const known[] = { "seed", "region", "deeds", "edits" };
    const cJSON *m, *edits = json_get(tree, "edits");
    if (cJSON_IsArray(tree))
        return read_deeds(s, tree, err);
    if (!cJSON_IsObject(tree))
        return error_set(err, ERROR_INVALID, "neither a mapping nor a list of deeds");
    cJSON_ArrayForEach (m, tree) {
        size_t i = 0;
        while (i < COUNT(known) && strcmp(known[i], m->string) != 0)
            i++;
        if (i == COUNT(known))
            return error_set(err, ERROR_INVALID, "%s: not known here", m->string);
    }
    s->rng.state = (uint64_t)json_int(tree, "seed", (int64_t)s->rng.state);
    if (json_str(tree, "region"))
        s->region = arena_strdup(&s->arena, json_str(tree, "region"));
    if (edits && !take_members(&s->arena, edit_members, COUNT(edit_members), edits, &s->edits, err))
        return error_wrap(err, "edits");
    s->edits.due_ms = s->edits.every_ms;
    return read_deeds(s, json_get(tree, "deeds"), err);
}

bool console_script_read(struct console_script *fresh, const char *text, size_t len,
                         struct error *err)
{
    cJSON *tree CLEANUP(json_done) = NULL;
    int line = 0;
    fresh->region = "cn-hangzhou";
    if (!yaml_parse(text, len, &tree, &line, err))
        return error_wrap(err, "line %d", line);
    return read_top(fresh, tree, err);
}
