/* modify.c - the actions of actions.<service> that do not end a rule: Rewrite, InsertHeader,
 * RemoveHeader, TrafficLimit, TrafficMirror and Cors (alb-ingress.md §A.6). */
#include <string.h>
#include <strings.h>

#include "action_priv.h"

enum { QPS_MAX = 1000000, MAX_AGE_MAX = 172800 };

/* clang-format off */
static const char *const header_value_names[] = {
    [HEADER_VALUE_TEXT] = "UserDefined", [HEADER_VALUE_REFERENCE] = "ReferenceHeader",
    [HEADER_VALUE_SYSTEM] = "SystemDefined",
};

#define SELF struct rewrite_spec
static const struct field rewrite_spec_fields[] = {
    STR(host,  "host"),
    STR(path,  "path"),
    STR(query, "query"),
};
SCHEMA(rewrite_spec, "RewriteConfig");
#undef SELF

#define SELF struct insert_spec
static const struct field insert_spec_fields[] = {
    STR (key,   "key",   .flags = F_REQUIRED),
    STR (value, "value", .flags = F_REQUIRED),
    ENUM(type,  header_value, "valueType"),
    BOOL(cover, "coverEnabled"),
};
SCHEMA(insert_spec, "InsertHeaderConfig");
#undef SELF

#define SELF struct remove_spec
static const struct field remove_spec_fields[] = {
    STR(key, "key", .flags = F_REQUIRED),
};
SCHEMA(remove_spec, "RemoveHeaderConfig");
#undef SELF

#define SELF struct limit_spec
static const struct field limit_spec_fields[] = {
    INT(qps,    "QPS",      .min = 1, .max = QPS_MAX, .flags = READ_INT_TEXT),
    INT(per_ip, "QPSPerIp", .min = 1, .max = QPS_MAX, .flags = READ_INT_TEXT),
};
SCHEMA(limit_spec, "TrafficLimitConfig");
#undef SELF

#define SELF struct mirror_target_spec
static const struct field mirror_target_spec_fields[] = {
    STR(group_id, "serverGroupID", .flags = F_REQUIRED),
    { .name = "weight", .flags = READ_IGNORED },
};
static SCHEMA(mirror_target_spec, "serverGroupTuple");
#undef SELF

#define SELF struct mirror_group_spec
static const struct field mirror_group_spec_fields[] = {
    LIST(targets, mirror_target_spec, "serverGroupTuples"),
};
static SCHEMA(mirror_group_spec, "mirrorGroupConfig");
#undef SELF

#define SELF struct mirror_spec
static const struct field mirror_spec_fields[] = {
    STR(type,  "targetType"),
    OBJ(group, mirror_group_spec, "mirrorGroupConfig"),
};
SCHEMA(mirror_spec, "TrafficMirrorConfig");
#undef SELF

#define SELF struct cors_spec
static const struct field cors_spec_fields[] = {
    STRS(allow_origin,      "allowOrigin"),
    STRS(allow_methods,     "allowMethods"),
    STRS(allow_headers,     "allowHeaders"),
    STRS(expose_headers,    "exposeHeaders"),
    STR (allow_credentials, "allowCredentials"),
    INT (max_age,           "maxAge", .min = -1, .max = MAX_AGE_MAX, .flags = READ_INT_TEXT),
};
SCHEMA(cors_spec, "CorsConfig");
#undef SELF
/* clang-format on */

static void set_rewrite(struct subject *s, const struct place *at, const struct rewrite_spec *spec,
                        struct alb_rewrite *out)
{
    *out = (struct alb_rewrite){ .host = spec->host ? spec->host : "${host}",
                                 .path = spec->path ? spec->path : "${path}",
                                 .query = spec->query ? spec->query : "${query}" };
    rewrite_check(s, at, out);
}

static const char *check_system_value(const char *v)
{
    static const char *const names[] = { "ClientSrcPort", "ClientSrcIp", "Protocol", "SLBId",
                                         "SLBPort" };
    return text_is_one_of(v, names, COUNT(names))
               ? NULL
               : "give ClientSrcPort, ClientSrcIp, Protocol, SLBId or SLBPort";
}

static void check_key(struct subject *s, const struct place *at, const char *key, bool response)
{
    const char *wanted = key ? value_check_set_header(key, response) : NULL;
    if (wanted)
        problem(s, &(struct place){ .up = at, .name = "key" },
                "\"%s\" is no header that a rule may change; %s", key, wanted);
}

