/* companion.c - the table of actions, the state and its file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alb-agent/buf.h"
#include "companion_priv.h"

struct companion {
    struct arena arena;
    struct companion_config config;
    struct front_side side;
    struct rng rng;
    cJSON *state;
};

static const struct {
    const char *product, *action;
    ask_fn *run;
    bool unsigned_; /* needs no key */
} actions[] = {
    { "sts", "AssumeRole", sts_assume, false },
    { "sts", "AssumeRoleWithOIDC", sts_assume_oidc, true },
    { "sts", "GetCallerIdentity", sts_whoami, false },
    { "cas", "UploadUserCertificate", cas_upload, false },
    { "cas", "ListUserCertificateOrder", cas_list, false },
    { "cas", "GetUserCertificateDetail", cas_get, false },
    { "cas", "DeleteUserCertificate", cas_delete, false },
    { "location", "DescribeEndpoints", location_endpoints, false },
    { "resourcemanager", "CreateResourceGroup", rgroup_create, false },
    { "resourcemanager", "GetResourceGroup", rgroup_get, false },
    { "resourcemanager", "ListResourceGroups", rgroup_list, false },
    { "resourcemanager", "DeleteResourceGroup", rgroup_delete, false },
    { "resourcemanager", "CreateServiceLinkedRole", role_create, false },
};

static size_t action_find(const char *product, const char *action)
{
    size_t i = 0;
    while (i < COUNT(actions)
           && (strcmp(actions[i].action, action) != 0 || strcmp(actions[i].product, product) != 0))
        i++;
    return i;
}

static bool has(void *self, const char *product, const char *action)
{
    (void)self;
    return action_find(product, action) < COUNT(actions);
}

static bool needs_key(void *self, const char *product, const char *action)
{
    (void)self;
    size_t i = action_find(product, action);
    return i == COUNT(actions) || !actions[i].unsigned_;
}

cJSON *state_list(cJSON *state, const char *name)
{
    cJSON *list = cJSON_GetObjectItemCaseSensitive(state, name);
    return list ? list : cJSON_AddArrayToObject(state, name);
}

cJSON *state_find(cJSON *list, const char *name, const char *value)
{
    cJSON *e;
    cJSON_ArrayForEach (e, list) {
        const char *text = json_str(e, name);
        if (text && !strcmp(text, value))
            return e;
    }
    return NULL;
}

/* Replaces the file as a whole: a reader, and a restart, sees the old or the new one. */
static bool state_save(const struct companion *c, struct error *err)
{
    struct buf text CLEANUP(buf_done) = { .max = 64U << 20 };
    struct arena a CLEANUP(arena_done) = { 0 };
    if (!c->config.file)
        return true;
    json_write(&text, c->state, false);
    const char *path = arena_fmt(&a, "%s.new", c->config.file);
    FILE *file = fopen(path, "we");
    bool ok = file && fwrite(buf_str(&text), 1, text.len, file) == text.len;
    if (file && fclose(file))
        ok = false;
    return (ok && !rename(path, c->config.file))
           || error_set(err, ERROR_BUG, "%s cannot be written", c->config.file);
}

static bool state_load(struct companion *c, struct error *err)
{
    struct buf text CLEANUP(buf_done) = { .max = 64U << 20 };
    char piece[4096];
    size_t n;
    FILE *file = c->config.file ? fopen(c->config.file, "re") : NULL;
    if (!file) {
        c->state = cJSON_CreateObject();
        return true;
    }
    while ((n = fread(piece, 1, sizeof piece, file)))
        buf_add(&text, piece, n);
    (void)fclose(file);
    if (!json_parse(buf_str(&text), text.len, &c->state, err))
        return error_wrap(err, "%s", c->config.file);
    return cJSON_IsObject(c->state)
           || error_set(err, ERROR_INVALID, "%s: not an object", c->config.file);
}

/* Keys and ids must not come again after a restart: the state remembers how far the
 * generator has come. */
static void rng_load(struct companion *c)
{
    const char *text = json_str(c->state, "Generator");
    c->rng.state = c->config.seed ^ 0x636f6d70616e; /* other numbers than its neighbours' */
    for (c->rng.state = text && *text ? 0 : c->rng.state; text && *text; text++)
        c->rng.state = c->rng.state * 10 + (uint64_t)(*text - '0');
}

