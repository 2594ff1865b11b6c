/* test_profile.c - profiles of the CLI and of the SDKs' INI file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "alb-agent/json.h"
#include "fake.h"
#include "src/alb/provider_priv.h"

static const struct chain_in IN = { .env = fake_env };

static cJSON *config_of(const char *text)
{
    cJSON *json = NULL;
    struct error err;
    if (!json_parse(text, strlen(text), &json, &err))
        fail_msg("%s", err.msg);
    return json;
}

#define KEYS      "\"access_key_id\":\"ID\",\"access_key_secret\":\"planted\""
#define ROLE(arn) "\"ram_role_arn\":\"" arn "\",\"ram_session_name\":\"s\""

static const char CONFIG[] =
    "{\"current\":\"ak\",\"profiles\":["
    "{\"name\":\"ak\",\"mode\":\"AK\"," KEYS "},"
    "{\"name\":\"sts\",\"mode\":\"StsToken\"," KEYS ",\"sts_token\":\"tok\"},"
    "{\"name\":\"role\",\"mode\":\"RamRoleArn\"," KEYS "," ROLE(
        "a1") ",\"expired_seconds\":900,\"external_id\":\"e\",\"sts_region\":\"cn-hangzhou\","
              "\"enable_vpc\":true},"
              "{\"name\":\"ecs\",\"mode\":\"EcsRamRole\",\"ram_role_name\":\"Worker\"},"
              "{\"name\":\"ecsrole\",\"mode\":\"RamRoleArnWithRoleName\",\"ram_role_name\":"
              "\"W\"," ROLE(
                  "a2") "},"
                        "{\"name\":\"oidc\",\"mode\":\"OIDC\",\"oidc_provider_arn\":\"p\",\"oidc_"
                        "token_file\":\"/t\"," ROLE(
                            "a3") "},"
                                  "{\"name\":\"uri\",\"mode\":\"CredentialsURI\",\"credentials_"
                                  "uri\":\"http://h/k\"},"
                                  "{\"name\":\"chain\",\"mode\":\"ChainableRamRoleArn\",\"source_"
                                  "profile\":\"chain2\"," ROLE(
                                      "a5") "},"
                                            "{\"name\":\"chain2\",\"mode\":\"ChainableRamRoleArn\","
                                            "\"source_profile\":\"role\"," ROLE(
                                                "a4") "},"
                                                      "{\"name\":\"loop\",\"mode\":"
                                                      "\"ChainableRamRoleArn\",\"source_profile\":"
                                                      "\"loop\"," ROLE(
                                                          "a6") "},"
                                                                "{\"name\":\"empty\",\"mode\":"
                                                                "\"AK\",\"access_key_id\":\"\","
                                                                "\"access_key_secret\":\"\"},"
                                                                "{\"name\":\"evil\",\"mode\":"
                                                                "\"RamRoleArn\"," KEYS "," ROLE(
                                                                    "a7") ",\"sts_region\":\"x.y/"
                                                                          "\"},"
                                                                          "{\"name\":\"cmd\","
                                                                          "\"mode\":\"External\","
                                                                          "\"process_command\":"
                                                                          "\"rm -rf /\"}]}";

/* A profile of CONFIG; the caller frees its keys. */
static bool read_profile(struct arena *a, const char *name, struct source *s, struct error *why)
{
    cJSON *config CLEANUP(json_done) = config_of(CONFIG);
    *s = (struct source){ 0 };
    return profile_source(a, &IN, config, name, s, why);
}

static void test_keys_are_read_with_and_without_a_token(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error why;
    struct source s;
    assert_true(read_profile(&a, NULL, &s, &why));
    assert_string_equal(s.keys.access_key_id.data, "ID");
    assert_string_equal(s.keys.access_key_secret.data, "planted");
    assert_null(s.keys.security_token.data);
    alb_credentials_done(&s.keys);
    assert_true(read_profile(&a, "sts", &s, &why));
    assert_string_equal(s.keys.security_token.data, "tok");
    alb_credentials_done(&s.keys);
}

