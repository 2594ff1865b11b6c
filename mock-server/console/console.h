/* console.h - somebody at the web console: changes behind the clients' back, by a script or
 * by chance.
 *
 * Deeds go through front_do(): no signature, no limits, no faults, but validated and in the
 * call log.  What exists is asked of the cloud at the moment of the deed.  Same script,
 * seed, state and clock: same deeds.  mock-server/README.md has the form of a script. */
#pragma once

#include "../front/front.h"
#include "alb-agent/buf.h"

struct console;

/* 'front' is borrowed; '*out' is the caller's, for console_close(). */
bool console_open(struct console **out, struct front *front, uint64_t seed,
                  struct error *err) MUST_USE;
void console_close(struct console *c);

/* Puts a script (YAML) in the place of what there was; on failure nothing changes.  Its
 * times count from 'now_ms', its calls from here on. */
bool console_read(struct console *c, const char *text, size_t len, int64_t now_ms,
                  struct error *err) MUST_USE;
/* Edits at random each 'every_ms' from now on; 0: no more. */
void console_edit_every(struct console *c, int64_t every_ms, int64_t now_ms);
void console_clear(struct console *c);

/* Does what is due by 'now_ms'; returns how long until the next time, or -1. */
int64_t console_run(struct console *c, struct cloud *cloud, int64_t now_ms);
/* A client's call was answered: does what was to come after it. */
void console_called(struct console *c, struct cloud *cloud, int64_t now_ms);

/* Appends what was done and what could not be, as JSON. */
void console_write(const struct console *c, struct buf *out);
