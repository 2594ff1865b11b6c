/* page.c - lists: filters, and pages by an opaque cursor (the 'seq' after which to go on,
 * in 20 hex digits as the documented examples have).  Order is order of creation. */
#include <inttypes.h>
#include <string.h>

#include "cloud_priv.h"

enum { PAGE_DEFAULT = 20 };

/* An odd factor and its inverse modulo 2^64: cursors should not look like counters, or
 * somebody will count with them. */
static const uint64_t cursor_factor = 0x9E3779B97F4A7C15U;
static const uint64_t cursor_inverse = 0xF1DE83E19937733DU;

const char *cursor_text(struct op *op, int64_t seq)
{
    uint64_t mixed = (uint64_t)seq * cursor_factor;
    return arena_fmt(op->a, "%020" PRIx64, mixed);
}

bool cursor_read(const char *text, int64_t *seq)
{
    uint64_t n = 0;
    if (strlen(text) != 20 || strncmp(text, "0000", 4) != 0)
        return false;
    for (const char *s = text; *s; s++) {
        const char *digits = "0123456789abcdef";
        const char *d = strchr(digits, *s);
        if (!d)
            return false;
        n = n << 4 | (uint64_t)(d - digits);
    }
    n *= cursor_inverse;
    *seq = (int64_t)n;
    return n > 0 && n < UINT64_C(1) << 48;
}

bool page_begin(struct op *op, struct page *p, struct error *err)
{
    const char *token = op_str(op, "NextToken");
    *p = (struct page){ .max = json_int(op->params, "MaxResults", PAGE_DEFAULT) };
    if (token && !cursor_read(token, &p->after))
        return refuse_illegal(err, "NextToken");
    return true;
}

bool page_take(struct page *p, int64_t seq)
{
    p->total++;
    if (seq <= p->after)
        return false;
    if (p->taken == p->max) {
        p->more = true;
        return false;
    }
    p->taken++;
    p->last = seq;
    return true;
}

void page_end(struct op *op, const struct page *p, bool with_total)
{
    json_set_int(op->body, "MaxResults", p->max);
    if (p->more)
        json_set_str(op->body, "NextToken", cursor_text(op, p->last));
    if (with_total)
        json_set_int(op->body, "TotalCount", p->total);
}

/* The one tag of a filter that an index can find, or NULL. */
static const cJSON *tag_driver(const cJSON *tags)
{
    const cJSON *tag = NULL;
    cJSON_ArrayForEach (tag, tags)
        if (json_str(tag, "Key") && json_str(tag, "Value"))
            return tag;
    return NULL;
}

/* Which statement finds the candidates by an index. */
static enum sql list_sql(const struct list *list)
{
    if (list->ids)
        return SQL_LIST_IDS;
    if (list->parents)
        return SQL_LIST_PARENTS;
    if (list->lbs)
        return SQL_LIST_LBS;
    return tag_driver(list->tags) ? SQL_LIST_TAGS : SQL_LIST_ALL;
}

/* The tags that are left to be looked at when the driver has been, or NULL. */
static const cJSON *tags_left(const struct list *list)
{
    bool one = cJSON_GetArraySize(list->tags) == 1;
    return one && list_sql(list) == SQL_LIST_TAGS ? NULL : list->tags;
}

/* The only element of a list, or NULL. */
static const char *only(const cJSON *list)
{
    return list->child && !list->child->next ? text_of(list->child) : NULL;
}

/* The statement of a list that filters by nothing but one id of one kind, with the id in
 * '*one', or by none; SQL_COUNT: it is not such a list. */
static enum sql plain_sql(const struct list *list, const char **one)
{
    const struct {
        const cJSON *values;
        enum sql sql;
    } by[] = { { list->ids, SQL_PLAIN_ID },
               { list->parents, SQL_PLAIN_PARENT },
               { list->lbs, SQL_PLAIN_LB } };
    enum sql sql = SQL_PLAIN_ALL;
    if (list->names || list->vpcs || list->tags || list->fields || list->zone)
        return SQL_COUNT;
    for (size_t i = 0; i < COUNT(by); i++) {
        if (!by[i].values)
            continue;
        *one = only(by[i].values);
        if (!*one || sql != SQL_PLAIN_ALL)
            return SQL_COUNT;
        sql = by[i].sql;
    }
    return sql;
}

