/* status.c - what an agent that runs said of itself, and whether that can still be true. */
#include <inttypes.h>
#include <string.h>

#include "alb-agent/clock.h"
#include "alb-agent/json.h"
#include "alb-agent/store.h"
#include "report_priv.h"

/* An agent says something every second; after so long without a word something keeps it. */
enum { SILENT_MS = 10 * 1000 };

enum life { LIFE_RUNNING, LIFE_SILENT, LIFE_STOPPED, LIFE_DEAD };

static enum life life_of(const struct store_status *s, int64_t now_ms)
{
    if (s->alive)
        return now_ms - s->at > SILENT_MS ? LIFE_SILENT : LIFE_RUNNING;
    return s->phase && !strcmp(s->phase, "stopped") ? LIFE_STOPPED : LIFE_DEAD;
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

/* ---- text ------------------------------------------------------------------------------ */

/* "42 s", "7 min", "3 h", "12 days"; what is not over yet is none. */
static void add_age(struct buf *b, int64_t ms)
{
    const int64_t s = ms > 0 ? ms / 1000 : 0, min = s / 60, h = min / 60;
    if (s < 120)
        buf_addf(b, "%" PRId64 " s", s);
    else if (min < 120)
        buf_addf(b, "%" PRId64 " min", min);
    else if (h < 48)
        buf_addf(b, "%" PRId64 " h", h);
    else
        buf_addf(b, "%" PRId64 " days", h / 24);
}

static void add_verdict(struct buf *b, const struct report_in *in, const struct store_status *s)
{
    char at[TIME_TEXT];
    enum life life = life_of(s, in->now_ms);
    buf_adds(b, "Agent: ");
    tone_begin(b, in, life == LIFE_RUNNING ? TONE_GOOD : TONE_BAD);
    switch (life) {
    case LIFE_RUNNING: buf_adds(b, *or_empty(s->phase) ? s->phase : "running"); break;
    case LIFE_SILENT:
        buf_adds(b, "has not said anything for ");
        add_age(b, in->now_ms - s->at);
        break;
    case LIFE_STOPPED: buf_addf(b, "stopped at %s", time_format(s->at, at)); break;
    case LIFE_DEAD:
        buf_addf(b, "not running; it ended without a word after %s", time_format(s->at, at));
        break;
    }
    tone_end(b, in);
    buf_addf(b, " (pid %" PRId64 " on host %s, version %s)\n", s->pid, or_empty(s->host),
             or_empty(s->version));
}

static void add_line(struct buf *b, const char *label)
{
    buf_addf(b, "  %-12s", label);
}

static void add_reading(struct buf *b, const struct report_in *in, const struct store_status *s)
{
    char at[TIME_TEXT];
    add_line(b, "last reading");
    if (!s->verified_at) {
        buf_adds(b, " none was complete yet\n");
        return;
    }
    buf_addf(b, " %s, ", time_format(s->verified_at, at));
    add_age(b, in->now_ms - s->verified_at);
    buf_adds(b, " ago");
    if (s->next_read_at > in->now_ms) {
        buf_adds(b, "; the next in ");
        add_age(b, s->next_read_at - in->now_ms);
    }
    buf_addc(b, '\n');
}

static void add_families(struct buf *b, const struct store_status *s)
{
    for (size_t i = 0; i < s->families.len; i++) {
        const struct store_family *f = &s->families.items[i];
        add_line(b, "lanes");
        buf_addf(b,
                 " %s: %" PRId64 ", %" PRId64 " running, %" PRId64 " ready, %" PRId64
                 " waiting, %" PRId64 " backing off",
                 or_empty(f->name), f->lanes, f->running, f->ready, f->waiting, f->backoff);
        if (f->most_running)
            buf_addf(b, "; at most %" PRId64 " at once", f->most_running);
        buf_addc(b, '\n');
    }
}

static void add_lanes(struct buf *b, const struct report_in *in, const struct store_status *s)
{
    for (size_t i = 0; i < s->lanes.len; i++) {
        const struct store_lane *l = &s->lanes.items[i];
        add_line(b, or_empty(l->state));
        buf_addf(b, " %s %s: %s", or_empty(l->family), or_empty(l->key), or_empty(l->what));
        if (l->tries)
            buf_addf(b, ", failed %" PRId64 " time%s", l->tries, l->tries == 1 ? "" : "s");
        if (*or_empty(l->why))
            buf_addf(b, ": %s", l->why);
        if (l->due > in->now_ms) {
            buf_adds(b, "; again in ");
            add_age(b, l->due - in->now_ms);
        } else if (l->since) {
            buf_adds(b, "; for ");
            add_age(b, in->now_ms - l->since);
        }
        buf_addc(b, '\n');
    }
}

void add_quarantined(struct buf *b, const struct report_in *in, const struct store_status *s)
{
    for (size_t i = 0; i < s->quarantined.len; i++) {
        const struct store_quarantined *q = &s->quarantined.items[i];
        add_line(b, "left out");
        buf_addf(b, " %s: %s", or_empty(q->object), or_empty(q->why));
        if (q->since) {
            buf_adds(b, "; for ");
            add_age(b, in->now_ms - q->since);
        }
        buf_addc(b, '\n');
    }
    if (s->left_out > (int64_t)s->quarantined.len) {
        add_line(b, "left out");
        buf_addf(b, " %" PRId64 " more\n", s->left_out - (int64_t)s->quarantined.len);
    }
}

static void add_budgets(struct buf *b, const struct store_status *s)
{
    for (size_t i = 0; i < s->budgets.len; i++) {
        const struct store_budget *u = &s->budgets.items[i];
        add_line(b, "budget");
        buf_addf(b, " %s: %" PRId64 " of %" PRId64 " in %" PRId64 " s", or_empty(u->name), u->used,
                 u->limit, u->window_s);
        if (u->throttled)
            buf_addf(b, ", throttled %" PRId64 " time%s", u->throttled,
                     u->throttled == 1 ? "" : "s");
        buf_addc(b, '\n');
    }
}

static void add_certificates(struct buf *b, const struct report_in *in,
                             const struct store_status *s)
{
    for (size_t i = 0; i < s->certificates.len; i++) {
        const struct store_certificate *c = &s->certificates.items[i];
        add_line(b, "certificate");
        buf_addf(b, " %s of %s %s", or_empty(*or_empty(c->name) ? c->name : c->id), or_empty(c->lb),
                 or_empty(c->listener));
        buf_adds(b, c->end > in->now_ms ? " ends in " : " EXPIRED since ");
        add_age(b, c->end > in->now_ms ? c->end - in->now_ms : in->now_ms - c->end);
        buf_addc(b, '\n');
    }
}

/* Of an agent that is gone nothing but the last it did is of interest: what it was about is
 * not so any more. */
void report_agent(struct buf *b, const struct report_in *in, const struct store_status *s)
{
    char at[TIME_TEXT];
    add_verdict(b, in, s);
    if (*or_empty(s->problem)) {
        add_line(b, "problem");
        buf_addf(b, " %s\n", s->problem);
    }
    add_reading(b, in, s);
    if (!s->alive)
        return;
    add_line(b, "since");
    buf_addf(b,
             " %s: %" PRId64 " events, %" PRId64 " writes, %" PRId64 " reads; %" PRId64
             " steps queued\n",
             time_format(s->started_at, at), s->events, s->writes, s->reads, s->queued);
    add_line(b, "source");
    buf_addf(b, " %s%s\n", or_empty(s->source),
             s->source_complete ? "" : ", incomplete: nothing is deleted");
    add_families(b, s);
    add_lanes(b, in, s);
    add_quarantined(b, in, s);
    add_budgets(b, s);
    add_certificates(b, in, s);
}

/* ---- JSON ------------------------------------------------------------------------------ */

static void add_int(cJSON *o, const char *name, int64_t n)
{
    cJSON_AddItemToObject(o, name, json_new_int(n));
}

static void add_time(cJSON *o, const char *name, int64_t ms)
{
    char at[TIME_TEXT];
    add_string(o, name, ms ? time_format(ms, at) : NULL);
}

/* A new object at the end of an array. */
static cJSON *new_item(cJSON *array)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddItemToArray(array, o);
    return o;
}

