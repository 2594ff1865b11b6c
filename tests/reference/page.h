/* page.h - the page of reference, made from the tables that the code reads by. */
#pragma once

#include "alb-agent/buf.h"

/* The text of src/translate/REFERENCE.md. */
void page_write(struct buf *b);
