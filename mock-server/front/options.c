/* options.c - one row per flag: its name, what it takes, how it is read. */
#include "options.h"

#include <stddef.h>
#include <string.h>

#include "alb-agent/clock.h"

static const char HELP[] =
    "Usage: alb-mock serve --listen HOST:PORT [flags]\n"
    "       alb-mock replay FILE --listen HOST:PORT [flags]\n"
    "       alb-mock export --state FILE > JSON\n"
    "       alb-mock import --state FILE JSON\n"
    "       alb-mock diff A B\n"
    "       alb-mock coverage\n"
    "\n"
    "Plays the Alibaba Cloud ALB API (2020-06-16) and the few calls of VPC and ECS that\n"
    "go with it, for tests.  Prints its address and serves until SIGTERM or SIGINT.\n"
    "'replay' answers from a recording and tells where calls differ from it; 'export',\n"
    "'import' and 'diff' are about states, of files as --state keeps them or as JSON;\n"
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
    "  --import JSON           begin with this exported state\n"
    "  --pending-ms N          how long a resource stays in a pending state (200)\n"
    "  --seed N                of ids and tokens (1)\n"
    "  --quota NAME=N|off      a limit, as loadbalancer_rules_num_standard_edition=40;\n"
    "                          may be repeated\n"
    "  --neighbours FILE       YAML: the VPCs, vSwitches, instances, interfaces and\n"
    "                          certificates there are (all that are named)\n"
    "  --call-log FILE         append a JSON line for each call and each job that ends\n"
    "  --record FILE           append every call with its reply, without secrets, as JSON\n"
    "                          lines for 'replay'\n"
    "  --match strict|key|fuzzy  which recorded call a call is, when replaying (key)\n"
    "  --report FILE           where 'replay' writes what differed, as JSON\n"
    "  --latency-ms N          hold every reply back that long (0)\n"
    "  --latency ACTION=N      the same for one action; may be repeated\n"
    "  --clock real|virtual[=TIME]  a virtual one stands still until it is moved (real)\n"
    "  --flow LIMIT            on, off, reads=20/1000, writes=200/60000, ACTION=N/MS,\n"
    "                          retry-after=on; may be repeated (off)\n"
    "  --faults FILE           YAML: what goes wrong, and when\n"
    "  --fault YAML            one such rule, as '{action: CreateRule*, effect: reset}';\n"
    "                          may be repeated\n"
    "  --console FILE          YAML: what somebody does in the web console, and when\n"
    "  --console-seed N, --console-every-ms M\n"
    "                          somebody edits, adds and deletes at random, each M ms\n"
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

static bool take_console_seed(struct arena *a, const char *value, struct options *o,
                              struct error *err)
{
    (void)a;
    int64_t n = 0;
    if (!take_number(value, &n, err))
        return false;
    o->console_seed = (uint64_t)n;
    return true;
}

