/* options.c - one row per flag: its name, what it takes, how it is read. */
#include "options.h"

#include <string.h>

#include "alb-agent/clock.h"

static const char HELP[] =
    "Usage: alb-mock serve --listen HOST:PORT [flags]\n"
    "       alb-mock coverage\n"
    "\n"
    "Plays the Alibaba Cloud ALB API (2020-06-16) and the few calls of VPC and ECS that\n"
    "go with it, for tests.  Prints its address and serves until SIGTERM or SIGINT.\n"
    "'coverage' prints which actions are validated and played.\n"
    "\n"
    "  --listen HOST:PORT      where to serve HTTP; port 0 picks a free one\n"
    "  --access-key ID:SECRET  a pair that may sign; may be repeated (testak:testsecret)\n"
    "  --sts-token ID:SECRET:TOKEN[:EXPIRES]\n"
    "                          a temporary one with its security token, and the time at\n"
    "                          which it ends, as 2026-01-15T08:09:10Z; may be repeated\n"
    "  --disabled-key ID:SECRET  a pair that has been switched off; may be repeated\n"
    "  --policy ID=allow|deny:PRODUCT:ACTION[:RESOURCE]\n"
    "                          what a pair may do, as ro=allow:alb:List*; may be repeated\n"
    "  --state FILE            keep the cloud in this SQLite file (in memory)\n"
    "  --pending-ms N          how long a resource stays in a pending state (200)\n"
    "  --seed N                of ids and tokens (1)\n"
    "  --quota NAME=N|off      a limit, as loadbalancer_rules_num_standard_edition=40;\n"
    "                          may be repeated\n"
    "  --neighbours FILE       YAML: the VPCs, vSwitches, instances, interfaces and\n"
    "                          certificates there are (all that are named)\n"
    "  --call-log FILE         append a JSON line for each call and each job that ends\n"
    "  --latency-ms N          hold every reply back that long (0)\n"
    "  --latency ACTION=N      the same for one action; may be repeated\n"
    "  --clock real|virtual[=TIME]  a virtual one stands still until it is moved (real)\n"
    "  --flow LIMIT            on, off, reads=20/1000, writes=200/60000, ACTION=N/MS,\n"
    "                          retry-after=on; may be repeated (off)\n"
    "  --faults FILE           YAML: what goes wrong, and when\n"
    "  --fault YAML            one such rule, as '{action: CreateRule*, effect: reset}';\n"
    "                          may be repeated\n"
    "  --admin HOST:PORT       clock, faults and limits over HTTP, for whoever gets there\n"
    "  --tls-cert FILE, --tls-key FILE  PEM: serve HTTPS instead of HTTP\n"
    "  --help, --version\n";

/* Reads one value into 'o'; says in 'err' what it should have been. */
typedef bool option_fn(struct arena *a, const char *value, struct options *o, struct error *err);

static bool number(const char *text, int64_t *n)
{
    size_t len = strlen(text);
    if (!len || len > 15 || text[strspn(text, "0123456789")])
        return false;
    for (*n = 0; *text; text++)
        *n = *n * 10 + (*text - '0');
    return true;
}

static bool take_number(const char *value, int64_t *n, struct error *err)
{
    return number(value, n) || error_set(err, ERROR_INVALID, "'%s' is not a number", value);
}

/* Cuts "NAME=VALUE" at 'by'; false when one of the two is empty. */
static bool cut(struct arena *a, const char *text, char by, const char **left, const char **right)
{
    const char *at = strchr(text, by);
    if (!at || at == text || !at[1])
        return false;
    *left = arena_strndup(a, text, (size_t)(at - text));
    *right = arena_strdup(a, at + 1);
    return true;
}

static bool take_listen(struct arena *a, const char *value, struct options *o, struct error *err)
{
    (void)err;
    o->listen = arena_strdup(a, value);
    return true;
}

static bool take_state(struct arena *a, const char *value, struct options *o, struct error *err)
{
    (void)err;
    o->state = arena_strdup(a, value);
    return true;
}

static bool take_neighbours(struct arena *a, const char *value, struct options *o,
                            struct error *err)
{
    (void)err;
    o->neighbours = arena_strdup(a, value);
    return true;
}

static bool take_call_log(struct arena *a, const char *value, struct options *o, struct error *err)
{
    (void)err;
    o->call_log = arena_strdup(a, value);
    return true;
}

