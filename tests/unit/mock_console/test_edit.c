/* test_edit.c - every kind of edit is one that the cloud takes. */
#include "world.h"

static const char *flat(struct world *w, const struct front_deed *d)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    buf_adds(&b, d->action);
    for (size_t i = 0; i < d->params.len; i++)
        buf_addf(&b, " %s=%s", d->params.items[i].name, d->params.items[i].value);
    return buf_keep(&b, &w->arena);
}

static void test_every_kind_of_edit_succeeds(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < CONSOLE_EDITS; kind++) {
        struct world w CLEANUP(world_done);
        struct front_deed deed = { .region = "cn-hangzhou" };
        struct cloud_reply reply = { 0 };
        world_open(&w, NULL);
        world_fill(&w);
        const struct peek p = peek_at(&w);
        if (!console_edit(&p, 1U << kind, &deed))
            fail_msg("%s finds nothing", console_edit_names[kind]);
        front_do(mock_front(w.mock), &w.arena, &deed, &reply);
        if (reply.code)
            fail_msg("%s: %s: %s %s", console_edit_names[kind], flat(&w, &deed), reply.code,
                     reply.message);
        json_done(&reply.body);
    }
}

static void test_an_empty_cloud_cannot_be_edited(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    struct front_deed deed = { .region = "cn-hangzhou" };
    world_open(&w, NULL);
    const struct peek p = peek_at(&w);
    assert_false(console_edit(&p, 0, &deed));
}

static void test_only_a_group_that_nobody_uses_is_deleted(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_open(&w, NULL);
    world_fill(&w);
    for (int i = 0; i < 20; i++) {
        struct front_deed deed = { .region = "cn-hangzhou" };
        const struct peek p = peek_at(&w);
        assert_true(console_edit(&p, 1U << 10, &deed));
        assert_string_equal(flat(&w, &deed),
                            arena_fmt(&w.arena, "DeleteServerGroup ServerGroupId=%s", w.spare));
    }
}

static void test_edits_follow_the_seed_and_differ(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    struct buf told[2] = { { 0 }, { 0 } };
    world_open(&w, NULL);
    world_fill(&w);
    for (int run = 0; run < 2; run++) {
        w.rng.state = 5;
        for (int i = 0; i < 40; i++) {
            struct front_deed deed = { .region = "cn-hangzhou" };
            const struct peek p = peek_at(&w);
            assert_true(console_edit(&p, 0, &deed));
            buf_addf(&told[run], "%s\n", flat(&w, &deed));
        }
    }
    assert_string_equal(buf_str(&told[0]), buf_str(&told[1]));
    assert_non_null(strstr(buf_str(&told[0]), "DeleteRule "));
    assert_non_null(strstr(buf_str(&told[0]), "CreateRule "));
    assert_non_null(strstr(buf_str(&told[0]), "UnTagResources "));
    buf_done(&told[0]);
    buf_done(&told[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind_of_edit_succeeds),
        cmocka_unit_test(test_an_empty_cloud_cannot_be_edited),
        cmocka_unit_test(test_only_a_group_that_nobody_uses_is_deleted),
        cmocka_unit_test(test_edits_follow_the_seed_and_differ),
    };
    return cmocka_run_group_tests_name("mock_console/edit", tests, NULL, NULL);
}
