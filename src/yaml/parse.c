/* parse.c - one YAML document to a JSON tree, from libyaml's events.
 *
 * libyaml resolves nothing and limits nothing (feasibility.md §4), so types, aliases, merge
 * keys, duplicate keys and every ceiling are decided here.  Each node is put into a tree as
 * soon as it exists, so a failure frees two trees and is done. */
#include "alb-agent/yaml.h"

#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <yaml.h>

#include "alb-agent/arena.h"
#include "alb-agent/buf.h"
#include "alb-agent/json.h"
#include "alb-agent/map.h"
#include "yaml_priv.h"

enum { LINEAR = 16 }; /* members up to which a duplicate key is looked for one by one */

#define TAG_PREFIX "tag:yaml.org,2002:"

typedef LIST_OF(const cJSON *) node_list;

/* A mapping or sequence that is being filled. */
struct frame {
    cJSON *node;
    const char *key; /* of the value to come; NULL: a key is to come                  */
    bool merging;    /* the value to come is that of "<<"                             */
    bool merged;     /* "<<" was seen, at ...                                         */
    yaml_mark_t merge_mark;
    node_list merges; /* its mappings                                                  */
    size_t len;       /* members or items so far                                       */
    struct map keys;  /* of a mapping of LINEAR members or more                        */
};

struct tree {
    yaml_parser_t parser;
    struct arena arena; /* keys and lists                                              */
    cJSON *root;
    cJSON *loose; /* an array of what is not in the tree: keys with anchors, merge values */
    struct frame frames[JSON_DEPTH];
    size_t depth;
    struct map anchors;  /* name to node                                               */
    size_t nodes, bytes; /* added by aliases                                           */
    const char *text;
    size_t len;
    int *line;
    struct error *err;
};

static void tree_done(struct tree *t)
{
    yaml_parser_delete(&t->parser);
    for (size_t i = 0; i < t->depth; i++)
        map_done(&t->frames[i].keys);
    map_done(&t->anchors);
    cJSON_Delete(t->root);
    cJSON_Delete(t->loose);
    arena_done(&t->arena);
}

static struct frame *top(struct tree *t)
{
    return t->depth ? &t->frames[t->depth - 1] : NULL;
}

/* Is a key to come, rather than a value? */
static bool wants_key(struct tree *t)
{
    const struct frame *f = top(t);
    return f && cJSON_IsObject(f->node) && !f->key && !f->merging;
}

/* "spec.rules[0].host: ", or nothing at the root. */
static void add_path(const struct tree *t, struct buf *b)
{
    for (size_t i = 0; i < t->depth; i++) {
        const struct frame *f = &t->frames[i];
        if (cJSON_IsArray(f->node))
            buf_addf(b, "[%zu]", f->len);
        else if (f->key || f->merging)
            buf_addf(b, "%s%s", b->len ? "." : "", f->key ? f->key : "<<");
    }
    if (b->len)
        buf_adds(b, ": ");
}

PRINTF(3, 4)
static bool fail(const struct tree *t, const yaml_mark_t *mark, const char *fmt, ...)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    struct arena a CLEANUP(arena_done) = { 0 };
    va_list ap;
    va_start(ap, fmt);
    const char *msg = arena_vfmt(&a, fmt, ap);
    va_end(ap);
    add_path(t, &b);
    buf_adds(&b, msg);
    *t->line = (int)mark->line + 1;
    return error_set(t->err, ERROR_INVALID, "%s", buf_str(&b));
}

/* libyaml knows the offset of bytes it cannot read, and the line of what it cannot parse. */
static bool syntax_error(const struct tree *t)
{
    const yaml_parser_t *p = &t->parser;
    const char *problem = p->problem ? p->problem : "cannot be read";
    const char *context = p->context ? p->context : "";
    yaml_mark_t mark = p->problem_mark;
    if (p->error != YAML_READER_ERROR)
        return fail(t, &mark, "YAML: %s%s%s (column %zu)", context, *context ? ": " : "", problem,
                    mark.column + 1);
    mark = (yaml_mark_t){ 0 };
    for (size_t i = 0; i < p->problem_offset && i < t->len; i++)
        mark.line += t->text[i] == '\n';
    return fail(t, &mark, "YAML: %s", problem);
}

/* --- members ------------------------------------------------------------------------- */

static bool has_key(struct frame *f, const char *key)
{
    if (f->len < LINEAR)
        return cJSON_GetObjectItemCaseSensitive(f->node, key) != NULL;
    return map_get(&f->keys, key) != NULL;
}

static void add_member(struct frame *f, const char *key, cJSON *node)
{
    const cJSON *e;
    cJSON_AddItemToObject(f->node, key, node);
    f->len++;
    if (f->len == LINEAR)
        cJSON_ArrayForEach (e, f->node)
            map_put(&f->keys, e->string, e);
    else if (f->len > LINEAR)
        map_put(&f->keys, key, node);
}

