/* poll.c - what becomes of accepted changes: lanes wait for them by alb_wait.h. */
#include <string.h>

#include "apply_priv.h"

enum { DEADLINE_MS = 10 * 60 * 1000 };

bool poll_begin(struct apply *ap, struct lane *lane, const struct alb_result *r)
{
    lane->wait = alb_wait_reply(ap->wait, lane->step.action, &lane->step.params, r->reply,
                                r->done_ms + DEADLINE_MS, r->done_ms);
    return lane->wait != 0;
}

int64_t poll_run(struct apply *ap, int64_t now_ms)
{
    return alb_wait_run(ap->wait, now_ms);
}

static struct lane *waiting_lane(const struct apply *ap, uint64_t wait)
{
    const struct map_entry *cursor = NULL;
    void *value;
    while (map_next(&ap->lanes, &cursor, &value)) {
        struct lane *lane = value;
        if (lane->wait == wait)
            return lane;
    }
    return NULL;
}

/* Can a fresh read help?  What a failed job left behind is not known, so that it is looked
 * at, but for what would fail again. */
static bool is_worth_a_read(const struct alb_wait_done *done)
{
    enum error_kind kind = done->err.kind;
    if (done->unknown)
        return kind == ERROR_TRANSIENT || kind == ERROR_NOT_FOUND || kind == ERROR_CONFLICT;
    return kind != ERROR_DENIED && kind != ERROR_QUOTA
           && strcmp(done->err.code, "CreateFailed") != 0;
}

static bool lane_settled(struct apply *ap, struct lane *lane, const struct alb_wait_done *done,
                         int64_t now_ms, struct error *err)
{
    lane->wait = 0;
    lane->dns_name = *done->dns_name ? arena_strdup(&lane->arena, done->dns_name) : NULL;
    if (done->ok)
        return lane_complete(ap, lane, now_ms, err);
    const struct store_outcome o = { .state = "failed", .done_at = now_ms, .code = done->err.code };
    if (!done->unknown && !store_call_done(ap->in.store, lane->journal, &o, err))
        return error_wrap(err, "journal of %s", lane->step.action);
    if (!done->unknown)
        effect_failed(ap, lane);
    if (is_worth_a_read(done))
        lane_reread(ap, lane, &done->err, now_ms);
    else
        lane_give_up(ap, lane, &done->err, now_ms);
    return true;
}

bool poll_take(struct apply *ap, const struct alb_result *r, bool *taken, struct error *err)
{
    struct alb_wait_done done;
    *taken = alb_wait_take(ap->wait, r, r->done_ms);
    while (alb_wait_next(ap->wait, &done)) {
        struct lane *lane = waiting_lane(ap, done.id);
        if (lane && !lane_settled(ap, lane, &done, r->done_ms, err))
            return false;
    }
    return true;
}
