/* table.h - one field table against one description, row by row.
 *
 * What differs is a complaint, unless it stands in the test's list of differences that are
 * meant. */
#pragma once

#include <cjson/cJSON.h>

#include "alb-agent/schema.h"

/* 'calls' and 'paths' are "A|B|C"; each of the paths must be met. */
struct table_exception {
    const char *calls, *paths, *what, *reason;
};

enum table_side {
    TABLE_REPLY,   /* rows and description must be the same, in both directions  */
    TABLE_REQUEST, /* what is sent must be described, and the required have a row */
    TABLE_MARKS,   /* of what is sent exactly the required must be F_REQUIRED    */
};

/* Complaints are printed, ready to be copied into the list. */
void table_check(const char *call, const struct schema *s, const cJSON *nodes,
                 enum table_side side);

/* Starts anew with this list; and fails when there were complaints, or when an exception of
 * the list was not needed. */
void table_begin(const struct table_exception *exceptions, size_t n);
void table_end(void);

/* How many nodes of descriptions were compared. */
size_t table_nodes(void);
