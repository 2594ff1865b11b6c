/* page.c - every annotation and every field of an AlbConfig as rows of two tables. */
#include "page.h"

#include <inttypes.h>
#include <string.h>

#include "markdown.h"
#include "src/translate/nginx_priv.h"

enum { MAX_DEPTH = 8 };

/* A path from the AlbConfig down: "spec", "listeners[]", "port". */
struct path {
    const char *names[MAX_DEPTH];
    bool is_list[MAX_DEPTH];
    size_t n;
};

/* ---- cells ------------------------------------------------------------------------------- */

static void add_names(struct buf *b, const struct field *f)
{
    const char *before = "";
    for (size_t i = 0; i < f->n_names; i++)
        if (f->names[i]) {
            buf_addf(b, "%s%s", before, f->names[i]);
            before = ", ";
        }
}

static void add_type(struct buf *b, const struct field *f)
{
    if (f->doc && f->doc->type) {
        markdown_add_cell(b, f->doc->type);
        return;
    }
    switch (f->kind) {
    case FIELD_BOOL: buf_adds(b, "true or false"); break;
    case FIELD_INT:
        buf_adds(b, "number");
        if (f->max > f->min)
            buf_addf(b, ", %" PRId64 " to %" PRId64, f->min, f->max);
        break;
    case FIELD_NUM: buf_adds(b, "number"); break;
    case FIELD_ENUM: add_names(b, f); break;
    case FIELD_STR: buf_adds(b, "text"); break;
    case FIELD_STRS: buf_adds(b, "list of texts"); break;
    case FIELD_OBJ: buf_adds(b, "map"); break;
    case FIELD_LIST: buf_adds(b, "list of maps"); break;
    }
}

static void add_differs(struct buf *b, const char *differs)
{
    if (!differs)
        return;
    buf_adds(b, " *");
    markdown_add_cell(b, differs);
    buf_addc(b, '*');
}

/* ---- annotations ------------------------------------------------------------------------- */

static void add_annotation(struct buf *b, const struct annotation_row *row)
{
    buf_addf(b, "| `%s`%s | ", row->name, row->aliased ? " †" : "");
    markdown_add_cell(b, row->type);
    buf_adds(b, " | ");
    markdown_add_cell(b, row->dflt ? row->dflt : "");
    buf_adds(b, " | ");
    markdown_add_cell(b, row->meaning);
    if (row->with)
        buf_addf(b, " Only with `%s`.", row->with);
    if (row->support == ANNOTATION_LATER)
        buf_adds(b, " Without effect.");
    add_differs(b, row->differs);
    buf_addf(b, " | %s |\n", row->field);
}

/* What the lists of conditions.<service> and actions.<service> are made of. */
static void add_parts(struct buf *b, const char *list)
{
    buf_addf(b, "\n### %s.\\<service\\>\n\n| Type | Meaning | Example |\n|---|---|---|\n", list);
    for (size_t i = 0; i < annotation_n_parts; i++) {
        const struct annotation_part *part = &annotation_parts[i];
        if (strcmp(part->list, list) != 0)
            continue;
        buf_addf(b, "| %s | ", part->type);
        markdown_add_cell(b, part->meaning);
        buf_addf(b, " | `%s` |\n", part->example);
    }
}

/* ---- fields ------------------------------------------------------------------------------- */

static void add_path(struct buf *b, const struct path *path)
{
    buf_adds(b, "| `");
    for (size_t i = 0; i < path->n; i++)
        buf_addf(b, "%s%s%s", i ? "." : "", path->names[i], path->is_list[i] ? "[]" : "");
    buf_addc(b, '`');
}

/* What is read by itself has rows of its own, and is ignored only where the rest is read. */
static void add_status(struct buf *b, const struct field *f)
{
    const unsigned flags = f->flags;
    if (flags & F_REQUIRED)
        buf_adds(b, " Required.");
    if (flags & READ_REFUSED)
        buf_adds(b, " Refused, as it is not supported yet.");
    if ((flags & (READ_IGNORED | READ_LATER)) && !f->of)
        buf_adds(b, " Without effect.");
}

