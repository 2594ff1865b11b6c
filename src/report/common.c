/* common.c - what all reports share: tones, titles, notes, changes. */
#include <stdlib.h>
#include <string.h>

#include "alb-agent/json.h"
#include "alb-agent/yaml.h"
#include "report_priv.h"

void tone_begin(struct buf *b, const struct report_in *in, enum tone tone)
{
    static const char *const codes[] = {
        [TONE_GOOD] = "\033[32m",
        [TONE_CHANGE] = "\033[33m",
        [TONE_BAD] = "\033[31m",
        [TONE_DIM] = "\033[2m",
    };
    if (in->colour)
        buf_adds(b, codes[tone]);
}

void tone_end(struct buf *b, const struct report_in *in)
{
    if (in->colour)
        buf_adds(b, "\033[0m");
}

static const char *rule_name(const struct resource *r)
{
    const struct alb_rule *rule = r->actual ? r->actual : r->last;
    return rule && rule->name ? rule->name : NULL;
}

void add_title(struct buf *b, const struct resource *r)
{
    buf_addf(b, "%s ", resource_kind_name(r->kind));
    const char *name = r->kind == RESOURCE_RULE ? rule_name(r) : NULL;
    const char *id = r->cloud_id ? r->cloud_id : r->last_id;
    if (name)
        buf_addf(b, "%s (%s)", r->parent, name);
    else
        buf_adds(b, r->kind == RESOURCE_RULE ? r->parent : r->key);
    if (id)
        buf_addf(b, " [%s]", id);
    const void *obj = r->desired ? r->desired : r->actual ? r->actual : r->last;
    if (obj && r->kind == RESOURCE_RULE) {
        buf_adds(b, ": ");
        report_describe(b, r->kind, obj);
    }
}

static size_t count_in_error(const struct report_in *in)
{
    struct map subjects CLEANUP(map_done) = { 0 };
    for (size_t i = 0; i < in->notes.len; i++)
        if (!in->notes.items[i].warning)
            map_put(&subjects, in->notes.items[i].subject, &in->notes.items[i]);
    return map_count(&subjects);
}

void report_in_sync(struct buf *b, const struct report_in *in)
{
    size_t judged = 0, refused = 0, errors = count_in_error(in);
    for (size_t i = 0; i < in->model->rows.len; i++) {
        const struct resource *r = &in->model->rows.items[i];
        refused += r->refused;
        judged += r->desired && !r->held;
    }
    buf_adds(b, judged || !errors ? "In sync" : "All was left out");
    if (errors)
        buf_addf(b, "%s %zu object%s with errors", judged ? " but for" : ", for", errors,
                 errors == 1 ? "" : "s");
    if (refused)
        buf_addf(b, "%s %zu resource%s that %s refused", errors ? " and" : " but for", refused,
                 refused == 1 ? "" : "s", refused == 1 ? "was" : "were");
}

void report_notes_text(struct buf *b, const struct report_in *in)
{
    for (size_t i = 0; i < in->notes.len; i++) {
        const struct report_note *n = &in->notes.items[i];
        tone_begin(b, in, n->warning ? TONE_CHANGE : TONE_BAD);
        buf_adds(b, n->warning ? "warning: " : "error: ");
        tone_end(b, in);
        buf_addf(b, "%s: %s\n", n->subject, n->message);
    }
}

void add_string(cJSON *obj, const char *name, const char *text)
{
    if (text)
        cJSON_AddItemToObject(obj, name, cJSON_CreateString(text));
}

cJSON *notes_json(const struct report_in *in)
{
    cJSON *array = cJSON_CreateArray();
    for (size_t i = 0; i < in->notes.len; i++) {
        cJSON *n = cJSON_CreateObject();
        add_string(n, "severity", in->notes.items[i].warning ? "warning" : "error");
        add_string(n, "subject", in->notes.items[i].subject);
        add_string(n, "message", in->notes.items[i].message);
        cJSON_AddItemToArray(array, n);
    }
    return array;
}

/* Texts of changes are JSON already. */
static void add_raw(cJSON *obj, const char *name, const char *json)
{
    cJSON_AddItemToObject(obj, name, *json ? cJSON_CreateRaw(json) : cJSON_CreateNull());
}

cJSON *changes_json(const change_list *changes)
{
    cJSON *array = cJSON_CreateArray();
    for (size_t i = 0; i < changes->len; i++) {
        cJSON *c = cJSON_CreateObject();
        add_string(c, "path", changes->items[i].path);
        add_raw(c, "before", changes->items[i].before);
        add_raw(c, "after", changes->items[i].after);
        cJSON_AddItemToArray(array, c);
    }
    return array;
}

static void add_value(struct buf *b, const char *json)
{
    enum { LONGEST = 120 };
    size_t n = strlen(json);
    if (n > LONGEST)
        buf_addf(b, "%.*s...", LONGEST - 3, json);
    else
        buf_adds(b, n ? json : "(nothing)");
}

void add_text_changes(struct buf *b, const struct report_in *in, const change_list *changes,
                      const char *indent)
{
    for (size_t i = 0; i < changes->len; i++) {
        const struct change *c = &changes->items[i];
        buf_addf(b, "%s%s: ", indent, c->path);
        if (*c->before) {
            add_value(b, c->before);
            buf_adds(b, " -> ");
        }
        tone_begin(b, in, TONE_CHANGE);
        add_value(b, c->after);
        tone_end(b, in);
        buf_addc(b, '\n');
    }
}

void add_document(struct buf *b, const struct report_in *in, cJSON *doc)
{
    if (in->format == REPORT_YAML) {
        /* Raw members must become trees again before YAML can be made of them. */
        struct buf text CLEANUP(buf_done) = { .max = (size_t)1 << 30 };
        struct error err;
        cJSON *tree CLEANUP(json_done) = NULL;
        json_write(&text, doc, false);
        if (json_parse(buf_str(&text), text.len, &tree, &err))
            yaml_write(b, tree);
        else
            buf_addf(b, "# %s\n", err.msg);
    } else {
        json_write(b, doc, false);
        buf_addc(b, '\n');
    }
    cJSON_Delete(doc);
}
