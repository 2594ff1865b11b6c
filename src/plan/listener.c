/* listener.c - listeners, their certificates, and what a reference to a group waits for. */
#include <string.h>

#include "plan_priv.h"

typedef LIST_OF(struct alb_cert) cert_list;

/* ---- references to groups ------------------------------------------------------------------ */

struct waiting {
    struct planner *p;
    bool servers;
    const char *why;
};

static bool has_available(const struct alb_server_group *g)
{
    for (size_t i = 0; i < g->servers.len; i++)
        if (g->servers.items[i].status && !strcmp(g->servers.items[i].status, "Available"))
            return true;
    return false;
}

static const char *group_waits(struct waiting *w, const struct resource *g, const char *key)
{
    if (!g || !g->actual)
        return arena_fmt(w->p->a, "ServerGroup %s to exist", key);
    const struct alb_server_group *want = g->desired;
    if (w->servers && want && want->servers.len && !has_available(g->actual))
        return arena_fmt(w->p->a, "a server of ServerGroup %s to be available", g->key);
    return NULL;
}

static const char *look_at_group(void *arg, const char *text)
{
    struct waiting *w = arg;
    if (certificate_ref(text) || acl_ref(text)) /* only what sends it waits */
        return text;
    const struct resource *g = map_get(&w->p->by_id, text);
    bool named = text[0] == '@';
    if (named && model_find(w->p->in->model, w->p->lb, RESOURCE_LISTENER, text + 1))
        return text; /* of QUIC: see quic_waits() */
    if (named)
        g = model_find(w->p->in->model, w->p->lb, RESOURCE_SERVER_GROUP, text + 1);
    if (!w->why && (g || named))
        w->why = group_waits(w, g, named ? text + 1 : text);
    return text;
}

const char *groups_wait(struct planner *p, enum resource_kind kind, const void *obj, bool servers)
{
    struct waiting w = { .p = p, .servers = servers };
    (void)schema_copy(p->a, resource_schema(kind), obj, F_REF, look_at_group, &w);
    return w.why;
}

/* ---- listeners ------------------------------------------------------------------------------ */

/* Why an upgrade to QUIC has to wait for its listener, or NULL.  Where none is to come the
 * upgrade is left as it is: the rest of the listener does not wait for it. */
static const char *quic_waits(struct planner *p, struct alb_listener *want)
{
    const char *id = want->quic.listener_id;
    if (!id || id[0] != '@')
        return NULL;
    const struct resource *quic = model_find(p->in->model, p->lb, RESOURCE_LISTENER, id + 1);
    if (quic && quic->desired && !row_stays(quic))
        return arena_fmt(p->a, "Listener %s to exist", quic->key);
    want->quic = (struct alb_quic){ 0 };
    return NULL;
}

static const char *listener_room(struct planner *p, const struct resource *r)
{
    if (room_take(&p->listeners, 1))
        return NULL;
    if (p->listeners.lacks)
        plan_warn(p, r,
                  arena_fmt(p->a,
                            "it is not made, as the load balancer may have %zu listeners; remove "
                            "others, spread them over more AlbConfigs, or raise the quota",
                            p->listeners.limit));
    return arena_fmt(p->a, "room in the quota of %zu listeners", p->listeners.limit);
}

/* Returns what the call makes. */
static void *create(struct planner *p, const struct target *t)
{
    struct step s;
    step_init(p, &s, t->row, STEP_CREATE, "CreateListener");
    step_param(p, &s, "LoadBalancerId", p->id);
    struct params_out out = { p->a, &s.params };
    schema_params(t->schema, t->want, 0, "", params_emit, &out);
    step_wait(&s, p->waits);
    step_wait(&s, t->waits);
    step_wait(&s, listener_room(p, t->row));
    step_wait(&s, groups_wait(p, RESOURCE_LISTENER, t->row->desired, false));
    struct alb_listener *after = target_created(p, t);
    after->lb_id = p->id;
    after->status = "Running";
    after->acls.acls.items = arena_array(p->a, 1, sizeof *after->acls.acls.items);
    after->scripts_known = (struct opt_bool){ .val = true, .set = true }; /* it has none */
    change_list changes = { 0 };
    (void)schema_diff(p->a, t->schema, after, NULL, &changes);
    step_item(p, &s, t->row, after);
    step_changes(p, &s, "", &changes);
    step_push(p, &s);
    return after;
}

static bool contains(const cert_list *list, const char *id)
{
    for (size_t i = 0; i < list->len; i++)
        if (!strcmp(list->items[i].id ? list->items[i].id : "", id))
            return true;
    return false;
}

