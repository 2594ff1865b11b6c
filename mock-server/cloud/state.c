/* state.c - the state of the cloud as one JSON value: taken out, put in, and compared. */
#include <stdlib.h>
#include <string.h>

#include "cloud_priv.h"

bool cloud_export(struct cloud *c, cJSON **out, struct error *err)
{
    if (!db_begin_read(c->db, err))
        return false;
    bool ok = db_export(c->db, out, err);
    db_rollback(c->db);
    return ok;
}

bool cloud_import(struct cloud *c, const cJSON *state, struct error *err)
{
    if (!db_begin(c->db, err))
        return false;
    if (!db_import(c->db, state, err) || !db_commit(c->db, err)) {
        db_rollback(c->db);
        return false;
    }
    arena_done(&c->ended_arena);
    c->ended.items = NULL;
    c->ended.len = 0;
    return cloud_reload(c, err);
}

/* What names a row of each table that is compared; what is not here is the cloud's own. */
static const struct keyed {
    const char *table;
    const char *key[5];
} keyed[] = {
    { "resource", { "id" } },
    { "server", { "grp", "id", "ip", "type", "port" } },
    { "certificate", { "listener", "id" } },
    { "acl_entry", { "acl", "entry" } },
    { "acl_relation", { "listener", "acl" } },
    { "attachment", { "holder", "grp", "doomed" } },
    { "tag", { "id", "key" } },
    { "health", { "grp", "ip", "port" } },
};

struct row {
    const char *key;
    const cJSON *json;
};
typedef LIST_OF(struct row) row_list;

static int by_key(const void *x, const void *y)
{
    const struct row *a = x;
    const struct row *b = y;
    return strcmp(a->key, b->key);
}

static const char *row_key(struct arena *a, const struct keyed *k, const cJSON *row)
{
    const char *text = "";
    for (size_t i = 0; i < COUNT(k->key) && k->key[i]; i++) {
        const cJSON *v = json_get(row, k->key[i]);
        const char *part = cJSON_IsString(v)
                               ? v->valuestring
                               : arena_fmt(a, "%lld", (long long)json_int(row, k->key[i], 0));
        text = i ? arena_fmt(a, "%s %s", text, part) : part;
    }
    return text;
}

static void rows_sort(struct arena *a, const struct keyed *k, const cJSON *state, row_list *out)
{
    const cJSON *row = NULL;
    cJSON_ArrayForEach (row, json_get(state, k->table))
        *LIST_PUSH(a, out) = (struct row){ row_key(a, k, row), row };
    if (out->len > 0)
        qsort(out->items, out->len, sizeof *out->items, by_key);
}

static void field_diff(cJSON *out, const char *name, const cJSON *from, const cJSON *to)
{
    if (cJSON_Compare(from, to, true) || (!from && !to))
        return;
    cJSON *one = cJSON_AddObjectToObject(out, name);
    if (from)
        json_set(one, "From", from);
    if (to)
        json_set(one, "To", to);
}

static const cJSON *member(const cJSON *obj, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(obj, name);
}

/* Every member of either; the order of creation and the body as a whole do not count. */
static void members_diff(cJSON *out, const cJSON *from, const cJSON *to)
{
    const cJSON *m = NULL;
    cJSON_ArrayForEach (m, from)
        if (strcmp(m->string, "seq") != 0 && strcmp(m->string, "body") != 0)
            field_diff(out, m->string, m, member(to, m->string));
    cJSON_ArrayForEach (m, to)
        if (!member(from, m->string) && strcmp(m->string, "body") != 0)
            field_diff(out, m->string, NULL, m);
}

static void row_diff(cJSON *out, const char *table, const char *key, const cJSON *from,
                     const cJSON *to)
{
    const char *change = "changed";
    cJSON *fields = cJSON_CreateObject();
    if (from && to) {
        members_diff(fields, from, to);
        members_diff(fields, json_get(from, "body"), json_get(to, "body"));
    } else {
        change = from ? "removed" : "added";
    }
    if (!from || !to || fields->child) {
        cJSON *one = cJSON_CreateObject();
        cJSON_AddItemToArray(out, one);
        json_set_str(one, "Table", table);
        json_set_str(one, "Key", key);
        json_set_str(one, "Change", change);
        if (fields->child)
            json_set(one, "Fields", fields);
    }
    cJSON_Delete(fields);
}

static void table_diff(const struct keyed *k, const cJSON *from, const cJSON *to, cJSON *out)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    row_list x = { 0 };
    row_list y = { 0 };
    rows_sort(&a, k, from, &x);
    rows_sort(&a, k, to, &y);
    size_t i = 0;
    size_t j = 0;
    while (i < x.len || j < y.len) {
        int order = 0;
        if (i == x.len || j == y.len)
            order = i == x.len ? 1 : -1;
        else
            order = strcmp(x.items[i].key, y.items[j].key);
        const char *key = order <= 0 ? x.items[i].key : y.items[j].key;
        const cJSON *old = order <= 0 ? x.items[i++].json : NULL;
        const cJSON *new = order >= 0 ? y.items[j++].json : NULL;
        row_diff(out, k->table, key, old, new);
    }
}

void cloud_diff_list(const char *table, const char *key, const cJSON *from, const cJSON *to,
                     cJSON *out)
{
    const struct keyed k = { table, { key } };
    table_diff(&k, from, to, out);
}

cJSON *cloud_diff(const cJSON *from, const cJSON *to)
{
    cJSON *out = cJSON_CreateArray();
    for (size_t i = 0; i < COUNT(keyed); i++)
        table_diff(&keyed[i], from, to, out);
    return out;
}
