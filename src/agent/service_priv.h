/* service_priv.h - parts of the process around the agent. */
#pragma once

#include "alb-agent/agent.h"
#include "alb-agent/config.h"

/* status.c: what the agent says of itself, in 'a', beside what 'out' says already. */
void service_status(const struct agent *g, const struct agent_settings *settings, struct arena *a,
                    struct store_status *out);
