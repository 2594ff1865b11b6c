/* test_chain.c - who is asked for keys, and in which order (companion-apis.md §5). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "fake.h"
#include "src/alb/provider_priv.h"

#define CLI                                                                                   \
    "{\"current\":\"dev\",\"profiles\":[{\"name\":\"dev\",\"mode\":\"AK\",\"access_key_id\":" \
    "\"CLIID\",\"access_key_secret\":\"planted\"}]}"
#define INI "[default]\ntype = access_key\naccess_key_id = INIID\naccess_key_secret = planted\n"

static const struct chain_in IN = { .env = fake_env, .region = "cn-beijing" };

static bool find(struct arena *a, sources *out, struct error *err)
{
    return chain_find(a, &IN, out, err);
}

static void expect_first(const char *name, enum source_kind kind, const char *id)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err;
    sources s;
    if (!find(&a, &s, &err))
        fail_msg("%s", err.msg);
    assert_non_null(strstr(s.items[0].name, name));
    assert_int_equal(s.items[0].kind, kind);
    if (id)
        assert_string_equal(s.items[0].keys.access_key_id.data, id);
    sources_done(&s);
}

static void set_oidc(void)
{
    fake_setenv("ALIBABA_CLOUD_ROLE_ARN", "acs:ram::1:role/r");
    fake_setenv("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "acs:ram::1:oidc-provider/p");
    fake_setenv("ALIBABA_CLOUD_OIDC_TOKEN_FILE", "/token");
}

static void set_home(struct fake *f)
{
    fake_setenv("HOME", fake_folder(f));
    (void)fake_file(f, ".aliyun/config.json", CLI);
    (void)fake_file(f, ".alibabacloud/credentials", INI);
}

/* Everything is there; then the first is taken away, and so on. */
static void test_order_is_the_documented_one(void **state)
{
    set_home(*state);
    set_oidc();
    fake_setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "ENVID");
    fake_setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "planted");
    fake_setenv("ALIBABA_CLOUD_CREDENTIALS_URI", "http://127.0.0.1/keys");
    expect_first("environment", SOURCE_KEYS, "ENVID");
    fake_setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", NULL);
    fake_setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", NULL);
    expect_first("OIDC", SOURCE_OIDC, NULL);
    fake_setenv("ALIBABA_CLOUD_ROLE_ARN", NULL);
    expect_first("profile 'dev'", SOURCE_KEYS, "CLIID");
    fake_setenv("ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "true");
    expect_first("profile 'default'", SOURCE_KEYS, "INIID");
    fake_setenv("HOME", NULL);
    expect_first("metadata", SOURCE_METADATA, NULL);
    fake_setenv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true");
    expect_first("URI", SOURCE_URI, NULL);
}

static void test_what_is_configured_is_not_passed_over(void **state)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err;
    sources s;
    (void)state;
    set_oidc();
    assert_true(find(&a, &s, &err));
    assert_int_equal(s.len, 1);
    sources_done(&s);
    fake_setenv("ALIBABA_CLOUD_ROLE_ARN", NULL);
    fake_setenv("ALIBABA_CLOUD_CREDENTIALS_URI", "http://127.0.0.1/keys");
    assert_true(find(&a, &s, &err));
    assert_int_equal(s.len, 2); /* the metadata server may not be there */
    assert_int_equal(s.items[0].kind, SOURCE_METADATA);
    assert_int_equal(s.items[1].kind, SOURCE_URI);
    fake_setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "ENVID");
    assert_false(find(&a, &s, &err));
    assert_non_null(strstr(err.msg, "ALIBABA_CLOUD_ACCESS_KEY_SECRET is not"));
}

static void test_empty_chain_tells_what_it_looked_at(void **state)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err;
    sources s;
    struct fake *f = *state;
    fake_setenv("HOME", fake_folder(f));
    fake_setenv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true");
    (void)fake_file(f, ".aliyun/config.json",
                    "{\"current\":\"sso\",\"profiles\":[{\"name\":\"sso\",\"mode\":\"CloudSSO\","
                    "\"access_key_secret\":\"planted\"}]}");
    assert_false(find(&a, &s, &err));
    assert_int_equal(err.kind, ERROR_DENIED);
    assert_non_null(strstr(err.msg, "ALIBABA_CLOUD_ACCESS_KEY_ID"));
    assert_non_null(strstr(err.msg, "mode 'CloudSSO' cannot be used"));
    assert_null(strstr(err.msg, "planted"));
    (void)fake_file(f, ".aliyun/config.json", "{\"planted");
    assert_false(find(&a, &s, &err));
    assert_non_null(strstr(err.msg, "not JSON"));
    assert_null(strstr(err.msg, "planted"));
}

