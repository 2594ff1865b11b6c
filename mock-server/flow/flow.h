/* flow.h - how often an action may be called: token buckets per region and action
 * (alb-semantics.md §12). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "alb-agent/buf.h"
#include "alb-agent/error.h"

struct flow;

/* '*out' is the caller's, for flow_close().  Without limits every call may pass. */
bool flow_open(struct flow **out, struct error *err) MUST_USE;
void flow_close(struct flow *f);

/* Sets limits as a text says, later ones over earlier ones:
 *   "on"                  20 reads a second, 200 writes a minute, for each action
 *   "off"                 none
 *   "reads=20/1000"       tokens per milliseconds, for each action List*, Get*, Describe*
 *   "writes=200/60000"    for each other action
 *   "CreateRules=2/1000"  for one action; "CreateRules=off" lifts the limit from it
 *   "retry-after=on"      tell refused clients when to come again (off) */
bool flow_set(struct flow *f, const char *text, struct error *err) MUST_USE;

/* May this call pass at 'now_ms'?  If not, '*retry_ms' is when it could, 0 when clients
 * are not told. */
bool flow_take(struct flow *f, const char *region, const char *action, int64_t now_ms,
               int64_t *retry_ms);

/* Appends the limits as a JSON object of texts for flow_set(): {"reads":"20/1000"}. */
void flow_write(const struct flow *f, struct buf *b);
