/* exchange.c - what is asked of STS and of the metadata server, and what they answer
 * (companion-apis.md §5, §6; the captures of sts-captures.json). */
#include "provider_priv.h"

#include <inttypes.h>
#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/json.h"

enum { STS_TIMEOUT_MS = 10000, METADATA_TIMEOUT_MS = 2000, METADATA_TOKEN_TTL_S = 21600 };

static void add(struct arena *a, sign_pairs *pairs, const char *name, const char *value)
{
    if (value)
        *LIST_PUSH(a, pairs) = (struct sign_pair){ .name = name, .value = value };
}

/* What each call to STS says first. */
static sign_pairs sts_query(struct arena *a, const char *action, const char *date)
{
    sign_pairs query = { 0 };
    add(a, &query, "Version", product_version(ALB_PRODUCT_STS));
    add(a, &query, "Action", action);
    add(a, &query, "Format", "JSON");
    add(a, &query, "Timestamp", date);
    return query;
}

static void add_role(struct arena *a, sign_pairs *form, const struct role *role)
{
    add(a, form, "RoleArn", role->arn);
    add(a, form, "Policy", role->policy);
    add(a, form, "ExternalId", role->external_id);
    add(a, form, "RoleSessionName", role->session_name);
    add(a, form, "DurationSeconds", arena_fmt(a, "%" PRId64, role->duration_s));
}

static struct http_request sts_request(struct arena *a, const char *endpoint,
                                       const sign_pairs *query, const sign_pairs *form)
{
    static const struct http_header FORM = { "Content-Type", "application/x-www-form-urlencoded" };
    const char *body = sign_query(a, form);
    return (struct http_request){ .method = "POST",
                                  .url = arena_fmt(a, "%s/?%s", endpoint, sign_query(a, query)),
                                  .headers = &FORM,
                                  .n_headers = 1,
                                  .body = body,
                                  .body_len = strlen(body),
                                  .timeout_ms = STS_TIMEOUT_MS };
}

struct http_request exchange_assume(struct arena *a, const struct role *role,
                                    const struct alb_credentials *keys, const char *date,
                                    const char *nonce)
{
    sign_pairs query = sts_query(a, "AssumeRole", date), form = { 0 }, all = { 0 };
    add(a, &query, "SignatureMethod", "HMAC-SHA1");
    add(a, &query, "SignatureVersion", "1.0");
    add(a, &query, "SignatureNonce", nonce);
    add(a, &query, "AccessKeyId", keys->access_key_id.data);
    add(a, &query, "SecurityToken", keys->security_token.data);
    add_role(a, &form, role);
    for (size_t i = 0; i < query.len; i++)
        *LIST_PUSH(a, &all) = query.items[i];
    for (size_t i = 0; i < form.len; i++)
        *LIST_PUSH(a, &all) = form.items[i];
    add(a, &query, "Signature", sign_v1(a, "POST", &all, &keys->access_key_secret));
    return sts_request(a, role->sts, &query, &form);
}

struct http_request exchange_oidc(struct arena *a, const struct source *source, const char *token,
                                  const char *date)
{
    sign_pairs query = sts_query(a, "AssumeRoleWithOIDC", date), form = { 0 };
    add(a, &form, "OIDCProviderArn", source->oidc_provider);
    add(a, &form, "OIDCToken", token);
    add_role(a, &form, &source->oidc);
    return sts_request(a, source->oidc.sts, &query, &form);
}

/* The machine's own services are asked directly: a proxy would see the keys. */
static struct http_request local_request(const char *method, const char *url)
{
    return (struct http_request){
        .method = method, .url = url, .body = "", .timeout_ms = METADATA_TIMEOUT_MS, .direct = true
    };
}

struct http_request exchange_metadata_token(struct arena *a, const char *endpoint)
{
    struct http_request r = local_request("PUT", arena_fmt(a, "%s/latest/api/token", endpoint));
    struct http_header *ttl = arena_alloc(a, sizeof *ttl);
    ttl->name = "x-aliyun-ecs-metadata-token-ttl-seconds";
    ttl->value = arena_fmt(a, "%d", METADATA_TOKEN_TTL_S);
    r.headers = ttl;
    r.n_headers = 1;
    return r;
}

