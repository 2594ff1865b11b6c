/* Canonical text: not a byte other than that of the sorted tree, for any object. */
#include "sample.h"

#include "alb-agent/alb_resource.h"
#include "alb-agent/rng.h"

static void fill(struct arena *a, struct rng *r, const struct schema *s, char *obj);

static const char *random_text(struct arena *a, struct rng *r)
{
    char text[8];
    rng_text(r, "ab\"\\\n.<", text, (size_t)rng_below(r, 5));
    return arena_strdup(a, text);
}

static void fill_list(struct arena *a, struct rng *r, const struct field *f, char *at)
{
    struct {
        void *items;
        size_t len;
    } list = { 0 };
    size_t size = f->kind == FIELD_LIST ? f->of->size : sizeof(char *);
    list.len = (size_t)rng_below(r, 4);
    list.items = arena_array(a, list.len + 1, size);
    for (size_t i = 0; i < list.len; i++) {
        char *item = (char *)list.items + i * size;
        const char *text = random_text(a, r);
        if (f->kind == FIELD_LIST)
            fill(a, r, f->of, item);
        else
            memcpy(item, &text, sizeof text);
    }
    memcpy(at, &list, sizeof list);
}

static void fill_field(struct arena *a, struct rng *r, const struct field *f, char *at)
{
    const char *text = random_text(a, r);
    int value = 0;
    switch (f->kind) {
    case FIELD_BOOL:
        memcpy(at, &(struct opt_bool){ .val = rng_below(r, 2), .set = true },
               sizeof(struct opt_bool));
        break;
    case FIELD_INT:
        memcpy(at,
               &(struct opt_int){ .val = (int64_t)rng_next(r) >> rng_below(r, 64), .set = true },
               sizeof(struct opt_int));
        break;
    case FIELD_NUM:
        memcpy(at, &(struct opt_num){ .val = (double)rng_below(r, 9) / 4, .set = true },
               sizeof(struct opt_num));
        break;
    case FIELD_ENUM:
        while (!f->names[value])
            value = (int)rng_below(r, f->n_names);
        memcpy(at, &value, sizeof value);
        break;
    case FIELD_STR: memcpy(at, &text, sizeof text); break;
    case FIELD_OBJ: fill(a, r, f->of, at); break;
    case FIELD_STRS:
    case FIELD_LIST: fill_list(a, r, f, at); break;
    }
}

/* Row 0 first, as it may be the tag of a union. */
static void fill(struct arena *a, struct rng *r, const struct schema *s, char *obj)
{
    int tag = 0;
    for (size_t i = 0; i < s->n_fields; i++) {
        const struct field *f = &s->fields[i];
        if ((f->arm && f->arm != tag) || (i && rng_below(r, 3) == 0))
            continue;
        fill_field(a, r, f, obj + f->off);
        if (i == 0 && f->kind == FIELD_ENUM)
            memcpy(&tag, obj + f->off, sizeof tag);
    }
}

static void check(const struct schema *s)
{
    size_t longest = 0;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        struct rng r = { .state = seed };
        char *obj = arena_alloc(&a, s->size);
        fill(&a, &r, s, obj);
        cJSON *tree CLEANUP(json_done) = schema_to_json(s, obj, SCHEMA_JSON_SORTED);
        const char *text = schema_canonical(&a, s, obj);
        assert_string_equal(text, json_canonical(&a, tree));
        longest = strlen(text) > longest ? strlen(text) : longest;
    }
    assert_true(longest > 20);
}

static void test_canonical_text_is_that_of_the_sorted_tree(void **state)
{
    (void)state;
    check(&sample_schema);
    check(&envelope_schema);
    check(&alb_load_balancer_schema);
    check(&alb_listener_schema);
    check(&alb_rule_schema);
    check(&alb_server_group_schema);
}

static void test_canonical_text_of_nothing_is_an_empty_object(void **state)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    (void)state;
    assert_string_equal(schema_canonical(&a, &sample_schema, &(struct sample){ 0 }), "{}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_canonical_text_is_that_of_the_sorted_tree),
        cmocka_unit_test(test_canonical_text_of_nothing_is_an_empty_object),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
