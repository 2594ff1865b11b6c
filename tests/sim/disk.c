/* disk.c - files in memory as an SQLite VFS.  What was written and what was synced are kept
 * apart, so that a process may die with either; an operation can fail, or be the last.
 *
 * Only files below one folder are ours; all others go to the VFS that was the default. */
#include "sim.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

enum { FILES = 6, REGIONS = 16, PAGE = 4096, RECENT = 32768, ROOM = 1 << 20 };

/* A page that was written since the last sync, as it was then. */
struct old_page {
    struct old_page *next;
    size_t page;
    unsigned char bytes[PAGE];
};

struct file {
    char *path;
    unsigned char *data; /* what lies behind 'len' is anything */
    size_t len, cap, synced_len;
    size_t low, high; /* what was written since the last sync */
    size_t mark;      /* where was written last                */
    struct old_page *old;
    uint32_t *kept_in; /* of each page: the sync before which it was kept */
    uint32_t syncs;
    void *regions[REGIONS];
};

struct disk {
    sqlite3_vfs vfs, *under;
    const char *dir;
    struct file files[FILES];
    enum disk_fault fault;
    int64_t nth, ops;
    bool dead, failed;
};

struct handle {
    sqlite3_file base;
    struct disk *disk;
    struct file *file;
};

static struct disk *disk_of(sqlite3_vfs *vfs)
{
    return vfs->pAppData;
}

/* ---- faults ---------------------------------------------------------------------------------- */

/* Before an operation that changes a file: SQLITE_OK, or the error it ends with. */
static int begin_op(struct disk *d, bool needs_room)
{
    if (d->dead)
        return SQLITE_IOERR;
    d->ops++;
    if (d->fault == DISK_OK || --d->nth > 0)
        return SQLITE_OK;
    switch (d->fault) {
    case DISK_DIE_BEFORE: d->dead = true; return SQLITE_IOERR;
    case DISK_ERROR:
        d->fault = DISK_OK;
        d->failed = true;
        return SQLITE_IOERR_WRITE;
    case DISK_FULL:
        d->failed = d->failed || needs_room;
        return needs_room ? SQLITE_FULL : SQLITE_OK;
    case DISK_DIE_AFTER:
    case DISK_OK: break;
    }
    return SQLITE_OK;
}

static int end_op(struct disk *d)
{
    if (d->fault == DISK_DIE_AFTER && d->nth <= 0)
        d->dead = true;
    return d->dead ? SQLITE_IOERR : SQLITE_OK;
}

/* ---- files ----------------------------------------------------------------------------------- */

static void *grown(void *old, size_t size)
{
    void *p = realloc(old, size);
    if (!p)
        abort();
    return p;
}

static void make_room(struct file *f, size_t need)
{
    size_t cap = f->cap ? f->cap : ROOM;
    while (cap < need)
        cap *= 2;
    if (cap == f->cap)
        return;
    f->data = grown(f->data, cap);
    f->kept_in = grown(f->kept_in, cap / PAGE * sizeof *f->kept_in);
    memset(f->kept_in + f->cap / PAGE, 0, (cap - f->cap) / PAGE * sizeof *f->kept_in);
    f->cap = cap;
}

static void drop_old(struct file *f)
{
    while (f->old) {
        struct old_page *p = f->old;
        f->old = p->next;
        free(p);
    }
}

/* Before it is written there: what a loss of power may bring back. */
static void keep_old(struct file *f, size_t from, size_t to)
{
    to = to < f->synced_len ? to : f->synced_len;
    for (size_t page = from / PAGE; page * PAGE < to; page++) {
        if (f->kept_in[page] == f->syncs + 1)
            continue;
        struct old_page *p = grown(NULL, sizeof *p);
        p->page = page;
        p->next = f->old;
        memcpy(p->bytes, f->data + page * PAGE, PAGE);
        f->old = p;
        f->kept_in[page] = f->syncs + 1;
    }
}

static void touch(struct file *f, size_t from, size_t to)
{
    if (f->low >= f->high) {
        f->low = from;
        f->high = to;
        return;
    }
    f->low = from < f->low ? from : f->low;
    f->high = to > f->high ? to : f->high;
}

