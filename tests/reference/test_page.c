/* The page of reference: current, and every field has what people need. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "markdown.h"
#include "page.h"
#include "src/translate/translate_priv.h"

static void check_doc(const struct field *f)
{
    const struct field_doc *doc = f->doc;
    if (!doc && !f->of)
        fail_msg("the row of %s has no DOC()", f->name);
    if (!doc)
        return;
    if (!doc->meaning || !*doc->meaning || doc->meaning[strlen(doc->meaning) - 1] != '.')
        fail_msg("the row of %s has no sentence for its meaning", f->name);
    if (!doc->sets || !*doc->sets || !doc->dflt)
        fail_msg("the row of %s does not say what it sets, or its default", f->name);
    if (!doc->type && (f->flags & (READ_LATER | READ_REFUSED | READ_IGNORED)))
        fail_msg("the row of %s is not read, and does not say its type", f->name);
}

static size_t check_schema(const struct schema *schema)
{
    size_t n = 0;
    for (size_t i = 0; i < schema->n_fields; i++) {
        check_doc(&schema->fields[i]);
        n += 1 + (schema->fields[i].of ? check_schema(schema->fields[i].of) : 0);
    }
    return n;
}

static void test_every_field_of_an_albconfig_says_what_people_need(void **state)
{
    (void)state;
    /* alb-ingress.md §B.2 has 26 fields of spec.config, §B.3 19 of a listener. */
    assert_true(check_schema(&top_spec_schema) >= 45);
}

/* alb-ingress.md §B.2, §B.3: some of each table, at the depth where people write them. */
static void test_page_has_fields_by_their_whole_paths(void **state)
{
    static const char *const paths[] = {
        "spec.config.id",
        "spec.config.zoneMappings[].vSwitchId",
        "spec.config.accessLogConfig.logStore",
        "spec.config.billingConfig.payType",
        "spec.config.tags[].key",
        "spec.config.securityGroupIds",
        "spec.listeners[].port",
        "spec.listeners[].certificates[].IsDefault",
        "spec.listeners[].defaultCertificate.kind",
    };
    struct buf b CLEANUP(buf_done) = { 0 };
    (void)state;
    page_write(&b);
    for (size_t i = 0; i < COUNT(paths); i++) {
        char cell[96];
        (void)snprintf(cell, sizeof cell, "\n| `%s` | ", paths[i]);
        if (!strstr(buf_str(&b), cell))
            fail_msg("%s is not on the page", paths[i]);
    }
    /* What the row itself says, so that nobody writes it twice. */
    assert_non_null(strstr(buf_str(&b), "`spec.listeners[].port` | number, 0 to 65535 | 80 |"));
    assert_non_null(strstr(buf_str(&b), "`spec.config.addressType` | Internet, Intranet |"));
}

static void test_page_is_current(void **state)
{
    struct buf want CLEANUP(buf_done) = { 0 };
    (void)state;
    page_write(&want);
    if (!markdown_is(TEST_SOURCE_DIR "/src/translate/REFERENCE.md", buf_str(&want)))
        fail_msg("write it anew: tests/reference_page > src/translate/REFERENCE.md");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_field_of_an_albconfig_says_what_people_need),
        cmocka_unit_test(test_page_has_fields_by_their_whole_paths),
        cmocka_unit_test(test_page_is_current),
    };
    return cmocka_run_group_tests_name("reference", tests, NULL, NULL);
}
