/* test_mock.c - the whole mock in this process, on its virtual clock: front, cloud, faults
 * and flow control together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <unistd.h>

#include "alb-agent/buf.h"
#include "client.h"
#include "mock-server/front/policy.h"
#include "mock-server/record/replay.h"

static struct mock *start(struct mock_config config)
{
    struct error err = { 0 };
    struct mock *m;
    config.keys = &client_key;
    config.n_keys = 1;
    config.seed = 7;
    config.pending_ms = 500;
    if (!mock_open(&m, &config, &err))
        fail_msg("%s", err.msg);
    return m;
}

#define GROUP "ServerGroupName=g1&VpcId=vpc-1"

/* A group with a health check that is off; returns the reply's status, 0 when none came. */
static int create(struct mock *m, const char *query)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct client_reply r CLEANUP(client_reply_done) =
        client_call(m, &a, "CreateServerGroup",
                    arena_fmt(&a, "HealthCheckConfig.HealthCheckEnabled=false&%s", query));
    return r.http.reset ? 0 : r.http.status;
}

/* The states of all groups, with blanks between. */
static const char *groups(struct mock *m, struct arena *a)
{
    struct client_reply r CLEANUP(client_reply_done) = client_call(m, a, "ListServerGroups", "");
    struct buf b CLEANUP(buf_done) = { 0 };
    const cJSON *g;
    if (!r.body)
        return "no JSON";
    if (json_str(r.body, "Code"))
        return arena_strdup(a, json_str(r.body, "Code"));
    cJSON_ArrayForEach (g, json_get(r.body, "ServerGroups"))
        buf_addf(&b, "%s%s", b.len ? " " : "", json_str(g, "ServerGroupStatus"));
    return buf_keep(&b, a);
}

static int64_t seven(void *self)
{
    (void)self;
    return 7;
}

/* The dates of its requests are those of that time, and the nonces of the first time through are
 * forgotten: the same requests are good once more. */
static void test_a_time_that_has_been_is_played_again(void **state)
{
    (void)state;
    static const struct clock other = { .now_ms = seven };
    struct mock *m = start((struct mock_config){ .dates = &other });
    struct error err;
    const int64_t now = mock_now_ms(m);
    assert_int_equal(create(m, GROUP), 400); /* its date is not that of 'other' */
    assert_true(mock_play(m, &(struct mock_moment){ .now_ms = now - 86400000 }, &err));
    assert_int_equal(create(m, GROUP), 200);
    assert_int_equal(mock_now_ms(m), now - 86400000);
    client_nonce = 0; /* as the first */
    assert_int_equal(create(m, "ServerGroupName=g2&VpcId=vpc-1"), 200);
    client_nonce = 0;
    assert_int_equal(create(m, "ServerGroupName=g3&VpcId=vpc-1"), 400);
    assert_true(mock_play(m, &(struct mock_moment){ .now_ms = now - 86400001 }, &err));
    client_nonce = 0;
    assert_int_equal(create(m, "ServerGroupName=g3&VpcId=vpc-1"), 200);
    mock_close(m);
}

static void test_a_real_clock_is_not_played_with(void **state)
{
    (void)state;
    static const struct clock real = { .now_ms = seven };
    struct mock *m = start((struct mock_config){ .clock = &real });
    struct error err;
    assert_false(mock_play(m, &(struct mock_moment){ .now_ms = 1 }, &err));
    assert_non_null(strstr(err.msg, "--clock virtual"));
    mock_close(m);
}

static void test_time_moves_only_when_it_is_moved(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct mock *m = start((struct mock_config){ 0 });
    assert_true(mock_is_virtual(m));
    assert_int_equal(mock_now_ms(m), 1735689600000);
    assert_int_equal(create(m, GROUP), 200);
    assert_string_equal(groups(m, &a), "Creating");
    mock_advance(m, 499);
    assert_string_equal(groups(m, &a), "Creating");
    mock_advance(m, 1);
    assert_string_equal(groups(m, &a), "Available");
    assert_int_equal(mock_now_ms(m), 1735689600500);
    mock_advance(m, -5);
    assert_int_equal(mock_now_ms(m), 1735689600500);
    mock_close(m);
}

