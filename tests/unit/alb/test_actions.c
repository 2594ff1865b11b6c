/* test_actions.c - every row of the action table against the public API description, of
 * which the mock server keeps a copy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "alb-agent/alb.h"
#include "alb-agent/alb_reply.h"
#include "alb-agent/alb_table.h"
#include "alb-agent/json.h"
#include "tests/unit/alb/spec/spec.h"

/* The parameter that the SDK sends in the body, or NULL. */
static const char *body_parameter(const cJSON *action)
{
    const cJSON *p;
    cJSON_ArrayForEach (p, json_get(action, "parameters")) {
        const char *in = json_str(json_get(p, "in"), "sdk");
        if (in && !strcmp(in, "body"))
            return p->string;
    }
    return NULL;
}

static void expect_same(const char *action, const char *have, const char *want)
{
    if (!have || !want)
        assert_true(have == want);
    else if (strcmp(have, want) != 0)
        fail_msg("%s: '%s', not '%s'", action, have, want);
}

static void check_row(const cJSON *action)
{
    const struct alb_action *row = alb_action_find(action->string);
    if (!row)
        fail_msg("no row for %s", action->string);
    assert_int_equal(row->product, ALB_PRODUCT_ALB);
    assert_int_equal(row->write, cJSON_IsTrue(json_get(action, "mutating")));
    assert_int_equal(row->token, cJSON_IsTrue(json_get(action, "idempotent")));
    assert_int_equal(row->token, cJSON_IsTrue(json_get(action, "dryRun")));
    assert_int_equal(row->job, cJSON_IsTrue(json_get(action, "returnsJobId")));
    expect_same(row->name, row->form, body_parameter(action));
    if (row->list)
        expect_same(row->name, json_str(json_get(json_get(action, "response"), row->list), "type"),
                    "array");
    if (json_get(action, "pagination"))
        assert_non_null(row->list);
}

static void test_every_action_of_the_description_has_its_row(void **state)
{
    (void)state;
    const cJSON *action, *actions = spec_actions("Alb");
    int n = 0;
    cJSON_ArrayForEach (action, actions) {
        check_row(action);
        n++;
    }
    assert_int_equal(n, 85);
}

static void test_rows_are_ordered_and_none_is_invented(void **state)
{
    (void)state;
    size_t n, alb = 0;
    const struct alb_action *rows = alb_actions(&n);
    for (size_t i = 0; i < n; i++) {
        assert_true(!i || strcmp(rows[i - 1].name, rows[i].name) < 0);
        assert_ptr_equal(alb_action_find(rows[i].name), &rows[i]);
        if (rows[i].product != ALB_PRODUCT_ALB)
            continue;
        alb++;
        assert_non_null(json_get(spec_actions("Alb"), rows[i].name));
    }
    assert_int_equal(alb, 85);
    assert_int_equal(n, 95);
}

/* What pages are made of is told twice: here for the client, there for readers. */
static void test_lists_are_those_of_the_reply_tables(void **state)
{
    (void)state;
    size_t n;
    const struct alb_action *rows = alb_actions(&n);
    for (size_t i = 0; i < n; i++) {
        const struct schema *reply = alb_reply_schema(rows[i].name);
        if (!reply)
            fail_msg("no table for the reply of %s", rows[i].name);
        const struct field *items = rows[i].list ? schema_field(reply, rows[i].list) : NULL;
        if (rows[i].list && (!items || (items->kind != FIELD_LIST && items->kind != FIELD_STRS)))
            fail_msg("%s: '%s' is no list of its reply", rows[i].name, rows[i].list);
    }
}

static void expect_row(const char *name, enum alb_product product, bool write, const char *form)
{
    const struct alb_action *row = alb_action_find(name);
    if (!row)
        fail_msg("no row for %s", name);
    assert_int_equal(row->product, product);
    assert_int_equal(row->write, write);
    assert_false(row->token || row->job);
    expect_same(name, row->form, form);
}

static void test_neighbours_that_carry_keys_send_them_in_the_body(void **state)
{
    (void)state;
    expect_row("ListUserCertificateOrder", ALB_PRODUCT_CAS, false, NULL);
    expect_row("GetUserCertificateDetail", ALB_PRODUCT_CAS, false, NULL);
    expect_row("UploadUserCertificate", ALB_PRODUCT_CAS, true, "*");
    expect_row("DeleteUserCertificate", ALB_PRODUCT_CAS, true, "*");
    expect_row("AssumeRole", ALB_PRODUCT_STS, false, "*");
    expect_row("AssumeRoleWithOIDC", ALB_PRODUCT_STS, false, "*");
    expect_row("GetCallerIdentity", ALB_PRODUCT_STS, false, NULL);
    assert_true(alb_action_find("AssumeRoleWithOIDC")->anonymous);
    assert_false(alb_action_find("AssumeRole")->anonymous);
    assert_string_equal(alb_action_find("ListUserCertificateOrder")->list, "CertificateOrderList");
}

static void test_neighbours_are_reads_of_their_products(void **state)
{
    (void)state;
    expect_row("DescribeVSwitchAttributes", ALB_PRODUCT_VPC, false, NULL);
    const struct alb_action *vsw = alb_action_find("DescribeVSwitches");
    const struct alb_action *eni = alb_action_find("DescribeNetworkInterfaces");
    assert_int_equal(vsw->product, ALB_PRODUCT_VPC);
    assert_false(vsw->write);
    assert_string_equal(vsw->list, "VSwitches.VSwitch");
    assert_int_equal(eni->product, ALB_PRODUCT_ECS);
    assert_string_equal(eni->list, "NetworkInterfaceSets.NetworkInterfaceSet");
}

/* A lane repeats a call whose outcome is unknown; without a ClientToken that is right only for
 * what does the same the second time. */
static void test_writes_without_a_token_do_the_same_twice(void **state)
{
    (void)state;
    static const char *const idempotent[] = { "MoveResourceGroup", "TagResources",
                                              "UnTagResources" };
    size_t n, found = 0;
    const struct alb_action *rows = alb_actions(&n);
    for (size_t i = 0; i < n; i++) {
        if (!rows[i].write || rows[i].token || rows[i].product != ALB_PRODUCT_ALB)
            continue;
        assert_true(found < COUNT(idempotent));
        assert_string_equal(rows[i].name, idempotent[found++]);
    }
    assert_int_equal(found, COUNT(idempotent));
}

static void test_names_count_with_their_case(void **state)
{
    (void)state;
    assert_null(alb_action_find("createrules"));
    assert_null(alb_action_find(""));
    assert_null(alb_action_find("CreateRulesX"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_action_of_the_description_has_its_row),
        cmocka_unit_test(test_rows_are_ordered_and_none_is_invented),
        cmocka_unit_test(test_lists_are_those_of_the_reply_tables),
        cmocka_unit_test(test_neighbours_that_carry_keys_send_them_in_the_body),
        cmocka_unit_test(test_neighbours_are_reads_of_their_products),
        cmocka_unit_test(test_writes_without_a_token_do_the_same_twice),
        cmocka_unit_test(test_names_count_with_their_case),
    };
    return cmocka_run_group_tests_name("alb/actions", tests, spec_open, spec_close);
}
