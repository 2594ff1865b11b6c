/* effect.c - what a step does to the model and to the store. */
#include <string.h>

#include "alb-agent/json.h"
#include "apply_priv.h"

/* The change of a lane, and the model that it changed. */
struct effect {
    struct apply *ap;
    struct lane *lane;
    struct model *m;
    struct arena *a;
    const char *lb;
};

static bool effect_of(struct apply *ap, struct lane *lane, struct effect *e)
{
    struct apply_scope scope;
    if (!lane_scope(ap, lane, &scope))
        return false;
    *e = (struct effect){ ap, lane, scope.model, scope.arena, lane->site->name };
    return true;
}

static struct resource *row_of(const struct effect *e, const struct step_item *item)
{
    return model_find(e->m, e->lb, item->kind, item->key);
}

/* The row of an item, made when the plan named a resource that the model does not have. */
static struct resource *row_for(const struct effect *e, const struct step_item *item)
{
    struct resource *row = row_of(e, item);
    if (row)
        return row;
    struct arena *a = e->a;
    *LIST_PUSH(a, &e->m->rows) = (struct resource){
        .lb = arena_strdup(a, e->lb),
        .kind = item->kind,
        .key = arena_strdup(a, item->key),
        .parent = arena_strdup(a, item->parent),
        .status = "",
        .ours = true,
    };
    model_sort(e->m);
    return row_of(e, item);
}

/* The id that the cloud gave to a created resource, or NULL. */
static const char *created_id(const struct effect *e, const struct step_item *item,
                              const cJSON *reply)
{
    switch (item->kind) {
    case RESOURCE_LOAD_BALANCER: return json_str(reply, "LoadBalancerId");
    case RESOURCE_LISTENER: return json_str(reply, "ListenerId");
    case RESOURCE_SERVER_GROUP: return json_str(reply, "ServerGroupId");
    case RESOURCE_ACL: return json_str(reply, "AclId");
    case RESOURCE_SCRIPT: /* one a call: a reply of more would not say which is which */
        return json_str(json_get(reply, "AScriptIds") ? json_get(reply, "AScriptIds")->child : NULL,
                        "AScriptId");
    case RESOURCE_RULE: {
        /* By priority, not by order (alb-semantics.md §13). */
        const struct alb_rule *rule = item->after;
        const cJSON *made;
        cJSON_ArrayForEach (made, json_get(reply, "RuleIds"))
            if (json_int(made, "Priority", 0) == rule->priority.val)
                return json_str(made, "RuleId");
        return NULL;
    }
    case RESOURCE_CERTIFICATE: {
        int64_t id = json_int(reply, "CertId", 0);
        return id > 0 ? certificate_id(e->a, id, e->ap->in.region) : NULL;
    }
    case RESOURCE_KINDS: break;
    }
    return NULL;
}

static const char *pending_status(const struct lane *lane, enum resource_kind kind)
{
    const bool creating =
        kind == RESOURCE_SERVER_GROUP || kind == RESOURCE_ACL || kind == RESOURCE_SCRIPT;
    switch (lane->step.op) {
    case STEP_CREATE: return creating ? "Creating" : "Provisioning";
    case STEP_UPDATE: return "Configuring";
    case STEP_DELETE: break;
    }
    return "Deleting";
}

/* What is there goes on under another key, beside the copy that the call has made of it. */
static void set_aside(const struct effect *e, const struct step_item *item)
{
    const struct step_item other = { .kind = item->kind,
                                     .key = item->aside,
                                     .parent = item->parent };
    struct resource *to = row_for(e, &other); /* may move the rows */
    struct resource *row = row_for(e, item);
    to->actual = row->actual;
    to->cloud_id = row->cloud_id;
    to->status = row->status;
    to->observed_at = row->observed_at;
    to->created_at = row->created_at;
    to->applied = row->applied ? row->applied : row->actual; /* it is ours, and known to be */
    to->ours = row->ours;
    row->actual = NULL;
    row->cloud_id = NULL;
}

