/* What single annotations of nginx become (documentation of ingress-nginx, annotations). */
#include "world.h"

#include "alb-agent/json.h"
#include "alb-agent/nginx.h"

#define N "nginx.ingress.kubernetes.io/"

/* Annotations of nginx, the verdict on the first of them, and an annotation of ours that must
 * be there with its value; NULL: none of that name. */
struct wanted {
    const char *given;
    enum nginx_verdict verdict;
    const char *name, *value;
};

static void check(const struct wanted *w)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct object_set set CLEANUP(object_set_done) = { 0 };
    struct source_options options = { 0 };
    nginx_notes notes = { 0 };
    const char *text =
        arena_fmt(&a, INGRESS("d", "web", "%s") "  rules:\n" PATH("a.com", "/x"), w->given);
    source_read_text("t.yaml", text, strlen(text), &options, &set);
    const struct object *ing = object_set_find(&set, OBJECT_INGRESS, "d", "web");
    assert_non_null(ing);
    const struct object *alb = nginx_to_alb(&a, ing, &notes);
    const char *value = object_annotation(alb, arena_fmt(&a, ALB "%s", w->name));
    if (notes.items[0].verdict != w->verdict)
        fail_msg("%s: %s", w->given, nginx_verdict_name(notes.items[0].verdict));
    if (!value != !w->value || (value && strcmp(value, w->value) != 0))
        fail_msg("%s: %s is %s", w->given, w->name, value ? value : "not there");
    /* What is impossible says why, what is approximate how. */
    assert_int_equal(!notes.items[0].difference, notes.items[0].verdict == NGINX_EXACT);
}

#define check_all(cases)                      \
    for (size_t i = 0; i < COUNT(cases); i++) \
    check(&(cases)[i])

static void test_canaries(void **state)
{
    static const struct wanted cases[] = {
        { N "canary: 'true'", NGINX_APPROXIMATE, "canary", "true" },
        { N "canary-by-header: X", NGINX_APPROXIMATE, "canary-by-header", "X" },
        { N "canary-by-header: X", NGINX_APPROXIMATE, "canary-by-header-value", "always" },
        { N "canary-by-header: X", NGINX_APPROXIMATE, "order", "1" },
        { N "canary-by-header: X, " ALB "order: '7'", NGINX_APPROXIMATE, "order", "7" },
        { N "canary-by-header: X, " N "canary-by-header-value: v", NGINX_EXACT,
          "canary-by-header-value", "v" },
        { N "canary-by-header-pattern: 'v.*'", NGINX_IMPOSSIBLE, "canary-by-header-value", NULL },
        { N "canary-by-cookie: c", NGINX_APPROXIMATE, "canary-by-cookie", "c" },
        { N "canary-weight: '20'", NGINX_EXACT, "canary-weight", "20" },
        { N "canary-weight: '200', " N "canary-weight-total: '1000'", NGINX_EXACT, "canary-weight",
          "20" },
        { N "canary-weight: '1', " N "canary-weight-total: '3'", NGINX_APPROXIMATE, "canary-weight",
          "33" },
        { N "canary-weight: '9', " N "canary-weight-total: '3'", NGINX_EXACT, "canary-weight",
          "100" },
        { N "canary-weight: '1', " N "canary-weight-total: '0'", NGINX_IMPOSSIBLE, "canary-weight",
          NULL },
        { N "canary-weight: '1', " N "canary-weight-total: all", NGINX_IMPOSSIBLE, "canary-weight",
          NULL },
        { N "canary-weight: many", NGINX_IMPOSSIBLE, "canary-weight", NULL },
        { N "canary-weight: '20', " N "canary-by-header: X", NGINX_IMPOSSIBLE, "canary-weight",
          NULL },
        { N "canary-weight: '20', " N "canary-by-cookie: X", NGINX_IMPOSSIBLE, "canary-weight",
          NULL },
        /* The existing controller reads these below nginx' prefix first, so they win. */
        { N "canary-weight: '20', " ALB "canary-weight: '30'", NGINX_EXACT, "canary-weight", "20" },
    };
    (void)state;
    check_all(cases);
}

