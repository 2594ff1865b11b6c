/* listener.c - listeners, their certificates, logs and access lists. */
#include "resource_priv.h"

/* clang-format off */

#define SELF struct alb_cert
static const struct field alb_cert_fields[] = {
    STR (id,         "CertificateId",   .flags = F_REQUIRED | F_REF),
    STR (type,       "CertificateType", .flags = F_OBSERVED),
    BOOL(is_default, "IsDefault",       .flags = F_OBSERVED),
    STR (status,     "Status",          .flags = F_OBSERVED,
                     .values = "Associating|Associated|Diassociating"),
};
SCHEMA(alb_cert, "Certificate");
#undef SELF

#define SELF struct alb_quic
static const struct field alb_quic_fields[] = {
    BOOL(upgrade,     "QuicUpgradeEnabled", DFLT(false)),
    STR (listener_id, "QuicListenerId", .flags = F_REF),
};
static SCHEMA(alb_quic, "QuicConfig");
#undef SELF

#define SELF struct alb_forwarded
/* People write these rows as they are in AlbConfigs, hence DOC() (alb-ingress.md §B.3). */
static const struct field alb_forwarded_fields[] = {
    STR (verify_alias,       "XForwardedForClientCertClientVerifyAlias",
         DOC("", "XForwardedForClientCertClientVerifyAlias", "The header for the result of the check.")),
    BOOL(verify,             "XForwardedForClientCertClientVerifyEnabled", DFLT(false),
         DOC("false", "XForwardedForClientCertClientVerifyEnabled", "Whether the client's certificate was good goes to the servers.")),
    STR (fingerprint_alias,  "XForwardedForClientCertFingerprintAlias",
         DOC("", "XForwardedForClientCertFingerprintAlias", "The header for the fingerprint.")),
    BOOL(fingerprint,        "XForwardedForClientCertFingerprintEnabled", DFLT(false),
         DOC("false", "XForwardedForClientCertFingerprintEnabled", "The fingerprint of the client's certificate goes to the servers.")),
    STR (issuer_dn_alias,    "XForwardedForClientCertIssuerDNAlias",
         DOC("", "XForwardedForClientCertIssuerDNAlias", "The header for the issuer.")),
    BOOL(issuer_dn,          "XForwardedForClientCertIssuerDNEnabled", DFLT(false),
         DOC("false", "XForwardedForClientCertIssuerDNEnabled", "The issuer of the client's certificate goes to the servers.")),
    STR (subject_dn_alias,   "XForwardedForClientCertSubjectDNAlias",
         DOC("", "XForwardedForClientCertSubjectDNAlias", "The header for the subject.", .differs = "The source sends the name given for the issuer: the documentation.")),
    BOOL(subject_dn,         "XForwardedForClientCertSubjectDNEnabled", DFLT(false),
         DOC("false", "XForwardedForClientCertSubjectDNEnabled", "The subject of the client's certificate goes to the servers.")),
    BOOL(source_ips,         "XForwardedForClientSourceIpsEnabled", DFLT(false),
         DOC("false", "XForwardedForClientSourceIpsEnabled", "The client is found behind trusted proxies.", .differs = "Only the documentation has it, since v2.12: the documentation.")),
    STR (source_ips_trusted, "XForwardedForClientSourceIpsTrusted",
         DOC("", "XForwardedForClientSourceIpsTrusted", "Addresses and blocks of trusted proxies, with ; or , between them; needed for limits by address.", .differs = "Only the documentation has it, since v2.12: the documentation.")),
    BOOL(src_port,           "XForwardedForClientSrcPortEnabled", DFLT(false),
         DOC("false", "XForwardedForClientSrcPortEnabled", "The port of the client goes to the servers.")),
    BOOL(enabled,            "XForwardedForEnabled", DFLT(true),
         DOC("false", "XForwardedForEnabled", "The address of the client goes to the servers.", .differs = "The API has true, the source sends false: the source.")),
    BOOL(host,               "XForwardedForHostEnabled", DFLT(false),
         DOC("false", "XForwardedForHostEnabled", "The host of the request goes to the servers.", .differs = "Only the documentation has it, since v2.15: the documentation.")),
    STR (mode,               "XForwardedForProcessingMode", .dflt_str = "append",
                              .values = "append|remove",
         DOC("append", "XForwardedForProcessingMode", "Whether X-Forwarded-For is added to or removed.", .differs = "Only the documentation has it, since v2.15: the documentation.")),
    BOOL(proto,              "XForwardedForProtoEnabled", DFLT(false),
         DOC("false", "XForwardedForProtoEnabled", "The protocol of the listener goes to the servers.")),
    BOOL(slb_id,             "XForwardedForSLBIdEnabled", DFLT(false),
         DOC("false", "XForwardedForSLBIdEnabled", "The id of the load balancer goes to the servers.")),
    BOOL(slb_port,           "XForwardedForSLBPortEnabled", DFLT(false),
         DOC("false", "XForwardedForSLBPortEnabled", "The port of the listener goes to the servers.")),
};
SCHEMA(alb_forwarded, "XForwardedForConfig");
#undef SELF

