/* What must change, and through which call. */
#include "sample.h"

struct found {
    unsigned via;
    change_list changes;
};

static struct found diff(struct arena *a, const char *want, const char *have)
{
    struct found f = { 0 };
    const struct sample *w = sample_from(a, want), *h = have ? sample_from(a, have) : NULL;
    f.via = schema_diff(a, &sample_schema, w, h, &f.changes);
    assert_int_equal(f.via, schema_diff(a, &sample_schema, w, h, NULL));
    for (unsigned via = VIA_A; h && via <= VIA_C; via *= 2)
        assert_true(schema_may_differ(&sample_schema, w, h, via) || !(f.via & via));
    return f;
}

static void test_pairs(void **state)
{
    (void)state;
    static const struct {
        const char *want, *have;
        unsigned via;
    } cases[] = {
        /* What is not wanted is not managed. */
        { "{}", "{\"Name\":\"n\",\"On\":true,\"Words\":[\"a\"]}", 0 },
        { "{\"Nest\":{\"Owner\":\"o\"}}", "{\"Nest\":{\"Owner\":\"o\",\"Warm\":false}}", 0 },
        /* Each kind. */
        { "{\"Name\":\"n\"}", "{\"Name\":\"m\"}", VIA_A },
        { "{\"Name\":\"n\"}", "{\"Name\":\"n\"}", 0 },
        { "{\"Color\":\"Green\"}", "{\"Color\":\"Red\"}", VIA_A },
        { "{\"On\":true}", "{\"On\":false}", VIA_B },
        { "{\"Size\":5}", "{\"Size\":6}", VIA_A },
        { "{\"Nest\":{\"Owner\":\"o\"}}", "{\"Nest\":{\"Owner\":\"p\"}}", VIA_B },
        { "{\"Name\":\"n\",\"On\":true}", "{\"Name\":\"m\",\"On\":false}", VIA_A | VIA_B },
        /* What is absent has its default. */
        { "{\"Size\":10,\"On\":false,\"Color\":\"Red\"}", "{}", 0 },
        { "{\"Nest\":{\"Owner\":\"me\",\"Warm\":true}}", "{}", 0 },
        { "{\"Nest\":{\"Warm\":false}}", "{}", VIA_B },
        { "{\"Size\":11}", "{}", VIA_A },
        { "{\"Name\":\"\"}", "{}", 0 },
        { "{\"Words\":[]}", "{}", 0 },
        { "{\"Words\":[\"a\"]}", "{}", VIA_A },
        { "{\"Words\":[]}", "{\"Words\":[\"a\"]}", VIA_A },
        /* Sets and lists. */
        { "{\"Words\":[\"a\",\"b\"]}", "{\"Words\":[\"b\",\"a\"]}", 0 },
        { "{\"Words\":[\"a\",\"a\"]}", "{\"Words\":[\"a\",\"b\"]}", VIA_A },
        { "{\"Words\":[\"a\"]}", "{\"Words\":[\"a\",\"b\"]}", VIA_A },
        { "{\"Path\":[\"a\",\"b\"]}", "{\"Path\":[\"b\",\"a\"]}", VIA_A },
        { "{\"Late\":[{\"Key\":\"k\"}]}", "{\"Late\":[{\"Key\":\"k\",\"Value\":\"v\"}]}", 0 },
        /* A subset: more is fine, less is not. */
        { "{\"Tags\":[{\"Key\":\"a\",\"Value\":\"1\"}]}",
          "{\"Tags\":[{\"Key\":\"x\",\"Value\":\"9\"},{\"Key\":\"a\",\"Value\":\"1\"}]}", 0 },
        { "{\"Tags\":[{\"Key\":\"a\",\"Value\":\"1\"}]}",
          "{\"Tags\":[{\"Key\":\"x\",\"Value\":\"9\"},{\"Key\":\"a\",\"Value\":\"2\"}]}", VIA_C },
        { "{\"Tags\":[{\"Key\":\"a\"},{\"Key\":\"b\"}]}", "{\"Tags\":[{\"Key\":\"b\"}]}", VIA_C },
        { "{\"Tags\":[{\"Key\":\"a\"},{\"Key\":\"b\"}]}", "{}", VIA_C },
        /* What is observed, or a label, is never compared. */
        { "{\"Id\":\"1\",\"Nick\":\"x\"}", "{\"Id\":\"2\",\"Nick\":\"y\"}", 0 },
        { "{\"Id\":\"1\",\"Nick\":\"x\"}", "{}", 0 },
        /* A union of another arm. */
        { "{\"Figures\":[{\"Shape\":\"Circle\",\"CircleConfig\":{\"Radius\":2}}]}",
          "{\"Figures\":[{\"Shape\":\"Circle\",\"CircleConfig\":{\"Radius\":2}}]}", 0 },
        { "{\"Figures\":[{\"Shape\":\"Circle\",\"CircleConfig\":{\"Radius\":2}}]}",
          "{\"Figures\":[{\"Shape\":\"Circle\",\"CircleConfig\":{\"Radius\":3}}]}", VIA_A },
        { "{\"Figures\":[{\"Shape\":\"Circle\",\"CircleConfig\":{\"Radius\":2}}]}",
          "{\"Figures\":[{\"Shape\":\"Box\",\"BoxConfig\":{\"Label\":\"l\"}}]}", VIA_A },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        struct found f = diff(&a, cases[i].want, cases[i].have);
        if (f.via != cases[i].via)
            fail_msg("%s and %s: %u", cases[i].want, cases[i].have, f.via);
        assert_int_equal(f.changes.len > 0, f.via != 0);
    }
}

