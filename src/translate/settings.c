/* settings.c - what the annotations of an Ingress say of its server groups: health check,
 * stickiness, scheduler, slow start, connection drain (alb-ingress.md §A.1, §A.2).
 *
 * A switch that is off leaves its other settings alone: they are neither checked nor wanted. */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "translate_priv.h"

static struct opt_bool known_bool(bool b)
{
    return (struct opt_bool){ .val = b, .set = true };
}

/* ---- values ------------------------------------------------------------------------------- */

/* A whole number; what is none is said and replaced, as the existing controller does. */
static struct opt_int number(struct subject *s, const char *name, int64_t dflt, int64_t min,
                             int64_t max)
{
    struct place at = annotation_place(s->t->a, name);
    const char *text = annotation(s->obj, name);
    int64_t n = dflt;
    if (text && !text_to_int(text, &n)) {
        warn(s, &at, "\"%s\" is no whole number, so %" PRId64 " is used", text, dflt);
        n = dflt;
    } else if (n < min || n > max) {
        problem(s, &at, "%" PRId64 " is out of range; give %" PRId64 " to %" PRId64, n, min, max);
    }
    return (struct opt_int){ .val = n, .set = true };
}

/* One of 'words' (closed by NULL), whatever its case.  It is sent as it was written, because
 * that is how it stands in a group that the existing controller made. */
static const char *word(struct subject *s, const char *name, const char *const *words)
{
    struct arena *a = s->t->a;
    const char *text = annotation(s->obj, name), *all = words[0];
    if (!text)
        return words[0];
    for (size_t i = 0; words[i]; i++) {
        if (!strcasecmp(text, words[i]))
            return text;
        if (i)
            all = arena_fmt(a, "%s%s%s", all, words[i + 1] ? ", " : " or ", words[i]);
    }
    struct place at = annotation_place(a, name);
    problem(s, &at, "\"%s\" is not known; give %s", text, all);
    return words[0];
}

/* 'n' characters without the blanks around them. */
static const char *trimmed(struct arena *a, const char *text, size_t n)
{
    size_t skip = 0;
    while (skip < n && text[skip] == ' ')
        skip++;
    while (n > skip && text[n - 1] == ' ')
        n--;
    return arena_strndup(a, text + skip, n - skip);
}

/* ---- health check ------------------------------------------------------------------------- */

enum { MAX_GRPC_CODE = 99, MAX_CODES = 20 };

static const char *health_path(struct subject *s)
{
    const char *text = annotation(s->obj, "healthcheck-path");
    struct place at = annotation_place(s->t->a, "healthcheck-path");
    if (!text || !*text) /* the existing controller sends no empty text */
        return "/";
    if (text[0] != '/' || strlen(text) > 80 || !text_is_made_of(text, "-/.%?#&=_;~!()*[]@$^:',+"))
        problem(
            s, &at,
            "\"%s\" is no path that ALB takes; give 1 to 80 letters, digits and - / . %% ? # & = "
            "_ ; ~ ! ( ) * [ ] @ $ ^ : ' , +, beginning with \"/\"",
            text);
    return text;
}

static bool is_http_class(const char *code)
{
    return !strcmp(code, "http_2xx") || !strcmp(code, "http_3xx") || !strcmp(code, "http_4xx")
           || !strcmp(code, "http_5xx");
}

/* A number, or two with "-" between them. */
static bool is_grpc_code(struct arena *a, const char *code)
{
    int64_t low, high;
    const char *dash = strchr(code, '-');
    if (!dash)
        return text_to_int(code, &low) && low <= MAX_GRPC_CODE;
    return text_to_int(arena_strndup(a, code, (size_t)(dash - code)), &low)
           && text_to_int(dash + 1, &high) && low <= high && high <= MAX_GRPC_CODE;
}

/* healthcheck-code wins over the older healthcheck-httpcode. */
static void health_codes(struct subject *s, bool grpc, struct alb_health *out)
{
    struct arena *a = s->t->a;
    const char *name =
        annotation(s->obj, "healthcheck-code") ? "healthcheck-code" : "healthcheck-httpcode";
    const char *text = annotation(s->obj, name);
    if (!text)
        text = grpc ? "0" : "http_2xx";
    struct place at = annotation_place(a, name);
    for (const char *p = text; *p;) {
        size_t n = strcspn(p, ",");
        const char *code = trimmed(a, p, n);
        if (!(grpc ? is_grpc_code(a, code) : is_http_class(code)))
            problem(s, &at, "\"%s\" is no code; give %s", code,
                    grpc ? "numbers of 0 to 99, or ranges as 0-12"
                         : "http_2xx, http_3xx, http_4xx or http_5xx");
        *LIST_PUSH(a, &out->codes) = code;
        p += n + (p[n] == ',');
    }
    if (out->codes.len > MAX_CODES)
        problem(s, &at, "it lists %zu codes, and ALB takes %d; use ranges", out->codes.len,
                MAX_CODES);
}

static void health_http(struct subject *s, bool grpc, struct alb_health *out)
{
    static const char *const http_methods[] = { "HEAD", "GET", "POST", NULL };
    static const char *const grpc_methods[] = { "POST", "GET", NULL };
    static const char *const versions[] = { "HTTP1.1", "HTTP1.0", NULL };
    out->path = health_path(s);
    out->method = word(s, "healthcheck-method", grpc ? grpc_methods : http_methods);
    health_codes(s, grpc, out);
    if (!grpc)
        out->http_version = word(s, "healthcheck-httpversion", versions);
}

