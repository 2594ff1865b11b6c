/* fuzz_translate.c - any annotations of an Ingress, next to an Ingress that is in order.
 *
 * Each line of the input is an annotation: the bytes before the first blank are its name
 * below the prefix, the rest its value; '/path', '=type' and '@host' in front of a line set
 * those of the Ingress instead.  Whatever it says, the other Ingress has its rule and its
 * group, and what is wanted of the cloud keeps to ALB's limits. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/json.h"
#include "alb-agent/translate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_VALUES = 10, MAX_ACTIONS = 5, MAX_TARGETS = 5, MAX_SIZE = 4096 };

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void add(struct object_set *set, const char *json)
{
    struct error err;
    cJSON *body = NULL;
    must(json_parse(json, strlen(json), &body, &err));
    object_set_add(set, body, "fuzz:1");
}

static const char config[] =
    "{\"apiVersion\":\"alibabacloud.com/"
    "v1\",\"kind\":\"AlbConfig\",\"metadata\":{\"name\":\"web\"},"
    "\"spec\":{\"config\":{\"zoneMappings\":[{\"vSwitchId\":\"vsw-1\",\"zoneId\":\"z\"}]},"
    "\"listeners\":[{\"port\":80},{\"port\":443,\"protocol\":\"HTTPS\",\"certificates\":[{"
    "\"CertificateId\":\"c\"}]},{\"port\":443,\"protocol\":\"QUIC\",\"certificates\":[{"
    "\"CertificateId\":\"c\"}]}]}}";
static const char class[] =
    "{\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\"IngressClass\",\"metadata\":{\"name\":"
    "\"alb\"},\"spec\":{\"controller\":\"ingress.k8s.alibabacloud/alb\",\"parameters\":{\"name\":"
    "\"web\"}}}";
static const char good[] =
    "{\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\"Ingress\",\"metadata\":{\"name\":\"good\","
    "\"namespace\":\"d\"},\"spec\":{\"ingressClassName\":\"alb\",\"rules\":[{\"host\":\"good.com\","
    "\"http\":{\"paths\":[{\"path\":\"/\",\"pathType\":\"Prefix\",\"backend\":{\"service\":{"
    "\"name\":\"tea\",\"port\":{\"number\":80}}}}]}}]}}";

/* ---- the hostile Ingress ------------------------------------------------------------------------
 */

struct hostile {
    struct buf annotations;
    char path[256], type[64], host[256];
};

static void keep(char *to, size_t size, const char *text)
{
    size_t n = strlen(text) < size ? strlen(text) : size - 1;
    memcpy(to, text, n);
    to[n] = '\0';
}

static void read_line(struct hostile *h, char *line)
{
    if (*line == '/')
        keep(h->path, sizeof h->path, line);
    else if (*line == '=')
        keep(h->type, sizeof h->type, line + 1);
    else if (*line == '@')
        keep(h->host, sizeof h->host, line + 1);
    else if (*line) {
        char *value = strchr(line, ' ');
        struct buf name = { 0 };
        if (value)
            *value++ = '\0';
        buf_addf(&name, "alb.ingress.kubernetes.io/%s", line);
        buf_adds(&h->annotations, h->annotations.len ? "," : "");
        buf_add_json(&h->annotations, buf_str(&name));
        buf_addc(&h->annotations, ':');
        buf_add_json(&h->annotations, value ? value : "");
        buf_done(&name);
    }
}

static void add_backend(struct buf *b, const char *port)
{
    buf_addf(b, "\"backend\":{\"service\":{\"name\":\"tea\",\"port\":{%s}}}}", port);
}

static void add_hostile(struct object_set *set, const struct hostile *h)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    buf_addf(&b,
             "{\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\"Ingress\",\"metadata\":{\"name\":"
             "\"bad\",\"namespace\":\"d\",\"annotations\":{%s}},\"spec\":{\"ingressClassName\":"
             "\"alb\",\"rules\":[{\"host\":",
             buf_str(&h->annotations));
    buf_add_json(&b, h->host);
    for (int i = 0; i < 2; i++) {
        buf_adds(&b, i ? ",{\"path\":" : ",\"http\":{\"paths\":[{\"path\":");
        buf_add_json(&b, h->path);
        buf_adds(&b, ",\"pathType\":");
        buf_add_json(&b, h->type);
        buf_addc(&b, ',');
        add_backend(&b, i ? "\"name\":\"use-annotation\"" : "\"number\":80");
    }
    buf_adds(&b, "]}}]}}");
    add(set, buf_str(&b));
}

