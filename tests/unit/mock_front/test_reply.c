/* test_reply.c - the form of replies: who gets JSON, who gets XML. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "mock-server/front/turn.h"

/* The content type that a request with this header and this Format is answered in. */
static const char *type_of(struct arena *a, const char *header, const char *value,
                           const char *format)
{
    const struct httpd_header headers[] = { { header, value } };
    const struct httpd_request request = { .arena = a, .headers = headers, .n_headers = 1 };
    struct turn t = {
        .request = &request,
        .arena = a,
        .request_id = "A-1",
        .reply = { .status = 503, .code = "ServiceUnavailable", .message = "m" },
    };
    struct httpd_reply reply = { .status = 200 };
    if (format)
        *LIST_PUSH(a, &t.flat) = (struct param){ "Format", format };
    reply_write(&t, &reply);
    assert_int_equal(reply.status, 503);
    assert_non_null(strstr(reply.body, "ServiceUnavailable"));
    assert_non_null(strstr(reply.body, "A-1"));
    return reply.content_type;
}

static void test_format_then_signature_then_accept_decide(void **state)
{
    (void)state;
    static const char json[] = "application/json;charset=utf-8", xml[] = "text/xml;charset=utf-8";
    static const struct {
        const char *header, *value, *format, *type;
    } cases[] = {
        { "Accept", "*/*", NULL, xml },
        { "Accept", "*/*", "json", json },
        { "Accept", "*/*", "XML", xml },
        { "Accept", "application/json", NULL, json },
        { "Authorization", "ACS3-HMAC-SHA256 Credential=a", NULL, json },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        assert_string_equal(type_of(&a, cases[i].header, cases[i].value, cases[i].format),
                            cases[i].type);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_format_then_signature_then_accept_decide),
    };
    return cmocka_run_group_tests_name("mock_front/reply", tests, NULL, NULL);
}
