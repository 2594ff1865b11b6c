/* ingress.c - Ingress and IngressClass as clusters before Kubernetes 1.19 had them, in the form of
 * networking.k8s.io/v1, as an API server would hand them out.  Pure. */
#include <string.h>

#include "alb-agent/json.h"
#include "object_priv.h"

#define BETA "networking.k8s.io/v1beta1"

bool object_is_old_version(enum object_kind kind, const char *api_version)
{
    if (kind == OBJECT_INGRESS && !strcmp(api_version, "extensions/v1beta1"))
        return true;
    return (kind == OBJECT_INGRESS || kind == OBJECT_INGRESS_CLASS) && !strcmp(api_version, BETA);
}

static cJSON *member(cJSON *obj, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(obj, name);
}

/* "serviceName: tea, servicePort: 80" becomes "service: {name: tea, port: {number: 80}}"; a port
 * that is text is a name.  What is there beside them stays. */
static void convert_backend(cJSON *backend)
{
    cJSON *name = cJSON_DetachItemFromObjectCaseSensitive(backend, "serviceName");
    cJSON *port = cJSON_DetachItemFromObjectCaseSensitive(backend, "servicePort");
    if (!name && !port)
        return;
    cJSON *service = cJSON_AddObjectToObject(backend, "service");
    if (name)
        cJSON_AddItemToObject(service, "name", name);
    if (port)
        cJSON_AddItemToObject(cJSON_AddObjectToObject(service, "port"),
                              cJSON_IsString(port) ? "name" : "number", port);
}

static void convert_path(cJSON *path)
{
    convert_backend(member(path, "backend"));
    if (cJSON_IsObject(path) && !member(path, "pathType"))
        cJSON_AddStringToObject(path, "pathType", "ImplementationSpecific");
}

static void convert_spec(cJSON *spec)
{
    cJSON *backend = cJSON_DetachItemFromObjectCaseSensitive(spec, "backend");
    cJSON *rule, *path;
    convert_backend(backend);
    if (backend)
        cJSON_AddItemToObject(spec, "defaultBackend", backend);
    cJSON_ArrayForEach (rule, member(spec, "rules"))
        cJSON_ArrayForEach (path, member(member(rule, "http"), "paths"))
            convert_path(path);
}

void object_convert(cJSON *body, enum object_kind kind)
{
    const char *version = json_str(body, "apiVersion");
    if (!version || !object_is_old_version(kind, version))
        return;
    cJSON_ReplaceItemInObjectCaseSensitive(body, "apiVersion",
                                           cJSON_CreateString("networking.k8s.io/v1"));
    if (kind == OBJECT_INGRESS)
        convert_spec(member(body, "spec"));
}
