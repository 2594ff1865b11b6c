/* cmd_explain.c - which rule a request meets, and why not those before it; without the cloud. */
#include <string.h>

#include "cli.h"

/* "Name: value" or "name=value". */
static bool read_pair(struct options *o, const char *text, char separator, struct route_pair *out,
                      struct error *err)
{
    const char *at = strchr(text, separator);
    if (!at || at == text)
        return error_set(err, ERROR_INVALID, "explain: '%s': write NAME%cVALUE", text, separator);
    out->key = arena_strndup(&o->arena, text, (size_t)(at - text));
    out->value = at + 1 + strspn(at + 1, " ");
    return true;
}

static bool read_headers(struct options *o, struct route_request *q, struct error *err)
{
    for (size_t i = 0; i < o->headers.len; i++)
        if (!read_pair(o, o->headers.items[i], ':', LIST_PUSH(&o->arena, &q->headers), err))
            return false;
    for (size_t i = 0; i < o->response_headers.len; i++)
        if (!read_pair(o, o->response_headers.items[i], ':',
                       LIST_PUSH(&o->arena, &q->response_headers), err))
            return false;
    const char *cookies = NULL;
    for (size_t i = 0; i < o->cookies.len; i++) {
        struct route_pair pair;
        const char *cookie = o->cookies.items[i];
        if (!read_pair(o, cookie, '=', &pair, err))
            return false;
        cookies = cookies ? arena_fmt(&o->arena, "%s; %s", cookies, cookie) : cookie;
    }
    if (cookies)
        *LIST_PUSH(&o->arena, &q->headers) = (struct route_pair){ "Cookie", cookies };
    return true;
}

static bool read_request(struct options *o, struct route_request *q, struct error *err)
{
    const char *path = o->path ? o->path : "/";
    size_t n = strcspn(path, "?");
    *q = (struct route_request){
        .method = o->method ? o->method : "GET",
        .host = o->host,
        .path = arena_strndup(&o->arena, path, n),
        .query = o->query  ? o->query
                 : path[n] ? path + n + 1
                           : NULL,
        .source = o->source,
        .status = o->status,
    };
    if (path[0] != '/')
        return error_set(err, ERROR_INVALID, "explain: --path '%s' does not begin with /", path);
    if (o->query && path[n])
        return error_set(err, ERROR_INVALID, "explain: a query in --path and --query");
    return read_headers(o, q, err);
}

static enum exit_code explain_run(const struct cmd *cmd, struct options *o)
{
    (void)cmd;
    struct error err;
    struct route_request q;
    if (!o->files.len) {
        (void)error_set(&err, ERROR_INVALID, "explain: no manifests; give them with -f PATH");
        return cli_fail(&err);
    }
    if (!read_request(o, &q, &err))
        return cli_fail(&err);
    struct session s CLEANUP(session_close) = { 0 };
    if (!open_session(&s, o, STORE_SNAPSHOT, false, &err) || !session_read_source(&s, &err)
        || !session_translate(&s, &err))
        return cli_fail(&err);
    struct report_in in;
    fill_report(&s, o, &in);
    struct buf b CLEANUP(buf_done) = { .max = (size_t)1 << 30 };
    size_t n = report_explain(&b, &in, &q, o->listener);
    cli_print(&b);
    if (!n && o->listener) {
        (void)error_set(&err, ERROR_NOT_FOUND, "explain: no listener is wanted on '%s'",
                        o->listener);
        return cli_fail(&err);
    }
    return s.has_roots ? notes_exit(&s) : EXIT_INVALID;
}

const struct cmd cmd_explain = {
    .name = "explain",
    .usage = "-f PATH... [--host HOST] [--path PATH] [flags]",
    .summary = "Show which rule a request would meet, and why not those before it.",
    .help = "Walks the rules that the manifests ask for, listener by listener, and makes no\n"
            "call.  Where ALB's behaviour is not documented (how it anchors a regular\n"
            "expression, say) the answer is 'maybe', with what it depends on.  Of rules for\n"
            "other hosts only the number is told; -o json lists them all.\n"
            "Exit codes: 0 explained, 1 error, 4 a manifest or an object was left out.",
    .opts = OPT_FILE | OPT_REQUEST | OPTS_CLOUD,
    .outputs = "text|json",
    .run = explain_run,
};
