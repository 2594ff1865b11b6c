/* endpoint.c - where a product answers (companion-apis.md §1), and the check of what a
 * person gave instead. */
#include "alb_priv.h"

#include <string.h>
#include <strings.h>

static const struct {
    const char *name, *version;
} PRODUCTS[] = {
    [ALB_PRODUCT_ALB] = { "alb", "2020-06-16" }, [ALB_PRODUCT_VPC] = { "vpc", "2016-04-28" },
    [ALB_PRODUCT_ECS] = { "ecs", "2014-05-26" }, [ALB_PRODUCT_CAS] = { "cas", "2020-04-07" },
    [ALB_PRODUCT_STS] = { "sts", "2015-04-01" },
};
_Static_assert(COUNT(PRODUCTS) == ALB_PRODUCT_COUNT, "a row for each product");

/* Where the rule PRODUCT.REGION.aliyuncs.com, and PRODUCT-vpc.REGION inside a VPC, does not
 * hold.  NULL: by the rule; "-": there is none, the public one is taken. */
/* clang-format off */
static const struct {
    enum alb_product product;
    const char *region, *open, *vpc;
} EXCEPTIONS[] = {
    { ALB_PRODUCT_ALB, "cn-hangzhou-finance", "alb.cn-hangzhou", "-" },
    { ALB_PRODUCT_ALB, "cn-wulanchabu-gic-1", NULL, "-" },
    { ALB_PRODUCT_ECS, "cn-hangzhou-finance", "ecs", "-" },
    { ALB_PRODUCT_ECS, "cn-shenzhen-finance-1", "ecs-cn-hangzhou", NULL },
    { ALB_PRODUCT_CAS, "cn-hangzhou", "cas", NULL },
    { ALB_PRODUCT_CAS, "cn-hongkong", NULL, NULL },
    { ALB_PRODUCT_CAS, "ap-southeast-1", NULL, NULL },
    { ALB_PRODUCT_CAS, "ap-southeast-3", NULL, NULL },
    { ALB_PRODUCT_CAS, "ap-northeast-1", NULL, "-" },
    { ALB_PRODUCT_CAS, "ap-southeast-2", NULL, "-" },
    { ALB_PRODUCT_CAS, "ap-southeast-5", NULL, "-" },
    { ALB_PRODUCT_CAS, "ap-south-1", NULL, "-" },
    { ALB_PRODUCT_CAS, "eu-central-1", NULL, "-" },
    { ALB_PRODUCT_CAS, "me-east-1", NULL, "-" },
    /* One set of certificates for the whole China site, and for regions without their own. */
    { ALB_PRODUCT_CAS, NULL, "cas", "-" },
    { ALB_PRODUCT_STS, "cn-hangzhou-finance", "sts", "-" },
    { ALB_PRODUCT_STS, "cn-shenzhen-finance-1", "sts", NULL },
    /* Regions of ALB in which STS has no endpoint. */
    { ALB_PRODUCT_STS, "ap-south-1", "sts", "-" },
    { ALB_PRODUCT_STS, "ap-southeast-2", "sts", "-" },
    { ALB_PRODUCT_STS, "ap-southeast-6", "sts", "-" },
    { ALB_PRODUCT_STS, "cn-heyuan-acdr-1", "sts", "-" },
    { ALB_PRODUCT_STS, "cn-wulanchabu-gic-1", "sts", "-" },
    { ALB_PRODUCT_STS, "cn-zhengzhou-jva", "sts", "-" },
    { ALB_PRODUCT_STS, "us-southeast-1", "sts", "-" },
};
/* clang-format on */

const char *product_name(enum alb_product product)
{
    return PRODUCTS[product].name;
}

const char *product_version(enum alb_product product)
{
    return PRODUCTS[product].version;
}

