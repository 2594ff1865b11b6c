/* test_manifests.c - files that change become objects of the agent, and nothing else does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alb-agent/json.h"
#include "src/agent/manifests.h"
#include "tests/support/run.h"

struct files {
    struct world *w;
    struct runner r;
    struct manifests m;
};

static void begin(struct files *f, struct world *w)
{
    struct error err;
    *f = (struct files){ .w = w };
    world_write_shop(w);
    runner_start(&f->r, w);
    if (!manifests_open(&f->m, f->r.g, &w->files, 1, &err))
        fail_msg("%s", err.msg);
    runner_settle(&f->r);
}

static void end(struct files *f)
{
    manifests_close(&f->m);
    runner_stop(&f->r);
}

static bool is_told(const struct files *f)
{
    struct pollfd p = { .fd = manifests_fd(&f->m), .events = POLLIN };
    return poll(&p, 1, 0) == 1;
}

static void take(struct files *f)
{
    struct error err;
    assert_true(is_told(f));
    if (!manifests_take(&f->m, f->r.g, &err))
        fail_msg("%s", err.msg);
}

static const struct object *ingress(const struct files *f, const char *name)
{
    return object_set_find(agent_objects(f->r.g), OBJECT_INGRESS, "shop", name);
}

static const char *host_of(const struct object *obj)
{
    return json_str(cJSON_GetArrayItem(json_get(json_get(object_body(obj), "spec"), "rules"), 0),
                    "host");
}

static void test_files_are_read_when_they_are_opened(void **state)
{
    struct files f;
    begin(&f, *state);
    assert_non_null(ingress(&f, "tea"));
    assert_false(is_told(&f));
    end(&f);
}

static void test_a_file_that_comes_changes_and_goes_is_followed(void **state)
{
    struct files f;
    begin(&f, *state);
    world_write_ingress(f.w, "milk", "web", "milk.example", "tea");
    take(&f);
    assert_non_null(ingress(&f, "milk"));
    world_write_ingress(f.w, "milk", "web", "cream.example", "tea");
    take(&f);
    assert_string_equal(host_of(ingress(&f, "milk")), "cream.example");
    world_remove(f.w, "ingress-milk.yaml");
    take(&f);
    assert_null(ingress(&f, "milk"));
    assert_non_null(ingress(&f, "tea"));
    end(&f);
}

static void test_a_file_written_again_as_it_was_is_no_change(void **state)
{
    struct files f;
    begin(&f, *state);
    world_write_ingress(f.w, "tea", "web", "tea.example", "tea");
    take(&f);
    assert_true(agent_is_quiet(f.r.g));
    world_write_ingress(f.w, "tea", "web", "chai.example", "tea");
    take(&f);
    assert_false(agent_is_quiet(f.r.g));
    end(&f);
}

/* What it held is not there, but nobody knows whether it is gone. */
static void test_a_file_that_cannot_be_read_leaves_the_objects_incomplete(void **state)
{
    struct files f;
    begin(&f, *state);
    world_write(f.w, "broken.yaml", "kind: [\n");
    take(&f);
    assert_true(agent_objects(f.r.g)->incomplete);
    assert_non_null(ingress(&f, "tea"));
    world_write_ingress(f.w, "milk", "web", "milk.example", "tea");
    take(&f);
    assert_non_null(ingress(&f, "milk"));
    assert_true(agent_objects(f.r.g)->incomplete);
    world_remove(f.w, "broken.yaml");
    take(&f);
    assert_false(agent_objects(f.r.g)->incomplete);
    end(&f);
}

/* While both hold it one of them is wrong; afterwards it is that of the file that stays. */
static void test_an_object_that_moves_from_file_to_file_stays(void **state)
{
    struct files f;
    begin(&f, *state);
    world_write(f.w, "other.yaml",
                "apiVersion: networking.k8s.io/v1\nkind: Ingress\n"
                "metadata: {name: tea, namespace: shop}\n"
                "spec: {ingressClassName: web, rules: [{host: moved.example}]}\n");
    take(&f);
    assert_true(agent_objects(f.r.g)->incomplete);
    world_remove(f.w, "ingress-tea.yaml");
    take(&f);
    assert_false(agent_objects(f.r.g)->incomplete);
    assert_string_equal(host_of(ingress(&f, "tea")), "moved.example");
    end(&f);
}

