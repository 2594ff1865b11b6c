/* view.c - what there is in the cloud, asked of it directly, and a data plane over it: rules in
 * order of priority, the first that matches decides (alb-openapi.json CreateRules). */
#include <stdlib.h>
#include <string.h>

#include "alb-agent/json.h"
#include "mock-server/companion/companion.h"
#include "mock-server/mock.h"
#include "sim.h"

static const char ingress_tag[] = "ingress.k8s.alibaba/ingress_name";
static const char service_tag[] = "ingress.k8s.alibaba/service_name";
static const char albconfig_tag[] = "ingress.k8s.alibaba/albconfig";

/* One page of all, or of a listener, from 'next' on; 'raw': its list may be text. */
static cJSON *ask_page(struct sim *s, const char *action, const char *listener, const char *next,
                       bool raw)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    cJSON *params CLEANUP(json_done) = cJSON_CreateObject();
    struct cloud_reply reply = { 0 };
    const struct cloud_call call = { .product = "alb",
                                     .action = action,
                                     .region = "cn-hangzhou",
                                     .request_id = "",
                                     .params = params,
                                     .raw = raw };
    cJSON_AddItemToObject(params, "MaxResults", json_new_int(100));
    if (listener)
        cJSON_AddItemToObject(params, "ListenerId", cJSON_CreateString(listener));
    if (next)
        cJSON_AddItemToObject(params, "NextToken", cJSON_CreateString(next));
    cloud_execute(mock_cloud(s->mock), &a, mock_now_ms(s->mock), &call, &reply);
    if (reply.code)
        sim_complain(s, "simulator: the view cannot %s: %s", action, reply.code);
    return reply.body;
}

/* All pages: the elements of the list 'name' in that of the first. */
static cJSON *ask(struct sim *s, const char *action, const char *name)
{
    cJSON *all = ask_page(s, action, NULL, NULL, false),
          *list = cJSON_GetObjectItemCaseSensitive(all, name);
    const char *next = json_str(all, "NextToken");
    while (next && *next) {
        cJSON *page CLEANUP(json_done) = ask_page(s, action, NULL, next, false);
        cJSON *more = cJSON_GetObjectItemCaseSensitive(page, name);
        while (more && more->child)
            cJSON_AddItemToArray(list, cJSON_DetachItemViaPointer(more, more->child));
        cJSON_DeleteItemFromObjectCaseSensitive(all, "NextToken");
        next = json_str(page, "NextToken");
        next = next ? cJSON_AddStringToObject(all, "NextToken", next)->valuestring : NULL;
    }
    return all;
}

static const char *text_of(struct arena *a, const cJSON *json, const char *name)
{
    const char *text = json_str(json, name);
    return text ? arena_strdup(a, text) : "";
}

/* Remembers since when it is there. */
static void note_birth(struct sim *s, const char *id)
{
    if (map_get(&s->births, id))
        return;
    s->last_birth_ms = mock_now_ms(s->mock);
    map_put(&s->births, id, arena_dup(&s->arena, &s->last_birth_ms, sizeof s->last_birth_ms));
}

/* ---- load balancers and listeners ------------------------------------------------------------ */

static void read_lbs(struct sim *s)
{
    struct view *v = &s->view;
    cJSON *body CLEANUP(json_done) = ask(s, "ListLoadBalancers", "LoadBalancers");
    const cJSON *e;
    v->lbs.len = v->listeners.len = 0;
    cJSON_ArrayForEach (e, json_get(body, "LoadBalancers")) {
        struct view_lb *lb = LIST_PUSH(&v->arena, &v->lbs);
        lb->id = text_of(&v->arena, e, "LoadBalancerId");
        lb->name = text_of(&v->arena, e, "LoadBalancerName");
        lb->index = -1;
        const char *status = json_str(e, "LoadBalancerStatus");
        const bool going = status && !strcmp(status, "Deleting");
        const cJSON *tag;
        cJSON_ArrayForEach (tag, json_get(e, "Tags")) {
            const char *key = json_str(tag, "Key"), *value = json_str(tag, "Value");
            const char *digit = value ? strrchr(value, 'b') : NULL;
            if (key && digit && !going && !strcmp(key, albconfig_tag))
                lb->index = digit[1] - '0';
        }
        note_birth(s, lb->id);
    }
    cJSON *more CLEANUP(json_done) = ask(s, "ListListeners", "Listeners");
    cJSON_ArrayForEach (e, json_get(more, "Listeners")) {
        struct view_listener *l = LIST_PUSH(&v->arena, &v->listeners);
        l->id = text_of(&v->arena, e, "ListenerId");
        l->lb = text_of(&v->arena, e, "LoadBalancerId");
        l->port = json_int(e, "ListenerPort", 0);
        note_birth(s, l->id);
    }
}

