/* identity.c - STS: roles that were assumed, and who calls. */
#include "resource_priv.h"

/* clang-format off */

#define ROLE_ROWS \
    STR(request_id,        "RequestId"), \
    STR(role_id,           "AssumedRoleUser.AssumedRoleId"), \
    STR(arn,               "AssumedRoleUser.Arn"), \
    STR(security_token,    "Credentials.SecurityToken", .flags = F_SECRET), \
    STR(expires,           "Credentials.Expiration"), \
    STR(access_key_secret, "Credentials.AccessKeySecret", .flags = F_SECRET), \
    STR(access_key_id,     "Credentials.AccessKeyId"), \
    STR(source_identity,   "SourceIdentity")

#define SELF struct alb_oidc_token
static const struct field alb_oidc_token_fields[] = {
    STR(subject,      "Subject"),
    STR(issuer,       "Issuer"),
    STR(client_ids,   "ClientIds"),
    STR(expires,      "ExpirationTime"),
    STR(issued,       "IssuanceTime"),
    STR(verification, "VerificationInfo"),
};
static SCHEMA(alb_oidc_token, "OIDCTokenInfo");
#undef SELF

#define SELF struct alb_assumed_role
static const struct field alb_assumed_role_fields[] = { ROLE_ROWS };
SCHEMA(alb_assumed_role, "AssumedRole");
static const struct field alb_assumed_role_oidc_fields[] = {
    ROLE_ROWS,
    OBJ(oidc, alb_oidc_token, "OIDCTokenInfo"),
};
SCHEMA_OF(alb_assumed_role_oidc, alb_assumed_role, "AssumedRole");
#undef SELF

#define SELF struct alb_caller
static const struct field alb_caller_fields[] = {
    STR(type,         "IdentityType"),
    STR(account_id,   "AccountId"),
    STR(request_id,   "RequestId"),
    STR(principal_id, "PrincipalId"),
    STR(user_id,      "UserId"),
    STR(arn,          "Arn"),
    STR(role_id,      "RoleId"),
};
SCHEMA(alb_caller, "CallerIdentity");
#undef SELF
/* clang-format on */