static void test_named_profile_and_named_file_are_used(void **state)
{
    struct fake *f = *state;
    fake_setenv("ALIBABA_CLOUD_PROFILE", "ci");
    fake_setenv("ALIBABA_CLOUD_CREDENTIALS_FILE",
                fake_file(f, "keys.ini",
                          INI "[ci]\ntype = sts\naccess_key_id = CIID\n"
                              "access_key_secret = planted\nsecurity_token = t\n"));
    expect_first("profile 'ci'", SOURCE_KEYS, "CIID");
}

static void expect_sts(const char *region, bool vpc, const char *expected)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    assert_string_equal(chain_sts(&a, &IN, region, vpc), expected);
}

static void test_sts_is_global_regional_or_inside(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    expect_sts(NULL, false, "https://sts.aliyuncs.com");
    expect_sts("cn-shanghai", false, "https://sts.cn-shanghai.aliyuncs.com");
    expect_sts("cn-hangzhou", true, "https://sts-vpc.cn-hangzhou.aliyuncs.com");
    fake_setenv("ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED", "true");
    expect_sts(NULL, false, "https://sts-vpc.cn-beijing.aliyuncs.com");
    fake_setenv("ALIBABA_CLOUD_STS_REGION", "cn-hangzhou");
    expect_sts(NULL, false, "https://sts-vpc.cn-hangzhou.aliyuncs.com");
    fake_setenv("ALIBABA_CLOUD_STS_ENDPOINT", "sts.example");
    expect_sts(NULL, false, "https://sts.example");
    assert_null(chain_sts(&a, &IN, "evil.example/", false));
    const struct chain_in given = { .env = fake_env, .sts = "http://127.0.0.1:1" };
    assert_string_equal(chain_sts(&a, &given, "cn-hangzhou", false), "http://127.0.0.1:1");
}

static void test_metadata_follows_its_switches(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct source s = { 0 };
    assert_true(chain_metadata(&a, &IN, NULL, &s));
    assert_string_equal(s.metadata, "http://100.100.100.200");
    assert_null(s.instance_role);
    assert_false(s.token_only);
    fake_setenv("METADATA_ENDPOINT", "127.0.0.1:9");
    fake_setenv("ALIBABA_CLOUD_ECS_METADATA", "Worker");
    fake_setenv("ALIBABA_CLOUD_IMDSV1_DISABLED", "TRUE");
    assert_true(chain_metadata(&a, &IN, NULL, &s));
    assert_string_equal(s.metadata, "http://127.0.0.1:9");
    assert_string_equal(s.instance_role, "Worker");
    assert_true(s.token_only);
    fake_setenv("METADATA_ENDPOINT", "file:///etc/passwd");
    assert_false(chain_metadata(&a, &IN, NULL, &s));
}

static void test_role_goes_on_top_of_what_was_found(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err;
    sources s;
    const struct alb_role role = { .arn = "acs:ram::2:role/x", .external_id = "e" };
    const struct chain_in in = { .env = fake_env, .role = &role };
    fake_setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "ENVID");
    fake_setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "planted");
    assert_true(chain_find(&a, &in, &s, &err));
    assert_int_equal(s.items[0].n_roles, 1);
    assert_string_equal(s.items[0].roles[0].arn, "acs:ram::2:role/x");
    assert_string_equal(s.items[0].roles[0].session_name, "alb-agent");
    assert_int_equal(s.items[0].roles[0].duration_s, 3600);
    sources_done(&s);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, fake_setup, fake_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_order_is_the_documented_one),
        TEST(test_what_is_configured_is_not_passed_over),
        TEST(test_empty_chain_tells_what_it_looked_at),
        TEST(test_named_profile_and_named_file_are_used),
        TEST(test_sts_is_global_regional_or_inside),
        TEST(test_metadata_follows_its_switches),
        TEST(test_role_goes_on_top_of_what_was_found),
    };
    return cmocka_run_group_tests_name("alb/chain", tests, NULL, NULL);
}