static void test_same_seed_and_calls_give_the_same_bytes(void **state)
{
    (void)state;
    struct buf told[2] = { { 0 }, { 0 } };
    for (int run = 0; run < 2; run++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        struct mock *m = start((struct mock_config){ 0 });
        assert_int_equal(create(m, GROUP), 200);
        mock_advance(m, 250);
        assert_int_equal(create(m, "ServerGroupName=g2&VpcId=vpc-1"), 200);
        mock_advance(m, 10000);
        struct client_reply r CLEANUP(client_reply_done) =
            client_call(m, &a, "ListServerGroups", "");
        buf_add(&told[run], r.http.body, r.http.body_len);
        mock_close(m);
    }
    assert_string_equal(buf_str(&told[0]), buf_str(&told[1]));
    buf_done(&told[0]);
    buf_done(&told[1]);
}

/* What three calls that each create a group come to, and which groups are there after. */
static const char *with_fault(struct arena *a, const char *fault)
{
    struct mock *m = start((struct mock_config){ .faults = &fault, .n_faults = 1 });
    struct buf b CLEANUP(buf_done) = { 0 };
    for (int i = 1; i <= 3; i++)
        buf_addf(&b, "%d ", create(m, arena_fmt(a, "ServerGroupName=g%d&VpcId=vpc-1", i)));
    buf_adds(&b, groups(m, a));
    mock_close(m);
    return buf_keep(&b, a);
}

static void test_faults_strike_before_or_after_the_effect(void **state)
{
    (void)state;
    static const struct {
        const char *fault, *outcome;
    } cases[] = {
        { "{action: Create*, nth: 2, effect: error}", "200 503 200 Creating Creating" },
        { "{action: Create*, nth: 2, effect: error, status: 500}",
          "200 500 200 Creating Creating" },
        { "{action: Create*, nth: 2, effect: error_after}",
          "200 503 200 Creating Creating Creating" },
        { "{action: Create*, nth: 2, effect: reset}", "200 0 200 Creating Creating" },
        { "{action: Create*, nth: 2, effect: lose_reply}", "200 0 200 Creating Creating Creating" },
        { "{action: Create*, nth: 2, effect: throttle}", "200 400 200 Creating Creating" },
        { "{resource: g3, effect: reset}", "200 200 0 Creating Creating" },
        { "{call: 2, effect: reset}", "200 0 200 Creating Creating" },
        { "{action: List*, effect: hide_entry}", "200 200 200 Creating Creating" },
        { "{action: List*, effect: garble}", "200 200 200 no JSON" },
        { "{action: List*, effect: error, code: SystemBusy, status: 400}",
          "200 200 200 SystemBusy" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        assert_string_equal(with_fault(&a, cases[i].fault), cases[i].outcome);
    }
}

static void test_a_delayed_effect_comes_when_nobody_waits_for_it_any_more(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *fault = "{action: Create*, times: 1, effect: delayed_effect, ms: 3000}";
    struct mock *m = start((struct mock_config){ .faults = &fault, .n_faults = 1 });
    assert_int_equal(create(m, GROUP), 0);
    assert_string_equal(groups(m, &a), "");
    mock_advance(m, 2999);
    assert_string_equal(groups(m, &a), "");
    mock_advance(m, 1);
    assert_string_equal(groups(m, &a), "Creating");
    mock_advance(m, 500);
    assert_string_equal(groups(m, &a), "Available");
    mock_close(m);
}

static void test_a_throttle_burst_ends(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *fault = "{action: List*, nth: 2, every: 1, times: 3, effect: throttle, ms: 400}";
    struct mock *m = start((struct mock_config){ .faults = &fault, .n_faults = 1 });
    assert_string_equal(groups(m, &a), "");
    for (int i = 0; i < 3; i++)
        assert_string_equal(groups(m, &a), "Throttling.User");
    assert_string_equal(groups(m, &a), "");
    mock_close(m);
}

/* Which servers a group of this mock has, by weight. */
static const char *weights(struct mock *m, struct arena *a, const char *group)
{
    struct client_reply r CLEANUP(client_reply_done) =
        client_call(m, a, "ListServerGroupServers", arena_fmt(a, "ServerGroupId=%s", group));
    struct buf b CLEANUP(buf_done) = { 0 };
    const cJSON *s;
    cJSON_ArrayForEach (s, json_get(r.body, "Servers"))
        buf_addf(&b, "%s%d", b.len ? " " : "", (int)json_int(s, "Weight", -1));
    return buf_keep(&b, a);
}

static const char *new_group(struct mock *m, struct arena *a)
{
    struct client_reply r CLEANUP(client_reply_done) =
        client_call(m, a, "CreateServerGroup",
                    "HealthCheckConfig.HealthCheckEnabled=false&ServerGroupName=g1&ServerGroupType="
                    "Ip&VpcId=vpc-1");
    assert_int_equal(r.http.status, 200);
    mock_advance(m, 500);
    return arena_strdup(a, json_str(r.body, "ServerGroupId"));
}

/* Adds servers of weight 1, 2 and 3; returns the reply's status, 0 when none came. */
static int add_three(struct mock *m, struct arena *a, const char *group)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    buf_addf(&b, "ServerGroupId=%s", group);
    for (int i = 1; i <= 3; i++)
        buf_addf(&b,
                 "&Servers.%d.Port=80&Servers.%d.ServerId=10.0.0.%d&Servers.%d.ServerIp=10.0.0.%d"
                 "&Servers.%d.ServerType=Ip&Servers.%d.Weight=%d",
                 i, i, i, i, i, i, i, i);
    struct client_reply r CLEANUP(client_reply_done) =
        client_call(m, a, "AddServersToServerGroup", buf_str(&b));
    return r.http.reset ? 0 : r.http.status;
}

