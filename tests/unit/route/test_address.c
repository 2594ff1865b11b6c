/* Blocks of source addresses. */
#include "support.h"

#include "route_priv.h"

static void test_addresses_and_blocks_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned bits;
    } good[] = {
        { "10.0.0.1", 128 }, { "10.0.0.0/8", 104 },   { "0.0.0.0/0", 96 }, { "1.2.3.4/32", 128 },
        { "::1", 128 },      { "2001:db8::/32", 32 }, { "::/0", 0 },       { "::/128", 128 },
    };
    for (size_t i = 0; i < COUNT(good); i++) {
        struct block b;
        assert_true(block_read(good[i].text, &b));
        assert_int_equal(b.bits, good[i].bits);
    }
    static const char *const bad[] = {
        "",
        "10.0.0",
        "10.0.0.1/",
        "10.0.0.1/33",
        "10.0.0.1/x",
        "10.0.0.1/1111",
        "::1/129",
        "a.com",
        "/8",
        "10.0.0.0/8/8",
        "1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111",
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct block b;
        if (block_read(bad[i], &b))
            fail_msg("\"%s\" is read", bad[i]);
    }
}

static void test_blocks_hold_blocks(void **state)
{
    (void)state;
    static const struct {
        const char *big, *small;
        bool has;
    } rows[] = {
        { "10.0.0.0/8", "10.1.2.3", true },
        { "10.0.0.0/8", "11.1.2.3", false },
        { "10.0.0.0/8", "10.1.0.0/16", true },
        { "10.1.0.0/16", "10.0.0.0/8", false },
        { "10.0.0.0/9", "10.127.0.1", true },
        { "10.0.0.0/9", "10.128.0.1", false },
        { "192.168.0.16/28", "192.168.0.31", true },
        { "192.168.0.16/28", "192.168.0.32", false },
        { "1.2.3.4", "1.2.3.4", true },
        { "0.0.0.0/0", "255.255.255.255", true },
        { "0.0.0.0/0", "2001:db8::1", false },
        { "2001:db8::/32", "2001:db8:1::/48", true },
        { "::/0", "1.2.3.4", true },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct block big, small;
        assert_true(block_read(rows[i].big, &big) && block_read(rows[i].small, &small));
        if (block_has(&big, &small) != rows[i].has)
            fail_msg("%s and %s", rows[i].big, rows[i].small);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses_and_blocks_are_read),
        cmocka_unit_test(test_blocks_hold_blocks),
    };
    return cmocka_run_group_tests_name("route/address", tests, NULL, NULL);
}
