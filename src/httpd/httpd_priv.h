/* httpd_priv.h - between the files of src/httpd. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alb-agent/error.h"

/* Opens a listening socket, non-blocking and closed on exec, on "HOST:PORT" (":PORT": on all
 * addresses); says in
 * '*port' which port it has.  '*fd' is the caller's. */
bool listen_open(const char *address, int *fd, uint16_t *port, struct error *err) MUST_USE;

/* The part of a request target from its path on: of "http://host/a?b" that is "/a?b",
 * and "/" comes before what has no path.  Points into 'target', or is static, or says in
 * '*slash' that a "/" must be put in front. */
const char *target_strip(const char *target, bool *slash);

/* The length of "host:port" in such a target, without "user@", and in '*begin' where it
 * begins; 0 when the target has none. */
size_t target_authority(const char *target, const char **begin);
