/* test_effect.c - what a step does to the model and to the store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "alb-agent/json.h"
#include "src/agent/session_priv.h"
#include "tests/support/world.h"

static bool take(void *arg, const struct alb_result *r, struct error *err)
{
    bool taken;
    return apply_take(arg, r, &taken, err);
}

/* One round, without the fresh read that follows it. */
static void run_round_with(struct session *s, session_take_fn *takes, apply_event_fn *event)
{
    struct apply *ap;
    struct error err;
    int64_t wait;
    const struct apply_in in = {
        .alb = s->alb,
        .store = s->store,
        .scope = session_scope,
        .scope_arg = s,
        .seed = 7,
        .event = event,
        .event_arg = s,
    };
    assert_true(session_save(s, &err));
    assert_true(apply_new(&ap, &in, &err));
    session_touch_all(s, ap);
    for (;;) {
        assert_true(apply_run(ap, session_now(s), &wait, &err));
        if (apply_idle(ap))
            break;
        assert_true(session_turn(s, wait, takes, ap, &err));
    }
    apply_free(ap);
}

static void run_round_telling(struct session *s, apply_event_fn *event)
{
    run_round_with(s, take, event);
}

static void run_round(struct session *s)
{
    run_round_telling(s, NULL);
}

static void check_row(struct world *w, const struct resource *r, const struct model *seen)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    const struct resource *other = model_find(seen, r->lb, r->kind, r->key);
    assert_non_null(other);
    assert_string_equal(r->cloud_id, other->cloud_id);
    assert_string_equal(r->status, other->status);
    assert_non_null(r->applied);
    assert_int_equal(resource_classify(&a, seen, other, NULL), CLASS_IN_SYNC);
    assert_int_equal(r->created_at > 0, true);
    assert_true(r->observed_at <= w->mock.now_ms);
}

static void check_round(struct world *w)
{
    struct session s CLEANUP(session_close) = { 0 };
    struct session fresh CLEANUP(session_close) = { 0 };
    world_open(w, &s, STORE_WRITE);
    world_read(w, &s);
    run_round(&s);
    struct plan plan = { 0 };
    session_plan(&s, &s.arena, &plan);
    assert_int_equal(plan.steps.len, 0);
    world_open(w, &fresh, STORE_SNAPSHOT);
    world_read(w, &fresh);
    assert_int_equal(s.world.rows.len, fresh.world.rows.len);
    for (size_t i = 0; i < s.world.rows.len; i++)
        check_row(w, &s.world.rows.items[i], &fresh.world);
}

static void test_model_after_a_round_is_what_a_fresh_read_shows(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    world_write_guard(w, "White", "10.0.0.0/8, 192.0.2.7");
    check_round(w);
}

static void test_scripts_after_a_round_are_what_a_fresh_read_shows(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    world_write_scripts(w, "[{aScriptName: one, scriptContent: a}, {aScriptName: two, position: "
                           "ResponseHead, scriptContent: b}]");
    check_round(w);
    assert_int_equal(world_count(w, "AScripts"), 2);
}

static void test_store_follows_each_step(void **state)
{
    struct world *w = *state;
    struct session s CLEANUP(session_close) = { 0 };
    struct arena a CLEANUP(arena_done) = { 0 };
    struct model kept;
    struct error err;
    world_write_shop(w);
    world_open(w, &s, STORE_WRITE);
    world_read(w, &s);
    run_round(&s);
    assert_true(store_model_load(s.store, &a, &kept, &err));
    assert_int_equal(kept.rows.len, s.world.rows.len);
    for (size_t i = 0; i < kept.rows.len; i++) {
        assert_string_equal(kept.rows.items[i].key, s.world.rows.items[i].key);
        assert_string_equal(kept.rows.items[i].cloud_id, s.world.rows.items[i].cloud_id);
        assert_non_null(kept.rows.items[i].applied);
    }
}

