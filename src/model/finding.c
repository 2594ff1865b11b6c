/* finding.c - what a reading says of each resource, held against what was found before: times
 * are kept, verdicts hold as long as they are about the same thing. */
#include "alb-agent/finding.h"

#include <stdlib.h>
#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/hash.h"

/* ---- names ------------------------------------------------------------------------------- */

static const char *const verdict_names[] = {
    [FINDING_OPEN] = "",
    [FINDING_ACCEPTED] = "accepted",
    [FINDING_IGNORED] = "ignored",
    [FINDING_CORRECT] = "correct",
};

const char *finding_verdict_name(enum finding_verdict v)
{
    return verdict_names[v];
}

enum finding_verdict finding_verdict_find(const char *name)
{
    for (size_t i = 0; i < COUNT(verdict_names); i++)
        if (!strcmp(name, verdict_names[i]))
            return (enum finding_verdict)i;
    return FINDING_OPEN;
}

static const char *const policy_names[] = {
    [DRIFT_CORRECT] = "correct",
    [DRIFT_REPORT] = "report",
    [DRIFT_ASK] = "ask",
};

const char *drift_policy_name(enum drift_policy p)
{
    return policy_names[p];
}

bool drift_policy_find(const char *name, enum drift_policy *out)
{
    for (size_t i = 0; i < COUNT(policy_names); i++) {
        if (strcmp(name, policy_names[i]) != 0)
            continue;
        *out = (enum drift_policy)i;
        return true;
    }
    return false;
}

/* ---- lists ------------------------------------------------------------------------------- */

static int compare(const void *x, const void *y)
{
    const struct finding *f = x, *g = y;
    int c = strcmp(f->lb, g->lb);
    if (c)
        return c;
    if (f->kind != g->kind)
        return f->kind < g->kind ? -1 : 1;
    return strcmp(f->key, g->key);
}

void finding_sort(finding_list *list)
{
    if (list->len)
        qsort(list->items, list->len, sizeof *list->items, compare);
}

struct finding *finding_find(const finding_list *list, const char *lb, enum resource_kind kind,
                             const char *key)
{
    const struct finding wanted = { .lb = lb, .kind = kind, .key = key };
    return list->len ? bsearch(&wanted, list->items, list->len, sizeof *list->items, compare)
                     : NULL;
}

void findings_copy(struct arena *a, const finding_list *from, const char *lb, finding_list *out)
{
    *out = (finding_list){ 0 };
    for (size_t i = 0; i < from->len; i++) {
        struct finding f = from->items[i];
        if (lb && strcmp(f.lb, lb) != 0)
            continue;
        f.lb = arena_strdup(a, f.lb);
        f.key = arena_strdup(a, f.key);
        f.desired = arena_strdup(a, f.desired);
        f.edit = arena_strdup(a, f.edit);
        *LIST_PUSH(a, out) = f;
    }
}

bool finding_holds(const struct finding *f, int64_t now_ms)
{
    return f->verdict != FINDING_OPEN && (!f->until || now_ms < f->until);
}

bool finding_settled(const struct finding *f, int64_t now_ms)
{
    return finding_holds(f, now_ms) && f->verdict != FINDING_CORRECT;
}

/* ---- how a row stands -------------------------------------------------------------------- */

struct standing {
    enum resource_class class;
    bool settings_only; /* of a group: its servers are not what differs */
    change_list changes;
};

static const void *without_servers(struct arena *a, const void *group)
{
    struct alb_server_group *g = arena_dup(a, group, sizeof *g);
    g->servers.items = NULL;
    g->servers.len = 0;
    return g;
}

/* Servers come and go with pods; what a person changed in the settings of a group is judged
 * apart from them. */
static void judge_settings(struct arena *a, const struct model *m, const struct resource *r,
                           struct standing *s)
{
    struct resource settings = *r;
    change_list changes = { 0 };
    settings.desired = without_servers(a, r->desired);
    settings.applied = without_servers(a, r->applied);
    if (resource_classify(a, m, &settings, &changes) != CLASS_DRIFT
        || (s->class == CLASS_DRIFT && s->changes.len != changes.len))
        return;
    *s = (struct standing){ CLASS_DRIFT, true, changes };
}

static struct standing judge(struct arena *a, const struct model *m, const struct resource *r)
{
    struct standing s = { 0 };
    s.class = resource_classify(a, m, r, &s.changes);
    if (r->kind == RESOURCE_SERVER_GROUP && r->desired && r->applied && r->actual
        && (s.class == CLASS_DRIFT || s.class == CLASS_PENDING))
        judge_settings(a, m, r, &s);
    return s;
}

static bool is_finding(enum resource_class c)
{
    return c == CLASS_MISSING || c == CLASS_DRIFT || c == CLASS_ORPHAN;
}

/* ---- what a verdict is about ------------------------------------------------------------- */

static const char *digest(struct arena *a, const char *text, size_t len)
{
    char hex[SHA256_HEX];
    return len ? arena_strdup(a, hash_sha256_hex(text, len, hex)) : "";
}

static const char *digest_desired(struct arena *a, const struct resource *r,
                                  const struct standing *s)
{
    if (!r->desired)
        return "";
    const void *want = s->settings_only ? without_servers(a, r->desired) : r->desired;
    const char *text = schema_canonical(a, resource_schema(r->kind), want);
    return digest(a, text, strlen(text));
}

static const char *digest_edit(struct arena *a, const struct standing *s)
{
    struct buf b CLEANUP(buf_done) = { .max = (size_t)1 << 30 };
    for (size_t i = 0; s->class == CLASS_DRIFT && i < s->changes.len; i++)
        buf_addf(&b, "%s %s %s\n", s->changes.items[i].path, s->changes.items[i].before,
                 s->changes.items[i].after);
    return digest(a, buf_str(&b), b.len);
}

