/* test_served.c - certificates of listeners, and where their ends are known from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "alb-agent/json.h"
#include "alb-agent/session.h"

static struct alb_cert first[] = { { .id = "5-cn-hangzhou" } };
static struct alb_cert more[] = { { .id = "7-cn-hangzhou" }, { .id = "75-cn-hangzhou" } };
static const struct alb_listener listener = {
    .certs = { first, 1 },
    .additional_certs = { more, 2 },
};
static const struct alb_certificate ours = { .name = "shop-tls", .end = "2027-01-31" };

static struct model model_of(struct arena *a)
{
    struct model m = { 0 };
    *LIST_PUSH(a, &m.rows) = (struct resource){
        .lb = "kube-system/web", .kind = RESOURCE_LISTENER, .key = "443/HTTPS", .actual = &listener
    };
    *LIST_PUSH(a, &m.rows) = (struct resource){ .lb = "kube-system/web",
                                                .kind = RESOURCE_CERTIFICATE,
                                                .key = "shop/tls",
                                                .cloud_id = "5-cn-hangzhou",
                                                .actual = &ours };
    return m;
}

static cJSON *list_of(const char *text)
{
    struct fact_set facts = { 0 };
    struct arena a CLEANUP(arena_done) = { 0 };
    *LIST_PUSH(&a, &facts.items) =
        (struct fact){ .kind = FACT_CERTIFICATES, .key = FACT_ALL, .value = text };
    return session_certificate_list(&facts);
}

static void test_ends_come_from_our_rows_and_from_the_list(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    const struct model m = model_of(&a);
    report_served_list out = { 0 };
    cJSON *list CLEANUP(json_done) =
        list_of("[{\"id\":7,\"name\":\"found\",\"end\":\"2028-02-29\"}]");
    session_list_served(&a, &m, "kube-system/web", list, &out);
    assert_int_equal(out.len, 3);
    assert_string_equal(out.items[0].listener, "443/HTTPS");
    assert_string_equal(out.items[0].id, "5-cn-hangzhou");
    assert_string_equal(out.items[0].name, "shop-tls");
    assert_string_equal(out.items[0].end, "2027-01-31");
    assert_string_equal(out.items[1].end, "2028-02-29");
    assert_null(out.items[2].end); /* 75 is not 7 */
}

static void test_other_load_balancers_are_left_out(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    const struct model m = model_of(&a);
    report_served_list out = { 0 };
    session_list_served(&a, &m, "kube-system/other", NULL, &out);
    assert_int_equal(out.len, 0);
}

static void test_what_is_no_list_is_none(void **state)
{
    (void)state;
    const struct fact_set nothing = { 0 };
    assert_null(session_certificate_list(&nothing));
    assert_null(list_of("["));
}

static void test_a_day_ends_with_its_last_second(void **state)
{
    (void)state;
    int64_t ms;
    assert_true(report_served_end("1970-01-02", &ms));
    assert_int_equal(ms, (2 * 86400 - 1) * 1000);
    assert_false(report_served_end("soon", &ms));
    assert_false(report_served_end(NULL, &ms));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ends_come_from_our_rows_and_from_the_list),
        cmocka_unit_test(test_other_load_balancers_are_left_out),
        cmocka_unit_test(test_what_is_no_list_is_none),
        cmocka_unit_test(test_a_day_ends_with_its_last_second),
    };
    return cmocka_run_group_tests_name("agent/served", tests, NULL, NULL);
}
