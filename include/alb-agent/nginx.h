/* nginx.h - Ingresses written for the nginx controller, as Ingresses that ask ALB for the
 * same.  Pure.  What its annotations mean is public documentation of ingress-nginx. */
#pragma once

#include <stdbool.h>

#include "alb-agent/arena.h"
#include "alb-agent/object.h"

/* The annotation of an IngressClass whose Ingresses are read so when it is "true". */
#define NGINX_CLASS_ANNOTATION "alb-agent/nginx"

enum nginx_verdict {
    NGINX_EXACT,
    NGINX_APPROXIMATE, /* see difference */
    NGINX_IMPOSSIBLE,
};
const char *nginx_verdict_name(enum nginx_verdict verdict);

/* What becomes of one annotation. */
struct nginx_note {
    const struct object *ingress;
    const char *annotation; /* the whole key */
    const char *value;
    enum nginx_verdict verdict;
    const char *becomes;    /* our annotation, or the rule; NULL when nothing     */
    const char *difference; /* NULL: none; of what is impossible: why, and instead */
    bool guards;            /* without it requests get what they should not        */
};
typedef LIST_OF(struct nginx_note) nginx_notes;

/* Is the Ingress of a class that asks for it by NGINX_CLASS_ANNOTATION? */
bool nginx_is_asked(const struct object_set *set, const struct object *ingress);

/* The ALB Ingress for one with annotations of nginx, in 'a', with its name and origin.  An
 * annotation of ours that is there already stays, but for those that the existing controller
 * reads under nginx' prefix first.  Appends a note for each annotation of nginx, in the order
 * of the object.  Doing it again changes nothing. */
const struct object *nginx_to_alb(struct arena *a, const struct object *ingress,
                                  nginx_notes *notes);