/* ---- groups ---------------------------------------------------------------------------------- */

static void read_tag(struct view_group *g, const struct cloud_group *e)
{
    if (!e->tag_key)
        return;
    if (!strcmp(e->tag_key, ingress_tag))
        g->ingress = e->tag_value;
    else if (!strcmp(e->tag_key, service_tag))
        g->service = e->tag_value;
    else if (!strcmp(e->tag_key, albconfig_tag))
        g->lb = e->tag_value;
}

static void read_group(void *arg, const struct cloud_group *e)
{
    struct sim *s = arg;
    struct view *v = &s->view;
    struct view_group *g = v->groups.len ? &v->groups.items[v->groups.len - 1] : NULL;
    if (!g || strcmp(g->id, e->id) != 0) {
        g = LIST_PUSH(&v->arena, &v->groups);
        *g = (struct view_group){ .id = e->id, .name = e->name ? e->name : "" };
        g->ingress = g->service = g->lb = "";
        g->ours = !map_get(&s->foreign, g->id);
        note_birth(s, g->id);
    }
    read_tag(g, e);
}

static void read_server(void *arg, const struct cloud_server *e)
{
    struct view *v = arg;
    const char *dot = strrchr(e->ip, '.');
    for (size_t i = 0; i < v->groups.len; i++) {
        struct view_group *g = &v->groups.items[i];
        if (strcmp(g->id, e->group) != 0)
            continue;
        bool going = !strcmp(e->status, "Removing") || !strcmp(e->status, "Replacing");
        g->servers += !going;
        g->available += !strcmp(e->status, "Available");
        if (dot && !going && dot[1] >= '1' && dot[1] < '1' + PODS)
            g->pods = (uint8_t)(g->pods | 1U << (dot[1] - '1'));
    }
}

static void read_servers(struct sim *s)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct view *v = &s->view;
    for (size_t i = 0; i < v->groups.len; i++) {
        struct view_group *g = &v->groups.items[i];
        g->pods = 0;
        g->servers = g->available = 0;
    }
    cloud_look_servers(mock_cloud(s->mock), &a, read_server, v);
}

static void read_groups(struct sim *s)
{
    s->view.groups.len = 0;
    cloud_look_groups(mock_cloud(s->mock), &s->view.arena, read_group, s);
}

/* ---- rules ----------------------------------------------------------------------------------- */

static void read_values(struct arena *a, const cJSON *config, const char **out, size_t max)
{
    size_t n = 0;
    const cJSON *e;
    cJSON_ArrayForEach (e, json_get(config, "Values"))
        if (cJSON_IsString(e) && n + 1 < max)
            out[n++] = arena_strdup(a, e->valuestring);
}

static void read_conditions(struct arena *a, const cJSON *rule, struct view_rule *out)
{
    const cJSON *c;
    cJSON_ArrayForEach (c, json_get(rule, "RuleConditions")) {
        const char *type = json_str(c, "Type");
        if (type && !strcmp(type, "Host"))
            read_values(a, json_get(c, "HostConfig"), out->hosts, COUNT(out->hosts));
        else if (type && !strcmp(type, "Path"))
            read_values(a, json_get(c, "PathConfig"), out->paths, COUNT(out->paths));
        else
            out->odd = true;
    }
}

static void read_targets(struct view *v, const cJSON *rule, struct view_rule *out)
{
    const cJSON *action, *t;
    outcome sum = 0;
    size_t n = 0;
    cJSON_ArrayForEach (action, json_get(rule, "RuleActions"))
        cJSON_ArrayForEach (t, json_at(action, "ForwardGroupConfig.ServerGroupTuples")) {
            const char *id = json_str(t, "ServerGroupId");
            const struct view_group *g = id ? view_group(v, id) : NULL;
            if (n + 1 < COUNT(out->groups) && id)
                out->groups[n++] = arena_strdup(&v->arena, id);
            sum = outcome_add(sum, g ? g->ingress : "?", g ? g->service : "?",
                              json_int(t, "Weight", 100));
        }
    out->to = outcome_end(sum);
}

