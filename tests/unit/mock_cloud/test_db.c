/* test_db.c - the database under the cloud: that it opens, what it refuses, and that a
 * copy taken at any moment, as a killed process leaves it, is whole. */
#include "world.h"

#include <stdlib.h>
#include <unistd.h>

#include "mock-server/cloud/db.h"

static char *temp_name(struct arena *a)
{
    char *path = arena_strdup(a, "/tmp/mock-db-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    unlink(path);
    return path;
}

static void file_gone(struct arena *a, const char *path)
{
    unlink(path);
    unlink(arena_fmt(a, "%s-wal", path));
}

/* Opening prepares every statement against the schema. */
static void test_every_statement_fits_the_schema(void **state)
{
    (void)state;
    struct db *db = NULL;
    struct error err = { 0 };
    if (!db_open(&db, NULL, &err))
        fail_msg("%s", err.msg);
    db_close(db);
    db_close(NULL);
}

/* Where a name stands is remembered by its address, which another name may have later. */
static void test_names_are_told_apart_at_one_address(void **state)
{
    (void)state;
    struct db *db = NULL;
    struct error err = { 0 };
    char name[8] = "";
    bool row = false;
    assert_true(db_open(&db, NULL, &err));
    for (int i = 0; i < 6; i++) {
        struct query q CLEANUP(query_done) = db_query(db, SQL_META_PUT);
        memcpy(name, i % 2 ? ":value" : ":name", i % 2 ? 7 : 6);
        if (i % 2)
            query_int(&q, name, 7);
        else
            query_text(&q, name, "n");
        if (i % 2)
            query_text(&q, ":name", "n");
        else
            query_int(&q, ":value", 7);
        assert_true(query_run(&q, &err));
    }
    struct query q = db_query(db, SQL_META_GET);
    query_text(&q, ":name", "n");
    assert_true(query_next(&q, &row, &err) && row);
    memcpy(name, "nothing", 8);
    assert_int_equal(query_num(&q, name), 0);
    memcpy(name, "value", 6);
    assert_int_equal(query_num(&q, name), 7);
    query_done(&q);
    db_close(db);
}

static void test_a_transaction_is_taken_back(void **state)
{
    (void)state;
    struct db *db = NULL;
    struct error err = { 0 };
    assert_true(db_open(&db, NULL, &err));
    assert_true(db_begin(db, &err));
    {
        struct query q CLEANUP(query_done) = db_query(db, SQL_META_PUT);
        query_text(&q, ":name", "n");
        query_int(&q, ":value", -7);
        assert_true(query_run(&q, &err));
    }
    for (int taken_back = 0; taken_back < 2; taken_back++) {
        bool row = false;
        struct query q CLEANUP(query_done) = db_query(db, SQL_META_GET);
        query_text(&q, ":name", "n");
        assert_true(query_next(&q, &row, &err));
        assert_int_equal(row, !taken_back);
        assert_int_equal(query_num(&q, "value"), taken_back ? 0 : -7);
        query_done(&q);
        if (!taken_back)
            db_rollback(db);
    }
    db_close(db);
}

static void copy_file(const char *from, const char *to)
{
    char block[4096];
    size_t n = 0;
    FILE *in = fopen(from, "rb");
    FILE *out = fopen(to, "wb");
    assert_non_null(in);
    assert_non_null(out);
    while ((n = fread(block, 1, sizeof block, in)) > 0)
        assert_int_equal(fwrite(block, 1, n, out), n);
    fclose(in);
    assert_int_equal(fclose(out), 0);
}

static void test_what_a_killed_mock_leaves_is_whole(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *path = temp_name(&a);
    const char *copy = temp_name(&a);
    struct cloud_config config = { .state = path, .pending_ms = PENDING_MS, .seed = 1 };
    struct world w CLEANUP(world_done);
    world_open(&w, &config);
    setup_listener(&w);
    keep(w.rule, add_rule(&w, 10), "RuleId");
    const char *job = arena_strdup(&w.arena, w.last.job_id);
    copy_file(path, copy);
    copy_file(arena_fmt(&a, "%s-wal", path), arena_fmt(&a, "%s-wal", copy));
    {
        struct world after CLEANUP(world_done);
        config.state = copy;
        world_open(&after, &config);
        after.now_ms = w.now_ms;
        memcpy(after.rule, w.rule, sizeof after.rule);
        assert_string_equal(json_str(the_rule(&after), "RuleStatus"), "Provisioning");
        assert_string_equal(job_status(&after, job), "Processing");
        settle(&after);
        assert_string_equal(json_str(the_rule(&after), "RuleStatus"), "Available");
        assert_string_equal(job_status(&after, job), "Succeeded");
    }
    file_gone(&a, copy);
    file_gone(&a, path);
}

static void test_a_later_version_is_refused(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *path = temp_name(&a);
    struct db *db = NULL;
    struct error err = { 0 };
    assert_true(db_open(&db, path, &err));
    db_close(db);
    /* user_version stands at byte 60 of the file, application_id at byte 68. */
    FILE *f = fopen(path, "r+b");
    assert_non_null(f);
    assert_int_equal(fseek(f, 63, SEEK_SET), 0);
    assert_int_equal(fputc(99, f), 99);
    fclose(f);
    assert_false(db_open(&db, path, &err));
    assert_non_null(strstr(err.msg, "written by a later version (99)"));
    f = fopen(path, "r+b");
    assert_non_null(f);
    assert_int_equal(fseek(f, 68, SEEK_SET), 0);
    assert_int_equal(fputc(0, f), 0);
    fclose(f);
    assert_false(db_open(&db, path, &err));
    assert_non_null(strstr(err.msg, "not a state file of alb-mock"));
    file_gone(&a, path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_statement_fits_the_schema),
        cmocka_unit_test(test_names_are_told_apart_at_one_address),
        cmocka_unit_test(test_a_transaction_is_taken_back),
        cmocka_unit_test(test_what_a_killed_mock_leaves_is_whole),
        cmocka_unit_test(test_a_later_version_is_refused),
    };
    return cmocka_run_group_tests_name("mock_cloud/db", tests, NULL, NULL);
}
