/* nginx.c - the annotations of the nginx controller: what ALB can do of each, and Ingresses
 * that use them as ALB Ingresses. */
#include <string.h>

#include "alb-agent/json.h"
#include "alb-agent/name.h"
#include "nginx_priv.h"

#define E NGINX_EXACT
#define A NGINX_APPROXIMATE
#define I NGINX_IMPOSSIBLE

#define IN_LISTENER "ALB has it for a whole listener: "
#define NO_AUTH     "ALB does not ask who a client is; let the backend do it"
#define NO_SNIPPET  "ALB runs no nginx configuration; say it with actions or conditions"
#define NO_PROXY    "ALB has no such setting for its connections to servers"
#define NO_COOKIE   "the cookie is ALB's own and cannot be changed"
#define NO_WAF      "use the edition StandardWithWaf in the AlbConfig"
#define NO_LOG      "see accessLogConfig and logConfig in the AlbConfig"
#define GONE        "nginx does not have it any more; give "
#define NO_TLS      "ALB does not check certificates of backends"

/* clang-format off */
const struct nginx_row nginx_rows[] = {
    /* ---- canaries ---- */
    { "canary", A, false, nginx_copy, "canary", "its own spec.tls and annotations count, where nginx takes those of the main Ingress" },
    { "canary-by-header", A, false, nginx_canary_header, "canary-by-header", "the value never keeps no request from a weight" },
    { "canary-by-header-value", E, false, nginx_copy, "canary-by-header-value", NULL },
    { "canary-by-header-pattern", I, true, NULL, NULL, "ALB compares a header with texts, not with an expression; give canary-by-header-value" },
    { "canary-by-cookie", A, false, nginx_canary_cookie, "canary-by-cookie", "the value never keeps no request from a weight" },
    { "canary-weight", E, true, nginx_canary_weight, "canary-weight", NULL },
    { "canary-weight-total", E, false, nginx_no_change, "canary-weight", NULL },
    { "affinity-canary-behavior", I, false, NULL, NULL, "stickiness does not keep a client with a canary" },

    /* ---- paths and hosts ---- */
    { "use-regex", A, false, nginx_copy, "use-regex", "expressions are compared with case, and paths of other Ingresses of the host stay as they are" },
    { "rewrite-target", A, true, nginx_rewrite, "rewrite-target", "expressions are compared with case, and paths of other Ingresses of the host stay as they are" },
    { "app-root", E, false, nginx_app_root, "a rule that sends / there with code 302", NULL },
    { "server-alias", E, true, nginx_alias, "the same rules for the other host", NULL },
    { "from-to-www-redirect", E, false, nginx_www, "a rule that sends the other host here with code 308", NULL },
    { "upstream-vhost", E, true, nginx_vhost, "an action Rewrite with that host", NULL },
    { "x-forwarded-prefix", E, false, nginx_prefix, "an action InsertHeader", NULL },
    { "preserve-trailing-slash", E, false, nginx_no_change, NULL, NULL },

    /* ---- redirects ---- */
    { "ssl-redirect", E, false, nginx_ssl_redirect, "ssl-redirect", NULL },
    { "force-ssl-redirect", E, false, nginx_force_ssl, "ssl-redirect", NULL },
    { "permanent-redirect", A, true, nginx_redirect, "an action Redirect instead of each backend", "the query of the request stays, unless the target has one" },
    { "permanent-redirect-code", E, false, nginx_no_change, "httpCode of the Redirect", NULL },
    { "temporal-redirect", A, true, nginx_redirect, "an action Redirect instead of each backend", "the query of the request stays, unless the target has one" },
    { "temporal-redirect-code", E, false, nginx_no_change, "httpCode of the Redirect", NULL },
    { "use-port-in-redirects", I, false, NULL, NULL, "redirects of ALB name a port where it is not the usual one, and are absolute" },
    { "relative-redirects", I, false, NULL, NULL, "redirects of ALB name a port where it is not the usual one, and are absolute" },

    /* ---- who may come in ---- */
    { "whitelist-source-range", A, true, nginx_allow, "a condition SourceIp, and behind each rule one that answers 403", "the text of the answer is another" },
    { "allowlist-source-range", A, true, nginx_allow, "a condition SourceIp, and behind each rule one that answers 403", "the text of the answer is another" },
    { "denylist-source-range", A, true, nginx_deny, "before each rule one with a condition SourceIp that answers 403", "the text of the answer is another" },
    { "auth-type", I, true, NULL, NULL, NO_AUTH },
    { "auth-secret", I, true, NULL, NULL, NO_AUTH },
    { "auth-secret-type", I, false, NULL, NULL, NO_AUTH },
    { "auth-realm", I, false, NULL, NULL, NO_AUTH },
    { "auth-url", I, true, NULL, NULL, NO_AUTH },
    { "auth-method", I, false, NULL, NULL, NO_AUTH },
    { "auth-signin", I, false, NULL, NULL, NO_AUTH },
    { "auth-signin-redirect-param", I, false, NULL, NULL, NO_AUTH },
    { "auth-response-headers", I, false, NULL, NULL, NO_AUTH },
    { "auth-request-redirect", I, false, NULL, NULL, NO_AUTH },
    { "auth-proxy-set-headers", I, false, NULL, NULL, NO_AUTH },
    { "auth-cache-key", I, false, NULL, NULL, NO_AUTH },
    { "auth-cache-duration", I, false, NULL, NULL, NO_AUTH },
    { "auth-keepalive", I, false, NULL, NULL, NO_AUTH },
    { "auth-keepalive-requests", I, false, NULL, NULL, NO_AUTH },
    { "auth-keepalive-share-vars", I, false, NULL, NULL, NO_AUTH },
    { "auth-keepalive-timeout", I, false, NULL, NULL, NO_AUTH },
    { "auth-snippet", I, false, NULL, NULL, NO_AUTH },
    { "auth-always-set-cookie", I, false, NULL, NULL, NO_AUTH },
    { "enable-global-auth", I, false, NULL, NULL, NO_AUTH },
    { "satisfy", I, true, NULL, NULL, NO_AUTH },
    { "auth-tls-secret", I, true, NULL, NULL, IN_LISTENER "caEnabled and caCertificates" },
    { "auth-tls-verify-client", I, false, NULL, NULL, IN_LISTENER "caEnabled" },
    { "auth-tls-verify-depth", I, false, NULL, NULL, IN_LISTENER "caEnabled" },
    { "auth-tls-error-page", I, false, NULL, NULL, IN_LISTENER "caEnabled" },
    { "auth-tls-match-cn", I, true, NULL, NULL, IN_LISTENER "caEnabled" },
    { "auth-tls-pass-certificate-to-upstream", I, false, NULL, NULL, IN_LISTENER "xForwardedForConfig" },
    { "enable-modsecurity", I, true, NULL, NULL, NO_WAF },
    { "enable-owasp-core-rules", I, true, NULL, NULL, NO_WAF },
    { "modsecurity-transaction-id", I, false, NULL, NULL, NO_WAF },
    { "modsecurity-snippet", I, true, NULL, NULL, NO_WAF },

    /* ---- limits ---- */
    { "limit-rps", A, true, nginx_rps, "traffic-limit-ip-qps", "there is no burst, all of ALB counts together, and QUIC listeners refuse it" },
    { "limit-rpm", A, true, nginx_rpm, "traffic-limit-ip-qps", "it counts by the second, rounded up; there is no burst, all of ALB counts together, and QUIC listeners refuse it" },
    { "limit-burst-multiplier", I, false, NULL, NULL, "limits of ALB have no burst" },
    { "limit-connections", I, false, NULL, NULL, "ALB counts requests, not connections; give traffic-limit-ip-qps" },
    { "limit-rate", I, false, NULL, NULL, "ALB does not slow answers down" },
    { "limit-rate-after", I, false, NULL, NULL, "ALB does not slow answers down" },
    { "limit-whitelist", I, false, NULL, NULL, "limits of ALB are for all clients" },
    { "limit-allowlist", I, false, NULL, NULL, "limits of ALB are for all clients" },
    { "global-rate-limit", I, false, NULL, NULL, "give traffic-limit-qps, which counts all clients together" },
    { "global-rate-limit-window", I, false, NULL, NULL, "give traffic-limit-qps, which counts all clients together" },
    { "global-rate-limit-key", I, false, NULL, NULL, "give traffic-limit-qps, which counts all clients together" },
    { "global-rate-limit-ignored-cidrs", I, false, NULL, NULL, "limits of ALB are for all clients" },

    /* ---- CORS ---- */
    { "enable-cors", E, false, nginx_cors, "enable-cors", NULL },
    { "cors-allow-origin", E, false, nginx_copy, "cors-allow-origin", NULL },
    { "cors-allow-methods", E, false, nginx_copy, "cors-allow-methods", NULL },
    { "cors-allow-headers", E, false, nginx_copy, "cors-allow-headers", NULL },
    { "cors-expose-headers", E, false, nginx_copy, "cors-expose-headers", NULL },
    { "cors-allow-credentials", E, false, nginx_copy, "cors-allow-credentials", NULL },
    { "cors-max-age", E, false, nginx_cors_age, "cors-max-age", NULL },

    /* ---- backends ---- */
    { "backend-protocol", E, true, nginx_protocol, "backend-protocol", NULL },
    { "fastcgi-index", I, false, NULL, NULL, "ALB speaks http, https and grpc with servers" },
    { "fastcgi-params-configmap", I, false, NULL, NULL, "ALB speaks http, https and grpc with servers" },
    { "load-balance", E, false, nginx_balance, "backend-scheduler", NULL },
    { "upstream-hash-by", A, false, nginx_hash_by, "backend-scheduler", "addresses are spread by another function" },
    { "upstream-hash-by-subset", I, false, NULL, NULL, "ALB picks one server for a value" },
    { "upstream-hash-by-subset-size", I, false, NULL, NULL, "ALB picks one server for a value" },
    { "affinity", A, false, nginx_affinity, "sticky-session", NO_COOKIE },
    { "affinity-mode", I, false, NULL, NULL, "ALB keeps clients where they are while their server lives" },
    { "session-cookie-max-age", A, false, nginx_cookie_age, "cookie-timeout", "the time begins anew with each request" },
    { "session-cookie-expires", A, false, nginx_cookie_age, "cookie-timeout", "the time begins anew with each request" },
    { "session-cookie-name", I, false, NULL, NULL, NO_COOKIE },
    { "session-cookie-path", I, false, NULL, NULL, NO_COOKIE },
    { "session-cookie-domain", I, false, NULL, NULL, NO_COOKIE },
    { "session-cookie-partitioned", I, false, NULL, NULL, NO_COOKIE },
    { "session-cookie-secure", I, false, NULL, NULL, NO_COOKIE },
    { "session-cookie-samesite", I, false, NULL, NULL, NO_COOKIE },
    { "session-cookie-change-on-failure", I, false, NULL, NULL, NO_COOKIE },
    { "session-cookie-conditional-samesite-none", I, false, NULL, NULL, NO_COOKIE },
    { "service-upstream", I, false, NULL, NULL, "ALB always reaches pods themselves" },
    { "default-backend", I, false, NULL, NULL, "ALB answers 503 when no server is there" },
    { "custom-http-errors", I, false, NULL, NULL, "answers of backends stay as they are" },
    { "disable-proxy-intercept-errors", E, false, nginx_no_change, NULL, NULL },
    { "mirror-target", I, false, NULL, NULL, "ALB mirrors to a server group by its id; give an action TrafficMirror" },
    { "mirror-request-body", I, false, NULL, NULL, "see mirror-target" },
    { "mirror-host", I, false, NULL, NULL, "see mirror-target" },
    { "proxy-ssl-secret", I, false, NULL, NULL, NO_TLS },
    { "proxy-ssl-verify", I, true, NULL, NULL, NO_TLS },
    { "proxy-ssl-verify-depth", I, false, NULL, NULL, NO_TLS },
    { "proxy-ssl-ciphers", I, false, NULL, NULL, NO_TLS },
    { "proxy-ssl-name", I, false, NULL, NULL, NO_TLS },
    { "proxy-ssl-protocols", I, false, NULL, NULL, NO_TLS },
    { "proxy-ssl-server-name", I, false, NULL, NULL, NO_TLS },

    /* ---- connections ---- */
    { "proxy-connect-timeout", I, false, NULL, NULL, NO_PROXY },
    { "proxy-send-timeout", I, false, NULL, NULL, IN_LISTENER "requestTimeout" },
    { "proxy-read-timeout", I, false, NULL, NULL, IN_LISTENER "requestTimeout" },
    { "proxy-next-upstream", I, false, NULL, NULL, NO_PROXY },
    { "proxy-next-upstream-timeout", I, false, NULL, NULL, NO_PROXY },
    { "proxy-next-upstream-tries", I, false, NULL, NULL, NO_PROXY },
    { "proxy-request-buffering", I, false, NULL, NULL, NO_PROXY },
    { "proxy-buffering", I, false, NULL, NULL, NO_PROXY },
    { "proxy-buffers-number", I, false, NULL, NULL, NO_PROXY },
    { "proxy-buffer-size", I, false, NULL, NULL, NO_PROXY },
    { "proxy-busy-buffers-size", I, false, NULL, NULL, NO_PROXY },
    { "proxy-max-temp-file-size", I, false, NULL, NULL, NO_PROXY },
    { "proxy-http-version", I, false, NULL, NULL, NO_PROXY },
    { "proxy-body-size", I, false, NULL, NULL, "ALB has a limit of its own for bodies, that cannot be changed" },
    { "client-body-buffer-size", I, false, NULL, NULL, NO_PROXY },
    { "proxy-cookie-domain", I, false, NULL, NULL, "cookies of backends stay as they are" },
    { "proxy-cookie-path", I, false, NULL, NULL, "cookies of backends stay as they are" },
    { "proxy-redirect-from", I, false, NULL, NULL, "answers of backends stay as they are" },
    { "proxy-redirect-to", I, false, NULL, NULL, "answers of backends stay as they are" },
    { "connection-proxy-header", I, false, NULL, NULL, "ALB keeps the header Connection to itself" },
    { "custom-headers", I, false, NULL, NULL, "the ConfigMap is not read; give actions InsertHeader" },
    { "ssl-passthrough", I, true, NULL, NULL, "ALB ends TLS itself" },
    { "ssl-ciphers", I, false, NULL, NULL, IN_LISTENER "securityPolicyId" },
    { "ssl-prefer-server-ciphers", I, false, NULL, NULL, IN_LISTENER "securityPolicyId" },
    { "http2-push-preload", I, false, NULL, NULL, "ALB does not push" },

    /* ---- configuration, logs ---- */
    { "configuration-snippet", I, true, NULL, NULL, NO_SNIPPET },
    { "server-snippet", I, true, NULL, NULL, NO_SNIPPET },
    { "stream-snippet", I, true, NULL, NULL, NO_SNIPPET },
    { "enable-access-log", I, false, NULL, NULL, NO_LOG },
    { "enable-rewrite-log", I, false, NULL, NULL, NO_LOG },
    { "enable-opentracing", I, false, NULL, NULL, NO_LOG },
    { "opentracing-trust-incoming-span", I, false, NULL, NULL, NO_LOG },
    { "enable-opentelemetry", I, false, NULL, NULL, NO_LOG },
    { "opentelemetry-trust-incoming-span", I, false, NULL, NULL, NO_LOG },
    { "opentelemetry-operation-name", I, false, NULL, NULL, NO_LOG },
    { "enable-influxdb", I, false, NULL, NULL, NO_LOG },
    { "influxdb-measurement", I, false, NULL, NULL, NO_LOG },
    { "influxdb-port", I, false, NULL, NULL, NO_LOG },
    { "influxdb-host", I, false, NULL, NULL, NO_LOG },
    { "influxdb-server-name", I, false, NULL, NULL, NO_LOG },
    /* ---- what older versions had ---- */
    { "secure-backends", I, false, NULL, NULL, GONE "backend-protocol" },
    { "grpc-backend", I, false, NULL, NULL, GONE "backend-protocol" },
    { "secure-verify-ca-secret", I, false, NULL, NULL, GONE "nothing, as " NO_TLS },
    { "session-cookie-hash", I, false, NULL, NULL, GONE "nothing, as " NO_COOKIE },
    { "add-base-url", I, false, NULL, NULL, GONE "nothing, as answers of backends stay as they are" },
    { "base-url-scheme", I, false, NULL, NULL, GONE "nothing, as answers of backends stay as they are" },
    { "upstream-max-fails", I, false, NULL, NULL, GONE "healthcheck-enabled" },
    { "upstream-fail-timeout", I, false, NULL, NULL, GONE "healthcheck-enabled" },
};
/* clang-format on */

