/* rule.c - forwarding rules, one or a batch at a time.  A batch is checked and done as a
 * whole: the transaction around it takes back what a later refusal finds half done
 * (alb-semantics.md §5, §6). */
#include <string.h>

#include "rule_priv.h"

/* The listener a rule is on, and its load balancer. */
static bool rule_at_listener(struct op *op, const char *listener, struct rule_at *at,
                             struct error *err)
{
    *at = (struct rule_at){ 0 };
    return res_need(op, RES_LISTENER, listener, &at->listener, err)
           && res_need(op, RES_LB, at->listener.lb, &at->lb, err);
}

/* Is 'priority' free on the listener, but for the rule 'own'? */
static bool priority_free(struct op *op, const char *listener, int64_t priority, const char *own,
                          struct error *err)
{
    bool row = true;
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_RES_AT_NUMBER);
    query_text(&q, ":parent", listener);
    query_int(&q, ":number", priority);
    for (;;) {
        if (!query_next(&q, &row, err))
            return false;
        if (!row)
            return true;
        const char *id = query_str(&q, op->a, "id");
        if (!text_is(id, own))
            return refuse(err, 400, "Conflict.Priority",
                          "There is already Rule [%s] having the same configuration with "
                          "Priority %lld.",
                          id, (long long)priority);
    }
}

static bool attach_again(struct op *op, struct rule_at *at, const char *rule, const cJSON *actions,
                         struct error *err)
{
    attach_groups(op, actions, &at->groups);
    return attach_doom(op, rule, err) && attach_put(op, rule, at->lb.id, actions, err);
}

/* After the rules of a call were written: quotas, listener, job. */
static bool rules_done(struct op *op, const struct rule_at *at, const char *first,
                       struct error *err)
{
    return (at->groups.len == 0 || quota_attached(op, &at->lb, &at->groups, err))
           && listener_pass(op, &at->listener, err) && job_start(op, RES_RULE, first, err);
}

static cJSON *rule_body(struct op *op, const struct rule_at *at, const cJSON *rule, const char *id,
                        const struct rule_parts *parts)
{
    cJSON *body = op_own(op, cJSON_CreateObject());
    json_set_str(body, "Direction", at->direction);
    json_set_str(body, "ListenerId", at->listener.id);
    json_set_str(body, "LoadBalancerId", at->lb.id);
    json_set(body, "Priority", json_get(rule, "Priority"));
    json_set(body, "RuleActions", parts->actions);
    json_set(body, "RuleConditions", parts->conditions);
    json_set_str(body, "RuleId", id);
    json_set_str(body, "RuleName", json_str(rule, "RuleName"));
    return body;
}

static bool rule_add(struct op *op, struct rule_at *at, const cJSON *rule, const char **id,
                     struct error *err)
{
    struct rule_parts parts;
    const char *direction = json_str(rule, "Direction");
    int64_t priority = json_int(rule, "Priority", 0);
    at->direction = direction ? direction : "Request";
    if (!check_name(json_str(rule, "RuleName"), "RuleName", err)
        || !tag_check(json_get(rule, "Tag"), err) || !rule_check(op, at, rule, &parts, err)
        || !priority_free(op, at->listener.id, priority, NULL, err))
        return false;
    *id = op_new_id(op, "rule-");
    struct res r = { .id = *id,
                     .parent = at->listener.id,
                     .lb = at->lb.id,
                     .name = json_str(rule, "RuleName"),
                     .status = "Provisioning",
                     .variant = at->direction,
                     .number = priority,
                     .body = rule_body(op, at, rule, *id, &parts) };
    return res_insert(op, RES_RULE, &r, err) && attach_again(op, at, r.id, parts.actions, err)
           && tag_put(op, RES_RULE, r.id, json_get(rule, "Tag"), err)
           && res_pass(op, r.id, "Provisioning", "Available", err);
}

static bool rules_quota(struct op *op, const struct res *lb, struct error *err)
{
    int64_t n = 0;
    if (quota_is_off(op, QUOTA_RULES, lb->variant))
        return true;
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_RES_COUNT_LB);
    query_text(&q, ":lb", lb->id);
    query_text(&q, ":kind", res_kind_names[RES_RULE]);
    return query_value(&q, &n, err) && quota_check(op, QUOTA_RULES, lb->variant, lb->id, n, err);
}

