/* Annotations of nginx: the table, what a class that asks for them changes, and that the ALB
 * Ingress that is printed asks for the same rules. */
#include "world.h"

#include "alb-agent/json.h"
#include "alb-agent/nginx.h"
#include "alb-agent/rng.h"
#include "alb-agent/yaml.h"
#include "src/translate/nginx_priv.h"

#define N "nginx.ingress.kubernetes.io/"
#define NGINX_CLASS(asked)                                                 \
    "---\napiVersion: networking.k8s.io/v1\nkind: IngressClass\n"          \
    "metadata: {name: n, annotations: {alb-agent/nginx: \"" asked "\"}}\n" \
    "spec: {controller: ingress.k8s.alibabacloud/alb, parameters: {name: web}}\n"
#define INGRESS_OF(class, annotations, spec)                                     \
    "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\n"                     \
    "metadata:\n  name: web\n  namespace: d\n  annotations: {" annotations "}\n" \
    "spec:\n  ingressClassName: " class "\n" spec
#define X_TEA "  rules:\n" PATH("a.com", "/x")

static void test_every_row_is_complete_and_there_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < nginx_n_rows; i++) {
        const struct nginx_row *row = &nginx_rows[i];
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(nginx_rows[k].name, row->name);
        if (row->verdict == NGINX_EXACT)
            assert_null(row->difference);
        else if (!row->difference)
            fail_msg("%s does not say its difference", row->name);
        /* What is possible is done. */
        assert_int_equal(!row->convert, row->verdict == NGINX_IMPOSSIBLE);
    }
    assert_true(nginx_n_rows > 100); /* the documentation has so many */
}

/* Those of the tables in the documentation of ingress-nginx (annotations.md, annotations-risk.md,
 * as of 2025), and some that earlier versions had. */
static const char *const documented[] = {
    "add-base-url",
    "affinity",
    "affinity-canary-behavior",
    "affinity-mode",
    "allowlist-source-range",
    "app-root",
    "auth-always-set-cookie",
    "auth-cache-duration",
    "auth-cache-key",
    "auth-keepalive",
    "auth-keepalive-requests",
    "auth-keepalive-share-vars",
    "auth-keepalive-timeout",
    "auth-method",
    "auth-proxy-set-headers",
    "auth-realm",
    "auth-request-redirect",
    "auth-response-headers",
    "auth-secret",
    "auth-secret-type",
    "auth-signin",
    "auth-signin-redirect-param",
    "auth-snippet",
    "auth-tls-error-page",
    "auth-tls-match-cn",
    "auth-tls-pass-certificate-to-upstream",
    "auth-tls-secret",
    "auth-tls-verify-client",
    "auth-tls-verify-depth",
    "auth-type",
    "auth-url",
    "backend-protocol",
    "base-url-scheme",
    "canary",
    "canary-by-cookie",
    "canary-by-header",
    "canary-by-header-pattern",
    "canary-by-header-value",
    "canary-weight",
    "canary-weight-total",
    "client-body-buffer-size",
    "configuration-snippet",
    "connection-proxy-header",
    "cors-allow-credentials",
    "cors-allow-headers",
    "cors-allow-methods",
    "cors-allow-origin",
    "cors-expose-headers",
    "cors-max-age",
    "custom-headers",
    "custom-http-errors",
    "default-backend",
    "denylist-source-range",
    "disable-proxy-intercept-errors",
    "enable-access-log",
    "enable-cors",
    "enable-global-auth",
    "enable-influxdb",
    "enable-modsecurity",
    "enable-opentelemetry",
    "enable-opentracing",
    "enable-owasp-core-rules",
    "enable-rewrite-log",
    "fastcgi-index",
    "fastcgi-params-configmap",
    "force-ssl-redirect",
    "from-to-www-redirect",
    "global-rate-limit",
    "global-rate-limit-ignored-cidrs",
    "global-rate-limit-key",
    "global-rate-limit-window",
    "grpc-backend",
    "http2-push-preload",
    "influxdb-host",
    "influxdb-measurement",
    "influxdb-port",
    "influxdb-server-name",
    "limit-allowlist",
    "limit-burst-multiplier",
    "limit-connections",
    "limit-rate",
    "limit-rate-after",
    "limit-rpm",
    "limit-rps",
    "limit-whitelist",
    "load-balance",
    "mirror-host",
    "mirror-request-body",
    "mirror-target",
    "modsecurity-snippet",
    "modsecurity-transaction-id",
    "opentelemetry-operation-name",
    "opentelemetry-trust-incoming-span",
    "opentracing-trust-incoming-span",
    "permanent-redirect",
    "permanent-redirect-code",
    "preserve-trailing-slash",
    "proxy-body-size",
    "proxy-buffer-size",
    "proxy-buffering",
    "proxy-buffers-number",
    "proxy-busy-buffers-size",
    "proxy-connect-timeout",
    "proxy-cookie-domain",
    "proxy-cookie-path",
    "proxy-http-version",
    "proxy-max-temp-file-size",
    "proxy-next-upstream",
    "proxy-next-upstream-timeout",
    "proxy-next-upstream-tries",
    "proxy-read-timeout",
    "proxy-redirect-from",
    "proxy-redirect-to",
    "proxy-request-buffering",
    "proxy-send-timeout",
    "proxy-ssl-ciphers",
    "proxy-ssl-name",
    "proxy-ssl-protocols",
    "proxy-ssl-secret",
    "proxy-ssl-server-name",
    "proxy-ssl-verify",
    "proxy-ssl-verify-depth",
    "relative-redirects",
    "rewrite-target",
    "satisfy",
    "secure-backends",
    "secure-verify-ca-secret",
    "server-alias",
    "server-snippet",
    "service-upstream",
    "session-cookie-change-on-failure",
    "session-cookie-conditional-samesite-none",
    "session-cookie-domain",
    "session-cookie-expires",
    "session-cookie-hash",
    "session-cookie-max-age",
    "session-cookie-name",
    "session-cookie-partitioned",
    "session-cookie-path",
    "session-cookie-samesite",
    "session-cookie-secure",
    "ssl-ciphers",
    "ssl-passthrough",
    "ssl-prefer-server-ciphers",
    "ssl-redirect",
    "stream-snippet",
    "temporal-redirect",
    "temporal-redirect-code",
    "upstream-fail-timeout",
    "upstream-hash-by",
    "upstream-hash-by-subset",
    "upstream-hash-by-subset-size",
    "upstream-max-fails",
    "upstream-vhost",
    "use-port-in-redirects",
    "use-regex",
    "whitelist-source-range",
    "x-forwarded-prefix",
};

