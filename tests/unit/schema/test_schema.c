/* Members, read as what their row says they are. */
#include "sample.h"

static void test_zero_memory_is_an_object_with_nothing_set(void **state)
{
    (void)state;
    struct sample s = { 0 };
    assert_false(schema_is_set(&sample_schema, &s));
}

static void test_any_member_sets_an_object(void **state)
{
    (void)state;
    assert_true(schema_is_set(&sample_schema, &(struct sample){ .id = "" }));
    assert_true(schema_is_set(&sample_schema, &(struct sample){ .on = { false, true } }));
    assert_true(schema_is_set(&sample_schema, &(struct sample){ .size = { 0, true } }));
    assert_true(schema_is_set(&sample_schema, &(struct sample){ .color = COLOR_RED }));
    assert_true(schema_is_set(&sample_schema, &(struct sample){ .nest.owner = "" }));
    struct pair none;
    assert_true(schema_is_set(&sample_schema, &(struct sample){ .tags = { &none, 0 } }));
}

static void test_only_the_arm_of_the_tag_is_looked_at(void **state)
{
    (void)state;
    struct figure f = { .shape = SHAPE_BOX, .box.label = "x" };
    assert_true(schema_is_set(&figure_schema, &f));
    f.shape = SHAPE_UNSET;
    assert_false(schema_is_set(&figure_schema, &f));
}

static void test_a_row_is_found_by_its_name(void **state)
{
    (void)state;
    assert_ptr_equal(schema_field(&sample_schema, "Name"), &sample_fields[1]);
    assert_null(schema_field(&sample_schema, "name"));
    assert_null(schema_field(&sample_schema, "Tag"));
}

/* ---- the self-check ---------------------------------------------------------------------------
 */

static void test_a_table_with_a_row_for_every_member_covers_its_struct(void **state)
{
    (void)state;
    assert_true(schema_covers_struct(&sample_schema));
}

static void test_a_member_without_a_row_is_noticed(void **state)
{
    (void)state;
    struct schema lacking = sample_schema;
    lacking.n_fields--; /* the last */
    assert_false(schema_covers_struct(&lacking));
    lacking = sample_schema;
    lacking.fields++; /* the first */
    lacking.n_fields--;
    assert_false(schema_covers_struct(&lacking));
}

static void test_a_member_without_a_row_is_noticed_in_a_nested_struct(void **state)
{
    (void)state;
    struct schema lacking = nest_schema;
    lacking.n_fields--;
    struct field row = *schema_field(&sample_schema, "Nest");
    row.of = &lacking;
    row.off = 0;
    struct schema outer = {
        .name = "Outer", .fields = &row, .n_fields = 1, .size = sizeof(struct nest)
    };
    assert_false(schema_covers_struct(&outer));
}

static void test_a_flag_is_found_in_nested_structs_too(void **state)
{
    (void)state;
    assert_true(schema_has_flag(&sample_schema, F_REF | F_INLINE));
    assert_false(schema_has_flag(&sample_schema, F_INLINE));
    assert_true(schema_has_flag(&figure_schema, F_REQUIRED));
    assert_false(schema_has_flag(&nest_schema, F_REQUIRED));
    const struct field of_pairs = { .name = "Pair", .kind = FIELD_OBJ, .of = &pair_schema };
    const struct schema outer = { .name = "Outer", .fields = &of_pairs, .n_fields = 1 };
    assert_true(schema_has_flag(&outer, F_REQUIRED));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zero_memory_is_an_object_with_nothing_set),
        cmocka_unit_test(test_any_member_sets_an_object),
        cmocka_unit_test(test_only_the_arm_of_the_tag_is_looked_at),
        cmocka_unit_test(test_a_row_is_found_by_its_name),
        cmocka_unit_test(test_a_flag_is_found_in_nested_structs_too),
        cmocka_unit_test(test_a_table_with_a_row_for_every_member_covers_its_struct),
        cmocka_unit_test(test_a_member_without_a_row_is_noticed),
        cmocka_unit_test(test_a_member_without_a_row_is_noticed_in_a_nested_struct),
    };
    return cmocka_run_group_tests_name("schema/schema", tests, NULL, NULL);
}
