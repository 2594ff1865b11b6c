/* The rows of alb-ingress.md §C.5. */
#include "world.h"

#include "src/translate/translate_priv.h"

struct seen {
    const char *values, *problems;
    enum path_kind kind;
};

static struct seen values_given(struct world *w, const struct path_given *given)
{
    static const struct object obj = {
        .kind = OBJECT_INGRESS, .ns = "default", .name = "web", .origin = "t.yaml:1"
    };
    struct tr t = { .a = &w->a, .out = &w->out };
    struct subject s = { .t = &t, .obj = &obj };
    struct alb_values values = { 0 };
    struct buf b CLEANUP(buf_done) = { 0 };
    w->out = (struct translate_out){ 0 };
    enum path_kind kind = path_values(&s, &(struct place){ .name = "p" }, given, &values);
    map_done(&t.noted);
    add_values(&b, &values);
    return (struct seen){ b.data ? buf_keep(&b, &w->a) : "", problems(w), kind };
}

static struct seen values_of(struct world *w, const char *path, const char *type)
{
    return values_given(w, &(struct path_given){ .path = path, .type = type });
}

static void test_path_types_give_the_values_of_the_reference(void **state)
{
    (void)state;
    static const struct {
        const char *type, *path, *values;
    } cases[] = {
        { "Exact", "/foo", "/foo" },
        { "Exact", "/foo/", "/foo/" },
        { "Exact", NULL, "/" },
        { "Prefix", "/", "/*" },
        { "Prefix", NULL, "/*" },
        { NULL, NULL, "/*" },
        { "Prefix", "/foo", "/foo,/foo/*" },
        { "Prefix", "/foo/", "/foo,/foo/*" },
        { "Prefix", "/foo//", "/foo/,/foo//*" },
        { NULL, "/foo", "/foo,/foo/*" },
        { "Prefix", "/v1.2+3", "/v1.2+3,/v1.2+3/*" },
        { "ImplementationSpecific", "/foo", "/foo" },
        { "ImplementationSpecific", "/a*b?", "/a*b?" },
        { "ImplementationSpecific", "/*", "/*" },
    };
    struct world w = { 0 };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct seen seen = values_of(&w, cases[i].path, cases[i].type);
        assert_string_equal(seen.values, cases[i].values);
        assert_string_equal(seen.problems, "");
    }
    world_done(&w);
}

static void test_path_that_alb_refuses_is_a_problem(void **state)
{
    (void)state;
    static const struct {
        const char *type, *path, *problem;
    } cases[] = {
        { "Exact", "/a*", "p.path: exact path shouldn't contain wildcards" },
        { "Exact", "/a?", "exact path shouldn't contain wildcards" },
        { "Prefix", "/a*b", "prefix path shouldn't contain wildcards" },
        { "Prefix", "/a?b", "prefix path shouldn't contain wildcards" },
        { "Prefix", "foo",
          "p.path: \"foo\" is no path that ALB takes; give one that begins with \"/\"" },
        { "Prefix", "/p(/|$)(.*)", "prefix path shouldn't contain wildcards" },
        { "Prefix", "/p(/|$)", "the characters ( ) [ ] { } | ^ $ \\ and others are refused" },
        { "Exact", "/a\\b", "\"/a\\b\" is no path that ALB takes; give letters, digits and" },
        { "Exact", "/50%", "\"/50%\" is no path that ALB takes" },
        { "Regular", "/a", "p.pathType: \"Regular\" is not known; give Exact, Prefix or" },
    };
    struct world w = { 0 };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_has(values_of(&w, cases[i].path, cases[i].type).problems, cases[i].problem);
    world_done(&w);
}

static void test_path_value_has_at_most_128_characters(void **state)
{
    (void)state;
    struct world w = { 0 };
    char path[130];
    memset(path, 'a', sizeof path);
    path[0] = '/';
    path[128] = '\0';
    assert_string_equal(values_of(&w, path, "Exact").problems, "");
    /* A prefix has two characters more for what is below it. */
    assert_has(values_of(&w, path, "Prefix").problems, "give at most 128 characters");
    path[126] = '\0';
    assert_string_equal(values_of(&w, path, "Prefix").problems, "");
    memset(path + 126, 'a', 3);
    path[129] = '\0';
    assert_has(values_of(&w, path, "ImplementationSpecific").problems,
               "give at most 128 characters");
    world_done(&w);
}

static void test_prefix_paths_become_regular_expressions(void **state)
{
    (void)state;
    static const struct {
        struct path_given given;
        const char *values;
        enum path_kind kind;
    } cases[] = {
        { { "/p(/|$)(.*)", "Prefix", true, NULL }, "~*/p(/|$)(.*)", PATH_PATTERN },
        { { "/p", NULL, true, "/x" }, "~*/p", PATH_PATTERN },
        /* The path that is the target itself, and "/", stay what they are. */
        { { "/x", "Prefix", true, "/x" }, "/x,/x/*", PATH_PREFIX },
        { { "/", "Prefix", true, "/x" }, "/*", PATH_PREFIX },
        { { NULL, NULL, true, NULL }, "/*", PATH_PREFIX },
        /* Other types are not looked at. */
        { { "/p", "Exact", true, "/x" }, "/p", PATH_EXACT },
        { { "/p", "ImplementationSpecific", true, "/x" }, "/p", PATH_EXACT },
        { { "/p*", "ImplementationSpecific", true, NULL }, "/p*", PATH_PATTERN },
    };
    struct world w = { 0 };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct seen seen = values_given(&w, &cases[i].given);
        assert_string_equal(seen.values, cases[i].values);
        assert_string_equal(seen.problems, "");
        assert_int_equal(seen.kind, cases[i].kind);
    }
    struct path_given braces = { "/a{2}", "Prefix", true, NULL };
    assert_has(values_given(&w, &braces).problems,
               "\"~*/a{2}\" is no path that ALB takes; a regular expression is made of letters");
    world_done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_path_types_give_the_values_of_the_reference),
        cmocka_unit_test(test_path_that_alb_refuses_is_a_problem),
        cmocka_unit_test(test_path_value_has_at_most_128_characters),
        cmocka_unit_test(test_prefix_paths_become_regular_expressions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
