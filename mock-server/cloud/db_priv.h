/* db_priv.h - what the two files that speak to SQLite share. */
#pragma once

#include <sqlite3.h>

#include "db.h"

enum { DB_APPLICATION = 0x616c626d, DB_VERSION = 3 }; /* 'albm', for file(1) */

struct db {
    struct arena arena; /* where this struct lives */
    sqlite3 *handle;
    sqlite3_stmt *stmts[SQL_COUNT];
};

/* Says what SQLite says, and returns false. */
bool db_error(const struct db *db, struct error *err);
