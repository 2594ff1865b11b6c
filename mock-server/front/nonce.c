/* nonce.c - a hash table with linear probing, at most three quarters full. */
#include "nonce.h"

static const size_t FIRST_SIZE = 256;

/* FNV-1a over 'text' and the NUL after it. */
static uint64_t fnv(uint64_t hash, const char *text)
{
    do
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
    while (*text++);
    return hash;
}

uint64_t nonce_mark(const char *key, const char *nonce)
{
    uint64_t z = fnv(fnv(0xcbf29ce484222325, key), nonce);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9; /* its low bits choose the slot */
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    z ^= z >> 31;
    return z ? z : 1;
}

/* The slot of 'mark', or the free one where it belongs. */
static uint64_t *slot_of(const struct nonce_set *s, uint64_t mark)
{
    size_t i = mark & (s->size - 1);
    while (s->slots[i] && s->slots[i] != mark)
        i = (i + 1) & (s->size - 1);
    return &s->slots[i];
}

bool nonce_set_has(const struct nonce_set *s, uint64_t mark)
{
    return s->size && *slot_of(s, mark) == mark;
}

static void grow(struct nonce_set *s)
{
    struct nonce_set larger = { .n = s->n, .size = s->size ? s->size * 2 : FIRST_SIZE };
    larger.slots = arena_array(&larger.arena, larger.size, sizeof *larger.slots);
    for (size_t i = 0; i < s->size; i++)
        if (s->slots[i])
            *slot_of(&larger, s->slots[i]) = s->slots[i];
    nonce_set_done(s);
    *s = larger;
}

void nonce_set_add(struct nonce_set *s, uint64_t mark)
{
    if (s->n >= s->size / 4 * 3)
        grow(s);
    uint64_t *slot = slot_of(s, mark);
    s->n += !*slot;
    *slot = mark;
}

void nonce_set_done(struct nonce_set *s)
{
    arena_done(&s->arena);
    *s = (struct nonce_set){ 0 };
}