const char *alb_endpoint(struct arena *a, enum alb_product product, const char *region, bool vpc)
{
    const char *host = NULL, *inside = NULL;
    for (size_t i = 0; i < COUNT(EXCEPTIONS); i++) {
        if (EXCEPTIONS[i].product != product
            || (EXCEPTIONS[i].region && strcmp(EXCEPTIONS[i].region, region) != 0))
            continue;
        host = EXCEPTIONS[i].open;
        inside = EXCEPTIONS[i].vpc;
        break;
    }
    if (vpc && !inside)
        return arena_fmt(a, "https://%s-vpc.%s.aliyuncs.com", PRODUCTS[product].name, region);
    if (host)
        return arena_fmt(a, "https://%s.aliyuncs.com", host);
    return arena_fmt(a, "https://%s.%s.aliyuncs.com", PRODUCTS[product].name, region);
}

bool region_is_plain(const char *region)
{
    return *region && !region[strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789-")];
}

const char *endpoint_host(const char *endpoint)
{
    return strstr(endpoint, "://") + 3;
}

bool endpoint_parse(struct arena *a, const char *text, const char **endpoint, struct error *err)
{
    size_t len = strlen(text);
    if (len && text[len - 1] == '/')
        len--;
    const char *copy = arena_strndup(a, text, len);
    size_t scheme = !strncmp(copy, "https://", 8) ? 8 : !strncmp(copy, "http://", 7) ? 7 : 0;
    const char *host = copy + scheme;
    /* Also no user: what stands before an '@' would look like the host. */
    if (!scheme || !*host || host[strcspn(host, "/?#@ \t\r\n")])
        return error_set(err, ERROR_INVALID,
                         "endpoint '%s': give https://HOST[:PORT], or http://HOST[:PORT] to permit "
                         "plain http",
                         text);
    *endpoint = copy;
    return true;
}

/* The product of which 'len' characters at 'name' are the name. */
static bool find_product(const char *name, size_t len, enum alb_product *product)
{
    for (int p = 0; p < ALB_PRODUCT_COUNT; p++)
        if (strlen(PRODUCTS[p].name) == len && !strncmp(PRODUCTS[p].name, name, len)) {
            *product = (enum alb_product)p;
            return true;
        }
    return false;
}

/* One element of the list: "URL" or "PRODUCT=URL". */
static bool take_element(struct arena *a, const char *text,
                         const char *endpoints[ALB_PRODUCT_COUNT], struct error *err)
{
    const char *url = NULL, *eq = strchr(text, '=');
    enum alb_product only = ALB_PRODUCT_COUNT;
    if (eq && !find_product(text, (size_t)(eq - text), &only))
        return error_set(err, ERROR_INVALID,
                         "endpoint '%s': the product is one of alb, vpc, ecs, cas, sts", text);
    if (!endpoint_parse(a, eq ? eq + 1 : text, &url, err))
        return false;
    for (int p = 0; p < ALB_PRODUCT_COUNT; p++)
        if (only == ALB_PRODUCT_COUNT ? !endpoints[p] : only == (enum alb_product)p)
            endpoints[p] = url;
    return true;
}

bool endpoints_parse(struct arena *a, const char *text, const char *endpoints[ALB_PRODUCT_COUNT],
                     struct error *err)
{
    for (const char *at = text; at;) {
        const char *end = strchr(at, ',');
        const char *one = end ? arena_strndup(a, at, (size_t)(end - at)) : at;
        if (!take_element(a, one, endpoints, err))
            return false;
        at = end ? end + 1 : NULL;
    }
    return true;
}

bool endpoint_from_env(struct arena *a, enum alb_product product, char *(*env)(const char *name),
                       const char **endpoint, struct error *err)
{
    char name[sizeof "ALIBABA_CLOUD_ALB_ENDPOINT"] = "ALIBABA_CLOUD_ALB_ENDPOINT";
    char *at = name + sizeof "ALIBABA_CLOUD_" - 1;
    for (const char *c = PRODUCTS[product].name; *c; c++)
        *at++ = (char)(*c - 'a' + 'A');
    const char *value = env ? env(name) : NULL;
    if (!value || !*value)
        return true;
    /* The documented form of ALIBABA_CLOUD_STS_ENDPOINT is a host name. */
    const char *url = strstr(value, "://") ? value : arena_fmt(a, "https://%s", value);
    return endpoint_parse(a, url, endpoint, err) || error_wrap(err, "%s", name);
}

bool env_is_true(char *(*env)(const char *name), const char *name)
{
    const char *value = env ? env(name) : NULL;
    return value && !strcasecmp(value, "true");
}
