/* test_place.c - placeholders become what exists. */
#include "world.h"

static const char *fill(struct world *w, const char *text)
{
    const struct peek p = peek_at(w);
    const char *out;
    return place_fill(&p, text, &out) ? out : "nothing";
}

static void test_placeholders_name_what_exists(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_open(&w, NULL);
    world_fill(&w);
    assert_string_equal(fill(&w, "as it is"), "as it is");
    assert_string_equal(fill(&w, "${any rule}"), w.rule);
    assert_string_equal(fill(&w, arena_fmt(&w.arena, "${any rule of %s}", w.listener)), w.rule);
    assert_string_equal(fill(&w, "${any rule of lsn-*}"), w.rule);
    assert_string_equal(fill(&w, "${any rule of lsn-none}"), "nothing");
    assert_string_equal(fill(&w, "${first server_group}"), w.group);
    assert_string_equal(fill(&w, "${last server_group}"), w.spare);
    assert_string_equal(fill(&w, "x-${any listener}-${number 5 5}"),
                        arena_fmt(&w.arena, "x-%s-5", w.listener));
    assert_string_equal(fill(&w, "${any acl}"), "nothing");
}

static void test_any_follows_the_seed_and_reaches_all(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_open(&w, NULL);
    world_fill(&w);
    bool seen[2] = { false, false };
    for (int i = 0; i < 50; i++)
        seen[!strcmp(fill(&w, "${any server_group}"), w.spare)] = true;
    assert_true(seen[0] && seen[1]);
    for (int i = 0; i < 50; i++) {
        const char *n = fill(&w, "${number 3 4}");
        assert_true(!strcmp(n, "3") || !strcmp(n, "4"));
    }
    w.rng.state = 9;
    const char *once = fill(&w, "${number 1 1000000}");
    w.rng.state = 9;
    assert_string_equal(fill(&w, "${number 1 1000000}"), once);
}

static void test_nonsense_is_known_before_it_is_needed(void **state)
{
    (void)state;
    static const char *const bad[] = { "${any thing}",        "${rule}",
                                       "${any rule",          "${any rule in lsn-1}",
                                       "${any acl of lsn-1}", "${number 5 1}",
                                       "${number 1}",         "${any rule of lsn-1 x}" };
    struct error err = { 0 };
    assert_true(place_check("${any rule of x} and ${number 1 2}", &err));
    for (size_t i = 0; i < COUNT(bad); i++)
        if (place_check(bad[i], &err))
            fail_msg("%s was taken", bad[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_placeholders_name_what_exists),
        cmocka_unit_test(test_any_follows_the_seed_and_reaches_all),
        cmocka_unit_test(test_nonsense_is_known_before_it_is_needed),
    };
    return cmocka_run_group_tests_name("mock_console/place", tests, NULL, NULL);
}
