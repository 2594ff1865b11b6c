/* Every row of the field tables against the published facts of the API
 * (mock-server/spec/alb-openapi.json): name, type, range, default, enum values, in the calls
 * that take it and in the replies that hold it.  What differs is listed with its reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alb-agent/alb_resource.h"
#include "alb-agent/json.h"

static cJSON *spec;

#define ONE_TABLE "one table for all actions; a default one takes a ForwardGroup with one group"

/* A difference that is meant. */
static const struct exception {
    const char *call, *path, *what, *reason;
} exceptions[] = {
    { "CreateListener", "IdleTimeout", "range",
      "3600 after a raise of the quota (alb-semantics.md §11)" },
    { "CreateListener", "RequestTimeout", "range",
      "3600 after a raise of the quota (alb-semantics.md §11)" },
    { "UpdateListenerAttribute", "IdleTimeout", "range",
      "3600 after a raise of the quota (alb-semantics.md §11)" },
    { "UpdateListenerAttribute", "RequestTimeout", "range",
      "3600 after a raise of the quota (alb-semantics.md §11)" },
    { "CreateListener", "DefaultActions.Order", "absent", ONE_TABLE },
    { "CreateListener", "DefaultActions.ForwardGroupConfig.ServerGroupTuples.Weight", "absent",
      ONE_TABLE },
    { "CreateListener", "DefaultActions.ForwardGroupConfig.ServerGroupStickySession", "absent",
      ONE_TABLE },
    { "CreateListener", "DefaultActions.RedirectConfig", "absent", ONE_TABLE },
    { "CreateListener", "DefaultActions.FixedResponseConfig", "absent", ONE_TABLE },
    { "CreateListener", "DefaultActions.RewriteConfig", "absent", ONE_TABLE },
    { "CreateListener", "DefaultActions.InsertHeaderConfig", "absent", ONE_TABLE },
    { "CreateListener", "DefaultActions.RemoveHeaderConfig", "absent", ONE_TABLE },
    { "CreateListener", "DefaultActions.TrafficLimitConfig", "absent", ONE_TABLE },
    { "CreateListener", "DefaultActions.TrafficMirrorConfig", "absent", ONE_TABLE },
    { "CreateListener", "DefaultActions.CorsConfig", "absent", ONE_TABLE },
    { "UpdateListenerAttribute", "DefaultActions.Order", "absent", ONE_TABLE },
    { "UpdateListenerAttribute", "DefaultActions.ForwardGroupConfig.ServerGroupTuples.Weight",
      "absent", ONE_TABLE },
    { "UpdateListenerAttribute", "DefaultActions.ForwardGroupConfig.ServerGroupStickySession",
      "absent", ONE_TABLE },
    { "UpdateListenerAttribute", "DefaultActions.RedirectConfig", "absent", ONE_TABLE },
    { "UpdateListenerAttribute", "DefaultActions.FixedResponseConfig", "absent", ONE_TABLE },
    { "UpdateListenerAttribute", "DefaultActions.RewriteConfig", "absent", ONE_TABLE },
    { "UpdateListenerAttribute", "DefaultActions.InsertHeaderConfig", "absent", ONE_TABLE },
    { "UpdateListenerAttribute", "DefaultActions.RemoveHeaderConfig", "absent", ONE_TABLE },
    { "UpdateListenerAttribute", "DefaultActions.TrafficLimitConfig", "absent", ONE_TABLE },
    { "UpdateListenerAttribute", "DefaultActions.TrafficMirrorConfig", "absent", ONE_TABLE },
    { "UpdateListenerAttribute", "DefaultActions.CorsConfig", "absent", ONE_TABLE },
    { "GetListenerAttribute", "DefaultActions.Order", "absent", ONE_TABLE },
    { "GetListenerAttribute", "DefaultActions.ForwardGroupConfig.ServerGroupTuples.Weight",
      "absent", ONE_TABLE },
    { "GetListenerAttribute", "DefaultActions.ForwardGroupConfig.ServerGroupStickySession",
      "absent", ONE_TABLE },
    { "GetListenerAttribute", "DefaultActions.RedirectConfig", "absent", ONE_TABLE },
    { "GetListenerAttribute", "DefaultActions.FixedResponseConfig", "absent", ONE_TABLE },
    { "GetListenerAttribute", "DefaultActions.RewriteConfig", "absent", ONE_TABLE },
    { "GetListenerAttribute", "DefaultActions.InsertHeaderConfig", "absent", ONE_TABLE },
    { "GetListenerAttribute", "DefaultActions.RemoveHeaderConfig", "absent", ONE_TABLE },
    { "GetListenerAttribute", "DefaultActions.TrafficLimitConfig", "absent", ONE_TABLE },
    { "GetListenerAttribute", "DefaultActions.TrafficMirrorConfig", "absent", ONE_TABLE },
    { "GetListenerAttribute", "DefaultActions.CorsConfig", "absent", ONE_TABLE },
    { "ListListeners", "DefaultActions.Order", "absent", ONE_TABLE },
    { "ListListeners", "DefaultActions.ForwardGroupConfig.ServerGroupTuples.Weight", "absent",
      ONE_TABLE },
    { "ListListeners", "DefaultActions.ForwardGroupConfig.ServerGroupStickySession", "absent",
      ONE_TABLE },
    { "ListListeners", "DefaultActions.RedirectConfig", "absent", ONE_TABLE },
    { "ListListeners", "DefaultActions.FixedResponseConfig", "absent", ONE_TABLE },
    { "ListListeners", "DefaultActions.RewriteConfig", "absent", ONE_TABLE },
    { "ListListeners", "DefaultActions.InsertHeaderConfig", "absent", ONE_TABLE },
    { "ListListeners", "DefaultActions.RemoveHeaderConfig", "absent", ONE_TABLE },
    { "ListListeners", "DefaultActions.TrafficLimitConfig", "absent", ONE_TABLE },
    { "ListListeners", "DefaultActions.TrafficMirrorConfig", "absent", ONE_TABLE },
    { "ListListeners", "DefaultActions.CorsConfig", "absent", ONE_TABLE },
    { "CreateRules", "RuleActions.TrafficMirrorConfig.MirrorGroupConfig.ServerGroupTuples.Weight",
      "absent", "one table for all tuples; a mirror has no weight" },
    { "UpdateRulesAttribute",
      "RuleActions.TrafficMirrorConfig.MirrorGroupConfig.ServerGroupTuples.Weight", "absent",
      "one table for all tuples; a mirror has no weight" },
    { "GetLoadBalancerAttribute", "ZoneMappings.AllocationId", "absent",
      "in LoadBalancerAddresses, so not compared" },
    { "GetLoadBalancerAttribute", "ZoneMappings.IntranetAddress", "absent",
      "in LoadBalancerAddresses, so not compared" },
    { "GetLoadBalancerAttribute", "LoadBalancerBillingConfig.BandwidthPackageId", "absent",
      "beside the struct, so not compared" },
    { "ListLoadBalancers", "LoadBalancerBillingConfig.BandwidthPackageId", "absent",
      "beside the struct, so not compared" },
    { "ListLoadBalancers", "ZoneMappings", "absent", "read with GetLoadBalancerAttribute" },
    { "GetListenerAttribute", "AdditionalCertificates", "absent",
      "composed from ListListenerCertificates" },
    { "ListListeners", "AdditionalCertificates", "absent",
      "composed from ListListenerCertificates" },
    { "ListListeners", "Certificates", "absent", "composed from ListListenerCertificates" },
    { "ListListeners", "CaCertificates", "absent", "only in GetListenerAttribute" },
    { "ListListeners", "CaEnabled", "absent", "only in GetListenerAttribute" },
    { "ListRules", "RuleActions.InsertHeaderConfig.CoverEnabled", "absent",
      "undocumented in replies; never compared" },
    { "ListServerGroups", "Servers", "absent", "composed from ListServerGroupServers" },
};
static bool used[COUNT(exceptions)];
static size_t n_wrong;

