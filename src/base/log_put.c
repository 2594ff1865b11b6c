/* log_put.c - a line to a descriptor, without waiting for its reader and without dying of a
 * reader that is gone.
 *
 * poll() says when a pipe takes LOG_LINE_MAX bytes at once, so a write to it after that does not
 * wait, though the descriptor may be a blocking one.  A terminal promises less, so it gets its
 * lines in pieces.  SIGPIPE is held back around the write and taken away if it came of it. */
#include "log_priv.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

enum {
    WAIT_MS = 200,        /* for a reader that is slow ...              */
    ROUNDS = 64,          /* ... in pieces, at most so many             */
    TERMINAL_PIECE = 256, /* what a terminal that says so has room for  */
};

/* A signal held back, and how things were. */
struct hold {
    sigset_t pipe, before;
    bool pending;
};

static void hold_begin(struct hold *h)
{
    sigset_t pending;
    (void)sigemptyset(&h->pipe);
    (void)sigaddset(&h->pipe, SIGPIPE);
    (void)sigpending(&pending);
    h->pending = sigismember(&pending, SIGPIPE) == 1;
    (void)pthread_sigmask(SIG_BLOCK, &h->pipe, &h->before);
}

static void hold_end(const struct hold *h, bool raised)
{
    static const struct timespec AT_ONCE = { 0 };
    if (raised && !h->pending)
        (void)sigtimedwait(&h->pipe, NULL, &AT_ONCE);
    (void)pthread_sigmask(SIG_SETMASK, &h->before, NULL);
}

/* Is there room, or an error for write() to tell?  1: yes, 0: ask again, -1: not in time. */
static int has_room(struct log *log)
{
    struct pollfd fd = { .fd = log->fd, .events = POLLOUT };
    int n = poll(&fd, 1, log->stuck ? 0 : WAIT_MS);
    log->stuck = n == 0;
    if (n < 0)
        return errno == EINTR ? 0 : -1;
    return n ? 1 : -1;
}

/* One piece; what was taken, or -1. */
static ssize_t put_piece(struct log *log, const char *data, size_t len)
{
    size_t piece = log->terminal && len > TERMINAL_PIECE ? TERMINAL_PIECE : len;
    int room = has_room(log);
    if (room <= 0)
        return room;
    ssize_t n = write(log->fd, data, piece);
    return n < 0 && (errno == EINTR || errno == EAGAIN) ? 0 : n;
}

bool log_put_fd(struct log *log, const char *line, size_t len)
{
    struct hold hold;
    size_t done = 0;
    ssize_t n = 0;
    hold_begin(&hold);
    errno = 0;
    for (int i = 0; i < ROUNDS && done < len && n >= 0; i++) {
        n = put_piece(log, line + done, len - done);
        done += n > 0 ? (size_t)n : 0;
    }
    hold_end(&hold, n < 0 && errno == EPIPE);
    log->torn = log->torn ? done == 0 : done > 0 && done < len;
    return done == len;
}
