/* provider_priv.h - whose keys sign: where they may come from (chain.c, profile.c), how they
 * are asked for (exchange.c), and keeping them fresh (provider.c). */
#pragma once

#include "alb-agent/file.h"
#include "alb_priv.h"

/* --- sources --- */

enum { ROLES_MAX = 8, TOKEN_FILE_MAX = 20000 };

/* A role to be assumed.  Texts are NULL when not set. */
struct role {
    const char *arn, *session_name, *external_id, *policy;
    int64_t duration_s;
    const char *sts; /* endpoint */
};

enum source_kind {
    SOURCE_KEYS,     /* they are here                                        */
    SOURCE_OIDC,     /* a token file is exchanged for a role at STS          */
    SOURCE_METADATA, /* the instance's own role                              */
    SOURCE_URI,      /* a local service that hands out keys                  */
};

/* A base, and roles assumed on top of it, in this order. */
struct source {
    const char *name; /* for people: "environment", "profile 'x' of FILE"             */
    enum source_kind kind;
    struct alb_credentials keys; /* KEYS                                              */
    struct role oidc;            /* OIDC                                              */
    const char *oidc_provider, *token_file;
    const char *metadata, *instance_role; /* METADATA: endpoint; NULL: asked for      */
    bool token_only;                      /* METADATA: never without a token          */
    const char *uri;
    struct role roles[ROLES_MAX];
    size_t n_roles;
    const char *file; /* what was read to know this, or NULL                          */
};
typedef LIST_OF(struct source) sources;
void sources_done(sources *list);

typedef char *env_fn(const char *name);

/* What the chain may look at. */
struct chain_in {
    env_fn *env;                 /* NULL: an empty one                                      */
    const char *sts;             /* endpoint that was given for STS, or NULL                */
    const char *region;          /* of the client                                           */
    const struct alb_role *role; /* to be assumed over whatever is found, or NULL     */
};

/* --- chain.c --- */

/* The sources that may be asked, in order, with texts in 'a': the first that is configured
 * (environment, OIDC, CLI profile, credentials file), else the metadata server and then the
 * credentials URI (companion-apis.md §5).  ERROR_DENIED, saying what was looked at, when
 * there is none. */
bool chain_find(struct arena *a, const struct chain_in *in, sources *out,
                struct error *err) MUST_USE;
/* The STS endpoint: the one given; that of 'region', inside the VPC when 'vpc'; else as the
 * environment says; else the global one.  NULL when a region is no name. */
const char *chain_sts(struct arena *a, const struct chain_in *in, const char *region, bool vpc);
/* A variable that is set and not empty, or NULL. */
const char *chain_env(const struct chain_in *in, const char *name);
/* The base "the instance's own role", with endpoint and switches from the environment.
 * False when it is switched off or its endpoint is no URL. */
bool chain_metadata(struct arena *a, const struct chain_in *in, const char *role,
                    struct source *out);

/* --- profile.c --- */

/* An INI file (~/.alibabacloud/credentials) in the shape of the CLI's config.json:
 * {"current": "default", "profiles": [{"name", "mode", ...}]}; the caller's.  Lines that are
 * neither a section nor a pair are passed over.  Pure. */
cJSON *profile_from_ini(const char *text);
/* The source that profile 'name' (NULL: the current one) of 'config' describes.  False with
 * the reason, which holds no value of the profile but its name and mode. */
bool profile_source(struct arena *a, const struct chain_in *in, const cJSON *config,
                    const char *name, struct source *out, struct error *why) MUST_USE;

/* --- exchange.c: pure --- */

/* Requests; 'a' holds all of them. */
struct http_request exchange_assume(struct arena *a, const struct role *role,
                                    const struct alb_credentials *keys, const char *date,
                                    const char *nonce);
struct http_request exchange_oidc(struct arena *a, const struct source *source, const char *token,
                                  const char *date);
struct http_request exchange_metadata_token(struct arena *a, const char *endpoint);
/* Of the role 'role', or, when that is "", of the list of roles. */
struct http_request exchange_metadata(struct arena *a, const char *endpoint, const char *role,
                                      const char *token);
struct http_request exchange_uri(struct arena *a, const char *uri);

/* The keys in a reply: STS's member Credentials, or the flat form of the metadata server and
 * of credentials URIs.  '*expires_ms' is INT64_MAX when they do not expire. */
bool exchange_keys(const struct http_reply *reply, struct alb_credentials *out, int64_t *expires_ms,
                   struct error *err) MUST_USE;
/* The text of a metadata reply, trimmed; in 'a'. */
bool exchange_text(struct arena *a, const struct http_reply *reply, const char **text,
                   struct error *err) MUST_USE;

/* --- provider.c --- */

/* Keeps keys fresh.  Told the time, never waits. */
struct provider;

/* With 'keys' it has nothing to do; else the chain is asked.  All is copied. */
bool provider_new(struct provider **out, const struct alb_credentials *keys,
                  const struct chain_in *in, uint64_t seed, struct error *err) MUST_USE;
void provider_free(struct provider *p);
/* How far the clock of the cloud's dates is ahead of the one that the times below are of. */
void provider_set_ahead(struct provider *p, int64_t ahead_ms);
/* Sends what is due; returns how long until it is to be run again, or -1. */
int64_t provider_run(struct provider *p, struct transport *t, int64_t now_ms);
/* Was 'reply' an answer to the provider?  Then it was taken. */
bool provider_take(struct provider *p, const struct http_reply *reply, int64_t now_ms);
/* Keys that are valid now, or NULL: then 'err' says why, and its kind is ERROR_NONE as long
 * as the first answer is still awaited.  Valid until the next run, take or free. */
const struct alb_credentials *provider_keys(const struct provider *p, int64_t now_ms,
                                            struct error *err);
/* The cloud refused the keys as expired: others are fetched. */
void provider_refused(struct provider *p, int64_t now_ms);
/* Overwrites in 'text' every secret it holds. */
void provider_hide(const struct provider *p, char *text);
