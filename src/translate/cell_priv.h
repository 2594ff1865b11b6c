/* cell_priv.h - the pieces that a translation consists of, and what each of them looked at.
 *
 * A *cell* is one piece: what comes of an Ingress by itself, of an AlbConfig with its Ingresses
 * (but for the groups), of a group, of all groups together, of a group that a Service borrows, and
 * what several of those share: a Service with its addresses, a TLS Secret.  Whatever a cell looks
 * at, objects and facts, also such as are not there, goes through look() and its like, which notes
 * it under a *watch*.  When that changes the cell is dirty and runs again, from nothing.  Cells run
 * in the order of their kinds; one of a later kind that has used one of an earlier kind becomes
 * dirty with it. */
#pragma once

#include <stdint.h>

#include "alb-agent/buf.h"
#include "class_priv.h"

enum cell_kind {
    CELL_SECRET,  /* shared: run when somebody asks for it */
    CELL_SERVICE, /* the same                              */
    CELL_INGRESS,
    CELL_LB,
    CELL_GROUP,
    CELL_LOAD,
    CELL_BORROWED,
    CELL_KINDS
};

/* Pointers in an array of their own; what was outgrown is freed. */
struct pointers {
    void **items;
    size_t len, cap;
};
void pointers_insert(struct pointers *p, size_t at, void *item);
void pointers_add(struct pointers *p, void *item);
void pointers_remove(struct pointers *p, size_t at);
void pointers_done(struct pointers *p);
/* In a sorted list: the place of the first item that does not come before 'key'. */
size_t pointers_place(const struct pointers *p, const void *key,
                      int (*compare)(const void *item, const void *key));
/* Zeroed memory for what comes and goes on its own. */
void *cell_alloc(size_t size);
void cell_free(void *p);

struct cell {
    enum cell_kind kind;
    bool dirty;    /* runs again with this or the next update          */
    bool timed;    /* it compared something with the time              */
    int64_t until; /* ms; when it may come out differently by itself   */
    struct arena own;
    struct arena *a; /* where its outcome lives                          */
    struct translate_out out;
    struct edge *edges;                /* to what it looked at           */
    LIST_OF(const struct cell *) used; /* shared ones, whose notes are its own, too */
};

/* A key that cells have looked at, and the cell that is shared under it. */
struct watch {
    struct edge *cells;
    struct shared *shared;
    bool idle; /* it may be that nobody watches any more */
    char key[];
};

struct shared {
    struct cell cell; /* first, so that one leads to the other */
    struct watch *watch;
    const void *value;
};

/* What an Ingress reads as. */
struct seat_cell {
    struct cell cell; /* first, so that one leads to the other */
    struct seat *seat;
    const struct object *obj; /* NULL: there is none, or it is being deleted */
    struct ingress *ing;      /* NULL: it cannot be translated               */
    struct ingress *broken;   /* then: as far as it can be read              */
};

/* An Ingress.  There are many of them, and most are asleep. */
struct seat {
    struct seat_cell *made; /* NULL: it was not read, or is asleep with its load balancer */
    struct unit *unit;      /* of the AlbConfig that it names; NULL: none                 */
    struct passed *passed;  /* it is passed over with others: passed.c                    */
    uint32_t name_at;       /* in 'key'                                                   */
    bool dirty;             /* runs with this or the next update, with its cell           */
    bool stray;             /* it has no load balancer, and notes say why                 */
    bool held;              /* its rows are to be kept, wherever they are                 */
    char key[];             /* "<ns>/<name>", and again "<ns>" */
};

/* A group that the rules of a load balancer want. */
struct group_cell {
    struct cell cell;
    struct unit *unit;
    uint64_t wanted; /* by which run of the load balancer                 */
    uint64_t read;   /* what it was made from: a reading of its Ingress ... */
    const char *vpc; /* ... and the VPC                                    */
    bool vpc_known;
    const struct config *c;
    const struct ingress *ing;
    const struct route *r;
    struct group_ref ref;
    bool servers_only; /* of an Ingress, or a rule of it, that cannot be translated */
    char key[];
};

/* Hashes of keys, sorted. */
typedef LIST_OF(uint64_t) watch_hashes;

