/* clock.h - time as milliseconds since 1970, UTC, and its RFC 3339 text. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Where a part gets the time from: the system's clock, or a virtual one in tests. */
struct clock {
    int64_t (*now_ms)(void *self);
    void *self;
};

/* The system's clock.  Static. */
const struct clock *clock_system(void);

static inline int64_t clock_now_ms(const struct clock *c)
{
    return c->now_ms(c->self);
}

/* Time that passes, suspended or not, however the system's clock is set: its moments mean nothing
 * but their distances.  Static. */
const struct clock *clock_system_mono(void);

/* A clock to wait by, and to say what came before what: it shows the time of another when it
 * begins, and goes on at the pace of time however that one is set. */
struct steady_clock {
    struct clock clock; /* it; borrows the whole */
    const struct clock *wall, *mono;
    int64_t since_ms; /* what 'wall' was ahead of 'mono' at the beginning */
};
/* 'mono' as clock_system_mono(); both are borrowed. */
void steady_begin(struct steady_clock *s, const struct clock *wall, const struct clock *mono);
/* How far 'wall' is ahead of it by now; below 0: behind. */
int64_t steady_ahead_ms(const struct steady_clock *s);

/* Microseconds since some moment of the past, however the system's clock is set: for measuring
 * what this process does, never for what it decides. */
int64_t clock_mono_us(void);

/* The sooner of two waits in ms, of which one below zero has no end. */
static inline int64_t wait_sooner(int64_t x, int64_t y)
{
    if (x < 0 || y < 0)
        return x < 0 ? y : x;
    return x < y ? x : y;
}

#define TIME_TEXT 24 /* bytes of "2026-11-22T05:10:45Z" with room */

/* "2026-11-22T05:10:45Z", whole seconds. */
const char *time_format(int64_t ms, char text[static TIME_TEXT]);
/* Exactly that form; false for anything else. */
bool time_parse(const char *text, int64_t *ms);
/* The three forms of HTTP, as "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 §5.6.7); a year of two
 * digits is one of 1970 to 2069, and the name of the day is not looked at. */
bool time_parse_http(const char *text, int64_t *ms);