static struct resource *row_with_id(const struct effect *e, enum resource_kind kind, const char *id)
{
    size_t first, end;
    model_range(e->m, e->lb, &first, &end);
    for (size_t i = first; id && i < end; i++) {
        struct resource *r = &e->m->rows.items[i];
        if (r->kind == kind && r->cloud_id && !strcmp(r->cloud_id, id))
            return r;
    }
    return NULL;
}

/* The row of what a step changes.  Its key may be another's by now, as rules for the same requests
 * change places when another of them is wanted: what has an id is found by that.  NULL: the model
 * knows nothing of it any more. */
static struct resource *own_row(const struct effect *e, const struct step_item *item)
{
    return item->own_id ? row_with_id(e, item->kind, item->own_id) : row_for(e, item);
}

/* The row of the rule that is changed: that of its id when it was another's until now. */
static struct resource *changed_row(const struct effect *e, const struct step_item *item)
{
    struct resource *row = row_with_id(e, item->kind, item->id);
    if (row)
        return row;
    return item->id ? row_for(e, item) : own_row(e, item);
}

/* What was made and is not wanted any more by then is ours all the same, and known to be. */
static void remember(struct resource *row)
{
    if (!row->desired && !row->applied)
        row->applied = row->actual;
}

/* The row of what is made; a reading may have shown it before the reply did. */
static struct resource *made_row(const struct effect *e, struct step_item *item,
                                 const struct alb_result *r)
{
    const char *id = created_id(e, item, r->reply);
    struct resource *row = row_with_id(e, item->kind, id);
    item->own_id = id ? arena_strdup(&e->lane->arena, id) : NULL;
    if (row)
        return row;
    if (item->aside)
        set_aside(e, item);
    row = row_for(e, item);
    if (!id || row->cloud_id)
        return id ? NULL : row;
    row->cloud_id = arena_strdup(e->a, id);
    row->created_at = r->done_ms;
    if (item->after) {
        row->actual = schema_copy(e->a, resource_schema(item->kind), item->after, 0, NULL, NULL);
        remember(row);
    }
    return row;
}

void effect_begun(struct apply *ap, struct lane *lane, const struct alb_result *r)
{
    struct effect effect, *e = &effect;
    if (!effect_of(ap, lane, e))
        return;
    for (size_t i = 0; i < lane->step.items.len; i++) {
        struct step_item *item = &lane->step.items.items[i];
        struct resource *row =
            lane->step.op == STEP_CREATE ? made_row(e, item, r) : changed_row(e, item);
        if (!row)
            continue;
        row->status = pending_status(lane, item->kind);
        row->observed_at = r->done_ms;
    }
}

/* What goes on beside its copy is a resource of its own, from the reply on. */
static bool keep_aside(const struct effect *e, const struct step_item *item, struct error *err)
{
    const struct resource *row =
        item->aside ? model_find(e->m, e->lb, item->kind, item->aside) : NULL;
    return !row || store_resource_put(e->ap->in.store, row, err);
}

bool effect_record(struct apply *ap, struct lane *lane, struct error *err)
{
    struct effect e;
    if (lane->step.op != STEP_CREATE || !effect_of(ap, lane, &e))
        return true;
    for (size_t i = 0; i < lane->step.items.len; i++) {
        const struct step_item *item = &lane->step.items.items[i];
        const struct resource *row = own_row(&e, item);
        if (row && row->actual && row->cloud_id
            && (!store_resource_put(ap->in.store, row, err) || !keep_aside(&e, item, err)))
            return false;
    }
    return true;
}

void effect_failed(struct apply *ap, struct lane *lane)
{
    struct effect e;
    if (lane->step.op != STEP_CREATE || !effect_of(ap, lane, &e))
        return;
    for (size_t i = 0; i < lane->step.items.len; i++) {
        struct resource *row = own_row(&e, &lane->step.items.items[i]);
        if (row)
            row->created_at = 0;
    }
}

/* ---- complete -------------------------------------------------------------------------- */

static const char *stable_status(enum resource_kind kind)
{
    switch (kind) {
    case RESOURCE_LOAD_BALANCER: return "Active";
    case RESOURCE_LISTENER: return "Running";
    case RESOURCE_RULE:
    case RESOURCE_SERVER_GROUP:
    case RESOURCE_CERTIFICATE:
    case RESOURCE_ACL:
    case RESOURCE_SCRIPT:
    case RESOURCE_KINDS: break;
    }
    return "Available";
}

