/* Certificates of listeners: what has none, has too many, or is busy. */
#include "support.h"

static struct resource *row(struct bed *b)
{
    return bed_row(b, RESOURCE_LISTENER, "80/HTTP");
}

static void set_certs(struct bed *b, struct alb_listener *l, size_t n, const char *const *ids)
{
    l->additional_certs.items = NULL;
    l->additional_certs.len = 0;
    for (size_t i = 0; i < n; i++)
        *LIST_PUSH(&b->a, &l->additional_certs) = (struct alb_cert){ .id = ids[i] };
}
#define CERTS(b, l, ...)                                               \
    set_certs((b), (l), COUNT(((const char *const[]){ __VA_ARGS__ })), \
              (const char *const[]){ __VA_ARGS__ })

static void set_default_cert(struct bed *b, struct alb_listener *l, const char *id)
{
    l->certs.items = NULL;
    l->certs.len = 0;
    *LIST_PUSH(&b->a, &l->certs) = (struct alb_cert){ .id = id };
}

static void test_certificates_without_an_id_are_passed_over(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    struct alb_listener *want = bed_listener(b);
    CERTS(b, want, NULL, "c-1");
    struct alb_listener *have = bed_actual(b, row(b));
    CERTS(b, have, NULL, "c-old");
    bed_plan(b);
    assert_plan(b, "AssociateAdditionalCertificatesWithListener",
                "DissociateAdditionalCertificatesFromListener");
    assert_string_equal(step_value(&b->plan.steps.items[0], "Certificates.1.CertificateId"), "c-1");
    assert_null(step_value(&b->plan.steps.items[0], "Certificates.2.CertificateId"));
    assert_string_equal(step_value(&b->plan.steps.items[1], "Certificates.1.CertificateId"),
                        "c-old");
    assert_null(step_value(&b->plan.steps.items[1], "Certificates.2.CertificateId"));
}

/* A default that the cloud does not name is another one than what is wanted. */
static void test_a_default_certificate_that_is_not_known_is_replaced(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    struct alb_listener *want = bed_listener(b);
    set_default_cert(b, want, "c-new");
    CERTS(b, want, "c-2");
    struct alb_listener *have = bed_actual(b, row(b));
    set_default_cert(b, have, NULL);
    bed_plan(b);
    assert_string_equal(bed_step(b, "UpdateListenerAttribute", 0)->waits,
                        "the new certificates to be associated");
    have->certs.items = NULL;
    have->certs.len = 0;
    bed_plan(b);
    assert_string_equal(bed_step(b, "UpdateListenerAttribute", 0)->waits,
                        "the new certificates to be associated");
}

static void test_fifteen_certificates_are_taken_away_by_one_call(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    struct alb_listener *want = bed_listener(b);
    want->additional_certs.items = arena_array(&b->a, 1, sizeof *want->additional_certs.items);
    struct alb_listener *have = bed_actual(b, row(b));
    for (int i = 0; i < 16; i++)
        *LIST_PUSH(&b->a, &have->additional_certs) =
            (struct alb_cert){ .id = arena_fmt(&b->a, "c-%d", i) };
    bed_plan(b);
    assert_plan(b, "DissociateAdditionalCertificatesFromListener");
    assert_non_null(step_value(bed_next(b), "Certificates.15.CertificateId"));
    assert_null(step_value(bed_next(b), "Certificates.16.CertificateId"));
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_plan(b, "DissociateAdditionalCertificatesFromListener");
    assert_string_equal(step_value(bed_next(b), "Certificates.1.CertificateId"), "c-15");
}

/* The default is an additional one already, and nothing may be taken away. */
static void test_a_default_that_cannot_be_freed_waits(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    struct alb_listener *want = bed_listener(b);
    set_default_cert(b, want, "c-2");
    CERTS(b, want, "c-1");
    struct alb_listener *have = bed_actual(b, row(b));
    set_default_cert(b, have, "c-1");
    CERTS(b, have, "c-2");
    b->in.keep_all = true;
    bed_plan(b);
    assert_null(bed_step(b, "DissociateAdditionalCertificatesFromListener", 0));
    const struct step *s = bed_step(b, "UpdateListenerAttribute", 0);
    assert_string_equal(s->waits, "its default certificate to be free");
    assert_false(s->disrupts);
    b->in.keep_all = false;
    row(b)->status = "Configuring";
    bed_plan(b);
    assert_true(bed_step(b, "DissociateAdditionalCertificatesFromListener", 0)->disrupts);
    assert_string_equal(bed_step(b, "UpdateListenerAttribute", 0)->waits,
                        "Listener 80/HTTP is Configuring");
}

static void test_a_listener_that_is_configured_waits_for_that_and_not_for_certificates(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    struct alb_listener *want = bed_listener(b);
    set_default_cert(b, want, "c-new");
    CERTS(b, want, "c-2");
    struct alb_listener *have = bed_actual(b, row(b));
    set_default_cert(b, have, "c-gone");
    CERTS(b, have, "c-old");
    row(b)->status = "Configuring";
    bed_plan(b);
    assert_int_equal(b->plan.steps.len, 3);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(b->plan.steps.items[i].waits, "Listener 80/HTTP is Configuring");
}

/* While the cloud configures, every call waits for that, and not for the one before it. */
static void test_calls_in_a_row_wait_for_the_cloud_first(void **state)
{
    struct bed *b = *state;
    struct alb_load_balancer *want = bed_lb(b);
    want->access_log = (struct alb_access_log){ "new", "store" };
    want->bandwidth_package_id = "cbwp-2";
    struct alb_load_balancer *have = bed_actual(b, bed_row(b, RESOURCE_LOAD_BALANCER, LB));
    have->access_log = (struct alb_access_log){ "old", "store" };
    have->bandwidth_package_id = "cbwp-1";
    bed_row(b, RESOURCE_LOAD_BALANCER, LB)->status = "Configuring";
    bed_plan(b);
    assert_plan(b, "DisableLoadBalancerAccessLog", "EnableLoadBalancerAccessLog",
                "DetachCommonBandwidthPackageFromLoadBalancer",
                "AttachCommonBandwidthPackageToLoadBalancer");
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(b->plan.steps.items[i].waits,
                            "LoadBalancer kube-system/web is Configuring");
    bed_row(b, RESOURCE_LOAD_BALANCER, LB)->status = "Active";
    bed_plan(b);
    assert_string_equal(b->plan.steps.items[1].waits, "the access log to be off");
    assert_string_equal(b->plan.steps.items[3].waits, "the other bandwidth package to be detached");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_TEST(test_certificates_without_an_id_are_passed_over),
        BED_TEST(test_a_default_certificate_that_is_not_known_is_replaced),
        BED_TEST(test_fifteen_certificates_are_taken_away_by_one_call),
        BED_TEST(test_a_default_that_cannot_be_freed_waits),
        BED_TEST(test_a_listener_that_is_configured_waits_for_that_and_not_for_certificates),
        BED_TEST(test_calls_in_a_row_wait_for_the_cloud_first),
    };
    return cmocka_run_group_tests_name("plan/listener_certs", tests, NULL, NULL);
}
