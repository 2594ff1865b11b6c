/* store_priv.h - what the files of the store share: the handle, statements by table, and
 * the few SQLite idioms.
 *
 * Each file that speaks SQL has one table of statements (STMTS), prepared when the store is
 * opened; binds and columns go by name, so that SQL can be reordered without touching C. */
#pragma once

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "alb-agent/arena.h"
#include "alb-agent/embed.h"
#include "alb-agent/error.h"
#include "alb-agent/store.h"

/* The code of an error that says the file is damaged. */
#define STORE_DAMAGED "StateDamaged"
/* That of one by which the file cannot be read or written. */
#define STORE_FAILED "StateFailed"

enum {
    STORE_APPLICATION_ID = 0x616c6261,
    STORE_BUSY_MS = 5000,
    HOST_MAX = 256,
    CALLS_MAX = 100000, /* of closed calls, the newest are kept */
    PAGE_BYTES = 8192,
    LOG_PAGES = 8192 /* of the log, 64 MB */
};

/* state/migrations, in order. */
extern const struct embedded state_migrations[];

/* ---- statements ---------------------------------------------------------------------- */

enum store_part {
    PART_META,
    PART_OBJECT,
    PART_FACT,
    PART_RESOURCE,
    PART_CALL,
    PART_REVISION,
    PART_HISTORY,
    PART_PIN,
    PART_FINDING,
    PART_MANIFEST,
    PART_EVENT,
    PART_CLOUD,
    PART_STATUS,
    PART_TXN,
    PART_QUARANTINE,
    STORE_PARTS
};
enum { STATEMENTS_MAX = 14 };

struct statements {
    const char *const *sql;
    size_t n;
};
extern const struct statements meta_statements, object_statements, fact_statements,
    resource_statements, call_statements, revision_statements, history_statements, pin_statements,
    finding_statements, manifest_statements, event_statements, cloud_statements, status_statements,
    txn_statements, quarantine_statements;

/* The table of a part. */
const struct statements *store_statements(enum store_part part);

/* written.c: what this store wrote of resources, as digests, so that a row that is as it was costs
 * neither its texts nor a statement.  All-zero: nothing is known. */
struct written_row {
    uint64_t address; /* of (lb, kind, key); 0: a free place                    */
    uint64_t wanted;  /* what is wanted and applied                            */
    uint64_t actual;  /* what is there                                         */
    uint64_t rest;    /* the other columns; all 0: the row was removed         */
};
struct written {
    struct arena arena; /* of 'rows' */
    struct written_row *rows;
    size_t cap, used;
};

struct store {
    sqlite3 *db;
    int lock;            /* descriptor of the lock file; -1: none               */
    bool lock_was_there; /* this path has been a store before                   */
    bool holds;          /* the row in 'holder' is ours                         */
    bool beside;         /* a snapshot: a writer had the file when it was taken */
    int64_t events;      /* that were added                                    */
    int64_t ahead_ms;    /* that times in the file are later           */
    struct written written;
    int log_pages, log_max; /* that the log has, and may have; see store_log_bound() */
    int64_t calls_max;      /* closed calls beyond so many newest ones are dropped */
    sqlite3_stmt *stmts[STORE_PARTS][STATEMENTS_MAX];
};

/* ---- store.c: a statement of a part, which is prepared when it is used first; most of a run's
 * never are.  NULL, which stmt_next() takes for an error, when there is no memory. */
sqlite3_stmt *store_stmt(struct store *st, enum store_part part, int which);

/* ---- store.c: before a transaction begins.  A log that has grown too long goes into the file,
 * whether or not a lane is urgent. */
bool store_log_bound(struct store *st, struct error *err) MUST_USE;

/* ---- sql.c ------------------------------------------------------------------------------- */

/* What SQLite says went wrong last, by kind; returns false.  A damaged file is
 * ERROR_INVALID with code STORE_DAMAGED, the rest has code STORE_FAILED. */
bool sqlite_error(sqlite3 *db, struct error *err);
/* Has 'err' that code? */
bool error_is_damage(const struct error *err);

/* For CLEANUP(): makes a prepared statement ready for its next use. */
void stmt_reset(sqlite3_stmt **s);
/* For CLEANUP(): ends a statement that is used once. */
void stmt_done(sqlite3_stmt **s);

/* Binds ":name"; NULL binds NULL.  The text is borrowed until the statement is reset.  A name
 * that the statement does not have binds nothing: tests write and read each column. */
void bind_text(sqlite3_stmt *s, const char *name, const char *value);
void bind_int(sqlite3_stmt *s, const char *name, int64_t value);
/* A time of the caller's, 0: none; see store_set_ahead(). */
void bind_time(const struct store *st, sqlite3_stmt *s, const char *name, int64_t ms);

/* The column of that name in the row at hand; NULL or 0 when it is NULL.  Texts last until
 * the next step. */
const char *col_text(sqlite3_stmt *s, const char *name);
int64_t col_int(sqlite3_stmt *s, const char *name);
int64_t col_time(const struct store *st, sqlite3_stmt *s, const char *name);
/* The same text in 'a'; NULL when it is NULL. */
const char *col_keep(struct arena *a, sqlite3_stmt *s, const char *name);

