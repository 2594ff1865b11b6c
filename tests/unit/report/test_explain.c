/* test_explain.c - what listeners do with a request. */
#include "tests/unit/report/bed.h"

static const struct route_request tea = { .method = "GET", .host = "a.example", .path = "/tea" };

static struct resource *add_rule(struct bed *b, const char *host, const char *path,
                                 int64_t position)
{
    struct alb_rule *rule = arena_dup(&b->arena, &b->want, sizeof b->want);
    rule->conditions.items = arena_dup(&b->arena, b->conditions, sizeof b->conditions);
    const char **values = arena_array(&b->arena, 2, sizeof *values);
    values[0] = host;
    values[1] = path;
    rule->conditions.items[0].values.values.items = &values[0];
    rule->conditions.items[1].values.values.items = &values[1];
    struct resource *r = LIST_PUSH(&b->arena, &b->model.rows);
    *r = *bed_row(b, RESOURCE_RULE);
    r->key = arena_fmt(&b->arena, "80/HTTP#%lld", (long long)position);
    r->desired = rule;
    r->desired_from = "Ingress shop/other (other.yaml:1)";
    r->position = position;
    return r;
}

static void set_up_rules(struct bed *b)
{
    bed_row(b, RESOURCE_RULE)->position = 4;
    add_rule(b, "a.example", "/coffee", 3);
    add_rule(b, "b.example", "/tea", 1);
    add_rule(b, "a.example", "~/te", 2);
}

static void test_text_tells_the_rule_and_why_not_those_before_it(void **state)
{
    struct bed *b = *state;
    set_up_rules(b);
    assert_int_equal(report_explain(&b->out, &b->in, &tea, NULL), 1);
    assert_string_equal(
        bed_text(b),
        "kube-system/web 80/HTTP: rule 4: @shop/tea-tea:80; unless an earlier rule matches\n"
        "  maybe rule 2, Ingress shop/other (other.yaml:1)\n"
        "      maybe path ~/te; the request has /tea; depends on how ALB anchors the expression, "
        "and whether it ignores case\n"
        "  no    rule 3, Ingress shop/other (other.yaml:1)\n"
        "      no    path /coffee; the request has /tea\n"
        "  yes   rule 4, Ingress shop/tea (tea.yaml:3)\n"
        "      yes   host a.example\n"
        "      yes   path /tea\n"
        "  no    1 rule for other hosts\n"
        "Explain: 1 listener\n");
}

static void add_script(struct bed *b, const char *key, const char *position, bool enabled)
{
    struct alb_script *script = arena_alloc(&b->arena, sizeof *script);
    *script = (struct alb_script){ .name = strrchr(key, '/') + 1,
                                   .position = position,
                                   .enabled = { enabled, true } };
    struct resource *r = LIST_PUSH(&b->arena, &b->model.rows);
    *r = *bed_row(b, RESOURCE_RULE);
    r->kind = RESOURCE_SCRIPT;
    r->key = key;
    r->parent = arena_strndup(&b->arena, key, (size_t)(strrchr(key, '/') - key));
    r->desired = script;
}

#define MAY_ACT                                                                              \
    " may act on it before the rules do, or instead of them; what it does is not looked at " \
    "here\n"

static void test_scripts_that_run_before_the_rules_are_named(void **state)
{
    struct bed *b = *state;
    add_script(b, "80/HTTP/head", "RequestHead", true);
    add_script(b, "80/HTTP/off", "RequestHead", false);
    add_script(b, "80/HTTP/foot", "RequestFoot", true);
    add_script(b, "80/HTTP/response", "ResponseHead", true);
    add_script(b, "81/HTTP/other", "RequestHead", true);
    struct route_request q = tea;
    q.status = "200";
    assert_int_equal(report_explain(&b->out, &b->in, &q, NULL), 1);
    const char *request = strstr(bed_text(b), "  note  script "), *response;
    assert_non_null(request);
    assert_memory_equal(request, "  note  script head" MAY_ACT,
                        strlen("  note  script head" MAY_ACT));
    response = strstr(request + 1, "  note  script ");
    assert_non_null(response);
    assert_memory_equal(response, "  note  script response" MAY_ACT,
                        strlen("  note  script response" MAY_ACT));
    assert_non_null(strstr(bed_text(b), ", response: "));
    assert_true(strstr(bed_text(b), ", response: ") < response);
    assert_null(strstr(response + 1, "  note  script "));
}