static struct handle *handle_of(sqlite3_file *file)
{
    return (struct handle *)(void *)file;
}

static int file_close(sqlite3_file *file)
{
    (void)file;
    return SQLITE_OK;
}

static int file_read(sqlite3_file *file, void *to, int n, sqlite3_int64 at)
{
    const struct handle *h = handle_of(file);
    const struct file *f = h->file;
    if (h->disk->dead)
        return SQLITE_IOERR;
    size_t from = (size_t)at, want = (size_t)n;
    size_t have = from < f->len ? f->len - from : 0;
    have = have < want ? have : want;
    if (have)
        memcpy(to, f->data + from, have);
    if (have == want)
        return SQLITE_OK;
    memset((char *)to + have, 0, want - have);
    return SQLITE_IOERR_SHORT_READ;
}

static int file_write(sqlite3_file *file, const void *from, int n, sqlite3_int64 at)
{
    struct handle *h = handle_of(file);
    struct file *f = h->file;
    int rc = begin_op(h->disk, true);
    if (rc)
        return rc;
    const size_t begin = (size_t)at, end = begin + (size_t)n;
    make_room(f, end);
    keep_old(f, begin, end);
    if (begin > f->len)
        memset(f->data + f->len, 0, begin - f->len);
    memcpy(f->data + begin, from, (size_t)n);
    touch(f, begin, end);
    f->mark = end;
    f->len = end > f->len ? end : f->len;
    return end_op(h->disk);
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    struct handle *h = handle_of(file);
    struct file *f = h->file;
    int rc = begin_op(h->disk, false);
    if (rc)
        return rc;
    if ((size_t)size < f->len) {
        keep_old(f, (size_t)size, f->len);
        memset(f->data + size, 0, f->len - (size_t)size);
        touch(f, (size_t)size, f->len);
        f->len = (size_t)size;
    }
    return end_op(h->disk);
}

static void keep(struct file *f)
{
    drop_old(f);
    f->syncs++;
    f->synced_len = f->len;
    f->low = f->high = 0;
}

static int file_sync(sqlite3_file *file, int flags)
{
    struct handle *h = handle_of(file);
    (void)flags;
    int rc = begin_op(h->disk, false);
    if (rc)
        return rc;
    keep(h->file);
    return end_op(h->disk);
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    *size = (sqlite3_int64)handle_of(file)->file->len;
    return SQLITE_OK;
}

static int file_lock(sqlite3_file *file, int level)
{
    (void)level;
    return handle_of(file)->disk->dead ? SQLITE_IOERR : SQLITE_OK;
}

static int file_reserved(sqlite3_file *file, int *out)
{
    (void)file;
    *out = 0;
    return SQLITE_OK;
}

static int file_control(sqlite3_file *file, int op, void *arg)
{
    (void)file;
    (void)op;
    (void)arg;
    return SQLITE_NOTFOUND;
}

static int file_sector(sqlite3_file *file)
{
    (void)file;
    return PAGE;
}

