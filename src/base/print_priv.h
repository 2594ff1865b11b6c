/* print_priv.h - vsnprintf() for the short texts that this program is full of. */
#pragma once

#include <stdarg.h>
#include <stddef.h>

#include "alb-agent/macros.h"

/* As vsnprintf(), in a third of its time where 'fmt' has no more than %s and %zu and all of it
 * fits; 'ap' is as it was then, too. */
int print_short(char *out, size_t room, const char *fmt, va_list ap) PRINTF(3, 0);
