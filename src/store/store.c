/* store.c - opening, closing, transactions: the life of the file.
 *
 * A file is ours when its application_id says so; it is looked at before the first write.
 * One that SQLite or its integrity_check calls damaged is set aside by the writer, who begins a new
 * one; a reader refuses it. */
#include "alb-agent/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "alb-agent/clock.h"
#include "store_priv.h"

enum {
    CHECK_BYTES = 64 * 1024 * 1024, /* larger files are checked after a crash only: 5 ms a MB */
};

const struct statements *store_statements(enum store_part part)
{
    switch (part) {
    case PART_META: return &meta_statements;
    case PART_OBJECT: return &object_statements;
    case PART_FACT: return &fact_statements;
    case PART_RESOURCE: return &resource_statements;
    case PART_CALL: return &call_statements;
    case PART_HISTORY: return &history_statements;
    case PART_PIN: return &pin_statements;
    case PART_FINDING: return &finding_statements;
    case PART_MANIFEST: return &manifest_statements;
    case PART_EVENT: return &event_statements;
    case PART_CLOUD: return &cloud_statements;
    case PART_STATUS: return &status_statements;
    case PART_TXN: return &txn_statements;
    case PART_QUARANTINE: return &quarantine_statements;
    case PART_REVISION:
    case STORE_PARTS: break;
    }
    return &revision_statements;
}

sqlite3_stmt *store_stmt(struct store *st, enum store_part part, int which)
{
    sqlite3_stmt **s = &st->stmts[part][which];
    if (!*s)
        (void)sqlite3_prepare_v3(st->db, store_statements(part)->sql[which], -1,
                                 SQLITE_PREPARE_PERSISTENT, s, NULL);
    return *s;
}

static void close_db(struct store *st)
{
    for (int p = 0; p < STORE_PARTS; p++)
        for (size_t i = 0; i < STATEMENTS_MAX; i++)
            stmt_done(&st->stmts[p][i]);
    (void)sqlite3_close(st->db);
    written_done(&st->written);
    st->db = NULL;
}

static void store_free(struct store *st)
{
    close_db(st);
    if (st->lock >= 0)
        (void)close(st->lock);
    free(st);
}

static bool open_db(struct store *st, const char *path, struct error *err)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(path, &st->db, flags, NULL) != SQLITE_OK)
        return sqlite_error(st->db, err);
    (void)sqlite3_extended_result_codes(st->db, 1);
    (void)sqlite3_busy_timeout(st->db, STORE_BUSY_MS);
    return true;
}

static int note_log(void *arg, sqlite3 *db, const char *name, int pages)
{
    struct store *st = arg;
    (void)db;
    (void)name;
    st->log_pages = pages;
    return SQLITE_OK;
}

bool store_log_bound(struct store *st, struct error *err)
{
    if (st->log_pages <= st->log_max)
        return true;
    st->log_pages = 0; /* the next commit tells, also when somebody's reading is in the way */
    const int rc = sqlite3_wal_checkpoint_v2(st->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    return rc == SQLITE_OK || rc == SQLITE_BUSY || sqlite_error(st->db, err);
}

/* page_size counts only before the first write, which is that of the journal mode. */
static bool configure(struct store *st, struct error *err)
{
    char size[64];
    (void)snprintf(size, sizeof size, "PRAGMA journal_size_limit = %d", LOG_PAGES * PAGE_BYTES);
    return sql_run(st->db,
                   "PRAGMA page_size = 8192;"
                   "PRAGMA journal_mode = WAL;"
                   "PRAGMA synchronous = FULL;"
                   "PRAGMA wal_autocheckpoint = 0;"
                   "PRAGMA cache_size = -1024;" /* KB; one that is written beyond it spills */
                   "PRAGMA foreign_keys = ON",
                   err)
           && sql_run(st->db, size, err);
}

/* ---- a file to write ------------------------------------------------------------------ */

static bool integrity_check(struct store *st, struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_done) = NULL;
    bool row = false;
    if (sqlite3_prepare_v2(st->db, "PRAGMA integrity_check(1)", -1, &s, NULL) != SQLITE_OK)
        return sqlite_error(st->db, err);
    if (!stmt_next(s, &row, err))
        return false;
    const char *says = row ? col_text(s, "integrity_check") : NULL;
    if (says && !sqlite3_stricmp(says, "ok"))
        return true;
    (void)error_set(err, ERROR_INVALID, "%s", says ? says : "nothing to check");
    (void)snprintf(err->code, sizeof err->code, "%s", STORE_DAMAGED);
    return false;
}

