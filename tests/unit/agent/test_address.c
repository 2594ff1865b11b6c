/* Addresses that join are asked for again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "tests/support/run.h"

enum { PODS = 40, ROUNDS = 80, MOST_MEMORY = 100 * 1024 };

static size_t questions(const struct world *w)
{
    size_t n = 0;
    for (size_t i = 0; i < w->mock.calls.len; i++)
        n += !strcmp(w->mock.calls.items[i].action, "DescribeNetworkInterfaces");
    return n;
}

/* The addresses of Service tea's slice become these. */
static void set_addresses(struct runner *r, const char *first, const char *second)
{
    const struct object *slice =
        object_set_find(agent_objects(r->g), OBJECT_ENDPOINT_SLICE, "shop", "tea-1");
    cJSON *body = object_tree(slice);
    cJSON *list = cJSON_GetObjectItemCaseSensitive(
        cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(body, "endpoints"), 0), "addresses");
    while (cJSON_GetArraySize(list))
        cJSON_DeleteItemFromArray(list, 0);
    cJSON_AddItemToArray(list, cJSON_CreateString(first));
    if (second)
        cJSON_AddItemToArray(list, cJSON_CreateString(second));
    agent_put(r->g, body, "tea.yaml:6");
    runner_settle(r);
}

static void test_address_that_comes_back_is_asked_for_again(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    size_t before = questions(w);
    set_addresses(&r, "10.0.0.9", NULL);
    assert_int_equal(questions(w), before + 1);
    set_addresses(&r, "10.0.0.1", NULL);
    assert_int_equal(questions(w), before + 2);
    runner_stop(&r);
}

static void test_address_that_stays_is_not_asked_for_again(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    set_addresses(&r, "10.0.0.1", "10.0.0.9");
    size_t before = questions(w);
    set_addresses(&r, "10.0.0.1", NULL);
    runner_read(&r); /* everything, and the same but for this slice */
    runner_settle(&r);
    assert_int_equal(questions(w), before);
    runner_stop(&r);
}

/* All addresses of Service tea's slice become others. */
static void set_pods(struct runner *r, int round)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    cJSON *body =
        object_tree(object_set_find(agent_objects(r->g), OBJECT_ENDPOINT_SLICE, "shop", "tea-1"));
    cJSON *list = cJSON_GetObjectItemCaseSensitive(body, "endpoints");
    while (cJSON_GetArraySize(list))
        cJSON_DeleteItemFromArray(list, 0);
    for (int k = 1; k <= PODS; k++) {
        cJSON *pod = cJSON_CreateObject(), *addresses = cJSON_AddArrayToObject(pod, "addresses");
        cJSON_AddItemToArray(addresses,
                             cJSON_CreateString(arena_fmt(&a, "10.0.%d.%d", 1 + round % 2, k)));
        cJSON_AddItemToArray(list, pod);
    }
    agent_put(r->g, body, "tea.yaml:6");
    runner_settle(r);
}

/* Every pod that comes is asked for; what was known of those before must not pile up.  Room for
 * 64 KB of it is given, beside twice the facts of both sets of pods. */
static void test_facts_do_not_pile_up(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    size_t read = 0, last;
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    last = agent_memory(r.g, NULL);
    for (int i = 0; i < ROUNDS; i++) {
        set_pods(&r, i);
        const size_t now = agent_memory(r.g, NULL);
        read += now > last ? now - last : 0;
        last = now;
        assert_in_range(now, 1, MOST_MEMORY);
    }
    assert_true(read > 2 * MOST_MEMORY); /* or it would show nothing */
    runner_stop(&r);
}

#define WORLD_TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(test_address_that_comes_back_is_asked_for_again),
        WORLD_TEST(test_facts_do_not_pile_up),
        WORLD_TEST(test_address_that_stays_is_not_asked_for_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
