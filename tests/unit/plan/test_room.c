/* How many listeners and additional certificates a load balancer may have. */
#include "support.h"

static const char associate[] = "AssociateAdditionalCertificatesWithListener";
static const char dissociate[] = "DissociateAdditionalCertificatesFromListener";

static struct resource *row(struct bed *b, const char *key)
{
    return bed_row(b, RESOURCE_LISTENER, key);
}

/* Certificates c-<from> .. c-<from + n - 1>, behind those that are there. */
static void add_certs(struct bed *b, struct alb_listener *l, int from, int n)
{
    for (int i = from; i < from + n; i++)
        *LIST_PUSH(&b->a, &l->additional_certs) =
            (struct alb_cert){ .id = arena_fmt(&b->a, "c-%d", i) };
}

static void add_cert(struct bed *b, struct alb_listener *l, const char *id)
{
    *LIST_PUSH(&b->a, &l->additional_certs) = (struct alb_cert){ .id = id };
}

/* A listener that wants 'want' certificates from c-0 on, and has those from c-<first>. */
static struct alb_listener *listener(struct bed *b, int port, int want, int first, int have)
{
    const char *key = listener_key(&b->a, port, ALB_PROTOCOL_HTTPS);
    struct alb_listener *l = arena_alloc(&b->a, sizeof *l);
    l->protocol = ALB_PROTOCOL_HTTPS;
    l->port = (struct opt_int){ port, true };
    *LIST_PUSH(&b->a, &l->certs) = (struct alb_cert){ .id = "c-default" };
    add_certs(b, l, 0, want);
    bed_sync(b, row(b, key), l, arena_fmt(&b->a, "lsn-%d", port));
    struct alb_listener *actual = bed_actual(b, row(b, key));
    actual->additional_certs.items = NULL;
    actual->additional_certs.len = 0;
    add_certs(b, actual, first, have);
    return l;
}

static void assert_warned(const struct bed *b, const char *part)
{
    assert_int_equal(b->plan.warnings.len, 1);
    if (!strstr(b->plan.warnings.items[0].message, part))
        fail_msg("'%s' is not in: %s", part, b->plan.warnings.items[0].message);
}

static void test_a_certificate_too_many_is_not_sent_and_named(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    listener(b, 443, 26, 0, 25);
    bed_plan(b);
    assert_plan(b, associate);
    assert_string_equal(b->plan.steps.items[0].waits,
                        "room in the quota of 25 additional certificates");
    assert_warned(b, "certificate c-25 is not associated, as the load balancer may have 25");
    assert_string_equal(b->plan.warnings.items[0].key, "443/HTTPS");
    assert_int_equal(b->plan.refusals.len, 0);
    assert_true(b->plan.lbs.items[0].hitless);
}

static void test_the_last_certificate_that_fits_is_sent(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    listener(b, 443, 25, 0, 24);
    bed_plan(b);
    assert_plan(b, associate);
    assert_null(b->plan.steps.items[0].waits);
    assert_int_equal(b->plan.warnings.len, 0);
}

static void test_a_basic_load_balancer_has_ten(void **state)
{
    struct bed *b = *state;
    bed_lb(b)->edition = ALB_EDITION_BASIC;
    struct alb_load_balancer *lb = bed_actual(b, bed_row(b, RESOURCE_LOAD_BALANCER, LB));
    lb->edition = ALB_EDITION_BASIC;
    listener(b, 443, 11, 0, 9);
    bed_plan(b);
    assert_string_equal(step_value(bed_next(b), "Certificates.1.CertificateId"), "c-9");
    assert_null(step_value(bed_next(b), "Certificates.2.CertificateId"));
    assert_warned(b, "certificate c-10 is not associated, as the load balancer may have 10");
}

static void test_a_quota_that_was_raised_counts_as_raised_to_the_most(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    listener(b, 443, 301, 0, 299);
    bed_plan(b);
    assert_string_equal(step_value(bed_next(b), "Certificates.1.CertificateId"), "c-299");
    assert_null(step_value(bed_next(b), "Certificates.2.CertificateId"));
    assert_warned(b, "c-300 is not associated, as the load balancer may have 300");
}

