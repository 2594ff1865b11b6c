/* acl.c - the reads of access lists (alb-semantics.md §4, §8).
 *
 * Which lists a listener uses stands in its attributes alone, one call each, so that they are
 * read only where an access list is wanted, known or tagged ours.  Then those lists that the
 * list by tag does not have, then their entries; of our lists that nobody wants also who else
 * uses them. */
#include <limits.h>
#include <string.h>

#include "alb-agent/alb_request.h"
#include "observe_priv.h"

enum { IDS_PER_CALL = 20, RELATIONS_PER_CALL = 5 };

static const struct alb_page_query LONG_PAGES = { .max_results = { 100, true } };

void acls_begin(struct observe *o)
{
    struct alb_tag both[] = { { TAG_CLUSTER, tag_escape(&o->arena, o->in.cluster_id) },
                              { TAG_ALBCONFIG, NULL } };
    if (o->in.only)
        both[1].value = tag_escape(&o->arena, o->in.only);
    const struct alb_acl_query q = { .tags = { both, o->in.only ? 2 : 1 }, .page = LONG_PAGES };
    const alb_params p = alb_list_acls_params(&o->arena, &q);
    read_start(o, READ_TAGGED_ACLS, &p, NULL);
}

void acls_skip(struct observe *o)
{
    o->acl_step = UINT_MAX;
}

/* ---- which are ours ------------------------------------------------------------------------ */

bool acl_place(struct arena *a, const struct observe_in *in, const struct alb_acl *acl,
               const char **lb, const char **key)
{
    for (size_t i = 0; in->known && i < in->known->rows.len; i++) {
        const struct resource *k = &in->known->rows.items[i];
        if (k->kind != RESOURCE_ACL || !k->ours || !k->cloud_id
            || strcmp(k->cloud_id, acl->id) != 0)
            continue;
        *lb = k->lb;
        *key = k->key;
        return true;
    }
    *lb = tag_unescape(alb_tag_get(&acl->tags, TAG_ALBCONFIG));
    *key = acl_tag_key(tag_unescape(alb_tag_get(&acl->tags, TAG_RESOURCE)));
    if (!*lb || !*key || !is_of_cluster(in, &acl->tags))
        return false;
    *lb = arena_strdup(a, *lb);
    *key = arena_strdup(a, *key);
    return true;
}

bool acl_is_wanted(const struct observe_in *in, const char *lb, const char *key)
{
    const struct resource *r = in->wanted ? model_find(in->wanted, lb, RESOURCE_ACL, key) : NULL;
    return r && r->desired;
}

static bool has_acls(const struct alb_listener *l)
{
    return l && l->acls.type;
}

/* Is there an access list, or a listener that uses one? */
static bool names_acls(const struct model *m, const char *lb)
{
    size_t first, end;
    if (!m)
        return false;
    model_range(m, lb, &first, &end);
    for (size_t i = first; i < end; i++) {
        const struct resource *r = &m->rows.items[i];
        if ((r->kind == RESOURCE_ACL && (r->ours || r->desired))
            || (r->kind == RESOURCE_LISTENER && (has_acls(r->desired) || has_acls(r->applied))))
            return true;
    }
    return false;
}

static bool is_tagged(const struct observe *o, const char *lb)
{
    for (size_t i = 0; i < o->seen.acls.len; i++) {
        const char *of = tag_unescape(alb_tag_get(&o->seen.acls.items[i].tags, TAG_ALBCONFIG));
        if (of && !strcmp(of, lb))
            return true;
    }
    return false;
}

/* ---- reads ---------------------------------------------------------------------------------- */

static const char *name_by_id(const struct observe *o, const char *id)
{
    for (size_t i = 0; id && i < o->seen.lbs.len; i++)
        if (!strcmp(o->seen.lbs.items[i].id, id))
            return lb_name_of(&o->in, &o->seen.lbs.items[i]);
    return NULL;
}

