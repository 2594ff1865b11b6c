/* limit.c - traffic limits: the annotations traffic-limit-qps and traffic-limit-ip-qps, and
 * what is wrong with a limit (alb-ingress.md §A.4, §A.6). */
#include <inttypes.h>

#include "translate_priv.h"

enum { QPS_MIN = 1, QPS_MAX = 1000000 };

void limit_check(struct subject *s, const struct place *at, const struct alb_limit *limit)
{
    if (!limit->qps.set && !limit->per_ip_qps.set)
        problem(s, at, "it limits nothing; give QPS, QPSPerIp or both");
    else if (limit->qps.set && limit->per_ip_qps.set && limit->per_ip_qps.val >= limit->qps.val)
        problem(s, at,
                "the limit of one address (%" PRId64 ") must be below that of all (%" PRId64
                "); lower it",
                limit->per_ip_qps.val, limit->qps.val);
}

static struct opt_int read_qps(struct subject *s, const char *name)
{
    const char *text = annotation_text(s, name);
    int64_t n = 0;
    if (!text)
        return (struct opt_int){ 0 };
    if (text_to_int(text, &n) && n >= QPS_MIN && n <= QPS_MAX)
        return (struct opt_int){ .val = n, .set = true };
    struct place at = annotation_place(s->t->a, name);
    problem(s, &at, "\"%s\" is no number of requests a second; give %d to %d", text, QPS_MIN,
            QPS_MAX);
    return (struct opt_int){ 0 };
}

void limit_read(struct subject *s, struct ingress *ing)
{
    struct alb_limit limit = { .qps = read_qps(s, "traffic-limit-qps"),
                               .per_ip_qps = read_qps(s, "traffic-limit-ip-qps") };
    if (!limit.qps.set && !limit.per_ip_qps.set)
        return;
    struct place at = annotation_place(s->t->a, "traffic-limit-ip-qps");
    limit_check(s, &at, &limit);
    ing->common.limit = (struct alb_rule_action){ .type = ALB_ACTION_LIMIT, .limit = limit };
}
