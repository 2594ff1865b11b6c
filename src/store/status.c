/* status.c - what an agent that runs says of itself, as one JSON document in one row.
 *
 * The members of each struct stand in a table, so that writing and reading cannot differ.  The
 * document is between two programs of one version or near it: what a reader does not know it
 * passes over, what it misses is as if nothing had been said. */
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "alb-agent/buf.h"
#include "alb-agent/json.h"
#include "store_priv.h"

#define STMTS(X)                                                                             \
    X(PUT, "INSERT INTO status(id, at, pid, host, document) VALUES(1, :at, :pid, :host, "    \
           ":document) ON CONFLICT(id) DO UPDATE SET at = excluded.at, pid = excluded.pid, " \
           "host = excluded.host, document = excluded.document")                             \
    X(GET, "SELECT pid, host, document, (SELECT count(*) FROM holder WHERE "                 \
           "holder.pid = status.pid AND holder.host = status.host) AS holds "                \
           "FROM status ORDER BY id")

#define X(NAME, sql) NAME,
enum { STMTS(X) STMT_COUNT };
#undef X
#define X(NAME, sql) [NAME] = (sql),
static const char *const stmt_sql[STMT_COUNT] = { STMTS(X) };
#undef X
_Static_assert(COUNT(stmt_sql) <= STATEMENTS_MAX, "room in struct store");
const struct statements status_statements = { stmt_sql, STMT_COUNT };

enum { DOCUMENT_MAX = 16 * 1024 * 1024 };

/* ---- the document ------------------------------------------------------------------------ */

enum member_kind { MEMBER_TEXT, MEMBER_INT, MEMBER_BOOL, MEMBER_LIST };

struct members;
struct member {
    const char *name;
    enum member_kind kind;
    size_t off;
    const struct members *of; /* MEMBER_LIST */
};
struct members {
    const struct member *items;
    size_t n, size; /* of the struct */
};

/* Any LIST_OF(struct). */
struct any_list {
    void *items;
    size_t len;
};

#define OFF(m, type) (offsetof(SELF, m) + 0 * sizeof(char[_Generic(&((SELF *)0)->m, type * : 1)]))
/* clang-format off */
#define M_TEXT(m) { .name = #m, .kind = MEMBER_TEXT, .off = OFF(m, const char *) }
#define M_INT(m)  { .name = #m, .kind = MEMBER_INT, .off = OFF(m, int64_t) }
#define M_BOOL(m) { .name = #m, .kind = MEMBER_BOOL, .off = OFF(m, bool) }
#define M_LIST(m) { .name = #m, .kind = MEMBER_LIST, .off = offsetof(SELF, m), .of = &m##_members }
/* clang-format on */
#define MEMBERS(name) \
    static const struct members name##_members = { name##_items, COUNT(name##_items), sizeof(SELF) }

#define SELF struct store_family
static const struct member families_items[] = { M_TEXT(name),       M_INT(lanes),   M_INT(running),
                                                M_INT(ready),       M_INT(waiting), M_INT(backoff),
                                                M_INT(most_running) };
MEMBERS(families);
#undef SELF

#define SELF struct store_lane
static const struct member lanes_items[] = { M_TEXT(family), M_TEXT(key), M_TEXT(state),
                                             M_TEXT(what),   M_TEXT(why), M_INT(since),
                                             M_INT(due),     M_INT(tries) };
MEMBERS(lanes);
#undef SELF

#define SELF struct store_budget
static const struct member budgets_items[] = { M_TEXT(name), M_INT(used), M_INT(limit),
                                               M_INT(window_s), M_INT(throttled) };
MEMBERS(budgets);
#undef SELF

#define SELF struct store_certificate
static const struct member certificates_items[] = { M_TEXT(lb), M_TEXT(listener), M_TEXT(id),
                                                    M_TEXT(name), M_INT(end) };
MEMBERS(certificates);
#undef SELF

#define SELF struct store_status
static const struct member status_items[] = {
    M_INT(at),       M_INT(started_at),    M_TEXT(version),
    M_TEXT(phase),   M_TEXT(source),       M_BOOL(source_complete),
    M_TEXT(problem), M_INT(verified_at),   M_INT(next_read_at),
    M_INT(queued),   M_INT(events),        M_INT(writes),
    M_INT(reads),    M_LIST(families),     M_LIST(lanes),
    M_LIST(budgets), M_LIST(certificates),
};
MEMBERS(status);
#undef SELF

static cJSON *write_struct(const struct members *s, const void *obj);

static cJSON *write_list(const struct members *of, const struct any_list *list)
{
    cJSON *array = cJSON_CreateArray();
    for (size_t i = 0; i < list->len; i++)
        cJSON_AddItemToArray(array, write_struct(of, (const char *)list->items + i * of->size));
    return array;
}

