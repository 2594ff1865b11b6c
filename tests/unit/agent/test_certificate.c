/* test_certificate.c - certificates of Secrets against the whole mock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "alb-agent/hash.h"
#include "alb-agent/json.h"
#include "src/agent/session_priv.h"
#include "tests/support/pem.h"
#include "tests/support/run.h"

enum { LONG_AGO = 1000000000 };
static const int64_t far_ahead = INT64_C(4000000000);

static void write_config(struct world *w, const char *name)
{
    world_write(w, arena_fmt(&w->arena, "albconfig-%s.yaml", name),
                arena_fmt(&w->arena,
                          "apiVersion: alibabacloud.com/v1\nkind: AlbConfig\nmetadata: {name: %s}\n"
                          "spec:\n"
                          "  config: {name: %s, zoneMappings: [{vSwitchId: vsw-1}, {vSwitchId: "
                          "vsw-2}]}\n"
                          "  listeners: [{port: 443, protocol: HTTPS}]\n"
                          "---\napiVersion: networking.k8s.io/v1\nkind: IngressClass\n"
                          "metadata: {name: %s}\n"
                          "spec: {controller: ingress.k8s.alibabacloud/alb, parameters: "
                          "{apiGroup: alibabacloud.com, kind: AlbConfig, name: %s}}\n",
                          name, name, name, name));
}

static void write_ingress(struct world *w, const char *name, const char *class)
{
    world_write(w, arena_fmt(&w->arena, "ingress-%s.yaml", name),
                arena_fmt(&w->arena,
                          "apiVersion: networking.k8s.io/v1\nkind: Ingress\n"
                          "metadata: {name: %s, namespace: shop}\n"
                          "spec:\n  ingressClassName: %s\n"
                          "  tls: [{hosts: [tea.example], secretName: tls}]\n"
                          "  rules: [{host: tea.example, http: {paths: [{path: /, pathType: "
                          "Prefix, backend: {service: {name: tea, port: {number: 80}}}}]}}]\n",
                          name, class));
}

static struct pem write_secret(struct world *w)
{
    struct pem p = pem_make(&w->arena, "tea.example", NULL, LONG_AGO, far_ahead);
    char *crt = arena_alloc(&w->arena, 4096), *key = arena_alloc(&w->arena, 4096);
    hash_base64((const unsigned char *)p.crt, strlen(p.crt), crt);
    hash_base64((const unsigned char *)p.key, strlen(p.key), key);
    world_write(w, "secret.yaml",
                arena_fmt(&w->arena,
                          "apiVersion: v1\nkind: Secret\nmetadata: {name: tls, namespace: shop}\n"
                          "type: kubernetes.io/tls\ndata: {tls.crt: %s, tls.key: %s}\n",
                          crt, key));
    return p;
}

static void write_shop(struct world *w)
{
    world_write_services(w);
    write_config(w, "web");
    write_ingress(w, "tea", "web");
}

static void test_the_key_is_sent_and_nothing_else_has_it(void **state)
{
    struct world *w = *state;
    write_shop(w);
    struct pem p = write_secret(w);
    struct session_result r = world_apply(w);
    assert_true(r.in_sync);
    const struct mock_call *c = mock_transport_call(&w->mock, "UploadUserCertificate", 1);
    assert_non_null(c);
    assert_string_equal(alb_param_get(&c->params, "Key"), p.key);
    assert_string_equal(alb_param_get(&c->params, "Cert"), p.crt);
    assert_null(alb_param_get(&c->params, "ClientToken"));
    r = world_apply(w);
    assert_int_equal(r.writes, 0);
}

/* The reply is lost: the name is taken then, and the list says by what. */
static void test_an_upload_of_unknown_outcome_is_found_by_name(void **state)
{
    struct world *w = *state;
    write_shop(w);
    (void)write_secret(w);
    mock_transport_fail(&w->mock, (struct mock_fault){ .kind = MOCK_LOSE_REPLY,
                                                       .action = "UploadUserCertificate",
                                                       .nth = 1 });
    struct session_result r = world_apply(w);
    assert_true(r.in_sync);
    assert_int_equal(r.counts.failed, 0);
    assert_int_equal(world_count(w, "Listeners"), 1);
}

