/* source.h - manifests from files, directories and standard input to objects.
 *
 * Whatever cannot be read, from a path that does not exist to one bad document among good
 * ones, becomes a problem of the set, which is then incomplete (object.h); all the rest is
 * read all the same.  Origins are "web.yaml:12", the line of a document's first content, and
 * "all.yaml:1 item 3" for what a List holds; "stdin" stands for standard input. */
#pragma once

#include <stddef.h>

#include "alb-agent/error.h"
#include "alb-agent/object.h"

/* Is asked of each file before its text is read as documents: true when it has added to 'out' what
 * comes of it. */
typedef bool source_known_fn(void *arg, const char *path, const char *text, size_t len,
                             struct object_set *out);

struct source_options {
    int stdin_fd;           /* what "-" is read from; 0 is standard input                   */
    size_t max_file;        /* bytes of one file; 0: 64 MiB                                 */
    size_t max_documents;   /* of all paths, items of lists counted one by one; 0: 100,000  */
    source_known_fn *known; /* NULL: nothing is known */
    void *arg;              /* of 'known'             */
};

/* Adds the objects of 'n_paths' paths to 'out'.  A path is "-", a file of any name, or a
 * directory: of one the files *.yaml, *.yml and *.json are read, and its directories, in byte
 * order of their names; names that begin with '.' are passed over.  Symbolic links are
 * followed, but each file and directory is read once.  Files hold YAML documents, or JSON
 * values one after the other; documents of JSON may stand among YAML too. */
void source_read(const char *const *paths, size_t n_paths, const struct source_options *options,
                 struct object_set *out);

/* May 'name' (without its folder) be a manifest in a directory? */
bool source_is_manifest(const char *name);

/* ---- watching ---------------------------------------------------------------------------- */

/* Tells when files may have changed under paths that source_read() reads (inotify). */
struct source_watch;

/* Watches 'n_paths' paths and all directories below those that are directories.  What cannot be
 * watched (a file system without inotify, too many watches) is ERROR_TRANSIENT with the remedy.
 * '*out' is the caller's, for source_watch_free(). */
bool source_watch_new(struct source_watch **out, const char *const *paths, size_t n_paths,
                      struct error *err) MUST_USE;
void source_watch_free(struct source_watch *w);
/* Readable when there is something to be taken. */
int source_watch_fd(const struct source_watch *w);

typedef LIST_OF(const char *) source_paths;
/* Takes what happened: files that were written, moved or removed, each once, by their paths as
 * source_read() names them, in 'a'.  '*all' instead, when more may have changed than that: a
 * directory or a link came or went, or events were lost; then the watch has to be made anew.
 * Never blocks. */
void source_watch_take(struct source_watch *w, struct arena *a, source_paths *files, bool *all);

/* Adds the objects of 'len' bytes of 'text', which was called 'name'. */
void source_read_text(const char *name, const char *text, size_t len,
                      const struct source_options *options, struct object_set *out);
