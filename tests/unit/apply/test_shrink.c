/* test_shrink.c - calls that are refused for their size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/world.h"

/* The shop, and Ingresses for 'n' hosts more. */
static void write_hosts(struct world *w, int n)
{
    world_write_shop(w);
    for (int i = 0; i < n; i++)
        world_write_ingress(w, arena_fmt(&w->arena, "more-%d", i), "web",
                            arena_fmt(&w->arena, "h%d.example", i), "tea");
}

static void refuse_above(struct world *w, const char *action, const char *list, size_t most,
                         const char *code)
{
    mock_transport_fail(&w->mock, (struct mock_fault){ .kind = MOCK_REFUSE,
                                                       .action = action,
                                                       .list = list,
                                                       .most = most,
                                                       .status = 400,
                                                       .code = code });
}

static size_t members(const struct mock_call *c, const char *list)
{
    char name[64];
    size_t n = 0;
    for (size_t found = 1; found; n += found) {
        (void)snprintf(name, sizeof name, "%s.%zu", list, n + 1);
        size_t len = strlen(name);
        found = 0;
        for (size_t i = 0; i < c->params.len; i++) {
            const char *param = c->params.items[i].name;
            found |= !strncmp(param, name, len) && (!param[len] || param[len] == '.');
        }
    }
    return n;
}

static void check_done(const struct session_result *r)
{
    assert_string_equal(r->counts.failed ? r->counts.first.msg : "", "");
    assert_true(r->in_sync);
}

/* 12 rules where the cloud takes 3 at a time: 12, 6, 3 3 3 3. */
static void test_a_call_refused_for_its_size_is_halved_until_it_fits(void **state)
{
    struct world *w = *state;
    write_hosts(w, 10);
    refuse_above(w, "CreateRules", "Rules", 3, "IllegalParamSize.Rules");
    struct session_result r = world_apply(w);
    check_done(&r);
    assert_int_equal(world_count(w, "Rules"), 12);
    static const size_t sizes[] = { 12, 6, 3, 3, 3, 3 };
    assert_int_equal(mock_transport_writes(&w->mock, "CreateRules"), COUNT(sizes));
    for (size_t i = 0; i < COUNT(sizes); i++)
        assert_int_equal(members(mock_transport_call(&w->mock, "CreateRules", i + 1), "Rules"),
                         sizes[i]);
}

/* The next run begins with what this one learnt, for this action and no other. */
static void test_the_size_that_fits_is_remembered(void **state)
{
    struct world *w = *state;
    write_hosts(w, 4);
    refuse_above(w, "CreateRules", "Rules", 3, "IllegalParamSize.Rules");
    struct session_result r = world_apply(w);
    check_done(&r);
    size_t before = mock_transport_writes(&w->mock, "CreateRules");
    write_hosts(w, 10); /* six more */
    r = world_apply(w);
    check_done(&r);
    assert_int_equal(mock_transport_writes(&w->mock, "CreateRules") - before, 2);
    for (int i = 0; i < 10; i++)
        world_remove(w, arena_fmt(&w->arena, "ingress-more-%d.yaml", i));
    w->config.allow_destroy = true;
    r = world_apply(w);
    check_done(&r);
    assert_int_equal(mock_transport_writes(&w->mock, "DeleteRules"), 1);
}

static void test_sizes_of_other_lists_are_mistakes_of_one_object(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    refuse_above(w, "CreateRules", "Rules", 0, "IllegalParamSize.Values");
    struct session_result r = world_apply(w);
    assert_true(r.counts.failed > 0);
    assert_string_equal(r.counts.first.code, "IllegalParamSize.Values");
    struct session s CLEANUP(session_close) = { 0 };
    world_open(w, &s, STORE_SNAPSHOT);
    assert_int_equal(map_count(&s.batches), 0);
}

/* One rule alone is too much: nothing is left to be halved. */
static void test_a_call_with_one_member_is_not_halved(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    refuse_above(w, "CreateRules", "Rules", 0, "IllegalParamSize.Rules");
    struct session_result r = world_apply(w);
    assert_true(r.counts.failed > 0);
    assert_int_equal(world_count(w, "Rules"), 0);
    struct session s CLEANUP(session_close) = { 0 };
    world_open(w, &s, STORE_SNAPSHOT);
    assert_int_equal(*(const size_t *)map_get(&s.batches, "CreateRules"), 1);
}

static void test_the_first_call_keeps_to_the_settings(void **state)
{
    struct world *w = *state;
    write_hosts(w, 4);
    w->config.batch_rules = 4;
    struct session_result r = world_apply(w);
    check_done(&r);
    assert_int_equal(mock_transport_writes(&w->mock, "CreateRules"), 2);
    assert_int_equal(members(mock_transport_call(&w->mock, "CreateRules", 1), "Rules"), 4);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_call_refused_for_its_size_is_halved_until_it_fits),
        TEST(test_the_size_that_fits_is_remembered),
        TEST(test_sizes_of_other_lists_are_mistakes_of_one_object),
        TEST(test_a_call_with_one_member_is_not_halved),
        TEST(test_the_first_call_keeps_to_the_settings),
    };
    return cmocka_run_group_tests_name("apply/shrink", tests, NULL, NULL);
}
