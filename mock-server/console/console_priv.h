/* console_priv.h - between the files of this folder. */
#pragma once

#include <cjson/cJSON.h>

#include "alb-agent/rng.h"
#include "console.h"

/* One deed of a script. */
struct console_deed {
    struct front_deed what;          /* parameters with their placeholders            */
    int64_t at_ms, every_ms;         /* since the script was set; 0: said nothing      */
    int64_t after_call, every_calls; /* of clients, likewise                           */
    int64_t times;                   /* at most; 0: once, or for ever with an 'every'  */
    bool by_time;
    int64_t due;           /* a time or a number of calls; INT64_MAX: no more     */
    int64_t done, skipped; /* skipped: something it names was not there           */
};

/* Edits at random. */
struct console_edits {
    int64_t every_ms, times; /* every 0: none; times 0: for ever  */
    int64_t due_ms;
    unsigned kinds; /* a bit for each of console_edit_names; 0: all of them */
    int64_t done, skipped;
};

/* What a script says. */
struct console_script {
    struct arena arena;
    LIST_OF(struct console_deed) deeds;
    struct console_edits edits;
    const char *region; /* of edits, and of deeds that do not say */
    struct rng rng;
};
/* 'fresh' has the generator to go on with; on failure the caller frees its arena. */
bool console_script_read(struct console_script *fresh, const char *text, size_t len,
                         struct error *err) MUST_USE;

/* Looking at what there is. */
struct peek {
    struct cloud *cloud;
    struct arena *a; /* texts of what is chosen live here */
    int64_t now_ms;
    const char *region;
    struct rng *rng;
};
/* What a kind of resource is called. */
struct peek_kind {
    const char *name; /* in placeholders                               */
    const char *action, *list, *id;
    const char *parent; /* member that names what it belongs to, or NULL */
};
const struct peek_kind *peek_kind_named(const char *name);
/* All (up to 1000) of a kind whose parent matches the glob 'of' (NULL: any); the caller's. */
cJSON *peek_all(const struct peek *p, const struct peek_kind *kind, const char *of);
/* One of a list, by chance; NULL: it is empty. */
const cJSON *peek_any(const struct peek *p, const cJSON *list);

/* Puts ids of what exists in the place of "${any rule of lsn-1}"; false when there is none,
 * or the text is no placeholder. */
bool place_fill(const struct peek *p, const char *text, const char **out);
/* Could it ever be filled? */
bool place_check(const char *text, struct error *err) MUST_USE;

enum { CONSOLE_EDITS = 13 };
extern const char *const console_edit_names[CONSOLE_EDITS];
/* One edit that the present state allows, of those in 'kinds' (0: all); false when there
 * is none.  Texts live in 'p->a'. */
bool console_edit(const struct peek *p, unsigned kinds, struct front_deed *out);
