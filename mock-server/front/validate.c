/* validate.c - walks the API description beside the tree of a request. */
#include "validate.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "alb-agent/json.h"
#include "pattern.h"
#include "utf8.h"

/* Where a walk is: the chain of segments up to the parameter itself. */
struct place {
    const struct place *up; /* NULL: the parameter itself is at the top */
    const char *name;
};

static const char *place_text(struct arena *a, const struct place *at)
{
    if (!at)
        return "";
    return at->up ? arena_fmt(a, "%s.%s", place_text(a, at->up), at->name) : at->name;
}

/* The name that codes use: of "Rules.2.Priority" that is Priority, of "Values.1" Values. */
static const char *place_name(const struct place *at)
{
    while (at && at->up && at->name[0] >= '0' && at->name[0] <= '9')
        at = at->up;
    return at ? at->name : "";
}

/* The part of 't' that a member of an object is read from, or NULL. */
static const struct tree *member_tree(const struct tree *t, const struct spec_node *member)
{
    const struct tree *child = tree_get(t, member->name);
    return child || !member->alias ? child : tree_get(t, member->alias);
}

/* Does the tree hold anything that a parameter of this kind would read?  Objects and
 * elements of which only unknown members came are not there at all. */
static bool is_given(const struct spec_node *node, const struct tree *t)
{
    if (!t)
        return false;
    if (t->value)
        return true;
    if (node->type == SPEC_ARRAY)
        for (size_t i = 0; i < t->children.len && t->children.items[i].index >= 0; i++)
            if (is_given(node->element, &t->children.items[i]))
                return true;
    if (node->type == SPEC_OBJECT)
        for (size_t i = 0; i < node->members.len; i++)
            if (is_given(&node->members.items[i], member_tree(t, &node->members.items[i])))
                return true;
    return false;
}

static bool refuse_missing(const struct place *at, struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    return front_refuse(err, 400, arena_fmt(&a, "Missing%s", place_name(at)),
                        "%s is mandatory for this action.", place_text(&a, at));
}

static bool refuse_type(const struct place *at, const char *what, struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    return front_refuse(err, 400, "InvalidParameter",
                        "Invalid parameter, please check the parameter input. %s is not %s.",
                        place_text(&a, at), what);
}

static bool refuse_value(const struct place *at, struct error *err, const char *fmt, ...)
    PRINTF(3, 4);
static bool refuse_value(const struct place *at, struct error *err, const char *fmt, ...)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    va_list ap;
    va_start(ap, fmt);
    const char *why = arena_vfmt(&a, fmt, ap);
    va_end(ap);
    return front_refuse(err, 400, arena_fmt(&a, "IllegalParam.%s", place_name(at)),
                        "The param of %s is illegal. It %s.", place_text(&a, at), why);
}

static bool require(const struct spec_node *node, const struct tree *t, const struct place *at,
                    struct error *err);

static bool require_elements(const struct spec_node *node, const struct tree *t,
                             const struct place *at, struct error *err)
{
    for (size_t i = 0; i < t->children.len && t->children.items[i].index >= 0; i++) {
        const struct place here = { at, t->children.items[i].name };
        if (is_given(node->element, &t->children.items[i])
            && !require(node->element, &t->children.items[i], &here, err))
            return false;
    }
    return true;
}

/* Is all there that a given parameter requires inside? */
static bool require(const struct spec_node *node, const struct tree *t, const struct place *at,
                    struct error *err)
{
    if (node->type == SPEC_ARRAY)
        return require_elements(node, t, at, err);
    for (size_t i = 0; i < node->members.len; i++) {
        const struct spec_node *member = &node->members.items[i];
        const struct tree *child = member_tree(t, member);
        const struct place here = { at, member->name };
        bool given = is_given(member, child);
        if (!given && member->required)
            return refuse_missing(&here, err);
        if (given && !require(member, child, &here, err))
            return false;
    }
    return true;
}

static bool in_list(const char *const *items, size_t len, const char *value)
{
    for (size_t i = 0; i < len; i++)
        if (!strcasecmp(items[i], value))
            return true;
    return false;
}

static bool is_ascii(const char *s)
{
    while (*s && (unsigned char)*s < 0x80)
        s++;
    return !*s;
}

static bool is_tag(const char *s)
{
    return strncmp(s, "acs:", 4) != 0 && strncmp(s, "aliyun", 6) != 0 && !strstr(s, "http://")
           && !strstr(s, "https://");
}

/* The charsets of the description that are checked, by its own words. */
static const struct {
    const char *words;
    bool (*holds)(const char *s);
} charsets[] = {
    { "ASCII", is_ascii },
    { "not starting acs: or aliyun; no http:// https://", is_tag },
};

static bool charset_holds(const char *charset, const char *s)
{
    for (size_t i = 0; charset && i < COUNT(charsets); i++)
        if (!strcmp(charsets[i].words, charset))
            return charsets[i].holds(s);
    return true;
}

