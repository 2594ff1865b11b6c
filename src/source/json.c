/* json.c - JSON values one after the other, with the lines of their errors.  Pure. */
#include "alb-agent/json.h"

#include <stdlib.h>
#include <string.h>

#include "alb-agent/arena.h"
#include "source_priv.h"

/* --- pieces -------------------------------------------------------------------------- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static int lines_in(const char *text, size_t len)
{
    int n = 0;
    for (size_t i = 0; i < len; i++)
        n += text[i] == '\n';
    return n;
}

static void skip(struct json_piece *rest, size_t len)
{
    rest->line += lines_in(rest->text, len);
    rest->text += len;
    rest->len -= len;
}

/* The length of the value at the beginning: up to the bracket that closes the first one,
 * or, for what is no bracket, up to a blank.  Does not judge what is between. */
static size_t value_len(const struct json_piece *p)
{
    size_t depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < p->len; i++) {
        char c = p->text[i];
        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '{' || c == '['))
            depth++;
        else if (!quoted && (c == '}' || c == ']') && depth <= 1)
            return i + 1;
        else if (!quoted && (c == '}' || c == ']'))
            depth--;
        else if (!quoted && !depth && is_blank(c))
            return i;
    }
    return p->len;
}

bool json_piece_next(struct json_piece *rest, struct json_piece *out)
{
    size_t blanks = 0;
    while (blanks < rest->len && is_blank(rest->text[blanks]))
        blanks++;
    skip(rest, blanks);
    if (!rest->len)
        return false;
    *out = *rest;
    out->len = value_len(rest);
    skip(rest, out->len);
    return true;
}

/* --- values -------------------------------------------------------------------------- */

static int by_text(const void *x, const void *y)
{
    const char *const *a = x, *const *b = y;
    return strcmp(*a, *b);
}

/* A name that is found twice in one object, or NULL. */
static const char *double_name(const cJSON *obj)
{
    size_t n = (size_t)cJSON_GetArraySize(obj), i = 0;
    if (!cJSON_IsObject(obj) || n < 2)
        return NULL;
    struct arena a CLEANUP(arena_done) = { 0 };
    const char **names = arena_array(&a, n, sizeof(char *));
    const cJSON *e;
    cJSON_ArrayForEach (e, obj)
        names[i++] = e->string;
    qsort(names, n, sizeof(char *), by_text);
    for (i = 1; i < n; i++)
        if (!strcmp(names[i - 1], names[i]))
            return names[i];
    return NULL;
}

/* cJSON keeps all members of one name and finds the first; which one is meant is unknown. */
static bool names_differ(const cJSON *json, struct error *err)
{
    const char *twice = double_name(json);
    if (twice)
        return error_set(err, ERROR_INVALID, "%s: found twice in one object", twice);
    const cJSON *e;
    size_t i = 0;
    cJSON_ArrayForEach (e, json) {
        if (!names_differ(e, err))
            return e->string ? error_wrap(err, "%s", e->string) : error_wrap(err, "[%zu]", i);
        i++;
    }
    return true;
}

/* json_parse() says "at offset N" where it knows; the offset, or 0. */
static size_t error_offset(const struct error *err)
{
    static const char word[] = "offset ";
    const char *s = strstr(err->msg, word);
    size_t n = 0;
    for (s = s ? s + sizeof word - 1 : ""; *s >= '0' && *s <= '9'; s++)
        n = n * 10 + (size_t)(*s - '0');
    return n;
}

bool json_piece_parse(const struct json_piece *piece, cJSON **out, int *line, struct error *err)
{
    cJSON *json CLEANUP(json_done) = NULL;
    *line = piece->line;
    if (!json_parse(piece->text, piece->len, &json, err)) {
        size_t at = error_offset(err);
        *line += lines_in(piece->text, at < piece->len ? at : piece->len);
        return false;
    }
    if (!names_differ(json, err))
        return false;
    *out = json;
    json = NULL;
    return true;
}
