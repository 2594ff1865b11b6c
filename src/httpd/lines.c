/* lines.c - the open connections: none may take longer for a request than it is given, and
 * when there are too many the one that has been at its request for longest makes room.
 *
 * Libmicrohttpd's own time-out begins anew with every byte, so that a client which sends one now
 * and then would hold its place for ever; and at its limit it accepts nobody at all. */
#include <sys/socket.h>

#include "lines_priv.h"

static void shut(struct line *line)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(line->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    line->shut = true;
    /* Libmicrohttpd sees the end of the stream and closes the descriptor, which is its own. */
    if (info)
        (void)shutdown(info->connect_fd, SHUT_RDWR);
}

static void shut_oldest(struct lines *lines)
{
    struct line *oldest = NULL;
    for (struct line *l = lines->first; l; l = l->next)
        if (!l->shut && (!oldest || l->since_ms < oldest->since_ms))
            oldest = l;
    if (oldest) {
        shut(oldest);
        lines->open--;
    }
}

static struct line *line_new(struct lines *lines, struct MHD_Connection *connection)
{
    struct line *line = lines->idle, **end = &lines->first;
    if (line)
        lines->idle = line->next;
    else
        line = arena_alloc(&lines->arena, sizeof *line);
    *line = (struct line){ .connection = connection, .since_ms = lines->now_ms };
    while (*end)
        end = &(*end)->next;
    *end = line;
    if (lines->most && lines->open >= lines->most)
        shut_oldest(lines);
    lines->open++;
    return line;
}

static void line_end(struct lines *lines, struct line *line)
{
    struct line **at = &lines->first;
    while (*at && *at != line)
        at = &(*at)->next;
    if (*at)
        *at = line->next;
    lines->open -= !line->shut;
    line->next = lines->idle;
    lines->idle = line;
}

void lines_note(void *lines, struct MHD_Connection *connection, void **context,
                enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *context = line_new(lines, connection);
    } else if (*context) {
        line_end(lines, *context);
        *context = NULL;
    }
}

void lines_note_answer(struct lines *lines, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct line *line = info ? info->socket_context : NULL;
    if (line)
        line->since_ms = lines->now_ms;
}

void lines_run(struct lines *lines, int64_t now_ms)
{
    lines->now_ms = now_ms;
    for (struct line *l = lines->first; l && lines->request_ms; l = l->next)
        if (!l->shut && now_ms - l->since_ms >= lines->request_ms) {
            shut(l);
            lines->open--;
        }
}

int64_t lines_wait_ms(const struct lines *lines, int64_t now_ms)
{
    int64_t wait = -1;
    for (const struct line *l = lines->first; l && lines->request_ms; l = l->next) {
        const int64_t left = l->since_ms + lines->request_ms - now_ms;
        if (!l->shut)
            wait = wait_sooner(wait, left > 0 ? left : 0);
    }
    return wait;
}

void lines_done(struct lines *lines)
{
    arena_done(&lines->arena);
    *lines = (struct lines){ 0 };
}
