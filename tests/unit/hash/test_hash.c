/* test_hash.c - digests against FIPS 180, RFC 4231, RFC 2202 and RFC 4648. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "alb-agent/hash.h"
#include "alb-agent/macros.h"

static void expect_sha256(const char *text, const char *expected)
{
    char hex[SHA256_HEX];
    assert_string_equal(hash_sha256_hex(text, strlen(text), hex), expected);
}

static void test_sha256_of_the_nist_examples(void **state)
{
    (void)state;
    expect_sha256("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect_sha256("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect_sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void test_sha1_of_the_nist_example(void **state)
{
    (void)state;
    unsigned char digest[SHA1_SIZE];
    char hex[2 * SHA1_SIZE + 1];
    hash_sha1("abc", 3, digest);
    hash_hex(digest, sizeof digest, hex);
    assert_string_equal(hex, "a9993e364706816aba3e25717850c26c9cd0d89d");
}

static void test_sha1_of_pieces_is_that_of_the_whole(void **state)
{
    (void)state;
    unsigned char digest[SHA1_SIZE], whole[SHA1_SIZE];
    const struct hash_piece pieces[] = { { "a", 1 }, { "", 0 }, { "bcx", 2 } };
    hash_sha1_pieces(pieces, COUNT(pieces), digest);
    hash_sha1("abc", 3, whole);
    assert_memory_equal(digest, whole, SHA1_SIZE);
}

/* RFC 4648 §10, and what must not pass. */
static void test_base64_is_decoded(void **state)
{
    (void)state;
    static const struct {
        const char *coded, *plain; /* NULL: refused */
    } cases[] = {
        { "", "" },
        { "Zg==", "f" },
        { "Zm8=", "fo" },
        { "Zm9v", "foo" },
        { "Zm9vYg==", "foob" },
        { "Zm9vYmE=", "fooba" },
        { "Zm9vYmFy", "foobar" },
        { " Zm9v\r\nYmFy\n", "foobar" },
        { "Zg", "f" },
        { "Z", NULL },
        { "Zm9v*", NULL },
        { "Zm==9v", NULL },
        { "Zm9-", NULL },
        { "Zm9vY", NULL },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char out[32];
        size_t n = 99;
        bool ok = hash_base64_decode(cases[i].coded, strlen(cases[i].coded), out, &n);
        assert_int_equal(ok, cases[i].plain != NULL);
        if (!ok)
            continue;
        assert_string_equal(out, cases[i].plain);
        assert_int_equal(n, strlen(cases[i].plain));
    }
}

