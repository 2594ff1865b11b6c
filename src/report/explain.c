/* explain.c - what listeners do with one request: 'route' says, this prints. */
#include <stdlib.h>
#include <string.h>

#include "alb-agent/json.h"
#include "report_priv.h"

/* One listener, one direction. */
struct world {
    struct arena *a;
    const struct report_in *in;
    const struct route_request *request;
    const struct resource *listener;
    enum alb_direction direction;
    struct access access;
    LIST_OF(const struct resource *) rows; /* its wanted rules, in order */
    struct route_result result;
};

static const char *const answers[] = {
    [ROUTE_NO] = "no", [ROUTE_MAYBE] = "maybe", [ROUTE_YES] = "yes"
};

static int compare_position(const void *x, const void *y)
{
    const struct resource *const *a = x, *const *b = y;
    return ((*a)->position > (*b)->position) - ((*a)->position < (*b)->position);
}

static void walk(struct world *w)
{
    const struct model *m = w->in->model;
    for (size_t i = 0; i < m->rows.len; i++) {
        const struct resource *r = &m->rows.items[i];
        if (r->kind == RESOURCE_RULE && r->desired && !strcmp(r->lb, w->listener->lb)
            && !strcmp(r->parent, w->listener->key))
            *LIST_PUSH(w->a, &w->rows) = r;
    }
    if (w->rows.len)
        qsort(w->rows.items, w->rows.len, sizeof *w->rows.items, compare_position);
    struct route_rule **rules = arena_array(w->a, w->rows.len, sizeof *rules);
    for (size_t i = 0; i < w->rows.len; i++)
        rules[i] = route_prepare(w->a, w->rows.items[i]->desired);
    route_match(w->a, rules, w->rows.len, w->direction, w->request, &w->result);
}

static const struct resource *row_of(const struct world *w, const struct route_rule *rule)
{
    size_t i = 0;
    while (i + 1 < w->rows.len && w->rows.items[i]->desired != route_source(rule))
        i++;
    return w->rows.items[i]; /* each rule was made from a row */
}

static bool is_response(const struct world *w)
{
    return w->direction == ALB_DIRECTION_RESPONSE;
}

/* Its access lists keep the client out, so that it gets to no rule. */
static bool is_kept_out(const struct world *w)
{
    return w->access.type && w->access.answer == ROUTE_NO;
}

/* ---- scripts -----------------------------------------------------------------------------------
 */

/* Is it a script of the listener that runs before the rules of this direction? */
static bool runs_before(const struct world *w, const struct resource *r)
{
    const struct alb_script *script = r->desired;
    return r->kind == RESOURCE_SCRIPT && script && !strcmp(r->lb, w->listener->lb)
           && !strcmp(r->parent, w->listener->key) && script->enabled.val && script->position
           && !strcmp(script->position, is_response(w) ? "ResponseHead" : "RequestHead");
}

static void add_scripts(struct buf *b, const struct world *w)
{
    for (size_t i = 0; i < w->in->model->rows.len; i++)
        if (runs_before(w, &w->in->model->rows.items[i]))
            buf_addf(
                b,
                "  note  script %s may act on it before the rules do, or instead of them; what "
                "it does is not looked at here\n",
                ((const struct alb_script *)w->in->model->rows.items[i].desired)->name);
}

static void add_scripts_json(cJSON *o, const struct world *w)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < w->in->model->rows.len; i++)
        if (runs_before(w, &w->in->model->rows.items[i]))
            cJSON_AddItemToArray(
                list, cJSON_CreateString(
                          ((const struct alb_script *)w->in->model->rows.items[i].desired)->name));
    if (list->child)
        cJSON_AddItemToObject(o, "scripts", list);
    else
        cJSON_Delete(list);
}

/* ---- text -------------------------------------------------------------------------------- */

static void add_finding(struct buf *b, const struct route_finding *f)
{
    buf_addf(b, "      %-5s ", answers[f->answer]);
    describe_condition(b, f->condition);
    if (f->answer != ROUTE_YES)
        buf_addf(b, "; the request has %s", f->actual ? f->actual : "none");
    if (f->answer == ROUTE_MAYBE)
        buf_addf(b, "; depends on %s", route_doubt_text(f->doubt));
    buf_addc(b, '\n');
}

/* Is it the host alone that tells?  Such rules are counted, not shown. */
static bool is_for_another_host(const struct route_step *s)
{
    for (size_t i = 0; i < s->findings.len; i++)
        if (s->findings.items[i].answer == ROUTE_NO
            && s->findings.items[i].condition->type == ALB_COND_HOST)
            return true;
    return false;
}

