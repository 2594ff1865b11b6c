/* rule.c - forwarding rules: conditions and actions. */
#include "resource_priv.h"

/* clang-format off */

#define X(N, s) [ALB_COND_##N] = (s),
static const char *const alb_cond_names[] = { ALB_CONDS(X) };
#undef X
#define X(N, s) [ALB_ACTION_##N] = (s),
static const char *const alb_action_type_names[] = { ALB_ACTION_TYPES(X) };
#undef X

#define SELF struct alb_target
static const struct field alb_target_fields[] = {
    STR(group_id, "ServerGroupId", .flags = F_REQUIRED | F_REF),
    INT(weight,   "Weight",        .min = 0, .max = 100, DFLT(100)),
};
static SCHEMA(alb_target, "ServerGroupTuple");
#undef SELF

#define SELF struct alb_group_stickiness
static const struct field alb_group_stickiness_fields[] = {
    BOOL(enabled, "Enabled", DFLT(false), .flags = F_WHOLE),
    INT (timeout, "Timeout", .min = 1, .max = 86400, DFLT(1000)),
};
static SCHEMA(alb_group_stickiness, "ServerGroupStickySession");
#undef SELF

#define SELF struct alb_forward
static const struct field alb_forward_fields[] = {
    LIST(targets,    alb_target,           "ServerGroupTuples", .flags = F_REQUIRED | F_UNORDERED),
    OBJ (stickiness, alb_group_stickiness, "ServerGroupStickySession", .flags = F_WHOLE),
};
static SCHEMA(alb_forward, "ForwardGroupConfig");
#undef SELF

#define SELF struct alb_redirect
static const struct field alb_redirect_fields[] = {
    STR(host,      "Host",     .dflt_str = "${host}"),
    STR(path,      "Path",     .dflt_str = "${path}"),
    STR(port,      "Port",     .dflt_str = "${port}"),
    STR(protocol,  "Protocol", .dflt_str = "${protocol}", .values = "${protocol}|HTTP|HTTPS"),
    STR(query,     "Query",    .dflt_str = "${query}"),
    STR(http_code, "HttpCode", .dflt_str = "301", .values = "301|302|303|307|308"),
};
static SCHEMA(alb_redirect, "RedirectConfig");
#undef SELF

#define SELF struct alb_fixed
static const struct field alb_fixed_fields[] = {
    STR(content,      "Content"),
    STR(content_type, "ContentType", .dflt_str = "text/plain",
                      .values = "text/plain|text/css|text/html|application/javascript|"
                                "application/json"),
    STR(http_code,    "HttpCode"),
};
static SCHEMA(alb_fixed, "FixedResponseConfig");
#undef SELF

#define SELF struct alb_rewrite
static const struct field alb_rewrite_fields[] = {
    STR(host,  "Host",  .dflt_str = "${host}"),
    STR(path,  "Path",  .dflt_str = "${path}"),
    STR(query, "Query", .dflt_str = "${query}"),
};
static SCHEMA(alb_rewrite, "RewriteConfig");
#undef SELF

#define SELF struct alb_insert_header
static const struct field alb_insert_header_fields[] = {
    STR (key,        "Key"),
    STR (value,      "Value"),
    STR (value_type, "ValueType", .values = "UserDefined|ReferenceHeader|SystemDefined"),
    BOOL(cover,      "CoverEnabled", .flags = F_OBSERVED),
};
static SCHEMA(alb_insert_header, "InsertHeaderConfig");
#undef SELF

#define SELF struct alb_remove_header
static const struct field alb_remove_header_fields[] = {
    STR(key, "Key"),
};
static SCHEMA(alb_remove_header, "RemoveHeaderConfig");
#undef SELF

#define SELF struct alb_limit
static const struct field alb_limit_fields[] = {
    INT(qps,        "QPS",      .min = 1, .max = 1000000, .flags = F_WHOLE),
    INT(per_ip_qps, "PerIpQps", .min = 1, .max = 1000000, .flags = F_WHOLE),
};
static SCHEMA(alb_limit, "TrafficLimitConfig");
#undef SELF

