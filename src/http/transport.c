/* transport.c - the one thing every transport shares: what a taken reply owns.  A library
 * of its own, so that who only uses the seam does not link libcurl. */
#include "alb-agent/transport.h"

#include "alb-agent/buf.h"

void http_reply_done(struct http_reply *r)
{
    struct buf body = { .data = r->body }; /* bodies are made as bufs */
    buf_done(&body);
    r->body = NULL;
    r->body_len = 0;
}
