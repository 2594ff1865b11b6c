/* plan.c - a plan as text and as JSON. */
#include <string.h>

#include "alb-agent/json.h"
#include "report_priv.h"

static void add_verdict(struct buf *b, const struct report_in *in, const struct plan *plan)
{
    if (in->incomplete)
        buf_adds(b, "Source incomplete: nothing will be deleted. ");
    for (size_t i = 0; i < plan->refusals.len; i++)
        if (plan->refusals.items[i].lb) {
            tone_begin(b, in, TONE_BAD);
            buf_adds(b, plan->refusals.items[i].quota ? "Refused: a quota would be exceeded."
                                                      : "Refused: see below.");
            tone_end(b, in);
            buf_addc(b, '\n');
            return;
        }
    if (!plan->steps.len) {
        tone_begin(b, in, TONE_GOOD);
        report_in_sync(b, in);
        buf_adds(b, ": nothing to do.");
    } else {
        tone_begin(b, in, TONE_CHANGE);
        buf_addf(b, "Not in sync: %zu call%s would change %zu resource%s.", plan->steps.len,
                 plan->steps.len == 1 ? "" : "s", plan->add + plan->change + plan->destroy,
                 plan->add + plan->change + plan->destroy == 1 ? "" : "s");
    }
    tone_end(b, in);
    buf_addc(b, '\n');
}

static char sign_of(enum step_op op)
{
    switch (op) {
    case STEP_CREATE: return '+';
    case STEP_UPDATE: return '~';
    case STEP_DELETE: break;
    }
    return '-';
}

static enum tone tone_of(enum step_op op)
{
    return op == STEP_CREATE ? TONE_GOOD : op == STEP_UPDATE ? TONE_CHANGE : TONE_BAD;
}

static void add_items(struct buf *b, const struct report_in *in, const struct step *step)
{
    for (size_t i = 0; i < step->items.len; i++) {
        const struct step_item *item = &step->items.items[i];
        const struct resource *r = model_find(in->model, step->lb, item->kind, item->key);
        buf_addf(b, "      %s %s", resource_kind_name(item->kind),
                 item->kind == RESOURCE_RULE ? item->parent : item->key);
        if (r && r->cloud_id)
            buf_addf(b, " [%s]", r->cloud_id);
        const void *obj = r && r->desired ? r->desired
                          : item->after   ? item->after
                          : r             ? r->actual
                                          : NULL;
        if (obj) {
            buf_adds(b, ": ");
            report_describe(b, item->kind, obj);
        }
        buf_addc(b, '\n');
    }
}

static const char *const verdict_words[] = {
    [VERDICT_NONE] = "",
    [VERDICT_ACCEPTED] = "accepts",
    [VERDICT_REFUSED] = "refuses",
    [VERDICT_UNVERIFIABLE] = "not verifiable",
};

static void add_verdict_of(struct buf *b, const struct report_in *in, size_t step)
{
    const struct step_verdict *v = &in->verdicts[step];
    tone_begin(b, in, v->verdict == VERDICT_REFUSED ? TONE_BAD : TONE_DIM);
    buf_addf(b, "        cloud: %s%s%s", verdict_words[v->verdict], *v->why ? ": " : "", v->why);
    tone_end(b, in);
    buf_addc(b, '\n');
}

/* "after: 1, 3 (ServerGroup shop/tea:80 to exist)". */
static void add_after(struct buf *b, const struct report_in *in, const struct step *step)
{
    if (!step->waits && !step->after.len)
        return;
    tone_begin(b, in, TONE_DIM);
    buf_adds(b, "        after: ");
    for (size_t i = 0; i < step->after.len; i++)
        buf_addf(b, "%s%zu", i ? ", " : "", step->after.items[i] + 1);
    if (step->waits)
        buf_addf(b, step->after.len ? " (%s)" : "%s", step->waits);
    tone_end(b, in);
    buf_addc(b, '\n');
}

