/* cas.c - uploaded certificates (companion-apis.md §2).  Names are unique; keys are kept,
 * as the real service gives them back on request. */
#include <string.h>

#include "alb-agent/clock.h"
#include "companion_priv.h"
#include "x509.h"

enum { FIRST_ID = 10000001, NAME_MAX = 64 };

static cJSON *certificates(struct ask *ask)
{
    return state_list(ask->state, "Certificates");
}

static bool is_pem(const char *text, const char *what)
{
    return text && strstr(text, "-----BEGIN ") && strstr(text, what);
}

static bool check(struct ask *ask, struct x509 *facts, struct error *err)
{
    const char *name = json_str(ask->params, "Name");
    if (strlen(name) > NAME_MAX)
        return front_refuse(err, 400, "InvalidParameter.Name",
                            "The certificate name has more than 64 characters.");
    if (state_find(certificates(ask), "Name", name))
        return front_refuse(err, 400, "NameRepeat", "The certificate name already exists.");
    const char *cert = json_str(ask->params, "Cert");
    if (!cert || !x509_read(ask->a, cert, facts))
        return front_refuse(err, 400, "InvalidParameter.Cert",
                            "The certificate is not in the PEM format.");
    return is_pem(json_str(ask->params, "Key"), "PRIVATE KEY-----")
           || front_refuse(err, 400, "InvalidParameter.Key",
                           "The private key is not in the PEM format.");
}

static void add_day(cJSON *to, const char *name, int64_t ms)
{
    char text[TIME_TEXT];
    (void)time_format(ms, text);
    text[10] = '\0';
    cJSON_AddStringToObject(to, name, text);
}

static void add_facts(cJSON *to, const struct x509 *facts)
{
    cJSON_AddStringToObject(to, "CommonName", facts->common_name);
    cJSON_AddStringToObject(to, "Sans", facts->sans);
    cJSON_AddStringToObject(to, "Issuer", facts->issuer);
    cJSON_AddStringToObject(to, "SerialNo", facts->serial);
    cJSON_AddStringToObject(to, "Fingerprint", facts->sha1);
    cJSON_AddStringToObject(to, "Sha2", facts->sha256);
    cJSON_AddItemToObject(to, "NotBefore", json_new_int(facts->not_before_ms));
    cJSON_AddItemToObject(to, "NotAfter", json_new_int(facts->not_after_ms));
}

bool cas_upload(struct ask *ask, struct error *err)
{
    struct x509 facts = { 0 };
    if (!check(ask, &facts, err))
        return false;
    int64_t id = json_int(ask->state, "NextCertId", FIRST_ID);
    const char *group = json_str(ask->params, "ResourceGroupId");
    cJSON *cert = cJSON_CreateObject();
    cJSON_AddItemToObject(cert, "CertId", json_new_int(id));
    cJSON_AddStringToObject(cert, "Name", json_str(ask->params, "Name"));
    cJSON_AddStringToObject(cert, "Cert", json_str(ask->params, "Cert"));
    cJSON_AddStringToObject(cert, "Key", json_str(ask->params, "Key"));
    cJSON_AddStringToObject(cert, "ResourceGroupId", group ? group : "rg-default");
    cJSON_AddStringToObject(cert, "InstanceId",
                            arena_fmt(ask->a, "cas-upload-%lld", (long long)id));
    add_facts(cert, &facts);
    const cJSON *tags = json_get(ask->params, "Tags");
    if (tags)
        cJSON_AddItemToObject(cert, "Tags", cJSON_Duplicate(tags, true));
    cJSON_AddItemToArray(certificates(ask), cert);
    cJSON_DeleteItemFromObjectCaseSensitive(ask->state, "NextCertId");
    cJSON_AddItemToObject(ask->state, "NextCertId", json_new_int(id + 1));
    cJSON_AddItemToObject(ask->body, "CertId", json_new_int(id));
    cJSON_AddStringToObject(ask->body, "ResourceId", json_str(cert, "InstanceId"));
    ask->changed = true;
    return true;
}

const char *cas_identifier(struct arena *a, const cJSON *cert)
{
    return arena_fmt(a, "%lld-cn-hangzhou", (long long)json_int(cert, "CertId", 0));
}

static void copy(cJSON *to, const cJSON *from, const char *const *names)
{
    for (; *names; names++)
        if (json_get(from, *names))
            cJSON_AddItemToObject(to, *names, cJSON_Duplicate(json_get(from, *names), true));
}

static void add_dates(const struct ask *ask, cJSON *to, const cJSON *cert)
{
    int64_t end = json_int(cert, "NotAfter", 0);
    add_day(to, "StartDate", json_int(cert, "NotBefore", 0));
    add_day(to, "EndDate", end);
    cJSON_AddBoolToObject(to, "Expired", end <= ask->now_ms);
}

