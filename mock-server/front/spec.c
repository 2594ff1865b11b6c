/* spec.c - reads the two files of mock-server/spec/ into structs.  They differ in form:
 * alb-openapi.json has members as maps ("properties"), companion-openapi.json as lists
 * ("fields").  A file that cannot be read so is a fault of the build, found at start. */
#include "spec.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "alb-agent/embed.h"
#include "alb-agent/json.h"
#include "pattern.h"
#include "spec_priv.h"

extern const struct embedded mock_spec[];

struct gateway_error {
    const char *code;
    int status;
    const char *message;
};

struct spec {
    struct arena arena;
    LIST_OF(struct spec_product) products;
    LIST_OF(struct gateway_error) errors;
};

/* What reading needs everywhere. */
struct reader {
    struct arena *a;
    const char *action;
    struct error *err;
};

static bool read_node(struct reader *r, const cJSON *json, const char *name,
                      struct spec_node *node);

static const char *copy_str(struct arena *a, const cJSON *json, const char *name)
{
    const char *s = json_str(json, name);
    return s ? arena_strdup(a, s) : NULL;
}

static size_t read_size(const cJSON *json, const char *name, size_t dflt)
{
    int64_t n = json_int(json, name, -1);
    return n < 0 ? dflt : (size_t)n;
}

static bool read_type(struct reader *r, const cJSON *json, struct spec_node *node)
{
    static const char *const names[] = { "string", "integer", "boolean", "array", "object" };
    const char *type = json_str(json, "type");
    for (size_t i = 0; type && i < COUNT(names); i++) {
        if (!strcmp(names[i], type)) {
            node->type = (enum spec_type)i;
            return true;
        }
    }
    return error_set(r->err, ERROR_BUG, "%s: parameter %s: no type", r->action,
                     node->name ? node->name : "[]");
}

static void read_limits(struct arena *a, const cJSON *json, struct spec_node *node)
{
    const char *format = json_str(json, "format");
    bool narrow = format && !strcmp(format, "int32");
    node->required = cJSON_IsTrue(json_get(json, "required"));
    node->min = json_int(json, "minimum", narrow ? INT32_MIN : INT64_MIN);
    node->max = json_int(json, "maximum", narrow ? INT32_MAX : INT64_MAX);
    node->min_len = read_size(json, "minLength", 0);
    node->max_len = read_size(json, "maxLength", SIZE_MAX);
    node->min_items = read_size(json, "minItems", 0);
    node->max_items = read_size(json, "maxItems", read_size(json, "docMaxItems", SIZE_MAX));
    node->pattern = copy_str(a, json, "pattern");
    node->charset = copy_str(a, json, "charset");
    const cJSON *v;
    cJSON_ArrayForEach (v, json_get(json, "enum"))
        if (cJSON_IsString(v))
            *LIST_PUSH(a, &node->values) = arena_strdup(a, v->valuestring);
    /* Which names are reserved depends on the direction where there are two lists. */
    if (!json_get(json, "reservedResponse"))
        cJSON_ArrayForEach (v, json_get(json, "reserved"))
            *LIST_PUSH(a, &node->reserved) = arena_strdup(a, v->valuestring);
}

/* 'members': a map of name to node, or a list of nodes with their names. */
static bool read_members(struct reader *r, const cJSON *members, struct spec_node *node)
{
    const cJSON *m;
    cJSON_ArrayForEach (m, members) {
        const char *name = cJSON_IsArray(members) ? json_str(m, "name") : m->string;
        struct spec_node member = { 0 };
        if (!name)
            return error_set(r->err, ERROR_BUG, "%s: a member has no name", r->action);
        if (!read_node(r, m, arena_strdup(r->a, name), &member))
            return false;
        *LIST_PUSH(r->a, &node->members) = member;
    }
    return true;
}

static bool read_node(struct reader *r, const cJSON *json, const char *name, struct spec_node *node)
{
    node->name = name;
    if (!read_type(r, json, node))
        return false;
    read_limits(r->a, json, node);
    spec_override(r->a, r->action, node);
    if (node->pattern && !pattern_valid(node->pattern))
        return error_set(r->err, ERROR_BUG, "%s: parameter %s: pattern %s is of no known form",
                         r->action, name ? name : "[]", node->pattern);
    const cJSON *items = json_get(json, "items");
    if (node->type == SPEC_ARRAY) {
        node->element = arena_alloc(r->a, sizeof *node->element);
        if (!items || !read_node(r, items, NULL, node->element))
            return error_set(r->err, ERROR_BUG, "%s: parameter %s: no items", r->action, name);
    }
    const cJSON *properties = json_get(json, "properties");
    return read_members(r, properties ? properties : json_get(json, "fields"), node);
}

static int by_action(const void *x, const void *y)
{
    const struct spec_action *a = x, *b = y;
    return strcmp(a->name, b->name);
}

