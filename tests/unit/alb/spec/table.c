/* table.c - walks a table and a description side by side. */
#include "table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "alb-agent/json.h"

enum { EXCEPTIONS_MAX = 200, PATH_MAX_LEN = 256 };

static struct {
    const struct table_exception *exceptions;
    size_t n;
    uint64_t used[EXCEPTIONS_MAX]; /* a bit for each path of the list */
    size_t wrong, nodes;
} all;

void table_begin(const struct table_exception *exceptions, size_t n)
{
    memset(&all, 0, sizeof all);
    all.exceptions = exceptions;
    all.n = n;
    assert_true(n <= EXCEPTIONS_MAX);
}

static uint64_t all_bits(const char *list)
{
    size_t n = 1;
    for (; *list; list++)
        n += *list == '|';
    assert_true(n < 64);
    return (1ULL << n) - 1;
}

void table_end(void)
{
    for (size_t i = 0; i < all.n; i++)
        if (all.used[i] != all_bits(all.exceptions[i].paths)) {
            print_error("not needed: %s: %s: %s: %#llx\n", all.exceptions[i].calls,
                        all.exceptions[i].paths, all.exceptions[i].what,
                        (unsigned long long)all.used[i]);
            all.wrong++;
        }
    assert_int_equal(all.wrong, 0);
}

size_t table_nodes(void)
{
    return all.nodes;
}

/* ---- complaints ----------------------------------------------------------------------- */

/* The bit of the word of the list that 'word' is, or 0. */
static uint64_t among(const char *list, const char *word)
{
    uint64_t bit = 1;
    for (size_t len; *list; list += len + (list[len] == '|'), bit <<= 1) {
        len = strcspn(list, "|");
        if (strlen(word) == len && !strncmp(list, word, len))
            return bit;
    }
    return 0;
}

static void complain(const char *call, const char *path, const char *what)
{
    for (size_t i = 0; i < all.n; i++) {
        const struct table_exception *e = &all.exceptions[i];
        uint64_t bit = among(e->calls, call) ? among(e->paths, path) : 0;
        if (bit && !strcmp(e->what, what)) {
            all.used[i] |= bit;
            return;
        }
    }
    print_error("    { \"%s\", \"%s\", \"%s\", \"\" },\n", call, path, what);
    all.wrong++;
}

/* ---- one row -------------------------------------------------------------------------- */

static const char *type_of(const struct field *f)
{
    switch (f->kind) {
    case FIELD_BOOL: return "boolean";
    case FIELD_INT: return "integer";
    case FIELD_NUM: return "number";
    case FIELD_ENUM:
    case FIELD_STR: return "string";
    case FIELD_OBJ: return "object";
    case FIELD_STRS:
    case FIELD_LIST: break;
    }
    return "array";
}

static bool same_range(const struct field *f, const cJSON *node)
{
    const cJSON *min = json_get(node, "minimum"), *max = json_get(node, "maximum");
    if (f->kind != FIELD_INT)
        return !min && !max;
    return !(min && json_int(node, "minimum", 0) != f->min)
           && !(max && json_int(node, "maximum", 0) != f->max);
}

static bool same_default(const struct field *f, const cJSON *d)
{
    switch (f->kind) {
    case FIELD_BOOL: return f->dflt.set && f->dflt.val == cJSON_IsTrue(d);
    case FIELD_INT: return f->dflt.set && (double)f->dflt.val == d->valuedouble;
    case FIELD_ENUM:
        return f->dflt.set && (size_t)f->dflt.val < f->n_names && cJSON_IsString(d)
               && !strcmp(f->names[f->dflt.val], d->valuestring);
    case FIELD_STR: return f->dflt_str && cJSON_IsString(d) && !strcmp(f->dflt_str, d->valuestring);
    case FIELD_NUM:
    case FIELD_STRS:
    case FIELD_OBJ:
    case FIELD_LIST: break;
    }
    return false;
}

static bool has_name(const struct field *f, const char *name)
{
    for (size_t i = 1; i < f->n_names; i++)
        if (!strcmp(f->names[i], name))
            return true;
    return false;
}

/* An enum of ours may know more than one call takes; a list of strings is the same. */
static bool same_values(const struct field *f, const cJSON *values)
{
    const cJSON *v;
    char text[1024] = "";
    size_t len = 0;
    cJSON_ArrayForEach (v, values) {
        if (!cJSON_IsString(v) || (f->kind == FIELD_ENUM && !has_name(f, v->valuestring)))
            return false;
        len +=
            (size_t)snprintf(text + len, sizeof text - len, "%s%s", len ? "|" : "", v->valuestring);
        assert_true(len < sizeof text);
    }
    return f->kind == FIELD_ENUM || !strcmp(text, f->values ? f->values : "");
}

static void check_scalar(const char *call, const char *path, const struct field *f,
                         const cJSON *node)
{
    const cJSON *leaf = f->kind == FIELD_STRS ? json_get(node, "items") : node;
    const cJSON *values = json_get(leaf, "enum"), *dflt = json_get(node, "default");
    if (!same_range(f, node))
        complain(call, path, "range");
    if (dflt && !same_default(f, dflt))
        complain(call, path, "default");
    if (values && !cJSON_IsBool(values->child) && !same_values(f, values))
        complain(call, path, "values");
    if (!values && f->values)
        complain(call, path, "values of ours");
}