static bool take_console_every(struct arena *a, const char *value, struct options *o,
                               struct error *err)
{
    (void)a;
    return take_number(value, &o->console_every_ms, err);
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

/* A flag with 'take' is read by it; the text of any other stands at 'at'. */
static const struct flag {
    const char *name;
    option_fn *take;
    size_t at;
} flags[] = {
    { "--listen", NULL, offsetof(struct options, listen) },
    { "--access-key", take_access_key, 0 },
    { "--sts-token", take_sts_token, 0 },
    { "--disabled-key", take_disabled_key, 0 },
    { "--policy", take_policy, 0 },
    { "--state", NULL, offsetof(struct options, state) },
    { "--import", NULL, offsetof(struct options, import) },
    { "--pending-ms", take_pending, 0 },
    { "--seed", take_seed, 0 },
    { "--quota", take_quota, 0 },
    { "--neighbours", NULL, offsetof(struct options, neighbours) },
    { "--call-log", NULL, offsetof(struct options, call_log) },
    { "--record", NULL, offsetof(struct options, record) },
    { "--match", NULL, offsetof(struct options, match) },
    { "--report", NULL, offsetof(struct options, report) },
    { "--latency-ms", take_latency_ms, 0 },
    { "--latency", take_latency, 0 },
    { "--clock", take_clock, 0 },
    { "--flow", take_flow, 0 },
    { "--faults", NULL, offsetof(struct options, fault_file) },
    { "--fault", take_fault, 0 },
    { "--console", NULL, offsetof(struct options, console) },
    { "--console-seed", take_console_seed, 0 },
    { "--console-every-ms", take_console_every, 0 },
    { "--admin", NULL, offsetof(struct options, admin) },
    { "--tls-cert", NULL, offsetof(struct options, tls_cert) },
    { "--tls-key", NULL, offsetof(struct options, tls_key) },
};

static const struct flag *flag_find(const char *arg, size_t len)
{
    for (size_t i = 0; i < COUNT(flags); i++)
        if (strlen(flags[i].name) == len && !strncmp(flags[i].name, arg, len))
            return &flags[i];
    return NULL;
}

/* Reads "--flag value" or "--flag=value" at argv[*i] and moves on behind it. */
static bool take_flag(struct arena *a, char *const *argv, int *i, struct options *o,
                      struct error *err)
{
    const char *arg = argv[(*i)++], *value = NULL;
    size_t len = strcspn(arg, "=");
    const struct flag *flag = flag_find(arg, len);
    if (!flag)
        return error_set(err, ERROR_INVALID, "unknown flag '%.*s'", (int)len, arg);
    if (arg[len])
        value = arg + len + 1;
    else if (argv[*i])
        value = argv[(*i)++];
    if (!value || !*value)
        return error_set(err, ERROR_INVALID, "%.*s needs a value", (int)len, arg);
    if (flag->take)
        return flag->take(a, value, o, err) || error_wrap(err, "%.*s", (int)len, arg);
    *(const char **)(void *)((char *)o + flag->at) = arena_strdup(a, value);
    return true;
}

/* Is --help or --version, or the word for it, among the arguments? */
static bool asks_for(int argc, char *const *argv, const char *flag)
{
    for (int i = 0; i < argc; i++)
        if (!strcmp(argv[i], flag) || (i == 0 && !strcmp(argv[i], flag + 2)))
            return true;
    return false;
}

/* The commands: what they are called, how many files each takes, and the flag it needs. */
static const struct verb {
    const char *name;
    enum options_verb verb;
    size_t n_files;
    const char *needs;
    size_t at;
} verbs[] = {
    { "serve", OPTIONS_SERVE, 0, "--listen HOST:PORT", offsetof(struct options, listen) },
    { "replay", OPTIONS_REPLAY, 1, "--listen HOST:PORT", offsetof(struct options, listen) },
    { "export", OPTIONS_EXPORT, 0, "--state FILE", offsetof(struct options, state) },
    { "import", OPTIONS_IMPORT, 1, "--state FILE", offsetof(struct options, state) },
    { "diff", OPTIONS_DIFF, 2, NULL, 0 },
    { "coverage", OPTIONS_COVERAGE, 0, NULL, 0 },
};

static const struct verb *verb_find(const char *name)
{
    for (size_t i = 0; name && i < COUNT(verbs); i++)
        if (!strcmp(verbs[i].name, name))
            return &verbs[i];
    return NULL;
}

/* What a command lacks. */
static bool check_verb(const struct verb *verb, const struct options *o, struct error *err)
{
    if (o->n_files < verb->n_files)
        return error_set(err, ERROR_INVALID, "%s needs %zu file%s", verb->name, verb->n_files,
                         verb->n_files > 1 ? "s" : "");
    if (verb->needs && !*(const char *const *)(const void *)((const char *)o + verb->at))
        return error_set(err, ERROR_INVALID, "%s needs %s", verb->name, verb->needs);
    if (!o->tls_cert != !o->tls_key)
        return error_set(err, ERROR_INVALID, "--tls-cert and --tls-key go together");
    return true;
}

static bool take_arguments(struct arena *a, const struct verb *verb, char *const *argv,
                           struct options *o, struct error *err)
{
    for (int i = 1; argv[i];) {
        if (argv[i][0] != '-' && o->n_files < verb->n_files)
            o->files[o->n_files++] = arena_strdup(a, argv[i++]);
        else if (!take_flag(a, argv, &i, o, err))
            return false;
    }
    return true;
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
    const struct verb *verb = verb_find(argc ? argv[0] : NULL);
    if (!verb)
        return error_set(err, ERROR_INVALID,
                         "the commands are serve, replay, export, import, diff and coverage; "
                         "see --help");
    o->verb = verb->verb;
    if (!take_arguments(a, verb, argv, o, err) || !check_verb(verb, o, err))
        return false;
    if (!o->keys.len)
        *LIST_PUSH(a, &o->keys) = (struct access_key){ .id = "testak", .secret = "testsecret" };
    return true;
}

const char *options_help(void)
{
    return HELP;
}