/* Goes to the next row: '*row' is false after the last one. */
bool stmt_next(sqlite3_stmt *s, bool *row, struct error *err) MUST_USE;
/* Runs a statement that returns no rows. */
bool stmt_run(sqlite3_stmt *s, struct error *err) MUST_USE;

/* What begins and ends transactions, and batches within them. */
enum txn_word { TXN_BEGIN, TXN_COMMIT, TXN_SAVEPOINT, TXN_RELEASE };
bool txn_run(struct store *st, enum txn_word word, struct error *err) MUST_USE;

/* Runs all statements of 'text', and drops what they return. */
bool sql_run(sqlite3 *db, const char *text, struct error *err) MUST_USE;
/* The first column of the first row, 0 when there is none. */
bool sql_int(sqlite3 *db, const char *text, int64_t *out, struct error *err) MUST_USE;

/* Several writes as one: within the transaction at hand when there is one, else a
 * transaction of their own.  Undone unless batch_end() was reached. */
struct batch {
    struct store *st;
};
bool batch_begin(struct batch *b, struct store *st, struct error *err) MUST_USE;
bool batch_end(struct batch *b, struct error *err) MUST_USE;
void batch_done(struct batch *b);

/* ---- written.c --------------------------------------------------------------------------- */

struct resource;
/* What the row would be written as, and where that is remembered: valid until the next call. */
struct written_row written_digest(const struct resource *r);
struct written_row *written_find(struct written *w, const char *lb, const char *kind,
                                 const char *key);
/* Forgets all, as after a rollback: nobody knows what is in the file. */
void written_done(struct written *w);

/* ---- file.c -------------------------------------------------------------------------------- */

/* The name of this host, "" when it has none. */
const char *host_name(char host[static HOST_MAX]);
/* Sets ERROR_DENIED (permissions), ERROR_INVALID (no such kind of file) or ERROR_TRANSIENT from
 * 'number', an errno; returns false. */
bool file_error(struct error *err, int number, const char *what, const char *path);
/* Makes the folders above 'path' that are missing, 0700. */
bool file_make_folders(const char *path, struct error *err) MUST_USE;
/* Makes the file when it is missing, and its mode 0600. */
bool file_make_private(const char *path, struct error *err) MUST_USE;
/* Takes the lock of one writer on "<path>.lock".  '*taken' is false when another has it and
 * keeps it for half a second: who only writes down a finding or a verdict is soon gone. */
bool file_lock(struct store *st, const char *path, bool *taken, struct error *err) MUST_USE;
/* Has a writer the lock? */
bool file_is_locked(const char *path);
/* Removes a lock file that file_lock() made: for a file that is not ours, where nobody else
 * can have come to rely on it. */
void file_unlock(struct store *st, const char *path);
/* Does the file begin as SQLite files do?  Not to be asked while SQLite has it open. */
bool file_is_sqlite(const char *path);
/* Renames a damaged file, and the log beside it, to "<path>.damaged-<time>". */
bool file_set_aside(const char *path, int64_t now_ms, struct error *err) MUST_USE;

/* ---- migrate.c ----------------------------------------------------------------------------- */

/* Is this database ours, and not newer than this program?  '*version' is 0 for an empty one. */
bool store_identify(sqlite3 *db, int64_t *version, struct error *err) MUST_USE;
/* Brings the schema from 'version' to the newest one. */
bool store_migrate(sqlite3 *db, int64_t version, struct error *err) MUST_USE;

/* ---- snapshot.c ---------------------------------------------------------------------------- */

/* Copies the file at 'path' into 'mem', an empty database in memory; '*version' is that of
 * the copy, 0 when there is no file. */
bool snapshot_copy(sqlite3 *mem, const char *path, int64_t *version, struct error *err) MUST_USE;
/* "pid 12 on host web since 2026-11-22T05:10:45Z", or "another process". */
const char *snapshot_holder(struct arena *a, const char *path);

/* ---- call.c, revision.c, event.c
 * -------------------------------------------------------------------- */

/* Does a text that is to be kept look as if it held a private key or an access-key secret? */
bool text_has_secret(const char *text);
/* Drops closed calls that are older than the newest 'calls_max'. */
bool store_calls_prune(struct store *st, struct error *err) MUST_USE;
/* Drops the oldest revisions of each load balancer beyond 'max' or, from the eleventh on,
 * beyond 'bytes', but for those that are pinned. */
bool store_revisions_prune(struct store *st, int64_t max, int64_t bytes,
                           struct error *err) MUST_USE;
/* Sums up and drops events of before 'oldest_ms', and the oldest ones while there are more than
 * 'bytes' of them. */
/* Who made a row what it is: a step of ours, or whoever a reading shows the work of. */
enum cloud_by { CLOUD_BY_US = 1, CLOUD_BY_OTHERS = 2 };
/* A row goes that was there: for the next store_cloud_say().  'cloud_id' may be NULL. */
bool cloud_note_gone(struct store *st, const struct resource *r, const char *cloud_id,
                     enum cloud_by by, struct error *err) MUST_USE;

bool store_events_prune(struct store *st, int64_t oldest_ms, int64_t bytes,
                        struct error *err) MUST_USE;
