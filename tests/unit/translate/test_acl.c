/* aclConfig of listeners: alb-ingress.md §B.3, §F.5; limits: alb-semantics.md §11. */
#include "world.h"

static struct world world_with(const char *listeners)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    return world_of(arena_fmt(&a, "%s  listeners: %s\n", WEB_SPEC, listeners));
}

static const struct resource *acl_row(const struct world *w, const char *key)
{
    return model_find(&w->out.desired, "kube-system/web", RESOURCE_ACL, key);
}

static void test_entries_make_a_list_for_the_listener(void **state)
{
    (void)state;
    struct world w = world_with("[{aclConfig: {aclType: White, aclName: office, aclEntries: "
                                "[10.0.0.0/8, 192.0.2.7]}}, {port: 81}]");
    assert_string_equal(problems(&w), "");
    assert_string_equal(warnings(&w), "");
    const struct resource *r = acl_row(&w, "80/HTTP/White");
    assert_non_null(r);
    assert_string_equal(r->parent, "80/HTTP"); /* it is held with its listener */
    const struct alb_acl *acl = r->desired;
    assert_string_equal(acl->name, "office");
    assert_int_equal(acl->entries.len, 2);
    assert_string_equal(acl->entries.items[0].entry, "10.0.0.0/8");
    assert_string_equal(acl->entries.items[1].entry, "192.0.2.7/32");
    assert_string_equal(alb_tag_get(&acl->tags, TAG_CLUSTER), "c-1");
    assert_string_equal(alb_tag_get(&acl->tags, TAG_ALBCONFIG), "kube-system/web");
    assert_string_equal(alb_tag_get(&acl->tags, TAG_RESOURCE), "acl/80/HTTP/White");
    const struct alb_listener *l = listener_of(&w, "80/HTTP");
    assert_string_equal(l->acls.type, "White");
    assert_int_equal(l->acls.acls.len, 1);
    assert_string_equal(l->acls.acls.items[0].acl_id, "@acl/80/HTTP/White");
    assert_null(listener_of(&w, "81/HTTP")->acls.type); /* what it has is left alone */
    world_done(&w);
}

static void test_a_list_without_a_name_has_that_of_the_existing_controller(void **state)
{
    (void)state;
    struct world w =
        world_of("apiVersion: alibabacloud.com/v1\nkind: AlbConfig\nmetadata: {name: web}\n"
                 "spec:\n  config: {name: shop, zoneMappings: [{vSwitchId: vsw-1, zoneId: z-1}, "
                 "{vSwitchId: vsw-2, zoneId: z-2}]}\n"
                 "  listeners: [{port: 443, protocol: HTTPS, certificates: [{CertificateId: c}], "
                 "aclConfig: {aclType: black, aclEntries: [10.0.0.1]}}]\n");
    assert_string_equal(problems(&w), "");
    const struct resource *r = acl_row(&w, "443/HTTPS/Black");
    assert_non_null(r);
    assert_string_equal(((const struct alb_acl *)r->desired)->name, "acl-shop-443");
    world_done(&w);
}

static void test_ids_are_lists_of_others(void **state)
{
    (void)state;
    struct world w =
        world_with("[{aclConfig: {aclType: Black, aclName: x, aclIds: [acl-1, acl-2]}}]");
    assert_string_equal(problems(&w), "");
    assert_has(warnings(&w), "aclConfig.aclName: it has no effect with aclIds");
    const struct alb_listener *l = listener_of(&w, "80/HTTP");
    assert_string_equal(l->acls.type, "Black");
    assert_int_equal(l->acls.acls.len, 2);
    assert_string_equal(l->acls.acls.items[1].acl_id, "acl-2");
    assert_null(acl_row(&w, "80/HTTP/Black"));
    world_done(&w);
}

static void test_an_empty_one_is_none(void **state)
{
    (void)state;
    struct world w = world_with("[{aclConfig: {}}, {port: 81, aclConfig: null}, {port: 82, "
                                "aclConfig: {aclName: '', aclType: '', aclEntries: [], aclIds: "
                                "[]}}]");
    assert_string_equal(problems(&w), "");
    assert_null(listener_of(&w, "80/HTTP")->acls.type);
    assert_null(listener_of(&w, "81/HTTP")->acls.type);
    assert_null(listener_of(&w, "82/HTTP")->acls.type);
    world_done(&w);
}