static bool allows_get(const cJSON *action)
{
    const cJSON *m;
    cJSON_ArrayForEach (m, json_get(action, "methods"))
        if (cJSON_IsString(m) && !strcmp(m->valuestring, "GET"))
            return true;
    return false;
}

static bool read_product(struct spec *s, const cJSON *meta, const cJSON *actions, struct error *err)
{
    struct spec_product p = {
        .title = copy_str(&s->arena, meta, "product"),
        .version = copy_str(&s->arena, meta, "version"),
    };
    if (!p.title || !p.version)
        return error_set(err, ERROR_BUG, "a product has no name or no version");
    char *name = arena_strdup(&s->arena, p.title);
    for (char *c = name; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    p.name = name;
    const cJSON *json;
    cJSON_ArrayForEach (json, actions) {
        struct reader r = { &s->arena, arena_strdup(&s->arena, json->string), err };
        struct spec_action *action = LIST_PUSH(&s->arena, &p.actions);
        action->name = r.action;
        action->needs_post = !allows_get(json);
        action->node.type = SPEC_OBJECT;
        if (!read_members(&r, json_get(json, "parameters"), &action->node))
            return false;
    }
    if (p.actions.len)
        qsort(p.actions.items, p.actions.len, sizeof *p.actions.items, by_action);
    *LIST_PUSH(&s->arena, &s->products) = p;
    return true;
}

static void read_errors(struct spec *s, const cJSON *errors)
{
    const cJSON *e;
    cJSON_ArrayForEach (e, errors)
        *LIST_PUSH(&s->arena, &s->errors) = (struct gateway_error){
            .code = copy_str(&s->arena, e, "code"),
            .status = (int)json_int(e, "http", 400),
            .message = copy_str(&s->arena, e, "message"),
        };
}

static bool read_file(struct spec *s, const struct embedded *file, struct error *err)
{
    cJSON *json CLEANUP(json_done) = NULL;
    if (!json_parse((const char *)file->data, file->size, &json, err))
        return error_wrap(err, "%s", file->name);
    const cJSON *products = json_get(json, "products"), *p;
    if (!products) {
        read_errors(s, json_get(json, "gatewayErrors"));
        return read_product(s, json_get(json, "meta"), json_get(json, "actions"), err)
               || error_wrap(err, "%s", file->name);
    }
    cJSON_ArrayForEach (p, products)
        if (!read_product(s, p, json_get(p, "actions"), err))
            return error_wrap(err, "%s", file->name);
    return true;
}

bool spec_open(struct spec **out, struct error *err)
{
    *out = NULL;
    struct spec *s = calloc(1, sizeof *s);
    if (!s)
        return error_set(err, ERROR_BUG, "out of memory");
    for (const struct embedded *file = mock_spec; file->name; file++) {
        if (!read_file(s, file, err)) {
            spec_close(s);
            return false;
        }
    }
    *out = s;
    return true;
}

void spec_close(struct spec *s)
{
    if (!s)
        return;
    arena_done(&s->arena);
    free(s);
}

const struct spec_product *spec_product_of(const struct spec *s, const char *version)
{
    for (size_t i = 0; i < s->products.len; i++)
        if (!strcmp(s->products.items[i].version, version))
            return &s->products.items[i];
    return NULL;
}

const struct spec_product *spec_product_at(const struct spec *s, size_t i)
{
    return i < s->products.len ? &s->products.items[i] : NULL;
}

const struct spec_product *spec_product_named(const struct spec *s, const char *name)
{
    for (size_t i = 0; i < s->products.len; i++)
        if (!strcmp(s->products.items[i].name, name))
            return &s->products.items[i];
    return NULL;
}

const struct spec_action *spec_action_of(const struct spec_product *p, const char *name)
{
    const struct spec_action key = { .name = name };
    return p->actions.len ? bsearch(&key, p->actions.items, p->actions.len, sizeof key, by_action)
                          : NULL;
}

bool front_refuse(struct error *err, int status, const char *code, const char *fmt, ...)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    va_list ap;
    va_start(ap, fmt);
    const char *message = arena_vfmt(&a, fmt, ap);
    va_end(ap);
    (void)error_set(err, ERROR_INVALID, "%s", message);
    err->http_status = status;
    size_t len = strlen(code);
    len = len < sizeof err->code ? len : sizeof err->code - 1;
    memcpy(err->code, code, len);
    err->code[len] = '\0';
    return false;
}

bool spec_refuse(const struct spec *s, const char *code, struct error *err)
{
    for (size_t i = 0; i < s->errors.len; i++)
        if (!strcmp(s->errors.items[i].code, code))
            return front_refuse(err, s->errors.items[i].status, code, "%s",
                                s->errors.items[i].message);
    return front_refuse(err, 500, "InternalError",
                        "The request processing has failed due to some unknown error.");
}
