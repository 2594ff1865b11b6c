/* markdown.c - cells, and whether a page is current. */
#include "markdown.h"

#include <string.h>

#include "alb-agent/file.h"

void markdown_add_cell(struct buf *b, const char *text)
{
    for (; *text; text++) {
        if (strchr("|<*", *text))
            buf_addc(b, '\\');
        buf_addc(b, *text);
    }
}

bool markdown_is(const char *path, const char *text)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err;
    const char *have;
    return file_text(&a, path, 1 << 20, &have, &err) && !strcmp(have, text);
}
