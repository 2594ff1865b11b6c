/* nginx_value.c - what single annotations of nginx ask for, in the words of ours. */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "alb-agent/buf.h"
#include "nginx_priv.h"

enum { MAX_RANGES = 5, MAX_COOKIE_S = 86400, MAX_CORS_AGE_S = 172800 };

static void impossible(struct nginx_note *note, const char *why)
{
    note->verdict = NGINX_IMPOSSIBLE;
    note->difference = why;
}

static void approximate(struct nginx_note *note, const char *difference)
{
    note->verdict = NGINX_APPROXIMATE;
    note->difference = difference;
}

static void exact(struct nginx_note *note)
{
    note->verdict = NGINX_EXACT;
    note->difference = NULL;
}

/* It asks for nothing, so nothing is missing. */
static void nothing(struct nginx_note *note)
{
    note->verdict = NGINX_EXACT;
    note->becomes = note->difference = NULL;
}

void nginx_copy(struct nginx_edit *e, const struct nginx_row *row, const char *value,
                struct nginx_note *note)
{
    if (!strcmp(value, "false") && row->verdict == NGINX_APPROXIMATE)
        exact(note);
    nginx_set(e, row->becomes, value);
}

void nginx_no_change(struct nginx_edit *e, const struct nginx_row *row, const char *value,
                     struct nginx_note *note)
{
    (void)e, (void)row, (void)value, (void)note;
}

/* The parts between commas, blanks around them taken off, empty ones left out. */
static nginx_texts split(struct arena *a, const char *text)
{
    nginx_texts list = { 0 };
    while (*text) {
        text += strspn(text, " \t\r\n,");
        size_t n = strcspn(text, ", \t\r\n");
        if (n)
            *LIST_PUSH(a, &list) = arena_strndup(a, text, n);
        text += n;
    }
    return list;
}

static bool is_true(const char *value)
{
    return value && !strcmp(value, "true");
}

/* ---- canaries ------------------------------------------------------------------------------ */

/* Canaries with rules of their own stand before the main Ingress. */
static void go_first(struct nginx_edit *e)
{
    nginx_set(e, "order", "1");
}

void nginx_canary_header(struct nginx_edit *e, const struct nginx_row *row, const char *value,
                         struct nginx_note *note)
{
    bool has_value = nginx_value(e, "canary-by-header-value");
    nginx_set(e, row->becomes, value);
    go_first(e);
    if (has_value)
        exact(note);
    else
        nginx_set(e, "canary-by-header-value", "always");
}

void nginx_canary_cookie(struct nginx_edit *e, const struct nginx_row *row, const char *value,
                         struct nginx_note *note)
{
    (void)note;
    nginx_set(e, row->becomes, value);
    go_first(e);
}

void nginx_canary_weight(struct nginx_edit *e, const struct nginx_row *row, const char *value,
                         struct nginx_note *note)
{
    const char *total_text = nginx_value(e, "canary-weight-total");
    int64_t weight = 0, total = 100;
    if (nginx_value(e, "canary-by-header") || nginx_value(e, "canary-by-cookie")) {
        impossible(note, "nginx gives the weight what header and cookie leave over, in ALB each "
                         "needs an Ingress of its own");
        return;
    }
    if (!text_to_int(value, &weight)
        || (total_text && (!text_to_int(total_text, &total) || !total))) {
        impossible(note, "the weight or its total is no number");
        return;
    }
    if (weight > total)
        weight = total;
    if (weight * 100 % total)
        approximate(note, "ALB takes shares of whole per cents, so it is rounded");
    nginx_set(e, row->becomes, arena_fmt(e->a, "%" PRId64, (weight * 100 + total / 2) / total));
}

/* ---- paths and hosts ----------------------------------------------------------------------- */

