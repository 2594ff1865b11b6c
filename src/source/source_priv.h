/* source_priv.h - what the files of this folder share. */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "alb-agent/error.h"
#include "alb-agent/macros.h"
#include "alb-agent/map.h"
#include "alb-agent/object.h"

/* One reading of some paths. */
struct reader {
    struct object_set *out;
    const struct source_options *options;
    int stdin_fd;
    size_t max_file, max_documents;
    size_t documents; /* read so far                                                      */
    bool full;        /* max_documents was passed, and said so                            */
    struct map seen;  /* "device:inode" of what was read                                  */
};

/* Records that 'origin', or line 'line' of it when that is above 0, could not be read. */
PRINTF(4, 5)
void reader_problem(struct reader *r, const char *origin, int line, const char *fmt, ...);

/* document.c: adds what the text of one file holds. */
void reader_add_text(struct reader *r, const char *name, const char *text, size_t len);

/* json.c: one JSON value of a text that holds several; line counts from 1. */
struct json_piece {
    const char *text;
    size_t len;
    int line;
};

/* Takes the next value off the text in '*rest', false when only blanks are left. */
bool json_piece_next(struct json_piece *rest, struct json_piece *out) MUST_USE;

/* The value of a piece, the caller's; '*line' is where it failed. */
bool json_piece_parse(const struct json_piece *piece, cJSON **out, int *line,
                      struct error *err) MUST_USE;
