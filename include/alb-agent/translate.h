/* translate.h - what Kubernetes objects ask of ALB.
 *
 * Pure: objects and facts in, wanted resources out; the order of the objects never
 * matters.  An object that cannot be translated harms only itself: it is named with the
 * reason, and everything else goes on (design.md §6, alb-ingress.md §M). */
#pragma once

#include "alb-agent/fact.h"
#include "alb-agent/model.h"
#include "alb-agent/object.h"

struct translate_in {
    const struct object_set *objects;
    const struct fact_set *facts;
    const char *cluster_id;
    const char *vpc_id; /* NULL: the VPC of each AlbConfig's vSwitches */
    const char *region; /* for ids of certificates; NULL: one in China */
    int64_t now_ms;     /* certificates that end before are not used   */
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
    const char *listener; /* its key: the listener, and the rules on it                  */
    const char *owner;    /* how 'desired_from' begins: "Ingress shop/web"               */
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

/* Must a row of an earlier translation, which 'out' does not want, stay as it is?  Looks at
 * its address, 'parent' and 'desired_from'. */
bool translate_holds(const struct translate_out *out, const struct resource *row);
