/* quota.c - calls that the cloud refuses because of a quota of the account: what it says of the
 * quota is believed, by this plan and the next ones (quota.h), and kept as a fact. */
#include <stdio.h>

#include "alb-agent/fact.h"
#include "apply_priv.h"

bool note_quota(struct apply *ap, const struct error *why, int64_t now_ms, struct error *err)
{
    enum quota quota;
    size_t limit;
    char value[24];
    if (!ap->in.quotas || why->kind != ERROR_QUOTA || !quota_read_refusal(why->msg, &quota, &limit))
        return true;
    ap->in.quotas->told[quota] = limit;
    ap->in.quotas->told_at[quota] = now_ms;
    (void)snprintf(value, sizeof value, "%zu", limit);
    const struct fact fact = {
        .kind = FACT_QUOTA, .key = quota_id(quota), .value = value, .read_at = now_ms
    };
    return store_fact_put(ap->in.store, &fact, err);
}
