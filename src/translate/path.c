/* path.c - Ingress paths as values of an ALB Path condition (alb-ingress.md §C.5). */
#include <string.h>
#include <strings.h>

#include "translate_priv.h"

enum { PATH_MAX_LEN = 128 }; /* of a value */

/* What ALB refuses in a path that is no regular expression. */
static const char refused_chars[] = "()[]{}|^$\\";

static void add_value(struct subject *s, const struct place *at, const char *value,
                      struct alb_values *out)
{
    if (strlen(value) > PATH_MAX_LEN)
        problem(s, at, "\"%s\" is longer than the %d characters that ALB takes", value,
                PATH_MAX_LEN);
    *LIST_PUSH(s->t->a, &out->values) = value;
}

static bool path_is_plain(struct subject *s, const struct place *at, const char *path)
{
    if (path[0] != '/')
        problem(s, at, "\"%s\" does not begin with \"/\"", path);
    else if (strpbrk(path, refused_chars))
        problem(s, at, "\"%s\" has one of the characters %s that ALB refuses", path, refused_chars);
    else
        return true;
    return false;
}

static bool has_wildcard(const char *path)
{
    return strpbrk(path, "*?");
}

static void add_exact(struct subject *s, const struct place *at, const char *path,
                      struct alb_values *out)
{
    if (has_wildcard(path))
        problem(s, at,
                "exact path shouldn't contain wildcards: \"%s\"; use pathType "
                "ImplementationSpecific",
                path);
    else
        add_value(s, at, path, out);
}

/* The path itself and all below it; one slash at its end does not count. */
static void add_prefix(struct subject *s, const struct place *at, const char *path,
                       struct alb_values *out)
{
    size_t n = strlen(path);
    if (n == 1) {
        add_value(s, at, "/*", out);
        return;
    }
    if (has_wildcard(path)) {
        problem(s, at,
                "prefix path shouldn't contain wildcards: \"%s\"; use pathType "
                "ImplementationSpecific",
                path);
        return;
    }
    if (path[n - 1] == '/')
        n--;
    const char *stem = arena_strndup(s->t->a, path, n);
    add_value(s, at, stem, out);
    add_value(s, at, arena_fmt(s->t->a, "%s/*", stem), out);
}

void path_values(struct subject *s, const struct place *at, const char *path, const char *type,
                 struct alb_values *out)
{
    struct place path_at = { .up = at, .name = "path" };
    if (!path)
        path = "/";
    if (!path_is_plain(s, &path_at, path))
        return;
    if (!type || !strcmp(type, "Prefix"))
        add_prefix(s, &path_at, path, out);
    else if (!strcmp(type, "Exact"))
        add_exact(s, &path_at, path, out);
    else if (!strcmp(type, "ImplementationSpecific"))
        add_value(s, &path_at, path, out);
    else
        problem(s, &(struct place){ .up = at, .name = "pathType" },
                "\"%s\" is not known; give Exact, Prefix or ImplementationSpecific", type);
}
