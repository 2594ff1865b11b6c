/* manifests.c - objects from files that change while the agent runs.
 *
 * A file that changed is read alone; whenever that is not enough to know what is there (a file that
 * cannot be read, two files with one object, a Secret, a directory that came or went), everything
 * is read again. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "agent_priv.h"
#include "alb-agent/source.h"
#include "alb-agent/yaml.h"
#include "manifests.h"

/* Did the object come from the file: "web.yaml:12" from "web.yaml"? */
static bool is_from(const struct object *obj, const char *path)
{
    const size_t n = strlen(path);
    return !strncmp(obj->origin, path, n) && obj->origin[n] == ':';
}

/* Can the file be told from the others by itself? */
static bool is_enough(const struct object_set *now, const struct object_set *fresh,
                      const char *path)
{
    if (now->incomplete || fresh->incomplete)
        return false;
    for (size_t i = 0; i < fresh->objects.len; i++) {
        const struct object *obj = fresh->objects.items[i];
        const struct object *was = object_set_find(now, obj->kind, obj->ns, obj->name);
        if (obj->kind == OBJECT_SECRET || (was && !is_from(was, path)))
            return false;
    }
    return true;
}

static void remove_absent(struct agent *g, const struct object_set *fresh, const char *path)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    LIST_OF(struct object) gone = { 0 };
    const struct object_set *now = agent_objects(g);
    for (size_t i = 0; i < now->objects.len; i++) {
        const struct object *obj = now->objects.items[i];
        if (is_from(obj, path) && !object_set_find(fresh, obj->kind, obj->ns, obj->name))
            *LIST_PUSH(&a, &gone) = (struct object){ .kind = obj->kind,
                                                     .ns = arena_strdup(&a, obj->ns),
                                                     .name = arena_strdup(&a, obj->name) };
    }
    for (size_t i = 0; i < gone.len; i++)
        agent_remove(g, gone.items[i].kind, gone.items[i].ns, gone.items[i].name);
}

static void put_changed(struct agent *g, const struct object_set *fresh)
{
    for (size_t i = 0; i < fresh->objects.len; i++) {
        const struct object *obj = fresh->objects.items[i];
        const struct object *was = object_set_find(agent_objects(g), obj->kind, obj->ns, obj->name);
        if (!was || !object_is_same(was, obj))
            agent_put(g, object_tree(obj), obj->origin);
    }
}

/* False when everything has to be read. */
static bool read_file(struct agent *g, const char *path)
{
    const struct source_options options = { 0 };
    struct object_set fresh CLEANUP(object_set_done) = { 0 };
    if (!access(path, F_OK) || errno != ENOENT)
        source_read(&path, 1, &options, &fresh);
    if (!is_enough(agent_objects(g), &fresh, path))
        return false;
    remove_absent(g, &fresh, path);
    put_changed(g, &fresh);
    return true;
}

/* ---- all files -------------------------------------------------------------------------------
 */

enum { READER = 1 }; /* to be raised when something else comes of a file than before */

/* Files that the store does not know are read from their text, and noted for the next time. */
struct reading_all {
    struct agent *g;
    struct arena arena;
    const char *reader;
    LIST_OF(struct read_file) files;
    size_t problems; /* before the last of 'files' was read */
};

static void reading_all_done(struct reading_all *r)
{
    arena_done(&r->arena);
}

/* Of a file that left a problem nothing is noted. */
static void settle_last(struct reading_all *r, const struct object_set *out)
{
    if (r->files.len && out->problems.len != r->problems)
        r->files.len--;
    r->problems = out->problems.len;
}

static bool take_known(void *arg, const char *path, const char *text, size_t len,
                       struct object_set *out)
{
    struct reading_all *r = arg;
    struct error err;
    char hex[SHA256_HEX];
    bool taken;
    settle_last(r, out);
    const char *file = arena_fmt(&r->arena, "%s %s", hash_sha256_hex(text, len, hex), r->reader);
    if (store_manifest_take(agent_store(r->g), path, file, out, &taken, &err) && taken) {
        r->problems = out->problems.len;
        return true;
    }
    *LIST_PUSH(&r->arena, &r->files) = (struct read_file){ arena_strdup(&r->arena, path), file };
    return false;
}

static void read_all(struct manifests *m, struct agent *g)
{
    struct reading_all r CLEANUP(reading_all_done) = { .g = g };
    const struct source_options options = { .known = take_known, .arg = &r };
    struct object_set set = { 0 };
    r.reader = arena_fmt(&r.arena, "%s.%d %s", ALB_AGENT_VERSION, READER, yaml_reader(&r.arena));
    source_read(m->paths, m->n_paths, &options, &set);
    settle_last(&r, &set);
    agent_set_objects(g, &set);
    for (size_t i = 0; i < r.files.len; i++)
        agent_note_file(g, r.files.items[i].path, r.files.items[i].file);
}

bool manifests_open(struct manifests *m, struct agent *g, const char *const *paths, size_t n_paths,
                    struct error *err)
{
    *m = (struct manifests){ .paths = paths, .n_paths = n_paths };
    /* Watched first: what changes while it is read is told of afterwards. */
    if (!source_watch_new(&m->watch, paths, n_paths, err))
        return false;
    read_all(m, g);
    return true;
}

void manifests_close(struct manifests *m)
{
    source_watch_free(m->watch);
    *m = (struct manifests){ 0 };
}

int manifests_fd(const struct manifests *m)
{
    return source_watch_fd(m->watch);
}

bool manifests_take(struct manifests *m, struct agent *g, struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    source_paths files = { 0 };
    bool all;
    source_watch_take(m->watch, &a, &files, &all);
    if (all) {
        source_watch_free(m->watch);
        if (!source_watch_new(&m->watch, m->paths, m->n_paths, err))
            return false;
    }
    for (size_t i = 0; i < files.len && !all; i++)
        all = !read_file(g, files.items[i]);
    if (all)
        read_all(m, g);
    return true;
}
