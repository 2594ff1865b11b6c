/* acl.c - aclConfig of a listener: whom it lets in or keeps out (alb-ingress.md §B.3, §F.5).
 * Either entries of a list of its own, or the ids of lists that others look after. */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "alb-agent/json.h"
#include "translate_priv.h"

/* clang-format off */
#define SELF struct acl_spec
static const struct field acl_spec_fields[] = {
    STR (type,    "aclType",
        DOC("", "AclType", "White: only who is in a list may come in. Black: who is in one may not.", .differs = "The source ignores the whole aclConfig where this is neither: here it is refused.")),
    STRS(entries, "aclEntries",
        DOC("", "AclEntries.Entry", "IPv4 addresses and blocks (10.0.0.0/8) of a list that is made for the listener: 500 at most, and 800 of all listeners.", .type = "list of texts")),
    STR (name,    "aclName",
        DOC("acl-<load balancer>-<port>", "AclName", "The name of that list.")),
    STRS(ids,     "aclIds",
        DOC("", "AclIds", "Instead of aclEntries: up to 3 lists that are there, whose entries are left alone; they count for the same limits, which the plan says as it reads them.", .type = "list of ids")),
};
SCHEMA(acl_spec, "aclConfig");
#undef SELF
/* clang-format on */

/* Of a listener, and of a load balancer of an edition that may be asked for: alb-semantics.md §11.
 */
enum { IDS_MAX = 3, ENTRIES_MAX = 500, LB_ENTRIES_MAX = 800 };

/* What the existing controller wrote back has all members, empty ones where there is no list. */
static bool is_given(const struct acl_spec *spec)
{
    return spec->type || spec->name || spec->entries.len || spec->ids.len;
}

static const char *read_type(struct subject *s, const struct place *at, const char *type)
{
    static const char *const types[] = { "White", "Black" };
    for (size_t i = 0; type && i < COUNT(types); i++)
        if (!strcasecmp(type, types[i]))
            return types[i];
    if (type)
        problem(s, &(struct place){ .up = at, .name = "aclType" },
                "\"%s\" is not known; give White or Black", type);
    else
        problem(s, &(struct place){ .up = at, .name = "aclType" },
                "it is not given; give White or Black");
    return NULL;
}

/* ---- lists that others look after ------------------------------------------------------------ */

static void add_ids(struct subject *s, const struct place *at, const struct acl_spec *spec,
                    struct alb_listener *l)
{
    struct place list = { .up = at, .name = "aclIds" };
    if (spec->ids.len > IDS_MAX)
        problem(s, &list, "%zu access lists are given, and a listener takes %d; remove some",
                spec->ids.len, IDS_MAX);
    if (spec->name)
        warn(s, &(struct place){ .up = at, .name = "aclName" },
             "it has no effect with aclIds, as those lists have their names");
    for (size_t i = 0; i < spec->ids.len; i++) {
        const char *id = spec->ids.items[i];
        struct place here = { .up = &list, .index = i };
        if (!*id || id[0] == '@' || strcspn(id, " \t") != strlen(id))
            problem(s, &here, "\"%s\" is no id of an access list, as acl-...", id);
        if (text_is_one_of(id, spec->ids.items, i))
            problem(s, &here, "access list %s is listed twice; give each once", id);
        *LIST_PUSH(s->t->a, &l->acls.acls) = (struct alb_listener_acl){ .acl_id = id };
    }
}

/* ---- a list of its own ------------------------------------------------------------------------
 */

static void add_entry(struct subject *s, const struct place *at, const char *text, struct map *seen,
                      struct alb_acl *acl)
{
    const char *entry = acl_entry(s->t->a, text);
    if (!entry) {
        problem(s, at, "\"%s\" is no IPv4 address or block, as 192.0.2.7 or 10.0.0.0/8", text);
        return;
    }
    const char *before = map_get(seen, entry);
    if (before)
        problem(s, at, "%s is what %s says already; give each block once", text, before);
    map_put(seen, entry, text);
    *LIST_PUSH(s->t->a, &acl->entries) = (struct alb_acl_entry){ .entry = entry };
}

