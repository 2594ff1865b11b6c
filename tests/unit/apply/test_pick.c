/* The pace of lanes: how many change at once, how many start in a second, how long changes
 * settle, and what goes first; against the mock, on a virtual clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "src/agent/session_priv.h"
#include "tests/support/world.h"

enum { SERVICES = 6 };

struct run {
    struct apply *ap;
    struct session *s;
    enum lane_family family; /* what is looked at                                       */
    size_t busy, most;       /* of its changes at a time                                */
    size_t begun;
    int64_t at[64]; /* when each began                                                  */
    const char *first_lb;
    int64_t waited; /* of the first request                                    */
    size_t waits;   /* requests that say how long their edit waited            */
    int64_t least;  /* time that a change took                                 */
    bool rules_sent, rules_done;
    size_t groups_gone; /* groups that were to be deleted before the rules were made */
    size_t asked;       /* times it was asked from what to plan                      */
};

static void note(void *arg, const struct apply_event *e)
{
    struct run *r = arg;
    if (!r->first_lb && e->kind == APPLY_SENT)
        r->first_lb = e->step->lb;
    if (e->kind == APPLY_SENT && e->waited_ms >= 0 && !r->waits++)
        r->waited = e->waited_ms;
    if (e->kind == APPLY_DONE && (!r->least || e->took_ms < r->least))
        r->least = e->took_ms;
    if (!strcmp(e->step->action, "CreateRules")) {
        r->rules_sent = r->rules_sent || e->kind == APPLY_SENT;
        r->rules_done = r->rules_done || e->kind == APPLY_DONE;
    }
    r->groups_gone += !strcmp(e->step->action, "DeleteServerGroup") && !r->rules_done;
    if (e->step->family != r->family)
        return;
    if (e->kind == APPLY_SENT) {
        r->busy++;
        r->most = r->busy > r->most ? r->busy : r->most;
        r->at[r->begun++ % COUNT(r->at)] = e->at_ms;
    }
    if (e->kind == APPLY_DONE)
        r->busy--;
}

static bool take(void *arg, const struct alb_result *res, struct error *err)
{
    bool taken;
    return apply_take(arg, res, &taken, err);
}

static bool find_scope(void *arg, const char *lb, struct apply_scope *out)
{
    struct run *r = arg;
    r->asked++;
    return session_scope(r->s, lb, out);
}

static void begin(struct run *r, struct session *s, struct apply_pace pace)
{
    struct error err;
    struct apply_in in = { .alb = s->alb,
                           .store = s->store,
                           .scope = find_scope,
                           .scope_arg = r,
                           .seed = 7,
                           .event = note,
                           .event_arg = r };
    in.pace[r->family] = pace;
    r->s = s;
    assert_true(session_save(s, &err));
    assert_true(apply_new(&r->ap, &in, &err));
}

static void go_on(struct run *r)
{
    struct error err;
    for (;;) {
        int64_t wait;
        assert_true(apply_run(r->ap, session_now(r->s), &wait, &err));
        if (apply_idle(r->ap))
            return;
        assert_true(session_turn(r->s, wait, take, r->ap, &err));
    }
}

/* A shop with many services on load balancer "web". */
static void write_many(struct world *w)
{
    world_write_albconfig(w, "web");
    for (int i = 0; i < SERVICES; i++) {
        char name[16], host[32], text[1024];
        (void)snprintf(name, sizeof name, "s%d", i);
        (void)snprintf(host, sizeof host, "s%d.example", i);
        (void)snprintf(text, sizeof text,
                       "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"%s\","
                       "\"namespace\":\"shop\"},\"spec\":{\"type\":\"ClusterIP\","
                       "\"ports\":[{\"port\":80,\"targetPort\":8080}]}}",
                       name);
        world_write(w, arena_fmt(&w->arena, "%s.json", name), text);
        world_write_ingress(w, name, "web", host, name);
    }
}

