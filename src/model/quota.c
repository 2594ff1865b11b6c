/* quota.c - the quotas of an account, and what is known of them. */
#include "alb-agent/quota.h"

#include <string.h>

#include "alb-agent/macros.h"
#include "alb-agent/number.h"

enum { LIMIT_MAX = 1000000 }; /* more than any quota of ALB */

static const struct {
    const char *id;
    size_t dflt, most;
} table[] = {
#define X(NAME, id, dflt, most, what) { "alb_quota_" id, dflt, most },
    QUOTA_TABLE(X)
#undef X
};

const char *quota_id(enum quota quota)
{
    return table[quota].id;
}

static enum quota find(const char *id, size_t len)
{
    for (size_t i = 0; i < COUNT(table); i++)
        if (strlen(table[i].id) == len && !memcmp(table[i].id, id, len))
            return (enum quota)i;
    return QUOTAS;
}

enum quota quota_find(const char *id)
{
    return find(id, strlen(id));
}

enum quota quota_of_edition(enum quota basic, enum alb_edition edition)
{
    const unsigned at = edition == ALB_EDITION_UNSET ? ALB_EDITION_STANDARD : edition;
    return (enum quota)(basic + (at - ALB_EDITION_BASIC));
}

size_t quota_value(const struct quotas *q, enum quota quota, size_t used, int64_t now_ms)
{
    if (q && q->told[quota] && now_ms < q->told_at[quota] + QUOTA_TOLD_MS)
        return q->told[quota];
    if (q && q->set[quota])
        return q->set[quota];
    return used > table[quota].dflt ? table[quota].most : table[quota].dflt;
}

bool quota_read_refusal(const char *message, enum quota *quota, size_t *limit)
{
    const char *id = strstr(message, "alb_quota_");
    const char *usage = id ? strstr(id, "usage ") : NULL;
    const char *of = usage ? strchr(usage, '/') : NULL;
    int64_t n = 0;
    if (!of || !number_parse(of + 1, strspn(of + 1, "0123456789"), &n) || n < 1 || n > LIMIT_MAX)
        return false;
    *quota = find(id, strspn(id, "abcdefghijklmnopqrstuvwxyz_"));
    *limit = (size_t)n;
    return *quota != QUOTAS;
}