#define SELF struct alb_mirror_groups
static const struct field alb_mirror_groups_fields[] = {
    LIST(targets, alb_target, "ServerGroupTuples"),
};
static SCHEMA(alb_mirror_groups, "MirrorGroupConfig");
#undef SELF

#define SELF struct alb_mirror
static const struct field alb_mirror_fields[] = {
    STR(target_type, "TargetType", .values = "ForwardGroupMirror"),
    OBJ(groups, alb_mirror_groups, "MirrorGroupConfig"),
};
static SCHEMA(alb_mirror, "TrafficMirrorConfig");
#undef SELF

#define SELF struct alb_cors
static const struct field alb_cors_fields[] = {
    STRS(allow_origin,      "AllowOrigin",   .flags = F_UNORDERED),
    STRS(allow_methods,     "AllowMethods",  .flags = F_UNORDERED,
                             .values = "GET|POST|PUT|DELETE|HEAD|OPTIONS|PATCH"),
    STRS(allow_headers,     "AllowHeaders",  .flags = F_UNORDERED),
    STRS(expose_headers,    "ExposeHeaders", .flags = F_UNORDERED),
    STR (allow_credentials, "AllowCredentials", .values = "on|off"),
    INT (max_age,           "MaxAge", .min = -1, .max = 172800),
};
static SCHEMA(alb_cors, "CorsConfig");
#undef SELF

#define SELF struct alb_rule_action
static const struct field alb_rule_action_fields[] = {
    ENUM(type,          alb_action_type,   "Type", .flags = F_REQUIRED),
    INT (order,                            "Order", .min = 1, .max = 50000),
    OBJ (forward,       alb_forward,       "ForwardGroupConfig",  .arm = ALB_ACTION_FORWARD),
    OBJ (redirect,      alb_redirect,      "RedirectConfig",      .arm = ALB_ACTION_REDIRECT),
    OBJ (fixed,         alb_fixed,         "FixedResponseConfig", .arm = ALB_ACTION_FIXED),
    OBJ (rewrite,       alb_rewrite,       "RewriteConfig",       .arm = ALB_ACTION_REWRITE),
    OBJ (insert_header, alb_insert_header, "InsertHeaderConfig",  .arm = ALB_ACTION_INSERT_HEADER),
    OBJ (remove_header, alb_remove_header, "RemoveHeaderConfig",  .arm = ALB_ACTION_REMOVE_HEADER),
    OBJ (limit,         alb_limit,         "TrafficLimitConfig",  .arm = ALB_ACTION_LIMIT),
    OBJ (mirror,        alb_mirror,        "TrafficMirrorConfig", .arm = ALB_ACTION_MIRROR),
    OBJ (cors,          alb_cors,          "CorsConfig",          .arm = ALB_ACTION_CORS),
};
SCHEMA(alb_rule_action, "RuleAction");
#undef SELF

#define SELF struct alb_values
static const struct field alb_values_fields[] = {
    STRS(values, "Values", .flags = F_REQUIRED | F_UNORDERED),
};
static SCHEMA(alb_values, "Values");
static const struct field alb_methods_fields[] = {
    STRS(values, "Values", .flags = F_REQUIRED | F_UNORDERED,
                           .values = "HEAD|GET|POST|OPTIONS|PUT|PATCH|DELETE"),
};
static SCHEMA_OF(alb_methods, alb_values, "Methods");
#undef SELF

#define SELF struct alb_key_values
static const struct field alb_key_values_fields[] = {
    STR (key,    "Key",    .flags = F_REQUIRED),
    STRS(values, "Values", .flags = F_REQUIRED | F_UNORDERED),
};
static SCHEMA(alb_key_values, "HeaderConfig");
#undef SELF

#define SELF struct alb_pair
static const struct field alb_pair_fields[] = {
    STR(key,   "Key"),
    STR(value, "Value"),
};
static SCHEMA(alb_pair, "Pair");
#undef SELF

#define SELF struct alb_pairs
static const struct field alb_pairs_fields[] = {
    LIST(pairs, alb_pair, "Values", .flags = F_REQUIRED | F_UNORDERED),
};
static SCHEMA(alb_pairs, "Values");
#undef SELF