#define SELF struct alb_tracing
static const struct field alb_tracing_fields[] = {
    BOOL(enabled, "TracingEnabled", DFLT(false)),
    INT (sample,  "TracingSample", .min = 1, .max = 10000),
    STR (type,    "TracingType"),
};
static SCHEMA(alb_tracing, "AccessLogTracingConfig");
#undef SELF

#define SELF struct alb_listener_log
static const struct field alb_listener_log_fields[] = {
    BOOL(custom_headers, "AccessLogRecordCustomizedHeadersEnabled", DFLT(false)),
    OBJ (tracing,        alb_tracing, "AccessLogTracingConfig"),
};
SCHEMA(alb_listener_log, "LogConfig");
#undef SELF

#define SELF struct alb_listener_acl
static const struct field alb_listener_acl_fields[] = {
    STR(acl_id, "AclId",  .flags = F_REQUIRED | F_REF),
    STR(status, "Status", .flags = F_OBSERVED, .values = "Associating|Associated|Dissociating"),
};
static SCHEMA(alb_listener_acl, "AclRelation");
#undef SELF

#define SELF struct alb_listener_acls
static const struct field alb_listener_acls_fields[] = {
    LIST(acls, alb_listener_acl, "AclRelations", .flags = F_UNORDERED),
    STR (type, "AclType"),
};
static SCHEMA(alb_listener_acls, "AclConfig");
#undef SELF

#define SELF struct alb_listener
static const struct field alb_listener_fields[] = {
    STR (id,                 "ListenerId",          .flags = F_OBSERVED),
    STR (lb_id,              "LoadBalancerId",      .flags = F_OBSERVED),
    ENUM(protocol,           alb_protocol, "ListenerProtocol", .flags = F_REQUIRED,
                             .via = ALB_VIA_REPLACE),
    INT (port,               "ListenerPort",        .min = 1, .max = 65535, .flags = F_REQUIRED,
                             .via = ALB_VIA_REPLACE),
    STR (description,        "ListenerDescription", .via = ALB_VIA_UPDATE),
    /* 600 is the quota's default bound, 3600 after a raise (alb-semantics.md §11). */
    INT (idle_timeout,       "IdleTimeout",         .min = 1, .max = 3600, DFLT(15),
                             .via = ALB_VIA_UPDATE),
    INT (request_timeout,    "RequestTimeout",      .min = 1, .max = 3600, DFLT(60),
                             .via = ALB_VIA_UPDATE),
    BOOL(gzip,               "GzipEnabled",         DFLT(true), .via = ALB_VIA_UPDATE),
    BOOL(http2,              "Http2Enabled",        DFLT(true), .via = ALB_VIA_UPDATE),
    STR (security_policy_id, "SecurityPolicyId",    .dflt_str = "tls_cipher_policy_1_0",
                             .via = ALB_VIA_UPDATE),
    LIST(certs,              alb_cert, "Certificates", .via = ALB_VIA_UPDATE),
    LIST(additional_certs,   alb_cert, "AdditionalCertificates", .flags = F_UNORDERED | F_LATER,
                             .via = ALB_VIA_CERTS),
    LIST(ca_certs,           alb_cert, "CaCertificates", .via = ALB_VIA_UPDATE),
    BOOL(ca_enabled,         "CaEnabled",           DFLT(false), .via = ALB_VIA_UPDATE),
    OBJ (quic,               alb_quic, "QuicConfig", .via = ALB_VIA_UPDATE),
    LIST(default_actions,    alb_rule_action, "DefaultActions", .flags = F_REQUIRED,
                             .via = ALB_VIA_UPDATE),
    OBJ (forwarded,          alb_forwarded, "XForwardedForConfig", .via = ALB_VIA_UPDATE),
    LIST(tags,               alb_tag, "Tags", .param = "Tag",
                             .flags = F_UNORDERED | F_SUBSET, .via = ALB_VIA_TAGS),
    STR (status,             "ListenerStatus",      .flags = F_OBSERVED,
                             .values = "Provisioning|Running|Configuring|Stopped|Deleting"),
    OBJ (log,                alb_listener_log, "LogConfig", .flags = F_LATER,
                             .via = ALB_VIA_LOG_CONFIG),
    OBJ (acls,               alb_listener_acls, "AclConfig", .flags = F_LATER, .via = ALB_VIA_ACLS),
    BOOL(scripts_known,      "AScriptsKnown",       .flags = F_OBSERVED),
};
SCHEMA(alb_listener, "Listener");
#undef SELF
#define SELF struct alb_listener_reply
static const struct field alb_listener_reply_fields[] = {
    OBJ(listener, alb_listener, "", .flags = F_INLINE),
    STR(request_id, "RequestId"),
};
SCHEMA(alb_listener_reply, "Listener");
#undef SELF

#define SELF struct alb_listener_list
static const struct field alb_listener_list_fields[] = {
    LIST(items, alb_listener, "Listeners"),
    OBJ (page,  alb_page, "", .flags = F_INLINE),
};
SCHEMA(alb_listener_list, "Listeners");
#undef SELF

#define SELF struct alb_cert_list
static const struct field alb_cert_list_fields[] = {
    LIST(items, alb_cert, "Certificates"),
    OBJ (page,  alb_page, "", .flags = F_INLINE),
};
SCHEMA(alb_cert_list, "Certificates");
#undef SELF
/* clang-format on */
