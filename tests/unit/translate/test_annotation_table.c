/* The table of annotations: complete. */
#include "world.h"

#include "src/translate/translate_priv.h"

/* alb-ingress.md §A.1 to §A.4. */
static const char *const documented[] = {
    "healthcheck-enabled",
    "healthcheck-path",
    "healthcheck-protocol",
    "healthcheck-method",
    "healthcheck-httpcode",
    "healthcheck-code",
    "healthcheck-httpversion",
    "healthcheck-timeout-seconds",
    "healthcheck-interval-seconds",
    "healthy-threshold-count",
    "unhealthy-threshold-count",
    "healthcheck-connect-port",
    "backend-protocol",
    "backend-scheduler",
    "backend-scheduler-uch-value",
    "backend-keepalive",
    "sticky-session",
    "sticky-session-type",
    "cookie-timeout",
    "cookie",
    "slow-start-enabled",
    "slow-start-duration",
    "connection-drain-enabled",
    "connection-drain-timeout",
    "server-group-type",
    "server-group-resource-group-id",
    "backend-svcs-protocols",
    "listen-ports",
    "ssl-redirect",
    "cert-id",
    "order",
    "albconfig.order",
    "albconfig.name",
    "rewrite-target",
    "use-regex",
    "traffic-limit-qps",
    "traffic-limit-ip-qps",
    "enable-cors",
    "cors-allow-origin",
    "cors-allow-methods",
    "cors-allow-headers",
    "cors-expose-headers",
    "cors-allow-credentials",
    "cors-max-age",
    "canary",
    "canary-by-header",
    "canary-by-header-value",
    "canary-by-cookie",
    "canary-weight",
    "actions.<service>",
    "conditions.<service>",
    "rule-direction.<service>",
};

static const struct annotation_row *row_of(const char *name)
{
    const struct annotation_row *found = NULL;
    for (size_t i = 0; i < annotation_n_rows; i++)
        if (!strcmp(annotation_rows[i].name, name)) {
            assert_null(found); /* each name once */
            found = &annotation_rows[i];
        }
    return found;
}

static void test_every_documented_annotation_has_a_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(documented); i++)
        if (!row_of(documented[i]))
            fail_msg("%s has no row", documented[i]);
}

static void check_row(const struct annotation_row *row)
{
    assert_non_null(row->type);
    assert_non_null(row->field);
    assert_non_null(row->meaning);
    assert_int_equal(row->meaning[strlen(row->meaning) - 1], '.');
    if (row->differs)
        assert_int_equal(row->differs[strlen(row->differs) - 1], '.');
    if (row->with)
        assert_non_null(row_of(row->with));
}

static void test_every_row_says_what_people_need(void **state)
{
    (void)state;
    for (size_t i = 0; i < annotation_n_rows; i++) {
        assert_ptr_equal(row_of(annotation_rows[i].name), &annotation_rows[i]);
        check_row(&annotation_rows[i]);
    }
    for (size_t i = 0; i < own_annotation_n_rows; i++) {
        check_row(&own_annotation_rows[i]);
        /* It says of which object. */
        assert_int_equal(strncmp(own_annotation_rows[i].meaning, "On a", 4), 0);
    }
}

/* A part that is for responses, or needs one. */
static bool is_for_response(const struct annotation_part *part)
{
    return !strncmp(part->type, "Response", 8);
}

static bool ends_rule(const struct annotation_part *part)
{
    return !strcmp(part->type, "ForwardGroup") || !strcmp(part->type, "Redirect")
           || !strcmp(part->type, "FixedResponse");
}

static void test_examples_of_conditions_and_actions_are_taken(void **state)
{
    (void)state;
    for (size_t i = 0; i < annotation_n_parts; i++) {
        const struct annotation_part *part = &annotation_parts[i];
        struct arena a CLEANUP(arena_done) = { 0 };
        const char *says = arena_fmt(&a, "    " ALB "%s.tea: '[%s]'\n", part->list, part->example);
        const char *response = SAYS("rule-direction.tea", "Response") SAYS(
            "actions.tea", "[{\"type\":\"RemoveHeader\",\"RemoveHeaderConfig\":{\"key\":\"k\"}}]");
        struct world w =
            world_asked(arena_fmt(&a, "%s%s", says, is_for_response(part) ? response : ""),
                        is_for_response(part) || ends_rule(part) ? TO_ANNOTATION : TO_TEA);
        assert_string_equal(problems(&w), "");
        assert_non_null(strstr(part->example, part->config));
        assert_has(rules(&w, "80/HTTP"), !strcmp(part->list, "actions") ? part->type
                                         : !strcmp(part->type, "Host")  ? "a.com,*.b.com"
                                         : !strcmp(part->type, "Path")  ? "/x*"
                                                                        : part->type);
        world_done(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_documented_annotation_has_a_row),
        cmocka_unit_test(test_every_row_says_what_people_need),
        cmocka_unit_test(test_examples_of_conditions_and_actions_are_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
