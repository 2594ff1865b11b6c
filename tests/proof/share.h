/* share.h - work shared by processes, one for each core. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PROCESSES = 2 };

/* Calls 'work' in each of them, with 'counts' of its own, of 'n' numbers from 0; adds them up
 * in 'sum'.  False: one of them did not end well. */
typedef void work_fn(void *arg, size_t process, uint64_t *counts);
bool share(work_fn *work, void *arg, uint64_t *sum, size_t n);
