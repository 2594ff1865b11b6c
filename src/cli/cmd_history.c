/* cmd_history.c - what was wanted and what was done about it: history, show, diff. */
#include <inttypes.h>
#include <string.h>

#include "alb-agent/clock.h"
#include "alb-agent/json.h"
#include "alb-agent/number.h"
#include "cli.h"

enum { HISTORY_MAX = 1000 };

static void add_text(cJSON *obj, const char *name, const char *text)
{
    cJSON_AddItemToObject(obj, name, text && *text ? cJSON_CreateString(text) : cJSON_CreateNull());
}

static void add_time(cJSON *obj, const char *name, int64_t ms)
{
    char text[TIME_TEXT];
    add_text(obj, name, ms ? time_format(ms, text) : NULL);
}

static void print_json(const cJSON *json)
{
    struct buf b CLEANUP(buf_done) = { .max = (size_t)1 << 30 };
    json_write(&b, json, false);
    buf_addc(&b, '\n');
    cli_print(&b);
}

/* Opens the state file alone; the cloud is not asked. */
static bool open_state(struct session *s, const struct options *o, struct error *err)
{
    return open_session(s, o, STORE_SNAPSHOT, false, err);
}

/* ---- history ----------------------------------------------------------------------------- */

static void add_entry_text(struct buf *b, const struct store_entry *e)
{
    char at[TIME_TEXT];
    if (e->is_revision)
        buf_addf(b, "%s  %s@%" PRId64 "  wanted as of %s\n", time_format(e->at, at), e->lb,
                 e->number, e->cause ? e->cause : "?");
    else
        buf_addf(b, "%s  %s  call %" PRId64 "  %s  %s%s%s%s%s%s\n", time_format(e->at, at), e->lb,
                 e->number, e->action, e->state, e->code ? " " : "", e->code ? e->code : "",
                 e->cause && *e->cause ? "  (" : "", e->cause ? e->cause : "",
                 e->cause && *e->cause ? ")" : "");
}

static cJSON *entry_json(const struct store_entry *e)
{
    cJSON *o = cJSON_CreateObject();
    add_time(o, "at", e->at);
    add_text(o, "loadBalancer", e->lb);
    cJSON_AddItemToObject(o, e->is_revision ? "revision" : "call", json_new_int(e->number));
    add_text(o, "cause", e->cause);
    if (e->is_revision)
        return o;
    add_text(o, "action", e->action);
    add_text(o, "resource", e->resource);
    add_text(o, "state", e->state);
    add_text(o, "code", e->code);
    add_text(o, "requestId", e->request_id);
    return o;
}

static enum exit_code history_run(const struct cmd *cmd, struct options *o)
{
    struct error err;
    struct session s CLEANUP(session_close) = { 0 };
    store_entries list = { 0 };
    if (o->args.len > 1) {
        (void)error_set(&err, ERROR_INVALID, "%s: give one load balancer, or none for all",
                        cmd->name);
        return cli_fail(&err);
    }
    if (!open_state(&s, o, &err))
        return cli_fail(&err);
    const char *lb = o->args.len ? session_lb_name(&s, o->args.items[0]) : NULL;
    if (!store_history(s.store, lb, HISTORY_MAX, &s.arena, &list, &err))
        return cli_fail(&err);
    if (format_of(o) == REPORT_JSON) {
        cJSON *array CLEANUP(json_done) = cJSON_CreateArray();
        for (size_t i = 0; i < list.len; i++)
            cJSON_AddItemToArray(array, entry_json(&list.items[i]));
        print_json(array);
        return EXIT_DONE;
    }
    struct buf b CLEANUP(buf_done) = { .max = (size_t)1 << 30 };
    for (size_t i = 0; i < list.len; i++)
        add_entry_text(&b, &list.items[i]);
    buf_addf(&b, "History: %zu entr%s%s\n", list.len, list.len == 1 ? "y" : "ies",
             list.len == HISTORY_MAX ? ", the newest; there may be more" : "");
    cli_print(&b);
    return EXIT_DONE;
}

const struct cmd cmd_history = {
    .name = "history",
    .usage = "[LB] [flags]",
    .summary = "Show what was wanted of load balancers and which calls were made.",
    .help = "Revisions are written LB@NUMBER; see 'show' and 'diff'.  Makes no call and needs no\n"
            "lock.  Shows the newest 1000 entries, oldest first.\n"
            "Exit codes: 0 shown, 1 error.",
    .opts = OPTS_CLOUD | OPT_WORDS,
    .outputs = "text|json",
    .run = history_run,
};