static void forget_actual(struct resource *row)
{
    row->actual = NULL;
    row->cloud_id = NULL;
    row->applied = NULL;
    row->status = "";
}

/* Deleting a load balancer deletes its listeners, deleting a listener its rules (alb-semantics.md
 * §6) and scripts. */
static bool vanishes_with(const struct resource *row, const struct step_item *gone)
{
    const bool hangs = row->kind == RESOURCE_RULE || row->kind == RESOURCE_SCRIPT;
    if (gone->kind == RESOURCE_LOAD_BALANCER)
        return hangs || row->kind == RESOURCE_LISTENER;
    return hangs && gone->kind == RESOURCE_LISTENER && !strcmp(row->parent, gone->key);
}

static bool is_gone(const struct resource *row)
{
    return !row->desired && !row->actual;
}

/* Writes rows as they now are, and removes those that are neither wanted nor there. */
static bool record(const struct effect *e, const struct step_item *gone, struct error *err)
{
    struct model *m = e->m;
    const char *lb = e->lb;
    size_t kept = 0;
    for (size_t i = 0; i < m->rows.len; i++) {
        struct resource *row = &m->rows.items[i];
        if (!strcmp(row->lb, lb) && gone && vanishes_with(row, gone)) {
            forget_actual(row);
            if (row->desired && !store_resource_put(e->ap->in.store, row, err))
                return false;
        }
        if (strcmp(row->lb, lb) != 0 || !is_gone(row)) {
            m->rows.items[kept++] = *row;
            continue;
        }
        if (!store_resource_delete(e->ap->in.store, lb, row->kind, row->key, err))
            return false;
    }
    m->rows.len = kept;
    return true;
}

/* Rules that have become others are not what they were any more; before any of the others
 * takes its id over, because two can have changed places. */
static bool leave_others(const struct effect *e, struct error *err)
{
    for (size_t i = 0; i < e->lane->step.items.len; i++) {
        const struct step_item *item = &e->lane->step.items.items[i];
        struct resource *row = item->id ? changed_row(e, item) : NULL;
        if (!row || !row->cloud_id || strcmp(row->cloud_id, item->id) != 0)
            continue;
        forget_actual(row);
        if (row->desired && !store_resource_put(e->ap->in.store, row, err))
            return false;
    }
    return true;
}

/* What is wanted of a load balancer does not say its address: it is what it was, or what the lane
 * has seen when it was made. */
static void keep_address(const struct effect *e, struct resource *row, const void *before)
{
    const struct alb_load_balancer *was = before;
    const char *seen = e->lane->dns_name;
    struct alb_load_balancer *lb = arena_dup(e->a, row->actual, sizeof *lb);
    lb->dns_name = seen ? arena_strdup(e->a, seen) : was ? was->dns_name : NULL;
    row->actual = lb;
}

/* Made, and the reply does not say what, or under a key that another has by now: to be read. */
static void ask_for_read(const struct effect *e, const struct step_item *item)
{
    struct lane *lane = e->lane;
    struct error why;
    (void)error_set(&why, ERROR_CONFLICT, "%s: the reply has no id for %s %s", lane->step.action,
                    resource_kind_name(item->kind), item->key);
    e->ap->counts.stale++;
    e->ap->counts.why_stale = why;
    lane->why = why;
    lane->blocked = true;
}