static bool take_string(const struct spec_node *node, const char *s, const struct place *at,
                        cJSON **out, struct error *err)
{
    size_t len = utf8_len(s);
    if (node->values.items && !in_list(node->values.items, node->values.len, s))
        return refuse_value(at, err, "is not one of the documented values");
    if (len < node->min_len)
        return refuse_value(at, err, "has %zu characters, at least %zu are needed", len,
                            node->min_len);
    if (len > node->max_len)
        return refuse_value(at, err, "has %zu characters, at most %zu are allowed", len,
                            node->max_len);
    if (node->pattern && !pattern_match(node->pattern, s))
        return refuse_value(at, err, "does not match %s", node->pattern);
    if (!charset_holds(node->charset, s))
        return refuse_value(at, err, "breaks the rule \"%s\"", node->charset);
    if (node->reserved.items && in_list(node->reserved.items, node->reserved.len, s))
        return refuse_value(at, err, "is a reserved name");
    *out = cJSON_CreateString(s);
    return true;
}

static bool take_integer(const struct spec_node *node, const char *s, const struct place *at,
                         cJSON **out, struct error *err)
{
    char *end;
    errno = 0;
    long long n = strtoll(s, &end, 10);
    const char *digits = s + (*s == '-');
    if (*end || errno || digits[strspn(digits, "0123456789")] || !*digits)
        return refuse_type(at, "an integer", err);
    if (n < node->min || n > node->max)
        return refuse_value(at, err, "must be between %" PRId64 " and %" PRId64, node->min,
                            node->max);
    *out = json_new_int(n);
    return true;
}

static bool take_boolean(const char *s, const struct place *at, cJSON **out, struct error *err)
{
    bool yes = !strcasecmp(s, "true");
    if (!yes && strcasecmp(s, "false") != 0)
        return refuse_type(at, "true or false", err);
    *out = cJSON_CreateBool(yes);
    return true;
}

static bool take(const struct spec_node *node, const struct tree *t, const struct place *at,
                 cJSON **out, struct error *err);

static bool take_array(const struct spec_node *node, const struct tree *t, const struct place *at,
                       cJSON **out, struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    cJSON *list = *out = cJSON_CreateArray();
    size_t n = 0;
    if (t->value && !node->alias)
        return refuse_type(at, "a list", err);
    if (t->value) { /* one element, under the name for one */
        cJSON *element = NULL;
        bool ok = take(node->element, t, at, &element, err);
        cJSON_AddItemToArray(list, element);
        return ok;
    }
    for (size_t i = 0; i < t->children.len && t->children.items[i].index >= 0; i++) {
        const struct place here = { at, t->children.items[i].name };
        cJSON *element = NULL;
        if (!is_given(node->element, &t->children.items[i]))
            continue;
        bool ok = take(node->element, &t->children.items[i], &here, &element, err);
        cJSON_AddItemToArray(list, element);
        if (!ok)
            return false;
        n++;
    }
    if (n < node->min_items || n > node->max_items)
        return front_refuse(err, 400, arena_fmt(&a, "IllegalParamSize.%s", place_name(at)),
                            "The param size of %s is illegal: %zu elements.", place_text(&a, at),
                            n);
    return true;
}

static bool take_object(const struct spec_node *node, const struct tree *t, const struct place *at,
                        cJSON **out, struct error *err)
{
    cJSON *object = *out = cJSON_CreateObject();
    if (t->value)
        return refuse_type(at, "an object", err);
    for (size_t i = 0; i < node->members.len; i++) {
        const struct spec_node *member = &node->members.items[i];
        const struct tree *child = member_tree(t, member);
        const struct place here = { at, member->name };
        cJSON *value = NULL;
        if (!is_given(member, child))
            continue;
        bool ok = take(member, child, &here, &value, err);
        if (value)
            cJSON_AddItemToObject(object, member->name, value);
        if (!ok)
            return false;
    }
    return true;
}

/* The typed value of a given parameter.  What was made before a violation is in '*out'
 * too, for the caller to free. */
static bool take(const struct spec_node *node, const struct tree *t, const struct place *at,
                 cJSON **out, struct error *err)
{
    switch (node->type) {
    case SPEC_STRING: return take_string(node, t->value, at, out, err);
    case SPEC_INTEGER: return take_integer(node, t->value, at, out, err);
    case SPEC_BOOLEAN: return take_boolean(t->value, at, out, err);
    case SPEC_ARRAY: return take_array(node, t, at, out, err);
    case SPEC_OBJECT: return take_object(node, t, at, out, err);
    }
    return error_set(err, ERROR_BUG, "a parameter has no type");
}

bool validate(const struct spec_action *action, const struct tree *tree, cJSON **out,
              struct error *err)
{
    cJSON *typed CLEANUP(json_done) = NULL;
    *out = NULL;
    if (!require(&action->node, tree, NULL, err)
        || !take_object(&action->node, tree, NULL, &typed, err))
        return false;
    *out = typed;
    typed = NULL;
    return true;
}
