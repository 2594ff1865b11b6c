/* embed.h - files built into the program by agent_embed() (CMakeLists.txt). */
#pragma once

#include <stddef.h>

/* One file; an array of them ends with a NULL name. */
struct embedded {
    const char *name;          /* without its folder */
    const unsigned char *data; /* followed by a NUL that 'size' does not count */
    size_t size;
};
