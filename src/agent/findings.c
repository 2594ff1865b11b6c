/* findings.c - what a reading found amiss, over time, and what of it is left as it is: by the
 * verdict of a person, or by the policy of its class. */
#include <inttypes.h>
#include <string.h>

#include "alb-agent/clock.h"
#include "alb-agent/number.h"
#include "session_priv.h"

#define VERIFIED_AT "verified_at" /* in meta: when the last complete reading ended */

bool session_load_findings(struct session *s, struct store *st, struct error *err)
{
    const char *at;
    if (!store_findings_load(st, &s->arena, &s->findings, err)
        || !store_meta_get(st, &s->arena, VERIFIED_AT, &at, err))
        return false;
    if (!at || !number_parse(at, strlen(at), &s->verified_at))
        s->verified_at = 0;
    return true;
}

void session_note_findings(struct session *s, const struct model *before)
{
    int64_t now = session_now(s);
    const struct finding_in in = {
        .world = &s->world,
        .known = before,
        .before = &s->findings,
        .incomplete = s->objects.incomplete,
        .checked_at = s->verified_at,
        .now_ms = now,
    };
    finding_list list;
    findings_update(&s->arena, &in, &list);
    s->findings = list;
    s->verified_at = now;
}

void findings_set_clock(finding_list *list, int64_t by_ms)
{
    for (size_t i = 0; i < list->len; i++)
        if (list->items[i].until)
            list->items[i].until -= by_ms;
}

void session_leave_findings(struct session *s)
{
    for (size_t i = 0; i < s->world.rows.len; i++)
        s->world.rows.items[i].leave = LEAVE_NOTHING;
    findings_leave(&s->world, &s->findings, s->config.policy, &s->confirmed, session_now(s));
}

bool session_put_verified(struct session *s, struct store *st, struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    return store_meta_put(st, VERIFIED_AT, arena_fmt(&a, "%" PRId64, s->verified_at + s->ahead_ms),
                          err);
}

bool session_put_findings(struct session *s, struct store *st, struct error *err)
{
    return store_findings_put(st, NULL, &s->findings, err) && session_put_verified(s, st, err);
}

/* Another process may have written since the snapshot was taken: what it found later than we
 * read stays, and so do verdicts. */
static bool record(struct session *s, struct store *st, struct error *err)
{
    int64_t now = s->verified_at;
    if (!session_load_findings(s, st, err))
        return false;
    if (s->verified_at > now)
        return true;
    session_note_findings(s, &s->known);
    return session_put_findings(s, st, err);
}

void session_record_findings(struct session *s, const char **why)
{
    struct error err;
    struct store *st = NULL;
    *why = NULL;
    if (!s->kept)
        return;
    bool open = store_open(&st, s->path, STORE_WRITE, session_now(s), NULL, &err);
    bool done = open && record(s, st, &err);
    store_close(st);
    if (!done && (open || err.kind != ERROR_CONFLICT))
        *why = arena_strdup(&s->arena, err.msg);
}

/* ---- what a plan says of it -------------------------------------------------------------------
 */

static const char *until_text(struct arena *a, const struct finding *f)
{
    char at[TIME_TEXT];
    return f->until ? arena_fmt(a, " until %s", time_format(f->until, at)) : "";
}

static const char *lb_of_cli(const char *lb)
{
    const char *slash = strchr(lb, '/');
    return slash && !strncmp(lb, "kube-system/", 12) ? slash + 1 : lb;
}

/* Why what was found is left as it is, and how to have it otherwise. */
static const char *why_left(struct session *s, struct arena *a, const struct finding *f)
{
    const char *address =
        arena_fmt(a, "%s %s '%s'", lb_of_cli(f->lb), resource_kind_name(f->kind), f->key);
    if (finding_settled(f, session_now(s)))
        return arena_fmt(a, "%s%s, so it is not corrected; 'alb-agent drift forget %s' ends that",
                         finding_verdict_name(f->verdict), until_text(a, f), address);
    if (s->config.policy[f->class] == DRIFT_REPORT)
        return arena_fmt(
            a,
            "only reported, as the setting drift.%s says; 'alb-agent drift correct %s' "
            "has it corrected",
            resource_class_name(f->class), address);
    if (lb_service(f->lb))
        return arena_fmt(a, "waits for a person: 'alb-agent drift correct %s' has it corrected",
                         address);
    return arena_fmt(a,
                     "waits for a person: 'alb-agent drift correct %s', or the annotation "
                     "alb-agent/confirm: \"%s\" on its AlbConfig, has it corrected",
                     address, session_confirmation(s, a, f->lb));
}

void session_warn_left(struct session *s, struct arena *a, struct plan *plan)
{
    for (size_t i = 0; i < s->findings.len; i++) {
        const struct finding *f = &s->findings.items[i];
        const struct resource *r = model_find(&s->world, f->lb, f->kind, f->key);
        if (!r || r->leave == LEAVE_NOTHING || f->class == CLASS_IN_SYNC
            || (s->config.only && strcmp(s->config.only, f->lb) != 0))
            continue;
        *LIST_PUSH(a, &plan->warnings) = (struct plan_warning){
            .lb = f->lb,
            .kind = f->kind,
            .key = f->key,
            .message = arena_fmt(a, "%s: %s", resource_class_name(f->class), why_left(s, a, f)),
        };
    }
}
