/* cmd_translate.c - what manifests ask for, without the cloud. */
#include <stdio.h>
#include <string.h>

#include "alb-agent/json.h"
#include "alb-agent/nginx.h"
#include "alb-agent/yaml.h"
#include "cli.h"

/* "?eni(10.1.0.9)", "?vswitch(vsw-1)": a fact that only the cloud knows. */
static const char *need_text(struct arena *a, const struct fact_need *need)
{
    const char *slash = need->kind == FACT_ENI ? strchr(need->key, '/') : NULL;
    return arena_fmt(a, "?%s(%s)", fact_kind_name(need->kind), slash ? slash + 1 : need->key);
}

typedef LIST_OF(const struct object *) object_list;

/* ---- annotations of nginx ------------------------------------------------------------------ */

static void add_text(cJSON *to, const char *name, const char *text)
{
    if (text)
        (void)cJSON_AddStringToObject(to, name, text);
}

static void print_note_text(struct buf *b, const struct nginx_note *n)
{
    buf_addf(b, "Ingress %s/%s (%s) %s: %s", n->ingress->ns, n->ingress->name, n->ingress->origin,
             n->annotation, nginx_verdict_name(n->verdict));
    if (n->becomes)
        buf_addf(b, ", by %s", n->becomes);
    if (n->difference)
        buf_addf(b, ": %s", n->difference);
    buf_addc(b, '\n');
}

static cJSON *note_json(struct arena *a, const struct nginx_note *n)
{
    cJSON *json = cJSON_CreateObject();
    add_text(json, "ingress", arena_fmt(a, "%s/%s", n->ingress->ns, n->ingress->name));
    add_text(json, "origin", n->ingress->origin);
    add_text(json, "annotation", n->annotation);
    add_text(json, "value", n->value);
    add_text(json, "verdict", nginx_verdict_name(n->verdict));
    add_text(json, "by", n->becomes);
    add_text(json, "difference", n->difference);
    return json;
}

static void print_notes(struct session *s, const struct options *o, const nginx_notes *notes)
{
    struct buf b CLEANUP(buf_done) = { .max = (size_t)1 << 30 };
    cJSON *doc CLEANUP(json_done) = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(doc, "annotations");
    for (size_t i = 0; i < notes->len; i++)
        if (format_of(o) == REPORT_TEXT)
            print_note_text(&b, &notes->items[i]);
        else
            cJSON_AddItemToArray(list, note_json(&s->arena, &notes->items[i]));
    if (format_of(o) == REPORT_YAML)
        yaml_write(&b, doc);
    else if (format_of(o) == REPORT_JSON)
        json_write(&b, doc, false);
    if (format_of(o) == REPORT_JSON)
        buf_addc(&b, '\n');
    cli_print(&b);
}

/* An ALB Ingress, under comments that say what is not carried over just so.  Of one that would let
 * in requests that nginx keeps out there are comments alone; returns false then. */
static bool print_ingress(struct buf *b, const struct object *alb, const nginx_notes *notes)
{
    bool guarded = false;
    for (size_t i = 0; i < notes->len; i++) {
        const struct nginx_note *n = &notes->items[i];
        if (n->ingress->name != alb->name || !n->difference)
            continue;
        guarded = guarded || n->guards;
        buf_addf(b, "# %s: %s: %s\n", n->annotation, nginx_verdict_name(n->verdict), n->difference);
    }
    if (guarded)
        buf_addf(b, "# Ingress %s/%s is left out, as without that anybody could get in.\n", alb->ns,
                 alb->name);
    else
        yaml_write(b, object_body(alb));
    return !guarded;
}

/* Returns whether all are there. */
static bool print_ingresses(const object_list *ingresses, const nginx_notes *notes)
{
    struct buf b CLEANUP(buf_done) = { .max = (size_t)1 << 30 };
    bool all = true;
    for (size_t i = 0; i < ingresses->len; i++) {
        buf_adds(&b, i ? "---\n" : "");
        all = print_ingress(&b, ingresses->items[i], notes) && all;
    }
    cli_print(&b);
    return all;
}