/* ---- show -------------------------------------------------------------------------------- */

/* "web@3" as load balancer and number; false when it is no such name. */
static bool parse_revision(struct session *s, const char *text, const char **lb, int64_t *number)
{
    const char *at = strrchr(text, '@');
    if (!at || at == text)
        return false;
    *lb = session_lb_name(s, arena_strndup(&s->arena, text, (size_t)(at - text)));
    return number_parse(at + 1, strlen(at + 1), number) && *number > 0;
}

static cJSON *parsed(const char *text)
{
    struct error err;
    cJSON *json = NULL;
    if (!text)
        return cJSON_CreateNull();
    return json_parse(text, strlen(text), &json, &err) ? json : cJSON_CreateString(text);
}

static bool show_call(struct session *s, int64_t id, struct error *err)
{
    struct store_call c;
    struct store_outcome r;
    if (!store_call_read(s->store, id, &s->arena, &c, &r, err))
        return false;
    cJSON *o CLEANUP(json_done) = cJSON_CreateObject();
    cJSON_AddItemToObject(o, "call", json_new_int(id));
    add_text(o, "loadBalancer", c.lb);
    add_text(o, "lane", c.lane);
    add_text(o, "resource", c.resource);
    add_text(o, "action", c.action);
    add_text(o, "cause", c.cause);
    add_text(o, "clientToken", c.client_token);
    cJSON_AddItemToObject(o, "params", parsed(c.params));
    add_text(o, "state", r.state);
    add_time(o, "sentAt", c.sent_at);
    add_time(o, "doneAt", r.done_at);
    if (r.http_status)
        cJSON_AddItemToObject(o, "httpStatus", json_new_int(r.http_status));
    add_text(o, "code", r.code);
    add_text(o, "requestId", r.request_id);
    cJSON_AddItemToObject(o, "reply", parsed(r.reply));
    print_json(o);
    return true;
}

static bool show_revision(struct session *s, const char *lb, int64_t number, struct error *err)
{
    struct store_revision r;
    if (!store_revision_read(s->store, lb, number, &s->arena, &r, err))
        return false;
    cJSON *o CLEANUP(json_done) = cJSON_CreateObject();
    add_text(o, "loadBalancer", lb);
    cJSON_AddItemToObject(o, "revision", json_new_int(number));
    add_time(o, "madeAt", r.made_at);
    add_text(o, "cause", r.cause);
    cJSON_AddItemToObject(o, "resources", parsed(r.document));
    print_json(o);
    return true;
}

static enum exit_code show_run(const struct cmd *cmd, struct options *o)
{
    struct error err;
    struct session s CLEANUP(session_close) = { 0 };
    const char *lb;
    int64_t number;
    if (o->args.len != 1) {
        (void)error_set(&err, ERROR_INVALID, "%s: give the number of a call, or LB@REVISION",
                        cmd->name);
        return cli_fail(&err);
    }
    const char *what = o->args.items[0];
    if (!open_state(&s, o, &err))
        return cli_fail(&err);
    if (parse_revision(&s, what, &lb, &number))
        return show_revision(&s, lb, number, &err) ? EXIT_DONE : cli_fail(&err);
    if (!number_parse(what, strlen(what), &number) || !number) {
        (void)error_set(&err, ERROR_INVALID,
                        "%s: '%s' is neither the number of a call nor LB@REVISION", cmd->name,
                        what);
        return cli_fail(&err);
    }
    return show_call(&s, number, &err) ? EXIT_DONE : cli_fail(&err);
}

const struct cmd cmd_show = {
    .name = "show",
    .usage = "CALL | LB@REVISION [flags]",
    .summary = "Show one call of the history, or one wanted state, as JSON.",
    .help = "A call has its parameters, without secrets, and what the cloud answered.  Makes no\n"
            "call and needs no lock.\nExit codes: 0 shown, 1 error.",
    .opts = OPTS_CLOUD | OPT_WORDS,
    .outputs = "json",
    .run = show_run,
};

/* ---- diff -------------------------------------------------------------------------------- */

