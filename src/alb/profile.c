/* profile.c - profiles of the aliyun CLI (config.json) and of the SDKs (an INI file), as
 * sources.  Both are brought into the CLI's shape first, so that there is one reading. */
#include "provider_priv.h"

#include <string.h>

#include "alb-agent/json.h"

enum { DURATION_S = 3600 };

/* The INI file's words in the CLI's. */
static const struct {
    const char *ini, *cli;
} KEYS[] = {
    { "security_token", "sts_token" },
    { "role_arn", "ram_role_arn" },
    { "role_session_name", "ram_session_name" },
    { "role_name", "ram_role_name" },
    { "oidc_token_file_path", "oidc_token_file" },
    { "sts_region_id", "sts_region" },
};
static const struct {
    const char *ini, *cli;
} TYPES[] = {
    { "access_key", "AK" },           { "sts", "StsToken" },
    { "ecs_ram_role", "EcsRamRole" }, { "ram_role_arn", "RamRoleArn" },
    { "oidc_role_arn", "OIDC" },      { "credentials_uri", "CredentialsURI" },
};

/* ---- INI ------------------------------------------------------------------------------ */

/* 'text' up to 'len' without blanks at its ends. */
static char *trimmed(struct arena *a, const char *text, size_t len)
{
    while (len && strchr(" \t\r", *text)) {
        text++;
        len--;
    }
    while (len && strchr(" \t\r", text[len - 1]))
        len--;
    return arena_strndup(a, text, len);
}

static void add_pair(cJSON *profile, const char *key, const char *value)
{
    if (!strcmp(key, "type")) {
        for (size_t i = 0; i < COUNT(TYPES); i++)
            if (!strcmp(value, TYPES[i].ini))
                value = TYPES[i].cli;
        key = "mode";
    }
    for (size_t i = 0; i < COUNT(KEYS); i++)
        if (!strcmp(key, KEYS[i].ini))
            key = KEYS[i].cli;
    if (strcmp(key, "name") != 0 && !cJSON_GetObjectItemCaseSensitive(profile, key))
        cJSON_AddStringToObject(profile, key, value);
}

static void read_line(struct arena *a, cJSON *profiles, cJSON **profile, const char *line,
                      size_t len)
{
    char *text = trimmed(a, line, len);
    size_t n = strlen(text);
    if (n > 2 && text[0] == '[' && text[n - 1] == ']') {
        *profile = cJSON_CreateObject();
        cJSON_AddStringToObject(*profile, "name", trimmed(a, text + 1, n - 2));
        cJSON_AddItemToArray(profiles, *profile);
        return;
    }
    char *eq = strchr(text, '=');
    if (!*profile || !eq || *text == '#' || *text == ';')
        return;
    add_pair(*profile, trimmed(a, text, (size_t)(eq - text)), trimmed(a, eq + 1, strlen(eq + 1)));
}

cJSON *profile_from_ini(const char *text)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    cJSON *config = cJSON_CreateObject();
    cJSON_AddStringToObject(config, "current", "default");
    cJSON *profiles = cJSON_AddArrayToObject(config, "profiles"), *profile = NULL;
    while (*text) {
        size_t len = strcspn(text, "\n");
        read_line(&a, profiles, &profile, text, len);
        text += len + (text[len] == '\n');
    }
    return config;
}

/* ---- sources --------------------------------------------------------------------------- */

static const cJSON *find_profile(const cJSON *config, const char *name)
{
    const cJSON *p;
    cJSON_ArrayForEach (p, json_get(config, "profiles")) {
        const char *found = json_str(p, "name");
        if (found && !strcmp(found, name))
            return p;
    }
    return NULL;
}

/* A member that is set and not empty, in 'a'; or NULL. */
static const char *text_of(struct arena *a, const cJSON *profile, const char *name)
{
    const char *value = json_str(profile, name);
    return value && *value ? arena_strdup(a, value) : NULL;
}

/* True in config.json, and in an INI file the word. */
static bool is_true(const cJSON *profile, const char *name)
{
    const char *text = json_str(profile, name);
    return cJSON_IsTrue(json_get(profile, name)) || (text && !strcmp(text, "true"));
}

static bool lacks(struct error *why, const char *what)
{
    return error_set(why, ERROR_DENIED, "%s is not set", what);
}

static bool read_keys(const cJSON *p, bool token, struct source *out, struct error *why)
{
    const char *id = json_str(p, "access_key_id"), *secret = json_str(p, "access_key_secret");
    const char *sts_token = json_str(p, "sts_token");
    if (!id || !*id)
        return lacks(why, "access_key_id");
    if (!secret || !*secret)
        return lacks(why, "access_key_secret");
    if (token && (!sts_token || !*sts_token))
        return lacks(why, "sts_token");
    out->kind = SOURCE_KEYS;
    secret_set(&out->keys.access_key_id, id);
    secret_set(&out->keys.access_key_secret, secret);
    secret_set(&out->keys.security_token, sts_token && *sts_token ? sts_token : NULL);
    return true;
}

