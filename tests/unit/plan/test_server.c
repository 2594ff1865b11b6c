/* The servers of a group. */
#include "support.h"

#define KEY "shop/web-api:80"

/* A group that wants some servers and has others; statuses are those of 'have'. */
static void start(struct bed *b, size_t n_want, const char *const *want, size_t n_have,
                  const struct alb_server *have)
{
    bed_lb(b);
    struct alb_server_group *g = bed_group(b, KEY, "sgp-1");
    struct resource *r = bed_row(b, RESOURCE_SERVER_GROUP, KEY);
    struct alb_server_group *actual = bed_actual(b, r);
    bed_servers(b, actual, n_have, have);
    g->servers.items = arena_array(&b->a, n_want, sizeof *g->servers.items);
    g->servers.len = n_want;
    for (size_t i = 0; i < n_want; i++)
        g->servers.items[i] = bed_server(want[i], NULL);
    bed_plan(b);
}

#define WANT(...)                                                        \
    COUNT(((const char *const[]){ __VA_ARGS__ })), (const char *const[]) \
    {                                                                    \
        __VA_ARGS__                                                      \
    }
#define HAVE(...)                                                              \
    COUNT(((struct alb_server[]){ __VA_ARGS__ })), (const struct alb_server[]) \
    {                                                                          \
        __VA_ARGS__                                                            \
    }
#define UP(ip) bed_server((ip), "Available")

static struct resource *row(struct bed *b)
{
    return bed_row(b, RESOURCE_SERVER_GROUP, KEY);
}

static void test_a_server_that_joins_is_added(void **state)
{
    struct bed *b = *state;
    start(b, WANT("10.0.0.1", "10.0.0.2"), HAVE(UP("10.0.0.1")));
    assert_plan(b, "AddServersToServerGroup");
    const struct step *s = bed_next(b);
    assert_true(s->urgent);
    assert_string_equal(step_value(s, "ServerGroupId"), "sgp-1");
    assert_string_equal(step_value(s, "Servers.1.ServerType"), "Ip");
    assert_string_equal(step_value(s, "Servers.1.ServerId"), "10.0.0.2");
    assert_string_equal(step_value(s, "Servers.1.ServerIp"), "10.0.0.2");
    assert_string_equal(step_value(s, "Servers.1.Port"), "8080");
    assert_string_equal(step_value(s, "Servers.1.Weight"), "100");
    assert_null(step_value(s, "Servers.2.ServerId"));
    assert_int_equal(s->changes.len, 1); /* only the server that joins */
    assert_string_equal(s->changes.items[0].path, "Servers[10.0.0.2 10.0.0.2:8080]");
    assert_string_equal(s->changes.items[0].before, "");
    assert_string_equal(s->changes.items[0].after, "{\"Weight\":100}");
    assert_true(s->items.items[0].last);
    bed_apply(b, s);
    const struct alb_server_group *after = row(b)->actual;
    assert_int_equal(after->servers.len, 2);
    assert_string_equal(after->servers.items[1].status, "Available");
    bed_plan(b);
    assert_no_steps(b);
}

static void test_a_server_that_left_is_removed_by_its_key(void **state)
{
    struct bed *b = *state;
    start(b, WANT("10.0.0.1"), HAVE(UP("10.0.0.1"), UP("10.0.0.2")));
    assert_plan(b, "RemoveServersFromServerGroup");
    const struct step *s = bed_next(b);
    assert_true(s->urgent);
    assert_string_equal(step_value(s, "Servers.1.ServerId"), "10.0.0.2");
    assert_string_equal(step_value(s, "Servers.1.Port"), "8080");
    assert_null(step_value(s, "Servers.1.Weight"));
    assert_int_equal(s->changes.len, 1); /* only the server that leaves */
    assert_string_equal(s->changes.items[0].before, "{\"Weight\":100}");
    assert_string_equal(s->changes.items[0].after, "");
    bed_apply(b, s);
    bed_plan(b);
    assert_no_steps(b);
}

static void test_one_replace_where_one_that_answers_stays(void **state)
{
    struct bed *b = *state;
    start(b, WANT("10.0.0.1", "10.0.0.3"), HAVE(UP("10.0.0.1"), UP("10.0.0.2")));
    assert_plan(b, "ReplaceServersInServerGroup");
    const struct step *s = bed_next(b);
    assert_string_equal(step_value(s, "AddedServers.1.ServerId"), "10.0.0.3");
    assert_string_equal(step_value(s, "RemovedServers.1.ServerId"), "10.0.0.2");
    assert_null(step_value(s, "RemovedServers.1.Weight"));
    bed_apply(b, s);
    bed_plan(b);
    assert_no_steps(b);
}

