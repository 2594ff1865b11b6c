/* v1.c - RPC HMAC-SHA1, one function a stage (signature.md §5). */
#include "sign_priv.h"

#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/hash.h"

const char *sign_v1_string_to_sign(struct arena *a, const char *method, const char *canonical_query)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    buf_addf(&b, "%s&%%2F&", method);
    sign_encode(&b, canonical_query);
    return buf_keep(&b, a);
}

const char *sign_v1_signature(struct arena *a, const char *string_to_sign,
                              const struct secret *access_key_secret)
{
    unsigned char mac[SHA1_SIZE];
    char text[4 * ((SHA1_SIZE + 2) / 3) + 1];
    struct secret key CLEANUP(secret_done) = { 0 };
    secret_set(&key, access_key_secret->data ? access_key_secret->data : "");
    /* The key is the secret with one '&' behind it, which takes the place of the NUL. */
    key.data[key.len] = '&';
    hash_hmac_sha1(key.data, key.len + 1, string_to_sign, strlen(string_to_sign), mac);
    hash_base64(mac, sizeof mac, text);
    return arena_strdup(a, text);
}

const char *sign_v1(struct arena *a, const char *method, const sign_pairs *params,
                    const struct secret *access_key_secret)
{
    return sign_v1_signature(a, sign_v1_string_to_sign(a, method, sign_query(a, params)),
                             access_key_secret);
}