/* ---- what must hold ---------------------------------------------------------------------------
 */

static size_t values_of(const struct alb_condition *c)
{
    if (c->type == ALB_COND_QUERY || c->type == ALB_COND_COOKIE)
        return c->pairs.pairs.len;
    if (c->type == ALB_COND_HEADER || c->type == ALB_COND_RESPONSE_HEADER)
        return c->header.values.len;
    return c->values.values.len;
}

static bool is_final(const struct alb_rule_action *a)
{
    return a->type == ALB_ACTION_FORWARD || a->type == ALB_ACTION_REDIRECT
           || a->type == ALB_ACTION_FIXED;
}

static void check_rule(const struct alb_rule *rule)
{
    size_t values = 0, finals = 0, n = rule->actions.len;
    must(rule->conditions.len && n && n <= MAX_ACTIONS);
    for (size_t i = 0; i < rule->conditions.len; i++) {
        must(rule->conditions.items[i].type && values_of(&rule->conditions.items[i]));
        values += values_of(&rule->conditions.items[i]);
    }
    for (size_t i = 0; i < n; i++) {
        const struct alb_rule_action *a = &rule->actions.items[i];
        must(a->type && a->order.set && a->order.val == (int64_t)i + 1);
        finals += is_final(a);
        must(a->type != ALB_ACTION_FORWARD
             || (a->forward.targets.len && a->forward.targets.len <= MAX_TARGETS));
    }
    must(values <= MAX_VALUES);
    must(rule->direction == ALB_DIRECTION_RESPONSE
             ? !finals
             : finals == 1 && is_final(&rule->actions.items[n - 1]));
}

/* The groups that a rule names are wanted. */
static void check_groups(const struct model *m, const struct alb_rule *rule)
{
    for (size_t i = 0; i < rule->actions.len; i++) {
        const struct alb_rule_action *a = &rule->actions.items[i];
        for (size_t k = 0; a->type == ALB_ACTION_FORWARD && k < a->forward.targets.len; k++) {
            const char *id = a->forward.targets.items[k].group_id;
            must(*id != '@' || model_find(m, "kube-system/web", RESOURCE_SERVER_GROUP, id + 1));
        }
    }
}

static void check_out(const struct translate_out *out)
{
    bool found = false;
    for (size_t i = 0; i < out->desired.rows.len; i++) {
        const struct resource *r = &out->desired.rows.items[i];
        if (r->kind != RESOURCE_RULE)
            continue;
        check_rule(r->desired);
        check_groups(&out->desired, r->desired);
        found = found || !strncmp(r->desired_from, "Ingress d/good ", 15);
    }
    must(found);
    must(model_find(&out->desired, "kube-system/web", RESOURCE_SERVER_GROUP, "d/good-tea:80"));
    for (size_t i = 0; i < out->problems.len; i++)
        must(!strcmp(out->problems.items[i].name, "bad"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct object_set set CLEANUP(object_set_done) = { 0 };
    struct hostile h = { .path = "/", .type = "Prefix", .host = "bad.com" };
    struct fact_set facts = { 0 };
    struct translate_in in = {
        .objects = &set, .facts = &facts, .cluster_id = "c", .vpc_id = "vpc-1"
    };
    struct translate_out out;
    if (size > MAX_SIZE)
        return 0;
    char *text = arena_strndup(&a, size ? (const char *)data : "", size), *next;
    for (; text; text = next) {
        next = strchr(text, '\n');
        if (next)
            *next++ = '\0';
        read_line(&h, text);
    }
    add(&set, config);
    add(&set, class);
    add(&set, good);
    add_hostile(&set, &h);
    buf_done(&h.annotations);
    translate(&a, &in, &out);
    check_out(&out);
    return 0;
}