static void test_of_a_batch_a_part_is_done(void **state)
{
    (void)state;
    static const struct {
        const char *fault;
        int status;
        const char *weights;
    } cases[] = {
        { "{action: AddServers*, effect: partial, count: 2}", 503, "1 2" },
        { "{action: AddServers*, effect: partial, status: 500, code: InternalError}", 500, "1" },
        { "{action: AddServers*, effect: partial_lost, count: 2}", 0, "1 2" },
        { "{action: AddServers*, effect: partial, count: 7}", 503, "1 2 3" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        struct mock *m = start((struct mock_config){ .faults = &cases[i].fault, .n_faults = 1 });
        const char *group = new_group(m, &a);
        assert_int_equal(add_three(m, &a, group), cases[i].status);
        assert_string_equal(weights(m, &a, group), cases[i].weights);
        mock_close(m);
    }
}

static void test_a_call_leaves_its_resource_stuck(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *fault = "{action: CreateServerGroup, nth: 2, effect: stick, ms: 60000}";
    struct mock *m = start((struct mock_config){ .faults = &fault, .n_faults = 1 });
    assert_int_equal(create(m, GROUP), 200);
    assert_int_equal(create(m, "ServerGroupName=g2&VpcId=vpc-1"), 200);
    mock_advance(m, 59999);
    assert_string_equal(groups(m, &a), "Available Creating");
    mock_advance(m, 1);
    assert_string_equal(groups(m, &a), "Available Available");
    mock_close(m);
}

static void test_a_restart_cuts_everybody_off_for_a_while(void **state)
{
    (void)state;
    static const struct {
        const char *fault, *left;
    } cases[] = {
        { "{action: Create*, nth: 2, effect: restart, ms: 1000}", "Available" },
        { "{action: Create*, nth: 2, effect: restart_after, ms: 1000}", "Available Available" },
        { "{action: Create*, nth: 2, effect: restart_after, ms: 1000, forget: true}", "" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        struct mock *m = start((struct mock_config){ .faults = &cases[i].fault, .n_faults = 1 });
        assert_int_equal(create(m, GROUP), 200);
        assert_int_equal(create(m, "ServerGroupName=g2&VpcId=vpc-1"), 0);
        mock_advance(m, 999);
        assert_true(mock_is_down(m));
        assert_string_equal(groups(m, &a), "no JSON"); /* as nothing came */
        mock_advance(m, 1);
        assert_false(mock_is_down(m));
        assert_string_equal(groups(m, &a), cases[i].left);
        mock_close(m);
    }
}

/* The id of the one group that this client token makes. */
static const char *create_once(struct mock *m, struct arena *a)
{
    struct client_reply r CLEANUP(client_reply_done) =
        client_call(m, a, "CreateServerGroup",
                    "ClientToken=t&HealthCheckConfig.HealthCheckEnabled=false&" GROUP);
    assert_int_equal(r.http.status, 200);
    return arena_strdup(a, json_str(r.body, "ServerGroupId"));
}

static void test_a_restart_loses_effects_in_flight_but_no_client_token(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err = { 0 };
    const char *fault = "{resource: late, effect: delayed_effect, ms: 3000}";
    struct mock *m = start((struct mock_config){ .faults = &fault, .n_faults = 1 });
    const char *first = create_once(m, &a);
    assert_int_equal(create(m, "ServerGroupName=late&VpcId=vpc-1"), 0);
    assert_true(mock_restart(m, 0, false, &err));
    mock_advance(m, 5000);
    assert_string_equal(create_once(m, &a), first);
    assert_string_equal(groups(m, &a), "Available");
    mock_close(m);
}

static void test_a_restart_opens_the_state_file_again(void **state)
{
    (void)state;
    char path[] = "/tmp/mock-restart-XXXXXX";
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err = { 0 };
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0);
    struct mock *m = start((struct mock_config){ .state = path });
    assert_int_equal(create(m, GROUP), 200);
    assert_true(mock_restart(m, 0, true, &err)); /* nothing that is on disk is forgotten */
    assert_string_equal(groups(m, &a), "Creating");
    mock_advance(m, 500);
    assert_string_equal(groups(m, &a), "Available");
    assert_null(mock_failure(m));
    mock_close(m);
    (void)unlink(path);
    (void)unlink(arena_fmt(&a, "%s-wal", path));
    (void)unlink(arena_fmt(&a, "%s.companion", path));
}

static void test_a_stale_read_is_one_reply_behind(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *fault = "{action: ListServerGroups, nth: 2, effect: stale}";
    struct mock *m = start((struct mock_config){ .faults = &fault, .n_faults = 1 });
    assert_string_equal(groups(m, &a), "");
    assert_int_equal(create(m, GROUP), 200);
    assert_string_equal(groups(m, &a), "");
    assert_string_equal(groups(m, &a), "Creating");
    mock_close(m);
}

static void test_faults_on_the_wire_are_left_to_the_server(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *faults[] = {
        "{nth: 1, effect: slow, bytes: 3, ms: 40}",
        "{nth: 1, effect: cut, bytes: 9}",
        "{nth: 1, effect: delay, ms: 70}",
    };
    struct mock *m = start((struct mock_config){ .faults = faults, .n_faults = 3 });
    struct client_reply slow CLEANUP(client_reply_done) = client_call(m, &a, "DescribeZones", "");
    assert_int_equal(slow.http.piece, 3);
    assert_int_equal(slow.http.pause_ms, 40);
    struct client_reply cut CLEANUP(client_reply_done) = client_call(m, &a, "DescribeZones", "");
    assert_int_equal(cut.http.cut_after, 9);
    struct client_reply late CLEANUP(client_reply_done) = client_call(m, &a, "DescribeZones", "");
    assert_int_equal(late.http.due_ms, mock_now_ms(m) + 70);
    mock_close(m);
}

static void test_a_throttled_call_has_the_documented_form(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *limits[] = { "ListServerGroups=1/1000", "retry-after=on" };
    struct mock *m = start((struct mock_config){ .flow = limits, .n_flow = 2 });
    assert_string_equal(groups(m, &a), "");
    struct client_reply r CLEANUP(client_reply_done) = client_call(m, &a, "ListServerGroups", "");
    assert_int_equal(r.http.status, 400);
    assert_string_equal(json_str(r.body, "Code"), "Throttling.User");
    const struct httpd_header *last = &r.http.headers.items[r.http.headers.len - 1];
    assert_string_equal(last->name, "x-acs-retry-after");
    assert_string_equal(last->value, "1000");
    mock_advance(m, 1000);
    assert_string_equal(groups(m, &a), "");
    mock_close(m);
}

/* What three calls get from a mock that records, or replays, 'path'. */
static const char *three_calls(struct arena *a, struct mock *m)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    static const char *const names[] = { "g1", "g2" };
    for (size_t i = 0; i < COUNT(names); i++) {
        struct client_reply r CLEANUP(client_reply_done) = client_call(
            m, a, "CreateServerGroup",
            arena_fmt(a,
                      "HealthCheckConfig.HealthCheckEnabled=false&ServerGroupName=%s&VpcId=vpc-1",
                      names[i]));
        buf_add(&b, r.http.body, r.http.body_len);
    }
    buf_adds(&b, groups(m, a));
    return buf_keep(&b, a);
}