static void test_one_upload_serves_two_load_balancers(void **state)
{
    struct world *w = *state;
    write_shop(w);
    write_config(w, "other");
    write_ingress(w, "more", "other");
    (void)write_secret(w);
    struct session_result r = world_apply(w);
    assert_true(r.in_sync);
    assert_int_equal(mock_transport_writes(&w->mock, "UploadUserCertificate"), 1);
    assert_int_equal(world_count(w, "Listeners"), 2);
}

static void test_a_lost_secret_leaves_its_certificate_on_the_listener(void **state)
{
    struct world *w = *state;
    write_shop(w);
    (void)write_secret(w);
    (void)world_apply(w);
    world_remove(w, "secret.yaml");
    for (int i = 0; i < 2; i++) { /* what is kept is not forgotten on the way */
        struct session s CLEANUP(session_close) = { 0 };
        world_open(w, &s, STORE_SNAPSHOT);
        world_read(w, &s);
        assert_int_equal(s.wanted.problems.len, 2); /* of the Ingress, and of the listener */
        assert_int_equal(world_apply(w).writes, 0);
    }
    assert_int_equal(world_count(w, "Rules"), 1);
}

static void write_other_secret(struct world *w)
{
    struct pem other = pem_make(&w->arena, "other", NULL, LONG_AGO, far_ahead);
    cJSON *secret CLEANUP(json_done) = cJSON_CreateObject(), *data;
    cJSON_AddStringToObject(secret, "apiVersion", "v1");
    cJSON_AddStringToObject(secret, "kind", "Secret");
    data = cJSON_AddObjectToObject(secret, "metadata");
    cJSON_AddStringToObject(data, "name", "other");
    cJSON_AddStringToObject(data, "namespace", "shop");
    data = cJSON_AddObjectToObject(secret, "stringData");
    cJSON_AddStringToObject(data, "tls.crt", other.crt);
    cJSON_AddStringToObject(data, "tls.key", other.key);
    world_write(w, "other.json", json_canonical(&w->arena, secret));
}

/* Nobody can say which certificate the listener is to have then, but who has rules there. */
static void test_a_listener_without_certificate_loses_the_rules_of_what_went(void **state)
{
    struct world *w = *state;
    write_shop(w);
    (void)write_secret(w);
    assert_true(world_apply(w).in_sync);
    world_remove(w, "ingress-tea.yaml");
    for (int i = 0; i < 2; i++)
        (void)world_apply(w);
    assert_int_equal(world_count(w, "Rules"), 0);
    assert_int_equal(world_count(w, "Listeners"), 1);
    assert_int_equal(world_apply(w).writes, 0);
}

/* Of spec.tls: [{hosts: [HOST]}] or with the name of a Secret. */
static void write_tls(struct world *w, const char *name, const char *tls)
{
    world_write(w, arena_fmt(&w->arena, "ingress-%s.yaml", name),
                arena_fmt(&w->arena,
                          "apiVersion: networking.k8s.io/v1\nkind: Ingress\n"
                          "metadata: {name: %s, namespace: shop}\n"
                          "spec:\n  ingressClassName: web\n  tls: [{hosts: [%s.example]%s}]\n"
                          "  rules: [{host: %s.example, http: {paths: [{path: /, pathType: "
                          "Prefix, backend: {service: {name: tea, port: {number: 80}}}}]}}]\n",
                          name, name, tls, name));
}

static void test_a_listener_without_certificate_gets_rules_once_it_is_there(void **state)
{
    struct world *w = *state;
    write_shop(w);
    world_remove(w, "ingress-tea.yaml");
    write_tls(w, "coffee", "");
    (void)world_apply(w);
    assert_int_equal(world_count(w, "Listeners"), 0);
    assert_int_equal(world_count(w, "ServerGroups"), 0);
    (void)write_secret(w);
    write_ingress(w, "tea", "web");
    (void)world_apply(w);
    assert_int_equal(world_count(w, "Rules"), 2);
    world_remove(w, "secret.yaml"); /* that of tea was the only one */
    write_tls(w, "milk", "");
    for (int i = 0; i < 2; i++)
        (void)world_apply(w);
    assert_int_equal(world_count(w, "Rules"), 3);
    assert_int_equal(world_apply(w).writes, 0);
}

