/* written.c - what was written of resources, as digests by the digest of their address: open
 * addressing, 32 bytes a row, so that ten thousand Ingresses cost less than a megabyte. */
#include "alb-agent/digest.h"
#include "store_priv.h"

enum { FIRST = 64 };

static uint64_t digest_document(const struct resource *r, const void *obj, uint64_t h)
{
    return obj ? schema_digest(resource_schema(r->kind), obj, digest_number(h, 1))
               : digest_number(h, 0);
}

struct written_row written_digest(const struct resource *r)
{
    const uint64_t wanted = digest_document(r, r->applied, digest_document(r, r->desired, 0));
    uint64_t rest = digest_text(0, r->parent);
    rest = digest_text(digest_text(rest, r->desired_from), r->cloud_id);
    rest = digest_text(digest_number(rest, (uint64_t)r->position), r->status);
    rest = digest_number(digest_number(rest, r->held), r->ours);
    rest = digest_number(digest_number(rest, (uint64_t)r->observed_at), (uint64_t)r->unused_since);
    rest = digest_number(rest, (uint64_t)r->empty_since);
    return (struct written_row){ .wanted = wanted | 1,
                                 .actual = digest_document(r, r->actual, 0) | 1,
                                 .rest = rest };
}

static struct written_row *place(const struct written *w, uint64_t address)
{
    size_t at = (size_t)address & (w->cap - 1);
    while (w->rows[at].address && w->rows[at].address != address)
        at = (at + 1) & (w->cap - 1);
    return &w->rows[at];
}

/* Makes room for one more, and drops what was removed. */
static void grow(struct written *w)
{
    struct written old = *w;
    size_t live = 0;
    for (size_t i = 0; i < old.cap; i++)
        live += old.rows[i].wanted != 0;
    w->cap = FIRST;
    while (w->cap - w->cap / 4 <= live + live / 8)
        w->cap *= 2;
    w->used = live;
    w->arena = (struct arena){ 0 };
    w->rows = arena_array(&w->arena, w->cap, sizeof *w->rows);
    for (size_t i = 0; i < old.cap; i++)
        if (old.rows[i].wanted)
            *place(w, old.rows[i].address) = old.rows[i];
    arena_done(&old.arena);
}

struct written_row *written_find(struct written *w, const char *lb, const char *kind,
                                 const char *key)
{
    const uint64_t address = digest_text(digest_text(digest_text(0, lb), kind), key) | 1;
    if (w->used + w->used / 3 >= w->cap)
        grow(w);
    struct written_row *row = place(w, address);
    w->used += !row->address;
    row->address = address;
    return row;
}

void written_done(struct written *w)
{
    arena_done(&w->arena);
    *w = (struct written){ 0 };
}