static void test_every_documented_annotation_has_a_verdict_of_its_own(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(documented); i++) {
        size_t k = 0;
        while (k < nginx_n_rows && strcmp(nginx_rows[k].name, documented[i]) != 0)
            k++;
        if (k == nginx_n_rows)
            fail_msg("nothing is said of %s", documented[i]);
    }
}

static void test_a_misspelt_annotation_is_told_with_the_one_it_may_be(void **state)
{
    (void)state;
    struct world w = world_of(WEB TEA("d") NGINX_CLASS("true") INGRESS_OF(
        "n", N "limit-rsp: '5', " N "quite-another: x", X_TEA));
    assert_has(warnings(&w),
               "limit-rsp]: it has no effect: nginx has no annotation of that name; is "
               "it 'limit-rps'?\n");
    assert_has(warnings(&w),
               "quite-another]: it has no effect: nginx has no annotation of that name\n");
    world_done(&w);
}

static void test_annotations_count_when_the_class_asks_for_them(void **state)
{
    (void)state;
    struct world w =
        world_of(WEB TEA("d") NGINX_CLASS("true") INGRESS_OF("n", N "limit-rps: '5'", X_TEA));
    assert_string_equal(problems(&w), "");
    assert_string_equal(rules(&w, "80/HTTP"),
                        "a.com /x,/x/* 1:TrafficLimit 0/5 2:ForwardGroup @d/web-tea:80*100\n");
    assert_has(warnings(&w), "metadata.annotations[nginx.ingress.kubernetes.io/limit-rps]: not "
                             "just what nginx does: there is no burst");
    world_done(&w);
}