/* A row in 'holder' was left by a crash. */
static bool check(struct store *st, int64_t version, struct error *err)
{
    int64_t holders, pages, page_size;
    if (!version)
        return true;
    if (!sql_int(st->db, "SELECT count(*) FROM holder", &holders, err)
        || !sql_int(st->db, "PRAGMA page_count", &pages, err)
        || !sql_int(st->db, "PRAGMA page_size", &page_size, err))
        return false;
    return (!holders && pages * page_size > CHECK_BYTES) || integrity_check(st, err);
}

static bool open_checked(struct store *st, const char *path, struct error *err)
{
    int64_t version;
    return file_make_private(path, err) && open_db(st, path, err)
           && store_identify(st->db, &version, err) && check(st, version, err) && configure(st, err)
           && store_migrate(st->db, version, err);
}

static bool hold(struct store *st, int64_t now_ms, struct error *err)
{
    char host[HOST_MAX];
    sqlite3_stmt *s CLEANUP(stmt_done) = NULL;
    static const char sql[] = "INSERT INTO holder(pid, host, since) VALUES(:pid, :host, :since)";
    struct batch batch CLEANUP(batch_done) = { 0 };
    if (!batch_begin(&batch, st, err) || !sql_run(st->db, "DELETE FROM holder", err))
        return false;
    if (sqlite3_prepare_v2(st->db, sql, -1, &s, NULL) != SQLITE_OK)
        return sqlite_error(st->db, err);
    bind_int(s, ":pid", getpid());
    bind_text(s, ":host", host_name(host));
    bind_int(s, ":since", now_ms);
    st->holds = stmt_run(s, err) && batch_end(&batch, err);
    return st->holds;
}

/* Is the file that failed to open one of ours that was damaged?  One that is no database at
 * all, at a path that never was a store, may be anything. */
static bool is_ours_damaged(const struct store *st, const char *path, struct error *err)
{
    if (!error_is_damage(err))
        return false;
    if (st->lock_was_there || file_is_sqlite(path))
        return true;
    return error_set(err, ERROR_INVALID,
                     "not a database of alb-agent; name another file with --state");
}

static bool open_or_replace(struct store *st, const char *path, int64_t now_ms, bool *set_aside,
                            struct error *err)
{
    if (open_checked(st, path, err))
        return true;
    close_db(st);
    if (!is_ours_damaged(st, path, err)) {
        if (err->kind == ERROR_INVALID)
            file_unlock(st, path);
        return false;
    }
    if (!file_set_aside(path, now_ms, err) || !open_checked(st, path, err))
        return false;
    *set_aside = true;
    return true;
}

static bool refuse_second(const char *path, struct error *err)
{
    struct arena scratch CLEANUP(arena_done) = { 0 };
    return error_set(err, ERROR_CONFLICT,
                     "state file %s is in use by %s; wait for it to end or use another --state",
                     path, snapshot_holder(&scratch, path));
}

static bool open_write(struct store *st, const char *path, int64_t now_ms, bool *set_aside,
                       struct error *err)
{
    bool taken = true;
    if (file_make_folders(path, err) && file_lock(st, path, &taken, err) && taken
        && open_or_replace(st, path, now_ms, set_aside, err) && hold(st, now_ms, err))
        return true;
    return taken ? error_wrap(err, "state file %s", path) : refuse_second(path, err);
}

