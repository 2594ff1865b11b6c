/* How a resource stands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alb-agent/model.h"

static const struct model none;

static struct alb_server_group group(const char *name)
{
    return (struct alb_server_group){ .name = name, .scheduler = ALB_SCHEDULER_WRR };
}

static enum resource_class class_of(const struct resource *r, size_t *n_changes)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    change_list changes = { 0 };
    enum resource_class c = resource_classify(&a, &none, r, &changes);
    assert_int_equal(c, resource_classify(&a, &none, r, NULL));
    if (n_changes)
        *n_changes = changes.len;
    return c;
}

static void test_the_first_class_that_fits(void **state)
{
    (void)state;
    const struct alb_server_group x = group("x"), y = group("y");
    const struct {
        const void *desired, *applied, *actual;
        bool theirs;
        enum resource_class class;
    } cases[] = {
        { NULL, NULL, &x, true, CLASS_UNMANAGED },
        { &x, &x, &y, true, CLASS_UNMANAGED },
        { NULL, &x, &x, false, CLASS_ORPHAN },
        { &x, NULL, NULL, false, CLASS_PENDING },
        { &x, NULL, &y, false, CLASS_PENDING },
        { &x, NULL, &x, false, CLASS_IN_SYNC }, /* taken over without a write */
        { &x, &y, &y, false, CLASS_PENDING },
        { &x, &y, NULL, false, CLASS_PENDING },
        { &x, &y, &x, false, CLASS_PENDING }, /* until it is recorded as applied */
        { &x, &x, NULL, false, CLASS_MISSING },
        { &x, &x, &y, false, CLASS_DRIFT },
        { &x, &x, &x, false, CLASS_IN_SYNC },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct resource r = { .lb = "a/b",
                              .kind = RESOURCE_SERVER_GROUP,
                              .key = "k",
                              .desired = cases[i].desired,
                              .applied = cases[i].applied,
                              .actual = cases[i].actual,
                              .ours = !cases[i].theirs };
        if (class_of(&r, NULL) != cases[i].class)
            fail_msg("case %zu is %s", i, resource_class_name(class_of(&r, NULL)));
    }
}

static void test_drift_says_what_differs(void **state)
{
    (void)state;
    const struct alb_server_group x = group("x"), y = group("y");
    struct resource r = { .kind = RESOURCE_SERVER_GROUP,
                          .key = "k",
                          .desired = &x,
                          .applied = &x,
                          .actual = &y,
                          .ours = true };
    size_t n;
    assert_int_equal(class_of(&r, &n), CLASS_DRIFT);
    assert_int_equal(n, 1);
}

static void test_more_tags_than_wanted_are_no_drift(void **state)
{
    (void)state;
    struct alb_tag one[] = { { "a", "1" } }, two[] = { { "theirs", "x" }, { "a", "1" } };
    struct alb_server_group want = group("x"), have = group("x");
    want.tags = (alb_tags){ one, 1 };
    have.tags = (alb_tags){ two, 2 };
    struct resource r = { .kind = RESOURCE_SERVER_GROUP,
                          .key = "k",
                          .desired = &want,
                          .applied = &want,
                          .actual = &have,
                          .ours = true };
    assert_int_equal(class_of(&r, NULL), CLASS_IN_SYNC);
    two[1].value = "2";
    assert_int_equal(class_of(&r, NULL), CLASS_DRIFT);
    have.tags.len = 0;
    assert_int_equal(class_of(&r, NULL), CLASS_DRIFT);
}

static void test_labels_are_never_a_difference(void **state)
{
    (void)state;
    struct alb_tag tag[] = { { "a", "1" } };
    struct alb_rule want = { .tags = { tag, 1 } };
    struct alb_rule have = { .name = "rule-80-5", .priority = { 5, true } };
    struct resource r = { .kind = RESOURCE_RULE,
                          .key = "k",
                          .desired = &want,
                          .applied = &want,
                          .actual = &have,
                          .ours = true };
    assert_int_equal(class_of(&r, NULL), CLASS_IN_SYNC);
}

static void test_vswitches_that_were_found_make_no_difference_to_what_is_there(void **state)
{
    (void)state;
    struct alb_zone_mapping zone = { .zone_id = "z-1", .vswitch_id = "vsw-1" }, other = zone;
    other.vswitch_id = "vsw-2";
    struct alb_load_balancer have = { .name = "x", .zones = { &other, 1 } };
    struct alb_load_balancer was = { .name = "x", .found_zones = { &other, 1 }, .found_how = "so" };
    struct alb_load_balancer now = { .name = "x", .found_zones = { &zone, 1 }, .found_how = "now" };
    struct resource r = { .lb = "a/b",
                          .kind = RESOURCE_LOAD_BALANCER,
                          .key = "a/b",
                          .desired = &now,
                          .applied = &was,
                          .actual = &have,
                          .ours = true };
    assert_int_equal(class_of(&r, NULL), CLASS_IN_SYNC);
    assert_false(resource_wants_same(r.kind, &now, &was)); /* what a creation would send */
    now.name = "y";
    assert_int_equal(class_of(&r, NULL), CLASS_PENDING);
    r.applied = NULL;
    r.actual = NULL;
    assert_int_equal(class_of(&r, NULL), CLASS_PENDING);
}