static void test_what_cannot_be_is_named_and_its_listener_left_out(void **state)
{
    (void)state;
    static const struct {
        const char *config, *problem;
    } cases[] = {
        { "{aclType: Grey, aclEntries: [10.0.0.1]}",
          "spec.listeners[1].aclConfig.aclType: \"Grey\" is not known; give White or Black" },
        { "{aclEntries: [10.0.0.1]}", "aclConfig.aclType: it is not given; give White or Black" },
        { "{aclType: White}", "aclConfig: it names no addresses; give aclEntries or aclIds" },
        { "{aclType: White, aclEntries: []}", "aclConfig: it names no addresses" },
        { "{aclName: office}", "aclConfig: it names no addresses" },
        { "{aclType: White, aclEntries: [10.0.0.1], aclIds: [acl-1]}",
          "aclConfig: aclEntries and aclIds cannot be used together; remove one of them" },
        { "{aclType: White, aclEntries: [10.0.0.1, '10.0.0.0/33']}",
          "aclConfig.aclEntries[1]: \"10.0.0.0/33\" is no IPv4 address or block" },
        { "{aclType: White, aclEntries: ['2001:db8::/32']}",
          "aclEntries[0]: \"2001:db8::/32\" is no IPv4 address or block" },
        { "{aclType: White, aclEntries: [10.0.0.1, 10.0.0.1/32]}",
          "aclEntries[1]: 10.0.0.1/32 is what 10.0.0.1 says already; give each block once" },
        { "{aclType: White, aclEntries: [7]}", "aclEntries[0]: this is a number" },
        { "{aclType: White, aclName: 1x, aclEntries: [10.0.0.1]}",
          "aclConfig.aclName: \"1x\" is no name that ALB takes" },
        { "{aclType: White, aclIds: [acl-1, acl-2, acl-3, acl-4]}",
          "aclConfig.aclIds: 4 access lists are given, and a listener takes 3; remove some" },
        { "{aclType: White, aclIds: [acl-1, acl-1]}",
          "aclIds[1]: access list acl-1 is listed twice; give each once" },
        { "{aclType: White, aclIds: [\"@acl/80/HTTP/White\"]}",
          "aclIds[0]: \"@acl/80/HTTP/White\" is no id of an access list" },
    };
    struct arena a CLEANUP(arena_done) = { 0 };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct world w =
            world_with(arena_fmt(&a, "[{}, {port: 81, aclConfig: %s}]", cases[i].config));
        assert_has(problems(&w), cases[i].problem);
        assert_non_null(listener_of(&w, "80/HTTP"));
        assert_null(listener_of(&w, "81/HTTP"));
        assert_null(acl_row(&w, "81/HTTP/White"));
        /* A listener that was there keeps its rows, its list among them. */
        const struct resource list = { .lb = "kube-system/web",
                                       .kind = RESOURCE_ACL,
                                       .key = "81/HTTP/White",
                                       .parent = "81/HTTP" };
        assert_true(translate_holds(&w.out, &list));
        world_done(&w);
    }
}

static const char *entries(struct arena *a, int second, int n)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    for (int i = 0; i < n; i++)
        buf_addf(&b, "%s10.%d.%d.%d", i ? ", " : "", second, i / 250, i % 250);
    return buf_keep(&b, a);
}

static void test_a_listener_takes_500_entries(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    for (int n = 500; n <= 501; n++) {
        struct world w = world_with(
            arena_fmt(&a, "[{aclConfig: {aclType: White, aclEntries: [%s]}}]", entries(&a, 0, n)));
        if (n == 500)
            assert_string_equal(problems(&w), "");
        else
            assert_has(problems(&w), "spec.listeners[0].aclConfig.aclEntries: 501 entries are "
                                     "given, and a listener takes 500");
        world_done(&w);
    }
}