static int file_traits(sqlite3_file *file)
{
    (void)file;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

/* ---- shared memory of the log: one process, so plain memory ---------------------------------- */

static int shm_map(sqlite3_file *file, int i, int size, int extend, void volatile **out)
{
    struct file *f = handle_of(file)->file;
    *out = NULL;
    if (handle_of(file)->disk->dead || i >= REGIONS)
        return SQLITE_IOERR;
    if (!f->regions[i] && extend) {
        f->regions[i] = calloc(1, (size_t)size);
        if (!f->regions[i])
            abort();
    }
    *out = f->regions[i];
    return SQLITE_OK;
}

static int shm_lock(sqlite3_file *file, int from, int n, int flags)
{
    (void)file;
    (void)from;
    (void)n;
    (void)flags;
    return SQLITE_OK;
}

static void shm_barrier(sqlite3_file *file)
{
    (void)file;
}

static void drop_regions(struct file *f)
{
    for (size_t i = 0; i < REGIONS; i++) {
        free(f->regions[i]);
        f->regions[i] = NULL;
    }
}

static int shm_unmap(sqlite3_file *file, int delete)
{
    (void)delete;
    drop_regions(handle_of(file)->file);
    return SQLITE_OK;
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_lock,
    .xCheckReservedLock = file_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_traits,
    .xShmMap = shm_map,
    .xShmLock = shm_lock,
    .xShmBarrier = shm_barrier,
    .xShmUnmap = shm_unmap,
};

/* ---- names ----------------------------------------------------------------------------------- */

static struct file *find(struct disk *d, const char *path)
{
    for (size_t i = 0; i < FILES; i++)
        if (d->files[i].path && !strcmp(d->files[i].path, path))
            return &d->files[i];
    return NULL;
}

static void drop(struct file *f)
{
    drop_regions(f);
    free(f->path);
    free(f->data);
    free(f->kept_in);
    drop_old(f);
    *f = (struct file){ 0 };
}

static struct file *make(struct disk *d, const char *path)
{
    for (size_t i = 0; i < FILES; i++) {
        struct file *f = &d->files[i];
        if (f->path)
            continue;
        f->path = malloc(strlen(path) + 1);
        if (!f->path)
            abort();
        memcpy(f->path, path, strlen(path) + 1);
        return f;
    }
    return NULL;
}

static bool is_ours(const struct disk *d, const char *path)
{
    return path && !strncmp(path, d->dir, strlen(d->dir));
}

static int vfs_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *out)
{
    struct disk *d = disk_of(vfs);
    struct handle *h = handle_of(file);
    file->pMethods = NULL;
    if (!is_ours(d, path))
        return d->under->xOpen(d->under, path, file, flags, out);
    if (d->dead)
        return SQLITE_CANTOPEN;
    struct file *f = find(d, path);
    if (!f && flags & SQLITE_OPEN_CREATE)
        f = make(d, path);
    if (!f)
        return SQLITE_CANTOPEN;
    *h = (struct handle){ { &methods }, d, f };
    if (out)
        *out = flags;
    return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *path, int sync)
{
    struct disk *d = disk_of(vfs);
    struct file *f = find(d, path);
    if (!is_ours(d, path))
        return d->under->xDelete(d->under, path, sync);
    int rc = begin_op(d, false);
    if (rc)
        return rc;
    if (!f)
        return SQLITE_IOERR_DELETE_NOENT;
    drop(f);
    return end_op(d);
}

static int vfs_access(sqlite3_vfs *vfs, const char *path, int flags, int *out)
{
    struct disk *d = disk_of(vfs);
    if (!is_ours(d, path))
        return d->under->xAccess(d->under, path, flags, out);
    const struct file *f = find(d, path);
    *out = f && (flags != SQLITE_ACCESS_EXISTS || f->len);
    return SQLITE_OK;
}

static int vfs_name(sqlite3_vfs *vfs, const char *path, int n, char *out)
{
    struct disk *d = disk_of(vfs);
    if (!is_ours(d, path))
        return d->under->xFullPathname(d->under, path, n, out);
    (void)sqlite3_snprintf(n, out, "%s", path);
    return SQLITE_OK;
}

static int vfs_random(sqlite3_vfs *vfs, int n, char *out)
{
    (void)vfs;
    memset(out, 7, (size_t)n); /* same seed, same bytes */
    return n;
}

struct disk *disk_new(const char *dir)
{
    struct disk *d = calloc(1, sizeof *d);
    if (!d)
        abort();
    d->under = sqlite3_vfs_find(NULL);
    d->dir = dir;
    d->vfs = *d->under;
    d->vfs.zName = "sim";
    d->vfs.pAppData = d;
    d->vfs.xOpen = vfs_open;
    d->vfs.xDelete = vfs_delete;
    d->vfs.xAccess = vfs_access;
    d->vfs.xFullPathname = vfs_name;
    d->vfs.xRandomness = vfs_random;
    if (d->vfs.szOsFile < (int)sizeof(struct handle))
        d->vfs.szOsFile = (int)sizeof(struct handle);
    if (sqlite3_vfs_register(&d->vfs, 1) != SQLITE_OK)
        abort();
    return d;
}

