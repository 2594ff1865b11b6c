/* v1.h - is a request signed by one of our keys?  The RPC signature, HMAC-SHA1, as
 * signature.md §5 describes it. */
#pragma once

#include "auth.h"

/* Does the request carry any parameter of a V1 signature? */
bool v1_is_signed(const struct params *flat);

/* Checks, in the order of alb-semantics.md §2: what must be there, the key, the time (15
 * minutes either way), the signature, the security token, the nonce, which is remembered
 * when all is well.  'call' is told the key and the string to sign. */
bool v1_verify(struct auth *auth, struct auth_call *call, struct error *err) MUST_USE;