static void test_what_was_recorded_is_replayed_byte_by_byte(void **state)
{
    (void)state;
    static const enum replay_match matches[] = { REPLAY_STRICT, REPLAY_KEY, REPLAY_FUZZY };
    char path[] = "/tmp/mock-replay-XXXXXX";
    struct arena a CLEANUP(arena_done) = { 0 };
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0);
    struct mock *m = start((struct mock_config){ .record = path });
    assert_null(mock_replay(m));
    const char *recorded = three_calls(&a, m);
    mock_close(m);
    for (size_t i = 0; i < COUNT(matches); i++) {
        m = start((struct mock_config){ .replay = path, .replay_match = matches[i] });
        assert_string_equal(three_calls(&a, m), recorded);
        replay_end(mock_replay(m));
        assert_false(replay_has_diverged(mock_replay(m)));
        mock_close(m);
    }
    (void)unlink(path);
}

static void test_a_denied_call_has_the_documented_form(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    const struct policy deny = { "testak", true, "alb", "List*", NULL };
    struct mock *m = start((struct mock_config){ .policies = &deny, .n_policies = 1 });
    struct client_reply r CLEANUP(client_reply_done) = client_call(m, &a, "ListServerGroups", "");
    assert_int_equal(r.http.status, 403);
    assert_string_equal(json_str(r.body, "Code"), "NoPermission");
    const cJSON *detail = json_get(r.body, "AccessDeniedDetail");
    assert_string_equal(json_str(detail, "AuthAction"), "alb:ListServerGroups");
    assert_string_equal(json_str(detail, "NoPermissionType"), "ExplicitDeny");
    assert_int_equal(create(m, GROUP), 200);
    mock_close(m);
}

