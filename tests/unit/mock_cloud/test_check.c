/* test_check.c - formats in prose: names, descriptions, addresses. */
#include "world.h"

#include "mock-server/cloud/cloud_priv.h"

static void test_names(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool good;
    } rows[] = {
        { "ab", true },
        { "a", false },
        { "a1._-", true },
        { "1a", false },
        { "-a", false },
        { "a b", false },
        { "a/b", false },
        { "测试", true },
        { "é1", false },
        { "a\xe4\xb8", false },
        { "a\xe4\xb7\xbf", false },
        { "a\xe9\xbf\xbf", true },
        { "", false },
    };
    struct error err = { 0 };
    for (size_t i = 0; i < COUNT(rows); i++)
        if (check_name(rows[i].name, "Name", &err) != rows[i].good)
            fail_msg("'%s'", rows[i].name);
    assert_true(check_name(NULL, "Name", &err));
    assert_string_equal(err.code, "IllegalParam.Name");
    assert_int_equal(err.http_status, 400);
}

static void test_names_are_counted_in_characters(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err = { 0 };
    char *name = arena_alloc(&a, 129 * 3 + 1);
    for (int i = 0; i < 128; i++)
        memcpy(name + 3 * i, "测", 3);
    assert_true(check_name(name, "Name", &err));
    memcpy(name + 3 * 128, "测", 3);
    assert_false(check_name(name, "Name", &err));
}

static void test_descriptions(void **state)
{
    (void)state;
    struct error err = { 0 };
    assert_true(check_description("ingress-auto-listener-80", "D", &err));
    assert_true(check_description("1/2.3_4-测", "D", &err));
    assert_false(check_description("a", "D", &err));
    assert_false(check_description("a b", "D", &err));
}

static void test_addresses(void **state)
{
    (void)state;
    assert_true(check_ip("10.0.0.1"));
    assert_true(check_ip("fd00::1"));
    assert_false(check_ip("10.0.0.256"));
    assert_false(check_ip("10.0.0"));
    assert_false(check_ip(""));
    assert_false(check_ip(NULL));
    assert_true(check_cidr("10.0.0.1"));
    assert_true(check_cidr("0.0.0.0/0"));
    assert_true(check_cidr("fd00::/128"));
    assert_false(check_cidr("10.0.0.0/33"));
    assert_false(check_cidr("fd00::/129"));
    assert_false(check_cidr("10.0.0.0/"));
    assert_false(check_cidr("10.0.0.0/x"));
    assert_false(check_cidr("/8"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_names_are_counted_in_characters),
        cmocka_unit_test(test_descriptions),
        cmocka_unit_test(test_addresses),
    };
    return cmocka_run_group_tests_name("mock_cloud/check", tests, NULL, NULL);
}