const size_t nginx_n_rows = COUNT(nginx_rows);

const char *nginx_verdict_name(enum nginx_verdict verdict)
{
    static const char *const names[] = { "exact", "approximate", "impossible" };
    return names[verdict];
}

static const struct nginx_row *find_row(const char *name)
{
    for (size_t i = 0; i < nginx_n_rows; i++)
        if (!strcmp(nginx_rows[i].name, name))
            return &nginx_rows[i];
    return NULL;
}

static const char *unknown(struct arena *a, const char *key)
{
    const char **names = arena_array(a, nginx_n_rows, sizeof *names);
    for (size_t i = 0; i < nginx_n_rows; i++)
        names[i] = nginx_rows[i].name;
    const char *near = name_nearest(key + strlen(NGINX_PREFIX), names, nginx_n_rows);
    return arena_fmt(a, "nginx has no annotation of that name%s%s%s", near ? "; is it '" : "",
                     near ? near : "", near ? "'?" : "");
}

/* Off, as "false" or nothing: then it does not matter what ALB can do. */
static bool is_off(const char *value)
{
    return !*value || !strcmp(value, "false") || !strcmp(value, "off");
}

static void convert_one(struct nginx_edit *e, const cJSON *v, nginx_notes *notes)
{
    const struct nginx_row *row = find_row(v->string + strlen(NGINX_PREFIX));
    struct nginx_note *note = LIST_PUSH(e->a, notes);
    *note = (struct nginx_note){ .ingress = e->from,
                                 .annotation = v->string,
                                 .value = v->valuestring,
                                 .verdict = NGINX_IMPOSSIBLE,
                                 .difference = row ? NULL : unknown(e->a, v->string) };
    if (!row)
        return;
    note->verdict = row->verdict;
    note->becomes = row->becomes;
    note->difference = row->difference;
    note->guards = row->guards;
    if (row->convert)
        row->convert(e, row, v->valuestring, note);
    else if (is_off(v->valuestring))
        *note = (struct nginx_note){ .ingress = e->from,
                                     .annotation = v->string,
                                     .value = v->valuestring,
                                     .verdict = NGINX_EXACT };
    note->guards = note->guards && note->verdict == NGINX_IMPOSSIBLE;
    if (note->verdict == NGINX_IMPOSSIBLE)
        note->becomes = NULL;
}