/* The new one has its place only when the old one is gone. */
static void test_in_a_full_quota_the_old_certificate_goes_first(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    listener(b, 443, 25, 1, 25);
    bed_plan(b);
    assert_plan(b, associate, dissociate);
    assert_non_null(b->plan.steps.items[0].waits);
    assert_string_equal(step_value(bed_next(b), "Certificates.1.CertificateId"), "c-25");
    assert_true(bed_next(b)->disrupts);
    assert_false(b->plan.lbs.items[0].hitless);
    assert_int_equal(b->plan.warnings.len, 0);
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_string_equal(step_value(bed_next(b), "Certificates.1.CertificateId"), "c-0");
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_no_steps(b);
}

static void test_in_a_full_quota_nothing_goes_while_the_source_is_incomplete(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    listener(b, 443, 25, 1, 25);
    b->in.keep_all = true;
    bed_plan(b);
    assert_plan(b, associate);
    assert_null(bed_next(b));
    assert_true(b->plan.lbs.items[0].hitless);
}

static void test_in_a_full_quota_a_new_default_is_not_held_up(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    struct alb_listener *l = listener(b, 443, 25, 1, 25);
    l->certs.items[0].id = "c-new";
    bed_plan(b);
    assert_plan(b, associate, "UpdateListenerAttribute", dissociate);
    assert_string_equal(bed_next(b)->action, "UpdateListenerAttribute");
    assert_string_equal(b->plan.steps.items[2].waits, "the new default certificate");
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_string_equal(bed_next(b)->action, dissociate);
}

static void test_the_listeners_of_a_load_balancer_share_the_quota(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    listener(b, 443, 13, 0, 12);
    listener(b, 8443, 13, 0, 12);
    bed_plan(b);
    assert_plan(b, associate, associate);
    assert_null(b->plan.steps.items[0].waits);
    assert_non_null(b->plan.steps.items[1].waits);
    assert_warned(b, "c-12");
}

static void test_certificates_of_listeners_that_are_not_ours_count(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    listener(b, 443, 13, 0, 12);
    listener(b, 8443, 0, 0, 13);
    bed_undesired(row(b, "8443/HTTPS"));
    row(b, "8443/HTTPS")->ours = false;
    bed_plan(b);
    assert_null(bed_next(b));
    assert_warned(b, "c-12");
}

static void test_certificates_of_a_listener_that_goes_make_room(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    listener(b, 443, 13, 0, 12);
    listener(b, 8443, 0, 0, 13);
    bed_undesired(row(b, "8443/HTTPS"));
    bed_plan(b);
    assert_plan(b, associate, "DeleteListener");
    assert_non_null(b->plan.steps.items[0].waits);
    assert_int_equal(b->plan.warnings.len, 0);
}

static void test_a_full_quota_says_what_a_listener_waits_for_besides(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    listener(b, 443, 26, 0, 25);
    row(b, "443/HTTPS")->status = "Configuring";
    bed_plan(b);
    assert_string_equal(b->plan.steps.items[0].waits, "Listener 443/HTTPS is Configuring");
}

static void test_certificates_that_nothing_is_said_of_count_as_they_are(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    listener(b, 443, 13, 0, 12);
    struct alb_listener *other = listener(b, 8443, 0, 0, 13);
    other->additional_certs.items = NULL;
    bed_plan(b);
    assert_warned(b, "c-12");
}

static void test_a_certificate_that_is_not_uploaded_yet_has_a_call_of_its_own(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    struct alb_listener *l = listener(b, 443, 23, 0, 23);
    add_cert(b, l, "@certificate/shop-web");
    add_cert(b, l, "c-23");
    add_cert(b, l, "@certificate/shop-api");
    bed_plan(b);
    assert_plan(b, associate);
    assert_string_equal(step_value(bed_next(b), "Certificates.1.CertificateId"), "c-23");
    assert_null(step_value(bed_next(b), "Certificates.2.CertificateId"));
    assert_warned(b, "certificate shop-api is not associated");
}

static void test_names_of_certificates_are_all_given(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    listener(b, 443, 27, 0, 25);
    bed_plan(b);
    assert_warned(b, "certificate c-25, c-26 is not associated");
}

/* ---- listeners ------------------------------------------------------------------------------ */

static void start_listeners(struct bed *b, int n)
{
    bed_lb(b);
    for (int i = 0; i < n; i++)
        listener(b, 1000 + i, 0, 0, 0);
}

