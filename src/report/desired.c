/* desired.c - the wanted resources, as 'translate' prints them. */
#include <string.h>

#include "alb-agent/json.h"
#include "report_priv.h"

static cJSON *row_json(const struct resource *r)
{
    cJSON *o = cJSON_CreateObject();
    add_string(o, "kind", resource_kind_name(r->kind));
    add_string(o, "key", r->key);
    if (*r->parent)
        add_string(o, "listener", r->parent);
    if (r->position)
        cJSON_AddItemToObject(o, "position", json_new_int(r->position));
    add_string(o, "from", r->desired_from);
    cJSON_AddItemToObject(o, "desired",
                          schema_to_json(resource_schema(r->kind), r->desired, SCHEMA_JSON_REDACT));
    return o;
}

static void desired_text(struct buf *b, const struct report_in *in)
{
    const char *lb = "";
    for (size_t i = 0; i < in->model->rows.len; i++) {
        const struct resource *r = &in->model->rows.items[i];
        if (strcmp(r->lb, lb) != 0)
            buf_addf(b, "%s\n", r->lb);
        lb = r->lb;
        buf_addf(b, "  %s %s: ", resource_kind_name(r->kind), r->key);
        report_describe(b, r->kind, r->desired);
        buf_addf(b, "  (%s)\n", r->desired_from ? r->desired_from : "?");
    }
}

static cJSON *desired_json(const struct report_in *in, const char *const *needs, size_t n_needs)
{
    cJSON *doc = cJSON_CreateObject(), *lbs = cJSON_CreateArray(), *rows = NULL;
    const char *lb = NULL;
    for (size_t i = 0; i < in->model->rows.len; i++) {
        const struct resource *r = &in->model->rows.items[i];
        if (!lb || strcmp(r->lb, lb) != 0) {
            cJSON *o = cJSON_CreateObject();
            add_string(o, "name", r->lb);
            rows = cJSON_AddArrayToObject(o, "resources");
            cJSON_AddItemToArray(lbs, o);
        }
        lb = r->lb;
        cJSON_AddItemToArray(rows, row_json(r));
    }
    cJSON_AddItemToObject(doc, "loadBalancers", lbs);
    cJSON *lacking = cJSON_AddArrayToObject(doc, "missingFacts");
    for (size_t i = 0; i < n_needs; i++)
        cJSON_AddItemToArray(lacking, cJSON_CreateString(needs[i]));
    cJSON_AddItemToObject(doc, "notes", notes_json(in));
    return doc;
}

void report_desired(struct buf *b, const struct report_in *in, const char *const *needs,
                    size_t n_needs)
{
    if (in->format != REPORT_TEXT) {
        add_document(b, in, desired_json(in, needs, n_needs));
        return;
    }
    desired_text(b, in);
    for (size_t i = 0; i < n_needs; i++)
        buf_addf(b, "missing fact %s\n", needs[i]);
    report_notes_text(b, in);
}