static void check_rules(const struct model *seen, const struct model *fresh)
{
    for (size_t i = 0; i < fresh->rows.len; i++) {
        const struct resource *r = &fresh->rows.items[i];
        if (r->kind != RESOURCE_RULE)
            continue;
        const struct resource *other = model_find(seen, r->lb, r->kind, r->key);
        struct arena a CLEANUP(arena_done) = { 0 };
        assert_non_null(other);
        assert_string_equal(r->cloud_id, other->cloud_id);
        assert_int_equal(resource_classify(&a, seen, other, NULL), CLASS_IN_SYNC);
        assert_int_equal(resource_classify(&a, fresh, r, NULL), CLASS_IN_SYNC);
    }
}

static void test_a_rule_that_becomes_another_leaves_nothing_behind(void **state)
{
    struct world *w = *state;
    struct session s CLEANUP(session_close) = { 0 };
    struct session fresh CLEANUP(session_close) = { 0 };
    world_write_shop(w);
    world_apply(w);
    world_write_ingress(w, "tea", "web", "chai.example", "tea");
    world_open(w, &s, STORE_WRITE);
    world_read(w, &s);
    run_round(&s);
    assert_int_equal(mock_transport_writes(&w->mock, "UpdateRulesAttribute"), 1);
    assert_int_equal(mock_transport_writes(&w->mock, "DeleteRules"), 0);
    world_open(w, &fresh, STORE_SNAPSHOT);
    world_read(w, &fresh);
    assert_int_equal(s.world.rows.len, fresh.world.rows.len);
    check_rules(&s.world, &fresh.world);
}

static size_t count_kind(const struct model *m, enum resource_kind kind)
{
    size_t n = 0;
    for (size_t i = 0; i < m->rows.len; i++)
        n += m->rows.items[i].kind == kind;
    return n;
}

static void test_load_balancer_takes_its_listeners_and_rules_with_it(void **state)
{
    struct world *w = *state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct model kept;
    struct error err;
    world_write_shop(w);
    world_write_scripts(w, "[{aScriptName: one, scriptContent: a}]");
    (void)world_apply(w);
    world_remove(w, "albconfig-web.yaml");
    struct session s CLEANUP(session_close) = { 0 };
    w->config.destroy = "web";
    world_open(w, &s, STORE_WRITE);
    world_read(w, &s);
    run_round(&s);
    assert_true(store_model_load(s.store, &a, &kept, &err));
    assert_int_equal(count_kind(&kept, RESOURCE_LOAD_BALANCER), 0);
    assert_int_equal(count_kind(&kept, RESOURCE_LISTENER), 0);
    assert_int_equal(count_kind(&kept, RESOURCE_RULE), 0);
    assert_int_equal(count_kind(&kept, RESOURCE_SCRIPT), 0);
    assert_int_equal(s.world.rows.len, kept.rows.len);
}

static bool hidden;

static void hide_rule_ids(void *arg, const struct mock_call *c, cJSON *reply)
{
    (void)arg;
    if (!hidden && !strcmp(c->action, "CreateRules")) {
        cJSON_DeleteItemFromObjectCaseSensitive(reply, "RuleIds");
        hidden = true;
    }
}

static void test_create_without_an_id_is_read_again_and_not_repeated(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    hidden = false;
    w->mock.on_reply = hide_rule_ids;
    struct session_result r = world_apply(w);
    assert_true(hidden);
    assert_true(r.in_sync);
    assert_int_equal(r.counts.failed, 0);
    assert_int_equal(mock_transport_writes(&w->mock, "CreateRules"), 1);
}

/* As a translation in between leaves the model: without what is neither wanted any more nor there.
 */
static void forget_rules(struct model *m)
{
    size_t kept = 0;
    for (size_t i = 0; i < m->rows.len; i++)
        if (m->rows.items[i].kind != RESOURCE_RULE)
            m->rows.items[kept++] = m->rows.items[i];
    assert_true(kept < m->rows.len);
    m->rows.len = kept;
}

static size_t rules_made;

static void look_at_made_rules(void *arg, const struct apply_event *e)
{
    struct session *s = arg;
    if (strcmp(e->step->action, "CreateRules") != 0)
        return;
    if (e->kind == APPLY_SENT)
        forget_rules(&s->world);
    for (size_t i = 0; e->kind == APPLY_DONE && i < s->world.rows.len; i++) {
        const struct resource *r = &s->world.rows.items[i];
        if (r->kind != RESOURCE_RULE)
            continue;
        rules_made++;
        assert_true(r->ours);
        assert_non_null(r->cloud_id);
        assert_null(r->desired);
        assert_non_null(r->applied); /* else it stays as long as any object cannot be read */
    }
}