static void add_step(struct buf *b, const struct world *w, const struct route_step *s)
{
    static const enum tone tones[] = {
        [ROUTE_NO] = TONE_DIM, [ROUTE_MAYBE] = TONE_CHANGE, [ROUTE_YES] = TONE_GOOD
    };
    const struct resource *r = row_of(w, s->rule);
    tone_begin(b, w->in, tones[s->answer]);
    buf_addf(b, "  %-5s", answers[s->answer]);
    tone_end(b, w->in);
    buf_addf(b, " rule %lld, %s\n", (long long)r->position, r->desired_from);
    for (size_t i = 0; i < s->findings.len; i++)
        if (s->findings.items[i].answer == s->answer)
            add_finding(b, &s->findings.items[i]);
}

static void add_default(struct buf *b, const struct world *w)
{
    const struct alb_listener *l = w->listener->desired;
    buf_adds(b, is_response(w) ? "no rule matches: the response goes out as it is"
                               : "no rule matches: the default action");
    for (size_t i = 0; !is_response(w) && i < l->default_actions.len; i++) {
        buf_adds(b, ", ");
        describe_action(b, &l->default_actions.items[i]);
    }
}

static void add_verdict(struct buf *b, const struct world *w)
{
    buf_addf(b, "%s %s%s: ", w->listener->lb, w->listener->key, is_response(w) ? ", response" : "");
    if (w->result.rule)
        buf_addf(b, "rule %lld", (long long)row_of(w, w->result.rule)->position);
    else
        add_default(b, w);
    for (size_t i = 0; i < w->result.n_actions; i++) {
        buf_adds(b, i ? ", " : ": ");
        describe_action(b, w->result.actions[i]);
    }
    buf_adds(b, w->result.certain ? "\n" : "; unless an earlier rule matches\n");
}

static void world_text(struct buf *b, const struct world *w)
{
    if (is_kept_out(w)) {
        buf_addf(b, "%s %s: not let in: %s\n", w->listener->lb, w->listener->key, w->access.why);
        return;
    }
    add_verdict(b, w);
    if (w->access.type)
        buf_addf(b, "  %-5s let in: %s\n", answers[w->access.answer], w->access.why);
    add_scripts(b, w);
    size_t others = 0;
    for (size_t i = 0; i < w->result.steps.len; i++) {
        const struct route_step *s = &w->result.steps.items[i];
        if (is_for_another_host(s))
            others++;
        else
            add_step(b, w, s);
    }
    if (others)
        buf_addf(b, "  no    %zu rule%s for other hosts\n", others, others == 1 ? "" : "s");
}

/* ---- JSON --------------------------------------------------------------------------------- */

static cJSON *finding_json(const struct route_finding *f)
{
    cJSON *o = cJSON_CreateObject();
    add_string(o, "type", alb_cond_name(f->condition->type));
    add_string(o, "answer", answers[f->answer]);
    add_string(o, "actual", f->actual);
    if (f->value != ROUTE_NO_VALUE)
        cJSON_AddItemToObject(o, "value", json_new_int(f->value));
    if (f->answer == ROUTE_MAYBE)
        add_string(o, "dependsOn", route_doubt_text(f->doubt));
    return o;
}

static cJSON *step_json(const struct world *w, const struct route_step *s)
{
    const struct resource *r = row_of(w, s->rule);
    cJSON *o = cJSON_CreateObject();
    cJSON_AddItemToObject(o, "position", json_new_int(r->position));
    add_string(o, "key", r->key);
    add_string(o, "from", r->desired_from);
    add_string(o, "answer", answers[s->answer]);
    cJSON *conditions = cJSON_AddArrayToObject(o, "conditions");
    for (size_t i = 0; i < s->findings.len; i++)
        cJSON_AddItemToArray(conditions, finding_json(&s->findings.items[i]));
    return o;
}

static void add_action_json(cJSON *array, const struct alb_rule_action *action)
{
    cJSON_AddItemToArray(array,
                         schema_to_json(&alb_rule_action_schema, action, SCHEMA_JSON_REDACT));
}

static cJSON *access_json(const struct access *access)
{
    cJSON *o = cJSON_CreateObject();
    add_string(o, "answer", answers[access->answer]);
    add_string(o, "type", access->type);
    add_string(o, "reason", access->why);
    return o;
}

