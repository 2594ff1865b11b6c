/* points.c - ends the agent at a chosen point, or makes its disk fail there.
 *
 * A point is a request that is sent, a reply that is taken, or a write, sync or truncation of a
 * file of SQLite's; they are counted from 1 in the order in which they come.  The environment
 * says what happens:
 *
 *     ALB_AGENT_CRASH_TRACE=FILE  a line is appended for each point: what it is
 *     ALB_AGENT_CRASH_AT=N        the point at which it happens; unset: never
 *     ALB_AGENT_CRASH_AS=HOW      before  killed before it (the default)
 *                                 after   killed after it; a request has left by then
 *                                 half    killed when the first half of the data was written
 *                                 ioerr   the disk fails once
 *                                 full    the disk is full from then on
 *
 * Nothing of the agent knows of this: the linker puts these functions in front of main(),
 * http_new() and http_free() (CMakeLists.txt). */
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alb-agent/http.h"
#include "alb-agent/macros.h"
#include "alb-agent/transport.h"
#include "crash_priv.h"

enum how { BEFORE, AFTER, HALF, IOERR, FULL, HOWS };

static struct {
    unsigned long long at, n;
    enum how how;
    int trace;
} crash = { .trace = -1 };

static _Noreturn void die(void)
{
    (void)kill(getpid(), SIGKILL);
    _exit(137);
}

/* Counts a point; true when it is the chosen one. */
static bool point(const char *what)
{
    char line[64];
    crash.n++;
    int len = snprintf(line, sizeof line, "%s\n", what);
    if (crash.trace >= 0 && len > 0 && write(crash.trace, line, (size_t)len) != len)
        die();
    bool here = crash.n == crash.at;
    if (here && crash.how == BEFORE)
        die();
    return here;
}

static void die_after(bool here)
{
    if (here && (crash.how == AFTER || crash.how == HALF))
        die();
}

/* ---- the files of SQLite ---------------------------------------------------------------- */

/* What SQLite opens; the file of the VFS behind it follows. */
struct tapped_file {
    sqlite3_file base;
    const char *kind; /* "wal", "file" ... */
    sqlite3_file *inner;
};

static struct sqlite3_file *inner_of(sqlite3_file *f)
{
    return ((struct tapped_file *)(void *)f)->inner;
}

static bool file_point(sqlite3_file *f, const char *what)
{
    char text[48];
    (void)snprintf(text, sizeof text, "%s %s", what, ((struct tapped_file *)(void *)f)->kind);
    return point(text);
}

static bool fails(bool here)
{
    return crash.how == IOERR && here;
}

static bool is_full(void)
{
    return crash.how == FULL && crash.at && crash.n >= crash.at;
}

static int tap_close(sqlite3_file *f)
{
    return inner_of(f)->pMethods->xClose(inner_of(f));
}

static int tap_read(sqlite3_file *f, void *to, int len, sqlite3_int64 at)
{
    return inner_of(f)->pMethods->xRead(inner_of(f), to, len, at);
}

static int tap_write(sqlite3_file *f, const void *from, int len, sqlite3_int64 at)
{
    sqlite3_file *inner = inner_of(f);
    bool here = file_point(f, "write");
    if (fails(here))
        return SQLITE_IOERR_WRITE;
    if (is_full())
        return SQLITE_FULL;
    int half = here && crash.how == HALF ? len / 2 : len;
    int rc = inner->pMethods->xWrite(inner, from, half, at);
    die_after(here);
    return rc;
}

static int tap_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    bool here = file_point(f, "truncate");
    if (fails(here))
        return SQLITE_IOERR_TRUNCATE;
    int rc = inner_of(f)->pMethods->xTruncate(inner_of(f), size);
    die_after(here);
    return rc;
}

static int tap_sync(sqlite3_file *f, int flags)
{
    bool here = file_point(f, "sync");
    if (fails(here))
        return SQLITE_IOERR_FSYNC;
    int rc = inner_of(f)->pMethods->xSync(inner_of(f), flags);
    die_after(here);
    return rc;
}

static int tap_size(sqlite3_file *f, sqlite3_int64 *size)
{
    return inner_of(f)->pMethods->xFileSize(inner_of(f), size);
}

static int tap_lock(sqlite3_file *f, int level)
{
    return inner_of(f)->pMethods->xLock(inner_of(f), level);
}

static int tap_unlock(sqlite3_file *f, int level)
{
    return inner_of(f)->pMethods->xUnlock(inner_of(f), level);
}

static int tap_reserved(sqlite3_file *f, int *is)
{
    return inner_of(f)->pMethods->xCheckReservedLock(inner_of(f), is);
}

static int tap_control(sqlite3_file *f, int op, void *arg)
{
    return inner_of(f)->pMethods->xFileControl(inner_of(f), op, arg);
}

static int tap_sector(sqlite3_file *f)
{
    return inner_of(f)->pMethods->xSectorSize(inner_of(f));
}

static int tap_traits(sqlite3_file *f)
{
    return inner_of(f)->pMethods->xDeviceCharacteristics(inner_of(f));
}

static int tap_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **to)
{
    return inner_of(f)->pMethods->xShmMap(inner_of(f), page, size, extend, to);
}

static int tap_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
    return inner_of(f)->pMethods->xShmLock(inner_of(f), offset, n, flags);
}

static void tap_shm_barrier(sqlite3_file *f)
{
    inner_of(f)->pMethods->xShmBarrier(inner_of(f));
}

