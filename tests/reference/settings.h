/* settings.h - the page of all settings, made from the table that the code reads by. */
#pragma once

#include "alb-agent/buf.h"

/* The text of src/config/REFERENCE.md. */
void settings_write(struct buf *b);
