/* test_state.c - the state taken out, put in, and compared. */
#include "world.h"

#define NO_BODY "'region':'r','kind':'k','id':'i','status':'s','number':0"

static cJSON *export(struct world *w)
{
    struct error err = { 0 };
    cJSON *state = NULL;
    if (!cloud_export(w->cloud, &state, &err))
        fail_msg("%s", err.msg);
    assert_true(w->n_bodies < COUNT(w->bodies));
    w->bodies[w->n_bodies++] = state;
    return state;
}

static void import(struct world *w, const cJSON *state)
{
    struct error err = { 0 };
    if (!cloud_import(w->cloud, state, &err))
        fail_msg("%s", err.msg);
}

static char *text_of_json(struct world *w, const cJSON *json)
{
    struct buf b CLEANUP(buf_done) = { .max = 0 };
    json_write(&b, json, false);
    return buf_keep(&b, &w->arena);
}

/* Something in every state: pending, tagged, tokened. */
static void live(struct world *w)
{
    setup_rule(w);
    call_text(w, "CreateAcl", "{'ClientToken':'t','Tag':[{'Key':'k','Value':'v'}]}");
    settle(w);
    call(w, "StopListener", "{'ListenerId':'%s'}", w->listener);
    call(w, "AddServersToServerGroup",
         "{'ServerGroupId':'%s','Servers':[" ENI("eni-0a000001", "10.0.0.1") "]}", w->group);
}

/* What the cloud answers from here on, as text. */
static const char *future(struct world *w)
{
    size_t from = w->n_bodies;
    call_text(w, "CreateAcl", "{'ClientToken':'t','Tag':[{'Key':'k','Value':'v'}]}");
    settle(w);
    call_text(w, "ListListeners", "{}");
    call_text(w, "ListRules", "{'MaxResults':1}");
    call_text(w, "ListServerGroupServers", "{}");
    call_text(w, "CreateAcl", "{}");
    call_text(w, "ListAcls", "{'MaxResults':1}");
    call_text(w, "ListAsynJobs", "{}");
    struct buf b CLEANUP(buf_done) = { .max = 0 };
    for (size_t i = from; i < w->n_bodies; i++)
        json_write(&b, w->bodies[i], false);
    return buf_keep(&b, &w->arena);
}

static void test_an_imported_state_goes_on_as_the_exported_one(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    struct world other CLEANUP(world_done);
    world_new(&w);
    live(&w);
    const cJSON *snapshot = export(&w);
    const char *as_text = text_of_json(&w, snapshot);
    struct cloud_config config = { .pending_ms = PENDING_MS, .seed = 77 };
    world_open(&other, &config);
    setup_lb(&other, LB("Basic", ""));
    cJSON *again = cJSON_Parse(as_text);
    import(&other, again);
    cJSON_Delete(again);
    assert_string_equal(text_of_json(&other, export(&other)), as_text);
    other.now_ms = w.now_ms;
    assert_string_equal(future(&w), future(&other));
}

static void test_a_snapshot_is_restored(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    live(&w);
    const cJSON *snapshot = export(&w);
    int64_t then_ms = w.now_ms;
    const char *once = future(&w);
    call(&w, "DeleteLoadBalancer", "{'LoadBalancerId':'%s'}", w.lb);
    import(&w, snapshot);
    w.now_ms = then_ms;
    assert_string_equal(future(&w), once);
}

static void test_a_bad_state_changes_nothing(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "{}",
        "{'version':99}",
        "{'version':3,'resource':[{'id':'alb-1'}]}",
        "{'version':3,'resource':[7]}",
        "{'version':3,'resource':[{" NO_BODY "}]}",
        "{'version':3,'resource':[{" NO_BODY ",'body':1}]}",
        "{'version':3,'resource':[{" NO_BODY ",'body':'[]'}]}",
        "{'version':3,'meta':[{'name':'rng','value':'abc'}]}",
    };
    struct world w CLEANUP(world_done);
    world_new(&w);
    live(&w);
    const char *before = text_of_json(&w, export(&w));
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct error err = { 0 };
        cJSON *json = quoted(&w.arena, bad[i]);
        if (cloud_import(w.cloud, json, &err))
            fail_msg("%s was taken", bad[i]);
        assert_true(err.msg[0] != '\0');
        cJSON_Delete(json);
    }
    assert_string_equal(text_of_json(&w, export(&w)), before);
}

static const cJSON *change_of(const cJSON *diff, const char *key)
{
    const cJSON *d = NULL;
    cJSON_ArrayForEach (d, diff)
        if (strcmp(json_str(d, "Key"), key) == 0)
            return d;
    return NULL;
}

static void test_a_diff_tells_what_changed(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_rule(&w);
    assert_int_equal(cloud_run(w.cloud, w.now_ms, NULL, NULL), -1);
    const cJSON *from = export(&w);
    cJSON *none = cloud_diff(from, from);
    assert_int_equal(cJSON_GetArraySize(none), 0);
    cJSON_Delete(none);
    call(&w, "DeleteRule", "{'RuleId':'%s'}", w.rule);
    settle(&w);
    call(&w, "UpdateListenerAttribute", "{'ListenerId':'%s','IdleTimeout':33}", w.listener);
    settle(&w);
    const char *acl = json_str(call_text(&w, "CreateAcl", "{}"), "AclId");
    settle(&w);
    cJSON *diff = cloud_diff(from, export(&w));
    assert_string_equal(json_str(change_of(diff, w.rule), "Change"), "removed");
    assert_string_equal(json_str(change_of(diff, acl), "Change"), "added");
    const cJSON *listener = change_of(diff, w.listener);
    assert_string_equal(json_str(listener, "Table"), "resource");
    assert_string_equal(json_str(listener, "Change"), "changed");
    const cJSON *fields = json_get(listener, "Fields");
    assert_int_equal(cJSON_GetArraySize(fields), 1);
    assert_int_equal(json_int(json_get(fields, "IdleTimeout"), "From", 0), 15);
    assert_int_equal(json_int(json_get(fields, "IdleTimeout"), "To", 0), 33);
    assert_null(change_of(diff, w.lb));
    cJSON_Delete(diff);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_imported_state_goes_on_as_the_exported_one),
        cmocka_unit_test(test_a_snapshot_is_restored),
        cmocka_unit_test(test_a_bad_state_changes_nothing),
        cmocka_unit_test(test_a_diff_tells_what_changed),
    };
    return cmocka_run_group_tests_name("mock_cloud/state", tests, NULL, NULL);
}
