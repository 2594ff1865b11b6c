/* alb_priv.h - what the files of the client share: budgets, requests, replies, calls. */
#pragma once

#include "alb-agent/alb.h"
#include "alb-agent/rng.h"
#include "alb-agent/sign.h"
#include "alb-agent/transport.h"

/* --- bucket.c: pure, told the time --- */

/* A token bucket that learns.  All-zero plus bucket_init() is a full one. */
struct bucket {
    int64_t limit, period_ms, burst; /* limit <= 0: no limit                             */
    int64_t level;                   /* a token is period_ms * BUCKET_FULL units         */
    int64_t at_ms;                   /* 'level' is of this moment                        */
    int64_t share;                   /* of 'limit', out of BUCKET_FULL, at 'cut_ms'      */
    int64_t cut_ms;                  /* when the share was last halved                   */
    int64_t closed_until_ms;         /* the cloud said to wait until then                */
    uint64_t throttled;              /* how often it did                                 */
};
enum { BUCKET_FULL = 1024 };

void bucket_init(struct bucket *b, const struct alb_budget *budget, int64_t now_ms);
/* Another budget from now on; what is spent stays spent. */
void bucket_change(struct bucket *b, const struct alb_budget *budget, int64_t now_ms);
/* How many tokens have not come back; and how many a period brings now. */
int64_t bucket_used(struct bucket *b, int64_t now_ms);
int64_t bucket_rate(const struct bucket *b, int64_t now_ms);
/* How long until there is a token; 0: now. */
int64_t bucket_wait_ms(struct bucket *b, int64_t now_ms);
/* Takes a token when there is one. */
bool bucket_take(struct bucket *b, int64_t now_ms);
/* The cloud refused a call, sent at 'sent_ms', for its rate: halves the share, once for
 * all calls that were under way at the time, and drops what was saved up.
 * 'retry_after_ms' < 0: not told. */
void bucket_throttled(struct bucket *b, int64_t sent_ms, int64_t now_ms, int64_t retry_after_ms);
/* The share at 'now_ms': an eighth of BUCKET_FULL comes back in every period. */
int64_t bucket_share(const struct bucket *b, int64_t now_ms);

/* --- endpoint.c --- */

/* An endpoint as given by a person: checks its form, drops a trailing slash. */
bool endpoint_parse(struct arena *a, const char *text, const char **endpoint, struct error *err);
/* "host[:port]" of an endpoint. */
const char *endpoint_host(const char *endpoint);
/* The list that struct alb_config takes: sets what it names in 'endpoints'. */
bool endpoints_parse(struct arena *a, const char *text, const char *endpoints[ALB_PRODUCT_COUNT],
                     struct error *err);
/* Sets '*endpoint' from ALIBABA_CLOUD_<PRODUCT>_ENDPOINT when that is set. */
bool endpoint_from_env(struct arena *a, enum alb_product product, char *(*env)(const char *name),
                       const char **endpoint, struct error *err);
/* Is the variable "true", in letters of any case?  No when 'env' is NULL. */
bool env_is_true(char *(*env)(const char *name), const char *name);
/* "alb". */
const char *product_name(enum alb_product product);
/* The API version of a product, "2020-06-16". */
const char *product_version(enum alb_product product);
/* Is 'region' fit to stand in a host name? */
bool region_is_plain(const char *region);

/* --- request.c: pure --- */

struct request_in {
    const struct alb_action *action;
    sign_pairs params;
    const char *endpoint;
    const char *access_key_id;
    const struct secret *access_key_secret;
    const char *security_token; /* or NULL */
    const char *date;           /* "2026-11-22T05:10:45Z" */
    const char *nonce;
};
/* One attempt of a call, signed; all in 'a'. */
struct http_request request_build(struct arena *a, const struct request_in *in);

/* --- decode.c: pure --- */

/* What a reply to 'action' means: fills in all of '*out' but id, times and attempts. */
void reply_decode(const struct alb_action *action, const struct http_reply *reply,
                  struct alb_result *out);
/* Copies what somebody else says, NULL as "", for terminals and logs: one line, no control
 * characters, cut to 'size'. */
void text_plain(char *to, size_t size, const char *from);
/* Overwrites each occurrence of 'word' in 'text' by asterisks; NULL and "" do nothing. */
void text_hide(char *text, const char *word);
/* The same for what looks like a private key in PEM form, with line ends escaped or not. */
void text_hide_keys(char *text);

/* --- subject.c: pure --- */

/* Writes into 'err' what call it is of: action, and the resource that the parameters name, also
 * behind the action in the message. */
void error_locate(struct error *err, const char *action, const alb_params *params);

/* --- client.c, call.c --- */

enum call_state { CALL_WAITING, CALL_FLYING, CALL_DONE };

struct call {
    struct call *next;
    struct arena mem; /* holds the call itself */
    const struct alb_action *action;
    sign_pairs params;
    enum alb_urgency urgency;
    enum call_state state;
    int64_t due_ms;    /* WAITING: not before                     */
    uint64_t transfer; /* FLYING: the transport's number          */
    uint64_t turn;     /* DONE: of which turn                     */
    struct alb_result result;
};

/* What became of the requests of an action: see struct alb_tally. */
struct tally {
    uint64_t results[ERROR_BUG + 1];
    int64_t took_ms;
};

struct alb {
    struct arena mem;
    const char *region;
    const char *endpoints[ALB_PRODUCT_COUNT];
    struct provider *provider; /* provider_priv.h               */
    bool has_keys;             /* after the last turn           */
    struct clock clock, wall;
    struct transport *transport;
    void (*transport_free)(struct transport *t); /* or NULL */
    struct rng nonces, jitter;
    struct bucket *buckets; /* one for each row of the action table */
    struct tally *tallies;  /* likewise                             */
    struct bucket background;
    struct call *calls; /* in order of their numbers            */
    struct call **end;
    size_t pending;
    uint64_t last_id, turn;
    struct alb_stats stats;
};

/* Takes the result of call 'id' when it has finished; 0: of the next finished call. */
bool call_take(struct alb *alb, uint64_t id, struct alb_result *out);