static int by_priority(const void *x, const void *y)
{
    const struct view_rule *a = x, *b = y;
    return (a->priority > b->priority) - (a->priority < b->priority);
}

/* All pages as text, an array of arrays; false: it is what was read last, and not 'again' to be
 * read. */
static bool list_rules(struct sim *s, bool again)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct buf text = { 0 };
    const char *next = "";
    while (next) {
        cJSON *body CLEANUP(json_done) = ask_page(s, "ListRules", NULL, *next ? next : NULL, true);
        const cJSON *list = json_get(body, "Rules");
        buf_addc(&text, text.len ? ',' : '[');
        buf_adds(&text, list && cJSON_IsRaw(list) ? list->valuestring : "[]");
        next = json_str(body, "NextToken");
        next = next && *next ? arena_strdup(&a, next) : NULL;
    }
    buf_addc(&text, ']');
    const bool other = again || strcmp(buf_str(&s->view.rules_text), buf_str(&text)) != 0;
    buf_done(&s->view.rules_text);
    s->view.rules_text = text;
    return other;
}

static void read_rule(struct sim *s, const cJSON *e)
{
    struct view *v = &s->view;
    const char *status = json_str(e, "RuleStatus");
    struct view_rule *r = LIST_PUSH(&v->arena, &v->rules);
    r->id = text_of(&v->arena, e, "RuleId");
    r->listener = text_of(&v->arena, e, "ListenerId");
    r->priority = json_int(e, "Priority", 0);
    r->gone = status && !strcmp(status, "Deleting");
    r->foreign = map_get(&s->foreign, r->id) != NULL;
    read_conditions(&v->arena, e, r);
    read_targets(v, e, r);
    note_birth(s, r->id);
}

static void read_rules(struct sim *s, bool again)
{
    struct view *v = &s->view;
    struct error err;
    cJSON *pages CLEANUP(json_done) = NULL;
    const cJSON *page, *e;
    if (!list_rules(s, again))
        return;
    if (!json_parse(buf_str(&v->rules_text), v->rules_text.len, &pages, &err))
        sim_complain(s, "simulator: the view cannot read rules: %s", err.msg);
    v->rules.len = 0;
    cJSON_ArrayForEach (page, pages)
        cJSON_ArrayForEach (e, page)
            read_rule(s, e);
    if (v->rules.len)
        qsort(v->rules.items, v->rules.len, sizeof *v->rules.items, by_priority);
}

/* What others made is known a moment after it is there. */
static bool is_same(const struct sim *s, const struct cloud_changes *now)
{
    const struct view *v = &s->view;
    return v->read && v->at.ids == now->ids && v->at.tags == now->tags
           && v->foreign == map_count(&s->foreign);
}

/* Names of groups are as they were when the group was made. */
void view_refresh(struct sim *s)
{
    struct view *v = &s->view;
    if (!v->stale)
        return;
    if (v->arena.size > 1024 * 1024)
        view_done(v);
    const struct cloud_changes now = cloud_changes(mock_cloud(s->mock), mock_now_ms(s->mock));
    const bool same = is_same(s, &now);
    if (v->stale & VIEW_LBS)
        read_lbs(s);
    if (!same)
        read_groups(s);
    if (!same || v->at.servers != now.servers)
        read_servers(s);
    if (!same || v->at.resources != now.resources)
        read_rules(s, !same);
    v->at = now;
    v->foreign = map_count(&s->foreign);
    v->read = true;
    v->stale = 0;
}

void view_done(struct view *v)
{
    arena_done(&v->arena);
    buf_done(&v->rules_text);
    *v = (struct view){ .stale = VIEW_ALL };
}

/* ---- looking up ------------------------------------------------------------------------------ */

const struct view_group *view_group(const struct view *v, const char *id)
{
    for (size_t i = 0; i < v->groups.len; i++)
        if (!strcmp(v->groups.items[i].id, id))
            return &v->groups.items[i];
    return NULL;
}

const struct view_rule *view_rule(const struct view *v, const char *id)
{
    for (size_t i = 0; i < v->rules.len; i++)
        if (!strcmp(v->rules.items[i].id, id))
            return &v->rules.items[i];
    return NULL;
}