static void read_health(struct subject *s, struct alb_health *out)
{
    static const char *const protocols[] = { "HTTP", "HTTPS", "TCP", "GRPC", NULL };
    out->enabled = known_bool(annotation_is_true(s, "healthcheck-enabled", false));
    if (!out->enabled.val)
        return;
    out->protocol = word(s, "healthcheck-protocol", protocols);
    bool grpc = !strcasecmp(out->protocol, "GRPC");
    if (grpc)
        out->protocol = "gRPC"; /* as the API spells it */
    if (strcasecmp(out->protocol, "TCP") != 0)
        health_http(s, grpc, out);
    out->host = "$SERVER_IP";
    out->timeout = number(s, "healthcheck-timeout-seconds", 5, 1, 300);
    out->interval = number(s, "healthcheck-interval-seconds", 2, 1, 50);
    out->healthy = number(s, "healthy-threshold-count", 3, 2, 10);
    out->unhealthy = number(s, "unhealthy-threshold-count", 3, 2, 10);
    out->connect_port = number(s, "healthcheck-connect-port", 0, 0, 65535);
}

/* ---- the others ---------------------------------------------------------------------------- */

static void read_sticky(struct subject *s, struct alb_sticky *out)
{
    static const char *const types[] = { "Insert", "Server", NULL };
    out->enabled = known_bool(annotation_is_true(s, "sticky-session", false));
    if (!out->enabled.val)
        return;
    out->type = word(s, "sticky-session-type", types);
    if (!strcasecmp(out->type, "Insert")) {
        out->cookie_timeout = number(s, "cookie-timeout", 1000, 1, 86400);
        return;
    }
    struct place at = annotation_place(s->t->a, "cookie");
    out->cookie = annotation(s->obj, "cookie");
    if (!out->cookie || !*out->cookie || strlen(out->cookie) > 200)
        problem(s, &at,
                "sticky sessions of type Server need the name of a cookie, of 1 to 200 "
                "characters; give one, or use the type Insert");
}

/* In any case, where the existing controller takes lower case alone. */
static void read_scheduler(struct subject *s, struct alb_server_group *out)
{
    static const char *const names[] = { "wrr", "wlc", "sch", "uch", NULL };
    static const enum alb_scheduler values[] = { ALB_SCHEDULER_WRR, ALB_SCHEDULER_WLC,
                                                 ALB_SCHEDULER_SCH, ALB_SCHEDULER_UCH };
    const char *text = word(s, "backend-scheduler", names);
    for (size_t i = 0; i < COUNT(values); i++)
        if (!strcasecmp(text, names[i]))
            out->scheduler = values[i];
    if (out->scheduler != ALB_SCHEDULER_UCH)
        return;
    struct place at = annotation_place(s->t->a, "backend-scheduler-uch-value");
    out->uch = (struct alb_uch){ .type = "QueryString",
                                 .value = annotation(s->obj, "backend-scheduler-uch-value") };
    if (!out->uch.value || !*out->uch.value)
        problem(s, &at, "the scheduler uch hashes a query parameter; give its name here");
}

static void read_slow_start(struct subject *s, struct alb_server_group *out)
{
    struct place at = annotation_place(s->t->a, "slow-start-enabled");
    out->slow_start.enabled = known_bool(annotation_is_true(s, "slow-start-enabled", false));
    if (!out->slow_start.enabled.val)
        return;
    out->slow_start.duration = number(s, "slow-start-duration", 30, 30, 900);
    if (out->scheduler != ALB_SCHEDULER_WRR)
        problem(s, &at, "slow start works with the scheduler wrr alone; change one of the two");
}

static void read_drain(struct subject *s, struct alb_drain *out)
{
    out->enabled = known_bool(annotation_is_true(s, "connection-drain-enabled", false));
    if (out->enabled.val)
        out->timeout = number(s, "connection-drain-timeout", 300, 0, 900);
}

static enum alb_group_type read_type(struct subject *s)
{
    static const char *const types[] = { "Instance", "Ip", NULL };
    bool ip = !strcasecmp(word(s, "server-group-type", types), "Ip");
    return ip ? ALB_GROUP_TYPE_IP : ALB_GROUP_TYPE_INSTANCE;
}

static const char *read_resource_group(struct subject *s)
{
    const char *text = annotation(s->obj, "server-group-resource-group-id");
    struct place at = annotation_place(s->t->a, "server-group-resource-group-id");
    if (text && strncmp(text, "rg-", 3) != 0)
        problem(s, &at, "\"%s\" is no resource group; its id begins with \"rg-\"", text);
    return text;
}

void settings_read(struct subject *s, struct alb_server_group *out)
{
    out->type = read_type(s);
    read_scheduler(s, out);
    read_health(s, &out->health);
    read_sticky(s, &out->sticky);
    read_slow_start(s, out);
    read_drain(s, &out->drain);
    out->resource_group_id = read_resource_group(s);
    /* Not wanted unless it is said: the existing controller's default has changed. */
    if (annotation(s->obj, "backend-keepalive"))
        out->keepalive = known_bool(annotation_is_true(s, "backend-keepalive", false));
}
