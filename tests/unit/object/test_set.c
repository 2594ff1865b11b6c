#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/json.h"
#include "alb-agent/macros.h"
#include "alb-agent/object.h"
#include "alb-agent/rng.h"

static void add(struct object_set *set, const char *api_version, const char *kind, const char *ns,
                const char *name, const char *origin)
{
    cJSON *body = cJSON_CreateObject();
    cJSON *meta = cJSON_AddObjectToObject(body, "metadata");
    cJSON_AddStringToObject(body, "apiVersion", api_version);
    cJSON_AddStringToObject(body, "kind", kind);
    cJSON_AddStringToObject(meta, "name", name);
    if (ns)
        cJSON_AddStringToObject(meta, "namespace", ns);
    object_set_add(set, body, origin);
}

static void add_service(struct object_set *set, const char *ns, const char *name)
{
    add(set, "v1", "Service", ns, name, "a.yaml:1");
}

static const char *listing(const struct object_set *set, struct buf *b)
{
    for (size_t i = 0; i < set->objects.len; i++) {
        const struct object *o = set->objects.items[i];
        buf_addf(b, "%s %s/%s\n", object_kind_name(o->kind), o->ns, o->name);
    }
    return buf_str(b);
}

static void test_objects_are_sorted_by_kind_namespace_and_name(void **state)
{
    (void)state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    struct buf b CLEANUP(buf_done) = { 0 };
    add_service(&set, "b", "a");
    add_service(&set, "a", "b");
    add(&set, "v1", "Endpoints", "a", "b", "x:1");
    add_service(&set, "a", "a-c");
    add_service(&set, "a", "a.b");
    add(&set, "discovery.k8s.io/v1", "EndpointSlice", "z", "z", "x:1");
    add(&set, "alibabacloud.com/v1", "AlbConfig", NULL, "z", "x:1");
    assert_string_equal(listing(&set, &b), "AlbConfig /z\n"
                                           "EndpointSlice z/z\n"
                                           "Endpoints a/b\n"
                                           "Service a/a-c\n"
                                           "Service a/a.b\n"
                                           "Service a/b\n"
                                           "Service b/a\n");
    assert_false(set.incomplete);
}

static void test_the_order_of_adding_does_not_matter(void **state)
{
    enum { N = 500 };
    (void)state;
    struct rng r = { 7 };
    int order[N];
    struct object_set set CLEANUP(object_set_done) = { 0 };
    for (int i = 0; i < N; i++) {
        int j = (int)rng_below(&r, (uint64_t)i + 1);
        order[i] = order[j];
        order[j] = i;
    }
    for (int i = 0; i < N; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "s-%03d", order[i]);
        add_service(&set, "shop", name);
    }
    assert_int_equal(set.objects.len, N);
    for (int i = 0; i < N; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "s-%03d", i);
        assert_string_equal(set.objects.items[i]->name, name);
        assert_ptr_equal(object_set_find(&set, OBJECT_SERVICE, "shop", name), set.objects.items[i]);
    }
}

static void test_objects_are_found_by_key_only(void **state)
{
    (void)state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    assert_null(object_set_find(&set, OBJECT_SERVICE, "default", "web"));
    add_service(&set, NULL, "web");
    add(&set, "alibabacloud.com/v1", "AlbConfig", "kube-system", "web", "x:1");
    const struct object *svc = object_set_find(&set, OBJECT_SERVICE, "default", "web");
    assert_non_null(svc);
    assert_string_equal(svc->origin, "a.yaml:1");
    assert_null(object_set_find(&set, OBJECT_SERVICE, "other", "web"));
    assert_null(object_set_find(&set, OBJECT_SERVICE, "default", "we"));
    assert_null(object_set_find(&set, OBJECT_INGRESS, "default", "web"));
    assert_non_null(object_set_find(&set, OBJECT_ALB_CONFIG, "", "web"));
    assert_non_null(object_set_find(&set, OBJECT_ALB_CONFIG, "any", "web"));
}

static void test_a_kind_is_a_run_of_the_set(void **state)
{
    (void)state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    size_t n = 7;
    assert_null(object_set_kind(&set, OBJECT_SERVICE, &n));
    assert_int_equal(n, 0);
    add_service(&set, "b", "x");
    add_service(&set, "a", "x");
    add(&set, "networking.k8s.io/v1", "Ingress", "a", "i", "x:1");
    struct object *const *run = object_set_kind(&set, OBJECT_SERVICE, &n);
    assert_int_equal(n, 2);
    assert_string_equal(run[0]->ns, "a");
    assert_string_equal(run[1]->ns, "b");
    run = object_set_kind(&set, OBJECT_INGRESS, &n);
    assert_int_equal(n, 1);
    assert_string_equal(run[0]->name, "i");
    assert_null(object_set_kind(&set, OBJECT_SECRET, &n));
    assert_int_equal(n, 0);
}

static void test_a_double_object_is_a_problem_that_names_both_origins(void **state)
{
    (void)state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    add(&set, "v1", "Service", "shop", "web", "a.yaml:1");
    add(&set, "v1", "Service", "shop", "web", "b.yaml:12");
    assert_true(set.incomplete);
    assert_int_equal(set.objects.len, 1);
    assert_string_equal(set.objects.items[0]->origin, "a.yaml:1");
    assert_int_equal(set.problems.len, 1);
    assert_string_equal(set.problems.items[0].origin, "b.yaml:12");
    assert_string_equal(set.problems.items[0].msg,
                        "Service shop/web is in a.yaml:1 already; keep one of them");
}

