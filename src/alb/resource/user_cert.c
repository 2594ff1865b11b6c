/* user_cert.c - CAS: the certificates of the account. */
#include "resource_priv.h"

/* clang-format off */

#define SELF struct alb_user_cert
static const struct field alb_user_cert_fields[] = {
    STR (algorithm,         "Algorithm"),
    INT (aliyun_order_id,   "AliyunOrderId"),
    INT (buy_ms,            "BuyDate"),
    INT (end_ms,            "CertEndTime"),
    INT (start_ms,          "CertStartTime"),
    STR (type,              "CertType"),
    STR (domain,            "Domain"),
    INT (n_domains,         "DomainCount"),
    STR (domain_type,       "DomainType"),
    STR (instance_id,       "InstanceId"),
    INT (order_id,          "OrderId"),
    STR (partner_order_id,  "PartnerOrderId"),
    STR (product_code,      "ProductCode"),
    STR (product_name,      "ProductName"),
    STR (brand,             "RootBrand"),
    STR (source,            "SourceType"),
    STR (status,            "Status"),
    STR (trustee_status,    "TrusteeStatus"),
    INT (n_wild_domains,    "WildDomainCount"),
    INT (id,                "CertificateId"),
    STR (name,              "Name"),
    STR (common_name,       "CommonName"),
    STR (fingerprint,       "Fingerprint"),
    STR (sha2,              "Sha2"),
    STR (serial,            "SerialNo"),
    STR (issuer,            "Issuer"),
    STR (org,               "OrgName"),
    STR (province,          "Province"),
    STR (city,              "City"),
    STR (country,           "Country"),
    STR (sans,              "Sans"),
    BOOL(expired,           "Expired"),
    BOOL(uploaded,          "Upload"),
    STR (start_date,        "StartDate"),
    STR (end_date,          "EndDate"),
    STR (resource_group_id, "ResourceGroupId"),
};
static SCHEMA(alb_user_cert, "CertificateOrder");
#undef SELF

#define SELF struct alb_user_cert_list
static const struct field alb_user_cert_list_fields[] = {
    LIST(items,            alb_user_cert, "CertificateOrderList"),
    INT (page.number,      "CurrentPage"),
    INT (page.size,        "ShowSize"),
    INT (page.total_count, "TotalCount"),
    STR (page.request_id,  "RequestId"),
};
SCHEMA(alb_user_cert_list, "CertificateOrderList");
#undef SELF

#define SELF struct alb_chain_cert
static const struct field alb_chain_cert_fields[] = {
    STR(issuer,        "IssuerCommonName"),
    STR(common_name,   "CommonName"),
    INT(not_after_ms,  "NotAfter"),
    INT(not_before_ms, "NotBefore"),
    INT(days_left,     "RemainDay"),
};
static SCHEMA(alb_chain_cert, "CertChain");
#undef SELF

#define SELF struct alb_user_cert_detail
static const struct field alb_user_cert_detail_fields[] = {
    STR (cert,              "Cert"),
    STR (key,               "Key", .flags = F_SECRET),
    STR (encrypt_cert,      "EncryptCert"),
    STR (encrypt_key,       "EncryptPrivateKey", .flags = F_SECRET),
    STR (sign_cert,         "SignCert"),
    STR (sign_key,          "SignPrivateKey", .flags = F_SECRET),
    INT (id,                "Id"),
    STR (name,              "Name"),
    STR (request_id,        "RequestId"),
    STR (common_name,       "Common"),
    STR (fingerprint,       "Fingerprint"),
    STR (issuer,            "Issuer"),
    STR (org,               "OrgName"),
    STR (province,          "Province"),
    STR (city,              "City"),
    STR (country,           "Country"),
    STR (start_date,        "StartDate"),
    STR (end_date,          "EndDate"),
    STR (sans,              "Sans"),
    BOOL(expired,           "Expired"),
    BOOL(bought,            "BuyInAliyun"),
    INT (order_id,          "OrderId"),
    STR (resource_group_id, "ResourceGroupId"),
    STR (algorithm,         "Algorithm"),
    STR (instance_id,       "InstanceId"),
    STR (sha2,              "Sha2"),
    STR (serial,            "SerialNo"),
    STR (identifier,        "CertIdentifier"),
    LIST(chain,             alb_chain_cert, "CertChain"),
    INT (not_after_ms,      "NotAfter"),
    INT (not_before_ms,     "NotBefore"),
    LIST_AS(tags,           alb_spelt_tag, alb_tag, "Tags", .flags = F_UNORDERED),
};
SCHEMA(alb_user_cert_detail, "UserCertificate");
#undef SELF

#define SELF struct alb_uploaded_cert
static const struct field alb_uploaded_cert_fields[] = {
    INT(id,          "CertId"),
    STR(resource_id, "ResourceId"),
    STR(request_id,  "RequestId"),
};
SCHEMA(alb_uploaded_cert, "UploadedCertificate");
#undef SELF

/* As it is wanted: of a name, which says what is in it. */
#define SELF struct alb_certificate
static const struct field alb_certificate_fields[] = {
    STR(name,        "Name",        .flags = F_REQUIRED, .via = ALB_VIA_REPLACE),
    STR(cert,        "Cert",        .flags = F_LABEL, .via = ALB_VIA_REPLACE),
    STR(fingerprint, "Fingerprint", .via = ALB_VIA_REPLACE),
    STR(end,         "EndDate",     .flags = F_OBSERVED),
};
SCHEMA(alb_certificate, "Certificate");
#undef SELF
/* clang-format on */
