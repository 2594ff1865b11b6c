/* drift_ci.c - drift as CI systems read it: Markdown for a comment, JUnit XML, SARIF 2.1.0. */
#include <string.h>

#include "alb-agent/json.h"
#include "report_priv.h"

/* What is wrong with a row, in one line. */
static const char *const meanings[] = {
    [CLASS_UNMANAGED] = "is not ours and is never touched",
    [CLASS_ORPHAN] = "is ours, and nothing wants it",
    [CLASS_PENDING] = "is wanted and not applied yet",
    [CLASS_MISSING] = "was applied and is gone",
    [CLASS_DRIFT] = "was changed in the cloud",
    [CLASS_IN_SYNC] = "is in sync",
};

static const char *title_of(struct arena *a, const struct resource *r)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    add_title(&b, r);
    return buf_keep(&b, a);
}

/* ---- Markdown ------------------------------------------------------------------------- */

/* Text in a cell of a table: what would end the cell or begin markup is escaped. */
static void add_cell(struct buf *b, const char *text)
{
    for (; *text; text++) {
        if (*text == '\n')
            buf_adds(b, "<br>");
        else if (strchr("|\\`*_<>[]", *text))
            buf_addf(b, "\\%c", *text);
        else
            buf_addc(b, *text);
    }
}

static void add_found(struct buf *b, struct arena *a, const struct drift_row *f)
{
    const char *const texts[] = { drift_times(a, f), drift_verdict(a, f) };
    for (size_t i = 0; i < COUNT(texts); i++)
        if (texts[i])
            buf_addf(b, "<br>*%s*", texts[i]);
}

static void add_markdown_row(struct buf *b, const struct drift_row *f)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    buf_addf(b, "| **%s** | ", resource_class_name(f->class));
    add_cell(b, f->row->lb);
    buf_adds(b, " | ");
    add_cell(b, title_of(&a, f->row));
    buf_adds(b, " | ");
    for (size_t i = 0; i < f->changes.len; i++) {
        const struct change *c = &f->changes.items[i];
        add_cell(b, arena_fmt(&a, "%s%s: %s -> %s", i ? "\n" : "", c->path,
                              *c->before ? c->before : "not set", c->after));
    }
    if (!f->changes.len)
        buf_adds(b, meanings[f->class]);
    add_found(b, &a, f);
    buf_adds(b, " |\n");
}

void drift_markdown(struct buf *b, const struct report_in *in, const drift_rows *all,
                    const struct report_counts *counts)
{
    size_t n = drift_differing(counts);
    buf_adds(b, "### ");
    if (n) {
        buf_addf(b, "Drift: %zu of %zu resources differ", n, counts->managed);
    } else {
        report_in_sync(b, in);
        buf_addf(b, ": %zu resources", counts->managed);
    }
    if (counts->settled)
        buf_addf(b, ", but for %zu accepted or ignored", counts->settled);
    buf_addc(b, '\n');
    if (in->incomplete)
        buf_adds(b, "\nThe source is incomplete: what it does not hold is not judged.\n");
    for (size_t i = 0; i < in->notes.len; i++) {
        buf_addf(b, "%s- %s: ", i ? "" : "\n", in->notes.items[i].warning ? "warning" : "error");
        add_cell(b, in->notes.items[i].subject);
        buf_adds(b, ": ");
        add_cell(b, in->notes.items[i].message);
        buf_addc(b, '\n');
    }
    if (n || counts->settled || counts->by_class[CLASS_UNMANAGED])
        buf_adds(b, "\n| class | load balancer | resource | difference |\n|---|---|---|---|\n");
    for (size_t i = 0; i < all->len; i++)
        if (all->items[i].class != CLASS_IN_SYNC)
            add_markdown_row(b, &all->items[i]);
}

/* ---- JUnit ---------------------------------------------------------------------------- */

/* Text for XML 1.0, which has no way to write most control characters. */
static void add_xml(struct buf *b, const char *text)
{
    static const char special[] = "&<>\"";
    static const char *const entities[] = { "&amp;", "&lt;", "&gt;", "&quot;" };
    for (; *text; text++) {
        const char *at = strchr(special, *text);
        if (at)
            buf_adds(b, entities[at - special]);
        else if ((unsigned char)*text >= ' ' || *text == '\n' || *text == '\t')
            buf_addc(b, *text);
        else
            buf_adds(b, "\xef\xbf\xbd"); /* U+FFFD */
    }
}

