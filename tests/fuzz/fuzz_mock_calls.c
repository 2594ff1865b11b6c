/* fuzz_mock_calls.c - several calls after each other to the whole mock in one process: bytes,
 * parameters, signature, validation, cloud; on the virtual clock.
 *
 * Input: a line for each call, "[MARK]ACTION QUERY[ FORM]", or "+MS" to move the clock.  MARK
 * is '1' for the RPC signature by POST, '0' by GET, 'x' for an answer in XML, '?' for no
 * signature; without one the call is signed by ACS3.  The harness signs with the agent's
 * library, so inputs get past the mock's check, and the two must agree.  In QUERY and FORM
 * @ and a letter stand for an id from an earlier reply: l balancer, n listener, r rule,
 * g group, a ACL, p policy, t template, s script, j job, k next token; the capital letter for the
 * first of its kind.
 *
 * Whatever comes: an answer that is well-formed, never InternalError, and a state that is the
 * same after export and import. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alb-agent/hash.h"
#include "alb-agent/json.h"
#include "alb-agent/secret.h"
#include "alb-agent/sign.h"
#include "mock-server/mock.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CALLS_MAX = 32, SIZE_MAX_BYTES = 8192, KINDS = 10, NONCES_MS = 20 * 60 * 1000 };

static const struct access_key key = { .id = "testak", .secret = "testsecret" };
static const char letters[] = "lnrgaptsjk";
static const char *const prefixes[KINDS] = { "alb-", "lsn-", "rule-", "sgp-",
                                             "acl-", "spy-", "hct-",  "as-" };

/* What lasts from input to input: the cloud is emptied before each. */
static struct {
    struct mock *mock;
    struct cloud *copy; /* where an exported state is imported */
    cJSON *empty;
    struct secret secret;
    unsigned long nonces;
} world;

/* One input. */
struct run {
    struct arena *a;
    const char *first[KINDS], *last[KINDS];
    bool own_signature; /* the input has one, or this call has none */
};

static void must(bool ok, const char *what, const char *of)
{
    if (ok)
        return;
    (void)fprintf(stderr, "fuzz_mock_calls: %s: %s\n", what, of);
    abort();
}

static void world_open(void)
{
    struct error err = { 0 };
    const struct mock_config config = { .pending_ms = 100, .seed = 1, .keys = &key, .n_keys = 1 };
    must(mock_open(&world.mock, &config, &err), "mock_open", err.msg);
    must(cloud_open(&world.copy, &(struct cloud_config){ .pending_ms = 100, .seed = 2 }, &err),
         "cloud_open", err.msg);
    must(cloud_export(mock_cloud(world.mock), &world.empty, &err), "cloud_export", err.msg);
    secret_set(&world.secret, key.secret);
}

/* ---- ids of earlier replies ------------------------------------------------------------- */

static int kind_of(const char *name, const char *value)
{
    for (int i = 0; i < KINDS; i++)
        if (prefixes[i] && !strncmp(value, prefixes[i], strlen(prefixes[i])))
            return i;
    if (name && !strcmp(name, "JobId"))
        return 8;
    return name && !strcmp(name, "NextToken") ? 9 : -1;
}

static void learn(struct run *r, const cJSON *json)
{
    const cJSON *e = NULL;
    cJSON_ArrayForEach (e, json)
        learn(r, e);
    if (!cJSON_IsString(json))
        return;
    int kind = kind_of(json->string, json->valuestring);
    if (kind < 0)
        return;
    r->last[kind] = arena_strdup(r->a, json->valuestring);
    if (!r->first[kind])
        r->first[kind] = r->last[kind];
}

/* 'text' with its @letters replaced. */
static const char *filled(struct run *r, const char *text, size_t len)
{
    struct buf b CLEANUP(buf_done) = { .max = 1U << 20 };
    for (size_t i = 0; i < len; i++) {
        int c = text[i] == '@' && i + 1 < len ? text[i + 1] : '\0';
        bool capital = c >= 'A' && c <= 'Z';
        const char *at = c ? strchr(letters, capital ? c - 'A' + 'a' : c) : NULL;
        if (!at) {
            buf_addc(&b, text[i]);
            continue;
        }
        const char *id = capital ? r->first[at - letters] : r->last[at - letters];
        buf_adds(&b, id ? id : prefixes[at - letters] ? prefixes[at - letters] : "none");
        i++;
    }
    return buf_keep(&b, r->a);
}

