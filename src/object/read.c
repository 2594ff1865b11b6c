/* read.c - one document to an object: what it is, whether it is sound, and what of it is
 * not kept.  Pure. */
#include <string.h>
#include <strings.h>

#include "alb-agent/arena.h"
#include "alb-agent/json.h"
#include "alb-agent/macros.h"
#include "object_priv.h"

enum { MAX_NAME = 253, MAX_NAMESPACE = 63 }; /* of DNS, as Kubernetes checks them */

#define LAST_APPLIED "kubectl.kubernetes.io/last-applied-configuration"

static const char *type_name(const cJSON *v)
{
    if (cJSON_IsObject(v))
        return "a mapping";
    if (cJSON_IsArray(v))
        return "a sequence";
    if (cJSON_IsNumber(v))
        return "a number";
    if (cJSON_IsBool(v))
        return "a boolean";
    return cJSON_IsString(v) ? "text" : "null";
}

/* The text of a member, NULL when it is absent or null; anything else is an error. */
static bool text_member(const cJSON *obj, const char *path, const char *name, const char **out,
                        struct error *err)
{
    const cJSON *v = json_get(obj, name);
    *out = json_str(obj, name);
    if (v && !*out)
        return error_set(err, ERROR_INVALID, "%s%s: %s, not text; quote it", path, name,
                         type_name(v));
    return true;
}

/* --- what it is ---------------------------------------------------------------------- */

static bool in_group(const char *api_version, const char *group)
{
    const char *slash = strchr(api_version, '/');
    size_t len = slash ? (size_t)(slash - api_version) : 0;
    return strlen(group) == len && !strncmp(api_version, group, len);
}

/* Is it this kind, in whatever version?  Ingress began in the group "extensions". */
static bool is_kind(const char *api_version, const char *kind, enum object_kind k)
{
    const struct kind_row *row = object_kind_row(k);
    return !strcasecmp(kind, row->name)
           && (in_group(api_version, row->group)
               || (k == OBJECT_INGRESS && in_group(api_version, "extensions")));
}

static bool check_version(const char *api_version, const char *kind, enum object_kind k,
                          struct error *err)
{
    const struct kind_row *row = object_kind_row(k);
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *want =
        *row->group ? arena_fmt(&a, "%s/%s", row->group, row->version) : row->version;
    if (strcmp(kind, row->name) != 0)
        return error_set(err, ERROR_INVALID, "kind: '%s' must be written '%s'", kind, row->name);
    if (strcmp(api_version, want) != 0 && !object_is_old_version(k, api_version))
        return error_set(err, ERROR_INVALID,
                         "apiVersion: %s of %s is not read; convert the document to %s",
                         api_version, kind, want);
    return true;
}

bool object_identify(const cJSON *body, enum object_kind *kind, struct error *err)
{
    const char *name = NULL, *version = NULL;
    *kind = OBJECT_UNSET;
    if (!cJSON_IsObject(body))
        return error_set(err, ERROR_INVALID, "the document is %s, not a mapping", type_name(body));
    if (!text_member(body, "", "kind", &name, err)
        || !text_member(body, "", "apiVersion", &version, err))
        return false;
    if (!name || !*name)
        return error_set(err, ERROR_INVALID, "kind: missing; say what it is, as 'kind: Ingress'");
    if (!version || !*version)
        return error_set(err, ERROR_INVALID,
                         "apiVersion: missing; add it, as 'apiVersion: networking.k8s.io/v1'");
    for (int k = OBJECT_UNSET + 1; k < KIND_END && *kind == OBJECT_UNSET; k++)
        if (is_kind(version, name, (enum object_kind)k))
            *kind = (enum object_kind)k;
    return *kind == OBJECT_UNSET || check_version(version, name, *kind, err);
}

/* --- whether it is sound ------------------------------------------------------------- */

/* Lower-case letters, digits, '-' and '.', with a letter or digit at both ends (RFC 1123). */
static bool is_dns_name(const char *s, size_t max)
{
    static const char alnum[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    size_t len = strlen(s);
    if (!len || len > max)
        return false;
    for (size_t i = 0; i < len; i++)
        if (!strchr(alnum, s[i]) && (i == 0 || i == len - 1 || !strchr("-.", s[i])))
            return false;
    return true;
}

/* Annotations and labels are text; Kubernetes refuses anything else too. */
static bool check_texts(const cJSON *meta, const char *group, struct error *err)
{
    const cJSON *map = json_get(meta, group), *e;
    if (map && !cJSON_IsObject(map))
        return error_set(err, ERROR_INVALID, "metadata.%s: %s, not a mapping", group,
                         type_name(map));
    cJSON_ArrayForEach (e, map)
        if (!cJSON_IsString(e) && !cJSON_IsNull(e))
            return error_set(err, ERROR_INVALID, "metadata.%s[%s]: %s, not text; quote the value",
                             group, e->string, type_name(e));
    return true;
}

static bool read_name(const cJSON *meta, const char **name, struct error *err)
{
    if (!text_member(meta, "metadata.", "name", name, err))
        return false;
    if (!*name || !**name)
        return error_set(err, ERROR_INVALID, "metadata.name: missing; add a name");
    if (!is_dns_name(*name, MAX_NAME))
        return error_set(err, ERROR_INVALID,
                         "metadata.name: '%s' is not a name; use lower-case letters, digits, "
                         "'-' and '.', at most %d",
                         *name, MAX_NAME);
    return true;
}

static bool read_namespace(const cJSON *meta, const struct kind_row *row, const char **ns,
                           struct error *err)
{
    if (!text_member(meta, "metadata.", "namespace", ns, err))
        return false;
    if (!row->namespaced)
        *ns = "";
    else if (!*ns || !**ns)
        *ns = "default";
    else if (!is_dns_name(*ns, MAX_NAMESPACE) || strchr(*ns, '.'))
        return error_set(err, ERROR_INVALID,
                         "metadata.namespace: '%s' is not a name; use lower-case letters, digits "
                         "and '-', at most %d",
                         *ns, MAX_NAMESPACE);
    return true;
}

/* --- what is not kept ---------------------------------------------------------------- */

static void drop(cJSON *obj, const char *name)
{
    cJSON *v;
    while (cJSON_IsObject(obj) && (v = cJSON_DetachItemFromObjectCaseSensitive(obj, name)))
        cJSON_Delete(v);
}

static void prune(cJSON *body)
{
    cJSON *meta = cJSON_GetObjectItemCaseSensitive(body, "metadata");
    drop(meta, "managedFields");
    drop(cJSON_GetObjectItemCaseSensitive(meta, "annotations"), LAST_APPLIED);
}

bool object_read(cJSON *body, enum object_kind kind, struct object *out, struct error *err)
{
    const cJSON *meta = json_get(body, "metadata");
    const char *name = NULL, *ns = NULL;
    if (meta && !cJSON_IsObject(meta))
        return error_set(err, ERROR_INVALID, "metadata: %s, not a mapping", type_name(meta));
    if (!read_name(meta, &name, err) || !read_namespace(meta, object_kind_row(kind), &ns, err)
        || !check_texts(meta, "annotations", err) || !check_texts(meta, "labels", err))
        return false;
    object_convert(body, kind);
    prune(body);
    *out = (struct object){
        .kind = kind,
        .ns = ns,
        .name = name,
        .body = body,
    };
    return true;
}
