/* listener.c - listeners: created, read and deleted, and the checks that create and change
 * share (alb-semantics.md §4 to §6, §13). */
#include <string.h>

#include "listener_priv.h"

bool listener_idle(const struct res *listener, const char *want, bool batch, struct error *err)
{
    if (is_status(listener, "Configuring") && !batch)
        return refuse(err, 400, "ResourceInConfiguring.Listener",
                      "The specified resource of Listener [%s] is being configured, please try "
                      "again later.",
                      listener->id);
    bool ok = want ? is_status(listener, want)
                   : is_status(listener, "Running") || is_status(listener, "Stopped");
    return ok || refuse_status(err, "Listener", listener->id);
}

bool listener_pass(struct op *op, const struct res *listener, struct error *err)
{
    return res_pass(op, listener->id, "Configuring", listener->status, err);
}

bool group_need(struct op *op, const char *id, struct res *group, struct error *err)
{
    if (!res_need(op, RES_GROUP, id, group, err))
        return false;
    return !is_status(group, "Deleting") || refuse_missing(err, "ServerGroup", id);
}

bool edition_fits(const struct res *lb, const struct res *group, struct error *err)
{
    static const struct {
        const char *config, *member, *code;
    } rows[] = {
        { "ConnectionDrainConfig", "ConnectionDrainEnabled",
          "Mismatch.LoadBalancerEditionAndConnectionDrain" },
        { "SlowStartConfig", "SlowStartEnabled", "Mismatch.LoadBalancerEditionAndSlowStartEnable" },
    };
    for (size_t i = 0; text_is(lb->variant, "Basic") && i < COUNT(rows); i++)
        if (json_true(json_get(group->body, rows[i].config), rows[i].member))
            return refuse(err, 400, rows[i].code, "The LoadBalancerEdition and %s are mismatched.",
                          rows[i].member);
    return true;
}

bool group_fits(const struct op *op, const struct res *lb, const char *protocol,
                const struct res *group, struct error *err)
{
    const char *backend = json_str(group->body, "Protocol");
    if (group->vpc && !text_is(group->vpc, lb->vpc))
        return refuse(err, 400, "Mismatch.VpcId",
                      "The VpcId is mismatched for LoadBalancer [%s] and ServerGroup [%s].", lb->id,
                      group->id);
    if (text_is(backend, "gRPC") && text_is(protocol, "HTTP"))
        return refuse_denied(err, "GRPCServerGroup");
    if (text_is(backend, "HTTPS") && !text_is(protocol, "HTTPS")) {
        if (!strstr(op->action, "Rule"))
            return refuse_denied(err, "ServerGroupProtocolNotSupport");
        return refuse(err, 400, "Mismatch.Protocol",
                      "The Protocol is mismatched for Listener and ServerGroup [%s].", group->id);
    }
    return edition_fits(lb, group, err);
}

static bool is_tls(const char *protocol)
{
    return !text_is(protocol, "HTTP");
}

static bool default_actions_check(struct op *op, const struct res *lb, const char *protocol,
                                  struct error *err)
{
    struct res group;
    const cJSON *actions = op_list(op, "DefaultActions");
    if (!actions)
        return true;
    if (cJSON_GetArraySize(actions) != 1)
        return refuse(err, 400, "IllegalParamSize.DefaultActions",
                      "The param size of DefaultActions is illegal.");
    const cJSON *tuples = json_at(actions->child, "ForwardGroupConfig.ServerGroupTuples");
    if (cJSON_GetArraySize(tuples) != 1)
        return refuse(err, 400, "IllegalParamSize.ServerGroupTuples",
                      "The param size of ServerGroupTuples is illegal.");
    return group_need(op, json_str(tuples->child, "ServerGroupId"), &group, err)
           && group_fits(op, lb, protocol, &group, err);
}

static bool refuse_parameter(struct error *err)
{
    return refuse(err, 400, "InvalidParameter",
                  "Invalid parameter, please check the parameter input.");
}

