/* object_priv.h - what the files of this folder share. */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "alb-agent/error.h"
#include "alb-agent/object.h"

struct arena;
struct buf;

/* One kind: see OBJECT_KINDS. */
struct kind_row {
    const char *name, *group, *version;
    bool namespaced;
};

#define X(...) +1
enum { KIND_END = 1 OBJECT_KINDS(X) }; /* one past the last kind */
#undef X

/* The row of a kind other than OBJECT_UNSET.  Static. */
const struct kind_row *object_kind_row(enum object_kind kind);

/* The kind of a document by its apiVersion and kind; OBJECT_UNSET for kinds that are not
 * kept.  Fails when it does not say what it is, or when it is a kept kind in a version that
 * is not read. */
bool object_identify(const cJSON *body, enum object_kind *kind, struct error *err) MUST_USE;

/* Takes certificate and key out of the body of a Secret, and wipes what else it held. */
void object_secret_take(struct arena *a, cJSON *body, struct object_tls *out);

/* The member of data of a ConfigMap that is kept. */
#define OBJECT_SCRIPT "scriptContent"
/* Prunes the data of a ConfigMap; false: it has nothing that is kept. */
bool object_config_map_take(cJSON *body);

/* ingress.c: a version of Ingress or IngressClass before v1 that is read all the same? */
bool object_is_old_version(enum object_kind kind, const char *api_version);
/* Puts a body of such a version into the form of v1. */
void object_convert(cJSON *body, enum object_kind kind);

/* Checks, converts and prunes 'body', and fills all of '*out' but its origin; texts are those of
 * 'body'. */
bool object_read(cJSON *body, enum object_kind kind, struct object *out,
                 struct error *err) MUST_USE;

/* set.c: zeroed memory for what comes and goes on its own. */
void *object_alloc(size_t size);
void object_free(void *p);

/* ---- body.c: the document of an object ------------------------------------------------------- */

/* Before a block of pack_priv.h; and its tree while somebody looks at it. */
struct object_packed {
    struct object_bodies *all; /* of its set: which trees are there */
    const cJSON *tree;         /* NULL: none                        */
    size_t size;               /* of the block                      */
};
const void *object_packed_block(const struct object_packed *p);

/* '*all' is made when it is not there.  Behind '*p' there is room for the block, which is copied;
 * returns where. */
char *object_packed_init(struct object_packed *p, struct object_bodies **all,
                         const struct buf *block);
void object_packed_done(struct object_packed *p);
/* When all of them are done; may be NULL. */
void object_bodies_free(struct object_bodies *all);
