/* policy_facts.h - the TLS policies every account has, and the cipher suites there are. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { TLS_1_0 = 1, TLS_1_1 = 2, TLS_1_2 = 4, TLS_1_3 = 8 };

struct cipher {
    const char *name;
    unsigned versions; /* that have it */
    bool strict;       /* in the strict policies: with forward secrecy */
};

struct system_policy {
    const char *id;
    unsigned versions;
    bool strict;
};

extern const struct cipher ciphers[];
extern const size_t n_ciphers;
extern const struct system_policy system_policies[];
extern const size_t n_system_policies;

/* The bit of "TLSv1.2"; 0 for anything else. */
unsigned tls_version(const char *name);
/* NULL when there is no such suite. */
const struct cipher *cipher_find(const char *name);
const struct system_policy *system_policy_find(const char *id);