static void test_a_change_says_where_what_and_through_which_call(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct found f = diff(&a, "{\"Size\":5,\"Nest\":{\"Warm\":false},\"Words\":[\"a\"]}",
                          "{\"Size\":6,\"Words\":[\"b\"]}");
    assert_int_equal(f.changes.len, 3);
    const struct change *c = f.changes.items;
    assert_string_equal(c[0].path, "Size");
    assert_string_equal(c[0].before, "6");
    assert_string_equal(c[0].after, "5");
    assert_int_equal(c[0].via, VIA_A);
    assert_string_equal(c[1].path, "Nest.Warm");
    assert_string_equal(c[1].before, "");
    assert_string_equal(c[1].after, "false");
    assert_int_equal(c[1].via, VIA_B); /* its parent's */
    assert_string_equal(c[2].path, "Words");
    assert_string_equal(c[2].before, "\"b\"");
    assert_string_equal(c[2].after, "\"a\"");
}

static void test_of_two_sets_only_the_elements_that_differ_are_changes(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct found f =
        diff(&a, "{\"Figures\":[{\"Shape\":\"Box\"}],\"Tags\":[{\"Key\":\"a\"},{\"Key\":\"b\"}]}",
             "{\"Figures\":[{\"Shape\":\"Box\"}],\"Tags\":[{\"Key\":\"x\"},{\"Key\":\"a\"}]}");
    assert_int_equal(f.changes.len, 1); /* 'x' is more than is wanted, which is fine of tags */
    assert_string_equal(f.changes.items[0].path, "Tags");
    assert_string_equal(f.changes.items[0].before, "");
    assert_string_equal(f.changes.items[0].after, "{\"Key\":\"b\"}");
}

static void test_where_nothing_is_everything_wanted_is_a_change(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct found f = diff(&a, "{\"Name\":\"n\",\"Size\":10,\"Nest\":{\"Owner\":\"me\"}}", NULL);
    assert_int_equal(f.changes.len, 3);
    assert_string_equal(f.changes.items[0].before, "");
    assert_string_equal(f.changes.items[2].path, "Nest.Owner");
}

static void test_secrets_are_not_shown(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct found f = diff(&a, "{\"Secret\":\"new\"}", "{\"Secret\":\"old\"}");
    assert_int_equal(f.via, VIA_A);
    assert_string_equal(f.changes.items[0].before, "\"<redacted>\"");
    assert_string_equal(f.changes.items[0].after, "\"<redacted>\"");
}

/* diff(want, have overlaid with want) is empty: sets only ever taken whole. */
static void test_an_object_overlaid_with_what_is_wanted_satisfies_it(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    const struct sample *want =
        sample_from(&a, "{\"Name\":\"n\",\"On\":true,\"Nest\":{\"Warm\":false},\"Words\":[\"a\"],"
                        "\"Tags\":[{\"Key\":\"k\"}],\"Figures\":[{\"Shape\":\"Box\"}]}");
    struct sample *have =
        sample_from(&a, "{\"Name\":\"m\",\"Nest\":{\"Owner\":\"o\"},\"Words\":[\"b\",\"c\"]}");
    assert_int_not_equal(schema_diff(&a, &sample_schema, want, have, NULL), 0);
    schema_overlay(&sample_schema, have, want);
    assert_int_equal(schema_diff(&a, &sample_schema, want, have, NULL), 0);
}

static void test_an_inline_member_differs_under_its_own_name(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct envelope want = { .nest = { .owner = "x" }, .share = { 0.5, true } };
    struct envelope have = { .nest = { .owner = "y" }, .share = { 0.5, true } };
    change_list changes = { 0 };
    assert_int_not_equal(schema_diff(&a, &envelope_schema, &want, &have, &changes), 0);
    assert_int_equal(changes.len, 1);
    assert_string_equal(changes.items[0].path, "Owner");
    assert_string_equal(changes.items[0].before, "\"y\"");
    have.nest.owner = "x";
    have.share.val = 0.75;
    (void)schema_diff(&a, &envelope_schema, &want, &have, &changes);
    assert_string_equal(changes.items[1].path, "Share");
}

static void test_what_another_call_changes_is_not_asked_about(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    const struct sample *w = sample_from(&a, "{\"Words\":[\"a\"],\"On\":true}");
    const struct sample *h = sample_from(&a, "{\"Words\":[\"b\"],\"On\":true}");
    assert_true(schema_may_differ(&sample_schema, w, h, VIA_A));
    assert_false(schema_may_differ(&sample_schema, w, h, VIA_B));
    assert_false(schema_may_differ(&sample_schema, w, w, VIA_A | VIA_B));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_what_another_call_changes_is_not_asked_about),
        cmocka_unit_test(test_a_change_says_where_what_and_through_which_call),
        cmocka_unit_test(test_of_two_sets_only_the_elements_that_differ_are_changes),
        cmocka_unit_test(test_where_nothing_is_everything_wanted_is_a_change),
        cmocka_unit_test(test_secrets_are_not_shown),
        cmocka_unit_test(test_an_inline_member_differs_under_its_own_name),
        cmocka_unit_test(test_an_object_overlaid_with_what_is_wanted_satisfies_it),
    };
    return cmocka_run_group_tests_name("schema/diff", tests, NULL, NULL);
}
