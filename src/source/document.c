/* document.c - the text of a file to documents, and documents to objects.  Pure. */
#include <string.h>

#include "alb-agent/arena.h"
#include "alb-agent/json.h"
#include "alb-agent/yaml.h"
#include "source_priv.h"

/* --- trees --------------------------------------------------------------------------- */

/* Counts a document; false when there were too many. */
static bool admit(struct reader *r, const char *origin)
{
    if (r->documents < r->max_documents) {
        r->documents++;
        return true;
    }
    if (!r->full)
        reader_problem(r, origin, 0, "more than %zu documents; the rest is not read",
                       r->max_documents);
    r->full = true;
    return false;
}

/* What a list of this kind holds: "" for List, "Ingress" for IngressList, NULL when the
 * kind does not end so. */
static const char *item_kind(struct arena *a, const cJSON *tree)
{
    const char *kind = json_str(tree, "kind");
    size_t len = kind ? strlen(kind) : 0;
    if (len < 4 || strcmp(kind + len - 4, "List") != 0)
        return NULL;
    return arena_strndup(a, kind, len - 4);
}

/* Lists of one kind that an API server wrote do not say it in their items. */
static void fill_type(cJSON *item, const cJSON *list, const char *kind)
{
    const char *version = json_str(list, "apiVersion");
    if (!*kind || !version || !cJSON_IsObject(item) || json_get(item, "kind")
        || json_get(item, "apiVersion"))
        return;
    cJSON_DeleteItemFromObjectCaseSensitive(item, "kind");
    cJSON_DeleteItemFromObjectCaseSensitive(item, "apiVersion");
    cJSON_AddStringToObject(item, "kind", kind);
    cJSON_AddStringToObject(item, "apiVersion", version);
}

static void add_tree(struct reader *r, cJSON *tree, const char *origin);

static void add_items(struct reader *r, cJSON *list, const char *kind, const char *origin)
{
    cJSON *items = cJSON_GetObjectItemCaseSensitive(list, "items");
    for (size_t i = 1; items && items->child && !r->full; i++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        cJSON *item = cJSON_DetachItemViaPointer(items, items->child);
        fill_type(item, list, kind);
        add_tree(r, item, arena_fmt(&a, "%s item %zu", origin, i));
    }
}

/* Adds one document, or the items of a list; takes over 'tree'. */
static void add_tree(struct reader *r, cJSON *tree, const char *origin)
{
    cJSON *list CLEANUP(json_done) = tree;
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *kind = item_kind(&a, tree);
    const cJSON *items = cJSON_GetObjectItemCaseSensitive(tree, "items");
    bool ours = kind && (!*kind || object_kind_parse(kind) != OBJECT_UNSET);
    if (kind && (cJSON_IsArray(items) || (items && cJSON_IsNull(items)))) {
        add_items(r, tree, kind, origin);
    } else if (ours) {
        reader_problem(r, origin, 0, "items: %s", items ? "not a sequence" : "missing");
    } else if (admit(r, origin)) {
        list = NULL;
        object_set_add(r->out, tree, origin);
    }
}

static void add_at(struct reader *r, cJSON *tree, const char *name, int line)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    if (cJSON_IsNull(tree))
        cJSON_Delete(tree); /* an empty document */
    else
        add_tree(r, tree, arena_fmt(&a, "%s:%d", name, line));
}

/* --- texts --------------------------------------------------------------------------- */

static void add_json(struct reader *r, const char *name, struct json_piece rest)
{
    struct json_piece piece;
    while (!r->full && json_piece_next(&rest, &piece)) {
        cJSON *tree = NULL;
        struct error err = { 0 };
        int line = 0;
        if (json_piece_parse(&piece, &tree, &line, &err)) {
            add_at(r, tree, name, piece.line);
            continue;
        }
        reader_problem(r, name, line, "%s", err.msg);
        if (*piece.text != '{')
            return; /* this is no JSON; say so once, not for each word */
    }
}

/* A document from its first line with content on. */
static struct json_piece content_of(const struct yaml_doc *doc)
{
    struct json_piece p = { doc->text, doc->len, doc->line };
    while (p.line < doc->first_line) {
        const char *end = memchr(p.text, '\n', p.len);
        size_t len = end ? (size_t)(end - p.text) + 1 : p.len;
        p = (struct json_piece){ p.text + len, p.len - len, p.line + 1 };
    }
    return p;
}

/* Is it JSON?  A document that begins with a bracket may be YAML's flow style as well, so
 * its first value must parse.  JSON has escapes that libyaml refuses (feasibility.md §4). */
static bool is_json(struct json_piece rest)
{
    struct json_piece first;
    cJSON *tree CLEANUP(json_done) = NULL;
    struct error err = { 0 };
    return json_piece_next(&rest, &first) && (*first.text == '{' || *first.text == '[')
           && json_parse(first.text, first.len, &tree, &err);
}

static void add_yaml(struct reader *r, const char *name, const struct yaml_doc *doc)
{
    cJSON *tree = NULL;
    struct error err = { 0 };
    int line = 0;
    if (yaml_parse(doc->text, doc->len, &tree, &line, &err))
        add_at(r, tree, name, doc->first_line);
    else
        reader_problem(r, name, doc->line + line - 1, "%s", err.msg);
}

static bool ends_with(const char *s, const char *end)
{
    size_t len = strlen(s), n = strlen(end);
    return len >= n && !strcmp(s + len - n, end);
}

void reader_add_text(struct reader *r, const char *name, const char *text, size_t len)
{
    struct yaml_split split = { .text = text, .len = len };
    struct yaml_doc doc;
    if (ends_with(name, ".json")) {
        size_t bom = len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3) ? 3 : 0;
        add_json(r, name, (struct json_piece){ text + bom, len - bom, 1 });
        return;
    }
    while (!r->full && yaml_split_next(&split, &doc)) {
        const struct json_piece content = content_of(&doc);
        if (is_json(content))
            add_json(r, name, content);
        else
            add_yaml(r, name, &doc);
    }
}