struct http_request exchange_metadata(struct arena *a, const char *endpoint, const char *role,
                                      const char *token)
{
    struct buf name CLEANUP(buf_done) = { 0 };
    sign_encode(&name, role);
    struct http_request r =
        local_request("GET", arena_fmt(a, "%s/latest/meta-data/ram/security-credentials/%s",
                                       endpoint, buf_str(&name)));
    if (!token)
        return r;
    struct http_header *h = arena_alloc(a, sizeof *h);
    *h = (struct http_header){ "x-aliyun-ecs-metadata-token", token };
    r.headers = h;
    r.n_headers = 1;
    return r;
}

struct http_request exchange_uri(struct arena *a, const char *uri)
{
    struct http_request r = local_request("GET", arena_strdup(a, uri));
    r.direct = !strncmp(uri, "http://", 7);
    return r;
}

/* ---- answers --------------------------------------------------------------------------- */

/* Why a reply that is none of status 200 is no answer. */
static bool refused(const struct http_reply *reply, struct error *err)
{
    struct error ignored;
    cJSON *json CLEANUP(json_done) = NULL;
    if (!json_parse(reply->body, reply->body_len, &json, &ignored))
        return error_set(
            err, reply->status >= 500 || reply->status == 429 ? ERROR_TRANSIENT : ERROR_DENIED,
            "HTTP %d without a reason", reply->status);
    const char *code = json_str(json, "Code"), *message = json_str(json, "Message");
    enum error_kind kind = alb_error_kind(code ? code : "", reply->status);
    bool passes = kind == ERROR_THROTTLED || kind == ERROR_TRANSIENT || kind == ERROR_BUSY;
    return error_set(err, passes ? ERROR_TRANSIENT : ERROR_DENIED, "HTTP %d: %.79s: %.300s",
                     reply->status, code ? code : "no code", message ? message : "no message");
}

bool exchange_text(struct arena *a, const struct http_reply *reply, const char **text,
                   struct error *err)
{
    if (!reply->status) {
        *err = reply->err;
        return false;
    }
    if (reply->status != 200)
        return refused(reply, err);
    size_t len = strcspn(reply->body, "\r\n");
    /* One word: it becomes part of an URL or of a header. */
    *text = arena_strndup(a, reply->body, len);
    if (!len || len > 1024 || (*text)[strcspn(*text, " \t<>")])
        return error_set(err, ERROR_TRANSIENT, "the answer is not one word");
    return true;
}

static bool take_keys(const cJSON *json, struct alb_credentials *out, int64_t *expires_ms,
                      struct error *err)
{
    const cJSON *inner = json_get(json, "Credentials");
    const cJSON *from = inner ? inner : json;
    const char *code = json_str(json, "Code"), *until = json_str(from, "Expiration");
    const char *id = json_str(from, "AccessKeyId"), *secret = json_str(from, "AccessKeySecret");
    const char *token = json_str(from, "SecurityToken");
    if (code && strcmp(code, "Success") != 0)
        return error_set(err, ERROR_DENIED, "the answer says '%.79s'", code);
    if (!id || !*id || !secret || !*secret)
        return error_set(err, ERROR_TRANSIENT, "the answer holds no keys");
    *expires_ms = INT64_MAX;
    if (until ? !time_parse(until, expires_ms) : token != NULL)
        return error_set(err, ERROR_TRANSIENT, "the answer does not say until when the keys hold");
    alb_credentials_done(out);
    secret_set(&out->access_key_id, id);
    secret_set(&out->access_key_secret, secret);
    secret_set(&out->security_token, token && *token ? token : NULL);
    return true;
}

bool exchange_keys(const struct http_reply *reply, struct alb_credentials *out, int64_t *expires_ms,
                   struct error *err)
{
    struct error ignored;
    cJSON *json CLEANUP(json_done) = NULL;
    if (!reply->status) {
        *err = reply->err;
        return false;
    }
    if (reply->status != 200)
        return refused(reply, err);
    if (!json_parse(reply->body, reply->body_len, &json, &ignored))
        return error_set(err, ERROR_TRANSIENT, "the answer is not JSON (%zu bytes)",
                         reply->body_len);
    return take_keys(json, out, expires_ms, err);
}
