/* Which listeners an Ingress asks for, and which rules go on which: alb-ingress.md §C.2, §C.4. */
#include "world.h"

#include "src/translate/translate_priv.h"

static void assert_rule_count(struct world *w, const char *listener, int n)
{
    int lines = 0;
    for (const char *c = rules(w, listener); *c; c++)
        lines += *c == '\n';
    assert_int_equal(lines, n);
}

struct count_case {
    const char *annotations, *spec;
    int http, https, quic;
};

static void assert_counts(const struct count_case *c)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *text = arena_fmt(&a,
                                 "%s%s---\napiVersion: networking.k8s.io/v1\nkind: Ingress\n"
                                 "metadata: {name: web, namespace: default, annotations: {%s}}\n"
                                 "spec:\n  ingressClassName: alb\n%s",
                                 WEB, TEA("default"), c->annotations, c->spec);
    struct world w = world_of(text);
    assert_string_equal(problems(&w), "");
    assert_rule_count(&w, "80/HTTP", c->http);
    assert_rule_count(&w, "443/HTTPS", c->https);
    assert_rule_count(&w, "443/QUIC", c->quic);
    world_done(&w);
}

#define TLS(hosts) "  tls: [{hosts: [" hosts "]}]\n"
#define RULES      "  rules:\n"
#define PORTS(p)   ALB "listen-ports: '" p "'"
#define ALL_PORTS  PORTS("[{\"HTTP\":80},{\"HTTPS\":443},{\"QUIC\":443}]")
#define REDIRECT   ALB "ssl-redirect: \"true\""