static bool certificates_exist(struct op *op, const char *param, struct error *err)
{
    const cJSON *c = NULL;
    cJSON_ArrayForEach (c, json_get(op->params, param)) {
        const char *id = json_str(c, "CertificateId");
        if (!id)
            return refuse_parameter(err);
        if (!neighbour_has_certificate(op, id))
            return refuse_missing(err, "Certificate", id);
    }
    return true;
}

static bool certificates_check(struct op *op, const char *listener_id, struct error *err)
{
    bool additional = false;
    const cJSON *certs = op_list(op, "Certificates");
    if ((!listener_id && !certs) || cJSON_GetArraySize(certs) > 1)
        return refuse_parameter(err);
    if (json_true(op->params, "CaEnabled") && !op_list(op, "CaCertificates"))
        return refuse_parameter(err);
    if (!certificates_exist(op, "Certificates", err)
        || !certificates_exist(op, "CaCertificates", err))
        return false;
    if (!listener_id || !certs)
        return true;
    const char *id = json_str(certs->child, "CertificateId");
    if (!cert_is_additional(op, listener_id, id, &additional, err))
        return false;
    return !additional
           || refuse(err, 400, "ResourceAlreadyAssociated.Certificate",
                     "The specified resource Certificate [%s] is already associated.", id);
}

static bool policy_check(struct op *op, struct error *err)
{
    const char *policy = op_str(op, "SecurityPolicyId");
    return !policy || policy_need(op, policy, err);
}

static bool quic_check(struct op *op, const struct res *lb, const char *listener_id,
                       struct error *err)
{
    struct res quic;
    int64_t users = 0;
    const char *id = json_str(json_get(op->params, "QuicConfig"), "QuicListenerId");
    if (!id)
        return true;
    if (!res_need(op, RES_LISTENER, id, &quic, err))
        return false;
    if (!text_is(quic.lb, lb->id))
        return refuse_denied(err, "CrossLoadBalancerQUICListener");
    if (!text_is(quic.variant, "QUIC"))
        return refuse_parameter(err);
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_QUIC_USERS);
    query_text(&q, ":lb", lb->id);
    query_text(&q, ":id", listener_id ? listener_id : "");
    query_text(&q, ":quic", id);
    if (!query_value(&q, &users, err))
        return false;
    return users == 0
           || refuse(err, 400, "ResourceAlreadyAssociated.Listener",
                     "The specified resource Listener [%s] is already associated.", id);
}

bool listener_check(struct op *op, const struct res *lb, const char *protocol,
                    const char *listener_id, struct error *err)
{
    if (!check_description(op_str(op, "ListenerDescription"), "ListenerDescription", err))
        return false;
    if (is_tls(protocol) && !certificates_check(op, listener_id, err))
        return false;
    if (text_is(protocol, "HTTPS")
        && (!policy_check(op, err) || !quic_check(op, lb, listener_id, err)))
        return false;
    return default_actions_check(op, lb, protocol, err);
}

/* The documented defaults of a new listener (§13). */
static cJSON *listener_defaults(struct op *op, const char *protocol)
{
    static const char *const off[] = { "XForwardedForClientCertClientVerifyEnabled",
                                       "XForwardedForClientCertFingerprintEnabled",
                                       "XForwardedForClientCertIssuerDNEnabled",
                                       "XForwardedForClientCertSubjectDNEnabled",
                                       "XForwardedForClientSourceIpsEnabled",
                                       "XForwardedForClientSrcPortEnabled",
                                       "XForwardedForHostEnabled",
                                       "XForwardedForProtoEnabled",
                                       "XForwardedForSLBIdEnabled",
                                       "XForwardedForSLBPortEnabled" };
    cJSON *body = op_own(op, cJSON_CreateObject());
    json_set_bool(body, "GzipEnabled", true);
    json_set_int(body, "IdleTimeout", 15);
    json_set_int(body, "RequestTimeout", 60);
    /* Never absent: Terraform's provider takes it for granted. */
    json_set_bool(cJSON_AddObjectToObject(body, "LogConfig"),
                  "AccessLogRecordCustomizedHeadersEnabled", false);
    cJSON *xff = cJSON_AddObjectToObject(body, "XForwardedForConfig");
    for (size_t i = 0; i < COUNT(off); i++)
        json_set_bool(xff, off[i], false);
    json_set_bool(xff, "XForwardedForEnabled", true);
    json_set_str(xff, "XForwardedForProcessingMode", "append");
    if (text_is(protocol, "HTTPS")) {
        json_set_bool(body, "CaEnabled", false);
        json_set_bool(body, "Http2Enabled", true);
        json_set_str(body, "SecurityPolicyId", "tls_cipher_policy_1_0");
        cJSON *quic = cJSON_AddObjectToObject(body, "QuicConfig");
        json_set_bool(quic, "QuicUpgradeEnabled", false);
    }
    return body;
}

