/* Deep copies and overlays. */
#include "sample.h"

static const char TEXT[] =
    "{\"Name\":\"n\",\"Ref\":\"@g\",\"Nest\":{\"Owner\":\"o\"},\"Words\":[\"a\",\"b\"],"
    "\"Tags\":[{\"Key\":\"k\",\"Value\":\"v\"}],"
    "\"Figures\":[{\"Shape\":\"Box\",\"BoxConfig\":{\"Label\":\"l\"}}]}";

static void test_a_copy_shares_nothing_with_its_original(void **state)
{
    (void)state;
    struct arena keep CLEANUP(arena_done) = { 0 };
    const char *text;
    const struct sample *copy;
    {
        struct arena a CLEANUP(arena_done) = { 0 };
        const struct sample *s = sample_from(&a, TEXT);
        copy = schema_copy(&keep, &sample_schema, s, 0, NULL, NULL);
        text = arena_strdup(&keep, schema_canonical(&a, &sample_schema, s));
    }
    /* The original is gone; a sanitizer would complain of anything shared. */
    assert_string_equal(schema_canonical(&keep, &sample_schema, copy), text);
}

static const char *shout(void *arg, const char *text)
{
    int *calls = arg;
    ++*calls;
    return !strcmp(text, "@g") ? "sgp-1" : text;
}

static void test_only_rows_with_the_flag_are_mapped(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    int calls = 0;
    const struct sample *copy =
        schema_copy(&a, &sample_schema, sample_from(&a, TEXT), F_REF, shout, &calls);
    assert_int_equal(calls, 1);
    assert_string_equal(copy->ref, "sgp-1");
    assert_string_equal(copy->name, "n");
}

static void test_an_empty_list_stays_set(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    const struct sample *copy =
        schema_copy(&a, &sample_schema, sample_from(&a, "{\"Tags\":[]}"), 0, NULL, NULL);
    assert_non_null(copy->tags.items);
    assert_null(copy->words.items);
}

static void test_an_overlay_takes_what_is_set_and_leaves_the_rest(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct sample *to =
        sample_from(&a, "{\"Name\":\"old\",\"On\":true,\"Nest\":{\"Owner\":\"x\",\"Warm\":true},"
                        "\"Words\":[\"1\",\"2\",\"3\"]}");
    schema_overlay(&sample_schema, to, sample_from(&a, TEXT));
    assert_string_equal(to->name, "n");
    assert_true(to->on.val);
    assert_string_equal(to->nest.owner, "o");
    assert_true(to->nest.warm.set);
    assert_int_equal(to->words.len, 2); /* whole */
    assert_string_equal(to->figures.items[0].box.label, "l");
}

static void test_an_overlay_replaces_the_arm_of_a_union(void **state)
{
    (void)state;
    struct figure to = { .shape = SHAPE_CIRCLE, .circle.radius = { 3, true } };
    const struct figure from = { .shape = SHAPE_BOX, .box = { .label = "l" } };
    schema_overlay(&figure_schema, &to, &from);
    assert_int_equal(to.shape, SHAPE_BOX);
    assert_string_equal(to.box.label, "l");
    assert_false(to.box.width.set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_copy_shares_nothing_with_its_original),
        cmocka_unit_test(test_only_rows_with_the_flag_are_mapped),
        cmocka_unit_test(test_an_empty_list_stays_set),
        cmocka_unit_test(test_an_overlay_takes_what_is_set_and_leaves_the_rest),
        cmocka_unit_test(test_an_overlay_replaces_the_arm_of_a_union),
    };
    return cmocka_run_group_tests_name("schema/copy", tests, NULL, NULL);
}
