/* rule_priv.h - what the files of rules share. */
#pragma once

#include "cloud_priv.h"

/* What a rule's parts are checked against. */
struct rule_at {
    struct res listener;
    struct res lb;
    const char *direction; /* Request, Response */
    text_list groups;      /* that the rules of this call use */
};

/* A rule's parts as sent (each may be absent), checked, and as they will be stored. */
struct rule_parts {
    cJSON *conditions; /* NULL: not sent */
    cJSON *actions;    /* NULL: not sent */
};
bool rule_check(struct op *op, const struct rule_at *at, const cJSON *rule, struct rule_parts *out,
                struct error *err) MUST_USE;

/* condition.c: the conditions of a rule, as they will be stored in '*out'. */
bool condition_check(struct op *op, const cJSON *conditions, const char *direction, cJSON **out,
                     struct error *err) MUST_USE;
/* How many values they have, and how many of these have wildcards. */
void condition_count(const cJSON *conditions, int64_t *values, int64_t *wildcards);
bool host_ok(const char *s);
bool header_key_ok(const char *s);
bool header_value_ok(const char *s);

/* action.c: the config of one action, as it will be stored; groups are checked apart. */
bool action_check(const struct rule_at *at, const char *type, cJSON *config,
                  struct error *err) MUST_USE;