static void add_lanes_json(cJSON *o, const struct store_status *s)
{
    cJSON *array = cJSON_AddArrayToObject(o, "families");
    for (size_t i = 0; i < s->families.len; i++) {
        const struct store_family *f = &s->families.items[i];
        cJSON *e = new_item(array);
        add_string(e, "name", f->name);
        add_int(e, "lanes", f->lanes);
        add_int(e, "running", f->running);
        add_int(e, "ready", f->ready);
        add_int(e, "waiting", f->waiting);
        add_int(e, "backoff", f->backoff);
        if (f->most_running)
            add_int(e, "mostRunning", f->most_running);
    }
    array = cJSON_AddArrayToObject(o, "lanes");
    for (size_t i = 0; i < s->lanes.len; i++) {
        const struct store_lane *l = &s->lanes.items[i];
        cJSON *e = new_item(array);
        add_string(e, "family", l->family);
        add_string(e, "key", l->key);
        add_string(e, "state", l->state);
        add_string(e, "what", l->what);
        add_string(e, "why", l->why);
        add_time(e, "since", l->since);
        add_time(e, "due", l->due);
        add_int(e, "tries", l->tries);
    }
}

void add_quarantine_json(cJSON *o, const struct store_status *s)
{
    add_int(o, "leftOut", s ? s->left_out : 0);
    cJSON *array = cJSON_AddArrayToObject(o, "quarantined");
    for (size_t i = 0; s && i < s->quarantined.len; i++) {
        cJSON *e = new_item(array);
        add_string(e, "object", s->quarantined.items[i].object);
        add_string(e, "why", s->quarantined.items[i].why);
        add_time(e, "since", s->quarantined.items[i].since);
    }
}

