/* plan_file.c - saved plans: what was reviewed is what is applied, or nothing is. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alb-agent/clock.h"
#include "alb-agent/json.h"
#include "cli.h"

#define PLAN_FORMAT "alb-agent plan"
enum { PLAN_VERSION = 1, PLAN_MAX = 256 << 20 };

/* ---- saving --------------------------------------------------------------------------- */

/* An apply may be run from elsewhere. */
static const char *absolute(struct arena *a, const char *path)
{
    char here[4096];
    return path[0] == '/' || !getcwd(here, sizeof here) ? path : arena_fmt(a, "%s/%s", here, path);
}

static bool add_files(cJSON *doc, const struct options *o, struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    cJSON *files = cJSON_AddArrayToObject(doc, "files");
    for (size_t i = 0; i < o->files.len; i++) {
        if (!strcmp(o->files.items[i], "-"))
            return error_set(err, ERROR_INVALID,
                             "--out: manifests from standard input cannot be read again; give "
                             "files with -f");
        cJSON_AddItemToArray(files, cJSON_CreateString(absolute(&a, o->files.items[i])));
    }
    return true;
}

static void add_sides(cJSON *doc, struct session *s)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    session_sides sides = { 0 };
    session_hash_sides(s, &a, &sides);
    cJSON *array = cJSON_AddArrayToObject(doc, "sides");
    for (size_t i = 0; i < sides.len; i++) {
        cJSON *o = cJSON_CreateObject();
        (void)cJSON_AddStringToObject(o, "loadBalancer", sides.items[i].lb);
        (void)cJSON_AddStringToObject(o, "desired", sides.items[i].desired);
        (void)cJSON_AddStringToObject(o, "actual", sides.items[i].actual);
        cJSON_AddItemToArray(array, o);
    }
}

static void add_text(cJSON *doc, const char *name, const char *text)
{
    cJSON_AddItemToObject(doc, name, text ? cJSON_CreateString(text) : cJSON_CreateNull());
}

/* The plan for people and programs that look at the file; an apply makes it again. */
static void add_plan(cJSON *doc, struct session *s, const struct options *o,
                     const struct plan *plan)
{
    struct report_in in;
    fill_report(s, o, &in);
    in.format = REPORT_JSON;
    struct buf b CLEANUP(buf_done) = { .max = PLAN_MAX };
    report_plan(&b, &in, plan);
    cJSON_AddItemToObject(doc, "plan", cJSON_CreateRaw(buf_str(&b)));
}

static void close_fd(const int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
}

