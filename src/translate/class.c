/* class.c - which AlbConfig an Ingress belongs to, through its class (alb-ingress.md §B.5). */
#include <string.h>
#include <strings.h>

#include "alb-agent/json.h"
#include "class_priv.h"

static const char controller[] = "ingress.k8s.alibabacloud/alb";
static const char legacy_annotation[] = "kubernetes.io/ingress.class";
static const char legacy_class[] = "alb";

enum ownership {
    FOREIGN,
    OURS,
    UNREADABLE, /* nobody can say, so nothing may be removed for it */
};

/* It looks like one of ours, but for the controller; misspelt ones have been published. */
static void check_foreign(struct subject *s, const cJSON *spec, const char *name)
{
    static const char tail[] = "/alb";
    const cJSON *kind = json_at(spec, "parameters.kind");
    const size_t n = strlen(name), n_tail = strlen(tail);
    bool leads_to_ours = cJSON_IsString(kind) && !strcasecmp(kind->valuestring, "AlbConfig");
    bool is_near = strstr(name, "alibabacloud") && !strcmp(name + n - n_tail, tail);
    if (leads_to_ours || is_near)
        warn(
            s, &(struct place){ .name = "spec.controller" },
            "\"%s\" is another controller, so Ingresses of this class are passed over; if they are "
            "to be ours, give %s",
            name, controller);
}

static enum ownership class_ownership(struct tr *t, const struct object *class)
{
    const cJSON *spec = json_get(object_body(class), "spec");
    const cJSON *name = json_get(spec, "controller");
    struct subject s = { .t = t, .obj = class };
    struct place at = { .name = "spec.controller" };
    if (spec && !cJSON_IsObject(spec)) {
        problem(&s, &(struct place){ .name = "spec" }, "this is %s; give a map", json_kind(spec));
        return UNREADABLE;
    }
    if (name && !cJSON_IsString(name)) {
        problem(&s, &at, "this is %s; give text", json_kind(name));
        return UNREADABLE;
    }
    if (name && !strcmp(name->valuestring, controller))
        return OURS;
    check_foreign(&s, spec, name ? name->valuestring : "");
    return FOREIGN;
}

/* The AlbConfig that the Ingress names itself, whatever its class says of it, or NULL. */
static const char *direct_target(const struct subject *s)
{
    const char *name = annotation(s->obj, "albconfig.name");
    return name && *name ? name : NULL;
}

/* The AlbConfig that a class of ours leads to, NULL with a problem when there is none. */
static const char *target_of_ours(struct subject *s, const struct object *class)
{
    if (direct_target(s))
        return direct_target(s);
    const cJSON *name = json_at(object_body(class), "spec.parameters.name");
    if (cJSON_IsString(name) && *name->valuestring)
        return name->valuestring;
    problem(s, &(struct place){ .name = "spec.ingressClassName" },
            "albconfig must be referenced in IngressClass: give %s a spec.parameters.name",
            subject_from(s->t->a, class));
    return NULL;
}

static const char *target_of(struct subject *s, const struct object *class)
{
    enum ownership whose = class_ownership(s->t, class);
    if (whose == FOREIGN)
        return NULL;
    if (whose == OURS)
        return target_of_ours(s, class);
    problem(s, &(struct place){ .name = "spec.ingressClassName" },
            "%s cannot be understood; correct it first", subject_from(s->t->a, class));
    return NULL;
}

bool class_is_ours(const struct object *class)
{
    const cJSON *name = json_at(object_body(class), "spec.controller");
    return cJSON_IsString(name) && !strcmp(name->valuestring, controller);
}

const char *class_target(struct subject *s, struct class_unknown *unknown)
{
    const cJSON *spec = json_get(object_body(s->obj), "spec");
    const cJSON *given = json_get(spec, "ingressClassName");
    if (given && !cJSON_IsString(given)) {
        problem(s, &(struct place){ .name = "spec.ingressClassName" }, "this is %s; give text",
                json_kind(given));
        return NULL;
    }
    bool by_spec = given && *given->valuestring;
    const char *name = by_spec ? given->valuestring : object_annotation(s->obj, legacy_annotation);
    if (!name || !*name) {
        *unknown = (struct class_unknown){ .how = CLASS_NONE, .name = "" };
        return NULL;
    }
    const struct object *class = look(s->t, OBJECT_INGRESS_CLASS, "", name);
    const char *target = class ? target_of(s, class) : NULL;
    if (target || s->n_problems)
        return target;
    if (!by_spec && !strcmp(name, legacy_class))
        return direct_target(s) ? direct_target(s) : "default";
    if (!class)
        *unknown = (struct class_unknown){ .how = by_spec ? CLASS_BY_SPEC : CLASS_BY_ANNOTATION,
                                           .name = name };
    return NULL;
}

void class_refuse(struct subject *s, const char *name, const struct object *config)
{
    struct place at = { .name = "spec.ingressClassName" };
    if (direct_target(s))
        at = annotation_place(s->t->a, "albconfig.name");
    if (!config)
        problem(s, &at, "there is no AlbConfig '%s'; create it, or name another", name);
    else if (object_is_going(config))
        problem(s, &at, "%s is being deleted; name another, or delete this Ingress, too",
                subject_from(s->t->a, config));
    else
        problem(s, &at, "%s cannot be translated; correct it first", subject_from(s->t->a, config));
}