/* Remembers a value of "<<": a mapping, or a sequence of them, whose end is yet to come. */
static void keep_loose(struct tree *t, cJSON *node)
{
    if (!t->loose)
        t->loose = yaml_node(cJSON_CreateArray());
    cJSON_AddItemToArray(t->loose, node);
}

/* Puts a value where it belongs; its owner is the tree from now on. */
static void place(struct tree *t, cJSON *node)
{
    struct frame *f = top(t);
    if (!f) {
        t->root = node;
    } else if (cJSON_IsArray(f->node)) {
        cJSON_AddItemToArray(f->node, node);
    } else if (f->merging) {
        keep_loose(t, node);
        *LIST_PUSH(&t->arena, &f->merges) = node;
    } else {
        add_member(f, f->key, node);
    }
}

/* A value is complete: the next one is another. */
static void next_value(struct tree *t)
{
    struct frame *f = top(t);
    if (!f)
        return;
    f->key = NULL;
    f->merging = false;
    if (cJSON_IsArray(f->node))
        f->len++;
}

static void set_anchor(struct tree *t, const yaml_char_t *anchor, const cJSON *node)
{
    if (anchor)
        map_put(&t->anchors, (const char *)anchor, node);
}

/* --- scalars ------------------------------------------------------------------------- */

/* The kind that a tag asks for; false for tags that are not read. */
static bool tag_kind(const char *tag, enum yaml_scalar *kind)
{
    static const struct {
        const char *tag;
        enum yaml_scalar kind;
    } rows[] = {
        { TAG_PREFIX "str", YAML_TEXT },    { TAG_PREFIX "int", YAML_INT },
        { TAG_PREFIX "bool", YAML_BOOL },   { TAG_PREFIX "null", YAML_NULL },
        { TAG_PREFIX "float", YAML_FLOAT },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (!strcmp(tag, rows[i].tag)) {
            *kind = rows[i].kind;
            return true;
        }
    }
    return false;
}

static bool scalar_kind(const struct tree *t, const yaml_event_t *ev, enum yaml_scalar *kind)
{
    const char *text = (const char *)ev->data.scalar.value;
    const char *tag = (const char *)ev->data.scalar.tag;
    enum yaml_scalar found = yaml_scalar_kind(text);
    if (!tag) {
        *kind = ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE ? found : YAML_TEXT;
        return true;
    }
    if (!tag_kind(tag, kind))
        return fail(t, &ev->start_mark, "the tag %s is not read here", tag);
    bool fits = *kind == YAML_TEXT || *kind == found || (*kind == YAML_FLOAT && found == YAML_INT);
    if (!fits)
        return fail(t, &ev->start_mark, "'%s' is not of its type, %s", text, tag);
    return true;
}

static bool scalar_node(const struct tree *t, const yaml_event_t *ev, cJSON **out)
{
    const char *text = (const char *)ev->data.scalar.value;
    enum yaml_scalar kind = YAML_TEXT;
    struct error cause;
    if (strlen(text) != ev->data.scalar.length)
        return fail(t, &ev->start_mark, "a NUL character in the text");
    if (!scalar_kind(t, ev, &kind))
        return false;
    if (!yaml_scalar_value(text, kind, out, &cause))
        return fail(t, &ev->start_mark, "%s", cause.msg);
    return true;
}

/* --- keys ---------------------------------------------------------------------------- */

/* The shortest decimal text that reads back as 'v'. */
static const char *number_text(struct arena *a, double v)
{
    const char *text = "";
    for (int digits = 1; digits <= 17; digits++) {
        text = arena_fmt(a, "%.*g", digits, v);
        cJSON *back = NULL;
        struct error ignored;
        bool ok = yaml_scalar_value(text, YAML_FLOAT, &back, &ignored);
        bool same = ok && !(back->valuedouble < v) && !(back->valuedouble > v);
        json_done(&back);
        if (same)
            break;
    }
    return text;
}

/* What Kubernetes makes of a key (sigs.k8s.io/yaml); NULL when it refuses it. */
static const char *key_text(struct arena *a, const cJSON *key)
{
    if (cJSON_IsString(key))
        return arena_strdup(a, key->valuestring);
    if (cJSON_IsBool(key))
        return cJSON_IsTrue(key) ? "true" : "false";
    if (json_is_int(key))
        return arena_fmt(a, "%lld", (long long)key->valuedouble);
    return cJSON_IsNumber(key) ? number_text(a, key->valuedouble) : NULL;
}

/* Takes 'key' as the key of the next value of the mapping that is open; 'key' stays the
 * caller's. */
