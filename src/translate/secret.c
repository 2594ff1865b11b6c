/* secret.c - TLS Secrets as certificates to be uploaded (alb-ingress.md §E.1, §E.2).  What is
 * in a Secret is looked at once; each Ingress or listener that names a bad one hears of it. */
#include <inttypes.h>
#include <string.h>

#include "alb-agent/hash.h"
#include "cell_priv.h"
#include "secret_priv.h"

enum { NAME_LEN = 64, WARN_DAYS = 30 };
static const int64_t DAY_MS = INT64_C(86400000);

/* How the names of all that such a Secret ever held begin.  What CAS would refuse for its length
 * ends in a digest of what was cut. */
static const char *cas_stem(struct tr *t, const char *ns, const char *secret)
{
    char whole[SHA256_HEX];
    const char *name = arena_fmt(t->a, "%s-%s", ns, secret);
    if (strlen(name) > NAME_LEN - 1 - SECRET_DIGITS)
        name = arena_fmt(t->a, "%.46s-%.10s", name, hash_sha256_hex(name, strlen(name), whole));
    return arena_fmt(t->a, "%s-", name);
}

/* As the existing controller names it: by content, so that a renewed one is another. */
static const char *cas_name(struct tr *t, const struct object *obj, const char *fingerprint)
{
    const struct hash_piece pieces[] = {
        { t->in->cluster_id, strlen(t->in->cluster_id) },
        { obj->tls->crt, strlen(obj->tls->crt) },
        { obj->tls->key.data, obj->tls->key.len },
    };
    unsigned char digest[SHA1_SIZE];
    char hex[2 * SHA1_SIZE + 1];
    const char *stem = cas_stem(t, obj->ns, obj->name);
    if (t->in->names)
        return t->in->names->find(t->in->names->arg, stem, fingerprint);
    hash_sha1_pieces(pieces, COUNT(pieces), digest);
    hash_hex(digest, sizeof digest, hex);
    return arena_fmt(t->a, "%s%.*s", stem, (int)SECRET_DIGITS, hex);
}

/* Why it cannot be used, or NULL. */
static const char *find_fault(struct tr *t, struct tls_secret *out)
{
    struct error err;
    const struct object_tls *tls = out->obj->tls;
    if (tls->bad)
        return tls->bad;
    if (!tls->crt || !tls->key.data)
        return "it holds no tls.crt and tls.key; give one of type kubernetes.io/tls";
    if (!cert_read(t->a, tls->crt, &out->cert, &err)
        || (!t->in->names && !cert_check_key(tls->crt, &tls->key, &err)))
        return arena_strdup(t->a, err.msg);
    out->name = cas_name(t, out->obj, out->cert.fingerprint);
    if (!out->name)
        return "nothing says under which name its certificate was uploaded";
    look_until(t, out->cert.not_after_ms);
    if (out->cert.not_after_ms <= t->in->now_ms)
        return arena_fmt(t->a, "its certificate has expired, on %s; renew it", out->cert.end);
    return NULL;
}

static const void *load(struct tr *t, const char *ns, const char *name)
{
    struct tls_secret *secret = arena_alloc(t->a, sizeof *secret);
    secret->obj = look(t, OBJECT_SECRET, ns, name);
    secret->fault = secret->obj ? find_fault(t, secret) : "there is no such Secret; add it";
    if (!secret->fault)
        secret->ref = arena_fmt(t->a, "@certificate/%s", secret->name);
    return secret;
}

void warn_of_end(struct subject *s, const struct place *at, const char *what, int64_t end_ms)
{
    int64_t days = (end_ms - s->t->in->now_ms) / DAY_MS;
    int64_t shown = days < WARN_DAYS ? days : WARN_DAYS;
    /* Towards zero it takes two days for one. */
    look_until(s->t, shown > 0 ? end_ms - shown * DAY_MS + 1 : end_ms - (shown - 1) * DAY_MS);
    if (days < WARN_DAYS)
        warn(s, at, "%s ends in %" PRId64 " day%s; renew it", what, days, days == 1 ? "" : "s");
}

