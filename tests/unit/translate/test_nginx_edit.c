/* The rules of an Ingress for nginx after they were rewritten. */
#include "world.h"

#include "alb-agent/json.h"
#include "alb-agent/nginx.h"

#define N      "nginx.ingress.kubernetes.io/"
#define TLS    "  tls: [{hosts: [a.com], secretName: s}]\n"
#define X_ROOT "  rules:\n" PATH("a.com", "/x")

/* The hosts, paths and services of the ALB Ingress, a line each, then the hosts of TLS. */
static const char *rules_of(struct arena *a, const char *annotations, const char *spec)
{
    struct object_set set CLEANUP(object_set_done) = { 0 };
    struct source_options options = { 0 };
    nginx_notes notes = { 0 };
    struct buf b CLEANUP(buf_done) = { 0 };
    const char *text = arena_fmt(a, INGRESS("d", "web", "%s") "%s", annotations, spec);
    source_read_text("t.yaml", text, strlen(text), &options, &set);
    const struct object *ing = object_set_find(&set, OBJECT_INGRESS, "d", "web");
    assert_non_null(ing);
    const cJSON *body = nginx_to_alb(a, ing, &notes)->body, *rule, *path, *tls, *host;
    cJSON_ArrayForEach (rule, json_at(body, "spec.rules"))
        cJSON_ArrayForEach (path, json_at(rule, "http.paths"))
            buf_addf(&b, "%s %s %s %s\n", json_str(rule, "host"), json_str(path, "pathType"),
                     json_str(path, "path"), json_str(json_at(path, "backend.service"), "name"));
    cJSON_ArrayForEach (tls, json_at(body, "spec.tls"))
        cJSON_ArrayForEach (host, json_get(tls, "hosts"))
            buf_addf(&b, "tls %s\n", host->valuestring);
    return buf_keep(&b, a);
}

static void assert_paths(const char *annotations, const char *spec, const char *wanted)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    assert_string_equal(rules_of(&a, annotations, spec), wanted);
}

static void test_rules_without_annotations_stay(void **state)
{
    (void)state;
    assert_paths("", X_ROOT, "a.com Prefix /x tea\n");
    /* nginx compares all that is not Exact as a prefix. */
    assert_paths("",
                 "  rules: [{host: a.com, http: {paths: [{path: /x, pathType: "
                 "ImplementationSpecific, backend: {service: {name: tea, port: {number: 80}}}}, "
                 "{path: /y, pathType: Exact, backend: {service: {name: tea, port: {number: "
                 "80}}}}]}}]\n",
                 "a.com Prefix /x tea\na.com Exact /y tea\n");
}

static void test_guards_stand_around_each_path(void **state)
{
    (void)state;
    assert_paths(N "whitelist-source-range: 10.0.0.0/8", X_ROOT PATH("b.com", "/y"),
                 "a.com Prefix /x tea\na.com Prefix /x alb-agent-forbidden\n"
                 "b.com Prefix /y tea\nb.com Prefix /y alb-agent-forbidden\n");
    assert_paths(N "denylist-source-range: 10.0.0.0/8", X_ROOT,
                 "a.com Prefix /x alb-agent-denied\na.com Prefix /x tea\n");
    assert_paths(N "denylist-source-range: 10.0.0.0/8, " N "whitelist-source-range: 11.0.0.0/8",
                 X_ROOT,
                 "a.com Prefix /x alb-agent-denied\na.com Prefix /x tea\n"
                 "a.com Prefix /x alb-agent-forbidden\n");
}

static void test_app_root_comes_first(void **state)
{
    (void)state;
    assert_paths(N "app-root: /app", X_ROOT,
                 "a.com Exact / alb-agent-app-root\na.com Prefix /x tea\n");
}

static void test_other_hosts_are_added(void **state)
{
    (void)state;
    assert_paths(N "server-alias: 'b.com,c.com'", X_ROOT TLS,
                 "a.com Prefix /x tea\nb.com Prefix /x tea\nc.com Prefix /x tea\n"
                 "tls a.com\ntls b.com\ntls c.com\n");
    assert_paths(N "from-to-www-redirect: 'true'", X_ROOT TLS,
                 "a.com Prefix /x tea\nwww.a.com Prefix / alb-agent-www-0\n"
                 "tls a.com\ntls www.a.com\n");
    assert_paths(N "from-to-www-redirect: 'true'", "  rules:\n" PATH("www.a.com", "/x"),
                 "www.a.com Prefix /x tea\na.com Prefix / alb-agent-www-0\n");
    /* A name that TLS has already is not added to it. */
    assert_paths(N "server-alias: b.com", X_ROOT "  tls: [{hosts: [a.com, b.com]}]\n",
                 "a.com Prefix /x tea\nb.com Prefix /x tea\ntls a.com\ntls b.com\n");
    /* A host that is there already is not taken. */
    assert_paths(N "server-alias: b.com, " N "from-to-www-redirect: 'true'",
                 X_ROOT PATH("b.com", "/x") PATH("www.a.com", "/y") PATH("www.b.com", "/y"),
                 "a.com Prefix /x tea\nb.com Prefix /x tea\nwww.a.com Prefix /y tea\n"
                 "www.b.com Prefix /y tea\n");
}

