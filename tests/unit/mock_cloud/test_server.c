/* test_server.c - members of server groups. */
#include "world.h"

#include "mock-server/cloud/cloud_priv.h"
#include "mock-server/cloud/db_priv.h"

static const cJSON *add(struct world *w, const char *list)
{
    return call(w, "AddServersToServerGroup", "{'ServerGroupId':'%s','Servers':[%s]}", w->group,
                list);
}

static const cJSON *take_out(struct world *w, const char *list)
{
    return call(w, "RemoveServersFromServerGroup", "{'ServerGroupId':'%s','Servers':[%s]}",
                w->group, list);
}

static const cJSON *replace(struct world *w, const char *removed, const char *added)
{
    return call(w, "ReplaceServersInServerGroup",
                "{'ServerGroupId':'%s','RemovedServers':[%s],'AddedServers':[%s]}", w->group,
                removed, added);
}

static void test_servers_must_suit_the_group(void **state)
{
    (void)state;
    static const struct {
        const char *type, *server, *code; /* code NULL: taken */
        int status;
    } rows[] = {
        { "Ip", SERVER("10.0.0.1"), NULL, 200 },
        { "Ip", ENI("eni-0a000001", "10.0.0.1"), "Mismatch.ServerType", 400 },
        { "Ip", "{'ServerType':'Ip','ServerId':'nonsense','Port':80}", "IllegalParam.ServerIp",
          400 },
        { "Ip", "{'ServerType':'Ip','ServerId':'10.0.0.1','ServerIp':'10.0.0.2','Port':80}",
          "IllegalParam.ServerIp", 400 },
        { "Ip", "{'ServerType':'Ip','ServerId':'10.0.0.1'}", "MissingParam.Port", 400 },
        { "Ip", "{'ServerType':'Ip','Port':80}", "MissingParam.ServerId", 400 },
        { "Instance", SERVER("10.0.0.1"), "Mismatch.ServerType", 400 },
        { "Instance", ENI("eni-0a000001", "10.0.0.1"), NULL, 200 },
        { "Instance", ENI("eni-0a000001", "10.0.0.2"), "IllegalParam.ServerIp", 400 },
        { "Instance", ENI("eni-any", "10.0.0.2"), NULL, 200 },
        { "Instance", "{'ServerType':'Eni','ServerId':'eni-any','Port':80}",
          "IllegalParam.ServerIp", 400 },
        { "Instance", "{'ServerType':'Eni','ServerId':'i-1','ServerIp':'10.0.0.2','Port':80}",
          "ResourceNotFound.Eni", 404 },
        { "Instance", "{'ServerType':'Ecs','ServerId':'i-1','Port':80}", NULL, 200 },
        { "Fc", "{'ServerType':'Fc','ServerId':'acs:fc:cn:1:services/s/functions/f'}", NULL, 200 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct world w CLEANUP(world_done);
        world_new(&w);
        keep(w.group,
             call(&w, "CreateServerGroup",
                  "{'ServerGroupName':'ab','VpcId':'vpc-1','ServerGroupType':'%s',"
                  "'HealthCheckConfig':{'HealthCheckEnabled':false}}",
                  rows[i].type),
             "ServerGroupId");
        settle(&w);
        add(&w, rows[i].server);
        if (rows[i].code)
            refused(&w, rows[i].status, rows[i].code);
        else
            ok(&w);
    }
}

static void test_a_server_reads_back_as_told(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_group(&w, GROUP("first", ""));
    add(&w, "{'ServerType':'Eni','ServerId':'eni-0a010009','Port':8080,'Weight':7,"
            "'Description':'pod a'},{'ServerType':'Ecs','ServerId':'i-1','Port':80}");
    settle(&w);
    const cJSON *list = json_get(servers(&w), "Servers");
    const cJSON *eni = cJSON_GetArrayItem(list, 0);
    assert_string_equal(json_str(eni, "ServerIp"), "10.1.0.9");
    assert_int_equal(json_int(eni, "Port", 0), 8080);
    assert_int_equal(json_int(eni, "Weight", 0), 7);
    assert_string_equal(json_str(eni, "Description"), "pod a");
    assert_string_equal(json_str(eni, "ServerGroupId"), w.group);
    assert_null(json_get(eni, "RemoteIpEnabled"));
    assert_int_equal(json_int(cJSON_GetArrayItem(list, 1), "Weight", 0), 100);
    assert_int_equal(json_int(the_group(&w), "ServerCount", 0), 2);
}

static void test_duplicates_and_conflicts(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_group(&w, GROUP("first", ",'ServerGroupType':'Ip'"));
    add(&w, SERVER("10.0.0.1") "," SERVER("10.0.0.1"));
    refused(&w, 400, "DuplicatedParam.BackendServer");
    assert_int_equal(count(servers(&w), "Servers"), 0);
    add(&w, SERVER("10.0.0.1"));
    ok(&w);
    settle(&w);
    add(&w, SERVER("10.0.0.2") "," SERVER("10.0.0.1"));
    refused(&w, 400, "Conflict.BackendServer");
    assert_int_equal(count(servers(&w), "Servers"), 1);
    add(&w, "{'ServerType':'Ip','ServerId':'10.0.0.1','Port':81}"); /* another port, another */
    ok(&w);
    settle(&w);
    replace(&w, SERVER("10.0.0.9"), SERVER("10.0.0.3"));
    refused(&w, 404, "ResourceNotFound.BackendServer");
    replace(&w, SERVER("10.0.0.1"), SERVER("10.0.0.1"));
    refused(&w, 400, "Conflict.BackendServer");
    take_out(&w, SERVER("10.0.0.9"));
    refused(&w, 404, "ResourceNotFound.BackendServer");
    assert_string_equal(json_str(first(servers(&w), "Servers"), "Status"), "Available");
}

static void test_a_group_changes_once_at_a_time(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    keep(w.group, call_text(&w, "CreateServerGroup", GROUP("first", ",'ServerGroupType':'Ip'")),
         "ServerGroupId");
    add(&w, SERVER("10.0.0.1"));
    refused(&w, 400, "IncorrectStatus.ServerGroup");
    settle(&w);
    add(&w, SERVER("10.0.0.1"));
    ok(&w);
    settle(&w);
    add(&w, SERVER("10.0.0.2"));
    ok(&w);
    add(&w, SERVER("10.0.0.3"));
    refused(&w, 400, "ResourceInConfiguring");
    take_out(&w, SERVER("10.0.0.1"));
    refused(&w, 400, "ResourceInConfiguring");
    take_out(&w, SERVER("10.0.0.2"));
    refused(&w, 400, "ResourceInConfiguring.BackendServer");
    replace(&w, SERVER("10.0.0.2"), SERVER("10.0.0.3"));
    refused(&w, 400, "ResourceInConfiguring.BackendServer");
    call(&w, "UpdateServerGroupServersAttribute",
         "{'ServerGroupId':'%s','Servers':[" SERVER("10.0.0.2") "]}", w.group);
    refused(&w, 400, "ResourceInConfiguring");
}

static void test_weights_are_changed(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_group(&w, GROUP("first", ",'ServerGroupType':'Ip'"));
    add(&w, SERVER("10.0.0.1"));
    settle(&w);
    call(&w, "UpdateServerGroupServersAttribute",
         "{'ServerGroupId':'%s','Servers':[{'ServerType':'Ip','ServerId':'10.0.0.1','Port':80,"
         "'Weight':0,'Description':'going'}]}",
         w.group);
    ok(&w);
    const cJSON *s = first(servers(&w), "Servers");
    assert_string_equal(json_str(s, "Status"), "Configuring");
    assert_int_equal(json_int(s, "Weight", -1), 0);
    settle(&w);
    /* Absent fields stay. */
    call(&w, "UpdateServerGroupServersAttribute",
         "{'ServerGroupId':'%s','Servers':[{'ServerType':'Ip','ServerId':'10.0.0.1','Port':80}]}",
         w.group);
    settle(&w);
    s = first(servers(&w), "Servers");
    assert_string_equal(json_str(s, "Status"), "Available");
    assert_int_equal(json_int(s, "Weight", -1), 0);
    assert_string_equal(json_str(s, "Description"), "going");
    call(&w, "UpdateServerGroupServersAttribute",
         "{'ServerGroupId':'%s','Servers':[" SERVER("10.0.0.9") "]}", w.group);
    refused(&w, 404, "ResourceNotFound.BackendServer");
}

static void test_41_servers_are_too_many_to_update_at_once(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_group(&w, GROUP("first", ",'ServerGroupType':'Ip'"));
    const char *list = SERVER("10.0.0.1");
    for (int i = 1; i < 41; i++)
        list = arena_fmt(&w.arena, "%s,%s", list, SERVER("10.0.0.1"));
    call(&w, "UpdateServerGroupServersAttribute", "{'ServerGroupId':'%s','Servers':[%s]}", w.group,
         list);
    refused(&w, 400, "IllegalParamSize.Servers");
}

static void test_the_whole_region_can_be_listed(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_group(&w, GROUP("one", ",'ServerGroupType':'Ip','Tag':[{'Key':'k','Value':'1'}]"));
    add(&w, SERVER("10.0.0.1"));
    setup_group(&w, GROUP("two", ",'ServerGroupType':'Ip'"));
    add(&w, SERVER("10.0.0.2") "," SERVER("10.0.0.1"));
    assert_int_equal(count(call(&w, "ListServerGroupServers", "{}"), "Servers"), 3);
    assert_int_equal(
        count(call(&w, "ListServerGroupServers", "{'ServerIds':['10.0.0.1']}"), "Servers"), 2);
    assert_int_equal(count(call(&w, "ListServerGroupServers", "{'Tag':[{'Key':'k'}]}"), "Servers"),
                     1);
    assert_int_equal(
        count(call(&w, "ListServerGroupServers", "{'ServerGroupId':'sgp-nosuch'}"), "Servers"), 0);
}

/* How far SQLite ran for the statement since it was last asked. */
static int steps_of(struct world *w, enum sql sql)
{
    return sqlite3_stmt_status(w->cloud->db->stmts[sql], SQLITE_STMTSTATUS_VM_STEP, 1);
}

/* Reads the region in pages of 10; returns the most that one of them took. */
static int page_through(struct world *w, int n_wanted)
{
    const char *token = "";
    int most = 0, n = 0;
    do {
        const cJSON *body = call(w, "ListServerGroupServers", "{'MaxResults':10%s}", token);
        const char *next = json_str(body, "NextToken");
        const int steps = steps_of(w, SQL_SERVER_REGION);
        most = steps > most ? steps : most;
        n += (int)count(body, "Servers");
        assert_int_equal(json_int(body, "TotalCount", 0), n_wanted);
        token = next ? arena_fmt(&w->arena, ",'NextToken':'%s'", next) : NULL;
    } while (token);
    assert_int_equal(n, n_wanted);
    return most;
}

static void test_a_page_of_the_region_costs_the_same_among_many(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    int few = 0;
    for (int g = 0; g < 8; g++) {
        setup_group(&w, arena_fmt(&w.arena, GROUP("g%d", ",'ServerGroupType':'Ip'"), g));
        const char *list = SERVER("10.0.0.200");
        for (int i = 1; i < 30; i++)
            list = arena_fmt(&w.arena, "%s,{'ServerId':'10.0.0.%d','ServerType':'Ip','Port':80}",
                             list, i);
        add(&w, list);
        if (g == 0)
            few = page_through(&w, 30);
    }
    const int most = page_through(&w, 240);
    if (most > few * 5 / 4)
        fail_msg("%d steps among 30 servers, %d among 240", few, most);
    (void)steps_of(&w, SQL_SERVER_TOTAL);
    (void)page_through(&w, 240); /* nothing changed: nothing is counted again */
    assert_int_equal(steps_of(&w, SQL_SERVER_TOTAL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_servers_must_suit_the_group),
        cmocka_unit_test(test_a_server_reads_back_as_told),
        cmocka_unit_test(test_duplicates_and_conflicts),
        cmocka_unit_test(test_a_group_changes_once_at_a_time),
        cmocka_unit_test(test_weights_are_changed),
        cmocka_unit_test(test_41_servers_are_too_many_to_update_at_once),
        cmocka_unit_test(test_the_whole_region_can_be_listed),
        cmocka_unit_test(test_a_page_of_the_region_costs_the_same_among_many),
    };
    return cmocka_run_group_tests_name("mock_cloud/server", tests, NULL, NULL);
}
