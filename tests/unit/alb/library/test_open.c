/* test_open.c - the client as another program sees it: linked with the shared library, with
 * nothing but alb_* to call. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "alb-agent/alb_open.h"

static char *no_env(const char *name)
{
    static char yes[] = "true";
    return !strcmp(name, "ALIBABA_CLOUD_ECS_METADATA_DISABLED") ? yes : NULL;
}

static void test_client_brings_its_own_transport(void **state)
{
    (void)state;
    struct secret key = { 0 };
    struct error err;
    struct alb *alb;
    cJSON *reply;
    alb_secret_set(&key, "planted-secret");
    /* Port 9 of the loopback: refused at once, and five times, since it is a read. */
    const struct alb_config config = { .region = "cn-hangzhou",
                                       .endpoint = "http://127.0.0.1:9",
                                       .access_key_id = "AKID",
                                       .access_key_secret = &key };
    assert_true(alb_open(&alb, &config, &err));
    alb_secret_set(&key, NULL);
    assert_null(key.data);
    assert_false(alb_call(alb, "ListRules", NULL, &reply, &err));
    assert_int_equal(err.kind, ERROR_TRANSIENT);
    assert_non_null(strstr(err.msg, "127.0.0.1:9"));
    assert_int_equal(alb_stats(alb).reads, 5);
    alb_free(alb);
    alb_free(NULL);
}

static void test_failed_open_leaves_nothing(void **state)
{
    (void)state;
    struct error err;
    struct alb *alb;
    assert_false(
        alb_open(&alb, &(struct alb_config){ .region = "cn-hangzhou", .env = no_env }, &err));
    assert_null(alb);
    assert_int_equal(err.kind, ERROR_DENIED);
}

static char *ca_of_env(const char *name)
{
    static char path[] = "/nonexistent/env.pem";
    return !strcmp(name, "SSL_CERT_FILE") ? path : no_env(name);
}

static void test_ca_file_is_the_given_one_or_the_environments(void **state)
{
    (void)state;
    struct error err;
    struct alb *alb;
    struct alb_config config = { .region = "cn-hangzhou", .env = ca_of_env };
    assert_false(alb_open(&alb, &config, &err));
    assert_non_null(strstr(err.msg, "/nonexistent/env.pem"));
    config.ca_file = "/nonexistent/given.pem";
    assert_false(alb_open(&alb, &config, &err));
    assert_non_null(strstr(err.msg, "/nonexistent/given.pem"));
}

static void test_tables_are_there_without_a_client(void **state)
{
    (void)state;
    struct arena a = { 0 };
    alb_param_rows rows;
    size_t n;
    (void)alb_actions(&n);
    assert_int_equal(n, 95);
    assert_true(alb_param_table(&a, "CreateRules", &rows));
    assert_int_equal(rows.len, 4);
    alb_arena_done(&a);
    assert_null(a.blocks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_client_brings_its_own_transport),
        cmocka_unit_test(test_failed_open_leaves_nothing),
        cmocka_unit_test(test_ca_file_is_the_given_one_or_the_environments),
        cmocka_unit_test(test_tables_are_there_without_a_client),
    };
    return cmocka_run_group_tests_name("alb/library/open", tests, NULL, NULL);
}
