/* borrowed.c - groups that somebody else made and shares, and whose servers a Service keeps: those
 * of the annotation server-group-id, whether or not an Ingress names the Service
 * (alb-ingress.md §A.8, §D.8).  What must be known of such a group - its type, its VPC, whose it
 * is - is a fact. */
#include <inttypes.h>
#include <string.h>

#include "alb-agent/json.h"
#include "cell_priv.h"

static const char id_annotation[] = "server-group-id"; /* below ANNOTATION_PREFIX */

/* A Service that has the annotation, or had it until now. */
struct borrowed {
    struct cell cell;       /* first, so that one leads to the other            */
    char *id;               /* of the group; NULL: it has the annotation no more */
    struct pointers *users; /* all Services that name the group, by name        */
    struct arena notes;     /* of 'whole'                                       */
    struct translate_out whole;
    const char *ns, *name;
    char lb[]; /* "Service/<ns>/<name>", and again "<ns>" */
};

const char *translate_borrows(const struct object *service)
{
    const char *id = object_annotation(service, ANNOTATION_PREFIX "server-group-id");
    if (!id || !*id || object_is_going(service))
        return NULL;
    return id;
}

bool translate_has_roots(const struct object_set *objects)
{
    size_t n = 0, services = 0;
    (void)object_set_kind(objects, OBJECT_ALB_CONFIG, &n);
    struct object *const *all = object_set_kind(objects, OBJECT_SERVICE, &services);
    bool found = n > 0;
    for (size_t i = 0; !found && i < services; i++)
        found = translate_borrows(all[i]);
    return found;
}

/* ---- which there are ----------------------------------------------------------------------- */

static int compare(const void *item, const void *key)
{
    return strcmp(((const struct borrowed *)item)->lb, key);
}

static size_t place_of(const struct pointers *list, const struct borrowed *b)
{
    return pointers_place(list, b->lb, compare);
}

static void mark_users(struct translator *tr, const struct pointers *users)
{
    for (size_t i = 0; i < users->len; i++)
        cell_mark(tr, &((struct borrowed *)users->items[i])->cell);
}

static void leave(struct translator *tr, struct borrowed *b)
{
    if (!b->id)
        return;
    pointers_remove(b->users, place_of(b->users, b));
    mark_users(tr, b->users);
    if (!b->users->len) {
        pointers_done(b->users);
        cell_free(b->users);
        map_remove(&tr->lenders, b->id);
    }
    cell_free(b->id);
    b->id = NULL;
}

static void enter(struct translator *tr, struct borrowed *b, const char *id)
{
    size_t size = strlen(id) + 1;
    b->users = map_get(&tr->lenders, id);
    if (!b->users) {
        b->users = cell_alloc(sizeof *b->users);
        map_put(&tr->lenders, id, b->users);
    }
    b->id = cell_alloc(size);
    memcpy(b->id, id, size);
    pointers_insert(b->users, place_of(b->users, b), b);
    mark_users(tr, b->users);
}

static struct borrowed *get(struct translator *tr, const char *ns, const char *name)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *lb = service_lb(&a, ns, name);
    struct borrowed *b = map_get(&tr->borrowed, lb_service(lb));
    if (b)
        return b;
    size_t size = strlen(lb) + 1, ns_len = strlen(ns);
    b = cell_alloc(sizeof *b + size + ns_len + 1);
    b->cell.kind = CELL_BORROWED;
    b->cell.until = INT64_MAX;
    memcpy(b->lb, lb, size);
    b->ns = memcpy(b->lb + size, ns, ns_len);
    b->name = lb_service(b->lb) + ns_len + 1;
    map_put(&tr->borrowed, lb_service(b->lb), b);
    pointers_insert(&tr->borrowed_list, place_of(&tr->borrowed_list, b), b);
    return b;
}

static void note(struct translator *tr, const char *ns, const char *name, const char *id)
{
    if (!id && !map_count(&tr->borrowed))
        return;
    struct arena a CLEANUP(arena_done) = { 0 };
    if (!id && !map_get(&tr->borrowed, lb_service(service_lb(&a, ns, name))))
        return;
    struct borrowed *b = get(tr, ns, name);
    if (id && b->id && strcmp(id, b->id) == 0)
        return; /* whoever looked at the Service runs again by itself */
    leave(tr, b);
    if (id)
        enter(tr, b, id);
    cell_mark(tr, &b->cell);
}