/* The one that wanted it first has another now. */
static void test_a_lost_secret_of_two_leaves_its_certificate_for_the_second(void **state)
{
    struct world *w = *state;
    write_shop(w);
    write_tls(w, "tea", ", secretName: tls");
    write_tls(w, "zest", ", secretName: tls");
    (void)write_secret(w);
    write_other_secret(w);
    assert_true(world_apply(w).in_sync);
    world_remove(w, "secret.yaml");
    (void)world_apply(w);
    write_tls(w, "tea", ", secretName: other");
    for (int i = 0; i < 2; i++)
        (void)world_apply(w);
    assert_int_equal(mock_transport_writes(&w->mock, "AssociateAdditionalCertificatesWithListener"),
                     1);
    assert_int_equal(mock_transport_writes(&w->mock, "UpdateListenerAttribute"), 0);
    assert_int_equal(
        mock_transport_writes(&w->mock, "DissociateAdditionalCertificatesFromListener"), 0);
}

/* Without its default another Ingress' certificate would be all there is. */
static void test_a_lost_secret_beside_others_leaves_its_certificate_too(void **state)
{
    struct world *w = *state;
    write_shop(w);
    (void)write_secret(w);
    world_write(w, "albconfig-web.yaml",
                "apiVersion: alibabacloud.com/v1\nkind: AlbConfig\nmetadata: {name: web}\n"
                "spec:\n"
                "  config: {name: web, zoneMappings: [{vSwitchId: vsw-1}, {vSwitchId: vsw-2}]}\n"
                "  listeners: [{port: 443, protocol: HTTPS, defaultCertificate: {kind: Secret, "
                "secret: {name: other, namespace: shop}}}]\n"
                "---\napiVersion: networking.k8s.io/v1\nkind: IngressClass\n"
                "metadata: {name: web}\n"
                "spec: {controller: ingress.k8s.alibabacloud/alb, parameters: "
                "{apiGroup: alibabacloud.com, kind: AlbConfig, name: web}}\n");
    write_other_secret(w);
    assert_true(world_apply(w).in_sync);
    world_remove(w, "secret.yaml");
    for (int i = 0; i < 2; i++)
        assert_int_equal(world_apply(w).writes, 0);
    world_remove(w, "ingress-tea.yaml");
    (void)world_apply(w);
    assert_int_equal(
        mock_transport_writes(&w->mock, "DissociateAdditionalCertificatesFromListener"), 1);
}

static void test_another_certificate_of_that_name_is_not_served(void **state)
{
    struct world *w = *state;
    write_shop(w);
    (void)write_secret(w);
    struct session s CLEANUP(session_close) = { 0 };
    struct model actual = { 0 };
    world_open(w, &s, STORE_SNAPSHOT);
    world_read(w, &s);
    const char *name = s.wanted.secrets.items[0].certificate;
    s.observed = false; /* the list is taken for one that was just read */
    *LIST_PUSH(&s.arena, &s.facts.items) = (struct fact){
        .kind = FACT_CERTIFICATES,
        .key = FACT_ALL,
        .value = arena_fmt(&s.arena,
                           "[{\"id\":5,\"name\":\"%s\",\"end\":\"2030-01-01\",\"fingerprint\":"
                           "\"AA:BB\"}]",
                           name),
    };
    for (size_t i = 0; i + 1 < s.facts.items.len; i++)
        if (s.facts.items.items[i].kind == FACT_CERTIFICATES)
            s.facts.items.items[i] = s.facts.items.items[--s.facts.items.len];
    fact_sort(&s.facts);
    session_add_certificates(&s, &actual);
    assert_int_equal(actual.rows.len, 1);
    assert_null(actual.rows.items[0].cloud_id);
    assert_string_equal(((const struct alb_certificate *)actual.rows.items[0].actual)->fingerprint,
                        "AA:BB");
}

