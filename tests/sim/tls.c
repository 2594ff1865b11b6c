/* tls.c - Ingresses with TLS, and the Secrets whose certificates their listener 443 has: added,
 * renewed, taken away, and put back.  Certificates and keys are the same in each run. */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alb-agent/hash.h"
#include "alb-agent/json.h"
#include "sim.h"
#include "tests/support/pem.h"

static const int64_t SINCE_S = 1735689600, UNTIL_S = 2524608000; /* 2025, 2050 */

/* ---- certificates ---------------------------------------------------------------------------- */

static size_t content_of(size_t secret, unsigned gen)
{
    return secret * GENERATIONS + gen % GENERATIONS;
}

const struct pem *tls_content(size_t i)
{
    static struct arena memory;
    static struct pem all[CONTENTS];
    if (!all[i].crt)
        all[i] = pem_make_again(&memory, i + 1, "t.example",
                                "DNS:t0.example,DNS:t1.example,DNS:t2.example", SINCE_S, UNTIL_S);
    return &all[i];
}

/* ---- what the objects ask for ---------------------------------------------------------------- */

bool tls_is_attended(const struct world *w, size_t i)
{
    return w->tls[i].on && world_has_lb(w, w->tls[i].lb);
}

/* Its Secret is not there: what it said last stands. */
static bool is_in_doubt(const struct world *w, size_t i)
{
    return w->tls[i].on && !w->secrets[w->tls[i].secret].on;
}

bool tls_any_doubt(const struct world *w)
{
    for (size_t i = 0; i < SECRETS; i++)
        if (!w->secrets[i].on)
            return true;
    return false;
}

void tls_init(struct world *w, struct rng *r)
{
    for (size_t i = 0; i < SECRETS; i++)
        w->secrets[i] = (struct sim_secret){ .on = true, .gen = (uint8_t)rng_below(r, 3) };
    for (size_t i = 0; i < TLSES; i++) {
        struct sim_tls *t = &w->tls[i];
        t->lb = (uint8_t)(i % BALANCERS);
        t->secret = (uint8_t)rng_below(r, SECRETS);
        t->service = (uint8_t)rng_below(r, SERVICES);
        t->on = rng_below(r, 4) == 0;
        w->https[t->lb] = w->https[t->lb] || t->on;
    }
}

static cJSON *parsed(struct buf *b)
{
    cJSON *json = cJSON_Parse(buf_str(b));
    buf_done(b);
    if (!json)
        abort();
    return json;
}

static void add_coded(cJSON *to, const char *name, const char *text)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    const size_t len = strlen(text);
    char *coded = arena_alloc(&a, len * 2 + 8);
    hash_base64((const unsigned char *)text, len, coded);
    cJSON_AddStringToObject(to, name, coded);
}

cJSON *object_secret(const struct world *w, size_t i)
{
    const struct pem *pem = tls_content(content_of(i, w->secrets[i].gen));
    struct buf b = { 0 };
    buf_addf(&b,
             "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"tls%zu\","
             "\"namespace\":\"shop\",\"resourceVersion\":\"%u\"},\"type\":\"kubernetes.io/tls\"}",
             i, w->version);
    cJSON *json = parsed(&b), *data = cJSON_AddObjectToObject(json, "data");
    add_coded(data, "tls.crt", pem->crt);
    add_coded(data, "tls.key", pem->key);
    return json;
}

cJSON *object_tls(const struct world *w, size_t i)
{
    const struct sim_tls *t = &w->tls[i];
    struct buf b = { 0 };
    buf_addf(
        &b,
        "{\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\"Ingress\",\"metadata\":{"
        "\"name\":\"t%zu\",\"namespace\":\"shop\",\"resourceVersion\":\"%u\"},\"spec\":{"
        "\"ingressClassName\":\"lb%u\",\"tls\":[{\"hosts\":[\"t%zu.example\"],"
        "\"secretName\":\"tls%u\"}],\"rules\":[{\"host\":\"t%zu.example\",\"http\":{\"paths\":["
        "{\"path\":\"/\",\"pathType\":\"Prefix\",\"backend\":{\"service\":{\"name\":"
        "\"s%uv%u\",\"port\":{\"number\":80}}}}]}}]}}",
        i, w->version, t->lb, i, t->secret, i, t->service, w->services[t->service].gen);
    return parsed(&b);
}

void tls_objects(const struct world *w, struct object_set *out)
{
    for (size_t i = 0; i < SECRETS; i++)
        if (w->secrets[i].on)
            object_set_add(out, object_secret(w, i), "sim");
    for (size_t i = 0; i < TLSES; i++)
        if (w->tls[i].on)
            object_set_add(out, object_tls(w, i), "sim");
}

