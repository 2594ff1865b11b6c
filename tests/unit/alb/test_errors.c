/* test_errors.c - every documented code has a kind, and the kinds are the meant ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "alb-agent/alb.h"
#include "alb-agent/buf.h"
#include "alb-agent/json.h"

#define SPEC TEST_SOURCE_DIR "/mock-server/spec/alb-openapi.json"

/* No HTTP status says anything at this one, so only the table can answer; it would be
 * TRANSIENT without a row. */
enum { NO_HINT = 599 };

static int read_spec(void **state)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    struct error err;
    char part[65536];
    FILE *f = fopen(SPEC, "rb");
    if (!f)
        return -1;
    for (size_t n; (n = fread(part, 1, sizeof part, f)) > 0;)
        buf_add(&b, part, n);
    (void)fclose(f);
    cJSON *spec = NULL;
    if (!json_parse(buf_str(&b), b.len, &spec, &err))
        return -1;
    *state = spec;
    return 0;
}

static int drop_spec(void **state)
{
    cJSON_Delete(*state);
    return 0;
}

/* The codes that may be transient; a documented code that is none of these and comes out
 * transient fell through the table. */
static bool is_passing(const char *code)
{
    static const char *const codes[] = { "ServiceUnavailable",
                                         "InternalError",
                                         "SystemBusy",
                                         "SignatureNonceUsed",
                                         "OperationFailed.ShiftLoadBalancerZonesFailed",
                                         "OperationFailed.CancelShiftLoadBalancerZonesFailed" };
    for (size_t i = 0; i < COUNT(codes); i++)
        if (!strcmp(code, codes[i]))
            return true;
    return false;
}

static bool is_ours(const char *code)
{
    static const char *const codes[] = { "IdempotentParameterMismatch", "InvalidTimeStamp.Format",
                                         "InvalidSignatureMethod", "InvalidVersion",
                                         "UnsupportedHTTPMethod" };
    for (size_t i = 0; i < COUNT(codes); i++)
        if (!strcmp(code, codes[i]))
            return true;
    return false;
}

static void check_code(const char *code)
{
    enum error_kind kind = alb_error_kind(code, NO_HINT);
    if ((kind == ERROR_TRANSIENT) != is_passing(code))
        fail_msg("%s is %s", code, error_kind_name(kind));
    if ((kind == ERROR_BUG) != is_ours(code))
        fail_msg("%s is %s", code, error_kind_name(kind));
    assert_true(kind != ERROR_NONE || !strcmp(code, "DryRunOperation"));
}

static void test_every_documented_code_has_a_row(void **state)
{
    const cJSON *e;
    int n = 0;
    cJSON_ArrayForEach (e, json_get(*state, "errorIndex")) {
        check_code(e->string);
        n++;
    }
    assert_true(n >= 164);
}

/* Entries name several codes ("A / B") and patterns ("Missing{Name}"). */
static void test_every_gateway_code_has_a_row(void **state)
{
    const cJSON *e;
    int n = 0;
    cJSON_ArrayForEach (e, json_get(*state, "gatewayErrors")) {
        struct arena a CLEANUP(arena_done) = { 0 };
        char *code = arena_strdup(&a, json_str(e, "code"));
        for (char *end; code; code = end) {
            end = strstr(code, " / ");
            if (end) {
                *end = '\0';
                end += 3;
            }
            code[strcspn(code, "{")] = '\0';
            check_code(*code && code[strlen(code) - 1] != '.' ? arena_fmt(&a, "%s", code)
                                                              : arena_fmt(&a, "%sName", code));
            n++;
        }
    }
    assert_true(n >= 40);
}

/* What the gateway calls retryable must not end a call for good. */
static void test_retryable_gateway_codes_are_not_final(void **state)
{
    const cJSON *e;
    cJSON_ArrayForEach (e, json_get(*state, "gatewayErrors")) {
        const char *code = json_str(e, "code");
        /* Retryable only after the clock was set right. */
        if (!cJSON_IsTrue(json_get(e, "retryable")) || !strcmp(code, "InvalidTimeStamp.Expired"))
            continue;
        struct arena a CLEANUP(arena_done) = { 0 };
        char *first = arena_strdup(&a, code);
        first[strcspn(first, " ")] = '\0';
        enum error_kind kind = alb_error_kind(first, 400);
        if (kind != ERROR_TRANSIENT && kind != ERROR_THROTTLED && kind != ERROR_BUSY)
            fail_msg("%s is %s", first, error_kind_name(kind));
    }
}