static void check_rows(const char *call, const char *above, const struct schema *s,
                       const cJSON *nodes, enum table_side side);

static void check_row(const char *call, const char *path, const struct field *f, const cJSON *node,
                      enum table_side side)
{
    if (!node) {
        if (side != TABLE_MARKS)
            complain(call, path, "absent");
        return;
    }
    all.nodes++;
    const char *type = json_str(node, "type");
    const cJSON *items = json_get(node, "items");
    const char *element = f->kind == FIELD_STRS ? "string" : "object";
    if (!type || strcmp(type, type_of(f)) != 0) {
        complain(call, path, "type");
        return;
    }
    if ((f->kind == FIELD_STRS || f->kind == FIELD_LIST)
        && strcmp(json_str(items, "type") ? json_str(items, "type") : "", element) != 0) {
        complain(call, path, "type of elements");
        return;
    }
    if (side != TABLE_MARKS)
        check_scalar(call, path, f, node);
    else if (!(f->flags & F_REQUIRED) != !cJSON_IsTrue(json_get(node, "required")))
        complain(call, path, "required");
    if (f->of)
        check_rows(call, path, f->of, json_get(f->kind == FIELD_LIST ? items : node, "properties"),
                   side);
}

/* ---- rows and nodes ------------------------------------------------------------------- */

/* The node of a row; "A.B" is B of A. */
static const cJSON *node_of(const char *name, const cJSON *nodes)
{
    const char *dot = strchr(name, '.');
    if (!dot)
        return json_get(nodes, name);
    char outer[PATH_MAX_LEN];
    (void)snprintf(outer, sizeof outer, "%.*s", (int)(dot - name), name);
    return node_of(dot + 1, json_get(json_get(nodes, outer), "properties"));
}

static bool is_sent(const struct field *f, unsigned via)
{
    if (f->flags & F_OBSERVED)
        return false;
    return via ? (f->via & via) != 0 : !(f->flags & F_LATER);
}

static void check_own_rows(const char *call, const char *above, const struct schema *s,
                           const cJSON *nodes, enum table_side side, unsigned via)
{
    for (size_t i = 0; i < s->n_fields; i++) {
        const struct field *f = &s->fields[i];
        if (side != TABLE_REPLY && !is_sent(f, via))
            continue;
        if (f->flags & F_INLINE) {
            check_own_rows(call, above, f->of, nodes, side, f->via);
            continue;
        }
        const char *name = side != TABLE_REPLY && f->param ? f->param : f->name;
        char path[PATH_MAX_LEN];
        (void)snprintf(path, sizeof path, "%s%s%s", above, *above ? "." : "", name);
        check_row(call, path, f, node_of(name, nodes), side);
    }
}

enum found { FOUND_NONE, FOUND_ROW, FOUND_BELOW };

/* Is 'name' a row, or the object that rows "name.X" lead through? */
static enum found find_row(const struct schema *s, const char *name)
{
    size_t len = strlen(name);
    enum found found = FOUND_NONE;
    for (size_t i = 0; i < s->n_fields && found != FOUND_ROW; i++) {
        const struct field *f = &s->fields[i];
        if (f->flags & F_INLINE)
            found = find_row(f->of, name) > found ? find_row(f->of, name) : found;
        else if (!strcmp(f->name, name))
            found = FOUND_ROW;
        else if (!strncmp(f->name, name, len) && f->name[len] == '.')
            found = FOUND_BELOW;
    }
    return found;
}

/* Every required parameter must have a row. */
static void check_required(const char *call, const struct schema *s, const cJSON *nodes)
{
    const cJSON *node;
    cJSON_ArrayForEach (node, nodes)
        if (cJSON_IsTrue(json_get(node, "required")) && find_row(s, node->string) == FOUND_NONE)
            complain(call, node->string, "no row");
}

/* Every node must have a row. */
static void check_nodes(const char *call, const char *above, const char *through,
                        const struct schema *s, const cJSON *nodes)
{
    const cJSON *node;
    cJSON_ArrayForEach (node, nodes) {
        char name[PATH_MAX_LEN], path[2 * PATH_MAX_LEN];
        (void)snprintf(name, sizeof name, "%s%s", through, node->string);
        (void)snprintf(path, sizeof path, "%s%s%s", above, *above ? "." : "", name);
        enum found found = find_row(s, name);
        if (found == FOUND_NONE)
            complain(call, path, "no row");
        if (found != FOUND_BELOW)
            continue;
        all.nodes++;
        (void)snprintf(name + strlen(name), sizeof name - strlen(name), ".");
        check_nodes(call, above, name, s, json_get(node, "properties"));
    }
}

static void check_rows(const char *call, const char *above, const struct schema *s,
                       const cJSON *nodes, enum table_side side)
{
    check_own_rows(call, above, s, nodes, side, 0);
    if (side == TABLE_REPLY)
        check_nodes(call, above, "", s, nodes);
}

void table_check(const char *call, const struct schema *s, const cJSON *nodes, enum table_side side)
{
    check_rows(call, "", s, nodes, side);
    if (side == TABLE_REQUEST)
        check_required(call, s, nodes);
}
