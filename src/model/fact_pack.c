/* fact_pack.c - interfaces by address in a few bytes each: of a key only what the one before does
 * not begin with, and every so often one as a whole, so that there is a place to begin. */
#include <string.h>

#include "alb-agent/fact.h"

enum {
    GROUP = 16,    /* entries from one whole key to the next                    */
    SHARED = 0x7f, /* how much a key may share with the one before, in bytes    */
    GONE = 0x80    /* it is not known any more                                  */
};

/* An entry is a byte (SHARED and GONE), the rest of the key and the value as two texts. */
struct fact_pack {
    char **groups;
    size_t n_groups, n;
};

/* ---- writing --------------------------------------------------------------------------------- */

static size_t shared_bytes(const char *x, const char *y)
{
    size_t n = 0;
    while (n < SHARED && x[n] && x[n] == y[n])
        n++;
    return n;
}

static void end_group(struct fact_packer *p)
{
    if (p->group.len)
        *LIST_PUSH(&p->scratch, &p->groups) = arena_dup(p->a, p->group.data, p->group.len);
    buf_reset(&p->group);
}

void fact_packer_add(struct fact_packer *p, const char *key, const char *value)
{
    if (p->n % GROUP == 0)
        end_group(p);
    const size_t shared = p->n % GROUP == 0 ? 0 : shared_bytes(buf_str(&p->last), key);
    p->group.max = p->last.max = SIZE_MAX;
    buf_addc(&p->group, (char)shared);
    buf_add(&p->group, key + shared, strlen(key + shared) + 1);
    buf_add(&p->group, value, strlen(value) + 1);
    buf_reset(&p->last);
    buf_adds(&p->last, key);
    p->n++;
}

struct fact_pack *fact_packer_end(struct fact_packer *p)
{
    if (!p->n)
        return NULL;
    end_group(p);
    struct fact_pack *pack = arena_alloc(p->a, sizeof *pack);
    pack->groups = arena_dup(p->a, p->groups.items, p->groups.len * sizeof(char *));
    pack->n_groups = p->groups.len;
    pack->n = p->n;
    return pack;
}

void fact_packer_done(struct fact_packer *p)
{
    buf_done(&p->group);
    buf_done(&p->last);
    arena_done(&p->scratch);
}

/* ---- looking --------------------------------------------------------------------------------- */

static const char *text_of(const char *entry)
{
    return entry + 1;
}

static const char *value_of(const char *entry)
{
    return text_of(entry) + strlen(text_of(entry)) + 1;
}

static char *next_of(char *entry)
{
    return entry + (value_of(entry) - entry) + strlen(value_of(entry)) + 1;
}

static size_t shared_of(const char *entry)
{
    return (unsigned char)*entry & SHARED;
}

/* The last group that does not begin behind the key, or the first. */
static size_t group_of(const struct fact_pack *pack, const char *key)
{
    size_t low = 0, high = pack->n_groups;
    while (high - low > 1) {
        const size_t mid = low + (high - low) / 2;
        if (strcmp(text_of(pack->groups[mid]), key) <= 0)
            low = mid;
        else
            high = mid;
    }
    return low;
}

static size_t group_len(const struct fact_pack *pack, size_t group)
{
    return group + 1 < pack->n_groups ? GROUP : pack->n - group * GROUP;
}

/* Keys ascend: one that shares more with the one before than 'key' does comes before 'key' as that
 * does, and one that shares less comes behind it. */
static char *find(const struct fact_pack *pack, const char *key)
{
    if (!pack)
        return NULL;
    const size_t group = group_of(pack, key);
    char *e = pack->groups[group];
    size_t same = 0; /* bytes that 'key' and the one before begin with */
    for (size_t n = group_len(pack, group); n; n--, e = next_of(e)) {
        if (shared_of(e) > same)
            continue;
        const int c = shared_of(e) < same ? 1 : strcmp(text_of(e), key + same);
        if (!c)
            return (unsigned char)*e & GONE ? NULL : e;
        if (c > 0)
            return NULL;
        same += shared_bytes(text_of(e), key + same);
        same = same > SHARED ? SHARED : same;
    }
    return NULL;
}

const char *fact_pack_value(const struct fact_pack *pack, const char *key)
{
    const char *e = find(pack, key);
    return e ? value_of(e) : NULL;
}

bool fact_pack_forget(struct fact_pack *pack, const char *key)
{
    char *e = find(pack, key);
    if (e)
        *e = (char)((unsigned char)*e | GONE);
    return e;
}

bool fact_pack_next(const struct fact_pack *pack, struct fact_cursor *cursor)
{
    while (pack && cursor->nth < pack->n) {
        const size_t nth = cursor->nth++;
        char *e = nth % GROUP ? next_of(cursor->entry) : pack->groups[nth / GROUP];
        cursor->entry = e;
        cursor->key.max = SIZE_MAX;
        cursor->key.len = shared_of(e); /* of the key before it stays as much */
        buf_adds(&cursor->key, text_of(e));
        cursor->value = value_of(e);
        if (!((unsigned char)*e & GONE))
            return true;
    }
    buf_done(&cursor->key);
    return false;
}
