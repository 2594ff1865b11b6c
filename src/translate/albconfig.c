/* albconfig.c - AlbConfigs: spec.config as the row of a load balancer (alb-ingress.md §B.2,
 * §F.1, §F.7).  The defaults are those that the existing controller enforces; what it does
 * not look at again after creation is wanted only when the manifest says it. */
#include <string.h>
#include <strings.h>

#include "alb-agent/json.h"
#include "translate_priv.h"
#include "zone_priv.h"

struct access_log_spec {
    const char *project, *store;
};
struct billing_spec {
    const char *pay_type, *bandwidth_package;
};
struct config_spec {
    const char *id;
    const char *name;
    enum alb_address_type address_type;
    enum alb_ip_version ip_version;
    enum alb_address_type ipv6_address_type;
    enum alb_edition edition;
    const char *resource_group_id;
    zone_specs zones;
    struct access_log_spec access_log;
    struct billing_spec billing;
    struct opt_bool deletion_protection;
    struct opt_bool force_override, listener_force_override;
    LIST_OF(const char *) security_groups;
    LIST_OF(struct tag_spec) tags;
};

struct top_spec {
    struct config_spec config;
};

enum { MAX_TAGS = 20, MAX_SECURITY_GROUPS = 4 }; /* alb-semantics.md §9 to §11 */

/* clang-format off */
#define X(N, s) [ALB_ADDRESS_##N] = (s),
static const char *const alb_address_type_names[] = { ALB_ADDRESS_TYPES(X) };
#undef X
#define X(N, s) [ALB_IP_VERSION_##N] = (s),
static const char *const alb_ip_version_names[] = { ALB_IP_VERSIONS(X) };
#undef X
/* Basic cannot do what an Ingress asks for (alb-ingress.md §F.7). */
static const char *const alb_edition_names[] = {
    [ALB_EDITION_STANDARD] = "Standard", [ALB_EDITION_WAF] = "StandardWithWaf",
};

#define SELF struct access_log_spec
static const struct field access_log_spec_fields[] = {
    STR(project, "logProject",
        DOC("", "AccessLogConfig.LogProject", "The project of the access log; empty, with logStore: no log.")),
    STR(store,   "logStore",
        DOC("", "AccessLogConfig.LogStore", "The store of the access log; it begins with alb_.")),
};
static SCHEMA(access_log_spec, "accessLogConfig");
#undef SELF

#define SELF struct billing_spec
static const struct field billing_spec_fields[] = {
    STR(pay_type, "payType",
        DOC("PostPay", "LoadBalancerBillingConfig.PayType", "How it is paid; nothing but PostPay.")),
    STR(bandwidth_package, "bandWidthPackageId",
        DOC("", "AttachCommonBandwidthPackageToLoadBalancer", "A shared bandwidth to join; taken off when it is not given any more.", .type = "id of a bandwidth package", .differs = "The source attaches and replaces it, and never takes it off.")),
    { .name = "internetBandwidth",  .flags = READ_IGNORED,
      DOC("", "-", "Reserved.", .type = "number") },
    { .name = "internetChargeType", .flags = READ_IGNORED,
      DOC("", "-", "Reserved.", .type = "text") },
};
static SCHEMA(billing_spec, "billingConfig");
#undef SELF

#define SELF struct tag_spec
static const struct field tag_spec_fields[] = {
    STR(key,   "key", .flags = F_REQUIRED,
        DOC("", "Tag.Key", "1 to 128 characters, not beginning with aliyun or acs:, without http:// and https://; each once. The tags that make it ours win.")),
    STR(value, "value",
        DOC("empty", "Tag.Value", "What the tag says, of the same characters.")),
};
SCHEMA(tag_spec, "tag");
#undef SELF