/* ---- changes --------------------------------------------------------------------------------- */

static void put_secret(struct sim *s, size_t i)
{
    if (s->options.verbose)
        printf("    Secret tls%zu has content %zu\n", i, content_of(i, s->world.secrets[i].gen));
    s->keys_due = true;
    check_goal(s);
    change_put(s, object_secret(&s->world, i));
}

static void put_tls(struct sim *s, size_t i)
{
    const struct sim_tls *t = &s->world.tls[i];
    if (s->options.verbose)
        printf("    t%zu: lb%u tls%u -> s%uv%u\n", i, t->lb, t->secret, t->service,
               s->world.services[t->service].gen);
    check_goal(s);
    change_put(s, object_tls(&s->world, i));
}

static void pause_between(struct sim *s)
{
    check_goal(s);
    if (one_in(s, 2))
        life_pass(s, (int64_t)draw(s, 600));
}

/* A watch that begins anew may tell the older one once more. */
static bool renew(struct sim *s)
{
    const size_t i = draw(s, SECRETS);
    struct sim_secret *at = &s->world.secrets[i];
    const struct sim_secret old = *at;
    if (!at->on)
        return false;
    at->gen++;
    put_secret(s, i);
    if (s->deaf || !one_in(s, 6))
        return true;
    const struct sim_secret now = *at;
    life_pass(s, (int64_t)draw(s, 1000));
    *at = old;
    put_secret(s, i);
    life_pass(s, (int64_t)draw(s, 1000));
    *at = now;
    put_secret(s, i);
    return true;
}

/* One at a time, and those that name it were heard. */
static bool lose_secret(struct sim *s)
{
    const size_t i = draw(s, SECRETS);
    if (tls_any_doubt(&s->world) || s->deaf)
        return false;
    for (size_t k = 0; k < TLSES; k++)
        if (s->world.tls[k].secret == i && s->world.tls[k].on && !tls_is_attended(&s->world, k))
            return false; /* nobody knows what it said last */
    life_settle(s);
    s->world.secrets[i].on = false;
    change_take_away(s, OBJECT_SECRET, arena_fmt(&s->arena, "tls%zu", i));
    return true;
}

static bool find_secret(struct sim *s)
{
    bool any = false;
    for (size_t i = 0; i < SECRETS; i++) {
        if (s->world.secrets[i].on)
            continue;
        s->world.secrets[i].on = any = true;
        s->world.secrets[i].gen = (uint8_t)(s->world.secrets[i].gen + draw(s, 2));
        put_secret(s, i);
    }
    return any;
}

static bool is_last(const struct world *w, size_t i)
{
    for (size_t k = 0; k < TLSES; k++)
        if (k != i && w->tls[k].on && w->tls[k].lb == w->tls[i].lb)
            return false;
    return true;
}

static void set_https(struct sim *s, size_t lb, bool on)
{
    s->world.https[lb] = on;
    check_goal(s);
    if (s->world.lives[lb] == LIFE_THERE || s->world.lives[lb] == LIFE_GOING)
        change_put(s, object_balancer(&s->world, lb));
}

static bool is_idle(const struct world *w, size_t lb)
{
    for (size_t i = 0; i < TLSES; i++)
        if (w->tls[i].on && w->tls[i].lb == lb)
            return false;
    return w->https[lb];
}

void tls_drop_idle(struct sim *s)
{
    for (size_t lb = 0; lb < BALANCERS; lb++)
        if (is_idle(&s->world, lb))
            set_https(s, lb, false);
}

/* One that is there may stay without an Ingress: nobody can say which certificate it is to have
 * then, so that it keeps what it has. */
static bool leaves_listener(struct sim *s, size_t lb)
{
    if (!one_in(s, 2))
        return false;
    view_refresh(s);
    return view_listener_at(&s->view, (int)lb, 443);
}

/* A listener without any certificate is not made, so it comes before the first of them. */
static bool come_or_go(struct sim *s)
{
    const size_t i = draw(s, TLSES);
    struct sim_tls *t = &s->world.tls[i];
    const bool alone = is_last(&s->world, i);
    if (t->on) {
        t->on = false;
        s->watches[i].served = false;
        change_take_away(s, OBJECT_INGRESS, arena_fmt(&s->arena, "t%zu", i));
        pause_between(s);
        if (alone && !leaves_listener(s, t->lb))
            set_https(s, t->lb, false);
        return true;
    }
    t->secret = (uint8_t)draw(s, SECRETS);
    if (!s->world.secrets[t->secret].on)
        return false;
    t->on = true;
    if (alone)
        set_https(s, t->lb, true);
    pause_between(s);
    put_tls(s, i);
    return true;
}

