/* condition.c - when a rule applies: the annotation conditions.<service>, and the host and
 * the path of the Ingress (alb-ingress.md §A.7, §C.6). */
#include <string.h>
#include <strings.h>

#include "alb-agent/json.h"
#include "translate_priv.h"

struct condition_spec {
    const char *type;
    struct alb_values host, path, method, source_ip, status;
    struct alb_key_values header, response_header;
    struct alb_pairs query, cookie;
};

/* clang-format off */
#define SELF struct alb_values
static const struct field alb_values_fields[] = {
    STRS(values, "values"),
};
static SCHEMA(alb_values, "values");
#undef SELF

#define SELF struct alb_key_values
static const struct field alb_key_values_fields[] = {
    STR (key,    "key"),
    STRS(values, "values"),
};
static SCHEMA(alb_key_values, "headerConfig");
#undef SELF

#define SELF struct alb_pair
static const struct field alb_pair_fields[] = {
    STR(key,   "key"),
    STR(value, "value"),
};
static SCHEMA(alb_pair, "pair");
#undef SELF

#define SELF struct alb_pairs
static const struct field alb_pairs_fields[] = {
    LIST(pairs, alb_pair, "values"),
};
static SCHEMA(alb_pairs, "values");
#undef SELF

#define SELF struct condition_spec
static const struct field condition_spec_fields[] = {
    STR(type,            "type", .flags = F_REQUIRED),
    OBJ(host,            alb_values,     "hostConfig"),
    OBJ(path,            alb_values,     "pathConfig"),
    OBJ(header,          alb_key_values, "headerConfig"),
    OBJ(query,           alb_pairs,      "queryStringConfig"),
    OBJ(method,          alb_values,     "methodConfig"),
    OBJ(cookie,          alb_pairs,      "cookieConfig"),
    OBJ(source_ip,       alb_values,     "sourceIpConfig"),
    OBJ(response_header, alb_key_values, "responseHeaderConfig"),
    OBJ(status,          alb_values,     "responseStatusCodeConfig"),
};
static SCHEMA(condition_spec, "condition");
#undef SELF
/* clang-format on */

typedef const char *check_fn(const char *value);

/* How conditions of a type are given, checked and put together. */
static const struct condition_type {
    const char *name, *config;
    check_fn *check;
    enum alb_cond type;
    bool merged;   /* all of this type become one condition */
    bool response; /* only of a rule of direction Response  */
} types[] = {
    { "Host", "hostConfig", value_check_host, ALB_COND_HOST, true, false },
    { "Path", "pathConfig", value_check_path, ALB_COND_PATH, true, false },
    { "Header", "headerConfig", value_check_header_value, ALB_COND_HEADER, false, false },
    { "QueryString", "queryStringConfig", value_check_query, ALB_COND_QUERY, false, false },
    { "Method", "methodConfig", value_check_method, ALB_COND_METHOD, true, false },
    { "Cookie", "cookieConfig", value_check_cookie, ALB_COND_COOKIE, false, false },
    { "SourceIp", "sourceIpConfig", value_check_source_ip, ALB_COND_SOURCE_IP, true, false },
    { "ResponseHeader", "responseHeaderConfig", value_check_header_value, ALB_COND_RESPONSE_HEADER,
      false, true },
    { "ResponseStatusCode", "responseStatusCodeConfig", value_check_status,
      ALB_COND_RESPONSE_STATUS, true, true },
};

/* Of a rule, in the editions that are left: alb-semantics.md §11. */
enum { MAX_VALUES = 10, MAX_SOURCE_IPS = 5 };

/* Of the types whose values are texts; nobody asks for the others. */
static const struct alb_values *spec_values(const struct condition_spec *spec, enum alb_cond type)
{
    return type == ALB_COND_PATH              ? &spec->path
           : type == ALB_COND_METHOD          ? &spec->method
           : type == ALB_COND_SOURCE_IP       ? &spec->source_ip
           : type == ALB_COND_RESPONSE_STATUS ? &spec->status
                                              : &spec->host;
}

/* ---- the list so far ------------------------------------------------------------------------- */

static struct alb_condition *push(struct subject *s, struct route *r, enum alb_cond type)
{
    struct alb_condition *c = LIST_PUSH(s->t->a, &r->conditions);
    c->type = type;
    return c;
}

static struct alb_condition *find(struct subject *s, struct route *r, enum alb_cond type)
{
    for (size_t i = 0; i < r->conditions.len; i++)
        if (r->conditions.items[i].type == type)
            return &r->conditions.items[i];
    return push(s, r, type);
}

static void add_once(struct subject *s, struct alb_values *to, const char *value)
{
    for (size_t i = 0; i < to->values.len; i++)
        if (!strcmp(to->values.items[i], value))
            return;
    *LIST_PUSH(s->t->a, &to->values) = value;
}

