/* fake.c - see fake.h. */
#include "fake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "alb-agent/buf.h"

static int64_t fake_now(void *self)
{
    return ((struct fake *)self)->now_ms;
}

const char *sent_header(const struct sent *s, const char *name)
{
    for (size_t i = 0; i < s->n_headers; i++)
        if (!strcasecmp(s->headers[i].name, name))
            return s->headers[i].value;
    return NULL;
}

static uint64_t fake_send(struct transport *t, const struct http_request *r)
{
    struct fake *f = (struct fake *)(void *)t;
    if (f->n == FAKE_MAX)
        abort();
    struct sent *s = &f->sent[f->n];
    struct http_header *headers = arena_array(&f->mem, r->n_headers, sizeof *headers);
    for (size_t i = 0; i < r->n_headers; i++)
        headers[i] = (struct http_header){ .name = arena_strdup(&f->mem, r->headers[i].name),
                                           .value = arena_strdup(&f->mem, r->headers[i].value) };
    *s = (struct sent){ .method = arena_strdup(&f->mem, r->method),
                        .timeout_ms = r->timeout_ms,
                        .direct = r->direct,
                        .url = arena_strdup(&f->mem, r->url),
                        .body = arena_strndup(&f->mem, r->body, r->body_len),
                        .headers = headers,
                        .n_headers = r->n_headers,
                        .at_ms = f->now_ms,
                        .answer = f->script[f->n] };
    s->due_ms = f->now_ms + s->answer.after_ms;
    s->action = sent_header(s, "x-acs-action");
    s->authorization = sent_header(s, "authorization");
    s->nonce = sent_header(s, "x-acs-signature-nonce");
    s->date = sent_header(s, "x-acs-date");
    return ++f->n;
}

static void fill_reply(const struct answer *a, struct http_reply *reply)
{
    struct buf body = { 0 };
    reply->sent = !a->unsent;
    reply->retry_after_ms = a->retry_after_ms ? a->retry_after_ms : -1;
    if (a->status < 0) {
        error_set(&reply->err, ERROR_TRANSIENT, "https://host: the connection was lost");
        buf_adds(&body, "");
    } else {
        const char *type = a->type ? a->type : "application/json";
        reply->status = a->status ? a->status : 200;
        memcpy(reply->content_type, type, strlen(type) + 1);
        buf_adds(&body, a->body ? a->body : "{\"RequestId\":\"r\"}");
    }
    reply->body = body.data;
    reply->body_len = body.len;
}

static bool fake_next(struct transport *t, struct http_reply *reply)
{
    struct fake *f = (struct fake *)(void *)t;
    for (size_t i = 0; i < f->n; i++) {
        struct sent *s = &f->sent[i];
        if (s->taken || s->due_ms > f->now_ms)
            continue;
        s->taken = true;
        *reply = (struct http_reply){ .id = i + 1 };
        fill_reply(&s->answer, reply);
        return true;
    }
    return false;
}

static void fake_wait(struct transport *t, int64_t timeout_ms)
{
    struct fake *f = (struct fake *)(void *)t;
    int64_t until = timeout_ms < 0 ? INT64_MAX : f->now_ms + timeout_ms;
    for (size_t i = 0; i < f->n; i++)
        if (!f->sent[i].taken && f->sent[i].due_ms < until)
            until = f->sent[i].due_ms;
    if (until == INT64_MAX)
        abort(); /* nothing would ever happen */
    if (until > f->now_ms) {
        f->waited_ms += until - f->now_ms;
        f->now_ms = until;
    }
}

enum { VARS_MAX = 24 };
static struct {
    char name[64], value[256];
} vars[VARS_MAX];

void fake_setenv(const char *name, const char *value)
{
    size_t i = 0;
    while (i < VARS_MAX - 1 && *vars[i].name && strcmp(vars[i].name, name) != 0)
        i++;
    if (strlen(name) >= sizeof vars[i].name || strlen(value ? value : "") >= sizeof vars[i].value)
        abort();
    memcpy(vars[i].name, name, strlen(name) + 1);
    memcpy(vars[i].value, value ? value : "", strlen(value ? value : "") + 1);
}

char *fake_env(const char *name)
{
    for (size_t i = 0; i < VARS_MAX; i++)
        if (!strcmp(vars[i].name, name))
            return *vars[i].value ? vars[i].value : NULL;
    return NULL;
}

const char *fake_folder(struct fake *f)
{
    if (!f->folder) {
        const char *tmp = getenv("TMPDIR");
        char *path = arena_fmt(&f->mem, "%s/alb-fake-XXXXXX", tmp && *tmp ? tmp : "/tmp");
        if (!mkdtemp(path))
            abort();
        f->folder = path;
    }
    return f->folder;
}

const char *fake_file(struct fake *f, const char *name, const char *text)
{
    const char *path = arena_fmt(&f->mem, "%s/%s", fake_folder(f), name);
    const char *new = arena_fmt(&f->mem, "%s.new", path);
    char *parent = arena_strdup(&f->mem, path);
    *strrchr(parent, '/') = '\0';
    if (strcmp(parent, f->folder) != 0 && mkdir(parent, 0700) == 0)
        *LIST_PUSH(&f->mem, &f->made) = parent;
    FILE *file = fopen(new, "wb");
    if (!file || fputs(text, file) < 0 || fclose(file) != 0 || rename(new, path) != 0)
        abort();
    *LIST_PUSH(&f->mem, &f->made) = path;
    return path;
}

/* In reverse, so that folders are empty when their turn comes. */
static void remove_files(struct fake *f)
{
    for (size_t i = f->made.len; i > 0; i--)
        (void)remove(f->made.items[i - 1]);
    if (f->folder)
        (void)remove(f->folder);
}

int fake_setup(void **state)
{
    struct fake *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    f->base = (struct transport){ .send = fake_send, .next = fake_next, .wait = fake_wait };
    f->clock = (struct clock){ .now_ms = fake_now, .self = f };
    f->now_ms = FAKE_START_MS;
    memset(vars, 0, sizeof vars);
    *state = f;
    return 0;
}

int fake_teardown(void **state)
{
    struct fake *f = *state;
    remove_files(f);
    arena_done(&f->mem);
    free(f);
    return 0;
}

struct alb *fake_client_with(struct fake *f, const struct alb_config *config)
{
    struct alb_config c = *config;
    struct alb *alb = NULL;
    struct error err;
    struct secret key = { 0 };
    secret_set(&key, "planted-secret");
    c.region = c.region ? c.region : "cn-hangzhou";
    if (!c.env) {
        c.access_key_id = "AKID";
        c.access_key_secret = &key;
    }
    c.clock = &f->clock;
    c.transport = &f->base;
    c.seed = 1;
    bool ok = alb_new(&alb, &c, &err);
    secret_done(&key);
    if (!ok)
        abort();
    return alb;
}

struct alb *fake_client(struct fake *f)
{
    return fake_client_with(f, &(struct alb_config){ 0 });
}

size_t fake_drain(struct fake *f, struct alb *alb, struct alb_result *results, size_t max)
{
    size_t n = 0;
    while (n < max && alb_pending(alb)) {
        int64_t wait_ms = alb_run(alb, f->now_ms);
        bool any = false;
        while (n < max && alb_next(alb, &results[n])) {
            n++;
            any = true;
        }
        if (!any)
            f->base.wait(&f->base, wait_ms);
    }
    return n;
}
