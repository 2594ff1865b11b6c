/* chain.c - the default chain: who is asked for keys, by environment and files
 * (companion-apis.md §5).
 *
 * What is configured decides: its failure is told, and the next in line is not tried, since
 * that could be somebody else.  Only the metadata server, which is there or not, is passed
 * over. */
#include "provider_priv.h"

#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/json.h"

#define PREFIX            "ALIBABA_CLOUD_"
#define METADATA_ENDPOINT "http://100.100.100.200"

enum { PROFILE_MAX = 1 << 20, DURATION_S = 3600 };

void sources_done(sources *list)
{
    for (size_t i = 0; i < list->len; i++)
        alb_credentials_done(&list->items[i].keys);
    *list = (sources){ 0 };
}

const char *chain_env(const struct chain_in *in, const char *name)
{
    const char *value = in->env ? in->env(name) : NULL;
    return value && *value ? value : NULL;
}

const char *chain_sts(struct arena *a, const struct chain_in *in, const char *region, bool vpc)
{
    struct error ignored;
    const char *given = in->sts;
    if (!given && !region && !endpoint_from_env(a, ALB_PRODUCT_STS, in->env, &given, &ignored))
        return NULL;
    if (given)
        return given;
    vpc = vpc || env_is_true(in->env, PREFIX "VPC_ENDPOINT_ENABLED");
    if (!region)
        region = chain_env(in, PREFIX "STS_REGION");
    if (!region && vpc)
        region = in->region;
    if (!region)
        return "https://sts.aliyuncs.com";
    return region_is_plain(region) ? alb_endpoint(a, ALB_PRODUCT_STS, region, vpc) : NULL;
}

bool chain_metadata(struct arena *a, const struct chain_in *in, const char *role,
                    struct source *out)
{
    struct error ignored;
    const char *given = chain_env(in, "METADATA_ENDPOINT");
    if (!given)
        given = METADATA_ENDPOINT;
    else if (!strstr(given, "://"))
        given = arena_fmt(a, "http://%s", given);
    if (env_is_true(in->env, PREFIX "ECS_METADATA_DISABLED")
        || !endpoint_parse(a, given, &out->metadata, &ignored))
        return false;
    out->kind = SOURCE_METADATA;
    out->instance_role = role ? role : chain_env(in, PREFIX "ECS_METADATA");
    out->token_only = env_is_true(in->env, PREFIX "IMDSV1_DISABLED");
    return true;
}

/* One way of finding a source: false with ERROR_NONE when it is not configured. */
typedef bool find_fn(struct arena *a, const struct chain_in *in, struct source *out,
                     struct error *why);

static bool find_keys(struct arena *a, const struct chain_in *in, struct source *out,
                      struct error *why)
{
    (void)a;
    out->name = "environment";
    out->kind = SOURCE_KEYS;
    if (!chain_env(in, PREFIX "ACCESS_KEY_ID") && !chain_env(in, PREFIX "ACCESS_KEY_SECRET"))
        return false;
    return alb_credentials_from_env(&out->keys, in->env, why);
}

static bool find_oidc(struct arena *a, const struct chain_in *in, struct source *out,
                      struct error *why)
{
    const char *session = chain_env(in, PREFIX "ROLE_SESSION_NAME");
    out->name = "OIDC token";
    out->kind = SOURCE_OIDC;
    out->oidc = (struct role){ .arn = chain_env(in, PREFIX "ROLE_ARN"),
                               .session_name = session ? session : "alb-agent",
                               .duration_s = DURATION_S,
                               .sts = chain_sts(a, in, NULL, false) };
    out->oidc_provider = chain_env(in, PREFIX "OIDC_PROVIDER_ARN");
    out->token_file = chain_env(in, PREFIX "OIDC_TOKEN_FILE");
    if (!out->oidc_provider || !out->token_file || !out->oidc.arn)
        return false;
    return out->oidc.sts
           || error_set(why, ERROR_DENIED,
                        "no STS endpoint: look at " PREFIX "STS_ENDPOINT and " PREFIX "STS_REGION");
}

/* "~/NAME", or NULL when there is no home. */
static const char *home_file(struct arena *a, const struct chain_in *in, const char *name)
{
    const char *home = chain_env(in, "HOME");
    return home ? arena_fmt(a, "%s/%s", home, name) : NULL;
}

