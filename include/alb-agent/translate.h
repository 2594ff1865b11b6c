/* translate.h - what Kubernetes objects ask of ALB.
 *
 * Pure: objects and facts in, wanted resources out; the order of the objects never
 * matters.  An object that cannot be translated harms only itself: it is named with the
 * reason, and everything else goes on (design.md §6, alb-ingress.md §M). */
#pragma once

#include "alb-agent/fact.h"
#include "alb-agent/model.h"
#include "alb-agent/object.h"
#include "alb-agent/quota.h"

/* For a replay, which is told of Secrets without their private keys: under which name CAS has the
 * certificate of one, of which only the last digits hang on its key.  'text' is the name up to
 * these, "shop-tea-"; 'fingerprint' as in struct cert.  NULL when nobody knows: the Secret is bad.
 */
struct translate_names {
    const char *(*find)(void *arg, const char *text, const char *fingerprint);
    void *arg;
};

struct translate_in {
    const struct object_set *objects;
    const struct fact_set *facts;
    const char *cluster_id;
    const char *vpc_id; /* NULL: the VPC of each AlbConfig's vSwitches */
    const char *region; /* for ids of certificates; NULL: one in China */
    int64_t now_ms;     /* certificates that end before are not used   */
    /* How Services are reached that do not say: NULL or "eni": their pods; any other text:
     * their nodes (alb-ingress.md §D.4). */
    const char *backend_type;
    const size_t *quotas; /* QUOTAS of them, as struct quotas.set; NULL: they are not known */
    /* NULL: keys are looked at, and names follow from them. */
    const struct translate_names *names;
};

/* What is wrong with an object: "Ingress shop/web (web.yaml:3)", and "spec.rules[0]...:
 * what is wrong; what is allowed". */
struct translate_problem {
    const char *kind, *ns, *name; /* of the object */
    const char *origin;
    const char *message;
};
typedef LIST_OF(struct translate_problem) translate_problems;

/* One load balancer that was asked for. */
struct translate_lb {
    const char *name;     /* as resource.lb: "kube-system/knative-internet" */
    const char *reuse_id; /* spec.config.id, or NULL                        */
    const char *origin;   /* of its AlbConfig                               */
    const char *confirm;  /* its annotation alb-agent/confirm, or NULL      */
    const char *vpc_id;   /* NULL while it is not known                     */
    bool all_listeners;   /* spec.config.listenerForceOverride of a reused one: whatever listener
                             it has is ours to delete */
};

/* Rows of earlier translations that must stay as they are, neither changed nor deleted
 * (design.md §6: the last good rules), because what asked for them cannot be translated
 * now.  NULL: any. */
struct translate_hold {
    const char *lb;
    const char *listener;    /* its key: the listener, and what is on it; or script_key(): that
                                script, or all of a listener                              */
    const char *owner;       /* how 'desired_from' begins: "Ingress shop/web"               */
    const char *certificate; /* no other rows than certificates with a name that begins so and
                                goes on with the digest of what was uploaded: "shop-tls-"  */
};

/* A load balancer whose AlbConfig is being deleted: the object is still there and says so. */
struct translate_tombstone {
    const char *lb;
    const char *from; /* "AlbConfig web (web.yaml:3)" */
};

/* The Secret whose private key is to be sent when a certificate is uploaded: the key itself
 * is nowhere in the result. */
struct translate_secret {
    const char *certificate; /* the key of its row */
    const struct object *secret;
};

struct translate_out {
    struct model desired; /* sorted                                                     */
    struct model servers; /* groups that are not in 'desired' though an Ingress names them, as it,
                             or a rule of it, cannot be translated: their type and servers.  They
                             are for rows that are held (translate_holds()), whose pods come and
                             go all the same.  Sorted                                   */
    LIST_OF(struct translate_lb) lbs; /* by name                                        */
    fact_needs needs;            /* facts that were lacking, each once, sorted                 */
    translate_problems problems; /* objects that were left out or are only partly there */
    translate_problems warnings; /* translated, but the user should know                */
    LIST_OF(struct translate_hold) holds; /* see translate_holds()                     */
    LIST_OF(struct translate_tombstone)
    tombstones;                               /* but for those named by spec.config.id,
                                                 which are not ours to delete     */
    LIST_OF(struct translate_secret) secrets; /* of the wanted certificates            */
};

/* Facts that are lacking leave their place open: an address without a known interface is
 * left out of its group's servers, a zone without a known id is written "?zone(vsw-1)"
 * and a VPC "?vpc(vsw-1)"; for a display that shows what is lacking see needs.  Until there
 * are none the result must not be applied.
 *
 * The result lives in 'a' and borrows texts of 'in'. */
void translate(struct arena *a, const struct translate_in *in, struct translate_out *out);

