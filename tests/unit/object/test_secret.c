/* test_secret.c - of a Secret only certificate and key are kept, the key beside the document. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "alb-agent/json.h"
#include "alb-agent/object.h"

#define HEAD "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"a\"},"
/* SHA-256 of "key", and "key" and "crt" in Base64. */
#define KEY_HASH "2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683"
#define KEY_B64  "a2V5"
#define CRT_B64  "Y3J0"

static void add(struct object_set *set, const char *text)
{
    cJSON *body = NULL;
    struct error err;
    assert_true(json_parse(text, strlen(text), &body, &err));
    object_set_add(set, body, "s.yaml:1");
}

static const struct object_tls *tls_of(const struct object_set *set)
{
    const struct object *o = object_set_find(set, OBJECT_SECRET, "default", "a");
    assert_non_null(o);
    assert_non_null(o->tls);
    return o->tls;
}

static void expect_body(const struct object_set *set, const char *wanted)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    const struct object *o = object_set_find(set, OBJECT_SECRET, "default", "a");
    assert_string_equal(object_text(&a, o), wanted);
}

static void test_certificate_and_key_are_decoded(void **state)
{
    (void)state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    add(&set, HEAD "\"type\":\"kubernetes.io/tls\",\"data\":{\"tls.crt\":\"" CRT_B64
                   "\",\"tls.key\":\"a2\\nV5\\n\"}}");
    assert_string_equal(tls_of(&set)->crt, "crt");
    assert_string_equal(tls_of(&set)->key.data, "key");
    assert_int_equal(tls_of(&set)->key.len, 3);
    assert_null(tls_of(&set)->bad);
}

static void test_the_document_keeps_the_certificate_and_a_digest_of_the_key(void **state)
{
    (void)state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    add(&set, HEAD "\"type\":\"kubernetes.io/tls\",\"data\":{\"tls.crt\":\"" CRT_B64
                   "\",\"tls.key\":\"" KEY_B64 "\",\"other\":\"c2VjcmV0\"},\"data\":{\"x\":1},"
                   "\"stringData\":{\"password\":\"secret\"}}");
    expect_body(&set, "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"a\"},"
                      "\"tls\":{\"crt\":\"crt\",\"keySha256\":\"" KEY_HASH
                      "\"},\"type\":\"kubernetes.io/tls\"}");
}

static void test_plain_text_goes_before_base64(void **state)
{
    (void)state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    add(&set, HEAD "\"data\":{\"tls.key\":\"AAAA\",\"tls.crt\":\"" CRT_B64
                   "\"},\"stringData\":{\"tls.key\":\"key\"}}");
    assert_string_equal(tls_of(&set)->key.data, "key");
    assert_string_equal(tls_of(&set)->crt, "crt");
}

static void test_a_secret_of_another_kind_leaves_nothing(void **state)
{
    (void)state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    add(&set, HEAD "\"data\":{\"password\":\"c2VjcmV0\"},\"tls\":{\"crt\":\"forged\"}}");
    assert_null(tls_of(&set)->crt);
    assert_null(tls_of(&set)->key.data);
    expect_body(&set, "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"a\"}}");
}

static void test_what_cannot_be_read_is_said_by_name_only(void **state)
{
    (void)state;
    static const struct {
        const char *data, *bad;
    } cases[] = {
        { "\"tls.key\":\"!secret\"", "tls.key: not text in Base64" },
        { "\"tls.key\":\"AAAA\"", "tls.key: not text in Base64" }, /* zero bytes */
        { "\"tls.key\":{\"a\":\"secret\"}", "tls.key: not text, or too long" },
        { "\"tls.crt\":\"c2VjcmV\"", NULL }, /* without padding */
        { "\"tls.crt\":\"c2Vjc\"", "tls.crt: not text in Base64" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        struct object_set set CLEANUP(object_set_done) = { 0 };
        add(&set, arena_fmt(&a, HEAD "\"data\":{%s}}", cases[i].data));
        if (cases[i].bad)
            assert_string_equal(tls_of(&set)->bad, cases[i].bad);
        else
            assert_null(tls_of(&set)->bad);
        assert_null(tls_of(&set)->key.data);
    }
}

/* Swapped by mistake: it must not be taken for something that everybody may see. */
static void test_a_key_in_the_place_of_the_certificate_is_not_kept(void **state)
{
    (void)state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    add(&set, HEAD "\"stringData\":{\"tls.crt\":\"-----BEGIN PRIVATE KEY-----\\nsecret\"}}");
    assert_null(tls_of(&set)->crt);
    assert_string_equal(tls_of(&set)->bad,
                        "tls.crt: holds a private key; that belongs into tls.key");
    expect_body(&set, "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"a\"}}");
}

static void test_a_secret_that_is_refused_is_named_without_its_values(void **state)
{
    (void)state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    add(&set, HEAD "\"data\":{\"tls.key\":\"" KEY_B64 "\"}}");
    add(&set, HEAD "\"data\":{\"tls.key\":\"" KEY_B64 "\"}}");
    add(&set, "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"B?\"},"
              "\"stringData\":{\"tls.key\":\"topsecret\"}}");
    assert_int_equal(set.objects.len, 1);
    assert_int_equal(set.problems.len, 2);
    for (size_t i = 0; i < set.problems.len; i++)
        assert_null(strstr(set.problems.items[i].msg, "topsecret"));
}

static void test_other_objects_have_no_such_thing(void **state)
{
    (void)state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    add(&set, "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"a\"},"
              "\"data\":{\"tls.crt\":\"Y3J0\"}}");
    assert_null(object_set_find(&set, OBJECT_SERVICE, "default", "a")->tls);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_certificate_and_key_are_decoded),
        cmocka_unit_test(test_the_document_keeps_the_certificate_and_a_digest_of_the_key),
        cmocka_unit_test(test_plain_text_goes_before_base64),
        cmocka_unit_test(test_a_secret_of_another_kind_leaves_nothing),
        cmocka_unit_test(test_what_cannot_be_read_is_said_by_name_only),
        cmocka_unit_test(test_a_key_in_the_place_of_the_certificate_is_not_kept),
        cmocka_unit_test(test_a_secret_that_is_refused_is_named_without_its_values),
        cmocka_unit_test(test_other_objects_have_no_such_thing),
    };
    return cmocka_run_group_tests_name("object/secret", tests, NULL, NULL);
}
