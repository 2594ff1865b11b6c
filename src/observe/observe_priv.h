/* observe_priv.h - what a sweep has read, before it becomes rows. */
#pragma once

#include "alb-agent/alb_reply.h"
#include "alb-agent/observe.h"

struct seen_cert {
    const char *listener_id;
    struct alb_cert cert;
};

struct seen {
    LIST_OF(struct alb_load_balancer) lbs;
    LIST_OF(struct alb_listener) listeners;
    LIST_OF(struct alb_rule) rules;
    LIST_OF(struct alb_server_group) groups;
    LIST_OF(struct alb_server) servers;
    LIST_OF(struct seen_cert) certs;
};

/* Turns what was read into rows, in 'a'; refuses load balancers that are not clearly ours. */
bool rows_from_seen(struct arena *a, const struct observe_in *in, struct seen *seen, int64_t now_ms,
                    struct model *out, struct error *err) MUST_USE;

/* Which of our load balancers is this: the name, or NULL when it is none of ours. */
const char *lb_name_of(const struct observe_in *in, const struct alb_load_balancer *lb);
