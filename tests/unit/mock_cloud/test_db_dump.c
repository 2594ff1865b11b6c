/* test_db_dump.c - the database as JSON: what is there, and numbers of any size. */
#include "world.h"

#include "mock-server/cloud/db.h"

static void put(struct db *db, const char *name, int64_t value)
{
    struct error err = { 0 };
    struct query q CLEANUP(query_done) = db_query(db, SQL_META_PUT);
    query_text(&q, ":name", name);
    query_int(&q, ":value", value);
    assert_true(query_run(&q, &err));
}

static int64_t get(struct db *db, const char *name)
{
    struct error err = { 0 };
    int64_t value = 0;
    struct query q CLEANUP(query_done) = db_query(db, SQL_META_GET);
    query_text(&q, ":name", name);
    assert_true(query_value(&q, &value, &err));
    return value;
}

static void test_numbers_of_64_bits_survive(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct db *from = NULL;
    struct db *to = NULL;
    cJSON *json = NULL;
    assert_true(db_open(&from, NULL, &err));
    assert_true(db_open(&to, NULL, &err));
    put(from, "small", 42);
    put(from, "large", INT64_MAX);
    put(from, "least", INT64_MIN);
    put(to, "other", 1);
    assert_true(db_export(from, &json, &err));
    assert_int_equal(json_int(json, "version", 0), 3);
    assert_int_equal(count(json, "meta"), 3);
    assert_int_equal(json_int(first(json, "meta"), "value", 0), 42);
    /* Through text, as a file would. */
    char *text = cJSON_PrintUnformatted(json);
    cJSON_Delete(json);
    json = cJSON_Parse(text);
    cJSON_free(text);
    assert_true(db_import(to, json, &err));
    assert_true(get(to, "small") == 42);
    assert_true(get(to, "large") == INT64_MAX);
    assert_true(get(to, "least") == INT64_MIN);
    assert_true(get(to, "other") == 0);
    cJSON_Delete(json);
    db_close(from);
    db_close(to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_of_64_bits_survive),
    };
    return cmocka_run_group_tests_name("mock_cloud/db_dump", tests, NULL, NULL);
}