void borrowed_changed(struct translator *tr, const char *ns, const char *name)
{
    const struct object *obj = object_set_find(tr->in.objects, OBJECT_SERVICE, ns, name);
    note(tr, ns, name, obj ? translate_borrows(obj) : NULL);
}

void borrowed_all_changed(struct translator *tr)
{
    size_t n = 0;
    struct object *const *all = object_set_kind(tr->in.objects, OBJECT_SERVICE, &n);
    for (size_t i = 0; i < n; i++)
        note(tr, all[i]->ns, all[i]->name, translate_borrows(all[i]));
}

static void release(struct translator *tr, struct borrowed *b)
{
    cell_clear(tr, &b->cell);
    arena_done(&b->notes);
    cell_free(b->id);
    cell_free(b);
}

void borrowed_free_all(struct translator *tr)
{
    const struct map_entry *cursor = NULL;
    void *value;
    while (map_next(&tr->lenders, &cursor, &value)) {
        pointers_done(value);
        cell_free(value);
    }
    for (size_t i = 0; i < tr->borrowed_list.len; i++)
        release(tr, tr->borrowed_list.items[i]);
    map_done(&tr->lenders);
    map_done(&tr->borrowed);
    pointers_done(&tr->borrowed_list);
}

/* ---- what comes of one --------------------------------------------------------------------- */

/* The servers of a group are those of one port (§D.8). */
static const struct service_port *only_port(struct subject *s, const struct place *at,
                                            const struct service *svc)
{
    const char *all = "";
    for (size_t i = 0; i < svc->ports.len; i++)
        all =
            arena_fmt(s->t->a, "%s%s%" PRId64, all, i ? ", " : "", svc->ports.items[i].number.val);
    if (svc->ports.len != 1) {
        problem(s, at,
                "the servers of a group are those of one port, and this Service has %zu%s%s; give "
                "the annotation to a Service of its own, with one port",
                svc->ports.len, svc->ports.len ? ": " : "", all);
        return NULL;
    }
    const struct service_port *port = service_port_by_number(svc, svc->ports.items[0].number.val);
    if (!port)
        problem(s, at, "ALB reaches TCP ports alone, and port %s is another; correct it", all);
    return port;
}

/* Two that keep the servers of one group would take them from each other: the first by name has
 * it. */
static void check_first(struct subject *s, const struct place *at, const struct borrowed *b)
{
    const struct borrowed *first = b->users->items[0];
    if (first != b)
        problem(
            s, at,
            "the servers of group %s are those of Service %s, which names it, too; give another "
            "id, or take the annotation off one of the two",
            b->id, lb_service(first->lb));
}

static bool is_id(struct subject *s, const struct place *at, const char *id)
{
    const char *wanted = value_check_id(id);
    if (wanted)
        problem(s, at, "\"%s\" is no server group; %s", id, wanted);
    return !wanted;
}

/* By its tags, is it the group of somebody who keeps its servers already? */
static void check_owner(struct subject *s, const struct place *at, const char *id,
                        const cJSON *group)
{
    struct tr *t = s->t;
    const char *cluster = json_str(group, "cluster"), *config = json_str(group, "albconfig");
    if (cluster && strcmp(cluster, tag_escape(t->a, t->in->cluster_id)) != 0)
        problem(s, at,
                "server group %s is tagged for cluster '%s', and this is cluster '%s'; give the id "
                "of another group, or remove its tag %s",
                id, cluster, t->in->cluster_id, TAG_CLUSTER);
    else if (config)
        problem(s, at,
                "server group %s was made for an Ingress of AlbConfig %s, which keeps its servers; "
                "give the id of a group that somebody else made",
                id, config);
}

static void check_type(struct subject *s, const struct place *at, const char *id, const char *type,
                       struct server_place *out)
{
    out->type = ALB_GROUP_TYPE_INSTANCE;
    out->or_use = "a server group of type Ip";
    if (type && !strcmp(type, "Ip"))
        out->type = ALB_GROUP_TYPE_IP;
    else if (type && strcmp(type, "Instance") != 0)
        problem(s, at,
                "server group %s is of type %s, which takes no pods and no nodes; give the id of "
                "one of type Instance or Ip",
                id, type);
}

