/* annotation_priv.h - the tables of annotations, for the code and for the page of reference. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* What becomes of an annotation. */
enum annotation_support {
    ANNOTATION_USED,      /* read elsewhere                                               */
    ANNOTATION_ATTENDANT, /* only means something with another one, which is looked at    */
    ANNOTATION_LATER,     /* without it requests still reach the same backends: a warning */
};

struct annotation_row {
    const char *name; /* below ANNOTATION_PREFIX; "x.<service>": for each Service          */
    enum annotation_support support;
    bool aliased;     /* also read under NGINX_PREFIX, which wins                          */
    const char *with; /* without effect unless this one is "true"; NULL: not looked at     */
    const char *type, *dflt, *meaning, *field; /* for people; dflt NULL: none               */
    const char *differs; /* where source and documentation disagree: which is followed     */
};
extern const struct annotation_row annotation_rows[];
extern const size_t annotation_n_rows;
/* Names that people write though there is no such annotation (alb-ingress.md §A.5, §A.9), and what
 * to give instead; "x-" stands for all names that begin so. */
struct annotation_other {
    const char *name, *instead;
};
extern const struct annotation_other annotation_others[];
extern const size_t annotation_n_others;
/* What else is read of objects, with whole names; the meaning says of which. */
extern const struct annotation_row own_annotation_rows[];
extern const size_t own_annotation_n_rows;

/* What the lists of conditions.<service> and actions.<service> are made of. */
struct annotation_part {
    const char *list; /* "conditions" or "actions" */
    const char *type, *config, *meaning;
    const char *example;
};
extern const struct annotation_part annotation_parts[];
extern const size_t annotation_n_parts;