static bool write_all(int fd, const char *data, size_t len)
{
    while (len) {
        ssize_t n = write(fd, data, len);
        if (n < 0 && errno != EINTR)
            return false;
        data += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
    return fsync(fd) == 0;
}

/* Whole or not at all: written beside the place and moved there. */
static bool replace_file(const char *path, const struct buf *text, struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    char *beside = arena_fmt(&a, "%s.XXXXXX", path);
    int fd CLEANUP(close_fd) = mkstemp(beside); /* mode 0600 */
    if (fd < 0)
        return error_set(err, ERROR_DENIED, "--out %s: cannot be written there", path);
    if (!text->failed && write_all(fd, buf_str(text), text->len) && rename(beside, path) == 0)
        return true;
    (void)unlink(beside);
    return error_set(err, ERROR_DENIED, "--out %s: not written%s", path,
                     text->failed ? ": the plan is too large" : "");
}

bool plan_file_save(const char *path, struct session *s, const struct options *o,
                    const struct plan *plan, struct error *err)
{
    char now[TIME_TEXT];
    cJSON *doc CLEANUP(json_done) = cJSON_CreateObject();
    add_text(doc, "format", PLAN_FORMAT);
    cJSON_AddItemToObject(doc, "version", json_new_int(PLAN_VERSION));
    add_text(doc, "madeAt", time_format(clock_now_ms(clock_system()), now));
    if (!add_files(doc, o, err))
        return false;
    add_text(doc, "cluster", s->cluster_id);
    add_text(doc, "region", o->region);
    add_text(doc, "vpc", o->vpc_id);
    add_text(doc, "backendType", o->backend_type);
    add_text(doc, "destroy", o->destroy);
    cJSON_AddItemToObject(doc, "allowDestroy", cJSON_CreateBool(o->allow_destroy));
    add_sides(doc, s);
    add_plan(doc, s, o, plan);
    struct buf b CLEANUP(buf_done) = { .max = PLAN_MAX };
    json_write(&b, doc, false);
    buf_addc(&b, '\n');
    return replace_file(path, &b, err);
}

/* ---- loading --------------------------------------------------------------------------- */

static bool read_text(const char *path, struct buf *b, struct error *err)
{
    FILE *f = fopen(path, "rbe");
    if (!f)
        return error_set(err, ERROR_NOT_FOUND,
                         "%s: there is no such plan; manifests are given with -f", path);
    char chunk[16384];
    size_t n;
    while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
        buf_add(b, chunk, n);
    bool ok = !ferror(f) && !b->failed;
    (void)fclose(f);
    return ok || error_set(err, ERROR_INVALID, "%s: cannot be read, or is no plan", path);
}

static bool parse_plan(const char *path, cJSON **doc, struct error *err)
{
    struct buf b CLEANUP(buf_done) = { .max = PLAN_MAX };
    struct error why;
    if (!read_text(path, &b, err))
        return false;
    const char *format = NULL;
    if (json_parse(buf_str(&b), b.len, doc, &why))
        format = json_str(*doc, "format");
    if (!format || strcmp(format, PLAN_FORMAT) != 0)
        return error_set(err, ERROR_INVALID,
                         "%s: not a plan that 'plan --out' saved; manifests are given with -f",
                         path);
    if (json_int(*doc, "version", 0) != PLAN_VERSION)
        return error_set(err, ERROR_INVALID,
                         "%s: a plan of another version of alb-agent; plan again", path);
    return true;
}

/* Takes a text of the plan for a flag that was not given; one that says otherwise is refused. */
static bool take_text(struct options *o, const cJSON *doc, const char *name, const char *flag,
                      const char **value, struct error *err)
{
    const char *text = json_str(doc, name);
    if (*value && (!text || strcmp(*value, text) != 0))
        return error_set(err, ERROR_INVALID,
                         "%s: the plan was made with %s %s, not %s; leave the flag out, or plan "
                         "again",
                         o->plan_file, flag, text ? text : "unset", *value);
    *value = text ? arena_strdup(&o->arena, text) : NULL;
    return true;
}

static bool take_flags(struct options *o, const cJSON *doc, struct error *err)
{
    const struct {
        const char *name, *flag;
        const char **value;
    } texts[] = {
        { "cluster", "--cluster-id", &o->cluster_id },
        { "region", "--region", &o->region },
        { "vpc", "--vpc-id", &o->vpc_id },
        { "backendType", "--service-backend-type", &o->backend_type },
        { "destroy", "--destroy", &o->destroy },
    };
    for (size_t i = 0; i < COUNT(texts); i++)
        if (!take_text(o, doc, texts[i].name, texts[i].flag, texts[i].value, err))
            return false;
    bool allowed = cJSON_IsTrue(json_get(doc, "allowDestroy"));
    if (o->allow_destroy && !allowed)
        return error_set(err, ERROR_INVALID,
                         "%s: the plan was made without --allow-destroy; plan again with it",
                         o->plan_file);
    o->allow_destroy = allowed;
    return true;
}

bool plan_file_load(struct options *o, struct plan_file *out, struct error *err)
{
    cJSON *doc CLEANUP(json_done) = NULL;
    if (!parse_plan(o->plan_file, &doc, err) || !take_flags(o, doc, err))
        return false;
    const char *made_at = json_str(doc, "madeAt");
    *out = (struct plan_file){
        .path = o->plan_file,
        .made_at = arena_strdup(&o->arena, made_at ? made_at : "?"),
    };
    const cJSON *e;
    bool given = o->files.len != 0;
    cJSON_ArrayForEach (e, json_get(doc, "files"))
        if (!given && cJSON_IsString(e))
            *LIST_PUSH(&o->arena, &o->files) = arena_strdup(&o->arena, e->valuestring);
    cJSON_ArrayForEach (e, json_get(doc, "sides")) {
        const char *lb = json_str(e, "loadBalancer"), *desired = json_str(e, "desired"),
                   *actual = json_str(e, "actual");
        if (!lb || !desired || !actual)
            return error_set(err, ERROR_INVALID, "%s: sides: damaged; plan again", o->plan_file);
        *LIST_PUSH(&o->arena, &out->sides) = (struct session_side){
            .lb = arena_strdup(&o->arena, lb),
            .desired = arena_strdup(&o->arena, desired),
            .actual = arena_strdup(&o->arena, actual),
        };
    }
    return true;
}

/* ---- checking -------------------------------------------------------------------------- */

static const struct session_side *find_side(const session_sides *sides, const char *lb)
{
    for (size_t i = 0; i < sides->len; i++)
        if (!strcmp(sides->items[i].lb, lb))
            return &sides->items[i];
    return NULL;
}

static bool is_stale(const struct plan_file *f, const char *lb, const char *what, struct error *err)
{
    return error_set(err, ERROR_CONFLICT,
                     "%s is stale: since %s %s of load balancer %s changed; nothing was done, plan "
                     "again",
                     f->path, f->made_at, what, lb);
}

bool plan_file_check(const struct plan_file *f, struct session *s, struct error *err)
{
    session_sides now = { 0 };
    session_hash_sides(s, &s->arena, &now);
    for (size_t i = 0; i < now.len; i++) {
        const struct session_side *is = &now.items[i], *was = find_side(&f->sides, is->lb);
        if (!was || strcmp(was->desired, is->desired) != 0)
            return is_stale(f, is->lb, "what the manifests ask", err);
        if (strcmp(was->actual, is->actual) != 0)
            return is_stale(f, is->lb, "the actual state", err);
    }
    for (size_t i = 0; i < f->sides.len; i++)
        if (!find_side(&now, f->sides.items[i].lb))
            return is_stale(f, f->sides.items[i].lb, "everything", err);
    return true;
}
