/* finding.c - drift as it was seen over time, and what people decided about it. */
#include <inttypes.h>
#include <string.h>

#include "alb-agent/json.h"
#include "store_priv.h"

#define STMTS(X)                                                                                \
    X(LOAD, "SELECT lb, kind, key, class, first_seen, last_good, verdict, until, decided_at, "  \
            "desired, edit FROM finding ORDER BY lb, kind, key")                                \
    X(PUT, "INSERT INTO finding(lb, kind, key, class, first_seen, last_good, verdict, until, "  \
           "decided_at, desired, edit) VALUES(:lb, :kind, :key, :class, :first_seen, "          \
           "nullif(:last_good, 0), nullif(:verdict, ''), nullif(:until, 0), "                   \
           "nullif(:decided_at, 0), :desired, :edit) "                                          \
           "ON CONFLICT(lb, kind, key) DO UPDATE SET class = excluded.class, "                  \
           "first_seen = excluded.first_seen, last_good = excluded.last_good, "                 \
           "verdict = excluded.verdict, until = excluded.until, "                               \
           "decided_at = excluded.decided_at, desired = excluded.desired, "                     \
           "edit = excluded.edit "                                                              \
           "WHERE (class, first_seen, last_good, verdict, until, decided_at, desired, edit) "   \
           "IS NOT (excluded.class, excluded.first_seen, excluded.last_good, excluded.verdict," \
           " excluded.until, excluded.decided_at, excluded.desired, excluded.edit)")            \
    X(DELETE, "DELETE FROM finding WHERE lb = :lb AND kind = :kind AND key = :key")             \
    X(DECIDE, "UPDATE finding SET verdict = nullif(:verdict, ''), until = nullif(:until, 0), "  \
              "decided_at = nullif(:decided_at, 0) "                                            \
              "WHERE lb = :lb AND kind = :kind AND key = :key")

#define X(NAME, sql) NAME,
enum { STMTS(X) STMT_COUNT };
#undef X
#define X(NAME, sql) [NAME] = (sql),
static const char *const stmt_sql[STMT_COUNT] = { STMTS(X) };
#undef X
_Static_assert(COUNT(stmt_sql) <= STATEMENTS_MAX, "room in struct store");
const struct statements finding_statements = { stmt_sql, STMT_COUNT };

static void bind_address(sqlite3_stmt *s, const struct finding *f)
{
    bind_text(s, ":lb", f->lb);
    bind_text(s, ":kind", resource_kind_name(f->kind));
    bind_text(s, ":key", f->key);
}

static void bind_verdict(const struct store *st, sqlite3_stmt *s, const struct finding *f)
{
    bind_text(s, ":verdict", finding_verdict_name(f->verdict));
    bind_time(st, s, ":until", f->until);
    bind_time(st, s, ":decided_at", f->decided_at);
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

static struct finding read_row(const struct store *st, struct arena *a, sqlite3_stmt *s,
                               enum resource_kind kind)
{
    return (struct finding){
        .lb = col_keep(a, s, "lb"),
        .kind = kind,
        .key = col_keep(a, s, "key"),
        .class = resource_class_find(col_text(s, "class")),
        .first_seen = col_time(st, s, "first_seen"),
        .last_good = col_time(st, s, "last_good"),
        .verdict = finding_verdict_find(or_empty(col_text(s, "verdict"))),
        .until = col_time(st, s, "until"),
        .decided_at = col_time(st, s, "decided_at"),
        .desired = or_empty(col_keep(a, s, "desired")),
        .edit = or_empty(col_keep(a, s, "edit")),
    };
}

bool store_findings_load(struct store *st, struct arena *a, finding_list *out, struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_FINDING, LOAD);
    bool row;
    *out = (finding_list){ 0 };
    for (;;) {
        if (!stmt_next(s, &row, err))
            return error_wrap(err, "read findings");
        if (!row)
            break;
        enum resource_kind kind = resource_kind_find(col_text(s, "kind"));
        if (kind != RESOURCE_KINDS) /* else one of a newer program: left alone */
            *LIST_PUSH(a, out) = read_row(st, a, s, kind);
    }
    finding_sort(out);
    return true;
}

