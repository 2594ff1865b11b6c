#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/json.h"
#include "alb-agent/macros.h"
#include "alb-agent/source.h"

static const struct source_options defaults = { 0 };

/* The objects as "kind ns/name origin", then the problems as "! origin: message". */
static const char *report(const struct object_set *set, struct buf *b)
{
    buf_reset(b);
    for (size_t i = 0; i < set->objects.len; i++) {
        const struct object *o = set->objects.items[i];
        buf_addf(b, "%s %s/%s %s\n", object_kind_name(o->kind), o->ns, o->name, o->origin);
    }
    for (size_t i = 0; i < set->problems.len; i++)
        buf_addf(b, "! %s: %s\n", set->problems.items[i].origin, set->problems.items[i].msg);
    assert_int_equal(set->incomplete, set->problems.len > 0);
    return buf_str(b);
}

static void expect(const char *name, const char *text, const char *want)
{
    struct object_set set CLEANUP(object_set_done) = { 0 };
    struct buf b CLEANUP(buf_done) = { 0 };
    source_read_text(name, text, strlen(text), &defaults, &set);
    assert_string_equal(report(&set, &b), want);
}

#define SERVICE(name) "apiVersion: v1\nkind: Service\nmetadata: {name: " name "}\n"
#define JSON_SERVICE(name) \
    "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"" name "\"}}"

static void test_a_file_holds_many_documents(void **state)
{
    (void)state;
    expect("web.yaml", SERVICE("a") "---\n# comment\n" SERVICE("b") "---\n---\n" SERVICE("c"),
           "Service default/a web.yaml:1\n"
           "Service default/b web.yaml:6\n"
           "Service default/c web.yaml:11\n");
}

static void test_a_bad_document_harms_only_itself(void **state)
{
    (void)state;
    expect("web.yaml", SERVICE("a") "---\nkind: Service\nmetadata:\n  name: [b\n---\n" SERVICE("c"),
           "Service default/a web.yaml:1\n"
           "Service default/c web.yaml:9\n"
           "! web.yaml:8: metadata.name[1]: YAML: while parsing a flow sequence: did not find "
           "expected ',' or ']' (column 1)\n");
}

static void test_problems_name_file_line_and_field(void **state)
{
    (void)state;
    expect("web.yaml", "\n\napiVersion: v1\nkind: Service\nmetadata: {}\n",
           "! web.yaml:3: metadata.name: missing; add a name\n");
    expect("web.yaml", "a: 1\n---\n- 1\n---\njust text\n",
           "! web.yaml:1: kind: missing; say what it is, as 'kind: Ingress'\n"
           "! web.yaml:3: the document is a sequence, not a mapping\n"
           "! web.yaml:5: the document is text, not a mapping\n");
    expect("web.yaml", SERVICE("a") "---\n" SERVICE("b") "spec:\n  x: 1\n  x: 2\n",
           "Service default/a web.yaml:1\n"
           "! web.yaml:10: spec.x: found twice in one mapping\n");
    expect("web.yaml", SERVICE("a") "---\n" SERVICE("a"),
           "Service default/a web.yaml:1\n"
           "! web.yaml:5: Service default/a is in web.yaml:1 already; keep one of them\n");
}

static void test_empty_documents_are_fine(void **state)
{
    (void)state;
    expect("web.yaml", "", "");
    expect("web.yaml", "---\n---\n# nothing\n", "");
    expect("web.json", " \n", "");
    expect("web.json", "null", "");
}

static void test_lists_are_taken_apart(void **state)
{
    (void)state;
    expect("all.yaml",
           "apiVersion: v1\nkind: List\nitems:\n"
           "- {apiVersion: v1, kind: Service, metadata: {name: b}}\n"
           "- {apiVersion: v1, kind: Service, metadata: {name: 7}}\n"
           "- {apiVersion: v1, kind: Service, metadata: {name: a}}\n",
           "Service default/a all.yaml:1 item 3\n"
           "Service default/b all.yaml:1 item 1\n"
           "! all.yaml:1 item 2: metadata.name: a number, not text; quote it\n");
    expect("all.yaml",
           "apiVersion: networking.k8s.io/v1\nkind: IngressList\nitems:\n"
           "- metadata: {name: web, namespace: shop}\n",
           "Ingress shop/web all.yaml:1 item 1\n");
    expect("all.yaml", "apiVersion: v1\nkind: List\nitems: []\n", "");
    expect("all.yaml", "apiVersion: v1\nkind: List\nitems: null\n", "");
    expect("all.yaml", "apiVersion: v1\nkind: List\nitems: [null]\n",
           "! all.yaml:1 item 1: the document is null, not a mapping\n");
    expect("all.yaml",
           "apiVersion: v1\nkind: List\nitems:\n- kind: List\n  apiVersion: v1\n  items:\n"
           "  - {apiVersion: v1, kind: Service, metadata: {name: a}}\n",
           "Service default/a all.yaml:1 item 1 item 1\n");
}

