/* resource.c - the resources, wanted, applied and actual side by side.
 *
 * Documents are the text of the field tables: what is wanted and applied in canonical form,
 * so that equal text is equal meaning; what is actual as it was read.  A kind that this
 * program does not know is left alone. */
#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/json.h"
#include "store_priv.h"

/* Of a row that is there: what is written of it, besides all that is no document. */
#define ROW_SET                                                                                  \
    "UPDATE resource SET parent = :parent, desired_from = :desired_from, position = :position, " \
    "held = :held, cloud_id = :cloud_id, status = :status, observed_at = :observed_at, "         \
    "unused_since = :unused_since, empty_since = :empty_since, ours = :ours, "
#define WANTED_SET "desired = :desired, applied = :applied, "
#define ACTUAL_SET "actual = :actual, "
#define UNSAID                                                                       \
    "unsaid = iif((cloud_id, status, ours) IS (:cloud_id, :status, :ours), unsaid, " \
    "max(unsaid, :by)) "
#define UNSAID_ACTUAL                                                                         \
    "unsaid = iif((actual, cloud_id, status, ours) IS (:actual, :cloud_id, :status, :ours), " \
    "unsaid, max(unsaid, :by)) "
#define ROW_AT "WHERE lb = :lb AND kind = :kind AND key = :key"

#define STMTS(X)                                                                                 \
    X(LOAD, "SELECT lb, kind, key, parent, desired, desired_from, position, held, applied, "     \
            "actual, cloud_id, status, observed_at, unused_since, empty_since, ours "            \
            "FROM resource ORDER BY lb, kind, key")                                              \
    X(LOAD_OF, "SELECT lb, kind, key, parent, desired, desired_from, position, held, applied, "  \
               "actual, cloud_id, status, observed_at, unused_since, empty_since, ours "         \
               "FROM resource WHERE lb = :lb ORDER BY kind, key")                                \
    X(FRAME_OF, "SELECT lb, kind, key, parent, desired, desired_from, position, held, applied, " \
                "actual, cloud_id, status, observed_at, unused_since, empty_since, ours "        \
                "FROM resource WHERE lb = :lb AND kind NOT IN ('Rule', 'ServerGroup') "          \
                "ORDER BY kind, key")                                                            \
    X(WANTED_OF, "SELECT kind, key, desired, desired_from, position, held, applied "             \
                 "FROM resource WHERE lb = :lb AND desired IS NOT NULL ORDER BY kind, key")      \
    X(LBS, "SELECT DISTINCT lb FROM resource ORDER BY lb")                                       \
    X(KEYS, "SELECT lb, kind, key FROM resource ORDER BY lb, kind, key")                         \
    X(KEYS_OF, "SELECT lb, kind, key FROM resource WHERE lb = :lb ORDER BY lb, kind, key")       \
    X(PUT, "INSERT INTO resource(lb, kind, key, parent, desired, desired_from, position, held, " \
           "applied, actual, cloud_id, status, observed_at, unused_since, empty_since, ours, "   \
           "unsaid) "                                                                            \
           "VALUES(:lb, :kind, :key, :parent, :desired, :desired_from, :position, :held, "       \
           ":applied, :actual, :cloud_id, :status, :observed_at, :unused_since, :empty_since, "  \
           ":ours, iif(:actual IS NULL, 0, :by)) "                                               \
           "ON CONFLICT(lb, kind, key) DO UPDATE SET parent = excluded.parent, "                 \
           "desired = excluded.desired, desired_from = excluded.desired_from, "                  \
           "position = excluded.position, held = excluded.held, applied = excluded.applied, "    \
           "actual = excluded.actual, cloud_id = excluded.cloud_id, status = excluded.status, "  \
           "observed_at = excluded.observed_at, unused_since = excluded.unused_since, "          \
           "empty_since = excluded.empty_since, ours = excluded.ours, "                          \
           "unsaid = iif((actual, cloud_id, status, ours) IS (excluded.actual, "                 \
           "excluded.cloud_id, excluded.status, excluded.ours), unsaid, max(unsaid, :by)) "      \
           "WHERE (parent, desired, desired_from, position, held, applied, actual, cloud_id, "   \
           "status, observed_at, unused_since, empty_since, ours) IS NOT (excluded.parent, "     \
           "excluded.desired, excluded.desired_from, excluded.position, excluded.held, "         \
           "excluded.applied, excluded.actual, excluded.cloud_id, excluded.status, "             \
           "excluded.observed_at, excluded.unused_since, excluded.empty_since, excluded.ours)")  \
    X(TOUCH, ROW_SET UNSAID ROW_AT)                                                              \
    X(CHANGE_WANTED, ROW_SET WANTED_SET UNSAID ROW_AT)                                           \
    X(CHANGE_ACTUAL, ROW_SET ACTUAL_SET UNSAID_ACTUAL ROW_AT)                                    \
    X(CHANGE, ROW_SET WANTED_SET ACTUAL_SET UNSAID_ACTUAL ROW_AT)                                \
    X(DELETE, "DELETE FROM resource WHERE lb = :lb AND kind = :kind AND key = :key "             \
              "RETURNING cloud_id, typeof(actual) <> 'null' AS was_there, unsaid")               \
    X(SHIFT, "UPDATE resource SET observed_at = iif(observed_at, observed_at + :by, 0), "        \
             "unused_since = iif(unused_since, unused_since + :by, 0), "                         \
             "empty_since = iif(empty_since, empty_since + :by, 0)")

