/* heap.c - malloc() of the simulator: for one thread, by size, each size with a list of the pieces
 * that are free.  Nothing goes back to the system, so that scenario after scenario lives in the
 * same memory.  Under a sanitizer it is the sanitizer's. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef __has_feature
#    if __has_feature(address_sanitizer)
#        define SANITIZED
#    endif
#endif
#if !defined SANITIZED && !defined __SANITIZE_ADDRESS__

enum {
    ALIGN = 16,
    SMALL = 1024, /* up to here by multiples of ALIGN, then four sizes in each doubling */
    STEPS = 4,
    SMALL_SIZES = SMALL / ALIGN + 1,
    SIZES = SMALL_SIZES + STEPS * 32,
};

/* Before each piece. */
struct head {
    size_t index; /* of its size                   */
    void *next;   /* while it is free; else unused */
};
_Static_assert(sizeof(struct head) == ALIGN, "what follows is aligned");

static struct head *unused[SIZES];
static char *room, *room_end;

static size_t size_of(size_t index)
{
    if (index < SMALL_SIZES)
        return index * ALIGN;
    const size_t above = index - SMALL_SIZES, base = (size_t)SMALL << above / STEPS;
    return base + (above % STEPS + 1) * (base / STEPS);
}

/* Of the smallest size that holds 'n'; SIZES when there is none. */
static size_t index_of(size_t n)
{
    if (n <= SMALL)
        return (n + ALIGN - 1) / ALIGN;
    size_t index = SMALL_SIZES;
    while (index < SIZES && size_of(index + STEPS - 1) < n)
        index += STEPS;
    while (index < SIZES && size_of(index) < n)
        index++;
    return index;
}

/* Pages of zeros. */
static char *map(size_t size)
{
    const int fd = open("/dev/zero", O_RDWR | O_CLOEXEC);
    void *p = fd < 0 ? MAP_FAILED : mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    if (fd >= 0)
        (void)close(fd);
    return p == MAP_FAILED ? NULL : p;
}

/* A piece that was never used; what is left of the room before goes with it when it is too small.
 */
static struct head *carve(size_t index)
{
    const size_t chunk = (size_t)64 << 20, size = sizeof(struct head) + size_of(index);
    if ((size_t)(room_end - room) < size) {
        const size_t more = size > chunk ? size : chunk;
        room = map(more);
        room_end = room ? room + more : NULL;
        if (!room)
            return NULL;
    }
    struct head *h = (struct head *)(void *)room;
    room += size;
    h->index = index;
    return h;
}

/* Compilers know malloc() by name, and would make calloc() of itself. */
static void *take(size_t size)
{
    const size_t index = index_of(size);
    struct head *h = index < SIZES ? unused[index] : NULL;
    if (h)
        unused[index] = h->next;
    else if (index < SIZES)
        h = carve(index);
    if (h)
        return h + 1;
    errno = ENOMEM;
    return NULL;
}

void *malloc(size_t size)
{
    return take(size);
}

void free(void *p)
{
    if (!p)
        return;
    struct head *h = (struct head *)p - 1;
    h->next = unused[h->index];
    unused[h->index] = h;
}

void *calloc(size_t n, size_t size)
{
    if (size && n > SIZE_MAX / size)
        return NULL;
    void *p = take(n * size);
    return p ? memset(p, 0, n * size) : NULL;
}

void *realloc(void *old, size_t size)
{
    const size_t had = old ? size_of(((struct head *)old - 1)->index) : 0;
    if (old && size <= had && size > had / 2)
        return old;
    void *p = take(size);
    if (p && old) {
        memcpy(p, old, had < size ? had : size);
        free(old);
    }
    return p;
}

/* Nobody asks for more than what malloc() gives. */
void *aligned_alloc(size_t alignment, size_t size)
{
    return alignment <= ALIGN ? take(size) : NULL;
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    *out = aligned_alloc(alignment, size);
    return *out ? 0 : ENOMEM;
}

#endif
