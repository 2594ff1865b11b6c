#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "alb-agent/arena.h"
#include "alb-agent/json.h"
#include "alb-agent/macros.h"
#include "src/object/object_priv.h"

static cJSON *parse(const char *text)
{
    cJSON *json = NULL;
    struct error err = { 0 };
    if (!json_parse(text, strlen(text), &json, &err))
        fail_msg("%s: %s", err.msg, text);
    return json;
}

/* --- identify ------------------------------------------------------------------------ */

static const struct {
    const char *text;
    enum object_kind kind;
} known[] = {
    { "{\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\"Ingress\"}", OBJECT_INGRESS },
    { "{\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\"IngressClass\"}", OBJECT_INGRESS_CLASS },
    { "{\"apiVersion\":\"alibabacloud.com/v1\",\"kind\":\"AlbConfig\"}", OBJECT_ALB_CONFIG },
    { "{\"apiVersion\":\"v1\",\"kind\":\"Service\"}", OBJECT_SERVICE },
    { "{\"apiVersion\":\"v1\",\"kind\":\"Endpoints\"}", OBJECT_ENDPOINTS },
    { "{\"apiVersion\":\"v1\",\"kind\":\"Secret\"}", OBJECT_SECRET },
    { "{\"apiVersion\":\"v1\",\"kind\":\"Node\"}", OBJECT_NODE },
    { "{\"apiVersion\":\"v1\",\"kind\":\"Pod\"}", OBJECT_POD },
    { "{\"apiVersion\":\"discovery.k8s.io/v1\",\"kind\":\"EndpointSlice\"}",
      OBJECT_ENDPOINT_SLICE },
    { "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\"}", OBJECT_UNSET },
    { "{\"apiVersion\":\"serving.knative.dev/v1\",\"kind\":\"Service\"}", OBJECT_UNSET },
    { "{\"apiVersion\":\"networking.internal.knative.dev/v1alpha1\",\"kind\":\"Ingress\"}",
      OBJECT_UNSET },
    { "{\"apiVersion\":\"v1\",\"kind\":\"Ingress\"}", OBJECT_UNSET },
};

static void test_a_kind_is_a_group_and_a_kind(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(known); i++) {
        cJSON *body CLEANUP(json_done) = parse(known[i].text);
        enum object_kind kind = OBJECT_UNSET;
        struct error err = { 0 };
        if (!object_identify(body, &kind, &err))
            fail_msg("%s: %s", known[i].text, err.msg);
        assert_int_equal(kind, known[i].kind);
    }
}

struct bad {
    const char *text;
    const char *msg;
};

static const struct bad unidentified[] = {
    { "[]", "the document is a sequence, not a mapping" },
    { "\"x\"", "the document is text, not a mapping" },
    { "7", "the document is a number, not a mapping" },
    { "{}", "kind: missing" },
    { "{\"kind\":null}", "kind: missing" },
    { "{\"kind\":\"\"}", "kind: missing" },
    { "{\"kind\":7}", "kind: a number, not text" },
    { "{\"kind\":\"Ingress\"}", "apiVersion: missing" },
    { "{\"kind\":\"Ingress\",\"apiVersion\":1}", "apiVersion: a number, not text" },
    { "{\"kind\":\"Ingress\",\"apiVersion\":\"extensions/v1\"}",
      "apiVersion: extensions/v1 of Ingress is not read; convert the document to "
      "networking.k8s.io/v1" },
    { "{\"kind\":\"Ingress\",\"apiVersion\":\"networking.k8s.io/v1alpha1\"}",
      "convert the document to networking.k8s.io/v1" },
    { "{\"kind\":\"EndpointSlice\",\"apiVersion\":\"discovery.k8s.io/v1beta1\"}",
      "convert the document to discovery.k8s.io/v1" },
    { "{\"kind\":\"Service\",\"apiVersion\":\"v2\"}", "convert the document to v1" },
    { "{\"kind\":\"ingress\",\"apiVersion\":\"networking.k8s.io/v1\"}",
      "kind: 'ingress' must be written 'Ingress'" },
    { "{\"kind\":\"ALBConfig\",\"apiVersion\":\"alibabacloud.com/v1\"}",
      "kind: 'ALBConfig' must be written 'AlbConfig'" },
};

static void test_what_does_not_say_what_it_is_is_refused_with_a_remedy(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(unidentified); i++) {
        cJSON *body CLEANUP(json_done) = parse(unidentified[i].text);
        enum object_kind kind = OBJECT_UNSET;
        struct error err = { 0 };
        assert_false(object_identify(body, &kind, &err));
        if (!strstr(err.msg, unidentified[i].msg))
            fail_msg("'%s' is not in: %s", unidentified[i].msg, err.msg);
    }
}

/* --- read ---------------------------------------------------------------------------- */

static void test_metadata_is_read(void **state)
{
    (void)state;
    cJSON *body CLEANUP(json_done) =
        parse("{\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\"Ingress\",\"metadata\":{"
              "\"name\":\"web\",\"namespace\":\"shop\",\"uid\":\"u-1\","
              "\"resourceVersion\":\"9007199254740993\",\"generation\":3},\"spec\":{}}");
    struct object obj = { 0 };
    struct error err = { 0 };
    assert_true(object_read(body, OBJECT_INGRESS, &obj, &err));
    assert_int_equal(obj.kind, OBJECT_INGRESS);
    assert_string_equal(object_api_version(&obj), "networking.k8s.io/v1");
    assert_string_equal(obj.ns, "shop");
    assert_string_equal(obj.name, "web");
    assert_string_equal(object_uid(&obj), "u-1");
    assert_string_equal(object_resource_version(&obj), "9007199254740993");
    assert_int_equal(object_generation(&obj), 3);
    assert_non_null(json_get(obj.body, "spec"));
}

