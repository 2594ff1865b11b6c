/* sts.c - temporary keys (companion-apis.md §5).  What is issued here signs: the front
 * asks for keys that it does not know. */
#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/clock.h"
#include "companion_priv.h"

enum {
    NAME_MIN = 2,
    NAME_MAX = 64,
    DURATION_MIN = 900,
    DURATION_MAX = 43200,
    DURATION = 3600,
    POLICY_MAX = 2048,
    KEPT_MS = 24 * 3600 * 1000, /* an ended session, so that its key is called expired */
};

static const char ALPHABET[] = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";

const cJSON *sts_session_of(cJSON *state, const char *key_id)
{
    return state_find(state_list(state, "Sessions"), "AccessKeyId", key_id);
}

static void drop_old(cJSON *sessions, int64_t now_ms)
{
    for (int i = cJSON_GetArraySize(sessions) - 1; i >= 0; i--)
        if (json_int(cJSON_GetArrayItem(sessions, i), "ExpiresMs", 0) + KEPT_MS < now_ms)
            cJSON_DeleteItemFromArray(sessions, i);
}

const cJSON *sts_session(struct ask *ask, const char *role_arn, const char *name,
                         int64_t duration_ms)
{
    char id[25], secret[45], token[241];
    cJSON *sessions = state_list(ask->state, "Sessions");
    drop_old(sessions, ask->now_ms);
    rng_text(ask->rng, ALPHABET, id, sizeof id - 1);
    rng_text(ask->rng, ALPHABET, secret, sizeof secret - 1);
    rng_text(ask->rng, ALPHABET, token, sizeof token - 1);
    cJSON *session = cJSON_CreateObject();
    cJSON_AddStringToObject(session, "AccessKeyId", arena_fmt(ask->a, "STS.%s", id));
    cJSON_AddStringToObject(session, "AccessKeySecret", secret);
    cJSON_AddStringToObject(session, "SecurityToken", arena_fmt(ask->a, "CAIS%s==", token));
    cJSON_AddItemToObject(session, "ExpiresMs", json_new_int(ask->now_ms + duration_ms));
    cJSON_AddStringToObject(session, "RoleArn", role_arn);
    cJSON_AddStringToObject(session, "Name", name);
    cJSON_AddItemToArray(sessions, session);
    ask->changed = true;
    return session;
}

void sts_credentials(cJSON *to, const cJSON *session)
{
    static const char *const texts[] = { "AccessKeyId", "AccessKeySecret", "SecurityToken" };
    char time[TIME_TEXT];
    for (size_t i = 0; i < COUNT(texts); i++)
        cJSON_AddStringToObject(to, texts[i], json_str(session, texts[i]));
    cJSON_AddStringToObject(to, "Expiration", time_format(json_int(session, "ExpiresMs", 0), time));
}

static bool refuse_param(const char *name, struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    return front_refuse(err, 400, arena_fmt(&a, "InvalidParameter.%s", name),
                        "The parameter %s is wrongly formed.", name);
}

/* Is it "acs:ram::<account>:role/<name>"? */
static bool is_role(const char *arn)
{
    static const char begin[] = "acs:ram::", middle[] = ":role/";
    if (!arn || strncmp(arn, begin, sizeof begin - 1) != 0)
        return false;
    const char *account = arn + sizeof begin - 1;
    size_t digits = strspn(account, "0123456789");
    return digits && !strncmp(account + digits, middle, sizeof middle - 1)
           && account[digits + sizeof middle - 1];
}

static bool is_name(const char *name)
{
    size_t len = name ? strlen(name) : 0;
    return len >= NAME_MIN && len <= NAME_MAX
           && strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.@-_")
                  == len;
}

static bool check(const struct ask *ask, struct error *err)
{
    int64_t duration = json_int(ask->params, "DurationSeconds", DURATION);
    const char *policy = json_str(ask->params, "Policy"),
               *external = json_str(ask->params, "ExternalId");
    cJSON *parsed CLEANUP(json_done) = NULL;
    struct error why = { 0 };
    if (!is_role(json_str(ask->params, "RoleArn")))
        return refuse_param("RoleArn", err);
    if (!is_name(json_str(ask->params, "RoleSessionName")))
        return refuse_param("RoleSessionName", err);
    if (duration < DURATION_MIN || duration > DURATION_MAX)
        return front_refuse(err, 400, "InvalidParameter.DurationSeconds",
                            "The Min/Max value of DurationSeconds is 15min/1hr.");
    if (policy && strlen(policy) > POLICY_MAX)
        return front_refuse(err, 400, "InvalidParameter.PolicySize",
                            "The size of Policy must be smaller than 2048 bytes.");
    if (policy && !json_parse(policy, strlen(policy), &parsed, &why))
        return front_refuse(err, 400, "InvalidParameter.PolicyGrammar",
                            "The parameter Policy has not passed grammar check.");
    return !external || strlen(external) >= 2 || refuse_param("ExternalId", err);
}