static void add_failure(struct buf *b, const struct drift_row *f)
{
    buf_addf(b, "      <failure type=\"%s\" message=\"%s\">", resource_class_name(f->class),
             meanings[f->class]);
    if (f->row->desired_from) {
        buf_adds(b, "desired by ");
        add_xml(b, f->row->desired_from);
        buf_addc(b, '\n');
    }
    if (f->found) {
        struct arena a CLEANUP(arena_done) = { 0 };
        buf_addf(b, "%s\n", drift_times(&a, f));
    }
    for (size_t i = 0; i < f->changes.len; i++) {
        add_xml(b, f->changes.items[i].path);
        buf_adds(b, ": ");
        add_xml(b, f->changes.items[i].before);
        buf_adds(b, " -&gt; ");
        add_xml(b, f->changes.items[i].after);
        buf_addc(b, '\n');
    }
    buf_adds(b, "</failure>\n");
}

static void add_case(struct buf *b, const struct drift_row *f)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    buf_adds(b, "    <testcase classname=\"");
    add_xml(b, f->row->lb);
    buf_adds(b, "\" name=\"");
    add_xml(b, title_of(&a, f->row));
    if (f->class == CLASS_IN_SYNC) {
        buf_adds(b, "\"/>\n");
        return;
    }
    buf_adds(b, "\">\n");
    if (f->class == CLASS_UNMANAGED)
        buf_adds(b, "      <skipped message=\"not ours\"/>\n");
    else if (f->settled)
        buf_addf(b, "      <skipped message=\"%s: %s\"/>\n", resource_class_name(f->class),
                 drift_verdict(&a, f));
    else
        add_failure(b, f);
    buf_adds(b, "    </testcase>\n");
}

/* What was left out of the source is an error of the run. */
static void add_note_case(struct buf *b, const struct report_note *n)
{
    buf_adds(b, "    <testcase classname=\"source\" name=\"");
    add_xml(b, n->subject);
    buf_adds(b, "\">\n      <error message=\"");
    add_xml(b, n->message);
    buf_adds(b, "\"/>\n    </testcase>\n");
}

void drift_junit(struct buf *b, const struct report_in *in, const drift_rows *all,
                 const struct report_counts *counts)
{
    size_t errors = 0;
    for (size_t i = 0; i < in->notes.len; i++)
        errors += !in->notes.items[i].warning;
    buf_addf(b,
             "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
             "  <testsuite name=\"alb-agent drift\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" "
             "skipped=\"%zu\">\n",
             all->len + errors, drift_differing(counts), errors,
             counts->by_class[CLASS_UNMANAGED] + counts->settled);
    for (size_t i = 0; i < in->notes.len; i++)
        if (!in->notes.items[i].warning)
            add_note_case(b, &in->notes.items[i]);
    for (size_t i = 0; i < all->len; i++)
        add_case(b, &all->items[i]);
    buf_adds(b, "  </testsuite>\n</testsuites>\n");
}

/* ---- SARIF ---------------------------------------------------------------------------- */

static cJSON *text_object(const char *text)
{
    cJSON *o = cJSON_CreateObject();
    add_string(o, "text", text);
    return o;
}

static cJSON *sarif_rules(void)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    cJSON *rules = cJSON_CreateArray();
    for (int k = CLASS_ORPHAN; k < CLASS_IN_SYNC; k++) {
        cJSON *rule = cJSON_CreateObject();
        add_string(rule, "id", resource_class_name((enum resource_class)k));
        cJSON_AddItemToObject(rule, "shortDescription",
                              text_object(arena_fmt(&a, "The resource %s.", meanings[k])));
        cJSON_AddItemToArray(rules, rule);
    }
    return rules;
}

/* "Ingress shop/tea (tea.yaml:3) rules[0]": the file and the line, when both are there. */
static cJSON *physical_location(struct arena *a, const char *from)
{
    const char *open = from ? strchr(from, '(') : NULL;
    const char *close = open ? strchr(open, ')') : NULL;
    const char *colon = close;
    int64_t line = 0;
    while (colon > open && *colon != ':')
        colon--;
    if (!open || !close || colon == open)
        return NULL;
    for (const char *c = colon + 1; c < close; c++)
        line = *c >= '0' && *c <= '9' && line < 100000000 ? line * 10 + (*c - '0') : 0;
    cJSON *location = cJSON_CreateObject(), *artifact = cJSON_CreateObject();
    add_string(artifact, "uri", arena_strndup(a, open + 1, (size_t)(colon - open - 1)));
    cJSON_AddItemToObject(location, "artifactLocation", artifact);
    if (line) {
        cJSON *region = cJSON_CreateObject();
        cJSON_AddItemToObject(region, "startLine", json_new_int(line));
        cJSON_AddItemToObject(location, "region", region);
    }
    return location;
}