/* Numbers are places in the order of sending. */
static void add_step(struct buf *b, const struct report_in *in, const struct step *step, size_t n)
{
    buf_addf(b, "%3zu. ", n + 1);
    tone_begin(b, in, tone_of(step->op));
    buf_addf(b, "%c %s", sign_of(step->op), step->action);
    tone_end(b, in);
    if (step->cause)
        buf_addf(b, "  (%s)", step->cause);
    buf_addc(b, '\n');
    add_items(b, in, step);
    if (step->disrupts) {
        tone_begin(b, in, TONE_BAD);
        buf_adds(b, "        not hitless: until the plan is done, requests may go astray");
        tone_end(b, in);
        buf_addc(b, '\n');
    }
    if (step->op != STEP_DELETE)
        add_text_changes(b, in, &step->changes, "        ");
    add_after(b, in, step);
    if (in->verdicts)
        add_verdict_of(b, in, n);
}

/* The steps of one load balancer [first, end): those that destroy or are not hitless before the
 * others. */
static void add_steps(struct buf *b, const struct report_in *in, const struct plan *plan,
                      size_t first, size_t end)
{
    buf_addf(b, "%s\n", plan->steps.items[first].lb);
    for (int harmful = 1; harmful >= 0; harmful--)
        for (size_t i = first; i < end; i++) {
            const struct step *step = &plan->steps.items[i];
            if ((step->op == STEP_DELETE || step->disrupts) == harmful)
                add_step(b, in, step, i);
        }
}

static bool is_lb_orphan(const struct resource *r)
{
    return r->kind == RESOURCE_LOAD_BALANCER && r->ours && !r->desired && r->actual;
}

static void add_orphans(struct buf *b, const struct report_in *in, const struct plan *plan)
{
    for (size_t i = 0; i < in->model->rows.len; i++) {
        const struct resource *r = &in->model->rows.items[i];
        bool destroyed = false;
        for (size_t j = 0; j < plan->steps.len; j++)
            destroyed = destroyed || !strcmp(plan->steps.items[j].lb, r->lb);
        if (is_lb_orphan(r) && !destroyed)
            buf_addf(b,
                     "orphan: load balancer %s [%s] has no AlbConfig any more and stays as it is; "
                     "remove it with: alb-agent apply --destroy %s\n",
                     r->lb, r->cloud_id, r->lb);
    }
}

/* Of all load balancers together; of rules, those of the fullest: that is the one to know of. */
static struct plan_lb total(const struct plan *plan)
{
    struct plan_lb sum = { .hitless = true };
    for (size_t i = 0; i < plan->lbs.len; i++) {
        const struct plan_lb *lb = &plan->lbs.items[i];
        sum.least_calls += lb->least_calls;
        sum.hitless = sum.hitless && lb->hitless;
        if (!sum.rules_limit || lb->rules * sum.rules_limit > sum.rules * lb->rules_limit) {
            sum.rules = lb->rules;
            sum.rules_limit = lb->rules_limit;
        }
    }
    return sum;
}

static void add_summary(struct buf *b, const struct plan *plan)
{
    const struct plan_lb sum = total(plan);
    buf_addf(b, "Plan: %zu to add, %zu to change, %zu to destroy \u00b7 %zu call%s", plan->add,
             plan->change, plan->destroy, plan->steps.len, plan->steps.len == 1 ? "" : "s");
    if (sum.least_calls)
        buf_addf(b, " (at least %zu)", sum.least_calls);
    buf_addf(b, " \u00b7 %s", sum.hitless ? "hitless" : "not hitless");
    if (sum.rules_limit)
        buf_addf(b, " \u00b7 rules %zu/%zu", sum.rules, sum.rules_limit);
    buf_addc(b, '\n');
}