/* One call of up to 15 certificates, which leaves 'after' associated. */
static void cert_step(struct planner *p, const struct target *t, const char *action,
                      const cert_list *certs, const cert_list *after)
{
    struct step s;
    step_init(p, &s, t->row, STEP_UPDATE, action);
    step_param(p, &s, "ListenerId", t->id);
    for (size_t i = 0; i < certs->len; i++)
        step_param(p, &s, arena_fmt(p->a, "Certificates.%zu.CertificateId", i + 1),
                   certs->items[i].id);
    step_wait(&s, t->waits);
    struct alb_listener *done = schema_copy(p->a, t->schema, t->have, 0, NULL, NULL);
    done->additional_certs.items = after->items;
    done->additional_certs.len = after->len;
    struct alb_listener only = { .additional_certs = { after->items, after->len } };
    struct target changed = *t;
    changed.want = &only;
    change_list changes = { 0 };
    (void)target_diff(p, &changed, ALB_VIA_CERTS, &changes);
    step_item(p, &s, t->row, done);
    step_changes(p, &s, "", &changes);
    step_push(p, &s);
}

static cert_list additional_of(const struct alb_listener *l)
{
    return (cert_list){ l->additional_certs.items, l->additional_certs.len };
}

/* What is wanted and not there, those first that are uploaded: one that cannot be must not hold
 * up the others. */
static cert_list missing_of(struct planner *p, const struct target *t)
{
    cert_list want = additional_of(t->want), have = additional_of(t->have), missing = { 0 };
    for (int later = 0; later <= 1; later++)
        for (size_t i = 0; i < want.len; i++) {
            const char *id = want.items[i].id;
            if (id && !contains(&have, id) && (certificate_ref(id) != NULL) == later)
                *LIST_PUSH(p->a, &missing) = want.items[i];
        }
    return missing;
}

/* Those that one call takes: not what is to be uploaded together with what is. */
static cert_list first_call(const cert_list *missing, size_t most)
{
    cert_list call = { missing->items, 0 };
    while (call.len < missing->len && call.len < most
           && (!certificate_ref(call.items[call.len].id)) == (!certificate_ref(call.items[0].id)))
        call.len++;
    return call;
}

static void warn_of_certs(struct planner *p, const struct target *t, const cert_list *missing)
{
    const char *names = NULL;
    for (size_t i = p->certs.left; p->certs.lacks && i < missing->len; i++) {
        const char *id = missing->items[i].id, *ref = certificate_ref(id);
        names = arena_fmt(p->a, "%s%s%s", names ? names : "", names ? ", " : "", ref ? ref : id);
    }
    if (names)
        plan_warn(p, t->row,
                  arena_fmt(p->a,
                            "certificate %s is not associated, as the load balancer may have %zu "
                            "besides the defaults; remove others, or raise the quota",
                            names, p->certs.limit));
}

/* What is wanted and not there, then what is there and not wanted: a call takes BATCH_CERTS, and
 * the load balancer what its quota allows.  False: there is no room until others go. */
static bool associate(struct planner *p, const struct target *t)
{
    cert_list have = additional_of(t->have), missing = missing_of(p, t);
    struct target later = *t;
    bool room = p->certs.left;
    warn_of_certs(p, t, &missing);
    cert_list more = first_call(&missing, room ? least(p->certs.left, BATCH_CERTS) : BATCH_CERTS);
    if (!room && !later.waits)
        later.waits =
            arena_fmt(p->a, "room in the quota of %zu additional certificates", p->certs.limit);
    (void)room_take(&p->certs, more.len);
    cert_list now = { arena_array(p->a, more.len + have.len, sizeof *now.items), 0 };
    for (size_t i = 0; i < have.len; i++)
        now.items[now.len++] = have.items[i];
    for (size_t i = 0; i < more.len; i++)
        now.items[now.len++] = more.items[i];
    cert_step(p, &later, "AssociateAdditionalCertificatesWithListener", &more, &now);
    return room;
}

static bool is_any_missing(const struct target *t)
{
    cert_list want = additional_of(t->want), have = additional_of(t->have);
    for (size_t i = 0; i < want.len; i++)
        if (want.items[i].id && !contains(&have, want.items[i].id))
            return true;
    return false;
}

