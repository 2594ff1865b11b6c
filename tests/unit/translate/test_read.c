/* JSON into structs: types, ranges, names. */
#include "world.h"

#include "alb-agent/json.h"
#include "src/translate/translate_priv.h"

struct part {
    const char *text;
};
struct thing {
    struct opt_bool flag, there;
    struct opt_int number, either;
    enum alb_address_type choice;
    const char *text;
    LIST_OF(const char *) texts;
    LIST_OF(struct part) parts;
    struct part part;
};

/* clang-format off */
static const char *const alb_address_type_names[] = { NULL, "Internet", "Intranet" };

#define SELF struct part
static const struct field part_fields[] = {
    STR(text, "text", .flags = F_REQUIRED),
};
static SCHEMA(part, "part");
#undef SELF

#define SELF struct thing
static const struct field thing_fields[] = {
    BOOL(flag,   "flag"),
    BOOL(there,  "there",  .flags = READ_PRESENT),
    INT (number, "number", .min = 1, .max = 9),
    INT (either, "either", .flags = READ_INT_TEXT),
    ENUM(choice, alb_address_type, "choice"),
    STR (text,   "text"),
    STRS(texts,  "texts"),
    LIST(parts,  part, "parts"),
    OBJ (part,   part, "part"),
    { .name = "later",   .flags = READ_LATER },
    { .name = "refused", .flags = READ_REFUSED },
    { .name = "ignored", .flags = READ_IGNORED },
};
static SCHEMA(thing, "thing");
#undef SELF
/* clang-format on */

static struct thing read_text_as(struct world *w, const char *text, enum read_how how)
{
    static const struct object obj = { .kind = OBJECT_ALB_CONFIG, .ns = "", .name = "web" };
    struct tr t = { .a = &w->a, .out = &w->out };
    struct subject s = { .t = &t, .obj = &obj };
    struct thing thing = { 0 };
    struct error err;
    cJSON *json CLEANUP(json_done) = NULL;
    w->out = (struct translate_out){ 0 };
    assert_true(json_parse(text, strlen(text), &json, &err));
    read_object(&s, &(struct place){ .name = "t" }, &thing_schema, &thing, json, how);
    map_done(&t.noted);
    return thing;
}

static void test_members_are_read_by_their_rows(void **state)
{
    (void)state;
    struct world w = { 0 };
    struct thing t = read_text_as(&w,
                                  "{\"flag\":false,\"there\":[],\"number\":9,\"either\":\"80\","
                                  "\"choice\":\"INTRANET\",\"text\":\"x\",\"texts\":[\"a\",\"\"],"
                                  "\"parts\":[{\"text\":\"p\"}],\"part\":{\"text\":\"q\"}}",
                                  READ_EXACT);
    assert_string_equal(problems(&w), "");
    assert_true(t.flag.set && !t.flag.val);
    assert_true(t.there.val);
    assert_int_equal(t.number.val, 9);
    assert_int_equal(t.either.val, 80);
    assert_int_equal(t.choice, ALB_ADDRESS_INTRANET);
    assert_string_equal(t.text, "x");
    assert_int_equal(t.texts.len, 2);
    assert_string_equal(t.texts.items[1], "");
    assert_string_equal(t.parts.items[0].text, "p");
    assert_string_equal(t.part.text, "q");
    world_done(&w);
}

static void test_null_and_empty_text_are_not_set(void **state)
{
    (void)state;
    struct world w = { 0 };
    struct thing t = read_text_as(&w,
                                  "{\"flag\":null,\"there\":null,\"number\":null,\"choice\":\"\","
                                  "\"text\":\"\",\"texts\":null,\"parts\":[]}",
                                  READ_EXACT);
    assert_string_equal(problems(&w), "");
    assert_false(t.flag.set || t.there.set || t.number.set);
    assert_int_equal(t.choice, 0);
    assert_null(t.text);
    assert_null(t.texts.items);
    assert_non_null(t.parts.items);
    world_done(&w);
}

static void test_each_mistake_is_named(void **state)
{
    (void)state;
    struct world w = { 0 };
    struct thing t =
        read_text_as(&w,
                     "{\"flag\":1,\"number\":10,\"either\":\"8x\",\"choice\":\"Outer\","
                     "\"text\":[],\"texts\":[1,\"b\"],\"parts\":[{}],\"part\":true}",
                     READ_EXACT);
    assert_string_equal(
        problems(&w),
        "AlbConfig web: t.flag: this is a number; give true or false\n"
        "AlbConfig web: t.number: 10 is out of range; give 1 to 9\n"
        "AlbConfig web: t.either: \"8x\" is text; give a whole number, without quotes\n"
        "AlbConfig web: t.choice: \"Outer\" is not known; give Internet or Intranet\n"
        "AlbConfig web: t.text: this is a list; give text\n"
        "AlbConfig web: t.texts[0]: this is a number; give text: put it in quotes: \"1\"\n"
        "AlbConfig web: t.parts[0].text: missing; add it\n"
        "AlbConfig web: t.part: this is true or false; give a map\n");
    assert_false(t.number.set);
    assert_string_equal(t.texts.items[1], "b");
    world_done(&w);
}