/* "/x/$1" is "/x/${1}". */
static const char *with_braces(struct arena *a, const char *text)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    for (; *text; text++)
        if (text[0] == '$' && text[1] >= '0' && text[1] <= '9') {
            buf_addf(&b, "${%c}", text[1]);
            text++;
        } else {
            buf_addc(&b, *text);
        }
    return buf_keep(&b, a);
}

void nginx_rewrite(struct nginx_edit *e, const struct nginx_row *row, const char *value,
                   struct nginx_note *note)
{
    (void)row;
    if (value[0] == '/')
        e->rewrite = with_braces(e->a, value);
    else
        impossible(note, "ALB rewrites to a path, which begins with /");
}

void nginx_app_root(struct nginx_edit *e, const struct nginx_row *row, const char *value,
                    struct nginx_note *note)
{
    (void)row;
    if (value[0] == '/')
        e->app_root = value;
    else
        impossible(note, "nginx takes a path, which begins with /");
}

void nginx_alias(struct nginx_edit *e, const struct nginx_row *row, const char *value,
                 struct nginx_note *note)
{
    (void)row;
    e->aliases = split(e->a, value);
    for (size_t i = 0; i < e->aliases.len; i++)
        if (value_check_host(e->aliases.items[i]) || e->aliases.items[i][0] == '~') {
            e->aliases.len = 0;
            impossible(note, "an alias is no host, or an expression of nginx");
        }
}

void nginx_www(struct nginx_edit *e, const struct nginx_row *row, const char *value,
               struct nginx_note *note)
{
    (void)row;
    e->www = is_true(value);
    if (!e->www)
        nothing(note);
}

void nginx_vhost(struct nginx_edit *e, const struct nginx_row *row, const char *value,
                 struct nginx_note *note)
{
    (void)row;
    if (value_check_host(value) || strpbrk(value, "~*?$"))
        impossible(note, "ALB takes a host here, without variables and wildcards");
    else
        e->vhost = value;
}

void nginx_prefix(struct nginx_edit *e, const struct nginx_row *row, const char *value,
                  struct nginx_note *note)
{
    (void)row;
    if (!*value || strchr(value, '$')) {
        impossible(note, "ALB sets a header to a text, without variables");
        return;
    }
    *LIST_PUSH(e->a, &e->added) = arena_fmt(
        e->a,
        "{\"type\":\"InsertHeader\",\"InsertHeaderConfig\":{\"key\":\"X-Forwarded-Prefix\","
        "\"value\":%s,\"valueType\":\"UserDefined\"}}",
        nginx_quote(e, value));
}

/* ---- redirects ------------------------------------------------------------------------------- */

void nginx_ssl_redirect(struct nginx_edit *e, const struct nginx_row *row, const char *value,
                        struct nginx_note *note)
{
    bool forced = is_true(nginx_value(e, "force-ssl-redirect"));
    if (forced || (is_true(value) && !nginx_has_tls(e))) {
        nothing(note); /* the other says it, or nginx does nothing without spec.tls */
        return;
    }
    nginx_set(e, row->becomes, is_true(value) ? "true" : "false");
    if (is_true(value) && !nginx_all_tls(e))
        approximate(note, "hosts that are not in spec.tls are redirected too");
}

void nginx_force_ssl(struct nginx_edit *e, const struct nginx_row *row, const char *value,
                     struct nginx_note *note)
{
    if (is_true(value))
        nginx_set(e, row->becomes, "true");
    else
        nothing(note);
}

/* The parts of "https://a.com:8443/x?y=z" as members of a RedirectConfig; "" when it is no
 * such URL. */