void disk_free(struct disk *d)
{
    if (!d)
        return;
    (void)sqlite3_vfs_unregister(&d->vfs);
    (void)sqlite3_vfs_register(d->under, 1);
    disk_lose(d);
    free(d);
}

/* ---- the simulator's side -------------------------------------------------------------------- */

void disk_fail(struct disk *d, enum disk_fault fault, int64_t nth)
{
    d->fault = fault;
    d->nth = nth;
    d->failed = false;
}

void disk_kill(struct disk *d)
{
    d->dead = true;
}

bool disk_is_dead(const struct disk *d)
{
    return d->dead;
}

bool disk_has_failed(const struct disk *d)
{
    return d->failed;
}

int64_t disk_ops(const struct disk *d)
{
    return d->ops;
}

/* As it was synced. */
static void bring_back(struct file *f, size_t page)
{
    const struct old_page *p = f->old;
    unsigned char *to = f->data + page * PAGE;
    const size_t at = page * PAGE, left = at < f->synced_len ? f->synced_len - at : 0;
    const size_t n = left < PAGE ? left : PAGE;
    while (p && p->page != page)
        p = p->next;
    if (p)
        memcpy(to, p->bytes, n);
    memset(to + n, 0, PAGE - n);
}

/* Of what was written since the last sync each page made it to the disk, or did not. */
static void lose_power(struct file *f, struct rng *r)
{
    for (size_t page = f->low / PAGE; page * PAGE < f->high; page++)
        if (!rng_below(r, 2))
            bring_back(f, page);
    if (f->len < f->synced_len || rng_below(r, 2))
        f->len = f->synced_len;
}

void disk_revive(struct disk *d, bool power, struct rng *r)
{
    d->dead = false;
    d->fault = DISK_OK;
    for (size_t i = 0; i < FILES; i++) {
        struct file *f = &d->files[i];
        if (!f->path)
            continue;
        drop_regions(f);
        if (power)
            lose_power(f, r);
        if (power)
            keep(f);
    }
}

void disk_lose(struct disk *d)
{
    for (size_t i = 0; i < FILES; i++)
        drop(&d->files[i]);
}

/* A text to be looked for from its end (Horspool): by how much to go on after each last byte. */
struct wanted {
    const char *text;
    size_t len;
    size_t step[256];
};

static struct wanted wanted_text(const char *text)
{
    struct wanted w = { .text = text, .len = strlen(text) };
    for (size_t i = 0; i < COUNT(w.step); i++)
        w.step[i] = w.len;
    for (size_t i = 0; i + 1 < w.len; i++)
        w.step[(unsigned char)text[i]] = w.len - 1 - i;
    return w;
}

static bool file_holds(const struct file *f, size_t from, size_t to, const struct wanted *w)
{
    const unsigned char last = (unsigned char)w->text[w->len - 1];
    for (size_t end = from + w->len; end <= to; end += w->step[f->data[end - 1]])
        if (f->data[end - 1] == last && !memcmp(f->data + end - w->len, w->text, w->len))
            return true;
    return false;
}

bool disk_holds(const struct disk *d, const char *text)
{
    const struct wanted w = wanted_text(text);
    for (size_t i = 0; i < FILES; i++)
        if (file_holds(&d->files[i], 0, d->files[i].len, &w))
            return true;
    return false;
}

/* Up to where all of it would outlive the power; of a file that is half of a checkpoint none. */
static size_t synced_to(const struct file *f)
{
    if (f->low >= f->high)
        return f->len;
    const size_t first = f->low < f->synced_len ? f->low : f->synced_len;
    return f->path && strstr(f->path, "-wal") ? first : 0;
}

/* Most of the time it was written a moment ago. */
bool disk_holds_synced(const struct disk *d, const char *text)
{
    const struct wanted w = wanted_text(text);
    for (int all = 0; all < 2; all++)
        for (size_t i = 0; i < FILES; i++) {
            const struct file *f = &d->files[i];
            const size_t end = synced_to(f), mark = f->mark < end ? f->mark : end;
            if (all ? file_holds(f, 0, end, &w)
                    : file_holds(f, mark > RECENT ? mark - RECENT : 0, mark, &w))
                return true;
        }
    return false;
}