#define X(NAME, sql) NAME,
enum { STMTS(X) STMT_COUNT };
#undef X
#define X(NAME, sql) [NAME] = (sql),
static const char *const stmt_sql[STMT_COUNT] = { STMTS(X) };
#undef X
_Static_assert(COUNT(stmt_sql) <= STATEMENTS_MAX, "room in struct store");
const struct statements resource_statements = { stmt_sql, STMT_COUNT };

/* ---- reading ------------------------------------------------------------------------- */

static bool decode(struct arena *a, const struct schema *s, const char *text, const void **out,
                   struct error *err)
{
    struct arena scratch CLEANUP(arena_done) = { 0 };
    const cJSON *json;
    *out = NULL;
    if (!text)
        return true;
    if (!json_read(&scratch, text, strlen(text), &json, err))
        return false;
    void *obj = arena_alloc(a, s->size);
    *out = obj;
    return schema_from_json(a, s, obj, json, SCHEMA_LENIENT, err);
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

/* What is applied is nearly always what is wanted: one struct serves both. */
static bool read_documents(struct arena *a, sqlite3_stmt *s, struct resource *r, struct error *err)
{
    const struct schema *schema = resource_schema(r->kind);
    const char *desired = col_text(s, "desired"), *applied = col_text(s, "applied");
    if (!decode(a, schema, desired, &r->desired, err))
        return error_wrap(err, "desired");
    r->applied = r->desired;
    if ((!desired || !applied || strcmp(desired, applied) != 0)
        && !decode(a, schema, applied, &r->applied, err))
        return error_wrap(err, "applied");
    return decode(a, schema, col_text(s, "actual"), &r->actual, err) || error_wrap(err, "actual");
}

/* Many, and only their names count where not all is read. */
static bool is_small(enum resource_kind kind)
{
    return kind != RESOURCE_RULE && kind != RESOURCE_SERVER_GROUP;
}

static void read_row(const struct store *st, struct arena *a, sqlite3_stmt *s, struct resource *r)
{
    r->lb = col_keep(a, s, "lb");
    r->key = col_keep(a, s, "key");
    r->parent = col_keep(a, s, "parent");
    r->desired_from = col_keep(a, s, "desired_from");
    r->position = col_int(s, "position");
    r->held = col_int(s, "held") != 0;
    r->cloud_id = col_keep(a, s, "cloud_id");
    r->status = col_keep(a, s, "status");
    r->observed_at = col_time(st, s, "observed_at");
    r->unused_since = col_time(st, s, "unused_since");
    r->empty_since = col_time(st, s, "empty_since");
    r->ours = col_int(s, "ours") != 0;
}

static bool load(const struct store *st, sqlite3_stmt *s, struct arena *a, bool all,
                 struct model *out, struct error *err)
{
    bool row;
    *out = (struct model){ 0 };
    for (;;) {
        if (!stmt_next(s, &row, err))
            return error_wrap(err, "read resources");
        if (!row)
            break;
        struct resource r = { .kind = resource_kind_find(col_text(s, "kind")) };
        if (r.kind == RESOURCE_KINDS)
            continue;
        read_row(st, a, s, &r);
        if ((all || is_small(r.kind)) && !read_documents(a, s, &r, err))
            return error_wrap(err, "read %s %s", resource_kind_name(r.kind), col_text(s, "key"));
        *LIST_PUSH(a, &out->rows) = r;
    }
    model_sort(out);
    return true;
}

bool store_model_load(struct store *st, struct arena *a, struct model *out, struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_RESOURCE, LOAD);
    return load(st, s, a, true, out, err);
}

bool store_lb_load(struct store *st, struct arena *a, const char *lb, struct model *out,
                   struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_RESOURCE, LOAD_OF);
    bind_text(s, ":lb", lb);
    return load(st, s, a, true, out, err);
}

bool store_lb_outline(struct store *st, struct arena *a, const char *lb, struct model *out,
                      struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_RESOURCE, LOAD_OF);
    bind_text(s, ":lb", lb);
    return load(st, s, a, false, out, err);
}

