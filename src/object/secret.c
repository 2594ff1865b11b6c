/* secret.c - certificate and key of a Secret, taken out of its document before anything else
 * sees it; the texts that held them are wiped.  What else a Secret holds is not kept. */
#include <stdlib.h>
#include <string.h>

#include "alb-agent/arena.h"
#include "alb-agent/hash.h"
#include "alb-agent/json.h"
#include "object_priv.h"

enum { MAX_TEXT = 1 << 20 }; /* as much as a Secret may hold */

static void wipe(char *text)
{
    volatile char *p = text;
    while (p && *p)
        *p++ = 0;
}

static void wipe_tree(cJSON *json)
{
    for (cJSON *v = json; v; v = v->next) {
        wipe_tree(v->child);
        if (cJSON_IsString(v))
            wipe(v->valuestring);
    }
}

static void wipe_member(cJSON *obj, const char *name)
{
    cJSON *v;
    while (cJSON_IsObject(obj) && (v = cJSON_DetachItemFromObjectCaseSensitive(obj, name))) {
        wipe_tree(v);
        cJSON_Delete(v);
    }
}

/* The member, decoded; .data NULL when there is none, or with '*bad' when it cannot be read.
 * stringData goes before data, as the API server has it. */
static struct secret member(struct arena *a, const cJSON *body, const char *name, const char **bad)
{
    const cJSON *plain = json_get(json_get(body, "stringData"), name);
    const cJSON *coded = json_get(json_get(body, "data"), name);
    const cJSON *v = plain ? plain : coded;
    struct secret out = { 0 };
    if (!v || cJSON_IsNull(v))
        return out;
    size_t len = cJSON_IsString(v) ? strlen(v->valuestring) : MAX_TEXT + 1, n = 0;
    if (len > MAX_TEXT) {
        *bad = arena_fmt(a, "%s: not text, or too long", name);
        return out;
    }
    secret_set(&out, v->valuestring);
    if (plain)
        return out;
    /* In place: what is decoded is shorter than what was read. */
    if (hash_base64_decode(v->valuestring, len, out.data, &n) && strlen(out.data) == n) {
        secret_shorten(&out, n);
        return out;
    }
    *bad = arena_fmt(a, "%s: not text in Base64", name);
    secret_done(&out);
    return out;
}

/* What may be kept: everybody may see a certificate. */
static void describe(cJSON *body, const struct object_tls *tls)
{
    cJSON *to = cJSON_CreateObject();
    if (tls->crt)
        cJSON_AddStringToObject(to, "crt", tls->crt);
    if (tls->key.data) {
        char hex[SHA256_HEX];
        cJSON_AddStringToObject(to, "keySha256", hash_sha256_hex(tls->key.data, tls->key.len, hex));
    }
    wipe_member(body, "tls");
    if (to->child)
        cJSON_AddItemToObject(body, "tls", to);
    else
        cJSON_Delete(to);
}

void object_secret_take(struct arena *a, cJSON *body, struct object_tls *out)
{
    *out = (struct object_tls){ 0 };
    out->key = member(a, body, "tls.key", &out->bad);
    struct secret crt = member(a, body, "tls.crt", &out->bad);
    if (crt.data && strstr(crt.data, "PRIVATE KEY"))
        out->bad = "tls.crt: holds a private key; that belongs into tls.key";
    else if (crt.data)
        out->crt = arena_strdup(a, crt.data);
    secret_done(&crt);
    wipe_member(body, "data");
    wipe_member(body, "stringData");
    cJSON *meta = cJSON_GetObjectItemCaseSensitive(body, "metadata");
    wipe_member(cJSON_GetObjectItemCaseSensitive(meta, "annotations"),
                "kubectl.kubernetes.io/last-applied-configuration");
    describe(body, out);
}
