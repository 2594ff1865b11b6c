/* Objects as flat parameters. */
#include "alb-agent/buf.h"

#include "sample.h"

static void add(void *arg, const char *path, const char *value)
{
    struct buf *b = arg;
    buf_addf(b, "%s=%s\n", path, value);
}

static const char *params(struct arena *a, const struct sample *s, unsigned via, const char *prefix)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    schema_params(&sample_schema, s, via, prefix, add, &b);
    return buf_keep(&b, a);
}

static const char EVERYTHING[] =
    "{\"Id\":\"s-1\",\"Name\":\"n\",\"Color\":\"Green\",\"On\":false,\"Size\":7,"
    "\"Nest\":{\"Owner\":\"o\"},\"Words\":[\"b\",\"a\"],\"Tags\":[{\"Key\":\"k\",\"Value\":\"v\"}],"
    "\"Figures\":[{\"Shape\":\"Circle\",\"CircleConfig\":{\"Radius\":2}},"
    "{\"Shape\":\"Box\",\"BoxConfig\":{\"Label\":\"l\"}}],\"Late\":[{\"Key\":\"x\"}]}";

static void test_a_create_call_takes_all_but_what_is_observed_or_later(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    assert_string_equal(
        params(&a, sample_from(&a, EVERYTHING), 0, ""),
        "Name=n\nColor=Green\nOn=false\nSize=7\nNest.Owner=o\nWords.1=b\nWords.2=a\n"
        "Tag.1.Key=k\nTag.1.Value=v\n"
        "Figures.1.Shape=Circle\nFigures.1.CircleConfig.Radius=2\n"
        "Figures.2.Shape=Box\nFigures.2.BoxConfig.Label=l\n");
}

static void test_another_call_takes_its_own_rows_with_all_that_is_in_them(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    const struct sample *s = sample_from(&a, EVERYTHING);
    assert_string_equal(params(&a, s, VIA_B, ""), "On=false\nNest.Owner=o\n");
    assert_string_equal(params(&a, s, VIA_C, ""), "Tag.1.Key=k\nTag.1.Value=v\nLate.1.Key=x\n");
}

static void test_paths_begin_with_the_prefix(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    assert_string_equal(
        params(&a, sample_from(&a, "{\"Name\":\"n\",\"Nest\":{\"Warm\":true}}"), 0, "Rules.3"),
        "Rules.3.Name=n\nRules.3.Nest.Warm=true\n");
}

static void test_nothing_set_sends_nothing(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    assert_string_equal(params(&a, &(struct sample){ 0 }, 0, ""), "");
    assert_string_equal(params(&a, sample_from(&a, "{\"Words\":[]}"), 0, ""), "");
}

static void test_empty_strings_and_zeros_are_sent(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct sample s = { .name = "", .size = { 0, true } };
    assert_string_equal(params(&a, &s, 0, ""), "Name=\nSize=0\n");
}

static void test_an_inline_object_sends_among_its_parents_and_for_its_own_calls(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = { 0 };
    const char *items[] = { "x", "y" };
    struct envelope e = { .id = "e",
                          .nest = { "o", { true, true } },
                          .share = { 0.25, true },
                          .deep = "d",
                          .deep_list = { items, 2 },
                          .seen = "s" };
    schema_params(&envelope_schema, &e, 0, "", add, &b);
    assert_string_equal(buf_str(&b), "Id=e\nWarm=true\nShare=0.25\nOuter.Deep=d\n"
                                     "Outer.List.Item.1=x\nOuter.List.Item.2=y\n");
    b.len = 0;
    schema_params(&envelope_schema, &e, VIA_B, "Rules.2", add, &b);
    assert_string_equal(buf_str(&b), "Rules.2.Warm=true\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_create_call_takes_all_but_what_is_observed_or_later),
        cmocka_unit_test(test_another_call_takes_its_own_rows_with_all_that_is_in_them),
        cmocka_unit_test(test_paths_begin_with_the_prefix),
        cmocka_unit_test(test_nothing_set_sends_nothing),
        cmocka_unit_test(test_empty_strings_and_zeros_are_sent),
        cmocka_unit_test(test_an_inline_object_sends_among_its_parents_and_for_its_own_calls),
    };
    return cmocka_run_group_tests_name("schema/params", tests, NULL, NULL);
}
