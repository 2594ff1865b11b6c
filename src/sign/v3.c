/* v3.c - ACS3-HMAC-SHA256, one function a stage (signature.md §4). */
#include "sign_priv.h"

#include <string.h>
#include <strings.h>

#include "alb-agent/buf.h"
#include "alb-agent/hash.h"

#define ALGORITHM "ACS3-HMAC-SHA256"

bool sign_v3_is_signed(const char *header)
{
    return !strcasecmp(header, "host") || !strcasecmp(header, "content-type")
           || !strncasecmp(header, "x-acs-", 6);
}

static const char *lower(struct arena *a, const char *name)
{
    char *copy = arena_strdup(a, name);
    for (char *c = copy; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    return copy;
}

static const char *trimmed(struct arena *a, const char *value)
{
    value += strspn(value, " \t");
    size_t len = strlen(value);
    while (len && strchr(" \t", value[len - 1]))
        len--;
    return arena_strndup(a, value, len);
}

/* The signed headers in canonical form: lower-case names, sorted, values trimmed. */
static sign_pairs signed_pairs(struct arena *a, const sign_pairs *headers)
{
    sign_pairs out = { 0 };
    for (size_t i = 0; i < headers->len; i++) {
        if (!sign_v3_is_signed(headers->items[i].name))
            continue;
        struct sign_pair *p = LIST_PUSH(a, &out);
        p->name = lower(a, headers->items[i].name);
        p->value = trimmed(a, headers->items[i].value);
    }
    sign_sort(&out);
    return out;
}

/* Has element 'i' the name of the element before it? */
static bool repeats(const sign_pairs *pairs, size_t i)
{
    return i && !strcmp(pairs->items[i].name, pairs->items[i - 1].name);
}

/* Their names, each once. */
static const char *names_of(struct arena *a, const sign_pairs *pairs)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    for (size_t i = 0; i < pairs->len; i++) {
        if (repeats(pairs, i))
            continue;
        if (i)
            buf_addc(&b, ';');
        buf_adds(&b, pairs->items[i].name);
    }
    return buf_keep(&b, a);
}

const char *sign_v3_signed_headers(struct arena *a, const sign_pairs *headers)
{
    sign_pairs pairs = signed_pairs(a, headers);
    return names_of(a, &pairs);
}

/* "name:value\n" each; the values of a repeated header are joined by commas. */
static void add_headers(struct buf *b, const sign_pairs *pairs)
{
    for (size_t i = 0; i < pairs->len; i++) {
        if (repeats(pairs, i)) {
            buf_addc(b, ',');
        } else {
            buf_adds(b, i ? "\n" : "");
            buf_adds(b, pairs->items[i].name);
            buf_addc(b, ':');
        }
        buf_adds(b, pairs->items[i].value);
    }
    if (pairs->len)
        buf_addc(b, '\n');
}

static const char *canonical_request(struct arena *a, const struct sign_request *request,
                                     const sign_pairs *headers, const char *names)
{
    char payload[SHA256_HEX];
    struct buf b CLEANUP(buf_done) = { 0 };
    buf_addf(&b, "%s\n%s\n%s\n", request->method, request->path, sign_query(a, &request->query));
    add_headers(&b, headers);
    buf_addf(&b, "\n%s\n%s", names,
             hash_sha256_hex(request->body_len ? request->body : "", request->body_len, payload));
    return buf_keep(&b, a);
}

const char *sign_v3_canonical_request(struct arena *a, const struct sign_request *request)
{
    sign_pairs headers = signed_pairs(a, &request->headers);
    return canonical_request(a, request, &headers, names_of(a, &headers));
}

const char *sign_v3_string_to_sign(struct arena *a, const char *canonical_request)
{
    char hex[SHA256_HEX];
    return arena_fmt(a, "%s\n%s", ALGORITHM,
                     hash_sha256_hex(canonical_request, strlen(canonical_request), hex));
}

const char *sign_v3_signature(struct arena *a, const char *string_to_sign,
                              const struct secret *access_key_secret)
{
    unsigned char mac[SHA256_SIZE];
    char hex[SHA256_HEX];
    hash_hmac_sha256(access_key_secret->data ? access_key_secret->data : "", access_key_secret->len,
                     string_to_sign, strlen(string_to_sign), mac);
    hash_hex(mac, sizeof mac, hex);
    return arena_strdup(a, hex);
}

const char *sign_v3_authorization(struct arena *a, const char *access_key_id,
                                  const char *signed_headers, const char *signature)
{
    return arena_fmt(a, "%s Credential=%s,SignedHeaders=%s,Signature=%s", ALGORITHM, access_key_id,
                     signed_headers, signature);
}

const char *sign_v3(struct arena *a, const struct sign_request *request, const char *access_key_id,
                    const struct secret *access_key_secret)
{
    sign_pairs headers = signed_pairs(a, &request->headers);
    const char *names = names_of(a, &headers);
    const char *to_sign = sign_v3_string_to_sign(a, canonical_request(a, request, &headers, names));
    return sign_v3_authorization(a, access_key_id, names,
                                 sign_v3_signature(a, to_sign, access_key_secret));
}
