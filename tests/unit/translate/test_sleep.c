/* Load balancers at which nothing changes are forgotten, and made again when something does. */
#include "edits.h"
#include "follow.h"

static void begin(struct followed *f)
{
    followed_begin(f);
    put(f, SPEC_OF("web"));
    put(f, SPEC_OF("far"));
    put(f, CLASS_TO("alb", "web"));
    put(f, CLASS_TO("out", "far"));
    put(f, INGRESS_TO("d", "x", "alb", "x.com", "tea"));
    put(f, INGRESS_TO("d", "y", "out", "y.com", "milk"));
    put(f, SERVICE_OF("d", "tea"));
    put(f, SLICE_OF("d", "tea-1", "tea", "10.0.0.1"));
    update(f);
    translator_rest(f->tr, 0);
}

static void test_rows_of_what_rests_are_not_there(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    const struct translate_out *out = translator_lb(f.tr, "kube-system/web");
    assert_int_equal(out->desired.rows.len, 0);
    assert_int_equal(out->lbs.len, 1);
    assert_int_equal(map_count(&f.tr->watches), 0);
    followed_done(&f);
}

static void test_a_slice_wakes_its_load_balancer_alone(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    put(&f, SLICE_OF("d", "tea-1", "tea", "10.0.0.2"));
    update(&f);
    assert_string_equal(changed(&f), "kube-system/web");
    assert_string_equal(made(&f, "kube-system/web"), "d/x d/x-tea:80=eni-2");
    assert_int_equal(translator_work(f.tr).ingresses, 1);
    followed_done(&f);
}

static void test_what_was_looked_for_in_vain_wakes_it(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    put(&f, SERVICE_OF("d", "milk"));
    update(&f);
    assert_string_equal(changed(&f), "kube-system/far");
    followed_done(&f);
}

static void test_an_ingress_that_moves_wakes_both(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    put(&f, INGRESS_TO("d", "x", "out", "x.com", "tea"));
    update(&f);
    assert_string_equal(changed(&f), "kube-system/far kube-system/web");
    followed_done(&f);
}

static void test_those_that_changed_last_stay(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    put(&f, SLICE_OF("d", "tea-1", "tea", "10.0.0.2"));
    update(&f);
    translator_rest(f.tr, 1);
    assert_true(translator_lb(f.tr, "kube-system/web")->desired.rows.len > 0);
    assert_int_equal(translator_lb(f.tr, "kube-system/far")->desired.rows.len, 0);
    translator_wake(f.tr, "kube-system/far");
    assert_true(translator_lb(f.tr, "kube-system/far")->desired.rows.len > 0);
    followed_done(&f);
}

static void note_made(void *arg, const char *lb)
{
    struct followed *f = arg;
    const char *other = strcmp(lb, "kube-system/web") ? "kube-system/web" : "kube-system/far";
    assert_int_equal(translator_lb(f->tr, other)->desired.rows.len, 0);
    assert_true(map_count(&f->tr->watches) > 0);
    tell(f, OBJECT_SERVICE, "", arena_strdup(&f->w.a, made(f, lb)));
}

static void test_everything_is_made_one_load_balancer_at_a_time(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    translator_update_each(f.tr, &f.w.set, &f.w.facts, 0, note_made, &f);
    assert_int_equal(f.changes.objects.len, 2);
    assert_string_equal(f.changes.objects.items[0].name, "d/y d/y-milk:80=?");
    assert_string_equal(f.changes.objects.items[1].name, "d/x d/x-tea:80=eni-1");
    assert_string_equal(changed(&f), "kube-system/far kube-system/web");
    assert_int_equal(translator_work(f.tr).groups, 2);
    assert_int_equal(map_count(&f.tr->watches), 0);
    followed_done(&f);
}