static void test_ingress_without_rules_is_left_alone(void **state)
{
    (void)state;
    assert_paths(N "app-root: /app, " N "server-alias: b.com",
                 "  defaultBackend: {service: {name: tea, port: {number: 80}}}\n", "");
    assert_paths(N "app-root: /app, " N "whitelist-source-range: 10.0.0.0/8",
                 "  rules: [{host: a.com}]\n", "");
}

/* What an annotation of nginx is with TLS, and what ssl-redirect becomes. */
struct redirect {
    const char *annotations, *spec, *wanted;
    enum nginx_verdict verdict;
};

static void assert_redirect(const struct redirect *r)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct object_set set CLEANUP(object_set_done) = { 0 };
    struct source_options options = { 0 };
    nginx_notes notes = { 0 };
    const char *text = arena_fmt(&a, INGRESS("d", "web", "%s") "%s", r->annotations, r->spec);
    source_read_text("t.yaml", text, strlen(text), &options, &set);
    const struct object *ing =
        nginx_to_alb(&a, object_set_find(&set, OBJECT_INGRESS, "d", "web"), &notes);
    assert_string_equal(object_annotation(ing, ALB "ssl-redirect"), r->wanted);
    assert_string_equal(object_annotation(ing, ALB "listen-ports"),
                        "[{\"HTTP\":80},{\"HTTPS\":443}]");
    if (notes.len)
        assert_int_equal(notes.items[0].verdict, r->verdict);
}

static void test_tls_is_served_and_redirected_to(void **state)
{
    static const struct redirect cases[] = {
        { "", X_ROOT TLS, "true", NGINX_EXACT },
        { N "ssl-redirect: 'true'", X_ROOT TLS, "true", NGINX_EXACT },
        { N "ssl-redirect: 'false'", X_ROOT TLS, "false", NGINX_EXACT },
        { ALB "ssl-redirect: 'false'", X_ROOT TLS, "false", NGINX_EXACT },
        /* ALB redirects all of an Ingress. */
        { N "ssl-redirect: 'true'", X_ROOT PATH("b.com", "/") TLS, "true", NGINX_APPROXIMATE },
        { N "ssl-redirect: 'true'", "  rules: [{http: {paths: []}}]\n" TLS, "true", NGINX_EXACT },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_redirect(&cases[i]);
}

/* An element is added to a list that people wrote, as it stands. */
static void test_actions_that_are_there_stay(void **state)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct object_set set CLEANUP(object_set_done) = { 0 };
    struct source_options options = { 0 };
    nginx_notes notes = { 0 };
    static const char text[] =
        INGRESS("d", "web", N "x-forwarded-prefix: /x, " ALB "actions.tea: '[{\"type\":\"x\"}] '")
            X_ROOT;
    (void)state;
    source_read_text("t.yaml", text, strlen(text), &options, &set);
    const struct object *ing =
        nginx_to_alb(&a, object_set_find(&set, OBJECT_INGRESS, "d", "web"), &notes);
    assert_string_equal(object_annotation(ing, ALB "actions.tea"),
                        "[{\"type\":\"x\"},{\"type\":\"InsertHeader\",\"InsertHeaderConfig\":{"
                        "\"key\":\"X-Forwarded-Prefix\",\"value\":\"/x\",\"valueType\":"
                        "\"UserDefined\"}}]");
    assert_null(object_annotation(ing, N "x-forwarded-prefix"));
}

static void test_actions_that_are_no_list_stay_as_they_are(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct object_set set CLEANUP(object_set_done) = { 0 };
    struct source_options options = { 0 };
    nginx_notes notes = { 0 };
    static const char text[] =
        INGRESS("d", "web", ALB "actions.tea: '{}', " N "x-forwarded-prefix: /p") X_ROOT;
    source_read_text("t.yaml", text, strlen(text), &options, &set);
    const struct object *alb =
        nginx_to_alb(&a, object_set_find(&set, OBJECT_INGRESS, "d", "web"), &notes);
    assert_string_equal(object_annotation(alb, ALB "actions.tea"), "{}");
}

static void test_an_empty_list_is_no_tls(void **state)
{
    (void)state;
    assert_paths(N "force-ssl-redirect: \"false\"", "  tls: []\n" X_ROOT, "a.com Prefix /x tea\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules_without_annotations_stay),
        cmocka_unit_test(test_guards_stand_around_each_path),
        cmocka_unit_test(test_app_root_comes_first),
        cmocka_unit_test(test_other_hosts_are_added),
        cmocka_unit_test(test_ingress_without_rules_is_left_alone),
        cmocka_unit_test(test_tls_is_served_and_redirected_to),
        cmocka_unit_test(test_actions_that_are_there_stay),
        cmocka_unit_test(test_actions_that_are_no_list_stay_as_they_are),
        cmocka_unit_test(test_an_empty_list_is_no_tls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
