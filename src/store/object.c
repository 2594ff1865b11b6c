/* object.c - the objects of the sources, as they were last read; what changes among them is an
 * event. */
#include "alb-agent/object.h"

#include <string.h>

#include "alb-agent/json.h"
#include "store_priv.h"

#define STMTS(X)                                                                                  \
    X(KEYS, "SELECT kind, namespace, name FROM object ORDER BY kind, namespace, name")            \
    X(PUT, "INSERT INTO object(kind, namespace, name, uid, resource_version, generation, "        \
           "origin, body) VALUES(:kind, :namespace, :name, :uid, :resource_version, "             \
           ":generation, :origin, :body) "                                                        \
           "ON CONFLICT(kind, namespace, name) DO UPDATE SET uid = excluded.uid, "                \
           "resource_version = excluded.resource_version, generation = excluded.generation, "     \
           "origin = excluded.origin, body = excluded.body")                                      \
    X(FIND,                                                                                       \
      "SELECT body IS :body AS same, uid IS :uid AND resource_version IS "                        \
      ":resource_version AND generation IS :generation AND origin IS :origin AS rest "            \
      "FROM object WHERE kind = :kind AND namespace = :namespace AND name = :name ORDER BY name") \
    X(DELETE, "DELETE FROM object WHERE kind = :kind AND namespace = :namespace AND name = :name")

#define X(NAME, sql) NAME,
enum { STMTS(X) STMT_COUNT };
#undef X
#define X(NAME, sql) [NAME] = (sql),
static const char *const stmt_sql[STMT_COUNT] = { STMTS(X) };
#undef X
_Static_assert(COUNT(stmt_sql) <= STATEMENTS_MAX, "room in struct store");
const struct statements object_statements = { stmt_sql, STMT_COUNT };

struct address {
    const char *kind, *ns, *name;
};

static struct address address_of(const struct object *obj)
{
    return (struct address){ object_kind_name(obj->kind), obj->ns, obj->name };
}

static void bind_address(sqlite3_stmt *s, const struct address *at)
{
    bind_text(s, ":kind", at->kind);
    bind_text(s, ":namespace", at->ns);
    bind_text(s, ":name", at->name);
}

/* ---- what happened -------------------------------------------------------------------------- */

static bool add_event(struct store *st, const char *kind, const struct address *at,
                      const char *body, int64_t now_ms, struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct store_event event = {
        .at = now_ms,
        .kind = kind,
        .key = arena_fmt(&a, "%s %s%s%s", at->kind, at->ns, *at->ns ? "/" : "", at->name),
        .body = body && text_has_secret(body) ? NULL : body,
    };
    st->events++;
    return store_event_add(st, &event, err);
}

static void bind_object(sqlite3_stmt *s, const struct object *obj, const char *body)
{
    const struct address at = address_of(obj);
    bind_address(s, &at);
    bind_text(s, ":uid", object_uid(obj));
    bind_text(s, ":resource_version", object_resource_version(obj));
    bind_int(s, ":generation", object_generation(obj));
    bind_text(s, ":origin", obj->origin);
    bind_text(s, ":body", body);
}

/* What a new body makes of the object: "ADDED", "MODIFIED", or NULL; is its row another? */
static bool find_event(struct store *st, const struct object *obj, const char *body,
                       const char **kind, bool *changed, struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_OBJECT, FIND);
    bool row;
    bind_object(s, obj, body);
    if (!stmt_next(s, &row, err))
        return false;
    *kind = !row ? "ADDED" : col_int(s, "same") ? NULL : "MODIFIED";
    *changed = *kind || !col_int(s, "rest");
    return true;
}

/* ---- writing -------------------------------------------------------------------------------- */

static bool put_row(struct store *st, const struct object *obj, const char *body, struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_OBJECT, PUT);
    bind_object(s, obj, body);
    return stmt_run(s, err);
}

static bool put(struct store *st, const struct object *obj, int64_t now_ms, bool *changed,
                struct error *err)
{
    struct arena scratch CLEANUP(arena_done) = { 0 };
    const struct address at = address_of(obj);
    const char *body = object_text(&scratch, obj), *kind;
    return (find_event(st, obj, body, &kind, changed, err)
            && (!*changed || put_row(st, obj, body, err))
            && (!kind || add_event(st, kind, &at, body, now_ms, err)))
           || error_wrap(err, "write %s %s/%s", at.kind, at.ns, at.name);
}

static bool delete_row(struct store *st, const struct address *at, int64_t now_ms,
                       struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_OBJECT, DELETE);
    bind_address(s, at);
    return (stmt_run(s, err)
            && (!sqlite3_changes(st->db) || add_event(st, "DELETED", at, NULL, now_ms, err)))
           || error_wrap(err, "remove %s %s/%s", at->kind, at->ns, at->name);
}

bool store_object_put(struct store *st, const struct object *obj, int64_t now_ms, struct error *err)
{
    struct batch batch CLEANUP(batch_done) = { 0 };
    bool changed;
    return batch_begin(&batch, st, err) && put(st, obj, now_ms, &changed, err)
           && batch_end(&batch, err);
}

bool store_object_delete(struct store *st, enum object_kind kind, const char *ns, const char *name,
                         int64_t now_ms, struct error *err)
{
    struct batch batch CLEANUP(batch_done) = { 0 };
    const struct address at = { object_kind_name(kind), ns, name };
    return batch_begin(&batch, st, err) && delete_row(st, &at, now_ms, err)
           && batch_end(&batch, err);
}

/* ---- a whole set ---------------------------------------------------------------------------- */

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
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_OBJECT, KEYS);
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

static bool remove_absent(struct store *st, const struct object_set *set, int64_t now_ms,
                          struct error *err)
{
    struct arena scratch CLEANUP(arena_done) = { 0 };
    addresses absent = { 0 };
    if (!find_absent(st, &scratch, set, &absent, err))
        return false;
    for (size_t i = 0; i < absent.len; i++)
        if (!delete_row(st, &absent.items[i], now_ms, err))
            return false;
    return true;
}

bool store_objects_put(struct store *st, const struct object_set *set, int64_t now_ms,
                       struct error *err)
{
    return store_objects_sync(st, set, now_ms, NULL, NULL, err);
}

bool store_objects_sync(struct store *st, const struct object_set *set, int64_t now_ms,
                        store_object_fn *told, void *arg, struct error *err)
{
    struct batch batch CLEANUP(batch_done) = { 0 };
    if (!batch_begin(&batch, st, err))
        return false;
    for (size_t i = 0; i < set->objects.len; i++) {
        const struct object *obj = set->objects.items[i];
        bool changed = false;
        if (!obj->stored && !put(st, obj, now_ms, &changed, err))
            return false;
        if (told && changed)
            told(arg, obj);
    }
    if (!set->incomplete && !remove_absent(st, set, now_ms, err))
        return error_wrap(err, "remove objects");
    return batch_end(&batch, err);
}
