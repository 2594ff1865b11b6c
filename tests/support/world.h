/* world.h - the whole agent against the whole mock, in one process: manifests and the state
 * file in a directory of their own, time that passes only when somebody waits. */
#pragma once

#include "alb-agent/session.h"
#include "tests/support/mock_transport.h"

struct world {
    struct mock_transport mock;
    char dir[64];
    struct arena arena;
    const char *files;            /* where manifests are     */
    const char *state;            /* the agent's state file  */
    struct session_config config; /* of the next sessions */
};

/* For cmocka: '*state' becomes a world without manifests, and goes with world_close(). */
int world_setup(void **state);
int world_teardown(void **state);

/* Writes or removes a manifest. */
void world_write(struct world *w, const char *name, const char *text);
void world_remove(struct world *w, const char *name);

/* The manifests most tests begin with: AlbConfig 'name' with a listener 80, its IngressClass
 * (of the same name), and Services "tea" and "coffee" in namespace "shop" with one pod each. */
void world_write_albconfig(struct world *w, const char *name);
void world_write_services(struct world *w);
/* One of them, with another pod. */
void world_write_service(struct world *w, const char *name, const char *address);
/* An Ingress in "shop" with one rule. */
void world_write_ingress(struct world *w, const char *name, const char *class, const char *host,
                         const char *service);

/* The state file is gone; 'traces': and all that tells that there was one. */
void world_lose_state(struct world *w, bool traces);

/* Opens a session and runs it up to the plan; a failure fails the test. */
void world_open(struct world *w, struct session *s, enum store_mode mode);
void world_read(struct world *w, struct session *s);

/* One apply, as the verb does it. */
struct session_result world_apply(struct world *w);
/* One apply of an open session, with the outcome of every step. */
struct session_result world_apply_session(struct session *s, apply_event_fn *event, void *arg);
/* What there is of a kind, as somebody else counts it: "Rules", "ServerGroups", "Listeners",
 * "LoadBalancers". */
size_t world_count(struct world *w, const char *list);
/* Intents in the state file whose outcome is not known. */
size_t world_open_intents(struct world *w);
/* The manifests of a shop: AlbConfig "web", two Services, Ingresses "tea" and "coffee". */
void world_write_shop(struct world *w);
/* AlbConfig "web" with an access list for its listener, which takes three writes more. */
void world_write_guard(struct world *w, const char *type, const char *entries);
/* The AlbConfig "web" with these scripts, as YAML in one line, on its listener. */
void world_write_scripts(struct world *w, const char *scripts);
/* How many writes the first apply of the shop takes: the load balancer, the listener, three
 * groups (one the listener's own), the servers of two of them, and both rules in one call. */
enum { SHOP_WRITES = 8, GUARD_WRITES = 3 };

/* How many steps a plan has now. */
size_t world_steps_left(struct world *w);