/* What the cloud says of the group; false when that is not known yet. */
static bool find_group(struct subject *s, const struct place *at, const char *id,
                       struct server_place *out)
{
    struct tr *t = s->t;
    struct error err;
    cJSON *group CLEANUP(json_done) = NULL;
    const struct fact *f = look_fact(t, FACT_SERVER_GROUP, id);
    if (!f) {
        need(t, FACT_SERVER_GROUP, arena_strdup(t->a, id));
        return false;
    }
    if (!json_parse(f->value, strlen(f->value), &group, &err)) { /* "" */
        problem(s, at,
                "there is no server group %s; correct the id, or take the annotation off, which "
                "leaves every group as it is",
                id);
        return true;
    }
    const char *vpc = json_str(group, "vpc");
    out->vpc = vpc ? arena_strdup(t->a, vpc) : NULL;
    check_owner(s, at, id, group);
    check_type(s, at, id, json_str(group, "type"), out);
    return true;
}

static void add_row(struct tr *t, const struct borrowed *b, const struct object *obj,
                    const server_list *servers)
{
    struct alb_server_group *g = arena_alloc(t->a, sizeof *g);
    g->servers.items = servers->items;
    g->servers.len = servers->len;
    tag_add(t, &g->tags, TAG_CLUSTER, t->in->cluster_id);
    tag_add(t, &g->tags, TAG_SERVICE_NS, obj->ns);
    tag_add(t, &g->tags, TAG_SERVICE_NAME, obj->name);
    *LIST_PUSH(t->a, &t->out->desired.rows) =
        (struct resource){ .lb = arena_strdup(t->a, b->lb),
                           .kind = RESOURCE_SERVER_GROUP,
                           .key = arena_strdup(t->a, b->id),
                           .parent = "",
                           .desired = g,
                           .desired_from = subject_from(t->a, obj),
                           .ours = true };
}

static void translate_one(struct tr *t, const struct borrowed *b)
{
    struct subject s = { .t = t, .obj = look(t, OBJECT_SERVICE, b->ns, b->name) };
    struct place at = annotation_place(t->a, id_annotation);
    struct server_place place = { .type = ALB_GROUP_TYPE_INSTANCE };
    server_list servers = { 0 };
    const struct service *svc = service_find(t, b->ns, b->name);
    const struct service_port *port = svc->bad ? NULL : only_port(&s, &at, svc);
    check_first(&s, &at, b);
    const bool known = is_id(&s, &at, b->id) && find_group(&s, &at, b->id, &place);
    if (!port || s.n_problems) {
        hold(t, arena_strdup(t->a, b->lb), NULL, NULL);
        return;
    }
    if (known)
        servers_of_port(t, &place, svc, port, &servers);
    add_row(t, b, s.obj, &servers);
}

static void collect(struct borrowed *b)
{
    struct outcome o = { .a = &b->notes, .out = &b->whole };
    arena_done(&b->notes);
    b->whole = (struct translate_out){ 0 };
    outcome_add_cell_rows(&o, &b->cell);
    outcome_add_cell(&o, &b->cell);
    outcome_finish(&o);
}

void borrowed_run(struct translator *tr, struct borrowed *b)
{
    translator_note_changed(tr, b->lb);
    if (!b->id) {
        pointers_remove(&tr->borrowed_list, place_of(&tr->borrowed_list, b));
        map_remove(&tr->borrowed, lb_service(b->lb));
        release(tr, b);
        return;
    }
    struct tr t = cell_begin(tr, &b->cell);
    translate_one(&t, b);
    cell_end(&t);
    if (!tr->once)
        collect(b);
}

/* ---- what came out ------------------------------------------------------------------------- */

const struct translate_out *borrowed_find(const struct translator *tr, const char *service)
{
    const struct borrowed *b = map_get(&tr->borrowed, service);
    return b ? &b->whole : NULL;
}

void borrowed_add_rows(struct outcome *o, const struct translator *tr)
{
    for (size_t i = 0; i < tr->borrowed_list.len; i++)
        outcome_add_cell_rows(o, &((const struct borrowed *)tr->borrowed_list.items[i])->cell);
}

void borrowed_add_notes(struct outcome *o, const struct translator *tr)
{
    for (size_t i = 0; i < tr->borrowed_list.len; i++)
        outcome_add_cell(o, &((const struct borrowed *)tr->borrowed_list.items[i])->cell);
}
