/* test_call.c - waiting calls, pages, parameters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "alb-agent/json.h"
#include "fake.h"

static void test_call_waits_for_its_reply(void **state)
{
    struct fake *f = *state;
    struct alb *alb = fake_client(f);
    struct error err;
    cJSON *reply CLEANUP(json_done) = NULL;
    f->script[0] = (struct answer){ .after_ms = 120, .body = "{\"RequestId\":\"q\",\"Rules\":[]}" };
    assert_true(alb_call(alb, "ListRules", NULL, &reply, &err));
    assert_string_equal(json_str(reply, "RequestId"), "q");
    assert_int_equal(f->waited_ms, 120);
    alb_free(alb);
}

static void test_call_tells_why_it_failed(void **state)
{
    struct fake *f = *state;
    struct alb *alb = fake_client(f);
    struct error err;
    cJSON *reply CLEANUP(json_done) = NULL;
    f->script[0] =
        (struct answer){ .status = 404,
                         .body = "{\"RequestId\":\"q\",\"Code\":\"ResourceNotFound.Listener\"}" };
    assert_false(alb_call(alb, "GetListenerAttribute", NULL, &reply, &err));
    assert_int_equal(err.kind, ERROR_NOT_FOUND);
    assert_string_equal(json_str(reply, "Code"), "ResourceNotFound.Listener");
    alb_free(alb);
}

static void test_call_of_an_unknown_action_sends_nothing(void **state)
{
    struct fake *f = *state;
    struct alb *alb = fake_client(f);
    struct error err;
    cJSON *reply = NULL;
    assert_false(alb_call(alb, "Nothing", NULL, &reply, &err));
    assert_false(alb_call_all(alb, "Nothing", NULL, &reply, &err));
    assert_null(reply);
    assert_int_equal(err.kind, ERROR_INVALID);
    assert_int_equal(f->n, 0);
    alb_free(alb);
}

static void test_call_leaves_other_results_alone(void **state)
{
    struct fake *f = *state;
    struct alb *alb = fake_client(f);
    struct error err;
    struct alb_result other;
    uint64_t id = alb_begin(alb, "ListAcls", NULL, ALB_NORMAL, &err);
    cJSON *reply CLEANUP(json_done) = NULL;
    assert_true(alb_call(alb, "ListRules", NULL, &reply, &err));
    assert_true(alb_next(alb, &other));
    assert_int_equal(other.id, id);
    alb_result_done(&other);
    alb_free(alb);
}

static void test_all_pages_become_one_list(void **state)
{
    struct fake *f = *state;
    struct alb *alb = fake_client(f);
    struct error err;
    struct alb_param items[] = { { "MaxResults", "2" } };
    cJSON *reply CLEANUP(json_done) = NULL;
    f->script[0].body = "{\"NextToken\":\"a\",\"Rules\":[{\"RuleId\":\"1\"},{\"RuleId\":\"2\"}]}";
    f->script[1].body = "{\"NextToken\":\"b\",\"Rules\":[{\"RuleId\":\"3\"},{\"RuleId\":\"4\"}]}";
    f->script[2].body = "{\"NextToken\":\"\",\"Rules\":[{\"RuleId\":\"5\"}]}";
    assert_true(alb_call_all(alb, "ListRules", &(alb_params){ items, 1 }, &reply, &err));
    const cJSON *rules = json_get(reply, "Rules");
    assert_int_equal(cJSON_GetArraySize(rules), 5);
    assert_string_equal(json_str(cJSON_GetArrayItem(rules, 4), "RuleId"), "5");
    assert_null(json_get(reply, "NextToken"));
    assert_int_equal(f->n, 3);
    assert_null(strstr(f->sent[0].url, "NextToken"));
    assert_non_null(strstr(f->sent[1].url, "MaxResults=2&NextToken=a"));
    assert_non_null(strstr(f->sent[2].url, "MaxResults=2&NextToken=b"));
    alb_free(alb);
}

static void test_counted_pages_become_one_list_too(void **state)
{
    struct fake *f = *state;
    struct alb *alb = fake_client(f);
    struct error err;
    cJSON *reply CLEANUP(json_done) = NULL;
    f->script[0].body = "{\"PageNumber\":1,\"PageSize\":1,\"TotalCount\":2,"
                        "\"VSwitches\":{\"VSwitch\":[{\"VSwitchId\":\"vsw-1\"}]}}";
    f->script[1].body = "{\"PageNumber\":2,\"PageSize\":1,\"TotalCount\":2,"
                        "\"VSwitches\":{\"VSwitch\":[{\"VSwitchId\":\"vsw-2\"}]}}";
    assert_true(alb_call_all(alb, "DescribeVSwitches", NULL, &reply, &err));
    assert_int_equal(cJSON_GetArraySize(json_at(reply, "VSwitches.VSwitch")), 2);
    assert_int_equal(f->n, 2);
    assert_non_null(strstr(f->sent[1].url, "PageNumber=2"));
    alb_free(alb);
}

/* A list that lost a page must not pass for a short one. */
static void test_certificates_are_paged_by_their_own_words(void **state)
{
    struct fake *f = *state;
    struct alb *alb = fake_client(f);
    struct error err;
    cJSON *reply = NULL;
    f->script[0].body = "{\"CurrentPage\":1,\"ShowSize\":2,\"TotalCount\":3,"
                        "\"CertificateOrderList\":[{\"Name\":\"a\"},{\"Name\":\"b\"}]}";
    f->script[1].body = "{\"CurrentPage\":2,\"ShowSize\":2,\"TotalCount\":3,"
                        "\"CertificateOrderList\":[{\"Name\":\"c\"}]}";
    assert_true(alb_call_all(alb, "ListUserCertificateOrder", NULL, &reply, &err));
    assert_int_equal(cJSON_GetArraySize(json_get(reply, "CertificateOrderList")), 3);
    assert_non_null(strstr(f->sent[1].url, "CurrentPage=2"));
    assert_non_null(strstr(f->sent[1].url, "https://cas.aliyuncs.com/"));
    json_done(&reply);
    alb_free(alb);
}