/* ---- one block of the annotation ------------------------------------------------------------- */

static void check_value(struct subject *s, const struct place *at, check_fn *check, const char *v)
{
    const char *wanted = check(v);
    if (wanted)
        problem(s, at, "\"%s\" is no value that ALB takes here; %s", v, wanted);
}

static void add_values(struct subject *s, const struct place *at, const struct condition_type *t,
                       const struct alb_values *spec, struct route *r)
{
    struct place list = { .up = at, .name = "values" };
    if (!spec->values.len)
        problem(s, &list, "it has no value; give one");
    struct alb_condition *to = find(s, r, t->type);
    for (size_t i = 0; i < spec->values.len; i++) {
        check_value(s, &(struct place){ .up = &list, .index = i }, t->check, spec->values.items[i]);
        add_once(s, &to->values, spec->values.items[i]);
    }
}

static void add_header(struct subject *s, const struct place *at, const struct condition_type *t,
                       const struct alb_key_values *spec, struct route *r)
{
    struct place list = { .up = at, .name = "values" };
    struct place key = { .up = at, .name = "key" };
    if (!spec->key)
        problem(s, &key, "missing; add it");
    else
        check_value(s, &key, value_check_header_key, spec->key);
    if (!spec->values.len)
        problem(s, &list, "it has no value; give one");
    for (size_t i = 0; i < spec->values.len; i++)
        check_value(s, &(struct place){ .up = &list, .index = i }, t->check, spec->values.items[i]);
    push(s, r, t->type)->header = *spec;
}

static void add_pairs(struct subject *s, const struct place *at, const struct condition_type *t,
                      const struct alb_pairs *spec, struct route *r)
{
    struct place list = { .up = at, .name = "values" };
    if (!spec->pairs.len)
        problem(s, &list, "it has no value; give one as {\"key\":\"k\",\"value\":\"v\"}");
    for (size_t i = 0; i < spec->pairs.len; i++) {
        const struct alb_pair *pair = &spec->pairs.items[i];
        struct place here = { .up = &list, .index = i };
        if (!pair->key && !pair->value)
            problem(s, &here, "it has neither a key nor a value; give both");
        if (pair->key)
            check_value(s, &(struct place){ .up = &here, .name = "key" },
                        t->type == ALB_COND_QUERY ? value_check_query_key : t->check, pair->key);
        if (pair->value)
            check_value(s, &(struct place){ .up = &here, .name = "value" }, t->check, pair->value);
    }
    push(s, r, t->type)->pairs = *spec;
}

static const struct condition_type *find_type(const char *name)
{
    for (size_t i = 0; i < COUNT(types); i++)
        if (!strcasecmp(types[i].name, name))
            return &types[i];
    return NULL;
}

/* The two passes of §C.6: blocks that stand alone, then those that are merged. */
static void add_block(struct subject *s, const struct place *at, const struct condition_type *t,
                      const struct condition_spec *spec, struct route *r)
{
    /* The documentation calls it headerConfig too: alb-ingress.md §A.7. */
    bool plain = t->type == ALB_COND_RESPONSE_HEADER && !spec->response_header.key;
    struct place config = { .up = at, .name = plain ? "headerConfig" : t->config };
    if (t->type == ALB_COND_HEADER || plain)
        add_header(s, &config, t, &spec->header, r);
    else if (t->type == ALB_COND_RESPONSE_HEADER)
        add_header(s, &config, t, &spec->response_header, r);
    else if (t->type == ALB_COND_QUERY)
        add_pairs(s, &config, t, &spec->query, r);
    else if (t->type == ALB_COND_COOKIE)
        add_pairs(s, &config, t, &spec->cookie, r);
    else
        add_values(s, &config, t, spec_values(spec, t->type), r);
}

/* ---- the annotation -------------------------------------------------------------------------- */

struct block {
    const struct condition_type *type;
    struct condition_spec spec;
    size_t index;
};
typedef LIST_OF(struct block) block_list;

static void read_block(struct subject *s, const struct place *at, const cJSON *json, size_t index,
                       const struct route *r, block_list *out)
{
    struct place here = { .up = at, .name = "type" };
    struct block b = { .index = index };
    const cJSON *name = json_get_nocase(json, "type");
    b.type = cJSON_IsString(name) ? find_type(name->valuestring) : NULL;
    bool header = b.type && b.type->type == ALB_COND_RESPONSE_HEADER;
    const struct schema *schema =
        schema_arm(s->t->a, &condition_spec_schema, b.type ? b.type->config : NULL,
                   header ? "headerConfig" : NULL);
    read_object(s, at, schema, &b.spec, json, READ_NOCASE);
    if (!b.spec.type)
        return;
    if (!b.type)
        problem(s, &here,
                "\"%s\" is not known; give Host, Path, Header, QueryString, Method, Cookie, "
                "SourceIp, ResponseHeader or ResponseStatusCode",
                b.spec.type);
    else if (b.type->response && r->direction != ALB_DIRECTION_RESPONSE)
        problem(s, &here,
                "%s is known only once there is a response; add the annotation %srule-direction.%s "
                "with the value Response",
                b.type->name, ANNOTATION_PREFIX, r->service);
    else
        *LIST_PUSH(s->t->a, out) = b;
}