static enum exit_code nginx_run(struct session *s, const struct options *o)
{
    object_list ingresses = { 0 };
    nginx_notes notes = { 0 };
    size_t n = 0;
    struct object *const *all = object_set_kind(&s->objects, OBJECT_INGRESS, &n);
    for (size_t i = 0; i < n; i++)
        if (o->from || nginx_is_asked(&s->objects, all[i]))
            *LIST_PUSH(&s->arena, &ingresses) = nginx_to_alb(&s->arena, all[i], &notes);
    bool whole = !s->objects.incomplete;
    if (!strcmp(o->output, "ingress"))
        whole = print_ingresses(&ingresses, &notes) && whole;
    else
        print_notes(s, o, &notes);
    for (size_t i = 0; i < s->objects.problems.len; i++)
        (void)fprintf(stderr, "%s: %s\n", s->objects.problems.items[i].origin,
                      s->objects.problems.items[i].msg);
    return whole ? EXIT_DONE : EXIT_INVALID;
}

/* ---- resources ------------------------------------------------------------------------------- */

static enum exit_code resources_run(struct session *s, const struct options *o)
{
    struct error err;
    if (!session_translate(s, &err))
        return cli_fail(&err);
    LIST_OF(const char *) needs = { 0 };
    for (size_t i = 0; i < s->wanted.needs.len; i++)
        *LIST_PUSH(&s->arena, &needs) = need_text(&s->arena, &s->wanted.needs.items[i]);
    struct report_in in;
    fill_report(s, o, &in);
    struct buf b CLEANUP(buf_done) = { .max = (size_t)1 << 30 };
    report_desired(&b, &in, needs.items, needs.len);
    cli_print(&b);
    return s->has_roots ? notes_exit(s) : EXIT_INVALID;
}

static bool check_options(const struct options *o, struct error *err)
{
    if (!o->files.len)
        return error_set(err, ERROR_INVALID, "translate: no manifests; give them with -f PATH");
    if (o->from && strcmp(o->from, "nginx") != 0)
        return error_set(err, ERROR_INVALID, "translate: --from '%s': use nginx", o->from);
    return true;
}

static enum exit_code translate_run(const struct cmd *cmd, struct options *o)
{
    (void)cmd;
    struct error err;
    if (!check_options(o, &err))
        return cli_fail(&err);
    struct session s CLEANUP(session_close) = { 0 };
    if (!open_session(&s, o, STORE_SNAPSHOT, false, &err) || !session_read_source(&s, &err))
        return cli_fail(&err);
    bool nginx = o->from || !strcmp(o->output, "ingress");
    return nginx ? nginx_run(&s, o) : resources_run(&s, o);
}

const struct cmd cmd_translate = {
    .name = "translate",
    .usage = "-f PATH... [--from nginx] [flags]",
    .summary = "Show the ALB resources that the manifests ask for.",
    .help =
        "Makes no call: what only the cloud knows is taken from the state file, or listed as\n"
        "missing, as ?eni(10.1.0.9) for the network interface of an address.\n"
        "--from nginx says of each annotation nginx.ingress.kubernetes.io/* whether ALB does the\n"
        "same: exact, approximate (with the difference) or impossible.  -o ingress prints the\n"
        "Ingresses of classes with the annotation alb-agent/nginx: \"true\" as ALB Ingresses, "
        "with\n"
        "--from nginx all of them; one with an annotation that guards requests and is impossible\n"
        "is left out.\n"
        "Exit codes: 0 translated, 1 error, 4 a manifest or an object was left out.",
    .opts = OPT_FILE | OPTS_CLOUD | OPT_FROM,
    .outputs = "yaml|json|text|ingress",
    .run = translate_run,
};
