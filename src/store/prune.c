/* prune.c - the limits of what only grows. */
#include "store_priv.h"

enum { DAY_MS = 24 * 60 * 60 * 1000, MB = 1024 * 1024 };

static int64_t or_default(int64_t given, int64_t dflt)
{
    return given > 0 ? given : dflt;
}

bool store_prune(struct store *st, const struct store_limits *limits, int64_t now_ms,
                 struct error *err)
{
    st->calls_max = or_default(limits->calls, CALLS_MAX);
    int64_t age = or_default(limits->event_age_ms, (int64_t)7 * DAY_MS);
    return store_calls_prune(st, err)
           && store_revisions_prune(st, or_default(limits->revisions, 1000),
                                    or_default(limits->revision_bytes, (int64_t)64 * MB), err)
           && store_events_prune(st, now_ms - age,
                                 or_default(limits->event_bytes, (int64_t)64 * MB), err);
}