const char *view_listener_lb(const struct view *v, const char *id)
{
    for (size_t i = 0; i < v->listeners.len; i++)
        if (!strcmp(v->listeners.items[i].id, id))
            return v->listeners.items[i].lb;
    return NULL;
}

/* ---- routing --------------------------------------------------------------------------------- */

/* '*' at the end of a pattern stands for any text; our patterns have it nowhere else. */
static bool value_matches(const char *value, const char *text)
{
    const size_t n = strlen(value);
    if (n && value[n - 1] == '*')
        return !strncmp(value, text, n - 1);
    return !strcmp(value, text);
}

static bool any_matches(const char *const *values, const char *text)
{
    if (!values[0])
        return true;
    for (; *values; values++)
        if (value_matches(*values, text))
            return true;
    return false;
}

static outcome route(const struct view *v, const char *listener, const struct probe *p)
{
    for (size_t i = 0; i < v->rules.len; i++) {
        const struct view_rule *r = &v->rules.items[i];
        if (!strcmp(r->listener, listener) && !r->gone && !r->odd && any_matches(r->hosts, p->host)
            && any_matches(r->paths, p->path))
            return r->to;
    }
    return OUTCOME_DEFAULT;
}

const char *view_listener_at(const struct view *v, int lb, int64_t port)
{
    for (size_t i = 0; i < v->lbs.len; i++)
        for (size_t k = 0; v->lbs.items[i].index == lb && k < v->listeners.len; k++)
            if (!strcmp(v->listeners.items[k].lb, v->lbs.items[i].id)
                && v->listeners.items[k].port == port)
                return v->listeners.items[k].id;
    return NULL;
}

int view_owner(const struct view *v, const char *listener)
{
    const char *lb = view_listener_lb(v, listener);
    for (size_t i = 0; lb && i < v->lbs.len; i++)
        if (!strcmp(v->lbs.items[i].id, lb))
            return v->lbs.items[i].index;
    return -1;
}

cJSON *view_certificates(struct sim *s, const char *listener)
{
    return ask_page(s, "ListListenerCertificates", listener, NULL, false);
}

const cJSON *view_uploads(struct sim *s)
{
    return json_get(companion_state(mock_companion(s->mock)), "Certificates");
}

void view_routing(const struct view *v, struct routing *out)
{
    const char *listeners[BALANCERS];
    for (int i = 0; i < BALANCERS; i++)
        listeners[i] = view_listener_at(v, i, 80);
    for (size_t i = 0; i < PROBES; i++) {
        const struct probe p = probe_at(i);
        const char *listener = listeners[p.lb];
        out->of[i] = listener ? route(v, listener, &p) : OUTCOME_NONE;
    }
}

int view_lb_of(const struct view *v, const char *listener)
{
    for (int i = 0; i < BALANCERS; i++) {
        const char *own = view_listener_at(v, i, 80);
        if (own && !strcmp(own, listener))
            return i;
    }
    return -1;
}

bool view_meets(const struct view *v, const struct view_rule *r, size_t probe)
{
    const struct probe p = probe_at(probe);
    return view_lb_of(v, r->listener) == p.lb && !r->odd && any_matches(r->hosts, p.host)
           && any_matches(r->paths, p.path);
}

/* ---- has anything changed? ------------------------------------------------------------------- */

static uint64_t mix(uint64_t h, uint64_t n)
{
    return (h ^ n) * 1099511628211U;
}

static uint64_t mix_text(uint64_t h, const char *text)
{
    for (; *text; text++)
        h = mix(h, (unsigned char)*text);
    return mix(h, 256);
}

uint64_t view_digest(const struct view *v)
{
    uint64_t sum = 0, h;
    for (size_t i = 0; i < v->rules.len; i++) {
        const struct view_rule *r = &v->rules.items[i];
        h = mix(mix_text(14695981039346656037U, r->id), (uint64_t)r->priority);
        for (size_t k = 0; r->hosts[k]; k++)
            h = mix_text(h, r->hosts[k]);
        for (size_t k = 0; r->paths[k]; k++)
            h = mix_text(h, r->paths[k]);
        for (size_t k = 0; r->groups[k]; k++) /* of two that were made for the same one may go */
            h = mix_text(h, r->groups[k]);
        sum += r->gone ? 0 : mix(h, r->to);
    }
    for (size_t i = 0; i < v->groups.len; i++)
        sum += mix(mix_text(1, v->groups.items[i].id), v->groups.items[i].pods);
    return sum;
}
