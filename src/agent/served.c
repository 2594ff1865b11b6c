/* served.c - which certificates listeners serve, and when these end. */
#include <string.h>

#include "alb-agent/json.h"
#include "alb-agent/number.h"
#include "session_priv.h"

cJSON *session_certificate_list(const struct fact_set *facts)
{
    const struct fact *f = fact_find(facts, FACT_CERTIFICATES, FACT_ALL);
    cJSON *list = NULL;
    struct error err;
    return f && json_parse(f->value, strlen(f->value), &list, &err) ? list : NULL;
}

/* What we uploaded is in the model, the others in the list. */
static void find_end(const struct model *m, const cJSON *list, struct report_served *to)
{
    int64_t id;
    for (size_t i = 0; i < m->rows.len; i++) {
        const struct resource *r = &m->rows.items[i];
        const struct alb_certificate *c = r->actual;
        if (r->kind != RESOURCE_CERTIFICATE || strcmp(r->lb, to->lb) != 0 || !c || !r->cloud_id
            || strcmp(r->cloud_id, to->id) != 0)
            continue;
        to->name = c->name;
        to->end = c->end;
    }
    const cJSON *e;
    if (to->end || !number_parse(to->id, strcspn(to->id, "-"), &id))
        return;
    cJSON_ArrayForEach (e, list) {
        if (json_int(e, "id", 0) != id)
            continue;
        to->name = json_str(e, "name");
        to->end = json_str(e, "end");
        return;
    }
}

static void add(struct arena *a, const struct model *m, const struct resource *listener,
                const cJSON *list, const struct alb_cert *cert, report_served_list *out)
{
    struct report_served to = { .lb = listener->lb, .listener = listener->key, .id = cert->id };
    if (!to.id)
        return;
    find_end(m, list, &to);
    *LIST_PUSH(a, out) = to;
}

void session_list_served(struct arena *a, const struct model *m, const char *lb, const cJSON *list,
                         report_served_list *out)
{
    for (size_t i = 0; i < m->rows.len; i++) {
        const struct resource *r = &m->rows.items[i];
        const struct alb_listener *l = r->actual;
        if (r->kind != RESOURCE_LISTENER || strcmp(r->lb, lb) != 0 || !l)
            continue;
        for (size_t k = 0; k < l->certs.len; k++)
            add(a, m, r, list, &l->certs.items[k], out);
        for (size_t k = 0; k < l->additional_certs.len; k++)
            add(a, m, r, list, &l->additional_certs.items[k], out);
    }
}