static void complain(const char *call, const char *path, const char *what)
{
    for (size_t i = 0; i < COUNT(exceptions); i++) {
        const struct exception *e = &exceptions[i];
        if (!strcmp(e->call, call) && !strcmp(e->path, path) && !strcmp(e->what, what)) {
            used[i] = true;
            return;
        }
    }
    print_error("{ \"%s\", \"%s\", \"%s\", \"\" },\n", call, path, what);
    n_wrong++;
}

/* ---- one row -------------------------------------------------------------------------------- */

static const char *type_of(const struct field *f)
{
    switch (f->kind) {
    case FIELD_BOOL: return "boolean";
    case FIELD_INT: return "integer";
    case FIELD_ENUM:
    case FIELD_STR: return "string";
    case FIELD_OBJ: return "object";
    case FIELD_STRS:
    case FIELD_LIST: break;
    }
    return "array";
}

static void check_range(const char *call, const char *path, const struct field *f,
                        const cJSON *node)
{
    const cJSON *min = json_get(node, "minimum"), *max = json_get(node, "maximum");
    if (f->kind != FIELD_INT || (!min && !max))
        return;
    if ((min && json_int(node, "minimum", 0) != f->min)
        || (max && json_int(node, "maximum", 0) != f->max))
        complain(call, path, "range");
}

