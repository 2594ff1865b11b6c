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

void fact_set_copy(struct arena *a, const struct fact_set *from, struct fact_set *to)
{
    *to = (struct fact_set){ 0 };
    to->items.len = from->items.len;
    to->items.items = list_sized(a, from->items.len, sizeof *to->items.items);
    for (size_t i = 0; i < from->items.len; i++) {
        struct fact *f = &to->items.items[i];
        *f = from->items.items[i];
        f->key = arena_strdup(a, f->key);
        f->value = arena_strdup(a, f->value);
        if (f->value2)
            f->value2 = *f->value2 ? arena_strdup(a, f->value2) : "";
    }
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