static void test_no_more_change_at_once_than_the_pace_says(void **state)
{
    struct world *w = *state;
    struct session s CLEANUP(session_close) = { 0 };
    struct run r = { .family = LANE_SERVER_GROUP };
    write_many(w);
    world_open(w, &s, STORE_WRITE);
    world_read(w, &s);
    begin(&r, &s, (struct apply_pace){ .concurrent = 2 });
    apply_touch(r.ap, "kube-system/web", true, session_now(&s));
    go_on(&r);
    assert_int_equal(r.most, 2);
    /* One group a service and the listener's own, none forgotten. */
    assert_int_equal(world_count(w, "ServerGroups"), SERVICES + 1);
    assert_int_equal(world_count(w, "Rules"), SERVICES);
    apply_free(r.ap);
}

static void test_without_a_limit_all_change_at_once(void **state)
{
    struct world *w = *state;
    struct session s CLEANUP(session_close) = { 0 };
    struct run r = { .family = LANE_SERVER_GROUP };
    write_many(w);
    world_open(w, &s, STORE_WRITE);
    world_read(w, &s);
    begin(&r, &s, (struct apply_pace){ 0 });
    apply_touch(r.ap, "kube-system/web", true, session_now(&s));
    go_on(&r);
    assert_int_equal(r.most, SERVICES + 1);
    apply_free(r.ap);
}

static void test_no_more_start_in_a_second_than_the_pace_says(void **state)
{
    struct world *w = *state;
    struct session s CLEANUP(session_close) = { 0 };
    struct run r = { .family = LANE_SERVER_GROUP };
    write_many(w);
    world_open(w, &s, STORE_WRITE);
    world_read(w, &s);
    begin(&r, &s, (struct apply_pace){ .starts_per_second = 2 });
    apply_touch(r.ap, "kube-system/web", true, session_now(&s));
    go_on(&r);
    assert_int_equal(r.begun, SERVICES + 1);
    assert_int_equal(r.at[1] - r.at[0], 0); /* two at once after a rest */
    for (size_t i = 2; i < r.begun; i++)
        assert_in_range(r.at[i] - r.at[i - 1], 500, 600);
    apply_free(r.ap);
}

/* What the pace holds back stands beside rules that wait for their groups. */
static void test_what_is_held_back_is_not_planned_before_it_may_start(void **state)
{
    struct world *w = *state;
    struct session s CLEANUP(session_close) = { 0 };
    struct run r = { .family = LANE_SERVER_GROUP };
    struct error err;
    int64_t wait;
    write_many(w);
    world_open(w, &s, STORE_WRITE);
    world_read(w, &s);
    begin(&r, &s, (struct apply_pace){ .starts_per_second = 2 });
    const int64_t now = session_now(&s);
    apply_touch(r.ap, "kube-system/web", true, now);
    assert_true(apply_run(r.ap, now, &wait, &err));
    const size_t asked = r.asked, begun = r.begun;
    assert_true(asked > 0);
    for (int64_t ms = 0; ms < 500; ms += 100) {
        assert_true(apply_run(r.ap, now + ms, &wait, &err));
        assert_in_range(wait, 0, 500 - ms);
    }
    assert_int_equal(r.asked, asked);
    assert_true(apply_run(r.ap, now + 500, &wait, &err));
    assert_true(r.asked > asked);
    assert_true(r.begun > begun);
    go_on(&r);
    apply_free(r.ap);
}

static void test_first_step_waits_until_changes_have_settled(void **state)
{
    struct world *w = *state;
    struct session s CLEANUP(session_close) = { 0 };
    struct run r = { .family = LANE_LOAD_BALANCER };
    write_many(w);
    world_open(w, &s, STORE_WRITE);
    world_read(w, &s);
    begin(&r, &s, (struct apply_pace){ .delay_ms = 300 });
    int64_t start = session_now(&s);
    apply_touch(r.ap, "kube-system/web", true, start);
    /* A second change does not put it off: the window begins with the first. */
    apply_touch(r.ap, "kube-system/web", true, start + 200);
    go_on(&r);
    assert_int_equal(r.at[0] - start, 300);
    /* What settled once goes on without another delay. */
    assert_true(r.begun > 1);
    assert_int_equal(world_count(w, "Rules"), SERVICES);
    apply_free(r.ap);
}

