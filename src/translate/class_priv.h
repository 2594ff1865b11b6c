/* class_priv.h - class.c: whose an Ingress is. */
#pragma once

#include "translate_priv.h"

/* A class of an Ingress that there is no object of, and where it stands. */
enum class_given {
    CLASS_KNOWN = 0,
    CLASS_NONE, /* the Ingress names none */
    CLASS_BY_SPEC,
    CLASS_BY_ANNOTATION
};
struct class_unknown {
    enum class_given how;
    const char *name; /* "": none */
};

/* The name of the AlbConfig that an Ingress belongs to.  NULL without a problem: the Ingress is
 * not ours (alb-ingress.md §B.5); '*unknown' says whether that is because nobody here knows its
 * class. */
const char *class_target(struct subject *s, struct class_unknown *unknown);
bool class_is_ours(const struct object *class);
/* Says that there is no AlbConfig of that name, or that it, 'config', is being deleted or cannot be
 * translated. */
void class_refuse(struct subject *s, const char *name, const struct object *config);
