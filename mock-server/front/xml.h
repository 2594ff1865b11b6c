/* xml.h - a JSON tree as the XML that RPC calls without Format=JSON are answered with. */
#pragma once

#include <cjson/cJSON.h>

#include "alb-agent/buf.h"

/* Appends a document whose root element is 'root'.  Members are elements; of a list each
 * item is an element under the list's name; null is nothing.  Characters that XML cannot
 * hold become U+FFFD. */
void xml_write(struct buf *b, const char *root, const cJSON *json);