static void test_ports_are_inferred_from_tls_and_hosts(void **state)
{
    (void)state;
    static const struct count_case cases[] = {
        /* No tls: 80. */
        { "", RULES PATH("a.com", "/"), 1, 0, 0 },
        /* Every host in tls: 443 only. */
        { "", TLS("a.com") RULES PATH("a.com", "/"), 0, 1, 0 },
        /* One in, one out: both, each rule on its own. */
        { "", TLS("a.com") RULES PATH("a.com", "/") PATH("b.com", "/"), 1, 1, 0 },
        /* tls without hosts counts for nothing. */
        { "", "  tls: [{secretName: s}]\n" RULES PATH("a.com", "/"), 1, 0, 0 },
        { "", TLS("\"\"") RULES PATH("a.com", "/"), 1, 0, 0 },
        /* A wildcard is compared literally. */
        { "", TLS("\"*.x\"") RULES PATH("a.x", "/"), 1, 0, 0 },
        { "", TLS("\"*.x\"") RULES PATH("*.x", "/"), 0, 1, 0 },
        /* Without a host: never asks for 80 beside 443, and goes on every listener there is. */
        { "", TLS("a.com") RULES PATH("", "/"), 0, 1, 0 },
        { "", RULES PATH("", "/"), 1, 0, 0 },
        { "", TLS("a.com") RULES PATH("", "/") PATH("b.com", "/"), 2, 1, 0 },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_counts(&cases[i]);
}

static void test_listen_ports_replace_what_would_be_inferred(void **state)
{
    (void)state;
    static const struct count_case cases[] = {
        { PORTS("[{\"HTTP\":80},{\"HTTPS\":443}]"), RULES PATH("a.com", "/"), 1, 1, 0 },
        { PORTS("[{\"HTTP\":80,\"HTTPS\":443}]"), RULES PATH("a.com", "/"), 1, 1, 0 },
        { PORTS("[{\"HTTPS\":443}]"), RULES PATH("a.com", "/"), 0, 1, 0 },
        { ALL_PORTS, TLS("a.com") RULES PATH("a.com", "/"), 1, 1, 1 },
        { ALL_PORTS, TLS("b.com") RULES PATH("a.com", "/"), 1, 1, 1 },
        { PORTS("[{\"https\":443}]"), RULES PATH("a.com", "/"), 0, 1, 0 },
        { PORTS("[{\"HTTP\":80},{\"HTTP\":80}]"), RULES PATH("a.com", "/"), 1, 0, 0 },
        { PORTS(" "), TLS("a.com") RULES PATH("a.com", "/"), 0, 1, 0 },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_counts(&cases[i]);
}

static void test_ssl_redirect_adds_port_80(void **state)
{
    (void)state;
    static const struct count_case cases[] = {
        { REDIRECT, TLS("a.com") RULES PATH("a.com", "/"), 1, 1, 0 },
        { REDIRECT, RULES PATH("a.com", "/"), 1, 0, 0 },
        { REDIRECT ", " PORTS("[{\"HTTPS\":443}]"), RULES PATH("a.com", "/"), 1, 1, 0 },
        { "nginx.ingress.kubernetes.io/ssl-redirect: \"true\"",
          TLS("a.com") RULES PATH("a.com", "/"), 1, 1, 0 },
        /* The nginx key wins. */
        { "nginx.ingress.kubernetes.io/ssl-redirect: \"false\", " REDIRECT,
          TLS("a.com") RULES PATH("a.com", "/"), 0, 1, 0 },
        { ALB "ssl-redirect: \"True\"", TLS("a.com") RULES PATH("a.com", "/"), 0, 1, 0 },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_counts(&cases[i]);
}

/* The table of §C.4, by its function: which rules of an Ingress a listener takes. */
static void test_hosts_go_where_the_table_says(void **state)
{
    (void)state;
    static const struct {
        enum alb_protocol protocol;
        const char *host;
        bool has_tls, explicit_ports, ssl_redirect, taken;
    } cases[] = {
        { ALB_PROTOCOL_HTTPS, "in", true, false, false, true },
        { ALB_PROTOCOL_HTTPS, "out", true, false, false, false },
        { ALB_PROTOCOL_HTTPS, "out", false, false, false, true },
        { ALB_PROTOCOL_HTTP, "in", true, false, false, false },
        { ALB_PROTOCOL_HTTP, "out", true, false, false, true },
        { ALB_PROTOCOL_QUIC, "in", true, false, false, true },
        { ALB_PROTOCOL_QUIC, "out", true, false, false, true },
        { ALB_PROTOCOL_HTTPS, "out", true, true, false, true },
        { ALB_PROTOCOL_HTTPS, "out", true, false, true, true },
        { ALB_PROTOCOL_HTTP, "in", true, true, false, true },
        { ALB_PROTOCOL_HTTP, "in", true, false, true, true },
        { ALB_PROTOCOL_HTTPS, NULL, true, false, false, true },
        { ALB_PROTOCOL_HTTP, NULL, true, false, false, true },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct placement p = { .has_tls = cases[i].has_tls,
                               .explicit_ports = cases[i].explicit_ports,
                               .ssl_redirect = cases[i].ssl_redirect };
        if (p.has_tls)
            map_put(&p.tls_hosts, "in", &p);
        assert_int_equal(port_takes_host(&p, cases[i].protocol, cases[i].host), cases[i].taken);
        map_done(&p.tls_hosts);
    }
}

static void test_bad_listen_ports_leave_the_ingress_out(void **state)
{
    (void)state;
    static const struct {
        const char *text, *problem;
    } cases[] = {
        { "[{\"HTTP\":80}", "JSON: syntax error" },
        { "[]", "this is no list with entries" },
        { "{\"HTTP\":80}", "this is no list with entries" },
        { "[80]", "[0]: this is a number; give a map" },
        { "[{\"HTTP\":80},{\"FTP\":21}]", "[1].FTP: this protocol is not known; give HTTP, HTTPS" },
        { "[{\"HTTP\":\"80\"}]", "[0].HTTP: this is no port" },
        { "[{\"HTTP\":0}]", "[0].HTTP: this is no port" },
        { "[{\"HTTP\":65536}]", "[0].HTTP: this is no port" },
        { "[{\"HTTP\":80.5}]", "[0].HTTP: this is no port" },
        { "[{}]", "the entries name no port" },
    };
    struct arena a CLEANUP(arena_done) = { 0 };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct world w =
            world_of(arena_fmt(&a,
                               "%s---\napiVersion: networking.k8s.io/v1\nkind: Ingress\n"
                               "metadata: {name: web, annotations: {%slisten-ports: '%s'}}\n"
                               "spec:\n  ingressClassName: alb\n" RULES PATH("a.com", "/"),
                               WEB, ALB, cases[i].text));
        assert_has(problems(&w), cases[i].problem);
        assert_has(problems(&w), "metadata.annotations[alb.ingress.kubernetes.io/listen-ports]");
        assert_string_equal(rules(&w, "80/HTTP"), "");
        world_done(&w);
    }
}

static void test_a_redirect_to_where_no_rules_are_is_told(void **state)
{
    (void)state;
    static const char told[] = "ssl-redirect]: it sends requests to HTTPS on port 443, where this "
                               "Ingress has no rules; give spec.tls with hosts, or";
    struct world w = world_of(WEB TEA("d") INGRESS(
        "d", "web", ALB "ssl-redirect: \"true\"") "  rules:\n" PATH("a.com", "/"));
    assert_has(warnings(&w), told);
    world_done(&w);
    w = world_of(WEB TEA("d") INGRESS(
        "d", "web",
        ALB "ssl-redirect: \"true\"") "  tls: [{hosts: [a.com]}]\n  rules:\n" PATH("a.com", "/"));
    assert_string_equal(warnings(&w), "");
    world_done(&w);
    w = world_of(WEB TEA("d") INGRESS(
        "d", "web",
        ALB "ssl-redirect: \"true\", " ALB
            "listen-ports: '[{\"HTTPS\":443}]'") "  rules:\n" PATH("a.com", "/"));
    assert_string_equal(warnings(&w), "");
    world_done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ports_are_inferred_from_tls_and_hosts),
        cmocka_unit_test(test_listen_ports_replace_what_would_be_inferred),
        cmocka_unit_test(test_ssl_redirect_adds_port_80),
        cmocka_unit_test(test_hosts_go_where_the_table_says),
        cmocka_unit_test(test_bad_listen_ports_leave_the_ingress_out),
        cmocka_unit_test(test_a_redirect_to_where_no_rules_are_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