#define SELF struct config_spec
static const struct field config_spec_fields[] = {
    STR (id,                  "id",
        DOC("", "LoadBalancerId", "A load balancer to take over instead of making one; it outlives the AlbConfig.")),
    STR (name,                "name",
        DOC("k8s-<namespace>-<name>-<10 hex>", "LoadBalancerName", "2 to 128 letters, digits and \".\", \"_\", \"-\", a letter first.")),
    ENUM(address_type,        alb_address_type, "addressType",
        DOC("Internet", "AddressType", "Where it can be reached from. Decided at creation.")),
    ENUM(ip_version,          alb_ip_version, "addressIpVersion",
        DOC("IPv4", "AddressIpVersion", "DualStack: IPv6 too. Decided at creation, and only sent when given.")),
    ENUM(ipv6_address_type,   alb_address_type, "ipv6AddressType",
        DOC("Intranet with DualStack", "Ipv6AddressType", "Where its IPv6 addresses can be reached from.")),
    ENUM(edition,             alb_edition, "edition",
        DOC("Standard", "LoadBalancerEdition", "What it can do; StandardWithWaf has a web application firewall.")),
    STR (resource_group_id,   "resourceGroupId",
        DOC("that of the account", "ResourceGroupId", "Where it is kept.")),
    LIST(zones,               zone_spec, "zoneMappings"),
    OBJ (access_log,          access_log_spec, "accessLogConfig"),
    OBJ (billing,             billing_spec, "billingConfig"),
    BOOL(deletion_protection, "deletionProtectionEnabled",
        DOC("true", "DeletionProtectionEnabled", "Whether the cloud refuses to delete it.", .differs = "The source keeps it true whatever is given, the documentation calls it reserved: false counts here.")),
    BOOL(force_override,      "forceOverride",
        DOC("false", "-", "With id: attributes and tags of the load balancer are kept as they stand here; without it only its listeners and rules.")),
    LIST(tags,                tag_spec, "tags"),
    BOOL(listener_force_override, "listenerForceOverride",
        DOC("false", "-", "With id: all its listeners, and their rules, are kept as they stand here; what is not here is deleted.")),
    { .name = "addressAllocatedMode",         .flags = READ_IGNORED,
      DOC("", "-", "Dynamic or Fixed.", .type = "text", .differs = "The source sends it at creation, the documentation no longer since v2.12: the documentation.") },
    { .name = "modificationProtectionConfig", .flags = READ_IGNORED,
      DOC("ConsoleProtection", "ModificationProtectionConfig", "Reserved; always ConsoleProtection.", .type = "map") },
    STRS(security_groups, "securityGroupIds",
        DOC("", "LoadBalancerJoinSecurityGroup", "Exactly the security groups that the load balancer is in; not with aclConfig.", .type = "list of ids")),
};
static SCHEMA(config_spec, "config");
#undef SELF

#define SELF struct top_spec
static const struct field top_spec_fields[] = {
    OBJ(config, config_spec, "config", .flags = F_REQUIRED),
    /* Read one by one by listener.c. */
    { .name = "listeners", .flags = READ_IGNORED, .kind = FIELD_LIST,
      .of = &listener_spec_schema },
};
SCHEMA(top_spec, "spec");
#undef SELF
/* clang-format on */

/* ---- the parts ---------------------------------------------------------------------------- */

static void check_name(struct subject *s, const char *name)
{
    if (name && !name_is_valid(name))
        problem(s, &(struct place){ .up = &config_at, .name = "name" },
                "\"%s\" is no name that ALB takes; give 2 to 128 letters, digits and \".\", \"_\", "
                "\"-\", a letter first",
                name);
}

static bool is_reserved(const char *key)
{
    return !strcmp(key, TAG_CLUSTER) || !strcmp(key, TAG_ALBCONFIG) || !strcmp(key, TAG_RESOURCE);
}

/* What ALB keeps to itself (alb-semantics.md §3). */
static bool tag_is_taken(struct subject *s, const struct place *at, const char *what,
                         const char *text)
{
    if (!strncasecmp(text, "aliyun", 6) || !strncasecmp(text, "acs:", 4))
        problem(s, at, "the %s \"%s\" begins with \"aliyun\" or \"acs:\", which ALB refuses", what,
                text);
    else if (strstr(text, "http://") || strstr(text, "https://"))
        problem(s, at, "the %s \"%s\" has \"http://\" or \"https://\" in it, which ALB refuses",
                what, text);
    else
        return true;
    return false;
}