static void test_a_directory_that_comes_is_followed(void **state)
{
    struct files f;
    begin(&f, *state);
    const char *dir = arena_fmt(&f.w->arena, "%s/more", f.w->files);
    assert_int_equal(mkdir(dir, 0700), 0);
    take(&f);
    world_write(f.w, "more/late.yaml",
                "apiVersion: networking.k8s.io/v1\nkind: Ingress\n"
                "metadata: {name: late, namespace: shop}\nspec: {ingressClassName: web}\n");
    take(&f);
    assert_non_null(ingress(&f, "late"));
    world_remove(f.w, "more/late.yaml");
    assert_int_equal(rmdir(dir), 0);
    take(&f);
    assert_null(ingress(&f, "late"));
    end(&f);
}

/* ---- what the state file knows --------------------------------------------------------------- */

/* The agent ends and starts again. */
static void restart(struct files *f)
{
    struct error err;
    manifests_close(&f->m);
    runner_stop(&f->r);
    runner_start(&f->r, f->w);
    if (!manifests_open(&f->m, f->r.g, &f->w->files, 1, &err))
        fail_msg("%s", err.msg);
}

static size_t count_stored(const struct files *f)
{
    const struct object_set *set = agent_objects(f->r.g);
    size_t n = 0;
    for (size_t i = 0; i < set->objects.len; i++)
        n += set->objects.items[i]->stored;
    return n;
}

static void test_what_did_not_change_is_not_read_from_its_text_again(void **state)
{
    struct files f;
    begin(&f, *state);
    assert_int_equal(count_stored(&f), 0);
    const size_t all = agent_objects(f.r.g)->objects.len;
    const size_t writes = mock_transport_writes(&f.w->mock, NULL);
    restart(&f);
    assert_int_equal(count_stored(&f), all);
    assert_string_equal(host_of(ingress(&f, "tea")), "tea.example");
    runner_settle(&f.r);
    assert_int_equal(mock_transport_writes(&f.w->mock, NULL), writes);
    world_write_ingress(f.w, "tea", "web", "chai.example", "tea");
    restart(&f);
    assert_int_equal(count_stored(&f), all - 1);
    assert_string_equal(host_of(ingress(&f, "tea")), "chai.example");
    runner_settle(&f.r);
    assert_int_equal(mock_transport_writes(&f.w->mock, NULL), writes + 1);
    restart(&f);
    assert_int_equal(count_stored(&f), all);
    end(&f);
}

/* The file is what it was when it was noted, and the store has what came of it in between. */
static void test_a_file_that_is_put_back_while_nobody_looks_is_read(void **state)
{
    struct files f;
    begin(&f, *state);
    world_write_ingress(f.w, "tea", "web", "chai.example", "tea");
    take(&f);
    runner_settle(&f.r);
    world_write_ingress(f.w, "tea", "web", "tea.example", "tea");
    restart(&f);
    assert_string_equal(host_of(ingress(&f, "tea")), "tea.example");
    assert_false(ingress(&f, "tea")->stored);
    end(&f);
}

/* Of a file with a problem all is read each time, and its problem is there each time. */
static void test_a_file_with_a_problem_is_read_each_time(void **state)
{
    struct files f;
    begin(&f, *state);
    const size_t all = agent_objects(f.r.g)->objects.len;
    world_write(f.w, "a-bad.yaml",
                "apiVersion: v1\nkind: Service\nmetadata: {name: cup, namespace: shop}\n"
                "spec: {ports: [{port: 80}]}\n---\nkind: [\n");
    for (int i = 0; i < 2; i++) {
        restart(&f);
        runner_settle(&f.r);
    }
    assert_true(agent_objects(f.r.g)->incomplete);
    assert_int_equal(agent_objects(f.r.g)->objects.len, all + 1);
    assert_int_equal(count_stored(&f), all);
    end(&f);
}

#define WORLD_TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(test_files_are_read_when_they_are_opened),
        WORLD_TEST(test_a_file_that_comes_changes_and_goes_is_followed),
        WORLD_TEST(test_a_file_written_again_as_it_was_is_no_change),
        WORLD_TEST(test_a_file_that_cannot_be_read_leaves_the_objects_incomplete),
        WORLD_TEST(test_an_object_that_moves_from_file_to_file_stays),
        WORLD_TEST(test_a_directory_that_comes_is_followed),
        WORLD_TEST(test_what_did_not_change_is_not_read_from_its_text_again),
        WORLD_TEST(test_a_file_that_is_put_back_while_nobody_looks_is_read),
        WORLD_TEST(test_a_file_with_a_problem_is_read_each_time),
    };
    return cmocka_run_group_tests_name("agent/manifests", tests, NULL, NULL);
}
