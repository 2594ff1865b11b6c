/* play.h - a replay of lines written by hand. */
#pragma once

#include "mock-server/record/replay.h"
#include "world.h"

struct play {
    struct arena arena;
    struct replay *replay;
    struct httpd_reply reply; /* the last one */
};

static inline void play_done(struct play *p)
{
    replay_close(p->replay);
    arena_done(&p->arena);
}

static inline void play_begin(struct play *p, const char *lines, enum replay_match match)
{
    struct error err = { 0 };
    const char *path = file_with(&p->arena, JOIN(&p->arena, HEAD, lines));
    if (!replay_open(&p->replay, path, match, &err))
        fail_msg("%s", err.msg);
    (void)unlink(path);
}

/* "STATUS BODY" */
static inline const char *play(struct play *p, const char *action, const char *query)
{
    const struct httpd_request request = request_of(&p->arena, action, query);
    p->reply = (struct httpd_reply){ .status = 200 };
    replay_call(p->replay, 1000, &request, &p->reply);
    return arena_fmt(&p->arena, "%d %.*s", p->reply.status, (int)p->reply.body_len, p->reply.body);
}

static inline const char *report(struct play *p)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    replay_report(p->replay, &b);
    return buf_keep(&b, &p->arena);
}