#define WORLD_TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

/* ---- an agent that keeps running ----------------------------------------------------------------
 */

/* Past the time for which lists may lack what was made, and two sweeps. */
enum { LONG_MS = 25 * 60 * 1000 };

static size_t uploads(struct world *w)
{
    return mock_transport_writes(&w->mock, "UploadUserCertificate");
}

static size_t lists(struct world *w)
{
    size_t n = 0;
    for (size_t i = 0; i < w->mock.calls.len; i++)
        n += !strcmp(w->mock.calls.items[i].action, "ListUserCertificateOrder");
    return n;
}

/* No reading of load balancers shows certificates, and it is there all the same. */
static void test_what_was_uploaded_is_not_uploaded_again(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 }, again = { 0 };
    write_shop(w);
    (void)write_secret(w);
    runner_start(&r, w);
    runner_settle(&r);
    const size_t asked = lists(w);
    runner_pass(&r, LONG_MS);
    runner_stop(&r);
    runner_start(&again, w);
    runner_settle(&again);
    runner_pass(&again, LONG_MS);
    runner_stop(&again);
    assert_int_equal(uploads(w), 1);
    assert_int_equal(lists(w), asked);
    assert_int_equal(world_count(w, "Rules"), 1);
}

static void test_an_upload_that_nobody_remembers_is_found_by_an_agent(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 }, again = { 0 };
    write_shop(w);
    (void)write_secret(w);
    runner_start(&r, w);
    runner_settle(&r);
    runner_stop(&r);
    world_lose_state(w, true);
    w->mock.now_ms += 120000;
    runner_start(&again, w);
    runner_settle(&again);
    runner_pass(&again, LONG_MS);
    runner_stop(&again);
    assert_int_equal(uploads(w), 1);
    assert_int_equal(world_steps_left(w), 0);
}

/* As a run leaves it that dies when the upload was answered and not yet looked at. */
static void leave_in_progress(struct world *w)
{
    struct session s CLEANUP(session_close) = { 0 };
    struct error err;
    size_t n = 0;
    world_open(w, &s, STORE_WRITE);
    for (size_t i = 0; i < s.known.rows.len; i++) {
        struct resource r = s.known.rows.items[i];
        if (r.kind != RESOURCE_CERTIFICATE)
            continue;
        r.status = "Provisioning";
        assert_true(store_resource_put(s.store, &r, &err));
        n++;
    }
    assert_int_equal(n, 1);
}

static void test_an_upload_that_has_an_id_is_waited_for_no_more(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 }, again = { 0 };
    write_shop(w);
    (void)write_secret(w);
    mock_transport_fail(&w->mock, (struct mock_fault){ .kind = MOCK_REFUSE,
                                                       .action = "CreateListener",
                                                       .status = 400,
                                                       .code = "IncorrectStatus.LoadBalancer" });
    runner_start(&r, w);
    runner_pass(&r, 60000);
    runner_stop(&r);
    assert_int_equal(uploads(w), 1);
    assert_int_equal(world_count(w, "Listeners"), 0);
    leave_in_progress(w);
    w->mock.faults.len = 0;
    runner_start(&again, w);
    runner_settle(&again);
    runner_pass(&again, LONG_MS);
    runner_stop(&again);
    assert_int_equal(uploads(w), 1);
    assert_int_equal(world_count(w, "Listeners"), 1);
}

static void test_an_upload_without_a_reply_is_found_by_an_agent(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    write_shop(w);
    (void)write_secret(w);
    mock_transport_fail(&w->mock, (struct mock_fault){ .kind = MOCK_LOSE_REPLY,
                                                       .action = "UploadUserCertificate",
                                                       .nth = 1 });
    runner_start(&r, w);
    runner_settle(&r);
    runner_pass(&r, LONG_MS);
    runner_stop(&r);
    assert_int_equal(uploads(w), 2); /* of which the second is refused: the name is taken */
    assert_int_equal(world_count(w, "Listeners"), 1);
    assert_int_equal(world_count(w, "Rules"), 1);
}