static void read_attributes(struct observe *o)
{
    for (size_t i = 0; i < o->seen.listeners.len; i++) {
        const struct alb_listener *l = &o->seen.listeners.items[i];
        const char *lb = name_by_id(o, l->lb_id);
        if (!l->id || !lb
            || !(names_acls(o->in.wanted, lb) || names_acls(o->in.known, lb) || is_tagged(o, lb)))
            continue;
        const alb_params p =
            alb_get_listener_attribute_params(&o->arena, &(struct alb_read_by_id){ l->id });
        read_start(o, READ_LISTENER, &p, l->id);
    }
}

static struct alb_acl *seen_acl(struct observe *o, const char *id)
{
    for (size_t i = 0; id && i < o->seen.acls.len; i++)
        if (!strcmp(o->seen.acls.items[i].id, id))
            return &o->seen.acls.items[i];
    return NULL;
}

/* An id that is named somewhere and was not read, once. */
static void note_id(struct observe *o, struct map *noted, const char *id, alb_ids *ids)
{
    if (!id || id[0] == '@' || seen_acl(o, id) || map_get(noted, id))
        return;
    map_put(noted, id, o);
    *LIST_PUSH(&o->arena, ids) = id;
}

static void note_listener(struct observe *o, struct map *noted, const struct alb_listener *l,
                          alb_ids *ids)
{
    for (size_t i = 0; l && i < l->acls.acls.len; i++)
        note_id(o, noted, l->acls.acls.items[i].acl_id, ids);
}

static void note_wanted(struct observe *o, struct map *noted, alb_ids *ids)
{
    const struct model *m = o->in.wanted;
    for (size_t i = 0; m && i < m->rows.len; i++)
        if (m->rows.items[i].kind == RESOURCE_LISTENER)
            note_listener(o, noted, m->rows.items[i].desired, ids);
    m = o->in.known;
    for (size_t i = 0; m && i < m->rows.len; i++)
        if (m->rows.items[i].kind == RESOURCE_ACL && m->rows.items[i].ours)
            note_id(o, noted, m->rows.items[i].cloud_id, ids);
}

static void read_others(struct observe *o)
{
    struct map noted CLEANUP(map_done) = { 0 };
    alb_ids ids = { 0 };
    for (size_t i = 0; i < o->seen.listeners.len; i++)
        note_listener(o, &noted, &o->seen.listeners.items[i], &ids);
    note_wanted(o, &noted, &ids);
    for (size_t i = 0; i < ids.len; i += IDS_PER_CALL) {
        size_t left = ids.len - i;
        const struct alb_acl_query q = {
            .ids = { ids.items + i, left < IDS_PER_CALL ? left : IDS_PER_CALL }, .page = LONG_PAGES
        };
        const alb_params p = alb_list_acls_params(&o->arena, &q);
        read_start(o, READ_ACLS, &p, NULL);
    }
}

static void read_relations(struct observe *o, alb_ids ids)
{
    for (size_t i = 0; i < ids.len; i += RELATIONS_PER_CALL) {
        size_t left = ids.len - i;
        const struct alb_acl_relation_query q = {
            { ids.items + i, left < RELATIONS_PER_CALL ? left : RELATIONS_PER_CALL }
        };
        const alb_params p = alb_list_acl_relations_params(&o->arena, &q);
        read_start(o, READ_RELATIONS, &p, NULL);
    }
}

static void read_contents(struct observe *o)
{
    alb_ids unwanted = { 0 };
    for (size_t i = 0; i < o->seen.acls.len; i++) {
        const struct alb_acl *acl = &o->seen.acls.items[i];
        const char *lb, *key;
        const struct alb_acl_entry_query q = { .acl_id = acl->id, .page = LONG_PAGES };
        const alb_params p = alb_list_acl_entries_params(&o->arena, &q);
        read_start(o, READ_ENTRIES, &p, acl->id);
        if (acl_place(&o->arena, &o->in, acl, &lb, &key) && !acl_is_wanted(&o->in, lb, key))
            *LIST_PUSH(&o->arena, &unwanted) = acl->id;
    }
    read_relations(o, unwanted);
}