static void struct_apply(struct op *op, const char *name, cJSON *body)
{
    const cJSON *told = json_get(op->params, name);
    cJSON *have = cJSON_GetObjectItemCaseSensitive(body, name);
    if (told && have)
        json_merge(have, told);
    else if (told)
        json_set(body, name, told);
}

static void ca_apply(struct op *op, cJSON *body)
{
    const cJSON *told = op_list(op, "CaCertificates");
    if (told) {
        cJSON *ca = op_copy(op, told);
        json_set_bool(ca->child, "IsDefault", true);
        json_set_str(ca->child, "Status", "Associated");
        json_set(body, "CaCertificates", ca);
    }
    if (!json_true(body, "CaEnabled"))
        json_set_str(body, "CaCertificates", NULL);
}

void listener_apply(struct op *op, const char *protocol, cJSON *body)
{
    static const char *const all[] = { "ListenerDescription", "GzipEnabled",    "IdleTimeout",
                                       "RequestTimeout",      "DefaultActions", NULL };
    static const char *const tls[] = { "Certificates", NULL };
    static const char *const https[] = { "CaEnabled", "Http2Enabled", "SecurityPolicyId", NULL };
    json_copy_members(body, op->params, all);
    struct_apply(op, "XForwardedForConfig", body);
    if (is_tls(protocol))
        json_copy_members(body, op->params, tls);
    if (text_is(protocol, "HTTPS")) {
        json_copy_members(body, op->params, https);
        struct_apply(op, "QuicConfig", body);
        ca_apply(op, body);
    }
}

/* TCP and UDP ports are apart: HTTPS and QUIC may share a number. */
static bool port_free(struct op *op, const struct res *lb, const char *protocol, int64_t port,
                      struct error *err)
{
    bool row = true;
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_RES_AT_NUMBER);
    query_text(&q, ":parent", lb->id);
    query_int(&q, ":number", port);
    for (;;) {
        if (!query_next(&q, &row, err))
            return false;
        if (!row)
            return true;
        if (text_is(protocol, "QUIC") == text_is(query_str(&q, op->a, "variant"), "QUIC"))
            return refuse(err, 400, "ResourceAlreadyExist.Listener",
                          "The specified resource Listener [%s] is already exist.",
                          query_str(&q, op->a, "id"));
    }
}

static bool listener_quota(struct op *op, const struct res *lb, struct error *err)
{
    int64_t have = 0;
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_RES_COUNT_LB);
    query_text(&q, ":lb", lb->id);
    query_text(&q, ":kind", res_kind_names[RES_LISTENER]);
    return query_value(&q, &have, err)
           && quota_check(op, QUOTA_LISTENERS, lb->variant, lb->id, have + 1, err);
}

static bool listener_store(struct op *op, const struct res *lb, const struct res *r,
                           struct error *err)
{
    text_list groups = { 0 };
    const cJSON *actions = json_get(r->body, "DefaultActions");
    attach_groups(op, actions, &groups);
    return res_insert(op, RES_LISTENER, r, err) && attach_put(op, r->id, lb->id, actions, err)
           && quota_attached(op, lb, &groups, err)
           && policy_attached(op, json_str(r->body, "SecurityPolicyId"), err)
           && tag_put(op, RES_LISTENER, r->id, json_get(op->params, "Tag"), err)
           && res_pass(op, r->id, "Provisioning", "Running", err);
}