static void dissociate(struct planner *p, const struct target *t)
{
    cert_list want = additional_of(t->want), have = additional_of(t->have), less = { 0 };
    cert_list left = { arena_array(p->a, have.len, sizeof *left.items), 0 };
    for (size_t i = 0; i < have.len; i++) {
        bool doomed = have.items[i].id && !contains(&want, have.items[i].id);
        if (doomed && less.len < BATCH_CERTS)
            *LIST_PUSH(p->a, &less) = have.items[i];
        else
            left.items[left.len++] = have.items[i];
    }
    if (less.len && !p->in->keep_all)
        cert_step(p, t, "DissociateAdditionalCertificatesFromListener", &less, &left);
}

static const char *default_cert(const struct alb_listener *l)
{
    return l->certs.len && l->certs.items[0].id ? l->certs.items[0].id : "";
}

static void update(struct planner *p, const struct target *t)
{
    target_update(p, t, ALB_VIA_UPDATE, "UpdateListenerAttribute", "ListenerId");
}

/* Takes away what was not to go yet: names are without a certificate for a while. */
static void dissociate_early(struct planner *p, const struct target *t)
{
    const size_t before = p->out->steps.len;
    dissociate(p, t);
    if (p->out->steps.len == before)
        return;
    p->out->steps.items[before].disrupts = true;
    p->sum.hitless = false;
}

/* Adds, switches the default, and only then takes away, so that no name is without its
 * certificate.  A default that is an additional one already, and that model_join() found no
 * way around, has to be taken away first: its names are without it until it is the default.
 * So it is with what is to go when there is no room for what is to come. */
static void plan_certs_and_update(struct planner *p, const struct target *t, struct target *change)
{
    const struct alb_listener *want = t->want, *have = t->have;
    cert_list there = additional_of(have);
    bool switched = want->certs.items && strcmp(default_cert(want), default_cert(have)) != 0;
    bool missing = want->additional_certs.items && is_any_missing(t);
    struct target removal = *t;
    bool full = missing && !associate(p, t);
    if (want->additional_certs.items && switched && contains(&there, default_cert(want))) {
        p->sum.hitless = false;
        dissociate_early(p, t);
        change->waits = change->waits ? change->waits : "its default certificate to be free";
        update(p, change);
        return;
    }
    if (switched && missing && !full && !change->waits)
        change->waits = "the new certificates to be associated";
    update(p, change);
    if (!removal.waits && (switched || (missing && !full)))
        removal.waits =
            switched ? "the new default certificate" : "the new certificates to be associated";
    if (want->additional_certs.items && full)
        dissociate_early(p, &removal);
    else if (want->additional_certs.items)
        dissociate(p, &removal);
}

static bool keeps_log(const struct alb_load_balancer *lb)
{
    return lb && lb->access_log.project && *lb->access_log.project;
}

/* The call takes the members of LogConfig bare, and all that are wanted: some it demands. */
static void plan_log(struct planner *p, const struct target *t)
{
    change_list changes = { 0 };
    if (!target_diff(p, t, ALB_VIA_LOG_CONFIG, &changes))
        return;
    struct step s;
    step_init(p, &s, t->row, STEP_UPDATE, "UpdateListenerLogConfig");
    step_param(p, &s, "ListenerId", t->id);
    struct params_out out = { p->a, &s.params };
    schema_params(&alb_listener_log_schema, &((const struct alb_listener *)t->want)->log, 0, "",
                  params_emit, &out);
    step_wait(&s, t->waits);
    if (!keeps_log(p->row->actual))
        step_wait(&s, "the load balancer to keep an access log");
    step_item(p, &s, t->row, target_after(p, t, ALB_VIA_LOG_CONFIG));
    step_changes(p, &s, "", &changes);
    step_push(p, &s);
}

static void plan_listener(struct planner *p, const struct resource *r)
{
    struct alb_listener *want = model_resolve(p->a, p->in->model, r->lb, r->kind, r->desired, NULL);
    const char *quic = quic_waits(p, want);
    struct target t = { .row = r,
                        .schema = &alb_listener_schema,
                        .want = want,
                        .have = r->actual,
                        .id =
                            r->cloud_id ? r->cloud_id : arena_fmt(p->a, "@ListenerId(%s)", r->key),
                        .waits = quic };
    if (!r->actual)
        t.have = create(p, &t);
    t.waits = p->waits ? p->waits : row_waits(p, r);
    const struct field *row = schema_field(t.schema, "DefaultActions");
    const struct schema actions = {
        .name = "", .fields = row, .n_fields = 1, .size = t.schema->size
    };
    struct target change = t;
    if (!change.waits)
        change.waits = quic;
    if (!change.waits && schema_diff(p->a, &actions, t.want, t.have, NULL))
        change.waits = groups_wait(p, RESOURCE_LISTENER, r->desired, true);
    target_tags(p, &t, "listener");
    plan_certs_and_update(p, &t, &change);
    plan_log(p, &t);
    plan_listener_acls(p, &t);
    target_warn_fixed(p, &t, ALB_VIA_REPLACE,
                      "fixed at creation; remove the listener and add it again");
}