/* As OrderType CERT and UPLOAD show it. */
static cJSON *entry(const struct ask *ask, const cJSON *cert)
{
    static const char *const names[] = { "Name",     "Fingerprint",     "CommonName",
                                         "Sans",     "Issuer",          "Sha2",
                                         "SerialNo", "ResourceGroupId", "InstanceId",
                                         NULL };
    cJSON *out = cJSON_CreateObject();
    cJSON_AddItemToObject(out, "CertificateId", json_new_int(json_int(cert, "CertId", 0)));
    copy(out, cert, names);
    add_dates(ask, out, cert);
    cJSON_AddTrueToObject(out, "Upload");
    return out;
}

static bool contains(const cJSON *cert, const char *keyword)
{
    static const char *const names[] = { "Name", "CommonName", "Sans" };
    for (size_t i = 0; i < COUNT(names); i++)
        if (strstr(json_str(cert, names[i]), keyword))
            return true;
    return false;
}

/* Bought ones, the default, are never there: only uploads can be. */
static bool is_listed(const struct ask *ask, const cJSON *cert)
{
    const char *type = json_str(ask->params, "OrderType");
    const char *keyword = json_str(ask->params, "Keyword");
    const char *group = json_str(ask->params, "ResourceGroupId");
    return type && (!strcmp(type, "CERT") || !strcmp(type, "UPLOAD"))
           && (!keyword || contains(cert, keyword))
           && (!group || !strcmp(group, json_str(cert, "ResourceGroupId")));
}

bool cas_list(struct ask *ask, struct error *err)
{
    int64_t page = json_int(ask->params, "CurrentPage", 1);
    int64_t size = json_int(ask->params, "ShowSize", 50), total = 0;
    if (page < 1 || size < 1)
        return front_refuse(err, 400, "InvalidParameter.ShowSize",
                            "CurrentPage and ShowSize begin at 1.");
    cJSON *out = cJSON_AddArrayToObject(ask->body, "CertificateOrderList");
    const cJSON *cert;
    cJSON_ArrayForEach (cert, certificates(ask))
        if (is_listed(ask, cert) && total++ / size == page - 1)
            cJSON_AddItemToArray(out, entry(ask, cert));
    cJSON_AddItemToObject(ask->body, "ShowSize", json_new_int(size));
    cJSON_AddItemToObject(ask->body, "CurrentPage", json_new_int(page));
    cJSON_AddItemToObject(ask->body, "TotalCount", json_new_int(total));
    return true;
}

static bool find(struct ask *ask, cJSON **out, struct error *err)
{
    *out = NULL;
    int64_t id = json_int(ask->params, "CertId", 0);
    cJSON *cert;
    cJSON_ArrayForEach (cert, certificates(ask)) {
        if (json_int(cert, "CertId", -1) == id) {
            *out = cert;
            return true;
        }
    }
    return front_refuse(err, 404, "NotFound", "The certificate %lld does not exist.",
                        (long long)id);
}

bool cas_get(struct ask *ask, struct error *err)
{
    static const char *const names[] = { "Name",       "Fingerprint", "Sans",     "Issuer",
                                         "Sha2",       "SerialNo",    "NotAfter", "ResourceGroupId",
                                         "InstanceId", "NotBefore",   NULL };
    static const char *const material[] = { "Cert", "Key", NULL };
    cJSON *cert;
    if (!find(ask, &cert, err))
        return false;
    cJSON_AddItemToObject(ask->body, "Id", json_new_int(json_int(cert, "CertId", 0)));
    cJSON_AddStringToObject(ask->body, "CertIdentifier", cas_identifier(ask->a, cert));
    cJSON_AddStringToObject(ask->body, "Common", json_str(cert, "CommonName"));
    copy(ask->body, cert, names);
    add_dates(ask, ask->body, cert);
    cJSON_AddFalseToObject(ask->body, "BuyInAliyun");
    if (!cJSON_IsTrue(json_get(ask->params, "CertFilter")))
        copy(ask->body, cert, material);
    cJSON *tags = cJSON_AddArrayToObject(ask->body, "Tags");
    const cJSON *tag;
    cJSON_ArrayForEach (tag, json_get(cert, "Tags")) {
        const char *value = json_str(tag, "Value");
        cJSON *t = cJSON_CreateObject();
        cJSON_AddStringToObject(t, "TagKey", json_str(tag, "Key"));
        cJSON_AddStringToObject(t, "TagValue", value ? value : "");
        cJSON_AddItemToArray(tags, t);
    }
    return true;
}

bool cas_delete(struct ask *ask, struct error *err)
{
    cJSON *cert;
    if (!find(ask, &cert, err))
        return false;
    cJSON_Delete(cJSON_DetachItemViaPointer(certificates(ask), cert));
    ask->changed = true;
    return true;
}