static cJSON *sarif_location(struct arena *a, const struct resource *r)
{
    cJSON *location = cJSON_CreateObject(), *logical = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(location, "logicalLocations");
    add_string(logical, "fullyQualifiedName",
               arena_fmt(a, "%s/%s/%s", r->lb, resource_kind_name(r->kind), r->key));
    add_string(logical, "kind", "resource");
    cJSON_AddItemToArray(list, logical);
    cJSON *physical = physical_location(a, r->desired_from);
    if (physical)
        cJSON_AddItemToObject(location, "physicalLocation", physical);
    return location;
}

static const char *message_of(struct arena *a, const struct drift_row *f)
{
    const char *text = arena_fmt(a, "%s %s", title_of(a, f->row), meanings[f->class]);
    for (size_t i = 0; i < f->changes.len; i++) {
        const struct change *c = &f->changes.items[i];
        text = arena_fmt(a, "%s; %s: %s -> %s", text, c->path, *c->before ? c->before : "not set",
                         c->after);
    }
    return text;
}

/* When it was found; and that somebody decided to leave it, which viewers then hide. */
static void add_found_sarif(cJSON *result, const struct drift_row *f)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    if (!f->found)
        return;
    add_string(cJSON_AddObjectToObject(result, "properties"), "found", drift_times(&a, f));
    if (!f->settled)
        return;
    cJSON *suppression = cJSON_CreateObject();
    add_string(suppression, "kind", "external");
    add_string(suppression, "status", "accepted");
    add_string(suppression, "justification", drift_verdict(&a, f));
    cJSON_AddItemToArray(cJSON_AddArrayToObject(result, "suppressions"), suppression);
}

static cJSON *sarif_result(const struct drift_row *f)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    cJSON *result = cJSON_CreateObject();
    bool grave = f->class == CLASS_DRIFT || f->class == CLASS_MISSING;
    add_string(result, "ruleId", resource_class_name(f->class));
    add_string(result, "level", grave ? "error" : "warning");
    cJSON_AddItemToObject(result, "message", text_object(message_of(&a, f)));
    cJSON *locations = cJSON_AddArrayToObject(result, "locations");
    cJSON_AddItemToArray(locations, sarif_location(&a, f->row));
    /* The same finding in the next run is recognised by what it is about. */
    cJSON *prints = cJSON_AddObjectToObject(result, "partialFingerprints");
    add_string(
        prints, "resource/v1",
        arena_fmt(&a, "%s %s %s", f->row->lb, resource_kind_name(f->row->kind), f->row->key));
    add_found_sarif(result, f);
    return result;
}

cJSON *drift_sarif(const struct report_in *in, const drift_rows *all)
{
    cJSON *doc = cJSON_CreateObject(), *run = cJSON_CreateObject(), *driver = cJSON_CreateObject();
    add_string(doc, "version", "2.1.0");
    add_string(doc, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
    cJSON *runs = cJSON_AddArrayToObject(doc, "runs");
    cJSON_AddItemToArray(runs, run);
    cJSON *tool = cJSON_AddObjectToObject(run, "tool");
    cJSON_AddItemToObject(tool, "driver", driver);
    add_string(driver, "name", "alb-agent");
    cJSON_AddItemToObject(driver, "rules", sarif_rules());
    cJSON *results = cJSON_AddArrayToObject(run, "results");
    for (size_t i = 0; i < all->len; i++)
        if (all->items[i].class != CLASS_IN_SYNC && all->items[i].class != CLASS_UNMANAGED)
            cJSON_AddItemToArray(results, sarif_result(&all->items[i]));
    cJSON *invocation = cJSON_CreateObject();
    cJSON_AddItemToObject(invocation, "executionSuccessful", cJSON_CreateBool(!in->incomplete));
    cJSON_AddItemToArray(cJSON_AddArrayToObject(run, "invocations"), invocation);
    return doc;
}
