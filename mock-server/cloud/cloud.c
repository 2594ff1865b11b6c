/* cloud.c - the cloud as its front sees it: opening and closing, the table of actions, and
 * one call as one transaction. */
#include <string.h>

#include "cloud_priv.h"

struct action {
    const char *product;
    const char *name;
    op_fn *run;
    bool writes;
};

#define READ(product, name, run)        \
    {                                   \
        (product), (name), (run), false \
    }
#define WRITE(product, name, run)      \
    {                                  \
        (product), (name), (run), true \
    }

/* clang-format off */
static const struct action actions[] = {
    WRITE("alb", "CreateLoadBalancer",                   lb_create),
    WRITE("alb", "DeleteLoadBalancer",                   lb_delete),
    READ ("alb", "GetLoadBalancerAttribute",             lb_get),
    READ ("alb", "ListLoadBalancers",                    lb_list),
    WRITE("alb", "UpdateLoadBalancerAttribute",          lb_update),
    WRITE("alb", "UpdateLoadBalancerEdition",            lb_edition),
    WRITE("alb", "EnableDeletionProtection",             lb_protect),
    WRITE("alb", "DisableDeletionProtection",            lb_unprotect),
    WRITE("alb", "EnableLoadBalancerAccessLog",          lb_log_on),
    WRITE("alb", "DisableLoadBalancerAccessLog",         lb_log_off),
    WRITE("alb", "UpdateLoadBalancerZones",              lb_zones),
    WRITE("alb", "UpdateLoadBalancerAddressTypeConfig",  lb_address_type),
    WRITE("alb", "EnableLoadBalancerIpv6Internet",       lb_ipv6_on),
    WRITE("alb", "DisableLoadBalancerIpv6Internet",      lb_ipv6_off),
    WRITE("alb", "LoadBalancerJoinSecurityGroup",        lb_join),
    WRITE("alb", "LoadBalancerLeaveSecurityGroup",       lb_leave),
    WRITE("alb", "StartShiftLoadBalancerZones",          lb_shift),
    WRITE("alb", "CancelShiftLoadBalancerZones",         lb_unshift),
    WRITE("alb", "AttachCommonBandwidthPackageToLoadBalancer",   lb_bandwidth_on),
    WRITE("alb", "DetachCommonBandwidthPackageFromLoadBalancer", lb_bandwidth_off),
    READ ("alb", "DescribeCapacityReservation",          capacity_get),
    WRITE("alb", "ModifyCapacityReservation",            capacity_set),
    WRITE("alb", "CreateListener",                       listener_create),
    WRITE("alb", "DeleteListener",                       listener_delete),
    READ ("alb", "GetListenerAttribute",                 listener_get),
    READ ("alb", "ListListeners",                        listener_list),
    WRITE("alb", "UpdateListenerAttribute",              listener_update),
    WRITE("alb", "StartListener",                        listener_start),
    WRITE("alb", "StopListener",                         listener_stop),
    WRITE("alb", "UpdateListenerLogConfig",              listener_log),
    READ ("alb", "ListListenerCertificates",             cert_list),
    WRITE("alb", "AssociateAdditionalCertificatesWithListener",  cert_add),
    WRITE("alb", "DissociateAdditionalCertificatesFromListener", cert_remove),
    READ ("alb", "GetListenerHealthStatus",              listener_health),
    WRITE("alb", "CreateRule",                           rule_create),
    WRITE("alb", "CreateRules",                          rule_create_batch),
    WRITE("alb", "UpdateRuleAttribute",                  rule_update),
    WRITE("alb", "UpdateRulesAttribute",                 rule_update_batch),
    WRITE("alb", "DeleteRule",                           rule_delete),
    WRITE("alb", "DeleteRules",                          rule_delete_batch),
    READ ("alb", "ListRules",                            rule_list),
    WRITE("alb", "CreateServerGroup",                    group_create),
    WRITE("alb", "UpdateServerGroupAttribute",           group_update),
    WRITE("alb", "DeleteServerGroup",                    group_delete),
    READ ("alb", "ListServerGroups",                     group_list),
    READ ("alb", "ListServerGroupServers",               server_list),
    WRITE("alb", "AddServersToServerGroup",              server_add),
    WRITE("alb", "RemoveServersFromServerGroup",         server_remove),
    WRITE("alb", "ReplaceServersInServerGroup",          server_replace),
    WRITE("alb", "UpdateServerGroupServersAttribute",    server_update),
    WRITE("alb", "CreateAcl",                            acl_create),
    WRITE("alb", "DeleteAcl",                            acl_delete),
    WRITE("alb", "UpdateAclAttribute",                   acl_update),
    READ ("alb", "ListAcls",                             acl_list),
    WRITE("alb", "AddEntriesToAcl",                      acl_entries_add),
    WRITE("alb", "RemoveEntriesFromAcl",                 acl_entries_remove),
    READ ("alb", "ListAclEntries",                       acl_entry_list),
    READ ("alb", "ListAclRelations",                     acl_relations),
    WRITE("alb", "AssociateAclsWithListener",            acl_bind),
    WRITE("alb", "DissociateAclsFromListener",           acl_unbind),
    WRITE("alb", "CreateSecurityPolicy",                 policy_create),
    WRITE("alb", "UpdateSecurityPolicyAttribute",        policy_update),
    WRITE("alb", "DeleteSecurityPolicy",                 policy_delete),
    READ ("alb", "ListSecurityPolicies",                 policy_list),
    READ ("alb", "ListSystemSecurityPolicies",           policy_system_list),
    READ ("alb", "ListSecurityPolicyRelations",          policy_relations),
    WRITE("alb", "CreateHealthCheckTemplate",            template_create),
    WRITE("alb", "UpdateHealthCheckTemplateAttribute",   template_update),
    WRITE("alb", "DeleteHealthCheckTemplates",           template_delete),
    READ ("alb", "GetHealthCheckTemplateAttribute",      template_get),
    READ ("alb", "ListHealthCheckTemplates",             template_list),
    WRITE("alb", "ApplyHealthCheckTemplateToServerGroup", template_use),
    WRITE("alb", "CreateAScripts",                       script_create),
    WRITE("alb", "UpdateAScripts",                       script_update),
    WRITE("alb", "DeleteAScripts",                       script_delete),
    READ ("alb", "ListAScripts",                         script_list),
    WRITE("alb", "TagResources",                         tag_resources),
    WRITE("alb", "UnTagResources",                       untag_resources),
    READ ("alb", "ListTagResources",                     tag_list),
    READ ("alb", "ListTagKeys",                          tag_keys),
    READ ("alb", "ListTagValues",                        tag_values),
    READ ("alb", "DescribeZones",                        zone_list),
    READ ("alb", "DescribeRegions",                      region_list),
    READ ("alb", "ListAsynJobs",                         job_list),
    WRITE("alb", "MoveResourceGroup",                    move_group),
    READ ("vpc", "DescribeVSwitches",                    vswitch_list),
    READ ("vpc", "DescribeVSwitchAttributes",            vswitch_get),
    READ ("ecs", "DescribeNetworkInterfaces",            interface_list),
};
/* clang-format on */

