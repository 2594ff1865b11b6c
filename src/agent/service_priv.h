/* service_priv.h - parts of the process around the agent. */
#pragma once

#include "alb-agent/agent.h"
#include "alb-agent/config.h"

/* settings.c: what the settings mean for the agent ('a': its texts), and for what the state file
 * keeps.  What an agent tells and to whom is the caller's to add. */
struct agent_config service_agent_config(struct arena *a, const struct agent_settings *s);
struct store_limits service_store_limits(const struct agent_settings *s);

/* status.c: what the agent says of itself, in 'a', beside what 'out' says already: the time, and
 * where it runs.  'past' is what was said before, all-zero at first. */
struct status_past {
    struct arena arena;
    struct map since; /* object and why it is left out -> const int64_t, since when */
    struct arena certificates_arena;
    LIST_OF(struct store_certificate) certificates; /* about to expire, as of ... */
    int64_t certificates_at;
};
void service_status(const struct agent *g, const struct agent_settings *settings,
                    struct status_past *past, struct arena *a, struct store_status *out);
/* What the state file says an earlier run said. */
bool status_past_load(struct status_past *past, struct store *st, struct error *err) MUST_USE;
void status_past_done(struct status_past *past);
