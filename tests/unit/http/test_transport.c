/* test_transport.c - a taken reply can be given back, more than once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alb-agent/buf.h"
#include "alb-agent/transport.h"

static void test_done_frees_the_body_once(void **state)
{
    (void)state;
    struct buf b = { 0 };
    buf_adds(&b, "body");
    struct http_reply r = { .status = 200, .body = b.data, .body_len = b.len };
    http_reply_done(&r);
    assert_null(r.body);
    assert_int_equal(r.body_len, 0);
    assert_int_equal(r.status, 200);
    http_reply_done(&r);
}

static void test_done_takes_a_reply_without_a_body(void **state)
{
    (void)state;
    struct http_reply r = { 0 };
    http_reply_done(&r);
    assert_null(r.body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_done_frees_the_body_once),
        cmocka_unit_test(test_done_takes_a_reply_without_a_body),
    };
    return cmocka_run_group_tests_name("http/transport", tests, NULL, NULL);
}