/* A row of a revision, decoded. */
static void *row_object(struct arena *a, const char *name, const cJSON *row,
                        enum resource_kind *kind)
{
    struct error err;
    const char *blank = strchr(name, ' ');
    *kind = resource_kind_find(arena_strndup(a, name, blank ? (size_t)(blank - name) : 0));
    const struct schema *schema = resource_schema(*kind);
    void *obj = schema ? arena_alloc(a, schema->size) : NULL;
    if (!obj || !schema_from_json(a, schema, obj, json_get(row, "desired"), SCHEMA_LENIENT, &err))
        return NULL;
    return obj;
}

struct differ {
    struct arena arena;
    struct buf text;
    size_t added, removed, changed;
};

static void diff_row(struct differ *d, const char *name, const cJSON *old, const cJSON *new)
{
    enum resource_kind kind;
    change_list changes = { 0 };
    const void *before = row_object(&d->arena, name, old, &kind);
    const void *after = row_object(&d->arena, name, new, &kind);
    int64_t from = json_int(old, "position", 0), to = json_int(new, "position", 0);
    if (!before || !after)
        return;
    (void)schema_diff(&d->arena, resource_schema(kind), after, before, &changes);
    if (!changes.len && from == to)
        return;
    d->changed++;
    buf_addf(&d->text, "~ %s\n", name);
    for (size_t i = 0; i < changes.len; i++) {
        const struct change *c = &changes.items[i];
        buf_addf(&d->text, "    %s: %s -> %s\n", c->path, *c->before ? c->before : "not set",
                 *c->after ? c->after : "not set");
    }
    if (from != to)
        buf_addf(&d->text, "    position: %" PRId64 " -> %" PRId64 "\n", from, to);
}

static void diff_documents(struct differ *d, const cJSON *old, const cJSON *new)
{
    const cJSON *row;
    cJSON_ArrayForEach (row, old) {
        const cJSON *other = cJSON_GetObjectItemCaseSensitive(new, row->string);
        if (other) {
            diff_row(d, row->string, row, other);
        } else {
            d->removed++;
            buf_addf(&d->text, "- %s\n", row->string);
        }
    }
    cJSON_ArrayForEach (row, new) {
        if (cJSON_GetObjectItemCaseSensitive(old, row->string))
            continue;
        d->added++;
        buf_addf(&d->text, "+ %s\n", row->string);
    }
}

static void differ_done(struct differ *d)
{
    buf_done(&d->text);
    arena_done(&d->arena);
}

static bool read_document(struct session *s, const char *name, cJSON **out, struct error *err)
{
    const char *lb;
    int64_t number;
    struct store_revision r;
    if (!parse_revision(s, name, &lb, &number))
        return error_set(err, ERROR_INVALID, "diff: '%s' is no LB@REVISION", name);
    if (!store_revision_read(s->store, lb, number, &s->arena, &r, err))
        return false;
    *out = parsed(r.document);
    return true;
}

static enum exit_code diff_run(const struct cmd *cmd, struct options *o)
{
    struct error err;
    struct session s CLEANUP(session_close) = { 0 };
    cJSON *old CLEANUP(json_done) = NULL, *new CLEANUP(json_done) = NULL;
    struct differ d CLEANUP(differ_done) = { .text = { .max = (size_t)1 << 30 } };
    if (o->args.len != 2) {
        (void)error_set(&err, ERROR_INVALID, "%s: give two revisions, as web@3 web@4", cmd->name);
        return cli_fail(&err);
    }
    if (!open_state(&s, o, &err) || !read_document(&s, o->args.items[0], &old, &err)
        || !read_document(&s, o->args.items[1], &new, &err))
        return cli_fail(&err);
    diff_documents(&d, old, new);
    buf_addf(&d.text, "Diff: %zu added, %zu changed, %zu removed\n", d.added, d.changed, d.removed);
    cli_print(&d.text);
    return d.added + d.changed + d.removed ? EXIT_CHANGES : EXIT_DONE;
}

const struct cmd cmd_diff = {
    .name = "diff",
    .usage = "LB@A LB@B [flags]",
    .summary = "Show what differs between two wanted states.",
    .help = "The two may be of two load balancers.  Makes no call and needs no lock.\n"
            "Exit codes: 0 nothing differs, 1 error, 2 something does.",
    .opts = OPTS_CLOUD | OPT_WORDS,
    .outputs = "text",
    .run = diff_run,
};
