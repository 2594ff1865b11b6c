/* errors.c - what a refusal means to the loop, as one table (alb-semantics.md §2, §5).
 *
 * The first row that matches decides, so exceptions stand above their family.  The kind
 * answers one question: what should happen next?  INVALID blames the object that asked,
 * so it is never used for what is wrong with us, our keys or our endpoint. */
#include "alb-agent/alb.h"

#include <string.h>
#include <strings.h>

#include "alb-agent/macros.h"

enum match {
    EXACT,  /* the whole code                                                   */
    FAMILY, /* the code, or what stands before its first dot                    */
    PREFIX, /* how it begins                                                    */
    SUFFIX, /* how it ends                                                      */
    PART    /* anywhere                                                         */
};

struct row {
    const char *text;
    enum match match;
    enum error_kind kind;
};

/* clang-format off */
static const struct row ROWS[] = {
    /* The rate of calls.  SDK and Terraform go by the word alone. */
    { "Throttling", PART, ERROR_THROTTLED }, /* its words: "due to user flow control" */
    /* A DryRun that passed: its success is spelt as an error (§7). */
    { "DryRunOperation", EXACT, ERROR_NONE }, /* "validation has been passed with DryRun flag set" */

    /* --- the cloud is at work on it: wait --- */
    { "IncorrectStatus", FAMILY, ERROR_BUSY },         /* in a pending state, ends by itself */
    { "IncorrectBusinessStatus", FAMILY, ERROR_BUSY }, /* Terraform retries it; a lock for debts ends too */
    { "ResourceInConfiguring", FAMILY, ERROR_BUSY },   /* another change is in flight */
    { "IdempotenceProcessing", EXACT, ERROR_BUSY },   /* the first call of this token still runs */
    { "LockFailed", EXACT, ERROR_BUSY },              /* somebody else changes the same thing */
    { "VipStatusNotSupport", EXACT, ERROR_BUSY },     /* undocumented: listener or balancer busy */
    { "ServiceIsConfiguring", EXACT, ERROR_BUSY },    /* undocumented: older name of the same */
    { "-22001", EXACT, ERROR_BUSY },                  /* undocumented: numbers that leak out */
    { "-22031", EXACT, ERROR_BUSY },                  /*   while a listener is busy (§5)     */
    { "-21020", EXACT, ERROR_BUSY }, /* undocumented, as the two above */
    { "-21013", EXACT, ERROR_BUSY }, /* undocumented, as these */
    { "-735", EXACT, ERROR_BUSY }, /* undocumented, as these */
    { "OperationFailed.ResourceGroupStatusCheckFail", EXACT, ERROR_BUSY }, /* group still in creation */
    { "OperationDenied.PriorRequestNotComplete", EXACT, ERROR_BUSY },      /* says so */

    /* --- a passing failure: try again --- */
    { "ServiceUnavailable", EXACT, ERROR_TRANSIENT }, /* also with HTTP 400 */
    { "InternalError", EXACT, ERROR_TRANSIENT },      /* theirs, and said to pass */
    { "SystemBusy", EXACT, ERROR_TRANSIENT },         /* says so */
    { "undefined", EXACT, ERROR_TRANSIENT },          /* seen by Terraform: a reply gone wrong */
    { "SignatureNonceUsed", EXACT, ERROR_TRANSIENT }, /* a new nonce will do */
    { "OperationFailed.ShiftLoadBalancerZonesFailed", EXACT, ERROR_TRANSIENT }, /* not the request: the shift itself */
    { "OperationFailed.CancelShiftLoadBalancerZonesFailed", EXACT, ERROR_TRANSIENT }, /* the same, back */

    /* --- a limit --- */
    { "QuotaExceeded", FAMILY, ERROR_QUOTA },          /* of the account or of one resource */
    { "ResourceQuotaExceeded", FAMILY, ERROR_QUOTA },  /* the other spelling of the same */
    { "ResourceNotEnough", FAMILY, ERROR_QUOTA },      /* addresses of a vSwitch */
    { "OperationDenied.CapacityDecreaseRequestLimitExceeded", EXACT, ERROR_QUOTA }, /* too many decreases so far */

    /* --- keys, permissions, protection, the wrong door: no object is to blame --- */
    { "Forbidden.VpcNotFound", EXACT, ERROR_NOT_FOUND }, /* VPC's word for "no such VPC" */
    { "Forbidden", FAMILY, ERROR_DENIED },            /* RAM, or the product is not activated */
    { "NoPermission", FAMILY, ERROR_DENIED },         /* RAM, older word */
    { "InvalidAccessKeyId", FAMILY, ERROR_DENIED },   /* unknown, disabled */
    { "InvalidSecurityToken", FAMILY, ERROR_DENIED }, /* expired: the client fetches others */
    { "MissingAccessKeyId", EXACT, ERROR_DENIED },    /* unsigned on its way */
    { "MissingSecurityToken", EXACT, ERROR_DENIED },  /* an STS key without its token */
    { "SignatureDoesNotMatch", EXACT, ERROR_DENIED }, /* our vectors pass, so the secret is wrong */
    { "IncompleteSignature", EXACT, ERROR_DENIED },   /* the same on other gateways */
    { "InvalidTimeStamp.Expired", EXACT, ERROR_DENIED }, /* our clock is off by 15 minutes */
    { "InvalidProduct.NotFound", EXACT, ERROR_DENIED },  /* the endpoint is another product's */
    { "InvalidAction.NotFound", EXACT, ERROR_DENIED },   /* the endpoint does not offer it */
    { "InvalidApi.NotFound", EXACT, ERROR_DENIED },      /*   older name of the same        */
    { "InvalidProtocol.NeedSsl", EXACT, ERROR_DENIED },  /* plain http where https is due */
    { "OperationDenyed.ServiceLinkedRoleNotExist", EXACT, ERROR_DENIED }, /* the account's first time */
    { "OperationDenied.ServiceLinkedRoleNotExist", EXACT, ERROR_DENIED }, /*   should they mend it    */
    { "AuthenticationFail", FAMILY, ERROR_DENIED },   /* STS: the OIDC token is not accepted */
    { "EntityNotExist", FAMILY, ERROR_DENIED },       /* STS: no such role, no such provider */
    { "OperationDenied.DeletionProtectionEnabled", EXACT, ERROR_DENIED }, /* somebody protects it */
    { "OperationDenied.ServiceManagedResource", EXACT, ERROR_DENIED },    /* another service's own */

    /* --- we would never send that --- */
    { "IdempotentParameterMismatch", EXACT, ERROR_BUG }, /* a token used for two changes */
    { "InvalidTimeStamp.Format", EXACT, ERROR_BUG }, /* we write it */
    { "InvalidSignatureMethod", EXACT, ERROR_BUG }, /* we name it */
    { "InvalidVersion", EXACT, ERROR_BUG }, /* it is in our table */
    { "UnsupportedHTTPMethod", EXACT, ERROR_BUG }, /* always POST */

    /* --- the world is not as we believed: observe again --- */
    { "ResourceInUse", FAMILY, ERROR_CONFLICT },       /* clears when its user is gone */
    { "ResourceAlreadyExist", FAMILY, ERROR_CONFLICT }, /* made by somebody, or by an attempt of ours */
    { "ResourceAlreadyAssociated", FAMILY, ERROR_CONFLICT }, /* it is so already */
    { "ResourceNotAssociated", FAMILY, ERROR_CONFLICT }, /* it is so already */
    { "Conflict", FAMILY, ERROR_CONFLICT },            /* a priority or a server that is there */
    { "NameRepeat", EXACT, ERROR_CONFLICT },             /* CAS: a certificate has that name */
    { "OperationDenied.AccessLogEnabled", EXACT, ERROR_CONFLICT },       /* it is so already ... */
    { "OperationDenied.AccessLogDisabled", EXACT, ERROR_CONFLICT }, /* likewise */
    { "OperationDenied.AddressTypeNotChanged", EXACT, ERROR_CONFLICT }, /* likewise */
    { "OperationDenied.EditionNotChanged", EXACT, ERROR_CONFLICT }, /* likewise */
    { "OperationDenied.ZoneMappingsNotChanged", EXACT, ERROR_CONFLICT }, /* ... up to here */
    { "OperationDenied.DefaultCertificateUsed", EXACT, ERROR_CONFLICT }, /* it became the default */

    /* --- gone, or never there --- */
    { "ResourceNotFound", FAMILY, ERROR_NOT_FOUND },   /* .Eip and .AScript with HTTP 400 */
    { "NotExist", FAMILY, ERROR_NOT_FOUND },           /* a resource group */
    { "OperationDenied.ListenerNotFound", EXACT, ERROR_NOT_FOUND }, /* a reservation without a listener */
    { ".NotFound", SUFFIX, ERROR_NOT_FOUND },          /* VPC, ECS: InvalidVSwitchId.NotFound */

    /* --- the object asks for what cannot be --- */
    { "OperationDenied", FAMILY, ERROR_INVALID },      /* contradictions in what is wanted */
    { "OperationFailed.DefaultCertificateNotFound", EXACT, ERROR_INVALID }, /* HTTPS without one */
    { "OperationFailed", FAMILY, ERROR_TRANSIENT }, /* an internal step went wrong */
    { "Mismatch", FAMILY, ERROR_INVALID }, /* two things asked for that do not go together */
    { "IllegalParam", FAMILY, ERROR_INVALID }, /* a value that is not allowed */
    { "IllegalParamSize", FAMILY, ERROR_INVALID }, /* too many, or too few */
    { "DuplicatedParam", FAMILY, ERROR_INVALID }, /* the same server or zone twice */
    { "MissingParam", FAMILY, ERROR_INVALID }, /* what is needed is not given */
    { "UnsupportedFeature", FAMILY, ERROR_INVALID },   /* edition or region lacks it */
    { "CloseUpstreamKeepaliveNotSupport", EXACT, ERROR_INVALID }, /* this group cannot go without */
    { "-1008", EXACT, ERROR_INVALID },                 /* CAS: not a certificate in PEM form */
    { "Missing", PREFIX, ERROR_INVALID },              /* MissingListenerId: the gateway's form */
    { "Invalid", PREFIX, ERROR_INVALID },              /* InvalidParameter, InvalidVpcId */
};
/* clang-format on */

