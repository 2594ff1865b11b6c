/* test_vswitches.c - which vSwitches a load balancer gets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/observe/vswitches_priv.h"

static struct alb_zone zone_items[] = { { .id = "z-c" }, { .id = "z-a" }, { 0 }, { .id = "z-b" } };
static const struct alb_zone_list zones = { .items = { zone_items, 4 } };

static struct alb_vswitch vswitch(const char *id, const char *zone, int64_t free,
                                  const char *status)
{
    return (struct alb_vswitch){
        .id = id, .zone_id = zone, .free_addresses = { free, true }, .status = status
    };
}

static void assert_chosen(bool ipv6, size_t n, const struct alb_vswitch *v, const char *text)
{
    for (int turn = 0; turn < 2; turn++) { /* the order does not matter */
        struct arena a CLEANUP(arena_done) = { 0 };
        struct vswitch_search s = { .ipv6 = ipv6 };
        for (size_t i = 0; i < n; i++)
            assert_true(vswitches_take(&a, &s, &v[turn ? n - 1 - i : i]));
        assert_string_equal(vswitches_text(&a, &s, &zones), text);
    }
}

static void test_of_each_zone_of_alb_the_first_by_id(void **state)
{
    (void)state;
    const struct alb_vswitch v[] = {
        vswitch("vsw-3", "z-a", 200, "Available"), vswitch("vsw-1", "z-b", 200, "Available"),
        vswitch("vsw-2", "z-a", 20, "Available"),  vswitch("vsw-0", "z-x", 200, "Available"),
        vswitch("vsw-4", "z-c", 8, "Available"),
    };
    assert_chosen(false, 5, v,
                  "{\"vswitches\":[{\"id\":\"vsw-2\",\"zone\":\"z-a\"},{\"id\":\"vsw-1\",\"zone\":"
                  "\"z-b\"},{\"id\":\"vsw-4\",\"zone\":\"z-c\"}],\"zones\":4}");
}

static void test_what_cannot_be_used_is_passed_over(void **state)
{
    (void)state;
    const struct alb_vswitch v[] = {
        vswitch("vsw-1", "z-a", 7, "Available"), vswitch("vsw-2", "z-a", 200, "Pending"),
        vswitch(NULL, "z-a", 200, "Available"),  vswitch("vsw-3", NULL, 200, "Available"),
        vswitch("vsw-4", "z-a", 200, NULL),      vswitch("vsw-5", "z-a", 9, "Available"),
    };
    assert_chosen(false, 6, v, "{\"vswitches\":[{\"id\":\"vsw-5\",\"zone\":\"z-a\"}],\"zones\":4}");
    assert_chosen(false, 5, v, "{\"vswitches\":[],\"zones\":4}");
}

static void test_those_with_ipv6_where_that_is_asked_for(void **state)
{
    (void)state;
    struct alb_vswitch v[] = { vswitch("vsw-1", "z-a", 99, "Available"),
                               vswitch("vsw-2", "z-a", 99, "Available") };
    v[1].ipv6 = (struct opt_bool){ true, true };
    assert_chosen(true, 2, v, "{\"vswitches\":[{\"id\":\"vsw-2\",\"zone\":\"z-a\"}],\"zones\":4}");
}

static void test_of_too_many_none_is_chosen(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct vswitch_search s = { 0 };
    const struct alb_vswitch v = vswitch("vsw-1", "z-a", 99, "Available");
    for (int i = 0; i < 1000; i++)
        assert_true(vswitches_take(&a, &s, &v));
    assert_string_equal(vswitches_text(&a, &s, &zones),
                        "{\"vswitches\":[{\"id\":\"vsw-1\",\"zone\":\"z-a\"}],\"zones\":4}");
    assert_false(vswitches_take(&a, &s, &v));
    assert_string_equal(vswitches_text(&a, &s, &zones),
                        "{\"more_than\":1000,\"vswitches\":[],\"zones\":4}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_of_each_zone_of_alb_the_first_by_id),
        cmocka_unit_test(test_what_cannot_be_used_is_passed_over),
        cmocka_unit_test(test_those_with_ipv6_where_that_is_asked_for),
        cmocka_unit_test(test_of_too_many_none_is_chosen),
    };
    return cmocka_run_group_tests_name("observe/vswitches", tests, NULL, NULL);
}
