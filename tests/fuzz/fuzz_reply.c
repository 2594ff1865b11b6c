/* fuzz_reply.c - any reply to a read and to a write.
 *
 * The input is the body; it is tried with several statuses.  What comes out must be
 * consistent, whatever came in. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alb-agent/buf.h"
#include "src/alb/alb_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void check_error(const struct alb_result *r)
{
    must(r->err.kind != ERROR_NONE);
    must(!strncmp(r->err.msg, "CreateRules: ", 13) || !strncmp(r->err.msg, "ListRules: ", 11));
    for (const char *c = r->err.msg; *c; c++)
        must((unsigned char)*c >= ' ' && *c != 0x7f);
    for (const char *c = r->err.code; *c; c++)
        must((unsigned char)*c >= ' ' && *c != 0x7f);
}

static void check(const char *action, const struct http_reply *reply)
{
    const struct alb_action *row = alb_action_find(action);
    struct alb_result r = { 0 };
    reply_decode(row, reply, &r);
    if (r.ok)
        must(r.reply && r.err.kind == ERROR_NONE && !r.unknown);
    else
        check_error(&r);
    must(!r.unknown || row->write);
    must(!r.reply || cJSON_IsObject(r.reply));
    must(row->write || r.ok || r.err.kind != ERROR_NOT_FOUND || *r.err.code);
    if (r.ok && row->list) {
        struct arena a CLEANUP(arena_done) = { 0 };
        alb_params params = { 0 };
        struct error err;
        bool more = false;
        if (alb_page_next(&a, r.reply, &params, &more, &err))
            must(more == (params.len > 0));
    }
    alb_result_done(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int statuses[] = { 200, 400, 404, 503, 0 };
    static const char *const types[] = { "application/json", "text/html", "", "text/\x1b[2J" };
    struct buf body CLEANUP(buf_done) = { 0 };
    buf_add(&body, data, size);
    for (size_t i = 0; i < COUNT(statuses); i++) {
        struct http_reply reply = { .status = statuses[i],
                                    .sent = size % 2,
                                    .retry_after_ms = -1,
                                    .body = body.data,
                                    .body_len = body.len };
        const char *type = types[size % COUNT(types)];
        memcpy(reply.content_type, type, strlen(type) + 1);
        if (!reply.status)
            error_set(&reply.err, ERROR_TRANSIENT, "the connection was lost");
        check("CreateRules", &reply);
        check("ListRules", &reply);
    }
    return 0;
}