static bool take_admin(struct arena *a, const char *value, struct options *o, struct error *err)
{
    (void)err;
    o->admin = arena_strdup(a, value);
    return true;
}

static bool take_fault_file(struct arena *a, const char *value, struct options *o,
                            struct error *err)
{
    (void)err;
    o->fault_file = arena_strdup(a, value);
    return true;
}

static bool take_tls_cert(struct arena *a, const char *value, struct options *o, struct error *err)
{
    (void)err;
    o->tls_cert = arena_strdup(a, value);
    return true;
}

static bool take_tls_key(struct arena *a, const char *value, struct options *o, struct error *err)
{
    (void)err;
    o->tls_key = arena_strdup(a, value);
    return true;
}

static bool take_fault(struct arena *a, const char *value, struct options *o, struct error *err)
{
    (void)err;
    *LIST_PUSH(a, &o->faults) = arena_strdup(a, value);
    return true;
}

static bool take_flow(struct arena *a, const char *value, struct options *o, struct error *err)
{
    (void)err;
    *LIST_PUSH(a, &o->flow) = arena_strdup(a, value);
    return true;
}

/* "real", "virtual", or "virtual=2025-01-01T12:00:00Z". */
static bool take_clock(struct arena *a, const char *value, struct options *o, struct error *err)
{
    (void)a;
    size_t len = strcspn(value, "=");
    o->virtual_clock = len == 7 && !strncmp(value, "virtual", len);
    if ((!value[len] && (o->virtual_clock || !strcmp(value, "real")))
        || (o->virtual_clock && value[len] && time_parse(value + len + 1, &o->start_ms)))
        return true;
    return error_set(err, ERROR_INVALID,
                     "'%s' is none of real, virtual, virtual=2025-01-01T12:00:00Z", value);
}

static bool take_access_key(struct arena *a, const char *value, struct options *o,
                            struct error *err)
{
    struct access_key key = { 0 };
    if (!cut(a, value, ':', &key.id, &key.secret))
        return error_set(err, ERROR_INVALID, "the value is not of the form ID:SECRET");
    *LIST_PUSH(a, &o->keys) = key;
    return true;
}

static bool take_disabled_key(struct arena *a, const char *value, struct options *o,
                              struct error *err)
{
    if (!take_access_key(a, value, o, err))
        return false;
    o->keys.items[o->keys.len - 1].disabled = true;
    return true;
}

/* Cuts ":2026-01-15T08:09:10Z" off the end of a security token, where it is there. */
static void take_expiry(struct arena *a, struct access_key *key)
{
    static const size_t len = sizeof ":2026-01-15T08:09:10Z" - 1;
    size_t n = strlen(key->token);
    if (n > len && key->token[n - len] == ':'
        && time_parse(key->token + n - len + 1, &key->expires_ms))
        key->token = arena_strndup(a, key->token, n - len);
}

static bool take_sts_token(struct arena *a, const char *value, struct options *o, struct error *err)
{
    struct access_key key = { 0 };
    const char *rest;
    if (!cut(a, value, ':', &key.id, &rest) || !cut(a, rest, ':', &key.secret, &key.token))
        return error_set(err, ERROR_INVALID,
                         "the value is not of the form ID:SECRET:TOKEN[:EXPIRES]");
    take_expiry(a, &key);
    *LIST_PUSH(a, &o->keys) = key;
    return true;
}

static bool take_policy(struct arena *a, const char *value, struct options *o, struct error *err)
{
    struct policy policy;
    if (!policy_read(a, value, &policy, err))
        return false;
    *LIST_PUSH(a, &o->policies) = policy;
    return true;
}

static bool take_pending(struct arena *a, const char *value, struct options *o, struct error *err)
{
    (void)a;
    return take_number(value, &o->pending_ms, err);
}

static bool take_seed(struct arena *a, const char *value, struct options *o, struct error *err)
{
    (void)a;
    int64_t n = 0;
    if (!take_number(value, &n, err))
        return false;
    o->seed = (uint64_t)n;
    return true;
}

static bool take_quota(struct arena *a, const char *value, struct options *o, struct error *err)
{
    struct cloud_quota quota = { .limit = -1 };
    const char *limit;
    if (!cut(a, value, '=', &quota.name, &limit)
        || (strcmp(limit, "off") != 0 && !number(limit, &quota.limit)))
        return error_set(err, ERROR_INVALID, "'%s' is not of the form NAME=N or NAME=off", value);
    *LIST_PUSH(a, &o->quotas) = quota;
    return true;
}

