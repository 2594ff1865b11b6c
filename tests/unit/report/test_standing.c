/* test_standing.c - how load balancers stand, as people and programs read it. */
#include "tests/unit/report/bed.h"

#include "alb-agent/json.h"
#include "alb-agent/store.h"

#define DAY (INT64_C(24) * 3600 * 1000)

static struct report_served served[] = {
    { "a/x", "443/HTTPS", "5-cn", "shop-tls", "1970-01-11" },
    { "a/x", "443/HTTPS", "6-cn", NULL, "1970-01-09" },
    { "a/x", "443/HTTPS", "7-cn", NULL, NULL },
};

static report_lbs two(struct report_lb lbs[static 2])
{
    lbs[0] = (struct report_lb){ .name = "a/x",
                                 .id = "alb-1",
                                 .dns_name = "x.test",
                                 .resources = 9,
                                 .in_sync = 7,
                                 .observed_at = 5000,
                                 .revision = 3,
                                 .found = 2,
                                 .settled = 1 };
    lbs[0].certificates.items = served;
    lbs[0].certificates.len = COUNT(served);
    lbs[1] = (struct report_lb){ .name = "a/y", .id = "", .dns_name = "", .in_sync = -1 };
    return (report_lbs){ lbs, 2 };
}

static void test_each_load_balancer_has_its_lines(void **state)
{
    struct bed *b = *state;
    struct report_lb lbs[2];
    const report_lbs list = two(lbs);
    b->in.cluster_id = "c7";
    b->in.now_ms = 10 * DAY; /* of 1970-01-11, the first moment */
    report_status(&b->out, &b->in, NULL, &list);
    assert_string_equal(
        bed_text(b), "Cluster c7: 2 load balancers\n"
                     "a/x\n"
                     "  id         alb-1\n"
                     "  address    x.test\n"
                     "  resources  9, 7 as applied\n"
                     "  last read  1970-01-01T00:00:05Z\n"
                     "  revision   3\n"
                     "  drift      2 found, 1 of it accepted or ignored\n"
                     "  certificate 5-cn of 443/HTTPS (shop-tls): ends on 1970-01-11, in 0 days\n"
                     "  certificate 6-cn of 443/HTTPS: EXPIRED on 1970-01-09\n"
                     "  certificate 7-cn of 443/HTTPS: end not known\n"
                     "a/y\n"
                     "  id         (none yet)\n"
                     "  address    (none yet)\n"
                     "  resources  0\n"
                     "  last read  never\n"
                     "  revision   0\n");
}

static void test_borrowed_groups_are_counted_by_themselves(void **state)
{
    struct bed *b = *state;
    struct report_lb group = {
        .name = "Service/shop/tea", .id = "sgp-1", .dns_name = "", .resources = 1, .in_sync = 1
    };
    const report_lbs list = { &group, 1 };
    b->in.cluster_id = "c7";
    report_status(&b->out, &b->in, NULL, &list);
    assert_string_equal(bed_text(b), "Cluster c7: 0 load balancers, 1 borrowed server group\n"
                                     "Service/shop/tea\n"
                                     "  id         sgp-1\n"
                                     "  resources  1, 1 as applied\n"
                                     "  last read  never\n");
}

/* An apply says nothing of itself, but which objects it left out. */
static void test_what_was_left_out_is_shown_where_no_agent_runs(void **state)
{
    struct bed *b = *state;
    struct store_quarantined left = { "Ingress shop/web (web.yaml:3)", "no such Service", 3000 };
    struct store_status s = { .left_out = 3, .quarantined = { .items = &left, .len = 1 } };
    const report_lbs none = { 0 };
    b->in.cluster_id = "c7";
    b->in.now_ms = 10000;
    report_status(&b->out, &b->in, &s, &none);
    assert_string_equal(bed_text(b),
                        "Cluster c7: 0 load balancers\n"
                        "  left out     Ingress shop/web (web.yaml:3): no such Service; for 7 s\n"
                        "  left out     2 more\n");
    buf_reset(&b->out);
    b->in.format = REPORT_JSON;
    report_status(&b->out, &b->in, &s, &none);
    assert_non_null(strstr(bed_text(b), "\"agent\":null,\"leftOut\":3,\"quarantined\":["
                                        "{\"object\":\"Ingress shop/web (web.yaml:3)\","
                                        "\"why\":\"no such Service\","
                                        "\"since\":\"1970-01-01T00:00:03Z\"}]"));
}

