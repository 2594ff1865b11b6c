/* certificate.c - which of the wanted certificates CAS has, by name; and what becomes of
 * certificates whose Secret or Ingress is in doubt. */
#include <ctype.h>
#include <string.h>

#include "alb-agent/json.h"
#include "session_priv.h"

/* ---- what is there ------------------------------------------------------------------------ */

/* Lists differ in case and in colons between the bytes. */
static bool same_fingerprint(const char *x, const char *y)
{
    for (;; x++, y++) {
        x += strspn(x, ":");
        y += strspn(y, ":");
        if (toupper((unsigned char)*x) != toupper((unsigned char)*y))
            return false;
        if (!*x)
            return true;
    }
}

/* One of the same name with another content is not taken for ours: no id, so that nothing can
 * refer to it. */
static void add_row(struct session *s, struct model *actual, const struct resource *wanted,
                    const cJSON *entry)
{
    const struct alb_certificate *want = wanted->desired;
    const char *print = json_str(entry, "fingerprint"), *end = json_str(entry, "end");
    bool ours =
        !print || !*print || !want->fingerprint || same_fingerprint(print, want->fingerprint);
    struct alb_certificate *cert = arena_alloc(&s->arena, sizeof *cert);
    *cert = (struct alb_certificate){ .name = want->name,
                                      .fingerprint =
                                          ours ? want->fingerprint : arena_strdup(&s->arena, print),
                                      .end = end ? arena_strdup(&s->arena, end) : NULL };
    struct resource *row = LIST_PUSH(&s->arena, &actual->rows);
    *row = (struct resource){ .lb = wanted->lb,
                              .kind = RESOURCE_CERTIFICATE,
                              .key = wanted->key,
                              .parent = "",
                              .actual = cert,
                              .status = "Available",
                              .observed_at = session_now(s),
                              .ours = true };
    if (ours)
        row->cloud_id = certificate_id(&s->arena, json_int(entry, "id", 0), s->config.region);
}

static const cJSON *find_entry(const cJSON *list, const char *name)
{
    const cJSON *e;
    cJSON_ArrayForEach (e, list) {
        const char *is = json_str(e, "name");
        if (is && !strcmp(is, name))
            return e;
    }
    return NULL;
}

static bool wants_any(const struct session *s)
{
    const struct model *m = &s->wanted.desired;
    for (size_t i = 0; i < m->rows.len; i++)
        if (m->rows.items[i].kind == RESOURCE_CERTIFICATE)
            return true;
    return false;
}

/* The list that translation has just read is new enough for the first sweep. */
bool session_read_certificates(struct session *s, struct error *err)
{
    bool fresh = !s->observed && s->config.n_files;
    if (!wants_any(s) || (fresh && fact_find(&s->facts, FACT_CERTIFICATES, FACT_ALL)))
        return true;
    fact_needs needs = { 0 };
    *LIST_PUSH(&s->arena, &needs) = (struct fact_need){ FACT_CERTIFICATES, FACT_ALL };
    return session_read_facts(s, &needs, err);
}

void session_add_certificates(struct session *s, struct model *actual)
{
    cJSON *list CLEANUP(json_done) = NULL;
    struct error err;
    const struct fact *f = fact_find(&s->facts, FACT_CERTIFICATES, FACT_ALL);
    if (!wants_any(s) || !f || !json_parse(f->value, strlen(f->value), &list, &err))
        return;
    const struct model there = *actual;
    for (size_t i = 0; i < s->wanted.desired.rows.len; i++) {
        const struct resource *r = &s->wanted.desired.rows.items[i];
        const cJSON *entry = r->kind == RESOURCE_CERTIFICATE ? find_entry(list, r->key) : NULL;
        if (entry && !model_find(&there, r->lb, r->kind, r->key))
            add_row(s, actual, r, entry);
    }
    model_sort(actual);
}

/* ---- what was there -------------------------------------------------------------------------- */

/* Does a list that was read since show that it is gone? */
static bool is_unlisted(const struct session *s, const cJSON *list, const struct resource *r)
{
    const struct fact *f = fact_find(&s->facts, FACT_CERTIFICATES, FACT_ALL);
    return list && f->read_at > r->observed_at && !find_entry(list, r->key);
}

static bool is_uploaded(const struct resource *r)
{
    return r && r->kind == RESOURCE_CERTIFICATE && r->actual && r->cloud_id;
}

