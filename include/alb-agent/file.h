/* file.h - small files: tokens, profiles, settings. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alb-agent/arena.h"
#include "alb-agent/error.h"

/* What tells whether a file is still the one that was read; all-zero: there is none. */
struct file_stamp {
    int64_t changed_ns;
    uint64_t inode;
    int64_t size;
};
/* Follows links, as a mounted Secret or token is one. */
struct file_stamp file_stamp(const char *path);
bool file_stamp_equal(const struct file_stamp *x, const struct file_stamp *y);

/* The whole of a file of at most 'max' bytes, in 'a'.  ERROR_NOT_FOUND when there is none,
 * ERROR_DENIED when it cannot be used: not readable, larger, or with a NUL in it. */
bool file_text(struct arena *a, const char *path, size_t max, const char **text,
               struct error *err) MUST_USE;
