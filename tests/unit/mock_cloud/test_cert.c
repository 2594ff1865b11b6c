/* test_cert.c - additional certificates of a listener. */
#include "world.h"

static void setup_https(struct world *w)
{
    world_new(w);
    setup_lb(w, LB("Standard", ""));
    setup_group(w, GROUP("first", ""));
    keep(w->listener,
         call(w, "CreateListener",
              "{'LoadBalancerId':'%s','ListenerPort':443,'ListenerProtocol':'HTTPS',"
              "'Certificates':[{'CertificateId':'1-cn-hangzhou'}]," FORWARD "}",
              w->lb, w->group),
         "ListenerId");
    settle(w);
}

static const cJSON *change(struct world *w, const char *action, const char *ids)
{
    return call(w, action, "{'ListenerId':'%s','Certificates':[%s]}", w->listener, ids);
}

static const char add[] = "AssociateAdditionalCertificatesWithListener";
static const char del[] = "DissociateAdditionalCertificatesFromListener";

static const cJSON *list(struct world *w)
{
    return call(w, "ListListenerCertificates", "{'ListenerId':'%s'}", w->listener);
}

static void test_certificates_are_associated_and_dissociated_in_time(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    setup_https(&w);
    change(&w, add, "{'CertificateId':'2-cn-hangzhou'},{'CertificateId':'3-cn-hangzhou'}");
    ok(&w);
    assert_string_equal(listener_status(&w), "Configuring");
    const cJSON *certs = list(&w);
    assert_int_equal(count(certs, "Certificates"), 3);
    assert_true(cJSON_IsTrue(json_get(first(certs, "Certificates"), "IsDefault")));
    const cJSON *second = cJSON_GetArrayItem(json_get(certs, "Certificates"), 1);
    assert_string_equal(json_str(second, "CertificateId"), "2-cn-hangzhou");
    assert_string_equal(json_str(second, "Status"), "Associating");
    assert_true(cJSON_IsFalse(json_get(second, "IsDefault")));
    settle(&w);
    second = cJSON_GetArrayItem(json_get(list(&w), "Certificates"), 1);
    assert_string_equal(json_str(second, "Status"), "Associated");
    change(&w, del, "{'CertificateId':'2-cn-hangzhou'}");
    ok(&w);
    second = cJSON_GetArrayItem(json_get(list(&w), "Certificates"), 1);
    assert_string_equal(json_str(second, "Status"), "Diassociating");
    settle(&w);
    assert_int_equal(count(list(&w), "Certificates"), 2);
    assert_string_equal(listener_status(&w), "Running");
    /* They are never among the listener's own. */
    const cJSON *l = call(&w, "GetListenerAttribute", "{'ListenerId':'%s'}", w.listener);
    assert_int_equal(count(l, "Certificates"), 1);
}

static void test_refusals(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    setup_https(&w);
    change(&w, add, "{'CertificateId':'1-cn-hangzhou'}");
    refused(&w, 400, "OperationDenied.DefaultCertificateUsed");
    change(&w, del, "{'CertificateId':'1-cn-hangzhou'}");
    refused(&w, 400, "OperationDenied.DefaultCertificateUsed");
    change(&w, del, "{'CertificateId':'2-cn-hangzhou'}");
    refused(&w, 400, "ResourceNotAssociated.Certificate");
    change(&w, add, "{'CertificateId':'2-cn-hangzhou'}");
    ok(&w);
    change(&w, add, "{'CertificateId':'3-cn-hangzhou'}");
    refused(&w, 400, "ResourceInConfiguring.Listener");
    settle(&w);
    change(&w, add, "{'CertificateId':'2-cn-hangzhou'}");
    refused(&w, 400, "ResourceAlreadyAssociated.Certificate");
    call(&w, "UpdateListenerAttribute",
         "{'ListenerId':'%s','Certificates':[{'CertificateId':'2-cn-hangzhou'}]}", w.listener);
    refused(&w, 400, "ResourceAlreadyAssociated.Certificate");
}

static void test_http_has_none(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_listener(&w);
    change(&w, add, "{'CertificateId':'2-cn-hangzhou'}");
    refused(&w, 400, "OperationDenied.HttpListenerNotSupport");
    change(&w, del, "{'CertificateId':'2-cn-hangzhou'}");
    refused(&w, 400, "OperationDenied.HttpListenerNotSupport");
    list(&w);
    refused(&w, 400, "OperationDenied.HttpListenerNotSupport");
}

static void test_the_default_changes_with_the_listener(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    setup_https(&w);
    call(&w, "UpdateListenerAttribute",
         "{'ListenerId':'%s','Certificates':[{'CertificateId':'9-cn-hangzhou'}]}", w.listener);
    ok(&w);
    settle(&w);
    assert_string_equal(json_str(first(list(&w), "Certificates"), "CertificateId"),
                        "9-cn-hangzhou");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_certificates_are_associated_and_dissociated_in_time),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_http_has_none),
        cmocka_unit_test(test_the_default_changes_with_the_listener),
    };
    return cmocka_run_group_tests_name("mock_cloud/cert", tests, NULL, NULL);
}
