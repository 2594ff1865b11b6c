/* test_old_state.c - state files of every earlier version go on: state_vN.sql is what the
 * programs of that time wrote. */
#include "world.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

/* When the files were written, and when what was pending then is done. */
static const int64_t WRITTEN_MS = 1795338700000, SETTLED_MS = 1795338800000;

#define GROUP_ID "sgp-dysp8v84rftq4esmt9"

static const char *sql_of(struct arena *a, int version)
{
    struct buf b CLEANUP(buf_done) = { .max = 0 };
    char piece[4096];
    size_t n = 0;
    FILE *file =
        fopen(arena_fmt(a, TEST_SOURCE_DIR "/tests/unit/mock_cloud/state_v%d.sql", version), "r");
    assert_non_null(file);
    while ((n = fread(piece, 1, sizeof piece, file)) > 0)
        buf_add(&b, piece, n);
    (void)fclose(file);
    return buf_keep(&b, a);
}

/* A state file of that version. */
static const char *file_of(struct arena *a, int version)
{
    sqlite3 *db = NULL;
    char *path = arena_strdup(a, "/tmp/mock-old-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql_of(a, version), NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("version %d: %s", version, sqlite3_errmsg(db));
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return path;
}

static void file_gone(struct arena *a, const char *path)
{
    (void)unlink(path);
    (void)unlink(arena_fmt(a, "%s-wal", path));
}

static const char *group_status(struct world *w)
{
    return json_str(first(call_text(w, "ListServerGroups", "{}"), "ServerGroups"),
                    "ServerGroupStatus");
}

static void goes_on(struct world *w)
{
    w->now_ms = WRITTEN_MS;
    assert_string_equal(group_status(w), "Creating");
    /* The client token of the old program is known, and what it said of its call. */
    const cJSON *again = call_text(
        w, "CreateServerGroup",
        "{'ServerGroupName':'gg','VpcId':'vpc-1','ClientToken':'token-1','Tag':[{'Key':'k',"
        "'Value':'v'}],'HealthCheckConfig':{'HealthCheckEnabled':false}}");
    ok(w);
    assert_string_equal(json_str(again, "ServerGroupId"), GROUP_ID);
    w->now_ms = SETTLED_MS;
    assert_string_equal(group_status(w), "Available");
    const cJSON *lb = first(call_text(w, "ListLoadBalancers", "{}"), "LoadBalancers");
    assert_string_equal(json_str(lb, "LoadBalancerStatus"), "Active");
    /* Tables that came later are there, and ids do not come again. */
    struct error err = { 0 };
    assert_true(cloud_hold(w->cloud, w->now_ms, "ServerGroup", true, &err));
    const cJSON *fresh = call_text(w, "CreateServerGroup", GROUP("hh", ""));
    ok(w);
    assert_string_not_equal(json_str(fresh, "ServerGroupId"), GROUP_ID);
    call_text(w, "CreateAcl", "{'AclName':'new'}");
    ok(w);
}

static void test_a_file_of_every_earlier_version_goes_on(void **state)
{
    (void)state;
    for (int version = 1; version <= 2; version++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        const char *path = file_of(&a, version);
        struct cloud_config config = { .state = path, .pending_ms = PENDING_MS, .seed = 9 };
        for (int start = 0; start < 2; start++) { /* the second finds the present version */
            struct world w CLEANUP(world_done);
            world_open(&w, &config);
            if (!start)
                goes_on(&w);
            w.now_ms = SETTLED_MS;
            assert_int_equal(count(call_text(&w, "ListAcls", "{}"), "Acls"), version);
        }
        file_gone(&a, path);
    }
}

/* An export of an earlier version, as one that has no tables but those of its time. */
static void test_an_export_of_an_earlier_version_is_taken(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err = { 0 };
    static const char *const later[] = { "acl_entry", "acl_relation", "held", "unlisted",
                                         "health" };
    const char *path = file_of(&a, 1);
    struct world old CLEANUP(world_done), new CLEANUP(world_done);
    struct cloud_config config = { .state = path, .pending_ms = PENDING_MS, .seed = 9 };
    cJSON *json CLEANUP(json_done) = NULL;
    world_open(&old, &config);
    world_new(&new);
    assert_true(cloud_export(old.cloud, &json, &err));
    for (size_t i = 0; i < COUNT(later); i++)
        cJSON_DeleteItemFromObjectCaseSensitive(json, later[i]);
    cJSON_ReplaceItemInObjectCaseSensitive(json, "version", cJSON_CreateNumber(1));
    if (!cloud_import(new.cloud, json, &err))
        fail_msg("%s", err.msg);
    new.now_ms = SETTLED_MS;
    assert_string_equal(group_status(&new), "Available");
    file_gone(&a, path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_file_of_every_earlier_version_goes_on),
        cmocka_unit_test(test_an_export_of_an_earlier_version_is_taken),
    };
    return cmocka_run_group_tests_name("mock_cloud/old_state", tests, NULL, NULL);
}
