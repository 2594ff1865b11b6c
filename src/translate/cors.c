/* cors.c - what other origins may do: the annotations enable-cors and cors-*, the action
 * Cors, and what is wrong with either (alb-ingress.md §A.4, §A.6). */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "translate_priv.h"

enum { MAX_AGE_MIN = -1, MAX_AGE_MAX = 172800 };

static const char default_origin[] = "*";
static const char default_methods[] = "GET, PUT, POST, DELETE, PATCH, OPTIONS";
static const char default_headers[] =
    "DNT,X-CustomHeader,Keep-Alive,User-Agent,X-Requested-With,If-Modified-Since,"
    "Cache-Control,Content-Type,Authorization";

static void check_list(struct subject *s, const struct place *at, const char *const *items,
                       size_t n, const char *(*check)(const char *))
{
    for (size_t i = 0; i < n; i++) {
        const char *wanted = check(items[i]);
        if (wanted)
            problem(s, at, "\"%s\" is no value that ALB takes here; %s", items[i], wanted);
        else if (!strcmp(items[i], "*") && n > 1)
            problem(s, at, "\"*\" allows all others too; give it alone, or not at all");
    }
}

void cors_check(struct subject *s, const struct place at[CORS_PLACES], const struct alb_cors *c)
{
    if (!c->allow_origin.len)
        problem(s, &at[CORS_ORIGIN], "it allows no origin; give one, or *");
    check_list(s, &at[CORS_ORIGIN], c->allow_origin.items, c->allow_origin.len, value_check_origin);
    check_list(s, &at[CORS_METHODS], c->allow_methods.items, c->allow_methods.len,
               value_check_method);
    check_list(s, &at[CORS_HEADERS], c->allow_headers.items, c->allow_headers.len,
               value_check_cors_header);
    check_list(s, &at[CORS_EXPOSE], c->expose_headers.items, c->expose_headers.len,
               value_check_cors_header);
    if (c->max_age.set && (c->max_age.val < MAX_AGE_MIN || c->max_age.val > MAX_AGE_MAX))
        problem(s, &at[CORS_MAX_AGE], "%" PRId64 " is out of range; give %d to %d seconds",
                c->max_age.val, MAX_AGE_MIN, MAX_AGE_MAX);
}

/* ---- annotations ----------------------------------------------------------------------------- */

typedef LIST_OF(const char *) text_list;

/* The parts between commas, blanks around them taken off, empty ones left out. */
static text_list split(struct arena *a, const char *text)
{
    text_list list = { .items = list_grow(a, NULL, 0, sizeof(const char *)) };
    while (*text) {
        text += strspn(text, " \t\n,");
        size_t n = strcspn(text, ","), end = n;
        while (end && strchr(" \t\n", text[end - 1]))
            end--;
        if (end)
            *LIST_PUSH(a, &list) = arena_strndup(a, text, end);
        text += n;
    }
    return list;
}

static text_list read_list(struct subject *s, const char *name, const char *dflt)
{
    const char *text = annotation_text(s, name);
    return split(s->t->a, text ? text : dflt);
}

static const char *read_credentials(struct subject *s)
{
    const char *text = annotation_text(s, "cors-allow-credentials");
    struct place at = annotation_place(s->t->a, "cors-allow-credentials");
    if (text && !strcmp(text, "false"))
        return "off";
    if (text && strcmp(text, "true") != 0)
        warn(s, &at, "\"%s\" is neither \"true\" nor \"false\", and taken for \"true\"", text);
    return "on";
}

static int64_t read_max_age(struct subject *s)
{
    const char *text = annotation_text(s, "cors-max-age");
    struct place at = annotation_place(s->t->a, "cors-max-age");
    int64_t n = MAX_AGE_MAX;
    bool negative = text && text[0] == '-';
    if (text && !text_to_int(text + negative, &n))
        problem(s, &at, "\"%s\" is no number of seconds; give %d to %d", text, MAX_AGE_MIN,
                MAX_AGE_MAX);
    return negative ? -n : n;
}

void cors_read(struct subject *s, struct ingress *ing)
{
    static const char *const names[CORS_PLACES] = {
        [CORS_ORIGIN] = "cors-allow-origin",   [CORS_METHODS] = "cors-allow-methods",
        [CORS_HEADERS] = "cors-allow-headers", [CORS_EXPOSE] = "cors-expose-headers",
        [CORS_MAX_AGE] = "cors-max-age",
    };
    struct place at[CORS_PLACES];
    if (!annotation_is_true(s, "enable-cors", false))
        return;
    text_list lists[CORS_MAX_AGE] = {
        [CORS_ORIGIN] = read_list(s, names[CORS_ORIGIN], default_origin),
        [CORS_METHODS] = read_list(s, names[CORS_METHODS], default_methods),
        [CORS_HEADERS] = read_list(s, names[CORS_HEADERS], default_headers),
        [CORS_EXPOSE] = read_list(s, names[CORS_EXPOSE], ""),
    };
    ing->common.cors = (struct alb_rule_action){
        .type = ALB_ACTION_CORS,
        .cors = { .allow_origin = { lists[CORS_ORIGIN].items, lists[CORS_ORIGIN].len },
                  .allow_methods = { lists[CORS_METHODS].items, lists[CORS_METHODS].len },
                  .allow_headers = { lists[CORS_HEADERS].items, lists[CORS_HEADERS].len },
                  .expose_headers = { lists[CORS_EXPOSE].items, lists[CORS_EXPOSE].len },
                  .allow_credentials = read_credentials(s),
                  .max_age = { .val = read_max_age(s), .set = true } },
    };
    for (size_t i = 0; i < CORS_PLACES; i++)
        at[i] = annotation_place(s->t->a, names[i]);
    cors_check(s, at, &ing->common.cors.cors);
}
