/* call.h - what a request asks for, without how it was sent: the same for a recording and
 * for the replay that is compared with it. */
#pragma once

#include "../front/params.h"
#include "../front/spec.h"
#include "alb-agent/httpd.h"

struct record_call {
    const char *product; /* "alb"; NULL: not known                                       */
    const char *region;
    const char *action;   /* NULL: not an API call                                         */
    const char *path;     /* "GET /latest/..." of what is no API call, else NULL           */
    const char *key;      /* id of the access key, NULL: not signed                        */
    struct params params; /* flat, without secrets, sorted by name                       */
};

/* Reads it off a request; texts live in 'a' or in the request. */
void record_call_read(struct arena *a, const struct spec *spec, const struct httpd_request *request,
                      struct record_call *out);

/* Sorts parameters as they are compared. */
void record_params_sort(struct params *params);

/* Walks two sorted lists side by side, one name at a time; both places begin at 0. */
struct record_walk {
    const struct params *old, *now;
    size_t i, j;
};
struct record_pair {
    const char *name;
    const char *old, *now; /* NULL: not in that list */
};
bool record_walk_next(struct record_walk *w, struct record_pair *out);

/* Does an action only read? */
bool record_is_read(const struct record_call *call);
