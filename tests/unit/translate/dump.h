/* dump.h - what comes of a translation as text, all of it and in its order, to be compared. */
#pragma once

#include <inttypes.h>

#include "world.h"

#include "alb-agent/json.h"

static inline void dump_notes(struct buf *b, const char *sort, const translate_problems *list)
{
    for (size_t i = 0; i < list->len; i++)
        buf_addf(b, "%s %s %s/%s (%s): %s\n", sort, list->items[i].kind, list->items[i].ns,
                 list->items[i].name, list->items[i].origin, list->items[i].message);
}

static inline void dump_row(struct buf *b, const struct resource *r)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    buf_addf(b, "%s %s %s %s %s %" PRId64 " ", r->lb, resource_kind_name(r->kind), r->key,
             r->parent, r->desired_from, r->position);
    buf_addf(b, "%s\n", schema_canonical(&a, resource_schema(r->kind), r->desired));
}

static inline const char *or_none(const char *text)
{
    return text ? text : "-";
}

/* All of an outcome, in its order. */
static inline char *dump(struct arena *a, const struct translate_out *out)
{
    struct buf b CLEANUP(buf_done) = { .max = 1 << 24 };
    for (size_t i = 0; i < out->desired.rows.len; i++)
        dump_row(&b, &out->desired.rows.items[i]);
    for (size_t i = 0; i < out->servers.rows.len; i++)
        dump_row(&b, &out->servers.rows.items[i]);
    for (size_t i = 0; i < out->lbs.len; i++)
        buf_addf(&b, "lb %s %s %s %s\n", out->lbs.items[i].name, out->lbs.items[i].origin,
                 or_none(out->lbs.items[i].reuse_id), or_none(out->lbs.items[i].vpc_id));
    for (size_t i = 0; i < out->needs.len; i++)
        buf_addf(&b, "need %d %s\n", (int)out->needs.items[i].kind, out->needs.items[i].key);
    dump_notes(&b, "problem", &out->problems);
    dump_notes(&b, "warning", &out->warnings);
    for (size_t i = 0; i < out->holds.len; i++)
        buf_addf(&b, "hold %s %s %s\n", or_none(out->holds.items[i].lb),
                 or_none(out->holds.items[i].listener), or_none(out->holds.items[i].owner));
    for (size_t i = 0; i < out->tombstones.len; i++)
        buf_addf(&b, "gone %s %s\n", out->tombstones.items[i].lb, out->tombstones.items[i].from);
    for (size_t i = 0; i < out->secrets.len; i++)
        buf_addf(&b, "secret %s %s/%s\n", out->secrets.items[i].certificate,
                 out->secrets.items[i].secret->ns, out->secrets.items[i].secret->name);
    assert_false(b.failed);
    return buf_keep(&b, a);
}
