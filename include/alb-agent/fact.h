/* fact.h - what 'translate' needs to know that is neither in the cluster nor of our making
 * (design.md §2): the zone and VPC of a vSwitch, the interface of an address, the
 * certificates that exist, the vSwitches of a VPC.
 *
 * A fact that is not known is a need; 'observe' reads needs in batches, 'store' keeps the
 * answers, and translation runs again. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "alb-agent/arena.h"
#include "alb-agent/buf.h"

enum fact_kind {
    FACT_VSWITCH,      /* key: vSwitch id; value: zone id; value2: VPC id                        */
    FACT_ENI,          /* key: "<vpc id>/<address>"; value: interface id                          */
    FACT_CERTIFICATES, /* key: FACT_ALL; value: JSON list of {"id":12345678,"name":"shop-tls",
                          "names":["*.a.com"],"end":"2027-01-31","fingerprint":"A9F3..."}, by
                          id, of what CAS has issued or was given, without what has expired
                          (companion-apis.md §2)                                           */
    FACT_BATCH,        /* key: action; value: how many members a call may have, as a refusal for
                          size left it                                                     */
    FACT_QUOTA,        /* key: id of a quota; value: how much it allows, as a refusal said   */
    FACT_SERVER_GROUP, /* key: id of a group that somebody else made; value: JSON of what
                          translation must know of it, as
                          {"albconfig":"kube-system/web","cluster":"c1","type":
                          "Instance","vpc":"vpc-1"}: its type, its VPC, and whose it is by its tags
                        */
    FACT_VSWITCHES,    /* key: VPC id, or "<VPC id>/ipv6" where only those count that have IPv6
                          addresses; value: JSON of the vSwitches that a load balancer gets there
                          of which nobody says, by zone, and of how many zones ALB has in the
                          region: {"vswitches":[{"id":"vsw-1","zone":"cn-hangzhou-h"}],"zones":2}.
                          With "more_than" there are more than that, and none was chosen  */
    FACT_KINDS
};
#define FACT_ALL "all"
const char *fact_kind_name(enum fact_kind kind); /* "vswitch", "eni", ... */

struct fact {
    enum fact_kind kind;
    const char *key;
    const char *value;  /* "" : the cloud was asked, and there is none                      */
    const char *value2; /* "" when the kind has none                                        */
    int64_t read_at;    /* ms                                                               */
};

/* Interfaces by address, packed, as there may be a hundred thousand: fact_pack.c. */
struct fact_pack;

struct fact_set {
    LIST_OF(struct fact) items;  /* by (kind, key), bytewise, after fact_sort()             */
    struct fact_pack *addresses; /* more, all FACT_ENI, unless 'items' know better; NULL: none */
};

struct fact_need {
    enum fact_kind kind;
    const char *key;
};
typedef LIST_OF(struct fact_need) fact_needs;

void fact_sort(struct fact_set *set);
/* Puts the facts of 'from', each of another key, into a sorted set: new ones, and in the place of
 * older ones.  The texts are shared. */
void fact_put_all(struct arena *a, struct fact_set *set, const struct fact_set *from);
/* The same facts in 'a', those of addresses packed. */
void fact_set_pack(struct arena *a, const struct fact_set *from, struct fact_set *to);
/* One of the 'items' of a sorted set; NULL: it is not among them. */
const struct fact *fact_find(const struct fact_set *set, enum fact_kind kind, const char *key);
/* The value of any fact of a sorted set, as long as the set's memory; NULL: not known. */
const char *fact_value(const struct fact_set *set, enum fact_kind kind, const char *key);
/* It is not known any more, also in copies of 'set'; false: it was not known. */
bool fact_forget(struct fact_set *set, enum fact_kind kind, const char *key);

/* ---- fact_pack.c ----------------------------------------------------------------------------- */

/* Packs addresses that come by key, bytewise, each once, into 'a'; the rest begins all-zero. */
struct fact_packer {
    struct arena *a;
    struct buf group, last;
    struct arena scratch;
    LIST_OF(char *) groups;
    size_t n;
};
void fact_packer_add(struct fact_packer *p, const char *key, const char *value);
/* What was added; NULL: nothing was. */
struct fact_pack *fact_packer_end(struct fact_packer *p);
void fact_packer_done(struct fact_packer *p);

/* NULL: not known.  'pack' may be NULL. */
const char *fact_pack_value(const struct fact_pack *pack, const char *key);
/* False: it was not known. */
bool fact_pack_forget(struct fact_pack *pack, const char *key);
/* Walks over all by key: an all-zero cursor comes before the first.  False: that was the last; the
 * cursor holds nothing any more. */
struct fact_cursor {
    size_t nth;
    char *entry;
    struct buf key;
    const char *value;
};
bool fact_pack_next(const struct fact_pack *pack, struct fact_cursor *cursor);
