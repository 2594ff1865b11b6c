/* db_priv.h - what the two files that speak to SQLite share. */
#pragma once

#include <sqlite3.h>

#include "db.h"

enum { DB_APPLICATION = 0x616c626d, DB_VERSION = 3 }; /* 'albm', for file(1) */

/* The places of a statement's parameters and columns that were asked for, by the address of
 * the name: SQLite compares texts each time. */
enum { NAME_SLOTS = 32 };
struct name_slot {
    const char *name; /* NULL: free */
    int at;
};
struct names {
    struct name_slot slots[NAME_SLOTS];
};

struct db {
    struct arena arena; /* where this struct lives */
    sqlite3 *handle;
    sqlite3_stmt *stmts[SQL_COUNT];
    struct names params[SQL_COUNT], columns[SQL_COUNT];
    db_change_fn *changed;
    void *changed_arg;
};

/* Says what SQLite says, and returns false. */
bool db_error(const struct db *db, struct error *err);
