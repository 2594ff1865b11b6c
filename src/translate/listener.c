/* listener.c - spec.listeners of an AlbConfig as listeners, each with an empty group as
 * its default action (alb-ingress.md §B.3, §D.2).  A listener that cannot be translated is
 * left out by itself. */
#include <inttypes.h>
#include <string.h>

#include "alb-agent/json.h"
#include "secret_priv.h"

struct cert_spec {
    const char *id;
    struct opt_bool is_default;
};
struct secret_spec {
    const char *name, *ns;
};
struct default_cert_spec {
    const char *kind, *id;
    struct secret_spec secret;
};
struct listener_spec {
    struct opt_int port;
    enum alb_protocol protocol;
    const char *description;
    struct opt_int idle_timeout;
    struct opt_int request_timeout;
    struct opt_bool gzip;
    struct opt_bool http2;
    const char *security_policy_id;
    LIST_OF(struct cert_spec) certs;
    struct default_cert_spec default_cert;
    LIST_OF(struct cert_spec) ca_certs;
    struct opt_bool ca_enabled;
    struct quic_spec quic;
    struct alb_forwarded forwarded;
    struct log_spec log;
    struct acl_spec acl;
    LIST_OF(struct tag_spec) tags;
};

/* clang-format off */
static const char *const alb_protocol_names[] = {
    [ALB_PROTOCOL_HTTP] = "HTTP", [ALB_PROTOCOL_HTTPS] = "HTTPS", [ALB_PROTOCOL_QUIC] = "QUIC",
};

#define SELF struct cert_spec
static const struct field cert_spec_fields[] = {
    STR (id,         "CertificateId", .flags = F_REQUIRED,
        DOC("", "Certificates.CertificateId", "Its id, as 756-cn-hangzhou.")),
    BOOL(is_default, "IsDefault",
        DOC("true for the first", "Certificates", "Whether it is for requests without a host name; of one at most.")),
};
static SCHEMA(cert_spec, "certificate");
#undef SELF

#define SELF struct secret_spec
static const struct field secret_spec_fields[] = {
    STR(name, "name", .flags = F_REQUIRED,
        DOC("", "-", "The Secret, with tls.crt and tls.key.")),
    STR(ns,   "namespace",
        DOC("default", "-", "Where it lives.")),
};
static SCHEMA(secret_spec, "secret");
#undef SELF

#define SELF struct default_cert_spec
static const struct field default_cert_spec_fields[] = {
    STR(kind, "kind",
        DOC("CertIdentifier", "-", "CertIdentifier or Secret.")),
    STR(id,   "certificateId",
        DOC("", "Certificates.CertificateId", "The certificate for requests without a host name, whatever else is found.")),
    /* How the documentation spells it is not known; one of them is given. */
    OBJ(secret, secret_spec, "secret",
        DOC("", "-", "A TLS Secret as default certificate: it is uploaded.")),
    OBJ(secret, secret_spec, "secretRef",
        DOC("", "-", "The same as secret.")),
};
static SCHEMA(default_cert_spec, "defaultCertificate");
#undef SELF

