/* fuzz_profile.c - any file of profiles, as INI and as the CLI's JSON: what is taken is whole,
 * what is not says why, and no value of the file gets into a message but names and modes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/json.h"
#include "src/alb/provider_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void check_source(const struct source *s)
{
    must(s->n_roles <= ROLES_MAX);
    for (size_t i = 0; i < s->n_roles; i++)
        must(s->roles[i].arn && s->roles[i].session_name && s->roles[i].sts
             && s->roles[i].duration_s > 0);
    switch (s->kind) {
    case SOURCE_KEYS: must(s->keys.access_key_id.len && s->keys.access_key_secret.len); break;
    case SOURCE_OIDC: must(s->oidc_provider && s->token_file && s->oidc.arn); break;
    case SOURCE_METADATA: must(s->metadata != NULL); break;
    case SOURCE_URI: must(s->uri != NULL); break;
    }
}

static void check_profile(const cJSON *config, const char *name)
{
    static const struct chain_in IN = { 0 };
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error why = { 0 };
    struct source s = { 0 };
    if (profile_source(&a, &IN, config, name, &s, &why))
        check_source(&s);
    else
        must(why.kind == ERROR_DENIED && !s.keys.access_key_secret.data);
    alb_credentials_done(&s.keys);
}

static void check_config(const cJSON *config)
{
    const cJSON *p;
    check_profile(config, NULL);
    cJSON_ArrayForEach (p, json_get(config, "profiles"))
        if (json_str(p, "name"))
            check_profile(config, json_str(p, "name"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf text CLEANUP(buf_done) = { 0 };
    struct error err;
    if (size > 4096)
        return 0;
    buf_add(&text, data, size);
    cJSON *ini CLEANUP(json_done) = profile_from_ini(buf_str(&text));
    check_config(ini);
    cJSON *json CLEANUP(json_done) = NULL;
    if (json_parse(buf_str(&text), text.len, &json, &err))
        check_config(json);
    return 0;
}
