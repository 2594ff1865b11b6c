/* test_common.c - tones, titles, notes, changes, documents. */
#include "alb-agent/yaml.h"
#include "src/report/report_priv.h"
#include "tests/unit/report/bed.h"

static void test_colour_only_when_asked_and_never_alone(void **state)
{
    struct bed *b = *state;
    *LIST_PUSH(&b->arena, &b->in.notes) =
        (struct report_note){ "Ingress shop/tea (tea.yaml:3)", "spec: bad", false };
    *LIST_PUSH(&b->arena, &b->in.notes) =
        (struct report_note){ "Service shop/tea (tea.yaml:9)", "odd", true };
    report_notes_text(&b->out, &b->in);
    assert_string_equal(bed_text(b), "error: Ingress shop/tea (tea.yaml:3): spec: bad\n"
                                     "warning: Service shop/tea (tea.yaml:9): odd\n");
    buf_reset(&b->out);
    b->in.colour = true;
    report_notes_text(&b->out, &b->in);
    assert_string_equal(bed_text(b),
                        "\033[31merror: \033[0mIngress shop/tea (tea.yaml:3): spec: bad\n"
                        "\033[33mwarning: \033[0mService shop/tea (tea.yaml:9): odd\n");
}

static void test_title_of_a_rule_is_its_listener_name_id_and_words(void **state)
{
    struct bed *b = *state;
    struct resource *rule = bed_row(b, RESOURCE_RULE);
    add_title(&b->out, rule);
    assert_string_equal(bed_text(b), "Rule 80/HTTP (rule-80-100) [rule-1]: host a.example path "
                                     "/tea -> @shop/tea-tea:80");
    /* One that is not there any more is named as it was. */
    buf_reset(&b->out);
    rule->last = rule->actual;
    rule->last_id = rule->cloud_id;
    rule->actual = NULL;
    rule->cloud_id = NULL;
    add_title(&b->out, rule);
    assert_string_equal(bed_text(b), "Rule 80/HTTP (rule-80-100) [rule-1]: host a.example path "
                                     "/tea -> @shop/tea-tea:80");
    buf_reset(&b->out);
    rule->last = NULL;
    rule->last_id = NULL;
    add_title(&b->out, rule);
    assert_string_equal(bed_text(b), "Rule 80/HTTP: host a.example path /tea -> @shop/tea-tea:80");
}

static void test_title_of_others_is_their_key(void **state)
{
    struct bed *b = *state;
    add_title(&b->out, bed_row(b, RESOURCE_LISTENER));
    assert_string_equal(bed_text(b), "Listener 80/HTTP [lsn-1]");
}

static void test_changes_show_both_sides_and_are_cut_when_long(void **state)
{
    struct bed *b = *state;
    char text[200];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    struct change changes[] = {
        { "Port", "80", "81", 0 },
        { "Name", "", "\"n\"", 0 },
        { "Gone", "1", "", 0 },
        { "Long", "", text, 0 },
    };
    add_text_changes(&b->out, &b->in, &(change_list){ changes, 4 }, "  ");
    const char *want = arena_fmt(&b->arena,
                                 "  Port: 80 -> 81\n"
                                 "  Name: \"n\"\n"
                                 "  Gone: 1 -> (nothing)\n"
                                 "  Long: %.117s...\n",
                                 text);
    assert_string_equal(bed_text(b), want);
}

static void test_yaml_says_the_same_as_json(void **state)
{
    struct bed *b = *state;
    struct report_counts counts;
    struct error err;
    b->in.format = REPORT_JSON;
    report_drift(&b->out, &b->in, &counts);
    cJSON *json CLEANUP(json_done) = bed_json(b);
    buf_reset(&b->out);
    b->in.format = REPORT_YAML;
    report_drift(&b->out, &b->in, &counts);
    cJSON *yaml CLEANUP(json_done) = NULL;
    int line;
    if (!yaml_parse(bed_text(b), b->out.len, &yaml, &line, &err))
        fail_msg("line %d: %s", line, err.msg);
    assert_true(cJSON_Compare(json, yaml, true));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, bed_setup, bed_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_colour_only_when_asked_and_never_alone),
        TEST(test_title_of_a_rule_is_its_listener_name_id_and_words),
        TEST(test_title_of_others_is_their_key),
        TEST(test_changes_show_both_sides_and_are_cut_when_long),
        TEST(test_yaml_says_the_same_as_json),
    };
    return cmocka_run_group_tests_name("report/common", tests, NULL, NULL);
}