static void test_paths(void **state)
{
    static const struct wanted cases[] = {
        { N "use-regex: 'true'", NGINX_APPROXIMATE, "use-regex", "true" },
        { N "use-regex: 'false'", NGINX_EXACT, "use-regex", "false" },
        { N "rewrite-target: '/y/$2'", NGINX_APPROXIMATE, "rewrite-target", "/y/${2}" },
        { N "rewrite-target: '/y', " ALB "rewrite-target: /z", NGINX_APPROXIMATE, "rewrite-target",
          "/z" },
        { N "rewrite-target: '/$a/$-'", NGINX_APPROXIMATE, "rewrite-target", "/$a/$-" },
        { N "rewrite-target: 'https://b.com'", NGINX_IMPOSSIBLE, "rewrite-target", NULL },
        { N "upstream-vhost: b.com", NGINX_EXACT, "actions.tea",
          "[{\"type\":\"Rewrite\",\"RewriteConfig\":{\"host\":\"b.com\",\"path\":\"${path}\","
          "\"query\":\"${query}\"}}]" },
        /* Two rewrites of one rule would exclude each other. */
        { N "upstream-vhost: b.com, " N "rewrite-target: /y", NGINX_EXACT, "actions.tea",
          "[{\"type\":\"Rewrite\",\"RewriteConfig\":{\"host\":\"b.com\",\"path\":\"/y\","
          "\"query\":\"${query}\"}}]" },
        { N "upstream-vhost: b.com, " N "rewrite-target: /y", NGINX_EXACT, "rewrite-target", NULL },
        { N "upstream-vhost: b.com, " N "rewrite-target: /y", NGINX_EXACT, "use-regex", "true" },
        { N "upstream-vhost: '*.b.com'", NGINX_IMPOSSIBLE, "actions.tea", NULL },
        { N "upstream-vhost: $host", NGINX_IMPOSSIBLE, "actions.tea", NULL },
        { N "x-forwarded-prefix: '/x'", NGINX_EXACT, "actions.tea",
          "[{\"type\":\"InsertHeader\",\"InsertHeaderConfig\":{\"key\":\"X-Forwarded-Prefix\","
          "\"value\":\"/x\",\"valueType\":\"UserDefined\"}}]" },
        { N "x-forwarded-prefix: '/$1'", NGINX_IMPOSSIBLE, "actions.tea", NULL },
        { N "app-root: /app", NGINX_EXACT, "actions.alb-agent-app-root",
          "[{\"type\":\"Redirect\",\"RedirectConfig\":{\"path\":\"/"
          "app\",\"httpCode\":\"302\"}}]" },
        { N "app-root: app", NGINX_IMPOSSIBLE, "actions.alb-agent-app-root", NULL },
        { N "from-to-www-redirect: 'true'", NGINX_EXACT, "actions.alb-agent-www-0",
          "[{\"type\":\"Redirect\",\"RedirectConfig\":{\"host\":\"a.com\",\"httpCode\":\"308\"}}"
          "]" },
        { N "from-to-www-redirect: 'false'", NGINX_EXACT, "actions.alb-agent-www-0", NULL },
        { N "server-alias: '~^b'", NGINX_IMPOSSIBLE, "order", NULL },
    };
    (void)state;
    check_all(cases);
}

#define GOES_TO(members) "[{\"type\":\"Redirect\",\"RedirectConfig\":{" members "}}]"

