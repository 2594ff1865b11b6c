/* test_answers.c - a request is the recorded call that it was, and gets what that got. */
#include "tests/unit/replay/tapes.h"

static const struct tape_item *find(struct play *p, const char *action, const char *body)
{
    const struct stage_hooks hooks = play_hooks(p);
    const struct http_request r = { .url = "http://x/", .body = body, .body_len = strlen(body) };
    return hooks.find(hooks.arg, &r, action);
}

static void test_each_of_two_uploads_at_once_is_itself(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct play p = { .a = &a };
    struct tape_item one = { 0 }, two = { 0 };
    *LIST_PUSH(&a, &p.calls) = (struct made_call){ "UploadUserCertificate", "d-a-111111", &one, 0 };
    *LIST_PUSH(&a, &p.calls) = (struct made_call){ "UploadUserCertificate", "d-b-222222", &two, 0 };
    assert_ptr_equal(find(&p, "UploadUserCertificate", "Name=d-a-111111&Cert=x"), &one);
    assert_ptr_equal(find(&p, "UploadUserCertificate", "Name=d-b-222222&Cert=x"), &two);
    assert_null(find(&p, "UploadUserCertificate", "Name=d-b-222222&Cert=x")); /* it was sent */
}

static void test_a_call_is_told_by_its_token(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct play p = { .a = &a };
    struct tape_item one = { 0 };
    *LIST_PUSH(&a, &p.calls) = (struct made_call){ "CreateRules", "token-1", &one, 0 };
    assert_null(find(&p, "CreateRules", "ClientToken=token-2"));
    assert_null(find(&p, "CreateListener", "ClientToken=token-1"));
    assert_ptr_equal(find(&p, "CreateRules", "ClientToken=token-1"), &one);
}

static void test_the_first_failure_counts(void **state)
{
    (void)state;
    struct play p = { 0 };
    struct error why;
    (void)error_set(&why, ERROR_BUG, "first");
    play_fail(&p, &why);
    (void)error_set(&why, ERROR_BUG, "second");
    play_fail(&p, &why);
    assert_true(p.failed);
    assert_string_equal(p.err.msg, "first");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_of_two_uploads_at_once_is_itself),
        cmocka_unit_test(test_a_call_is_told_by_its_token),
        cmocka_unit_test(test_the_first_failure_counts),
    };
    return cmocka_run_group_tests_name("replay/answers", tests, NULL, NULL);
}
