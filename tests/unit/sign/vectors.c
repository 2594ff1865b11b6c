/* vectors.c - see vectors.h. */
#include "vectors.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/json.h"

static _Noreturn void give_up(const char *what, const char *where)
{
    (void)fprintf(stderr, "%s: %s\n", where, what);
    abort();
}

const char *vector_text(struct arena *a, const char *folder, const char *name)
{
    FILE *f = fopen(arena_fmt(a, "%s/%s", folder, name), "rb");
    if (!f)
        give_up(name, folder);
    struct buf b CLEANUP(buf_done) = { 0 };
    char part[4096];
    for (size_t n; (n = fread(part, 1, sizeof part, f)) > 0;)
        buf_add(&b, part, n);
    (void)fclose(f);
    return buf_keep(&b, a);
}

cJSON *vector_json(const char *folder, const char *name)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err;
    const char *text = vector_text(&a, folder, name);
    cJSON *json = NULL;
    if (!json_parse(text, strlen(text), &json, &err))
        give_up(err.msg, folder);
    return json;
}

int vector_folders(const char *group, void (*each)(const char *folder))
{
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *path = arena_fmt(&a, "%s/tests/vectors/%s", TEST_SOURCE_DIR, group);
    DIR *dir = opendir(path);
    if (!dir)
        give_up("cannot be read", path);
    int n = 0;
    for (const struct dirent *e; (e = readdir(dir));) {
        if (e->d_name[0] == '.')
            continue;
        each(arena_fmt(&a, "%s/%s", path, e->d_name));
        n++;
    }
    (void)closedir(dir);
    return n;
}
