/* request.c - a call as an HTTP request: parameters split into query and form body, the
 * headers of ACS3-HMAC-SHA256, the signature over all of it (signature.md §1, §4). */
#include "alb_priv.h"

#include <string.h>

#include "alb-agent/hash.h"

#define FORM_TYPE "application/x-www-form-urlencoded"

/* Does parameter 'name' belong to the list 'form', as "Rules.1.Priority" to "Rules"? */
static bool in_form(const char *name, const char *form)
{
    size_t len = form ? strlen(form) : 0;
    if (len && form[0] == '*')
        return true;
    return len && !strncmp(name, form, len) && name[len] == '.';
}

static void add(struct arena *a, sign_pairs *pairs, const char *name, const char *value)
{
    *LIST_PUSH(a, pairs) = (struct sign_pair){ .name = name, .value = value };
}

static sign_pairs signed_headers(struct arena *a, const struct request_in *in,
                                 const struct sign_request *r)
{
    sign_pairs h = { 0 };
    char digest[SHA256_HEX];
    hash_sha256_hex(r->body_len ? r->body : "", r->body_len, digest);
    add(a, &h, "host", endpoint_host(in->endpoint));
    add(a, &h, "x-acs-action", in->action->name);
    add(a, &h, "x-acs-version", product_version(in->action->product));
    add(a, &h, "x-acs-date", in->date);
    add(a, &h, "x-acs-signature-nonce", in->nonce);
    add(a, &h, "x-acs-content-sha256", arena_strdup(a, digest));
    if (in->security_token && !in->action->anonymous) {
        add(a, &h, "x-acs-accesskey-id", in->access_key_id);
        add(a, &h, "x-acs-security-token", in->security_token);
    }
    if (r->body_len)
        add(a, &h, "content-type", FORM_TYPE);
    return h;
}

struct http_request request_build(struct arena *a, const struct request_in *in)
{
    struct sign_request r = { .method = "POST", .path = "/" };
    sign_pairs form = { 0 };
    for (size_t i = 0; i < in->params.len; i++) {
        const struct sign_pair *p = &in->params.items[i];
        add(a, in_form(p->name, in->action->form) ? &form : &r.query, p->name, p->value);
    }
    const char *body = sign_query(a, &form), *authorization = NULL;
    r.body = body;
    r.body_len = strlen(body);
    r.headers = signed_headers(a, in, &r);
    if (!in->action->anonymous)
        authorization = sign_v3(a, &r, in->access_key_id, in->access_key_secret);

    add(a, &r.headers, "accept", "application/json");
    if (authorization)
        add(a, &r.headers, "authorization", authorization);
    struct http_header *headers = arena_array(a, r.headers.len, sizeof *headers);
    for (size_t i = 0; i < r.headers.len; i++)
        headers[i] = (struct http_header){ .name = r.headers.items[i].name,
                                           .value = r.headers.items[i].value };
    const char *query = sign_query(a, &r.query);
    return (struct http_request){ .method = r.method,
                                  .url = arena_fmt(a, "%s/%s%s", in->endpoint, *query ? "?" : "",
                                                   query),
                                  .headers = headers,
                                  .n_headers = r.headers.len,
                                  .body = body,
                                  .body_len = r.body_len };
}