bool store_lb_frame(struct store *st, struct arena *a, const char *lb, struct model *out,
                    struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_RESOURCE, FRAME_OF);
    bind_text(s, ":lb", lb);
    return load(st, s, a, true, out, err);
}

bool store_lbs(struct store *st, struct arena *a, store_names *out, struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_RESOURCE, LBS);
    bool row;
    *out = (store_names){ 0 };
    for (;;) {
        if (!stmt_next(s, &row, err))
            return error_wrap(err, "read resources");
        if (!row)
            return true;
        *LIST_PUSH(a, out) = col_keep(a, s, "lb");
    }
}

/* ---- comparing ----------------------------------------------------------------------- */

static bool same_text(const char *x, const char *y)
{
    return x == y || (x && y && !strcmp(x, y));
}

/* Is the row at hand wanted as it was, and was that done? */
static bool is_settled(sqlite3_stmt *s, const struct resource *r)
{
    struct arena scratch CLEANUP(arena_done) = { 0 };
    const char *desired = col_text(s, "desired");
    return r && r->desired && desired && !r->held && !col_int(s, "held")
           && r->position == col_int(s, "position") && same_text(desired, col_text(s, "applied"))
           && same_text(r->desired_from, col_text(s, "desired_from"))
           && !strcmp(desired, schema_canonical(&scratch, resource_schema(r->kind), r->desired));
}

bool store_lb_is_settled(struct store *st, const char *lb, const struct model *wanted,
                         bool *settled, struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_RESOURCE, WANTED_OF);
    size_t n = 0;
    bool row;
    *settled = false;
    bind_text(s, ":lb", lb);
    for (;;) {
        if (!stmt_next(s, &row, err))
            return error_wrap(err, "read resources");
        if (!row)
            break;
        const enum resource_kind kind = resource_kind_find(col_text(s, "kind"));
        if (kind == RESOURCE_KINDS
            || !is_settled(s, model_find(wanted, lb, kind, col_text(s, "key"))))
            return true;
        n++;
    }
    *settled = n == wanted->rows.len;
    return true;
}

/* ---- writing ------------------------------------------------------------------------- */

static const char *canonical(struct arena *a, const struct resource *r, const void *obj)
{
    return obj ? schema_canonical(a, resource_schema(r->kind), obj) : NULL;
}

static bool write_actual(const struct resource *r, struct buf *b, struct error *err)
{
    cJSON *json CLEANUP(json_done) =
        schema_to_json(resource_schema(r->kind), r->actual, SCHEMA_JSON_REDACT);
    json_write(b, json, false);
    return b->failed ? error_set(err, ERROR_INVALID, "larger than the store keeps") : true;
}

/* All columns but the documents. */
static void bind_row(const struct store *st, sqlite3_stmt *s, const struct resource *r,
                     enum cloud_by by)
{
    bind_text(s, ":lb", r->lb);
    bind_text(s, ":kind", resource_kind_name(r->kind));
    bind_text(s, ":key", r->key);
    bind_text(s, ":parent", or_empty(r->parent));
    bind_text(s, ":desired_from", r->desired_from);
    bind_int(s, ":position", r->position);
    bind_int(s, ":held", r->held);
    bind_text(s, ":cloud_id", r->cloud_id);
    bind_text(s, ":status", or_empty(r->status));
    bind_time(st, s, ":observed_at", r->observed_at);
    bind_time(st, s, ":unused_since", r->unused_since);
    bind_time(st, s, ":empty_since", r->empty_since);
    bind_int(s, ":ours", r->ours);
    bind_int(s, ":by", (int64_t)by);
}

/* What is applied is mostly what is wanted. */
static void bind_wanted(sqlite3_stmt *s, const struct resource *r, struct arena *a)
{
    const char *desired = canonical(a, r, r->desired);
    bind_text(s, ":desired", desired);
    bind_text(s, ":applied",
              resource_wants_same(r->kind, r->desired, r->applied) ? desired
                                                                   : canonical(a, r, r->applied));
}

/* Writes those documents of a row that are not as they were; all of one that is not known. */
static bool write_row(struct store *st, const struct resource *r, enum cloud_by by,
                      const struct written_row *was, const struct written_row *now,
                      struct error *err)
{
    struct arena scratch CLEANUP(arena_done) = { 0 };
    struct buf actual CLEANUP(buf_done) = { 0 };
    const bool wanted = was->wanted != now->wanted, there = was->actual != now->actual;
    const int change = there ? wanted ? CHANGE : CHANGE_ACTUAL : wanted ? CHANGE_WANTED : TOUCH;
    if (there && r->actual && !write_actual(r, &actual, err))
        return false;
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_RESOURCE, was->wanted ? change : PUT);
    bind_row(st, s, r, by);
    if (wanted)
        bind_wanted(s, r, &scratch);
    if (there)
        bind_text(s, ":actual", r->actual ? buf_str(&actual) : NULL);
    return stmt_run(s, err);
}