static void set_insert(struct subject *s, const struct place *at, const struct insert_spec *spec,
                       bool response, struct alb_insert_header *out)
{
    enum header_value type = spec->type ? spec->type : HEADER_VALUE_TEXT;
    *out = (struct alb_insert_header){ .key = spec->key,
                                       .value = spec->value,
                                       .value_type = header_value_names[type] };
    if (spec->cover.set) /* the existing controller does not send it either */
        warn(s, &(struct place){ .up = at, .name = "coverEnabled" },
             "it has no effect, as no call takes it that makes a rule; whether a header that is "
             "there already is replaced is up to ALB");
    check_key(s, at, spec->key, response);
    value_check_at(s, at, "value", spec->value,
                   type == HEADER_VALUE_SYSTEM      ? check_system_value
                   : type == HEADER_VALUE_REFERENCE ? value_check_reference
                                                    : value_check_header_value);
}

static void set_limit(struct subject *s, const struct place *at, const struct limit_spec *spec,
                      struct alb_limit *out)
{
    *out = (struct alb_limit){ .qps = spec->qps, .per_ip_qps = spec->per_ip };
    limit_check(s, at, out);
}

static void set_mirror(struct subject *s, const struct place *at, const struct mirror_spec *spec,
                       struct alb_mirror *out)
{
    static const char target_type[] = "ForwardGroupMirror";
    struct place group = { .up = at, .name = "mirrorGroupConfig" };
    struct place tuples = { .up = &group, .name = "serverGroupTuples" };
    struct place type = { .up = at, .name = "targetType" };
    if (spec->type && strcasecmp(spec->type, target_type) != 0)
        problem(s, &type, "\"%s\" is not known; give %s", spec->type, target_type);
    if (spec->group.targets.len != 1)
        problem(s, &tuples, "it names %zu groups; give 1 by its serverGroupID",
                spec->group.targets.len);
    out->target_type = target_type;
    for (size_t i = 0; i < spec->group.targets.len; i++) {
        const char *id = spec->group.targets.items[i].group_id;
        value_check_at(s, &(struct place){ .up = &tuples, .index = i }, "serverGroupID", id,
                       value_check_id);
        LIST_PUSH(s->t->a, &out->groups.targets)->group_id = id;
    }
}

static void set_cors(struct subject *s, const struct place *at, const struct cors_spec *spec,
                     struct alb_cors *out)
{
    struct place credentials = { .up = at, .name = "allowCredentials" };
    const struct place places[CORS_PLACES] = {
        [CORS_ORIGIN] = { .up = at, .name = "allowOrigin" },
        [CORS_METHODS] = { .up = at, .name = "allowMethods" },
        [CORS_HEADERS] = { .up = at, .name = "allowHeaders" },
        [CORS_EXPOSE] = { .up = at, .name = "exposeHeaders" },
        [CORS_MAX_AGE] = { .up = at, .name = "maxAge" },
    };
    *out = (struct alb_cors){
        .allow_origin = { spec->allow_origin.items, spec->allow_origin.len },
        .allow_methods = { spec->allow_methods.items, spec->allow_methods.len },
        .allow_headers = { spec->allow_headers.items, spec->allow_headers.len },
        .expose_headers = { spec->expose_headers.items, spec->expose_headers.len },
        .allow_credentials = spec->allow_credentials,
        .max_age = spec->max_age,
    };
    cors_check(s, places, out);
    if (spec->allow_credentials && strcmp(spec->allow_credentials, "on") != 0
        && strcmp(spec->allow_credentials, "off") != 0)
        problem(s, &credentials, "\"%s\" is not known; give on or off", spec->allow_credentials);
}

void modify_set(struct subject *s, const struct place *at, const struct modify_spec *spec,
                const struct route *r, struct alb_rule_action *action)
{
    bool response = r->direction == ALB_DIRECTION_RESPONSE;
    struct place here = { .up = at };
    switch (action->type) {
    case ALB_ACTION_REWRITE:
        here.name = rewrite_spec_schema.name;
        set_rewrite(s, &here, &spec->rewrite, &action->rewrite);
        return;
    case ALB_ACTION_INSERT_HEADER:
        here.name = insert_spec_schema.name;
        set_insert(s, &here, &spec->insert, response, &action->insert_header);
        return;
    case ALB_ACTION_REMOVE_HEADER:
        here.name = remove_spec_schema.name;
        check_key(s, &here, spec->remove.key, response);
        action->remove_header.key = spec->remove.key;
        return;
    case ALB_ACTION_LIMIT:
        here.name = limit_spec_schema.name;
        set_limit(s, &here, &spec->limit, &action->limit);
        return;
    case ALB_ACTION_MIRROR:
        here.name = mirror_spec_schema.name;
        set_mirror(s, &here, &spec->mirror, &action->mirror);
        return;
    case ALB_ACTION_CORS:
        here.name = cors_spec_schema.name;
        set_cors(s, &here, &spec->cors, &action->cors);
        return;
    case ALB_ACTION_UNSET:
    case ALB_ACTION_FORWARD:
    case ALB_ACTION_REDIRECT:
    case ALB_ACTION_FIXED: return;
    }
}
