/* v3.h - is a request signed by one of our keys?  ACS3-HMAC-SHA256 as signature.md §4
 * describes it, written independently of the agent's own signer. */
#pragma once

#include "auth.h"

/* Does the request carry a V3 Authorization header at all? */
bool v3_is_signed(const struct httpd_request *request);

/* Checks, in the order of alb-semantics.md §2: what must be there, the key, the time (15
 * minutes either way), the signature, the security token, the nonce, which is remembered
 * when all is well.  'call' is told the key and the string to sign. */
bool v3_verify(struct auth *auth, struct auth_call *call, struct error *err) MUST_USE;
