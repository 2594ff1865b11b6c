/* v1.c - all parameters of query and form but Signature, sorted and encoded twice.  They
 * are taken as they came: an empty one is absent for the call, yet it was signed. */
#include "v1.h"

#include <string.h>
#include <strings.h>

#include "alb-agent/buf.h"
#include "alb-agent/hash.h"

bool v1_is_signed(const struct params *flat)
{
    return params_get(flat, "Signature") || params_get(flat, "AccessKeyId")
           || params_get(flat, "SignatureMethod");
}

static const char *param_of(const struct auth_call *call, const char *name)
{
    const char *value = params_get(call->query, name);
    return value ? value : params_get(call->form, name);
}

/* Are the parameters there that a signature needs? */
static bool check_params(const struct auth *auth, const struct auth_call *call, struct error *err)
{
    static const char *const needed[] = {
        "AccessKeyId",      "Timestamp",      "SignatureMethod",
        "SignatureVersion", "SignatureNonce", "Signature",
    };
    struct arena *a = call->request->arena;
    for (size_t i = 0; i < COUNT(needed); i++)
        if (!param_of(call, needed[i]))
            return front_refuse(err, 400, arena_fmt(a, "Missing%s", needed[i]),
                                "%s is mandatory for this action.", needed[i]);
    if (strcasecmp(param_of(call, "SignatureMethod"), "HMAC-SHA1") != 0)
        return spec_refuse(auth->spec, "InvalidSignatureMethod", err);
    return !strcmp(param_of(call, "SignatureVersion"), "1.0")
           || front_refuse(err, 400, "InvalidSignatureVersion",
                           "Specified parameter SignatureVersion is not valid.");
}

static const char *string_to_sign(struct auth_call *call)
{
    struct arena *a = call->request->arena;
    struct params all = { 0 };
    struct buf canonical CLEANUP(buf_done) = { .max = 64U << 20 },
                         text CLEANUP(buf_done) = { .max = 64U << 20 };
    for (size_t i = 0; i < call->query->len + call->form->len; i++) {
        const struct param *p = i < call->query->len ? &call->query->items[i]
                                                     : &call->form->items[i - call->query->len];
        if (strcmp(p->name, "Signature") != 0)
            *LIST_PUSH(a, &all) = *p;
    }
    params_canonical(a, &all, &canonical);
    buf_addf(&text, "%s&%%2F&", call->request->method);
    params_encode(&text, buf_str(&canonical));
    return buf_keep(&text, a);
}

static bool check_signature(struct auth_call *call, struct error *err)
{
    unsigned char mac[SHA1_SIZE];
    char expected[4 * ((SHA1_SIZE + 2) / 3) + 1];
    const char *text = call->string_to_sign = string_to_sign(call);
    const char *secret = arena_fmt(call->request->arena, "%s&", call->key.secret);
    hash_hmac_sha1(secret, strlen(secret), text, strlen(text), mac);
    hash_base64(mac, sizeof mac, expected);
    return hash_equal(expected, param_of(call, "Signature")) || auth_mismatch("", err);
}

bool v1_verify(struct auth *auth, struct auth_call *call, struct error *err)
{
    return check_params(auth, call, err) && auth_key(auth, call, param_of(call, "AccessKeyId"), err)
           && auth_time(auth, call, param_of(call, "Timestamp"), err) && check_signature(call, err)
           && auth_token(auth, call, param_of(call, "SecurityToken"), err)
           && auth_nonce(auth, call, param_of(call, "SignatureNonce"), err);
}
