/* backend.c - the backend of a path: a Service and the number of its port, or
 * "use-annotation" (alb-ingress.md §A.6, §C.7).  Ports may be given by name, which the
 * existing controller does not understand. */
#include <string.h>

#include "translate_priv.h"

/* clang-format off */
#define SELF struct backend_port_spec
static const struct field backend_port_spec_fields[] = {
    INT(number, "number", .min = 1, .max = 65535),
    STR(name,   "name"),
};
static SCHEMA(backend_port_spec, "port");
#undef SELF

#define SELF struct backend_service_spec
static const struct field backend_service_spec_fields[] = {
    STR(name, "name"),
    OBJ(port, backend_port_spec, "port"),
};
static SCHEMA(backend_service_spec, "service");
#undef SELF

#define SELF struct backend_spec
static const struct field backend_spec_fields[] = {
    OBJ (service,      backend_service_spec, "service"),
    BOOL(has_service,  "service",  .flags = READ_PRESENT),
    BOOL(has_resource, "resource", .flags = READ_PRESENT),
};
SCHEMA(backend_spec, "backend");
#undef SELF
/* clang-format on */

/* The number of a port given by name; 0 with a problem when there is none. */
static int64_t port_number(struct subject *s, const struct place *at, const char *service,
                           const char *port)
{
    const struct service *svc = service_spec(s->t, s->obj->ns, service);
    const struct service_port *found = service_port_by_name(svc, port);
    if (found)
        return found->number.val;
    if (!svc->obj)
        problem(s, at, "the port \"%s\" has no number, as there is no Service %s/%s", port,
                s->obj->ns, service);
    else if (svc->bad)
        problem(s, at, "%s cannot be understood; correct it first",
                subject_from(s->t->a, svc->obj));
    else
        problem(s, at, "%s has no port \"%s\"; give one that it has",
                subject_from(s->t->a, svc->obj), port);
    return 0;
}

bool backend_find(struct subject *s, const struct place *at, const struct backend_spec *spec,
                  struct backend *out)
{
    struct place service = { .up = at, .name = "service" };
    struct place port = { .up = &service, .name = "port" };
    const char *port_name = spec->service.port.name;
    *out = (struct backend){ .service = spec->service.name, .port = spec->service.port.number.val };
    if (spec->has_resource.val)
        problem(s, at, "resource backends cannot be reached from ALB; give a service");
    else if (!spec->has_service.val)
        problem(s, at, "it has no service; give one");
    else if (!out->service)
        problem(s, &(struct place){ .up = &service, .name = "name" }, "missing; add it");
    else if (!tag_fits(s->t, out->service))
        problem(s, &(struct place){ .up = &service, .name = "name" },
                "it is longer than the 128 characters of a tag of its group");
    else if (!out->port && !port_name)
        problem(s, &port, "it has neither a number nor a name; give one");
    else if (!out->port && !strcmp(port_name, "use-annotation"))
        out->use_annotation = true;
    else if (!out->port)
        out->port = port_number(s, &port, out->service, port_name);
    return out->service && (out->use_annotation || out->port);
}
