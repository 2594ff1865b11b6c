/* file.c - small files, and whether they have changed. */
#include "alb-agent/file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct file_stamp file_stamp(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return (struct file_stamp){ 0 };
    return (struct file_stamp){
        .changed_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec,
        .inode = (uint64_t)st.st_ino,
        .size = (int64_t)st.st_size,
    };
}

bool file_stamp_equal(const struct file_stamp *x, const struct file_stamp *y)
{
    return x->changed_ns == y->changed_ns && x->inode == y->inode && x->size == y->size;
}

/* More than 'max' bytes are cut off behind the first that is too many. */
static char *read_some(struct arena *a, FILE *f, size_t max, size_t *n)
{
    size_t cap = 4096;
    char *data = arena_alloc(a, cap);
    *n = 0;
    for (;;) {
        *n += fread(data + *n, 1, cap - *n, f);
        if (*n < cap || *n > max)
            return data;
        char *more = arena_alloc(a, 2 * cap);
        memcpy(more, data, cap);
        data = more;
        cap *= 2;
    }
}

bool file_text(struct arena *a, const char *path, size_t max, const char **text, struct error *err)
{
    FILE *f = fopen(path, "rbe");
    if (!f)
        return error_set(err, errno == ENOENT || errno == ENOTDIR ? ERROR_NOT_FOUND : ERROR_DENIED,
                         "%s: %s", path,
                         errno == ENOENT ? "there is no such file" : "not readable");
    struct arena scratch CLEANUP(arena_wipe) = { 0 }; /* it may be a token */
    size_t n;
    const char *data = read_some(&scratch, f, max, &n);
    bool ok = !ferror(f);
    (void)fclose(f);
    if (!ok)
        return error_set(err, ERROR_DENIED, "%s: not readable", path);
    if (n > max)
        return error_set(err, ERROR_DENIED, "%s: larger than %zu bytes", path, max);
    if (memchr(data, '\0', n))
        return error_set(err, ERROR_DENIED, "%s: not a text", path);
    *text = arena_strndup(a, data, n);
    return true;
}