/* Once: among what it says of itself. */
static void test_what_a_running_agent_left_out_is_shown_once(void **state)
{
    struct bed *b = *state;
    struct store_quarantined left = { "Ingress shop/web (web.yaml:3)", "no such Service", 3000 };
    struct store_status s = {
        .pid = 12, .alive = true, .left_out = 1, .quarantined = { .items = &left, .len = 1 }
    };
    const report_lbs none = { 0 };
    b->in.cluster_id = "c7";
    report_status(&b->out, &b->in, &s, &none);
    const char *first = strstr(bed_text(b), "  left out  ");
    assert_non_null(first);
    assert_null(strstr(first + 1, "  left out  "));
    s.alive = false;
    buf_reset(&b->out);
    report_status(&b->out, &b->in, &s, &none);
    first = strstr(bed_text(b), "  left out  ");
    assert_non_null(first);
    assert_null(strstr(first + 1, "  left out  "));
}

static bool is_null(const cJSON *obj, const char *name)
{
    return cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(obj, name));
}

static void test_json_has_what_the_text_has(void **state)
{
    struct bed *b = *state;
    struct report_lb lbs[2];
    const report_lbs list = two(lbs);
    struct error err;
    b->in.format = REPORT_JSON;
    b->in.cluster_id = "c7";
    b->in.now_ms = 10 * DAY;
    report_status(&b->out, &b->in, NULL, &list);
    cJSON *doc CLEANUP(json_done) = NULL;
    assert_true(json_parse(b->out.data, b->out.len, &doc, &err));
    assert_int_equal(json_int(doc, "schemaVersion", 0), 1);
    assert_true(is_null(doc, "agent"));
    const cJSON *first = cJSON_GetArrayItem(json_get(doc, "loadBalancers"), 0);
    const cJSON *second = cJSON_GetArrayItem(json_get(doc, "loadBalancers"), 1);
    assert_int_equal(json_int(first, "inSync", 0), 7);
    assert_int_equal(json_int(first, "settled", 0), 1);
    assert_string_equal(json_str(first, "dnsName"), "x.test");
    assert_true(is_null(second, "inSync")); /* not 0: nobody has counted */
    assert_true(is_null(second, "observedAt"));
    const cJSON *list2 = json_get(first, "certificates");
    assert_int_equal(json_int(cJSON_GetArrayItem(list2, 0), "daysLeft", -1), 0);
    assert_int_equal(json_int(cJSON_GetArrayItem(list2, 1), "daysLeft", 0), -2);
    assert_null(json_get(cJSON_GetArrayItem(list2, 2), "daysLeft"));
}

static void test_a_date_ends_with_its_last_second(void **state)
{
    (void)state;
    int64_t ms;
    assert_true(report_served_end("1970-01-01", &ms));
    assert_int_equal(ms, DAY - 1000);
    assert_false(report_served_end("soon", &ms));
    assert_false(report_served_end(NULL, &ms));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, bed_setup, bed_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_each_load_balancer_has_its_lines),
        TEST(test_what_was_left_out_is_shown_where_no_agent_runs),
        TEST(test_what_a_running_agent_left_out_is_shown_once),
        TEST(test_borrowed_groups_are_counted_by_themselves),
        TEST(test_json_has_what_the_text_has),
        TEST(test_a_date_ends_with_its_last_second),
    };
    return cmocka_run_group_tests_name("report/standing", tests, NULL, NULL);
}
