/* listener_priv.h - what the files of listeners share. */
#pragma once

#include "cloud_priv.h"

/* The listener a call names and its load balancer. */
struct listener_at {
    struct res listener;
    struct res lb;
};

bool listener_need(struct op *op, struct listener_at *at, struct error *err) MUST_USE;
/* Checks what the parameters say of certificates, policy, QUIC and default actions;
 * 'listener_id' is NULL on create. */
bool listener_check(struct op *op, const struct res *lb, const char *protocol,
                    const char *listener_id, struct error *err) MUST_USE;
/* Sets in 'body' what the parameters say, as far as it applies to the protocol. */
void listener_apply(struct op *op, const char *protocol, cJSON *body);

/* cert.c: is 'id' among the additional certificates of a listener? */
bool cert_is_additional(struct op *op, const char *listener, const char *id, bool *is,
                        struct error *err) MUST_USE;
