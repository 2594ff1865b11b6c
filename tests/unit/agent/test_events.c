/* test_events.c - what an agent writes of itself, so that it can be replayed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "alb-agent/json.h"
#include "src/agent/session_priv.h"
#include "tests/support/run.h"

/* ---- how it was started -------------------------------------------------------------------------
 */

static struct agent_start sample(void)
{
    struct agent_start s = {
        .verb = "run",
        .files = true,
        .lived_until = 1767225600123,
        .config = { .session = { .cluster_id = "c1",
                                 .region = "cn-hangzhou",
                                 .only = "kube-system/web",
                                 .allow_destroy = true,
                                 .batch_rules = 7,
                                 .writes = { .limit = 5, .period_ms = 1000 },
                                 .policy = { [CLASS_MISSING] = DRIFT_ASK },
                                 .seed = 0xfedcba9876543210 },
                    .resync_ms = INT64_MAX / 4,
                    .pace = { [LANE_SERVER_GROUP] = { .concurrent = 3, .tries = 2 } } },
    };
    return s;
}

static bool read_back(struct arena *a, const char *text, struct agent_start *out, struct error *err)
{
    cJSON *json CLEANUP(json_done) = NULL;
    assert_true(json_parse(text, strlen(text), &json, err));
    return agent_start_read(a, json, out, err);
}

static void test_a_start_is_read_as_it_was_written(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct agent_start in = sample(), out;
    struct error err;
    assert_true(read_back(&a, agent_start_write(&a, &in), &out, &err));
    assert_string_equal(out.verb, "run");
    assert_true(out.files);
    assert_int_equal(out.lived_until, 1767225600123);
    assert_string_equal(out.config.session.cluster_id, "c1");
    assert_string_equal(out.config.session.only, "kube-system/web");
    assert_null(out.config.session.vpc_id);
    assert_true(out.config.session.allow_destroy);
    assert_int_equal(out.config.session.batch_rules, 7);
    assert_int_equal(out.config.session.writes.limit, 5);
    assert_int_equal(out.config.session.policy[CLASS_MISSING], DRIFT_ASK);
    assert_int_equal(out.config.session.policy[CLASS_DRIFT], DRIFT_CORRECT);
    assert_true(out.config.session.seed == 0xfedcba9876543210);
    assert_int_equal(out.config.pace[LANE_SERVER_GROUP].concurrent, 3);
    assert_int_equal(out.config.pace[LANE_SERVER_GROUP].tries, 2);
    assert_true(out.config.resync_ms > INT64_C(1000) * 365 * 24 * 3600); /* never, still */
}

static void test_a_start_without_sense_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "{\"seed\":\"1\"}",
        "{\"verb\":\"plan\",\"seed\":\"1\"}",
        "{\"verb\":\"run\"}",
        "{\"verb\":\"run\",\"seed\":\"x\"}",
        "{\"verb\":\"run\",\"seed\":\"11112222333344445\"}",
        "{\"verb\":\"run\",\"seed\":\"1\",\"region\":7}",
        "{\"verb\":\"run\",\"seed\":\"1\",\"batchRules\":-1}",
        "{\"verb\":\"run\",\"seed\":\"1\",\"batchRules\":1.5}",
        "{\"verb\":\"run\",\"seed\":\"1\",\"writesLimit\":99999999999}",
        "{\"verb\":\"run\",\"seed\":\"1\",\"allowDestroy\":1}",
        "{\"verb\":\"run\",\"seed\":\"1\",\"drift\":3}",
    };
    struct arena a CLEANUP(arena_done) = { 0 };
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct agent_start out;
        struct error err;
        if (read_back(&a, bad[i], &out, &err))
            fail_msg("taken: %s", bad[i]);
        assert_int_equal(err.kind, ERROR_INVALID);
    }
}

/* ---- events ---------------------------------------------------------------------------------- */

static store_events all_events(struct arena *a, struct store *st)
{
    struct error err;
    store_events list;
    if (!store_events_read(st, 0, 10000, a, &list, &err))
        fail_msg("%s", err.msg);
    return list;
}

static size_t count(const store_events *list, const char *kind, const char *key)
{
    size_t n = 0;
    for (size_t i = 0; i < list->len; i++)
        n += !strcmp(list->items[i].kind, kind) && (!key || !strcmp(list->items[i].key, key));
    return n;
}

static void test_the_start_is_the_first_event(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    struct agent_start start;
    struct error err;
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    store_events list = all_events(&r.arena, agent_store(r.g));
    assert_string_equal(list.items[0].kind, "START");
    assert_int_equal(count(&list, "START", NULL), 1);
    assert_true(read_back(&r.arena, list.items[0].body, &start, &err));
    assert_string_equal(start.verb, "run");
    assert_string_equal(start.config.session.cluster_id, "c1");
    runner_stop(&r);
}