#define SELF struct alb_condition
static const struct field alb_condition_fields[] = {
    ENUM(type,   alb_cond,       "Type", .flags = F_REQUIRED),
    OBJ (values, alb_values,     "HostConfig",               .arm = ALB_COND_HOST),
    OBJ (values, alb_values,     "PathConfig",               .arm = ALB_COND_PATH),
    OBJ (header, alb_key_values, "HeaderConfig",             .arm = ALB_COND_HEADER),
    OBJ (pairs,  alb_pairs,      "QueryStringConfig",        .arm = ALB_COND_QUERY),
    OBJ_AS(values, alb_methods, alb_values, "MethodConfig",  .arm = ALB_COND_METHOD),
    OBJ (pairs,  alb_pairs,      "CookieConfig",             .arm = ALB_COND_COOKIE),
    OBJ (values, alb_values,     "SourceIpConfig",           .arm = ALB_COND_SOURCE_IP),
    OBJ (header, alb_key_values, "ResponseHeaderConfig",     .arm = ALB_COND_RESPONSE_HEADER),
    OBJ (values, alb_values,     "ResponseStatusCodeConfig", .arm = ALB_COND_RESPONSE_STATUS),
};
SCHEMA(alb_condition, "RuleCondition");
#undef SELF

#define SELF struct alb_rule
static const struct field alb_rule_fields[] = {
    STR (id,          "RuleId",         .flags = F_OBSERVED),
    STR (listener_id, "ListenerId",     .flags = F_OBSERVED),
    STR (lb_id,       "LoadBalancerId", .flags = F_OBSERVED),
    STR (name,        "RuleName",       .flags = F_REQUIRED | F_LABEL, .via = ALB_VIA_RULE),
    INT (priority,    "Priority",       .flags = F_REQUIRED | F_LABEL, .min = 1, .max = 10000,
                      .via = ALB_VIA_RULE),
    ENUM(direction,   alb_direction, "Direction", .via = ALB_VIA_REPLACE,
                      DFLT(ALB_DIRECTION_REQUEST)),
    LIST(conditions,  alb_condition, "RuleConditions", .flags = F_REQUIRED | F_UNORDERED,
                      .via = ALB_VIA_RULE),
    LIST(actions,     alb_rule_action, "RuleActions", .flags = F_REQUIRED | F_UNORDERED,
                      .via = ALB_VIA_RULE),
    /* Set at creation only: no call tags a rule later (alb-semantics.md §9). */
    LIST(tags,        alb_tag, "Tags", .param = "Tag", .flags = F_UNORDERED | F_LABEL,
                      .via = ALB_VIA_REPLACE),
    STR (status,      "RuleStatus",     .flags = F_OBSERVED,
                      .values = "Provisioning|Configuring|Available|Deleting"),
};
SCHEMA(alb_rule, "Rule");
#undef SELF
#define SELF struct alb_rule_list
static const struct field alb_rule_list_fields[] = {
    LIST(items, alb_rule, "Rules"),
    OBJ (page,  alb_page, "", .flags = F_INLINE),
};
SCHEMA(alb_rule_list, "Rules");
#undef SELF

#define SELF struct alb_created_rule
static const struct field alb_created_rule_fields[] = {
    INT(priority, "Priority"),
    STR(id,       "RuleId"),
};
static SCHEMA(alb_created_rule, "RuleId");
#undef SELF

#define SELF struct alb_created_rules
static const struct field alb_created_rules_fields[] = {
    LIST(items,      alb_created_rule, "RuleIds"),
    STR (job_id,     "JobId"),
    STR (request_id, "RequestId"),
};
SCHEMA(alb_created_rules, "RuleIds");
#undef SELF
/* clang-format on */

const char *alb_cond_name(enum alb_cond c)
{
    return (size_t)c < COUNT(alb_cond_names) ? alb_cond_names[c] : NULL;
}

const char *alb_action_type_name(enum alb_action_type t)
{
    return (size_t)t < COUNT(alb_action_type_names) ? alb_action_type_names[t] : NULL;
}
