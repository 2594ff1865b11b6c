/* class.c - which AlbConfig an Ingress belongs to, through its class (alb-ingress.md §B.5). */
#include <string.h>

#include "alb-agent/json.h"
#include "translate_priv.h"

static const char controller[] = "ingress.k8s.alibabacloud/alb";
static const char legacy_annotation[] = "kubernetes.io/ingress.class";
static const char legacy_class[] = "alb";

enum ownership {
    FOREIGN,
    OURS,
    UNREADABLE, /* nobody can say, so nothing may be removed for it */
};

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
    if (!name)
        return FOREIGN;
    if (!cJSON_IsString(name)) {
        problem(&s, &at, "this is %s; give text", json_kind(name));
        return UNREADABLE;
    }
    return strcmp(name->valuestring, controller) ? FOREIGN : OURS;
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

const char *class_target(struct subject *s)
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
    if (!name)
        return NULL;
    const struct object *class = look(s->t, OBJECT_INGRESS_CLASS, "", name);
    const char *target = class ? target_of(s, class) : NULL;
    if (target || s->n_problems || by_spec)
        return target;
    if (strcmp(name, legacy_class) != 0)
        return NULL;
    return direct_target(s) ? direct_target(s) : "default";
}

void class_refuse(struct subject *s, const char *name, const struct config *c)
{
    struct place at = { .name = "spec.ingressClassName" };
    if (direct_target(s))
        at = annotation_place(s->t->a, "albconfig.name");
    if (!c)
        problem(s, &at, "there is no AlbConfig '%s'; create it, or name another", name);
    else
        problem(s, &at, "%s cannot be translated; correct it first", subject_from(s->t->a, c->obj));
}
