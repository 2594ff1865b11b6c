/* test_quota.c - what is known of quotas; the numbers are those of alb-semantics.md §11. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alb-agent/quota.h"

static void test_a_new_account_has_what_is_documented(void **state)
{
    (void)state;
    assert_int_equal(quota_value(NULL, QUOTA_RULES_BASIC, 0, 0), 40);
    assert_int_equal(quota_value(NULL, QUOTA_RULES_STANDARD, 100, 0), 100);
    assert_int_equal(quota_value(NULL, QUOTA_SERVERS_BASIC, 0, 0), 200);
    assert_int_equal(quota_value(NULL, QUOTA_LISTENERS_WAF, 0, 0), 50);
    assert_int_equal(quota_value(NULL, QUOTA_CERTIFICATES_STANDARD, 0, 0), 25);
    assert_int_equal(quota_value(NULL, QUOTA_SERVER_USES, 0, 0), 200);
    assert_int_equal(quota_value(NULL, QUOTA_GROUP_USES, 0, 0), 50);
}

static void test_where_there_is_more_it_was_raised(void **state)
{
    (void)state;
    assert_int_equal(quota_value(NULL, QUOTA_RULES_BASIC, 41, 0), 100);
    assert_int_equal(quota_value(NULL, QUOTA_RULES_WAF, 101, 0), 200);
    assert_int_equal(quota_value(NULL, QUOTA_CERTIFICATES_BASIC, 11, 0), 150);
}

static void test_settings_and_then_refusals_know_better(void **state)
{
    (void)state;
    struct quotas q = { .set = { [QUOTA_RULES_STANDARD] = 150 } };
    assert_int_equal(quota_value(&q, QUOTA_RULES_STANDARD, 170, 5000), 150);
    assert_int_equal(quota_value(&q, QUOTA_RULES_WAF, 0, 5000), 100);
    q.told[QUOTA_RULES_STANDARD] = 120;
    q.told_at[QUOTA_RULES_STANDARD] = 5000;
    assert_int_equal(quota_value(&q, QUOTA_RULES_STANDARD, 0, 5000), 120);
    assert_int_equal(quota_value(&q, QUOTA_RULES_STANDARD, 0, 5000 + QUOTA_TOLD_MS - 1), 120);
    assert_int_equal(quota_value(&q, QUOTA_RULES_STANDARD, 0, 5000 + QUOTA_TOLD_MS), 150);
}

static void test_each_edition_has_its_own(void **state)
{
    (void)state;
    assert_int_equal(quota_of_edition(QUOTA_RULES_BASIC, ALB_EDITION_BASIC), QUOTA_RULES_BASIC);
    assert_int_equal(quota_of_edition(QUOTA_RULES_BASIC, ALB_EDITION_UNSET), QUOTA_RULES_STANDARD);
    assert_int_equal(quota_of_edition(QUOTA_SERVERS_BASIC, ALB_EDITION_STANDARD),
                     QUOTA_SERVERS_STANDARD);
    assert_int_equal(quota_of_edition(QUOTA_CERTIFICATES_BASIC, ALB_EDITION_WAF),
                     QUOTA_CERTIFICATES_WAF);
}

static void test_ids_are_those_of_the_quota_center(void **state)
{
    (void)state;
    assert_string_equal(quota_id(QUOTA_RULES_WAF),
                        "alb_quota_loadbalancer_rules_num_standardwithwaf_edition");
    assert_string_equal(quota_id(QUOTA_GROUP_USES), "alb_quota_servergroup_attached_num");
    for (int i = 0; i < QUOTAS; i++)
        assert_int_equal(quota_find(quota_id((enum quota)i)), i);
    assert_int_equal(quota_find("alb_quota_loadbalancers_num"), QUOTAS);
}

/* Both wordings of alb-semantics.md §11, the first with and without a resource. */
static void test_a_refusal_says_how_much_there_may_be(void **state)
{
    (void)state;
    enum quota quota;
    size_t limit;
    assert_true(quota_read_refusal("The quota of alb_quota_loadbalancer_rules_num_standard_edition "
                                   "is exceeded for resource alb-1, usage 120/120.",
                                   &quota, &limit));
    assert_int_equal(quota, QUOTA_RULES_STANDARD);
    assert_int_equal(limit, 120);
    assert_true(quota_read_refusal(
        "create: The quota of alb_quota_server_added_num is exceeded, usage 7/300.", &quota,
        &limit));
    assert_int_equal(quota, QUOTA_SERVER_USES);
    assert_int_equal(limit, 300);
    assert_true(quota_read_refusal("alb_quota_loadbalancer_rules_num_standard_edition is exceeded "
                                   "(usage 103/100)",
                                   &quota, &limit));
    assert_int_equal(quota, QUOTA_RULES_STANDARD);
    assert_int_equal(limit, 100);
}

static void check_says_nothing(const char *message)
{
    enum quota quota;
    size_t limit;
    assert_false(quota_read_refusal(message, &quota, &limit));
}

static void test_other_refusals_say_nothing(void **state)
{
    (void)state;
    check_says_nothing("");
    check_says_nothing("The quota of alb_quota_loadbalancers_num is exceeded, usage 60/60.");
    check_says_nothing("The quota of alb_quota_server_added_num is exceeded.");
    check_says_nothing("The quota of alb_quota_server_added_num is exceeded, usage 7.");
    check_says_nothing("The quota of alb_quota_server_added_num is exceeded, usage 7/.");
    check_says_nothing("The quota of alb_quota_server_added_num is exceeded, usage 0/0.");
    check_says_nothing("The quota of alb_quota_server_added_num is exceeded, usage 7/1000001.");
    check_says_nothing("usage 7/300 of alb_quota_server_added_num");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_new_account_has_what_is_documented),
        cmocka_unit_test(test_where_there_is_more_it_was_raised),
        cmocka_unit_test(test_settings_and_then_refusals_know_better),
        cmocka_unit_test(test_each_edition_has_its_own),
        cmocka_unit_test(test_ids_are_those_of_the_quota_center),
        cmocka_unit_test(test_a_refusal_says_how_much_there_may_be),
        cmocka_unit_test(test_other_refusals_say_nothing),
    };
    return cmocka_run_group_tests_name("model/quota", tests, NULL, NULL);
}