/* Does any of the objects ask for something by itself: an AlbConfig, or a Service that keeps the
 * servers of a group?  Where there is an AlbConfig no Service is looked at. */
bool translate_has_roots(const struct object_set *objects);
/* The group that somebody else made and whose servers a Service keeps, by its annotation
 * server-group-id; NULL: it has none, or is being deleted. */
const char *translate_borrows(const struct object *service);

/* Must a row of an earlier translation, which 'out' does not want, stay as it is?  Looks at
 * its address, 'parent' and 'desired_from'. */
bool translate_holds(const struct translate_out *out, const struct resource *row);

/* ---- following changes --------------------------------------------------------------------- */

/* A translation that is kept and follows what changes, at a cost that depends on what changed
 * and not on how many objects there are.  What it makes is what translate() makes of the same
 * objects, to the row and to the note, whatever the way that led there.
 *
 *     object_set_replace(&set, body, origin);      ... of "Ingress shop/web"
 *     translator_update(tr, &set, &facts, now, &changes);
 *     for each name of translator_changed(tr): translator_lb(tr, name) ...
 */
struct translator;

/* What may be another than at the last update, or new, or gone. */
struct translate_object {
    enum object_kind kind;
    const char *ns, *name; /* ns: "" of cluster-scoped kinds */
};
struct translate_changes {
    LIST_OF(struct translate_object) objects;
    fact_needs facts; /* by kind and key */
};

/* Takes of 'settings' what is neither object, fact nor time, and copies it. */
struct translator *translator_new(const struct translate_in *settings);
void translator_free(struct translator *tr);

/* Makes the outcome that of 'objects', 'facts' and 'now_ms'.  The first time, and with 'changes'
 * NULL, all is read; else only what 'changes' names may differ from what it was at the last
 * update, and all of that must be named.  'facts' is not needed after the call.  The objects
 * are: whatever the translator gives out may borrow from them, so between a change of the set
 * and the update that follows nothing of it may be looked at. */
void translator_update(struct translator *tr, const struct object_set *objects,
                       const struct fact_set *facts, int64_t now_ms,
                       const struct translate_changes *changes);
/* As an update without 'changes', in the memory of one load balancer: of each that comes of an
 * AlbConfig 'made' is told when it is there, with its rows, and then it is forgotten as
 * translator_rest() does.  What translator_strays() says is complete only after the last. */
typedef void translate_made(void *arg, const char *lb);
void translator_update_each(struct translator *tr, const struct object_set *objects,
                            const struct fact_set *facts, int64_t now_ms, translate_made *made,
                            void *arg);
/* When an update is due though nothing changes, as a certificate ends then, ms; INT64_MAX:
 * never. */
int64_t translator_next(const struct translator *tr);

/* What follows is valid until the next update. */

/* The load balancers, by name, whose outcome was made anew by the last update, or is gone.  After
 * one that read all, whoever knows of others looks at those as well. */
typedef LIST_OF(const char *) translate_names;
const translate_names *translator_changed(const struct translator *tr);
/* "Ingress shop/web": rows of it need no longer be kept because of it, wherever they are; load
 * balancers that have such are to be looked at, too. */
const translate_names *translator_released(const struct translator *tr);
/* All that comes of the AlbConfig "kube-system/web" and its Ingresses, or of what stands under
 * "Service/shop/web" (service_lb()); NULL: there is none, and nothing names it.  Without 'lbs' the
 * AlbConfig is missing, is being deleted or cannot be translated.  A Service or a class that others
 * use, too, may be named in the notes of each. */
const struct translate_out *translator_lb(const struct translator *tr, const char *lb);
/* Problems of the Ingresses that have no AlbConfig because of them; and, as holds, all Ingresses
 * whose rows stay wherever they are, of these and of others: what is to be kept of a load
 * balancer is what its outcome and this one say together. */
const struct translate_out *translator_strays(const struct translator *tr);
/* The whole, as translate() makes it; the lists live in 'a'. */
void translator_whole(const struct translator *tr, struct arena *a, struct translate_out *out);
/* As translate_holds() with the whole. */
bool translator_holds(const struct translator *tr, const struct resource *row);

/* Forgets the rows of all load balancers, and what they were made from, but for the 'awake' ones
 * that changed last, until something that they look at changes: then all of such a one is made
 * again.  The rest of translator_lb() stays.  Right after an update, before an object changes. */
void translator_rest(struct translator *tr, size_t awake);
/* Makes that one again, with the objects and facts of the last update. */
void translator_wake(struct translator *tr, const char *lb);

/* How much the last update had to do: what was read or made, and how often it looked for an
 * object or a fact. */
struct translate_work {
    size_t secrets, services, ingresses, lbs, groups;
    size_t lookups;
};
struct translate_work translator_work(const struct translator *tr);
