/* access.c - whether the access lists of a listener let a client in, as far as the manifests tell:
 * the entries of lists that are given by id are somebody else's. */
#include <string.h>

#include "report_priv.h"

/* Looking for a client in the lists of one listener. */
struct search {
    const struct model *m;
    const struct resource *listener;
    const char *source;
    uint32_t address;
    const char *entry;   /* that holds the address; NULL: none is known */
    const char *unknown; /* the first list whose entries are not known  */
};

static bool holds(const char *entry, uint32_t address)
{
    uint32_t network, bits;
    if (!entry || !acl_block(entry, &network, &bits))
        return false;
    return !bits || (address ^ network) >> (32 - bits) == 0;
}

static void look_in(struct search *s, const char *id)
{
    const char *key = acl_ref(id);
    const struct resource *r = key ? model_find(s->m, s->listener->lb, RESOURCE_ACL, key) : NULL;
    const struct alb_acl *acl = r ? r->desired : NULL;
    if (!acl && !s->unknown)
        s->unknown = id;
    for (size_t i = 0; acl && !s->entry && i < acl->entries.len; i++)
        if (holds(acl->entries.items[i].entry, s->address))
            s->entry = acl->entries.items[i].entry;
}

/* "yes" as soon as an entry is found, which a list of unknown entries does not change. */
static struct access judge(struct arena *a, const struct search *s, const char *type)
{
    const enum route_answer found = !strcmp(type, "White") ? ROUTE_YES : ROUTE_NO;
    if (s->entry)
        return (struct access){ found, type, arena_fmt(a, "its %s list holds %s", type, s->entry) };
    if (s->unknown)
        return (struct access){ ROUTE_MAYBE, type,
                                arena_fmt(a, "what its %s list %s holds is not known here", type,
                                          s->unknown) };
    return (struct access){ found == ROUTE_YES ? ROUTE_NO : ROUTE_YES, type,
                            arena_fmt(a, "its %s list holds no block with %s", type, s->source) };
}

struct access access_of(struct arena *a, const struct model *m, const struct resource *listener,
                        const char *source)
{
    const struct alb_listener *l = listener->desired;
    struct search s = { .m = m, .listener = listener, .source = source };
    uint32_t bits = 0;
    if (!l->acls.type)
        return (struct access){ ROUTE_YES, NULL, NULL };
    if (!source || !acl_block(source, &s.address, &bits) || bits != 32)
        return (struct access){ ROUTE_MAYBE, l->acls.type,
                                arena_fmt(a, "it has a %s list, and the request has no IPv4 source",
                                          l->acls.type) };
    for (size_t i = 0; i < l->acls.acls.len; i++)
        if (l->acls.acls.items[i].acl_id)
            look_in(&s, l->acls.acls.items[i].acl_id);
    return judge(a, &s, l->acls.type);
}