static void test_the_last_server_leaves_only_after_its_successor_is_available(void **state)
{
    struct bed *b = *state;
    start(b, WANT("10.0.0.2"), HAVE(UP("10.0.0.1")));
    assert_plan(b, "AddServersToServerGroup", "RemoveServersFromServerGroup");
    assert_null(b->plan.steps.items[0].waits);
    assert_non_null(b->plan.steps.items[1].waits);
    bed_apply(b, bed_next(b));
    struct alb_server_group *have = bed_actual(b, row(b));
    have->servers.items[1].status = "Adding";
    bed_plan(b);
    assert_plan(b, "RemoveServersFromServerGroup");
    assert_string_equal(b->plan.steps.items[0].waits, "a server that joined to be available");
    have = bed_actual(b, row(b));
    have->servers.items[1].status = "Available";
    bed_plan(b);
    assert_plan(b, "RemoveServersFromServerGroup");
    assert_non_null(bed_next(b));
}

static void test_a_server_of_weight_zero_answers_nobody(void **state)
{
    struct bed *b = *state;
    struct alb_server idle = UP("10.0.0.1");
    idle.weight.val = 0;
    start(b, WANT("10.0.0.1", "10.0.0.3"), HAVE(idle, UP("10.0.0.2")));
    assert_int_equal(bed_count(b, "ReplaceServersInServerGroup"), 0);
    assert_int_equal(bed_count(b, "AddServersToServerGroup"), 1);
}

static void test_where_nothing_answers_nothing_can_be_lost(void **state)
{
    struct bed *b = *state;
    start(b, WANT("10.0.0.2"), HAVE(bed_server("10.0.0.1", "Adding")));
    assert_plan(b, "ReplaceServersInServerGroup");
}

static void test_a_server_that_is_leaving_is_not_removed_again(void **state)
{
    struct bed *b = *state;
    start(b, WANT("10.0.0.1"), HAVE(UP("10.0.0.1"), bed_server("10.0.0.2", "Removing")));
    assert_no_steps(b);
}

static void test_a_server_that_is_leaving_comes_back_once_it_has_left(void **state)
{
    struct bed *b = *state;
    start(b, WANT("10.0.0.1", "10.0.0.2"),
          HAVE(UP("10.0.0.1"), bed_server("10.0.0.2", "Removing")));
    assert_no_steps(b);
}

static void test_a_weight_is_one_call(void **state)
{
    struct bed *b = *state;
    struct alb_server heavy = UP("10.0.0.1");
    heavy.weight.val = 50;
    start(b, WANT("10.0.0.1", "10.0.0.2"), HAVE(heavy, UP("10.0.0.2")));
    assert_plan(b, "UpdateServerGroupServersAttribute");
    const struct step *s = bed_next(b);
    assert_string_equal(step_value(s, "Servers.1.ServerId"), "10.0.0.1");
    assert_string_equal(step_value(s, "Servers.1.Weight"), "100");
    assert_null(step_value(s, "Servers.2.ServerId"));
    bed_apply(b, s);
    bed_plan(b);
    assert_no_steps(b);
}

static void test_the_last_servers_go_only_when_the_empty_set_was_seen_before(void **state)
{
    struct bed *b = *state;
    start(b, 0, NULL, HAVE(UP("10.0.0.1")));
    assert_plan(b, "RemoveServersFromServerGroup");
    assert_non_null(strstr(b->plan.steps.items[0].waits, "seen empty once"));
    row(b)->empty_since = NOW; /* this very run */
    bed_plan(b);
    assert_null(bed_next(b));
    row(b)->empty_since = NOW - 1;
    bed_plan(b);
    assert_non_null(bed_next(b));
}

static void test_unknown_servers_are_not_managed(void **state)
{
    struct bed *b = *state;
    start(b, 0, NULL, HAVE(UP("10.0.0.1")));
    struct alb_server_group *g = bed_group(b, KEY, "sgp-1");
    struct alb_server_group *have = bed_actual(b, row(b));
    bed_servers(b, have, 1, (struct alb_server[]){ UP("10.0.0.1") });
    assert_null(g->servers.items);
    bed_plan(b);
    assert_no_steps(b);
}

static void test_an_incomplete_source_adds_and_does_not_remove(void **state)
{
    struct bed *b = *state;
    b->in.keep_all = true;
    start(b, WANT("10.0.0.2"), HAVE(UP("10.0.0.1")));
    assert_plan(b, "AddServersToServerGroup");
}

static void test_removal_needs_a_fresh_read_and_adding_does_not(void **state)
{
    struct bed *b = *state;
    start(b, WANT("10.0.0.1"), HAVE(UP("10.0.0.1"), UP("10.0.0.2")));
    row(b)->observed_at = NOW - 60001;
    bed_plan(b);
    assert_string_equal(b->plan.steps.items[0].waits, "a fresh read");
    start(b, WANT("10.0.0.1", "10.0.0.2"), HAVE(UP("10.0.0.1")));
    row(b)->observed_at = NOW - 60001;
    bed_plan(b);
    assert_non_null(bed_next(b));
}