static void test_annotations_do_not_count_without_the_class(void **state)
{
    (void)state;
    static const char *const texts[] = {
        WEB TEA("d") NGINX_CLASS("false") INGRESS_OF("n", N "limit-rps: '5'", X_TEA),
        WEB TEA("d") NGINX_CLASS("true") INGRESS_OF("alb", N "limit-rps: '5'", X_TEA),
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct world w = world_of(texts[i]);
        assert_string_equal(rules(&w, "80/HTTP"),
                            "a.com /x,/x/* 1:ForwardGroup @d/web-tea:80*100\n");
        assert_string_equal(warnings(&w), "");
        world_done(&w);
    }
}

static void test_what_guards_requests_leaves_the_ingress_out(void **state)
{
    static const char *const guards[] = {
        INGRESS_OF("n", N "auth-url: 'http://a'", X_TEA),
        INGRESS_OF("n", N "auth-tls-secret: d/s", X_TEA),
        INGRESS_OF("n", N "whitelist-source-range: nonsense", X_TEA),
        INGRESS_OF("n", N "configuration-snippet: 'deny all;'", X_TEA),
        INGRESS_OF("n", N "canary-by-header-pattern: 'x'", X_TEA),
        INGRESS_OF("n", N "permanent-redirect: 'https://$host'", X_TEA),
    };
    (void)state;
    for (size_t i = 0; i < COUNT(guards); i++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        struct world w =
            world_of(arena_fmt(&a, "%s%s", WEB TEA("d") NGINX_CLASS("true"), guards[i]));
        assert_has(problems(&w), "there is nothing like it in ALB: ");
        assert_string_equal(rules(&w, "80/HTTP"), "");
        world_done(&w);
    }
}

static void test_what_guards_nothing_is_a_warning(void **state)
{
    (void)state;
    struct world w = world_of(WEB TEA("d") NGINX_CLASS("true") INGRESS_OF(
        "n", N "proxy-body-size: 8m, " N "no-such-thing: x, " N "enable-modsecurity: 'false'",
        X_TEA));
    assert_string_equal(problems(&w), "");
    assert_has(warnings(&w), "proxy-body-size]: it has no effect: ALB has a limit of its own");
    assert_has(warnings(&w), "no-such-thing]: it has no effect: nginx has no annotation");
    assert_null(strstr(warnings(&w), "modsecurity"));
    assert_non_null(rule_row(&w, "80/HTTP", 1));
    world_done(&w);
}

/* ---- garbage --------------------------------------------------------------------------------- */

/* 'hostile' stands beside an Ingress that has its rule whatever that is. */
static void assert_harms_nobody(const char *hostile)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct buf b CLEANUP(buf_done) = { 0 };
    nginx_notes notes = { 0 };
    struct world w = world_of(arena_fmt(&a, "%s%s%s%s", WEB TEA("d") NGINX_CLASS("true"), hostile,
                                        INGRESS("d", "good", ""), "  rules:\n" PATH("g.com", "/")));
    assert_has(rules(&w, "80/HTTP"), "g.com /* 1:ForwardGroup @d/good-tea:80*100\n");
    const struct object *ing = object_set_find(&w.set, OBJECT_INGRESS, "d", "web");
    assert_non_null(ing);
    yaml_write(&b, nginx_to_alb(&a, ing, &notes)->body);
    assert_non_null(strstr(buf_str(&b), "name: web"));
    world_done(&w);
}

static void test_garbage_in_any_annotation_harms_nobody_else(void **state)
{
    static const char *const values[] = {
        "''",         "','",           "'$'", "'[\\\"'", "' '", "'-1'",   "'99999999999999999999'",
        "'https://'", "'http://:/?#'", "'*'", "'~'",     "'/'", "'true'", "'1.1.1.1/99'",
    };
    (void)state;
    for (size_t i = 0; i < nginx_n_rows; i++)
        for (size_t k = 0; k < COUNT(values); k++) {
            struct arena a CLEANUP(arena_done) = { 0 };
            assert_harms_nobody(arena_fmt(&a, INGRESS_OF("n", "%s%s: %s", X_TEA), N,
                                          nginx_rows[i].name, values[k]));
        }
}

#define ALL                                                                           \
    N "app-root: /a, " N "server-alias: z.com, " N "from-to-www-redirect: 'true', " N \
      "whitelist-source-range: 1.1.1.1, " N "denylist-source-range: 1.1.1.2, " N      \
      "temporal-redirect: 'http://d.com'"