static bool use_key(struct tree *t, const cJSON *key, const yaml_mark_t *mark)
{
    struct frame *f = &t->frames[t->depth - 1];
    const char *text = key_text(&t->arena, key);
    if (!text)
        return fail(t, mark, "a key that is %s; keys are text",
                    cJSON_IsNull(key) ? "null" : "a mapping or a sequence");
    bool twice = has_key(f, text);
    f->key = text;
    return !twice || fail(t, mark, "found twice in one mapping");
}

/* "<<", unless it is quoted. */
static bool is_merge(const yaml_event_t *ev)
{
    const char *tag = (const char *)ev->data.scalar.tag;
    bool plain = !tag && ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    return (plain || (tag && !strcmp(tag, TAG_PREFIX "merge")))
           && !strcmp((const char *)ev->data.scalar.value, "<<");
}

static bool on_key(struct tree *t, const yaml_event_t *ev)
{
    struct frame *f = top(t);
    if (is_merge(ev)) {
        bool twice = f->merged;
        f->merging = f->merged = true;
        f->merge_mark = ev->start_mark;
        return !twice || fail(t, &ev->start_mark, "found twice in one mapping");
    }
    cJSON *key = NULL;
    if (!scalar_node(t, ev, &key))
        return false;
    keep_loose(t, key);
    set_anchor(t, ev->data.scalar.anchor, key);
    bool ok = use_key(t, key, &ev->start_mark);
    if (!ev->data.scalar.anchor)
        cJSON_Delete(cJSON_DetachItemViaPointer(t->loose, key));
    return ok;
}

static bool on_scalar(struct tree *t, const yaml_event_t *ev)
{
    cJSON *node = NULL;
    if (wants_key(t))
        return on_key(t, ev);
    if (!scalar_node(t, ev, &node))
        return false;
    set_anchor(t, ev->data.scalar.anchor, node);
    place(t, node);
    next_value(t);
    return true;
}

/* --- collections --------------------------------------------------------------------- */

static bool open_collection(struct tree *t, cJSON *node, const yaml_char_t *anchor,
                            const yaml_mark_t *mark)
{
    bool key = wants_key(t), deep = t->depth == JSON_DEPTH;
    if (key || deep) {
        cJSON_Delete(node);
        return key ? fail(t, mark, "a key that is a mapping or a sequence; keys are text")
                   : fail(t, mark, "nested deeper than %d levels", JSON_DEPTH);
    }
    place(t, node);
    set_anchor(t, anchor, node);
    t->frames[t->depth++] = (struct frame){ .node = node };
    return true;
}

static bool on_mapping(struct tree *t, const yaml_event_t *ev)
{
    const char *tag = (const char *)ev->data.mapping_start.tag;
    if (tag && strcmp(tag, "!") != 0 && strcmp(tag, TAG_PREFIX "map") != 0)
        return fail(t, &ev->start_mark, "the tag %s is not read here", tag);
    return open_collection(t, yaml_node(cJSON_CreateObject()), ev->data.mapping_start.anchor,
                           &ev->start_mark);
}

static bool on_sequence(struct tree *t, const yaml_event_t *ev)
{
    const char *tag = (const char *)ev->data.sequence_start.tag;
    if (tag && strcmp(tag, "!") != 0 && strcmp(tag, TAG_PREFIX "seq") != 0)
        return fail(t, &ev->start_mark, "the tag %s is not read here", tag);
    return open_collection(t, yaml_node(cJSON_CreateArray()), ev->data.sequence_start.anchor,
                           &ev->start_mark);
}

/* --- aliases and merges -------------------------------------------------------------- */

/* Counts one more node that an alias adds, at 'depth'. */
static bool may_add(struct tree *t, const cJSON *node, size_t depth, const yaml_mark_t *mark)
{
    t->nodes++;
    t->bytes += node->valuestring ? strlen(node->valuestring) : 0;
    t->bytes += node->string ? strlen(node->string) : 0;
    if (depth > JSON_DEPTH && (cJSON_IsArray(node) || cJSON_IsObject(node)))
        return fail(t, mark, "nested deeper than %d levels", JSON_DEPTH);
    if (t->nodes > YAML_MAX_EXPANDED_NODES)
        return fail(t, mark, "the aliases expand to more than %d nodes", YAML_MAX_EXPANDED_NODES);
    if (t->bytes > YAML_MAX_EXPANDED_BYTES)
        return fail(t, mark, "the aliases expand to more than %d bytes", YAML_MAX_EXPANDED_BYTES);
    return true;
}

/* Copies what an alias names; '*out' is the caller's, also what there is of it on failure. */
static bool copy(struct tree *t, const cJSON *from, size_t depth, const yaml_mark_t *mark,
                 cJSON **out)
{
    if (!may_add(t, from, depth, mark))
        return false;
    *out = yaml_node(cJSON_Duplicate(from, false));
    const cJSON *e;
    cJSON_ArrayForEach (e, from) {
        cJSON *child = NULL;
        bool ok = copy(t, e, depth + 1, mark, &child);
        if (child)
            cJSON_AddItemToArray(*out, child); /* keeps the child's own name */
        if (!ok)
            return false;
    }
    return true;
}