const struct object *nginx_to_alb(struct arena *a, const struct object *ingress, nginx_notes *notes)
{
    struct nginx_edit e;
    nginx_edit_begin(&e, a, ingress);
    const cJSON *all = json_get(json_get(object_body(ingress), "metadata"), "annotations"), *v;
    if (cJSON_IsObject(all))
        cJSON_ArrayForEach (v, all)
            if (cJSON_IsString(v) && !strncmp(v->string, NGINX_PREFIX, strlen(NGINX_PREFIX)))
                convert_one(&e, v, notes);
    nginx_edit_finish(&e);
    struct object *out = arena_dup(a, ingress, sizeof *ingress);
    out->body = e.body;
    return out;
}

static const char *class_of(const struct object *ingress)
{
    const char *name = json_str(json_get(object_body(ingress), "spec"), "ingressClassName");
    return name ? name : object_annotation(ingress, "kubernetes.io/ingress.class");
}

static bool class_asks(const struct object *class)
{
    const char *asked = class ? object_annotation(class, NGINX_CLASS_ANNOTATION) : NULL;
    return asked && !strcmp(asked, "true");
}

bool nginx_is_asked(const struct object_set *set, const struct object *ingress)
{
    const char *name = class_of(ingress);
    return name && class_asks(object_set_find(set, OBJECT_INGRESS_CLASS, "", name));
}

const struct object *nginx_read(struct subject *s)
{
    nginx_notes notes = { 0 };
    const char *class = class_of(s->obj);
    if (!class || !class_asks(look(s->t, OBJECT_INGRESS_CLASS, "", class)))
        return s->obj;
    const struct object *alb = nginx_to_alb(s->t->a, s->obj, &notes);
    for (size_t i = 0; i < notes.len; i++) {
        const struct nginx_note *n = &notes.items[i];
        struct place at = { .name = arena_fmt(s->t->a, "metadata.annotations[%s]", n->annotation) };
        if (n->guards)
            problem(s, &at, "there is nothing like it in ALB: %s", n->difference);
        else if (n->verdict == NGINX_IMPOSSIBLE)
            warn(s, &at, "it has no effect: %s", n->difference);
        else if (n->verdict == NGINX_APPROXIMATE)
            warn(s, &at, "not just what nginx does: %s", n->difference);
    }
    return alb;
}