/* ---- requests --------------------------------------------------------------------------- */

/* A call as the input has it. */
struct line {
    char mark; /* '3': ACS3 */
    const char *action, *query, *form;
};

typedef LIST_OF(struct httpd_header) header_list;

static void add_header(struct run *r, header_list *h, const char *name, const char *value)
{
    *LIST_PUSH(r->a, h) = (struct httpd_header){ name, value };
}

/* The pairs of 'text' as the mock reads them; none when it cannot. */
static sign_pairs pairs_of(struct run *r, const char *text)
{
    struct params params = { 0 };
    struct error err = { 0 };
    sign_pairs pairs = { 0 };
    if (params_parse(r->a, &params, text, strlen(text), &err))
        for (size_t i = 0; i < params.len; i++)
            *LIST_PUSH(r->a, &pairs) =
                (struct sign_pair){ params.items[i].name, params.items[i].value };
    return pairs;
}

static const char *nonce(struct run *r)
{
    return arena_fmt(r->a, "%lu", world.nonces++);
}

static const char *date(struct run *r)
{
    char text[TIME_TEXT];
    return arena_strdup(r->a, time_format(mock_now_ms(world.mock), text));
}

static struct httpd_request request_of(struct run *r, const char *method, const char *query,
                                       const char *form, const header_list *headers)
{
    return (struct httpd_request){ .method = method,
                                   .target = arena_fmt(r->a, "/?%s", query),
                                   .headers = headers->items,
                                   .n_headers = headers->len,
                                   .body = form,
                                   .body_len = strlen(form),
                                   .arena = r->a };
}

static struct httpd_request request_v3(struct run *r, const struct line *l, header_list *h)
{
    char hex[SHA256_HEX];
    hash_sha256_hex(l->form, strlen(l->form), hex);
    add_header(r, h, "Host", "alb.cn-hangzhou.aliyuncs.com");
    add_header(r, h, "Content-Type", "application/x-www-form-urlencoded");
    add_header(r, h, "x-acs-action", l->action);
    add_header(r, h, "x-acs-version", "2020-06-16");
    add_header(r, h, "x-acs-date", date(r));
    add_header(r, h, "x-acs-signature-nonce", nonce(r));
    add_header(r, h, "x-acs-content-sha256", arena_strdup(r->a, hex));
    struct sign_request s = { .method = "POST",
                              .path = "/",
                              .query = pairs_of(r, l->query),
                              .body = l->form,
                              .body_len = strlen(l->form) };
    for (size_t i = 0; i < h->len; i++)
        *LIST_PUSH(r->a, &s.headers) = (struct sign_pair){ h->items[i].name, h->items[i].value };
    if (l->mark != '?')
        add_header(r, h, "Authorization", sign_v3(r->a, &s, key.id, &world.secret));
    return request_of(r, "POST", l->query, l->form, h);
}

static struct httpd_request request_v1(struct run *r, const struct line *l, header_list *h)
{
    const char *method = l->mark == '0' ? "GET" : "POST";
    const char *common =
        arena_fmt(r->a,
                  "Action=%s&Version=2020-06-16&AccessKeyId=testak&SignatureMethod=HMAC-SHA1&"
                  "SignatureVersion=1.0&SignatureNonce=%s&Timestamp=%s%s",
                  l->action, nonce(r), date(r), l->mark == 'x' ? "" : "&Format=JSON");
    const char *query = *l->query ? arena_fmt(r->a, "%s&%s", common, l->query) : common;
    sign_pairs all = pairs_of(r, query), form = pairs_of(r, l->form);
    for (size_t i = 0; i < form.len; i++)
        *LIST_PUSH(r->a, &all) = form.items[i];
    struct buf b CLEANUP(buf_done) = { .max = 2U << 20 };
    buf_addf(&b, "%s&Signature=", query);
    sign_encode(&b, sign_v1(r->a, method, &all, &world.secret));
    add_header(r, h, "Host", "alb.cn-hangzhou.aliyuncs.com");
    add_header(r, h, "Content-Type", "application/x-www-form-urlencoded");
    return request_of(r, method, buf_keep(&b, r->a), l->form, h);
}

/* ---- answers ---------------------------------------------------------------------------- */

