/* certificate.c - the certificates of listeners (alb-ingress.md §E.1, §E.3): those that the
 * AlbConfig lists or, when it lists none, for each host that is served there the best one that
 * CAS has; and those of the Secrets of the Ingresses.  Of what CAS has exact names go before
 * wildcards, then the one that is valid longest; what has expired never.  A host that a Secret
 * serves is not looked for. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "alb-agent/clock.h"
#include "alb-agent/json.h"
#include "secret_priv.h"

/* A certificate that suits a host, and how well. */
struct candidate {
    int64_t id; /* 0: there is none */
    bool exact;
    const char *end; /* "2027-01-31" */
    const cJSON *names;
};

/* What is being collected for one listener. */
struct search {
    struct tr *t;
    const struct config *c;
    const struct config_listener *l;
    const cJSON *certificates; /* of the fact; NULL while it is not known */
    LIST_OF(struct candidate) found;
    LIST_OF(const struct ingress_tls *) secrets; /* of all members, each once */
    struct map served; /* hosts and names that they serve, in small letters */
    struct map hosts;  /* those that were looked at */
};

static bool is_better(const struct candidate *x, const struct candidate *than)
{
    if (!than->id || x->exact != than->exact)
        return !than->id || x->exact;
    int c = strcmp(x->end, than->end);
    return c > 0 || (!c && x->id > than->id);
}

/* A date means its end in UTC (design.md §7); what is none means never. */
static int64_t end_ms(const char *end)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    int64_t ms;
    return time_parse(arena_fmt(&a, "%sT23:59:59Z", end), &ms) ? ms : INT64_MAX;
}

static struct candidate find_best(const struct search *q, const char *host)
{
    struct candidate best = { 0 };
    const cJSON *cert, *name;
    cJSON_ArrayForEach (cert, q->certificates) {
        const char *end = json_str(cert, "end");
        struct candidate this = { .id = json_int(cert, "id", 0),
                                  .end = end ? end : "",
                                  .names = json_get(cert, "names") };
        bool suits = false;
        cJSON_ArrayForEach (name, this.names) {
            this.exact = this.exact || !strcasecmp(name->valuestring, host);
            suits = suits || cert_name_covers(name->valuestring, host);
        }
        int64_t ends = suits ? end_ms(this.end) : 0;
        if (suits && ends < INT64_MAX)
            look_until(q->t, ends + 1);
        if (suits && ends >= q->t->in->now_ms && is_better(&this, &best))
            best = this;
    }
    return best;
}

static void add_found(struct search *q, const struct candidate *cert)
{
    for (size_t i = 0; i < q->found.len; i++)
        if (q->found.items[i].id == cert->id)
            return;
    *LIST_PUSH(q->t->a, &q->found) = *cert;
}

static const char *small_letters(struct arena *a, const char *host)
{
    char *out = arena_strdup(a, host);
    for (char *c = out; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    return out;
}

/* By the host itself, or a wildcard that covers its first label. */
static bool has_secret(const struct search *q, const char *host)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    if (!q->secrets.len)
        return false;
    const char *small = small_letters(&a, host), *dot = strchr(small, '.');
    const char *wildcard = dot ? arena_fmt(&a, "*%s", dot) : NULL;
    return map_get(&q->served, small)
           || (wildcard && map_get(&q->served, wildcard) && cert_name_covers(wildcard, small));
}

/* The Ingress keeps its rules there, which answer with the listener's default certificate. */
static void add_host(struct search *q, const struct ingress *ing, const char *host)
{
    const char *key = arena_fmt(q->t->a, "%s\n%s", ing->sort_key, host);
    if (map_get(&q->hosts, key) || has_secret(q, host))
        return;
    map_put(&q->hosts, key, q);
    struct candidate best = find_best(q, host);
    struct subject s = { .t = q->t, .obj = ing->obj };
    /* A default certificate of the AlbConfig is for hosts without one of their own. */
    if (best.id)
        add_found(q, &best);
    else if (q->certificates && !q->l->desired->certs.len)
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
    const struct candidate *a = x, *b = y;
    return a->id < b->id ? -1 : a->id > b->id;
}

/* The first is the default, when the AlbConfig names none. */
static void add_cert(struct search *q, const char *id)
{
    struct alb_listener *l = q->l->desired;
    struct alb_cert cert = { .id = id };
    if (l->certs.len && !strcmp(l->certs.items[0].id, id))
        return;
    for (size_t i = 0; i < l->additional_certs.len; i++)
        if (!strcmp(l->additional_certs.items[i].id, id))
            return;
    if (l->certs.len)
        *LIST_PUSH(q->t->a, &l->additional_certs) = cert;
    else
        *LIST_PUSH(q->t->a, &l->certs) = cert;
}