/* ---- a reading --------------------------------------------------------------------------- */

static int64_t last_good(const struct finding_in *in, const struct resource *r)
{
    struct arena scratch CLEANUP(arena_done) = { 0 };
    const struct resource *was = model_find(in->known, r->lb, r->kind, r->key);
    if (!was || resource_classify(&scratch, in->known, was, NULL) != CLASS_IN_SYNC)
        return 0;
    return was->observed_at > in->checked_at ? was->observed_at : in->checked_at;
}

static void clear_verdict(struct finding *f)
{
    f->verdict = FINDING_OPEN;
    f->decided_at = 0;
    f->until = 0;
}

static struct finding see(struct arena *a, const struct finding_in *in, const struct resource *r,
                          const struct standing *s)
{
    struct finding now = { .lb = r->lb, .kind = r->kind, .key = r->key };
    const struct finding *was = finding_find(in->before, r->lb, r->kind, r->key);
    if (was)
        now = *was;
    if (!was || was->class == CLASS_IN_SYNC)
        now.first_seen = in->now_ms;
    if (!was)
        now.last_good = last_good(in, r);
    now.class = s->class;
    now.desired = digest_desired(a, r, s);
    now.edit = digest_edit(a, s);
    bool same = was && was->class == now.class && !strcmp(was->desired, now.desired)
                && !strcmp(was->edit, now.edit);
    if (!finding_holds(&now, in->now_ms) || (now.verdict != FINDING_IGNORED && !same))
        clear_verdict(&now);
    return now;
}

/* What is ignored is so when it comes back, too. */
static bool outlives(const struct finding_in *in, const struct resource *r,
                     enum resource_class class, struct finding *out)
{
    const struct finding *was = finding_find(in->before, r->lb, r->kind, r->key);
    if (!was || was->verdict != FINDING_IGNORED || !finding_holds(was, in->now_ms))
        return false;
    *out = *was;
    out->class = CLASS_IN_SYNC;
    if (class == CLASS_IN_SYNC)
        out->last_good = in->now_ms;
    return true;
}

/* Most rows are, and that is told at less cost than their class. */
static bool is_as_wanted(const struct model *m, const struct resource *r)
{
    struct arena scratch CLEANUP(arena_done) = { 0 };
    return !r->ours || (r->desired && r->actual && !resource_diff(&scratch, m, r, NULL));
}

void findings_update(struct arena *a, const struct finding_in *in, finding_list *out)
{
    *out = (finding_list){ 0 };
    for (size_t i = 0; i < in->world->rows.len; i++) {
        const struct resource *r = &in->world->rows.items[i];
        struct arena scratch CLEANUP(arena_done) = { 0 };
        if (in->only && strcmp(in->only, r->lb) != 0)
            continue;
        if (!finding_find(in->before, r->lb, r->kind, r->key) && is_as_wanted(in->world, r))
            continue;
        struct standing s = judge(&scratch, in->world, r);
        bool in_doubt = s.class == CLASS_ORPHAN && (r->held || in->incomplete);
        struct finding f;
        if (is_finding(s.class) && !in_doubt)
            f = see(a, in, r, &s);
        else if (!outlives(in, r, s.class, &f))
            continue;
        *LIST_PUSH(a, out) = f;
    }
    for (size_t i = 0; in->only && i < in->before->len; i++)
        if (strcmp(in->before->items[i].lb, in->only) != 0)
            *LIST_PUSH(a, out) = in->before->items[i];
    finding_sort(out);
}

/* ---- what is left as it is --------------------------------------------------------------- */

static bool is_left(const struct finding *f, const struct resource *r,
                    const enum drift_policy *policy, const struct map *confirmed, int64_t now_ms)
{
    if (!is_finding(f->class))
        return false;
    if (finding_holds(f, now_ms))
        return f->verdict != FINDING_CORRECT;
    if (f->class == CLASS_ORPHAN && r->applied) /* its object was taken away: that is a wish */
        return false;
    switch (policy[f->class]) {
    case DRIFT_CORRECT: return false;
    case DRIFT_REPORT: return true;
    case DRIFT_ASK: break;
    }
    return !confirmed || !map_get(confirmed, f->lb);
}

/* What was in a load balancer or listener that is not there cannot be made without it. */
static void leave_parts(struct model *world, const struct resource *r)
{
    size_t first, end;
    model_range(world, r->lb, &first, &end);
    for (size_t i = first; i < end; i++) {
        struct resource *part = &world->rows.items[i];
        if (r->kind == RESOURCE_LOAD_BALANCER
            || (r->kind == RESOURCE_LISTENER
                && (part->kind == RESOURCE_RULE || part->kind == RESOURCE_ACL
                    || part->kind == RESOURCE_SCRIPT)
                && !strcmp(part->parent, r->key)))
            part->leave = LEAVE_ALL;
    }
}

void findings_leave(struct model *world, const finding_list *list, const enum drift_policy *policy,
                    const struct map *confirmed, int64_t now_ms)
{
    for (size_t i = 0; i < list->len; i++) {
        const struct finding *f = &list->items[i];
        struct arena scratch CLEANUP(arena_done) = { 0 };
        struct resource *r = model_find(world, f->lb, f->kind, f->key);
        if (!r || !is_left(f, r, policy, confirmed, now_ms))
            continue;
        struct standing s = judge(&scratch, world, r);
        if (s.class != f->class) /* something else is wanted now */
            continue;
        r->leave = s.settings_only ? LEAVE_SETTINGS : LEAVE_ALL;
        if (s.class == CLASS_MISSING)
            leave_parts(world, r);
    }
}
