/* policy.h - who may do what: allow and deny rules by key, action and resource, as little
 * of RAM as a client can tell from outside (companion-apis.md §8). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "alb-agent/arena.h"
#include "alb-agent/error.h"
#include "params.h"

/* "*" stands for any text in all but 'key'. */
struct policy {
    const char *key; /* the id of the access key                                */
    bool deny;
    const char *product, *action;
    const char *resource; /* of any parameter's value; NULL: whatever it is for */
};

/* Reads "KEY=allow:PRODUCT:ACTION[:RESOURCE]" or the same with "deny". */
bool policy_read(struct arena *a, const char *text, struct policy *out, struct error *err) MUST_USE;

enum policy_verdict { POLICY_ALLOWED, POLICY_DENIED, POLICY_NOT_ALLOWED };

/* A rule that denies wins.  A key with rules that allow may do only those things, a key
 * without may do everything. */
enum policy_verdict policy_judge(const struct policy *rules, size_t n, const char *key,
                                 const char *product, const char *action,
                                 const struct params *params);
