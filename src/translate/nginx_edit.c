/* nginx_edit.c - an Ingress for nginx as it is rewritten: a copy of its tree in the arena,
 * annotations of ours, and rules that do what annotations of nginx did. */
#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/json.h"
#include "nginx_priv.h"

/* Services that are only names for annotations: nothing is behind them. */
static const char forbidden[] = "alb-agent-forbidden", denied[] = "alb-agent-denied",
                  app_root[] = "alb-agent-app-root";
static const char forbidden_action[] =
    "{\"type\":\"FixedResponse\",\"FixedResponseConfig\":{\"contentType\":\"text/"
    "plain\",\"content\":\"403 Forbidden\",\"httpCode\":\"403\"}}";

/* ---- trees in the arena ---------------------------------------------------------------------- */

static cJSON *new_node(struct arena *a, int type, const char *name)
{
    cJSON *n = arena_alloc(a, sizeof *n);
    n->type = type;
    n->string = name ? arena_strdup(a, name) : NULL;
    return n;
}

static cJSON *new_text(struct arena *a, const char *name, const char *value)
{
    cJSON *n = new_node(a, cJSON_String, name);
    n->valuestring = arena_strdup(a, value);
    return n;
}

/* Behind 'before'; NULL: in front of all.  cJSON keeps the last node in the first's prev. */
static cJSON *insert(cJSON *parent, cJSON *before, cJSON *n)
{
    cJSON *next = before ? before->next : parent->child;
    cJSON *last = next ? parent->child->prev : n;
    n->next = next;
    n->prev = before;
    if (before)
        before->next = n;
    else
        parent->child = n;
    if (next)
        next->prev = n;
    parent->child->prev = last;
    return n;
}

static cJSON *last_of(const cJSON *parent)
{
    cJSON *n = parent->child;
    while (n && n->next)
        n = n->next;
    return n;
}

static cJSON *append(cJSON *parent, cJSON *n)
{
    return insert(parent, last_of(parent), n);
}

static cJSON *copy(struct arena *a, const cJSON *from, const char *name)
{
    cJSON *n = new_node(a, from->type & 0xff, name);
    n->valueint = from->valueint;
    n->valuedouble = from->valuedouble;
    n->valuestring = from->valuestring ? arena_strdup(a, from->valuestring) : NULL;
    const cJSON *v;
    cJSON *last = NULL;
    cJSON_ArrayForEach (v, from)
        last = insert(n, last, copy(a, v, v->string));
    return n;
}

static void copy_member(struct arena *a, cJSON *to, const cJSON *from, const char *name)
{
    const cJSON *v = json_get(from, name);
    if (v)
        (void)append(to, copy(a, v, name));
}

/* A member that may be changed; NULL when there is none. */
static cJSON *get(const cJSON *obj, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(obj, name);
}

/* ---- annotations ------------------------------------------------------------------------------
 */

void nginx_edit_begin(struct nginx_edit *e, struct arena *a, const struct object *from)
{
    static const char *const kept[] = { "name", "namespace", "labels" };
    const cJSON *json = object_body(from), *metadata = json_get(json, "metadata"), *v;
    *e = (struct nginx_edit){ .a = a, .from = from, .body = new_node(a, cJSON_Object, NULL) };
    copy_member(a, e->body, json, "apiVersion");
    copy_member(a, e->body, json, "kind");
    cJSON *to = append(e->body, new_node(a, cJSON_Object, "metadata"));
    for (size_t i = 0; i < COUNT(kept); i++)
        copy_member(a, to, metadata, kept[i]);
    e->annotations = append(to, new_node(a, cJSON_Object, "annotations"));
    const cJSON *all = json_get(metadata, "annotations");
    if (cJSON_IsObject(all))
        cJSON_ArrayForEach (v, all)
            if (strncmp(v->string, NGINX_PREFIX, strlen(NGINX_PREFIX)) != 0)
                (void)append(e->annotations, copy(a, v, v->string));
    copy_member(a, e->body, json, "spec");
    e->spec = get(e->body, "spec");
}

