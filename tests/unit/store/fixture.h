/* fixture.h - a folder of one test, a store in it or in memory, and shorthand. */
#pragma once

#include "alb-agent/model.h"
#include "alb-agent/store.h"
#include "src/store/store_priv.h"

enum { NOW = 1000000 }; /* 1970-01-01T00:16:40Z */

struct fixture {
    char folder[64];
    char path[96];    /* in the folder; not there yet */
    struct store *st; /* an empty one in memory       */
    struct arena a;
    struct error err;
};

int fixture_setup(void **state);
int fixture_teardown(void **state);

/* The file of the fixture, open to write; fails the test when it cannot be opened. */
struct store *fixture_open(struct fixture *f);
/* "<path><suffix>", in the arena. */
const char *fixture_path(struct fixture *f, const char *suffix);
/* The permission bits of a file; -1 when it is not there. */
int fixture_mode(const char *path);
/* Writes 'len' times 'byte' into a file from 'offset' on; makes the file when it is missing. */
void fixture_scribble(const char *path, long offset, size_t len, int byte);
/* The number of files in the folder whose names hold 'part'. */
int fixture_files(struct fixture *f, const char *part);
/* Runs SQL on a database file as another program would. */
void fixture_sql(const char *path, const char *sql);
/* The first column of the first row. */
int64_t fixture_int(struct store *st, const char *sql);
const char *fixture_text(struct fixture *f, struct store *st, const char *sql);

/* A server group row of "kube-system/web" that is wanted, applied and there, ours. */
struct resource fixture_group(struct fixture *f, const char *key, const char *scheduler);

/* ---- a second process --------------------------------------------------------------- */

struct child {
    int pid;
    int from; /* what the child writes               */
    int to;   /* open as long as the child may live */
};

/* Forks a writer of the fixture's file: it writes one intent after another, each followed by
 * its id (an int64_t) down the pipe, 'n' of them, and then waits to be killed. */
struct child fixture_child(struct fixture *f, int n);
/* The next acknowledged id; fails the test when the child is gone. */
int64_t fixture_child_ack(struct child *c);
/* kill -9, and waits for it. */
void fixture_child_kill(struct child *c);