static void read_blocks(struct subject *s, const struct place *at, const struct route *r,
                        const char *name, block_list *out)
{
    cJSON *json CLEANUP(json_done) = annotation_json(s, name, "a list of conditions");
    if (!json)
        return;
    if (!cJSON_IsArray(json)) {
        problem(s, at, "this is %s; give a list of conditions", json_kind(json));
        return;
    }
    size_t i = 0;
    const cJSON *e;
    cJSON_ArrayForEach (e, json) {
        read_block(s, &(struct place){ .up = at, .index = i }, e, i, r, out);
        i++;
    }
}

/* Those of a type; of ALB_COND_UNSET: those that stay conditions of their own. */
static void add_blocks(struct subject *s, const struct place *at, const block_list *blocks,
                       enum alb_cond only, struct route *r)
{
    for (size_t i = 0; i < blocks->len; i++) {
        const struct block *b = &blocks->items[i];
        if (only ? b->type->type == only : !b->type->merged)
            add_block(s, &(struct place){ .up = at, .index = b->index }, b->type, &b->spec, r);
    }
}

/* One type after the other, so that each keeps its place whatever the annotation's order. */
void conditions_find(struct subject *s, const struct alb_values *paths, struct route *r)
{
    block_list blocks = { 0 };
    const char *name = arena_fmt(s->t->a, "conditions.%s", r->service);
    struct place at = annotation_place(s->t->a, name);
    read_blocks(s, &at, r, name, &blocks);
    add_blocks(s, &at, &blocks, ALB_COND_UNSET, r);
    add_blocks(s, &at, &blocks, ALB_COND_HOST, r);
    if (r->host)
        add_once(s, &find(s, r, ALB_COND_HOST)->values, r->host);
    add_blocks(s, &at, &blocks, ALB_COND_PATH, r);
    for (size_t i = 0; i < paths->values.len; i++)
        add_once(s, &find(s, r, ALB_COND_PATH)->values, paths->values.items[i]);
    add_blocks(s, &at, &blocks, ALB_COND_METHOD, r);
    add_blocks(s, &at, &blocks, ALB_COND_SOURCE_IP, r);
    add_blocks(s, &at, &blocks, ALB_COND_RESPONSE_STATUS, r);
}

void condition_add_header(struct subject *s, struct route *r, const char *key, const char *value)
{
    struct alb_condition *c = push(s, r, ALB_COND_HEADER);
    c->header.key = key;
    *LIST_PUSH(s->t->a, &c->header.values) = value;
}

void condition_add_cookie(struct subject *s, struct route *r, const char *key, const char *value)
{
    struct alb_condition *c = push(s, r, ALB_COND_COOKIE);
    *LIST_PUSH(s->t->a, &c->pairs.pairs) = (struct alb_pair){ .key = key, .value = value };
}

/* ---- limits ---------------------------------------------------------------------------------- */

static size_t count_values(const struct alb_condition *c)
{
    if (c->type == ALB_COND_QUERY || c->type == ALB_COND_COOKIE)
        return c->pairs.pairs.len;
    if (c->type == ALB_COND_HEADER || c->type == ALB_COND_RESPONSE_HEADER)
        return c->header.values.len;
    return c->values.values.len;
}

/* A value with a wildcard counts as one of MAX_VALUES too, so that limit needs no look. */
void conditions_check(struct subject *s, const struct place *at, const struct route *r)
{
    size_t values = 0, source_ips = 0;
    for (size_t i = 0; i < r->conditions.len; i++) {
        size_t n = count_values(&r->conditions.items[i]);
        values += n;
        source_ips += r->conditions.items[i].type == ALB_COND_SOURCE_IP ? n : 0;
    }
    if (values > MAX_VALUES)
        problem(s, at,
                "its conditions have %zu values, host and path among them, and ALB takes %d in a "
                "rule; spread them over more paths",
                values, MAX_VALUES);
    if (source_ips > MAX_SOURCE_IPS)
        problem(s, at, "its conditions have %zu source addresses, and ALB takes %d in a rule",
                source_ips, MAX_SOURCE_IPS);
}
