/* line.c - where in a document something stands, for complaints about what it means. */
#include "alb-agent/yaml.h"

#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "alb-agent/json.h"

/* A mapping or sequence that is open. */
struct level {
    bool is_map;
    bool on_path;  /* it is the value at the first 'depth' steps of the path */
    bool key_next; /* of a mapping                                           */
    bool hit;      /* the value to come is at the next step of the path      */
    size_t items;  /* of a sequence, so far                                  */
};

struct search {
    const char *const *path;
    size_t n;
    struct level levels[JSON_DEPTH];
    size_t depth;
    size_t best; /* steps of the path that were found ... */
    int line;    /* ... the last of them here              */
};

static void note(struct search *s, size_t steps, const yaml_event_t *ev)
{
    if (steps > s->best) {
        s->best = steps;
        s->line = (int)ev->start_mark.line + 1;
    }
}

static bool is_item(const char *step, size_t item)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%zu", item);
    return !strcmp(step, text);
}

/* A key or a value begins: is it a value on the path? */
static bool begin_node(struct search *s, const yaml_event_t *ev)
{
    struct level *top = s->depth ? &s->levels[s->depth - 1] : NULL;
    if (!top)
        return true;
    bool more = top->on_path && s->depth <= s->n;
    if (!top->is_map) {
        bool on = more && is_item(s->path[s->depth - 1], top->items++);
        if (on)
            note(s, s->depth, ev);
        return on;
    }
    top->key_next = !top->key_next;
    if (top->key_next)
        return top->hit;
    top->hit = more && ev->type == YAML_SCALAR_EVENT
               && !strcmp((const char *)ev->data.scalar.value, s->path[s->depth - 1]);
    if (top->hit)
        note(s, s->depth, ev);
    return false;
}

static void take_event(struct search *s, const yaml_event_t *ev)
{
    bool on_path;
    switch (ev->type) {
    case YAML_MAPPING_START_EVENT:
    case YAML_SEQUENCE_START_EVENT:
        on_path = begin_node(s, ev);
        s->levels[s->depth++] = (struct level){
            .is_map = ev->type == YAML_MAPPING_START_EVENT,
            .on_path = on_path,
            .key_next = true,
        };
        break;
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT: s->depth--; break;
    case YAML_SCALAR_EVENT:
    case YAML_ALIAS_EVENT: (void)begin_node(s, ev); break;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_START_EVENT:
    case YAML_DOCUMENT_END_EVENT: break;
    }
}

int yaml_line(const char *text, size_t len, const char *const *path, size_t n)
{
    struct search s = { .path = path, .n = n, .line = 1 };
    yaml_parser_t parser;
    yaml_event_t ev;
    bool end = false;
    if (!yaml_parser_initialize(&parser))
        return 1;
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
    while (!end && s.depth < JSON_DEPTH && yaml_parser_parse(&parser, &ev)) {
        end = ev.type == YAML_STREAM_END_EVENT;
        take_event(&s, &ev);
        yaml_event_delete(&ev);
    }
    yaml_parser_delete(&parser);
    return s.line;
}