const struct tls_secret *secret_find(struct subject *s, const struct place *at, const char *ns,
                                     const char *name)
{
    const struct tls_secret *secret = cell_share(s->t, CELL_SECRET, ns, name, load);
    if (secret->fault) {
        problem(s, at, "Secret %s/%s: %s", ns, name, secret->fault);
        return NULL;
    }
    map_put(&s->t->secrets, secret->ref, secret);
    warn_of_end(s, at, arena_fmt(s->t->a, "the certificate of Secret %s/%s", ns, name),
                secret->cert.not_after_ms);
    return secret;
}

const struct tls_secret *secret_by_ref(const struct tr *t, const char *ref)
{
    return map_get(&t->secrets, ref);
}

static bool covers(const struct tls_secret *secret, const char *host)
{
    for (size_t i = 0; i < secret->cert.names.len; i++)
        if (cert_name_covers(secret->cert.names.items[i], host))
            return true;
    return false;
}

static bool has_tls_port(const struct placement *p)
{
    for (size_t i = 0; i < p->ports.len; i++)
        if (p->ports.items[i].protocol != ALB_PROTOCOL_HTTP)
            return true;
    return false;
}

void secret_add(struct subject *s, size_t index, struct ingress *ing, const char *name,
                const char *const *hosts, size_t n)
{
    struct place list = { .name = "spec.tls" }, entry = { .up = &list, .index = index };
    struct place at = { .up = &entry, .name = "secretName" };
    if (!has_tls_port(&ing->placement)) {
        warn(s, &at,
             "it has no effect, as the Ingress is on no HTTPS listener; give the hosts of the "
             "entry, or the annotation listen-ports");
        return;
    }
    *LIST_PUSH(s->t->a, &ing->secrets) = name;
    const struct tls_secret *secret = secret_find(s, &at, s->obj->ns, name);
    if (!secret)
        return;
    for (size_t i = 0; i < n; i++)
        if (*hosts[i] && !covers(secret, hosts[i]))
            warn(s, &at, "the certificate of Secret %s/%s is not for host %s", s->obj->ns, name,
                 hosts[i]);
    *LIST_PUSH(s->t->a, &ing->tls) = (struct ingress_tls){
        .secret = secret,
        .hosts = hosts,
        .n_hosts = n,
        .from = arena_fmt(s->t->a, "%s tls[%zu]", subject_from(s->t->a, s->obj), index),
    };
}

void secrets_hold(struct tr *t, const char *lb, const struct ingress *ing)
{
    for (size_t i = 0; i < ing->secrets.len; i++)
        hold_certificate(t, arena_strdup(t->a, lb),
                         cas_stem(t, ing->obj->ns, ing->secrets.items[i]));
}

void secret_translate(struct tr *t, const char *lb, const struct tls_secret *secret,
                      const char *from)
{
    const char *once = arena_fmt(t->a, "%s\n%s", lb, secret->ref);
    if (map_get(&t->groups, once))
        return;
    map_put(&t->groups, once, t);
    struct alb_certificate *cert = arena_alloc(t->a, sizeof *cert);
    *cert = (struct alb_certificate){ .name = secret->name,
                                      .cert = secret->obj->tls->crt,
                                      .fingerprint = secret->cert.fingerprint,
                                      .end = secret->cert.end };
    *LIST_PUSH(t->a, &t->out->desired.rows) = (struct resource){ .lb = lb,
                                                                 .kind = RESOURCE_CERTIFICATE,
                                                                 .key = secret->name,
                                                                 .parent = "",
                                                                 .desired = cert,
                                                                 .desired_from = from,
                                                                 .ours = true };
    *LIST_PUSH(t->a, &t->out->secrets) =
        (struct translate_secret){ .certificate = secret->name, .secret = secret->obj };
}