static void plan_text(struct buf *b, const struct report_in *in, const struct plan *plan)
{
    add_verdict(b, in, plan);
    report_notes_text(b, in);
    for (size_t i = 0; i < plan->refusals.len; i++)
        buf_addf(b, "refused: %s: %s\n", plan->refusals.items[i].lb,
                 plan->refusals.items[i].message);
    for (size_t i = 0; i < plan->warnings.len; i++) {
        const struct plan_warning *w = &plan->warnings.items[i];
        buf_addf(b, "warning: %s: %s %s: %s\n", w->lb, resource_kind_name(w->kind), w->key,
                 w->message);
    }
    for (size_t i = 0, end = 0; i < plan->steps.len; i = end) {
        while (end < plan->steps.len && !strcmp(plan->steps.items[end].lb, plan->steps.items[i].lb))
            end++;
        add_steps(b, in, plan, i, end);
    }
    add_orphans(b, in, plan);
    add_summary(b, plan);
}

/* ---- JSON ------------------------------------------------------------------------------ */

static cJSON *params_json(const alb_params *params)
{
    cJSON *obj = cJSON_CreateObject();
    for (size_t i = 0; i < params->len; i++)
        add_string(obj, params->items[i].name, params->items[i].value);
    return obj;
}

static cJSON *verdict_json(const struct step_verdict *v)
{
    cJSON *o = cJSON_CreateObject();
    add_string(o, "verdict", verdict_words[v->verdict]);
    add_string(o, "reason", *v->why ? v->why : NULL);
    return o;
}

static cJSON *step_json(const struct step *step, size_t n)
{
    static const char *const ops[] = {
        [STEP_CREATE] = "create",
        [STEP_UPDATE] = "update",
        [STEP_DELETE] = "delete",
    };
    cJSON *s = cJSON_CreateObject(), *items = cJSON_CreateArray();
    cJSON_AddItemToObject(s, "order", json_new_int((int64_t)n + 1));
    add_string(s, "loadBalancer", step->lb);
    add_string(s, "op", ops[step->op]);
    add_string(s, "action", step->action);
    add_string(s, "cause", step->cause);
    add_string(s, "waits", step->waits);
    cJSON_AddItemToObject(s, "hitless", cJSON_CreateBool(!step->disrupts));
    cJSON *after = cJSON_AddArrayToObject(s, "dependencies");
    for (size_t i = 0; i < step->after.len; i++)
        cJSON_AddItemToArray(after, json_new_int((int64_t)step->after.items[i] + 1));
    for (size_t i = 0; i < step->items.len; i++) {
        cJSON *item = cJSON_CreateObject();
        add_string(item, "kind", resource_kind_name(step->items.items[i].kind));
        add_string(item, "key", step->items.items[i].key);
        cJSON_AddItemToArray(items, item);
    }
    cJSON_AddItemToObject(s, "resources", items);
    cJSON_AddItemToObject(s, "changes", changes_json(&step->changes));
    cJSON_AddItemToObject(s, "params", params_json(&step->params));
    return s;
}

static cJSON *lb_json(const struct plan_lb *lb)
{
    cJSON *o = cJSON_CreateObject();
    add_string(o, "name", lb->lb);
    cJSON_AddItemToObject(o, "add", json_new_int((int64_t)lb->add));
    cJSON_AddItemToObject(o, "change", json_new_int((int64_t)lb->change));
    cJSON_AddItemToObject(o, "destroy", json_new_int((int64_t)lb->destroy));
    cJSON_AddItemToObject(o, "leastCalls", json_new_int((int64_t)lb->least_calls));
    cJSON_AddItemToObject(o, "rules", json_new_int((int64_t)lb->rules));
    cJSON_AddItemToObject(o, "rulesLimit", json_new_int((int64_t)lb->rules_limit));
    cJSON_AddItemToObject(o, "hitless", cJSON_CreateBool(lb->hitless));
    cJSON_AddItemToObject(o, "refused", cJSON_CreateBool(lb->refused));
    return o;
}