static void test_redirects(void **state)
{
    static const struct wanted cases[] = {
        { N "ssl-redirect: 'true'", NGINX_EXACT, "ssl-redirect", NULL }, /* no spec.tls */
        { N "ssl-redirect: 'false'", NGINX_EXACT, "ssl-redirect", "false" },
        { N "force-ssl-redirect: 'true'", NGINX_EXACT, "ssl-redirect", "true" },
        { N "force-ssl-redirect: 'false'", NGINX_EXACT, "ssl-redirect", NULL },
        { N "ssl-redirect: 'false', " N "force-ssl-redirect: 'true'", NGINX_EXACT, "ssl-redirect",
          "true" },
        { N "permanent-redirect: 'https://b.com'", NGINX_APPROXIMATE, "actions.tea",
          GOES_TO("\"protocol\":\"HTTPS\",\"host\":\"b.com\",\"port\":\"443\",\"path\":\"/"
                  "\",\"httpCode\":\"301\"") },
        { N "permanent-redirect: 'http://b.com:8080/y?z=1', " N "permanent-redirect-code: '308'",
          NGINX_EXACT, "actions.tea",
          GOES_TO("\"protocol\":\"HTTP\",\"host\":\"b.com\",\"port\":\"8080\",\"path\":\"/"
                  "y\",\"query\":\"z=1\",\"httpCode\":\"308\"") },
        { N "temporal-redirect: 'https://b.com/'", NGINX_APPROXIMATE, "actions.tea",
          GOES_TO("\"protocol\":\"HTTPS\",\"host\":\"b.com\",\"port\":\"443\",\"path\":\"/"
                  "\",\"httpCode\":\"302\"") },
        { N "permanent-redirect: 'https://c.com', " N "temporal-redirect: 'https://b.com/'",
          NGINX_EXACT, "actions.tea",
          GOES_TO("\"protocol\":\"HTTPS\",\"host\":\"b.com\",\"port\":\"443\",\"path\":\"/"
                  "\",\"httpCode\":\"302\"") },
        { N "permanent-redirect: 'http://b.com/y?'", NGINX_APPROXIMATE, "actions.tea",
          GOES_TO("\"protocol\":\"HTTP\",\"host\":\"b.com\",\"port\":\"80\",\"path\":\"/"
                  "y\",\"httpCode\":\"301\"") },
        { N "permanent-redirect: '/y'", NGINX_IMPOSSIBLE, "actions.tea", NULL },
        { N "permanent-redirect: 'https://b.com$request_uri'", NGINX_IMPOSSIBLE, "actions.tea",
          NULL },
    };
    (void)state;
    check_all(cases);
}

static void test_limits_and_ranges(void **state)
{
    static const struct wanted cases[] = {
        { N "limit-rps: '5'", NGINX_APPROXIMATE, "traffic-limit-ip-qps", "5" },
        { N "limit-rps: '0'", NGINX_EXACT, "traffic-limit-ip-qps", NULL },
        { N "limit-rps: five", NGINX_IMPOSSIBLE, "traffic-limit-ip-qps", NULL },
        { N "limit-rpm: '61'", NGINX_APPROXIMATE, "traffic-limit-ip-qps", "2" },
        { N "limit-rpm: '61', " N "limit-rps: '5'", NGINX_IMPOSSIBLE, "traffic-limit-ip-qps", "5" },
        { N "limit-rpm: x", NGINX_IMPOSSIBLE, "traffic-limit-ip-qps", NULL },
        { N "limit-rpm: '0'", NGINX_EXACT, "traffic-limit-ip-qps", NULL },
        { N "whitelist-source-range: '10.0.0.0/8, 10.1.1.1'", NGINX_APPROXIMATE, "conditions.tea",
          "[{\"type\":\"SourceIp\",\"sourceIpConfig\":{\"values\":[\"10.0.0.0/"
          "8\",\"10.1.1.1\"]}}]" },
        { N "denylist-source-range: 10.0.0.0/8", NGINX_APPROXIMATE, "conditions.alb-agent-denied",
          "[{\"type\":\"SourceIp\",\"sourceIpConfig\":{\"values\":[\"10.0.0.0/8\"]}}]" },
        { N "denylist-source-range: 10.0.0.0/8", NGINX_APPROXIMATE, "conditions.tea", NULL },
        { N "whitelist-source-range: ''", NGINX_EXACT, "conditions.tea", NULL },
        { N "whitelist-source-range: 'a.com'", NGINX_IMPOSSIBLE, "conditions.tea", NULL },
        { N "allowlist-source-range: '1.1.1.1,1.1.1.2,1.1.1.3,1.1.1.4,1.1.1.5,1.1.1.6'",
          NGINX_IMPOSSIBLE, "conditions.tea", NULL },
    };
    (void)state;
    check_all(cases);
}

