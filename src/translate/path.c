/* path.c - Ingress paths as values of an ALB Path condition (alb-ingress.md §C.5). */
#include <string.h>
#include <strings.h>

#include "translate_priv.h"

static bool add_value(struct subject *s, const struct place *at, const char *value,
                      struct alb_values *out)
{
    const char *wanted = value_check_path(value);
    if (wanted)
        problem(s, at, "\"%s\" is no path that ALB takes; %s", value, wanted);
    *LIST_PUSH(s->t->a, &out->values) = value;
    return !wanted;
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
        (void)add_value(s, at, path, out);
}

/* The path itself and all below it; one slash at its end does not count. */
static void add_prefix(struct subject *s, const struct place *at, const char *path,
                       struct alb_values *out)
{
    size_t n = strlen(path);
    if (n == 1) {
        (void)add_value(s, at, "/*", out);
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
    if (add_value(s, at, stem, out))
        (void)add_value(s, at, arena_fmt(s->t->a, "%s/*", stem), out);
}

static bool is_regex(const struct path_given *given, const char *path)
{
    return given->use_regex && strcmp(path, "/") != 0
           && !(given->rewrite_target && !strcmp(path, given->rewrite_target));
}

enum path_kind path_values(struct subject *s, const struct place *at,
                           const struct path_given *given, struct alb_values *out)
{
    struct place path_at = { .up = at, .name = "path" };
    const char *path = given->path ? given->path : "/", *type = given->type;
    if (!type || !strcmp(type, "Prefix")) {
        if (is_regex(given, path)) {
            (void)add_value(s, &path_at, arena_fmt(s->t->a, "~*%s", path), out);
            return PATH_PATTERN;
        }
        add_prefix(s, &path_at, path, out);
        return PATH_PREFIX;
    }
    if (!strcmp(type, "Exact"))
        add_exact(s, &path_at, path, out);
    else if (!strcmp(type, "ImplementationSpecific"))
        (void)add_value(s, &path_at, path, out);
    else
        problem(s, &(struct place){ .up = at, .name = "pathType" },
                "\"%s\" is not known; give Exact, Prefix or ImplementationSpecific", type);
    return has_wildcard(path) ? PATH_PATTERN : PATH_EXACT;
}
