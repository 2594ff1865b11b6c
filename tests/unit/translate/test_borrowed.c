/* Groups that somebody else made, whose servers a Service keeps: alb-ingress.md §D.8; what each
 * looks like is in tests/golden/translate/borrowed-groups. */
#include "follow.h"

#define BORROWS(ns, name, id)                                                  \
    "apiVersion: v1\nkind: Service\nmetadata: {name: " name ", namespace: " ns \
    ", annotations: {" ALB "server-group-id: " id "}}\nspec: {ports: [{port: 80}]}\n"
#define LB "Service/d/tea"

static void put_fact(struct followed *f, const char *id, const char *value)
{
    struct fact_need *need = LIST_PUSH(&f->w.a, &f->changes.facts);
    *need = (struct fact_need){ FACT_SERVER_GROUP, id };
    world_fact(&f->w, FACT_SERVER_GROUP, id, value, "");
}

/* Service d/tea keeps the servers of sgp-1; there is neither an AlbConfig nor an Ingress. */
static void begin(struct followed *f)
{
    followed_begin(f);
    put_fact(f, "sgp-1", "{\"type\":\"Instance\",\"vpc\":\"vpc-1\"}");
    put_fact(f, "sgp-2", "{\"type\":\"Ip\",\"vpc\":\"vpc-1\"}");
    put(f, BORROWS("d", "tea", "sgp-1"));
    put(f, SLICE_OF("d", "x-1", "tea", "10.0.0.1"));
    put(f, SERVICE_OF("d", "milk"));
    update(f);
}

static size_t kept(const struct followed *f)
{
    return map_count(&f->tr->borrowed) + map_count(&f->tr->lenders) + f->tr->borrowed_list.len;
}

static bool holds(const struct followed *f, const char *lb, const char *id)
{
    const struct resource row = { .lb = lb,
                                  .kind = RESOURCE_SERVER_GROUP,
                                  .key = id,
                                  .parent = "",
                                  .desired_from = "Service d/tea (t.yaml:1)" };
    return translator_holds(f->tr, &row);
}

static void test_its_servers_follow_the_slices_and_nothing_else_is_made_anew(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    assert_string_equal(made(&f, LB), "sgp-1=eni-1");
    assert_string_equal(made(&f, "Service/d/milk"), "nothing");
    put(&f, SPEC_OF("web"));
    put(&f, CLASS_TO("alb", "web"));
    put(&f, INGRESS_TO("d", "a", "alb", "a.com", "milk"));
    update(&f);
    assert_string_equal(changed(&f), "kube-system/web");
    put(&f, SLICE_OF("d", "x-1", "tea", "10.0.0.2"));
    update(&f);
    assert_string_equal(changed(&f), LB);
    assert_string_equal(made(&f, LB), "sgp-1=eni-2");
    assert_int_equal(translator_work(f.tr).groups, 1);
    assert_int_equal(translator_work(f.tr).services, 1);
    assert_int_equal(translator_work(f.tr).lbs + translator_work(f.tr).ingresses, 0);
    followed_done(&f);
}

static void test_an_ingress_that_names_the_service_has_its_group_beside(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    put(&f, SPEC_OF("web"));
    put(&f, CLASS_TO("alb", "web"));
    put(&f, INGRESS_TO("d", "a", "alb", "a.com", "tea"));
    update(&f);
    put(&f, SLICE_OF("d", "x-1", "tea", "10.0.0.2"));
    update(&f);
    assert_string_equal(changed(&f), LB " kube-system/web");
    assert_string_equal(made(&f, LB), "sgp-1=eni-2");
    assert_string_equal(made(&f, "kube-system/web"), "d/a d/a-tea:80=eni-2");
    assert_int_equal(translator_work(f.tr).services, 1); /* read once for both */
    followed_done(&f);
}

static void test_without_the_annotation_nothing_is_left_of_it(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    put(&f, SERVICE_OF("d", "tea"));
    update(&f);
    assert_string_equal(changed(&f), LB);
    assert_null(translator_lb(f.tr, LB));
    assert_false(holds(&f, LB, "sgp-1"));
    assert_int_equal(kept(&f), 0);
    put(&f, BORROWS("d", "tea", "sgp-1"));
    update(&f);
    take(&f, OBJECT_SERVICE, "d", "tea");
    update(&f);
    assert_string_equal(changed(&f), LB);
    assert_int_equal(kept(&f), 0);
    followed_done(&f);
}