static void expect_ns(enum object_kind kind, const char *meta, const char *ns)
{
    cJSON *body CLEANUP(json_done) = cJSON_CreateObject();
    cJSON_AddItemToObject(body, "metadata", parse(meta));
    struct object obj = { 0 };
    struct error err = { 0 };
    assert_true(object_read(body, kind, &obj, &err));
    assert_string_equal(obj.ns, ns);
}

static void test_namespaces_have_a_default_and_cluster_kinds_none(void **state)
{
    (void)state;
    expect_ns(OBJECT_SERVICE, "{\"name\":\"web\"}", "default");
    expect_ns(OBJECT_SERVICE, "{\"name\":\"web\",\"namespace\":\"\"}", "default");
    expect_ns(OBJECT_SERVICE, "{\"name\":\"web\",\"namespace\":\"a\"}", "a");
    expect_ns(OBJECT_ALB_CONFIG, "{\"name\":\"web\",\"namespace\":\"kube-system\"}", "");
    expect_ns(OBJECT_INGRESS_CLASS, "{\"name\":\"web\"}", "");
}

static const struct bad unsound[] = {
    { "{}", "metadata.name: missing; add a name" },
    { "{\"metadata\":null}", "metadata.name: missing; add a name" },
    { "{\"metadata\":[]}", "metadata: a sequence, not a mapping" },
    { "{\"metadata\":{\"name\":7}}", "metadata.name: a number, not text; quote it" },
    { "{\"metadata\":{\"name\":true}}", "metadata.name: a boolean, not text; quote it" },
    { "{\"metadata\":{\"name\":\"\"}}", "metadata.name: missing; add a name" },
    { "{\"metadata\":{\"name\":\"a/b\"}}", "metadata.name: 'a/b' is not a name" },
    { "{\"metadata\":{\"name\":\"Web\"}}", "metadata.name: 'Web' is not a name" },
    { "{\"metadata\":{\"name\":\"-a\"}}", "metadata.name: '-a' is not a name" },
    { "{\"metadata\":{\"name\":\"a.\"}}", "metadata.name: 'a.' is not a name" },
    { "{\"metadata\":{\"name\":\"a\",\"namespace\":\"x.y\"}}", "metadata.namespace: 'x.y'" },
    { "{\"metadata\":{\"name\":\"a\",\"namespace\":1}}", "metadata.namespace: a number" },
    { "{\"metadata\":{\"name\":\"a\",\"annotations\":[]}}",
      "metadata.annotations: a sequence, not a mapping" },
    { "{\"metadata\":{\"name\":\"a\",\"annotations\":{\"x/y\":true}}}",
      "metadata.annotations[x/y]: a boolean, not text; quote the value" },
    { "{\"metadata\":{\"name\":\"a\",\"annotations\":{\"x/y\":[{\"a\":1}]}}}",
      "metadata.annotations[x/y]: a sequence, not text; quote the value" },
    { "{\"metadata\":{\"name\":\"a\",\"labels\":{\"v\":1}}}",
      "metadata.labels[v]: a number, not text; quote the value" },
};

static void test_unsound_metadata_is_refused_with_its_field(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(unsound); i++) {
        cJSON *body CLEANUP(json_done) = parse(unsound[i].text);
        struct object obj = { 0 };
        struct error err = { 0 };
        if (object_read(body, OBJECT_INGRESS, &obj, &err))
            fail_msg("accepted: %s", unsound[i].text);
        if (!strstr(err.msg, unsound[i].msg))
            fail_msg("'%s' is not in: %s", unsound[i].msg, err.msg);
    }
}

static void expect_pruned(enum object_kind kind, const char *text, const char *rest)
{
    cJSON *body CLEANUP(json_done) = parse(text);
    struct arena a CLEANUP(arena_done) = { 0 };
    struct object obj = { 0 };
    struct error err = { 0 };
    assert_true(object_read(body, kind, &obj, &err));
    assert_string_equal(json_canonical(&a, obj.body), rest);
}

static void test_bookkeeping_is_pruned(void **state)
{
    (void)state;
    expect_pruned(OBJECT_INGRESS,
                  "{\"metadata\":{\"name\":\"a\",\"managedFields\":[{\"x\":1}],\"annotations\":{"
                  "\"kubectl.kubernetes.io/last-applied-configuration\":\"{}\",\"k\":\"v\"}}}",
                  "{\"metadata\":{\"annotations\":{\"k\":\"v\"},\"name\":\"a\"}}");
}

static void test_values_of_others_than_secrets_are_kept(void **state)
{
    (void)state;
    expect_pruned(OBJECT_SERVICE, "{\"metadata\":{\"name\":\"a\"},\"data\":{\"k\":\"v\"}}",
                  "{\"data\":{\"k\":\"v\"},\"metadata\":{\"name\":\"a\"}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_kind_is_a_group_and_a_kind),
        cmocka_unit_test(test_what_does_not_say_what_it_is_is_refused_with_a_remedy),
        cmocka_unit_test(test_metadata_is_read),
        cmocka_unit_test(test_namespaces_have_a_default_and_cluster_kinds_none),
        cmocka_unit_test(test_unsound_metadata_is_refused_with_its_field),
        cmocka_unit_test(test_bookkeeping_is_pruned),
        cmocka_unit_test(test_values_of_others_than_secrets_are_kept),
    };
    return cmocka_run_group_tests_name("object/read", tests, NULL, NULL);
}