static const char *url_members(struct nginx_edit *e, const char *url, bool *has_query)
{
    bool tls = !strncasecmp(url, "https://", 8);
    const char *host = tls ? url + 8 : !strncasecmp(url, "http://", 7) ? url + 7 : NULL;
    if (!host || strchr(url, '$') || strchr(url, '#'))
        return "";
    size_t n = strcspn(host, "/?"), name = strcspn(host, ":/?");
    const char *path = host + n, *query = strchr(path, '?');
    size_t path_len = query ? (size_t)(query - path) : strlen(path);
    const char *port = name < n ? arena_strndup(e->a, host + name + 1, n - name - 1)
                       : tls    ? "443"
                                : "80";
    *has_query = query && query[1];
    return arena_fmt(e->a, "\"protocol\":\"%s\",\"host\":%s,\"port\":%s,\"path\":%s%s%s,",
                     tls ? "HTTPS" : "HTTP", nginx_quote(e, arena_strndup(e->a, host, name)),
                     nginx_quote(e, port),
                     nginx_quote(e, path_len ? arena_strndup(e->a, path, path_len) : "/"),
                     *has_query ? ",\"query\":" : "", *has_query ? nginx_quote(e, query + 1) : "");
}

void nginx_redirect(struct nginx_edit *e, const struct nginx_row *row, const char *value,
                    struct nginx_note *note)
{
    bool permanent = !strncmp(row->name, "permanent", 9), has_query = false;
    const char *code =
        nginx_value(e, permanent ? "permanent-redirect-code" : "temporal-redirect-code");
    const char *members = url_members(e, value, &has_query);
    if (permanent && nginx_value(e, "temporal-redirect")) {
        nothing(note); /* that one wins */
        return;
    }
    if (!*members) {
        impossible(note, "ALB redirects to an http(s) URL without variables");
        return;
    }
    if (has_query)
        exact(note);
    e->redirect =
        arena_fmt(e->a, "{\"type\":\"Redirect\",\"RedirectConfig\":{%s\"httpCode\":%s}}", members,
                  nginx_quote(e, code        ? code
                                 : permanent ? "301"
                                             : "302"));
}

/* ---- who may come in ------------------------------------------------------------------------- */

static void take_ranges(struct nginx_edit *e, const char *value, struct nginx_note *note,
                        nginx_texts *out)
{
    nginx_texts list = split(e->a, value);
    if (!list.len)
        nothing(note);
    else if (list.len > MAX_RANGES)
        impossible(note, "ALB takes 5 ranges in a rule; use an aclConfig of the listener");
    for (size_t i = 0; i < list.len; i++)
        if (value_check_source_ip(list.items[i]))
            impossible(note, "one of them is no address and no range");
    if (note->verdict != NGINX_IMPOSSIBLE)
        *out = list;
}

void nginx_allow(struct nginx_edit *e, const struct nginx_row *row, const char *value,
                 struct nginx_note *note)
{
    (void)row;
    take_ranges(e, value, note, &e->allow);
}

void nginx_deny(struct nginx_edit *e, const struct nginx_row *row, const char *value,
                struct nginx_note *note)
{
    (void)row;
    take_ranges(e, value, note, &e->deny);
}

/* ---- limits ------------------------------------------------------------------------------------
 */

void nginx_rps(struct nginx_edit *e, const struct nginx_row *row, const char *value,
               struct nginx_note *note)
{
    int64_t n = 0;
    if (!text_to_int(value, &n))
        impossible(note, "it is no number of requests");
    else if (!n)
        nothing(note);
    else
        nginx_set(e, row->becomes, value);
}

void nginx_rpm(struct nginx_edit *e, const struct nginx_row *row, const char *value,
               struct nginx_note *note)
{
    int64_t n = 0;
    if (nginx_value(e, "limit-rps"))
        impossible(note, "ALB has one limit of this kind, which limit-rps has taken");
    else if (!text_to_int(value, &n))
        impossible(note, "it is no number of requests");
    else if (!n)
        nothing(note);
    else
        nginx_set(e, row->becomes, arena_fmt(e->a, "%" PRId64, (n + 59) / 60));
}

/* ---- CORS
 * ---------------------------------------------------------------------------------------- */

void nginx_cors(struct nginx_edit *e, const struct nginx_row *row, const char *value,
                struct nginx_note *note)
{
    nginx_set(e, row->becomes, value);
    if (!is_true(value))
        nothing(note);
    else if (!nginx_value(e, "cors-max-age"))
        approximate(note, "browsers remember the answer for 172800 seconds, with nginx 1728000");
}