static void test_what_is_not_wanted_any_more_when_it_is_made_is_known_to_be_ours(void **state)
{
    struct world *w = *state;
    struct session s CLEANUP(session_close) = { 0 };
    rules_made = 0;
    world_write_shop(w);
    world_open(w, &s, STORE_WRITE);
    world_read(w, &s);
    run_round_telling(&s, look_at_made_rules);
    assert_true(rules_made > 0);
    assert_int_equal(world_count(w, "Rules"), 0);
}

/* ---- rules that change places meanwhile ------------------------------------------------------ */

static struct {
    struct session *s;
    const char *ids[2]; /* of the rules of "coffee" and "tea" */
    int64_t priorities[2];
    bool swapped;
    size_t done;
} places;

static struct resource *rule_with_id(struct model *m, const char *id)
{
    for (size_t i = 0; i < m->rows.len; i++)
        if (m->rows.items[i].kind == RESOURCE_RULE && m->rows.items[i].cloud_id
            && !strcmp(m->rows.items[i].cloud_id, id))
            return &m->rows.items[i];
    return NULL;
}

/* As model_join() leaves the two rules when another of them is what is wanted of a key. */
static void swap_rules(void)
{
    struct model *m = &places.s->world;
    struct resource *of[2] = { 0 };
    size_t n = 0;
    for (size_t i = 0; i < m->rows.len && n < 2; i++)
        if (m->rows.items[i].kind == RESOURCE_RULE)
            of[n++] = &m->rows.items[i];
    assert_int_equal(n, 2);
    for (size_t i = 0; i < 2; i++) {
        places.ids[i] = arena_strdup(&places.s->arena, of[i]->cloud_id);
        places.priorities[i] = ((const struct alb_rule *)of[i]->actual)->priority.val;
    }
    const struct resource first = *of[0];
    of[0]->actual = of[1]->actual;
    of[0]->cloud_id = of[1]->cloud_id;
    of[0]->status = of[1]->status;
    of[1]->actual = first.actual;
    of[1]->cloud_id = first.cloud_id;
    of[1]->status = first.status;
    places.swapped = true;
}

/* Once they are being made. */
static bool take_and_swap(void *arg, const struct alb_result *r, struct error *err)
{
    if (!take(arg, r, err))
        return false;
    for (size_t i = 0; i < places.s->world.rows.len && !places.swapped; i++)
        if (!strcmp(places.s->world.rows.items[i].status, "Provisioning")
            && places.s->world.rows.items[i].kind == RESOURCE_RULE)
            swap_rules();
    return true;
}

static void look_at_both(void *arg, const struct apply_event *e)
{
    (void)arg;
    if (places.done || e->kind != APPLY_DONE || strcmp(e->step->action, "CreateRules") != 0)
        return;
    places.done++;
    for (size_t i = 0; i < 2; i++) {
        const struct resource *r = rule_with_id(&places.s->world, places.ids[i]);
        assert_non_null(r);
        assert_string_equal(r->status, "Available");
        const struct alb_rule *rule = r->actual;
        assert_int_equal(rule->priority.val, places.priorities[i]);
    }
}

static void test_what_was_made_is_told_by_its_id_and_not_by_its_key(void **state)
{
    struct world *w = *state;
    struct session s CLEANUP(session_close) = { 0 };
    memset(&places, 0, sizeof places);
    places.s = &s;
    world_write_shop(w);
    world_open(w, &s, STORE_WRITE);
    world_read(w, &s);
    run_round_with(&s, take_and_swap, look_at_both);
    assert_true(places.swapped);
    assert_int_equal(places.done, 1);
}

