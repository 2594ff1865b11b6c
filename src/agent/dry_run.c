/* dry_run.c - asking the cloud what it would say to each step of a plan. */
#include <string.h>

#include "session_priv.h"

struct asked {
    uint64_t call;
    size_t step;
};

struct dry_run {
    struct session *session;
    const struct plan *plan;
    struct arena *a;
    struct rng rng;
    struct step_verdict *verdicts;
    LIST_OF(struct asked) asked;
    size_t left;
    struct error failed; /* of the first call that got no answer */
};

/* What a step still lacks: "@Listener(80/HTTP)"; NULL when it can be sent as it is. */
static const char *missing_id(const struct step *step)
{
    for (size_t i = 0; step->waits && i < step->params.len; i++)
        if (step->params.items[i].value[0] == '@')
            return step->params.items[i].value + 1;
    return NULL;
}

static bool is_first_of_lane(const struct plan *plan, size_t step)
{
    for (size_t i = 0; i < step; i++)
        if (!strcmp(plan->steps.items[i].lane, plan->steps.items[step].lane))
            return false;
    return true;
}

static bool ask(struct dry_run *d, size_t i, struct error *err)
{
    const struct step *step = &d->plan->steps.items[i];
    struct step_verdict *v = &d->verdicts[i];
    *v = (struct step_verdict){ VERDICT_UNVERIFIABLE, "" };
    const struct alb_action *action = alb_action_find(step->action);
    const char *missing = missing_id(step);
    if (missing)
        v->why = arena_fmt(d->a, "needs the id of what does not exist yet: %s", missing);
    else if (!action || !action->token)
        v->why = arena_fmt(d->a, "%s knows no DryRun", step->action);
    if (*v->why)
        return true;
    char token[37];
    rng_uuid(&d->rng, token);
    alb_params params = { 0 };
    for (size_t k = 0; k < step->params.len; k++)
        *LIST_PUSH(d->a, &params) = step->params.items[k];
    *LIST_PUSH(d->a, &params) = (struct alb_param){ "ClientToken", arena_strdup(d->a, token) };
    *LIST_PUSH(d->a, &params) = (struct alb_param){ "DryRun", "true" };
    uint64_t call = alb_begin(d->session->alb, step->action, &params, ALB_NORMAL, err);
    if (!call)
        return false;
    *LIST_PUSH(d->a, &d->asked) = (struct asked){ call, i };
    d->left++;
    return true;
}

/* Is a refusal the last word?  Steps that go before this one may remove a conflict, a lack or
 * a state that is in the way, but nothing makes a wrong parameter right, and nothing makes what is
 * named by its id. */
static bool is_final(const struct dry_run *d, size_t step, enum error_kind kind)
{
    if (kind == ERROR_INVALID || kind == ERROR_DENIED || kind == ERROR_NOT_FOUND)
        return true;
    return is_first_of_lane(d->plan, step) && !d->plan->steps.items[step].waits;
}

static void judge(struct dry_run *d, size_t step, const struct alb_result *r)
{
    struct step_verdict *v = &d->verdicts[step];
    const char *said = r->ok ? "" : arena_strdup(d->a, r->err.msg);
    if (r->ok)
        *v = (struct step_verdict){ VERDICT_ACCEPTED, "" };
    else if (is_final(d, step, r->err.kind))
        *v = (struct step_verdict){ VERDICT_REFUSED, said };
    else
        v->why =
            arena_fmt(d->a, "refused as things are, before the steps that precede it: %s", said);
}

/* No code means nobody of the cloud has answered. */
static bool take_verdict(void *arg, const struct alb_result *r, struct error *err)
{
    struct dry_run *d = arg;
    (void)err;
    for (size_t i = 0; i < d->asked.len; i++) {
        if (d->asked.items[i].call != r->id)
            continue;
        d->left--;
        if (!r->ok && !r->err.code[0] && !d->failed.msg[0])
            d->failed = r->err;
        judge(d, d->asked.items[i].step, r);
    }
    return true;
}

bool session_dry_run(struct session *s, const struct plan *plan, struct arena *a,
                     struct step_verdict **out, struct error *err)
{
    struct dry_run d = { .session = s, .plan = plan, .a = a };
    d.rng.state = ~s->seed; /* tokens of their own (design.md §6) */
    d.verdicts = arena_array(a, plan->steps.len + 1, sizeof *d.verdicts);
    for (size_t i = 0; i < plan->steps.len; i++)
        if (!ask(&d, i, err))
            return false;
    while (d.left)
        if (!session_turn(s, -1, take_verdict, &d, err))
            return false;
    *out = d.verdicts;
    if (!d.failed.msg[0])
        return true;
    *err = d.failed;
    return error_wrap(err, "--dry-run=cloud");
}
