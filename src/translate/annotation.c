/* annotation.c - the annotations of an Ingress: which are known, which take effect, and
 * what to say about the others (alb-ingress.md §A). */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "translate_priv.h"

/* What becomes of an annotation. */
enum support {
    USED,      /* read elsewhere                                                        */
    ATTENDANT, /* only means something with another one, which is looked at             */
    LATER,     /* without it requests still reach the same backends: a warning          */
    REFUSED,   /* without it requests would be answered differently: a problem          */
};

struct known {
    const char *name;  /* below ANNOTATION_PREFIX                                         */
    const char *quiet; /* the value that asks for nothing, without regard to case; "bool":
                          everything but "true"                                          */
    enum support support;
    bool aliased; /* also read under NGINX_PREFIX                                        */
};

/* clang-format off */
static const struct known table[] = {
    { "order",                         NULL,   USED,      false },
    { "albconfig.order",               NULL,   USED,      false },
    { "albconfig.name",                NULL,   USED,      false },
    { "listen-ports",                  NULL,   USED,      false },
    { "ssl-redirect",                  "bool", USED,      true  },
    { "server-group-type",             NULL,   USED,      false },

    { "rewrite-target",                NULL,   REFUSED,   false },
    { "use-regex",                     "bool", REFUSED,   false },
    { "traffic-limit-qps",             NULL,   REFUSED,   false },
    { "traffic-limit-ip-qps",          NULL,   REFUSED,   false },
    { "backend-protocol",              "http", REFUSED,   false },
    { "backend-svcs-protocols",        NULL,   REFUSED,   false },
    { "enable-cors",                   "bool", REFUSED,   false },
    { "cors-allow-origin",             NULL,   ATTENDANT, false },
    { "cors-allow-methods",            NULL,   ATTENDANT, false },
    { "cors-allow-headers",            NULL,   ATTENDANT, false },
    { "cors-expose-headers",           NULL,   ATTENDANT, false },
    { "cors-allow-credentials",        NULL,   ATTENDANT, false },
    { "cors-max-age",                  NULL,   ATTENDANT, false },
    { "canary",                        "bool", REFUSED,   true  },
    { "canary-by-header",              NULL,   ATTENDANT, true  },
    { "canary-by-header-value",        NULL,   ATTENDANT, true  },
    { "canary-by-cookie",              NULL,   ATTENDANT, true  },
    { "canary-weight",                 NULL,   ATTENDANT, true  },

    { "healthcheck-enabled",           "bool", USED,      false },
    { "healthcheck-path",              NULL,   ATTENDANT, false },
    { "healthcheck-protocol",          NULL,   ATTENDANT, false },
    { "healthcheck-method",            NULL,   ATTENDANT, false },
    { "healthcheck-httpcode",          NULL,   ATTENDANT, false },
    { "healthcheck-code",              NULL,   ATTENDANT, false },
    { "healthcheck-httpversion",       NULL,   ATTENDANT, false },
    { "healthcheck-timeout-seconds",   NULL,   ATTENDANT, false },
    { "healthcheck-interval-seconds",  NULL,   ATTENDANT, false },
    { "healthy-threshold-count",       NULL,   ATTENDANT, false },
    { "unhealthy-threshold-count",     NULL,   ATTENDANT, false },
    { "healthcheck-connect-port",      NULL,   ATTENDANT, false },
    { "backend-scheduler",             NULL,   USED,      false },
    { "backend-scheduler-uch-value",   NULL,   ATTENDANT, false },
    { "backend-keepalive",             "bool", USED,      false },
    { "sticky-session",                "bool", USED,      false },
    { "sticky-session-type",           NULL,   ATTENDANT, false },
    { "cookie-timeout",                NULL,   ATTENDANT, false },
    { "cookie",                        NULL,   ATTENDANT, false },
    { "slow-start-enabled",            "bool", USED,      false },
    { "slow-start-duration",           NULL,   ATTENDANT, false },
    { "connection-drain-enabled",      "bool", USED,      false },
    { "connection-drain-timeout",      NULL,   ATTENDANT, false },
    { "server-group-resource-group-id", NULL,  USED,      false },
    { "cert-id",                       NULL,   LATER,     false },
};
/* clang-format on */

static const char *value_below(const struct object *obj, const char *prefix, const char *name)
{
    char key[128]; /* longer ones are no annotations that anything asks for */
    int n = snprintf(key, sizeof key, "%s%s", prefix, name);
    return n > 0 && (size_t)n < sizeof key ? object_annotation(obj, key) : NULL;
}