static bool tag_is_good(struct subject *s, const struct place *at, const struct tag_spec *tags,
                        size_t i)
{
    const char *key = tags[i].key, *value = tags[i].value;
    if (!key || is_reserved(key))
        return false; /* ours win */
    if (!tag_is_taken(s, at, "key", key) || (value && !tag_is_taken(s, at, "value", value)))
        return false;
    if (!tag_fits(s->t, key) || (value && !tag_fits(s->t, value))) {
        problem(s, at, "its key or value is longer than the 128 characters that ALB takes");
        return false;
    }
    for (size_t j = 0; j < i; j++)
        if (tags[j].key && !strcmp(tags[j].key, key)) {
            problem(s, at, "the key \"%s\" is given twice; give each once", key);
            return false;
        }
    return true;
}

/* That it is ours, which a load balancer that was taken over says too (alb-ingress.md §F.7). */
static void add_own_tags(struct subject *s, const struct config *c, struct alb_load_balancer *lb)
{
    struct tr *t = s->t;
    if (!tag_fits(t, c->lb))
        problem(s, NULL,
                "its name is too long for the tag that marks the load balancer; give at most "
                "%zu characters",
                128 - strlen(CONFIG_NS "/"));
    tag_add(t, &lb->tags, TAG_CLUSTER, t->in->cluster_id);
    tag_add(t, &lb->tags, TAG_ALBCONFIG, c->lb);
    tag_add(t, &lb->tags, TAG_RESOURCE, TAG_LB_RESOURCE);
}

void tags_read(struct subject *s, const struct place *at, const struct tag_spec *tags, size_t n,
               alb_tags *out)
{
    struct place list = { .up = at, .name = "tags" };
    for (size_t i = 0; i < n; i++)
        if (tag_is_good(s, &(struct place){ .up = &list, .index = i }, tags, i))
            *LIST_PUSH(s->t->a, out) =
                (struct alb_tag){ .key = tags[i].key, .value = tags[i].value ? tags[i].value : "" };
    if (out->len > MAX_TAGS)
        problem(s, &list, "with ours there are %zu tags, and ALB takes %d; remove some", out->len,
                MAX_TAGS);
}

static bool has_length(const char *text, size_t min, size_t max)
{
    size_t n = strlen(text);
    return n >= min && n <= max;
}

/* Both texts are empty when the log is off: the existing controller closes it then. */
static void add_access_log(struct subject *s, const struct config_spec *spec,
                           struct alb_load_balancer *lb)
{
    struct place at = { .up = &config_at, .name = "accessLogConfig" };
    const struct access_log_spec *log = &spec->access_log;
    lb->access_log = (struct alb_access_log){ .project = log->project ? log->project : "",
                                              .store = log->store ? log->store : "" };
    if (!log->project != !log->store)
        problem(s, &at, "it needs both logProject and logStore; give both, or neither");
    if (log->project && !has_length(log->project, 4, 63))
        problem(s, &at, "logProject \"%s\" is no project; its name has 4 to 63 characters",
                log->project);
    if (log->store && !has_length(log->store, 2, 64))
        problem(s, &at, "logStore \"%s\" is no store; its name has 2 to 64 characters", log->store);
    else if (log->store && strncmp(log->store, "alb_", 4) != 0)
        problem(s, &at, "logStore \"%s\" does not begin with \"alb_\", which the log service wants",
                log->store);
}

/* ALB takes one or the other (alb-semantics.md §6). */
static void check_acls(struct subject *s, const struct config_spec *spec, const cJSON *listeners)
{
    size_t i = acl_first(listeners);
    if (spec->security_groups.len && i != SIZE_MAX)
        problem(s, &(struct place){ .up = &config_at, .name = "securityGroupIds" },
                "security groups and access lists cannot be used together, and "
                "spec.listeners[%zu] has an aclConfig; remove one of the two",
                i);
}

