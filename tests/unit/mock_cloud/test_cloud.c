/* test_cloud.c - the cloud as a whole: its table of actions, determinism, and what a file
 * keeps over a restart. */
#include "world.h"

#include <stdlib.h>
#include <unistd.h>

static void test_it_has_exactly_its_actions(void **state)
{
    (void)state;
    assert_true(cloud_has("alb", "CreateLoadBalancer"));
    assert_true(cloud_has("alb", "ListAsynJobs"));
    assert_true(cloud_has("alb", "ModifyCapacityReservation"));
    assert_true(cloud_has("vpc", "DescribeVSwitches"));
    assert_true(cloud_has("ecs", "DescribeNetworkInterfaces"));
    assert_false(cloud_has("alb", "CreateNothing"));
    assert_false(cloud_has("alb", "DescribeVSwitches"));
    assert_false(cloud_has("alb", "createloadbalancer"));
    struct world w CLEANUP(world_done);
    world_new(&w);
    call_text(&w, "CreateNothing", "{}");
    refused(&w, 404, "InvalidAction.NotFound");
}

/* The replies of a little history, as text. */
static char *history(struct world *w)
{
    setup_rule(w);
    call(w, "ReplaceServersInServerGroup",
         "{'ServerGroupId':'%s','RemovedServers':[],"
         "'AddedServers':[]}",
         w->group);
    call(w, "GetLoadBalancerAttribute", "{'LoadBalancerId':'%s'}", w->lb);
    call(w, "ListRules", "{}");
    call(w, "ListAsynJobs", "{}");
    struct buf text CLEANUP(buf_done) = { .max = 0 };
    for (size_t i = 0; i < w->n_bodies; i++)
        json_write(&text, w->bodies[i], false);
    return buf_keep(&text, &w->arena);
}

static void test_same_seed_same_bytes_other_seed_other_ids(void **state)
{
    (void)state;
    struct world x CLEANUP(world_done);
    struct world y CLEANUP(world_done);
    struct world z CLEANUP(world_done);
    struct cloud_config other = { .pending_ms = PENDING_MS, .seed = 2 };
    world_new(&x);
    world_new(&y);
    world_open(&z, &other);
    assert_string_equal(history(&x), history(&y));
    assert_string_not_equal(history(&x), history(&z));
}

static struct cloud_config file_config(struct arena *a)
{
    const char *dir = getenv("TMPDIR");
    char *path = arena_fmt(a, "%s/mock-cloud-XXXXXX", dir ? dir : "/tmp");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    unlink(path);
    return (struct cloud_config){ .state = path, .pending_ms = PENDING_MS, .seed = 1 };
}

static void file_gone(struct arena *a, const char *path)
{
    unlink(path);
    unlink(arena_fmt(a, "%s-wal", path));
    unlink(arena_fmt(a, "%s-shm", path));
    arena_done(a);
}

static void reopen(struct world *w, const struct cloud_config *config)
{
    struct error err = { 0 };
    cloud_close(w->cloud);
    if (!cloud_open(&w->cloud, config, &err))
        fail_msg("%s", err.msg);
}

static void test_a_restart_goes_on_where_it_stopped(void **state)
{
    (void)state;
    struct arena a = { 0 };
    struct cloud_config config = file_config(&a);
    {
        struct world kept CLEANUP(world_done);
        struct world same CLEANUP(world_done);
        world_open(&kept, &config);
        world_new(&same);
        keep(kept.lb, call_text(&kept, "CreateLoadBalancer", LB("Standard", ",'ClientToken':'t'")),
             "LoadBalancerId");
        call_text(&same, "CreateLoadBalancer", LB("Standard", ",'ClientToken':'t'"));
        config.seed = 99; /* of no effect on a file that has a state */
        reopen(&kept, &config);
        /* What was pending still is, and then happens. */
        assert_string_equal(lb_status(&kept), "Provisioning");
        assert_int_equal(cloud_run(kept.cloud, kept.now_ms, NULL, NULL), PENDING_MS);
        settle(&kept);
        assert_string_equal(lb_status(&kept), "Active");
        /* The same ids as without a restart, and the same token. */
        settle(&same);
        const char *id =
            json_str(call_text(&kept, "CreateServerGroup", GROUP("first", "")), "ServerGroupId");
        assert_string_equal(id, json_str(call_text(&same, "CreateServerGroup", GROUP("first", "")),
                                         "ServerGroupId"));
        assert_string_equal(
            json_str(call_text(&kept, "CreateLoadBalancer", LB("Standard", ",'ClientToken':'t'")),
                     "LoadBalancerId"),
            kept.lb);
    }
    file_gone(&a, config.state);
}

static void test_one_mock_for_one_file(void **state)
{
    (void)state;
    struct arena a = { 0 };
    struct cloud_config config = file_config(&a);
    {
        struct world w CLEANUP(world_done);
        struct cloud *second = NULL;
        struct error err = { 0 };
        world_open(&w, &config);
        setup_lb(&w, LB("Standard", ""));
        assert_false(cloud_open(&second, &config, &err));
        assert_non_null(strstr(err.msg, "locked"));
    }
    file_gone(&a, config.state);
}

static void test_a_file_of_something_else_is_refused(void **state)
{
    (void)state;
    struct arena a = { 0 };
    struct cloud_config config = file_config(&a);
    struct cloud *cloud = NULL;
    struct error err = { 0 };
    FILE *f = fopen(config.state, "w");
    assert_non_null(f);
    fputs("this is no database, but it is long enough to look like one to somebody in a hurry\n",
          f);
    fclose(f);
    assert_false(cloud_open(&cloud, &config, &err));
    file_gone(&a, config.state);
}

static void test_reads_leave_no_trace(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    struct world x CLEANUP(world_done);
    world_new(&w);
    world_new(&x);
    setup_rule(&w);
    setup_rule(&x);
    for (int i = 0; i < 20; i++) {
        the_rule(&w);
        lb_status(&w);
        servers(&w);
    }
    assert_string_equal(json_str(call_text(&w, "CreateServerGroup", GROUP("next", "")), "JobId"),
                        json_str(call_text(&x, "CreateServerGroup", GROUP("next", "")), "JobId"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_has_exactly_its_actions),
        cmocka_unit_test(test_same_seed_same_bytes_other_seed_other_ids),
        cmocka_unit_test(test_a_restart_goes_on_where_it_stopped),
        cmocka_unit_test(test_one_mock_for_one_file),
        cmocka_unit_test(test_a_file_of_something_else_is_refused),
        cmocka_unit_test(test_reads_leave_no_trace),
    };
    return cmocka_run_group_tests_name("mock_cloud/cloud", tests, NULL, NULL);
}
