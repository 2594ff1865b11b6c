/* source.c - paths to the texts of files.  The only part of this folder that touches the
 * file system; it never writes. */
#include "alb-agent/source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alb-agent/arena.h"
#include "alb-agent/buf.h"
#include "source_priv.h"

enum { DEFAULT_DOCUMENTS = 100000, MAX_DIR_DEPTH = 64, CHUNK = 16 * 1024 };
static const size_t DEFAULT_FILE = (size_t)64 << 20;

typedef LIST_OF(const char *) names;

static void reader_done(struct reader *r)
{
    map_done(&r->seen);
}

static struct reader reader_of(const struct source_options *o, struct object_set *out)
{
    return (struct reader){
        .out = out,
        .options = o,
        .stdin_fd = o->stdin_fd,
        .max_file = o->max_file ? o->max_file : DEFAULT_FILE,
        .max_documents = o->max_documents ? o->max_documents : DEFAULT_DOCUMENTS,
    };
}

void reader_problem(struct reader *r, const char *origin, int line, const char *fmt, ...)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    va_list ap;
    va_start(ap, fmt);
    const char *msg = arena_vfmt(&a, fmt, ap);
    va_end(ap);
    object_set_problem(r->out, line > 0 ? arena_fmt(&a, "%s:%d", origin, line) : origin, msg);
}

static void system_problem(struct reader *r, const char *path, int code)
{
    char text[128];
    if (strerror_r(code, text, sizeof text) != 0)
        text[0] = '\0';
    reader_problem(r, path, 0, "cannot be read: %s", text);
}

/* --- files --------------------------------------------------------------------------- */

static void close_fd(const int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
}

/* Reads to the end, or until 'text' is full; 0, or the errno of a failure. */
static int read_all(int fd, struct buf *text)
{
    char chunk[CHUNK];
    while (!text->failed) {
        ssize_t n = read(fd, chunk, CHUNK);
        if (n == 0)
            break;
        if (n > 0)
            buf_add(text, chunk, (size_t)n);
        else if (errno != EINTR)
            return errno;
    }
    return 0;
}

/* Was it added without being read? */
static bool is_known(struct reader *r, const char *name, const struct buf *text)
{
    const struct source_options *o = r->options;
    const size_t before = r->out->objects.len;
    if (!o->known || !o->known(o->arg, name, buf_str(text), text->len, r->out))
        return false;
    r->documents += r->out->objects.len - before;
    return true;
}

static void read_fd(struct reader *r, int fd, const char *name)
{
    struct buf text CLEANUP(buf_done) = { .max = r->max_file };
    int code = read_all(fd, &text);
    if (code)
        system_problem(r, name, code);
    else if (text.failed)
        reader_problem(r, name, 0, "larger than %zu bytes; split it", r->max_file);
    else if (!is_known(r, name, &text))
        reader_add_text(r, name, buf_str(&text), text.len);
}

static void read_file(struct reader *r, const char *path)
{
    int fd CLEANUP(close_fd) = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        system_problem(r, path, errno);
    else
        read_fd(r, fd, path);
}

/* Was this file or directory read before?  Remembers it. */
static bool seen_before(struct reader *r, const struct stat *st)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *id =
        arena_fmt(&a, "%llx:%llx", (unsigned long long)st->st_dev, (unsigned long long)st->st_ino);
    if (map_get(&r->seen, id))
        return true;
    map_put(&r->seen, id, r);
    return false;
}

/* --- directories --------------------------------------------------------------------- */

static void close_dir(DIR **dir)
{
    if (*dir)
        (void)closedir(*dir);
}

static int by_text(const void *x, const void *y)
{
    const char *const *a = x, *const *b = y;
    return strcmp(*a, *b);
}

/* The names in a directory, sorted; 0, or the errno of a failure. */
static int list_dir(struct arena *a, const char *path, names *out)
{
    DIR *dir CLEANUP(close_dir) = opendir(path);
    if (!dir)
        return errno;
    for (;;) {
        errno = 0;
        const struct dirent *e = readdir(dir); /* NOLINT(concurrency-mt-unsafe): one thread */
        if (!e && errno)
            return errno;
        if (!e)
            break;
        if (e->d_name[0] != '.')
            *LIST_PUSH(a, out) = arena_strdup(a, e->d_name);
    }
    if (out->len)
        qsort(out->items, out->len, sizeof(char *), by_text);
    return 0;
}

bool source_is_manifest(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && (!strcmp(dot, ".yaml") || !strcmp(dot, ".yml") || !strcmp(dot, ".json"));
}

static void read_dir(struct reader *r, const char *path, int depth);

/* Reads what a directory holds under 'path', when it is a manifest or a directory. */
static void read_entry(struct reader *r, const char *path, int depth)
{
    struct stat st;
    bool manifest = source_is_manifest(path);
    if (stat(path, &st)) {
        if (manifest)
            system_problem(r, path, errno);
    } else if (S_ISDIR(st.st_mode)) {
        if (!seen_before(r, &st))
            read_dir(r, path, depth);
    } else if (manifest && !S_ISREG(st.st_mode)) {
        reader_problem(r, path, 0, "not a file");
    } else if (manifest && !seen_before(r, &st)) {
        read_file(r, path);
    }
}

static void read_dir(struct reader *r, const char *path, int depth)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    names entries = { 0 };
    size_t len = strlen(path);
    const char *slash = len && path[len - 1] == '/' ? "" : "/";
    if (depth > MAX_DIR_DEPTH) {
        reader_problem(r, path, 0, "nested deeper than %d directories", MAX_DIR_DEPTH);
        return;
    }
    int code = list_dir(&a, path, &entries);
    if (code)
        system_problem(r, path, code);
    for (size_t i = 0; i < entries.len && !r->full; i++)
        read_entry(r, arena_fmt(&a, "%s%s%s", path, slash, entries.items[i]), depth + 1);
}

/* --- paths --------------------------------------------------------------------------- */

static void read_path(struct reader *r, const char *path)
{
    struct stat st;
    if (!strcmp(path, "-"))
        read_fd(r, r->stdin_fd, "stdin");
    else if (stat(path, &st))
        system_problem(r, path, errno);
    else if (seen_before(r, &st))
        return;
    else if (S_ISDIR(st.st_mode))
        read_dir(r, path, 0);
    else
        read_file(r, path);
}

void source_read(const char *const *paths, size_t n_paths, const struct source_options *options,
                 struct object_set *out)
{
    struct reader r CLEANUP(reader_done) = reader_of(options, out);
    for (size_t i = 0; i < n_paths && !r.full; i++)
        read_path(&r, paths[i]);
}

void source_read_text(const char *name, const char *text, size_t len,
                      const struct source_options *options, struct object_set *out)
{
    struct reader r CLEANUP(reader_done) = reader_of(options, out);
    reader_add_text(&r, name, text, len);
}
