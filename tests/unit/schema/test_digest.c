/* Digests: what differs in any member differs in its digest. */
#include "sample.h"

static uint64_t digest(const char *text)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    return schema_digest(&sample_schema, sample_from(&a, text), 1);
}

static void test_the_same_members_have_the_same_digest(void **state)
{
    (void)state;
    static const char text[] =
        "{\"Name\":\"a longer name\",\"Size\":3,\"On\":false,\"Words\":[\"a\"],"
        "\"Tags\":[{\"Key\":\"k\",\"Value\":\"v\"}]}";
    assert_int_equal(digest(text), digest(text));
}

static void test_any_difference_is_seen(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{}",
        "{\"Name\":\"\"}",
        "{\"Name\":\"n\"}",
        "{\"Name\":\"a name of more than 8 bytes\"}",
        "{\"Name\":\"a name of more than 8 bytez\"}",
        "{\"Nick\":\"n\"}",
        "{\"On\":false}",
        "{\"On\":true}",
        "{\"Size\":0}",
        "{\"Size\":1}",
        "{\"Color\":\"Red\"}",
        "{\"Color\":\"Green\"}",
        "{\"Nest\":{\"Owner\":\"n\"}}",
        "{\"Words\":[]}",
        "{\"Words\":[\"a\",\"b\"]}",
        "{\"Words\":[\"b\",\"a\"]}",
        "{\"Words\":[\"ab\"]}",
        "{\"Tags\":[]}",
        "{\"Tags\":[{\"Key\":\"k\",\"Value\":\"v\"}]}",
        "{\"Tags\":[{\"Key\":\"k\"}]}",
        "{\"Tags\":[{\"Value\":\"k\"}]}",
        "{\"Figures\":[{\"Shape\":\"Box\",\"BoxConfig\":{\"Label\":\"l\"}}]}",
        "{\"Figures\":[{\"Shape\":\"Box\"}]}",
        "{\"Figures\":[{\"Shape\":\"Circle\"}]}",
    };
    for (size_t i = 0; i < COUNT(texts); i++)
        for (size_t k = 0; k < i; k++)
            if (digest(texts[i]) == digest(texts[k]))
                fail_msg("%s has the digest of %s", texts[i], texts[k]);
}

static void test_a_digest_goes_on_from_another(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    const struct sample *s = sample_from(&a, "{\"Name\":\"n\"}");
    assert_int_not_equal(schema_digest(&sample_schema, s, 1), schema_digest(&sample_schema, s, 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_same_members_have_the_same_digest),
        cmocka_unit_test(test_any_difference_is_seen),
        cmocka_unit_test(test_a_digest_goes_on_from_another),
    };
    return cmocka_run_group_tests_name("schema/digest", tests, NULL, NULL);
}