static bool put(struct store *st, const struct finding *f, struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_FINDING, PUT);
    bind_address(s, f);
    bind_text(s, ":class", resource_class_name(f->class));
    bind_time(st, s, ":first_seen", f->first_seen);
    bind_time(st, s, ":last_good", f->last_good);
    bind_verdict(st, s, f);
    bind_text(s, ":desired", f->desired);
    bind_text(s, ":edit", f->edit);
    return stmt_run(s, err);
}

bool store_findings_put(struct store *st, const char *lb, const finding_list *list,
                        struct error *err)
{
    struct arena scratch CLEANUP(arena_done) = { 0 };
    struct batch batch CLEANUP(batch_done) = { 0 };
    finding_list before;
    if (!batch_begin(&batch, st, err) || !store_findings_load(st, &scratch, &before, err))
        return false;
    for (size_t i = 0; i < before.len; i++) {
        const struct finding *f = &before.items[i];
        if ((lb && strcmp(f->lb, lb) != 0) || finding_find(list, f->lb, f->kind, f->key))
            continue;
        sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_FINDING, DELETE);
        bind_address(s, f);
        if (!stmt_run(s, err))
            return error_wrap(err, "close a finding");
    }
    for (size_t i = 0; i < list->len; i++)
        if (!put(st, &list->items[i], err))
            return error_wrap(err, "write the finding on %s", list->items[i].key);
    return batch_end(&batch, err);
}

/* As a replay needs it, which does not have what was found by others. */
static const char *verdict_json(struct arena *a, const struct finding *f)
{
    cJSON *o CLEANUP(json_done) = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "lb", f->lb);
    cJSON_AddStringToObject(o, "kind", resource_kind_name(f->kind));
    cJSON_AddStringToObject(o, "key", f->key);
    cJSON_AddStringToObject(o, "class", resource_class_name(f->class));
    cJSON_AddStringToObject(o, "verdict", finding_verdict_name(f->verdict));
    cJSON_AddStringToObject(o, "desired", or_empty(f->desired));
    cJSON_AddStringToObject(o, "edit", or_empty(f->edit));
    cJSON_AddItemToObject(o, "firstSeen", json_new_int(f->first_seen));
    cJSON_AddItemToObject(o, "lastGood", json_new_int(f->last_good));
    cJSON_AddItemToObject(o, "decidedAt", json_new_int(f->decided_at));
    cJSON_AddItemToObject(o, "until", json_new_int(f->until));
    return json_canonical(a, o);
}

static bool say(struct store *st, const struct finding *f, int64_t now_ms, struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    const bool open = f->verdict == FINDING_OPEN;
    struct store_event event = {
        .at = now_ms,
        .kind = open ? "DELETED" : "VERDICT",
        .key = arena_fmt(&a, "verdict %s %s %s", f->lb, resource_kind_name(f->kind), f->key),
        .body = open ? NULL : verdict_json(&a, f),
    };
    return store_event_add(st, &event, err);
}

bool store_finding_decide(struct store *st, const struct finding *f, int64_t now_ms,
                          struct error *err)
{
    struct batch batch CLEANUP(batch_done) = { 0 };
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_FINDING, DECIDE);
    bind_address(s, f);
    bind_verdict(st, s, f);
    if (!batch_begin(&batch, st, err) || !stmt_run(s, err))
        return error_wrap(err, "write the verdict on %s", f->key);
    if (sqlite3_changes(st->db) != 1)
        return error_set(err, ERROR_NOT_FOUND, "nothing was found about %s %s of %s",
                         resource_kind_name(f->kind), f->key, f->lb);
    return (say(st, f, now_ms, err) && batch_end(&batch, err))
           || error_wrap(err, "write the verdict on %s", f->key);
}
