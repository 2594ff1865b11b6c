/* object.h - Kubernetes objects as a source says they are, and a set of them.
 *
 * A set owns the documents and the texts of its objects.  It is always sorted by the name of
 * the kind, then namespace, then name, each by bytes, whatever the order of adding was.
 * Documents are kept packed, as they are many and rarely looked at: object_body() makes the tree,
 * which stays until object_set_fold().
 * What cannot be read becomes a problem of the set and makes it incomplete: the objects
 * at hand may be created and changed from, but absence from an incomplete set says
 * nothing, so nothing may be deleted because of it.
 *
 * Objects are pruned when they are added: metadata.managedFields and the annotation
 * kubectl.kubernetes.io/last-applied-configuration are not kept.  Of 'data' and 'stringData'
 * of a Secret only certificate and private key are, beside the body and in memory only; the
 * body has a member "tls" instead, {"crt":"-----BEGIN...","keySha256":"..."}.  Of ConfigMaps only
 * those are kept that have data.scriptContent, and of their data nothing else. */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alb-agent/arena.h"
#include "alb-agent/secret.h"

/* The kinds that are kept, in byte order of their names: constant suffix, name, group
 * (empty for the core group), version, and whether they live in a namespace. */
#define OBJECT_KINDS(X)                                                \
    X(ALB_CONFIG, "AlbConfig", "alibabacloud.com", "v1", false)        \
    X(CONFIG_MAP, "ConfigMap", "", "v1", true)                         \
    X(ENDPOINT_SLICE, "EndpointSlice", "discovery.k8s.io", "v1", true) \
    X(ENDPOINTS, "Endpoints", "", "v1", true)                          \
    X(INGRESS, "Ingress", "networking.k8s.io", "v1", true)             \
    X(INGRESS_CLASS, "IngressClass", "networking.k8s.io", "v1", false) \
    X(NODE, "Node", "", "v1", false)                                   \
    X(POD, "Pod", "", "v1", true)                                      \
    X(SECRET, "Secret", "", "v1", true)                                \
    X(SERVICE, "Service", "", "v1", true)

#define X(N, name, group, version, namespaced) OBJECT_##N,
enum object_kind { OBJECT_UNSET, OBJECT_KINDS(X) };
#undef X

/* "Ingress"; "" for OBJECT_UNSET.  Static. */
const char *object_kind_name(enum object_kind kind);
/* The kind of that name, OBJECT_UNSET when there is none. */
enum object_kind object_kind_parse(const char *name);

/* What a Secret holds of TLS: tls.crt and tls.key. */
struct object_tls {
    const char *crt;   /* text, PEM if all is well, without a private key; NULL: none   */
    struct secret key; /* .data NULL: none.  To be read where it is sent, nowhere else  */
    const char *bad;   /* "tls.key: not in Base64": what could not be read; NULL: all could */
};

/* There are many of them: what is rarely asked for is asked of the document. */
struct object {
    enum object_kind kind;
    bool stored;    /* it came from the store, which has it just so           */
    const char *ns; /* "" for cluster-scoped kinds, "default" when not given  */
    const char *name;
    const char *origin;           /* "web.yaml:12"                               */
    const cJSON *body;            /* of one that is in no set: see object_body() */
    const struct object_tls *tls; /* of a Secret; NULL of other kinds            */
    struct object_packed *packed; /* of one that is in a set; not for others     */
};

/* "networking.k8s.io/v1". */
const char *object_api_version(const struct object *obj);
/* NULL: not given, as in a manifest. */
const char *object_uid(const struct object *obj);
const char *object_resource_version(const struct object *obj);
/* 0: not given. */
int64_t object_generation(const struct object *obj);

/* The whole object, pruned.  The tree lives until object_set_fold(), the texts in it and the names
 * of its members as long as the object. */
const cJSON *object_body(const struct object *obj);
/* The same as a tree of its own; the caller's (cJSON_Delete, json_done). */
cJSON *object_tree(const struct object *obj);
/* The same as json_canonical() writes it, in 'a', without a tree that stays. */
const char *object_text(struct arena *a, const struct object *obj);

/* Do two objects of one key say the same, the order of members aside? */
bool object_is_same(const struct object *x, const struct object *y);
/* Has it a time at which it was deleted? */
bool object_is_going(const struct object *obj);

/* The value of an annotation or label, or NULL when the object has none of that key.  It lives as
 * long as the object; no tree is made. */
const char *object_annotation(const struct object *obj, const char *key);
const char *object_label(const struct object *obj, const char *key);
/* data.scriptContent of a ConfigMap; NULL: it is no text. */
const char *object_script(const struct object *obj);

/* Something that could not be read: "web.yaml:12" and "metadata.name: missing; add a
 * name".  People see "<origin>: <msg>". */
struct object_problem {
    const char *origin;
    const char *msg;
};

/* All-zero is an empty, complete set. */
struct object_set {
    LIST_OF(struct object *) objects;        /* sorted                                  */
    LIST_OF(struct object_problem) problems; /* in the order in which they were met     */
    bool incomplete;                         /* something is missing: see problems      */
    size_t ignored;                          /* documents that are not kept             */
    size_t capacity;                         /* of 'objects'; this and what follows is not
                                                for others                              */
    struct object_bodies *bodies;            /* which trees are there                   */
    struct arena index;                      /* of 'objects'                            */
    struct arena arena;                      /* of 'problems'                           */
};
void object_set_done(struct object_set *set);

/* Adds the object of one document and takes over 'body', whatever happens to it: an object
 * that is not valid (not a map, no kind, no name, an annotation that is no text, a version
 * that is not read ...) becomes a problem, one that is not kept is counted in 'ignored'.
 * Of two objects of one kind, namespace and name the first stays; the other becomes a
 * problem that names both origins.  'origin' is copied. */
void object_set_add(struct object_set *set, cJSON *body, const char *origin);

/* The same of an object that the store has so: it is 'stored'. */
void object_set_add_stored(struct object_set *set, cJSON *body, const char *origin);

/* The same, but the object takes the place of the one that is there, also of a ConfigMap that is
 * not kept any more.  Of a document that is not valid only the problem remains: the earlier object
 * stays. */
void object_set_replace(struct object_set *set, cJSON *body, const char *origin);
/* Frees the object; false when there is none.  'ns' is not looked at for cluster-scoped kinds. */
bool object_set_remove(struct object_set *set, enum object_kind kind, const char *ns,
                       const char *name);

/* Records a problem and makes the set incomplete.  The arguments are copied. */
void object_set_problem(struct object_set *set, const char *origin, const char *msg);

/* The object, or NULL.  'ns' is not looked at for cluster-scoped kinds. */
const struct object *object_set_find(const struct object_set *set, enum object_kind kind,
                                     const char *ns, const char *name);
/* The objects of a kind: a run of '*n' pointers in the set, sorted by namespace, name. */
struct object *const *object_set_kind(const struct object_set *set, enum object_kind kind,
                                      size_t *n);

/* Frees the trees of all objects, until they are asked for again.  In the view of whoever looks at
 * objects a set is the same before and after. */
void object_set_fold(const struct object_set *set);
/* How many objects have a tree. */
size_t object_set_unfolded(const struct object_set *set);
