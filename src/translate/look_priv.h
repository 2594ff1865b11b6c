/* look_priv.h - a piece of a translation while it is made, and the door through which it looks at
 * objects and facts (cell.c). */
#pragma once

#include "alb-agent/translate.h"

/* One piece of a translation, while it is made: see cell_priv.h. */
struct tr {
    struct arena *a;
    const struct translate_in *in;
    struct translate_out *out;
    struct translator *all;
    struct cell *cell;   /* who is looking                                             */
    struct unit *unit;   /* the load balancer, when it is one that is made             */
    struct map noted;    /* problems, warnings and needs that were given, as one text  */
    struct map groups;   /* "<lb>\n<group key>" of the rows that are made or wanted     */
    struct map services; /* "<ns>/<name>": struct service, without its addresses       */
    struct map secrets;  /* references to those that were looked at: struct tls_secret */
};

/* ---- cell.c: the door to objects and facts ----------------------------------------------- */

/* As object_set_find(), object_set_kind(), fact_find() and fact_value(); that somebody looked is
 * noted. */
const struct object *look(const struct tr *t, enum object_kind kind, const char *ns,
                          const char *name);
struct object *const *look_all(const struct tr *t, enum object_kind kind, size_t *n);
const struct fact *look_fact(const struct tr *t, enum fact_kind kind, const char *key);
const char *look_fact_value(const struct tr *t, enum fact_kind kind, const char *key);
/* The EndpointSlices of a Service, by name. */
typedef LIST_OF(const struct object *) object_list;
object_list look_slices(const struct tr *t, const char *ns, const char *service);
/* Something was compared with the time, and will come out differently at 'ms'. */
void look_until(const struct tr *t, int64_t ms);
