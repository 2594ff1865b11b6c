/* redact.h - what must not be read in a recording: keys, tokens, signatures. */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "alb-agent/arena.h"

#define REDACTED "<redacted>"

/* Is the value of this parameter, or of this member of a reply, a secret? */
bool redact_is_secret(const char *name, const char *value);

/* Puts REDACTED in the place of every secret in a reply: secrets of keys and their tokens
 * (with the id of the key they belong to), private keys, strings that were to be signed. */
void redact_json(cJSON *json);

/* The same for text that is no JSON: XML, or JSON of which a part is missing. */
const char *redact_text(struct arena *a, const char *text, size_t len);