/* What is made again is no news, and does not count as used. */
static void test_who_is_woken_to_be_looked_at_goes_first(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    put(&f, SLICE_OF("d", "tea-1", "tea", "10.0.0.2"));
    update(&f);
    translator_wake(f.tr, "kube-system/far");
    translator_wake(f.tr, "kube-system/nobody");
    assert_string_equal(changed(&f), "kube-system/web");
    translator_rest(f.tr, 1);
    assert_int_equal(translator_lb(f.tr, "kube-system/far")->desired.rows.len, 0);
    assert_true(translator_lb(f.tr, "kube-system/web")->desired.rows.len > 0);
    followed_done(&f);
}

/* AlbConfig, class and Ingress 'name', whose Secret is of the same name. */
static void put_https(struct followed *f, const char *name, const struct pem *pem)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    put(f, arena_fmt(&f->w.a,
                     "apiVersion: alibabacloud.com/v1\nkind: AlbConfig\nmetadata: {name: %s}\n"
                     "spec: {config: {zoneMappings: [{vSwitchId: vsw-1, zoneId: z-1}]}, listeners: "
                     "[{port: 443, protocol: HTTPS, certificates: [{CertificateId: c-1}]}]}\n",
                     name));
    put(f, arena_fmt(&f->w.a,
                     "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: %s}\n"
                     "spec: {controller: ingress.k8s.alibabacloud/alb, parameters: {name: %s}}\n",
                     name, name));
    put(f, arena_fmt(&f->w.a,
                     "apiVersion: networking.k8s.io/v1\nkind: Ingress\n"
                     "metadata: {name: %s, namespace: d}\n"
                     "spec: {ingressClassName: %s, tls: [{hosts: [b.com], secretName: %s}], rules: "
                     "[{host: b.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: "
                     "{name: tea, port: {number: 80}}}}]}}]}\n",
                     name, name, name));
    buf_addf(&b,
             "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"%s\","
             "\"namespace\":\"d\"},\"stringData\":{\"tls.crt\":",
             name);
    buf_add_json(&b, pem->crt);
    buf_adds(&b, ",\"tls.key\":");
    buf_add_json(&b, pem->key);
    buf_adds(&b, "}}");
    tell(f, OBJECT_SECRET, "d", arena_strdup(&f->w.a, name));
    object_set_replace(&f->w.set, cJSON_Parse(buf_str(&b)), "t.yaml:1");
}

static void update_at(struct followed *f, int64_t now)
{
    translator_update(f->tr, &f->w.set, &f->w.facts, now, &f->changes);
    f->changes = (struct translate_changes){ 0 };
}

/* Of two certificates one ends and wakes its load balancer; the other, with 18 days left, is to be
 * looked at again a millisecond later. */
static void test_what_rests_says_when_it_comes_out_differently(void **state)
{
    (void)state;
    const int64_t day = (int64_t)EDIT_DAY * 1000, start = (int64_t)EDIT_NOW * 1000;
    struct followed f;
    struct edits e;
    followed_begin(&f);
    edits_begin(&e, 1);
    put_https(&f, "web", &e.certs[1]);
    put_https(&f, "far", &e.certs[2]);
    update_at(&f, start);
    update_at(&f, start + day + 1);
    assert_true(translator_next(f.tr) == start + 2 * day);
    translator_rest(f.tr, 0);
    update_at(&f, start + 2 * day);
    assert_string_equal(changed(&f), "kube-system/far");
    assert_true(translator_next(f.tr) == start + 2 * day + 1);
    followed_done(&f);
    arena_done(&e.pems);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_of_what_rests_are_not_there),
        cmocka_unit_test(test_a_slice_wakes_its_load_balancer_alone),
        cmocka_unit_test(test_what_was_looked_for_in_vain_wakes_it),
        cmocka_unit_test(test_an_ingress_that_moves_wakes_both),
        cmocka_unit_test(test_those_that_changed_last_stay),
        cmocka_unit_test(test_everything_is_made_one_load_balancer_at_a_time),
        cmocka_unit_test(test_who_is_woken_to_be_looked_at_goes_first),
        cmocka_unit_test(test_what_rests_says_when_it_comes_out_differently),
    };
    return cmocka_run_group_tests_name("translate/sleep", tests, NULL, NULL);
}
