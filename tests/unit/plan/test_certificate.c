/* Certificates that are uploaded, and what waits for them. */
#include "support.h"

static struct resource *want_certificate(struct bed *b, const char *name)
{
    struct alb_certificate *c = arena_alloc(&b->a, sizeof *c);
    *c = (struct alb_certificate){ .name = name, .cert = "PEM", .fingerprint = "AB" };
    struct resource *r = bed_row(b, RESOURCE_CERTIFICATE, name);
    r->desired = c;
    r->desired_from = "Ingress shop/web";
    r->ours = true;
    return r;
}

static void upload(struct resource *r, const char *id)
{
    r->actual = r->desired;
    r->cloud_id = id;
    r->status = "Available";
}

static struct alb_listener *listener_with(struct bed *b, const char *dflt, const char *more)
{
    struct alb_listener *l = bed_listener(b);
    l->certs.items = NULL;
    l->certs.len = 0;
    *LIST_PUSH(&b->a, &l->certs) = (struct alb_cert){ .id = dflt };
    l->additional_certs.items = arena_array(&b->a, 4, sizeof *l->additional_certs.items);
    l->additional_certs.len = 0;
    if (more)
        l->additional_certs.items[l->additional_certs.len++] = (struct alb_cert){ .id = more };
    bed_row(b, RESOURCE_LISTENER, "80/HTTP")->actual =
        schema_copy(&b->a, &alb_listener_schema, l, 0, NULL, NULL);
    return l;
}

static void test_an_upload_has_a_placeholder_for_the_key(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    want_certificate(b, "shop-tls-1a2b3c");
    bed_plan(b);
    assert_plan(b, "UploadUserCertificate");
    const struct step *s = bed_next(b);
    assert_non_null(s);
    assert_int_equal(s->family, LANE_SHARED);
    assert_string_equal(s->lane, "Certificate shop-tls-1a2b3c");
    assert_string_equal(step_value(s, "Name"), "shop-tls-1a2b3c");
    assert_string_equal(step_value(s, "Cert"), "PEM");
    assert_string_equal(step_value(s, "Key"), "@PrivateKey(shop-tls-1a2b3c)");
    assert_int_equal(s->params.len, 3);
    assert_int_equal(b->plan.add, 1);
    bed_apply(b, s);
    bed_plan(b);
    assert_no_steps(b);
}

static void test_an_upload_waits_for_nothing(void **state)
{
    struct bed *b = *state;
    (void)bed_lb(b);
    bed_gone(bed_row(b, RESOURCE_LOAD_BALANCER, LB));
    want_certificate(b, "x");
    bed_plan(b);
    assert_null(bed_step(b, "UploadUserCertificate", 0)->waits);
}

static void test_what_is_uploaded_is_never_deleted(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    struct resource *r = want_certificate(b, "x");
    upload(r, "1-cn-hangzhou");
    bed_undesired(r);
    bed_plan(b);
    assert_no_steps(b);
}

static void test_a_held_certificate_is_not_uploaded(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    want_certificate(b, "x")->held = true;
    bed_plan(b);
    assert_no_steps(b);
}

static void test_a_certificate_that_is_left_missing_is_not_uploaded(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    want_certificate(b, "x")->leave = LEAVE_ALL;
    bed_plan(b);
    assert_no_steps(b);
}

static void test_another_certificate_of_that_name_is_a_warning(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    upload(want_certificate(b, "x"), NULL);
    bed_plan(b);
    assert_no_steps(b);
    assert_int_equal(b->plan.warnings.len, 1);
    assert_string_equal(b->plan.warnings.items[0].key, "x");
}

static void test_a_new_listener_waits_for_its_default_certificate(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    want_certificate(b, "x");
    listener_with(b, "@certificate/x", NULL);
    bed_gone(bed_row(b, RESOURCE_LISTENER, "80/HTTP"));
    bed_plan(b);
    assert_plan(b, "UploadUserCertificate", "CreateListener");
    assert_string_equal(bed_step(b, "CreateListener", 0)->waits, "Certificate x to be uploaded");
    upload(bed_row(b, RESOURCE_CERTIFICATE, "x"), "1-cn-hangzhou");
    bed_plan(b);
    assert_plan(b, "CreateListener");
    assert_string_equal(step_value(bed_next(b), "Certificates.1.CertificateId"), "1-cn-hangzhou");
}

