/* vectors.h - the folders of tests/vectors, one a case. */
#pragma once

#include <cjson/cJSON.h>

#include "alb-agent/arena.h"

/* The bytes of a file of a case, in 'a'; aborts when it cannot be read. */
const char *vector_text(struct arena *a, const char *folder, const char *name);
/* The same as JSON; the caller's. */
cJSON *vector_json(const char *folder, const char *name);
/* Calls 'each' with every folder in tests/vectors/GROUP; returns how many there were. */
int vector_folders(const char *group, void (*each)(const char *folder));