static void test_garbage_in_the_spec_harms_nobody_else(void **state)
{
    static const char *const specs[] = {
        INGRESS_OF("n", ALL, "  rules: 5\n"),
        INGRESS_OF("n", ALL, "  rules: {a: b}\n"),
        INGRESS_OF("n", ALL, "  rules: [5, null, x, [], {}]\n"),
        INGRESS_OF("n", ALL, "  rules: [{host: 5}, {host: a.com, http: 5}]\n"),
        INGRESS_OF("n", ALL, "  rules: [{host: a.com, http: {paths: {a: b}}}]\n"),
        INGRESS_OF("n", ALL, "  rules: [{host: a.com, http: {paths: [5, x, [], {}]}}]\n"),
        INGRESS_OF("n", ALL,
                   "  rules: [{host: a.com, http: {paths: [{path: 5, pathType: 5, backend: {"
                   "service: {name: tea, port: x}}}]}}]\n"),
        INGRESS_OF("n", ALL, "  tls: x\n" X_TEA),
        INGRESS_OF("n", ALL, "  tls: [5, {hosts: {a: a.com}}, {hosts: [5]}]\n" X_TEA),
    };
    (void)state;
    for (size_t i = 0; i < COUNT(specs); i++)
        assert_harms_nobody(specs[i]);
}

/* ---- the Ingress that is printed ------------------------------------------------------------ */

/* The rules of both listeners and the problems, as one text. */
static const char *outcome(struct world *w)
{
    return arena_fmt(&w->a, "%s--\n%s--\n%s", rules(w, "80/HTTP"), rules(w, "443/HTTPS"),
                     problems(w));
}

/* The manifest of the ALB Ingress. */
static const char *printed(struct arena *a, const struct world *w)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    nginx_notes notes = { 0 };
    const struct object *ing = object_set_find(&w->set, OBJECT_INGRESS, "d", "web");
    assert_non_null(ing);
    buf_adds(&b, "---\n");
    yaml_write(&b, nginx_to_alb(a, ing, &notes)->body);
    return buf_keep(&b, a);
}

static const char *const pieces[] = {
    N "use-regex: 'true'",
    N "rewrite-target: '/y/$1'",
    N "app-root: /app",
    N "server-alias: 'b.com,c.com'",
    N "from-to-www-redirect: 'true'",
    N "upstream-vhost: v.com",
    N "x-forwarded-prefix: '/\"p'",
    N "ssl-redirect: 'false'",
    N "force-ssl-redirect: 'true'",
    N "permanent-redirect: 'https://d.com/x?y=z'",
    N "temporal-redirect: 'http://d.com'",
    N "whitelist-source-range: '10.0.0.0/8,1.1.1.1'",
    N "denylist-source-range: 10.1.0.0/16",
    N "limit-rps: '7'",
    N "enable-cors: 'true'",
    N "cors-allow-origin: 'https://b.com'",
    N "backend-protocol: HTTPS",
    N "load-balance: ewma",
    N "affinity: cookie",
    N "upstream-hash-by: $arg_id",
    N "canary: 'true'",
    N "canary-by-header: X",
    ALB "order: '3'",
    ALB "traffic-limit-qps: '100'",
};

static const char *random_ingress(struct arena *a, struct rng *r)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    for (size_t i = 0; i < COUNT(pieces); i++)
        if (rng_below(r, 4) == 0)
            buf_addf(&b, "%s%s", b.len ? ", " : "", pieces[i]);
    return arena_fmt(a, INGRESS_OF("n", "%s", "  rules:\n%s%s%s"), buf_str(&b),
                     rng_below(r, 2) ? PATH("a.com", "/x(/|$)(.*)") : PATH("a.com", "/x"),
                     rng_below(r, 2) ? PATH("e.com", "/") : "",
                     rng_below(r, 2) ? "  tls: [{hosts: [a.com], secretName: s}]\n" : "");
}

