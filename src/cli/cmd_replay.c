/* cmd_replay.c - a recording once more, against alb-mock in this process or one that runs: the same
 * calls, or the first that differs. */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alb-agent/file.h"
#include "alb-agent/json.h"
#include "alb-agent/number.h"
#include "alb-agent/replay.h"
#include "cli.h"

enum { TAPE_MAX = 1 << 28, COLUMN_MAX = 58 };

/* ---- the result
 * ---------------------------------------------------------------------------------- */

static const char *or_none(const char *text)
{
    return text && *text ? text : "-";
}

static void add_pair(struct buf *b, const char *name, const char *was, const char *is)
{
    buf_addf(b, "  %-9s %-*s %s\n", name, COLUMN_MAX, or_none(was), or_none(is));
}

static const struct store_call *recorded_call(const struct replay_difference *d)
{
    return d->recorded ? &d->recorded->call.call : NULL;
}

static const struct store_call *made_call(const struct replay_difference *d)
{
    return d->made ? &d->made->call : NULL;
}

static void add_pairs(struct buf *b, const struct store_call *was, const struct store_call *is)
{
    add_pair(b, "", "recorded", "now");
    add_pair(b, "action", was->action, is->action);
    add_pair(b, "lane", was->lane, is->lane);
    add_pair(b, "resource", was->resource, is->resource);
    add_pair(b, "cause", was->cause, is->cause);
}

static void add_difference_text(struct buf *b, const struct replay_difference *d)
{
    static const struct store_call none;
    const struct store_call *was = recorded_call(d), *is = made_call(d);
    if (was && d->what)
        buf_addf(b, "Call %" PRId64 " differs: %s.\n", was->id, d->what);
    else if (was)
        buf_addf(b, "Call %" PRId64 " was recorded, and is not made now.\n", was->id);
    else if (is)
        buf_addf(b, "A call is made now that was not recorded: %s.\n", is->action);
    add_pairs(b, was ? was : &none, is ? is : &none);
}

static void add_text(cJSON *to, const char *name, const char *text)
{
    cJSON_AddItemToObject(to, name, text && *text ? cJSON_CreateString(text) : cJSON_CreateNull());
}

static void add_call(cJSON *to, const char *name, const struct store_call *c)
{
    if (!c) {
        cJSON_AddNullToObject(to, name);
        return;
    }
    cJSON *o = cJSON_AddObjectToObject(to, name);
    cJSON_AddItemToObject(o, "call", json_new_int(c->id));
    add_text(o, "action", c->action);
    add_text(o, "lane", c->lane);
    add_text(o, "resource", c->resource);
    add_text(o, "cause", c->cause);
    cJSON_AddItemToObject(o, "params", cJSON_CreateRaw(c->params));
}

static void add_json(struct buf *b, const struct replay_result *r)
{
    cJSON *o CLEANUP(json_done) = cJSON_CreateObject();
    cJSON_AddItemToObject(o, "calls", json_new_int((int64_t)r->calls));
    cJSON_AddBoolToObject(o, "identical", !r->differs);
    if (r->differs) {
        cJSON *d = cJSON_AddObjectToObject(o, "difference");
        add_text(d, "what", r->first.what);
        add_call(d, "recorded", recorded_call(&r->first));
        add_call(d, "now", made_call(&r->first));
    }
    json_write(b, o, false);
    buf_addc(b, '\n');
}

static void print_result(const struct options *o, const struct replay_result *r)
{
    struct buf b CLEANUP(buf_done) = { .max = (size_t)1 << 28 };
    if (format_of(o) == REPORT_JSON) {
        add_json(&b, r);
    } else {
        if (r->differs)
            add_difference_text(&b, &r->first);
        buf_addf(&b, "Replay: %zu call%s, %s\n", r->calls, r->calls == 1 ? "" : "s",
                 r->differs ? "then a difference" : "identical");
    }
    cli_print(&b);
}

/* ---- the folder
 * ----------------------------------------------------------------------------------- */

