/* service.h - 'alb-agent run': settings, manifests, signals, log and status around an agent. */
#pragma once

#include "alb-agent/config.h"

struct service_config {
    const struct config_in *settings; /* where they come from, also when they are read again */
    int log_fd;
    bool colour;
};

/* Runs until SIGINT or SIGTERM, then ends cleanly: no new change, what is in flight is brought to
 * its end; a second signal ends at once.  SIGHUP reads the settings and the manifests again.
 * False when it could not go on; then the state file says what was done. */
bool service_run(const struct service_config *config, struct error *err) MUST_USE;
