/* fuzz_secret.c - any text as tls.crt and as tls.key of a Secret: what is taken is whole, what is
 * not says why, and neither the document nor a message holds anything of the key. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/cert.h"
#include "alb-agent/json.h"
#include "alb-agent/object.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void check_cert(const struct object_tls *tls)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct cert c;
    struct error err = { 0 };
    if (!tls->crt)
        return;
    must(!strstr(tls->crt, "PRIVATE KEY"));
    if (cert_read(&a, tls->crt, &c, &err))
        must(strlen(c.fingerprint) == 40 && strlen(c.end) == 10);
    else
        must(err.kind == ERROR_INVALID && *err.msg);
    if (tls->key.data && !cert_check_key(tls->crt, &tls->key, &err))
        must(err.kind == ERROR_INVALID && strlen(err.msg) < 100);
}

static void add_member(cJSON *to, const char *name, const struct buf *text)
{
    if (text->len)
        cJSON_AddStringToObject(to, name, buf_str(text));
}

/* The texts before and behind the first zero byte, in 'member'. */
static void check_secret(const char *member, const struct buf *crt, const struct buf *key)
{
    struct object_set set CLEANUP(object_set_done) = { 0 };
    cJSON *body = cJSON_CreateObject();
    cJSON_AddStringToObject(body, "apiVersion", "v1");
    cJSON_AddStringToObject(body, "kind", "Secret");
    cJSON_AddStringToObject(cJSON_AddObjectToObject(body, "metadata"), "name", "a");
    cJSON *values = cJSON_AddObjectToObject(body, member);
    add_member(values, "tls.crt", crt);
    add_member(values, "tls.key", key);
    object_set_add(&set, body, "s");
    must(set.objects.len == 1 && set.objects.items[0]->tls);
    const struct object *o = set.objects.items[0];
    must(!json_get(object_body(o), "data") && !json_get(object_body(o), "stringData"));
    must(!json_at(object_body(o), "tls.key"));
    check_cert(o->tls);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf crt CLEANUP(buf_done) = { 0 };
    struct buf key CLEANUP(buf_done) = { 0 };
    const uint8_t *zero = size ? memchr(data, 0, size) : NULL;
    size_t n = zero ? (size_t)(zero - data) : size;
    if (size > 16384)
        return 0;
    buf_add(&crt, data, n);
    if (zero)
        buf_add(&key, zero + 1, size - n - 1);
    check_secret("stringData", &crt, &key);
    check_secret("data", &crt, &key);
    return 0;
}
