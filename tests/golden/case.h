/* case.h - the cases below tests/golden/translate, as several programs read them. */
#pragma once

#include "alb-agent/source.h"
#include "alb-agent/translate.h"

struct golden_case {
    struct arena a;
    const char *dir;
    struct object_set set; /* its manifests; origins name the file only */
    struct fact_set facts; /* of its facts.json                         */
    struct translate_in in;
};
/* Reads case 'name' into 'c', which stays where it is; a failure fails the test. */
void case_read(struct golden_case *c, const char *name);
void case_done(struct golden_case *c);
/* A file of JSON; NULL when it is not there. */
cJSON *case_json(const char *path);
/* A test for each case, which has its name as state.  Returns what main() returns. */
int cases_run(const char *group, void (*test)(void **state));
