/* verb.c - one run of 'apply' as it was: its objects, one translation, and rounds of changes, each
 * followed by a reading.  It waits in the stage, which moves the clock. */
#include <string.h>

#include "replay_priv.h"

static bool read_objects(struct play *p, struct session *s, struct error *err)
{
    struct object_set set;
    if (!p->start.files)
        return true;
    play_objects(p, &set);
    return session_set_objects(s, &set, err);
}

/* As cmd_apply.c has it. */
static bool apply(struct play *p, struct session *s, struct error *err)
{
    static const char *const none[] = { "recording" };
    struct session_config config = play_session(p);
    struct session_result result;
    config.files = none;
    config.n_files = p->start.files ? 1 : 0;
    config.mode = STORE_WRITE;
    if (!session_open(s, &config, err) || !session_connect(s, err) || !read_objects(p, s, err))
        return false;
    if (p->start.files && !s->has_roots && !config.destroy)
        return true;
    return session_translate(s, err) && session_observe(s, err) && session_save(s, err)
           && session_apply(s, NULL, NULL, &p->stop, &result, err);
}

bool verb_run(struct play *p, int64_t until_ms, struct error *err)
{
    struct session s CLEANUP(session_close) = { 0 };
    struct error why;
    p->verb = &s;
    p->stop = false;
    p->stage.dead = false;
    p->stage.limit_ms = until_ms;
    bool ok = apply(p, &s, &why) || p->stage.dead || score_is_over(&p->score);
    if (s.store)
        play_note_calls(p);
    p->verb = NULL;
    p->stage.limit_ms = 0;
    p->stage.dead = false;
    stage_drop(&p->stage);
    if (!ok && store_is_error(&why)) {
        *err = why;
        return false;
    }
    return true; /* what it could not read or do it did not do when it was recorded, or it shows */
}