/* A group by its first reading, then the console's deed: the rest is our own doing. */
static void test_deeds_of_others_are_told_from_steps_of_ours(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    agent_resync(r.g);
    runner_settle(&r);
    const size_t before = all_events(&r.arena, agent_store(r.g)).len;
    cJSON *rules = mock_transport_do(&w->mock, "ListRules", NULL);
    const char *id = json_str(json_get(rules, "Rules")->child, "RuleId");
    cJSON_Delete(mock_transport_do(&w->mock, "DeleteRule", "RuleId", id, NULL));
    runner_pass(&r, 1000);
    agent_resync(r.g);
    runner_settle(&r);
    store_events list = all_events(&r.arena, agent_store(r.g));
    const struct store_event *gone = NULL;
    for (size_t i = before; i < list.len && !gone; i++)
        if (!strcmp(list.items[i].kind, "DELETED"))
            gone = &list.items[i];
    assert_non_null(gone);
    assert_non_null(strstr(gone->body, id));
    assert_non_null(strstr(gone->body, "\"own\":false"));
    assert_int_equal(count(&list, "RESYNC", NULL), 2);
    cJSON_Delete(rules);
    runner_stop(&r);
}

static void test_each_reading_is_said_with_its_beginning(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    const int64_t began = w->mock.now_ms;
    runner_start(&r, w);
    runner_settle(&r);
    store_events list = all_events(&r.arena, agent_store(r.g));
    const struct store_event *first = NULL;
    for (size_t i = 0; i < list.len && !first; i++)
        if (!strcmp(list.items[i].kind, "READ"))
            first = &list.items[i];
    assert_non_null(first);
    cJSON *body = cJSON_Parse(first->body);
    assert_in_range(json_int(body, "began", 0), began, first->at - 1);
    cJSON_Delete(body);
    assert_int_equal(count(&list, "READ", NULL), r.events[AGENT_READ]);
    runner_stop(&r);
}

/* What is found is given out one load balancer a turn, and turns take time. */
static void test_a_reading_that_ended_before_it_is_said_says_when(void **state)
{
    struct world *w = *state;
    struct session s;
    struct error err;
    world_open(w, &s, STORE_WRITE);
    const int64_t now = session_now(&s);
    assert_true(
        session_note_read(&s, NULL, OBSERVE_ALL, &(struct read_times){ now - 9, now - 5 }, &err));
    assert_true(
        session_note_read(&s, NULL, OBSERVE_ALL, &(struct read_times){ now - 9, now }, &err));
    store_events list = all_events(&s.arena, s.store);
    cJSON *late CLEANUP(json_done) = cJSON_Parse(list.items[0].body);
    cJSON *at_once CLEANUP(json_done) = cJSON_Parse(list.items[1].body);
    assert_int_equal(json_int(late, "ended", 0), now - 5);
    assert_null(json_get(at_once, "ended"));
    session_close(&s);
}

static void test_new_settings_and_the_end_are_said(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    struct agent_config other = r.config;
    struct agent_start start;
    struct error err;
    other.session.batch_rules = 9;
    agent_set_config(r.g, &other);
    runner_settle(&r);
    agent_stop(r.g);
    runner_settle(&r);
    store_events list = all_events(&r.arena, agent_store(r.g));
    assert_string_equal(list.items[list.len - 2].kind, "SETTINGS");
    assert_true(read_back(&r.arena, list.items[list.len - 2].body, &start, &err));
    assert_int_equal(start.config.session.batch_rules, 9);
    assert_string_equal(list.items[list.len - 1].kind, "STOP");
    runner_stop(&r);
}

/* Each apply is a start, before what it read; a plan writes nothing. */
static void test_each_apply_says_how_it_was_started(void **state)
{
    struct world *w = *state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct session s;
    struct error err;
    world_write_shop(w);
    (void)world_apply(w);
    (void)world_apply(w);
    world_open(w, &s, STORE_SNAPSHOT);
    world_read(w, &s);
    store_events list = all_events(&a, s.store);
    assert_string_equal(list.items[0].kind, "START");
    assert_int_equal(count(&list, "START", "agent"), 2);
    struct agent_start start;
    assert_true(read_back(&a, list.items[0].body, &start, &err));
    assert_string_equal(start.verb, "apply");
    assert_true(start.files);
    assert_int_equal(count(&list, "SEEN", "cloud kube-system/web LoadBalancer kube-system/web"), 1);
    session_close(&s);
}

#define WORLD_TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_start_is_read_as_it_was_written),
        cmocka_unit_test(test_a_start_without_sense_is_refused),
        WORLD_TEST(test_the_start_is_the_first_event),
        WORLD_TEST(test_deeds_of_others_are_told_from_steps_of_ours),
        WORLD_TEST(test_each_reading_is_said_with_its_beginning),
        WORLD_TEST(test_a_reading_that_ended_before_it_is_said_says_when),
        WORLD_TEST(test_new_settings_and_the_end_are_said),
        WORLD_TEST(test_each_apply_says_how_it_was_started),
    };
    return cmocka_run_group_tests_name("agent/events", tests, NULL, NULL);
}
