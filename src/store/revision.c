/* revision.c - every desired state a load balancer was given. */
#include "store_priv.h"

/* So many of the newest stay, however large they are. */
enum { REVISIONS_LEAST = 10 };

#define STMTS(X)                                                                                \
    X(PUT, "INSERT INTO revision(lb, number, made_at, cause, document, size) "                  \
           "SELECT :lb, 1 + coalesce((SELECT max(number) FROM revision WHERE lb = :lb), 0), "   \
           ":made_at, :cause, :document, length(CAST(:document AS BLOB)) "                      \
           "WHERE :document IS NOT (SELECT document FROM revision WHERE lb = :lb "              \
           "ORDER BY number DESC LIMIT 1)")                                                     \
    X(NEWEST, "SELECT max(number) AS number FROM revision WHERE lb = :lb ORDER BY lb")          \
    X(PRUNE,                                                                                    \
      "DELETE FROM revision WHERE (lb, number) IN (SELECT lb, number FROM (SELECT lb, number, " \
      "row_number() OVER newest AS nth, sum(size) OVER newest AS bytes FROM revision "          \
      "WINDOW newest AS (PARTITION BY lb ORDER BY number DESC)) "                               \
      "WHERE nth > :max OR (nth > :least AND bytes > :bytes)) "                                 \
      "AND NOT EXISTS (SELECT 1 FROM pin WHERE pin.lb = revision.lb AND pin.revision = "        \
      "revision.number)")

#define X(NAME, sql) NAME,
enum { STMTS(X) STMT_COUNT };
#undef X
#define X(NAME, sql) [NAME] = (sql),
static const char *const stmt_sql[STMT_COUNT] = { STMTS(X) };
#undef X
_Static_assert(COUNT(stmt_sql) <= STATEMENTS_MAX, "room in struct store");
const struct statements revision_statements = { stmt_sql, STMT_COUNT };

bool store_revision_put(struct store *st, const char *lb, const char *document, const char *cause,
                        int64_t now_ms, struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_REVISION, PUT);
    bind_text(s, ":lb", lb);
    bind_text(s, ":document", document);
    bind_text(s, ":cause", cause);
    bind_time(st, s, ":made_at", now_ms);
    return stmt_run(s, err) || error_wrap(err, "write a revision of %s", lb);
}

bool store_revisions_prune(struct store *st, int64_t max, int64_t bytes, struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_REVISION, PRUNE);
    bind_int(s, ":max", max);
    bind_int(s, ":least", REVISIONS_LEAST);
    bind_int(s, ":bytes", bytes);
    return stmt_run(s, err) || error_wrap(err, "drop old revisions");
}

bool store_revision_newest(struct store *st, const char *lb, int64_t *number, struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_REVISION, NEWEST);
    bool row;
    bind_text(s, ":lb", lb);
    if (!stmt_next(s, &row, err))
        return error_wrap(err, "read the revisions of %s", lb);
    *number = row ? col_int(s, "number") : 0;
    return true;
}