static void add_security_groups(struct subject *s, const struct config_spec *spec,
                                struct alb_load_balancer *lb)
{
    struct place list = { .up = &config_at, .name = "securityGroupIds" };
    if (spec->security_groups.len > MAX_SECURITY_GROUPS)
        problem(s, &list, "it lists %zu security groups, and a load balancer takes %d; remove some",
                spec->security_groups.len, MAX_SECURITY_GROUPS);
    for (size_t i = 0; i < spec->security_groups.len; i++) {
        const char *id = spec->security_groups.items[i];
        struct place at = { .up = &list, .index = i };
        if (strncmp(id, "sg-", 3) != 0)
            problem(s, &at, "\"%s\" is no security group; its id begins with \"sg-\"", id);
        if (text_is_one_of(id, spec->security_groups.items, i))
            problem(s, &at, "security group %s is listed twice; give each once", id);
        *LIST_PUSH(s->t->a, &lb->security_group_ids) = id;
    }
}

/* Of public addresses: a package is of no use to others, and ALB refuses it. */
static void add_bandwidth(struct subject *s, const struct config_spec *spec,
                          struct alb_load_balancer *lb)
{
    struct place at = { .up = &config_at, .name = "billingConfig.bandWidthPackageId" };
    lb->bandwidth_package_id = spec->billing.bandwidth_package;
    if (!lb->bandwidth_package_id)
        return;
    if (strncmp(lb->bandwidth_package_id, "cbwp-", 5) != 0)
        problem(s, &at, "\"%s\" is no bandwidth package; its id begins with \"cbwp-\"",
                lb->bandwidth_package_id);
    if (spec->address_type == ALB_ADDRESS_INTRANET)
        problem(s, &at, "a load balancer of addressType Intranet has no use for one; remove it");
}

/* ---- the load balancer ---------------------------------------------------------------------- */

/* What can be changed on any load balancer, our own or a reused one. */
static void set_attributes(struct subject *s, const struct config *c,
                           const struct config_spec *spec, struct alb_load_balancer *lb)
{
    check_name(s, spec->name);
    lb->name = spec->name ? spec->name : lb_default_name(s->t, c->name);
    lb->edition = spec->edition ? spec->edition : ALB_EDITION_STANDARD;
    lb->ipv6_address_type = spec->ipv6_address_type;
    if (!lb->ipv6_address_type && spec->ip_version == ALB_IP_VERSION_DUAL_STACK)
        lb->ipv6_address_type = ALB_ADDRESS_INTRANET;
    lb->resource_group_id = spec->resource_group_id;
    lb->deletion_protection.enabled = spec->deletion_protection;
    if (!lb->deletion_protection.enabled.set)
        lb->deletion_protection.enabled = (struct opt_bool){ .val = true, .set = true };
    lb->modification_protection.status = "ConsoleProtection";
    add_access_log(s, spec, lb);
    add_security_groups(s, spec, lb);
    add_bandwidth(s, spec, lb);
    tags_read(s, &config_at, spec->tags.items, spec->tags.len, &lb->tags);
}

/* What is decided at creation. */
static void set_creation(struct subject *s, const struct config *c, const struct config_spec *spec,
                         struct alb_load_balancer *lb)
{
    lb->address_type = spec->address_type ? spec->address_type : ALB_ADDRESS_INTERNET;
    lb->ip_version = spec->ip_version;
    lb->vpc_id = c->vpc;
    lb->billing.pay_type = "PostPay";
    if (spec->billing.pay_type && strcasecmp(spec->billing.pay_type, "PostPay") != 0)
        problem(s, &(struct place){ .up = &config_at, .name = "billingConfig.payType" },
                "\"%s\" is not known; give PostPay", spec->billing.pay_type);
    zones_add(s, c, &spec->zones, lb);
}

static struct alb_load_balancer *build(struct subject *s, struct config *c,
                                       const struct config_spec *spec)
{
    struct alb_load_balancer *lb = arena_alloc(s->t->a, sizeof *lb);
    zones_find_vpc(s, c, &spec->zones, spec->id);
    add_own_tags(s, c, lb);
    if (!spec->id || spec->force_override.val)
        set_attributes(s, c, spec, lb);
    if (!spec->id)
        set_creation(s, c, spec, lb);
    return lb;
}