/* A load balancer: an AlbConfig, or the name of one, and the Ingresses that belong to it. */
struct unit {
    struct cell cell;
    const char *name;      /* of the AlbConfig, a part of 'lb'                       */
    struct pointers seats; /* by namespace and name                */
    struct map groups;     /* key: struct group_cell               */
    LIST_OF(struct group_cell *) wanted; /* as the rules want them               */
    const struct config *config;         /* NULL: it is being deleted                    */
    struct quota_use quota;              /* what its rules use                           */
    struct cell load;                    /* what is wrong with all servers together      */
    uint64_t run;
    size_t n_problems, n_warnings; /* of the AlbConfig itself                    */
    bool exists;                   /* there is an AlbConfig ...                   */
    bool good;                     /* ... and its Ingresses are translated       */
    bool touched, rebuilt;         /* in this update; it has other rows          */
    bool asleep;                   /* sleep.c: of 'whole' only the notes are there ... */
    watch_hashes looked;           /* ... and of what it looked at the hashes    */
    bool timed;                    /* as in a cell, of all its cells, ...        */
    int64_t until;                 /* ... while it is asleep                     */
    uint64_t used;                 /* which update ran it last                   */
    struct arena rows, notes;      /* of 'whole'                                 */
    struct translate_out whole;
    char lb[];
};

struct translator {
    struct translate_in in;
    struct arena texts; /* of 'in', and names of load balancers                  */
    struct arena *once; /* one run: all outcomes live here, nothing is noted     */
    bool started;
    bool placing; /* Ingresses are read only as far as to know their load balancers */
    bool waking;  /* what is made again comes out as it was                         */
    struct map watches, units;
    struct pointers seats;                            /* by namespace and name                  */
    struct pointers slices, served;                   /* slice.c                                */
    struct pointers unit_list, strays, held;          /* sorted                           */
    struct map borrowed, lenders;                     /* borrowed.c                             */
    struct pointers borrowed_list;                    /* sorted                                 */
    struct pointers passed;                           /* passed.c, sorted                       */
    struct pointers dirty[CELL_KINDS], idle, touched; /* of Ingresses: their seats */
    uint64_t reads, updates;
    size_t n_asleep;
    int64_t until;
    struct buf key; /* scratch */
    translate_names changed_list, released;
    struct arena changed_arena;
    bool strays_touched;
    struct arena stray_arena;
    struct translate_out stray;
    size_t runs[CELL_KINDS], lookups; /* of the last update */
};

/* ---- cell.c: running and forgetting ---------------------------------------------------------- */

void cell_mark(struct translator *tr, struct cell *cell);
/* Forgets what the cell made and looked at, and begins a run, which cell_end() ends. */
struct tr cell_begin(struct translator *tr, struct cell *cell);
void cell_end(struct tr *t);
void cell_clear(struct translator *tr, struct cell *cell);
/* All who looked at this are dirty. */
void watch_mark(struct translator *tr, const char *kind, const char *ns, const char *name);
/* Adds the hashes of what it looked at. */
void cell_hashes(const struct cell *cell, struct arena *a, watch_hashes *out);
/* Frees shared cells and watches that nobody needs. */
void cells_sweep(struct translator *tr);
void watches_free(struct translator *tr);

/* What 'load' makes of (ns, name), once for all who ask. */
typedef const void *cell_load(struct tr *t, const char *ns, const char *name);
const void *cell_share(struct tr *t, enum cell_kind kind, const char *ns, const char *name,
                       cell_load *load);

/* ---- slice.c --------------------------------------------------------------------------------- */

/* Those of a Service, by name: '*n' pointers to slices. */
void *const *slices_of(const struct translator *tr, const char *ns, const char *service, size_t *n);
const char *slice_name(const void *slice);
/* Notes to which Service the slice belongs now. */
void slice_changed(struct translator *tr, const char *ns, const char *name);
void slices_free(struct translator *tr);

/* ---- seat.c ---------------------------------------------------------------------------------- */

