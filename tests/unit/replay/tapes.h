/* tapes.h - recordings for tests: written out, or of applies in a world. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "src/replay/replay_priv.h"
#include "tests/support/world.h"

#define TAPE_HEAD "{\"alb-agent-record\":1,\"from\":1000,\"cluster\":\"c1\"}\n"
#define TAPE_CALL(id, sent, lane, action, params)                                     \
    "{\"call\":" #id ",\"sent\":" #sent ",\"lane\":\"" lane "\",\"action\":\"" action \
    "\",\"params\":{" params "},\"cause\":\"because\",\"state\":\"done\",\"done\":" #sent "}\n"

/* In 'a'; a text that is no recording fails the test. */
static inline struct tape tape_of(struct arena *a, const char *text)
{
    struct tape t;
    struct error err;
    if (!tape_read(a, text, strlen(text), &t, &err))
        fail_msg("%s", err.msg);
    return t;
}

/* What the state file of a world has, as text in its arena. */
static inline const char *tape_text(struct world *w, const struct tape_since *since)
{
    struct session s;
    struct buf b = { .max = 1 << 26 };
    struct error err;
    world_open(w, &s, STORE_SNAPSHOT);
    if (!tape_write(s.store, since, &b, &err))
        fail_msg("%s", err.msg);
    const char *text = buf_keep(&b, &w->arena);
    buf_done(&b);
    session_close(&s);
    return text;
}

/* Replays a text in the folder of the world. */
static inline struct replay_result tape_play(struct world *w, const char *text, int64_t until)
{
    struct tape t = tape_of(&w->arena, text);
    struct replay_result result;
    struct error err;
    const struct replay_options options = { .dir = w->dir, .until = until };
    if (!replay_run(&w->arena, &t, &options, &result, &err))
        fail_msg("%s", err.msg);
    return result;
}

#define WORLD_TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)
