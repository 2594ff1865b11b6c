/* pem.h - certificates with keys of their own, made for a test. */
#pragma once

#include <stdint.h>

#include "alb-agent/arena.h"

struct pem {
    const char *crt, *key; /* in PEM form */
};

/* Self-signed, for common name 'cn' and "DNS:a.com,DNS:*.a.com" (NULL: none), valid from and
 * until (seconds since 1970), with an EC key. */
struct pem pem_make(struct arena *a, const char *cn, const char *sans, int64_t from, int64_t until);
/* The same each time: its key (Ed25519) and its serial number are drawn from 'seed'. */
struct pem pem_make_again(struct arena *a, uint64_t seed, const char *cn, const char *sans,
                          int64_t from, int64_t until);
/* The key under a password. */
const char *pem_lock_key(struct arena *a, const char *key);