static void test_cors(void **state)
{
    static const struct wanted cases[] = {
        { N "enable-cors: 'true'", NGINX_APPROXIMATE, "enable-cors", "true" },
        { N "enable-cors: 'true', " N "cors-max-age: '600'", NGINX_EXACT, "cors-max-age", "600" },
        { N "enable-cors: 'false'", NGINX_EXACT, "enable-cors", "false" },
        { N "cors-allow-origin: 'https://b.com'", NGINX_EXACT, "cors-allow-origin",
          "https://b.com" },
        { N "cors-allow-credentials: 'false'", NGINX_EXACT, "cors-allow-credentials", "false" },
        { N "cors-max-age: '1728000'", NGINX_APPROXIMATE, "cors-max-age", "172800" },
        { N "cors-max-age: long", NGINX_IMPOSSIBLE, "cors-max-age", NULL },
    };
    (void)state;
    check_all(cases);
}

static void test_backends(void **state)
{
    static const struct wanted cases[] = {
        { N "backend-protocol: HTTPS", NGINX_EXACT, "backend-protocol", "https" },
        { N "backend-protocol: GRPC", NGINX_EXACT, "backend-protocol", "grpc" },
        { N "backend-protocol: FCGI", NGINX_IMPOSSIBLE, "backend-protocol", NULL },
        { N "load-balance: round_robin", NGINX_EXACT, "backend-scheduler", "wrr" },
        { N "load-balance: ewma", NGINX_APPROXIMATE, "backend-scheduler", "wlc" },
        { N "load-balance: magic", NGINX_IMPOSSIBLE, "backend-scheduler", NULL },
        { N "load-balance: ewma, " N "upstream-hash-by: $arg_id", NGINX_EXACT, "backend-scheduler",
          "uch" },
        { N "upstream-hash-by: $arg_id", NGINX_EXACT, "backend-scheduler-uch-value", "id" },
        { N "upstream-hash-by: $binary_remote_addr", NGINX_APPROXIMATE, "backend-scheduler",
          "sch" },
        { N "upstream-hash-by: $remote_addr", NGINX_APPROXIMATE, "backend-scheduler", "sch" },
        { N "upstream-hash-by: $arg_", NGINX_IMPOSSIBLE, "backend-scheduler", NULL },
        { N "upstream-hash-by: $request_uri", NGINX_IMPOSSIBLE, "backend-scheduler", NULL },
        { N "upstream-hash-by: $arg_x$arg_y", NGINX_IMPOSSIBLE, "backend-scheduler", NULL },
        { N "affinity: cookie", NGINX_APPROXIMATE, "sticky-session", "true" },
        { N "affinity: ip", NGINX_EXACT, "sticky-session", NULL },
        { N "session-cookie-max-age: '60', " N "affinity: cookie", NGINX_APPROXIMATE,
          "cookie-timeout", "60" },
        { N "session-cookie-max-age: '172800', " N "affinity: cookie", NGINX_APPROXIMATE,
          "cookie-timeout", "86400" },
        { N "session-cookie-max-age: '0', " N "affinity: cookie", NGINX_IMPOSSIBLE,
          "cookie-timeout", NULL },
        { N "session-cookie-max-age: long, " N "affinity: cookie", NGINX_IMPOSSIBLE,
          "cookie-timeout", NULL },
        { N "session-cookie-max-age: '60', " N "affinity: ip", NGINX_EXACT, "cookie-timeout",
          NULL },
        { N "session-cookie-max-age: '60'", NGINX_EXACT, "cookie-timeout", NULL },
        { N "proxy-body-size: 8m", NGINX_IMPOSSIBLE, "order", NULL },
        { N "proxy-buffering: 'off'", NGINX_EXACT, "order", NULL },
        { N "enable-modsecurity: 'false'", NGINX_EXACT, "order", NULL },
    };
    (void)state;
    check_all(cases);
}

/* Why the first annotation is impossible, or how what becomes of it differs. */
struct reason {
    const char *given, *difference;
};

static void assert_reason(const struct reason *r)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct object_set set CLEANUP(object_set_done) = { 0 };
    struct source_options options = { 0 };
    nginx_notes notes = { 0 };
    const char *text =
        arena_fmt(&a, INGRESS("d", "web", "%s") "  rules:\n" PATH("a.com", "/x"), r->given);
    source_read_text("t.yaml", text, strlen(text), &options, &set);
    (void)nginx_to_alb(&a, object_set_find(&set, OBJECT_INGRESS, "d", "web"), &notes);
    assert_non_null(notes.items[0].difference);
    assert_has(notes.items[0].difference, r->difference);
}

