/* service_priv.h - parts of the process around the agent. */
#pragma once

#include "alb-agent/agent.h"
#include "alb-agent/config.h"

/* settings.c: what the settings mean for the agent ('a': its texts), and for what the state file
 * keeps.  What an agent tells and to whom is the caller's to add. */
struct agent_config service_agent_config(struct arena *a, const struct agent_settings *s);
struct store_limits service_store_limits(const struct agent_settings *s);

/* status.c: what the agent says of itself, in 'a', beside what 'out' says already. */
void service_status(const struct agent *g, const struct agent_settings *settings, struct arena *a,
                    struct store_status *out);
