/* turn.h - one request on its way through the front, between front.c and reply.c. */
#pragma once

#include "../cloud.h"
#include "alb-agent/httpd.h"
#include "auth.h"
#include "spec.h"
#include "tree.h"

struct fault_rule;

/* Lives in its request's arena, but for the JSON trees. */
struct turn {
    const struct httpd_request *request;
    struct arena *arena;
    int64_t now_ms;
    struct params query, form, flat; /* flat: both, in the order of the tree */
    struct tree tree;
    const char *host; /* of the target where it has one, else the Host header, else NULL */
    const char *action_name, *version;
    const struct spec_product *product;
    const struct spec_action *action;
    struct auth_call caller;
    char request_id[37];
    struct cloud_reply reply;
    const struct fault_rule *fault; /* what goes wrong with this call, NULL: nothing     */
    const char *denial;             /* why policies refuse the call, NULL: they do not   */
    int64_t retry_ms;               /* when a refused caller may come again, 0: not told */
};

/* Does the client get XML?  Headers name the action in V3, which knows only JSON; everything
 * else is of the older kind, where Format decides and XML is the default. */
bool reply_is_xml(const struct turn *t);
/* Writes 't->reply' as the client wants it: JSON, or XML for a call of the older kind that
 * does not ask for JSON (alb-semantics.md §1).  Frees the reply's body. */
void reply_write(struct turn *t, struct httpd_reply *reply);