static void test_a_new_certificate_is_there_before_the_old_one_goes(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    write_shop(w);
    (void)write_secret(w);
    runner_start(&r, w);
    runner_settle(&r);
    (void)write_secret(w);
    runner_read(&r);
    runner_settle(&r);
    runner_pass(&r, LONG_MS);
    runner_stop(&r);
    assert_int_equal(uploads(w), 2);
    /* One call puts the new default in the place of the old one. */
    assert_int_equal(mock_transport_writes(&w->mock, "UpdateListenerAttribute"), 1);
    assert_int_equal(
        mock_transport_writes(&w->mock, "DissociateAdditionalCertificatesFromListener"), 0);
}

static void test_a_new_certificate_is_uploaded_once_for_two_load_balancers(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    write_shop(w);
    write_config(w, "other");
    write_ingress(w, "more", "other");
    (void)write_secret(w);
    runner_start(&r, w);
    runner_settle(&r);
    assert_int_equal(uploads(w), 1);
    (void)write_secret(w);
    runner_read(&r);
    runner_settle(&r);
    assert_int_equal(uploads(w), 2);
    assert_int_equal(mock_transport_writes(&w->mock, "UpdateListenerAttribute"), 2);
    runner_stop(&r);
}

/* An Ingress with a host for which the certificate is looked for has the list read at each sweep.
 */
static void test_a_certificate_that_a_list_lacks_is_uploaded_again(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    write_shop(w);
    (void)write_secret(w);
    world_write(w, "ingress-found.yaml",
                "apiVersion: networking.k8s.io/v1\nkind: Ingress\n"
                "metadata: {name: found, namespace: shop}\n"
                "spec:\n  ingressClassName: web\n"
                "  tls: [{hosts: [found.example]}]\n"
                "  rules: [{host: found.example, http: {paths: [{path: /, pathType: "
                "Prefix, backend: {service: {name: tea, port: {number: 80}}}}]}}]\n");
    runner_start(&r, w);
    runner_settle(&r);
    assert_int_equal(uploads(w), 1);
    cJSON_Delete(
        mock_transport_do(&w->mock, "DeleteUserCertificate", "CertId", "10000001", (char *)NULL));
    runner_pass(&r, LONG_MS);
    runner_stop(&r);
    assert_int_equal(uploads(w), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(test_the_key_is_sent_and_nothing_else_has_it),
        WORLD_TEST(test_an_upload_of_unknown_outcome_is_found_by_name),
        WORLD_TEST(test_one_upload_serves_two_load_balancers),
        WORLD_TEST(test_a_lost_secret_leaves_its_certificate_on_the_listener),
        WORLD_TEST(test_a_lost_secret_beside_others_leaves_its_certificate_too),
        WORLD_TEST(test_a_listener_without_certificate_loses_the_rules_of_what_went),
        WORLD_TEST(test_a_listener_without_certificate_gets_rules_once_it_is_there),
        WORLD_TEST(test_a_lost_secret_of_two_leaves_its_certificate_for_the_second),
        WORLD_TEST(test_another_certificate_of_that_name_is_not_served),
        WORLD_TEST(test_what_was_uploaded_is_not_uploaded_again),
        WORLD_TEST(test_an_upload_that_nobody_remembers_is_found_by_an_agent),
        WORLD_TEST(test_an_upload_that_has_an_id_is_waited_for_no_more),
        WORLD_TEST(test_an_upload_without_a_reply_is_found_by_an_agent),
        WORLD_TEST(test_a_new_certificate_is_there_before_the_old_one_goes),
        WORLD_TEST(test_a_new_certificate_is_uploaded_once_for_two_load_balancers),
        WORLD_TEST(test_a_certificate_that_a_list_lacks_is_uploaded_again),
    };
    return cmocka_run_group_tests_name("agent/certificate", tests, NULL, NULL);
}
