/* credentials.c - the keys, from the environment variables that Alibaba's own tools read
 * (companion-apis.md §5). */
#include "alb-agent/alb.h"

#define ID     "ALIBABA_CLOUD_ACCESS_KEY_ID"
#define SECRET "ALIBABA_CLOUD_ACCESS_KEY_SECRET"
#define TOKEN  "ALIBABA_CLOUD_SECURITY_TOKEN"

bool alb_credentials_from_env(struct alb_credentials *out, char *(*get)(const char *name),
                              struct error *err)
{
    const char *id = get(ID), *secret = get(SECRET), *token = get(TOKEN);
    bool has_id = id && *id, has_secret = secret && *secret;
    if (!has_id && !has_secret)
        return error_set(err, ERROR_DENIED, "no credentials: set %s and %s", ID, SECRET);
    if (!has_id || !has_secret)
        return error_set(err, ERROR_DENIED, "no credentials: %s is set, %s is not",
                         has_id ? ID : SECRET, has_id ? SECRET : ID);
    *out = (struct alb_credentials){ 0 };
    secret_set(&out->access_key_id, id);
    secret_set(&out->access_key_secret, secret);
    secret_set(&out->security_token, token && *token ? token : NULL);
    return true;
}

void alb_credentials_done(struct alb_credentials *c)
{
    secret_done(&c->access_key_id);
    secret_done(&c->access_key_secret);
    secret_done(&c->security_token);
}