static cJSON *refusals_json(const struct plan *plan)
{
    cJSON *array = cJSON_CreateArray();
    for (size_t i = 0; i < plan->refusals.len; i++) {
        cJSON *o = cJSON_CreateObject();
        add_string(o, "loadBalancer", plan->refusals.items[i].lb);
        cJSON_AddItemToObject(o, "quota", cJSON_CreateBool(plan->refusals.items[i].quota));
        add_string(o, "message", plan->refusals.items[i].message);
        cJSON_AddItemToArray(array, o);
    }
    return array;
}

static cJSON *warnings_json(const struct plan *plan)
{
    cJSON *array = cJSON_CreateArray();
    for (size_t i = 0; i < plan->warnings.len; i++) {
        const struct plan_warning *w = &plan->warnings.items[i];
        cJSON *o = cJSON_CreateObject();
        add_string(o, "loadBalancer", w->lb);
        add_string(o, "kind", resource_kind_name(w->kind));
        add_string(o, "key", w->key);
        add_string(o, "message", w->message);
        cJSON_AddItemToArray(array, o);
    }
    return array;
}

static cJSON *orphans_json(const struct report_in *in)
{
    cJSON *array = cJSON_CreateArray();
    for (size_t i = 0; i < in->model->rows.len; i++)
        if (is_lb_orphan(&in->model->rows.items[i]))
            cJSON_AddItemToArray(array, cJSON_CreateString(in->model->rows.items[i].lb));
    return array;
}

static cJSON *summary_json(const struct plan *plan)
{
    const struct plan_lb all = total(plan);
    cJSON *sum = cJSON_CreateObject();
    cJSON_AddItemToObject(sum, "add", json_new_int((int64_t)plan->add));
    cJSON_AddItemToObject(sum, "change", json_new_int((int64_t)plan->change));
    cJSON_AddItemToObject(sum, "destroy", json_new_int((int64_t)plan->destroy));
    cJSON_AddItemToObject(sum, "calls", json_new_int((int64_t)plan->steps.len));
    cJSON_AddItemToObject(sum, "leastCalls", json_new_int((int64_t)all.least_calls));
    cJSON_AddItemToObject(sum, "hitless", cJSON_CreateBool(all.hitless));
    return sum;
}

static cJSON *plan_json(const struct report_in *in, const struct plan *plan)
{
    cJSON *doc = cJSON_CreateObject(), *lbs = cJSON_CreateArray(), *steps = cJSON_CreateArray();
    add_string(doc, "verdict",
               plan->refusals.len ? "refused"
               : plan->steps.len  ? "changes"
                                  : "in sync");
    add_string(doc, "cluster", in->cluster_id);
    cJSON_AddItemToObject(doc, "sourceComplete", cJSON_CreateBool(!in->incomplete));
    for (size_t i = 0; i < plan->lbs.len; i++)
        cJSON_AddItemToArray(lbs, lb_json(&plan->lbs.items[i]));
    for (size_t i = 0; i < plan->steps.len; i++) {
        cJSON *step = step_json(&plan->steps.items[i], i);
        if (in->verdicts)
            cJSON_AddItemToObject(step, "cloud", verdict_json(&in->verdicts[i]));
        cJSON_AddItemToArray(steps, step);
    }
    cJSON_AddItemToObject(doc, "loadBalancers", lbs);
    cJSON_AddItemToObject(doc, "steps", steps);
    cJSON_AddItemToObject(doc, "refusals", refusals_json(plan));
    cJSON_AddItemToObject(doc, "warnings", warnings_json(plan));
    cJSON_AddItemToObject(doc, "orphans", orphans_json(in));
    cJSON_AddItemToObject(doc, "notes", notes_json(in));
    cJSON_AddItemToObject(doc, "summary", summary_json(plan));
    return doc;
}

void report_plan(struct buf *b, const struct report_in *in, const struct plan *plan)
{
    if (in->format == REPORT_TEXT)
        plan_text(b, in, plan);
    else
        add_document(b, in, plan_json(in, plan));
}
