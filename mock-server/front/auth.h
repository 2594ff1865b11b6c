/* auth.h - who calls: the keys that may sign, and what both signatures have in common.
 *
 * v1.h and v3.h rebuild what must have been signed; the checks of key, time, security
 * token and nonce are here, so that both schemes agree, and so that a nonce is good once
 * for both. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "alb-agent/error.h"
#include "alb-agent/httpd.h"
#include "nonce.h"
#include "params.h"
#include "spec.h"

enum { AUTH_CLOCK_SKEW_MS = 15 * 60 * 1000 };

/* A pair that may sign.  Texts are borrowed. */
struct access_key {
    const char *id, *secret;
    const char *token;  /* the security token that goes with it, NULL: none  */
    int64_t expires_ms; /* when the token ends, 0: never                     */
    bool disabled;
};

/* What is needed to judge, and the nonces that were seen.  auth_done() frees those. */
struct auth {
    const struct spec *spec; /* for the gateway's codes                              */
    const struct access_key *keys;
    size_t n_keys;
    /* Asked for keys that are not in the list, as front_side.key; NULL: nobody is. */
    bool (*issued)(void *issuer, const char *id, struct access_key *key);
    void *issuer;
    struct nonce_set nonces, nonces_before; /* of this half hour and the last */
    int64_t nonces_since_ms;
};
void auth_done(struct auth *auth);

/* One request to be judged. */
struct auth_call {
    const struct httpd_request *request;
    const struct params *query, *form; /* decoded, apart, with the empty ones     */
    int64_t now_ms;
    int64_t date_ms; /* with which its date is compared, 0: now_ms             */
    /* Set by a verification that got so far. */
    struct access_key key;
    const char *string_to_sign; /* as it should have been, in the request's arena */
};

/* The key with this id into 'call->key'; refuses unknown and disabled ones. */
bool auth_key(const struct auth *auth, struct auth_call *call, const char *id,
              struct error *err) MUST_USE;
/* Is 'date' ("2026-01-15T08:09:10Z") within 15 minutes of now? */
bool auth_time(const struct auth *auth, const struct auth_call *call, const char *date,
               struct error *err) MUST_USE;
/* Does the security token (NULL or empty: none) belong to the key, and is it valid still? */
bool auth_token(const struct auth *auth, const struct auth_call *call, const char *token,
                struct error *err) MUST_USE;
/* Refuses a nonce that the key has used; remembers it otherwise. */
bool auth_nonce(struct auth *auth, const struct auth_call *call, const char *nonce,
                struct error *err) MUST_USE;
/* Refuses with SignatureDoesNotMatch.  The message ends where the string to sign belongs:
 * 'call' has that, as it may be longer than an error can hold. */
bool auth_mismatch(const char *why, struct error *err) MUST_USE;
