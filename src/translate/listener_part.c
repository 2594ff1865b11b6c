/* listener_part.c - what stands in objects of their own below spec.listeners[]: the headers
 * X-Forwarded-*, the upgrade to QUIC, the access log (alb-ingress.md §B.3). */
#include <inttypes.h>
#include <string.h>

#include "translate_priv.h"

/* clang-format off */
#define SELF struct quic_spec
static const struct field quic_spec_fields[] = {
    BOOL(upgrade,     "quicUpgradeEnabled",
        DOC("false", "QuicConfig.QuicUpgradeEnabled", "HTTPS offers its clients QUIC.")),
    STR (listener_id, "quicListenerId",
        DOC("the QUIC listener of the same port", "QuicConfig.QuicListenerId", "Where QUIC is spoken.")),
};
SCHEMA(quic_spec, "quicConfig");
#undef SELF

#define SELF struct alb_tracing
static const struct field tracing_spec_fields[] = {
    BOOL(enabled, "tracingEnabled",
        DOC("false", "AccessLogTracingConfig.TracingEnabled", "Requests are traced; only with an access log.")),
    INT (sample,  "tracingSample", .min = 0, .max = 10000,
        DOC("", "AccessLogTracingConfig.TracingSample", "How many of 10000 requests are traced, at least 1 with tracingEnabled.")),
    STR (type,    "tracingType",
        DOC("Zipkin", "AccessLogTracingConfig.TracingType", "Nothing but Zipkin.")),
};
static SCHEMA_OF(tracing_spec, alb_tracing, "accessLogTracingConfig");
#undef SELF

#define SELF struct log_spec
static const struct field log_spec_fields[] = {
    BOOL  (custom_headers, "accessLogRecordCustomizedHeadersEnabled",
        DOC("false", "AccessLogRecordCustomizedHeadersEnabled", "The access log has the headers of its own too.", .differs = "The source reads it and sends nothing, the documentation has it since v2.11: the documentation.")),
    BOOL  (may_disable,    "accessLogRecordCustomizedHeadersAllowDisable",
        DOC("false", "-", "Without it, custom headers in the log are not switched off again.")),
    OBJ_AS(tracing,        tracing_spec, alb_tracing, "accessLogTracingConfig"),
};
SCHEMA(log_spec, "logConfig");
#undef SELF
/* clang-format on */

static struct opt_bool known(struct opt_bool b)
{
    return (struct opt_bool){ .val = b.val, .set = true };
}

/* ---- X-Forwarded-* ----------------------------------------------------------------------- */

/* Of the name of a header that ALB adds: [a-z0-9_-]{1,40}. */
static void check_alias(struct subject *s, const struct place *at, const char *name,
                        const char *alias)
{
    struct place here = { .up = at, .name = name };
    size_t n = alias ? strlen(alias) : 1;
    if (n > 40 || (alias && strspn(alias, "abcdefghijklmnopqrstuvwxyz0123456789_-") != n))
        problem(s, &here,
                "\"%s\" is no name that ALB gives a header; give 1 to 40 lower-case letters, "
                "digits, \"_\" and \"-\"",
                alias);
}

static void check_aliases(struct subject *s, const struct place *at, const struct alb_forwarded *f)
{
    check_alias(s, at, "XForwardedForClientCertSubjectDNAlias", f->subject_dn_alias);
    check_alias(s, at, "XForwardedForClientCertIssuerDNAlias", f->issuer_dn_alias);
    check_alias(s, at, "XForwardedForClientCertFingerprintAlias", f->fingerprint_alias);
    check_alias(s, at, "XForwardedForClientCertClientVerifyAlias", f->verify_alias);
}

/* Addresses and blocks with ";" or "," between them. */
static void check_trusted(struct subject *s, const struct place *at, const char *list)
{
    struct place here = { .up = at, .name = "XForwardedForClientSourceIpsTrusted" };
    for (const char *p = list ? list : ""; *p;) {
        size_t skip = strspn(p, " "), n = strcspn(p + skip, " ;,");
        const char *one = arena_strndup(s->t->a, p + skip, n);
        if (value_check_source_ip(one))
            problem(s, &here,
                    "\"%s\" is no address and no block; give a list as 10.0.0.0/8;192.0.2.7", one);
        p += skip + n + strspn(p + skip + n, " ");
        p += *p == ';' || *p == ',';
    }
}

static void check_mode(struct subject *s, const struct place *at, struct alb_forwarded *f)
{
    static const char *const modes[] = { "append", "remove" };
    struct place here = { .up = at, .name = "XForwardedForProcessingMode" };
    if (!f->mode)
        return;
    if (!text_is_one_of(f->mode, modes, COUNT(modes)))
        problem(s, &here, "\"%s\" is not known; give append or remove", f->mode);
    if (f->enabled.val)
        return;
    warn(s, &here, "it has no effect without XForwardedForEnabled: true");
    f->mode = NULL;
}