static bool change_one(struct sim *s)
{
    const size_t i = draw(s, TLSES), secret = draw(s, SECRETS);
    struct sim_tls *t = &s->world.tls[i];
    if (!t->on || is_in_doubt(&s->world, i) || !s->world.secrets[secret].on)
        return false;
    if (one_in(s, 2))
        t->secret = (uint8_t)secret;
    else
        t->service = (uint8_t)draw(s, SERVICES);
    put_tls(s, i);
    return true;
}

bool change_tls(struct sim *s)
{
    static bool (*const makes[])(struct sim *) = { renew,      renew,       come_or_go, come_or_go,
                                                   change_one, lose_secret, find_secret };
    return makes[draw(s, COUNT(makes))](s);
}

void tls_heal(struct sim *s)
{
    (void)find_secret(s);
    tls_drop_idle(s);
}

/* Nobody may make a group for what is in doubt. */
bool tls_hinders_rename(const struct world *w, size_t service)
{
    for (size_t i = 0; i < TLSES; i++)
        if (w->tls[i].service == service && is_in_doubt(w, i))
            return true;
    return false;
}

void tls_rename(struct sim *s, size_t service)
{
    for (size_t i = 0; i < TLSES; i++)
        if (s->world.tls[i].on && s->world.tls[i].service == service) {
            put_tls(s, i);
            pause_between(s);
        }
}

/* ---- what there is --------------------------------------------------------------------------- */

/* Which content a certificate has that was uploaded, or -1. */
static int content_at(struct sim *s, const char *id)
{
    const cJSON *e;
    cJSON_ArrayForEach (e, view_uploads(s)) {
        char own[40];
        (void)snprintf(own, sizeof own, "%lld-cn-hangzhou", (long long)json_int(e, "CertId", 0));
        for (size_t i = 0; !strcmp(own, id) && i < CONTENTS; i++)
            if ((s->told >> i & 1) && !strcmp(json_str(e, "Cert"), tls_content(i)->crt))
                return (int)i;
    }
    return -1;
}

/* What the listener 443 of a load balancer shows: a bit for each content. */
struct shown {
    unsigned all, by_default;
    size_t n; /* of how many certificates, also those that come or go */
};

static struct shown shown_at(struct sim *s, size_t lb)
{
    struct shown shown = { 0 };
    const char *listener = view_listener_at(&s->view, (int)lb, 443);
    cJSON *list CLEANUP(json_done) = listener ? view_certificates(s, listener) : NULL;
    const cJSON *e;
    cJSON_ArrayForEach (e, json_get(list, "Certificates")) {
        const char *id = json_str(e, "CertificateId"), *status = json_str(e, "Status");
        const int content = id ? content_at(s, id) : -1;
        const unsigned bit =
            content >= 0 && status && !strcmp(status, "Associated") ? 1U << content : 0;
        shown.n++;
        shown.all |= bit;
        shown.by_default |= cJSON_IsTrue(json_get(e, "IsDefault")) ? bit : 0;
    }
    return shown;
}

static const struct view_rule *rule_of(const struct sim *s, size_t i)
{
    char host[16];
    const char *listener = view_listener_at(&s->view, s->world.tls[i].lb, 443);
    (void)snprintf(host, sizeof host, "t%zu.example", i);
    for (size_t k = 0; listener && k < s->view.rules.len; k++) {
        const struct view_rule *r = &s->view.rules.items[k];
        if (!r->gone && !strcmp(r->listener, listener) && r->hosts[0] && !strcmp(r->hosts[0], host))
            return r;
    }
    return NULL;
}

static unsigned wanted_of(const struct world *w, size_t i)
{
    return 1U << content_of(w->tls[i].secret, w->secrets[w->tls[i].secret].gen);
}

static outcome route_of(const struct world *w, size_t i)
{
    char ingress[8], service[12];
    (void)snprintf(ingress, sizeof ingress, "t%u", (unsigned)(i % 10));
    (void)snprintf(service, sizeof service, "s%uv%u", w->tls[i].service,
                   w->services[w->tls[i].service].gen);
    return outcome_end(outcome_add(0, ingress, service, 100));
}

/* ---- checks ---------------------------------------------------------------------------------- */

