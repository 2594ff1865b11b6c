/* auth.c - the checks that both signatures share (alb-semantics.md §2, order of checks). */
#include "auth.h"

#include <string.h>

#include "alb-agent/clock.h"
#include "alb-agent/hash.h"

void auth_done(struct auth *auth)
{
    nonce_set_done(&auth->nonces);
    nonce_set_done(&auth->nonces_before);
}

bool auth_key(const struct auth *auth, struct auth_call *call, const char *id, struct error *err)
{
    for (size_t i = 0; i < auth->n_keys; i++) {
        if (strcmp(auth->keys[i].id, id) != 0)
            continue;
        call->key = auth->keys[i];
        return !call->key.disabled || spec_refuse(auth->spec, "InvalidAccessKeyId.Inactive", err);
    }
    if (auth->issued && auth->issued(auth->issuer, id, &call->key))
        return true;
    return spec_refuse(auth->spec, "InvalidAccessKeyId.NotFound", err);
}

bool auth_time(const struct auth *auth, const struct auth_call *call, const char *date,
               struct error *err)
{
    int64_t ms, now_ms = call->date_ms ? call->date_ms : call->now_ms;
    if (!time_parse(date, &ms))
        return spec_refuse(auth->spec, "InvalidTimeStamp.Format", err);
    if (ms < now_ms - AUTH_CLOCK_SKEW_MS || ms > now_ms + AUTH_CLOCK_SKEW_MS)
        return spec_refuse(auth->spec, "InvalidTimeStamp.Expired", err);
    return true;
}

bool auth_token(const struct auth *auth, const struct auth_call *call, const char *token,
                struct error *err)
{
    const struct access_key *key = &call->key;
    bool given = token && *token;
    if (key->token && !given)
        return spec_refuse(auth->spec, "MissingSecurityToken", err);
    if (given && (!key->token || !hash_equal(token, key->token)))
        return spec_refuse(auth->spec, "InvalidSecurityToken.MismatchWithAccessKey", err);
    if (key->expires_ms && call->now_ms >= key->expires_ms)
        return spec_refuse(auth->spec, "InvalidSecurityToken.Expired", err);
    return true;
}

/* Two half hours are remembered: a request dated 15 minutes ahead is valid for 30. */
bool auth_nonce(struct auth *auth, const struct auth_call *call, const char *nonce,
                struct error *err)
{
    if (call->now_ms - auth->nonces_since_ms >= 2LL * AUTH_CLOCK_SKEW_MS) {
        nonce_set_done(&auth->nonces_before);
        auth->nonces_before = auth->nonces;
        auth->nonces = (struct nonce_set){ 0 };
        auth->nonces_since_ms = call->now_ms;
    }
    uint64_t mark = nonce_mark(call->key.id, nonce);
    if (nonce_set_has(&auth->nonces, mark) || nonce_set_has(&auth->nonces_before, mark))
        return spec_refuse(auth->spec, "SignatureNonceUsed", err);
    nonce_set_add(&auth->nonces, mark);
    return true;
}

bool auth_mismatch(const char *why, struct error *err)
{
    return front_refuse(err, 400, "SignatureDoesNotMatch",
                        "Specified signature is not matched with our calculation.%s "
                        "server string to sign is:",
                        why);
}