bool listener_create(struct op *op, struct error *err)
{
    struct res lb;
    const char *protocol = op_str(op, "ListenerProtocol");
    int64_t port = json_int(op->params, "ListenerPort", 0);
    if (!tag_check(json_get(op->params, "Tag"), err)
        || !res_need(op, RES_LB, op_str(op, "LoadBalancerId"), &lb, err) || !lb_ready(op, &lb, err)
        || !listener_check(op, &lb, protocol, NULL, err) || !port_free(op, &lb, protocol, port, err)
        || !listener_quota(op, &lb, err))
        return false;
    const char *id = op_new_id(op, "lsn-");
    cJSON *body = listener_defaults(op, protocol);
    listener_apply(op, protocol, body);
    json_set_str(body, "ListenerId", id);
    json_set_int(body, "ListenerPort", port);
    json_set_str(body, "ListenerProtocol", protocol);
    json_set_str(body, "LoadBalancerId", lb.id);
    struct res r = { .id = id,
                     .parent = lb.id,
                     .lb = lb.id,
                     .name = op_str(op, "ListenerDescription"),
                     .status = "Provisioning",
                     .variant = protocol,
                     .number = port,
                     .body = body };
    json_set_str(op->body, "ListenerId", id);
    return listener_store(op, &lb, &r, err) && job_start(op, RES_LISTENER, id, err);
}

bool listener_need(struct op *op, struct listener_at *at, struct error *err)
{
    return res_need(op, RES_LISTENER, op_str(op, "ListenerId"), &at->listener, err)
           && res_need(op, RES_LB, at->listener.lb, &at->lb, err);
}

bool listener_delete(struct op *op, struct error *err)
{
    struct listener_at at;
    int64_t users = 0;
    if (!listener_need(op, &at, err) || !lb_ready(op, &at.lb, err)
        || !listener_idle(&at.listener, NULL, false, err))
        return false;
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_QUIC_USERS);
    query_text(&q, ":lb", at.lb.id);
    query_text(&q, ":id", at.listener.id);
    query_text(&q, ":quic", at.listener.id);
    if (!query_value(&q, &users, err))
        return false;
    if (users > 0)
        return refuse(err, 400, "ResourceInUse.Listener",
                      "The specified resource Listener [%s] is in use.", at.listener.id);
    return res_doom(op, &at.listener, err) && job_start(op, RES_LISTENER, at.listener.id, err);
}

static bool listener_print(struct op *op, const struct res *r, cJSON *out, struct error *err)
{
    json_move(out, r->body);
    json_set_str(out, "ListenerStatus", r->status);
    return tag_print(op, r->id, out, err);
}

bool listener_get(struct op *op, struct error *err)
{
    struct res r;
    return res_need(op, RES_LISTENER, op_str(op, "ListenerId"), &r, err)
           && listener_print(op, &r, op->body, err) && acl_print_config(op, r.id, op->body, err);
}

/* A list shows no certificates. */
static bool listener_print_short(struct op *op, const struct res *r, cJSON *out, struct error *err)
{
    if (!listener_print(op, r, out, err))
        return false;
    json_set_str(out, "Certificates", NULL);
    json_set_str(out, "CaCertificates", NULL);
    json_set_str(out, "CaEnabled", NULL);
    return true;
}

bool listener_list(struct op *op, struct error *err)
{
    struct list list = {
        .kind = RES_LISTENER,
        .ids = op_list(op, "ListenerIds"),
        .lbs = op_list(op, "LoadBalancerIds"),
        .variant = op_str(op, "ListenerProtocol"),
        .tags = op_tags(op),
    };
    return page_resources(op, &list, "Listeners", listener_print_short, err);
}