/* What the id of a role is: made from its name, so that it is always the same. */
static const char *role_id(struct arena *a, const char *arn)
{
    uint64_t n = 0;
    for (; *arn; arn++)
        n = n * 31 + (unsigned char)*arn;
    return arena_fmt(a, "3%017llu", (unsigned long long)(n % 100000000000000000ULL));
}

static void answer(struct ask *ask)
{
    const char *arn = json_str(ask->params, "RoleArn");
    const char *name = json_str(ask->params, "RoleSessionName");
    int64_t duration = json_int(ask->params, "DurationSeconds", DURATION);
    cJSON *user = cJSON_AddObjectToObject(ask->body, "AssumedRoleUser");
    cJSON_AddStringToObject(user, "Arn", arena_fmt(ask->a, "%s/%s", arn, name));
    cJSON_AddStringToObject(user, "AssumedRoleId",
                            arena_fmt(ask->a, "%s:%s", role_id(ask->a, arn), name));
    sts_credentials(cJSON_AddObjectToObject(ask->body, "Credentials"),
                    sts_session(ask, arn, name, duration * 1000));
}

bool sts_assume(struct ask *ask, struct error *err)
{
    if (!check(ask, err))
        return false;
    answer(ask);
    return true;
}

static int sextet(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* The second of the three parts of a web token, or NULL when it is not JSON: a token of a
 * test need not be a real one. */
static cJSON *claims_of(const char *token)
{
    struct buf text CLEANUP(buf_done) = { 0 };
    struct error err = { 0 };
    cJSON *claims = NULL;
    unsigned bits = 0, n = 0;
    for (const char *c = strchr(token, '.') + 1; sextet(*c) >= 0; c++) {
        bits = (bits << 6 | (unsigned)sextet(*c)) & 0xffff;
        n += 6;
        if (n >= 8)
            buf_addc(&text, (char)(bits >> (n -= 8)));
    }
    if (!json_parse(buf_str(&text), text.len, &claims, &err) || !cJSON_IsObject(claims))
        json_done(&claims);
    return claims;
}

static bool is_web_token(const char *token)
{
    const char *first = token ? strchr(token, '.') : NULL;
    return first && strchr(first + 1, '.');
}

static void add_claim(cJSON *to, const char *name, const cJSON *claims, const char *claim)
{
    const cJSON *value = json_get(claims, claim);
    if (cJSON_IsArray(value))
        value = cJSON_GetArrayItem(value, 0);
    cJSON_AddStringToObject(to, name, cJSON_IsString(value) ? value->valuestring : "");
}

bool sts_assume_oidc(struct ask *ask, struct error *err)
{
    const char *token = json_str(ask->params, "OIDCToken"),
               *provider = json_str(ask->params, "OIDCProviderArn");
    if (!provider || !strstr(provider, ":oidc-provider/"))
        return refuse_param("OIDCProviderArn", err);
    if (!is_web_token(token))
        return front_refuse(err, 400, "AuthenticationFail.OIDCToken.Invalid",
                            "The specified OIDC token is invalid.");
    if (!check(ask, err))
        return false;
    cJSON *claims CLEANUP(json_done) = claims_of(token);
    if (json_int(claims, "exp", INT64_MAX / 1000) * 1000 <= ask->now_ms)
        return front_refuse(err, 400, "AuthenticationFail.OIDCToken.Expired",
                            "The specified OIDC token is expired.");
    answer(ask);
    cJSON *info = cJSON_AddObjectToObject(ask->body, "OIDCTokenInfo");
    add_claim(info, "Subject", claims, "sub");
    add_claim(info, "Issuer", claims, "iss");
    add_claim(info, "ClientIds", claims, "aud");
    return true;
}

static void add_member(cJSON *to, const char *name, const char *value)
{
    cJSON_AddStringToObject(to, name, value);
}

bool sts_whoami(struct ask *ask, struct error *err)
{
    (void)err;
    const cJSON *session = ask->key ? sts_session_of(ask->state, ask->key->id) : NULL;
    add_member(ask->body, "AccountId", ACCOUNT_ID);
    if (!session) {
        add_member(ask->body, "IdentityType", "Account");
        add_member(ask->body, "PrincipalId", ACCOUNT_ID);
        add_member(ask->body, "UserId", ACCOUNT_ID);
        add_member(ask->body, "Arn", "acs:ram::" ACCOUNT_ID ":root");
        return true;
    }
    const char *arn = json_str(session, "RoleArn"), *name = json_str(session, "Name");
    const char *role = strstr(arn, ":role/");
    add_member(ask->body, "IdentityType", "AssumedRoleUser");
    add_member(ask->body, "RoleId", role_id(ask->a, arn));
    add_member(ask->body, "PrincipalId", arena_fmt(ask->a, "%s:%s", role_id(ask->a, arn), name));
    add_member(ask->body, "Arn",
               arena_fmt(ask->a, "acs:ram::" ACCOUNT_ID ":assumed-role/%s/%s",
                         role ? role + 6 : arn, name));
    return true;
}