static void test_json_has_the_scripts_too(void **state)
{
    struct bed *b = *state;
    b->in.format = REPORT_JSON;
    add_script(b, "80/HTTP/foot", "RequestFoot", true);
    (void)report_explain(&b->out, &b->in, &tea, NULL);
    cJSON *none CLEANUP(json_done) = bed_json(b);
    assert_null(json_get(json_get(none, "listeners")->child, "scripts"));
    add_script(b, "80/HTTP/head", "RequestHead", true);
    buf_reset(&b->out);
    (void)report_explain(&b->out, &b->in, &tea, NULL);
    cJSON *doc CLEANUP(json_done) = bed_json(b);
    const cJSON *scripts = json_get(json_get(doc, "listeners")->child, "scripts");
    assert_int_equal(cJSON_GetArraySize(scripts), 1);
    assert_string_equal(scripts->child->valuestring, "head");
}

static void test_what_nothing_matches_goes_to_the_default_action(void **state)
{
    struct bed *b = *state;
    b->listener.default_actions.items = &b->want_action;
    b->listener.default_actions.len = 1;
    struct route_request q = tea;
    q.path = "/x";
    (void)report_explain(&b->out, &b->in, &q, "80");
    assert_string_equal(
        bed_first(b),
        "kube-system/web 80/HTTP: no rule matches: the default action, @shop/tea-tea:80");
}

static void test_nothing_that_the_request_lacks_is_made_up(void **state)
{
    struct bed *b = *state;
    b->conditions[0].type = ALB_COND_HEADER;
    b->conditions[0].header.key = "env";
    b->conditions[0].header.values.items = b->host;
    b->conditions[0].header.values.len = 1;
    (void)report_explain(&b->out, &b->in, &tea, NULL);
    assert_non_null(strstr(bed_text(b), "no    header env=a.example; the request has none\n"));
}

static void test_listeners_are_chosen_by_port_or_key(void **state)
{
    struct bed *b = *state;
    assert_int_equal(report_explain(&b->out, &b->in, &tea, "80/HTTP"), 1);
    assert_int_equal(report_explain(&b->out, &b->in, &tea, "8"), 0);
    assert_int_equal(report_explain(&b->out, &b->in, &tea, "443"), 0);
    assert_string_equal(bed_last(b), "Explain: 0 listeners");
    bed_row(b, RESOURCE_LISTENER)->desired = NULL;
    assert_int_equal(report_explain(&b->out, &b->in, &tea, NULL), 0);
}

static void test_a_response_has_rules_of_its_own(void **state)
{
    struct bed *b = *state;
    struct route_request q = tea;
    q.status = "200";
    (void)report_explain(&b->out, &b->in, &q, NULL);
    assert_non_null(strstr(bed_text(b), "80/HTTP, response: no rule matches: the response goes "
                                        "out as it is\nExplain: 1 listener"));
    buf_reset(&b->out);
    b->want.direction = ALB_DIRECTION_RESPONSE;
    (void)report_explain(&b->out, &b->in, &q, NULL);
    assert_non_null(strstr(bed_text(b), "80/HTTP: no rule matches: the default action\n"));
    assert_non_null(strstr(bed_text(b), "80/HTTP, response: rule 0: @shop/tea-tea:80\n"));
}