static void test_role_stands_on_the_profiles_keys(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error why;
    struct source s;
    assert_true(read_profile(&a, "role", &s, &why));
    assert_int_equal(s.kind, SOURCE_KEYS);
    assert_int_equal(s.n_roles, 1);
    assert_string_equal(s.roles[0].arn, "a1");
    assert_string_equal(s.roles[0].session_name, "s");
    assert_string_equal(s.roles[0].external_id, "e");
    assert_int_equal(s.roles[0].duration_s, 900);
    assert_string_equal(s.roles[0].sts, "https://sts-vpc.cn-hangzhou.aliyuncs.com");
    alb_credentials_done(&s.keys);
}

static void test_each_mode_has_its_base(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error why;
    struct source s;
    assert_true(read_profile(&a, "ecs", &s, &why));
    assert_int_equal(s.kind, SOURCE_METADATA);
    assert_string_equal(s.instance_role, "Worker");
    assert_true(read_profile(&a, "ecsrole", &s, &why));
    assert_int_equal(s.kind, SOURCE_METADATA);
    assert_string_equal(s.roles[0].arn, "a2");
    assert_true(read_profile(&a, "oidc", &s, &why));
    assert_int_equal(s.kind, SOURCE_OIDC);
    assert_string_equal(s.token_file, "/t");
    assert_string_equal(s.oidc.arn, "a3");
    assert_int_equal(s.n_roles, 0);
    assert_true(read_profile(&a, "uri", &s, &why));
    assert_string_equal(s.uri, "http://h/k");
}

static void test_chained_roles_are_assumed_from_the_bottom_up(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error why;
    struct source s;
    assert_true(read_profile(&a, "chain", &s, &why));
    assert_int_equal(s.n_roles, 3);
    assert_string_equal(s.roles[0].arn, "a1");
    assert_string_equal(s.roles[1].arn, "a4");
    assert_string_equal(s.roles[2].arn, "a5");
    alb_credentials_done(&s.keys);
}

static void test_what_cannot_be_used_says_why(void **state)
{
    (void)state;
    static const struct {
        const char *name, *says;
    } bad[] = { { "loop", "on top of each other" },
                { "empty", "access_key_id is not set" },
                { "evil", "sts_region" },
                { "cmd", "mode 'External' cannot be used" },
                { "none", "there is no profile" } };
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        struct error why;
        struct source s;
        assert_false(read_profile(&a, bad[i].name, &s, &why));
        assert_non_null(strstr(why.msg, bad[i].says));
        assert_null(strstr(why.msg, "planted"));
        assert_null(s.keys.access_key_secret.data);
    }
}

static void test_ini_is_read_as_the_sdks_do(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error why;
    struct source s = { 0 };
    cJSON *config CLEANUP(json_done) =
        profile_from_ini("# keys\r\n"
                         "stray = 1\n"
                         "[other]\ntype=ecs_ram_role\nrole_name = W\n"
                         " [ default ] \r\n"
                         "; type = access_key\n"
                         "type = ram_role_arn\n"
                         "access_key_id\t=\tID\r\n"
                         "access_key_secret=a=b \n"
                         "nonsense\n"
                         "role_arn = a1\n"
                         "role_session_name = s\n"
                         "name = x");
    assert_true(profile_source(&a, &IN, config, NULL, &s, &why));
    assert_string_equal(s.keys.access_key_secret.data, "a=b");
    assert_string_equal(s.roles[0].arn, "a1");
    assert_string_equal(s.roles[0].session_name, "s");
    alb_credentials_done(&s.keys);
    s = (struct source){ 0 };
    assert_true(profile_source(&a, &IN, config, "other", &s, &why));
    assert_string_equal(s.instance_role, "W");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, fake_setup, fake_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_keys_are_read_with_and_without_a_token),
        TEST(test_role_stands_on_the_profiles_keys),
        TEST(test_each_mode_has_its_base),
        TEST(test_chained_roles_are_assumed_from_the_bottom_up),
        TEST(test_what_cannot_be_used_says_why),
        TEST(test_ini_is_read_as_the_sdks_do),
    };
    return cmocka_run_group_tests_name("alb/profile", tests, NULL, NULL);
}
