/* cmd_api.c - one call, as the person at the console would make it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "alb-agent/alb_param.h"
#include "alb-agent/alb_wait.h"
#include "alb-agent/json.h"
#include "cli.h"

enum { JSON_MAX = 4 << 20, WAIT_MS = 10 * 60 * 1000 };

/* ---- names ----------------------------------------------------------------------------- */

static alb_names action_names(struct arena *a)
{
    size_t n;
    alb_names names = { 0 };
    const struct alb_action *actions = alb_actions(&n);
    for (size_t i = 0; i < n; i++)
        *LIST_PUSH(a, &names) = actions[i].name;
    return names;
}

static void list_actions(struct arena *a)
{
    alb_names names = action_names(a);
    for (size_t i = 0; i < names.len; i++)
        (void)puts(names.items[i]);
}

static void add_range(struct buf *b, const struct alb_range *r)
{
    if (r->has_min && r->has_max)
        buf_addf(b, " %" PRId64 "..%" PRId64, r->min, r->max);
    else if (r->has_max)
        buf_addf(b, " up to %" PRId64, r->max);
    else if (r->has_min)
        buf_addf(b, " from %" PRId64, r->min);
}

/* "--Rules.N.Priority  required int 1..10000": the first word is what is typed. */
static void list_rows(struct buf *b, const alb_param_rows *rows, const char *above)
{
    static const char *const TYPES[] = { "string", "int", "bool", "list", "object" };
    for (size_t i = 0; i < rows->len; i++) {
        const struct alb_param_row *r = &rows->items[i];
        struct arena a CLEANUP(arena_done) = { 0 };
        bool list = r->type == ALB_TYPE_LIST;
        const char *path = arena_fmt(&a, "%s%s%s", above, r->name, list ? ".N" : "");
        if (r->rows.len) {
            list_rows(b, &r->rows, arena_fmt(&a, "%s.", path));
            continue;
        }
        buf_addf(b, "--%-40s %s%s", path, r->required ? "required " : "",
                 TYPES[list ? r->item : r->type]);
        add_range(b, r->type == ALB_TYPE_INT ? &r->range : &r->chars);
        buf_addf(b, "%s%s\n", r->values ? " = " : "", r->values ? r->values : "");
    }
}

static void list_parameters(struct arena *a, const char *action)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    alb_param_rows rows;
    if (alb_param_table(a, action, &rows))
        list_rows(&b, &rows, "");
    cli_print(&b);
}

static bool check_action(struct arena *a, const char *action, struct error *err)
{
    if (alb_action_find(action))
        return true;
    alb_names names = action_names(a);
    const char *near = alb_nearest(a, action, &names);
    return error_set(err, ERROR_INVALID, "api: no such action '%s'%s%s%s", action,
                     *near ? ": did you mean " : "; see alb-agent api --list", near,
                     *near ? "?" : "");
}

/* ---- parameters ------------------------------------------------------------------------ */

static bool read_stream(FILE *f, struct buf *b)
{
    char part[8192];
    for (size_t n; (n = fread(part, 1, sizeof part, f)) > 0;)
        buf_add(b, part, n);
    return !ferror(f) && !b->failed;
}

static bool read_path(const char *path, struct buf *b)
{
    FILE *f = fopen(path, "rbe");
    bool ok = f && read_stream(f, b);
    if (f)
        (void)fclose(f);
    return ok;
}

static bool read_json(const char *path, cJSON **json, struct error *err)
{
    struct buf b CLEANUP(buf_done) = { .max = JSON_MAX };
    if (!(strcmp(path, "-") != 0 ? read_path(path, &b) : read_stream(stdin, &b)))
        return error_set(err, ERROR_INVALID, "not readable, or larger than %d bytes", JSON_MAX);
    return json_parse(buf_str(&b), b.len, json, err);
}

/* Those of --json first, so that one on the command line wins. */
static bool gather(struct options *o, alb_params *out, struct error *err)
{
    cJSON *json CLEANUP(json_done) = NULL;
    if (o->json
        && (!read_json(o->json, &json, err) || !alb_param_flatten(&o->arena, json, out, err)))
        return error_wrap(err, "api: --json %s", o->json);
    for (size_t i = 0; i < o->params.len; i++)
        alb_param_set(&o->arena, out, o->params.items[i].name, o->params.items[i].value);
    return o->force || alb_param_check(o->args.items[0], out, err)
           || error_wrap(err, "api: not sent");
}

/* ---- the call -------------------------------------------------------------------------- */

static bool make_call(const struct options *o, struct alb *alb, const alb_params *params,
                      struct error *err)
{
    cJSON *reply CLEANUP(json_done) = NULL;
    const char *action = o->args.items[0];
    bool ok = o->all_pages ? alb_call_all(alb, action, params, &reply, err)
                           : alb_call(alb, action, params, &reply, err);
    if (reply) {
        char *text = cJSON_Print(reply);
        (void)puts(text ? text : "");
        (void)fflush(stdout);
        cJSON_free(text);
    }
    if (ok && o->wait)
        ok = alb_call_wait(alb, action, params, reply, WAIT_MS, err);
    return ok;
}

static bool check_args(const struct options *o, struct error *err)
{
    return o->args.len == 1 || (o->list && !o->args.len)
           || error_set(err, ERROR_INVALID,
                        "api: name one action, as: alb-agent api ListLoadBalancers "
                        "--MaxResults=10");
}

static enum exit_code api_run(const struct cmd *cmd, struct options *o)
{
    (void)cmd;
    struct error err;
    if (!check_args(o, &err))
        return cli_fail(&err);
    if (!o->args.len) {
        list_actions(&o->arena);
        return EXIT_DONE;
    }
    if (!check_action(&o->arena, o->args.items[0], &err))
        return cli_fail(&err);
    if (o->list) {
        list_parameters(&o->arena, o->args.items[0]);
        return EXIT_DONE;
    }
    alb_params params = { 0 };
    if (!gather(o, &params, &err))
        return cli_fail(&err);
    /* No state file is involved: only the client of a session is used. */
    struct session s CLEANUP(session_close) = { 0 };
    s.config.region = o->region;
    s.config.endpoint = o->endpoint;
    s.config.ca_file = o->ca_file;
    s.seed = rng_system_seed();
    if (!session_connect(&s, &err) || !make_call(o, s.alb, &params, &err))
        return cli_fail(&err);
    return EXIT_DONE;
}

const struct cmd cmd_api = {
    .name = "api",
    .usage = "ACTION [--Param.Path=value]... [flags]",
    .summary = "Make one call and print its reply.",
    .help = "ACTION is one of ALB's (version 2020-06-16), or one of the few of CAS, ECS, STS and\n"
            "VPC that are needed beside them; --list names all.  Parameters are flat, counted\n"
            "from 1:\n"
            "    alb-agent api DeleteRules --RuleIds.1=rule-a1b2c3 --wait\n"
            "They are checked against the API's description before the call is sent.\n"
            "Exit codes: 0 the call succeeded, 1 it did not.",
    .opts = OPT_CONFIG | OPT_ENDPOINT | OPT_REGION | OPT_PARAMS | OPT_CALL,
    .run = api_run,
};