/* Those that were found by id, as with the existing controller, then those of Secrets. */
static void set_certs(struct search *q, struct subject *s, const struct place *at)
{
    struct tr *t = q->t;
    const struct alb_listener *l = q->l->desired;
    if (l->certs.len && certificate_ref(l->certs.items[0].id))
        secret_translate(t, q->c->lb, secret_by_ref(t, l->certs.items[0].id), q->l->from);
    if (q->found.len)
        qsort(q->found.items, q->found.len, sizeof *q->found.items, compare_ids);
    for (size_t i = 0; i < q->found.len; i++) {
        const char *id = certificate_id(t->a, q->found.items[i].id, t->in->region);
        add_cert(q, id);
        warn_of_end(s, at, arena_fmt(t->a, "certificate %s", id), end_ms(q->found.items[i].end));
    }
    if (!q->certificates && map_count(&q->hosts) > 0)
        add_cert(q, "?certificates(all)");
    for (size_t i = 0; i < q->secrets.len; i++) {
        add_cert(q, q->secrets.items[i]->secret->ref);
        secret_translate(t, q->c->lb, q->secrets.items[i]->secret, q->secrets.items[i]->from);
    }
}

/* ---- conflicts ---------------------------------------------------------------------------- */

/* Which certificates have a name. */
struct holder {
    const char *fingerprint, *what;
};

static void claim(struct subject *s, const struct place *at, struct map *names, const char *name,
                  const struct holder *by)
{
    const struct holder *first = map_get(names, name);
    if (!first)
        map_put(names, name, by);
    else if (strcmp(first->fingerprint, by->fingerprint) != 0)
        warn(s, at,
             "both %s and %s have a certificate for %s, and the load balancer chooses which it "
             "shows; keep one",
             first->what, by->what, name);
}

/* Two different certificates for one name on one listener. */
static void check_conflicts(struct search *q, struct subject *s, const struct place *at)
{
    struct arena *a = q->t->a;
    struct map names CLEANUP(map_done) = { 0 };
    for (size_t i = 0; i < q->secrets.len; i++) {
        const struct tls_secret *secret = q->secrets.items[i]->secret;
        struct holder *by = arena_alloc(a, sizeof *by);
        *by = (struct holder){ .fingerprint = secret->cert.fingerprint,
                               .what = subject_name(a, secret->obj) };
        for (size_t k = 0; k < secret->cert.names.len; k++)
            claim(s, at, &names, secret->cert.names.items[k], by);
    }
    for (size_t i = 0; i < q->found.len; i++) {
        const char *id = certificate_id(a, q->found.items[i].id, q->t->in->region);
        struct holder *by = arena_alloc(a, sizeof *by);
        *by = (struct holder){ .fingerprint = id, .what = arena_fmt(a, "certificate %s", id) };
        const cJSON *name;
        cJSON_ArrayForEach (name, q->found.items[i].names)
            claim(s, at, &names, name->valuestring, by);
    }
}

/* ---- listeners ---------------------------------------------------------------------------- */

static void add_secrets(struct search *q, const struct ingress *ing)
{
    for (size_t i = 0; i < ing->tls.len; i++) {
        const struct ingress_tls *tls = &ing->tls.items[i];
        *LIST_PUSH(q->t->a, &q->secrets) = tls;
        for (size_t k = 0; k < tls->n_hosts; k++)
            map_put(&q->served, small_letters(q->t->a, tls->hosts[k]), tls);
        for (size_t k = 0; k < tls->secret->cert.names.len; k++)
            map_put(&q->served, tls->secret->cert.names.items[k], tls);
    }
}

static void find_certs(struct tr *t, struct config *c, struct config_listener *l,
                       const cJSON *certificates)
{
    struct search q = { .t = t, .c = c, .l = l, .certificates = certificates };
    struct subject s = { .t = t, .obj = c->obj };
    struct place list = { .name = "spec.listeners" }, at = { .up = &list, .index = l->index };
    for (size_t i = 0; i < c->members.len; i++)
        if (port_wanted(&c->members.items[i]->placement, l->port, l->protocol))
            add_secrets(&q, c->members.items[i]);
    for (size_t i = 0; l->finds_certs && i < c->members.len; i++)
        if (port_wanted(&c->members.items[i]->placement, l->port, l->protocol))
            add_hosts(&q, c->members.items[i]);
    if (!certificates && map_count(&q.hosts) > 0)
        need(t, FACT_CERTIFICATES, FACT_ALL);
    set_certs(&q, &s, &at);
    check_conflicts(&q, &s, &at);
    map_done(&q.served);
    map_done(&q.hosts);
    listener_finish(t, c, l);
}

void certificates_translate(struct tr *t, struct config *c)
{
    const struct fact *f = look_fact(t, FACT_CERTIFICATES, FACT_ALL);
    cJSON *certificates CLEANUP(json_done) = NULL;
    struct error err;
    if (f && !json_parse(f->value, strlen(f->value), &certificates, &err))
        certificates = NULL; /* damaged: asked for again */
    for (size_t i = 0; i < c->listeners.len; i++) {
        struct config_listener *l = &c->listeners.items[i];
        if (l->protocol != ALB_PROTOCOL_HTTP && !l->left_out)
            find_certs(t, c, l, certificates);
    }
}
