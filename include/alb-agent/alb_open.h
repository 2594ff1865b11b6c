/* alb_open.h - the client for programs that have nothing of ours but libalb-agent:
 *
 *     const struct alb_config config = { .region = "cn-hangzhou", .env = getenv };
 *     struct alb *alb;
 *     struct error err;
 *     cJSON *reply;
 *     if (!alb_open(&alb, &config, &err) ||
 *         !alb_call_all(alb, "ListLoadBalancers", NULL, &reply, &err))
 *         fprintf(stderr, "%s\n", err.msg);
 *
 * Requests and replies are parameters by name and cJSON's trees, or structs of C: alb_request.h
 * and alb_reply.h.  The library exports what these headers declare.  It is not thread-safe: a
 * client belongs to one thread.  The program has to ignore SIGPIPE (http.h says why). */
#pragma once

#include "alb-agent/alb.h"
#include "alb-agent/alb_param.h"
#include "alb-agent/alb_request.h"
#include "alb-agent/alb_wait.h"

/* As alb_new(), with a transport of its own over HTTP when 'transport' is NULL, the system's
 * clock when 'clock' is NULL, and a seed from the system when 'seed' is 0.  For alb_free(). */
bool alb_open(struct alb **out, const struct alb_config *config, struct error *err) MUST_USE;
/* Frees what functions with a 'struct arena *' put there. */
void alb_arena_done(struct arena *a);
/* For 'access_key_secret': copies 'text', NULL wipes. */
void alb_secret_set(struct secret *s, const char *text);
