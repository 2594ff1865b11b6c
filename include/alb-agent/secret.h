/* secret.h - a text that must not be printed.
 *
 * There is no printf accessor: code that needs the bytes reads 'data' and is easy to
 * find.  secret_done() wipes. */
#pragma once

#include <stddef.h>

struct secret {
    char *data; /* NUL-terminated, or NULL */
    size_t len;
};

void secret_set(struct secret *s, const char *text); /* copies; NULL clears */
/* Wipes what is behind the first 'len' bytes, at most as many as there are. */
void secret_shorten(struct secret *s, size_t len);
void secret_done(struct secret *s);