static void test_names_of_classes(void **state)
{
    (void)state;
    assert_string_equal(resource_class_name(CLASS_UNMANAGED), "unmanaged");
    assert_string_equal(resource_class_name(CLASS_ORPHAN), "orphan");
    assert_string_equal(resource_class_name(CLASS_PENDING), "pending");
    assert_string_equal(resource_class_name(CLASS_MISSING), "missing");
    assert_string_equal(resource_class_name(CLASS_DRIFT), "drift");
    assert_string_equal(resource_class_name(CLASS_IN_SYNC), "in sync");
}

static void test_each_kind_has_a_state_in_which_it_takes_changes(void **state)
{
    (void)state;
    static const char *const stable[RESOURCE_KINDS] = { "Active",    "Running",   "Available",
                                                        "Available", "Available", "Available",
                                                        "Available" };
    for (int k = 0; k < RESOURCE_KINDS; k++) {
        struct resource r = { .kind = (enum resource_kind)k, .actual = "x", .status = stable[k] };
        assert_true(resource_is_stable(&r));
        r.status = "Configuring";
        assert_false(resource_is_stable(&r));
        r.status = NULL;
        assert_false(resource_is_stable(&r));
        r.status = stable[k];
        r.actual = NULL;
        assert_false(resource_is_stable(&r));
    }
}

static void test_what_was_applied_and_is_not_wanted_is_left_over_while_it_is_there(void **state)
{
    (void)state;
    struct alb_tag team = { "team", "shop" };
    const char *sg = "sg-1";
    struct alb_load_balancer bare_lb = { 0 }, tagged = { .tags = { &team, 1 } };
    struct alb_load_balancer joined = { .security_group_ids = { &sg, 1 } };
    struct alb_load_balancer attached = { .bandwidth_package_id = "cbwp-1" };
    struct alb_load_balancer other = { .bandwidth_package_id = "cbwp-2" };
    const struct alb_load_balancer *const each[] = { &tagged, &joined, &attached };
    struct resource r = { .kind = RESOURCE_LOAD_BALANCER };
    for (size_t i = 0; i < COUNT(each); i++) {
        r.desired = &bare_lb;
        r.applied = r.actual = each[i];
        assert_true(resource_has_leftover(&r));
        r.actual = &bare_lb; /* gone */
        assert_false(resource_has_leftover(&r));
        r.actual = each[i];
        r.applied = &bare_lb; /* others put it there */
        assert_false(resource_has_leftover(&r));
        r.applied = NULL;
        assert_false(resource_has_leftover(&r));
        r.desired = r.applied = each[i];
        assert_false(resource_has_leftover(&r));
    }
    r = (struct resource){
        .kind = RESOURCE_LOAD_BALANCER, .desired = &bare_lb, .applied = &attached, .actual = &other
    };
    assert_false(resource_has_leftover(&r));
    struct alb_listener bare = { 0 }, labelled = { .tags = { &team, 1 } };
    r = (struct resource){
        .kind = RESOURCE_LISTENER, .desired = &bare, .applied = &labelled, .actual = &labelled
    };
    assert_true(resource_has_leftover(&r));
}

/* Lists that were given by id; those of ours are rows of their own. */
static void test_an_access_list_given_by_id_is_left_over_while_it_is_there(void **state)
{
    (void)state;
    struct alb_listener_acl by_id = { .acl_id = "acl-1" }, ref = { .acl_id = "@acl/80/HTTP/White" };
    struct alb_listener bare = { 0 },
                        guarded = { .acls = { .acls = { &by_id, 1 }, .type = "White" } };
    struct alb_listener own = { .acls = { .acls = { &ref, 1 }, .type = "White" } };
    struct resource r = {
        .kind = RESOURCE_LISTENER, .desired = &bare, .applied = &guarded, .actual = &guarded
    };
    assert_true(resource_has_leftover(&r));
    r.actual = &bare;
    assert_false(resource_has_leftover(&r));
    r.actual = &guarded;
    r.applied = &own;
    assert_false(resource_has_leftover(&r));
    r.applied = &bare; /* others put it there */
    assert_false(resource_has_leftover(&r));
    r.applied = r.desired = &guarded;
    assert_false(resource_has_leftover(&r));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_first_class_that_fits),
        cmocka_unit_test(test_drift_says_what_differs),
        cmocka_unit_test(test_more_tags_than_wanted_are_no_drift),
        cmocka_unit_test(test_labels_are_never_a_difference),
        cmocka_unit_test(test_vswitches_that_were_found_make_no_difference_to_what_is_there),
        cmocka_unit_test(test_names_of_classes),
        cmocka_unit_test(test_what_was_applied_and_is_not_wanted_is_left_over_while_it_is_there),
        cmocka_unit_test(test_an_access_list_given_by_id_is_left_over_while_it_is_there),
        cmocka_unit_test(test_each_kind_has_a_state_in_which_it_takes_changes),
    };
    return cmocka_run_group_tests_name("model/class", tests, NULL, NULL);
}