static void test_sha256_of_a_million_letters(void **state)
{
    (void)state;
    static char text[1000000];
    char hex[SHA256_HEX];
    memset(text, 'a', sizeof text);
    assert_string_equal(hash_sha256_hex(text, sizeof text, hex),
                        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void test_sha256_takes_bytes_not_text(void **state)
{
    (void)state;
    unsigned char digest[SHA256_SIZE];
    char hex[SHA256_HEX];
    hash_sha256("\0", 1, digest);
    hash_hex(digest, sizeof digest, hex);
    assert_string_equal(hex, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
}

/* One case of RFC 4231 or RFC 2202: a key of repeated bytes or text, and the result. */
struct mac_case {
    const char *key;
    int key_byte; /* when 'key' is NULL: repeated 'key_len' times */
    size_t key_len;
    const char *data;
    const char *expected;
};

static const void *mac_key(const struct mac_case *c, unsigned char room[static 131])
{
    if (c->key)
        return c->key;
    memset(room, c->key_byte, c->key_len);
    return room;
}

static void test_hmac_sha256_of_rfc_4231(void **state)
{
    (void)state;
    static const struct mac_case cases[] = {
        { NULL, 0x0b, 20, "Hi There",
          "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
        { "Jefe", 0, 4, "what do ya want for nothing?",
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
        { NULL, 0xaa, 131, "Test Using Larger Than Block-Size Key - Hash Key First",
          "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        unsigned char room[131], mac[SHA256_SIZE];
        char hex[SHA256_HEX];
        hash_hmac_sha256(mac_key(&cases[i], room), cases[i].key_len, cases[i].data,
                         strlen(cases[i].data), mac);
        hash_hex(mac, sizeof mac, hex);
        assert_string_equal(hex, cases[i].expected);
    }
}

static void test_hmac_sha1_of_rfc_2202(void **state)
{
    (void)state;
    static const struct mac_case cases[] = {
        { NULL, 0x0b, 20, "Hi There", "b617318655057264e28bc0b6fb378c8ef146be00" },
        { "Jefe", 0, 4, "what do ya want for nothing?",
          "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79" },
        { NULL, 0xaa, 80, "Test Using Larger Than Block-Size Key - Hash Key First",
          "aa4ae5e15272d00e95705637ce8a3b55ed402112" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        unsigned char room[131], mac[SHA1_SIZE];
        char hex[2 * SHA1_SIZE + 1];
        hash_hmac_sha1(mac_key(&cases[i], room), cases[i].key_len, cases[i].data,
                       strlen(cases[i].data), mac);
        hash_hex(mac, sizeof mac, hex);
        assert_string_equal(hex, cases[i].expected);
    }
}

static void test_hex_is_lower_case_and_closed(void **state)
{
    (void)state;
    static const unsigned char bytes[] = { 0x00, 0x0f, 0xf0, 0xab, 0xff };
    char hex[11];
    hash_hex(bytes, sizeof bytes, hex);
    assert_string_equal(hex, "000ff0abff");
    hash_hex(bytes, 0, hex);
    assert_string_equal(hex, "");
}

static void test_base64_of_rfc_4648(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        { "", "" },
        { "f", "Zg==" },
        { "fo", "Zm8=" },
        { "foo", "Zm9v" },
        { "foob", "Zm9vYg==" },
        { "fooba", "Zm9vYmE=" },
        { "foobar", "Zm9vYmFy" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[16];
        hash_base64((const unsigned char *)cases[i][0], strlen(cases[i][0]), text);
        assert_string_equal(text, cases[i][1]);
    }
    char text[8];
    hash_base64((const unsigned char *)"\xfb\xff\xfe", 3, text);
    assert_string_equal(text, "+//+");
}

static void test_base64_has_no_line_breaks(void **state)
{
    (void)state;
    unsigned char zeros[90] = { 0 };
    char text[121];
    hash_base64(zeros, sizeof zeros, text);
    assert_int_equal(strlen(text), 120);
    assert_int_equal(strspn(text, "A"), 120);
}

static void test_equal_compares_whole_texts(void **state)
{
    (void)state;
    assert_true(hash_equal("", ""));
    assert_true(hash_equal("abc", "abc"));
    assert_false(hash_equal("abc", "abd"));
    assert_false(hash_equal("abc", "abcd"));
    assert_false(hash_equal("abcd", "abc"));
    assert_false(hash_equal("", "a"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sha1_of_the_nist_example),
        cmocka_unit_test(test_sha256_of_the_nist_examples),
        cmocka_unit_test(test_sha1_of_pieces_is_that_of_the_whole),
        cmocka_unit_test(test_base64_is_decoded),
        cmocka_unit_test(test_sha256_of_a_million_letters),
        cmocka_unit_test(test_sha256_takes_bytes_not_text),
        cmocka_unit_test(test_hmac_sha256_of_rfc_4231),
        cmocka_unit_test(test_hmac_sha1_of_rfc_2202),
        cmocka_unit_test(test_hex_is_lower_case_and_closed),
        cmocka_unit_test(test_base64_of_rfc_4648),
        cmocka_unit_test(test_base64_has_no_line_breaks),
        cmocka_unit_test(test_equal_compares_whole_texts),
    };
    return cmocka_run_group_tests_name("hash/hash", tests, NULL, NULL);
}
