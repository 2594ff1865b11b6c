/* migrate.c - whose database this is, and the way from its schema to ours.
 *
 * A migration is a file of state/migrations, named by its number; it runs together with
 * setting user_version, so that a crash leaves the schema of before or of after.  A
 * released migration never changes. */
#include <inttypes.h>

#include "store_priv.h"

static int64_t newest(void)
{
    int64_t n = 0;
    while (state_migrations[n].name)
        n++;
    return n;
}

static bool refuse_foreign(struct error *err)
{
    return error_set(err, ERROR_INVALID,
                     "a database of another program; name another file with --state");
}

bool store_identify(sqlite3 *db, int64_t *version, struct error *err)
{
    int64_t application, tables;
    if (!sql_int(db, "PRAGMA application_id", &application, err)
        || !sql_int(db, "PRAGMA user_version", version, err)
        || !sql_int(db, "SELECT count(*) FROM sqlite_schema", &tables, err))
        return false;
    if (application != STORE_APPLICATION_ID)
        return (application || *version || tables) ? refuse_foreign(err) : true;
    if (*version > newest())
        return error_set(err, ERROR_INVALID,
                         "schema version %" PRId64 ", made by a newer alb-agent; this one "
                         "knows versions up to %" PRId64
                         ": use the newer program, or another file with --state",
                         *version, newest());
    return true;
}

static bool migrate_step(sqlite3 *db, int64_t number, struct error *err)
{
    struct arena scratch CLEANUP(arena_done) = { 0 };
    const struct embedded *file = &state_migrations[number - 1];
    const char *set_version = arena_fmt(&scratch, "PRAGMA user_version = %" PRId64, number);
    if (sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
        return sqlite_error(db, err);
    bool done = sql_run(db, (const char *)file->data, err) && sql_run(db, set_version, err);
    if (done && sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
        done = sqlite_error(db, err);
    if (!done) {
        (void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
        return error_wrap(err, "migration %s", file->name);
    }
    return true;
}

bool store_migrate(sqlite3 *db, int64_t version, struct error *err)
{
    for (int64_t n = version + 1; n <= newest(); n++)
        if (!migrate_step(db, n, err))
            return false;
    return true;
}