static bool settle(const struct effect *e, const struct step_item *item, int64_t now_ms,
                   struct error *err)
{
    const enum step_op op = e->lane->step.op;
    struct resource *row = item->id ? row_for(e, item) : own_row(e, item);
    if (!row) {
        if (op == STEP_CREATE)
            ask_for_read(e, item);
        return true;
    }
    row->observed_at = now_ms;
    if (item->id)
        row->cloud_id = arena_strdup(e->a, item->id);
    if (op == STEP_DELETE) {
        forget_actual(row);
        return row->desired ? store_resource_put(e->ap->in.store, row, err) : true;
    }
    if (!row->cloud_id) {
        ask_for_read(e, item);
        return true;
    }
    const void *before = row->actual;
    row->status = stable_status(item->kind);
    if (item->after)
        row->actual = schema_copy(e->a, resource_schema(item->kind), item->after, 0, NULL, NULL);
    if (item->after && item->kind == RESOURCE_LOAD_BALANCER)
        keep_address(e, row, before);
    remember(row);
    struct arena scratch CLEANUP(arena_done) = { 0 };
    if (row->desired && !resource_diff(&scratch, e->m, row, NULL) && !resource_has_leftover(row))
        row->applied = row->desired;
    return store_resource_put(e->ap->in.store, row, err);
}

/* One upload serves all load balancers that want it. */
static bool share(const struct effect *e, const struct step_item *item, struct error *err)
{
    const struct resource *from = row_of(e, item);
    if (!from || from->kind != RESOURCE_CERTIFICATE || !from->cloud_id)
        return true;
    for (size_t i = 0; i < e->m->rows.len; i++) {
        struct resource *to = &e->m->rows.items[i];
        if (to == from || to->kind != from->kind || strcmp(to->key, from->key) != 0 || to->actual)
            continue;
        to->actual = from->actual;
        to->cloud_id = from->cloud_id;
        to->status = from->status;
        to->observed_at = from->observed_at;
        to->created_at = from->created_at;
        to->applied = to->desired;
        if (!store_resource_put(e->ap->in.store, to, err))
            return false;
        site_get(e->ap, to->lb)->dirty = true;
    }
    return true;
}

void apply_note_unused(struct arena *a, struct model *m, const char *lb, int64_t now_ms,
                       struct model *changed)
{
    struct map used CLEANUP(map_done) = { 0 };
    model_used_groups(m, lb, NULL, &used);
    size_t first, end;
    model_range(m, lb, &first, &end);
    for (size_t i = first; i < end; i++) {
        struct resource *row = &m->rows.items[i];
        if (row->kind != RESOURCE_SERVER_GROUP || !row->actual || resource_is_borrowed(row))
            continue;
        bool in_use = map_get(&used, row->key) != NULL;
        if (in_use == !row->unused_since)
            continue;
        row->unused_since = in_use ? 0 : now_ms;
        if (changed)
            *LIST_PUSH(a, &changed->rows) = *row;
    }
}

/* Groups that nothing points at any more begin to drain. */
static bool record_unused(const struct effect *e, int64_t now_ms, struct error *err)
{
    struct arena scratch CLEANUP(arena_done) = { 0 };
    struct model changed = { 0 };
    apply_note_unused(&scratch, e->m, e->lb, now_ms, &changed);
    for (size_t i = 0; i < changed.rows.len; i++)
        if (!store_resource_put(e->ap->in.store, &changed.rows.items[i], err))
            return false;
    return true;
}

static bool record_all(const struct effect *e, int64_t now_ms, struct error *err)
{
    const struct step *step = &e->lane->step;
    if (!leave_others(e, err))
        return false;
    for (size_t i = 0; i < step->items.len; i++)
        if (!settle(e, &step->items.items[i], now_ms, err)
            || !keep_aside(e, &step->items.items[i], err))
            return false;
    for (size_t i = 0; i < step->items.len; i++)
        if ((step->op == STEP_DELETE || step->items.items[i].id)
            && !record(e, &step->items.items[i], err))
            return false;
    for (size_t i = 0; step->family == LANE_SHARED && i < step->items.len; i++)
        if (!share(e, &step->items.items[i], err))
            return false;
    return step->family != LANE_LOAD_BALANCER || record_unused(e, now_ms, err);
}

bool effect_done(struct apply *ap, struct lane *lane, int64_t now_ms, struct error *err)
{
    struct store_txn txn CLEANUP(store_txn_done) = { 0 };
    struct effect e;
    if (!effect_of(ap, lane, &e))
        return true;
    return store_begin_lazy(&txn, ap->in.store, err) && record_all(&e, now_ms, err)
           && store_commit(&txn, err);
}
