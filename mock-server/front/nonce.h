/* nonce.h - which nonces a key has used: 64 bits of each, so that millions take little
 * memory.  That a new nonce looks used is less likely than 1 in 10^11 among 10^8. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alb-agent/arena.h"

/* All-zero is an empty set. */
struct nonce_set {
    struct arena arena;
    uint64_t *slots; /* 0: free; 'size', a power of two, of them */
    size_t n, size;
};

/* What stands for a nonce of a key; never 0. */
uint64_t nonce_mark(const char *key, const char *nonce);
bool nonce_set_has(const struct nonce_set *s, uint64_t mark);
void nonce_set_add(struct nonce_set *s, uint64_t mark);
void nonce_set_done(struct nonce_set *s);
