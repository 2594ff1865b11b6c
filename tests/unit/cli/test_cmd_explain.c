/* test_cmd_explain.c - which rule a request meets, without a call. */
#include "tests/unit/cli/stage.h"

static const char web[] = "apiVersion: alibabacloud.com/v1\n"
                          "kind: AlbConfig\n"
                          "metadata: {name: web}\n"
                          "spec:\n"
                          "  config:\n"
                          "    zoneMappings: [{vSwitchId: vsw-1}, {vSwitchId: vsw-2}]\n"
                          "  listeners: [{port: 80, protocol: HTTP}]\n"
                          "---\n"
                          "apiVersion: networking.k8s.io/v1\n"
                          "kind: IngressClass\n"
                          "metadata: {name: alb}\n"
                          "spec:\n"
                          "  controller: ingress.k8s.alibabacloud/alb\n"
                          "  parameters: {apiGroup: alibabacloud.com, kind: AlbConfig, name: web}\n"
                          "---\n"
                          "apiVersion: v1\n"
                          "kind: Service\n"
                          "metadata: {name: tea, namespace: shop}\n"
                          "spec: {ports: [{port: 80}]}\n"
                          "---\n"
                          "apiVersion: networking.k8s.io/v1\n"
                          "kind: Ingress\n"
                          "metadata:\n"
                          "  name: tea\n"
                          "  namespace: shop\n"
                          "spec:\n"
                          "  ingressClassName: alb\n"
                          "  rules:\n"
                          "    - host: a.example\n"
                          "      http:\n"
                          "        paths:\n"
                          "          - path: /tea\n"
                          "            pathType: Prefix\n"
                          "            backend: {service: {name: tea, port: {number: 80}}}\n";

/* What goes into the same Ingress, so that all types of conditions are asked about. */
static const char conditions[] =
    "  annotations:\n"
    "    alb.ingress.kubernetes.io/conditions.tea: |\n"
    "      [{\"type\": \"Header\", \"headerConfig\": {\"key\": \"env\", \"values\": [\"blue\"]}},\n"
    "       {\"type\": \"QueryString\", \"queryStringConfig\":\n"
    "        {\"values\": [{\"key\": \"k\", \"value\": \"v\"}]}},\n"
    "       {\"type\": \"Cookie\", \"cookieConfig\":\n"
    "        {\"values\": [{\"key\": \"c\", \"value\": \"d\"}]}},\n"
    "       {\"type\": \"SourceIp\", \"sourceIpConfig\": {\"values\": [\"10.0.0.0/8\"]}},\n"
    "       {\"type\": \"Method\", \"methodConfig\": {\"values\": [\"PUT\"]}}]\n";

#define RUN(...) \
    stage_run(s, &cmd_explain, "-f", file, "--state", s->state, __VA_ARGS__, (char *)NULL)

static void test_explain_tells_the_rule_and_why_not_another(void **state)
{
    struct stage *s = *state;
    const char *file = stage_file(s, "web.yaml", web);
    assert_int_equal(RUN("--host", "A.example:80", "--path", "/tea/green?k=v"), EXIT_DONE);
    assert_non_null(strstr(s->out, "kube-system/web 80/HTTP: rule 1: @shop/tea-tea:80\n"));
    assert_string_equal(s->err, "");
    assert_int_equal(RUN("--host", "a.example"), EXIT_DONE);
    assert_non_null(strstr(s->out, "no rule matches"));
    assert_non_null(strstr(s->out, "no    path /tea,/tea/*; the request has /\n"));
}

static void test_explain_takes_a_whole_request_from_its_flags(void **state)
{
    struct stage *s = *state;
    const char *file = stage_file(s, "web.yaml", web);
    assert_int_equal(RUN("--host", "a.example", "--path", "/tea?k=v", "--method", "PUT", "--header",
                         "Env: blue", "--cookie", "a=b", "--cookie", "c=d", "--source", "10.1.1.1",
                         "--status", "404", "--response-header", "X-A:1", "-o", "json"),
                     EXIT_DONE);
    assert_non_null(strstr(s->out, "{\"request\":{\"method\":\"PUT\",\"host\":\"a.example\","
                                   "\"path\":\"/tea\",\"query\":\"k=v\",\"headers\":["
                                   "{\"name\":\"Env\",\"value\":\"blue\"},"
                                   "{\"name\":\"Cookie\",\"value\":\"a=b; c=d\"}],"
                                   "\"source\":\"10.1.1.1\",\"status\":\"404\","
                                   "\"responseHeaders\":[{\"name\":\"X-A\",\"value\":\"1\"}]}"));
    assert_int_equal(RUN("--query", "k=v", "-o", "json"), EXIT_DONE);
    assert_non_null(strstr(s->out, "{\"request\":{\"method\":\"GET\",\"path\":\"/\","
                                   "\"query\":\"k=v\"}"));
}