static const struct action *action_find(const char *product, const char *name)
{
    for (size_t i = 0; i < COUNT(actions); i++)
        if (strcmp(actions[i].name, name) == 0 && strcmp(actions[i].product, product) == 0)
            return &actions[i];
    return NULL;
}

bool cloud_has(const char *product, const char *action)
{
    return action_find(product, action) != NULL;
}

/* The generator goes on where it stopped; only a new database takes the seed. */
static bool rng_load(struct cloud *c, uint64_t seed, struct error *err)
{
    bool row = false;
    struct query q CLEANUP(query_done) = db_query(c->db, SQL_META_GET);
    query_text(&q, ":name", "rng");
    if (!query_next(&q, &row, err))
        return false;
    c->rng.state = row ? (uint64_t)query_num(&q, "value") : seed;
    c->rng_saved = c->rng.state;
    return true;
}

static bool rng_save(struct cloud *c, struct error *err)
{
    if (c->rng_saved == c->rng.state)
        return true;
    c->rng_saved = c->rng.state;
    struct query q CLEANUP(query_done) = db_query(c->db, SQL_META_PUT);
    query_text(&q, ":name", "rng");
    query_int(&q, ":value", (int64_t)c->rng.state);
    return query_run(&q, err);
}

bool cloud_reload(struct cloud *c, struct error *err)
{
    shown_clear(c->shown);
    c->changes.resources++;
    c->changes.ids++;
    c->changes.tags++;
    c->changes.servers++;
    return rng_load(c, 0, err) && life_load(c, err) && knob_load(c, err);
}

/* A text shows a row of 'resource' and its tags, whose rows do not tell whose they are. */
static void on_change(void *arg, const char *table, int64_t seq, bool other)
{
    struct cloud *c = arg;
    if (strcmp(table, "resource") == 0) {
        shown_forget(c->shown, seq);
        c->changes.resources++;
        c->changes.ids += other;
    } else if (strcmp(table, "tag") == 0) {
        shown_clear(c->shown);
        c->changes.tags++;
    } else if (strcmp(table, "server") == 0) {
        c->changes.servers++;
    }
}

