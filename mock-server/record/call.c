/* call.c - a request seen as action and parameters.  Signatures are not looked at: who
 * replays a recording need not know any secret. */
#include "call.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../front/region.h"
#include "../front/tree.h"
#include "redact.h"

/* Parameters that say how a call was sent, not what for. */
static bool is_how(const char *name)
{
    static const char *const how[] = { "Action",    "Version",       "Format",
                                       "Timestamp", "SecurityToken", "AccessKeyId" };
    for (size_t i = 0; i < COUNT(how); i++)
        if (!strcmp(how[i], name))
            return true;
    return !strncmp(name, "Signature", 9);
}

static int by_name(const void *x, const void *y)
{
    const struct param *a = x;
    const struct param *b = y;
    return strcmp(a->name, b->name);
}

void record_params_sort(struct params *params)
{
    if (params->len)
        qsort(params->items, params->len, sizeof *params->items, by_name);
}

static bool is_form(const struct httpd_request *request)
{
    const char *type = httpd_request_header(request, "Content-Type");
    static const char form[] = "application/x-www-form-urlencoded";
    return type && !strncasecmp(type, form, sizeof form - 1);
}

/* The parameters of query and form; what cannot be decoded is not there. */
static struct params read_flat(struct arena *a, const struct httpd_request *request)
{
    const char *question = strchr(request->target, '?');
    const char *query = question ? question + 1 : "";
    struct params q = { 0 }, form = { 0 };
    struct error ignored = { 0 };
    if (!params_parse(a, &q, query, strlen(query), &ignored))
        q.len = 0;
    if (is_form(request) && !params_parse(a, &form, request->body, request->body_len, &ignored))
        form.len = 0;
    struct tree tree = tree_build(a, &q, &form);
    return tree_flatten(a, &tree);
}

static const char *signer(struct arena *a, const struct httpd_request *request,
                          const struct params *flat)
{
    static const char word[] = "Credential=";
    const char *header = httpd_request_header(request, "Authorization");
    const char *at = header ? strstr(header, word) : NULL;
    if (!at)
        return params_get(flat, "AccessKeyId");
    at += sizeof word - 1;
    return arena_strndup(a, at, strcspn(at, ", "));
}

static const char *either(const struct httpd_request *request, const char *header,
                          const struct params *flat, const char *param)
{
    const char *value = httpd_request_header(request, header);
    return value && *value ? value : params_get(flat, param);
}

static const char *product_of(struct arena *a, const struct spec *spec, const char *host,
                              const char *version)
{
    const char *name = region_product(a, host);
    const struct spec_product *p = name      ? spec_product_named(spec, name)
                                   : version ? spec_product_of(spec, version)
                                             : NULL;
    return p ? p->name : name;
}

void record_call_read(struct arena *a, const struct spec *spec, const struct httpd_request *request,
                      struct record_call *out)
{
    struct params flat = read_flat(a, request);
    const char *host =
        request->authority ? request->authority : httpd_request_header(request, "Host");
    const char *version = either(request, "x-acs-version", &flat, "Version");
    *out = (struct record_call){
        .action = either(request, "x-acs-action", &flat, "Action"),
        .key = signer(a, request, &flat),
    };
    if (!out->action) {
        out->path = arena_fmt(a, "%s %.*s", request->method, (int)strcspn(request->target, "?"),
                              request->target);
        return;
    }
    out->product = product_of(a, spec, host, version);
    out->region = region_of(a, host, params_get(&flat, "RegionId"));
    for (size_t i = 0; i < flat.len; i++) {
        struct param p = flat.items[i];
        if (is_how(p.name))
            continue;
        if (!strcmp(p.name, "Key") || redact_is_secret(p.name, p.value))
            p.value = REDACTED;
        *LIST_PUSH(a, &out->params) = p;
    }
    record_params_sort(&out->params);
}

bool record_walk_next(struct record_walk *w, struct record_pair *out)
{
    const struct param *x = w->i < w->old->len ? &w->old->items[w->i] : NULL;
    const struct param *y = w->j < w->now->len ? &w->now->items[w->j] : NULL;
    int order = x && y ? strcmp(x->name, y->name) : x ? -1 : 1;
    *out = (struct record_pair){ 0 };
    if (x && order <= 0) {
        *out = (struct record_pair){ x->name, x->value, NULL };
        w->i++;
    }
    if (y && order >= 0) {
        out->name = y->name;
        out->now = y->value;
        w->j++;
    }
    return out->name != NULL;
}

bool record_is_read(const struct record_call *call)
{
    static const char *const reads[] = { "List", "Get", "Describe" };
    if (!call->action)
        return true;
    for (size_t i = 0; i < COUNT(reads); i++)
        if (!strncmp(call->action, reads[i], strlen(reads[i])))
            return true;
    return false;
}
