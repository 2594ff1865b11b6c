/* describe.c - a resource in a few words. */
#include <inttypes.h>
#include <string.h>

#include "report_priv.h"

static void add_values(struct buf *b, const struct alb_values *v)
{
    for (size_t i = 0; i < v->values.len; i++)
        buf_addf(b, "%s%s", i ? "," : "", v->values.items[i]);
}

static void add_pairs(struct buf *b, const struct alb_pairs *p)
{
    for (size_t i = 0; i < p->pairs.len; i++)
        buf_addf(b, "%s%s=%s", i ? "," : "", p->pairs.items[i].key ? p->pairs.items[i].key : "",
                 p->pairs.items[i].value ? p->pairs.items[i].value : "");
}

void describe_condition(struct buf *b, const struct alb_condition *c)
{
    switch (c->type) {
    case ALB_COND_HOST: buf_adds(b, "host "); break;
    case ALB_COND_PATH: buf_adds(b, "path "); break;
    case ALB_COND_HEADER:
    case ALB_COND_RESPONSE_HEADER:
        buf_addf(b, "header %s=", c->header.key ? c->header.key : "");
        for (size_t i = 0; i < c->header.values.len; i++)
            buf_addf(b, "%s%s", i ? "," : "", c->header.values.items[i]);
        return;
    case ALB_COND_QUERY:
        buf_adds(b, "query ");
        add_pairs(b, &c->pairs);
        return;
    case ALB_COND_COOKIE:
        buf_adds(b, "cookie ");
        add_pairs(b, &c->pairs);
        return;
    case ALB_COND_METHOD: buf_adds(b, "method "); break;
    case ALB_COND_SOURCE_IP: buf_adds(b, "source "); break;
    case ALB_COND_RESPONSE_STATUS: buf_adds(b, "status "); break;
    case ALB_COND_UNSET: return;
    }
    add_values(b, &c->values);
}

static void add_forward(struct buf *b, const struct alb_forward *f)
{
    for (size_t i = 0; i < f->targets.len; i++) {
        const struct alb_target *t = &f->targets.items[i];
        buf_addf(b, "%s%s", i ? " + " : "", t->group_id ? t->group_id : "?");
        if (t->weight.set && f->targets.len > 1)
            buf_addf(b, " (%" PRId64 ")", t->weight.val);
    }
}

static const char *or_dash(const char *s)
{
    return s ? s : "-";
}

static void add_limit(struct buf *b, const struct alb_limit *l)
{
    buf_adds(b, "at most");
    if (l->qps.set)
        buf_addf(b, " %" PRId64 " a second", l->qps.val);
    if (l->per_ip_qps.set)
        buf_addf(b, "%s %" PRId64 " a second from one address", l->qps.set ? "," : "",
                 l->per_ip_qps.val);
}

static void add_mirror(struct buf *b, const struct alb_mirror *m)
{
    buf_adds(b, "mirror to");
    for (size_t i = 0; i < m->groups.targets.len; i++)
        buf_addf(b, " %s", or_dash(m->groups.targets.items[i].group_id));
}

void describe_action(struct buf *b, const struct alb_rule_action *action)
{
    switch (action->type) {
    case ALB_ACTION_FORWARD: add_forward(b, &action->forward); return;
    case ALB_ACTION_REDIRECT:
        buf_addf(b, "redirect %s to %s://%s:%s%s", or_dash(action->redirect.http_code),
                 or_dash(action->redirect.protocol), or_dash(action->redirect.host),
                 or_dash(action->redirect.port), or_dash(action->redirect.path));
        return;
    case ALB_ACTION_FIXED: buf_addf(b, "reply %s", or_dash(action->fixed.http_code)); return;
    case ALB_ACTION_REWRITE:
        buf_addf(b, "rewrite to %s%s?%s", or_dash(action->rewrite.host),
                 or_dash(action->rewrite.path), or_dash(action->rewrite.query));
        return;
    case ALB_ACTION_INSERT_HEADER:
        buf_addf(b, "set %s: %s", or_dash(action->insert_header.key),
                 or_dash(action->insert_header.value));
        return;
    case ALB_ACTION_REMOVE_HEADER:
        buf_addf(b, "remove %s", or_dash(action->remove_header.key));
        return;
    case ALB_ACTION_LIMIT: add_limit(b, &action->limit); return;
    case ALB_ACTION_MIRROR: add_mirror(b, &action->mirror); return;
    case ALB_ACTION_UNSET:
    case ALB_ACTION_CORS: break;
    }
    buf_adds(b, or_dash(alb_action_type_name(action->type)));
}

static void describe_rule(struct buf *b, const struct alb_rule *rule)
{
    if (rule->direction == ALB_DIRECTION_RESPONSE)
        buf_adds(b, "response to ");
    for (size_t i = 0; i < rule->conditions.len; i++) {
        if (i)
            buf_addc(b, ' ');
        describe_condition(b, &rule->conditions.items[i]);
    }
    buf_adds(b, " -> ");
    for (size_t i = 0; i < rule->actions.len; i++) {
        if (i)
            buf_adds(b, ", ");
        describe_action(b, &rule->actions.items[i]);
    }
}

static void describe_script(struct buf *b, const struct alb_script *script)
{
    size_t lines = 0;
    for (const char *c = script->content; c && *c; c++)
        lines += c == script->content || c[-1] == '\n';
    buf_addf(b, "%s at %s, %zu line%s%s", or_dash(script->name), or_dash(script->position), lines,
             lines == 1 ? "" : "s", script->enabled.val ? "" : ", off");
}

void report_describe(struct buf *b, enum resource_kind kind, const void *obj)
{
    switch (kind) {
    case RESOURCE_LOAD_BALANCER: {
        const struct alb_load_balancer *lb = obj;
        buf_adds(b, lb->name ? lb->name : "(keeps its name)");
        return;
    }
    case RESOURCE_LISTENER: {
        const struct alb_listener *l = obj;
        buf_addf(b, "%s on port %" PRId64, or_dash(alb_protocol_name(l->protocol)), l->port.val);
        return;
    }
    case RESOURCE_RULE: describe_rule(b, obj); return;
    case RESOURCE_SERVER_GROUP: {
        const struct alb_server_group *g = obj;
        const char *name = g->name ? g->name : "borrowed"; /* its name is not ours to want */
        if (!g->servers.items)
            buf_addf(b, "%s, servers unknown and left alone", name);
        else
            buf_addf(b, "%s, %zu server%s", name, g->servers.len, g->servers.len == 1 ? "" : "s");
        return;
    }
    case RESOURCE_CERTIFICATE: {
        const struct alb_certificate *c = obj;
        buf_addf(b, "%s", or_dash(c->name));
        if (c->end)
            buf_addf(b, ", until %s", c->end);
        return;
    }
    case RESOURCE_ACL: {
        const struct alb_acl *acl = obj;
        buf_addf(b, "%s, %zu entr%s", or_dash(acl->name), acl->entries.len,
                 acl->entries.len == 1 ? "y" : "ies");
        return;
    }
    case RESOURCE_SCRIPT: describe_script(b, obj); return;
    case RESOURCE_KINDS: return;
    }
}
