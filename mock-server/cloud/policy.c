/* policy.c - TLS security policies: those every account has, and those it makes
 * (alb-semantics.md §3 to §5). */
#include "cloud_priv.h"
#include "policy_facts.h"

bool policy_need(struct op *op, const char *id, struct error *err)
{
    struct res r;
    return system_policy_find(id) || res_need(op, RES_POLICY, id, &r, err);
}

static bool versions_of(const cJSON *list, unsigned *versions, struct error *err)
{
    *versions = 0;
    const cJSON *v = NULL;
    cJSON_ArrayForEach (v, list) {
        unsigned bit = tls_version(text_of(v));
        if (!bit)
            return refuse_illegal(err, "TLSVersions");
        *versions |= bit;
    }
    return *versions || refuse_absent(err, "TLSVersions");
}

/* Every suite must be one that a version of the policy has. */
static bool policy_check(const cJSON *body, struct error *err)
{
    unsigned versions = 0;
    const cJSON *suites = json_get(body, "Ciphers");
    if (!versions_of(json_get(body, "TLSVersions"), &versions, err))
        return false;
    if (cJSON_GetArraySize(suites) == 0)
        return refuse_absent(err, "Ciphers");
    const cJSON *s = NULL;
    cJSON_ArrayForEach (s, suites) {
        const struct cipher *c = cipher_find(text_of(s));
        if (!c || !(c->versions & versions))
            return refuse_illegal(err, "Ciphers");
    }
    return true;
}

static void policy_apply(struct op *op, cJSON *body)
{
    static const char *const members[] = { "SecurityPolicyName", NULL };
    json_copy_members(body, op->params, members);
    if (op_list(op, "Ciphers"))
        json_set(body, "Ciphers", op_list(op, "Ciphers"));
    if (op_list(op, "TLSVersions"))
        json_set(body, "TLSVersions", op_list(op, "TLSVersions"));
}

/* Synchronous. */
bool policy_create(struct op *op, struct error *err)
{
    const char *name = op_str(op, "SecurityPolicyName");
    const char *group = NULL;
    cJSON *body = op_own(op, cJSON_CreateObject());
    policy_apply(op, body);
    if (!check_name(name, "SecurityPolicyName", err) || !policy_check(body, err)
        || !tag_check(json_get(op->params, "Tag"), err) || !op_resource_group(op, &group, err)
        || !res_room(op, RES_POLICY, QUOTA_POLICIES, err))
        return false;
    const char *id = op_new_id(op, "spy-");
    json_set_str(body, "CreateTime", op_time(op));
    json_set_str(body, "ResourceGroupId", group);
    json_set_str(body, "SecurityPolicyId", id);
    struct res r = { .id = id, .name = name, .status = "Available", .body = body };
    json_set_str(op->body, "SecurityPolicyId", id);
    return res_insert(op, RES_POLICY, &r, err)
           && tag_put(op, RES_POLICY, id, json_get(op->params, "Tag"), err);
}

static bool policy_take(struct op *op, struct res *policy, struct error *err)
{
    if (!res_need(op, RES_POLICY, op_str(op, "SecurityPolicyId"), policy, err))
        return false;
    return is_status(policy, "Available") || refuse_status(err, "SecurityPolicy", policy->id);
}

bool policy_update(struct op *op, struct error *err)
{
    struct res r;
    if (!check_name(op_str(op, "SecurityPolicyName"), "SecurityPolicyName", err)
        || !policy_take(op, &r, err))
        return false;
    policy_apply(op, r.body);
    r.name = json_str(r.body, "SecurityPolicyName");
    return policy_check(r.body, err) && res_update(op, &r, err)
           && res_pass(op, r.id, "Configuring", "Available", err)
           && job_start(op, RES_POLICY, r.id, err);
}

