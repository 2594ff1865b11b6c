/* stage.c - standard output and error into files, and back. */
#include "tests/unit/cli/stage.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int stage_setup(void **state)
{
    struct stage *s = calloc(1, sizeof *s);
    if (!s)
        return -1;
    *state = s;
    memcpy(s->dir, "/tmp/alb-agent-cli-XXXXXX", 26);
    if (!mkdtemp(s->dir))
        return -1;
    s->state = arena_fmt(&s->arena, "%s/state.db", s->dir);
    return setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "testak", 1)
           || setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "never-to-be-seen", 1)
           || unsetenv("ALIBABA_CLOUD_REGION_ID") || unsetenv("ALIBABA_CLOUD_SECURITY_TOKEN")
           || unsetenv("ALB_AGENT_CONFIG");
}

int stage_teardown(void **state)
{
    struct stage *s = *state;
    DIR *d = opendir(s->dir);
    for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d))
        (void)unlink(arena_fmt(&s->arena, "%s/%s", s->dir, e->d_name));
    if (d)
        (void)closedir(d);
    (void)rmdir(s->dir);
    arena_done(&s->arena);
    free(s);
    return 0;
}

const char *stage_file(struct stage *s, const char *name, const char *text)
{
    const char *path = arena_fmt(&s->arena, "%s/%s", s->dir, name);
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
    return path;
}

/* ---- what is printed ---------------------------------------------------------------------- */

struct tap {
    FILE *file;
    int fd, kept;
};

static struct tap tap_open(FILE *stream, int fd)
{
    (void)fflush(stream);
    struct tap t = { .file = tmpfile(), .fd = fd, .kept = dup(fd) };
    assert_non_null(t.file);
    assert_true(t.kept >= 0 && dup2(fileno(t.file), fd) == fd);
    return t;
}

static const char *tap_close(struct stage *s, FILE *stream, struct tap *t)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    char part[4096];
    (void)fflush(stream);
    assert_int_equal(dup2(t->kept, t->fd), t->fd);
    (void)close(t->kept);
    rewind(t->file);
    for (size_t n = fread(part, 1, sizeof part, t->file); n;
         n = fread(part, 1, sizeof part, t->file))
        buf_add(&b, part, n);
    (void)fclose(t->file);
    return buf_keep(&b, &s->arena);
}

enum { ARGS_MAX = 32 };

bool stage_parse(struct stage *s, struct options *o, struct error *err, const struct cmd *cmd,
                 const char *const *args)
{
    char *argv[ARGS_MAX];
    int argc = 0;
    options_done(o);
    *o = (struct options){ 0 };
    for (; args[argc]; argc++)
        argv[argc] = arena_strdup(&s->arena, args[argc]);
    return options_parse(o, cmd, argc, argv, err);
}

enum exit_code stage_run(struct stage *s, const struct cmd *cmd, ...)
{
    char *argv[ARGS_MAX];
    int argc = 0;
    va_list ap;
    va_start(ap, cmd);
    for (const char *arg = va_arg(ap, const char *); arg; arg = va_arg(ap, const char *)) {
        assert_true(argc < ARGS_MAX);
        argv[argc++] = arena_strdup(&s->arena, arg);
    }
    va_end(ap);
    struct options o CLEANUP(options_done) = { 0 };
    struct error err;
    struct tap out = tap_open(stdout, STDOUT_FILENO), errors = tap_open(stderr, STDERR_FILENO);
    enum exit_code code =
        options_parse(&o, cmd, argc, argv, &err) ? cmd->run(cmd, &o) : cli_fail(&err);
    s->out = tap_close(s, stdout, &out);
    s->err = tap_close(s, stderr, &errors);
    assert_null(strstr(s->out, "never-to-be-seen"));
    assert_null(strstr(s->err, "never-to-be-seen"));
    return code;
}
