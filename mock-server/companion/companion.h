/* companion.h - the products that clients of ALB call on the way: credentials (STS, ECS
 * metadata), certificates (CAS), endpoints, resource groups.
 *
 * They hang on the front as its side door (front.h): the front verifies, validates and
 * logs, as for ALB.  All state is one JSON tree, in memory or in a file that is replaced
 * as a whole at each change; same seed, calls and times, same bytes. */
#pragma once

#include "../front/front.h"

struct companion;

struct companion_config {
    const char *file; /* keeps the state, NULL: in memory        */
    uint64_t seed;    /* of ids, keys and tokens                 */
};

/* '*out' is the caller's, for companion_close(). */
bool companion_open(struct companion **out, const struct companion_config *config,
                    struct error *err) MUST_USE;
void companion_close(struct companion *c);

/* The whole state: keys and sessions, certificates with their private keys, resource groups,
 * roles, and the ids still to be drawn.  The companion's, until its next call. */
const cJSON *companion_state(struct companion *c);
/* Takes a copy of such a state in the place of what there is; on failure nothing changes. */
bool companion_restore(struct companion *c, const cJSON *state, struct error *err) MUST_USE;

/* Was a certificate uploaded that ALB knows as 'id' ("10000001-cn-hangzhou")?  'arg' is the
 * companion; for cloud_set_certificates(). */
bool companion_has_certificate(void *arg, const char *id);

/* For 'front_config.side'; borrowed as long as the companion lives. */
const struct front_side *companion_side(struct companion *c);
