/* value.c - one setting: from a text, from a value of the file, and back. */
#include "config_priv.h"

#include <inttypes.h>
#include <string.h>

#include "alb-agent/json.h"
#include "alb-agent/number.h"

enum { TEXT_MAX = 4096, LIST_MAX = 1000 };

static void *member(const struct setting *row, struct agent_settings *s)
{
    return (char *)s + row->off;
}

static const void *member_of(const struct setting *row, const struct agent_settings *s)
{
    return (const char *)s + row->off;
}

/* ---- times -------------------------------------------------------------------------------- */

/* The largest first. */
static const struct {
    const char *name;
    int64_t ms;
} UNITS[] = { { "h", 3600000 }, { "m", 60000 }, { "s", 1000 }, { "ms", 1 } };

static bool parse_time(const char *text, int64_t *ms)
{
    size_t digits = strspn(text, "0123456789");
    int64_t n;
    if (!number_parse(text, digits, &n))
        return false;
    if (!text[digits] && !n) {
        *ms = 0;
        return true;
    }
    for (size_t i = 0; i < COUNT(UNITS); i++)
        if (!strcmp(text + digits, UNITS[i].name) && n <= INT64_MAX / UNITS[i].ms) {
            *ms = n * UNITS[i].ms;
            return true;
        }
    return false;
}

static void add_time(struct buf *b, int64_t ms)
{
    size_t i = 0;
    while (ms % UNITS[i].ms)
        i++;
    if (ms)
        buf_addf(b, "%" PRId64 "%s", ms / UNITS[i].ms, UNITS[i].name);
    else
        buf_adds(b, "0s");
}

/* ---- what people are told ------------------------------------------------------------------ */

static void add_number(struct buf *b, const struct setting *row, int64_t n)
{
    if (row->kind == SETTING_TIME)
        add_time(b, n);
    else
        buf_addf(b, "%" PRId64, n);
}

void setting_add_expected(struct buf *b, const struct setting *row)
{
    switch (row->kind) {
    case SETTING_TEXT: buf_adds(b, "a text"); return;
    case SETTING_TEXTS: buf_adds(b, "a list of texts"); return;
    case SETTING_BOOL: buf_adds(b, "true or false"); return;
    case SETTING_CHOICE:
        for (size_t i = 0; i < row->n_names; i++)
            buf_addf(b, "%s%s", !i ? "" : i + 1 < row->n_names ? ", " : " or ", row->names[i]);
        return;
    case SETTING_NUMBER:
    case SETTING_TIME:
        buf_adds(b, row->kind == SETTING_TIME ? "a time from " : "a whole number from ");
        add_number(b, row, row->min);
        buf_adds(b, " to ");
        add_number(b, row, row->max);
        return;
    }
}

const char *setting_default(const struct setting *row)
{
    return row->dflt ? row->dflt : row->kind == SETTING_TEXTS ? "empty" : "none";
}

static bool refuse(const struct setting *row, const char *value, const char *why, struct error *err)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    setting_add_expected(&b, row);
    bool shorter = strlen(value) <= 64;
    return error_set(err, ERROR_INVALID, "'%.64s%s' %s: give %s%s", value, shorter ? "" : "...",
                     why, buf_str(&b),
                     row->kind == SETTING_TIME ? ", as 500ms, 10s, 5m or 2h" : "");
}

/* ---- from a text --------------------------------------------------------------------------- */

static bool check_text(const struct setting *row, const char *text, struct error *err)
{
    if (!*text)
        return error_set(err, ERROR_INVALID, "is empty: give %s, or leave it out",
                         row->kind == SETTING_TEXTS ? "texts that are not" : "a text");
    if (strlen(text) > TEXT_MAX)
        return error_set(err, ERROR_INVALID, "is longer than %d bytes", TEXT_MAX);
    for (const char *s = text; *s; s++)
        if ((unsigned char)*s < ' ' || *s == 0x7f)
            return error_set(err, ERROR_INVALID, "has a control character in it");
    return !row->check || row->check(text, err);
}

bool setting_push(struct arena *a, const struct setting *row, struct agent_settings *s,
                  const char *text, struct error *err)
{
    setting_texts *list = member(row, s);
    if (!check_text(row, text, err))
        return false;
    if (list->len == LIST_MAX)
        return error_set(err, ERROR_INVALID, "has more than %d elements", LIST_MAX);
    *LIST_PUSH(a, list) = arena_strdup(a, text);
    return true;
}

static bool set_number(const struct setting *row, struct agent_settings *s, const char *text,
                       struct error *err)
{
    bool is_time = row->kind == SETTING_TIME;
    int64_t n;
    if (is_time ? !parse_time(text, &n) : !number_parse(text, strlen(text), &n))
        return refuse(row, text, is_time ? "is no time" : "is no whole number", err);
    if (n < row->min || n > row->max)
        return refuse(row, text, "is out of range", err);
    memcpy(member(row, s), &n, sizeof n);
    return true;
}

/* Whatever the enum of a choice is, it is copied as a number of this width. */
_Static_assert(sizeof(enum drift_policy) == sizeof(unsigned), "an enum as wide as a number");
_Static_assert(sizeof(enum log_format) == sizeof(unsigned), "an enum as wide as a number");

