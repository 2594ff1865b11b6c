/* state.h - the whole state of a mock, ALB and the products beside it, as one JSON value; and
 * states in files. */
#pragma once

#include "mock.h"

/* What cloud_export() gives, and "companion".  It holds secrets: keys that were given out,
 * private keys of certificates.  '*out' is the caller's. */
bool mock_export(struct mock *m, cJSON **out, struct error *err) MUST_USE;
/* Replaces the state, or changes nothing.  A state without "companion" leaves the products
 * beside ALB as they are. */
bool mock_import(struct mock *m, const cJSON *state, struct error *err) MUST_USE;
/* What differs, as cloud_diff() tells it; the caller's. */
cJSON *mock_diff(const cJSON *from, const cJSON *to);

/* Another mock that goes on from the state 'm' is in, on its own; 'config' is its own but for
 * the time of a virtual clock, which is that of 'm'.  '*out' is the caller's. */
bool mock_fork(struct mock *m, const struct mock_config *config, struct mock **out,
               struct error *err) MUST_USE;

/* The state in a file: one that --state keeps, or exported JSON; '*out' is the caller's. */
bool state_file_read(const char *path, cJSON **out, struct error *err) MUST_USE;
/* Puts a state into a file as --state keeps it; made when it is not there. */
bool state_file_write(const char *path, const cJSON *state, struct error *err) MUST_USE;