const char *annotation(const struct object *obj, const char *name)
{
    return value_below(obj, ANNOTATION_PREFIX, name);
}

const char *annotation_aliased(const struct object *obj, const char *name)
{
    const char *value = value_below(obj, NGINX_PREFIX, name);
    return value ? value : annotation(obj, name);
}

struct place annotation_place(struct arena *a, const char *name)
{
    return (struct place){ .name = arena_fmt(a, "metadata.annotations[%s%s]", ANNOTATION_PREFIX,
                                             name) };
}

static const struct known *find_known(const char *name)
{
    for (size_t i = 0; i < COUNT(table); i++)
        if (!strcmp(table[i].name, name))
            return &table[i];
    return NULL;
}

static const char *known_value(const struct object *obj, const struct known *k)
{
    return k->aliased ? annotation_aliased(obj, k->name) : annotation(obj, k->name);
}

/* "true" is true and everything else is false, as the existing controller has it. */
static bool is_true(struct subject *s, const char *name, const char *value)
{
    if (!value || !strcmp(value, "true"))
        return value;
    struct place at = annotation_place(s->t->a, name);
    if (strcmp(value, "false") != 0)
        warn(s, &at, "\"%s\" is neither \"true\" nor \"false\", and taken for \"false\"", value);
    return false;
}

bool annotation_is_true(struct subject *s, const char *name, bool aliased)
{
    return is_true(s, name, aliased ? annotation_aliased(s->obj, name) : annotation(s->obj, name));
}

static bool asks_for_something(struct subject *s, const struct known *k, const char *value)
{
    if (k->quiet && !strcmp(k->quiet, "bool"))
        return is_true(s, k->name, value);
    return value[strspn(value, " \t\r\n")] && !(k->quiet && !strcasecmp(value, k->quiet));
}

static void check_known(struct subject *s, const struct known *k)
{
    const char *value = known_value(s->obj, k);
    if (!value || k->support == USED || k->support == ATTENDANT || !asks_for_something(s, k, value))
        return;
    struct place at = annotation_place(s->t->a, k->name);
    if (k->support == REFUSED)
        problem(s, &at,
                "not supported yet: %s; remove it, or keep the Ingress with the old controller",
                k->name);
    else
        warn(s, &at, "not applied yet");
}

/* "conditions.<service>" and its like act on every path to that Service. */
static void check_for_service(struct subject *s, const char *name, const char *prefix,
                              const char *value, const struct map *services)
{
    struct place at = annotation_place(s->t->a, name);
    if (!map_get(services, name + strlen(prefix)))
        warn(s, &at, "no backend of this Ingress has the name '%s', so it has no effect",
             name + strlen(prefix));
    else if (!strcmp(prefix, "conditions.")
             || (!strcmp(prefix, "rule-direction.") && strcmp(value, "Request") != 0))
        problem(s, &at,
                "not supported yet: %s; remove it, or keep the Ingress with the old controller",
                name);
}

static void warn_unknown(struct subject *s, const char *name)
{
    const char *names[COUNT(table)];
    for (size_t i = 0; i < COUNT(table); i++)
        names[i] = table[i].name;
    const char *near = nearest_name(name, names, COUNT(names));
    struct place at = annotation_place(s->t->a, name);
    if (near)
        warn(s, &at, "there is no such annotation, so it has no effect; is it '%s'?", near);
    else
        warn(s, &at, "there is no such annotation, so it has no effect; remove it");
}

static void check_one(struct subject *s, const cJSON *v, const struct map *services)
{
    static const char *const prefixes[] = { "actions.", "conditions.", "rule-direction." };
    size_t n = strlen(ANNOTATION_PREFIX);
    if (strncmp(v->string, ANNOTATION_PREFIX, n) != 0 || !cJSON_IsString(v))
        return;
    const char *name = v->string + n;
    for (size_t i = 0; i < COUNT(prefixes); i++)
        if (!strncmp(name, prefixes[i], strlen(prefixes[i]))) {
            check_for_service(s, name, prefixes[i], v->valuestring, services);
            return;
        }
    if (!find_known(name))
        warn_unknown(s, name);
}

void annotations_check(struct subject *s, const struct map *services)
{
    for (size_t i = 0; i < COUNT(table); i++)
        check_known(s, &table[i]);
    const cJSON *metadata = cJSON_GetObjectItemCaseSensitive(s->obj->body, "metadata");
    const cJSON *all = cJSON_GetObjectItemCaseSensitive(metadata, "annotations"), *v;
    if (cJSON_IsObject(all))
        cJSON_ArrayForEach (v, all)
            check_one(s, v, services);
}
