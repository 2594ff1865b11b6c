/* revision.c - every desired state a load balancer was given. */
#include "store_priv.h"

#define STMTS(X)                                                                              \
    X(PUT, "INSERT INTO revision(lb, number, made_at, cause, document) "                      \
           "SELECT :lb, 1 + coalesce((SELECT max(number) FROM revision WHERE lb = :lb), 0), " \
           ":made_at, :cause, :document "                                                     \
           "WHERE :document IS NOT (SELECT document FROM revision WHERE lb = :lb "            \
           "ORDER BY number DESC LIMIT 1)")                                                   \
    X(NEWEST, "SELECT max(number) AS number FROM revision WHERE lb = :lb ORDER BY lb")

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
    sqlite3_stmt *s CLEANUP(stmt_reset) = st->stmts[PART_REVISION][PUT];
    bind_text(s, ":lb", lb);
    bind_text(s, ":document", document);
    bind_text(s, ":cause", cause);
    bind_int(s, ":made_at", now_ms);
    return stmt_run(s, err) || error_wrap(err, "write a revision of %s", lb);
}

bool store_revision_newest(struct store *st, const char *lb, int64_t *number, struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = st->stmts[PART_REVISION][NEWEST];
    bool row;
    bind_text(s, ":lb", lb);
    if (!stmt_next(s, &row, err))
        return error_wrap(err, "read the revisions of %s", lb);
    *number = row ? col_int(s, "number") : 0;
    return true;
}