static struct query plain_query(struct op *op, const struct list *list, enum sql sql,
                                const char *one)
{
    struct query q = db_query(op->db, sql);
    query_text(&q, ":region", op->region);
    query_text(&q, ":kind", res_kind_names[list->kind]);
    query_text(&q, ":variant", list->variant);
    query_text(&q, ":status", list->status);
    if (one)
        query_text(&q, ":one", one);
    return q;
}

static void list_bind(struct op *op, struct query *q, const struct list *list)
{
    query_text(q, ":region", op->region);
    query_text(q, ":kind", res_kind_names[list->kind]);
    query_text(q, ":ids", op_text(op, list->ids));
    query_text(q, ":parents", op_text(op, list->parents));
    query_text(q, ":lbs", op_text(op, list->lbs));
    query_text(q, ":names", op_text(op, list->names));
    query_text(q, ":vpcs", op_text(op, list->vpcs));
    query_text(q, ":tags", op_text(op, tags_left(list)));
    query_text(q, ":fields", op_text(op, list->fields));
    query_text(q, ":variant", list->variant);
    query_text(q, ":status", list->status);
    query_text(q, ":zone", list->zone);
    if (list_sql(list) == SQL_LIST_TAGS) {
        query_text(q, ":tag_key", json_str(tag_driver(list->tags), "Key"));
        query_text(q, ":tag_value", json_str(tag_driver(list->tags), "Value"));
    }
}

static struct query list_query(struct op *op, const struct list *list)
{
    const char *one = NULL;
    enum sql plain = plain_sql(list, &one);
    if (plain != SQL_COUNT)
        return plain_query(op, list, plain, one);
    struct query q = db_query(op->db, list_sql(list));
    list_bind(op, &q, list);
    return q;
}

typedef LIST_OF(int64_t) seq_list;

static bool list_seqs(struct op *op, const struct list *list, struct page *page, seq_list *out,
                      struct error *err)
{
    bool row = true;
    bool listed = true;
    struct query q CLEANUP(query_done) = list_query(op, list);
    for (;;) {
        if (!query_next(&q, &row, err))
            return false;
        if (!row)
            return true;
        int64_t seq = query_num(&q, "seq");
        if (!knob_listed(op, seq, &listed, err))
            return false;
        if (listed && page_take(page, seq))
            *LIST_PUSH(op->a, out) = seq;
    }
}

static bool print_items(struct op *op, const seq_list *seqs, cJSON *items, res_print_fn *print,
                        struct error *err)
{
    struct res r;
    for (size_t i = 0; i < seqs->len; i++) {
        cJSON *item = cJSON_CreateObject();
        cJSON_AddItemToArray(items, item);
        if (!res_by_seq(op, seqs->items[i], &r, err) || !print(op, &r, item, err))
            return false;
    }
    return true;
}

static bool item_text(struct op *op, int64_t seq, res_print_fn *print, struct shown_text *out,
                      struct error *err)
{
    struct res r;
    if (shown_get(op->cloud->shown, seq, out))
        return true;
    cJSON *item = op_own(op, cJSON_CreateObject());
    if (!res_by_seq(op, seq, &r, err) || !print(op, &r, item, err))
        return false;
    out->text = op_text(op, item);
    out->len = strlen(out->text);
    shown_put(op->cloud->shown, seq, out);
    return true;
}

/* The array of items as text. */
static bool print_raw(struct op *op, const seq_list *seqs, const char *name, res_print_fn *print,
                      struct error *err)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    struct shown_text item;
    buf_addc(&b, '[');
    for (size_t i = 0; i < seqs->len; i++) {
        if (!item_text(op, seqs->items[i], print, &item, err))
            return false;
        if (i > 0)
            buf_addc(&b, ',');
        buf_add(&b, item.text, item.len);
    }
    buf_addc(&b, ']');
    cJSON_AddRawToObject(op->body, name, buf_str(&b));
    return true;
}

bool page_resources(struct op *op, const struct list *list, const char *name, res_print_fn *print,
                    struct error *err)
{
    struct page page = { 0 };
    seq_list seqs = { 0 };
    if (!page_begin(op, &page, err) || !list_seqs(op, list, &page, &seqs, err))
        return false;
    bool ok = op->raw && list->own
                  ? print_raw(op, &seqs, name, print, err)
                  : print_items(op, &seqs, cJSON_AddArrayToObject(op->body, name), print, err);
    if (ok)
        page_end(op, &page, true);
    return ok;
}
