/* companion_priv.h - between the files of this folder. */
#pragma once

#include <cjson/cJSON.h>

#include "../front/spec.h"
#include "alb-agent/json.h"
#include "alb-agent/rng.h"
#include "companion.h"

/* Ours; a mock needs one. */
#define ACCOUNT_ID "1000000000000001"

/* One call at work. */
struct ask {
    struct companion *c;
    struct arena *a;
    int64_t now_ms;
    const char *region;
    const char *host;
    const cJSON *params;
    const struct access_key *key; /* who signed, NULL: nobody                          */
    cJSON *state;                 /* of all companions; save by setting 'changed'      */
    struct rng *rng;
    cJSON *body; /* the reply, without RequestId                                       */
    bool changed;
};

typedef bool ask_fn(struct ask *ask, struct error *err);
ask_fn sts_assume, sts_assume_oidc, sts_whoami, cas_upload, cas_list, cas_get, cas_delete,
    location_endpoints, rgroup_create, rgroup_get, rgroup_list, rgroup_delete, role_create;

/* The list of that name in the state, made when it is not there. */
cJSON *state_list(cJSON *state, const char *name);
/* The member of a list whose member 'name' is this text, or NULL. */
cJSON *state_find(cJSON *list, const char *name, const char *value);

/* What ALB calls this certificate (companion-apis.md §2). */
const char *cas_identifier(struct arena *a, const cJSON *cert);

/* A new session of a role; lives in the state.  Its members are AccessKeyId,
 * AccessKeySecret, SecurityToken, ExpiresMs, RoleArn and Name. */
const cJSON *sts_session(struct ask *ask, const char *role_arn, const char *name,
                         int64_t duration_ms);
/* The session that a temporary key belongs to, or NULL. */
const cJSON *sts_session_of(cJSON *state, const char *key_id);
/* Adds the members of a session that clients get: the three texts and Expiration. */
void sts_credentials(cJSON *to, const cJSON *session);

/* Answers GET and PUT below /latest/, as the metadata service of an instance does; sets
 * status and body. */
void metadata_answer(struct ask *ask, const struct httpd_request *request,
                     struct httpd_reply *reply);
