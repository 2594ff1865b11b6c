/* v3.c - rebuilds the canonical request from what arrived and compares.  Nothing is taken
 * from the client's word but the list of signed headers, and on that list we insist. */
#include "v3.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "alb-agent/buf.h"
#include "alb-agent/hash.h"

static const char SCHEME[] = "ACS3-HMAC-SHA256";

/* The parts of an Authorization header. */
struct authorization {
    const char *key_id, *signed_headers, *signature;
    LIST_OF(const char *) names; /* of signed_headers, lower case, sorted */
};

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
    buf_adds(b, name);
    for (size_t i = 0; i < values.len; i++) {
        buf_addc(b, i ? ',' : ':');
        buf_adds(b, values.items[i]);
    }
    buf_adds(b, values.len ? "\n" : ":\n");
}

/* "ACS3-HMAC-SHA256\n" and the digest of the canonical request. */
static const char *string_to_sign(struct arena *a, const struct httpd_request *request,
                                  const struct params *query, const struct authorization *auth,
                                  const char *body_hex)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    char hex[SHA256_HEX];
    buf_adds(&b, request->method);
    buf_adds(&b, "\n/\n");
    params_canonical(a, query, &b);
    buf_addc(&b, '\n');
    for (size_t i = 0; i < auth->names.len; i++)
        add_header(a, &b, request, auth->names.items[i]);
    buf_addc(&b, '\n');
    for (size_t i = 0; i < auth->names.len; i++) {
        if (i)
            buf_addc(&b, ';');
        buf_adds(&b, auth->names.items[i]);
    }
    buf_addc(&b, '\n');
    buf_adds(&b, body_hex);
    return arena_fmt(a, "%s\n%s", SCHEME, hash_sha256_hex(buf_str(&b), b.len, hex));
}

static bool check_signature(struct auth_call *call, const struct authorization *auth,
                            struct error *err)
{
    const struct httpd_request *request = call->request;
    unsigned char mac[SHA256_SIZE];
    char body_hex[SHA256_HEX], expected[SHA256_HEX];
    hash_sha256_hex(request->body, request->body_len, body_hex);
    const char *text = string_to_sign(request->arena, request, call->query, auth, body_hex);
    call->string_to_sign = text;
    hash_hmac_sha256(call->key.secret, strlen(call->key.secret), text, strlen(text), mac);
    hash_hex(mac, sizeof mac, expected);
    const char *claimed = httpd_request_header(request, "x-acs-content-sha256");
    if (!hash_equal(claimed, body_hex))
        return auth_mismatch(" x-acs-content-sha256 is not the digest of the body.", err);
    return hash_equal(expected, auth->signature) || auth_mismatch("", err);
}

bool v3_verify(struct auth *auth, struct auth_call *call, struct error *err)
{
    const struct httpd_request *request = call->request;
    struct authorization claim = { 0 };
    if (!authorization_parse(request->arena, request, &claim))
        return front_refuse(err, 400, "IncompleteSignature",
                            "The request signature does not conform to Aliyun standards. "
                            "Authorization needs Credential, SignedHeaders and Signature.");
    return check_headers(request, &claim, err) && auth_key(auth, call, claim.key_id, err)
           && auth_time(auth, call, httpd_request_header(request, "x-acs-date"), err)
           && check_signature(call, &claim, err)
           && auth_token(auth, call, httpd_request_header(request, "x-acs-security-token"), err)
           && auth_nonce(auth, call, httpd_request_header(request, "x-acs-signature-nonce"), err);
}