static void check_json(struct run *r, const struct httpd_reply *reply)
{
    cJSON *body CLEANUP(json_done) = NULL;
    struct error err = { 0 };
    must(json_parse(reply->body, reply->body_len, &body, &err), "no JSON", reply->body);
    must(json_str(body, "RequestId") != NULL, "no request id", reply->body);
    const char *code = json_str(body, "Code");
    must(!code == (reply->status == 200), "code and status differ", reply->body);
    if (code) {
        must(json_str(body, "Message") && json_str(body, "HostId"), "half a refusal", reply->body);
        must(strcmp(code, "InternalError") != 0 && reply->status < 500, "it broke", reply->body);
        must(r->own_signature || strcmp(code, "SignatureDoesNotMatch") != 0, "the signers differ",
             reply->body);
        return;
    }
    learn(r, body);
}

static void call(struct run *r, const struct line *l)
{
    header_list headers = { 0 };
    struct httpd_reply reply = { .status = 200 };
    bool v3 = l->mark == '3' || l->mark == '?';
    r->own_signature = l->mark == '?' || strstr(l->query, "Signature") || strchr(l->query, '%');
    struct httpd_request request = v3 ? request_v3(r, l, &headers) : request_v1(r, l, &headers);
    mock_call(world.mock, &request, &reply);
    must(reply.body && reply.body_len && !reply.reset, "no answer", l->action);
    if (reply.content_type && strstr(reply.content_type, "xml"))
        must(reply.body[0] == '<' && !strstr(reply.body, "InternalError"), "no XML", reply.body);
    else
        check_json(r, &reply);
}

static const char *state_text(struct run *r, struct cloud *c, cJSON **state)
{
    struct error err = { 0 };
    must(cloud_export(c, state, &err), "cloud_export", err.msg);
    return json_canonical(r->a, *state);
}

static void check_state(struct run *r)
{
    cJSON *state CLEANUP(json_done) = NULL, *again CLEANUP(json_done) = NULL;
    struct error err = { 0 };
    const char *text = state_text(r, mock_cloud(world.mock), &state);
    must(cloud_import(world.copy, state, &err), "cloud_import", err.msg);
    must(!strcmp(text, state_text(r, world.copy, &again)), "the state changed", text);
}

/* ---- the input -------------------------------------------------------------------------- */

/* Splits "[MARK]ACTION QUERY[ FORM]". */
static void run_line(struct run *r, const char *text, size_t len)
{
    struct line l = { .mark = '3' };
    if (len && strchr("01x?", text[0])) {
        l.mark = text[0];
        text++;
        len--;
    }
    const char *space = len ? memchr(text, ' ', len) : NULL;
    size_t n = space ? (size_t)(space - text) : len;
    l.action = arena_strndup(r->a, text, n);
    for (const char *c = l.action; *c; c++) /* the HTTP server lets no other header through */
        if (*c < 0x21 || *c > 0x7e || strchr("&%+=", *c))
            return;
    text += n + (space != NULL);
    len -= n + (space != NULL);
    space = len ? memchr(text, ' ', len) : NULL;
    n = space ? (size_t)(space - text) : len;
    l.query = filled(r, text, n);
    l.form = space ? filled(r, space + 1, len - n - 1) : "";
    call(r, &l);
}

static void advance(const char *text, size_t len)
{
    int64_t ms = 0;
    for (size_t i = 0; i < len && text[i] >= '0' && text[i] <= '9' && ms < 1000000000; i++)
        ms = ms * 10 + (text[i] - '0');
    mock_advance(world.mock, ms);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena CLEANUP(arena_done) = { 0 };
    struct run r = { .a = &arena };
    struct error err = { 0 };
    if (size > SIZE_MAX_BYTES)
        return 0; /* longer ones only take longer */
    if (!world.mock)
        world_open();
    mock_advance(world.mock, NONCES_MS); /* old nonces are forgotten */
    must(cloud_import(mock_cloud(world.mock), world.empty, &err), "cloud_import", err.msg);
    const char *text = (const char *)data;
    for (int i = 0; size && i < CALLS_MAX; i++) {
        const char *end = memchr(text, '\n', size);
        size_t len = end ? (size_t)(end - text) : size;
        if (len && text[0] == '+')
            advance(text + 1, len - 1);
        else if (len)
            run_line(&r, text, len);
        len += end != NULL;
        text += len;
        size -= len;
    }
    check_state(&r);
    return 0;
}
