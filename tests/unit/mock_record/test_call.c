/* test_call.c - what a request asks for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world.h"

static struct spec *spec;

static int setup(void **state)
{
    struct error err = { 0 };
    (void)state;
    return spec_open(&spec, &err) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    spec_close(spec);
    return 0;
}

static const char *flat(struct arena *a, const struct record_call *c)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    for (size_t i = 0; i < c->params.len; i++)
        buf_addf(&b, "%s%s=%s", i ? "&" : "", c->params.items[i].name, c->params.items[i].value);
    return buf_keep(&b, a);
}

static void test_a_call_of_the_newer_kind(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct record_call c;
    const struct httpd_request r =
        request_of(&a, "CreateRules", "Rules.2.Name=b&Rules.1.Name=a&X=");
    record_call_read(&a, spec, &r, &c);
    assert_string_equal(c.product, "alb");
    assert_string_equal(c.region, "cn-hangzhou");
    assert_string_equal(c.action, "CreateRules");
    assert_string_equal(c.key, "testak");
    assert_string_equal(flat(&a, &c), "Rules.1.Name=a&Rules.2.Name=b");
    assert_false(record_is_read(&c));
}

static void test_of_the_older_kind_only_what_it_asks_for(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct record_call c;
    const struct httpd_header headers[] = { { "Content-Type",
                                              "application/x-www-form-urlencoded" } };
    const struct httpd_request r = {
        .method = "POST",
        .target = "/?Action=AssumeRole&Version=2015-04-01&Format=JSON&AccessKeyId=ak&Signature=sec"
                  "&SignatureNonce=1&Timestamp=t&SecurityToken=sec",
        .headers = headers,
        .n_headers = 1,
        .body = "RoleArn=r&Key=sec&AccessKeySecret=sec&RegionId=cn-beijing",
        .body_len = 57,
        .arena = &a,
    };
    record_call_read(&a, spec, &r, &c);
    assert_string_equal(c.product, "sts");
    assert_string_equal(c.action, "AssumeRole");
    assert_string_equal(c.region, "cn-beijing");
    assert_string_equal(c.key, "ak");
    assert_string_equal(flat(&a, &c), "AccessKeySecret="
                                      "<redacted>"
                                      "&Key="
                                      "<redacted>"
                                      "&RegionId=cn-beijing&RoleArn=r");
}

static void test_a_page_is_known_by_its_path(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct record_call c;
    const struct httpd_request r = {
        .method = "GET", .target = "/latest/meta-data/region-id?x=1", .body = "", .arena = &a
    };
    record_call_read(&a, spec, &r, &c);
    assert_null(c.action);
    assert_string_equal(c.path, "GET /latest/meta-data/region-id");
    assert_int_equal(c.params.len, 0);
    assert_true(record_is_read(&c));
}

static void test_two_lists_are_walked_name_by_name(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = { 0 };
    struct param x[] = { { "a", "1" }, { "c", "2" } }, y[] = { { "b", "3" }, { "c", "4" } };
    const struct params old = { x, 2 }, now = { y, 2 };
    struct record_walk w = { &old, &now, 0, 0 };
    struct record_pair p;
    while (record_walk_next(&w, &p))
        buf_addf(&b, "%s:%s:%s ", p.name, p.old ? p.old : "-", p.now ? p.now : "-");
    assert_string_equal(buf_str(&b), "a:1:- b:-:3 c:2:4 ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_call_of_the_newer_kind),
        cmocka_unit_test(test_of_the_older_kind_only_what_it_asks_for),
        cmocka_unit_test(test_a_page_is_known_by_its_path),
        cmocka_unit_test(test_two_lists_are_walked_name_by_name),
    };
    return cmocka_run_group_tests_name("mock_record/call", tests, setup, teardown);
}