static void test_batches_hold_200_servers_and_40_weights(void **state)
{
    struct bed *b = *state;
    const char *want[201];
    struct alb_server have[41];
    for (size_t i = 0; i < 201; i++)
        want[i] = arena_fmt(&b->a, "10.0.1.%zu", i);
    start(b, 201, want, 0, have);
    assert_plan(b, "AddServersToServerGroup", "AddServersToServerGroup");
    assert_non_null(step_value(bed_next(b), "Servers.200.ServerId"));
    assert_null(step_value(bed_next(b), "Servers.201.ServerId"));
    for (size_t i = 0; i < 41; i++) {
        have[i] = UP(want[i]);
        have[i].weight.val = 1;
    }
    start(b, 41, want, 41, have);
    assert_plan(b, "UpdateServerGroupServersAttribute", "UpdateServerGroupServersAttribute");
}

/* alb-openapi.json: RemoteIpEnabled is taken by AddServersToServerGroup alone. */
static void test_a_server_that_is_not_in_the_vpc_is_added_and_not_exchanged(void **state)
{
    struct bed *b = *state;
    start(b, WANT("10.0.0.1", "10.0.0.2"), HAVE(UP("10.0.0.1"), UP("10.0.0.3")));
    assert_plan(b, "ReplaceServersInServerGroup");
    struct alb_server_group *want = arena_dup(&b->a, row(b)->desired, sizeof *want);
    const struct alb_server *old = want->servers.items;
    bed_servers(b, want, 2, old);
    row(b)->desired = want;
    want->servers.items[1].remote_ip = (struct opt_bool){ false, true };
    bed_plan(b);
    assert_plan(b, "ReplaceServersInServerGroup");
    want->servers.items[1].remote_ip.val = true;
    bed_plan(b);
    assert_plan(b, "AddServersToServerGroup", "RemoveServersFromServerGroup");
    assert_non_null(b->plan.steps.items[1].waits);
}

/* One without weight takes no requests: it does not answer for those that leave. */
static void test_a_server_with_weight_zero_answers_nothing(void **state)
{
    struct bed *b = *state;
    struct alb_server quiet = UP("10.0.0.1");
    quiet.weight.val = 0;
    start(b, WANT("10.0.0.2"), HAVE(quiet));
    assert_plan(b, "ReplaceServersInServerGroup"); /* none answers now: nothing is lost */
    quiet.weight.set = false;                      /* 100, then */
    bed_done(b);
    bed_init(b);
    start(b, WANT("10.0.0.2"), HAVE(quiet));
    assert_plan(b, "AddServersToServerGroup", "RemoveServersFromServerGroup");
}

/* The cloud may name a server by one of id and address. */
static void test_a_change_names_what_is_known_of_a_server(void **state)
{
    struct bed *b = *state;
    struct alb_server nameless = UP("10.0.0.2"), homeless = UP("10.0.0.3");
    nameless.id = NULL;
    homeless.ip = NULL;
    start(b, WANT("10.0.0.1"), HAVE(UP("10.0.0.1"), nameless, homeless));
    assert_plan(b, "RemoveServersFromServerGroup");
    assert_string_equal(bed_next(b)->changes.items[0].path, "Servers[ 10.0.0.2:8080]");
    assert_string_equal(bed_next(b)->changes.items[1].path, "Servers[10.0.0.3 :8080]");
}

static void test_more_than_one_call_removes_are_not_exchanged(void **state)
{
    struct bed *b = *state;
    struct alb_server have[202];
    const char *want[2] = { "10.0.0.1", "10.0.0.2" };
    have[0] = UP("10.0.0.1");
    for (size_t i = 1; i < 202; i++)
        have[i] = UP(arena_fmt(&b->a, "10.0.1.%zu", i));
    start(b, 2, want, 202, have);
    assert_plan(b, "AddServersToServerGroup", "RemoveServersFromServerGroup",
                "RemoveServersFromServerGroup");
    start(b, 2, want, 201, have);
    assert_plan(b, "ReplaceServersInServerGroup");
}

enum { GROUP_SERVERS = 1000, LEAVE = 300, JOIN = 250 };

/* As many of a full group leave first as join: one that does not answer, and others, but not the
 * last that does. */