/* Each step begins when the reads that it rests on have ended. */
void acls_advance(struct observe *o)
{
    static void (*const steps[])(struct observe *) = { read_attributes, read_others,
                                                       read_contents };
    static const unsigned before[] = {
        READ_BIT(READ_LBS) | READ_BIT(READ_LISTENERS) | READ_BIT(READ_TAGGED_ACLS),
        READ_BIT(READ_LISTENER),
        READ_BIT(READ_ACLS),
    };
    while (!o->failed && o->acl_step < COUNT(steps) && !is_reading(o, before[o->acl_step]))
        steps[o->acl_step++](o);
}

/* ---- taking replies ------------------------------------------------------------------------- */

static void take_acls(struct observe *o, const cJSON *page)
{
    struct alb_acl_list l;
    alb_list_acls_read(&o->arena, page, &l);
    for (size_t i = 0; i < l.items.len; i++)
        if (l.items.items[i].id && !seen_acl(o, l.items.items[i].id))
            *LIST_PUSH(&o->arena, &o->seen.acls) = l.items.items[i];
}

/* What leaves is as good as gone. */
static bool is_going(const char *status, const char *word)
{
    return status && !strcmp(status, word);
}

static void take_attributes(struct observe *o, const char *listener, const cJSON *reply)
{
    struct alb_listener_reply r;
    alb_get_listener_attribute_read(&o->arena, reply, &r);
    for (size_t i = 0; i < o->seen.listeners.len; i++) {
        struct alb_listener *l = &o->seen.listeners.items[i];
        if (strcmp(l->id ? l->id : "", listener) != 0)
            continue;
        l->acls = (struct alb_listener_acls){ 0 };
        l->acls.acls.items = arena_array(&o->arena, 1, sizeof *l->acls.acls.items);
        for (size_t k = 0; k < r.listener.acls.acls.len; k++) {
            const struct alb_listener_acl *acl = &r.listener.acls.acls.items[k];
            if (!acl->acl_id || is_going(acl->status, "Dissociating"))
                continue;
            *LIST_PUSH(&o->arena, &l->acls.acls) = *acl;
            l->acls.type = r.listener.acls.type;
        }
    }
}

/* Of one form; what the cloud calls it is kept where that is another. */
static void take_entries(struct observe *o, const char *id, const cJSON *page)
{
    struct alb_acl *acl = seen_acl(o, id);
    struct alb_acl_entry_list l;
    alb_list_acl_entries_read(&o->arena, page, &l);
    for (size_t i = 0; acl && i < l.items.len; i++) {
        struct alb_acl_entry e = l.items.items[i];
        const char *same = e.entry ? acl_entry(&o->arena, e.entry) : NULL;
        if (!e.entry || is_going(e.status, "Removing"))
            continue;
        if (same && strcmp(same, e.entry) != 0) {
            e.told = e.entry;
            e.entry = same;
        }
        *LIST_PUSH(&o->arena, &acl->entries) = e;
    }
}

static void take_relations(struct observe *o, const cJSON *reply)
{
    struct alb_relation_list l;
    alb_list_acl_relations_read(&o->arena, reply, &l);
    for (size_t i = 0; i < l.items.len; i++)
        *LIST_PUSH(&o->arena, &o->seen.relations) = l.items.items[i];
}

void acls_take(struct observe *o, const struct read *r, const cJSON *page)
{
    if (r->kind == READ_LISTENER)
        take_attributes(o, r->subject, page);
    else if (r->kind == READ_ENTRIES)
        take_entries(o, r->subject, page);
    else if (r->kind == READ_RELATIONS)
        take_relations(o, page);
    else
        take_acls(o, page);
}
