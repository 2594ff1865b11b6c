/* clock.c - the system's clock, and time as text. */
#include "alb-agent/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "alb-agent/macros.h"

static int64_t system_now_ms(void *self)
{
    (void)self;
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

const struct clock *clock_system(void)
{
    static const struct clock clock = { .now_ms = system_now_ms };
    return &clock;
}

static int64_t mono_now_ms(void *self)
{
    (void)self;
    struct timespec ts;
#ifdef CLOCK_BOOTTIME
    clock_gettime(CLOCK_BOOTTIME, &ts);
#else
    clock_gettime(CLOCK_MONOTONIC, &ts);
#endif
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

const struct clock *clock_system_mono(void)
{
    static const struct clock clock = { .now_ms = mono_now_ms };
    return &clock;
}

static int64_t steady_now_ms(void *self)
{
    const struct steady_clock *s = self;
    return clock_now_ms(s->mono) + s->since_ms;
}

void steady_begin(struct steady_clock *s, const struct clock *wall, const struct clock *mono)
{
    *s = (struct steady_clock){ .clock = { .now_ms = steady_now_ms, .self = s },
                                .wall = wall,
                                .mono = mono,
                                .since_ms = clock_now_ms(wall) - clock_now_ms(mono) };
}

int64_t steady_ahead_ms(const struct steady_clock *s)
{
    return clock_now_ms(s->wall) - clock_now_ms(&s->clock);
}

int64_t clock_mono_us(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

const char *time_format(int64_t ms, char text[static TIME_TEXT])
{
    time_t s = (time_t)(ms / 1000 - (ms % 1000 < 0));
    struct tm tm;
    if (!gmtime_r(&s, &tm) || !strftime(text, TIME_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm))
        text[0] = '\0';
    return text;
}

/* Days since 1970 of a date of the proleptic Gregorian calendar. */
static int64_t days_from_civil(int64_t y, int64_t m, int64_t d)
{
    y -= m <= 2;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

struct civil {
    int64_t y, mo, d, h, mi, s;
};

static bool take_digits(const char **at, int n, int64_t *value)
{
    *value = 0;
    for (int i = 0; i < n; i++, ++*at) {
        if (**at < '0' || **at > '9')
            return false;
        *value = *value * 10 + (**at - '0');
    }
    return true;
}

static bool take_word(const char **at)
{
    size_t n = strspn(*at, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    *at += n;
    return n > 0;
}

static bool take_month(const char **at, int64_t *month)
{
    static const char *const names[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    for (size_t i = 0; i < COUNT(names); i++) {
        if (strncmp(*at, names[i], 3) != 0)
            continue;
        *month = (int64_t)i + 1;
        *at += 3;
        return true;
    }
    return false;
}

static bool take_short_year(const char **at, int64_t *year)
{
    if (!take_digits(at, 2, year))
        return false;
    *year += *year < 70 ? 2000 : 1900;
    return true;
}

/* One letter of a form: a field, or itself. */
static bool take_part(const char **at, char part, struct civil *c)
{
    switch (part) {
    case 'Y': return take_digits(at, 4, &c->y);
    case 'y': return take_short_year(at, &c->y);
    case 'n': return take_digits(at, 2, &c->mo);
    case 'b': return take_month(at, &c->mo);
    case 'd': return take_digits(at, 2, &c->d);
    case 'h': return take_digits(at, 2, &c->h);
    case 'm': return take_digits(at, 2, &c->mi);
    case 's': return take_digits(at, 2, &c->s);
    case 'e': return take_digits(at, 1, &c->d);
    case '*': return take_word(at);
    default: return **at == part && *(*at)++;
    }
}

static bool take_form(const char *text, const char *form, int64_t *ms)
{
    struct civil c = { 0 };
    for (; *form; form++)
        if (!take_part(&text, *form, &c))
            return false;
    if (*text || c.mo < 1 || c.mo > 12 || c.h > 23 || c.mi > 59 || c.s > 60)
        return false;
    int64_t next_month =
        c.mo < 12 ? days_from_civil(c.y, c.mo + 1, 1) : days_from_civil(c.y + 1, 1, 1);
    if (c.d < 1 || c.d > next_month - days_from_civil(c.y, c.mo, 1))
        return false;
    *ms = (days_from_civil(c.y, c.mo, c.d) * 86400 + c.h * 3600 + c.mi * 60 + c.s) * 1000;
    return true;
}

bool time_parse(const char *text, int64_t *ms)
{
    return take_form(text, "Y-n-dTh:m:sZ", ms);
}

bool time_parse_http(const char *text, int64_t *ms)
{
    return take_form(text, "*, d b Y h:m:s GMT", ms) || take_form(text, "*, d-b-y h:m:s GMT", ms)
           || take_form(text, "* b d h:m:s Y", ms) || take_form(text, "* b  e h:m:s Y", ms);
}