static void check_default(const char *call, const char *path, const struct field *f,
                          const cJSON *node)
{
    const cJSON *d = json_get(node, "default");
    if (!d)
        return;
    bool same = false;
    switch (f->kind) {
    case FIELD_BOOL: same = f->dflt.set && f->dflt.val == cJSON_IsTrue(d); break;
    case FIELD_INT: same = f->dflt.set && (double)f->dflt.val == d->valuedouble; break;
    case FIELD_ENUM:
        same = f->dflt.set && (size_t)f->dflt.val < f->n_names && cJSON_IsString(d)
               && !strcmp(f->names[f->dflt.val], d->valuestring);
        break;
    case FIELD_STR:
        same = f->dflt_str && cJSON_IsString(d) && !strcmp(f->dflt_str, d->valuestring);
        break;
    case FIELD_STRS:
    case FIELD_OBJ:
    case FIELD_LIST: same = true; break;
    }
    if (!same)
        complain(call, path, "default");
}

static bool has_name(const struct field *f, const char *name)
{
    for (size_t i = 1; i < f->n_names; i++)
        if (!strcmp(f->names[i], name))
            return true;
    return false;
}

static void check_enum(const char *call, const char *path, const struct field *f, const cJSON *node)
{
    const cJSON *values = json_get(node, "enum"), *v;
    if (f->kind != FIELD_ENUM || !values)
        return;
    cJSON_ArrayForEach (v, values)
        if (!cJSON_IsString(v) || !has_name(f, v->valuestring))
            complain(call, path, "enum");
}

static void check_rows(const char *call, const char *prefix, const struct schema *s,
                       const cJSON *nodes, unsigned via);

enum { REPLY = 1U << 30 }; /* instead of a mask of calls: the row as a reply spells it */

static const cJSON *node_of(const struct field *f, const cJSON *nodes, unsigned via)
{
    return json_get(nodes, via != REPLY && f->param ? f->param : f->name);
}

static void check_row(const char *call, const char *path, const struct field *f, const cJSON *node,
                      unsigned via)
{
    if (!node) {
        complain(call, path, "absent");
        return;
    }
    const char *type = json_str(node, "type");
    if (!type || strcmp(type, type_of(f)) != 0) {
        complain(call, path, "type");
        return;
    }
    check_range(call, path, f, node);
    check_default(call, path, f, node);
    check_enum(call, path, f, node);
    const cJSON *items = json_get(node, "items");
    if (f->kind == FIELD_STRS
        && (!json_str(items, "type") || strcmp(json_str(items, "type"), "string")))
        complain(call, path, "type of elements");
    if (f->of)
        check_rows(call, path, f->of, json_get(f->kind == FIELD_LIST ? items : node, "properties"),
                   via == REPLY ? REPLY : 0);
}

static bool is_checked(const struct field *f, unsigned via)
{
    if (via == REPLY)
        return true;
    if (f->flags & F_OBSERVED)
        return false;
    return via ? (f->via & via) != 0 : !(f->flags & F_LATER);
}

static void check_rows(const char *call, const char *prefix, const struct schema *s,
                       const cJSON *nodes, unsigned via)
{
    for (size_t i = 0; i < s->n_fields; i++) {
        const struct field *f = &s->fields[i];
        if (!is_checked(f, via))
            continue;
        char path[256];
        (void)snprintf(path, sizeof path, "%s%s%s", prefix, *prefix ? "." : "", f->name);
        check_row(call, path, f, node_of(f, nodes, via), via);
    }
}

/* ---- calls ------------------------------------------------------------------------------------
 */

static const cJSON *params_of(const char *action, const char *list)
{
    const cJSON *params = json_get(json_get(json_get(spec, "actions"), action), "parameters");
    if (!params)
        fail_msg("no action %s", action);
    return list ? json_get(json_get(json_get(params, list), "items"), "properties") : params;
}

static const cJSON *reply_of(const char *action, const char *list)
{
    const cJSON *reply = json_get(json_get(json_get(spec, "actions"), action), "response");
    if (!reply)
        fail_msg("no action %s", action);
    return list ? json_get(json_get(json_get(reply, list), "items"), "properties") : reply;
}

static void test_create_calls_take_what_the_tables_send(void **state)
{
    (void)state;
    n_wrong = 0;
    check_rows("CreateLoadBalancer", "", &alb_load_balancer_schema,
               params_of("CreateLoadBalancer", NULL), 0);
    check_rows("CreateListener", "", &alb_listener_schema, params_of("CreateListener", NULL), 0);
    check_rows("CreateRules", "", &alb_rule_schema, params_of("CreateRules", "Rules"), 0);
    check_rows("CreateServerGroup", "", &alb_server_group_schema,
               params_of("CreateServerGroup", NULL), 0);
    assert_int_equal(n_wrong, 0);
}

