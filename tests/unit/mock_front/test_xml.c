/* test_xml.c - RPC replies as XML. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "alb-agent/json.h"
#include "mock-server/front/xml.h"

static void test_a_tree_is_written_as_elements(void **state)
{
    (void)state;
    static const char json[] = "{\"RequestId\":\"A-1\",\"Total\":2,\"On\":true,\"None\":null,"
                               "\"Rules\":[{\"Id\":\"r1\"},{\"Id\":\"r2\"}],\"Empty\":[],"
                               "\"Text\":\"a<b>&\\\"'\\u0001\\u00e9\"}";
    struct buf b CLEANUP(buf_done) = { 0 };
    cJSON *tree CLEANUP(json_done) = NULL;
    struct error err = { 0 };
    assert_true(json_parse(json, strlen(json), &tree, &err));
    xml_write(&b, "ListRulesResponse", tree);
    assert_string_equal(
        buf_str(&b),
        "<?xml version='1.0' encoding='UTF-8'?><ListRulesResponse><RequestId>A-1</RequestId>"
        "<Total>2</Total><On>true</On><Rules><Id>r1</Id></Rules><Rules><Id>r2</Id></Rules>"
        "<Text>a&lt;b&gt;&amp;&quot;&apos;\xef\xbf\xbd\xc3\xa9</Text></ListRulesResponse>");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_a_tree_is_written_as_elements) };
    return cmocka_run_group_tests_name("mock_front/xml", tests, NULL, NULL);
}
