/* macros.h - the few words this code base adds to C17. */
#pragma once

#include <stddef.h>

#define MUST_USE     __attribute__((warn_unused_result))
#define PRINTF(f, a) __attribute__((format(printf, f, a)))

/* Calls f(&variable) when the variable goes out of scope. */
#define CLEANUP(f) __attribute__((cleanup(f)))

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
