/* test_acl_rows.c - access lists as rows: whose is which, and under which key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "src/observe/observe_priv.h"

#define WEB     "kube-system/web"
#define KEY     "80/HTTP/White"
#define CLUSTER "c1"

struct bed {
    struct arena arena;
    struct observe_in in;
    struct observe_lb lb;
    struct seen seen;
    struct model known, wanted, out;
    struct error err;
};

static void tag(struct bed *b, alb_tags *tags, const char *key, const char *value)
{
    *LIST_PUSH(&b->arena, tags) = (struct alb_tag){ key, value };
}

static void add_listener(struct bed *b, const char *id, int64_t port)
{
    *LIST_PUSH(&b->arena, &b->seen.listeners) = (struct alb_listener){
        .id = id,
        .lb_id = "alb-1",
        .protocol = ALB_PROTOCOL_HTTP,
        .port = { port, true },
        .description = "ingress-auto-listener",
    };
}

static int setup(void **state)
{
    struct bed *b = calloc(1, sizeof *b);
    *state = b;
    b->lb = (struct observe_lb){ .name = WEB };
    b->in = (struct observe_in){
        .cluster_id = CLUSTER, .lbs = &b->lb, .n_lbs = 1, .known = &b->known, .wanted = &b->wanted
    };
    struct alb_load_balancer *lb = LIST_PUSH(&b->arena, &b->seen.lbs);
    *lb = (struct alb_load_balancer){ .id = "alb-1" };
    tag(b, &lb->tags, TAG_CLUSTER, CLUSTER);
    tag(b, &lb->tags, TAG_ALBCONFIG, WEB);
    add_listener(b, "lsn-80", 80);
    add_listener(b, "lsn-81", 81);
    return 0;
}

static int teardown(void **state)
{
    struct bed *b = *state;
    arena_done(&b->arena);
    free(b);
    return 0;
}

static void run(struct bed *b)
{
    assert_true(rows_from_seen(&b->arena, &b->in, &b->seen, 5000, &b->out, &b->err));
}

static struct alb_acl *add_acl(struct bed *b, const char *id, const char *name)
{
    struct alb_acl *acl = LIST_PUSH(&b->arena, &b->seen.acls);
    *acl = (struct alb_acl){ .id = id, .name = name, .status = "Available" };
    return acl;
}

static void tag_ours(struct bed *b, struct alb_acl *acl, const char *cluster, const char *what)
{
    tag(b, &acl->tags, TAG_CLUSTER, cluster);
    tag(b, &acl->tags, TAG_ALBCONFIG, WEB);
    tag(b, &acl->tags, TAG_RESOURCE, what);
}

static void use(struct bed *b, size_t listener, const char *acl, const char *type)
{
    struct alb_listener *l = &b->seen.listeners.items[listener];
    *LIST_PUSH(&b->arena, &l->acls.acls) = (struct alb_listener_acl){ .acl_id = acl };
    l->acls.type = type;
}

static void want(struct bed *b, const char *key, const char *name)
{
    struct alb_acl *acl = arena_alloc(&b->arena, sizeof *acl);
    acl->name = name;
    *LIST_PUSH(&b->arena, &b->wanted.rows) =
        (struct resource){ .lb = WEB, .kind = RESOURCE_ACL, .key = key, .desired = acl };
    model_sort(&b->wanted);
}

static const struct resource *acl(const struct bed *b, const char *key)
{
    return model_find(&b->out, WEB, RESOURCE_ACL, key);
}

static size_t count(const struct bed *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->out.rows.len; i++)
        n += b->out.rows.items[i].kind == RESOURCE_ACL;
    return n;
}

static void test_tags_tell_the_key(void **state)
{
    struct bed *b = *state;
    tag_ours(b, add_acl(b, "acl-1", "n"), CLUSTER, "acl/" KEY);
    run(b);
    const struct resource *r = acl(b, KEY);
    assert_string_equal(r->cloud_id, "acl-1");
    assert_string_equal(r->status, "Available");
    assert_string_equal(r->parent, "80/HTTP");
    assert_true(r->ours);
    const struct alb_acl *have = r->actual;
    assert_non_null(have->entries.items); /* none, not unknown ones */
    assert_int_equal(have->entries.len, 0);
}

static void test_tags_of_another_cluster_or_of_other_things_are_not_ours(void **state)
{
    struct bed *b = *state;
    tag_ours(b, add_acl(b, "acl-1", "n"), "c2", "acl/" KEY);
    tag_ours(b, add_acl(b, "acl-2", "n"), CLUSTER, "something");
    run(b);
    assert_int_equal(count(b), 0);
}