static void add_field(struct buf *b, const struct path *path, const struct field *f)
{
    add_path(b, path);
    buf_adds(b, " | ");
    add_type(b, f);
    buf_adds(b, " | ");
    markdown_add_cell(b, f->doc ? f->doc->dflt : "");
    buf_adds(b, " | ");
    markdown_add_cell(b, f->doc ? f->doc->meaning : "");
    add_status(b, f);
    add_differs(b, f->doc ? f->doc->differs : NULL);
    buf_addf(b, " | %s |\n", f->doc ? f->doc->sets : "");
}

static void add_schema(struct buf *b, const struct schema *schema, struct path path)
{
    for (size_t i = 0; i < schema->n_fields && path.n < MAX_DEPTH; i++) {
        const struct field *f = &schema->fields[i];
        struct path here = path;
        here.names[here.n] = f->name;
        here.is_list[here.n++] = f->kind == FIELD_LIST;
        if (f->doc || !f->of)
            add_field(b, &here, f);
        if (f->of)
            add_schema(b, f->of, here);
    }
}

/* ---- nginx ---------------------------------------------------------------------------------- */

static void add_nginx(struct buf *b, const struct nginx_row *row)
{
    buf_addf(b, "| `%s` | %s%s | ", row->name, nginx_verdict_name(row->verdict),
             row->guards && row->verdict == NGINX_IMPOSSIBLE ? " ‡" : "");
    markdown_add_cell(b, row->becomes ? row->becomes : "");
    buf_adds(b, " | ");
    markdown_add_cell(b, row->difference ? row->difference : "");
    buf_adds(b, " |\n");
}

/* ---- the page ------------------------------------------------------------------------------ */

void page_write(struct buf *b)
{
    buf_adds(b, "# Reference\n\n"
                "Made from the tables of the code by `reference_page` (tests/reference); do not "
                "edit. Where the source of the existing controller and its documentation differ, "
                "the row says, *in this type*, which of them is followed.\n\n"
                "An Ingress is read in `networking.k8s.io/v1`, and as clusters before Kubernetes "
                "1.19 had it, in `networking.k8s.io/v1beta1` and `extensions/v1beta1`, an "
                "IngressClass in the first two. A path without `pathType` is Prefix in `v1` and "
                "ImplementationSpecific in the others.\n\n"
                "## Annotations of an Ingress\n\n"
                "All names begin with `" ANNOTATION_PREFIX "`; those with † are also read below "
                "`" NGINX_PREFIX "`, which wins.\n\n"
                "| Annotation | Values | Default | Meaning | ALB field |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < annotation_n_rows; i++)
        add_annotation(b, &annotation_rows[i]);
    add_parts(b, "conditions");
    add_parts(b, "actions");
    buf_adds(b, "\n## What else is read of objects\n\n"
                "| Annotation | Values | Default | Meaning | ALB field |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < own_annotation_n_rows; i++)
        add_annotation(b, &own_annotation_rows[i]);
    buf_adds(b, "\n## Fields of an AlbConfig\n\n"
                "Names count without regard to case; `[]` stands for each element of a list.\n\n"
                "| Field | Type | Default | Meaning | ALB field |\n|---|---|---|---|---|\n");
    add_schema(b, &top_spec_schema, (struct path){ .names = { "spec" }, .n = 1 });
    buf_adds(b,
             "\n## Annotations of nginx\n\n"
             "All names begin with `" NGINX_PREFIX "`; they count in Ingresses of a class with "
             "`" NGINX_CLASS_ANNOTATION ": \"true\"`. The verdict is the best case: "
             "`alb-agent translate --from nginx` tells that of each value. ‡: it guards requests, "
             "so the Ingress is left out.\n\n"
             "| Annotation | Verdict | By | Difference, or why not |\n|---|---|---|---|\n");
    for (size_t i = 0; i < nginx_n_rows; i++)
        add_nginx(b, &nginx_rows[i]);
}