#define SELF struct listener_spec
static const struct field listener_spec_fields[] = {
    INT (port,               "port",            .min = 0, .max = 65535, .flags = READ_INT_TEXT,
        DOC("80", "ListenerPort", "With protocol, what tells listeners apart; 0 is the default.", .differs = "With the default the source loses the rules of the listener: not so here.")),
    ENUM(protocol,           alb_protocol, "protocol",
        DOC("HTTP", "ListenerProtocol", "HTTPS and QUIC may share a port.", .differs = "The source compares with case: any case here.")),
    STR (description,        "description",
        DOC("ingress-auto-listener-<port>", "ListenerDescription", "2 to 256 letters, digits and \"-\", \"/\", \".\", \"_\".")),
    INT (idle_timeout,       "idleTimeout",     .min = 0, .max = 3600,
        DOC("15", "IdleTimeout", "Seconds until a quiet connection ends; 0 is the default.", .differs = "The source sets 15, the documentation has 60: the source.")),
    INT (request_timeout,    "requestTimeout",  .min = 0, .max = 3600,
        DOC("60", "RequestTimeout", "Seconds that a server may take for an answer; 0 is the default.")),
    BOOL(gzip,               "gzipEnabled",
        DOC("true", "GzipEnabled", "Answers are compressed.")),
    BOOL(http2,              "http2Enabled",
        DOC("true", "Http2Enabled", "HTTP/2; of HTTPS listeners.", .differs = "The source takes an explicit true for false: the documentation.")),
    STR (security_policy_id, "securityPolicyId",
        DOC("tls_cipher_policy_1_0", "SecurityPolicyId", "Versions and ciphers of TLS; of HTTPS listeners.")),
    LIST(certs,              cert_spec, "certificates"),
    OBJ (default_cert,       default_cert_spec, "defaultCertificate"),
    LIST(ca_certs,           cert_spec, "caCertificates",
        DOC("", "CaCertificates", "Whom clients' certificates must be signed by.")),
    BOOL(ca_enabled,         "caEnabled",
        DOC("false", "CaEnabled", "Clients must show a certificate (mutual TLS).", .differs = "The source does not send it, the documentation has it since v2.11: the documentation.")),
    LIST(tags,               tag_spec, "tags"),
    OBJ (quic,               quic_spec, "quicConfig"),
    OBJ (forwarded,          alb_forwarded, "xForwardedForConfig"),
    OBJ (log,                log_spec, "logConfig"),
    OBJ (acl,                acl_spec, "aclConfig"),
    { .name = "defaultActions",       .flags = READ_IGNORED,
      DOC("", "-", "Reserved; what no rule takes goes to an empty group.", .type = "list") },
    { .name = "loadBalancerId",       .flags = READ_IGNORED,
      DOC("", "-", "Reserved.", .type = "text") },
    /* Read one by one by script.c. */
    { .name = "aScriptConfig",        .flags = READ_IGNORED, .kind = FIELD_LIST, .of = &script_spec_schema,
      DOC("", "CreateAScripts", "The scripts that the listener runs (AScript). What the managed product calls this field is in no text that can be read, so the name is ours: rename yours to it.", .differs = "Only the documentation speaks of it, since v2.15, and does not show its name: a name after those of the API.", .type = "list of maps") },
    { .name = "aScript",              .flags = READ_LATER | READ_FAMILY,
      DOC("", "-", "Scripts (AScript) are taken from aScriptConfig, a list of aScriptName, position, configMapNamespace and configMapName; rename it to that.", .type = "any other name that holds it") },
};
SCHEMA(listener_spec, "listener");
#undef SELF
/* clang-format on */

enum { DEFAULT_PORT = 80, DEFAULT_IDLE_S = 15, DEFAULT_REQUEST_S = 60 };

static struct opt_int int_or(struct opt_int n, int64_t dflt)
{
    return n.set && n.val ? n : (struct opt_int){ .val = dflt, .set = true };
}

static struct opt_bool true_unless(struct opt_bool b)
{
    return b.set ? b : (struct opt_bool){ .val = true, .set = true };
}

/* ---- certificates --------------------------------------------------------------------------- */

/* The one that is marked, or the first; alb-ingress.md §E.1. */
static size_t default_index(struct subject *s, const struct place *at,
                            const struct listener_spec *spec)
{
    size_t found = spec->certs.len;
    for (size_t i = 0; i < spec->certs.len; i++) {
        if (!spec->certs.items[i].is_default.val)
            continue;
        if (found < spec->certs.len)
            problem(s, &(struct place){ .up = at, .name = "certificates" },
                    "[%zu] and [%zu] are both IsDefault; mark one", found, i);
        found = i;
    }
    return found < spec->certs.len ? found : 0;
}

static const char *default_secret(struct subject *s, const struct place *at,
                                  const struct default_cert_spec *d)
{
    if (!d->secret.name) {
        problem(s, at, "it names no Secret; add secret: {namespace, name}");
        return NULL;
    }
    /* An AlbConfig lives in no namespace. */
    const char *ns = d->secret.ns ? d->secret.ns : "default";
    const struct tls_secret *secret =
        secret_find(s, &(struct place){ .up = at, .name = "secret" }, ns, d->secret.name);
    return secret ? secret->ref : NULL;
}

static void add_default_cert(struct subject *s, const struct place *at,
                             const struct listener_spec *spec, struct alb_listener *l)
{
    const struct default_cert_spec *d = &spec->default_cert;
    struct place here = { .up = at, .name = "defaultCertificate" };
    const char *id = d->id;
    if (d->kind && !strcmp(d->kind, "Secret")) {
        id = default_secret(s, &here, d);
    } else if (d->kind && strcmp(d->kind, "CertIdentifier") != 0) {
        problem(s, &here, "kind %s is not known; give CertIdentifier or Secret", d->kind);
    } else if (!d->id) {
        problem(s, &here, "it has no certificateId; add one");
    } else {
        value_check_at(s, &here, "certificateId", d->id, value_check_id);
    }
    *LIST_PUSH(s->t->a, &l->certs) = (struct alb_cert){ .id = id };
}

