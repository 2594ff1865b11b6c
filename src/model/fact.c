/* fact.c - sets of facts: order and look-up. */
#include "alb-agent/fact.h"

#include <stdlib.h>
#include <string.h>

const char *fact_kind_name(enum fact_kind kind)
{
    switch (kind) {
    case FACT_VSWITCH: return "vswitch";
    case FACT_ENI: return "eni";
    case FACT_CERTIFICATES: return "certificates";
    case FACT_BATCH: return "batch";
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
