/* watch.c - telling when manifests change: one inotify descriptor for all directories.
 *
 * A file is watched through its directory, because editors and mounts replace files rather than
 * write them.  Events say only that something may have changed; what it is now is read. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alb-agent/map.h"
#include "alb-agent/source.h"
#include "source_priv.h"

enum { MAX_DEPTH = 32, EVENTS_BYTES = 64 * 1024 };

static const uint32_t EVENTS = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO
                               | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

/* A directory, and what of it is watched. */
struct watched {
    int wd;
    const char *path; /* before the names in it, ends in '/' unless it is ""               */
    const char *only; /* one file; NULL: every manifest and directory                      */
};

struct source_watch {
    struct arena arena;
    int fd;
    LIST_OF(struct watched) dirs;
};

/* ---- making ------------------------------------------------------------------------------- */

static bool watch_dir(struct source_watch *w, const char *dir, const char *prefix, const char *only,
                      struct error *err)
{
    char why[128];
    int wd = inotify_add_watch(w->fd, *dir ? dir : ".", EVENTS);
    if (wd < 0) {
        if (strerror_r(errno, why, sizeof why) != 0)
            why[0] = '\0';
        return error_set(err, ERROR_TRANSIENT,
                         "%s: cannot be watched: %s; see fs.inotify.max_user_watches in sysctl",
                         dir, why);
    }
    *LIST_PUSH(&w->arena, &w->dirs) = (struct watched){ wd, prefix, only };
    return true;
}

static bool watch_tree(struct source_watch *w, const char *path, int depth, struct error *err)
{
    const size_t n = strlen(path);
    const char *prefix = arena_fmt(&w->arena, "%s%s", path, n && path[n - 1] == '/' ? "" : "/");
    if (depth > MAX_DEPTH || !watch_dir(w, path, prefix, NULL, err))
        return depth > MAX_DEPTH;
    DIR *dir = opendir(path);
    bool ok = dir != NULL || errno == ENOENT
              || error_set(err, ERROR_TRANSIENT, "%s: cannot be read", path);
    for (;;) {
        const struct dirent *e = dir && ok ? readdir(dir) : NULL; // NOLINT(concurrency-mt-unsafe)
        struct stat st;
        if (!e)
            break;
        const char *child = arena_fmt(&w->arena, "%s%s", prefix, e->d_name);
        if (e->d_name[0] != '.' && !stat(child, &st) && S_ISDIR(st.st_mode))
            ok = watch_tree(w, child, depth + 1, err);
    }
    if (dir)
        (void)closedir(dir);
    return ok;
}

static bool watch_file(struct source_watch *w, const char *path, struct error *err)
{
    const char *slash = strrchr(path, '/');
    const char *prefix = slash ? arena_strndup(&w->arena, path, (size_t)(slash - path) + 1) : "";
    return watch_dir(w, prefix, prefix, arena_strdup(&w->arena, slash ? slash + 1 : path), err);
}

static bool watch_path(struct source_watch *w, const char *path, struct error *err)
{
    struct stat st;
    if (!strcmp(path, "-"))
        return true;
    return !stat(path, &st) && S_ISDIR(st.st_mode) ? watch_tree(w, path, 0, err)
                                                   : watch_file(w, path, err);
}

bool source_watch_new(struct source_watch **out, const char *const *paths, size_t n_paths,
                      struct error *err)
{
    struct arena mem = { 0 };
    struct source_watch *w = arena_alloc(&mem, sizeof *w);
    w->arena = mem;
    w->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    bool ok = w->fd >= 0 || error_set(err, ERROR_TRANSIENT, "inotify: no descriptor");
    for (size_t i = 0; ok && i < n_paths; i++)
        ok = watch_path(w, paths[i], err);
    if (!ok) {
        source_watch_free(w);
        w = NULL;
    }
    *out = w;
    return ok;
}

void source_watch_free(struct source_watch *w)
{
    if (!w)
        return;
    if (w->fd >= 0)
        (void)close(w->fd);
    struct arena mem = w->arena; /* it lives in it */
    arena_done(&mem);
}

int source_watch_fd(const struct source_watch *w)
{
    return w->fd;
}

/* ---- taking ---------------------------------------------------------------------------------- */

struct taking {
    struct source_watch *w;
    struct arena *a;
    source_paths *files;
    struct map seen;
    bool all;
};

/* A file that was just made is told of again when it was written; a link never is. */
static bool is_being_written(const char *path)
{
    struct stat st;
    return !lstat(path, &st) && S_ISREG(st.st_mode) && st.st_nlink == 1;
}

/* Several paths may lie in one directory. */
static void take_name(struct taking *t, const struct watched *dir, const struct inotify_event *e)
{
    const uint32_t moved = IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT | IN_ISDIR;
    if (dir->only) {
        /* A mount exchanges a link beside the file, not the file. */
        t->all = t->all || (e->len && !strncmp(e->name, "..", 2));
        if (!e->len || strcmp(e->name, dir->only) != 0)
            return;
    } else if ((e->mask & moved) || (e->len && !strncmp(e->name, "..", 2))) {
        t->all = true;
        return;
    } else if (!e->len || e->name[0] == '.' || !source_is_manifest(e->name)) {
        return;
    }
    const char *path = arena_fmt(t->a, "%s%s", dir->path, e->name);
    if (map_get(&t->seen, path) || ((e->mask & IN_CREATE) && is_being_written(path)))
        return;
    map_put(&t->seen, path, t);
    *LIST_PUSH(t->a, t->files) = path;
}

static void take_event(struct taking *t, const struct inotify_event *e)
{
    if (e->mask & IN_Q_OVERFLOW)
        t->all = true;
    for (size_t i = 0; i < t->w->dirs.len; i++)
        if (t->w->dirs.items[i].wd == e->wd)
            take_name(t, &t->w->dirs.items[i], e);
}

void source_watch_take(struct source_watch *w, struct arena *a, source_paths *files, bool *all)
{
    struct taking t = { .w = w, .a = a, .files = files };
    char *events = arena_alloc(a, EVENTS_BYTES);
    for (;;) {
        const ssize_t n = read(w->fd, events, EVENTS_BYTES);
        if (n <= 0)
            break;
        for (ssize_t at = 0; at < n;) {
            const struct inotify_event *e = (const void *)(events + at);
            take_event(&t, e);
            at += (ssize_t)(sizeof *e + e->len);
        }
    }
    map_done(&t.seen);
    *all = t.all;
}
