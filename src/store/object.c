/* object.c - the objects of the sources, as they were last read. */
#include "alb-agent/object.h"

#include <string.h>

#include "alb-agent/json.h"
#include "store_priv.h"

#define STMTS(X)                                                                                 \
    X(KEYS, "SELECT kind, namespace, name FROM object ORDER BY kind, namespace, name")           \
    X(PUT, "INSERT INTO object(kind, namespace, name, uid, resource_version, generation, "       \
           "origin, body) VALUES(:kind, :namespace, :name, :uid, :resource_version, "            \
           ":generation, :origin, :body) "                                                       \
           "ON CONFLICT(kind, namespace, name) DO UPDATE SET uid = excluded.uid, "               \
           "resource_version = excluded.resource_version, generation = excluded.generation, "    \
           "origin = excluded.origin, body = excluded.body "                                     \
           "WHERE uid IS NOT excluded.uid OR resource_version IS NOT excluded.resource_version " \
           "OR generation IS NOT excluded.generation OR origin IS NOT excluded.origin "          \
           "OR body IS NOT excluded.body")                                                       \
    X(DELETE, "DELETE FROM object WHERE kind = :kind AND namespace = :namespace AND name = :name")

#define X(NAME, sql) NAME,
enum { STMTS(X) STMT_COUNT };
#undef X
#define X(NAME, sql) [NAME] = (sql),
static const char *const stmt_sql[STMT_COUNT] = { STMTS(X) };
#undef X
_Static_assert(COUNT(stmt_sql) <= STATEMENTS_MAX, "room in struct store");
const struct statements object_statements = { stmt_sql, STMT_COUNT };

static bool put(struct store *st, const struct object *obj, struct error *err)
{
    struct arena scratch CLEANUP(arena_done) = { 0 };
    sqlite3_stmt *s CLEANUP(stmt_reset) = st->stmts[PART_OBJECT][PUT];
    bind_text(s, ":kind", object_kind_name(obj->kind));
    bind_text(s, ":namespace", obj->ns);
    bind_text(s, ":name", obj->name);
    bind_text(s, ":uid", obj->uid);
    bind_text(s, ":resource_version", obj->resource_version);
    bind_int(s, ":generation", obj->generation);
    bind_text(s, ":origin", obj->origin);
    bind_text(s, ":body", json_canonical(&scratch, obj->body));
    return stmt_run(s, err);
}

bool store_object_put(struct store *st, const struct object *obj, struct error *err)
{
    return put(st, obj, err)
           || error_wrap(err, "write %s %s/%s", object_kind_name(obj->kind), obj->ns, obj->name);
}

bool store_object_delete(struct store *st, enum object_kind kind, const char *ns, const char *name,
                         struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = st->stmts[PART_OBJECT][DELETE];
    bind_text(s, ":kind", object_kind_name(kind));
    bind_text(s, ":namespace", ns);
    bind_text(s, ":name", name);
    return stmt_run(s, err) || error_wrap(err, "remove %s %s/%s", object_kind_name(kind), ns, name);
}

struct address {
    const char *kind, *ns, *name;
};

static int compare(const struct address *x, const struct object *y)
{
    int c = strcmp(x->kind, object_kind_name(y->kind));
    if (!c)
        c = strcmp(x->ns, y->ns);
    return c ? c : strcmp(x->name, y->name);
}

typedef LIST_OF(struct address) addresses;

/* The rows that are not in the set: both are in one order. */
static bool find_absent(struct store *st, struct arena *a, const struct object_set *set,
                        addresses *out, struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = st->stmts[PART_OBJECT][KEYS];
    bool row;
    for (size_t i = 0;;) {
        if (!stmt_next(s, &row, err))
            return false;
        if (!row)
            return true;
        struct address at = { col_text(s, "kind"), col_text(s, "namespace"), col_text(s, "name") };
        while (i < set->objects.len && compare(&at, set->objects.items[i]) > 0)
            i++;
        if (i == set->objects.len || compare(&at, set->objects.items[i]))
            *LIST_PUSH(a, out) = (struct address){ arena_strdup(a, at.kind), arena_strdup(a, at.ns),
                                                   arena_strdup(a, at.name) };
    }
}

static bool remove_absent(struct store *st, const struct object_set *set, struct error *err)
{
    struct arena scratch CLEANUP(arena_done) = { 0 };
    addresses absent = { 0 };
    if (!find_absent(st, &scratch, set, &absent, err))
        return false;
    for (size_t i = 0; i < absent.len; i++) {
        sqlite3_stmt *s CLEANUP(stmt_reset) = st->stmts[PART_OBJECT][DELETE];
        bind_text(s, ":kind", absent.items[i].kind);
        bind_text(s, ":namespace", absent.items[i].ns);
        bind_text(s, ":name", absent.items[i].name);
        if (!stmt_run(s, err))
            return false;
    }
    return true;
}

bool store_objects_put(struct store *st, const struct object_set *set, struct error *err)
{
    return store_objects_sync(st, set, NULL, NULL, err);
}

bool store_objects_sync(struct store *st, const struct object_set *set, store_object_fn *changed,
                        void *arg, struct error *err)
{
    struct batch batch CLEANUP(batch_done) = { 0 };
    if (!batch_begin(&batch, st, err))
        return false;
    for (size_t i = 0; i < set->objects.len; i++) {
        const struct object *obj = set->objects.items[i];
        if (!put(st, obj, err))
            return error_wrap(err, "write %s %s/%s", object_kind_name(obj->kind), obj->ns,
                              obj->name);
        if (changed && sqlite3_changes(st->db))
            changed(arg, obj);
    }
    if (!set->incomplete && !remove_absent(st, set, err))
        return error_wrap(err, "remove objects");
    return batch_end(&batch, err);
}
