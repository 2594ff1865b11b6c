/* script.c - AScripts: programs in a listener.  A change of them puts their listener in
 * Configuring, as one of its rules does; they go with it. */
#include "listener_priv.h"

static int64_t line_count(const char *text)
{
    int64_t n = 1;
    for (; text && *text; text++)
        n += *text == '\n' && text[1];
    return n;
}

/* Sets what 'told' says; an extended attribute needs a key and a value. */
static bool script_apply(cJSON *body, const cJSON *told, struct error *err)
{
    static const char *const members[] = { "AScriptName",   "Enabled",       "ExtAttributeEnabled",
                                           "ExtAttributes", "ScriptContent", NULL };
    const cJSON *e = NULL;
    cJSON_ArrayForEach (e, json_get(told, "ExtAttributes")) {
        if (!text_is(json_str(e, "AttributeKey"), "EsDebug"))
            return refuse_illegal(err, "AttributeKey");
        if (!json_str(e, "AttributeValue"))
            return refuse_absent(err, "AttributeValue");
    }
    json_copy_members(body, told, members);
    return check_name(json_str(told, "AScriptName"), "AScriptName", err);
}

/* The limits of a listener's scripts, when they are already written. */
static bool script_quotas(struct op *op, const struct res *listener, struct error *err)
{
    int64_t n = 0;
    return res_count(op, SQL_SCRIPT_COUNT, ":listener", listener->id, &n, err)
           && quota_check(op, QUOTA_SCRIPTS, NULL, listener->id, n, err)
           && res_count(op, SQL_SCRIPT_LINES, ":listener", listener->id, &n, err)
           && quota_check(op, QUOTA_SCRIPTS_LINES, NULL, listener->id, n, err);
}

static bool script_add(struct op *op, const struct res *listener, const cJSON *told, cJSON *ids,
                       struct error *err)
{
    cJSON *body = op_own(op, cJSON_CreateObject());
    const char *position = json_str(told, "Position");
    if (!json_str(told, "AScriptName"))
        return refuse_absent(err, "AScriptName");
    if (!json_str(told, "ScriptContent"))
        return refuse_absent(err, "ScriptContent");
    json_set_bool(body, "Enabled", false);
    if (!script_apply(body, told, err))
        return false;
    const char *id = op_new_id(op, "as-");
    json_set_str(body, "AScriptId", id);
    json_set_str(body, "ListenerId", listener->id);
    json_set_str(body, "LoadBalancerId", listener->lb);
    json_set_str(body, "Position", position ? position : "RequestHead");
    struct res r = { .id = id,
                     .parent = listener->id,
                     .lb = listener->lb,
                     .name = json_str(body, "AScriptName"),
                     .status = "Creating",
                     .number = line_count(json_str(body, "ScriptContent")),
                     .body = body };
    cJSON *one = cJSON_CreateObject();
    cJSON_AddItemToArray(ids, one);
    json_set_str(one, "AScriptId", id);
    return quota_check(op, QUOTA_SCRIPT_LINES, NULL, id, r.number, err)
           && res_insert(op, RES_SCRIPT, &r, err) && res_pass(op, id, "Creating", "Available", err);
}

bool script_create(struct op *op, struct error *err)
{
    struct listener_at at;
    const cJSON *scripts = op_list(op, "AScripts");
    if (!scripts)
        return refuse_absent(err, "AScripts");
    if (!listener_need(op, &at, err) || !listener_idle(&at.listener, "Running", true, err))
        return false;
    cJSON *ids = cJSON_AddArrayToObject(op->body, "AScriptIds");
    const cJSON *s = NULL;
    cJSON_ArrayForEach (s, scripts) {
        if (!script_add(op, &at.listener, s, ids, err))
            return false;
    }
    return script_quotas(op, &at.listener, err) && listener_pass(op, &at.listener, err)
           && job_start(op, RES_LISTENER, at.listener.id, err);
}

/* A script of a change, all of which must be of one listener: '*listener' is filled by the
 * first.  Who is missing has another name and status in each action. */
static bool script_take(struct op *op, const char *id, struct res *script, struct res *listener,
                        struct error *err)
{
    bool update = text_is(op->action, "UpdateAScripts");
    if (!res_get(op, RES_SCRIPT, id, script, err))
        return false;
    if (!script->id)
        return refuse(err, update ? 404 : 400,
                      update ? "ResourceNotFound.Ascript" : "ResourceNotFound.AScript",
                      "The specified resource AScript [%s] is not found.", id ? id : "");
    if (listener->id)
        return text_is(listener->id, script->parent) || refuse_denied(err, "CrossListenerAScripts");
    return res_need(op, RES_LISTENER, script->parent, listener, err)
           && listener_idle(listener, "Running", true, err);
}

static bool script_change(struct op *op, const cJSON *told, struct res *listener, struct error *err)
{
    struct res r;
    if (!script_take(op, json_str(told, "AScriptId"), &r, listener, err)
        || !script_apply(r.body, told, err))
        return false;
    r.name = json_str(r.body, "AScriptName");
    r.number = line_count(json_str(r.body, "ScriptContent"));
    return quota_check(op, QUOTA_SCRIPT_LINES, NULL, r.id, r.number, err) && res_update(op, &r, err)
           && res_pass(op, r.id, "Configuring", "Available", err);
}

bool script_update(struct op *op, struct error *err)
{
    struct res listener = { 0 };
    const cJSON *scripts = op_list(op, "AScripts");
    if (!scripts)
        return refuse_absent(err, "AScripts");
    const cJSON *s = NULL;
    cJSON_ArrayForEach (s, scripts) {
        if (!script_change(op, s, &listener, err))
            return false;
    }
    return script_quotas(op, &listener, err) && listener_pass(op, &listener, err)
           && job_start(op, RES_LISTENER, listener.id, err);
}

bool script_delete(struct op *op, struct error *err)
{
    struct res listener = { 0 };
    struct res r;
    const cJSON *ids = op_list(op, "AScriptIds");
    if (!ids)
        return refuse_absent(err, "AScriptIds");
    const cJSON *id = NULL;
    cJSON_ArrayForEach (id, ids) {
        if (!script_take(op, text_of(id), &r, &listener, err) || !res_doom(op, &r, err))
            return false;
    }
    return listener_pass(op, &listener, err) && job_start(op, RES_LISTENER, listener.id, err);
}

/* Where it runs, and its attributes, no reply says. */
static bool script_print(struct op *op, const struct res *r, cJSON *out, struct error *err)
{
    static const char *const untold[] = { "Position", "ExtAttributeEnabled", "ExtAttributes" };
    (void)op;
    (void)err;
    json_move(out, r->body);
    for (size_t i = 0; i < COUNT(untold); i++)
        cJSON_DeleteItemFromObjectCaseSensitive(out, untold[i]);
    json_set_str(out, "AScriptStatus", r->status);
    return true;
}

bool script_list(struct op *op, struct error *err)
{
    struct list list = {
        .kind = RES_SCRIPT,
        .ids = op_list(op, "AScriptIds"),
        .names = op_list(op, "AScriptNames"),
        .parents = op_list(op, "ListenerIds"),
    };
    return page_resources(op, &list, "AScripts", script_print, err);
}
