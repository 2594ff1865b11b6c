/* test_resource.c - the tables of what the agent manages: are they sound, and what is asked of
 * such structs.  test_request.c and test_reply.c compare their rows with the description. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "alb-agent/alb_resource.h"
#include "alb-agent/schema.h"

static void test_every_member_has_a_row(void **state)
{
    (void)state;
    assert_true(schema_covers_struct(&alb_load_balancer_schema));
    assert_true(schema_covers_struct(&alb_listener_schema));
    assert_true(schema_covers_struct(&alb_rule_schema));
    assert_true(schema_covers_struct(&alb_server_group_schema));
    assert_true(schema_covers_struct(&alb_acl_schema));
    assert_true(schema_covers_struct(&alb_script_schema));
}

static void each_row(const struct schema *s,
                     void (*check)(const struct schema *, const struct field *))
{
    for (size_t i = 0; i < s->n_fields; i++) {
        check(s, &s->fields[i]);
        if (s->fields[i].of)
            each_row(s->fields[i].of, check);
    }
}

static void check_sane(const struct schema *s, const struct field *f)
{
    if (f->kind == FIELD_ENUM)
        for (size_t i = 1; i < f->n_names; i++)
            if (!f->names[i])
                fail_msg("%s.%s: value %zu has no name", s->name, f->name, i);
    if (f->arm && (s->fields[0].kind != FIELD_ENUM || (size_t)f->arm >= s->fields[0].n_names))
        fail_msg("%s.%s: arm without a tag", s->name, f->name);
    if ((f->flags & F_SUBSET) && !(f->flags & F_UNORDERED))
        fail_msg("%s.%s: only a set has subsets", s->name, f->name);
    for (size_t i = 0; i < s->n_fields; i++)
        if (&s->fields[i] != f && !strcmp(s->fields[i].name, f->name))
            fail_msg("%s.%s: twice", s->name, f->name);
}

static void test_rows_are_sane(void **state)
{
    (void)state;
    each_row(&alb_load_balancer_schema, check_sane);
    each_row(&alb_listener_schema, check_sane);
    each_row(&alb_rule_schema, check_sane);
    each_row(&alb_server_group_schema, check_sane);
    each_row(&alb_acl_schema, check_sane);
    each_row(&alb_script_schema, check_sane);
}

static void check_has_call(const struct schema *s)
{
    for (size_t i = 0; i < s->n_fields; i++)
        if (!s->fields[i].via && !(s->fields[i].flags & F_OBSERVED))
            fail_msg("%s.%s: no call changes it", s->name, s->fields[i].name);
}

static void test_every_member_of_a_resource_has_a_call(void **state)
{
    (void)state;
    check_has_call(&alb_load_balancer_schema);
    check_has_call(&alb_listener_schema);
    check_has_call(&alb_rule_schema);
    check_has_call(&alb_server_group_schema);
    check_has_call(&alb_acl_schema);
    check_has_call(&alb_script_schema);
}

static void test_enums_have_their_names(void **state)
{
    (void)state;
    assert_string_equal(alb_protocol_name(ALB_PROTOCOL_GRPC), "gRPC");
    assert_string_equal(alb_protocol_name(ALB_PROTOCOL_HTTP), "HTTP");
    assert_null(alb_protocol_name(ALB_PROTOCOL_UNSET));
    assert_string_equal(alb_cond_name(ALB_COND_RESPONSE_STATUS), "ResponseStatusCode");
    assert_null(alb_cond_name(ALB_COND_UNSET));
    assert_string_equal(alb_action_type_name(ALB_ACTION_CORS), "Cors");
    assert_null(alb_action_type_name(ALB_ACTION_UNSET));
}

static void test_a_tag_is_found_by_its_key(void **state)
{
    (void)state;
    struct alb_tag items[] = { { "a", "1" }, { NULL, "2" }, { "b", NULL } };
    alb_tags tags = { items, COUNT(items) };
    assert_string_equal(alb_tag_get(&tags, "a"), "1");
    assert_string_equal(alb_tag_get(&tags, "b"), "");
    assert_null(alb_tag_get(&tags, "c"));
    assert_null(alb_tag_get(&(alb_tags){ 0 }, "a"));
}

static void test_a_server_is_told_by_id_address_type_and_port(void **state)
{
    (void)state;
    struct alb_server x = {
        .type = ALB_SERVER_TYPE_ENI, .id = "eni-1", .ip = "10.0.0.1", .port = { 80, true }
    };
    struct alb_server y = x;
    y.weight = (struct opt_int){ 1, true };
    assert_true(alb_server_same(&x, &y));
    y.ip = NULL;
    assert_false(alb_server_same(&x, &y));
    /* Of an instance the cloud knows the address, which we need not. */
    x.type = y.type = ALB_SERVER_TYPE_ECS;
    assert_true(alb_server_same(&x, &y));
    x.type = ALB_SERVER_TYPE_ENI;
    y = x;
    y.port.val = 81;
    assert_false(alb_server_same(&x, &y));
    y = x;
    y.type = ALB_SERVER_TYPE_IP;
    assert_false(alb_server_same(&x, &y));
    y = x;
    y.id = "eni-2";
    assert_false(alb_server_same(&x, &y));
    x.ip = y.ip = NULL;
    y.id = "eni-1";
    assert_true(alb_server_same(&x, &y));
}

static struct alb_rule rule_of(struct alb_rule_action *action)
{
    return (struct alb_rule){ .actions = { action, 1 } };
}

static unsigned changed(struct alb_rule_action want, struct alb_rule_action have)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct alb_rule x = rule_of(&want), y = rule_of(&have);
    return schema_diff(&a, &alb_rule_schema, &x, &y, NULL);
}

/* Actions are sent as a whole: what one of them says no more must go. */
static void test_what_an_action_wants_no_more_is_a_change(void **state)
{
    (void)state;
    struct alb_rule_action both = { .type = ALB_ACTION_LIMIT,
                                    .limit = { .qps = { 9, true }, .per_ip_qps = { 3, true } } };
    struct alb_rule_action one = { .type = ALB_ACTION_LIMIT, .limit = { .qps = { 9, true } } };
    struct alb_rule_action zero = one;
    zero.limit.per_ip_qps.set = true;
    assert_int_equal(changed(one, both), ALB_VIA_RULE);
    assert_int_equal(changed(both, one), ALB_VIA_RULE);
    assert_int_equal(changed(one, zero), 0);

    struct alb_target target = { .group_id = "sgp-1" };
    struct alb_rule_action plain = { .type = ALB_ACTION_FORWARD,
                                     .forward = { .targets = { &target, 1 } } };
    struct alb_rule_action sticky = plain, off = plain;
    sticky.forward.stickiness = (struct alb_group_stickiness){ { true, true }, { 600, true } };
    off.forward.stickiness = (struct alb_group_stickiness){ { false, true }, { 1000, true } };
    assert_int_equal(changed(plain, sticky), ALB_VIA_RULE);
    assert_int_equal(changed(plain, off), 0);
    assert_int_equal(changed(sticky, sticky), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_member_has_a_row),
        cmocka_unit_test(test_rows_are_sane),
        cmocka_unit_test(test_every_member_of_a_resource_has_a_call),
        cmocka_unit_test(test_enums_have_their_names),
        cmocka_unit_test(test_what_an_action_wants_no_more_is_a_change),
        cmocka_unit_test(test_a_tag_is_found_by_its_key),
        cmocka_unit_test(test_a_server_is_told_by_id_address_type_and_port),
    };
    return cmocka_run_group_tests_name("alb/resource", tests, NULL, NULL);
}
