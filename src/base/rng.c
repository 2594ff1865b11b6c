/* rng.c - SplitMix64 (Steele, Lea, Flood 2014). */
#include "alb-agent/rng.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

uint64_t rng_system_seed(void)
{
    uint64_t seed;
    if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed) {
        fputs("alb-agent: no entropy from the system\n", stderr);
        abort();
    }
    return seed;
}

uint64_t rng_next(struct rng *r)
{
    uint64_t z = r->state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

uint64_t rng_below(struct rng *r, uint64_t n)
{
    uint64_t limit = UINT64_MAX - UINT64_MAX % n, x;
    do
        x = rng_next(r);
    while (x >= limit);
    return x % n;
}

void rng_text(struct rng *r, const char *alphabet, char *text, size_t len)
{
    size_t n = strlen(alphabet);
    for (size_t i = 0; i < len; i++)
        text[i] = alphabet[rng_below(r, n)];
    text[len] = '\0';
}

void rng_uuid(struct rng *r, char text[static 37])
{
    uint64_t hi = (rng_next(r) & ~0xf000ULL) | 0x4000;
    uint64_t lo = (rng_next(r) & 0x3fffffffffffffffULL) | 0x8000000000000000ULL;
    static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    int left = 32; /* digits */
    for (size_t i = 0; i < sizeof shape; i++) {
        text[i] = shape[i];
        if (shape[i] != 'x')
            continue;
        left--;
        uint64_t half = left >= 16 ? hi : lo;
        text[i] = "0123456789abcdef"[half >> (left % 16 * 4) & 15];
    }
}