static void test_a_new_listener_does_not_wait_for_additional_ones(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    want_certificate(b, "x");
    listener_with(b, "c-1", "@certificate/x");
    bed_gone(bed_row(b, RESOURCE_LISTENER, "80/HTTP"));
    bed_plan(b);
    assert_null(bed_step(b, "CreateListener", 0)->waits);
}

/* Renewal: nothing is taken away before the new one is there. */
static void test_a_renewed_certificate_is_added_before_the_old_one_goes(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    want_certificate(b, "new");
    listener_with(b, "c-1", "@certificate/new");
    struct alb_listener *have = bed_actual(b, bed_row(b, RESOURCE_LISTENER, "80/HTTP"));
    have->additional_certs.items[0].id = "c-old";
    bed_plan(b);
    assert_plan(b, "UploadUserCertificate", "AssociateAdditionalCertificatesWithListener",
                "DissociateAdditionalCertificatesFromListener");
    assert_non_null(b->plan.steps.items[1].waits);
    assert_non_null(b->plan.steps.items[2].waits);
    upload(bed_row(b, RESOURCE_CERTIFICATE, "new"), "2-cn-hangzhou");
    bed_plan(b);
    assert_plan(b, "AssociateAdditionalCertificatesWithListener",
                "DissociateAdditionalCertificatesFromListener");
    assert_null(b->plan.steps.items[0].waits);
    assert_non_null(b->plan.steps.items[1].waits);
}

static void test_one_that_cannot_be_uploaded_does_not_hold_up_others(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    want_certificate(b, "bad")->held = true;
    upload(want_certificate(b, "good"), "1-cn-hangzhou");
    struct alb_listener *want = listener_with(b, "c-1", "@certificate/bad");
    struct resource *row = bed_row(b, RESOURCE_LISTENER, "80/HTTP");
    struct alb_listener *have = bed_actual(b, row);
    have->additional_certs.len = 0;
    want->additional_certs.items[1] = (struct alb_cert){ .id = "@certificate/good" };
    want->additional_certs.len = 2;
    bed_plan(b);
    const struct step *s = bed_step(b, "AssociateAdditionalCertificatesWithListener", 0);
    assert_null(s->waits);
    assert_string_equal(step_value(s, "Certificates.1.CertificateId"), "1-cn-hangzhou");
    assert_null(step_value(s, "Certificates.2.CertificateId"));
}

static void test_certificates_of_others_are_not_uploaded(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    want_certificate(b, "theirs")->ours = false;
    bed_plan(b);
    assert_no_steps(b);
}

static void test_an_upload_without_a_chain_is_left_to_the_cloud_to_refuse(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    struct alb_certificate *c = arena_alloc(&b->a, sizeof *c);
    *c = (struct alb_certificate){ .name = "x" };
    want_certificate(b, "x")->desired = c;
    bed_plan(b);
    assert_string_equal(step_value(bed_next(b), "Cert"), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_TEST(test_an_upload_has_a_placeholder_for_the_key),
        BED_TEST(test_an_upload_waits_for_nothing),
        BED_TEST(test_what_is_uploaded_is_never_deleted),
        BED_TEST(test_a_held_certificate_is_not_uploaded),
        BED_TEST(test_a_certificate_that_is_left_missing_is_not_uploaded),
        BED_TEST(test_another_certificate_of_that_name_is_a_warning),
        BED_TEST(test_a_new_listener_waits_for_its_default_certificate),
        BED_TEST(test_a_new_listener_does_not_wait_for_additional_ones),
        BED_TEST(test_a_renewed_certificate_is_added_before_the_old_one_goes),
        BED_TEST(test_one_that_cannot_be_uploaded_does_not_hold_up_others),
        BED_TEST(test_certificates_of_others_are_not_uploaded),
        BED_TEST(test_an_upload_without_a_chain_is_left_to_the_cloud_to_refuse),
    };
    return cmocka_run_group_tests_name("plan/certificate", tests, NULL, NULL);
}
