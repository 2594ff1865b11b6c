/* The table of annotations: complete, and the page made from it is current. */
#include "world.h"

#include <stdlib.h>

#include "src/translate/translate_priv.h"

static const char page[] = TEST_SOURCE_DIR "/src/translate/ANNOTATIONS.md";

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

static void test_every_row_says_what_people_need(void **state)
{
    (void)state;
    for (size_t i = 0; i < annotation_n_rows; i++) {
        const struct annotation_row *row = &annotation_rows[i];
        assert_ptr_equal(row_of(row->name), row);
        assert_non_null(row->type);
        assert_non_null(row->field);
        assert_non_null(row->meaning);
        assert_int_equal(row->meaning[strlen(row->meaning) - 1], '.');
        assert_null(strchr(row->meaning, '|')); /* it would end the cell of a table */
        if (row->with)
            assert_non_null(row_of(row->with));
    }
}

static void write_row(struct buf *b, const struct annotation_row *row)
{
    buf_addf(b, "| `%s`%s | %s | %s | %s%s%s%s%s | %s |\n", row->name, row->aliased ? " *" : "",
             row->type, row->dflt ? row->dflt : "", row->meaning, row->with ? " Only with `" : "",
             row->with ? row->with : "", row->with ? "`." : "",
             row->support == ANNOTATION_LATER ? " Not applied yet." : "", row->field);
}

static void write_parts(struct buf *b, const char *list)
{
    buf_addf(b, "\n## %s.\\<service\\>\n\n| Type | Meaning | Example |\n|---|---|---|\n", list);
    for (size_t i = 0; i < annotation_n_parts; i++) {
        const struct annotation_part *part = &annotation_parts[i];
        if (!strcmp(part->list, list))
            buf_addf(b, "| %s | %s | `%s` |\n", part->type, part->meaning, part->example);
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

static const char *page_text(struct arena *a)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    buf_adds(&b,
             "# Annotations of an Ingress\n\n"
             "Made from `annotation_table.c` by its unit test (`ALB_AGENT_BLESS=1`); do not edit. "
             "All names begin with `" ANNOTATION_PREFIX
             "`; those with * are also read below `" NGINX_PREFIX "`, which wins.\n\n"
             "| Annotation | Values | Default | Meaning | ALB field |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < annotation_n_rows; i++)
        write_row(&b, &annotation_rows[i]);
    buf_adds(&b, "\nOn the AlbConfig, `alb-agent/rule-order` says how the rules of its listeners "
                 "are put in order: `compatible` (order, then namespace/name, then position; the "
                 "default) or `specification` (the most exact host first, then exact paths, then "
                 "the longest).\n");
    write_parts(&b, "conditions");
    write_parts(&b, "actions");
    return buf_keep(&b, a);
}

static const char *read_page(struct arena *a)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    char chunk[4096];
    FILE *f = fopen(page, "rb");
    if (!f)
        return "";
    for (size_t n; (n = fread(chunk, 1, sizeof chunk, f)) > 0;)
        buf_add(&b, chunk, n);
    (void)fclose(f);
    return buf_keep(&b, a);
}

static void test_page_is_made_from_the_table(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *text = page_text(&a), *blessing = getenv("ALB_AGENT_BLESS");
    if (blessing && !strcmp(blessing, "1")) {
        FILE *f = fopen(page, "wb");
        assert_non_null(f);
        assert_true(fputs(text, f) >= 0);
        assert_int_equal(fclose(f), 0);
        return;
    }
    assert_string_equal(read_page(&a), text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_documented_annotation_has_a_row),
        cmocka_unit_test(test_every_row_says_what_people_need),
        cmocka_unit_test(test_examples_of_conditions_and_actions_are_taken),
        cmocka_unit_test(test_page_is_made_from_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