static void test_a_service_that_is_being_deleted_keeps_nothing(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    put(&f, "apiVersion: v1\nkind: Service\nmetadata: {name: tea, namespace: d, "
            "deletionTimestamp: 2026-01-01T00:00:00Z, annotations: {" ALB
            "server-group-id: sgp-1}}\nspec: {ports: [{port: 80}]}\n");
    update(&f);
    assert_null(translator_lb(f.tr, LB));
    assert_false(translate_has_roots(&f.w.set));
    followed_done(&f);
}

static void test_a_service_without_ports_has_no_servers_to_give(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    put(&f, "apiVersion: v1\nkind: Service\nmetadata: {name: tea, namespace: d, annotations: {" ALB
            "server-group-id: sgp-1}}\nspec: {}\n");
    update(&f);
    assert_string_equal(made(&f, LB), "");
    assert_has(translator_lb(f.tr, LB)->problems.items[0].message, "this Service has 0; give");
    followed_done(&f);
}

static void test_another_id_is_another_group(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    put(&f, BORROWS("d", "tea", "sgp-2"));
    update(&f);
    assert_string_equal(made(&f, LB), "sgp-2=10.0.0.1"); /* of type Ip */
    assert_int_equal(map_count(&f.tr->lenders), 1);
    followed_done(&f);
}

static void test_of_two_services_with_one_group_the_first_by_name_has_it(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    put(&f, BORROWS("d", "cup", "sgp-1"));
    update(&f);
    assert_string_equal(changed(&f), "Service/d/cup " LB);
    assert_string_equal(made(&f, "Service/d/cup"), "sgp-1=?");
    assert_string_equal(made(&f, LB), "");
    assert_has(translator_lb(f.tr, LB)->problems.items[0].message, "Service d/cup");
    assert_true(holds(&f, LB, "sgp-1")); /* the last good row stays */
    put(&f, SERVICE_OF("d", "cup"));
    update(&f);
    assert_string_equal(made(&f, LB), "sgp-1=eni-1");
    assert_int_equal(translator_lb(f.tr, LB)->problems.len, 0);
    assert_false(holds(&f, LB, "sgp-1"));
    followed_done(&f);
}

static void test_what_is_known_of_the_group_is_asked_for_once_and_followed(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    put(&f, BORROWS("d", "tea", "sgp-9"));
    update(&f);
    const struct translate_out *out = translator_lb(f.tr, LB);
    assert_int_equal(out->needs.len, 1);
    assert_int_equal(out->needs.items[0].kind, FACT_SERVER_GROUP);
    assert_string_equal(out->needs.items[0].key, "sgp-9");
    put_fact(&f, "sgp-9", "");
    update(&f);
    out = translator_lb(f.tr, LB);
    assert_int_equal(out->needs.len, 0);
    assert_int_equal(out->desired.rows.len, 0);
    assert_has(out->problems.items[0].message, "there is no server group sgp-9");
    assert_true(holds(&f, LB, "sgp-9"));
    assert_false(holds(&f, "Service/d/other", "sgp-9"));
    followed_done(&f);
}

static void test_roots_are_albconfigs_and_services_that_borrow(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    assert_true(translate_has_roots(&f.w.set));
    put(&f, SPEC_OF("web"));
    assert_true(translate_has_roots(&f.w.set));
    assert_string_equal(translate_borrows(object_set_find(&f.w.set, OBJECT_SERVICE, "d", "tea")),
                        "sgp-1");
    assert_null(translate_borrows(object_set_find(&f.w.set, OBJECT_SERVICE, "d", "milk")));
    put(&f, BORROWS("d", "tea", "''"));
    assert_null(translate_borrows(object_set_find(&f.w.set, OBJECT_SERVICE, "d", "tea")));
    update(&f);
    followed_done(&f);
}

static void test_reading_everything_anew_leaves_nothing_behind(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    translator_update(f.tr, &f.w.set, &f.w.facts, 0, NULL);
    assert_string_equal(made(&f, LB), "sgp-1=eni-1");
    assert_int_equal(kept(&f), 3);
    followed_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_its_servers_follow_the_slices_and_nothing_else_is_made_anew),
        cmocka_unit_test(test_an_ingress_that_names_the_service_has_its_group_beside),
        cmocka_unit_test(test_without_the_annotation_nothing_is_left_of_it),
        cmocka_unit_test(test_a_service_that_is_being_deleted_keeps_nothing),
        cmocka_unit_test(test_a_service_without_ports_has_no_servers_to_give),
        cmocka_unit_test(test_another_id_is_another_group),
        cmocka_unit_test(test_of_two_services_with_one_group_the_first_by_name_has_it),
        cmocka_unit_test(test_what_is_known_of_the_group_is_asked_for_once_and_followed),
        cmocka_unit_test(test_roots_are_albconfigs_and_services_that_borrow),
        cmocka_unit_test(test_reading_everything_anew_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
