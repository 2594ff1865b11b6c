/* table.c - all settings: the code, config_print() and REFERENCE.md are made from this table. */
#include "config_priv.h"

#include <arpa/inet.h>
#include <string.h>

#include "alb-agent/number.h"

static const char *const drift_policy_names[] = {
    [DRIFT_CORRECT] = "correct",
    [DRIFT_REPORT] = "report",
    [DRIFT_ASK] = "ask",
};
static const char *const log_format_names[] = {
    [LOG_FORMAT_AUTO] = "auto",
    [LOG_FORMAT_TEXT] = "text",
    [LOG_FORMAT_JSON] = "json",
};

enum { SECOND = 1000, MINUTE = 60000, HOUR = 3600000, DAY = 86400000, WEEK = 604800000 };

#define SELF struct agent_settings
/* clang-format off */
#define ROW_TEXT(m, ...)  { .kind = SETTING_TEXT, .off = OFFSET_AS(m, const char *), .path = __VA_ARGS__ }
#define ROW_TEXTS(m, ...) { .kind = SETTING_TEXTS, .off = OFFSET_AS(m, setting_texts), .path = __VA_ARGS__ }
#define ROW_NUMBER(m, ...) { .kind = SETTING_NUMBER, .off = OFFSET_AS(m, int64_t), .path = __VA_ARGS__ }
#define ROW_TIME(m, ...)  { .kind = SETTING_TIME, .off = OFFSET_AS(m, int64_t), .path = __VA_ARGS__ }
#define ROW_BOOL(m, ...)  { .kind = SETTING_BOOL, .off = OFFSET_AS(m, bool), .path = __VA_ARGS__ }
#define ROW_CHOICE(m, e, ...) \
    { .kind = SETTING_CHOICE, .off = OFFSET_AS(m, enum e), .names = e##_names, \
      .n_names = COUNT(e##_names), .path = __VA_ARGS__ }

#define LANE_ROWS(m, p, what, concurrent_, starts_, delay_, resync_) \
    ROW_NUMBER(m.concurrent, p ".concurrent", .min = 1, .max = 1000, .dflt = concurrent_, \
        .meaning = "How many " what " change at once; each of them only once at a time."), \
    ROW_NUMBER(m.starts_per_second, p ".starts-per-second", .min = 1, .max = 1000, .dflt = starts_, \
        .meaning = "How many changes of " what " begin in a second. The budgets hold beside it."), \
    ROW_TIME(m.reconcile_delay_ms, p ".reconcile-delay", .max = MINUTE, .dflt = delay_, \
        .meaning = "How long a change waits for others that belong to it, so that they go together."), \
    ROW_NUMBER(m.retries, p ".retries", .max = 1000, .dflt = "10", \
        .meaning = "How often a failing change is tried again before it waits for the next event or resync."), \
    ROW_TIME(m.first_retry_ms, p ".first-retry", .min = 10, .max = HOUR, .dflt = "500ms", \
        .meaning = "How long after a failure the first retry comes; each one after it waits twice as long."), \
    ROW_TIME(m.longest_retry_ms, p ".longest-retry", .min = 10, .max = DAY, .dflt = "20s", \
        .meaning = "The longest wait before a retry; not less than first-retry."), \
    ROW_TIME(m.resync_ms, p ".resync", .max = WEEK, .dflt = resync_, \
        .meaning = "How often all " what " are compared with the cloud though nothing happened. 0s: never.")

const struct setting settings_table[] = {
    ROW_TEXT(cluster_id, "cluster-id", .restart = true, .check = check_cluster_id,
        .meaning = "The tag that marks our resources in the cloud. Not set: what the state file says, else 'default'."),
    ROW_TEXT(region, "region", .restart = true, .check = check_region, .env = "ALIBABA_CLOUD_REGION_ID",
        .meaning = "The region of the load balancers, as cn-hangzhou."),
    ROW_TEXT(vpc_id, "vpc-id", .restart = true,
        .meaning = "The VPC of load balancers and server groups. Not set: that of the AlbConfig's vSwitches. An AlbConfig without zoneMappings needs it."),
    ROW_TEXT(service_backend_type, "service-backend-type", .restart = true, .env = "SERVICE_FORCE_BACKEND_ENI",
        .meaning = "How Services are reached that do not say: eni (or true), their pods; any other text, their nodes. Not set: eni."),
    ROW_TEXT(endpoint, "endpoint", .restart = true, .check = check_endpoint,
        .meaning = "Where calls go: a URL for all products, or PRODUCT=URL with alb, vpc, ecs, cas or sts, several joined by commas. An http URL is the permission for http. Not set: the region's public endpoints."),
    ROW_TEXT(ca_file, "ca-file", .restart = true, .env = "SSL_CERT_FILE",
        .meaning = "CA certificates (PEM) to be trusted instead of the system's."),
    ROW_TEXT(state, "state", .restart = true,
        .meaning = "The state file. Not set: $XDG_STATE_HOME/alb-agent/<cluster id>.db."),
    ROW_TEXTS(manifests, "manifests", .restart = true,
        .meaning = "Files and directories with the objects to follow. Relative paths begin at the working directory."),
    ROW_BOOL(allow_destroy, "allow-destroy", .dflt = "false",
        .meaning = "Allows changes that delete or reroute most of a load balancer's rules at once."),
    ROW_TIME(list_lag_ms, "list-lag", .max = HOUR, .dflt = "60s",
        .meaning = "How long a list of the cloud may lack what was just made, before its absence counts; and, 10 s more, how long nothing is made that no list shows after a state file was lost (it is new, though one was there before, or though the cloud has resources of this cluster)."),
    ROW_TIME(read_max_age_ms, "read-max-age", .min = SECOND, .max = HOUR, .dflt = "60s",
        .meaning = "How old a read may be at most on which something is deleted."),

    ROW_TEXT(endpoints.alb, "endpoints.alb", .restart = true, .check = check_url,
        .meaning = "Where calls of ALB go. An endpoint for all that a flag or the environment gives replaces it."),
    ROW_TEXT(endpoints.vpc, "endpoints.vpc", .restart = true, .check = check_url,
        .meaning = "The same for VPC (vSwitches)."),
    ROW_TEXT(endpoints.ecs, "endpoints.ecs", .restart = true, .check = check_url,
        .meaning = "The same for ECS (network interfaces)."),
    ROW_TEXT(endpoints.cas, "endpoints.cas", .restart = true, .check = check_url,
        .meaning = "The same for CAS (certificates)."),
    ROW_TEXT(endpoints.sts, "endpoints.sts", .restart = true, .check = check_url,
        .meaning = "The same for STS (roles)."),
    ROW_NUMBER(batch.rules, "batch.rules", .min = 1, .max = 100, .dflt = "100",
        .meaning = "Rules in one call, at most."),
    ROW_NUMBER(batch.servers, "batch.servers", .min = 1, .max = 200, .dflt = "200",
        .meaning = "Servers in one call, at most."),
#define X(NAME, id, dflt_, most, what) \
    ROW_NUMBER(quota[QUOTA_##NAME], "quota." id, .max = 100000, .dflt = "0", \
        .meaning = "How many there may be by the account's quota of this name: " what ". 0: not known; " #dflt_ ", or " #most " where more are there."),
    QUOTA_TABLE(X)
#undef X

    LANE_ROWS(lanes.load_balancer, "lanes.load-balancer", "load balancers", "10", "10", "200ms", "10m"),
    LANE_ROWS(lanes.server_group, "lanes.server-group", "server groups", "30", "20", "0s", "10m"),

    ROW_NUMBER(budgets.writes_per_minute, "budgets.writes-per-minute", .min = 1, .max = 100000, .dflt = "200",
        .meaning = "Calls of one action of the API that changes something, in a minute; less while the cloud asks to slow down."),
    ROW_NUMBER(budgets.reads_per_second, "budgets.reads-per-second", .min = 1, .max = 10000, .dflt = "20",
        .meaning = "Calls of one other action, in a second; less while the cloud asks to slow down."),
    ROW_NUMBER(budgets.sweep_reads_per_second, "budgets.sweep-reads-per-second", .min = 1, .max = 10000, .dflt = "5",
        .meaning = "Calls of later readings of what is there, in a second, of all actions together; everything else goes first. The first reading after a start is as fast as the other budgets allow."),

    ROW_CHOICE(drift.drift, drift_policy, "drift.drift", .dflt = "correct",
        .meaning = "What is done when somebody else changed a resource of ours: correct it, report it, or ask, that is report it and wait for a decision."),
    ROW_CHOICE(drift.missing, drift_policy, "drift.missing", .dflt = "correct",
        .meaning = "The same when somebody else deleted one. To correct is to make it again."),
    ROW_CHOICE(drift.orphan, drift_policy, "drift.orphan", .dflt = "correct",
        .meaning = "The same when one of ours is there that nothing asks for and that the state file does not know. To correct is to delete it; never a load balancer, which goes only when it is told to. What the agent made goes with its object whatever is said here."),

    ROW_NUMBER(events.keep_days, "events.keep-days", .min = 1, .max = 3650, .dflt = "7",
        .meaning = "Days for which the state file keeps the events that were acted on, for replay."),
    ROW_NUMBER(events.megabytes, "events.megabytes", .min = 1, .max = 100000, .dflt = "64",
        .meaning = "Megabytes that these events may take, the oldest go first."),
    ROW_NUMBER(revisions.keep, "revisions.keep", .min = 1, .max = 1000000, .dflt = "1000",
        .meaning = "Revisions that are kept of each load balancer, for history and rollback; pinned ones are kept beside them."),

    ROW_TEXT(status.listen, "status.listen", .check = check_listen,
        .meaning = "Where the running agent answers over HTTP (/healthz, /readyz, /status, /metrics; there is no password): 127.0.0.1:8080 for this machine alone, :8080 for all addresses. Not set: nowhere."),

    ROW_TEXT(log.level, "log.level", .dflt = "info", .check = check_log_level,
        .meaning = "What is logged: error, warn, info or debug, and others for single modules, as in info,lane=debug."),
    ROW_CHOICE(log.format, log_format, "log.format", .dflt = "auto", .restart = true,
        .meaning = "How a line of the log looks: text for people, json for machines; auto is text on a terminal."),
};
/* clang-format on */
const size_t settings_n = COUNT(settings_table);
_Static_assert(COUNT(settings_table) <= SETTINGS_MAX, "room for the origin of every row");

/* ---- checks ------------------------------------------------------------------------------ */

/* It becomes a tag's value and part of a file name. */
bool check_cluster_id(const char *text, struct error *err)
{
    return (strlen(text) <= 64 && !strchr(text, '/') && *text != '.')
           || error_set(err, ERROR_INVALID,
                        "'%s': 1 to 64 characters, no '/', not beginning with '.'", text);
}

bool check_region(const char *text, struct error *err)
{
    return !text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-")]
           || error_set(err, ERROR_INVALID,
                        "'%s' is no region: lower-case letters, digits and '-', as cn-hangzhou",
                        text);
}

static bool is_url(const char *text, size_t len)
{
    size_t scheme = !strncmp(text, "https://", 8) ? 8 : !strncmp(text, "http://", 7) ? 7 : 0;
    return scheme && len > scheme && strcspn(text + scheme, "?#@ \t,") >= len - scheme;
}

bool check_url(const char *text, struct error *err)
{
    return is_url(text, strlen(text))
           || error_set(err, ERROR_INVALID,
                        "'%s': give https://HOST[:PORT], or http://HOST[:PORT] to permit plain "
                        "http",
                        text);
}

bool check_endpoint(const char *text, struct error *err)
{
    for (const char *at = text; at;) {
        size_t len = strcspn(at, ",");
        const char *eq = memchr(at, '=', len), *url = eq ? eq + 1 : at;
        if (!is_url(url, len - (size_t)(url - at)))
            return error_set(err, ERROR_INVALID,
                             "'%s': give https://HOST[:PORT] or http://HOST[:PORT], for one "
                             "product as alb=URL, several joined by commas",
                             text);
        at = at[len] ? at + len + 1 : NULL;
    }
    return true;
}

static bool is_port(const char *text)
{
    int64_t port;
    return number_parse(text, strlen(text), &port) && port >= 0 && port <= 65535;
}

/* A host by number, as the lookup of a name might keep the agent waiting. */
static bool is_host(const char *text, size_t len)
{
    char host[64] = "";
    struct in6_addr to;
    const bool v6 = len > 2 && text[0] == '[' && text[len - 1] == ']';
    if (!len)
        return true;
    text += v6;
    len -= v6 ? 2 : 0;
    if (len >= sizeof host)
        return false;
    memcpy(host, text, len);
    return inet_pton(v6 ? AF_INET6 : AF_INET, host, &to) == 1
           || (!v6 && !strcmp(host, "localhost"));
}

bool check_listen(const char *text, struct error *err)
{
    const char *colon = strrchr(text, ':');
    return (colon && is_host(text, (size_t)(colon - text)) && is_port(colon + 1))
           || error_set(err, ERROR_INVALID,
                        "'%s': give ADDRESS:PORT, as 127.0.0.1:8080 or [::1]:8080, or :PORT for "
                        "all addresses",
                        text);
}

bool check_log_level(const char *text, struct error *err)
{
    struct log_levels levels;
    return log_levels_parse(text, &levels, err);
}
