/* fuzz_keys.c - any answer of STS, of the metadata server or of a credentials URI: either
 * there are whole keys, or there is a reason, and nothing of one is left. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alb-agent/buf.h"
#include "src/alb/provider_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void check_keys(const struct http_reply *reply)
{
    struct alb_credentials keys CLEANUP(alb_credentials_done) = { 0 };
    struct error err = { 0 };
    int64_t until_ms = 0;
    if (exchange_keys(reply, &keys, &until_ms, &err)) {
        must(reply->status == 200 && keys.access_key_id.len && keys.access_key_secret.len);
        must(until_ms != INT64_MAX || !keys.security_token.data);
    } else {
        must(err.kind == ERROR_TRANSIENT || err.kind == ERROR_DENIED);
        must(*err.msg && !keys.access_key_id.data && !keys.access_key_secret.data);
    }
}

static void check_text(const struct http_reply *reply)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err = { 0 };
    const char *text = NULL;
    if (exchange_text(&a, reply, &text, &err))
        must(*text && !text[strcspn(text, " \t\r\n<>")]);
    else
        must(err.kind == ERROR_TRANSIENT || err.kind == ERROR_DENIED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int statuses[] = { 200, 400, 404, 503, 0 };
    struct buf body CLEANUP(buf_done) = { 0 };
    buf_add(&body, data, size);
    buf_adds(&body, "");
    for (size_t i = 0; i < COUNT(statuses); i++) {
        struct http_reply reply = { .status = statuses[i],
                                    .body = body.data,
                                    .body_len = body.len };
        if (!reply.status)
            error_set(&reply.err, ERROR_TRANSIENT, "the connection was lost");
        check_keys(&reply);
        check_text(&reply);
    }
    return 0;
}