static void test_update_calls_take_what_the_tables_send(void **state)
{
    (void)state;
    n_wrong = 0;
    check_rows("UpdateLoadBalancerAttribute", "", &alb_load_balancer_schema,
               params_of("UpdateLoadBalancerAttribute", NULL), ALB_VIA_UPDATE);
    check_rows("UpdateLoadBalancerEdition", "", &alb_load_balancer_schema,
               params_of("UpdateLoadBalancerEdition", NULL), ALB_VIA_EDITION);
    check_rows("UpdateListenerAttribute", "", &alb_listener_schema,
               params_of("UpdateListenerAttribute", NULL), ALB_VIA_UPDATE);
    check_rows("UpdateRulesAttribute", "", &alb_rule_schema,
               params_of("UpdateRulesAttribute", "Rules"), ALB_VIA_RULE);
    check_rows("UpdateServerGroupAttribute", "", &alb_server_group_schema,
               params_of("UpdateServerGroupAttribute", NULL), ALB_VIA_UPDATE);
    assert_int_equal(n_wrong, 0);
}

static void test_server_calls_take_what_the_table_sends(void **state)
{
    (void)state;
    n_wrong = 0;
    check_rows("AddServersToServerGroup", "", &alb_server_schema,
               params_of("AddServersToServerGroup", "Servers"), 0);
    assert_int_equal(n_wrong, 0);
}

static void test_replies_hold_what_the_tables_read(void **state)
{
    (void)state;
    n_wrong = 0;
    check_rows("GetLoadBalancerAttribute", "", &alb_load_balancer_schema,
               reply_of("GetLoadBalancerAttribute", NULL), REPLY);
    check_rows("ListLoadBalancers", "", &alb_load_balancer_schema,
               reply_of("ListLoadBalancers", "LoadBalancers"), REPLY);
    check_rows("GetListenerAttribute", "", &alb_listener_schema,
               reply_of("GetListenerAttribute", NULL), REPLY);
    check_rows("ListListeners", "", &alb_listener_schema, reply_of("ListListeners", "Listeners"),
               REPLY);
    check_rows("ListRules", "", &alb_rule_schema, reply_of("ListRules", "Rules"), REPLY);
    check_rows("ListServerGroups", "", &alb_server_group_schema,
               reply_of("ListServerGroups", "ServerGroups"), REPLY);
    check_rows("ListServerGroupServers", "", &alb_server_schema,
               reply_of("ListServerGroupServers", "Servers"), REPLY);
    assert_int_equal(n_wrong, 0);
}

/* Runs last. */
static void test_every_exception_is_needed(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(exceptions); i++)
        if (!used[i])
            fail_msg("%s %s %s", exceptions[i].call, exceptions[i].path, exceptions[i].what);
}

/* ---- the tables themselves ----------------------------------------------------------------------
 */

static void test_every_member_has_a_row(void **state)
{
    (void)state;
    assert_true(schema_covers_struct(&alb_load_balancer_schema));
    assert_true(schema_covers_struct(&alb_listener_schema));
    assert_true(schema_covers_struct(&alb_rule_schema));
    assert_true(schema_covers_struct(&alb_server_group_schema));
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

static int read_spec(void **state)
{
    (void)state;
    FILE *f = fopen(TEST_SOURCE_DIR "/mock-server/spec/alb-openapi.json", "rb");
    if (!f)
        return -1;
    enum { LIMIT = 4 << 20 };
    char *text = malloc(LIMIT);
    size_t len = text ? fread(text, 1, LIMIT, f) : 0;
    (void)fclose(f);
    struct error err;
    bool ok = json_parse(text, len, &spec, &err);
    free(text);
    return ok ? 0 : -1;
}

static int drop_spec(void **state)
{
    (void)state;
    cJSON_Delete(spec);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_create_calls_take_what_the_tables_send),
        cmocka_unit_test(test_update_calls_take_what_the_tables_send),
        cmocka_unit_test(test_server_calls_take_what_the_table_sends),
        cmocka_unit_test(test_replies_hold_what_the_tables_read),
        cmocka_unit_test(test_every_exception_is_needed),
        cmocka_unit_test(test_every_member_has_a_row),
        cmocka_unit_test(test_rows_are_sane),
        cmocka_unit_test(test_every_member_of_a_resource_has_a_call),
        cmocka_unit_test(test_enums_have_their_names),
        cmocka_unit_test(test_a_tag_is_found_by_its_key),
        cmocka_unit_test(test_a_server_is_told_by_id_address_type_and_port),
    };
    return cmocka_run_group_tests_name("alb/resource", tests, read_spec, drop_spec);
}
