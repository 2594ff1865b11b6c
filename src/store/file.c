/* file.c - what the store does outside SQLite: the host's name, folders, modes, the lock of the one
 * writer, setting a damaged file aside.
 *
 * The database file itself is never locked or closed here while SQLite has it open: closing
 * any descriptor of a file drops all locks that SQLite holds on it. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alb-agent/clock.h"
#include "store_priv.h"

bool file_error(struct error *err, int number, const char *what, const char *path)
{
    char why[128];
    if (strerror_r(number, why, sizeof why))
        (void)snprintf(why, sizeof why, "error %d", number);
    enum error_kind kind = ERROR_TRANSIENT;
    if (number == EACCES || number == EPERM || number == EROFS)
        kind = ERROR_DENIED;
    else if (number == EISDIR || number == ENOTDIR || number == ENAMETOOLONG)
        kind = ERROR_INVALID;
    return error_set(err, kind, "%s %s: %s", what, path, why);
}

const char *host_name(char host[static HOST_MAX])
{
    host[0] = host[HOST_MAX - 1] = '\0';
    if (gethostname(host, HOST_MAX - 1))
        host[0] = '\0';
    return host;
}

bool file_make_folders(const char *path, struct error *err)
{
    struct arena scratch CLEANUP(arena_done) = { 0 };
    char *folder = arena_strdup(&scratch, path);
    for (char *p = folder + 1; *folder && (p = strchr(p, '/')); p++) {
        *p = '\0';
        if (mkdir(folder, 0700) && errno != EEXIST)
            return file_error(err, errno, "make folder", folder);
        *p = '/';
    }
    return true;
}

static void fd_done(const int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
}

bool file_make_private(const char *path, struct error *err)
{
    int fd CLEANUP(fd_done) = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    struct stat st;
    if (fd < 0 || fstat(fd, &st))
        return file_error(err, errno, "open", path);
    if (!S_ISREG(st.st_mode))
        return error_set(err, ERROR_INVALID, "not a regular file");
    if ((st.st_mode & 0777) != 0600 && fchmod(fd, 0600))
        return file_error(err, errno, "keep others from reading", path);
    return true;
}

enum { LOCK_TRIES = 25, LOCK_WAIT_MS = 20 };

static bool try_lock(int fd)
{
    for (int i = 0; i < LOCK_TRIES; i++) {
        if (!flock(fd, LOCK_EX | LOCK_NB))
            return true;
        if (errno != EWOULDBLOCK)
            return false;
        (void)poll(NULL, 0, LOCK_WAIT_MS);
        errno = EWOULDBLOCK;
    }
    return false;
}

/* flock() belongs to the open file, so that also a second store of one process is refused,
 * which a record lock of fcntl() would let in. */
bool file_lock(struct store *st, const char *path, bool *taken, struct error *err)
{
    struct arena scratch CLEANUP(arena_done) = { 0 };
    const char *name = arena_fmt(&scratch, "%s.lock", path);
    st->lock = open(name, O_RDWR | O_CLOEXEC);
    st->lock_was_there = st->lock >= 0;
    if (st->lock < 0)
        st->lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (st->lock < 0)
        return file_error(err, errno, "open", name);
    *taken = try_lock(st->lock);
    if (!*taken && errno != EWOULDBLOCK)
        return file_error(err, errno, "lock", name);
    return true;
}

/* The shared lock that is had for an instant keeps no writer away: they try for longer. */
bool file_is_locked(const char *path)
{
    struct arena scratch CLEANUP(arena_done) = { 0 };
    int fd CLEANUP(fd_done) = open(arena_fmt(&scratch, "%s.lock", path), O_RDONLY | O_CLOEXEC);
    return fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK;
}

void file_unlock(struct store *st, const char *path)
{
    struct arena scratch CLEANUP(arena_done) = { 0 };
    if (st->lock >= 0 && !st->lock_was_there)
        (void)unlink(arena_fmt(&scratch, "%s.lock", path));
}

bool file_is_sqlite(const char *path)
{
    static const char magic[16] = "SQLite format 3";
    char head[sizeof magic];
    int fd CLEANUP(fd_done) = open(path, O_RDONLY | O_CLOEXEC);
    return fd >= 0 && read(fd, head, sizeof head) == (ssize_t)sizeof head
           && !memcmp(head, magic, sizeof magic);
}

/* A name that is not taken, in 'a'. */
static const char *free_name(struct arena *a, const char *path, int64_t now_ms)
{
    char when[TIME_TEXT];
    const char *base = arena_fmt(a, "%s.damaged-%s", path, time_format(now_ms, when));
    const char *name = base;
    for (int n = 2; !access(name, F_OK); n++)
        name = arena_fmt(a, "%s.%d", base, n);
    return name;
}

/* The log goes first: a log without its file is thrown away by SQLite, a new file beside a
 * stranger's log is not safe. */
bool file_set_aside(const char *path, int64_t now_ms, struct error *err)
{
    struct arena scratch CLEANUP(arena_done) = { 0 };
    const char *name = free_name(&scratch, path, now_ms);
    static const char *const log[] = { "-wal", "-shm", "-journal" };
    for (size_t i = 0; i < COUNT(log); i++) {
        const char *from = arena_fmt(&scratch, "%s%s", path, log[i]);
        if (rename(from, arena_fmt(&scratch, "%s%s", name, log[i])) && errno != ENOENT)
            return file_error(err, errno, "set aside", from);
    }
    if (rename(path, name))
        return file_error(err, errno, "set aside", path);
    return true;
}
