/* JSON into objects: strictly for what we wrote, leniently for what a cloud says. */
#include "alb-agent/rng.h"

#include "sample.h"

static bool decode(struct arena *a, const char *text, enum schema_mode mode, struct sample *s,
                   struct error *err)
{
    cJSON *json CLEANUP(json_done) = NULL;
    if (!json_parse(text, strlen(text), &json, err))
        fail_msg("%s", err->msg);
    return schema_from_json(a, &sample_schema, s, json, mode, err);
}

static void test_what_cannot_be_read_is_refused_with_its_place_or_passed_over(void **state)
{
    (void)state;
    static const struct {
        const char *text, *error;
    } cases[] = {
        { "{}", "Name: missing" },
        { "{\"Name\":null}", "Name: missing" },
        { "{\"Name\":1}", "Name: not a string" },
        { "{\"Name\":\"n\",\"Color\":\"Blue\"}", "Color: unknown value 'Blue'" },
        { "{\"Name\":\"n\",\"Color\":1}", "Color: not a string" },
        { "{\"Name\":\"n\",\"On\":\"true\"}", "On: not a boolean" },
        { "{\"Name\":\"n\",\"Size\":\"7\"}", "Size: not an integer" },
        { "{\"Name\":\"n\",\"Size\":7.5}", "Size: not an integer" },
        { "{\"Name\":\"n\",\"Nest\":[]}", "Nest: not an object" },
        { "{\"Name\":\"n\",\"Nest\":{\"Warm\":1}}", "Nest: Warm: not a boolean" },
        { "{\"Name\":\"n\",\"Words\":{}}", "Words: not an array" },
        { "{\"Name\":\"n\",\"Words\":[\"a\",1]}", "Words: [1]: not a string" },
        { "{\"Name\":\"n\",\"Tags\":[{\"Key\":\"k\"},{}]}", "Tags: [1]: Key: missing" },
        { "{\"Name\":\"n\",\"Figures\":[{\"Shape\":\"Circle\",\"CircleConfig\":3}]}",
          "Figures: [0]: CircleConfig: not an object" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        struct sample s;
        struct error err;
        assert_false(decode(&a, cases[i].text, SCHEMA_STRICT, &s, &err));
        assert_int_equal(err.kind, ERROR_INVALID);
        assert_string_equal(err.msg, cases[i].error);
        assert_true(decode(&a, cases[i].text, SCHEMA_LENIENT, &s, &err));
    }
}

static void test_a_range_binds_what_we_wrote_and_not_what_a_cloud_says(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct sample s;
    struct error err;
    assert_false(decode(&a, "{\"Name\":\"n\",\"Size\":101}", SCHEMA_STRICT, &s, &err));
    assert_string_equal(err.msg, "Size: 101 is outside 1..100");
    assert_true(decode(&a, "{\"Name\":\"n\",\"Size\":100}", SCHEMA_STRICT, &s, &err));
    assert_true(decode(&a, "{\"Size\":101}", SCHEMA_LENIENT, &s, &err));
    assert_int_equal(s.size.val, 101);
}

static void test_absent_stays_unset_and_empty_does_not(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct sample s;
    struct error err;
    memset(&s, 0xff, sizeof s);
    assert_true(decode(&a, "{\"Name\":\"\",\"Words\":[],\"Other\":1}", SCHEMA_STRICT, &s, &err));
    assert_string_equal(s.name, "");
    assert_non_null(s.words.items);
    assert_int_equal(s.words.len, 0);
    assert_null(s.path.items);
    assert_false(s.on.set);
    assert_int_equal(s.color, COLOR_UNSET);
    assert_null(s.nest.owner);
}

static void test_enums_are_read_without_regard_to_case(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct sample s;
    struct error err;
    assert_true(decode(&a, "{\"Name\":\"n\",\"Color\":\"green\"}", SCHEMA_STRICT, &s, &err));
    assert_int_equal(s.color, COLOR_GREEN);
}

static void test_only_the_arm_of_the_tag_is_read(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    const struct sample *s =
        sample_from(&a, "{\"Figures\":[{\"CircleConfig\":{\"Radius\":5},\"Shape\":\"Box\","
                        "\"BoxConfig\":{\"Width\":3}},{\"CircleConfig\":{\"Radius\":5}}]}");
    assert_int_equal(s->figures.len, 2);
    assert_int_equal(s->figures.items[0].box.width.val, 3);
    assert_null(s->figures.items[0].box.label);
    assert_false(s->figures.items[1].circle.radius.set);
}

/* ---- decode undoes encode
 * ------------------------------------------------------------------------ */

static const char *word(struct arena *a, struct rng *r)
{
    char text[9];
    rng_text(r, "ab\"\\\n{}[],:\x7f", text, rng_below(r, 8));
    return arena_strdup(a, text);
}

static const char *maybe(struct arena *a, struct rng *r)
{
    return rng_below(r, 2) ? word(a, r) : NULL;
}

static void fill_pair(struct arena *a, struct rng *r, struct pair *p)
{
    p->key = word(a, r);
    p->value = maybe(a, r);
}

static void fill(struct arena *a, struct rng *r, struct sample *s)
{
    s->name = word(a, r);
    s->nick = maybe(a, r);
    s->secret = maybe(a, r);
    s->color = (enum color)rng_below(r, 3);
    s->on = (struct opt_bool){ rng_below(r, 2), true };
    s->size = (struct opt_int){ 1 + (int64_t)rng_below(r, 100), true };
    s->nest.owner = maybe(a, r);
    s->words.items = arena_array(a, 1, sizeof *s->words.items);
    for (uint64_t n = rng_below(r, 4); n; n--)
        *LIST_PUSH(a, &s->path) = word(a, r);
    for (uint64_t n = rng_below(r, 4); n; n--)
        fill_pair(a, r, LIST_PUSH(a, &s->tags));
    for (uint64_t n = rng_below(r, 4); n; n--) {
        struct figure *f = LIST_PUSH(a, &s->figures);
        f->shape = rng_below(r, 2) ? SHAPE_CIRCLE : SHAPE_BOX;
        if (f->shape == SHAPE_CIRCLE)
            f->circle.radius = (struct opt_int){ 1 + (int64_t)rng_below(r, 9), true };
        else
            f->box.label = maybe(a, r);
    }
}

static void test_decoding_undoes_encoding(void **state)
{
    (void)state;
    struct rng r = { 11 };
    for (int i = 0; i < 300; i++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        struct sample in = { 0 }, out;
        fill(&a, &r, &in);
        struct error err;
        const char *text = schema_canonical(&a, &sample_schema, &in);
        if (!decode(&a, text, SCHEMA_STRICT, &out, &err))
            fail_msg("%s: %s", text, err.msg);
        assert_string_equal(schema_canonical(&a, &sample_schema, &out), text);
        assert_int_equal(schema_diff(&a, &sample_schema, &in, &out, NULL), 0);
        assert_int_equal(schema_diff(&a, &sample_schema, &out, &in, NULL), 0);
    }
}

static const char ENVELOPE[] = "{\"Id\":\"e\",\"Outer\":{\"Deep\":\"d\",\"List\":{\"Item\":[\"x\"]}"
                               "},\"Owner\":\"o\",\"Seen\":\"s\","
                               "\"Share\":0.25,\"Warm\":false}";

static void test_inline_objects_and_deeper_members_are_found_where_the_wire_has_them(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct envelope e;
    struct error err;
    cJSON *json CLEANUP(json_done) = NULL;
    assert_true(json_parse(ENVELOPE, strlen(ENVELOPE), &json, &err));
    assert_true(schema_from_json(&a, &envelope_schema, &e, json, SCHEMA_STRICT, &err));
    assert_string_equal(e.nest.owner, "o");
    assert_true(e.nest.warm.set && !e.nest.warm.val);
    assert_true(e.share.set && e.share.val == 0.25);
    assert_string_equal(e.deep, "d");
    assert_int_equal(e.deep_list.len, 1);
    assert_string_equal(e.deep_list.items[0], "x");
    assert_string_equal(schema_canonical(&a, &envelope_schema, &e), ENVELOPE);
}

static void test_a_wrong_inline_member_is_named_without_its_object(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct envelope e;
    struct error err;
    cJSON *json CLEANUP(json_done) = NULL;
    const char *text = "{\"Warm\":1}";
    assert_true(json_parse(text, strlen(text), &json, &err));
    assert_false(schema_from_json(&a, &envelope_schema, &e, json, SCHEMA_STRICT, &err));
    assert_string_equal(err.msg, "Warm: not a boolean");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_cannot_be_read_is_refused_with_its_place_or_passed_over),
        cmocka_unit_test(test_a_range_binds_what_we_wrote_and_not_what_a_cloud_says),
        cmocka_unit_test(test_absent_stays_unset_and_empty_does_not),
        cmocka_unit_test(test_enums_are_read_without_regard_to_case),
        cmocka_unit_test(test_only_the_arm_of_the_tag_is_read),
        cmocka_unit_test(test_decoding_undoes_encoding),
        cmocka_unit_test(test_inline_objects_and_deeper_members_are_found_where_the_wire_has_them),
        cmocka_unit_test(test_a_wrong_inline_member_is_named_without_its_object),
    };
    return cmocka_run_group_tests_name("schema/decode", tests, NULL, NULL);
}
