/* load.h - requests at a server, as many a second as it answers; what they cost it. */
#pragma once

#include <stdint.h>

/* What is asked, and who is told of the answers. */
struct load {
    uint16_t port;
    const char *action; /* NULL: GET /, not signed */
    /* The query of request 'i', sorted and encoded as V3 signs it; NULL: none. */
    const char *(*query)(void *arg, uint64_t i);
    void (*reply)(void *arg, uint64_t i, const char *body); /* of a success; NULL: nobody */
    void *arg;
    uint64_t n;                          /* so many requests; 0: ... */
    double seconds;                      /* ... so long             */
    uint64_t done, failed, begun, bytes; /* bytes: of replies with their heads */
};

/* Runs the load over 16 kept connections, one request in flight on each, all signed (V3)
 * with a nonce of their own; returns the seconds it took.  The first refusal is shown. */
double load_run(struct load *l);

/* What a process has used of its CPU, in seconds, and its resident memory. */
double load_cpu_seconds(const char *pid);
double load_resident_mb(const char *pid);

/* Says what is wrong and ends the program. */
_Noreturn void die(const char *what);