static bool take_latency_ms(struct arena *a, const char *value, struct options *o,
                            struct error *err)
{
    struct front_latency latency = { 0 };
    if (!take_number(value, &latency.ms, err))
        return false;
    *LIST_PUSH(a, &o->latencies) = latency;
    return true;
}

static bool take_latency(struct arena *a, const char *value, struct options *o, struct error *err)
{
    struct front_latency latency = { 0 };
    const char *ms;
    if (!cut(a, value, '=', &latency.action, &ms) || !number(ms, &latency.ms))
        return error_set(err, ERROR_INVALID, "'%s' is not of the form ACTION=N", value);
    *LIST_PUSH(a, &o->latencies) = latency;
    return true;
}

static const struct {
    const char *name;
    option_fn *take;
} flags[] = {
    { "--listen", take_listen },       { "--access-key", take_access_key },
    { "--sts-token", take_sts_token }, { "--disabled-key", take_disabled_key },
    { "--policy", take_policy },       { "--state", take_state },
    { "--pending-ms", take_pending },  { "--seed", take_seed },
    { "--quota", take_quota },         { "--neighbours", take_neighbours },
    { "--call-log", take_call_log },   { "--latency-ms", take_latency_ms },
    { "--latency", take_latency },     { "--clock", take_clock },
    { "--flow", take_flow },           { "--faults", take_fault_file },
    { "--fault", take_fault },         { "--admin", take_admin },
    { "--tls-cert", take_tls_cert },   { "--tls-key", take_tls_key },
};

static option_fn *flag_find(const char *arg, size_t len)
{
    for (size_t i = 0; i < COUNT(flags); i++)
        if (strlen(flags[i].name) == len && !strncmp(flags[i].name, arg, len))
            return flags[i].take;
    return NULL;
}

/* Reads "--flag value" or "--flag=value" at argv[*i] and moves on behind it. */
static bool take_flag(struct arena *a, char *const *argv, int *i, struct options *o,
                      struct error *err)
{
    const char *arg = argv[(*i)++], *value = NULL;
    size_t len = strcspn(arg, "=");
    option_fn *take = flag_find(arg, len);
    if (!take)
        return error_set(err, ERROR_INVALID, "unknown flag '%.*s'", (int)len, arg);
    if (arg[len])
        value = arg + len + 1;
    else if (argv[*i])
        value = argv[(*i)++];
    if (!value || !*value)
        return error_set(err, ERROR_INVALID, "%.*s needs a value", (int)len, arg);
    return take(a, value, o, err) || error_wrap(err, "%.*s", (int)len, arg);
}

/* Is --help or --version, or the word for it, among the arguments? */
static bool asks_for(int argc, char *const *argv, const char *flag)
{
    for (int i = 0; i < argc; i++)
        if (!strcmp(argv[i], flag) || (i == 0 && !strcmp(argv[i], flag + 2)))
            return true;
    return false;
}

bool options_parse(struct arena *a, int argc, char *const *argv, struct options *o,
                   struct error *err)
{
    *o = (struct options){ .pending_ms = 200, .seed = 1 };
    if (asks_for(argc, argv, "--help")) {
        o->verb = OPTIONS_HELP;
        return true;
    }
    if (asks_for(argc, argv, "--version")) {
        o->verb = OPTIONS_VERSION;
        return true;
    }
    if (argc == 1 && !strcmp(argv[0], "coverage")) {
        o->verb = OPTIONS_COVERAGE;
        return true;
    }
    if (!argc || strcmp(argv[0], "serve") != 0)
        return error_set(err, ERROR_INVALID, "the commands are 'serve' and 'coverage'; see --help");
    for (int i = 1; i < argc;)
        if (!take_flag(a, argv, &i, o, err))
            return false;
    if (!o->listen)
        return error_set(err, ERROR_INVALID, "serve needs --listen HOST:PORT");
    if (!o->tls_cert != !o->tls_key)
        return error_set(err, ERROR_INVALID, "--tls-cert and --tls-key go together");
    if (!o->keys.len)
        *LIST_PUSH(a, &o->keys) = (struct access_key){ .id = "testak", .secret = "testsecret" };
    return true;
}

const char *options_help(void)
{
    return HELP;
}