static void test_the_store_goes_before_a_tag(void **state)
{
    struct bed *b = *state;
    tag_ours(b, add_acl(b, "acl-1", "n"), CLUSTER, "acl/" KEY);
    add_acl(b, "acl-2", "n");
    *LIST_PUSH(&b->arena, &b->known.rows) = (struct resource){
        .lb = WEB, .kind = RESOURCE_ACL, .key = KEY, .cloud_id = "acl-2", .ours = true
    };
    run(b);
    assert_string_equal(acl(b, KEY)->cloud_id, "acl-2");
    /* The other is one too many: ours, and nobody wants its key. */
    assert_string_equal(acl(b, KEY "~acl-1")->cloud_id, "acl-1");
    assert_true(acl(b, KEY "~acl-1")->ours);
}

static void test_what_a_listener_uses_under_the_wanted_name_is_taken_over(void **state)
{
    struct bed *b = *state;
    want(b, KEY, "office");
    add_acl(b, "acl-1", "office");
    use(b, 0, "acl-1", "White");
    run(b);
    assert_int_equal(count(b), 1);
    assert_string_equal(acl(b, KEY)->cloud_id, "acl-1");
    assert_true(acl(b, KEY)->ours);
}

static void test_lists_of_one_name_are_each_their_listeners(void **state)
{
    struct bed *b = *state;
    want(b, KEY, "office");
    want(b, "81/HTTP/White", "office");
    add_acl(b, "acl-1", "office");
    add_acl(b, "acl-2", "office");
    use(b, 1, "acl-1", "White");
    use(b, 0, "acl-2", "White");
    run(b);
    assert_string_equal(acl(b, KEY)->cloud_id, "acl-2");
    assert_string_equal(acl(b, "81/HTTP/White")->cloud_id, "acl-1");
}

static void test_another_name_type_or_listener_is_not_taken_over(void **state)
{
    struct bed *b = *state;
    want(b, KEY, "office");
    add_acl(b, "acl-1", "other");
    use(b, 0, "acl-1", "White");
    add_acl(b, "acl-2", "office");
    use(b, 1, "acl-2", "White");
    run(b);
    assert_null(acl(b, KEY));
    assert_false(acl(b, "?acl-1")->ours);
    assert_false(acl(b, "?acl-2")->ours);
    b->seen.listeners.items[0].acls.acls.items[0].acl_id = "acl-2";
    b->seen.listeners.items[0].acls.type = "Black";
    run(b);
    assert_null(acl(b, KEY));
}

static void test_a_list_that_is_there_already_is_not_taken_over_beside_it(void **state)
{
    struct bed *b = *state;
    want(b, KEY, "office");
    tag_ours(b, add_acl(b, "acl-1", "office"), CLUSTER, "acl/" KEY);
    add_acl(b, "acl-2", "office");
    use(b, 0, "acl-2", "White");
    run(b);
    assert_string_equal(acl(b, KEY)->cloud_id, "acl-1");
    assert_false(acl(b, "?acl-2")->ours);
}

static void test_a_list_of_others_is_one_row_however_many_use_it(void **state)
{
    struct bed *b = *state;
    add_acl(b, "acl-1", "n");
    use(b, 0, "acl-1", "White");
    use(b, 1, "acl-1", "White");
    run(b);
    assert_int_equal(count(b), 1);
    assert_string_equal(acl(b, "?acl-1")->parent, "");
}

static void test_users_beyond_the_load_balancer_are_told(void **state)
{
    struct bed *b = *state;
    tag_ours(b, add_acl(b, "acl-1", "n"), CLUSTER, "acl/" KEY);
    struct alb_relation *of = LIST_PUSH(&b->arena, &b->seen.relations);
    *of = (struct alb_relation){ .id = "acl-1" };
    *LIST_PUSH(&b->arena, &of->listeners) = (struct alb_related_listener){ .id = "lsn-81" };
    run(b);
    assert_null(((const struct alb_acl *)acl(b, KEY)->actual)->user);
    *LIST_PUSH(&b->arena, &b->seen.relations.items[0].listeners) =
        (struct alb_related_listener){ .id = "lsn-9" };
    run(b);
    assert_string_equal(((const struct alb_acl *)acl(b, KEY)->actual)->user, "lsn-9");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_tags_tell_the_key),
        TEST(test_tags_of_another_cluster_or_of_other_things_are_not_ours),
        TEST(test_the_store_goes_before_a_tag),
        TEST(test_what_a_listener_uses_under_the_wanted_name_is_taken_over),
        TEST(test_lists_of_one_name_are_each_their_listeners),
        TEST(test_another_name_type_or_listener_is_not_taken_over),
        TEST(test_a_list_that_is_there_already_is_not_taken_over_beside_it),
        TEST(test_a_list_of_others_is_one_row_however_many_use_it),
        TEST(test_users_beyond_the_load_balancer_are_told),
    };
    return cmocka_run_group_tests_name("observe/acl_rows", tests, NULL, NULL);
}