static void test_an_ingress_of_an_older_version_is_the_same_ingress(void **state)
{
    (void)state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    add(&set, "extensions/v1beta1", "Ingress", "shop", "web", "a.yaml:1");
    add(&set, "networking.k8s.io/v1", "Ingress", "shop", "web", "b.yaml:12");
    assert_int_equal(set.objects.len, 1);
    assert_string_equal(object_api_version(set.objects.items[0]), "networking.k8s.io/v1");
    assert_int_equal(set.problems.len, 1);
    assert_string_equal(set.problems.items[0].msg,
                        "Ingress shop/web is in a.yaml:1 already; keep one of them");
}

static void test_other_kinds_are_counted_and_harm_nothing(void **state)
{
    (void)state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    add(&set, "apps/v1", "Deployment", "shop", "web", "a.yaml:1");
    add(&set, "apps/v1", "Deployment", "shop", "web", "a.yaml:9");
    object_set_add(&set, cJSON_Parse("{\"apiVersion\":\"x/v1\",\"kind\":\"K\"}"), "a.yaml:20");
    assert_int_equal(set.ignored, 3);
    assert_int_equal(set.objects.len, 0);
    assert_false(set.incomplete);
}

static void test_what_cannot_be_read_makes_the_set_incomplete(void **state)
{
    (void)state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    object_set_add(&set, cJSON_Parse("[]"), "a.yaml:1");
    add_service(&set, "shop", "Bad_Name");
    add_service(&set, "shop", "web");
    assert_true(set.incomplete);
    assert_int_equal(set.problems.len, 2);
    assert_string_equal(set.problems.items[0].origin, "a.yaml:1");
    assert_string_equal(set.problems.items[0].msg, "the document is a sequence, not a mapping");
    assert_int_equal(set.objects.len, 1);
}

static void test_problems_hold_no_control_characters(void **state)
{
    (void)state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    object_set_problem(&set, "a\n.yaml:1", "kind: '\x1b[31mx\x7f' is \xe4\xbd\xa0");
    assert_string_equal(set.problems.items[0].origin, "a?.yaml:1");
    assert_string_equal(set.problems.items[0].msg, "kind: '?[31mx?' is \xe4\xbd\xa0");
}

static void test_a_replaced_object_is_the_new_one(void **state)
{
    (void)state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    add_service(&set, "a", "x");
    add_service(&set, "a", "y");
    cJSON *body = cJSON_Parse("{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{"
                              "\"name\":\"x\",\"namespace\":\"a\",\"uid\":\"u-2\"}}");
    object_set_replace(&set, body, "b.yaml:1");
    assert_int_equal(set.objects.len, 2);
    const struct object *x = object_set_find(&set, OBJECT_SERVICE, "a", "x");
    assert_string_equal(object_uid(x), "u-2");
    assert_string_equal(x->origin, "b.yaml:1");
    object_set_replace(&set, cJSON_Parse("{\"apiVersion\":\"v1\",\"kind\":\"Service\"}"),
                       "c.yaml:1");
    assert_ptr_equal(object_set_find(&set, OBJECT_SERVICE, "a", "x"), x);
    assert_int_equal(set.problems.len, 1);
    assert_true(set.incomplete);
}

static void test_a_removed_object_is_gone_and_the_others_stay(void **state)
{
    (void)state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    size_t n = 0;
    add_service(&set, "a", "x");
    add_service(&set, "a", "y");
    add_service(&set, "b", "x");
    add(&set, "v1", "Node", NULL, "n", "x:1");
    assert_true(object_set_remove(&set, OBJECT_SERVICE, "a", "y"));
    assert_false(object_set_remove(&set, OBJECT_SERVICE, "a", "y"));
    assert_false(object_set_remove(&set, OBJECT_INGRESS, "a", "x"));
    assert_true(object_set_remove(&set, OBJECT_NODE, "any", "n"));
    (void)object_set_kind(&set, OBJECT_SERVICE, &n);
    assert_int_equal(n, 2);
    assert_non_null(object_set_find(&set, OBJECT_SERVICE, "a", "x"));
    assert_non_null(object_set_find(&set, OBJECT_SERVICE, "b", "x"));
    assert_null(object_set_find(&set, OBJECT_SERVICE, "a", "y"));
    assert_false(set.incomplete);
}

/* A set that lives for years: what is taken out leaves nothing behind. */
static void test_coming_and_going_takes_no_memory(void **state)
{
    (void)state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    add_service(&set, "a", "stays");
    size_t size = 0;
    for (int i = 0; i < 1000; i++) {
        add_service(&set, "a", "goes");
        size = i ? size : set.arena.size + set.index.size;
        assert_int_equal(set.arena.size + set.index.size, size);
        assert_true(object_set_remove(&set, OBJECT_SERVICE, "a", "goes"));
    }
    assert_int_equal(set.objects.len, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_objects_are_sorted_by_kind_namespace_and_name),
        cmocka_unit_test(test_the_order_of_adding_does_not_matter),
        cmocka_unit_test(test_objects_are_found_by_key_only),
        cmocka_unit_test(test_a_kind_is_a_run_of_the_set),
        cmocka_unit_test(test_a_double_object_is_a_problem_that_names_both_origins),
        cmocka_unit_test(test_an_ingress_of_an_older_version_is_the_same_ingress),
        cmocka_unit_test(test_other_kinds_are_counted_and_harm_nothing),
        cmocka_unit_test(test_what_cannot_be_read_makes_the_set_incomplete),
        cmocka_unit_test(test_problems_hold_no_control_characters),
        cmocka_unit_test(test_a_replaced_object_is_the_new_one),
        cmocka_unit_test(test_a_removed_object_is_gone_and_the_others_stay),
        cmocka_unit_test(test_coming_and_going_takes_no_memory),
    };
    return cmocka_run_group_tests_name("object/set", tests, NULL, NULL);
}