static cJSON *write_member(const struct member *m, const void *at)
{
    struct any_list list;
    const char *text;
    int64_t n;
    bool yes;
    switch (m->kind) {
    case MEMBER_INT: memcpy(&n, at, sizeof n); return json_new_int(n);
    case MEMBER_BOOL: memcpy(&yes, at, sizeof yes); return cJSON_CreateBool(yes);
    case MEMBER_LIST: memcpy(&list, at, sizeof list); return write_list(m->of, &list);
    case MEMBER_TEXT: break;
    }
    memcpy(&text, at, sizeof text);
    return cJSON_CreateString(text ? text : "");
}

static cJSON *write_struct(const struct members *s, const void *obj)
{
    cJSON *json = cJSON_CreateObject();
    for (size_t i = 0; i < s->n; i++)
        cJSON_AddItemToObject(json, s->items[i].name,
                              write_member(&s->items[i], (const char *)obj + s->items[i].off));
    return json;
}

static void read_struct(struct arena *a, const struct members *s, const cJSON *json, void *obj);

static void read_list(struct arena *a, const struct members *of, const cJSON *json,
                      struct any_list *out)
{
    const cJSON *item;
    int n = cJSON_GetArraySize(json);
    *out = (struct any_list){ arena_array(a, (size_t)n, of->size), 0 };
    cJSON_ArrayForEach (item, json)
        read_struct(a, of, item, (char *)out->items + out->len++ * of->size);
}

static void read_member(struct arena *a, const struct member *m, const cJSON *json, void *at)
{
    const char *text = json_str(json, m->name);
    int64_t n = json_int(json, m->name, 0);
    bool yes = cJSON_IsTrue(json_get(json, m->name));
    struct any_list list;
    switch (m->kind) {
    case MEMBER_INT: memcpy(at, &n, sizeof n); return;
    case MEMBER_BOOL: memcpy(at, &yes, sizeof yes); return;
    case MEMBER_LIST:
        read_list(a, m->of, json_get(json, m->name), &list);
        memcpy(at, &list, sizeof list);
        return;
    case MEMBER_TEXT: break;
    }
    text = text ? arena_strdup(a, text) : "";
    memcpy(at, &text, sizeof text);
}

static void read_struct(struct arena *a, const struct members *s, const cJSON *json, void *obj)
{
    for (size_t i = 0; i < s->n; i++)
        read_member(a, &s->items[i], json, (char *)obj + s->items[i].off);
}

/* ---- the row ----------------------------------------------------------------------------- */

static bool put(struct store *st, const struct store_status *status, struct error *err)
{
    char host[HOST_MAX];
    struct buf b CLEANUP(buf_done) = { .max = DOCUMENT_MAX };
    cJSON *json CLEANUP(json_done) = write_struct(&status_members, status);
    json_write(&b, json, false);
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_STATUS, PUT);
    bind_int(s, ":at", status->at);
    bind_int(s, ":pid", getpid());
    bind_text(s, ":host", host_name(host));
    bind_text(s, ":document", buf_str(&b));
    return stmt_run(s, err);
}

static bool put_lazily(struct store *st, const struct store_status *status, struct error *err)
{
    struct store_txn txn CLEANUP(store_txn_done) = { 0 };
    return store_begin_lazy(&txn, st, err) && put(st, status, err) && store_commit(&txn, err);
}

void store_status_sign(struct arena *a, struct store_status *status)
{
    char host[HOST_MAX];
    status->pid = getpid();
    status->host = arena_strdup(a, host_name(host));
    status->alive = true;
}

bool store_status_put(struct store *st, const struct store_status *status, struct error *err)
{
    bool alone = sqlite3_get_autocommit(st->db) != 0;
    return (alone ? put_lazily : put)(st, status, err) || error_wrap(err, "write the status");
}

static bool read_document(struct arena *a, const char *text, struct store_status *out,
                          struct error *err)
{
    cJSON *json CLEANUP(json_done) = NULL;
    if (!json_parse(text, strlen(text), &json, err))
        return error_wrap(err, "read the status");
    read_struct(a, &status_members, json, out);
    return true;
}

bool store_status_read(struct store *st, struct arena *a, struct store_status *out, bool *found,
                       struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_STATUS, GET);
    *out = (struct store_status){ 0 };
    if (!store_quarantine_read(st, a, STORE_QUARANTINE_SHOWN, &out->quarantined, &out->left_out,
                               err))
        return false;
    if (!stmt_next(s, found, err))
        return error_wrap(err, "read the status");
    if (!*found)
        return true;
    out->pid = col_int(s, "pid");
    out->host = col_keep(a, s, "host");
    out->alive = col_int(s, "holds") && (st->holds || st->beside);
    return read_document(a, col_text(s, "document"), out, err);
}
