#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/macros.h"
#include "alb-agent/yaml.h"

/* Every document as "<line>/<first line>[text]". */
static const char *pieces(struct buf *b, const char *text)
{
    struct yaml_split split = { .text = text, .len = strlen(text) };
    struct yaml_doc doc;
    buf_reset(b);
    while (yaml_split_next(&split, &doc)) {
        buf_addf(b, "%d/%d[", doc.line, doc.first_line);
        buf_add(b, doc.text, doc.len);
        buf_adds(b, "]");
    }
    return buf_str(b);
}

static const struct {
    const char *text;
    const char *pieces;
} cases[] = {
    { "", "" },
    { "a: 1\n", "1/1[a: 1\n]" },
    { "a: 1", "1/1[a: 1]" },
    { "a: 1\n---\nb: 2\n", "1/1[a: 1\n]2/3[---\nb: 2\n]" },
    { "---\na: 1\n", "1/2[---\na: 1\n]" },
    { "---\n---\nb\n", "1/1[---\n]2/3[---\nb\n]" },
    { "a\r\n---\r\nb\r\n", "1/1[a\r\n]2/3[---\r\nb\r\n]" },
    { "# licence\n\n---\na: 1\n", "1/4[# licence\n\n---\na: 1\n]" },
    { "%YAML 1.2\n---\na\n", "1/3[%YAML 1.2\n---\na\n]" },
    { "a\n...\n%YAML 1.2\n---\nb\n", "1/1[a\n...\n]3/5[%YAML 1.2\n---\nb\n]" },
    { "a\n...\nb\n", "1/1[a\n...\n]3/3[b\n]" },
    { "--- {a: 1}\n--- # no\nb\n", "1/1[--- {a: 1}\n]2/3[--- # no\nb\n]" },
    { "a: |\n  text\n  ---\n  more\n----\n", "1/1[a: |\n  text\n  ---\n  more\n----\n]" },
    { "a: |\n  text\n---\nb", "1/1[a: |\n  text\n]3/4[---\nb]" },
    { "\xef\xbb\xbf---\na\n", "1/2[---\na\n]" },
    { "a\n---", "1/1[a\n]2/2[---]" },
    { "a\n---b\n", "1/1[a\n---b\n]" },
    { "# only\n# comments\n", "1/1[# only\n# comments\n]" },
};

static void test_files_are_cut_at_document_markers(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = { 0 };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_string_equal(pieces(&b, cases[i].text), cases[i].pieces);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_are_cut_at_document_markers),
    };
    return cmocka_run_group_tests_name("yaml/split", tests, NULL, NULL);
}