static bool is_open(const struct tree *t, const cJSON *node)
{
    for (size_t i = 0; i < t->depth; i++)
        if (t->frames[i].node == node)
            return true;
    return false;
}

static bool on_alias(struct tree *t, const yaml_event_t *ev)
{
    const char *name = (const char *)ev->data.alias.anchor;
    const cJSON *target = map_get(&t->anchors, name);
    struct frame *f = top(t);
    if (!target)
        return fail(t, &ev->start_mark, "the alias *%s has no anchor &%s before it", name, name);
    if (is_open(t, target))
        return fail(t, &ev->start_mark, "the alias *%s stands inside its own anchor", name);
    if (wants_key(t))
        return use_key(t, target, &ev->start_mark);
    if (f && f->merging) {
        *LIST_PUSH(&t->arena, &f->merges) = target;
    } else {
        cJSON *node = NULL;
        bool ok = copy(t, target, t->depth + 1, &ev->start_mark, &node);
        if (node)
            place(t, node);
        if (!ok)
            return false;
    }
    next_value(t);
    return true;
}

/* Adds the members of 'from' that the mapping does not have. */
static bool merge(struct tree *t, struct frame *f, const cJSON *from)
{
    const yaml_mark_t *mark = &f->merge_mark;
    if (!cJSON_IsObject(from))
        return fail(t, mark, "the value of << is not a mapping");
    const cJSON *e;
    cJSON_ArrayForEach (e, from) {
        cJSON *node = NULL;
        if (has_key(f, e->string))
            continue;
        bool ok = copy(t, e, t->depth + 1, mark, &node);
        if (node)
            add_member(f, e->string, node);
        if (!ok)
            return false;
    }
    return true;
}

/* The mapping's own members win over merged ones, earlier merges over later ones. */
static bool merge_all(struct tree *t, struct frame *f)
{
    for (size_t i = 0; i < f->merges.len; i++) {
        const cJSON *from = f->merges.items[i], *e;
        if (!cJSON_IsArray(from)) {
            if (!merge(t, f, from))
                return false;
            continue;
        }
        cJSON_ArrayForEach (e, from)
            if (!merge(t, f, e))
                return false;
    }
    return true;
}

static bool on_end(struct tree *t)
{
    struct frame *f = &t->frames[t->depth - 1]; /* libyaml's events are balanced */
    if (!merge_all(t, f))
        return false;
    map_done(&f->keys);
    t->depth--;
    next_value(t);
    return true;
}

/* --- the document -------------------------------------------------------------------- */

static bool on_event(struct tree *t, const yaml_event_t *ev)
{
    switch (ev->type) {
    case YAML_DOCUMENT_START_EVENT:
        return !t->root || fail(t, &ev->start_mark, "a second document begins here");
    case YAML_ALIAS_EVENT: return on_alias(t, ev);
    case YAML_SCALAR_EVENT: return on_scalar(t, ev);
    case YAML_MAPPING_START_EVENT: return on_mapping(t, ev);
    case YAML_SEQUENCE_START_EVENT: return on_sequence(t, ev);
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT: return on_end(t);
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT: return true;
    }
    return true;
}

static bool read_events(struct tree *t)
{
    for (bool end = false; !end;) {
        yaml_event_t ev CLEANUP(yaml_event_delete) = { 0 };
        if (!yaml_parser_parse(&t->parser, &ev))
            return syntax_error(t);
        end = ev.type == YAML_STREAM_END_EVENT;
        if (!on_event(t, &ev))
            return false;
    }
    return true;
}

bool yaml_parse(const char *text, size_t len, cJSON **out, int *error_line, struct error *err)
{
    *out = NULL;
    *error_line = 1;
    if (len > YAML_MAX_TEXT)
        return error_set(err, ERROR_INVALID, "the document is larger than %d MiB; split it",
                         YAML_MAX_TEXT >> 20);
    struct tree t CLEANUP(tree_done) = { .text = text, .len = len, .line = error_line, .err = err };
    if (!yaml_parser_initialize(&t.parser))
        return error_set(err, ERROR_BUG, "libyaml cannot begin");
    yaml_parser_set_encoding(&t.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&t.parser, (const unsigned char *)(len ? text : ""), len);
    if (!read_events(&t))
        return false;
    *out = t.root ? t.root : yaml_node(cJSON_CreateNull());
    t.root = NULL;
    return true;
}

const char *yaml_reader(struct arena *a)
{
    return arena_fmt(a, "libyaml %s, cJSON %s", yaml_get_version_string(), cJSON_Version());
}
