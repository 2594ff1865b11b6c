/* markdown.h - what the pages of reference share. */
#pragma once

#include <stdbool.h>

#include "alb-agent/buf.h"

/* A text in a cell, without what Markdown would take for its own. */
void markdown_add_cell(struct buf *b, const char *text);
/* Is 'text' what the file holds? */
bool markdown_is(const char *path, const char *text);
