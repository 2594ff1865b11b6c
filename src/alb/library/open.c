/* open.c - what makes a library of the client: a transport and a clock of its own, and the
 * few helpers of other folders that its callers need, under names it exports. */
#include "alb-agent/alb_open.h"

#include "alb-agent/http.h"
#include "alb-agent/rng.h"

bool alb_open(struct alb **out, const struct alb_config *config, struct error *err)
{
    struct alb_config c = *config;
    *out = NULL;
    c.clock = c.clock ? c.clock : clock_system();
    c.seed = c.seed ? c.seed : rng_system_seed();
    if (c.transport)
        return alb_new(out, &c, err);
    const char *ca_file = c.ca_file || !c.env ? c.ca_file : c.env("SSL_CERT_FILE");
    const struct http_config http = { .ca_file = ca_file && *ca_file ? ca_file : NULL };
    if (!http_new(&c.transport, &http, err))
        return false;
    c.transport_free = http_free;
    if (alb_new(out, &c, err))
        return true;
    http_free(c.transport);
    return false;
}

void alb_arena_done(struct arena *a)
{
    arena_done(a);
}

void alb_secret_set(struct secret *s, const char *text)
{
    secret_set(s, text);
}