static void look_at_what_stays(void *arg, const struct apply_event *e)
{
    (void)arg;
    if (places.done || strcmp(e->step->action, "DeleteRules") != 0)
        return;
    if (e->kind == APPLY_SENT && !places.swapped)
        swap_rules();
    if (e->kind != APPLY_DONE)
        return;
    places.done++;
    struct model *m = &places.s->world;
    const char *named = alb_param_get(&e->step->params, "RuleIds.1");
    assert_non_null(named);
    const bool second = !strcmp(named, places.ids[1]);
    assert_null(rule_with_id(m, places.ids[second]));
    assert_non_null(rule_with_id(m, places.ids[!second]));
}

static void test_what_was_deleted_is_told_by_its_id_and_not_by_its_key(void **state)
{
    struct world *w = *state;
    struct session s CLEANUP(session_close) = { 0 };
    memset(&places, 0, sizeof places);
    places.s = &s;
    world_write_shop(w);
    (void)world_apply(w);
    world_remove(w, "ingress-tea.yaml");
    world_open(w, &s, STORE_WRITE);
    world_read(w, &s);
    run_round_telling(&s, look_at_what_stays);
    assert_true(places.swapped);
    assert_int_equal(places.done, 1);
}

/* ---- groups that nothing points at ------------------------------------------------------------
 */

static struct resource group_row(const char *key, const char *id)
{
    static const struct alb_server_group group;
    return (struct resource){ .lb = "kube-system/web",
                              .kind = RESOURCE_SERVER_GROUP,
                              .key = key,
                              .parent = "",
                              .actual = &group,
                              .cloud_id = id,
                              .status = "Available",
                              .ours = true };
}

static void test_unused_is_since_the_last_rule_and_ends_with_the_next(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct alb_target target = { .group_id = "sgp-1" };
    struct alb_rule_action action = { .type = ALB_ACTION_FORWARD,
                                      .forward = { .targets = { &target, 1 } } };
    const struct alb_rule rule = { .actions = { &action, 1 } };
    struct resource rows[] = {
        { .lb = "kube-system/web",
          .kind = RESOURCE_RULE,
          .key = "80/HTTP#1",
          .parent = "80/HTTP",
          .actual = &rule,
          .status = "Available",
          .ours = true },
        group_row("a/used", "sgp-1"),
        group_row("b/unused", "sgp-2"),
    };
    struct model m = { .rows = { rows, COUNT(rows) } }, changed = { 0 };
    apply_note_unused(&a, &m, "kube-system/web", 1000, &changed);
    assert_int_equal(changed.rows.len, 1);
    assert_int_equal(rows[1].unused_since, 0);
    assert_int_equal(rows[2].unused_since, 1000);
    target.group_id = "sgp-2";
    apply_note_unused(&a, &m, "kube-system/web", 2000, NULL);
    assert_int_equal(rows[1].unused_since, 2000);
    assert_int_equal(rows[2].unused_since, 0);
    apply_note_unused(&a, &m, "kube-system/web", 3000, NULL);
    assert_int_equal(rows[1].unused_since, 2000);
    /* Who uses a borrowed group is not known. */
    struct resource tea = group_row("sgp-3", "sgp-3");
    tea.lb = "Service/shop/tea";
    m = (struct model){ .rows = { &tea, 1 } };
    apply_note_unused(&a, &m, tea.lb, 4000, NULL);
    assert_int_equal(tea.unused_since, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_model_after_a_round_is_what_a_fresh_read_shows),
        TEST(test_scripts_after_a_round_are_what_a_fresh_read_shows),
        TEST(test_store_follows_each_step),
        TEST(test_a_rule_that_becomes_another_leaves_nothing_behind),
        TEST(test_load_balancer_takes_its_listeners_and_rules_with_it),
        TEST(test_create_without_an_id_is_read_again_and_not_repeated),
        TEST(test_what_is_not_wanted_any_more_when_it_is_made_is_known_to_be_ours),
        TEST(test_what_was_made_is_told_by_its_id_and_not_by_its_key),
        TEST(test_what_was_deleted_is_told_by_its_id_and_not_by_its_key),
        cmocka_unit_test(test_unused_is_since_the_last_rule_and_ends_with_the_next),
    };
    return cmocka_run_group_tests_name("apply/effect", tests, NULL, NULL);
}