static void test_explain_asks_for_every_condition(void **state)
{
    struct stage *s = *state;
    const char *spec = strstr(web, "spec:\n  ingressClassName");
    const char *file = stage_file(
        s, "web.yaml", arena_fmt(&s->arena, "%.*s%s%s", (int)(spec - web), web, conditions, spec));
    assert_int_equal(RUN("--host", "a.example", "--path", "/tea?k=v", "--method", "PUT", "--header",
                         "Env: blue", "--cookie", "a=b", "--cookie", "c=d", "--source", "10.1.1.1"),
                     EXIT_DONE);
    assert_non_null(strstr(s->out, "80/HTTP: rule 1: @shop/tea-tea:80\n"));
    assert_int_equal(RUN("--host", "a.example", "--path", "/tea", "--query", "k=v"), EXIT_DONE);
    assert_non_null(strstr(s->out, "no rule matches"));
    assert_non_null(strstr(s->out, "no    method PUT; the request has GET"));
    assert_non_null(strstr(s->out, "no    header env=blue; the request has none"));
    assert_non_null(strstr(s->out, "no    cookie c=d; the request has none"));
    assert_null(strstr(s->out, "query"));
}

static void test_explain_tells_of_responses_when_asked(void **state)
{
    struct stage *s = *state;
    const char *file = stage_file(s, "web.yaml", web);
    assert_int_equal(RUN("--host", "a.example", "--status", "200"), EXIT_DONE);
    assert_non_null(strstr(s->out, "80/HTTP, response: no rule matches"));
    assert_int_equal(RUN("--response-header", "X-A: b", "-o", "json"), EXIT_DONE);
    assert_non_null(strstr(s->out, "\"direction\":\"Response\""));
}

static void test_explain_says_what_it_cannot_read(void **state)
{
    struct stage *s = *state;
    const char *file = stage_file(s, "web.yaml", web);
    static const struct {
        const char *flag, *value, *says;
    } rows[] = {
        { "--path", "tea", "begin with /" },        { "--header", "env", "NAME:VALUE" },
        { "--header", ":blue", "NAME:VALUE" },      { "--cookie", "c", "NAME=VALUE" },
        { "--response-header", "x", "NAME:VALUE" }, { "--listener", "443", "443" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(RUN(rows[i].flag, rows[i].value), EXIT_ERROR);
        assert_non_null(strstr(s->err, rows[i].says));
    }
    assert_int_equal(RUN("--path", "/tea?k=v", "--query", "k=v"), EXIT_ERROR);
    assert_int_equal(stage_run(s, &cmd_explain, "--host", "a.example", (char *)NULL), EXIT_ERROR);
    assert_non_null(strstr(s->err, "-f PATH"));
}

static void test_explain_goes_on_past_a_bad_manifest(void **state)
{
    struct stage *s = *state;
    const char *file = stage_file(s, "web.yaml", web), *bad = stage_file(s, "bad.yaml", "a: [\n");
    assert_int_equal(RUN("-f", bad, "--listener", "80"), EXIT_INVALID);
    assert_non_null(strstr(s->out, "80/HTTP"));
    assert_non_null(strstr(s->out, "bad.yaml"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, stage_setup, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_explain_tells_the_rule_and_why_not_another),
        TEST(test_explain_takes_a_whole_request_from_its_flags),
        TEST(test_explain_asks_for_every_condition),
        TEST(test_explain_tells_of_responses_when_asked),
        TEST(test_explain_says_what_it_cannot_read),
        TEST(test_explain_goes_on_past_a_bad_manifest),
    };
    return cmocka_run_group_tests_name("cli/cmd_explain", tests, NULL, NULL);
}