bool cloud_open(struct cloud **out, const struct cloud_config *config, struct error *err)
{
    struct arena arena = { 0 };
    struct cloud *c = arena_alloc(&arena, sizeof *c);
    c->arena = arena;
    c->pending_ms = config->pending_ms;
    c->shown = shown_new(&c->arena);
    if (!db_open(&c->db, config->state, err) || !rng_load(c, config->seed, err)
        || !life_load(c, err) || !knob_load(c, err)
        || !quota_load(c, config->quotas, config->n_quotas, err)
        || !neighbour_load(c, config->neighbours, err)) {
        cloud_close(c);
        return false;
    }
    db_watch(c->db, on_change, c);
    *out = c;
    return true;
}

void cloud_close(struct cloud *c)
{
    if (!c)
        return;
    neighbour_done(c);
    shown_clear(c->shown);
    db_close(c->db);
    arena_done(&c->ended_arena);
    struct arena arena = c->arena; /* in which 'c' lives */
    arena_done(&arena);
}

static bool op_dry_run(const struct op *op, struct error *err)
{
    if (!json_true(op->params, "DryRun"))
        return true;
    return refuse(err, 400, "DryRunOperation",
                  "Request validation has been passed with DryRun flag set.");
}

/* Everything a changing call does, inside its transaction.  A dry run does it all and is
 * then rolled back as any refusal is. */
static bool op_write(struct op *op, const struct action *action, struct error *err)
{
    bool replayed = false;
    if (!token_replay(op, &replayed, err))
        return false;
    if (replayed)
        return true;
    struct failure failure;
    return fail_begin(op, &failure, err) && action->run(op, err) && fail_end(op, &failure, err)
           && op_dry_run(op, err) && token_keep(op, err) && rng_save(op->cloud, err);
}

static bool op_read(struct op *op, const struct action *action, struct error *err)
{
    if (!db_begin_read(op->db, err))
        return false;
    if (action->run(op, err) && db_commit(op->db, err))
        return true;
    db_rollback(op->db);
    return false;
}

static bool op_run(struct op *op, const struct action *action, struct error *err)
{
    if (!action->writes)
        return op_read(op, action, err);
    struct cloud *c = op->cloud;
    struct rng rng = c->rng;
    uint64_t rng_saved = c->rng_saved;
    int64_t next_due_ms = c->next_due_ms;
    if (!db_begin(op->db, err))
        return false;
    if (op_write(op, action, err) && db_commit(op->db, err))
        return true;
    db_rollback(op->db);
    c->rng = rng;
    c->rng_saved = rng_saved;
    c->next_due_ms = next_due_ms;
    return false;
}

static void op_refuse(struct op *op, const struct error *err, struct cloud_reply *reply)
{
    bool own = !err->code[0];
    reply->status = own ? 500 : err->http_status;
    reply->code = own ? "InternalError" : arena_strdup(op->a, err->code);
    reply->message = arena_strdup(op->a, err->msg);
    cJSON_Delete(op->body);
}

static void op_done(struct op *op)
{
    for (size_t i = 0; i < op->owned.len; i++)
        cJSON_Delete(op->owned.items[i]);
}

void cloud_execute(struct cloud *c, struct arena *a, int64_t now_ms, const struct cloud_call *call,
                   struct cloud_reply *reply)
{
    const struct action *action = action_find(call->product, call->action);
    struct error err = { 0 };
    struct op op = {
        .cloud = c,
        .db = c->db,
        .a = a,
        .now_ms = now_ms,
        .region = call->region,
        .action = call->action,
        .params = call->params,
        .raw = call->raw,
        .body = cJSON_CreateObject(),
    };
    bool ok = action ? life_run(c, now_ms, &err) && op_run(&op, action, &err)
                     : refuse(&err, 404, "InvalidAction.NotFound",
                              "Specified api is not found, please check your url and method.");
    *reply = (struct cloud_reply){ .status = 200 };
    if (ok) {
        reply->body = op.body;
        reply->job_id = op.job_id;
    } else {
        op_refuse(&op, &err, reply);
    }
    op_done(&op);
}

struct cloud_changes cloud_changes(struct cloud *c, int64_t now_ms)
{
    struct error err = { 0 };
    if (!life_run(c, now_ms, &err))
        c->changes.resources++; /* nobody knows */
    return c->changes;
}

int64_t cloud_run(struct cloud *c, int64_t now_ms, cloud_job_fn *fn, void *arg)
{
    struct error err = { 0 };
    bool ok = life_run(c, now_ms, &err);
    for (size_t i = 0; i < c->ended.len && fn; i++)
        fn(arg, c->ended.items[i].at_ms, c->ended.items[i].id, c->ended.items[i].code);
    arena_done(&c->ended_arena);
    c->ended.items = NULL;
    c->ended.len = 0;
    if (!ok)
        return 1000; /* the database was busy: try again */
    if (c->next_due_ms == INT64_MAX)
        return -1;
    return c->next_due_ms - now_ms;
}
