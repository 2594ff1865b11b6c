/* What follows from the field tables alone: tags, and members sent by the call they have. */
#include "support.h"

static void set_tags(struct bed *b, alb_tags *tags, size_t n, const char *const (*pairs)[2])
{
    *tags = (alb_tags){ .items = arena_array(&b->a, n, sizeof *tags->items) };
    for (size_t i = 0; i < n; i++)
        tags->items[tags->len++] = (struct alb_tag){ pairs[i][0], pairs[i][1] };
}

#define TAGS(b, tags, ...)                                                  \
    set_tags((b), (tags), COUNT(((const char *const[][2]){ __VA_ARGS__ })), \
             (const char *const[][2]){ __VA_ARGS__ })

static struct resource *group_row(struct bed *b)
{
    return bed_row(b, RESOURCE_SERVER_GROUP, "shop/web-api:80");
}

static struct alb_server_group *start(struct bed *b)
{
    bed_lb(b);
    return bed_group(b, "shop/web-api:80", "sgp-1");
}

static void test_missing_and_changed_tags_are_set_in_one_call(void **state)
{
    struct bed *b = *state;
    struct alb_server_group *want = start(b);
    TAGS(b, &want->tags, { "a", "1" }, { "b", "2" }, { "c", "3" });
    struct alb_server_group *have = bed_actual(b, group_row(b));
    TAGS(b, &have->tags, { "theirs", "x" }, { "a", "1" }, { "b", "old" });
    bed_plan(b);
    assert_plan(b, "TagResources");
    const struct step *s = bed_next(b);
    assert_string_equal(step_value(s, "ResourceType"), "servergroup");
    assert_string_equal(step_value(s, "ResourceId.1"), "sgp-1");
    assert_string_equal(step_value(s, "Tag.1.Key"), "b");
    assert_string_equal(step_value(s, "Tag.1.Value"), "2");
    assert_string_equal(step_value(s, "Tag.2.Key"), "c");
    assert_null(step_value(s, "Tag.3.Key"));
    bed_apply(b, s);
    const struct alb_server_group *after = group_row(b)->actual;
    assert_int_equal(after->tags.len, 4);
    assert_string_equal(alb_tag_get(&after->tags, "theirs"), "x");
    assert_string_equal(alb_tag_get(&after->tags, "b"), "2");
    bed_plan(b);
    assert_no_steps(b);
}

static void test_only_tags_that_we_set_are_taken_away(void **state)
{
    struct bed *b = *state;
    struct alb_server_group *want = start(b);
    TAGS(b, &want->tags, { "a", "1" });
    struct alb_server_group *applied = arena_alloc(&b->a, sizeof *applied);
    *applied = *want;
    TAGS(b, &applied->tags, { "a", "1" }, { "old", "1" });
    group_row(b)->applied = applied;
    struct alb_server_group *have = bed_actual(b, group_row(b));
    TAGS(b, &have->tags, { "a", "1" }, { "old", "1" }, { "theirs", "x" });
    bed_plan(b);
    assert_plan(b, "UnTagResources");
    assert_string_equal(step_value(bed_next(b), "TagKey.1"), "old");
    assert_null(step_value(bed_next(b), "TagKey.2"));
    b->in.keep_all = true;
    bed_plan(b);
    assert_no_steps(b);
    b->in.keep_all = false;
    bed_plan(b);
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_no_steps(b);
    /* Also when none is wanted at all. */
    group_row(b)->applied = applied;
    want->tags = (alb_tags){ 0 };
    bed_plan(b);
    assert_plan(b, "UnTagResources");
    assert_string_equal(step_value(bed_next(b), "TagKey.1"), "a");
    assert_null(step_value(bed_next(b), "TagKey.2"));
}

static void test_each_kind_names_its_resource_type(void **state)
{
    struct bed *b = *state;
    struct alb_load_balancer *lb = bed_lb(b);
    struct alb_listener *l = bed_listener(b);
    TAGS(b, &lb->tags, { "a", "1" });
    TAGS(b, &l->tags, { "a", "1" });
    bed_plan(b);
    assert_plan(b, "TagResources", "TagResources");
    assert_string_equal(step_value(&b->plan.steps.items[0], "ResourceType"), "loadbalancer");
    assert_string_equal(step_value(&b->plan.steps.items[1], "ResourceType"), "listener");
}

static void test_twenty_tags_go_into_one_call(void **state)
{
    struct bed *b = *state;
    struct alb_server_group *want = start(b);
    want->tags = (alb_tags){ 0 };
    for (int i = 0; i < 21; i++)
        *LIST_PUSH(&b->a, &want->tags) = (struct alb_tag){ arena_fmt(&b->a, "key-%d", i), "v" };
    bed_plan(b);
    assert_plan(b, "TagResources");
    assert_non_null(step_value(bed_next(b), "Tag.20.Key"));
    assert_null(step_value(bed_next(b), "Tag.21.Key"));
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_plan(b, "TagResources");
    assert_string_equal(step_value(bed_next(b), "Tag.1.Key"), "key-20");
}

