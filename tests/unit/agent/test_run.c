/* test_run.c - applying: rounds of changes and fresh reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "tests/support/world.h"

static void test_second_apply_writes_nothing(void **state)
{
    struct world *w = *state;
    world_write_albconfig(w, "web");
    world_write_services(w);
    world_write_ingress(w, "tea", "web", "tea.example", "tea");
    struct session_result r = world_apply(w);
    assert_true(r.in_sync);
    assert_int_equal(r.counts.failed, 0);
    /* A load balancer, a listener, two groups (one the listener's own), one server, a rule. */
    assert_int_equal(r.writes, 6);
    r = world_apply(w);
    assert_true(r.in_sync);
    assert_int_equal(r.writes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_second_apply_writes_nothing, world_setup,
                                        world_teardown),
    };
    return cmocka_run_group_tests_name("agent/run", tests, NULL, NULL);
}
