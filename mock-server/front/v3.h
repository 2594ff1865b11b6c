/* v3.h - is a request signed by one of our keys?  ACS3-HMAC-SHA256 as signature.md §4
 * describes it, written independently of the agent's own signer. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "alb-agent/error.h"
#include "alb-agent/httpd.h"
#include "alb-agent/map.h"
#include "params.h"
#include "spec.h"

/* A pair that may sign.  Borrowed. */
struct access_key {
    const char *id, *secret;
    const char *token; /* the security token that goes with it, NULL: none */
};

/* What is needed to judge, and the nonces that were seen.  v3_done() frees those. */
struct v3 {
    const struct spec *spec; /* for the gateway's codes                              */
    const struct access_key *keys;
    size_t n_keys;
    struct map nonces, nonces_before; /* key and nonce, of this half hour and the last */
    int64_t nonces_since_ms;
};
void v3_done(struct v3 *v);

enum { V3_CLOCK_SKEW_MS = 15 * 60 * 1000 };

/* Does the request carry a V3 Authorization header at all? */
bool v3_is_signed(const struct httpd_request *request);

/* Checks, in the order of alb-semantics.md §2: what must be there, the key, the time (15
 * minutes either way), the signature, the security token, the nonce, which is remembered
 * when all is well.  'query' are the decoded parameters of the target. */
bool v3_verify(struct v3 *v, const struct httpd_request *request, const struct params *query,
               int64_t now_ms, struct error *err) MUST_USE;
