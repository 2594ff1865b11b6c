/* certificate.c - certificates for listeners whose AlbConfig names none: for each host that
 * is served there the best one that CAS has (alb-ingress.md §E.1, §E.3).  Exact names go before
 * wildcards, then the one that is valid longest; what has expired never. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "alb-agent/clock.h"
#include "alb-agent/json.h"
#include "translate_priv.h"

/* A certificate that suits a host, and how well. */
struct candidate {
    int64_t id; /* 0: there is none */
    bool exact;
    const char *end; /* "2027-01-31" */
};

/* What is being collected for one listener. */
struct search {
    struct tr *t;
    const struct config *c;
    const struct config_listener *l;
    const cJSON *certificates; /* of the fact; NULL while it is not known */
    LIST_OF(int64_t) found;
    struct map hosts; /* those that were looked at */
};

/* "*.a.com" covers exactly one label. */
static bool covers(const char *name, const char *host)
{
    const char *dot = strchr(host, '.');
    return !strncmp(name, "*.", 2) && dot && dot != host && strncmp(host, "*.", 2) != 0
           && !strcasecmp(name + 1, dot);
}

static bool is_better(const struct candidate *x, const struct candidate *than)
{
    if (!than->id || x->exact != than->exact)
        return !than->id || x->exact;
    int c = strcmp(x->end, than->end);
    return c > 0 || (!c && x->id > than->id);
}

/* A date means its end in UTC (design.md §7). */
static bool has_ended(const struct tr *t, const char *end)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    int64_t ms;
    return time_parse(arena_fmt(&a, "%sT23:59:59Z", end), &ms) && ms < t->in->now_ms;
}

static struct candidate find_best(const struct search *q, const char *host)
{
    struct candidate best = { 0 };
    const cJSON *cert, *name;
    cJSON_ArrayForEach (cert, q->certificates) {
        const char *end = json_str(cert, "end");
        struct candidate this = { .id = json_int(cert, "id", 0), .end = end ? end : "" };
        bool suits = false;
        cJSON_ArrayForEach (name, json_get(cert, "names")) {
            this.exact = this.exact || !strcasecmp(name->valuestring, host);
            suits = suits || this.exact || covers(name->valuestring, host);
        }
        if (suits && !has_ended(q->t, this.end) && is_better(&this, &best))
            best = this;
    }
    return best;
}

static void add_found(struct search *q, int64_t id)
{
    for (size_t i = 0; i < q->found.len; i++)
        if (q->found.items[i] == id)
            return;
    *LIST_PUSH(q->t->a, &q->found) = id;
}

/* The Ingress keeps its rules there, which answer with the listener's default certificate. */
static void add_host(struct search *q, const struct ingress *ing, const char *host)
{
    const char *key = arena_fmt(q->t->a, "%s\n%s", ing->sort_key, host);
    if (map_get(&q->hosts, key))
        return;
    map_put(&q->hosts, key, q);
    struct candidate best = find_best(q, host);
    struct subject s = { .t = q->t, .obj = ing->obj };
    if (best.id)
        add_found(q, best.id);
    else if (q->certificates)
        problem(&s, &(struct place){ .name = "spec" },
                "none certificate found for host: %s on listener %s of %s; upload one, or name "
                "one in the AlbConfig",
                host, q->l->key, q->c->name);
}

/* Hosts of spec.tls without a Secret, and those of rules that are served with TLS here. */
static void add_hosts(struct search *q, const struct ingress *ing)
{
    const struct map_entry *cursor = NULL;
    void *value;
    const char *host;
    while ((host = map_next(&ing->placement.tls_hosts, &cursor, &value)))
        add_host(q, ing, host);
    for (size_t i = 0; i < ing->routes.len; i++) {
        host = ing->routes.items[i].host;
        if (host && port_takes_host(&ing->placement, q->l->protocol, host))
            add_host(q, ing, host);
    }
}

static int compare_ids(const void *x, const void *y)
{
    const int64_t *a = x, *b = y;
    return *a < *b ? -1 : *a > *b;
}

/* Ids end in the site's region: companion-apis.md §2, where the one outside China is not
 * verified. */
static const char *identifier(struct tr *t, int64_t id)
{
    bool abroad = t->in->region && strncmp(t->in->region, "cn-", 3) != 0;
    return arena_fmt(t->a, "%" PRId64 "-%s", id, abroad ? "ap-southeast-1" : "cn-hangzhou");
}

/* The smallest id is the default, as with the existing controller. */
static void set_certs(struct search *q, struct alb_listener *l)
{
    struct arena *a = q->t->a;
    if (q->found.len)
        qsort(q->found.items, q->found.len, sizeof *q->found.items, compare_ids);
    for (size_t i = 0; i < q->found.len; i++) {
        struct alb_cert cert = { .id = identifier(q->t, q->found.items[i]) };
        if (i)
            *LIST_PUSH(a, &l->additional_certs) = cert;
        else
            *LIST_PUSH(a, &l->certs) = cert;
    }
    if (!q->certificates && map_count(&q->hosts) > 0)
        *LIST_PUSH(a, &l->certs) = (struct alb_cert){ .id = "?certificates(all)" };
}

static void find_certs(struct tr *t, struct config *c, struct config_listener *l,
                       const cJSON *certificates)
{
    struct search q = { .t = t, .c = c, .l = l, .certificates = certificates };
    for (size_t i = 0; i < c->members.len; i++)
        if (port_wanted(&c->members.items[i]->placement, l->port, l->protocol))
            add_hosts(&q, c->members.items[i]);
    if (!certificates && map_count(&q.hosts) > 0)
        need(t, FACT_CERTIFICATES, FACT_ALL);
    set_certs(&q, l->desired);
    map_done(&q.hosts);
    listener_finish(t, c, l);
}

static bool wants_certs(const struct config *c)
{
    for (size_t i = 0; i < c->listeners.len; i++)
        if (c->listeners.items[i].wants_certs)
            return true;
    return false;
}

void certificates_translate(struct tr *t, struct config *c)
{
    if (!wants_certs(c))
        return;
    const struct fact *f = fact_find(t->in->facts, FACT_CERTIFICATES, FACT_ALL);
    cJSON *certificates CLEANUP(json_done) = NULL;
    struct error err;
    if (f && !json_parse(f->value, strlen(f->value), &certificates, &err))
        certificates = NULL; /* damaged: asked for again */
    for (size_t i = 0; i < c->listeners.len; i++)
        if (c->listeners.items[i].wants_certs)
            find_certs(t, c, &c->listeners.items[i], certificates);
}