static void check_counts(struct subject *s, const struct place *at, struct config *c, size_t n)
{
    c->n_entries += n;
    if (n > ENTRIES_MAX)
        problem(s, at, "%zu entries are given, and a listener takes %d; join them to wider blocks",
                n, ENTRIES_MAX);
    else if (c->n_entries > LB_ENTRIES_MAX)
        problem(s, at,
                "with those of the listeners before it the load balancer has %zu entries, and it "
                "takes %d; join them to wider blocks, or give this listener another AlbConfig",
                c->n_entries, LB_ENTRIES_MAX);
}

static void add_tags(struct subject *s, const struct config *c, const char *key,
                     struct alb_acl *acl)
{
    tag_add(s->t, &acl->tags, TAG_CLUSTER, s->t->in->cluster_id);
    tag_add(s->t, &acl->tags, TAG_ALBCONFIG, c->lb);
    tag_add(s->t, &acl->tags, TAG_RESOURCE, acl_tag(s->t->a, key));
}

static const struct alb_acl *add_list(struct subject *s, const struct place *at,
                                      const struct acl_spec *spec, struct config *c,
                                      struct alb_listener *l)
{
    struct arena *a = s->t->a;
    struct place list = { .up = at, .name = "aclEntries" };
    struct map seen CLEANUP(map_done) = { 0 };
    struct alb_acl *acl = arena_alloc(a, sizeof *acl);
    acl->name = spec->name ? spec->name : arena_fmt(a, "acl-%s-%" PRId64, c->lb_name, l->port.val);
    if (!name_is_valid(acl->name))
        problem(s, &(struct place){ .up = at, .name = "aclName" },
                "\"%s\" is no name that ALB takes; give 2 to 128 letters, digits, \".\", \"_\" and "
                "\"-\", a letter first",
                acl->name);
    for (size_t i = 0; i < spec->entries.len; i++)
        add_entry(s, &(struct place){ .up = &list, .index = i }, spec->entries.items[i], &seen,
                  acl);
    check_counts(s, &list, c, spec->entries.len);
    const char *key =
        acl_key(a, listener_key(a, l->port.val, l->protocol), l->acls.type ? l->acls.type : "");
    add_tags(s, c, key, acl);
    *LIST_PUSH(a, &l->acls.acls) =
        (struct alb_listener_acl){ .acl_id = arena_fmt(a, "@acl/%s", key) };
    return acl;
}

const struct alb_acl *acl_set(struct subject *s, const struct place *at,
                              const struct acl_spec *spec, struct config *c, struct alb_listener *l)
{
    struct place here = { .up = at, .name = "aclConfig" };
    if (!is_given(spec))
        return NULL;
    l->acls.type = read_type(s, &here, spec->type);
    if (spec->entries.len && spec->ids.len) {
        problem(s, &here, "aclEntries and aclIds cannot be used together; remove one of them");
    } else if (spec->ids.len) {
        add_ids(s, &here, spec, l);
    } else if (spec->entries.len) {
        return add_list(s, &here, spec, c, l);
    } else { /* a list without entries lets in everybody, or nobody: that is not known */
        problem(s, &here, "it names no addresses; give aclEntries or aclIds, or remove it");
    }
    return NULL;
}

void acl_translate(struct tr *t, const struct config *c, const struct config_listener *l)
{
    if (!l->acl)
        return;
    *LIST_PUSH(t->a, &t->out->desired.rows) =
        (struct resource){ .lb = c->lb,
                           .kind = RESOURCE_ACL,
                           .key = acl_key(t->a, l->key, l->desired->acls.type),
                           .parent = l->key,
                           .desired = l->acl,
                           .desired_from = l->from,
                           .ours = true };
}

static bool says_anything(const cJSON *acl)
{
    const cJSON *m;
    cJSON_ArrayForEach (m, acl)
        if (m->child || (cJSON_IsString(m) && *m->valuestring))
            return true;
    return false;
}

size_t acl_first(const cJSON *listeners)
{
    size_t i = 0;
    const cJSON *e;
    cJSON_ArrayForEach (e, listeners) {
        if (says_anything(json_get_nocase(e, "aclConfig")))
            return i;
        i++;
    }
    return SIZE_MAX;
}