/* A file of profiles; a profile that cannot be used is a reason, not an end. */
static bool find_profile(struct arena *a, const struct chain_in *in, const char *path, bool ini,
                         struct source *out, struct error *why)
{
    const char *text;
    if (!path)
        return false;
    if (!file_text(a, path, PROFILE_MAX, &text, why)) {
        why->kind = why->kind == ERROR_NOT_FOUND ? ERROR_NONE : why->kind;
        return false;
    }
    cJSON *config CLEANUP(json_done) = ini ? profile_from_ini(text) : NULL;
    struct error ignored;
    if (!ini && !json_parse(text, strlen(text), &config, &ignored))
        return error_set(why, ERROR_DENIED, "%s: not JSON", path);
    out->file = path;
    const char *name = chain_env(in, PREFIX "PROFILE");
    if (!profile_source(a, in, config, name, out, why))
        return error_wrap(why, "%s", path);
    out->name = arena_fmt(a, "%s of %s", out->name, path);
    return true;
}

static bool find_cli(struct arena *a, const struct chain_in *in, struct source *out,
                     struct error *why)
{
    if (env_is_true(in->env, PREFIX "CLI_PROFILE_DISABLED"))
        return false;
    return find_profile(a, in, home_file(a, in, ".aliyun/config.json"), false, out, why);
}

static bool find_ini(struct arena *a, const struct chain_in *in, struct source *out,
                     struct error *why)
{
    const char *path = chain_env(in, PREFIX "CREDENTIALS_FILE");
    if (!path)
        path = home_file(a, in, ".alibabacloud/credentials");
    return find_profile(a, in, path, true, out, why);
}

static const struct {
    find_fn *find;
    bool must; /* what is set, but wrong, is an error: environment and explicit roles */
} CONFIGURED[] = {
    { find_keys, true }, { find_oidc, true }, { find_cli, false }, { find_ini, false }
};

/* What is asked when nothing is configured. */
static void add_services(struct arena *a, const struct chain_in *in, sources *out)
{
    struct source metadata = { .name = "metadata server" };
    if (chain_metadata(a, in, NULL, &metadata))
        *LIST_PUSH(a, out) = metadata;
    const char *uri = chain_env(in, PREFIX "CREDENTIALS_URI");
    if (uri)
        *LIST_PUSH(a, out) =
            (struct source){ .name = "credentials URI", .kind = SOURCE_URI, .uri = uri };
}

/* The role of the configuration, on top of whatever was found. */
static bool add_role(struct arena *a, const struct chain_in *in, sources *out, struct error *err)
{
    const struct alb_role *r = in->role;
    const char *sts = chain_sts(a, in, NULL, false);
    for (size_t i = 0; r && r->arn && i < out->len; i++) {
        struct source *s = &out->items[i];
        if (!sts || s->n_roles == ROLES_MAX)
            return error_set(err, ERROR_DENIED, "role %s: no STS endpoint", r->arn);
        s->roles[s->n_roles++] =
            (struct role){ .arn = r->arn,
                           .session_name = r->session_name ? r->session_name : "alb-agent",
                           .external_id = r->external_id,
                           .policy = r->policy,
                           .duration_s = r->duration_s > 0 ? r->duration_s : DURATION_S,
                           .sts = sts };
    }
    return true;
}

bool chain_find(struct arena *a, const struct chain_in *in, sources *out, struct error *err)
{
    struct buf notes CLEANUP(buf_done) = { 0 };
    *out = (sources){ 0 };
    for (size_t i = 0; i < COUNT(CONFIGURED) && !out->len; i++) {
        struct source found = { 0 };
        struct error why = { 0 };
        if (CONFIGURED[i].find(a, in, &found, &why)) {
            *LIST_PUSH(a, out) = found;
        } else if (why.kind != ERROR_NONE) {
            *err = why;
            if (CONFIGURED[i].must)
                return false;
            buf_addf(&notes, "; %s", why.msg);
        }
    }
    if (!out->len)
        add_services(a, in, out);
    if (!out->len)
        return error_set(err, ERROR_DENIED,
                         "no credentials: set " PREFIX "ACCESS_KEY_ID and " PREFIX
                         "ACCESS_KEY_SECRET, or a profile or a role%s",
                         buf_str(&notes));
    if (add_role(a, in, out, err))
        return true;
    sources_done(out);
    return false;
}