static void test_of_a_full_group_no_more_leave_first_than_join(void **state)
{
    struct bed *b = *state;
    struct alb_server have[GROUP_SERVERS];
    const char *want[GROUP_SERVERS - LEAVE + JOIN];
    for (size_t i = 0; i < GROUP_SERVERS; i++)
        have[i] = bed_server(arena_fmt(&b->a, "10.0.%zu.%zu", i / 250, i % 250), "Adding");
    have[LEAVE - 2].status = have[LEAVE - 1].status = "Available";
    for (size_t i = 0; i < COUNT(want); i++)
        want[i] = i < JOIN ? arena_fmt(&b->a, "10.1.%zu.%zu", i / 250, i % 250)
                           : have[LEAVE + i - JOIN].id;
    start(b, COUNT(want), want, GROUP_SERVERS, have);
    assert_plan(b, "RemoveServersFromServerGroup", "RemoveServersFromServerGroup",
                "AddServersToServerGroup", "AddServersToServerGroup",
                "RemoveServersFromServerGroup");
    const struct step *s = b->plan.steps.items;
    assert_int_equal(s[0].changes.len + s[1].changes.len, JOIN);
    assert_null(s[0].waits);
    assert_null(s[1].waits);
    assert_non_null(strstr(s[2].waits, "1000 servers of a group"));
    assert_int_equal(s[4].changes.len, LEAVE - JOIN);
    assert_string_equal(s[4].waits, "the servers that join to be available");
    assert_true(b->plan.lbs.items[0].hitless);
    assert_int_equal(b->plan.warnings.len, 0);
}

/* None is to stay: the first that answers is the last to leave, and what does not answer goes. */
static void test_of_a_full_group_the_last_that_answers_stays_until_another_does(void **state)
{
    struct bed *b = *state;
    struct alb_server have[GROUP_SERVERS];
    const char *want[1] = { "10.1.0.1" };
    for (size_t i = 0; i < GROUP_SERVERS; i++)
        have[i] = bed_server(arena_fmt(&b->a, "10.0.%zu.%zu", i / 250, i % 250), "Adding");
    have[1].status = have[2].status = "Available";
    start(b, 1, want, GROUP_SERVERS, have);
    const struct step *s = bed_next(b);
    assert_string_equal(s->action, "RemoveServersFromServerGroup");
    assert_int_equal(s->changes.len, 1);
    assert_string_equal(step_value(s, "Servers.1.ServerId"), have[0].id);
    assert_true(b->plan.lbs.items[0].hitless);
    have[0].status = "Available"; /* then it is the one that stays */
    start(b, 1, want, GROUP_SERVERS, have);
    assert_string_equal(step_value(bed_next(b), "Servers.1.ServerId"), have[1].id);
}

/* A weight that nobody gives is 100. */
static void test_a_server_without_a_weight_is_shown_with_the_usual_one(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    struct alb_server_group *g = bed_group(b, "shop/plain:80", "sgp-9");
    struct alb_server server = bed_server("10.0.0.1", NULL);
    server.weight = (struct opt_int){ 0 };
    bed_servers(b, g, 1, &server);
    ((struct alb_server_group *)bed_actual(b, bed_row(b, RESOURCE_SERVER_GROUP, "shop/plain:80")))
        ->servers.len = 0;
    bed_plan(b);
    assert_string_equal(bed_step(b, "AddServersToServerGroup", 0)->changes.items[0].after,
                        "{\"Weight\":100}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_TEST(test_a_server_that_joins_is_added),
        BED_TEST(test_a_server_without_a_weight_is_shown_with_the_usual_one),
        BED_TEST(test_a_server_that_left_is_removed_by_its_key),
        BED_TEST(test_one_replace_where_one_that_answers_stays),
        BED_TEST(test_the_last_server_leaves_only_after_its_successor_is_available),
        BED_TEST(test_a_server_of_weight_zero_answers_nobody),
        BED_TEST(test_where_nothing_answers_nothing_can_be_lost),
        BED_TEST(test_a_server_that_is_leaving_is_not_removed_again),
        BED_TEST(test_a_server_that_is_leaving_comes_back_once_it_has_left),
        BED_TEST(test_a_weight_is_one_call),
        BED_TEST(test_the_last_servers_go_only_when_the_empty_set_was_seen_before),
        BED_TEST(test_unknown_servers_are_not_managed),
        BED_TEST(test_an_incomplete_source_adds_and_does_not_remove),
        BED_TEST(test_removal_needs_a_fresh_read_and_adding_does_not),
        BED_TEST(test_batches_hold_200_servers_and_40_weights),
        BED_TEST(test_a_server_that_is_not_in_the_vpc_is_added_and_not_exchanged),
        BED_TEST(test_a_server_with_weight_zero_answers_nothing),
        BED_TEST(test_a_change_names_what_is_known_of_a_server),
        BED_TEST(test_of_a_full_group_no_more_leave_first_than_join),
        BED_TEST(test_of_a_full_group_the_last_that_answers_stays_until_another_does),
        BED_TEST(test_more_than_one_call_removes_are_not_exchanged),
    };
    return cmocka_run_group_tests_name("plan/server", tests, NULL, NULL);
}
