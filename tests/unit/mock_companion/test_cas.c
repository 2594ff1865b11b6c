/* test_cas.c - certificates: uploaded, listed, read, deleted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alb-agent/buf.h"
#include "certificate.h"
#include "world.h"

static const char KEY[] = "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n";

static const char *upload(struct world *w, const char *name, const char *cert, const char *key)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    buf_adds(&b, "{\"Tags\":[{\"Key\":\"k\",\"Value\":\"v\"}],\"Name\":");
    buf_add_json(&b, name);
    buf_adds(&b, ",\"Cert\":");
    buf_add_json(&b, cert);
    buf_adds(&b, ",\"Key\":");
    buf_add_json(&b, key);
    buf_addc(&b, '}');
    return ask(w, "cas", "UploadUserCertificate", b.data);
}

static void test_what_was_uploaded_is_listed_and_read(void **state)
{
    struct world *w = *state;
    assert_string_equal(upload(w, "one", CERTIFICATE, KEY), "ok");
    int64_t id = json_int(w->reply.body, "CertId", 0);
    assert_true(id > 0);
    assert_string_equal(json_str(w->reply.body, "ResourceId"),
                        arena_fmt(&w->arena, "cas-upload-%lld", (long long)id));

    assert_string_equal(
        ask(w, "cas", "ListUserCertificateOrder", "{\"OrderType\":\"CERT\",\"Keyword\":\"ample\"}"),
        "ok");
    const cJSON *row = cJSON_GetArrayItem(json_get(w->reply.body, "CertificateOrderList"), 0);
    assert_int_equal(json_int(row, "CertificateId", 0), id);
    assert_string_equal(json_str(row, "Sans"), "www.example.com,*.example.org");
    assert_string_equal(json_str(row, "Fingerprint"), CERTIFICATE_SHA1);
    assert_string_equal(json_str(row, "StartDate"), CERTIFICATE_BEGIN_DAY);
    assert_string_equal(json_str(row, "EndDate"), CERTIFICATE_END_DAY);
    assert_true(cJSON_IsFalse(json_get(row, "Expired")));
    assert_null(json_get(row, "Key"));

    assert_string_equal(
        ask(w, "cas", "GetUserCertificateDetail",
            arena_fmt(&w->arena, "{\"CertId\":%lld,\"CertFilter\":true}", (long long)id)),
        "ok");
    assert_string_equal(json_str(w->reply.body, "CertIdentifier"),
                        arena_fmt(&w->arena, "%lld-cn-hangzhou", (long long)id));
    assert_true(companion_has_certificate(w->companion, json_str(w->reply.body, "CertIdentifier")));
    assert_false(companion_has_certificate(w->companion, "1-cn-hangzhou"));
    assert_string_equal(json_str(w->reply.body, "Fingerprint"), CERTIFICATE_SHA1);
    assert_null(json_get(w->reply.body, "Key"));
    assert_string_equal(json_str(cJSON_GetArrayItem(json_get(w->reply.body, "Tags"), 0), "TagKey"),
                        "k");
    assert_string_equal(ask(w, "cas", "GetUserCertificateDetail",
                            arena_fmt(&w->arena, "{\"CertId\":%lld}", (long long)id)),
                        "ok");
    assert_string_equal(json_str(w->reply.body, "Key"), KEY);
    assert_string_equal(json_str(w->reply.body, "Cert"), CERTIFICATE);
}

static int64_t listed(struct world *w, const char *params, int *on_page)
{
    assert_string_equal(ask(w, "cas", "ListUserCertificateOrder", params), "ok");
    *on_page = cJSON_GetArraySize(json_get(w->reply.body, "CertificateOrderList"));
    return json_int(w->reply.body, "TotalCount", -1);
}

static void test_lists_have_pages_kinds_and_keywords(void **state)
{
    struct world *w = *state;
    int n;
    assert_string_equal(upload(w, "one", CERTIFICATE, KEY), "ok");
    assert_string_equal(upload(w, "two", CERTIFICATE, KEY), "ok");
    assert_string_equal(upload(w, "three", CERTIFICATE, KEY), "ok");
    assert_int_equal(listed(w, "{\"OrderType\":\"UPLOAD\",\"ShowSize\":2}", &n), 3);
    assert_int_equal(n, 2);
    assert_int_equal(listed(w, "{\"OrderType\":\"CERT\",\"ShowSize\":2,\"CurrentPage\":2}", &n), 3);
    assert_int_equal(n, 1);
    assert_int_equal(listed(w, "{\"OrderType\":\"CERT\",\"Keyword\":\"two\"}", &n), 1);
    assert_int_equal(listed(w, "{}", &n), 0); /* by default bought packages, none here */
    assert_string_equal(ask(w, "cas", "ListUserCertificateOrder", "{\"ShowSize\":0}"),
                        "400 InvalidParameter.ShowSize");
}

static void test_names_are_unique_and_forms_are_checked(void **state)
{
    struct world *w = *state;
    assert_string_equal(upload(w, "one", CERTIFICATE, KEY), "ok");
    assert_string_equal(upload(w, "one", CERTIFICATE, KEY), "400 NameRepeat");
    assert_string_equal(upload(w, "two", "not a certificate", KEY), "400 InvalidParameter.Cert");
    assert_string_equal(upload(w, "two", CERTIFICATE, "key"), "400 InvalidParameter.Key");
}

static void test_a_deleted_certificate_is_gone_and_its_id_not_given_again(void **state)
{
    struct world *w = *state;
    assert_string_equal(upload(w, "one", CERTIFICATE, KEY), "ok");
    int64_t id = json_int(w->reply.body, "CertId", 0);
    const char *params = arena_fmt(&w->arena, "{\"CertId\":%lld}", (long long)id);
    assert_string_equal(ask(w, "cas", "DeleteUserCertificate", params), "ok");
    assert_string_equal(ask(w, "cas", "DeleteUserCertificate", params), "404 NotFound");
    assert_string_equal(ask(w, "cas", "GetUserCertificateDetail", params), "404 NotFound");
    assert_string_equal(upload(w, "one", CERTIFICATE, KEY), "ok");
    assert_true(json_int(w->reply.body, "CertId", 0) > id);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_what_was_uploaded_is_listed_and_read),
        TEST(test_lists_have_pages_kinds_and_keywords),
        TEST(test_names_are_unique_and_forms_are_checked),
        TEST(test_a_deleted_certificate_is_gone_and_its_id_not_given_again),
    };
    return cmocka_run_group_tests_name("mock_companion/cas", tests, NULL, NULL);
}