static void test_each_value_has_its_own_reason(void **state)
{
    static const struct reason cases[] = {
        { N "canary-weight: many", "the weight or its total is no number" },
        { N "canary-weight: '20', " N "canary-by-header: X",
          "nginx gives the weight what header and cookie leave over" },
        { N "canary-weight: '1', " N "canary-weight-total: '3'",
          "ALB takes shares of whole per cents, so it is rounded" },
        { N "rewrite-target: x", "ALB rewrites to a path, which begins with /" },
        { N "app-root: x", "nginx takes a path, which begins with /" },
        { N "server-alias: '~^www'", "an alias is no host, or an expression of nginx" },
        { N "upstream-vhost: $host", "ALB takes a host here, without variables and wildcards" },
        { N "x-forwarded-prefix: '/$1'", "ALB sets a header to a text, without variables" },
        { N "permanent-redirect: '/y'", "ALB redirects to an http(s) URL without variables" },
        { N "allowlist-source-range: '1.1.1.1,1.1.1.2,1.1.1.3,1.1.1.4,1.1.1.5,1.1.1.6'",
          "ALB takes 5 ranges in a rule; use an aclConfig of the listener" },
        { N "whitelist-source-range: 'a.com'", "one of them is no address and no range" },
        { N "limit-rps: five", "it is no number of requests" },
        { N "limit-rpm: x", "it is no number of requests" },
        { N "limit-rpm: '61', " N "limit-rps: '5'",
          "ALB has one limit of this kind, which limit-rps has taken" },
        { N "enable-cors: 'true'", "browsers remember the answer for 172800 seconds, with nginx" },
        { N "cors-max-age: long", "it is no number of seconds" },
        { N "cors-max-age: '1728000'", "ALB takes at most 172800 seconds" },
        { N "backend-protocol: FCGI", "ALB speaks http, https and grpc (without TLS) with" },
        { N "load-balance: ewma", "by the fewest connections, not by the quickest answers" },
        { N "load-balance: ip_hash", "addresses are spread by another function" },
        { N "load-balance: magic", "ALB has no such way to spread requests" },
        { N "upstream-hash-by: $request_uri",
          "ALB hashes the address of a client or one query parameter" },
        { N "session-cookie-max-age: '0', " N "affinity: cookie",
          "it is no number of seconds that ALB takes" },
        { N "session-cookie-max-age: '172800', " N "affinity: cookie",
          "ALB keeps a cookie for at most 86400 seconds" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_reason(&cases[i]);
}

static void test_a_forced_redirect_goes_beyond_spec_tls(void **state)
{
    static const char text[] =
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\n"
        "metadata: {name: web, namespace: d, annotations: {" N "ssl-redirect: 'true'}}\n"
        "spec:\n  ingressClassName: alb\n  tls: [{hosts: [a.com]}]\n"
        "  rules:\n" PATH("a.com", "/") PATH("b.com", "/");
    struct arena a CLEANUP(arena_done) = { 0 };
    struct object_set set CLEANUP(object_set_done) = { 0 };
    struct source_options options = { 0 };
    nginx_notes notes = { 0 };
    (void)state;
    source_read_text("t.yaml", text, strlen(text), &options, &set);
    (void)nginx_to_alb(&a, object_set_find(&set, OBJECT_INGRESS, "d", "web"), &notes);
    assert_int_equal(notes.items[0].verdict, NGINX_APPROXIMATE);
    assert_string_equal(notes.items[0].difference,
                        "hosts that are not in spec.tls are redirected too");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_canaries),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_redirects),
        cmocka_unit_test(test_limits_and_ranges),
        cmocka_unit_test(test_cors),
        cmocka_unit_test(test_backends),
        cmocka_unit_test(test_each_value_has_its_own_reason),
        cmocka_unit_test(test_a_forced_redirect_goes_beyond_spec_tls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