static bool put(struct store *st, const struct resource *r, enum cloud_by by, struct error *err)
{
    const struct written_row now = written_digest(r);
    struct written_row *was =
        written_find(&st->written, r->lb, resource_kind_name(r->kind), r->key);
    if (was->wanted == now.wanted && was->actual == now.actual && was->rest == now.rest)
        return true;
    if (!write_row(st, r, by, was, &now, err))
        return false;
    was->wanted = now.wanted;
    was->actual = now.actual;
    was->rest = now.rest;
    return true;
}

static bool put_row(struct store *st, const struct resource *r, enum cloud_by by, struct error *err)
{
    return put(st, r, by, err)
           || error_wrap(err, "write %s %s", resource_kind_name(r->kind), r->key);
}

bool store_resource_put(struct store *st, const struct resource *r, struct error *err)
{
    return put_row(st, r, CLOUD_BY_US, err);
}

/* What the events say is there is said to be gone with the next reading.  (SQLite 3.40 says of NULL
 * in a RETURNING that it IS NOT NULL.) */
static bool delete_row(struct store *st, const struct resource *r, enum cloud_by by,
                       struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_RESOURCE, DELETE);
    bool found;
    struct written_row *was =
        written_find(&st->written, r->lb, resource_kind_name(r->kind), r->key);
    was->wanted = was->actual = was->rest = 0;
    bind_text(s, ":lb", r->lb);
    bind_text(s, ":kind", resource_kind_name(r->kind));
    bind_text(s, ":key", r->key);
    if (!stmt_next(s, &found, err))
        return false;
    if (found && col_int(s, "unsaid") == CLOUD_BY_US)
        by = CLOUD_BY_US;
    return (!found || !col_int(s, "was_there")
            || cloud_note_gone(st, r, col_text(s, "cloud_id"), by, err))
           && stmt_run(s, err);
}

static bool delete (struct store *st, const struct resource *r, enum cloud_by by, struct error *err)
{
    return delete_row(st, r, by, err)
           || error_wrap(err, "remove %s %s", resource_kind_name(r->kind), r->key);
}

bool store_resource_delete(struct store *st, const char *lb, enum resource_kind kind,
                           const char *key, struct error *err)
{
    const struct resource r = { .lb = lb, .kind = kind, .key = key };
    return delete (st, &r, CLOUD_BY_US, err);
}

static bool find_absent(struct store *st, struct arena *a, const char *lb, const struct model *m,
                        struct model *out, struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_RESOURCE, lb ? KEYS_OF : KEYS);
    bool row;
    bind_text(s, ":lb", lb);
    for (;;) {
        if (!stmt_next(s, &row, err))
            return error_wrap(err, "read resources");
        if (!row)
            return true;
        struct resource r = { .kind = resource_kind_find(col_text(s, "kind")) };
        if (r.kind == RESOURCE_KINDS
            || model_find(m, col_text(s, "lb"), r.kind, col_text(s, "key")))
            continue;
        r.lb = col_keep(a, s, "lb");
        r.key = col_keep(a, s, "key");
        *LIST_PUSH(a, &out->rows) = r;
    }
}

static bool put_model(struct store *st, const char *lb, const struct model *m, struct error *err)
{
    struct arena scratch CLEANUP(arena_done) = { 0 };
    struct batch batch CLEANUP(batch_done) = { 0 };
    struct model absent = { 0 };
    if (!batch_begin(&batch, st, err) || !find_absent(st, &scratch, lb, m, &absent, err))
        return false;
    for (size_t i = 0; i < absent.rows.len; i++)
        if (!delete (st, &absent.rows.items[i], CLOUD_BY_OTHERS, err))
            return false;
    for (size_t i = 0; i < m->rows.len; i++)
        if (!put_row(st, &m->rows.items[i], CLOUD_BY_OTHERS, err))
            return false;
    return batch_end(&batch, err);
}

bool store_model_put(struct store *st, const struct model *m, struct error *err)
{
    return put_model(st, NULL, m, err);
}

bool store_lb_put(struct store *st, const char *lb, const struct model *m, struct error *err)
{
    return put_model(st, lb, m, err);
}

/* ---- the clock ------------------------------------------------------------------------- */

bool store_set_ahead(struct store *st, int64_t ahead_ms, struct error *err)
{
    struct batch batch CLEANUP(batch_done) = { 0 };
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_RESOURCE, SHIFT);
    bind_int(s, ":by", ahead_ms - st->ahead_ms);
    if (!batch_begin(&batch, st, err) || !stmt_run(s, err) || !batch_end(&batch, err))
        return error_wrap(err, "follow the system's clock");
    st->ahead_ms = ahead_ms;
    return true;
}