static bool is_quic(const struct resource *r)
{
    return ((const struct alb_listener *)r->desired)->protocol == ALB_PROTOCOL_QUIC;
}

static void plan_listeners_of(struct planner *p, bool quic)
{
    for (size_t i = p->first; i < p->end; i++) {
        const struct resource *r = &p->in->model->rows.items[i];
        if (r->kind == RESOURCE_LISTENER && r->ours && r->desired && !row_stays(r)
            && is_quic(r) == quic)
            plan_listener(p, r);
    }
}

/* Those of QUIC first: others upgrade to them. */
void plan_listeners(struct planner *p)
{
    room_find(p);
    plan_listeners_of(p, true);
    plan_listeners_of(p, false);
}

static bool is_part_of(const struct resource *r, const struct resource *listener)
{
    return (r->kind == RESOURCE_RULE || r->kind == RESOURCE_SCRIPT) && r->actual
           && !strcmp(r->parent, listener->key);
}

/* A listener takes its rules and scripts with it, so one with some that must stay stays too: the
 * first of these, or NULL. */
static const struct resource *part_to_keep(const struct planner *p, const struct resource *listener)
{
    for (size_t i = p->first; i < p->end; i++) {
        const struct resource *r = &p->in->model->rows.items[i];
        if (is_part_of(r, listener) && (!r->ours || row_stays(r)))
            return r;
    }
    return NULL;
}

bool listener_doomed(const struct planner *p, const char *key)
{
    const struct resource *r = model_find(p->in->model, p->lb, RESOURCE_LISTENER, key);
    return r && row_doomed(p, r) && !part_to_keep(p, r);
}

bool rule_goes_along(const struct planner *p, const struct resource *rule, struct asked *last)
{
    if (!last->listener || strcmp(last->listener, rule->parent) != 0)
        *last = (struct asked){ rule->parent, listener_doomed(p, rule->parent) };
    return last->doomed;
}

/* The listener that upgrades to this one, or NULL: as long as there is one it cannot go. */
static const struct resource *quic_user(const struct planner *p, const struct resource *quic)
{
    for (size_t i = p->first; i < p->end; i++) {
        const struct resource *r = &p->in->model->rows.items[i];
        const struct alb_listener *l = r->kind == RESOURCE_LISTENER ? r->actual : NULL;
        if (l && l->quic.upgrade.val && l->quic.listener_id
            && !strcmp(l->quic.listener_id, quic->cloud_id))
            return r;
    }
    return NULL;
}

static void delete_listener(struct planner *p, const struct resource *r)
{
    const struct resource *user = quic_user(p, r);
    struct step s;
    step_init(p, &s, r, STEP_DELETE, "DeleteListener");
    step_param(p, &s, "ListenerId", r->cloud_id);
    step_wait(&s, p->waits);
    if (user)
        step_wait(&s, arena_fmt(p->a, "Listener %s not to upgrade to it", user->key));
    if (strcmp(r->status, "Stopped") != 0)
        step_wait(&s, row_waits(p, r));
    step_wait(&s, listener_led_to(p, r));
    if (!scripts_known(r->actual)) /* others' may be among them */
        step_wait(&s, STEP_WAITS_READ);
    step_wait(&s, row_stale(p, r));
    step_item(p, &s, r, NULL);
    for (size_t i = p->first; i < p->end; i++) {
        const struct resource *part = &p->in->model->rows.items[i];
        if (is_part_of(part, r))
            step_item(p, &s, part, NULL);
    }
    step_push(p, &s);
}

void plan_listener_deletes(struct planner *p)
{
    for (size_t i = p->first; i < p->end; i++) {
        const struct resource *r = &p->in->model->rows.items[i];
        if (r->kind != RESOURCE_LISTENER || !row_doomed(p, r))
            continue;
        const struct resource *part = part_to_keep(p, r);
        if (part)
            plan_warn(p, r,
                      arena_fmt(p->a,
                                "the listener is not desired any more, but is kept for %s that are "
                                "not ours to delete; remove those, or the listener, by hand",
                                part->kind == RESOURCE_SCRIPT ? "scripts" : "rules"));
        else
            delete_listener(p, r);
    }
}