static void test_a_listener_too_many_is_not_sent_and_named(void **state)
{
    struct bed *b = *state;
    start_listeners(b, 51);
    bed_gone(row(b, "1050/HTTPS"));
    bed_plan(b);
    assert_plan(b, "CreateListener");
    assert_string_equal(b->plan.steps.items[0].waits, "room in the quota of 50 listeners");
    assert_warned(b, "it is not made, as the load balancer may have 50 listeners");
    assert_string_equal(b->plan.warnings.items[0].key, "1050/HTTPS");
}

static void test_the_last_listener_that_fits_is_made(void **state)
{
    struct bed *b = *state;
    start_listeners(b, 50);
    bed_gone(row(b, "1049/HTTPS"));
    bed_plan(b);
    assert_non_null(bed_next(b));
    assert_int_equal(b->plan.warnings.len, 0);
}

static void test_all_listeners_that_fit_are_made(void **state)
{
    struct bed *b = *state;
    start_listeners(b, 50);
    bed_gone(row(b, "1048/HTTPS"));
    bed_gone(row(b, "1049/HTTPS"));
    bed_plan(b);
    assert_plan(b, "CreateListener", "CreateListener");
    assert_null(b->plan.steps.items[0].waits);
    assert_null(b->plan.steps.items[1].waits);
}

static void test_a_listener_takes_the_place_of_one_that_goes(void **state)
{
    struct bed *b = *state;
    start_listeners(b, 51);
    bed_gone(row(b, "1050/HTTPS"));
    bed_undesired(row(b, "1000/HTTPS"));
    bed_plan(b);
    assert_plan(b, "CreateListener", "DeleteListener");
    assert_int_equal(b->plan.warnings.len, 0);
    assert_string_equal(bed_next(b)->action, "DeleteListener");
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_string_equal(bed_next(b)->action, "CreateListener");
}

static void test_a_listener_that_is_held_keeps_its_place(void **state)
{
    struct bed *b = *state;
    start_listeners(b, 52);
    bed_gone(row(b, "1050/HTTPS"));
    bed_gone(row(b, "1051/HTTPS"));
    row(b, "1051/HTTPS")->held = true; /* not there, and not made now */
    bed_undesired(row(b, "1000/HTTPS"));
    row(b, "1000/HTTPS")->held = true;
    bed_plan(b);
    assert_plan(b, "CreateListener");
    assert_warned(b, "may have 50 listeners");
}

static void test_more_listeners_than_the_default_mean_a_raised_quota(void **state)
{
    struct bed *b = *state;
    start_listeners(b, 52);
    bed_gone(row(b, "1051/HTTPS"));
    bed_plan(b);
    assert_non_null(bed_next(b));
    assert_int_equal(b->plan.warnings.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_TEST(test_a_certificate_too_many_is_not_sent_and_named),
        BED_TEST(test_the_last_certificate_that_fits_is_sent),
        BED_TEST(test_a_basic_load_balancer_has_ten),
        BED_TEST(test_a_quota_that_was_raised_counts_as_raised_to_the_most),
        BED_TEST(test_in_a_full_quota_the_old_certificate_goes_first),
        BED_TEST(test_in_a_full_quota_nothing_goes_while_the_source_is_incomplete),
        BED_TEST(test_in_a_full_quota_a_new_default_is_not_held_up),
        BED_TEST(test_the_listeners_of_a_load_balancer_share_the_quota),
        BED_TEST(test_certificates_of_listeners_that_are_not_ours_count),
        BED_TEST(test_certificates_of_a_listener_that_goes_make_room),
        BED_TEST(test_a_full_quota_says_what_a_listener_waits_for_besides),
        BED_TEST(test_certificates_that_nothing_is_said_of_count_as_they_are),
        BED_TEST(test_a_certificate_that_is_not_uploaded_yet_has_a_call_of_its_own),
        BED_TEST(test_names_of_certificates_are_all_given),
        BED_TEST(test_a_listener_too_many_is_not_sent_and_named),
        BED_TEST(test_the_last_listener_that_fits_is_made),
        BED_TEST(test_all_listeners_that_fit_are_made),
        BED_TEST(test_a_listener_takes_the_place_of_one_that_goes),
        BED_TEST(test_a_listener_that_is_held_keeps_its_place),
        BED_TEST(test_more_listeners_than_the_default_mean_a_raised_quota),
    };
    return cmocka_run_group_tests_name("plan/room", tests, NULL, NULL);
}