static void add_rest_json(cJSON *o, const struct store_status *s)
{
    cJSON *array = cJSON_AddArrayToObject(o, "budgets");
    for (size_t i = 0; i < s->budgets.len; i++) {
        const struct store_budget *u = &s->budgets.items[i];
        cJSON *e = new_item(array);
        add_string(e, "name", u->name);
        add_int(e, "used", u->used);
        add_int(e, "limit", u->limit);
        add_int(e, "windowSeconds", u->window_s);
        add_int(e, "throttled", u->throttled);
    }
    array = cJSON_AddArrayToObject(o, "certificates");
    for (size_t i = 0; i < s->certificates.len; i++) {
        const struct store_certificate *c = &s->certificates.items[i];
        cJSON *e = new_item(array);
        add_string(e, "loadBalancer", c->lb);
        add_string(e, "listener", c->listener);
        add_string(e, "id", c->id);
        add_string(e, "name", c->name);
        add_time(e, "end", c->end);
    }
}

cJSON *agent_json(const struct store_status *s, int64_t now_ms)
{
    static const char *const lives[] = { [LIFE_RUNNING] = "running",
                                         [LIFE_SILENT] = "silent",
                                         [LIFE_STOPPED] = "stopped",
                                         [LIFE_DEAD] = "dead" };
    cJSON *o = cJSON_CreateObject();
    add_string(o, "state", lives[life_of(s, now_ms)]);
    add_string(o, "phase", s->phase);
    add_int(o, "pid", s->pid);
    add_string(o, "host", s->host);
    add_string(o, "version", s->version);
    add_time(o, "startedAt", s->started_at);
    add_time(o, "saidAt", s->at);
    add_string(o, "source", s->source);
    cJSON_AddItemToObject(o, "sourceComplete", cJSON_CreateBool(s->source_complete));
    add_string(o, "problem", s->problem);
    add_time(o, "lastReadAt", s->verified_at);
    add_time(o, "nextReadAt", s->next_read_at);
    add_int(o, "queued", s->queued);
    add_int(o, "events", s->events);
    add_int(o, "writes", s->writes);
    add_int(o, "reads", s->reads);
    add_lanes_json(o, s);
    add_quarantine_json(o, s);
    add_rest_json(o, s);
    return o;
}
