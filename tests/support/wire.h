/* wire.h - reading a request as the other side would. */
#pragma once

#include "alb-agent/alb.h"
#include "alb-agent/transport.h"

/* The value of a header, "" when it is absent. */
const char *wire_header(const struct http_request *r, const char *name);
/* The parameters of query and form, decoded, in 'a'. */
void wire_params(struct arena *a, const struct http_request *r, alb_params *out);