static void test_kinds_are_as_meant(void **state)
{
    (void)state;
    static const struct {
        const char *code;
        enum error_kind kind;
    } rows[] = {
        { "IncorrectStatus.LoadBalancer", ERROR_BUSY },
        { "IncorrectStatus.Anything", ERROR_BUSY },
        { "IncorrectBusinessStatus.LoadBalancer", ERROR_BUSY },
        { "ResourceInConfiguring", ERROR_BUSY },
        { "ResourceInConfiguring.Listener", ERROR_BUSY },
        { "IdempotenceProcessing", ERROR_BUSY },
        { "LockFailed", ERROR_BUSY },
        { "VipStatusNotSupport", ERROR_BUSY },
        { "-22001", ERROR_BUSY },
        { "-735", ERROR_BUSY },
        { "ResourceInUse.ServerGroup", ERROR_CONFLICT },
        { "Conflict.Priority", ERROR_CONFLICT },
        { "ResourceAlreadyExist.Listener", ERROR_CONFLICT },
        { "Throttling", ERROR_THROTTLED },
        { "Throttling.User", ERROR_THROTTLED },
        { "Rejected.Throttling", ERROR_THROTTLED },
        { "QuotaExceeded.RuleWildcardsNum", ERROR_QUOTA },
        { "ResourceQuotaExceeded.LoadBalancerRulesNum", ERROR_QUOTA },
        { "ResourceNotEnough.VSwitchIp", ERROR_QUOTA },
        { "Forbidden.LoadBalancer", ERROR_DENIED },
        { "Forbidden.RAM", ERROR_DENIED },
        { "NoPermission", ERROR_DENIED },
        { "InvalidAccessKeyId.NotFound", ERROR_DENIED },
        { "InvalidSecurityToken.Expired", ERROR_DENIED },
        { "SignatureDoesNotMatch", ERROR_DENIED },
        { "OperationDenied.DeletionProtectionEnabled", ERROR_DENIED },
        { "InvalidAction.NotFound", ERROR_DENIED },
        { "ResourceNotFound.Rule", ERROR_NOT_FOUND },
        { "InvalidVSwitchId.NotFound", ERROR_NOT_FOUND },
        { "Forbidden.VpcNotFound", ERROR_NOT_FOUND },
        { "Mismatch.VpcId", ERROR_INVALID },
        { "MissingListenerId", ERROR_INVALID },
        { "InvalidParameter", ERROR_INVALID },
        { "IllegalParam.Priority", ERROR_INVALID },
        { "OperationDenied.GRPCServerGroup", ERROR_INVALID },
        { "UnsupportedFeature.SlowStart", ERROR_INVALID },
        { "SystemBusy", ERROR_TRANSIENT },
        { "ServiceUnavailable", ERROR_TRANSIENT },
        { "InternalError", ERROR_TRANSIENT },
        { "SignatureNonceUsed", ERROR_TRANSIENT },
        { "NameRepeat", ERROR_CONFLICT },
        { "-1008", ERROR_INVALID },
        { "EntityNotExist.Role", ERROR_DENIED },
        { "AuthenticationFail.OIDCToken.Expired", ERROR_DENIED },
        { "IdempotentParameterMismatch", ERROR_BUG },
        { "DryRunOperation", ERROR_NONE },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        enum error_kind kind = alb_error_kind(rows[i].code, 400);
        if (kind != rows[i].kind)
            fail_msg("%s is %s", rows[i].code, error_kind_name(kind));
    }
}

/* "every code maps to a kind in one table with the reason beside each row": rows are lines. */
static void test_every_row_has_its_reason(void **state)
{
    (void)state;
    char line[400];
    int rows = 0;
    FILE *f = fopen(TEST_SOURCE_DIR "/src/alb/errors.c", "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        bool row = !strncmp(line, "    { \"", 7) && strstr(line, "ERROR_");
        rows += row;
        if (row && !strstr(line, "/* "))
            fail_msg("%s", line);
    }
    (void)fclose(f);
    assert_true(rows > 80);
}

/* Alibaba's own tables do not agree on the spelling. */
static void test_case_does_not_count(void **state)
{
    (void)state;
    assert_int_equal(alb_error_kind("resourcenotfound.AScript", 400), ERROR_NOT_FOUND);
    assert_int_equal(alb_error_kind("throttling.user", 400), ERROR_THROTTLED);
}

static void test_family_ends_at_its_dot(void **state)
{
    (void)state;
    assert_int_equal(alb_error_kind("Conflicting", 418), ERROR_INVALID);
    assert_int_equal(alb_error_kind("ConflictingX.Y", 503), ERROR_TRANSIENT);
}

static void test_unknown_code_goes_by_the_status(void **state)
{
    (void)state;
    assert_int_equal(alb_error_kind("Strange", 400), ERROR_INVALID);
    assert_int_equal(alb_error_kind("Strange", 401), ERROR_DENIED);
    assert_int_equal(alb_error_kind("Strange", 403), ERROR_DENIED);
    assert_int_equal(alb_error_kind("Strange", 404), ERROR_NOT_FOUND);
    assert_int_equal(alb_error_kind("Strange", 409), ERROR_CONFLICT);
    assert_int_equal(alb_error_kind("Strange", 429), ERROR_THROTTLED);
    assert_int_equal(alb_error_kind("Strange", 500), ERROR_TRANSIENT);
    assert_int_equal(alb_error_kind("", 503), ERROR_TRANSIENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_documented_code_has_a_row),
        cmocka_unit_test(test_every_gateway_code_has_a_row),
        cmocka_unit_test(test_retryable_gateway_codes_are_not_final),
        cmocka_unit_test(test_kinds_are_as_meant),
        cmocka_unit_test(test_every_row_has_its_reason),
        cmocka_unit_test(test_case_does_not_count),
        cmocka_unit_test(test_family_ends_at_its_dot),
        cmocka_unit_test(test_unknown_code_goes_by_the_status),
    };
    return cmocka_run_group_tests_name("alb/errors", tests, read_spec, drop_spec);
}
