/* rewrite.c - the annotations rewrite-target and use-regex: another path for the backend,
 * and paths that are regular expressions (alb-ingress.md §A.4, §C.5). */
#include <string.h>

#include "translate_priv.h"

/* As nginx writes a group; ALB takes it for plain text. */
static bool has_nginx_group(const char *target)
{
    for (const char *c = strchr(target, '$'); c; c = strchr(c + 1, '$'))
        if (c[1] >= '0' && c[1] <= '9')
            return true;
    return false;
}

static bool has_upper_case(const char *text)
{
    for (; *text; text++)
        if (*text >= 'A' && *text <= 'Z')
            return true;
    return false;
}

void rewrite_check(struct subject *s, const struct place *at, const struct alb_rewrite *r)
{
    value_check_at(s, at, "host", r->host, value_check_target_host);
    value_check_at(s, at, "path", r->path, value_check_target_path);
    value_check_at(s, at, "query", r->query, value_check_target_query);
    if (has_upper_case(r->query))
        problem(s, &(struct place){ .up = at, .name = "query" },
                "\"%s\" has capital letters, which ALB refuses in a rewrite; give small ones",
                r->query);
}

void rewrite_read(struct subject *s, struct ingress *ing)
{
    struct place at = annotation_place(s->t->a, "rewrite-target");
    const char *target = annotation_text(s, "rewrite-target");
    ing->use_regex = annotation_is_true(s, "use-regex", false) || target;
    ing->rewrite_target = target;
    if (!target)
        return;
    const char *wanted = value_check_target_path(target);
    if (wanted)
        problem(s, &at, "\"%s\" is no path that ALB takes; %s", target, wanted);
    else if (has_nginx_group(target))
        warn(s, &at, "ALB takes \"%s\" by the letter; a group of the path is ${1}, not $1", target);
    ing->common.rewrite = (struct alb_rule_action){
        .type = ALB_ACTION_REWRITE,
        .rewrite = { .host = "${host}", .path = target, .query = "${query}" },
    };
}