const char *nginx_value(const struct nginx_edit *e, const char *name)
{
    return object_annotation(e->from, arena_fmt(e->a, "%s%s", NGINX_PREFIX, name));
}

/* Does the existing controller look below nginx' prefix first? */
static bool is_aliased(const char *name)
{
    for (size_t i = 0; i < annotation_n_rows; i++)
        if (!strcmp(annotation_rows[i].name, name))
            return annotation_rows[i].aliased;
    return false;
}

void nginx_set(struct nginx_edit *e, const char *name, const char *value)
{
    const char *key = arena_fmt(e->a, "%s%s", ANNOTATION_PREFIX, name);
    cJSON *there = get(e->annotations, key);
    if (!there)
        (void)append(e->annotations, new_text(e->a, key, value));
    else if (is_aliased(name))
        there->valuestring = arena_strdup(e->a, value);
}

/* Sets a default: what is there stays in any case. */
static void set_default(struct nginx_edit *e, const char *name, const char *value)
{
    if (!get(e->annotations, arena_fmt(e->a, "%s%s", ANNOTATION_PREFIX, name)))
        nginx_set(e, name, value);
}

const char *nginx_quote(const struct nginx_edit *e, const char *text)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    buf_add_json(&b, text);
    return buf_keep(&b, e->a);
}

/* One more element in a list that is an annotation, "actions.tea" or "conditions.tea". */
static void add_element(struct nginx_edit *e, const char *name, const char *element)
{
    const char *key = arena_fmt(e->a, "%s%s", ANNOTATION_PREFIX, name);
    cJSON *there = get(e->annotations, key);
    const char *end = there ? strrchr(there->valuestring, ']') : NULL;
    if (end)
        there->valuestring = arena_fmt(e->a, "%.*s,%s]", (int)(end - there->valuestring),
                                       there->valuestring, element);
    else
        nginx_set(e, name, arena_fmt(e->a, "[%s]", element));
}

/* ---- hosts --------------------------------------------------------------------------------------
 */

/* The entry of spec.tls that lists the host, or NULL. */
static cJSON *tls_of(const struct nginx_edit *e, const char *host)
{
    cJSON *tls, *h;
    cJSON_ArrayForEach (tls, get(e->spec, "tls"))
        cJSON_ArrayForEach (h, get(tls, "hosts"))
            if (cJSON_IsArray(get(tls, "hosts")) && cJSON_IsString(h)
                && !strcmp(h->valuestring, host))
                return tls;
    return NULL;
}

bool nginx_has_tls(const struct nginx_edit *e)
{
    const cJSON *tls = json_get(e->spec, "tls");
    return cJSON_IsArray(tls) && tls->child;
}

bool nginx_all_tls(const struct nginx_edit *e)
{
    const cJSON *rule;
    cJSON_ArrayForEach (rule, json_get(e->spec, "rules")) {
        const char *host = json_str(rule, "host");
        if (host && !tls_of(e, host))
            return false;
    }
    return true;
}

/* The certificate of one host is that of its other names. */
static void add_tls_host(struct nginx_edit *e, const char *host, const char *other)
{
    cJSON *tls = tls_of(e, host);
    if (tls && !tls_of(e, other))
        (void)append(get(tls, "hosts"), new_text(e->a, NULL, other));
}

static bool has_rule(const struct nginx_edit *e, const char *host)
{
    const cJSON *rule;
    cJSON_ArrayForEach (rule, json_get(e->spec, "rules")) {
        const char *h = json_str(rule, "host");
        if (h && !strcmp(h, host))
            return true;
    }
    return false;
}

/* ---- rules
 * ------------------------------------------------------------------------------------------ */

static void add_port_name(struct arena *a, cJSON *service)
{
    cJSON *port = append(service, new_node(a, cJSON_Object, "port"));
    (void)append(port, new_text(a, "name", "use-annotation"));
}

