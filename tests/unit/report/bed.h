/* bed.h - a small model to report on: AlbConfig "web" with a listener, a group and a rule,
 * all in sync. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "alb-agent/json.h"
#include "alb-agent/report.h"

struct bed {
    struct arena arena;
    struct model model;
    struct report_in in;
    struct buf out;
    struct alb_load_balancer lb;
    struct alb_listener listener;
    struct alb_server_group group;
    struct alb_rule want, have; /* of the rule: with "@shop/tea-tea:80", with "sgp-1" */
    struct alb_condition conditions[2];
    struct alb_rule_action want_action, have_action;
    struct alb_target want_target, have_target;
    const char *host[1], *path[1];
};

int bed_setup(void **state);
int bed_teardown(void **state);

/* The row of a kind; there is one of each. */
struct resource *bed_row(struct bed *b, enum resource_kind kind);

/* What was reported, and its first and last line (with their line ends cut). */
const char *bed_text(struct bed *b);
const char *bed_first(struct bed *b);
const char *bed_last(struct bed *b);
/* The same as JSON; the caller's.  What is no JSON fails the test. */
cJSON *bed_json(struct bed *b);
