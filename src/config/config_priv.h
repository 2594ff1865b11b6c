/* config_priv.h - the table of settings, and what the files of this folder share. */
#pragma once

#include <cjson/cJSON.h>

#include "alb-agent/buf.h"
#include "alb-agent/config.h"
#include "alb-agent/schema.h"

enum setting_kind {
    SETTING_TEXT,   /* const char *, NULL when not set   */
    SETTING_TEXTS,  /* setting_texts                     */
    SETTING_NUMBER, /* int64_t                           */
    SETTING_BOOL,   /* bool                              */
    SETTING_TIME,   /* int64_t, milliseconds             */
    SETTING_CHOICE, /* an enum, by 'names'               */
};

/* A row: one setting. */
struct setting {
    const char *path;
    enum setting_kind kind;
    bool restart;     /* cannot change while the agent runs */
    size_t off;       /* in struct agent_settings                                   */
    int64_t min, max; /* of a number, of a time in milliseconds                     */
    const char *dflt; /* as in the environment; NULL: not set                       */
    const char *const *names;
    size_t n_names;
    const char *env; /* a second variable, weaker than the first; NULL: none        */
    bool (*check)(const char *text, struct error *err); /* of a text, each of a list */
    const char *meaning;                                /* sentences                 */
};
extern const struct setting settings_table[];
extern const size_t settings_n;

/* The row of that path, or NULL. */
const struct setting *setting_find(const char *path);
/* "ALB_AGENT_LANES_SERVER_GROUP_RETRIES", in 'a'. */
const char *setting_env(struct arena *a, const struct setting *row);
/* ERROR_INVALID: there is no setting of that path, and what was perhaps meant. */
bool setting_unknown(const char *path, struct error *err);

/* Appends what the value may be, as "a time from 10ms to 1h, as 500ms, 10s, 5m or 2h". */
void setting_add_expected(struct buf *b, const struct setting *row);
/* The default as people read it: "10", "none". */
const char *setting_default(const struct setting *row);

/* Sets the member of 's' from a text, as the environment and flags have it, or from a value of
 * the file.  A list's elements are separated by commas. */
bool setting_set_text(struct arena *a, const struct setting *row, struct agent_settings *s,
                      const char *text, struct error *err) MUST_USE;
bool setting_set_json(struct arena *a, const struct setting *row, struct agent_settings *s,
                      const cJSON *json, struct error *err) MUST_USE;
/* One more element of a list. */
bool setting_push(struct arena *a, const struct setting *row, struct agent_settings *s,
                  const char *text, struct error *err) MUST_USE;

/* The member as a value of the file; the caller's. */
cJSON *setting_get_json(const struct setting *row, const struct agent_settings *s);

/* What the rows' checks are; see table.c. */
bool check_cluster_id(const char *text, struct error *err);
bool check_region(const char *text, struct error *err);
bool check_url(const char *text, struct error *err);
bool check_endpoint(const char *text, struct error *err);
bool check_listen(const char *text, struct error *err);
bool check_log_level(const char *text, struct error *err);
