/* drift.c - how what is there stands to what was applied and what is wanted. */
#include <string.h>

#include "alb-agent/json.h"
#include "report_priv.h"

static enum tone tone_of(enum resource_class c)
{
    switch (c) {
    case CLASS_MISSING:
    case CLASS_DRIFT: return TONE_BAD;
    case CLASS_PENDING:
    case CLASS_ORPHAN: return TONE_CHANGE;
    case CLASS_IN_SYNC: return TONE_GOOD;
    case CLASS_UNMANAGED: break;
    }
    return TONE_DIM;
}

static void add_row(struct buf *b, const struct report_in *in, const struct finding *f)
{
    const struct resource *r = f->row;
    enum resource_class class = f->class;
    buf_adds(b, "  ");
    tone_begin(b, in, tone_of(class));
    buf_addf(b, "%-9s", resource_class_name(class));
    tone_end(b, in);
    buf_addc(b, ' ');
    add_title(b, r);
    buf_addc(b, '\n');
    if (r->desired_from)
        buf_addf(b, "            desired by %s\n", r->desired_from);
    if (class == CLASS_DRIFT || (class == CLASS_PENDING && r->actual))
        add_text_changes(b, in, &f->changes, "            ");
}

static cJSON *row_json(const struct finding *f)
{
    const struct resource *r = f->row;
    cJSON *o = cJSON_CreateObject();
    add_string(o, "loadBalancer", r->lb);
    add_string(o, "kind", resource_kind_name(r->kind));
    add_string(o, "key", r->key);
    add_string(o, "class", resource_class_name(f->class));
    add_string(o, "id", r->cloud_id ? r->cloud_id : r->last_id);
    const struct alb_rule *rule = r->actual ? r->actual : r->last;
    if (r->kind == RESOURCE_RULE && rule)
        add_string(o, "name", rule->name);
    add_string(o, "desiredBy", r->desired_from);
    const void *obj = r->desired ? r->desired : r->actual ? r->actual : r->last;
    if (obj) {
        struct buf text CLEANUP(buf_done) = { 0 };
        report_describe(&text, r->kind, obj);
        add_string(o, "text", buf_str(&text));
    }
    cJSON_AddItemToObject(o, "changes", changes_json(&f->changes));
    return o;
}

static void add_summary(struct buf *b, const struct report_counts *c)
{
    buf_addf(b,
             "Drift: %zu missing, %zu changed, %zu pending, %zu orphan%s, %zu in sync \u00b7 %zu "
             "unmanaged\n",
             c->by_class[CLASS_MISSING], c->by_class[CLASS_DRIFT], c->by_class[CLASS_PENDING],
             c->by_class[CLASS_ORPHAN], c->by_class[CLASS_ORPHAN] == 1 ? "" : "s",
             c->by_class[CLASS_IN_SYNC], c->by_class[CLASS_UNMANAGED]);
}

size_t drift_differing(const struct report_counts *c)
{
    return c->managed - c->by_class[CLASS_IN_SYNC];
}

static void add_verdict(struct buf *b, const struct report_in *in, const struct report_counts *c)
{
    if (in->incomplete)
        buf_adds(b, "Source incomplete: what it does not hold is not judged. ");
    if (!drift_differing(c)) {
        tone_begin(b, in, TONE_GOOD);
        buf_addf(b, "In sync: %zu resource%s.", c->managed, c->managed == 1 ? "" : "s");
    } else {
        tone_begin(b, in, TONE_BAD);
        buf_addf(b, "Drift: %zu of %zu resource%s differ%s.", drift_differing(c), c->managed,
                 c->managed == 1 ? "" : "s", drift_differing(c) == 1 ? "s" : "");
    }
    tone_end(b, in);
    buf_addc(b, '\n');
}

static cJSON *summary_json(const struct report_counts *c)
{
    cJSON *sum = cJSON_CreateObject();
    for (int k = 0; k <= CLASS_IN_SYNC; k++)
        cJSON_AddItemToObject(sum, resource_class_name((enum resource_class)k),
                              json_new_int((int64_t)c->by_class[k]));
    return sum;
}

/* ---- all rows ------------------------------------------------------------------------- */

static void judge(struct arena *a, const struct report_in *in, findings *out,
                  struct report_counts *counts)
{
    *counts = (struct report_counts){ 0 };
    for (size_t i = 0; i < in->model->rows.len; i++) {
        const struct resource *r = &in->model->rows.items[i];
        struct finding f = { .row = r };
        f.class = resource_classify(a, in->model, r, &f.changes);
        if (f.class == CLASS_ORPHAN && (r->held || in->incomplete))
            f.class = CLASS_IN_SYNC; /* its object is in doubt: not judged */
        counts->by_class[f.class]++;
        counts->managed += f.class != CLASS_UNMANAGED;
        *LIST_PUSH(a, out) = f;
    }
}

static void drift_text(struct buf *b, const struct report_in *in, const findings *all,
                       const struct report_counts *counts)
{
    const char *lb = "";
    add_verdict(b, in, counts);
    report_notes_text(b, in);
    for (size_t i = 0; i < all->len; i++) {
        const struct finding *f = &all->items[i];
        if (f->class == CLASS_IN_SYNC)
            continue;
        if (strcmp(f->row->lb, lb) != 0)
            buf_addf(b, "%s\n", f->row->lb);
        lb = f->row->lb;
        add_row(b, in, f);
    }
    add_summary(b, counts);
}

/* The form is that of drift.v1.schema.json; a change that breaks readers needs another
 * number. */
static cJSON *drift_json(const struct report_in *in, const findings *all,
                         const struct report_counts *counts)
{
    cJSON *doc = cJSON_CreateObject(), *array = cJSON_CreateArray();
    for (size_t i = 0; i < all->len; i++)
        if (all->items[i].class != CLASS_IN_SYNC)
            cJSON_AddItemToArray(array, row_json(&all->items[i]));
    cJSON_AddItemToObject(doc, "schemaVersion", json_new_int(1));
    add_string(doc, "verdict", drift_differing(counts) ? "drift" : "in sync");
    add_string(doc, "cluster", in->cluster_id);
    cJSON_AddItemToObject(doc, "sourceComplete", cJSON_CreateBool(!in->incomplete));
    cJSON_AddItemToObject(doc, "resources", array);
    cJSON_AddItemToObject(doc, "notes", notes_json(in));
    cJSON_AddItemToObject(doc, "summary", summary_json(counts));
    return doc;
}

void report_drift(struct buf *b, const struct report_in *in, struct report_counts *counts)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    findings all = { 0 };
    judge(&a, in, &all, counts);
    switch (in->format) {
    case REPORT_TEXT: drift_text(b, in, &all, counts); return;
    case REPORT_MARKDOWN: drift_markdown(b, in, &all, counts); return;
    case REPORT_JUNIT: drift_junit(b, in, &all, counts); return;
    case REPORT_SARIF: add_document(b, in, drift_sarif(in, &all)); return;
    case REPORT_JSON:
    case REPORT_YAML: break;
    }
    add_document(b, in, drift_json(in, &all, counts));
}
