/* drift.c - how what is there stands to what was applied and what is wanted. */
#include <string.h>

#include "alb-agent/clock.h"
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

const char *drift_times(struct arena *a, const struct drift_row *f)
{
    char first[TIME_TEXT], good[TIME_TEXT];
    if (!f->found)
        return NULL;
    const char *seen = arena_fmt(a, "first seen %s", time_format(f->found->first_seen, first));
    return f->found->last_good
               ? arena_fmt(a, "%s, last in sync %s", seen, time_format(f->found->last_good, good))
               : seen;
}

const char *drift_verdict(struct arena *a, const struct drift_row *f)
{
    char until[TIME_TEXT];
    if (!f->found || f->found->verdict == FINDING_OPEN)
        return NULL;
    const char *name = f->found->verdict == FINDING_CORRECT
                           ? "to be corrected"
                           : finding_verdict_name(f->found->verdict);
    return f->found->until ? arena_fmt(a, "%s until %s", name, time_format(f->found->until, until))
                           : name;
}

static void add_found(struct buf *b, const struct drift_row *f)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *times = drift_times(&a, f), *verdict = drift_verdict(&a, f);
    if (times)
        buf_addf(b, "            %s\n", times);
    if (verdict)
        buf_addf(b, "            %s%s\n", verdict, f->settled ? ": not corrected" : "");
}

static void add_row(struct buf *b, const struct report_in *in, const struct drift_row *f)
{
    const struct resource *r = f->row;
    enum resource_class class = f->class;
    buf_adds(b, "  ");
    tone_begin(b, in, f->settled ? TONE_DIM : tone_of(class));
    buf_addf(b, "%-9s", resource_class_name(class));
    tone_end(b, in);
    buf_addc(b, ' ');
    add_title(b, r);
    buf_addc(b, '\n');
    if (r->desired_from)
        buf_addf(b, "            desired by %s\n", r->desired_from);
    add_found(b, f);
    if (class == CLASS_DRIFT || (class == CLASS_PENDING && r->actual))
        add_text_changes(b, in, &f->changes, "            ");
}

static void add_time(cJSON *obj, const char *name, int64_t ms)
{
    char text[TIME_TEXT];
    add_string(obj, name, ms ? time_format(ms, text) : NULL);
}

static void add_found_json(cJSON *o, const struct finding *found)
{
    add_time(o, "firstSeen", found->first_seen);
    add_time(o, "lastGood", found->last_good);
    if (found->verdict == FINDING_OPEN)
        return;
    add_string(o, "verdict", finding_verdict_name(found->verdict));
    add_time(o, "decidedAt", found->decided_at);
    add_time(o, "until", found->until);
}

static cJSON *row_json(const struct drift_row *f)
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
    if (f->found)
        add_found_json(o, f->found);
    cJSON_AddItemToObject(o, "changes", changes_json(&f->changes));
    return o;
}

static void add_summary(struct buf *b, const struct report_counts *c)
{
    buf_addf(b,
             "Drift: %zu missing, %zu changed, %zu pending, %zu orphan%s, %zu in sync \u00b7 %zu "
             "unmanaged",
             c->by_class[CLASS_MISSING], c->by_class[CLASS_DRIFT], c->by_class[CLASS_PENDING],
             c->by_class[CLASS_ORPHAN], c->by_class[CLASS_ORPHAN] == 1 ? "" : "s",
             c->by_class[CLASS_IN_SYNC], c->by_class[CLASS_UNMANAGED]);
    if (c->settled)
        buf_addf(b, " \u00b7 %zu accepted or ignored", c->settled);
    buf_addc(b, '\n');
}

size_t drift_differing(const struct report_counts *c)
{
    return c->managed - c->by_class[CLASS_IN_SYNC] - c->settled;
}

static void add_verdict(struct buf *b, const struct report_in *in, const struct report_counts *c)
{
    if (in->incomplete)
        buf_adds(b, "Source incomplete: what it does not hold is not judged. ");
    if (!drift_differing(c)) {
        tone_begin(b, in, TONE_GOOD);
        report_in_sync(b, in);
        buf_addf(b, ": %zu resource%s", c->managed, c->managed == 1 ? "" : "s");
        if (c->settled)
            buf_addf(b, ", but for %zu accepted or ignored", c->settled);
        buf_addc(b, '.');
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
    cJSON_AddItemToObject(sum, "settled", json_new_int((int64_t)c->settled));
    return sum;
}

/* ---- all rows ------------------------------------------------------------------------- */

static void judge(struct arena *a, const struct report_in *in, drift_rows *out,
                  struct report_counts *counts)
{
    *counts = (struct report_counts){ 0 };
    for (size_t i = 0; i < in->model->rows.len; i++) {
        const struct resource *r = &in->model->rows.items[i];
        struct drift_row f = { .row = r };
        f.class = resource_classify(a, in->model, r, &f.changes);
        if (f.class == CLASS_ORPHAN && (r->held || in->incomplete))
            f.class = CLASS_IN_SYNC; /* its object is in doubt: not judged */
        const struct finding *found =
            in->findings ? finding_find(in->findings, r->lb, r->kind, r->key) : NULL;
        if (found && found->class == f.class && f.class != CLASS_IN_SYNC) {
            f.found = found;
            f.settled = finding_settled(found, in->now_ms);
        }
        counts->settled += f.settled;
        counts->by_class[f.class]++;
        counts->managed += f.class != CLASS_UNMANAGED;
        *LIST_PUSH(a, out) = f;
    }
}

static void drift_text(struct buf *b, const struct report_in *in, const drift_rows *all,
                       const struct report_counts *counts)
{
    const char *lb = "";
    add_verdict(b, in, counts);
    report_notes_text(b, in);
    for (size_t i = 0; i < all->len; i++) {
        const struct drift_row *f = &all->items[i];
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
static cJSON *drift_json(const struct report_in *in, const drift_rows *all,
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
    drift_rows all = { 0 };
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