/* A path that leads to what the annotations of 'service' say. */
static cJSON *new_path(struct arena *a, const char *path, const char *type, const char *service)
{
    cJSON *n = new_node(a, cJSON_Object, NULL);
    (void)append(n, new_text(a, "path", path));
    (void)append(n, new_text(a, "pathType", type));
    cJSON *backend = append(n, new_node(a, cJSON_Object, "backend"));
    cJSON *to = append(backend, new_node(a, cJSON_Object, "service"));
    (void)append(to, new_text(a, "name", service));
    add_port_name(a, to);
    return n;
}

static cJSON *paths_of(const cJSON *rule)
{
    cJSON *paths = get(get(rule, "http"), "paths");
    return cJSON_IsArray(paths) ? paths : NULL;
}

static const char *text_or(const cJSON *obj, const char *name, const char *dflt)
{
    const char *text = json_str(obj, name);
    return text ? text : dflt;
}

/* The name of the Service of a path, or NULL. */
static const char *service_of(const cJSON *path)
{
    return json_str(json_get(json_get(path, "backend"), "service"), "name");
}

/* As nginx has no third way to compare a path with. */
static void fix_path_type(struct nginx_edit *e, cJSON *path)
{
    cJSON *type = get(path, "pathType");
    if (cJSON_IsString(type) && !strcmp(type->valuestring, "ImplementationSpecific"))
        type->valuestring = arena_strdup(e->a, "Prefix");
}

static const char *source_condition(struct nginx_edit *e, const nginx_texts *ranges)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    buf_adds(&b, "{\"type\":\"SourceIp\",\"sourceIpConfig\":{\"values\":[");
    for (size_t i = 0; i < ranges->len; i++)
        buf_addf(&b, "%s%s", i ? "," : "", nginx_quote(e, ranges->items[i]));
    buf_adds(&b, "]}}");
    return buf_keep(&b, e->a);
}

/* Rules around that of a path, for clients that may not come in. */
static void guard_path(struct nginx_edit *e, cJSON *paths, cJSON *path)
{
    const char *text = text_or(path, "path", "/"), *type = text_or(path, "pathType", "Prefix");
    cJSON *before = path == paths->child ? NULL : path->prev;
    if (e->deny.len)
        (void)insert(paths, before, new_path(e->a, text, type, denied));
    if (e->allow.len)
        (void)insert(paths, path, new_path(e->a, text, type, forbidden));
}

static const char *rewrite_action(struct nginx_edit *e)
{
    return arena_fmt(e->a,
                     "{\"type\":\"Rewrite\",\"RewriteConfig\":{\"host\":%s,\"path\":%s,"
                     "\"query\":\"${query}\"}}",
                     nginx_quote(e, e->vhost ? e->vhost : "${host}"),
                     nginx_quote(e, e->rewrite ? e->rewrite : "${path}"));
}

/* What the annotations of a Service say, once for all its paths. */
static void annotate_service(struct nginx_edit *e, struct map *seen, const char *service)
{
    bool apart = e->vhost || (e->rewrite && (e->allow.len || e->deny.len || e->app_root || e->www));
    const char *actions = arena_fmt(e->a, "actions.%s", service);
    if (map_get(seen, service))
        return;
    map_put(seen, service, e);
    for (size_t i = 0; i < e->added.len && !e->redirect; i++)
        add_element(e, actions, e->added.items[i]);
    if (e->redirect)
        add_element(e, actions, e->redirect);
    else if (apart)
        add_element(e, actions, rewrite_action(e));
    if (e->allow.len)
        add_element(e, arena_fmt(e->a, "conditions.%s", service), source_condition(e, &e->allow));
    if (e->rewrite && !e->redirect && apart)
        set_default(e, "use-regex", "true");
    else if (e->rewrite && !e->redirect)
        set_default(e, "rewrite-target", e->rewrite);
}

static void redirect_path(struct nginx_edit *e, const cJSON *path)
{
    cJSON *service = get(get(path, "backend"), "service"), *port = get(service, "port");
    if (!port)
        return;
    port->child = NULL;
    (void)append(port, new_text(e->a, "name", "use-annotation"));
}