static bool commit(struct companion *c, const struct ask *ask, struct error *err)
{
    char text[24];
    if (!ask->changed)
        return true;
    (void)snprintf(text, sizeof text, "%llu", (unsigned long long)c->rng.state);
    cJSON_DeleteItemFromObjectCaseSensitive(c->state, "Generator");
    cJSON_AddStringToObject(c->state, "Generator", text);
    return state_save(c, err);
}

static void execute(void *self, struct arena *a, int64_t now_ms, const struct front_ask *from,
                    struct cloud_reply *reply)
{
    struct companion *c = self;
    size_t i = action_find(from->call->product, from->call->action);
    struct error err = { 0 };
    struct ask ask = {
        .c = c,
        .a = a,
        .now_ms = now_ms,
        .region = from->call->region,
        .host = from->host,
        .params = from->call->params,
        .key = from->key,
        .state = c->state,
        .rng = &c->rng,
        .body = cJSON_CreateObject(),
    };
    *reply = (struct cloud_reply){ .status = 200, .body = ask.body };
    if (i < COUNT(actions) && actions[i].run(&ask, &err) && commit(c, &ask, &err))
        return;
    if (!err.code[0])
        (void)front_refuse(&err, 500, "InternalError", "%s", err.msg);
    reply->status = err.http_status;
    reply->code = arena_strdup(a, err.code);
    reply->message = arena_strdup(a, err.msg);
}

static bool key(void *self, const char *id, struct access_key *out)
{
    struct companion *c = self;
    const cJSON *session = sts_session_of(c->state, id);
    if (!session)
        return false;
    *out = (struct access_key){
        .id = json_str(session, "AccessKeyId"),
        .secret = json_str(session, "AccessKeySecret"),
        .token = json_str(session, "SecurityToken"),
        .expires_ms = json_int(session, "ExpiresMs", 1),
    };
    return true;
}

static bool page(void *self, int64_t now_ms, const struct httpd_request *request,
                 struct httpd_reply *reply)
{
    struct companion *c = self;
    struct error err = { 0 };
    struct ask ask = {
        .c = c,
        .a = request->arena,
        .now_ms = now_ms,
        .state = c->state,
        .rng = &c->rng,
    };
    if (strncmp(request->target, "/latest/", 8) != 0)
        return false;
    metadata_answer(&ask, request, reply);
    if (!commit(c, &ask, &err))
        reply->status = 500;
    return true;
}

bool companion_open(struct companion **out, const struct companion_config *config,
                    struct error *err)
{
    *out = NULL;
    struct companion *c = calloc(1, sizeof *c);
    if (!c)
        return error_set(err, ERROR_BUG, "out of memory");
    c->config = *config;
    c->config.file = config->file ? arena_strdup(&c->arena, config->file) : NULL;
    if (!state_load(c, err)) {
        companion_close(c);
        return false;
    }
    rng_load(c);
    c->side = (struct front_side){ c, has, needs_key, execute, key, page };
    *out = c;
    return true;
}

void companion_close(struct companion *c)
{
    if (!c)
        return;
    json_done(&c->state);
    arena_done(&c->arena);
    free(c);
}

const cJSON *companion_state(struct companion *c)
{
    return c->state;
}

/* The lists that there are hold objects; what else may be there is a text or a number. */
static bool is_state(const cJSON *state)
{
    const cJSON *list, *row;
    cJSON_ArrayForEach (list, state) {
        cJSON_ArrayForEach (row, list)
            if (!cJSON_IsArray(list) || !cJSON_IsObject(row))
                return false;
    }
    return cJSON_IsObject(state);
}

bool companion_restore(struct companion *c, const cJSON *state, struct error *err)
{
    if (!is_state(state))
        return error_set(err, ERROR_INVALID, "not a state of the products beside ALB");
    cJSON *old = c->state;
    c->state = cJSON_Duplicate(state, true);
    if (!state_save(c, err)) {
        json_done(&c->state);
        c->state = old;
        return false;
    }
    json_done(&old);
    rng_load(c);
    return true;
}

bool companion_has_certificate(void *arg, const char *id)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    const struct companion *c = arg;
    const cJSON *cert;
    cJSON_ArrayForEach (cert, json_get(c->state, "Certificates"))
        if (!strcmp(cas_identifier(&a, cert), id))
            return true;
    return false;
}

const struct front_side *companion_side(struct companion *c)
{
    return &c->side;
}