static void add_certs(struct subject *s, const struct place *at, const struct listener_spec *spec,
                      struct alb_listener *l)
{
    struct arena *a = s->t->a;
    bool apart = spec->default_cert.kind || spec->default_cert.id;
    size_t dflt = apart ? spec->certs.len : default_index(s, at, spec);
    if (apart)
        add_default_cert(s, at, spec, l);
    l->additional_certs.items = list_grow(a, NULL, 0, sizeof *l->additional_certs.items);
    for (size_t i = 0; i < spec->certs.len; i++) {
        struct alb_cert cert = { .id = spec->certs.items[i].id };
        struct place list = { .up = at, .name = "certificates" };
        value_check_at(s, &(struct place){ .up = &list, .index = i }, "CertificateId", cert.id,
                       value_check_id);
        if (i == dflt)
            *LIST_PUSH(a, &l->certs) = cert;
        else
            *LIST_PUSH(a, &l->additional_certs) = cert;
    }
}

/* The existing controller keeps CaEnabled, false when not given; the certificates only count
 * with it. */
static void set_client_certs(struct subject *s, const struct place *at,
                             const struct listener_spec *spec, struct alb_listener *l)
{
    size_t n = spec->ca_certs.len;
    struct place here = { .up = at, .name = "caCertificates" };
    l->ca_enabled = (struct opt_bool){ .val = spec->ca_enabled.val, .set = true };
    if (spec->ca_enabled.val && n != 1)
        problem(s, &here, "caEnabled needs one CA certificate, and there are %zu; give one", n);
    else if (!spec->ca_enabled.val && n)
        warn(s, &here, "it has no effect without caEnabled: true");
    for (size_t i = 0; i < n; i++)
        value_check_at(s, &(struct place){ .up = &here, .index = i }, "CertificateId",
                       spec->ca_certs.items[i].id, value_check_id);
    if (spec->ca_enabled.val && n == 1)
        *LIST_PUSH(s->t->a, &l->ca_certs) = (struct alb_cert){ .id = spec->ca_certs.items[0].id };
}

static void set_tls(struct subject *s, const struct place *at, const struct listener_spec *spec,
                    struct alb_listener *l)
{
    add_certs(s, at, spec, l);
    if (l->protocol != ALB_PROTOCOL_HTTPS)
        return;
    l->http2 = true_unless(spec->http2);
    l->security_policy_id =
        spec->security_policy_id ? spec->security_policy_id : "tls_cipher_policy_1_0";
    set_client_certs(s, at, spec, l);
}

/* ---- listeners --------------------------------------------------------------------------------
 */

static void set_default_action(struct tr *t, const struct config *c, struct alb_listener *l)
{
    struct alb_rule_action *action = LIST_PUSH(t->a, &l->default_actions);
    action->type = ALB_ACTION_FORWARD;
    LIST_PUSH(t->a, &action->forward.targets)->group_id =
        arena_fmt(t->a, "@%s", default_group_key(t->a, c->name, l->port.val));
}

static void check_description(struct subject *s, const struct place *at, const char *text)
{
    size_t n = text ? text_length(text) : 2;
    if (n < 2 || n > 256)
        problem(s, &(struct place){ .up = at, .name = "description" },
                "it has %zu characters, and ALB takes 2 to 256", n);
    else if (text)
        value_check_at(s, at, "description", text, value_check_description);
}

static struct alb_listener *build(struct subject *s, const struct place *at, const struct config *c,
                                  const struct listener_spec *spec)
{
    struct tr *t = s->t;
    struct alb_listener *l = arena_alloc(t->a, sizeof *l);
    l->port = int_or(spec->port, DEFAULT_PORT);
    l->protocol = spec->protocol ? spec->protocol : ALB_PROTOCOL_HTTP;
    l->description = spec->description
                         ? spec->description
                         : arena_fmt(t->a, "%s-%" PRId64, LISTENER_AUTO_DESCRIPTION, l->port.val);
    check_description(s, at, spec->description);
    l->idle_timeout = int_or(spec->idle_timeout, DEFAULT_IDLE_S);
    l->request_timeout = int_or(spec->request_timeout, DEFAULT_REQUEST_S);
    l->gzip = true_unless(spec->gzip);
    if (l->protocol != ALB_PROTOCOL_HTTP)
        set_tls(s, at, spec, l);
    forwarded_set(s, at, &spec->forwarded, l);
    quic_set(s, at, &spec->quic, l);
    log_set(s, at, &spec->log, c, l);
    tags_read(s, at, spec->tags.items, spec->tags.len, &l->tags);
    set_default_action(t, c, l);
    return l;
}

/* HTTPS and QUIC may share a port, as one is TCP and the other UDP. */
static bool ports_clash(enum alb_protocol x, enum alb_protocol y)
{
    return x == y || (x != ALB_PROTOCOL_QUIC && y != ALB_PROTOCOL_QUIC);
}

