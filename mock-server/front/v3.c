/* v3.c - rebuilds the canonical request from what arrived and compares.  Nothing is taken
 * from the client's word but the list of signed headers, and on that list we insist. */
#include "v3.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "alb-agent/buf.h"
#include "alb-agent/clock.h"
#include "alb-agent/hash.h"

static const char SCHEME[] = "ACS3-HMAC-SHA256";

/* The parts of an Authorization header. */
struct authorization {
    const char *key_id, *signed_headers, *signature;
    LIST_OF(const char *) names; /* of signed_headers, lower case, sorted */
};

void v3_done(struct v3 *v)
{
    map_done(&v->nonces);
    map_done(&v->nonces_before);
}

bool v3_is_signed(const struct httpd_request *request)
{
    const char *header = httpd_request_header(request, "Authorization");
    return header && !strncmp(header, SCHEME, sizeof SCHEME - 1)
           && header[sizeof SCHEME - 1] == ' ';
}

static int by_text(const void *x, const void *y)
{
    return strcmp(*(const char *const *)x, *(const char *const *)y);
}

static const char *lower(struct arena *a, const char *s, size_t len)
{
    char *out = arena_strndup(a, s, len);
    for (char *c = out; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    return out;
}

/* The value of "name=" in "x=1,name=2,y=3", or NULL. */
static const char *part_of(struct arena *a, const char *list, const char *name)
{
    size_t n = strlen(name);
    while (*list) {
        list += strspn(list, " ,");
        size_t len = strcspn(list, ",");
        if (len > n && !strncmp(list, name, n) && list[n] == '=')
            return arena_strndup(a, list + n + 1, len - n - 1);
        list += len;
    }
    return NULL;
}

static bool authorization_parse(struct arena *a, const struct httpd_request *request,
                                struct authorization *auth)
{
    const char *text = httpd_request_header(request, "Authorization") + sizeof SCHEME;
    auth->key_id = part_of(a, text, "Credential");
    auth->signed_headers = part_of(a, text, "SignedHeaders");
    auth->signature = part_of(a, text, "Signature");
    if (!auth->key_id || !auth->signed_headers || !auth->signature)
        return false;
    for (const char *s = auth->signed_headers; *s;) {
        size_t len = strcspn(s, ";");
        *LIST_PUSH(a, &auth->names) = lower(a, s, len);
        s += len + (s[len] == ';');
    }
    if (auth->names.len)
        qsort(auth->names.items, auth->names.len, sizeof *auth->names.items, by_text);
    return auth->names.len > 0;
}

static bool is_signed(const struct authorization *auth, const char *name)
{
    for (size_t i = 0; i < auth->names.len; i++)
        if (!strcasecmp(auth->names.items[i], name))
            return true;
    return false;
}

static bool refuse_incomplete(const char *name, struct error *err)
{
    return front_refuse(err, 400, "IncompleteSignature",
                        "The request signature does not conform to Aliyun standards. "
                        "%s is not among the signed headers.",
                        name);
}

/* Are the headers there that must be, and signed those that must be? */
static bool check_headers(const struct httpd_request *request, const struct authorization *auth,
                          struct error *err)
{
    static const struct {
        const char *header, *parameter; /* its name where it is a parameter: in V1 */
    } needed[] = {
        { "host", "Host" },
        { "x-acs-action", "Action" },
        { "x-acs-version", "Version" },
        { "x-acs-date", "Timestamp" },
        { "x-acs-signature-nonce", "SignatureNonce" },
        { "x-acs-content-sha256", "ContentSha256" },
    };
    struct arena a CLEANUP(arena_done) = { 0 };
    for (size_t i = 0; i < COUNT(needed); i++) {
        const char *value = httpd_request_header(request, needed[i].header);
        if (!value || !*value)
            return front_refuse(err, 400, arena_fmt(&a, "Missing%s", needed[i].parameter),
                                "%s (header %s) is mandatory for this action.", needed[i].parameter,
                                needed[i].header);
        if (!is_signed(auth, needed[i].header))
            return refuse_incomplete(needed[i].header, err);
    }
    for (size_t i = 0; i < request->n_headers; i++)
        if (!strncasecmp(request->headers[i].name, "x-acs-", 6)
            && !is_signed(auth, request->headers[i].name))
            return refuse_incomplete(request->headers[i].name, err);
    return true;
}

/* Appends 's' percent-encoded as signature.md §3 says. */
static void add_encoded(struct buf *b, const char *s)
{
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')
            || strchr("-_.~", c))
            buf_addc(b, *s);
        else
            buf_addf(b, "%%%02X", (unsigned)c);
    }
}

static int by_param(const void *x, const void *y)
{
    const struct param *a = x, *b = y;
    int order = strcmp(a->name, b->name);
    return order ? order : strcmp(a->value, b->value);
}

static void add_query(struct arena *a, struct buf *b, const struct params *query)
{
    struct param *sorted = arena_dup(a, query->items, query->len * sizeof *sorted);
    if (query->len)
        qsort(sorted, query->len, sizeof *sorted, by_param);
    for (size_t i = 0; i < query->len; i++) {
        if (i)
            buf_addc(b, '&');
        add_encoded(b, sorted[i].name);
        buf_addc(b, '=');
        add_encoded(b, sorted[i].value);
    }
}

