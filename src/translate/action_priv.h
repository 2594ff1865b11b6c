/* action_priv.h - between action.c, which reads the annotation actions.<service>, and
 * modify.c, which knows the actions that do not end a rule. */
#pragma once

#include "translate_priv.h"

enum header_value {
    HEADER_VALUE_UNSET,
    HEADER_VALUE_TEXT,
    HEADER_VALUE_REFERENCE,
    HEADER_VALUE_SYSTEM
};

struct rewrite_spec {
    const char *host, *path, *query;
};
struct insert_spec {
    const char *key, *value;
    enum header_value type;
    struct opt_bool cover;
};
struct remove_spec {
    const char *key;
};
struct limit_spec {
    struct opt_int qps, per_ip;
};
struct mirror_target_spec {
    const char *group_id;
};
struct mirror_group_spec {
    LIST_OF(struct mirror_target_spec) targets;
};
struct mirror_spec {
    const char *type;
    struct mirror_group_spec group;
};
struct cors_spec {
    LIST_OF(const char *) allow_origin;
    LIST_OF(const char *) allow_methods;
    LIST_OF(const char *) allow_headers;
    LIST_OF(const char *) expose_headers;
    const char *allow_credentials;
    struct opt_int max_age;
};

/* The members of an action besides its type, as the annotation has them. */
struct modify_spec {
    struct rewrite_spec rewrite;
    struct insert_spec insert;
    struct remove_spec remove;
    struct limit_spec limit;
    struct mirror_spec mirror;
    struct cors_spec cors;
};

extern const struct schema rewrite_spec_schema, insert_spec_schema, remove_spec_schema,
    limit_spec_schema, mirror_spec_schema, cors_spec_schema;

/* Fills the arm of 'action' that its type says, which ends no rule. */
void modify_set(struct subject *s, const struct place *at, const struct modify_spec *spec,
                const struct route *r, struct alb_rule_action *action);