bool rule_create(struct op *op, struct error *err)
{
    struct rule_at at;
    const char *id = NULL;
    if (!rule_at_listener(op, op_str(op, "ListenerId"), &at, err)
        || !listener_idle(&at.listener, NULL, false, err)
        || !rule_add(op, &at, op->params, &id, err))
        return false;
    json_set_str(op->body, "RuleId", id);
    return rules_quota(op, &at.lb, err) && rules_done(op, &at, id, err);
}

bool rule_create_batch(struct op *op, struct error *err)
{
    struct rule_at at;
    const char *first = NULL;
    if (!rule_at_listener(op, op_str(op, "ListenerId"), &at, err)
        || !listener_idle(&at.listener, NULL, true, err))
        return false;
    cJSON *ids = cJSON_AddArrayToObject(op->body, "RuleIds");
    const cJSON *rule = NULL;
    cJSON_ArrayForEach (rule, json_get(op->params, "Rules")) {
        const char *id = NULL;
        if (!rule_add(op, &at, rule, &id, err))
            return false;
        first = first ? first : id;
        cJSON *one = cJSON_CreateObject();
        json_set(one, "Priority", json_get(rule, "Priority"));
        json_set_str(one, "RuleId", id);
        cJSON_AddItemToArray(ids, one);
    }
    if (!first)
        return refuse(err, 400, "MissingRules", "Rules is mandatory for this action.");
    return rules_quota(op, &at.lb, err) && rules_done(op, &at, first, err);
}

/* The rule named by a change, in state Available. */
static bool rule_take(struct op *op, const char *id, struct res *rule, struct error *err)
{
    if (!res_need(op, RES_RULE, id, rule, err))
        return false;
    return is_status(rule, "Available") || refuse_status(err, "Rule", rule->id);
}

static bool rule_change(struct op *op, struct rule_at *at, struct res *rule, const cJSON *told,
                        struct error *err)
{
    struct rule_parts parts;
    const char *name = json_str(told, "RuleName");
    int64_t priority = json_int(told, "Priority", rule->number);
    at->direction = rule->variant;
    if (!check_name(name, "RuleName", err) || !rule_check(op, at, told, &parts, err)
        || !priority_free(op, at->listener.id, priority, rule->id, err))
        return false;
    rule->name = name ? name : rule->name;
    rule->number = priority;
    json_set_str(rule->body, "RuleName", rule->name);
    json_set_int(rule->body, "Priority", priority);
    if (parts.conditions)
        json_set(rule->body, "RuleConditions", parts.conditions);
    if (parts.actions) {
        json_set(rule->body, "RuleActions", parts.actions);
        if (!attach_again(op, at, rule->id, parts.actions, err))
            return false;
    }
    return res_update(op, rule, err) && res_pass(op, rule->id, "Configuring", "Available", err);
}

bool rule_update(struct op *op, struct error *err)
{
    struct res rule;
    struct rule_at at;
    return rule_take(op, op_str(op, "RuleId"), &rule, err)
           && rule_at_listener(op, rule.parent, &at, err)
           && listener_idle(&at.listener, NULL, false, err)
           && rule_change(op, &at, &rule, op->params, err) && rules_done(op, &at, rule.id, err);
}

typedef LIST_OF(struct res) res_list;

static bool rule_seen(const res_list *rules, const char *id)
{
    for (size_t i = 0; i < rules->len; i++)
        if (text_is(rules->items[i].id, id))
            return true;
    return false;
}

/* The rules of a batch as they are before it: each once, Available, all on one listener,
 * and each new priority free, so that two cannot change places in one call. */
static bool batch_take(struct op *op, res_list *rules, struct error *err)
{
    const cJSON *told = NULL;
    cJSON_ArrayForEach (told, json_get(op->params, "Rules")) {
        const char *id = json_str(told, "RuleId");
        if (!id)
            return refuse(err, 400, "MissingRuleId", "RuleId is mandatory for this action.");
        if (rule_seen(rules, id))
            return refuse(err, 400, "DuplicatedParam.RuleId", "The param of RuleId is duplicated.");
        struct res *rule = LIST_PUSH(op->a, rules);
        if (!rule_take(op, id, rule, err))
            return false;
        if (!text_is(rule->parent, rules->items[0].parent))
            return refuse_denied(err, "ListenerIdInconsistent");
        int64_t priority = json_int(told, "Priority", rule->number);
        if (!priority_free(op, rule->parent, priority, rule->id, err))
            return false;
    }
    return true;
}