void nginx_cors_age(struct nginx_edit *e, const struct nginx_row *row, const char *value,
                    struct nginx_note *note)
{
    int64_t n = 0;
    if (!text_to_int(value, &n)) {
        impossible(note, "it is no number of seconds");
        return;
    }
    if (n > MAX_CORS_AGE_S) {
        approximate(note, "ALB takes at most 172800 seconds");
        n = MAX_CORS_AGE_S;
    }
    nginx_set(e, row->becomes, arena_fmt(e->a, "%" PRId64, n));
}

/* ---- backends
 * -------------------------------------------------------------------------------------- */

void nginx_protocol(struct nginx_edit *e, const struct nginx_row *row, const char *value,
                    struct nginx_note *note)
{
    static const char *const names[] = { "http", "https", "grpc" };
    for (size_t i = 0; i < COUNT(names); i++)
        if (!strcasecmp(value, names[i])) {
            nginx_set(e, row->becomes, names[i]);
            return;
        }
    impossible(note, "ALB speaks http, https and grpc (without TLS) with backends");
}

/* What nginx spreads requests by, and the scheduler of ALB that is like it. */
struct balance {
    const char *nginx, *alb, *difference;
};

static const struct balance balances[] = {
    { "round_robin", "wrr", NULL },
    { "least_conn", "wlc", NULL },
    { "ewma", "wlc", "by the fewest connections, not by the quickest answers" },
    { "ip_hash", "sch", "addresses are spread by another function" },
};

void nginx_balance(struct nginx_edit *e, const struct nginx_row *row, const char *value,
                   struct nginx_note *note)
{
    if (nginx_value(e, "upstream-hash-by")) {
        nothing(note); /* that one wins */
        return;
    }
    for (size_t i = 0; i < COUNT(balances); i++)
        if (!strcmp(balances[i].nginx, value)) {
            nginx_set(e, row->becomes, balances[i].alb);
            if (balances[i].difference)
                approximate(note, balances[i].difference);
            return;
        }
    impossible(note, "ALB has no such way to spread requests");
}

void nginx_hash_by(struct nginx_edit *e, const struct nginx_row *row, const char *value,
                   struct nginx_note *note)
{
    bool parameter = !strncmp(value, "$arg_", 5) && !strpbrk(value + 5, "${}");
    if (!strcmp(value, "$remote_addr") || !strcmp(value, "$binary_remote_addr")) {
        nginx_set(e, row->becomes, "sch");
    } else if (parameter && value[5]) {
        nginx_set(e, row->becomes, "uch");
        nginx_set(e, "backend-scheduler-uch-value", value + 5);
        exact(note);
    } else {
        impossible(note, "ALB hashes the address of a client or one query parameter");
    }
}

void nginx_affinity(struct nginx_edit *e, const struct nginx_row *row, const char *value,
                    struct nginx_note *note)
{
    if (!strcmp(value, "cookie"))
        nginx_set(e, row->becomes, "true");
    else
        nothing(note); /* nginx knows no other */
}

void nginx_cookie_age(struct nginx_edit *e, const struct nginx_row *row, const char *value,
                      struct nginx_note *note)
{
    int64_t n = 0;
    const char *affinity = nginx_value(e, "affinity");
    if (!affinity || strcmp(affinity, "cookie") != 0) {
        nothing(note);
        return;
    }
    if (!text_to_int(value, &n) || !n) {
        impossible(note, "it is no number of seconds that ALB takes");
        return;
    }
    if (n > MAX_COOKIE_S)
        approximate(note, "ALB keeps a cookie for at most 86400 seconds");
    nginx_set(e, row->becomes,
              arena_fmt(e->a, "%" PRId64, n > MAX_COOKIE_S ? (int64_t)MAX_COOKIE_S : n));
}