static bool set_choice(const struct setting *row, struct agent_settings *s, const char *text,
                       struct error *err)
{
    for (unsigned i = 0; i < row->n_names; i++)
        if (!strcmp(text, row->names[i])) {
            memcpy(member(row, s), &i, sizeof i);
            return true;
        }
    return refuse(row, text, "is none of them", err);
}

static bool set_bool(const struct setting *row, struct agent_settings *s, const char *text,
                     struct error *err)
{
    bool value = !strcmp(text, "true");
    if (!value && strcmp(text, "false") != 0)
        return refuse(row, text, "is neither", err);
    memcpy(member(row, s), &value, sizeof value);
    return true;
}

static bool set_list(struct arena *a, const struct setting *row, struct agent_settings *s,
                     const char *text, struct error *err)
{
    *(setting_texts *)member(row, s) = (setting_texts){ 0 };
    for (const char *at = text; at;) {
        size_t len = strcspn(at, ",");
        if (!setting_push(a, row, s, arena_strndup(a, at, len), err))
            return false;
        at = at[len] ? at + len + 1 : NULL;
    }
    return true;
}

bool setting_set_text(struct arena *a, const struct setting *row, struct agent_settings *s,
                      const char *text, struct error *err)
{
    const char *copy;
    switch (row->kind) {
    case SETTING_TEXT:
        if (!check_text(row, text, err))
            return false;
        copy = arena_strdup(a, text);
        memcpy(member(row, s), &copy, sizeof copy);
        return true;
    case SETTING_TEXTS: return set_list(a, row, s, text, err);
    case SETTING_NUMBER:
    case SETTING_TIME: return set_number(row, s, text, err);
    case SETTING_BOOL: return set_bool(row, s, text, err);
    case SETTING_CHOICE: return set_choice(row, s, text, err);
    }
    return error_set(err, ERROR_BUG, "a setting of no kind");
}

/* ---- from the file ------------------------------------------------------------------------- */

static bool set_array(struct arena *a, const struct setting *row, struct agent_settings *s,
                      const cJSON *json, struct error *err)
{
    const cJSON *e;
    *(setting_texts *)member(row, s) = (setting_texts){ 0 };
    cJSON_ArrayForEach (e, json) {
        if (!cJSON_IsString(e))
            return error_set(err, ERROR_INVALID, "give a list of texts, numbers in quotes");
        if (!setting_push(a, row, s, e->valuestring, err))
            return false;
    }
    return true;
}

/* The kind of value in the file that a row takes. */
static bool fits(const struct setting *row, const cJSON *json)
{
    switch (row->kind) {
    case SETTING_TEXT:
    case SETTING_CHOICE: return cJSON_IsString(json);
    case SETTING_TEXTS: return cJSON_IsArray(json);
    case SETTING_NUMBER: return json_is_int(json);
    case SETTING_BOOL: return cJSON_IsBool(json);
    case SETTING_TIME: return cJSON_IsString(json) || json_is_int(json);
    }
    return false;
}

bool setting_set_json(struct arena *a, const struct setting *row, struct agent_settings *s,
                      const cJSON *json, struct error *err)
{
    struct buf text CLEANUP(buf_done) = { 0 };
    if (cJSON_IsString(json))
        buf_adds(&text, json->valuestring);
    else
        json_write(&text, json, false);
    if (!fits(row, json)) {
        bool quote = row->kind == SETTING_TEXT && !json->child && !cJSON_IsArray(json)
                     && !cJSON_IsObject(json);
        return refuse(row, buf_str(&text),
                      quote ? "needs quotes, as it is no text without them" : "is of another type",
                      err);
    }
    if (row->kind == SETTING_TEXTS)
        return set_array(a, row, s, json, err);
    return setting_set_text(a, row, s, buf_str(&text), err);
}

/* ---- and back ------------------------------------------------------------------------------ */

static cJSON *get_text(const char *text)
{
    return text ? cJSON_CreateString(text) : cJSON_CreateNull();
}

static cJSON *get_list(const setting_texts *list)
{
    cJSON *json = cJSON_CreateArray();
    for (size_t i = 0; i < list->len; i++)
        cJSON_AddItemToArray(json, cJSON_CreateString(list->items[i]));
    return json;
}

static cJSON *get_time(int64_t ms)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    add_time(&b, ms);
    return get_text(buf_str(&b));
}

cJSON *setting_get_json(const struct setting *row, const struct agent_settings *s)
{
    const void *at = member_of(row, s);
    const char *text;
    int64_t n;
    bool truth;
    unsigned choice;
    switch (row->kind) {
    case SETTING_TEXT: memcpy(&text, at, sizeof text); return get_text(text);
    case SETTING_TEXTS: return get_list(at);
    case SETTING_BOOL: memcpy(&truth, at, sizeof truth); return cJSON_CreateBool(truth);
    case SETTING_CHOICE: memcpy(&choice, at, sizeof choice); return get_text(row->names[choice]);
    case SETTING_NUMBER: memcpy(&n, at, sizeof n); return json_new_int(n);
    case SETTING_TIME: memcpy(&n, at, sizeof n); return get_time(n);
    }
    return cJSON_CreateNull();
}