static void test_all_listeners_together_take_800(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    for (int n = 400; n <= 401; n++) {
        struct world w =
            world_with(arena_fmt(&a,
                                 "[{aclConfig: {aclType: White, aclEntries: [%s]}}, "
                                 "{port: 81, aclConfig: {aclType: White, aclEntries: [%s]}}]",
                                 entries(&a, 0, 400), entries(&a, 1, n)));
        if (n == 400)
            assert_string_equal(problems(&w), "");
        else
            assert_has(problems(&w), "spec.listeners[1].aclConfig.aclEntries: with those of the "
                                     "listeners before it the load balancer has 801 entries, and "
                                     "it takes 800");
        world_done(&w);
    }
}

static void test_security_groups_and_access_lists_exclude_each_other(void **state)
{
    (void)state;
    static const char text[] =
        "apiVersion: alibabacloud.com/v1\nkind: AlbConfig\nmetadata: {name: web}\n"
        "spec:\n  config: {zoneMappings: [{vSwitchId: vsw-1, zoneId: z-1}, "
        "{vSwitchId: vsw-2, zoneId: z-2}], securityGroupIds: [sg-1]}\n"
        "  listeners: [{}, {port: 81, AclConfig: %s}]\n";
    struct arena a CLEANUP(arena_done) = { 0 };
    struct world w = world_of(arena_fmt(&a, text, "{aclType: White, aclIds: [acl-1]}"));
    assert_has(problems(&w), "AlbConfig web: spec.config.securityGroupIds: security groups and "
                             "access lists cannot be used together, and spec.listeners[1] has an "
                             "aclConfig; remove one of the two");
    assert_int_equal(w.out.desired.rows.len, 0); /* nothing of it is done */
    world_done(&w);
    w = world_of(arena_fmt(&a, text, "{aclType: White}"));
    assert_has(problems(&w), "and spec.listeners[1] has an aclConfig");
    world_done(&w);
    w = world_of(arena_fmt(&a, text, "{}"));
    assert_string_equal(problems(&w), "");
    world_done(&w);
    w = world_of(arena_fmt(&a, text, "{aclType: '', aclEntries: [], aclIds: null}"));
    assert_string_equal(problems(&w), "");
    world_done(&w);
}

static void test_what_is_no_id_or_entry_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *config, *problem;
    } cases[] = {
        { "aclIds: [\"\"]", "aclIds[0]: \"\" is no id of an access list" },
        { "aclIds: [\"@acl/80/HTTP/White\"]", "aclIds[0]: \"@acl/80/HTTP/White\" is no id" },
        { "aclIds: [acl-1, \"acl 2\"]", "aclIds[1]: \"acl 2\" is no id" },
        { "aclIds: [7]", "aclIds[0]: this is a number; give text" },
        { "aclEntries: [\"\"]", "aclEntries[0]: \"\" is no IPv4 address or block" },
        { "aclEntries: [7]", "aclEntries[0]: this is a number; give text" },
    };
    struct arena a CLEANUP(arena_done) = { 0 };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct world w =
            world_with(arena_fmt(&a, "[{aclConfig: {aclType: White, %s}}]", cases[i].config));
        assert_has(problems(&w), cases[i].problem);
        assert_null(listener_of(&w, "80/HTTP"));
        world_done(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_entries_make_a_list_for_the_listener),
        cmocka_unit_test(test_a_list_without_a_name_has_that_of_the_existing_controller),
        cmocka_unit_test(test_ids_are_lists_of_others),
        cmocka_unit_test(test_an_empty_one_is_none),
        cmocka_unit_test(test_what_cannot_be_is_named_and_its_listener_left_out),
        cmocka_unit_test(test_a_listener_takes_500_entries),
        cmocka_unit_test(test_all_listeners_together_take_800),
        cmocka_unit_test(test_security_groups_and_access_lists_exclude_each_other),
        cmocka_unit_test(test_what_is_no_id_or_entry_is_named),
    };
    return cmocka_run_group_tests_name("translate/acl", tests, NULL, NULL);
}