static void add_rows(struct subject *s, const struct config *c, const struct config_spec *spec,
                     const struct alb_load_balancer *lb)
{
    struct tr *t = s->t;
    *LIST_PUSH(t->a, &t->out->lbs) =
        (struct translate_lb){ .name = c->lb,
                               .reuse_id = spec->id,
                               .all_listeners = spec->id && spec->listener_force_override.val,
                               .origin = c->obj->origin,
                               .confirm = object_annotation(c->obj, "alb-agent/confirm"),
                               .vpc_id = c->vpc_known ? c->vpc : NULL };
    *LIST_PUSH(t->a, &t->out->desired.rows) =
        (struct resource){ .lb = c->lb,
                           .kind = RESOURCE_LOAD_BALANCER,
                           .key = c->lb,
                           .parent = "",
                           .desired = lb,
                           .desired_from = subject_from(t->a, c->obj),
                           .ours = true };
}

/* Its servers would be pods that nobody here sees, and those that are there would be taken out. */
static void check_clusters(struct subject *s)
{
    struct place at = annotation_place(s->t->a, "remote-clusters");
    if (annotation(s->obj, "remote-clusters"))
        problem(s, &at,
                "pods of other clusters cannot be reached; remove it to reach those of this "
                "cluster alone");
}

static void config_translate(struct tr *t, struct config *c)
{
    struct subject s = { .t = t, .obj = c->obj };
    struct top_spec spec = { 0 };
    const cJSON *json = json_get_nocase(object_body(c->obj), "spec");
    read_object(&s, &(struct place){ .name = "spec" }, &top_spec_schema, &spec, json, READ_NOCASE);
    const struct alb_load_balancer *lb = build(&s, c, &spec.config);
    c->edition = lb->edition;
    c->log_off = lb->access_log.project && !*lb->access_log.project;
    c->order = order_read(&s);
    check_clusters(&s);
    c->lb_name = spec.config.name ? spec.config.name : lb_default_name(t, c->name);
    check_acls(&s, &spec.config, json_get_nocase(json, "listeners"));
    if (s.n_problems) {
        c->left_out = true;
        hold(t, c->lb, NULL, NULL);
        return;
    }
    add_rows(&s, c, &spec.config, lb);
    listeners_translate(&s, c, json_get_nocase(json, "listeners"));
}

/* What was taken over by its id outlives its AlbConfig (alb-ingress.md §F.7). */
static void bury(struct tr *t, const struct object *obj)
{
    struct subject s = { .t = t, .obj = obj };
    const char *id =
        json_str(json_get_nocase(json_get_nocase(object_body(obj), "spec"), "config"), "id");
    if (id && *id)
        warn(&s, NULL,
             "it is being deleted; load balancer %s, which spec.config.id names, stays as it is, "
             "with its rules and tags",
             id);
    else
        *LIST_PUSH(t->a, &t->out->tombstones) =
            (struct translate_tombstone){ .lb = arena_fmt(t->a, "%s/%s", CONFIG_NS, obj->name),
                                          .from = subject_from(t->a, obj) };
}

static struct config *begin(struct tr *t, const char *name, const char *lb)
{
    struct config *c = arena_alloc(t->a, sizeof *c);
    c->name = name;
    c->lb = lb;
    c->vpc_known = t->in->vpc_id;
    c->vpc = c->vpc_known ? t->in->vpc_id : "?vpc";
    return c;
}

struct config *config_read(struct tr *t, const struct object *obj, const char *lb)
{
    if (object_is_going(obj)) {
        bury(t, obj);
        return NULL;
    }
    struct config *c = begin(t, obj->name, lb);
    c->obj = obj;
    config_translate(t, c);
    return c;
}

struct config *config_absent(struct tr *t, const char *name, const char *lb)
{
    struct config *c = begin(t, name, lb);
    c->left_out = true;
    return c;
}
