/* wire.c - headers and parameters out of a request. */
#include "tests/support/wire.h"

#include <string.h>

static int hex_of(char c)
{
    return c <= '9' ? c - '0' : (c | 32) - 'a' + 10;
}

static const char *decoded(struct arena *a, const char *text, size_t len)
{
    char *out = arena_strndup(a, text, len), *to = out;
    for (const char *c = out; *c; c++) {
        if (*c == '%' && c[1] && c[2]) {
            *to++ = (char)(hex_of(c[1]) * 16 + hex_of(c[2]));
            c += 2;
        } else {
            *to++ = *c == '+' ? ' ' : *c;
        }
    }
    *to = '\0';
    return out;
}

static void add_params(struct arena *a, alb_params *out, const char *text)
{
    while (*text) {
        size_t len = strcspn(text, "&"), name = strcspn(text, "=&");
        const char *value = name < len ? text + name + 1 : "";
        *LIST_PUSH(a, out) =
            (struct alb_param){ decoded(a, text, name),
                                decoded(a, value, name < len ? len - name - 1 : 0) };
        text += len + (text[len] == '&');
    }
}

const char *wire_header(const struct http_request *r, const char *name)
{
    for (size_t i = 0; i < r->n_headers; i++)
        if (!strcmp(r->headers[i].name, name))
            return r->headers[i].value;
    return "";
}

void wire_params(struct arena *a, const struct http_request *r, alb_params *out)
{
    const char *query = strchr(r->url, '?');
    add_params(a, out, query ? query + 1 : "");
    add_params(a, out, r->body_len ? r->body : "");
}