static void test_edits_go_before_what_a_resync_found(void **state)
{
    struct world *w = *state;
    struct session s CLEANUP(session_close) = { 0 };
    struct run r = { .family = LANE_LOAD_BALANCER };
    world_write_albconfig(w, "resynced");
    world_write_albconfig(w, "edited");
    world_open(w, &s, STORE_WRITE);
    world_read(w, &s);
    begin(&r, &s, (struct apply_pace){ .concurrent = 1 });
    apply_touch(r.ap, "kube-system/resynced", false, session_now(&s));
    apply_touch(r.ap, "kube-system/edited", true, session_now(&s));
    go_on(&r);
    assert_string_equal(r.first_lb, "kube-system/edited");
    assert_int_equal(world_count(w, "LoadBalancers"), 2);
    apply_free(r.ap);
}

/* What a resync found has waited for nobody. */
static void test_first_request_says_how_long_its_edit_waited(void **state)
{
    struct world *w = *state;
    struct session s CLEANUP(session_close) = { 0 };
    struct run r = { .family = LANE_LOAD_BALANCER };
    world_write_albconfig(w, "resynced");
    world_write_albconfig(w, "edited");
    world_open(w, &s, STORE_WRITE);
    world_read(w, &s);
    begin(&r, &s, (struct apply_pace){ 0 });
    apply_touch(r.ap, "kube-system/resynced", false, session_now(&s) - 900);
    apply_touch(r.ap, "kube-system/edited", true, session_now(&s) - 250);
    apply_touch(r.ap, "kube-system/edited", true, session_now(&s) - 100);
    go_on(&r);
    assert_int_equal(r.waits, 1);
    assert_int_equal(r.waited, 250);
    assert_true(r.least > 0);
    apply_free(r.ap);
}

/* As if the Ingress had been taken away: no rule is wanted, and those that are being made no row
 * tells of. */
static void want_no_rules(struct session *s)
{
    struct model *m = &s->world;
    size_t kept = 0;
    for (size_t i = 0; i < m->rows.len; i++) {
        struct resource *row = &m->rows.items[i];
        if (row->kind == RESOURCE_RULE)
            continue;
        if (row->kind == RESOURCE_SERVER_GROUP && !strstr(row->key, "listener"))
            row->desired = NULL;
        m->rows.items[kept++] = *row;
    }
    m->rows.len = kept;
}

static void test_group_that_rules_under_way_lead_to_is_not_deleted(void **state)
{
    struct world *w = *state;
    struct session s CLEANUP(session_close) = { 0 };
    struct run r = { .family = LANE_LOAD_BALANCER };
    struct error err;
    int64_t wait;
    world_write_shop(w);
    world_open(w, &s, STORE_WRITE);
    world_read(w, &s);
    begin(&r, &s, (struct apply_pace){ 0 });
    apply_touch(r.ap, "kube-system/web", true, session_now(&s));
    while (!r.rules_sent) {
        assert_true(apply_run(r.ap, session_now(&s), &wait, &err));
        assert_false(apply_idle(r.ap));
        if (!r.rules_sent)
            assert_true(session_turn(&s, wait, take, r.ap, &err));
    }
    const size_t groups = world_count(w, "ServerGroups");
    want_no_rules(&s);
    apply_touch(r.ap, "kube-system/web", true, session_now(&s));
    go_on(&r);
    assert_true(r.rules_done);
    assert_int_equal(r.groups_gone, 0);
    /* Once they are there, they go first, and the groups after them. */
    assert_int_equal(world_count(w, "Rules"), 0);
    assert_true(groups > 1);
    assert_int_equal(world_count(w, "ServerGroups"), 1);
    apply_free(r.ap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_no_more_change_at_once_than_the_pace_says, world_setup,
                                        world_teardown),
        cmocka_unit_test_setup_teardown(test_without_a_limit_all_change_at_once, world_setup,
                                        world_teardown),
        cmocka_unit_test_setup_teardown(test_no_more_start_in_a_second_than_the_pace_says,
                                        world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_what_is_held_back_is_not_planned_before_it_may_start,
                                        world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_first_step_waits_until_changes_have_settled,
                                        world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_first_request_says_how_long_its_edit_waited,
                                        world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_edits_go_before_what_a_resync_found, world_setup,
                                        world_teardown),
        cmocka_unit_test_setup_teardown(test_group_that_rules_under_way_lead_to_is_not_deleted,
                                        world_setup, world_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
