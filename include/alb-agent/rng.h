/* rng.h - a seeded generator (SplitMix64): same seed, same numbers, on every machine.
 * For nonces, tokens and jitter; not for keys. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct rng {
    uint64_t state;
};

/* A seed from the system's entropy. */
uint64_t rng_system_seed(void);
uint64_t rng_next(struct rng *r);
/* Uniform in 0 .. n-1; n > 0. */
uint64_t rng_below(struct rng *r, uint64_t n);
/* 'len' characters out of 'alphabet', and a NUL. */
void rng_text(struct rng *r, const char *alphabet, char *text, size_t len);
/* A version-4 UUID in lower case: 36 characters and a NUL. */
void rng_uuid(struct rng *r, char text[static 37]);