/* Synchronous: the policy is gone when the call returns. */
bool policy_delete(struct op *op, struct error *err)
{
    struct res r;
    int64_t used = 0;
    if (!policy_take(op, &r, err)
        || !res_count(op, SQL_POLICY_USERS_COUNT, ":policy", r.id, &used, err))
        return false;
    if (used)
        return refuse(err, 400, "ResourceInUse.SecurityPolicy",
                      "The specified resource SecurityPolicy [%s] is in use.", r.id);
    return life_remove(op, r.id, err);
}

bool policy_attached(struct op *op, const char *id, struct error *err)
{
    int64_t n = 0;
    if (!id || system_policy_find(id))
        return true;
    return res_count(op, SQL_POLICY_USERS_COUNT, ":policy", id, &n, err)
           && quota_check(op, QUOTA_POLICY_LISTENERS, NULL, id, n, err);
}

static bool policy_print(struct op *op, const struct res *r, cJSON *out, struct error *err)
{
    json_move(out, r->body);
    json_set_str(out, "SecurityPolicyStatus", r->status);
    return tag_print(op, r->id, out, err);
}

bool policy_list(struct op *op, struct error *err)
{
    struct list list = {
        .kind = RES_POLICY,
        .ids = op_list(op, "SecurityPolicyIds"),
        .names = op_list(op, "SecurityPolicyNames"),
        .tags = op_tags(op),
        .fields = op_fields(op, "ResourceGroupId"),
    };
    return page_resources(op, &list, "SecurityPolicies", policy_print, err);
}

bool policy_system_list(struct op *op, struct error *err)
{
    static const char *const names[] = { "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3" };
    (void)err;
    cJSON *list = cJSON_AddArrayToObject(op->body, "SecurityPolicies");
    for (size_t i = 0; i < n_system_policies; i++) {
        const struct system_policy *p = &system_policies[i];
        cJSON *one = cJSON_CreateObject();
        cJSON_AddItemToArray(list, one);
        cJSON *suites = cJSON_AddArrayToObject(one, "Ciphers");
        for (size_t c = 0; c < n_ciphers; c++)
            if ((ciphers[c].versions & p->versions) && (ciphers[c].strict || !p->strict))
                cJSON_AddItemToArray(suites, cJSON_CreateString(ciphers[c].name));
        json_set_str(one, "SecurityPolicyId", p->id);
        cJSON *versions = cJSON_AddArrayToObject(one, "TLSVersions");
        for (size_t v = 0; v < COUNT(names); v++)
            if (p->versions & tls_version(names[v]))
                cJSON_AddItemToArray(versions, cJSON_CreateString(names[v]));
    }
    return true;
}

static bool policy_users(struct op *op, const char *id, cJSON *out, struct error *err)
{
    bool row = true;
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_POLICY_USERS);
    query_text(&q, ":region", op->region);
    query_text(&q, ":policy", id);
    for (;;) {
        if (!query_next(&q, &row, err))
            return false;
        if (!row)
            return true;
        cJSON *one = cJSON_CreateObject();
        cJSON_AddItemToArray(out, one);
        json_set_str(one, "ListenerId", query_str(&q, op->a, "id"));
        json_set_int(one, "ListenerPort", query_num(&q, "number"));
        json_set_str(one, "ListenerProtocol", query_str(&q, op->a, "variant"));
        json_set_str(one, "LoadBalancerId", query_str(&q, op->a, "lb"));
    }
}

bool policy_relations(struct op *op, struct error *err)
{
    /* The API spells it so. */
    cJSON *relations = cJSON_AddArrayToObject(op->body, "SecrityPolicyRelations");
    const cJSON *id = NULL;
    cJSON_ArrayForEach (id, json_get(op->params, "SecurityPolicyIds")) {
        if (!policy_need(op, text_of(id), err))
            return false;
        cJSON *one = cJSON_CreateObject();
        cJSON_AddItemToArray(relations, one);
        cJSON *users = cJSON_AddArrayToObject(one, "RelatedListeners");
        json_set_str(one, "SecurityPolicyId", text_of(id));
        if (!policy_users(op, text_of(id), users, err))
            return false;
    }
    return true;
}