static void test_json_has_every_rule_tried(void **state)
{
    struct bed *b = *state;
    set_up_rules(b);
    b->in.format = REPORT_JSON;
    assert_int_equal(report_explain(&b->out, &b->in, &tea, NULL), 1);
    cJSON *json CLEANUP(json_done) = bed_json(b);
    const cJSON *l = cJSON_GetArrayItem(json_get(json, "listeners"), 0);
    assert_string_equal(json_str(l, "loadBalancer"), "kube-system/web");
    assert_string_equal(json_str(l, "listener"), "80/HTTP");
    assert_string_equal(json_str(l, "direction"), "Request");
    assert_string_equal(json_str(l, "rule"), "80/HTTP#0123456789ab");
    assert_true(cJSON_IsFalse(json_get(l, "certain")));
    assert_int_equal(cJSON_GetArraySize(json_get(l, "actions")), 1);
    const cJSON *tried = json_get(l, "tried");
    static const char *const answers[] = { "no", "maybe", "no", "yes" };
    assert_int_equal(cJSON_GetArraySize(tried), 4);
    for (int i = 0; i < 4; i++) {
        assert_string_equal(json_str(cJSON_GetArrayItem(tried, i), "answer"), answers[i]);
        assert_int_equal(json_int(cJSON_GetArrayItem(tried, i), "position", 0), i + 1);
    }
    const cJSON *path = cJSON_GetArrayItem(json_get(cJSON_GetArrayItem(tried, 1), "conditions"), 1);
    assert_string_equal(json_str(path, "type"), "Path");
    assert_string_equal(json_str(path, "actual"), "/tea");
    assert_int_equal(json_int(path, "value", -1), 0);
    assert_non_null(json_str(path, "dependsOn"));
    const cJSON *host = cJSON_GetArrayItem(json_get(cJSON_GetArrayItem(tried, 0), "conditions"), 0);
    assert_null(json_get(host, "value"));
    assert_null(json_get(host, "dependsOn"));
}

static void test_json_has_the_default_action(void **state)
{
    struct bed *b = *state;
    b->listener.default_actions.items = &b->want_action;
    b->listener.default_actions.len = 1;
    b->in.format = REPORT_JSON;
    struct route_request q = { .path = "/x" };
    *LIST_PUSH(&b->arena, &q.response_headers) = (struct route_pair){ "a", "b" };
    (void)report_explain(&b->out, &b->in, &q, NULL);
    cJSON *json CLEANUP(json_done) = bed_json(b);
    assert_string_equal(json_str(json_get(json, "request"), "path"), "/x");
    assert_null(json_get(json_get(json, "request"), "headers"));
    const cJSON *given = json_get(json_get(json, "request"), "responseHeaders");
    assert_string_equal(json_str(cJSON_GetArrayItem(given, 0), "name"), "a");
    const cJSON *request = cJSON_GetArrayItem(json_get(json, "listeners"), 0),
                *response = cJSON_GetArrayItem(json_get(json, "listeners"), 1);
    assert_null(json_get(request, "rule"));
    assert_int_equal(cJSON_GetArraySize(json_get(request, "actions")), 1);
    assert_string_equal(json_str(response, "direction"), "Response");
    assert_int_equal(cJSON_GetArraySize(json_get(response, "actions")), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, bed_setup, bed_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_text_tells_the_rule_and_why_not_those_before_it),
        TEST(test_scripts_that_run_before_the_rules_are_named),
        TEST(test_json_has_the_scripts_too),
        TEST(test_what_nothing_matches_goes_to_the_default_action),
        TEST(test_nothing_that_the_request_lacks_is_made_up),
        TEST(test_listeners_are_chosen_by_port_or_key),
        TEST(test_a_response_has_rules_of_its_own),
        TEST(test_json_has_every_rule_tried),
        TEST(test_json_has_the_default_action),
    };
    return cmocka_run_group_tests_name("report/explain", tests, NULL, NULL);
}
