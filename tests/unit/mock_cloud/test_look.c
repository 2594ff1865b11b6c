/* test_look.c - what who looks on beside the API is told. */
#include "world.h"

#define AT(ip) "{'ServerType':'Ip','ServerId':'" ip "','ServerIp':'" ip "','Port':80}"

struct told {
    struct arena *a;
    const char *text;
};

static void tell_group(void *arg, const struct cloud_group *g)
{
    struct told *t = arg;
    t->text = arena_fmt(t->a, "%s%s %s=%s;", t->text, g->name, g->tag_key ? g->tag_key : "-",
                        g->tag_value ? g->tag_value : "-");
}

static void tell_server(void *arg, const struct cloud_server *s)
{
    struct told *t = arg;
    t->text = arena_fmt(t->a, "%s%s %s;", t->text, s->ip, s->status);
}

static const char *told_groups(struct world *w)
{
    struct told t = { &w->arena, "" };
    cloud_look_groups(w->cloud, &w->arena, tell_group, &t);
    return t.text;
}

static const char *told_servers(struct world *w)
{
    struct told t = { &w->arena, "" };
    cloud_look_servers(w->cloud, &w->arena, tell_server, &t);
    return t.text;
}

static struct cloud_changes changes(struct world *w)
{
    return cloud_changes(w->cloud, w->now_ms);
}

static void make_group(struct world *w, const char *name, const char *tags)
{
    const cJSON *body = call(w, "CreateServerGroup",
                             "{'ServerGroupName':'%s','VpcId':'vpc-1','ServerGroupType':'Ip',"
                             "'HealthCheckConfig':{'HealthCheckEnabled':false},'Tag':[%s]}",
                             name, tags);
    keep(w->group, body, "ServerGroupId");
}

static void test_groups_are_told_with_each_tag(void **state)
{
    (void)state;
    struct world w;
    world_new(&w);
    make_group(&w, "first", "{'Key':'a','Value':'1'},{'Key':'b','Value':'2'}");
    make_group(&w, "second", "");
    assert_string_equal(told_groups(&w), "first a=1;first b=2;second -=-;");
    world_done(&w);
}

static void test_servers_are_told_as_they_are(void **state)
{
    (void)state;
    struct world w;
    world_new(&w);
    make_group(&w, "first", "");
    settle(&w);
    (void)call(&w, "AddServersToServerGroup", "{'ServerGroupId':'%s','Servers':[%s,%s]}", w.group,
               AT("10.0.0.1"), AT("10.0.0.2"));
    assert_string_equal(told_servers(&w), "10.0.0.1 Adding;10.0.0.2 Adding;");
    settle(&w);
    (void)changes(&w);
    assert_string_equal(told_servers(&w), "10.0.0.1 Available;10.0.0.2 Available;");
    world_done(&w);
}

static void test_what_changes_is_counted(void **state)
{
    (void)state;
    struct world w;
    world_new(&w);
    const struct cloud_changes none = changes(&w);
    make_group(&w, "first", "{'Key':'a','Value':'1'}");
    const struct cloud_changes made = changes(&w);
    assert_true(made.resources > none.resources && made.ids > none.ids && made.tags > none.tags);
    assert_int_equal(made.servers, none.servers);
    (void)call(&w, "ListServerGroups", "{}");
    const struct cloud_changes read = changes(&w);
    assert_memory_equal(&read, &made, sizeof read);
    w.now_ms += PENDING_MS; /* the group becomes Available, though nobody asks */
    const struct cloud_changes settled = changes(&w);
    assert_true(settled.resources > made.resources);
    assert_int_equal(settled.ids, made.ids);
    (void)call(&w, "AddServersToServerGroup", "{'ServerGroupId':'%s','Servers':[%s]}", w.group,
               AT("10.0.0.1"));
    const struct cloud_changes served = changes(&w);
    assert_true(served.servers > settled.servers);
    assert_int_equal(served.ids, settled.ids);
    assert_int_equal(served.tags, settled.tags);
    world_done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_groups_are_told_with_each_tag),
        cmocka_unit_test(test_servers_are_told_as_they_are),
        cmocka_unit_test(test_what_changes_is_counted),
    };
    return cmocka_run_group_tests_name("mock_cloud/look", tests, NULL, NULL);
}
