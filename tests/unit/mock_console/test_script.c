/* test_script.c - scripts from YAML, and what is refused. */
#include "world.h"

static void script_done(struct console_script *s)
{
    arena_done(&s->arena);
}

static void test_a_script_is_read(void **state)
{
    (void)state;
    struct console_script s CLEANUP(script_done) = { .rng = { 1 } };
    struct error err = { 0 };
    static const char text[] =
        "seed: 7\n"
        "region: cn-beijing\n"
        "edits: { every_ms: 500, times: 3, kinds: [rule_priority, tag_remove] }\n"
        "deeds:\n"
        "  - { do: DeleteRule, at_ms: 0, params: { RuleId: '${any rule}' } }\n"
        "  - { do: TagResources, every_ms: 40, params: { ResourceId: [a, b], Tag: [{ Key: k }] } "
        "}\n"
        "  - { do: DeleteAcl, after_call: 3, every_calls: 2, times: 5, params: { AclId: 1 } }\n";
    if (!console_script_read(&s, text, sizeof text - 1, &err))
        fail_msg("%s", err.msg);
    assert_int_equal(s.rng.state, 7);
    assert_string_equal(s.region, "cn-beijing");
    assert_int_equal(s.edits.every_ms, 500);
    assert_int_equal(s.edits.kinds, 1U << 0 | 1U << 12);
    assert_int_equal(s.deeds.len, 3);
    assert_true(s.deeds.items[0].by_time);
    assert_int_equal(s.deeds.items[0].due, 0);
    assert_int_equal(s.deeds.items[1].due, 40);
    const struct params *p = &s.deeds.items[1].what.params;
    assert_int_equal(p->len, 3);
    assert_string_equal(p->items[1].name, "ResourceId.2");
    assert_string_equal(p->items[2].name, "Tag.1.Key");
    assert_false(s.deeds.items[2].by_time);
    assert_int_equal(s.deeds.items[2].due, 3);
    assert_string_equal(s.deeds.items[2].what.params.items[0].value, "1");
}

static void test_mistakes_are_refused_with_their_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
    } cases[] = {
        { "x", "neither" },
        { "{deed: []}", "deed: not known" },
        { "{deeds: 7}", "deeds: not a list" },
        { "[{do: A}, {at_ms: 3}]", "deeds[1]: do is missing" },
        { "[{do: A, at_m: 3}]", "at_m: not known" },
        { "[{do: A, at_ms: -3}]", "at_ms: not a number" },
        { "[{do: A, at_ms: 3, after_call: 1}]", "not both" },
        { "[{do: A, params: x}]", "params: not a mapping" },
        { "[{do: A, params: {x: '${any}'}}]", "no placeholder" },
        { "{edits: {kinds: [paint]}}", "edits: kinds: paint is no kind" },
        { "{edits: {every: 3}}", "edits: every: not known" },
        { "{a: b: c}", "line 1" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct console_script s CLEANUP(script_done) = { .rng = { 1 } };
        struct error err = { 0 };
        assert_false(console_script_read(&s, cases[i].text, strlen(cases[i].text), &err));
        if (!strstr(err.msg, cases[i].why))
            fail_msg("%s: %s", cases[i].text, err.msg);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_script_is_read),
        cmocka_unit_test(test_mistakes_are_refused_with_their_place),
    };
    return cmocka_run_group_tests_name("mock_console/script", tests, NULL, NULL);
}