static void check_port_free(struct subject *s, const struct place *at, const struct config *c,
                            const struct alb_listener *l)
{
    for (size_t i = 0; i < c->listeners.len; i++) {
        const struct config_listener *other = &c->listeners.items[i];
        if (other->port == l->port.val && ports_clash(other->protocol, l->protocol))
            problem(s, at,
                    "duplicate listener for port %" PRId64 " and protocol %s in albconfig %s: %s "
                    "comes before it; give each port once",
                    l->port.val, alb_protocol_name(l->protocol), c->name, other->key);
    }
}

static void add_row(struct tr *t, const struct config *c, const struct config_listener *l)
{
    *LIST_PUSH(t->a, &t->out->desired.rows) = (struct resource){ .lb = c->lb,
                                                                 .kind = RESOURCE_LISTENER,
                                                                 .key = l->key,
                                                                 .parent = "",
                                                                 .desired = l->desired,
                                                                 .desired_from = l->from,
                                                                 .ours = true };
    default_group_translate(t, c, l->port, l->from);
    acl_translate(t, c, l);
    listener_scripts_translate(t, c, l);
}

/* What was there for a listener that is left out stays; where not even its port can be
 * read, nothing of the load balancer may go. */
static void leave_out(struct tr *t, struct config *c, const struct listener_spec *spec,
                      const struct alb_listener *l, const char *key)
{
    bool known = spec->port.set && spec->protocol;
    for (size_t i = 0; i < c->listeners.len; i++)
        if (known && !strcmp(c->listeners.items[i].key, key))
            return;
    hold(t, c->lb, known ? key : NULL, NULL);
    if (known)
        *LIST_PUSH(t->a, &c->listeners) = (struct config_listener){
            .port = l->port.val, .protocol = l->protocol, .key = key, .left_out = true
        };
}

static void needs_cert(struct subject *s, const struct place *at)
{
    problem(s, at,
            "an HTTPS listener needs a certificate, and none was found for the hosts of its "
            "Ingresses; upload one to the certificate service, give its id in certificates, or "
            "name a TLS Secret in spec.tls of an Ingress");
}

void listener_finish(struct tr *t, struct config *c, struct config_listener *l)
{
    struct subject s = { .t = t, .obj = c->obj };
    struct place list = { .name = "spec.listeners" };
    struct place at = { .up = &list, .index = l->index };
    if (l->protocol == ALB_PROTOCOL_HTTP || l->desired->certs.len) {
        add_row(t, c, l);
        return;
    }
    needs_cert(&s, &at);
    hold(t, c->lb, l->key, subject_name(t->a, c->obj)); /* not what Ingresses have there */
    l->certless = true;
}

static void listener_translate(struct subject *s, const struct place *at, struct config *c,
                               const cJSON *json)
{
    struct tr *t = s->t;
    struct listener_spec spec = { 0 };
    size_t before = s->n_problems;
    read_object(s, at, &listener_spec_schema, &spec, json, READ_NOCASE);
    struct alb_listener *l = build(s, at, c, &spec);
    const struct alb_acl *acl = acl_set(s, at, &spec.acl, c, l);
    const char *key = listener_key(t->a, l->port.val, l->protocol);
    check_port_free(s, at, c, l);
    if (s->n_problems > before) {
        leave_out(t, c, &spec, l, key);
        return;
    }
    struct config_listener *to = LIST_PUSH(t->a, &c->listeners);
    *to = (struct config_listener){
        .port = l->port.val,
        .protocol = l->protocol,
        .key = key,
        .desired = l,
        .acl = acl,
        .index = at->index,
        .from = arena_fmt(t->a, "%s %s", subject_from(t->a, c->obj), place_text(t->a, at)),
        .finds_certs = l->protocol != ALB_PROTOCOL_HTTP && !spec.certs.len,
    };
    listener_scripts_read(s, at, c, to, json_get_nocase(json, "aScriptConfig"));
    if (l->protocol == ALB_PROTOCOL_HTTP)
        listener_finish(t, c, to);
}

void listeners_translate(struct subject *s, struct config *c, const cJSON *json)
{
    struct place at = { .name = "spec.listeners" };
    if (!json)
        return;
    if (!cJSON_IsArray(json)) {
        problem(s, &at, "this is %s; give a list", json_kind(json));
        hold(s->t, c->lb, NULL, NULL);
        return;
    }
    size_t i = 0;
    const cJSON *e;
    cJSON_ArrayForEach (e, json)
        listener_translate(s, &(struct place){ .up = &at, .index = i++ }, c, e);
    quic_pair(s, &at, c);
}
