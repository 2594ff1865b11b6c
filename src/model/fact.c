/* fact.c - sets of facts: order and look-up. */
#include "alb-agent/fact.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

const char *fact_kind_name(enum fact_kind kind)
{
    switch (kind) {
    case FACT_VSWITCH: return "vswitch";
    case FACT_ENI: return "eni";
    case FACT_CERTIFICATES: return "certificates";
    case FACT_BATCH: return "batch";
    case FACT_QUOTA: return "quota";
    case FACT_SERVER_GROUP: return "server-group";
    case FACT_VSWITCHES: return "vswitches";
    case FACT_KINDS: break;
    }
    return "?";
}

static int compare(enum fact_kind kind, const char *key, const struct fact *f)
{
    if (kind != f->kind)
        return kind < f->kind ? -1 : 1;
    return strcmp(key, f->key);
}

static int compare_facts(const void *x, const void *y)
{
    const struct fact *f = x;
    return compare(f->kind, f->key, y);
}

void fact_sort(struct fact_set *set)
{
    if (set->items.len)
        qsort(set->items.items, set->items.len, sizeof *set->items.items, compare_facts);
}

/* Insertion moves what comes after: for more than a few the set is sorted once. */
enum { FEW = 64 };

static void insert(struct arena *a, struct fact_set *set, const struct fact *f)
{
    size_t low = 0, high = set->items.len;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (compare(f->kind, f->key, &set->items.items[mid]) > 0)
            low = mid + 1;
        else
            high = mid;
    }
    (void)LIST_PUSH(a, &set->items);
    struct fact *at = &set->items.items[low];
    memmove(at + 1, at, (set->items.len - 1 - low) * sizeof *at);
    *at = *f;
}

/* Many at once, without the arrays that a list grows through. */
static void append(struct arena *a, struct fact_set *set, const struct fact_set *more)
{
    const size_t n = set->items.len;
    struct fact *all = list_sized(a, n + more->items.len, sizeof *all);
    if (n)
        memcpy(all, set->items.items, n * sizeof *all);
    memcpy(all + n, more->items.items, more->items.len * sizeof *all);
    set->items.items = all;
    set->items.len = n + more->items.len;
    fact_sort(set);
}

void fact_put_all(struct arena *a, struct fact_set *set, const struct fact_set *from)
{
    const bool few = from->items.len <= FEW;
    struct arena scratch CLEANUP(arena_done) = { 0 };
    struct fact_set more = { 0 };
    for (size_t i = 0; i < from->items.len; i++) {
        const struct fact *f = &from->items.items[i];
        const struct fact *was = fact_find(set, f->kind, f->key);
        if (was)
            set->items.items[was - set->items.items] = *f;
        else if (few)
            insert(a, set, f);
        else
            *LIST_PUSH(&scratch, &more.items) = *f;
    }
    if (more.items.len)
        append(a, set, &more);
}

static void copy_item(struct arena *a, const struct fact *f, struct fact_set *to)
{
    struct fact *copy = LIST_PUSH(a, &to->items);
    *copy = *f;
    copy->key = arena_strdup(a, f->key);
    copy->value = arena_strdup(a, f->value);
    if (f->value2)
        copy->value2 = *f->value2 ? arena_strdup(a, f->value2) : "";
}

/* Those of the pack that come before 'key', or all, and not the one that has it. */
static bool pack_until(struct fact_packer *to, const struct fact_pack *from, bool more,
                       struct fact_cursor *cursor, const char *key)
{
    int c = -1;
    while (more && (!key || (c = strcmp(buf_str(&cursor->key), key)) <= 0)) {
        if (c < 0)
            fact_packer_add(to, buf_str(&cursor->key), cursor->value);
        more = fact_pack_next(from, cursor);
    }
    return more;
}

void fact_set_pack(struct arena *a, const struct fact_set *from, struct fact_set *to)
{
    struct fact_packer packer CLEANUP(fact_packer_done) = { .a = a };
    struct fact_cursor cursor = { 0 };
    bool more = fact_pack_next(from->addresses, &cursor);
    *to = (struct fact_set){ 0 };
    for (size_t i = 0; i < from->items.len; i++) {
        const struct fact *f = &from->items.items[i];
        if (f->kind != FACT_ENI) {
            copy_item(a, f, to);
            continue;
        }
        more = pack_until(&packer, from->addresses, more, &cursor, f->key);
        fact_packer_add(&packer, f->key, f->value);
    }
    (void)pack_until(&packer, from->addresses, more, &cursor, NULL);
    to->addresses = fact_packer_end(&packer);
}

const struct fact *fact_find(const struct fact_set *set, enum fact_kind kind, const char *key)
{
    size_t low = 0, high = set->items.len;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int c = compare(kind, key, &set->items.items[mid]);
        if (!c)
            return &set->items.items[mid];
        if (c < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return NULL;
}

const char *fact_value(const struct fact_set *set, enum fact_kind kind, const char *key)
{
    const struct fact *f = fact_find(set, kind, key);
    if (f || kind != FACT_ENI)
        return f ? f->value : NULL;
    return fact_pack_value(set->addresses, key);
}

bool fact_forget(struct fact_set *set, enum fact_kind kind, const char *key)
{
    const struct fact *f = fact_find(set, kind, key);
    const bool packed = kind == FACT_ENI && fact_pack_forget(set->addresses, key);
    if (f) {
        const size_t at = (size_t)(f - set->items.items);
        set->items.len--;
        memmove(&set->items.items[at], &set->items.items[at + 1],
                (set->items.len - at) * sizeof *set->items.items);
    }
    return f || packed;
}