/* ---- a copy in memory --------------------------------------------------------------------- */

static bool copy_file(struct store *st, const char *path, int64_t *version, struct error *err)
{
    if (snapshot_copy(st->db, path, version, err))
        return true;
    if (error_is_damage(err))
        (void)error_wrap(err, "damaged; the next 'apply' sets it aside");
    return error_wrap(err, "state file %s", path);
}

static bool open_memory(struct store *st, const char *path, struct error *err)
{
    int64_t version = 0;
    st->beside = path && file_is_locked(path);
    return open_db(st, ":memory:", err) && (!path || copy_file(st, path, &version, err))
           && store_migrate(st->db, version, err) && configure(st, err);
}

bool store_open(struct store **out, const char *path, enum store_mode mode, int64_t now_ms,
                bool *set_aside, struct error *err)
{
    bool aside = false;
    struct store *st = calloc(1, sizeof *st);
    if (!st)
        return error_set(err, ERROR_TRANSIENT, "out of memory");
    st->lock = -1;
    st->calls_max = CALLS_MAX;
    st->log_max = LOG_PAGES;
    bool done = path && mode == STORE_WRITE ? open_write(st, path, now_ms, &aside, err)
                                            : open_memory(st, path, err);
    if (!done) {
        store_free(st);
        return false;
    }
    if (set_aside)
        *set_aside = aside;
    (void)sqlite3_wal_hook(st->db, note_log, st);
    *out = st;
    return true;
}

bool store_checkpoint(struct store *st, struct error *err)
{
    if (!store_calls_prune(st, err))
        return false;
    int rc = sqlite3_wal_checkpoint_v2(st->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    (void)sqlite3_db_release_memory(st->db);
    return rc == SQLITE_OK ? true : sqlite_error(st->db, err);
}

bool store_was_there(const struct store *st)
{
    return st->lock_was_there;
}

void store_close(struct store *st)
{
    struct error ignored;
    if (!st)
        return;
    if (!sqlite3_get_autocommit(st->db))
        (void)sqlite3_exec(st->db, "ROLLBACK", NULL, NULL, NULL);
    /* What fails here is found at the next opening: the row of the holder is still there. */
    bool tidy = st->holds && store_checkpoint(st, &ignored)
                && sql_run(st->db, "DELETE FROM holder", &ignored);
    (void)tidy;
    store_free(st);
}

/* ---- transactions ---------------------------------------------------------------------------- */

bool store_begin(struct store_txn *txn, struct store *st, struct error *err)
{
    *txn = (struct store_txn){ 0 };
    if (!store_log_bound(st, err))
        return false;
    if (!txn_run(st, TXN_BEGIN, err))
        return false;
    txn->st = st;
    return true;
}

/* What commits after it waits for the disk again. */
static bool wait_again(struct store *st, struct error *err)
{
    return sql_run(st->db, "PRAGMA synchronous = FULL", err);
}

bool store_begin_lazy(struct store_txn *txn, struct store *st, struct error *err)
{
    struct error second;
    *txn = (struct store_txn){ 0 };
    if (!sql_run(st->db, "PRAGMA synchronous = NORMAL", err))
        return false;
    txn->lazy = store_begin(txn, st, err);
    if (!txn->lazy)
        (void)wait_again(st, &second);
    return txn->lazy;
}

bool store_commit(struct store_txn *txn, struct error *err)
{
    if (!txn_run(txn->st, TXN_COMMIT, err))
        return false;
    txn->done = true;
    return !txn->lazy || wait_again(txn->st, err);
}

void store_txn_done(struct store_txn *txn)
{
    struct error ignored; /* of a pragma, which does no input or output */
    if (txn->st && !txn->done) {
        (void)sqlite3_exec(txn->st->db, "ROLLBACK", NULL, NULL, NULL);
        written_done(&txn->st->written);
        (void)(txn->lazy && wait_again(txn->st, &ignored));
    }
    txn->done = true;
}
