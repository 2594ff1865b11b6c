/* secret_priv.h - TLS Secrets as certificates that are uploaded (secret.c). */
#pragma once

#include "alb-agent/cert.h"
#include "translate_priv.h"

/* A Secret of TLS, looked at once. */
struct tls_secret {
    const struct object *obj; /* NULL: there is none                                 */
    const char *fault;        /* why it cannot be used; NULL: it can, and then ...   */
    const char *name;         /* ... its name in CAS                                 */
    const char *ref;          /* ... and how listeners refer to it                   */
    struct cert cert;
};

/* An entry of spec.tls that names a Secret. */
struct ingress_tls {
    const struct tls_secret *secret;
    const char *const *hosts; /* of the entry */
    size_t n_hosts;
    const char *from;
};

/* NULL, with a problem at 'at', when it cannot be used. */
const struct tls_secret *secret_find(struct subject *s, const struct place *at, const char *ns,
                                     const char *name);
const struct tls_secret *secret_by_ref(const struct tr *t, const char *ref);
/* Adds Secret 'name' of spec.tls[index], with its hosts, to the Ingress. */
void secret_add(struct subject *s, size_t index, struct ingress *ing, const char *name,
                const char *const *hosts, size_t n);
/* Holds what was uploaded of the Secrets that an Ingress names: others may have wanted it first. */
void secrets_hold(struct tr *t, const char *lb, const struct ingress *ing);
/* Makes the row of the certificate, once a load balancer. */
void secret_translate(struct tr *t, const char *lb, const struct tls_secret *secret,
                      const char *from);
/* Warns when 'what' ends in less than 30 days. */
void warn_of_end(struct subject *s, const struct place *at, const char *what, int64_t end_ms);