void tls_goal(struct sim *s)
{
    for (size_t i = 0; i < SECRETS; i++)
        if (s->world.secrets[i].on)
            s->told |= 1U << content_of(i, s->world.secrets[i].gen);
    for (size_t i = 0; i < TLSES; i++)
        if (s->world.tls[i].on && s->world.secrets[s->world.tls[i].secret].on)
            s->watches[i].legal |= wanted_of(&s->world, i);
}

/* A certificate that is one of several cannot become the default without being taken away first:
 * where the default is that of an Ingress that went, the others wait for a moment. */
static bool is_default_to_go(const struct sim *s, size_t lb, const struct shown *shown)
{
    unsigned wanted = 0;
    for (size_t i = 0; i < TLSES; i++)
        if (s->world.tls[i].on && s->world.tls[i].lb == lb)
            wanted |= wanted_of(&s->world, i);
    return !(shown->by_default & wanted);
}

static void check_served(struct sim *s, size_t i, const char *after)
{
    const size_t lb = s->world.tls[i].lb;
    if (!rule_of(s, i))
        sim_complain(s, "tls: after %s t%zu.example has no rule", after, i);
    if (strstr(after, "Rule"))
        return;
    const struct shown shown = shown_at(s, lb);
    if (!(shown.all & s->watches[i].legal) && !is_default_to_go(s, lb, &shown))
        sim_complain(s, "tls: after %s t%zu.example has no certificate", after, i);
}

void check_tls(struct sim *s, const char *after)
{
    if (!strstr(after, "Certificate") && !strstr(after, "Listener") && !strstr(after, "Rule"))
        return;
    for (size_t i = 0; i < TLSES; i++)
        if (s->watches[i].served && tls_is_attended(&s->world, i))
            check_served(s, i, after);
}

/* Does its listener show what its Secret holds, and lead where it says? */
static bool is_served(struct sim *s, size_t i, unsigned shown)
{
    const struct world *w = &s->world;
    const struct view_rule *r = rule_of(s, i);
    if (is_in_doubt(w, i))
        return !s->watches[i].served || (r && (shown & s->watches[i].legal));
    if (!r || r->to != route_of(w, i) || !(shown & wanted_of(w, i)))
        return false;
    s->watches[i].served = true;
    s->watches[i].legal = wanted_of(w, i);
    return true;
}

bool check_tls_is_served(struct sim *s)
{
    bool all = true;
    for (size_t lb = 0; lb < BALANCERS; lb++) {
        unsigned wanted = 0;
        size_t most = 0;
        bool sure = false; /* else the listener keeps all that it has */
        if (!world_has_lb(&s->world, (int)lb) || !s->world.https[lb])
            continue;
        const struct shown shown = shown_at(s, lb);
        for (size_t i = 0; i < TLSES; i++) {
            if (!s->world.tls[i].on || s->world.tls[i].lb != lb)
                continue;
            all = is_served(s, i, shown.all) && all;
            sure = sure || !is_in_doubt(&s->world, i);
            wanted |= s->watches[i].legal;
        }
        for (; wanted; wanted &= wanted - 1)
            most++;
        all = all && (!sure || shown.n <= most);
    }
    return all;
}

void check_keys(struct sim *s)
{
    char part[64], coded[sizeof part * 2];
    s->keys_due = false;
    if (disk_holds(s->disk, "PRIVATE KEY"))
        sim_complain(s, "secret: a private key is in the state file");
    for (size_t i = 0; i < CONTENTS; i++) {
        if (!(s->told >> i & 1))
            continue;
        const char *key = tls_content(i)->key, *body = strchr(key, '\n') + 1;
        (void)snprintf(part, sizeof part, "%.40s", body + 16);
        /* Of the whole in Base64, without what the first and the last bytes are mixed with. */
        hash_base64((const unsigned char *)key + 45, 30, coded);
        if (disk_holds(s->disk, part) || disk_holds(s->disk, coded))
            sim_complain(s, "secret: a private key is in the state file");
    }
}

bool tls_tells_key(const char *text)
{
    return text && strstr(text, "PRIVATE KEY-----");
}

/* Uploads are never deleted: there is one of each content that was told, at most. */
void check_uploads(struct sim *s)
{
    unsigned seen = 0;
    const cJSON *e;
    cJSON_ArrayForEach (e, view_uploads(s)) {
        char id[40];
        (void)snprintf(id, sizeof id, "%lld-cn-hangzhou", (long long)json_int(e, "CertId", 0));
        const int content = content_at(s, id);
        if (content < 0)
            sim_complain(s, "twins: certificate %s was uploaded, which no Secret held", id);
        else if (seen >> content & 1)
            sim_complain(s, "twins: certificate %s was uploaded twice", id);
        else
            seen |= 1U << content;
    }
}
