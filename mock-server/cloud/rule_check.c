/* rule_check.c - a rule as a whole: which actions go together, the groups they name, and
 * the limits of the edition (alb-semantics.md §6, §11). */
#include <string.h>

#include "rule_priv.h"

static bool is_final(const char *type)
{
    return text_is(type, "ForwardGroup") || text_is(type, "Redirect")
           || text_is(type, "FixedResponse");
}

static bool has_action(const cJSON *actions, const char *type)
{
    const cJSON *a = NULL;
    cJSON_ArrayForEach (a, actions)
        if (text_is(json_str(a, "Type"), type))
            return true;
    return false;
}

static bool response_ok(const cJSON *actions, struct error *err)
{
    const cJSON *a = NULL;
    cJSON_ArrayForEach (a, actions) {
        const char *type = json_str(a, "Type");
        if (!text_is(type, "InsertHeader") && !text_is(type, "RemoveHeader"))
            return refuse_illegal(err, "RuleActions");
    }
    return true;
}

/* Orders are unique; exactly one action is final, and it comes last. */
static bool orders_ok(const cJSON *actions, bool response, struct error *err)
{
    int finals = 0;
    int64_t final_order = 0;
    int64_t last = 0;
    const cJSON *a = NULL;
    cJSON_ArrayForEach (a, actions) {
        int64_t order = json_int(a, "Order", 0);
        for (const cJSON *b = a->next; b; b = b->next)
            if (json_int(b, "Order", 0) == order)
                return refuse_illegal(err, "Order");
        if (order > last)
            last = order;
        if (is_final(json_str(a, "Type"))) {
            finals++;
            final_order = order;
        }
    }
    if (response)
        return true;
    return (finals == 1 && final_order == last) || refuse_illegal(err, "Order");
}

/* The action as it will be stored: with the config of its own type only. */
static bool action_store(struct op *op, const struct rule_at *at, const cJSON *action, cJSON *out,
                         struct error *err)
{
    const char *type = json_str(action, "Type");
    const char *name = arena_fmt(op->a, "%sConfig", type ? type : "");
    const cJSON *sent = json_get(action, name);
    cJSON *config = sent ? op_copy(op, sent) : NULL;
    if (!action_check(at, type, config, err))
        return false;
    cJSON *one = cJSON_CreateObject();
    json_set_str(one, "Type", type);
    json_set(one, "Order", json_get(action, "Order"));
    json_set(one, name, config);
    cJSON_AddItemToArray(out, one);
    return true;
}

/* The groups of a ForwardGroup action: there, reachable, and of one protocol. */
static bool forward_groups_ok(struct op *op, const struct rule_at *at, const cJSON *tuples,
                              struct error *err)
{
    const char *protocol = NULL;
    struct res group;
    const cJSON *t = NULL;
    cJSON_ArrayForEach (t, tuples) {
        if (!group_need(op, json_str(t, "ServerGroupId"), &group, err)
            || !group_fits(op, &at->lb, at->listener.variant, &group, err))
            return false;
        const char *own = json_str(group.body, "Protocol");
        if (protocol && !text_is(protocol, own))
            return refuse_denied(err, "ProtocolMustSameForForwardGroupAction");
        protocol = own;
    }
    return true;
}

static bool mirror_group_ok(struct op *op, const struct rule_at *at, const cJSON *actions,
                            const char *id, struct error *err)
{
    struct res group;
    if (!group_need(op, id, &group, err))
        return false;
    const cJSON *a = NULL;
    cJSON_ArrayForEach (a, actions) {
        const cJSON *t = NULL;
        cJSON_ArrayForEach (t, json_at(a, "ForwardGroupConfig.ServerGroupTuples"))
            if (text_is(json_str(t, "ServerGroupId"), id))
                return refuse_denied(err, "SameGroupForForwardAndMirrorA"
                                          "ction");
    }
    if (text_is(group.variant, "Ip"))
        return refuse_denied(err, "IpGroupCanNotUsedForMirrorAction");
    if (!text_is(json_str(group.body, "Protocol"), "HTTP"))
        return refuse_denied(err, "MirrorActionSupportHttpGroupOnly");
    return group_fits(op, &at->lb, at->listener.variant, &group, err);
}

static bool groups_ok(struct op *op, const struct rule_at *at, const cJSON *actions,
                      struct error *err)
{
    const cJSON *a = NULL;
    cJSON_ArrayForEach (a, actions) {
        const cJSON *mirror = json_at(a, "TrafficMirrorConfig.MirrorGroupConfig.ServerGroupTuples");
        if (!forward_groups_ok(op, at, json_at(a, "ForwardGroupConfig.ServerGroupTuples"), err))
            return false;
        if (mirror
            && !mirror_group_ok(op, at, actions, json_str(mirror->child, "ServerGroupId"), err))
            return false;
    }
    return true;
}

static bool actions_check(struct op *op, const struct rule_at *at, const cJSON *actions,
                          cJSON **out, struct error *err)
{
    bool response = text_is(at->direction, "Response");
    cJSON *stored = op_own(op, cJSON_CreateArray());
    if (response && !response_ok(actions, err))
        return false;
    const cJSON *a = NULL;
    cJSON_ArrayForEach (a, actions) {
        if (!action_store(op, at, a, stored, err))
            return false;
    }
    if (has_action(actions, "Rewrite") && !has_action(actions, "ForwardGroup"))
        return refuse_denied(err, "RewriteMissingForwardGroup");
    if (!orders_ok(actions, response, err) || !groups_ok(op, at, stored, err))
        return false;
    *out = stored;
    return quota_check(op, QUOTA_RULE_ACTIONS, at->lb.variant, NULL, cJSON_GetArraySize(actions),
                       err);
}

static bool conditions_check(struct op *op, const struct rule_at *at, const cJSON *conditions,
                             cJSON **out, struct error *err)
{
    int64_t values = 0;
    int64_t wildcards = 0;
    if (!condition_check(op, conditions, at->direction, out, err))
        return false;
    condition_count(*out, &values, &wildcards);
    const char *edition = at->lb.variant;
    return quota_check(op, QUOTA_RULE_CONDITIONS, edition, NULL, values, err)
           && quota_check(op, QUOTA_RULE_WILDCARDS, edition, NULL, wildcards, err);
}

bool rule_check(struct op *op, const struct rule_at *at, const cJSON *rule, struct rule_parts *out,
                struct error *err)
{
    *out = (struct rule_parts){ 0 };
    const cJSON *conditions = json_get(rule, "RuleConditions");
    const cJSON *actions = json_get(rule, "RuleActions");
    if (text_is(at->direction, "Response") && text_is(at->lb.variant, "Basic"))
        return refuse_illegal(err, "Direction");
    if (conditions && !conditions_check(op, at, conditions, &out->conditions, err))
        return false;
    return !actions || actions_check(op, at, actions, &out->actions, err);
}