static void test_lists_without_items_are_problems_when_they_matter(void **state)
{
    (void)state;
    expect("all.yaml", "apiVersion: v1\nkind: List\n", "! all.yaml:1: items: missing\n");
    expect("all.yaml", "apiVersion: v1\nkind: ServiceList\nitems: {}\n",
           "! all.yaml:1: items: not a sequence\n");
    expect("all.yaml", "apiVersion: example.com/v1\nkind: AccessList\nspec: {}\n", "");
}

static void test_json_values_follow_one_another(void **state)
{
    (void)state;
    expect("all.json", JSON_SERVICE("a") "\n{\"x\":\n}\n" JSON_SERVICE("c") "\n",
           "Service default/a all.json:1\n"
           "Service default/c all.json:4\n"
           "! all.json:3: JSON: syntax error at offset 6\n");
    expect("all.json", "\xef\xbb\xbf" JSON_SERVICE("a"), "Service default/a all.json:1\n");
    expect("all.json", "a: 1\nb: 2\n", "! all.json:1: JSON: syntax error at offset 0\n");
}

static void test_json_is_recognised_among_yaml(void **state)
{
    static const char emoji[] = "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{"
                                "\"name\":\"a\",\"labels\":{\"l\":\"\\ud83d\\ude00\"}}}\n";
    (void)state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    source_read_text("stdin", emoji, strlen(emoji), &defaults, &set);
    assert_int_equal(set.objects.len, 1);
    assert_string_equal(object_label(set.objects.items[0], "l"), "\xf0\x9f\x98\x80");
    expect("stdin", "---\n" JSON_SERVICE("a") "\n---\n" SERVICE("b"),
           "Service default/a stdin:2\nService default/b stdin:4\n");
    expect("stdin", JSON_SERVICE("a") JSON_SERVICE("b"),
           "Service default/a stdin:1\nService default/b stdin:1\n");
    expect("web.yaml", "{apiVersion: v1, kind: Service, metadata: {name: a}}\n",
           "Service default/a web.yaml:1\n");
}

static void test_a_source_has_a_ceiling_of_documents(void **state)
{
    static const char text[] = SERVICE("a") "---\n" SERVICE("b") "---\n" SERVICE("c") "---\n"
                                                                                      "x: y\n";
    static const struct source_options two = { .max_documents = 2 };
    (void)state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    struct buf b CLEANUP(buf_done) = { 0 };
    source_read_text("web.yaml", text, strlen(text), &two, &set);
    assert_string_equal(report(&set, &b),
                        "Service default/a web.yaml:1\n"
                        "Service default/b web.yaml:5\n"
                        "! web.yaml:9: more than 2 documents; the rest is not read\n");
}

static void test_ten_thousand_documents_are_read(void **state)
{
    enum { N = 10000 };
    (void)state;
    struct buf text CLEANUP(buf_done) = { .max = 64 << 20 };
    for (int i = 0; i < N; i++)
        buf_addf(&text,
                 "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n"
                 "  name: web-%d\n  namespace: shop\nspec:\n  rules:\n"
                 "  - host: h%d.example.com\n    http:\n      paths:\n      - path: /\n",
                 N - i, i);
    struct object_set set CLEANUP(object_set_done) = { 0 };
    source_read_text("all.yaml", buf_str(&text), text.len, &defaults, &set);
    assert_false(set.incomplete);
    assert_int_equal(set.objects.len, N);
    assert_string_equal(object_set_find(&set, OBJECT_INGRESS, "shop", "web-1")->origin,
                        "all.yaml:119990"); /* 12 lines each, after its marker */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_file_holds_many_documents),
        cmocka_unit_test(test_a_bad_document_harms_only_itself),
        cmocka_unit_test(test_problems_name_file_line_and_field),
        cmocka_unit_test(test_empty_documents_are_fine),
        cmocka_unit_test(test_lists_are_taken_apart),
        cmocka_unit_test(test_lists_without_items_are_problems_when_they_matter),
        cmocka_unit_test(test_json_values_follow_one_another),
        cmocka_unit_test(test_json_is_recognised_among_yaml),
        cmocka_unit_test(test_a_source_has_a_ceiling_of_documents),
        cmocka_unit_test(test_ten_thousand_documents_are_read),
    };
    return cmocka_run_group_tests_name("source/document", tests, NULL, NULL);
}
