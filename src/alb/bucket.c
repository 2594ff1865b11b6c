/* bucket.c - how fast calls of one action may leave: a token bucket whose rate halves when
 * the cloud says "slow down" and comes back by equal steps.
 *
 * Whole numbers only, so that the same history gives the same waits on every machine. */
#include "alb_priv.h"

enum {
    SHARE_MIN = BUCKET_FULL / 64,
    SHARE_STEP = BUCKET_FULL / 8 /* comes back in each period */
};

static int64_t min64(int64_t x, int64_t y)
{
    return x < y ? x : y;
}

static int64_t max64(int64_t x, int64_t y)
{
    return x > y ? x : y;
}

/* What a token costs, and what a millisecond brings, in the same unit. */
static int64_t token(const struct bucket *b)
{
    return b->period_ms * BUCKET_FULL;
}

static int64_t income(const struct bucket *b)
{
    return b->limit * bucket_share(b, b->at_ms);
}

void bucket_init(struct bucket *b, const struct alb_budget *budget, int64_t now_ms)
{
    *b = (struct bucket){ .limit = budget->limit,
                          .period_ms = budget->period_ms,
                          .burst = budget->burst,
                          .share = BUCKET_FULL,
                          .at_ms = now_ms,
                          .cut_ms = now_ms - 1 };
    b->level = b->burst * token(b);
}

int64_t bucket_share(const struct bucket *b, int64_t now_ms)
{
    if (b->share == BUCKET_FULL)
        return BUCKET_FULL;
    int64_t passed = min64(max64(now_ms - b->cut_ms, 0), 8 * b->period_ms);
    return min64(b->share + passed * SHARE_STEP / b->period_ms, BUCKET_FULL);
}

/* A clock that was set back brings nothing, and counts on from where it is. */
static void refill(struct bucket *b, int64_t now_ms)
{
    int64_t full = b->burst * token(b);
    int64_t passed = now_ms - b->at_ms;
    /* After that long any bucket is full; the cap keeps the product below in range. */
    passed = min64(max64(passed, 0), full / (b->limit * SHARE_MIN) + 1);
    b->level = min64(b->level + passed * income(b), full);
    b->at_ms = now_ms;
}

void bucket_change(struct bucket *b, const struct alb_budget *budget, int64_t now_ms)
{
    struct bucket was = *b;
    const int64_t used = bucket_used(&was, now_ms);
    bucket_init(b, budget, now_ms);
    b->level -= (used < b->burst ? used : b->burst) * token(b);
    b->share = was.share;
    b->cut_ms = was.cut_ms;
    b->closed_until_ms = was.closed_until_ms;
    b->throttled = was.throttled;
}

int64_t bucket_used(struct bucket *b, int64_t now_ms)
{
    if (b->limit <= 0)
        return 0;
    refill(b, now_ms);
    return (b->burst * token(b) - b->level + token(b) - 1) / token(b);
}

int64_t bucket_rate(const struct bucket *b, int64_t now_ms)
{
    return b->limit * bucket_share(b, now_ms) / BUCKET_FULL;
}

int64_t bucket_wait_ms(struct bucket *b, int64_t now_ms)
{
    /* Capped, so that a clock that was set back does not close it for days. */
    int64_t closed = min64(max64(b->closed_until_ms - now_ms, 0), RETRY_AFTER_MAX_MS);
    if (b->limit <= 0)
        return closed;
    refill(b, now_ms);
    int64_t lacking = token(b) - b->level;
    int64_t refilled = lacking <= 0 ? 0 : (lacking + income(b) - 1) / income(b);
    return max64(closed, refilled);
}

bool bucket_take(struct bucket *b, int64_t now_ms)
{
    if (bucket_wait_ms(b, now_ms) > 0)
        return false;
    if (b->limit > 0)
        b->level -= token(b);
    return true;
}

void bucket_throttled(struct bucket *b, int64_t sent_ms, int64_t now_ms, int64_t retry_after_ms)
{
    b->throttled++;
    if (retry_after_ms > 0)
        b->closed_until_ms = max64(b->closed_until_ms, now_ms + retry_after_ms);
    if (b->limit <= 0 || sent_ms <= b->cut_ms)
        return;
    refill(b, now_ms);
    b->share = max64(bucket_share(b, now_ms) / 2, SHARE_MIN);
    b->cut_ms = now_ms;
    b->level = min64(b->level, 0);
}