/* A value that is right but for its quotes is told of once: it counts as if it had them, or not. */
static void test_what_lacks_quotes_or_has_them_is_read_all_the_same(void **state)
{
    (void)state;
    struct world w = { 0 };
    struct thing t =
        read_text_as(&w, "{\"number\":\"7\",\"text\":503,\"texts\":[true]}", READ_EXACT);
    assert_string_equal(
        problems(&w),
        "AlbConfig web: t.number: \"7\" is text; give a whole number, without quotes\n"
        "AlbConfig web: t.text: this is a number; give text: put it in quotes: \"503\"\n"
        "AlbConfig web: t.texts[0]: this is true or false; give text: put it in quotes: "
        "\"true\"\n");
    assert_int_equal(t.number.val, 7);
    assert_string_equal(t.text, "503");
    assert_string_equal(t.texts.items[0], "true");
    t = read_text_as(&w, "{\"number\":\"10\"}", READ_EXACT);
    assert_has(problems(&w), "t.number: 10 is out of range; give 1 to 9");
    assert_false(t.number.set);
    world_done(&w);
}

static void test_fractions_are_no_whole_numbers(void **state)
{
    (void)state;
    struct world w = { 0 };
    (void)read_text_as(&w, "{\"number\":1.5}", READ_EXACT);
    assert_string_equal(problems(&w),
                        "AlbConfig web: t.number: this is a number; give a whole number\n");
    world_done(&w);
}

static void test_case_counts_only_where_it_should(void **state)
{
    (void)state;
    struct world w = { 0 };
    assert_null(read_text_as(&w, "{\"TEXT\":\"x\"}", READ_EXACT).text);
    assert_string_equal(warnings(&w), "");
    assert_string_equal(read_text_as(&w, "{\"TEXT\":\"x\"}", READ_NOCASE).text, "x");
    assert_string_equal(read_text_as(&w, "{\"TEXT\":\"x\",\"text\":\"y\"}", READ_NOCASE).text, "y");
    assert_string_equal(warnings(&w), "");
    world_done(&w);
}

static void test_known_members_without_effect(void **state)
{
    (void)state;
    struct world w = { 0 };
    (void)read_text_as(&w, "{\"later\":{\"a\":1},\"refused\":[1],\"ignored\":7}", READ_EXACT);
    assert_string_equal(warnings(&w), "AlbConfig web: t.later: it has no effect\n");
    assert_string_equal(problems(&w), "AlbConfig web: t.refused: not supported yet; remove it\n");
    static const char *const off[] = { "false", "0", "\"\"", "[]", "{}", "null" };
    for (size_t i = 0; i < COUNT(off); i++) {
        (void)read_text_as(&w, arena_fmt(&w.a, "{\"later\":%s,\"refused\":%s}", off[i], off[i]),
                           READ_EXACT);
        assert_string_equal(warnings(&w), "");
        assert_string_equal(problems(&w), "");
    }
    world_done(&w);
}

static void test_text_to_int_takes_digits_only(void **state)
{
    (void)state;
    int64_t n = 0;
    assert_true(text_to_int("0", &n) && n == 0);
    assert_true(text_to_int("999999999", &n) && n == 999999999);
    assert_false(text_to_int("", &n));
    assert_false(text_to_int("1000000000", &n));
    assert_false(text_to_int("-1", &n));
    assert_false(text_to_int(" 1", &n));
    assert_false(text_to_int("0x1", &n));
}

static void test_kinds_have_names_for_people(void **state)
{
    (void)state;
    assert_string_equal(json_kind(NULL), "nothing");
    cJSON *list CLEANUP(json_done) = cJSON_CreateArray();
    assert_string_equal(json_kind(list), "a list");
}

static void test_a_long_text_of_the_wrong_type_is_not_repeated(void **state)
{
    (void)state;
    struct world w = { 0 };
    (void)read_text_as(&w, "{\"flag\":\"0123456789012345678901234567890123456789\"}", READ_EXACT);
    assert_has(problems(&w), "\"0123456789012345678901234567890123456789\" is text");
    (void)read_text_as(&w, "{\"flag\":\"01234567890123456789012345678901234567890\"}", READ_EXACT);
    assert_string_equal(problems(&w), "AlbConfig web: t.flag: this is text; give true or false\n");
    world_done(&w);
}

static void test_what_is_refused_may_ask_for_nothing(void **state)
{
    (void)state;
    static const char *const off[] = { "0", "\"\"", "[]", "{}", "false", "null" };
    static const char *const on[] = { "1", "0.5", "\"x\"", "[0]", "{\"a\":0}", "true" };
    struct arena a CLEANUP(arena_done) = { 0 };
    struct world w = { 0 };
    for (size_t i = 0; i < COUNT(off); i++) {
        (void)read_text_as(&w, arena_fmt(&a, "{\"refused\":%s,\"later\":%s}", off[i], off[i]),
                           READ_EXACT);
        assert_string_equal(problems(&w), "");
        assert_string_equal(warnings(&w), "");
    }
    for (size_t i = 0; i < COUNT(on); i++) {
        (void)read_text_as(&w, arena_fmt(&a, "{\"refused\":%s,\"later\":%s}", on[i], on[i]),
                           READ_EXACT);
        assert_string_equal(problems(&w),
                            "AlbConfig web: t.refused: not supported yet; remove it\n");
        assert_string_equal(warnings(&w), "AlbConfig web: t.later: it has no effect\n");
    }
    world_done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members_are_read_by_their_rows),
        cmocka_unit_test(test_null_and_empty_text_are_not_set),
        cmocka_unit_test(test_each_mistake_is_named),
        cmocka_unit_test(test_what_lacks_quotes_or_has_them_is_read_all_the_same),
        cmocka_unit_test(test_fractions_are_no_whole_numbers),
        cmocka_unit_test(test_case_counts_only_where_it_should),
        cmocka_unit_test(test_known_members_without_effect),
        cmocka_unit_test(test_text_to_int_takes_digits_only),
        cmocka_unit_test(test_kinds_have_names_for_people),
        cmocka_unit_test(test_a_long_text_of_the_wrong_type_is_not_repeated),
        cmocka_unit_test(test_what_is_refused_may_ask_for_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