static void test_nonsense_in_the_configuration_is_refused(void **state)
{
    (void)state;
    const char *bad = "{effect: explode}", *limit = "sometimes";
    struct error err = { 0 };
    struct mock *m;
    const struct mock_config faulty = { .faults = &bad, .n_faults = 1 };
    const struct mock_config limited = { .flow = &limit, .n_flow = 1 };
    assert_false(mock_open(&m, &faulty, &err));
    assert_null(m);
    assert_false(mock_open(&m, &limited, &err));
    assert_null(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_time_moves_only_when_it_is_moved),
        cmocka_unit_test(test_a_time_that_has_been_is_played_again),
        cmocka_unit_test(test_a_real_clock_is_not_played_with),
        cmocka_unit_test(test_same_seed_and_calls_give_the_same_bytes),
        cmocka_unit_test(test_faults_strike_before_or_after_the_effect),
        cmocka_unit_test(test_a_delayed_effect_comes_when_nobody_waits_for_it_any_more),
        cmocka_unit_test(test_a_throttle_burst_ends),
        cmocka_unit_test(test_of_a_batch_a_part_is_done),
        cmocka_unit_test(test_a_call_leaves_its_resource_stuck),
        cmocka_unit_test(test_a_restart_cuts_everybody_off_for_a_while),
        cmocka_unit_test(test_a_restart_loses_effects_in_flight_but_no_client_token),
        cmocka_unit_test(test_a_restart_opens_the_state_file_again),
        cmocka_unit_test(test_a_stale_read_is_one_reply_behind),
        cmocka_unit_test(test_faults_on_the_wire_are_left_to_the_server),
        cmocka_unit_test(test_a_throttled_call_has_the_documented_form),
        cmocka_unit_test(test_what_was_recorded_is_replayed_byte_by_byte),
        cmocka_unit_test(test_a_denied_call_has_the_documented_form),
        cmocka_unit_test(test_nonsense_in_the_configuration_is_refused),
    };
    return cmocka_run_group_tests_name("mock/mock", tests, NULL, NULL);
}