/* The existing controller keeps every switch, false when it is not given, also where the
 * cloud's own default is true. */
void forwarded_set(struct subject *s, const struct place *at, const struct alb_forwarded *spec,
                   struct alb_listener *l)
{
    struct place here = { .up = at, .name = "xForwardedForConfig" };
    struct alb_forwarded *f = &l->forwarded;
    *f = *spec;
    struct opt_bool *const switches[] = {
        &f->verify,  &f->fingerprint, &f->issuer_dn, &f->subject_dn, &f->source_ips, &f->src_port,
        &f->enabled, &f->host,        &f->proto,     &f->slb_id,     &f->slb_port,
    };
    for (size_t i = 0; i < COUNT(switches); i++)
        *switches[i] = known(*switches[i]);
    check_aliases(s, &here, f);
    check_trusted(s, &here, f->source_ips_trusted);
    check_mode(s, &here, f);
}

/* ---- QUIC ----------------------------------------------------------------------------------- */

void quic_set(struct subject *s, const struct place *at, const struct quic_spec *spec,
              struct alb_listener *l)
{
    struct place here = { .up = at, .name = "quicConfig" };
    if (l->protocol == ALB_PROTOCOL_HTTPS) {
        l->quic.upgrade = known(spec->upgrade);
        l->quic.listener_id = spec->upgrade.val ? spec->listener_id : NULL;
    } else if (spec->upgrade.val) {
        warn(s, &here, "it has no effect on a listener of protocol %s; only HTTPS upgrades to QUIC",
             alb_protocol_name(l->protocol));
    }
}

static const char *quic_of_port(const struct config *c, int64_t port)
{
    for (size_t i = 0; i < c->listeners.len; i++) {
        const struct config_listener *l = &c->listeners.items[i];
        if (l->port == port && l->protocol == ALB_PROTOCOL_QUIC)
            return l->key;
    }
    return NULL;
}

void quic_pair(struct subject *s, const struct place *list, struct config *c)
{
    for (size_t i = 0; i < c->listeners.len; i++) {
        const struct config_listener *l = &c->listeners.items[i];
        if (!l->desired || !l->desired->quic.upgrade.val || l->desired->quic.listener_id)
            continue;
        struct place at = { .up = list, .index = l->index };
        const char *key = quic_of_port(c, l->port);
        if (key) {
            l->desired->quic.listener_id = arena_fmt(s->t->a, "@%s", key);
            continue;
        }
        warn(s, &(struct place){ .up = &at, .name = "quicConfig" },
             "there is no QUIC listener of port %" PRId64
             " to upgrade to, so there is no upgrade; add one, or give quicListenerId",
             l->port);
        l->desired->quic = (struct alb_quic){ 0 };
    }
}

/* ---- the access log ------------------------------------------------------------------------- */

static bool is_given(const struct log_spec *spec)
{
    return spec->custom_headers.set || spec->may_disable.set || spec->tracing.enabled.set
           || spec->tracing.sample.val || spec->tracing.type;
}

/* Wanted only when it is given, as the existing controller sends nothing without it; the
 * headers go off only when that is said, as a false may just be a default. */
void log_set(struct subject *s, const struct place *at, const struct log_spec *spec,
             const struct config *c, struct alb_listener *l)
{
    struct place here = { .up = at, .name = "logConfig" };
    struct place tracing = { .up = &here, .name = "accessLogTracingConfig" };
    if (spec->tracing.type && strcmp(spec->tracing.type, "Zipkin") != 0)
        problem(s, &(struct place){ .up = &tracing, .name = "tracingType" },
                "\"%s\" is not known; give Zipkin", spec->tracing.type);
    if (!is_given(spec))
        return;
    if (c->log_off) {
        if (spec->custom_headers.val || spec->tracing.enabled.val)
            warn(s, &here,
                 "it has no effect without an access log; give spec.config.accessLogConfig");
        return;
    }
    if (spec->custom_headers.set || spec->may_disable.val)
        l->log.custom_headers = known(spec->custom_headers);
    l->log.tracing.enabled = known(spec->tracing.enabled);
    if (!spec->tracing.enabled.val)
        return;
    if (!spec->tracing.sample.val && !s->n_problems) /* one out of range was named already */
        problem(s, &(struct place){ .up = &tracing, .name = "tracingSample" },
                "missing, and tracing needs a rate; give how many of 10000 requests, 1 to 10000");
    l->log.tracing.sample = spec->tracing.sample;
    l->log.tracing.type = "Zipkin";
}