/* "name:value\n"; the values of a header that comes more than once sorted, with commas. */
static void add_header(struct arena *a, struct buf *b, const struct httpd_request *request,
                       const char *name)
{
    LIST_OF(const char *) values = { 0 };
    for (size_t i = 0; i < request->n_headers; i++)
        if (!strcasecmp(request->headers[i].name, name))
            *LIST_PUSH(a, &values) = request->headers[i].value;
    if (values.len)
        qsort(values.items, values.len, sizeof *values.items, by_text);
    buf_addf(b, "%s:", name);
    for (size_t i = 0; i < values.len; i++)
        buf_addf(b, "%s%s", i ? "," : "", values.items[i]);
    buf_addc(b, '\n');
}

/* "ACS3-HMAC-SHA256\n" and the digest of the canonical request. */
static const char *string_to_sign(struct arena *a, const struct httpd_request *request,
                                  const struct params *query, const struct authorization *auth,
                                  const char *body_hex)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    char hex[SHA256_HEX];
    buf_addf(&b, "%s\n/\n", request->method);
    add_query(a, &b, query);
    buf_addc(&b, '\n');
    for (size_t i = 0; i < auth->names.len; i++)
        add_header(a, &b, request, auth->names.items[i]);
    buf_addc(&b, '\n');
    for (size_t i = 0; i < auth->names.len; i++)
        buf_addf(&b, "%s%s", i ? ";" : "", auth->names.items[i]);
    buf_addf(&b, "\n%s", body_hex);
    return arena_fmt(a, "%s\n%s", SCHEME, hash_sha256_hex(buf_str(&b), b.len, hex));
}

static bool check_signature(struct arena *a, const struct httpd_request *request,
                            const struct params *query, const struct authorization *auth,
                            const struct access_key *key, struct error *err)
{
    unsigned char mac[SHA256_SIZE];
    char body_hex[SHA256_HEX], expected[SHA256_HEX];
    hash_sha256_hex(request->body, request->body_len, body_hex);
    const char *text = string_to_sign(a, request, query, auth, body_hex);
    hash_hmac_sha256(key->secret, strlen(key->secret), text, strlen(text), mac);
    hash_hex(mac, sizeof mac, expected);
    const char *claimed = httpd_request_header(request, "x-acs-content-sha256");
    bool same_body = hash_equal(claimed, body_hex);
    if (hash_equal(expected, auth->signature) && same_body)
        return true;
    return front_refuse(err, 400, "SignatureDoesNotMatch",
                        "Specified signature is not matched with our calculation.%s "
                        "server string to sign is:%s",
                        same_body ? "" : " x-acs-content-sha256 is not the digest of the body.",
                        text);
}

static bool check_time(const struct v3 *v, const struct httpd_request *request, int64_t now_ms,
                       struct error *err)
{
    int64_t date;
    if (!time_parse(httpd_request_header(request, "x-acs-date"), &date))
        return spec_refuse(v->spec, "InvalidTimeStamp.Format", err);
    if (date < now_ms - V3_CLOCK_SKEW_MS || date > now_ms + V3_CLOCK_SKEW_MS)
        return spec_refuse(v->spec, "InvalidTimeStamp.Expired", err);
    return true;
}

static bool check_token(const struct v3 *v, const struct httpd_request *request,
                        const struct access_key *key, struct error *err)
{
    const char *token = httpd_request_header(request, "x-acs-security-token");
    if (key->token && !token)
        return spec_refuse(v->spec, "MissingSecurityToken", err);
    if (token && (!key->token || !hash_equal(token, key->token)))
        return spec_refuse(v->spec, "InvalidSecurityToken.MismatchWithAccessKey", err);
    return true;
}

/* Two half hours are remembered: a request dated 15 minutes ahead is valid for 30. */
static bool check_nonce(struct v3 *v, struct arena *a, const char *key_id, const char *nonce,
                        int64_t now_ms, struct error *err)
{
    if (now_ms - v->nonces_since_ms >= 2LL * V3_CLOCK_SKEW_MS) {
        map_done(&v->nonces_before);
        v->nonces_before = v->nonces;
        v->nonces = (struct map){ 0 };
        v->nonces_since_ms = now_ms;
    }
    const char *entry = arena_fmt(a, "%s %s", key_id, nonce);
    if (map_get(&v->nonces, entry) || map_get(&v->nonces_before, entry))
        return spec_refuse(v->spec, "SignatureNonceUsed", err);
    map_put(&v->nonces, entry, v);
    return true;
}

static const struct access_key *key_find(const struct v3 *v, const char *id)
{
    for (size_t i = 0; i < v->n_keys; i++)
        if (!strcmp(v->keys[i].id, id))
            return &v->keys[i];
    return NULL;
}

bool v3_verify(struct v3 *v, const struct httpd_request *request, const struct params *query,
               int64_t now_ms, struct error *err)
{
    struct authorization auth = { 0 };
    if (!authorization_parse(request->arena, request, &auth))
        return front_refuse(err, 400, "IncompleteSignature",
                            "The request signature does not conform to Aliyun standards. "
                            "Authorization needs Credential, SignedHeaders and Signature.");
    if (!check_headers(request, &auth, err))
        return false;
    const struct access_key *key = key_find(v, auth.key_id);
    if (!key)
        return spec_refuse(v->spec, "InvalidAccessKeyId.NotFound", err);
    return check_time(v, request, now_ms, err)
           && check_signature(request->arena, request, query, &auth, key, err)
           && check_token(v, request, key, err)
           && check_nonce(v, request->arena, auth.key_id,
                          httpd_request_header(request, "x-acs-signature-nonce"), now_ms, err);
}