static int tap_shm_unmap(sqlite3_file *f, int delete)
{
    return inner_of(f)->pMethods->xShmUnmap(inner_of(f), delete);
}

/* Version 2: without the memory-mapped pages of version 3, which are not written through. */
static const sqlite3_io_methods tapped_methods = {
    .iVersion = 2,
    .xClose = tap_close,
    .xRead = tap_read,
    .xWrite = tap_write,
    .xTruncate = tap_truncate,
    .xSync = tap_sync,
    .xFileSize = tap_size,
    .xLock = tap_lock,
    .xUnlock = tap_unlock,
    .xCheckReservedLock = tap_reserved,
    .xFileControl = tap_control,
    .xSectorSize = tap_sector,
    .xDeviceCharacteristics = tap_traits,
    .xShmMap = tap_shm_map,
    .xShmLock = tap_shm_lock,
    .xShmBarrier = tap_shm_barrier,
    .xShmUnmap = tap_shm_unmap,
};

static const char *kind_of(int flags)
{
    if (flags & SQLITE_OPEN_WAL)
        return "wal";
    return flags & SQLITE_OPEN_MAIN_DB ? "file" : "journal";
}

static sqlite3_vfs *unix_vfs;

static int tap_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out)
{
    (void)vfs;
    struct tapped_file *file = (struct tapped_file *)(void *)f;
    *file = (struct tapped_file){ .kind = kind_of(flags), .inner = (sqlite3_file *)(file + 1) };
    int rc = unix_vfs->xOpen(unix_vfs, name, file->inner, flags, out);
    file->base.pMethods = file->inner->pMethods ? &tapped_methods : NULL;
    return rc;
}

/* All that is about names, time and chance is that of the VFS behind it, which knows itself by
 * no more than what is copied. */
static void tap_files(void)
{
    static sqlite3_vfs tapped;
    unix_vfs = sqlite3_vfs_find(NULL);
    tapped = *unix_vfs;
    tapped.zName = "crash-points";
    tapped.szOsFile = (int)sizeof(struct tapped_file) + unix_vfs->szOsFile;
    tapped.xOpen = tap_open;
    (void)sqlite3_vfs_register(&tapped, 1);
}

/* ---- requests and replies --------------------------------------------------------------- */

struct tapped_transport {
    struct transport base;
    struct transport *inner;
};
/* A process has one. */
static struct tapped_transport tapped_transport;

/* A request is on its way only when the loop has moved it. */
static void move_out(struct transport *inner)
{
    struct http_reply reply;
    for (int i = 0; i < 5; i++) {
        if (inner->next(inner, &reply))
            http_reply_done(&reply);
        inner->wait(inner, 1);
    }
}

static uint64_t tap_send(struct transport *t, const struct http_request *request)
{
    struct transport *inner = ((struct tapped_transport *)(void *)t)->inner;
    bool here = point("send");
    uint64_t id = inner->send(inner, request);
    if (here && crash.how == AFTER)
        move_out(inner);
    die_after(here);
    return id;
}

static bool tap_next(struct transport *t, struct http_reply *reply)
{
    struct transport *inner = ((struct tapped_transport *)(void *)t)->inner;
    bool taken = inner->next(inner, reply);
    if (taken)
        die_after(point("reply"));
    return taken;
}

static void tap_wait(struct transport *t, int64_t timeout_ms)
{
    struct transport *inner = ((struct tapped_transport *)(void *)t)->inner;
    memcpy(inner->watched, t->watched, sizeof t->watched);
    inner->n_watched = t->n_watched;
    inner->wait(inner, timeout_ms);
}

bool __real_http_new(struct transport **out, const struct http_config *config, struct error *err);
bool __wrap_http_new(struct transport **out, const struct http_config *config, struct error *err);
void __real_http_free(struct transport *t);
void __wrap_http_free(struct transport *t);

bool __wrap_http_new(struct transport **out, const struct http_config *config, struct error *err)
{
    *out = NULL;
    if (!__real_http_new(&tapped_transport.inner, config, err))
        return false;
    tapped_transport.base =
        (struct transport){ .send = tap_send, .next = tap_next, .wait = tap_wait };
    *out = &tapped_transport.base;
    return true;
}

void __wrap_http_free(struct transport *t)
{
    if (t)
        __real_http_free(tapped_transport.inner);
}

/* ---- the program ------------------------------------------------------------------------ */

const char *crash_env(const char *name)
{
    const char *value = getenv(name); // NOLINT(concurrency-mt-unsafe): before any thread
    return value ? value : "";
}

static bool read_environment(void)
{
    static const char *const names[HOWS] = { "before", "after", "half", "ioerr", "full" };
    const char *as = crash_env("ALB_AGENT_CRASH_AS"), *trace = crash_env("ALB_AGENT_CRASH_TRACE");
    crash.at = strtoull(crash_env("ALB_AGENT_CRASH_AT"), NULL, 10);
    while (*as && crash.how < HOWS && strcmp(names[crash.how], as) != 0)
        crash.how++;
    if (*trace)
        crash.trace = open(trace, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    return crash.how < HOWS && (!*trace || crash.trace >= 0);
}

int __real_main(int argc, char **argv);
int __wrap_main(int argc, char **argv);

int __wrap_main(int argc, char **argv)
{
    if (!read_environment() || !memory_read_environment()) {
        (void)fprintf(stderr, "alb-agent-crash: what does ALB_AGENT_CRASH_* ask for?\n");
        return 1;
    }
    tap_files();
    return __real_main(argc, argv);
}
