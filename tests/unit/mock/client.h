/* client.h - signed calls to a mock in this process. */
#pragma once

#include <string.h>

#include "alb-agent/clock.h"
#include "alb-agent/hash.h"
#include "alb-agent/json.h"
#include "mock-server/mock.h"

static const struct access_key client_key = { .id = "testak", .secret = "testsecret" };

/* What came back; 'body' is NULL when nothing did, or no JSON. */
struct client_reply {
    struct httpd_reply http;
    cJSON *body;
};

static inline void client_reply_done(struct client_reply *r)
{
    json_done(&r->body);
}

static int client_nonce; /* of the next call */

/* Calls ALB's 'action' with a query that needs no encoding and is sorted already. */
static inline struct client_reply client_call(struct mock *m, struct arena *a, const char *action,
                                              const char *query)
{
    static const char names[] = "host;x-acs-action;x-acs-content-sha256;x-acs-date;"
                                "x-acs-signature-nonce;x-acs-version";
    char empty[SHA256_HEX], hex[SHA256_HEX], date[TIME_TEXT];
    unsigned char mac[SHA256_SIZE];
    const char *nonce = arena_fmt(a, "n%d", client_nonce++);
    const char *now = arena_strdup(a, time_format(mock_now_ms(m), date));
    hash_sha256_hex("", 0, empty);
    const char *canonical = arena_fmt(
        a,
        "POST\n/\n%s\nhost:alb.cn-hangzhou.aliyuncs.com\nx-acs-action:%s\nx-acs-content-sha256:%s\n"
        "x-acs-date:%s\nx-acs-signature-nonce:%s\nx-acs-version:2020-06-16\n\n%s\n%s",
        query, action, empty, now, nonce, names, empty);
    const char *text =
        arena_fmt(a, "ACS3-HMAC-SHA256\n%s", hash_sha256_hex(canonical, strlen(canonical), hex));
    hash_hmac_sha256(client_key.secret, strlen(client_key.secret), text, strlen(text), mac);
    hash_hex(mac, sizeof mac, hex);
    const struct httpd_header headers[] = {
        { "Host", "alb.cn-hangzhou.aliyuncs.com" },
        { "x-acs-action", action },
        { "x-acs-version", "2020-06-16" },
        { "x-acs-date", now },
        { "x-acs-signature-nonce", nonce },
        { "x-acs-content-sha256", empty },
        { "Authorization",
          arena_fmt(a, "ACS3-HMAC-SHA256 Credential=testak,SignedHeaders=%s,Signature=%s", names,
                    hex) },
    };
    const struct httpd_request request = {
        .method = "POST",
        .target = arena_fmt(a, "/?%s", query),
        .headers = headers,
        .n_headers = COUNT(headers),
        .body = "",
        .arena = a,
    };
    struct client_reply reply = { .http = { .status = 200 } };
    struct error err = { 0 };
    mock_call(m, &request, &reply.http);
    if (reply.http.reset || !json_parse(reply.http.body, reply.http.body_len, &reply.body, &err))
        reply.body = NULL;
    return reply;
}
