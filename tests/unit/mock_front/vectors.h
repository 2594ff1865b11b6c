/* vectors.h - the files of tests/vectors for the tests of the front. */
#pragma once

#include <stdio.h>

#include "alb-agent/buf.h"
#include "alb-agent/json.h"

/* The JSON of tests/vectors/'name'; '*out' is the caller's. */
static inline bool vectors_load(const char *name, cJSON **out)
{
    struct error err = { 0 };
    struct buf path CLEANUP(buf_done) = { 0 }, text CLEANUP(buf_done) = { .max = 8 << 20 };
    char piece[4096];
    size_t n;
    buf_addf(&path, "%s/tests/vectors/%s", TEST_SOURCE_DIR, name);
    FILE *file = fopen(path.data, "r");
    if (!file)
        return false;
    while ((n = fread(piece, 1, sizeof piece, file)))
        buf_add(&text, piece, n);
    (void)fclose(file);
    return json_parse(buf_str(&text), text.len, out, &err);
}
