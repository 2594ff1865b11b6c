/* turn.c - the loop on which a session waits: transport, client, whoever asked. */
#include "alb-agent/transport.h"
#include "session_priv.h"

bool session_turn(struct session *s, int64_t wait_ms, session_take_fn *take, void *arg,
                  struct error *err)
{
    int64_t due = alb_run(s->alb, session_now(s));
    if (due >= 0 && (wait_ms < 0 || due < wait_ms))
        wait_ms = due;
    struct alb_result r;
    bool any = false, ok = true;
    while (ok && alb_next(s->alb, &r)) {
        any = true;
        ok = take(arg, &r, err);
        alb_result_done(&r);
    }
    if (ok && !any && wait_ms != 0)
        s->transport->wait(s->transport, wait_ms);
    return ok;
}

static bool take_nothing(void *arg, const struct alb_result *r, struct error *err)
{
    (void)arg;
    (void)r;
    (void)err;
    return true;
}

bool session_sleep_until(struct session *s, int64_t until_ms, struct error *err)
{
    while (session_now(s) < until_ms)
        if (!session_turn(s, until_ms - session_now(s), take_nothing, NULL, err))
            return false;
    return true;
}