static void test_failed_page_fails_the_list(void **state)
{
    struct fake *f = *state;
    struct alb *alb = fake_client(f);
    struct error err;
    cJSON *reply = NULL;
    f->script[0].body = "{\"NextToken\":\"a\",\"Rules\":[{\"RuleId\":\"1\"}]}";
    f->script[1] = (struct answer){ .status = 403, .body = "{\"Code\":\"Forbidden.RAM\"}" };
    assert_false(alb_call_all(alb, "ListRules", NULL, &reply, &err));
    assert_null(reply);
    assert_int_equal(err.kind, ERROR_DENIED);
    alb_free(alb);
}

static void test_page_without_its_list_fails_the_list(void **state)
{
    struct fake *f = *state;
    struct alb *alb = fake_client(f);
    struct error err;
    cJSON *reply = NULL;
    f->script[0].body = "{\"NextToken\":\"a\",\"Rules\":[]}";
    f->script[1].body = "{\"RequestId\":\"x\"}";
    assert_false(alb_call_all(alb, "ListRules", NULL, &reply, &err));
    assert_null(reply);
    assert_non_null(strstr(err.msg, "ListRules: a page has no list 'Rules'"));
    alb_free(alb);
}

static void test_page_that_names_itself_fails_the_list(void **state)
{
    struct fake *f = *state;
    struct alb *alb = fake_client(f);
    struct error err;
    cJSON *reply = NULL;
    for (int i = 0; i < 5; i++)
        f->script[i].body = "{\"NextToken\":\"a\",\"Rules\":[]}";
    assert_false(alb_call_all(alb, "ListRules", NULL, &reply, &err));
    assert_int_equal(err.kind, ERROR_TRANSIENT);
    assert_int_equal(f->n, 2);
    alb_free(alb);
}

static void test_setting_a_parameter_leaves_the_callers_array(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    static const struct alb_param fixed[] = { { "A", "1" }, { "B", "2" }, { "C", "3" } };
    struct alb_param copy[3];
    memcpy(copy, fixed, sizeof copy);
    alb_params params = { copy, 3 };
    alb_param_set(&a, &params, "B", "x");
    alb_param_set(&a, &params, "D", "4");
    assert_int_equal(params.len, 4);
    assert_string_equal(alb_param_get(&params, "B"), "x");
    assert_string_equal(alb_param_get(&params, "D"), "4");
    assert_null(alb_param_get(&params, "E"));
    assert_string_equal(copy[1].value, "2");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, fake_setup, fake_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_call_waits_for_its_reply),
        TEST(test_call_tells_why_it_failed),
        TEST(test_call_of_an_unknown_action_sends_nothing),
        TEST(test_call_leaves_other_results_alone),
        TEST(test_all_pages_become_one_list),
        TEST(test_counted_pages_become_one_list_too),
        TEST(test_certificates_are_paged_by_their_own_words),
        TEST(test_failed_page_fails_the_list),
        TEST(test_page_without_its_list_fails_the_list),
        TEST(test_page_that_names_itself_fails_the_list),
        TEST(test_setting_a_parameter_leaves_the_callers_array),
    };
    return cmocka_run_group_tests_name("alb/call", tests, NULL, NULL);
}
