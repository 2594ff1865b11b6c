/* json_tree.c - trees of JSON in an arena: made without an allocation for each node and text, and
 * gone with the arena.  For documents that are looked at once, by the hundred. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "alb-agent/arena.h"
#include "alb-agent/json.h"

cJSON *json_node(struct arena *a, int type)
{
    cJSON *node = arena_alloc(a, sizeof *node);
    node->type = type;
    return node;
}

cJSON *json_node_number(struct arena *a, double n)
{
    cJSON *node = json_node(a, cJSON_Number);
    node->valuedouble = n;
    node->valueint = n >= INT_MAX ? INT_MAX : n <= INT_MIN ? INT_MIN : (int)n;
    return node;
}

cJSON *json_node_text(struct arena *a, int type, const char *text)
{
    cJSON *node = json_node(a, type);
    memcpy(&node->valuestring, &text, sizeof text); /* who looks at a tree changes nothing */
    return node;
}

/* The first of the children knows the last, as cJSON has it. */
void json_link(cJSON *parent, const char *name, cJSON *child)
{
    cJSON *first = parent->child;
    memcpy(&child->string, &name, sizeof name);
    if (!first) {
        parent->child = child->prev = child;
        return;
    }
    child->prev = first->prev;
    first->prev->next = child;
    first->prev = child;
}

/* ---- reading --------------------------------------------------------------------------------- */

/* cJSON asks hooks of the whole process for memory: while a tree is read they are those of an
 * arena; nothing here runs beside it. */
static struct arena *reading;
/* The hooks at all other times; NULL: malloc() and free(). */
static cJSON_Hooks *ordinary;

static void *take(size_t size)
{
    return arena_alloc(reading, size);
}

static void leave(void *p)
{
    (void)p; /* it goes with the arena */
}

static void *take_or_abort(size_t size)
{
    void *p = malloc(size);
    if (!p)
        memory_exhausted();
    return p;
}

void json_abort_without_memory(void)
{
    static cJSON_Hooks hooks = { take_or_abort, free };
    ordinary = &hooks;
    cJSON_InitHooks(ordinary);
}

bool json_read(struct arena *a, const char *text, size_t len, const cJSON **out, struct error *err)
{
    cJSON_Hooks hooks = { take, leave };
    cJSON *tree;
    reading = a;
    cJSON_InitHooks(&hooks);
    const bool ok = json_parse(text, len, &tree, err);
    cJSON_InitHooks(ordinary);
    reading = NULL;
    *out = tree;
    return ok;
}
