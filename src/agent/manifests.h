/* manifests.h - objects from files that change while the agent runs. */
#pragma once

#include "alb-agent/agent.h"

struct source_watch;

struct manifests {
    const char *const *paths; /* as source_read() takes them, borrowed */
    size_t n_paths;
    struct source_watch *watch;
};

/* Reads everything into the agent and watches it from then on; manifests_close() also after a
 * failure. */
bool manifests_open(struct manifests *m, struct agent *g, const char *const *paths, size_t n_paths,
                    struct error *err) MUST_USE;
void manifests_close(struct manifests *m);
/* Readable when something may have changed; another one after manifests_take(). */
int manifests_fd(const struct manifests *m);
/* Tells the agent what changed.  Never blocks but on the files themselves. */
bool manifests_take(struct manifests *m, struct agent *g, struct error *err) MUST_USE;