static const char *make_folder(struct arena *a, struct error *err)
{
    const char *top = getenv("TMPDIR"); // NOLINT(concurrency-mt-unsafe): one thread
    char *dir = arena_fmt(a, "%s/alb-agent-replay-XXXXXX", top && *top ? top : "/tmp");
    if (mkdtemp(dir))
        return dir;
    (void)error_set(err, ERROR_DENIED, "replay: no folder can be made in %s",
                    top && *top ? top : "/tmp");
    return NULL;
}

static void remove_folder(struct arena *a, const char *dir)
{
    DIR *d = opendir(dir);
    for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d)) // NOLINT(concurrency-*)
        if (e->d_name[0] != '.')
            (void)unlink(arena_fmt(a, "%s/%s", dir, e->d_name));
    if (d)
        (void)closedir(d);
    (void)rmdir(dir);
}

/* ---- the verb
 * ------------------------------------------------------------------------------------- */

static bool parse_until(const struct options *o, int64_t *until, struct error *err)
{
    *until = 0;
    return !o->until || (number_parse(o->until, strlen(o->until), until) && *until > 0)
           || error_set(err, ERROR_INVALID, "replay: --until '%s': give the number of a call",
                        o->until);
}

static bool read_recording(struct options *o, struct tape *out, struct error *err)
{
    const char *text;
    if (o->args.len != 1)
        return error_set(err, ERROR_INVALID, "replay: give one recording, as 'record' writes it");
    const char *path = o->args.items[0];
    return file_text(&o->arena, path, TAPE_MAX, &text, err)
           && (tape_read(&o->arena, text, strlen(text), out, err) || error_wrap(err, "%s", path));
}

static bool has_call(const struct tape *r, int64_t call, struct error *err)
{
    for (size_t i = 0; i < r->items.len; i++)
        if (!call || (r->items.items[i].is_call && r->items.items[i].call.call.id == call))
            return true;
    return !call
           || error_set(err, ERROR_NOT_FOUND,
                        "replay: --until %" PRId64 ": the recording has no such call", call);
}

static enum exit_code replay_verb(const struct cmd *cmd, struct options *o)
{
    (void)cmd;
    struct error err;
    struct tape recording = { 0 };
    struct replay_options options = { .endpoint = o->endpoint };
    struct replay_result result;
    if (!parse_until(o, &options.until, &err) || !read_recording(o, &recording, &err)
        || !has_call(&recording, options.until, &err)
        || !(options.dir = make_folder(&o->arena, &err)))
        return cli_fail(&err);
    bool ok = o->calls_only ? replay_calls(&o->arena, &recording, &options, &result, &err)
                            : replay_run(&o->arena, &recording, &options, &result, &err);
    remove_folder(&o->arena, options.dir);
    if (!ok) {
        error_wrap(&err, "replay %s", o->args.items[0]);
        return cli_fail(&err);
    }
    print_result(o, &result);
    return result.differs ? EXIT_CHANGES : EXIT_DONE;
}

const struct cmd cmd_replay = {
    .name = "replay",
    .usage = "FILE [--until CALL] [--calls-only] [--endpoint URL] [flags]",
    .summary = "Run a recording once more against alb-mock, and compare the calls.",
    .help =
        "FILE is what 'record' wrote.  alb-mock runs in this process, on a clock that passes as\n"
        "fast as can be: no cloud is asked, and no key is needed.  Calls are compared lane by\n"
        "lane, with their parameters; those of different lanes may come in another order.  The\n"
        "first that differs is shown beside the recorded one, with both causes.\n"
        "With --endpoint an alb-mock that runs is emptied and plays the cloud; it is left as it "
        "is\n"
        "at the end, to be looked at.  What is no alb-mock is refused before any call.\n"
        "--calls-only makes the recorded calls themselves, without an agent, and compares what\n"
        "the mock answers.\n"
        "Exit codes: 0 identical, 1 error, 2 a call differs.",
    .opts = OPT_WORDS | OPT_OUTPUT | OPT_REPLAY,
    .outputs = "text|json",
    .run = replay_verb,
};
