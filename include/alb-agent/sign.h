/* sign.h - request signatures of Alibaba Cloud, stage by stage: ACS3-HMAC-SHA256, called V3
 * (signature.md §3, §4), and the older RPC HMAC-SHA1, called V1 (§5), which STS is asked with.
 *
 * Pure: no clock, no random numbers, no I/O.  The date and the nonce are headers like any
 * other (in V1 parameters), put there by the caller.  Each stage can be looked at by itself,
 * which is how the vectors in tests/vectors/sign are checked; sign_v3() and sign_v1() run all
 * of them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "alb-agent/arena.h"
#include "alb-agent/secret.h"

struct buf;

/* A query parameter or a header, not encoded. */
struct sign_pair {
    const char *name;
    const char *value;
};
typedef LIST_OF(struct sign_pair) sign_pairs;

struct sign_request {
    const char *method; /* "POST"                                                  */
    const char *path;   /* as sent, encoded; "/" for RPC calls                     */
    sign_pairs query;   /* in any order                                            */
    sign_pairs headers; /* all that are sent; sign_v3_is_signed() says which count */
    const void *body;   /* the bytes as sent, or NULL                              */
    size_t body_len;
};

/* Appends 'text' percent-encoded: A-Z a-z 0-9 - _ . ~ stay, every other byte becomes %XX
 * in upper case, so that a space is %20. */
void sign_encode(struct buf *b, const char *text);

/* The pairs as a query: sorted by name in byte order, then by value, both encoded, joined
 * by '&'.  It is the canonical form and at the same time fit for the wire; a form body
 * has the same shape.  "" when there is none. */
const char *sign_query(struct arena *a, const sign_pairs *pairs);

/* Does a header enter the signature?  Host, content-type and every x-acs-* do, without
 * regard to case. */
bool sign_v3_is_signed(const char *header);

/* Stage 1: the names of the signed headers, in lower case, sorted, joined by ';'. */
const char *sign_v3_signed_headers(struct arena *a, const sign_pairs *headers);
/* Stage 2: the canonical request. */
const char *sign_v3_canonical_request(struct arena *a, const struct sign_request *request);
/* Stage 3: from the canonical request. */
const char *sign_v3_string_to_sign(struct arena *a, const char *canonical_request);
/* Stage 4: from the string to sign, in lower-case hex. */
const char *sign_v3_signature(struct arena *a, const char *string_to_sign,
                              const struct secret *access_key_secret);
/* Stage 5: the value of the header Authorization. */
const char *sign_v3_authorization(struct arena *a, const char *access_key_id,
                                  const char *signed_headers, const char *signature);

/* All stages: the value of the header Authorization, in 'a'. */
const char *sign_v3(struct arena *a, const struct sign_request *request, const char *access_key_id,
                    const struct secret *access_key_secret);

/* --- V1 ---
 * Signed are all parameters, those of the query and those of the form body alike, but for
 * Signature itself; headers are not.  Stage 1 is sign_query() of them. */

/* Stage 2, from the canonical query.  The path is always "/". */
const char *sign_v1_string_to_sign(struct arena *a, const char *method,
                                   const char *canonical_query);
/* Stage 3: Base64, as the value of the parameter Signature before it is encoded. */
const char *sign_v1_signature(struct arena *a, const char *string_to_sign,
                              const struct secret *access_key_secret);

/* All stages, in 'a'. */
const char *sign_v1(struct arena *a, const char *method, const sign_pairs *params,
                    const struct secret *access_key_secret);
