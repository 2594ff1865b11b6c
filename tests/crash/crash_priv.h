/* crash_priv.h - between the files that disturb the agent: points.c and memory.c. */
#pragma once

#include <stdbool.h>

/* The environment's value, "" where there is none.  Before any thread. */
const char *crash_env(const char *name);

/* Takes which allocations fail from the environment and begins to count; false: it asks for what
 * there is not. */
bool memory_read_environment(void);
