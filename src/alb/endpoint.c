/* endpoint.c - where a product answers (companion-apis.md §1), and the check of what a
 * person gave instead. */
#include "alb_priv.h"

#include <string.h>

static const struct {
    const char *name, *version;
} PRODUCTS[] = {
    [ALB_PRODUCT_ALB] = { "alb", "2020-06-16" },
    [ALB_PRODUCT_VPC] = { "vpc", "2016-04-28" },
    [ALB_PRODUCT_ECS] = { "ecs", "2014-05-26" },
};
_Static_assert(COUNT(PRODUCTS) == ALB_PRODUCT_COUNT, "a row for each product");

const char *product_version(enum alb_product product)
{
    return PRODUCTS[product].version;
}

const char *alb_endpoint(struct arena *a, enum alb_product product, const char *region)
{
    /* The one region whose endpoint is another's. */
    if (product == ALB_PRODUCT_ALB && !strcmp(region, "cn-hangzhou-finance"))
        region = "cn-hangzhou";
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