static bool contains(const char *code, const char *part)
{
    size_t len = strlen(part);
    for (; *code; code++)
        if (!strncasecmp(code, part, len))
            return true;
    return false;
}

static bool matches(const struct row *row, const char *code)
{
    size_t len = strlen(row->text), code_len = strlen(code);
    bool begins = !strncasecmp(code, row->text, len);
    switch (row->match) {
    case EXACT: return begins && !code[len];
    case FAMILY: return begins && (!code[len] || code[len] == '.');
    case PREFIX: return begins;
    case SUFFIX: return code_len > len && !strcasecmp(code + code_len - len, row->text);
    case PART: return contains(code, row->text);
    }
    return false;
}

static enum error_kind by_status(int status)
{
    switch (status) {
    case 401:
    case 403:
    case 407: return ERROR_DENIED;
    case 404: return ERROR_NOT_FOUND;
    case 408: return ERROR_TRANSIENT;
    case 409: return ERROR_CONFLICT;
    case 429: return ERROR_THROTTLED;
    default: break;
    }
    if (status >= 400 && status < 500)
        return ERROR_INVALID;
    return ERROR_TRANSIENT;
}

enum error_kind alb_error_kind(const char *code, int http_status)
{
    for (size_t i = 0; i < COUNT(ROWS); i++)
        if (matches(&ROWS[i], code))
            return ROWS[i].kind;
    return by_status(http_status);
}
