/* world.h - recordings written by hand, and requests without signatures. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alb-agent/buf.h"
#include "alb-agent/json.h"
#include "mock-server/record/recording.h"

#define HEAD "{\"alb-mock-recording\":1,\"started\":\"2025-01-01T00:00:00Z\"}\n"

/* A line for a call of ALB: its parameters and its reply as JSON with ' for ". */
static inline const char *line(struct arena *a, const char *action, const char *params,
                               const char *reply)
{
    char *text = arena_fmt(a,
                           "{'seq':1,'at_ms':1,'product':'alb','region':'cn-hangzhou','action':"
                           "'%s','params':%s,'status':200,'type':'application/json','headers':"
                           "{'x-acs-request-id':'R'},'body':%s,'ms':0}\n",
                           action, params, reply);
    for (char *c = text; *c; c++)
        if (*c == '\'')
            *c = '"';
    return text;
}

static inline const char *join(struct arena *a, const char *const *lines)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    for (; *lines; lines++)
        buf_adds(&b, *lines);
    return buf_keep(&b, a);
}
#define JOIN(a, ...) join((a), (const char *const[]){ __VA_ARGS__, NULL })

/* A file with this text, that file_gone() removes. */
static inline const char *file_with(struct arena *a, const char *text)
{
    char *path = arena_strdup(a, "/tmp/mock-record-XXXXXX");
    int fd = mkstemp(path);
    size_t len = strlen(text);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, len), len);
    assert_int_equal(close(fd), 0);
    return path;
}

static inline const char *file_text(struct arena *a, const char *path)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    char piece[4096];
    size_t n;
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while ((n = fread(piece, 1, sizeof piece, file)))
        buf_add(&b, piece, n);
    (void)fclose(file);
    return buf_keep(&b, a);
}

/* A call of ALB with a query, as an SDK of the newer kind sends it. */
static inline struct httpd_request request_of(struct arena *a, const char *action,
                                              const char *query)
{
    struct httpd_header *headers = arena_array(a, 4, sizeof *headers);
    headers[0] = (struct httpd_header){ "Host", "alb.cn-hangzhou.aliyuncs.com" };
    headers[1] = (struct httpd_header){ "x-acs-action", action };
    headers[2] = (struct httpd_header){ "x-acs-version", "2020-06-16" };
    headers[3] = (struct httpd_header){ "Authorization",
                                        "ACS3-HMAC-SHA256 Credential=testak,SignedHeaders=host,"
                                        "Signature=5ec2e7" };
    return (struct httpd_request){
        .method = "POST",
        .target = arena_fmt(a, "/?%s", query),
        .headers = headers,
        .n_headers = 4,
        .body = "",
        .arena = a,
    };
}
