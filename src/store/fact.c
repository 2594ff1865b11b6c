/* fact.c - what was looked up in the cloud and is neither a resource nor an object; what is
 * learned is an event.
 *
 * A kind that this program does not know is left alone. */
#include "alb-agent/fact.h"

#include <string.h>

#include "alb-agent/buf.h"
#include "store_priv.h"

#define STMTS(X)                                                                     \
    X(SAME, "SELECT value FROM fact WHERE kind = :kind AND key = :key "              \
            "AND value = :value AND value2 = :value2 ORDER BY key")                  \
    X(LOAD, "SELECT kind, key, value, value2, read_at FROM fact ORDER BY kind, key") \
    X(PUT, "INSERT INTO fact(kind, key, value, value2, read_at) "                    \
           "VALUES(:kind, :key, :value, :value2, :read_at) "                         \
           "ON CONFLICT(kind, key) DO UPDATE SET value = excluded.value, "           \
           "value2 = excluded.value2, read_at = excluded.read_at, expires_at = NULL")

#define X(NAME, sql) NAME,
enum { STMTS(X) STMT_COUNT };
#undef X
#define X(NAME, sql) [NAME] = (sql),
static const char *const stmt_sql[STMT_COUNT] = { STMTS(X) };
#undef X
_Static_assert(COUNT(stmt_sql) <= STATEMENTS_MAX, "room in struct store");
const struct statements fact_statements = { stmt_sql, STMT_COUNT };

static enum fact_kind find_kind(const char *name)
{
    int k = 0;
    while (k < FACT_KINDS && strcmp(fact_kind_name((enum fact_kind)k), name) != 0)
        k++;
    return (enum fact_kind)k;
}

/* Most kinds have one value. */
static const char *keep_second(struct arena *a, sqlite3_stmt *s)
{
    const char *text = col_text(s, "value2");
    return text && *text ? arena_strdup(a, text) : "";
}

static void keep(struct store *st, sqlite3_stmt *s, struct arena *a, struct fact_packer *packer,
                 struct fact_set *out)
{
    const enum fact_kind kind = find_kind(col_text(s, "kind"));
    const char *key = col_text(s, "key"), *value = col_text(s, "value");
    if (!key || !value || kind == FACT_KINDS)
        return;
    if (kind == FACT_ENI)
        fact_packer_add(packer, key, value);
    else
        *LIST_PUSH(a, &out->items) = (struct fact){ .kind = kind,
                                                    .key = arena_strdup(a, key),
                                                    .value = arena_strdup(a, value),
                                                    .value2 = keep_second(a, s),
                                                    .read_at = col_time(st, s, "read_at") };
}

bool store_facts_load(struct store *st, struct arena *a, struct fact_set *out, struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_FACT, LOAD);
    struct fact_packer packer CLEANUP(fact_packer_done) = { .a = a };
    bool row;
    *out = (struct fact_set){ 0 };
    for (;;) {
        if (!stmt_next(s, &row, err))
            return error_wrap(err, "read facts");
        if (!row)
            break;
        keep(st, s, a, &packer, out);
    }
    out->addresses = fact_packer_end(&packer);
    fact_sort(out);
    return true;
}

static void bind_fact(sqlite3_stmt *s, const struct fact *fact)
{
    bind_text(s, ":kind", fact_kind_name(fact->kind));
    bind_text(s, ":key", fact->key);
    bind_text(s, ":value", fact->value);
    bind_text(s, ":value2", fact->value2 ? fact->value2 : "");
}

static bool is_known(struct store *st, const struct fact *fact, bool *known, struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_FACT, SAME);
    bind_fact(s, fact);
    return stmt_next(s, known, err);
}

static bool add_event(struct store *st, const struct fact *fact, struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct buf body CLEANUP(buf_done) = { 0 };
    buf_adds(&body, "{\"key\":");
    buf_add_json(&body, fact->key);
    buf_addf(&body, ",\"kind\":\"%s\",\"value\":", fact_kind_name(fact->kind));
    buf_add_json(&body, fact->value);
    buf_adds(&body, ",\"value2\":");
    buf_add_json(&body, fact->value2 ? fact->value2 : "");
    buf_addc(&body, '}');
    struct store_event event = {
        .at = fact->read_at,
        .kind = "FACT",
        .key = arena_fmt(&a, "fact %s %s", fact_kind_name(fact->kind), fact->key),
        .body = body.failed || text_has_secret(buf_str(&body)) ? NULL : buf_str(&body),
    };
    return store_event_add(st, &event, err);
}

static bool put(struct store *st, const struct fact *fact, struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_FACT, PUT);
    bind_fact(s, fact);
    bind_time(st, s, ":read_at", fact->read_at);
    return stmt_run(s, err);
}

bool store_fact_put(struct store *st, const struct fact *fact, struct error *err)
{
    struct batch batch CLEANUP(batch_done) = { 0 };
    bool known;
    return (batch_begin(&batch, st, err) && is_known(st, fact, &known, err)
            && (known || add_event(st, fact, err)) && put(st, fact, err) && batch_end(&batch, err))
           || error_wrap(err, "write fact %s", fact->key);
}