void session_keep_uploads(struct session *s, const struct model *before, struct model *actual)
{
    cJSON *list CLEANUP(json_done) = NULL;
    struct error err;
    const struct fact *f = fact_find(&s->facts, FACT_CERTIFICATES, FACT_ALL);
    if (f && !json_parse(f->value, strlen(f->value), &list, &err))
        list = NULL;
    for (size_t i = 0; i < before->rows.len; i++) {
        const struct resource *r = &before->rows.items[i];
        if (is_uploaded(r) && model_find(&s->wanted.desired, r->lb, r->kind, r->key)
            && !is_unlisted(s, list, r)) {
            struct resource *row = LIST_PUSH(&s->arena, &actual->rows);
            *row = *r;
            row->status = "Available"; /* it has an id, whatever an earlier run still waited for */
        }
    }
}

bool session_lacks_upload(const struct session *s, const struct model *there)
{
    for (size_t i = 0; i < s->wanted.desired.rows.len; i++) {
        const struct resource *r = &s->wanted.desired.rows.items[i];
        if (r->kind == RESOURCE_CERTIFICATE && r->desired && !r->held
            && !is_uploaded(model_find(there, r->lb, r->kind, r->key)))
            return true;
    }
    return false;
}

/* ---- what is in doubt ------------------------------------------------------------------------ */

static bool names(const struct alb_listener *l, const char *ref)
{
    for (size_t i = 0; i < l->certs.len; i++)
        if (l->certs.items[i].id && !strcmp(l->certs.items[i].id, ref))
            return true;
    for (size_t i = 0; i < l->additional_certs.len; i++)
        if (l->additional_certs.items[i].id && !strcmp(l->additional_certs.items[i].id, ref))
            return true;
    return false;
}

/* Adds a certificate to a listener that had it. */
static void put_back(struct session *s, struct resource *listener, const char *ref)
{
    const struct resource *known =
        model_find(&s->known, listener->lb, RESOURCE_LISTENER, listener->key);
    if (!known || !known->desired || !names(known->desired, ref) || names(listener->desired, ref))
        return;
    struct alb_listener *l = arena_dup(&s->arena, listener->desired, sizeof *l);
    size_t n = l->additional_certs.len;
    struct alb_cert *items = arena_array(&s->arena, n + 1, sizeof *items);
    if (n)
        memcpy(items, l->additional_certs.items, n * sizeof *items);
    items[n] = (struct alb_cert){ .id = ref };
    l->additional_certs.items = items;
    l->additional_certs.len = n + 1;
    listener->desired = l;
}

/* Rows of the store that a held listener refers to. */
static void keep_referred(struct session *s, const struct resource *listener, struct model *extra)
{
    for (size_t i = 0; i < s->known.rows.len; i++) {
        struct resource r = s->known.rows.items[i];
        if (r.kind != RESOURCE_CERTIFICATE || !r.desired || strcmp(r.lb, listener->lb) != 0
            || model_find(&s->wanted.desired, r.lb, r.kind, r.key)
            || !names(listener->desired, arena_fmt(&s->arena, "@certificate/%s", r.key)))
            continue;
        r.held = true;
        *LIST_PUSH(&s->arena, &extra->rows) = r;
    }
}

void session_keep_certificates(struct session *s)
{
    struct model *desired = &s->wanted.desired;
    struct model extra = { 0 };
    for (size_t i = 0; i < desired->rows.len; i++) {
        struct resource *l = &desired->rows.items[i];
        if (l->kind != RESOURCE_LISTENER || !l->desired)
            continue;
        for (size_t k = 0; !l->held && k < desired->rows.len; k++) {
            const struct resource *r = &desired->rows.items[k];
            if (r->kind == RESOURCE_CERTIFICATE && r->held && !strcmp(r->lb, l->lb))
                put_back(s, l, arena_fmt(&s->arena, "@certificate/%s", r->key));
        }
        if (l->held)
            keep_referred(s, l, &extra);
    }
    for (size_t i = 0; i < extra.rows.len; i++) {
        const struct resource *r = &extra.rows.items[i];
        model_sort(desired);
        if (!model_find(desired, r->lb, r->kind, r->key))
            *LIST_PUSH(&s->arena, &desired->rows) = *r;
    }
    model_sort(desired);
}
