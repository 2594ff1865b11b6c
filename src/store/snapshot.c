/* snapshot.c - a copy of the file in memory, made without the writer's lock and without
 * making files.
 *
 * A file with a log beside it has a writer, or had one that was killed: SQLite reads both,
 * with its own locks.  A file without a log changes only when a writer starts; it is read as
 * immutable, since SQLite would otherwise make a log, and read again if it did change. */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alb-agent/buf.h"
#include "alb-agent/clock.h"
#include "store_priv.h"

enum { TRIES = 10 };

/* What shows that a file was written. */
struct look {
    struct stat file;
    bool there, log;
};

static bool has_data(const char *path, const char *suffix)
{
    struct arena scratch CLEANUP(arena_done) = { 0 };
    struct stat st;
    return !stat(arena_fmt(&scratch, "%s%s", path, suffix), &st) && st.st_size > 0;
}

static bool look_at(const char *path, struct look *out, struct error *err)
{
    *out = (struct look){ 0 };
    out->there = !stat(path, &out->file);
    if (!out->there && errno != ENOENT && errno != ENOTDIR)
        return file_error(err, errno, "open", path);
    if (out->there && !S_ISREG(out->file.st_mode))
        return error_set(err, ERROR_INVALID, "not a regular file");
    out->log = has_data(path, "-wal") || has_data(path, "-journal");
    return true;
}

static bool looks_same(const struct look *x, const struct look *y)
{
    return x->there == y->there && x->log == y->log && x->file.st_ino == y->file.st_ino
           && x->file.st_size == y->file.st_size && x->file.st_mtim.tv_sec == y->file.st_mtim.tv_sec
           && x->file.st_mtim.tv_nsec == y->file.st_mtim.tv_nsec;
}

static void db_done(sqlite3 **db)
{
    (void)sqlite3_close(*db);
    *db = NULL;
}

/* "file:..." as SQLite reads it, in 'a'. */
static const char *uri(struct arena *a, const char *path, const char *query)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    buf_adds(&b, path[0] == '/' ? "file://" : "file:");
    for (const char *p = path; *p; p++)
        if (*p == '%' || *p == '?' || *p == '#')
            buf_addf(&b, "%%%02X", (unsigned)*p);
        else
            buf_addc(&b, *p);
    buf_adds(&b, query);
    return buf_keep(&b, a);
}

static bool open_source(sqlite3 **src, const char *path, bool log, struct error *err)
{
    struct arena scratch CLEANUP(arena_done) = { 0 };
    const char *name = uri(&scratch, path, log ? "?mode=ro" : "?immutable=1");
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(name, src, flags, NULL) != SQLITE_OK)
        return sqlite_error(*src, err);
    (void)sqlite3_busy_timeout(*src, STORE_BUSY_MS);
    (void)sqlite3_db_config(*src, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)NULL);
    return true;
}

static bool copy_pages(sqlite3 *to, sqlite3 *from, struct error *err)
{
    sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");
    if (!b)
        return sqlite_error(to, err);
    int step = sqlite3_backup_step(b, -1);
    int end = sqlite3_backup_finish(b);
    if (step == SQLITE_BUSY || step == SQLITE_LOCKED)
        return error_set(err, ERROR_TRANSIENT, "locked; try again");
    return end == SQLITE_OK && step == SQLITE_DONE ? true : sqlite_error(to, err);
}

static bool copy_once(sqlite3 *mem, const char *path, bool log, int64_t *version, struct error *err)
{
    sqlite3 *src CLEANUP(db_done) = NULL;
    return open_source(&src, path, log, err) && store_identify(src, version, err)
           && (!*version || copy_pages(mem, src, err));
}

bool snapshot_copy(sqlite3 *mem, const char *path, int64_t *version, struct error *err)
{
    for (int i = 0; i < TRIES; i++) {
        struct look before, after;
        *version = 0;
        if (!look_at(path, &before, err))
            return false;
        if (!before.there)
            return true;
        bool done = copy_once(mem, path, before.log, version, err);
        if (!done && before.log)
            return false;
        struct error ignored;
        if (before.log || (look_at(path, &after, &ignored) && looks_same(&before, &after)))
            return done;
    }
    return error_set(err, ERROR_TRANSIENT, "changes while it is read; try again");
}

const char *snapshot_holder(struct arena *a, const char *path)
{
    sqlite3 *src CLEANUP(db_done) = NULL;
    sqlite3_stmt *s CLEANUP(stmt_done) = NULL;
    static const char sql[] = "SELECT pid, host, since FROM holder ORDER BY since DESC";
    struct error ignored;
    bool row = false;
    char when[TIME_TEXT];
    if (!open_source(&src, path, true, &ignored)
        || sqlite3_prepare_v2(src, sql, -1, &s, NULL) != SQLITE_OK || !stmt_next(s, &row, &ignored)
        || !row)
        return "another process";
    return arena_fmt(a, "pid %lld on host %s since %s", (long long)col_int(s, "pid"),
                     col_text(s, "host"), time_format(col_int(s, "since"), when));
}