static bool read_role(struct arena *a, const struct chain_in *in, const cJSON *p, struct role *out,
                      struct error *why)
{
    const char *session = text_of(a, p, "ram_session_name");
    int64_t duration_s = json_int(p, "expired_seconds", 0);
    *out = (struct role){ .arn = text_of(a, p, "ram_role_arn"),
                          .session_name = session ? session : "alb-agent",
                          .external_id = text_of(a, p, "external_id"),
                          .policy = text_of(a, p, "policy"),
                          .duration_s = duration_s > 0 ? duration_s : DURATION_S,
                          .sts = chain_sts(a, in, text_of(a, p, "sts_region"),
                                           is_true(p, "enable_vpc")) };
    if (!out->arn)
        return lacks(why, "ram_role_arn");
    return out->sts || error_set(why, ERROR_DENIED, "sts_region is not the name of a region");
}

static bool push_role(struct arena *a, const struct chain_in *in, const cJSON *p,
                      struct source *out, struct error *why)
{
    if (out->n_roles == ROLES_MAX)
        return error_set(why, ERROR_DENIED, "more than %d roles on top of each other", ROLES_MAX);
    return read_role(a, in, p, &out->roles[out->n_roles], why) && ++out->n_roles;
}

static bool read_metadata(struct arena *a, const struct chain_in *in, const cJSON *p,
                          struct source *out, struct error *why)
{
    return chain_metadata(a, in, text_of(a, p, "ram_role_name"), out)
           || error_set(why, ERROR_DENIED, "the metadata server is switched off");
}

static bool read_oidc(struct arena *a, const struct chain_in *in, const cJSON *p,
                      struct source *out, struct error *why)
{
    out->kind = SOURCE_OIDC;
    out->oidc_provider = text_of(a, p, "oidc_provider_arn");
    out->token_file = text_of(a, p, "oidc_token_file");
    if (!out->oidc_provider || !out->token_file)
        return lacks(why, out->oidc_provider ? "oidc_token_file" : "oidc_provider_arn");
    return read_role(a, in, p, &out->oidc, why);
}

static bool read_uri(struct arena *a, const cJSON *p, struct source *out, struct error *why)
{
    out->kind = SOURCE_URI;
    out->uri = text_of(a, p, "credentials_uri");
    return out->uri || lacks(why, "credentials_uri");
}

/* A profile that stands on no other one. */
static bool read_base(struct arena *a, const struct chain_in *in, const cJSON *p,
                      struct source *out, struct error *why)
{
    const char *mode = json_str(p, "mode");
    mode = mode ? mode : "";
    if (!strcmp(mode, "AK") || !strcmp(mode, "StsToken"))
        return read_keys(p, mode[0] == 'S', out, why);
    if (!strcmp(mode, "RamRoleArn"))
        return read_keys(p, false, out, why) && push_role(a, in, p, out, why);
    if (!strcmp(mode, "EcsRamRole"))
        return read_metadata(a, in, p, out, why);
    if (!strcmp(mode, "RamRoleArnWithRoleName"))
        return read_metadata(a, in, p, out, why) && push_role(a, in, p, out, why);
    if (!strcmp(mode, "OIDC"))
        return read_oidc(a, in, p, out, why);
    if (!strcmp(mode, "CredentialsURI"))
        return read_uri(a, p, out, why);
    return error_set(why, ERROR_DENIED, "mode '%.40s' cannot be used here", mode);
}

/* From the profile down to the one that stands on no other, then up again. */
static bool read_chain(struct arena *a, const struct chain_in *in, const cJSON *config,
                       const char *name, struct source *out, struct error *why)
{
    const cJSON *above[ROLES_MAX], *p;
    size_t n = 0;
    for (;;) {
        p = find_profile(config, name);
        if (!p)
            return error_set(why, ERROR_DENIED, "there is no profile '%.80s'", name);
        const char *mode = json_str(p, "mode");
        if (!mode || strcmp(mode, "ChainableRamRoleArn") != 0)
            break;
        if (n == ROLES_MAX)
            return error_set(why, ERROR_DENIED, "more than %d profiles on top of each other",
                             ROLES_MAX);
        above[n++] = p;
        name = json_str(p, "source_profile");
        if (!name)
            return lacks(why, "source_profile");
    }
    if (!read_base(a, in, p, out, why))
        return false;
    while (n)
        if (!push_role(a, in, above[--n], out, why))
            return false;
    return true;
}

bool profile_source(struct arena *a, const struct chain_in *in, const cJSON *config,
                    const char *name, struct source *out, struct error *why)
{
    name = name ? name : json_str(config, "current");
    name = name && *name ? name : "default";
    const char *file = out->file;
    out->name = arena_fmt(a, "profile '%.80s'", name);
    if (read_chain(a, in, config, name, out, why))
        return true;
    alb_credentials_done(&out->keys);
    *out = (struct source){ .file = file };
    return error_wrap(why, "profile '%.80s'", name);
}
