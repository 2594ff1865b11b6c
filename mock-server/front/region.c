/* region.c - a mock has one address for all regions, so the Host header usually is no
 * help and the parameter decides. */
#include "region.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static const char DOMAIN[] = ".aliyuncs.com";

const char *region_of(struct arena *a, const char *host, const char *param)
{
    const char *begin = host ? strchr(host, '.') : NULL;
    if (begin) {
        size_t len = strcspn(begin + 1, ".");
        if (len && !strncasecmp(begin + 1 + len, DOMAIN, sizeof DOMAIN - 1))
            return arena_strndup(a, begin + 1, len);
    }
    return param && *param ? param : "cn-hangzhou";
}

const char *region_product(struct arena *a, const char *host)
{
    size_t len = host ? strcspn(host, ":") : 0;
    size_t tail = sizeof DOMAIN - 1;
    if (len <= tail || strncasecmp(host + len - tail, DOMAIN, tail) != 0)
        return NULL;
    char *name = arena_strndup(a, host, strcspn(host, ".-"));
    for (char *c = name; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return name;
}
