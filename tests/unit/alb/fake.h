/* fake.h - a transport that answers from a script, and a clock that only wait() moves. */
#pragma once

#include "alb-agent/alb.h"
#include "alb-agent/transport.h"

enum { FAKE_MAX = 512, FAKE_START_MS = 1000000 };

/* What one request gets.  All-zero: 200 and {"RequestId":"r"}, at once. */
struct answer {
    int status; /* -1: no reply; 0: 200                                 */
    const char *body, *type;
    int64_t retry_after_ms; /* 0: not told                                 */
    int64_t after_ms;       /* how long the reply takes                    */
    bool unsent;            /* with -1: nothing left                       */
};

struct sent {
    const char *method, *action, *url, *body, *authorization, *nonce, *date;
    size_t n_headers;
    const struct http_header *headers;
    int64_t timeout_ms;
    bool direct;
    int64_t at_ms;
    int64_t due_ms;
    bool taken;
    struct answer answer;
};

struct fake {
    struct transport base;
    struct clock clock;
    struct arena mem;
    int64_t now_ms;
    struct answer script[FAKE_MAX]; /* the n-th request gets the n-th answer */
    struct sent sent[FAKE_MAX];
    size_t n;
    int64_t waited_ms;
    const char *folder;
    LIST_OF(const char *) made; /* files and folders, for removal */
};

/* For CMUnitTest setup and teardown: '*state' is a 'struct fake'. */
int fake_setup(void **state);
int fake_teardown(void **state);

/* A client on it, of key "AKID" and "planted-secret", token NULL;
 * with 'env' it has the default chain. */
struct alb *fake_client(struct fake *f);
struct alb *fake_client_with(struct fake *f, const struct alb_config *config);

/* The value of a header of a sent request, or NULL. */
const char *sent_header(const struct sent *s, const char *name);

/* Runs client and clock until nothing is pending or 'max' results were taken. */
size_t fake_drain(struct fake *f, struct alb *alb, struct alb_result *results, size_t max);

/* An environment of the test's own: NULL takes a variable out.  fake_setup() empties it. */
void fake_setenv(const char *name, const char *value);
char *fake_env(const char *name);

/* A folder of the test's own, made anew; and a file in it, replaced as the kubelet does it:
 * by another file of the same name.  Returns its path, which lives as long as the fake. */
const char *fake_folder(struct fake *f);
const char *fake_file(struct fake *f, const char *name, const char *text);