const char *seat_ns(const struct seat *seat);
const char *seat_name(const struct seat *seat);
/* NULL: there is none. */
struct seat *seat_find(const struct translator *tr, const char *ns, const char *name);
void seat_mark(struct translator *tr, struct seat *seat);
/* The Ingress is dirty; it gets a seat if it is new. */
void seat_changed(struct translator *tr, const char *ns, const char *name);
/* Reads it.  The seat of an object that is gone is freed. */
void seat_run(struct translator *tr, struct seat *seat);
/* Whether its rows are to be kept, wherever they are. */
void seat_hold(struct translator *tr, struct seat *seat, bool held);
/* Forgets what it read; its place stays. */
void seat_clear(struct translator *tr, struct seat *seat);
void seat_free(struct translator *tr, struct seat *seat);
/* Where the seat is in a sorted list, or would be. */
size_t seat_place(const struct pointers *list, const struct seat *seat);

/* ---- passed.c -------------------------------------------------------------------------------- */

/* The Ingress is passed over for its class; or, with CLASS_KNOWN, for nothing that is said here. */
void passed_set(struct translator *tr, struct seat *seat, const struct class_unknown *unknown);
void passed_free_all(struct translator *tr);

/* ---- unit.c ---------------------------------------------------------------------------------- */

/* That of AlbConfig 'name', made when it is not there. */
struct unit *unit_get(struct translator *tr, const char *name);
void unit_run(struct translator *tr, struct unit *unit);
/* In the run of 't', a load balancer's: its rules want this group. */
void group_want(struct tr *t, const struct group_cell *wanted, const char *key);
void group_run(struct translator *tr, struct group_cell *g);
/* What it made. */
const struct resource *group_row(const struct group_cell *g);
/* When groups have run: looks at their servers together. */
void unit_run_load(struct translator *tr, struct unit *unit);
/* The group that rules want; NULL: there is none. */
const struct alb_server_group *unit_group(const struct unit *unit, const char *key);
/* Frees it when it has neither an AlbConfig nor Ingresses. */
void unit_settle(struct translator *tr, struct unit *unit);
/* Forgets all its pieces but for its seats and 'whole'. */
void unit_clear(struct translator *tr, struct unit *unit);
void unit_free(struct translator *tr, struct unit *unit);

/* ---- borrowed.c ------------------------------------------------------------------------------ */

struct borrowed;
/* What the Service says may be another than it was. */
void borrowed_changed(struct translator *tr, const char *ns, const char *name);
void borrowed_all_changed(struct translator *tr);
/* Translates it; what nobody asks for any more is freed. */
void borrowed_run(struct translator *tr, struct borrowed *b);
/* All that comes of "<ns>/<name>"; NULL: nothing does. */
const struct translate_out *borrowed_find(const struct translator *tr, const char *service);
void borrowed_free_all(struct translator *tr);

/* ---- sleep.c --------------------------------------------------------------------------------- */

uint64_t watch_hash(const char *key);
/* All of it runs again if it is asleep. */
void unit_wake(struct translator *tr, struct unit *unit);
/* Those that looked at this. */
void units_wake(struct translator *tr, const char *key);
/* Forgets its pieces, whose outcome was looked at. */
void unit_rest(struct translator *tr, struct unit *unit);
/* All, which were not made yet, are asleep instead of dirty. */
void units_lay_down(struct translator *tr);

/* ---- outcome.c ------------------------------------------------------------------------------- */

/* Adds what comes of load balancers, or of strays, to an outcome. */
struct outcome {
    struct arena *a;
    struct translate_out *out;
    struct map noted;
};
void outcome_add_rows(struct outcome *o, const struct unit *unit);
void outcome_add_notes(struct outcome *o, const struct unit *unit);
void outcome_add_strays(struct outcome *o, const struct translator *tr);
void passed_add_notes(struct outcome *o, const struct translator *tr);
void outcome_add_cell(struct outcome *o, const struct cell *cell);
void outcome_add_cell_rows(struct outcome *o, const struct cell *cell);
/* All that come of Services, by name. */
void borrowed_add_rows(struct outcome *o, const struct translator *tr);
void borrowed_add_notes(struct outcome *o, const struct translator *tr);
/* Sorts what is to be sorted, and ends it. */
void outcome_finish(struct outcome *o);

/* ---- translator.c ---------------------------------------------------------------------------- */

/* What comes of this load balancer is made anew: once an update. */
void translator_note_changed(struct translator *tr, const char *lb);
/* The first run, over all objects. */
void translator_run(struct translator *tr);
void translator_done(struct translator *tr);
