/* memory.c - lets allocations fail.
 *
 * The allocations of the program and of all its libraries are counted from 1, from when main()
 * begins.  The environment says which fail:
 *
 *     ALB_AGENT_CRASH_ALLOC=N[+M]       the Nth, and M after it
 *     ALB_AGENT_CRASH_ALLOCS=FILE       how many there were is written there in the end
 *
 * malloc() of a program goes before that of the C library, whose own name for it glibc exports. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "crash_priv.h"

// NOLINTBEGIN(bugprone-reserved-identifier): names of glibc's
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);
// NOLINTEND(bugprone-reserved-identifier)

static struct {
    atomic_ullong n;
    unsigned long long first, last;
    int report;
} memory = { .report = -1 };

static bool fails(void)
{
    unsigned long long n = atomic_fetch_add(&memory.n, 1) + 1;
    if (n < memory.first || n > memory.last)
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
    return fails() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
    return fails() ? NULL : __libc_realloc(old, size);
}

static void report(void)
{
    (void)dprintf(memory.report, "%llu\n", atomic_load(&memory.n));
}

bool memory_read_environment(void)
{
    const char *at = crash_env("ALB_AGENT_CRASH_ALLOC"), *to = crash_env("ALB_AGENT_CRASH_ALLOCS");
    char *end = NULL;
    unsigned long long first = strtoull(at, &end, 10);
    unsigned long long more = *end == '+' ? strtoull(end + 1, &end, 10) : 0;
    if (*to)
        memory.report = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (*end || (*to && (memory.report < 0 || atexit(report) != 0)))
        return false;
    /* OpenSSL 3.0 does not survive a failure while it sets itself up. */
    unsigned char digest[EVP_MAX_MD_SIZE];
    if (!EVP_Digest("", 0, digest, NULL, EVP_sha256(), NULL))
        return false;
    memory.last = first + more;
    memory.first = first ? first : 1;
    if (!first)
        memory.last = 0;
    atomic_store(&memory.n, 0);
    return true;
}
