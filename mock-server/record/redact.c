/* redact.c - secrets are known by their names, private keys by how they look. */
#include "redact.h"

#include <string.h>
#include <strings.h>

#include "alb-agent/buf.h"
#include "alb-agent/json.h"

static const char PRIVATE[] = "PRIVATE KEY-----";

static const char *const names[] = {
    "AccessKeySecret",   "SecurityToken",  "BearerToken", "OIDCToken",
    "EncryptPrivateKey", "SignPrivateKey", "PrivateKey",  "Password",
};

bool redact_is_secret(const char *name, const char *value)
{
    for (size_t i = 0; name && i < COUNT(names); i++)
        if (!strcasecmp(names[i], name))
            return true;
    return value && strstr(value, PRIVATE);
}

static void hide(cJSON *member)
{
    cJSON_SetValuestring(member, REDACTED);
}

/* A mismatch quotes all that was to be signed, a security token among it. */
static bool quotes_signature(const cJSON *object)
{
    const char *code = json_str(object, "Code");
    return code && !strcmp(code, "SignatureDoesNotMatch");
}

void redact_json(cJSON *json)
{
    bool is_key = json_get(json, "AccessKeySecret") != NULL;
    bool quotes = quotes_signature(json);
    cJSON *m;
    cJSON_ArrayForEach (m, json) {
        const char *name = m->string ? m->string : "";
        if (cJSON_IsObject(m) || cJSON_IsArray(m))
            redact_json(m);
        else if (cJSON_IsString(m)
                 && (redact_is_secret(name, m->valuestring)
                     || (is_key && !strcmp(name, "AccessKeyId"))
                     || (quotes && !strcmp(name, "Message"))))
            hide(m);
    }
}

/* The length of the name that begins at 'p' and is followed by a value: the end of an XML
 * tag, or a quotation mark, a colon and another mark.  0: there is none. */
static size_t value_after(const char *p, const char *end, const char *name)
{
    size_t len = strlen(name);
    if ((size_t)(end - p) <= len || strncmp(p, name, len) != 0)
        return 0;
    const char *q = p + len;
    if (*q == '>')
        return len + 1;
    if (*q++ != '"')
        return 0;
    while (q < end && strchr(" :\t\r\n", *q))
        q++;
    return q < end && *q == '"' ? (size_t)(q - p) + 1 : 0;
}

static size_t secret_at(const char *p, const char *end, bool keys, bool quotes)
{
    size_t n = 0;
    for (size_t i = 0; !n && i < COUNT(names); i++)
        n = value_after(p, end, names[i]);
    if (!n && keys)
        n = value_after(p, end, "AccessKeyId");
    if (!n && quotes)
        n = value_after(p, end, "Message");
    return n;
}

/* Where the PEM block that begins at 'p' ends, if it is a private key; else NULL. */
static const char *private_key_end(const char *p, const char *end)
{
    static const char begin[] = "-----BEGIN ", fin[] = "-----END ";
    if ((size_t)(end - p) < sizeof begin || strncmp(p, begin, sizeof begin - 1) != 0)
        return NULL;
    const char *line = p + strcspn(p, "\n\\");
    const char *is = strstr(p, PRIVATE);
    if (!is || is > line)
        return NULL;
    const char *last = strstr(p, fin);
    const char *dashes = last ? strstr(last + sizeof fin - 1, "-----") : NULL;
    return dashes ? dashes + 5 : end;
}

const char *redact_text(struct arena *a, const char *text, size_t len)
{
    struct buf b CLEANUP(buf_done) = { .max = 64U << 20 };
    const char *begin = arena_strndup(a, text, len), *p = begin, *end = p + strlen(p);
    bool keys = strstr(p, "AccessKeySecret"), quotes = strstr(p, "SignatureDoesNotMatch");
    while (p < end) {
        bool opens = p > begin && (p[-1] == '<' || p[-1] == '"');
        size_t n = opens ? secret_at(p, end, keys, quotes) : 0;
        const char *after = n ? NULL : private_key_end(p, end);
        if (n) {
            buf_add(&b, p, n);
            p += n;
            p += strcspn(p, "\"<");
        }
        if (n || after)
            buf_adds(&b, REDACTED);
        if (after)
            p = after;
        else if (!n)
            buf_addc(&b, *p++);
    }
    return buf_keep(&b, a);
}