static cJSON *world_json(const struct world *w)
{
    const struct alb_listener *l = w->listener->desired;
    cJSON *o = cJSON_CreateObject();
    add_string(o, "loadBalancer", w->listener->lb);
    add_string(o, "listener", w->listener->key);
    add_string(o, "direction", is_response(w) ? "Response" : "Request");
    cJSON_AddBoolToObject(o, "certain", w->result.certain);
    if (w->access.type)
        cJSON_AddItemToObject(o, "access", access_json(&w->access));
    if (!is_kept_out(w))
        add_scripts_json(o, w);
    if (w->result.rule)
        add_string(o, "rule", row_of(w, w->result.rule)->key);
    cJSON *actions = cJSON_AddArrayToObject(o, "actions");
    for (size_t i = 0; i < w->result.n_actions; i++)
        add_action_json(actions, w->result.actions[i]);
    const bool by_default = !w->result.rule && !is_response(w) && !is_kept_out(w);
    for (size_t i = 0; by_default && i < l->default_actions.len; i++)
        add_action_json(actions, &l->default_actions.items[i]);
    cJSON *tried = cJSON_AddArrayToObject(o, "tried");
    for (size_t i = 0; i < w->result.steps.len; i++)
        cJSON_AddItemToArray(tried, step_json(w, &w->result.steps.items[i]));
    return o;
}

static void add_pairs_json(cJSON *o, const char *name, const struct route_pair *pairs, size_t n)
{
    cJSON *array = n ? cJSON_AddArrayToObject(o, name) : NULL;
    for (size_t i = 0; i < n; i++) {
        cJSON *pair = cJSON_CreateObject();
        add_string(pair, "name", pairs[i].key);
        add_string(pair, "value", pairs[i].value);
        cJSON_AddItemToArray(array, pair);
    }
}

static cJSON *request_json(const struct route_request *q)
{
    cJSON *o = cJSON_CreateObject();
    add_string(o, "method", q->method);
    add_string(o, "host", q->host);
    add_string(o, "path", q->path);
    add_string(o, "query", q->query);
    add_pairs_json(o, "headers", q->headers.items, q->headers.len);
    add_string(o, "source", q->source);
    add_string(o, "status", q->status);
    add_pairs_json(o, "responseHeaders", q->response_headers.items, q->response_headers.len);
    return o;
}

/* ---- all listeners -------------------------------------------------------------------------- */

static bool is_asked(const struct resource *r, const char *listener)
{
    if (r->kind != RESOURCE_LISTENER || !r->desired)
        return false;
    size_t n = listener ? strlen(listener) : 0;
    return !listener || (!strncmp(r->key, listener, n) && (!r->key[n] || r->key[n] == '/'));
}

static void explain_one(struct buf *b, cJSON *list, const struct report_in *in,
                        const struct route_request *request, const struct resource *listener,
                        enum alb_direction direction)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct world w = {
        .a = &a, .in = in, .request = request, .listener = listener, .direction = direction
    };
    if (!is_response(&w))
        w.access = access_of(&a, in->model, listener, request->source);
    if (is_kept_out(&w))
        w.result.certain = true;
    else
        walk(&w);
    if (list)
        cJSON_AddItemToArray(list, world_json(&w));
    else
        world_text(b, &w);
}

size_t report_explain(struct buf *b, const struct report_in *in,
                      const struct route_request *request, const char *listener)
{
    cJSON *doc = in->format == REPORT_TEXT ? NULL : cJSON_CreateObject();
    if (doc)
        cJSON_AddItemToObject(doc, "request", request_json(request));
    cJSON *list = doc ? cJSON_AddArrayToObject(doc, "listeners") : NULL;
    size_t n = 0;
    for (size_t i = 0; i < in->model->rows.len; i++) {
        const struct resource *r = &in->model->rows.items[i];
        if (!is_asked(r, listener))
            continue;
        n++;
        explain_one(b, list, in, request, r, ALB_DIRECTION_REQUEST);
        if (request->status || request->response_headers.len)
            explain_one(b, list, in, request, r, ALB_DIRECTION_RESPONSE);
    }
    if (doc) {
        cJSON_AddItemToObject(doc, "notes", notes_json(in));
        add_document(b, in, doc);
    } else {
        report_notes_text(b, in);
        buf_addf(b, "Explain: %zu listener%s\n", n, n == 1 ? "" : "s");
    }
    return n;
}