static void test_a_nested_member_is_sent_whole_and_alone(void **state)
{
    struct bed *b = *state;
    struct alb_server_group *want = start(b);
    want->scheduler = ALB_SCHEDULER_WRR;
    want->health.enabled = (struct opt_bool){ true, true };
    want->health.path = "/healthz";
    struct alb_server_group *have = bed_actual(b, group_row(b));
    have->health.enabled = (struct opt_bool){ true, true };
    have->health.path = "/";
    bed_plan(b);
    assert_plan(b, "UpdateServerGroupAttribute");
    const struct step *s = bed_next(b);
    assert_int_equal(s->params.len, 3);
    assert_string_equal(step_value(s, "ServerGroupId"), "sgp-1");
    assert_string_equal(step_value(s, "HealthCheckConfig.HealthCheckEnabled"), "true");
    assert_string_equal(step_value(s, "HealthCheckConfig.HealthCheckPath"), "/healthz");
    assert_int_equal(s->changes.len, 1);
    assert_string_equal(s->changes.items[0].path, "HealthCheckConfig.HealthCheckPath");
}

static void test_an_unknown_fact_is_no_difference(void **state)
{
    struct bed *b = *state;
    struct alb_load_balancer *want = bed_lb(b);
    want->vpc_id = "?vpc(vsw-1)";
    bed_plan(b);
    assert_no_steps(b);
    assert_int_equal(b->plan.warnings.len, 0);
}

/* A tag of others without a key, should there be one, stays when tags are set. */
static void test_a_tag_without_a_key_stays(void **state)
{
    struct bed *b = *state;
    struct alb_server_group *want = start(b);
    TAGS(b, &want->tags, { "a", "1" });
    struct alb_server_group *have = bed_actual(b, group_row(b));
    TAGS(b, &have->tags, { NULL, "x" });
    bed_plan(b);
    assert_plan(b, "TagResources");
    bed_apply(b, bed_next(b));
    const struct alb_server_group *after = group_row(b)->actual;
    assert_int_equal(after->tags.len, 2);
    assert_null(after->tags.items[0].key);
}

static void test_twenty_tags_are_taken_away_by_one_call(void **state)
{
    struct bed *b = *state;
    struct alb_server_group *want = start(b), *applied = arena_alloc(&b->a, sizeof *applied);
    struct alb_server_group *have = bed_actual(b, group_row(b));
    *applied = *want;
    applied->tags = have->tags = (alb_tags){ 0 };
    for (int i = 0; i < 21; i++) {
        struct alb_tag tag = { arena_fmt(&b->a, "key-%d", i), "v" };
        *LIST_PUSH(&b->a, &applied->tags) = tag;
        *LIST_PUSH(&b->a, &have->tags) = tag;
    }
    group_row(b)->applied = applied;
    bed_plan(b);
    assert_plan(b, "UnTagResources");
    assert_non_null(step_value(bed_next(b), "TagKey.20"));
    assert_null(step_value(bed_next(b), "TagKey.21"));
    bed_apply(b, bed_next(b));
    group_row(b)->applied = applied;
    bed_plan(b);
    assert_plan(b, "UnTagResources");
    assert_string_equal(step_value(bed_next(b), "TagKey.1"), "key-20");
}

static void test_zones_that_are_not_known_are_no_difference(void **state)
{
    struct bed *b = *state;
    struct alb_load_balancer *want = bed_lb(b);
    *LIST_PUSH(&b->a, &want->zones) =
        (struct alb_zone_mapping){ .zone_id = "?zone(vsw-1)", .vswitch_id = "vsw-1" };
    struct alb_load_balancer *have = bed_actual(b, bed_row(b, RESOURCE_LOAD_BALANCER, LB));
    *LIST_PUSH(&b->a, &have->zones) =
        (struct alb_zone_mapping){ .zone_id = "cn-hangzhou-h", .vswitch_id = "vsw-1" };
    bed_plan(b);
    assert_no_steps(b);
    assert_int_equal(b->plan.warnings.len, 0);
    want->zones.items[0].zone_id = "cn-hangzhou-i";
    bed_plan(b);
    assert_int_equal(b->plan.warnings.len, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_TEST(test_missing_and_changed_tags_are_set_in_one_call),
        BED_TEST(test_only_tags_that_we_set_are_taken_away),
        BED_TEST(test_each_kind_names_its_resource_type),
        BED_TEST(test_twenty_tags_go_into_one_call),
        BED_TEST(test_a_nested_member_is_sent_whole_and_alone),
        BED_TEST(test_an_unknown_fact_is_no_difference),
        BED_TEST(test_a_tag_without_a_key_stays),
        BED_TEST(test_twenty_tags_are_taken_away_by_one_call),
        BED_TEST(test_zones_that_are_not_known_are_no_difference),
    };
    return cmocka_run_group_tests_name("plan/target", tests, NULL, NULL);
}
