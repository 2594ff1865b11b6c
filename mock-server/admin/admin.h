/* admin.h - changing a running mock over HTTP: the virtual clock, faults, flow control.
 *
 * On a port of its own, and only when asked for: whoever reaches it rules the mock.  The
 * paths are in mock-server/README.md. */
#pragma once

#include "../mock.h"

/* An httpd_handler_fn; 'arg' is a 'struct mock *'. */
void admin_handle(void *arg, const struct httpd_request *request, struct httpd_reply *reply);