bool rule_update_batch(struct op *op, struct error *err)
{
    res_list rules = { 0 };
    struct rule_at at;
    size_t i = 0;
    if (!batch_take(op, &rules, err))
        return false;
    if (rules.len == 0)
        return refuse(err, 400, "MissingRules", "Rules is mandatory for this action.");
    if (!rule_at_listener(op, rules.items[0].parent, &at, err)
        || !listener_idle(&at.listener, NULL, true, err))
        return false;
    const cJSON *told = NULL;
    cJSON_ArrayForEach (told, json_get(op->params, "Rules")) {
        if (!rule_change(op, &at, &rules.items[i++], told, err))
            return false;
    }
    return rules_done(op, &at, rules.items[0].id, err);
}

bool rule_delete(struct op *op, struct error *err)
{
    struct res rule;
    struct rule_at at;
    return rule_take(op, op_str(op, "RuleId"), &rule, err)
           && rule_at_listener(op, rule.parent, &at, err)
           && listener_idle(&at.listener, NULL, false, err) && res_doom(op, &rule, err)
           && rules_done(op, &at, rule.id, err);
}

static bool doomed_take(struct op *op, res_list *rules, struct error *err)
{
    const cJSON *id = NULL;
    cJSON_ArrayForEach (id, json_get(op->params, "RuleIds")) {
        if (rule_seen(rules, text_of(id)))
            continue;
        struct res *rule = LIST_PUSH(op->a, rules);
        if (!rule_take(op, text_of(id), rule, err))
            return false;
        if (!text_is(rule->lb, rules->items[0].lb))
            return refuse_denied(err, "CrossLoadBalancerRules");
    }
    return true;
}

/* Dooms rule 'i', and passes its listener when it is the first rule of that listener. */
static bool doom_one(struct op *op, const res_list *rules, size_t i, struct error *err)
{
    struct rule_at at;
    const struct res *rule = &rules->items[i];
    bool first = true;
    for (size_t k = 0; k < i; k++)
        first = first && !text_is(rules->items[k].parent, rule->parent);
    if (!first)
        return res_doom(op, rule, err);
    return rule_at_listener(op, rule->parent, &at, err)
           && listener_idle(&at.listener, NULL, true, err) && res_doom(op, rule, err)
           && listener_pass(op, &at.listener, err);
}

bool rule_delete_batch(struct op *op, struct error *err)
{
    res_list rules = { 0 };
    if (!doomed_take(op, &rules, err))
        return false;
    if (rules.len == 0)
        return refuse(err, 400, "MissingRuleIds", "RuleIds is mandatory for this action.");
    for (size_t i = 0; i < rules.len; i++)
        if (!doom_one(op, &rules, i, err))
            return false;
    return job_start(op, RES_RULE, rules.items[0].id, err);
}

/* CoverEnabled can be told but is not shown. */
static bool rule_print(struct op *op, const struct res *r, cJSON *out, struct error *err)
{
    json_move(out, r->body);
    cJSON *a = NULL;
    cJSON_ArrayForEach (a, cJSON_GetObjectItemCaseSensitive(out, "RuleActions"))
        json_set_str(cJSON_GetObjectItemCaseSensitive(a, "InsertHeaderConfig"), "CoverEnabled",
                     NULL);
    json_set_str(out, "RuleStatus", r->status);
    return tag_print(op, r->id, out, err);
}

bool rule_list(struct op *op, struct error *err)
{
    const char *direction = op_str(op, "Direction");
    struct list list = {
        .kind = RES_RULE,
        .ids = op_list(op, "RuleIds"),
        .parents = op_list(op, "ListenerIds"),
        .lbs = op_list(op, "LoadBalancerIds"),
        .variant = direction ? direction : "Request",
        .tags = op_tags(op),
        .own = true,
    };
    return page_resources(op, &list, "Rules", rule_print, err);
}