static void finish_rule(struct nginx_edit *e, struct map *seen, cJSON *rule)
{
    cJSON *paths = paths_of(rule), *path = paths ? paths->child : NULL;
    while (path) {
        cJSON *next = path->next;
        const char *service = service_of(path);
        fix_path_type(e, path);
        if (service)
            annotate_service(e, seen, service);
        if (e->redirect)
            redirect_path(e, path);
        guard_path(e, paths, path);
        path = next;
    }
    if (e->app_root && paths)
        (void)insert(paths, NULL, new_path(e->a, "/", "Exact", app_root));
}

static void add_guards(struct nginx_edit *e)
{
    if (e->allow.len)
        add_element(e, arena_fmt(e->a, "actions.%s", forbidden), forbidden_action);
    if (e->deny.len) {
        add_element(e, arena_fmt(e->a, "actions.%s", denied), forbidden_action);
        add_element(e, arena_fmt(e->a, "conditions.%s", denied), source_condition(e, &e->deny));
    }
    if (e->app_root)
        add_element(e, arena_fmt(e->a, "actions.%s", app_root),
                    arena_fmt(e->a,
                              "{\"type\":\"Redirect\",\"RedirectConfig\":{\"path\":%s,"
                              "\"httpCode\":\"302\"}}",
                              nginx_quote(e, e->app_root)));
}

/* ---- other hosts
 * ------------------------------------------------------------------------------------ */

static void add_aliases(struct nginx_edit *e, cJSON *rules, const cJSON *rule)
{
    const char *host = json_str(rule, "host");
    for (size_t i = 0; host && i < e->aliases.len; i++) {
        if (has_rule(e, e->aliases.items[i]))
            continue; /* nginx passes it over too */
        cJSON *twin = append(rules, copy(e->a, rule, NULL));
        get(twin, "host")->valuestring = arena_strdup(e->a, e->aliases.items[i]);
        add_tls_host(e, host, e->aliases.items[i]);
    }
}

static void add_www(struct nginx_edit *e, cJSON *rules, const cJSON *rule, size_t i)
{
    const char *host = json_str(rule, "host");
    if (!host)
        return;
    const char *other =
        !strncmp(host, "www.", 4) ? host + 4 : (const char *)arena_fmt(e->a, "www.%s", host);
    const char *service = arena_fmt(e->a, "alb-agent-www-%zu", i);
    if (has_rule(e, other))
        return;
    cJSON *twin = append(rules, new_node(e->a, cJSON_Object, NULL));
    (void)append(twin, new_text(e->a, "host", other));
    cJSON *http = append(twin, new_node(e->a, cJSON_Object, "http"));
    cJSON *paths = append(http, new_node(e->a, cJSON_Array, "paths"));
    (void)append(paths, new_path(e->a, "/", "Prefix", service));
    add_tls_host(e, host, other);
    add_element(e, arena_fmt(e->a, "actions.%s", service),
                arena_fmt(e->a,
                          "{\"type\":\"Redirect\",\"RedirectConfig\":{\"host\":%s,"
                          "\"httpCode\":\"308\"}}",
                          nginx_quote(e, host)));
}

/* The hosts that the Ingress began with, as more are added at the end. */
static void add_hosts(struct nginx_edit *e, cJSON *rules)
{
    size_t n = (size_t)cJSON_GetArraySize(rules), i = 0;
    for (const cJSON *rule = rules->child; i < n; rule = rule->next, i++) {
        add_aliases(e, rules, rule);
        if (e->www)
            add_www(e, rules, rule, i);
    }
}

void nginx_edit_finish(struct nginx_edit *e)
{
    cJSON *rules = get(e->spec, "rules"), *rule;
    struct map seen CLEANUP(map_done) = { 0 };
    if (cJSON_IsArray(rules)) {
        cJSON_ArrayForEach (rule, rules)
            finish_rule(e, &seen, rule);
        add_hosts(e, rules);
        add_guards(e);
    }
    if (nginx_has_tls(e)) { /* nginx serves both, and redirects unless it is told not to */
        set_default(e, "ssl-redirect", "true");
        set_default(e, "listen-ports", "[{\"HTTP\":80},{\"HTTPS\":443}]");
    }
}