static void test_printed_ingress_gives_the_same_rules(void **state)
{
    size_t n_with_rules = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        struct rng r = { .state = seed };
        const char *text =
            arena_fmt(&a, "%s%s", WEB TEA("d") NGINX_CLASS("true"), random_ingress(&a, &r));
        struct world first = world_of(text);
        const char *alb = printed(&a, &first);
        assert_null(strstr(alb, "nginx.ingress"));
        /* Whether or not its class asks for annotations of nginx. */
        struct world again = world_of(arena_fmt(&a, "%s%s", WEB TEA("d") NGINX_CLASS("true"), alb));
        struct world plain =
            world_of(arena_fmt(&a, "%s%s", WEB TEA("d") NGINX_CLASS("false"), alb));
        assert_string_equal(outcome(&again), outcome(&first));
        assert_string_equal(outcome(&plain), outcome(&first));
        assert_string_equal(printed(&a, &again), alb);
        n_with_rules += rule_row(&first, "80/HTTP", 1) != NULL;
        world_done(&first);
        world_done(&again);
        world_done(&plain);
    }
    assert_true(n_with_rules > 30); /* else the comparison says little */
}

static void test_an_ingress_without_annotations_is_left_as_it_is(void **state)
{
    (void)state;
    struct world w = world_of(
        WEB TEA("d") NGINX_CLASS("true") "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\n"
                                         "metadata: {name: web, namespace: d}\n"
                                         "spec:\n  ingressClassName: n\n" X_TEA);
    assert_string_equal(problems(&w), "");
    assert_string_equal(warnings(&w), "");
    assert_string_equal(rules(&w, "80/HTTP"), "a.com /x,/x/*" FORWARD(1));
    world_done(&w);
}

static void test_an_ingress_of_no_class_asks_for_nothing(void **state)
{
    (void)state;
    struct world w = world_of(
        WEB TEA("d") NGINX_CLASS("true") "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\n"
                                         "metadata: {name: web, namespace: d}\nspec:\n" X_TEA);
    assert_false(nginx_is_asked(&w.set, object_set_find(&w.set, OBJECT_INGRESS, "d", "web")));
    assert_null(rule_row(&w, "80/HTTP", 1));
    world_done(&w);
}

/* The object model lets them through, though Kubernetes does not. */
static void test_annotations_that_are_no_text_are_passed_over(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    nginx_notes notes = { 0 };
    struct error err;
    cJSON *body CLEANUP(json_done) = NULL;
    static const char text[] = "{\"metadata\":{\"annotations\":{\"" N "limit-rps\":5,\"" N
                               "limit-rpm\":\"60\"}},\"spec\":{}}";
    assert_true(json_parse(text, strlen(text), &body, &err));
    const struct object obj = {
        .kind = OBJECT_INGRESS, .ns = "d", .name = "web", .origin = "t.yaml:1", .body = body
    };
    (void)nginx_to_alb(&a, &obj, &notes);
    assert_int_equal(notes.len, 1);
    assert_string_equal(notes.items[0].annotation, N "limit-rpm");
}

static void test_the_class_of_an_ingress_asks_for_it(void **state)
{
    (void)state;
    struct world w = world_of(WEB TEA("d") NGINX_CLASS("true") INGRESS_OF("n", "", X_TEA)
                                  INGRESS("d", "plain", "") X_TEA INGRESS("d", "lost", ""));
    assert_true(nginx_is_asked(&w.set, object_set_find(&w.set, OBJECT_INGRESS, "d", "web")));
    assert_false(nginx_is_asked(&w.set, object_set_find(&w.set, OBJECT_INGRESS, "d", "plain")));
    world_done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_row_is_complete_and_there_once),
        cmocka_unit_test(test_every_documented_annotation_has_a_verdict_of_its_own),
        cmocka_unit_test(test_a_misspelt_annotation_is_told_with_the_one_it_may_be),
        cmocka_unit_test(test_annotations_count_when_the_class_asks_for_them),
        cmocka_unit_test(test_annotations_do_not_count_without_the_class),
        cmocka_unit_test(test_what_guards_requests_leaves_the_ingress_out),
        cmocka_unit_test(test_what_guards_nothing_is_a_warning),
        cmocka_unit_test(test_garbage_in_any_annotation_harms_nobody_else),
        cmocka_unit_test(test_garbage_in_the_spec_harms_nobody_else),
        cmocka_unit_test(test_printed_ingress_gives_the_same_rules),
        cmocka_unit_test(test_an_ingress_without_annotations_is_left_as_it_is),
        cmocka_unit_test(test_an_ingress_of_no_class_asks_for_nothing),
        cmocka_unit_test(test_annotations_that_are_no_text_are_passed_over),
        cmocka_unit_test(test_the_class_of_an_ingress_asks_for_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
