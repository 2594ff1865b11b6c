/* passed.c - Ingresses that are passed over because nobody here knows their class: another
 * controller's, which needs no object, or a misspelt one.  There may be hundreds of them, so they
 * are named together, once for each class. */
#include <string.h>

#include "alb-agent/json.h"
#include "alb-agent/name.h"
#include "cell_priv.h"

enum { NAMED = 4 }; /* of a class by their names, the first as the object of the note */

/* Those of one class. */
struct passed {
    struct pointers seats; /* sorted */
    enum class_given how;
    const char *class; /* a part of 'key' */
    char key[];
};

static const char *key_of(struct arena *a, const struct class_unknown *u)
{
    return arena_fmt(a, "%d\n%s", (int)u->how, u->name);
}

static int compare(const void *item, const void *key)
{
    return strcmp(((const struct passed *)item)->key, key);
}

static struct passed *get(struct translator *tr, const struct class_unknown *u)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *key = key_of(&a, u);
    const size_t at = pointers_place(&tr->passed, key, compare), size = strlen(key) + 1;
    if (at < tr->passed.len && !compare(tr->passed.items[at], key))
        return tr->passed.items[at];
    struct passed *p = cell_alloc(sizeof *p + size);
    memcpy(p->key, key, size);
    p->how = u->how;
    p->class = strchr(p->key, '\n') + 1;
    pointers_insert(&tr->passed, at, p);
    return p;
}

static void passed_free(struct passed *p)
{
    pointers_done(&p->seats);
    cell_free(p);
}

static void leave(struct translator *tr, struct seat *seat)
{
    struct passed *p = seat->passed;
    pointers_remove(&p->seats, seat_place(&p->seats, seat));
    seat->passed = NULL;
    tr->strays_touched = true;
    if (p->seats.len)
        return;
    pointers_remove(&tr->passed, pointers_place(&tr->passed, p->key, compare));
    passed_free(p);
}

void passed_set(struct translator *tr, struct seat *seat, const struct class_unknown *u)
{
    struct passed *p = u->how ? get(tr, u) : NULL;
    if (p && p == seat->passed) {
        tr->strays_touched = tr->strays_touched || seat_place(&p->seats, seat) < NAMED;
        return;
    }
    if (p) {
        pointers_insert(&p->seats, seat_place(&p->seats, seat), seat);
        tr->strays_touched = true;
    }
    if (seat->passed)
        leave(tr, seat);
    seat->passed = p;
}

void passed_free_all(struct translator *tr)
{
    for (size_t i = 0; i < tr->passed.len; i++)
        passed_free(tr->passed.items[i]);
    pointers_done(&tr->passed);
}

/* ---- notes --------------------------------------------------------------------------------- */

/* Classes of ours, by name. */
static const char **find_classes(struct arena *a, const struct translator *tr, size_t *n)
{
    size_t n_all = 0;
    struct object *const *all = object_set_kind(tr->in.objects, OBJECT_INGRESS_CLASS, &n_all);
    const char **names = arena_array(a, n_all, sizeof *names);
    for (size_t i = 0; i < n_all; i++)
        if (class_is_ours(all[i]))
            names[(*n)++] = arena_strdup(a, all[i]->name);
    return names;
}

static const char *others_of(struct arena *a, const struct passed *p)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    const size_t n = p->seats.len - 1;
    if (!n)
        return "";
    buf_addf(&b, "; so %s %zu more (", n == 1 ? "is" : "are", n);
    for (size_t i = 1; i <= n && i < NAMED; i++)
        buf_addf(&b, "%s%s", i == 1 ? "" : ", ", ((const struct seat *)p->seats.items[i])->key);
    buf_adds(&b, n >= NAMED ? " ...)" : ")");
    return buf_keep(&b, a);
}

/* Classes that are not near one of ours are mostly another controller's, and without an object
 * where the legacy annotation gives them. */
static const char *message(struct arena *a, const struct passed *p, const char *near,
                           const char *only)
{
    const char *others = others_of(a, p);
    if (p->how == CLASS_NONE)
        return arena_fmt(
            a,
            "spec.ingressClassName: it names no class, so it is passed over%s; if it is "
            "to be ours, name %s%s",
            others, only ? "class " : "one of ours", only ? only : "");
    const char *field = p->how == CLASS_BY_SPEC
                            ? "spec.ingressClassName"
                            : "metadata.annotations[kubernetes.io/ingress.class]";
    if (near)
        return arena_fmt(a,
                         "%s: there is no IngressClass '%s', so it is passed over%s; is it '%s'?",
                         field, p->class, others, near);
    return arena_fmt(
        a,
        "%s: there is no IngressClass '%s' here, so it is taken for another controller's "
        "and passed over%s; if it is to be ours, add that class",
        field, p->class, others);
}

void passed_add_notes(struct outcome *o, const struct translator *tr)
{
    size_t n = 0;
    const char **ours = tr->passed.len ? find_classes(o->a, tr, &n) : NULL;
    for (size_t i = 0; i < tr->passed.len; i++) {
        const struct passed *p = tr->passed.items[i];
        const struct object *first = ((const struct seat *)p->seats.items[0])->made->obj;
        const char *near = p->how == CLASS_NONE ? NULL : name_nearest(p->class, ours, n);
        if (p->how == CLASS_BY_ANNOTATION && !near)
            continue;
        *LIST_PUSH(o->a, &o->out->warnings) = (struct translate_problem){
            .kind = object_kind_name(first->kind),
            .ns = first->ns,
            .name = first->name,
            .origin = first->origin,
            .message = message(o->a, p, near, n == 1 ? ours[0] : NULL),
        };
    }
}
