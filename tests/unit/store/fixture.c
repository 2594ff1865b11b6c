/* fixture.c - see fixture.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "alb-agent/json.h"
#include "tests/unit/store/fixture.h"

int fixture_setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    (void)snprintf(f->folder, sizeof f->folder, "/tmp/alb-agent-store-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    (void)snprintf(f->path, sizeof f->path, "%s/state.db", f->folder);
    if (!store_open(&f->st, NULL, STORE_WRITE, NOW, NULL, &f->err))
        fail_msg("%s", f->err.msg);
    *state = f;
    return 0;
}

/* At most two folders deep, as the tests make them. */
static void remove_all(const char *folder)
{
    char path[512];
    DIR *d = opendir(folder);
    for (struct dirent *e; d && (e = readdir(d));) {
        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        if (unlink(path))
            remove_all(path);
    }
    if (d)
        (void)closedir(d);
    (void)rmdir(folder);
}

int fixture_teardown(void **state)
{
    struct fixture *f = *state;
    store_close(f->st);
    remove_all(f->folder);
    arena_done(&f->a);
    free(f);
    return 0;
}

struct store *fixture_open(struct fixture *f)
{
    struct store *st = NULL;
    if (!store_open(&st, f->path, STORE_WRITE, NOW, NULL, &f->err))
        fail_msg("%s", f->err.msg);
    return st;
}

const char *fixture_path(struct fixture *f, const char *suffix)
{
    return arena_fmt(&f->a, "%s%s", f->path, suffix);
}

int fixture_files(struct fixture *f, const char *part)
{
    int n = 0;
    DIR *d = opendir(f->folder);
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d));)
        n += e->d_name[0] != '.' && strstr(e->d_name, part);
    (void)closedir(d);
    return n;
}

int fixture_mode(const char *path)
{
    struct stat st;
    return stat(path, &st) ? -1 : (int)(st.st_mode & 0777);
}

void fixture_scribble(const char *path, long offset, size_t len, int byte)
{
    int fd = open(path, O_WRONLY | O_CREAT, 0644);
    assert_true(fd >= 0);
    char block[1024];
    memset(block, byte, sizeof block);
    for (size_t i = 0; i < len; i += sizeof block) {
        size_t n = len - i < sizeof block ? len - i : sizeof block;
        assert_int_equal(pwrite(fd, block, n, offset + (long)i), n);
    }
    assert_int_equal(close(fd), 0);
}

void fixture_sql(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

int64_t fixture_int(struct store *st, const char *sql)
{
    struct error err = { 0 };
    int64_t n = -1;
    if (!sql_int(st->db, sql, &n, &err))
        fail_msg("%s: %s", sql, err.msg);
    return n;
}

const char *fixture_text(struct fixture *f, struct store *st, const char *sql)
{
    sqlite3_stmt *s CLEANUP(stmt_done) = NULL;
    assert_int_equal(sqlite3_prepare_v2(st->db, sql, -1, &s, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    const char *text = (const char *)sqlite3_column_text(s, 0);
    return text ? arena_strdup(&f->a, text) : NULL;
}

static const void *group(struct fixture *f, const char *json)
{
    cJSON *tree CLEANUP(json_done) = NULL;
    struct alb_server_group *g = arena_alloc(&f->a, sizeof *g);
    assert_true(json_parse(json, strlen(json), &tree, &f->err));
    assert_true(
        schema_from_json(&f->a, &alb_server_group_schema, g, tree, SCHEMA_LENIENT, &f->err));
    return g;
}

struct resource fixture_group(struct fixture *f, const char *key, const char *scheduler)
{
    const char *json = arena_fmt(&f->a,
                                 "{\"ServerGroupName\":\"g\",\"Protocol\":\"HTTP\","
                                 "\"Scheduler\":\"%s\"}",
                                 scheduler);
    const char *there = arena_fmt(&f->a,
                                  "{\"ServerGroupId\":\"sgp-1\",\"ServerGroupName\":\"g\","
                                  "\"Protocol\":\"HTTP\",\"Scheduler\":\"%s\","
                                  "\"ServerGroupStatus\":\"Available\"}",
                                  scheduler);
    return (struct resource){ .lb = "kube-system/web",
                              .kind = RESOURCE_SERVER_GROUP,
                              .key = arena_strdup(&f->a, key),
                              .parent = "",
                              .desired = group(f, json),
                              .desired_from = "Ingress shop/web",
                              .applied = group(f, json),
                              .actual = group(f, there),
                              .cloud_id = "sgp-1",
                              .status = "Available",
                              .observed_at = NOW,
                              .ours = true };
}

/* ---- a second process --------------------------------------------------------------- */

/* In the child nothing may fail a test: it just ends, and its pipe with it.  It ends with the
 * test, too, since 'from' does. */
static void child_run(const char *path, int n, int to, int from)
{
    struct store *st = NULL;
    struct error err;
    char none;
    bool ok = store_open(&st, path, STORE_WRITE, NOW, NULL, &err);
    for (int i = 0; ok && i < n; i++) {
        struct store_call call = { .action = "CreateRules", .params = "{}", .sent_at = NOW + i };
        ok = store_call_intent(st, &call, &err)
             && write(to, &call.id, sizeof call.id) == (ssize_t)sizeof call.id;
    }
    _exit(ok && read(from, &none, 1) > 0);
}

struct child fixture_child(struct fixture *f, int n)
{
    int up[2], down[2];
    assert_int_equal(pipe(up), 0);
    assert_int_equal(pipe(down), 0);
    struct child c = { .pid = fork(), .from = up[0], .to = down[1] };
    assert_true(c.pid >= 0);
    if (!c.pid) {
        (void)close(down[1]);
        child_run(f->path, n, up[1], down[0]);
    }
    (void)close(up[1]);
    (void)close(down[0]);
    return c;
}

int64_t fixture_child_ack(struct child *c)
{
    int64_t id = 0;
    assert_int_equal(read(c->from, &id, sizeof id), sizeof id);
    return id;
}

void fixture_child_kill(struct child *c)
{
    assert_int_equal(kill(c->pid, SIGKILL), 0);
    assert_int_equal(waitpid(c->pid, NULL, 0), c->pid);
    (void)close(c->from);
    (void)close(c->to);
}
