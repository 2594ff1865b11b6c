/* options.c - flags from one table: parsing, help, complaints. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

struct flag {
    enum opt opt;
    char letter;
    const char *name;
    const char *arg; /* NULL: a switch */
    const char *env; /* where it falls back to */
    size_t off;      /* in struct options: const char *, bool, or an option_list (is_list) */
    const char *help;
};

/* A command line while it is read. */
struct line {
    const struct cmd *cmd;
    char **argv;
    int argc;
    int at; /* the argument that is looked at */
};

#define AT(m) offsetof(struct options, m)
static const struct flag flags[] = {
    { OPT_FILE, 'f', "file", "PATH", NULL, AT(files),
      "manifests: a file, a directory, or - for standard input; may be repeated" },
    { OPT_RUN, 0, "set", "PATH=VALUE", NULL, AT(sets),
      "one setting, as lanes.server-group.retries=3; may be repeated" },
    { OPT_RUN, 0, "print-config", NULL, NULL, AT(print_config),
      "print the settings in force as a file that gives the same ones, and end" },
    { OPT_RUN, 0, "status-listen", "ADDRESS:PORT", NULL, AT(status_listen),
      "answer /healthz, /readyz, /status and /metrics there; :PORT is all addresses" },
    { OPT_CONFIG, 0, "config", "FILE", "ALB_AGENT_CONFIG", AT(config),
      "settings for what no flag says, as YAML (src/config/REFERENCE.md)" },
    { OPT_STATE, 0, "state", "FILE", NULL, AT(state),
      "state file; default $XDG_STATE_HOME/alb-agent/<cluster id>.db" },
    { OPT_ENDPOINT, 0, "endpoint", "URL", NULL, AT(endpoint),
      "send every product's calls there; an http:// URL is the permission for http" },
    { OPT_ENDPOINT, 0, "ca-file", "FILE", "SSL_CERT_FILE", AT(ca_file),
      "CA certificates (PEM) to be trusted instead of the system's" },
    { OPT_REGION, 0, "region", "REGION", "ALIBABA_CLOUD_REGION_ID", AT(region),
      "region of the load balancers" },
    { OPT_VPC, 0, "vpc-id", "VPC", NULL, AT(vpc_id),
      "VPC of load balancers and groups; default that of the AlbConfig's vSwitches" },
    { OPT_VPC, 0, "service-backend-type", "TYPE", "SERVICE_FORCE_BACKEND_ENI", AT(backend_type),
      "how Services are reached that do not say: eni (or true), their pods; else their nodes; "
      "default eni" },
    { OPT_CLUSTER, 0, "cluster-id", "ID", NULL, AT(cluster_id),
      "tag that marks our resources; default what the state file says, else 'default'" },
    { OPT_OUTPUT, 'o', "output", "FORMAT", NULL, AT(output), "output format" },
    { OPT_DESTROY, 0, "destroy", "NAME", NULL, AT(destroy),
      "delete the load balancer of an AlbConfig that is gone" },
    { OPT_ALLOW, 0, "allow-destroy", NULL, NULL, AT(allow_destroy),
      "allow a plan that deletes or reroutes most of a load balancer's rules" },
    { OPT_OUT, 0, "out", "FILE", NULL, AT(out), "save the plan, for 'alb-agent apply FILE'" },
    { OPT_DRY_RUN, 0, "dry-run", "cloud", NULL, AT(dry_run),
      "ask the cloud what it would say to each call, by DryRun" },
    { OPT_ROLLBACK, 0, "to", "REVISION", NULL, AT(to), "the revision to go back to" },
    { OPT_ROLLBACK, 0, "release", NULL, NULL, AT(release), "follow the manifests again" },
    { OPT_UNTIL, 0, "until", "DATE", NULL, AT(until),
      "when the verdict is over: the end of that day in UTC; default never" },
    { OPT_RECORD, 0, "since", "TIME|CALL", NULL, AT(since),
      "begin before that time (2026-01-31T08:00:00Z) or call; default as early as can be" },
    { OPT_RECORD, 'o', "out", "FILE", NULL, AT(out), "write there; default standard output" },
    { OPT_REPLAY, 0, "endpoint", "URL", NULL, AT(endpoint),
      "the admin API of an alb-mock that runs with --clock virtual: it loses what it holds" },
    { OPT_REPLAY, 0, "until", "CALL", NULL, AT(until), "the last call that is compared" },
    { OPT_REPLAY, 0, "calls-only", NULL, NULL, AT(calls_only),
      "make the recorded calls themselves, without an agent" },
    { OPT_YES, 'y', "yes", NULL, NULL, AT(yes), "accepted; nothing is ever asked" },
    { OPT_FROM, 0, "from", "nginx", NULL, AT(from),
      "say what ALB can do of each annotation of nginx; with -o ingress, print all Ingresses" },
    { OPT_CALL, 0, "json", "FILE", NULL, AT(json),
      "parameters as a JSON object: a file, or - for standard input" },
    { OPT_CALL, 0, "all-pages", NULL, NULL, AT(all_pages), "ask for every page of a list" },
    { OPT_CALL, 0, "wait", NULL, NULL, AT(wait), "wait until the cloud has made the change" },
    { OPT_CALL, 0, "list", NULL, NULL, AT(list), "list all actions, or ACTION's parameters" },
    { OPT_CALL, 0, "force", NULL, NULL, AT(force), "send parameters without checking them" },
    { OPT_REQUEST, 0, "host", "HOST", NULL, AT(host), "the request's Host" },
    { OPT_REQUEST, 0, "path", "PATH", NULL, AT(path), "its path, with ?query; default /" },
    { OPT_REQUEST, 0, "query", "QUERY", NULL, AT(query), "its query, as a=1&b=2" },
    { OPT_REQUEST, 0, "method", "METHOD", NULL, AT(method), "its method; default GET" },
    { OPT_REQUEST, 0, "header", "NAME:VALUE", NULL, AT(headers), "a header; may be repeated" },
    { OPT_REQUEST, 0, "cookie", "NAME=VALUE", NULL, AT(cookies), "a cookie; may be repeated" },
    { OPT_REQUEST, 0, "source", "IP", NULL, AT(source), "the client's address" },
    { OPT_REQUEST, 0, "listener", "PORT", NULL, AT(listener),
      "one listener, as 443 or 443/QUIC; default all" },
    { OPT_REQUEST, 0, "status", "CODE", NULL, AT(status),
      "what the backend answered: explains the rules for responses, too" },
    { OPT_REQUEST, 0, "response-header", "NAME:VALUE", NULL, AT(response_headers),
      "a header of that answer; may be repeated" },
};

static const struct flag *find_flag(const struct cmd *cmd, const char *name, size_t len)
{
    for (size_t i = 0; i < COUNT(flags); i++)
        if ((cmd->opts & flags[i].opt) && strlen(flags[i].name) == len
            && !strncmp(flags[i].name, name, len))
            return &flags[i];
    return NULL;
}

static const struct flag *find_letter(const struct cmd *cmd, char letter)
{
    for (size_t i = 0; i < COUNT(flags); i++)
        if ((cmd->opts & flags[i].opt) && flags[i].letter == letter)
            return &flags[i];
    return NULL;
}

/* May it be repeated? */
static bool is_list(const struct flag *f)
{
    static const size_t lists[] = { AT(sets), AT(files), AT(headers), AT(cookies),
                                    AT(response_headers) };
    for (size_t i = 0; i < COUNT(lists); i++)
        if (f->off == lists[i])
            return true;
    return false;
}

static void set_flag(struct options *o, const struct flag *f, const char *value)
{
    void *at = (char *)o + f->off;
    if (is_list(f)) {
        option_list *list = at;
        *LIST_PUSH(&o->arena, list) = value;
    } else if (f->arg) {
        memcpy(at, &value, sizeof value);
    } else {
        memcpy(at, &(bool){ true }, sizeof(bool));
    }
}

/* "--Rules.1.RuleName=x": a parameter of the call. */
static bool set_param(struct options *o, const char *arg, struct error *err)
{
    const char *eq = strchr(arg, '=');
    if (!eq || eq == arg + 2)
        return error_set(err, ERROR_INVALID, "'%s': write a parameter as --Name=value", arg);
    *LIST_PUSH(&o->arena, &o->params) = (struct alb_param){
        .name = arena_strndup(&o->arena, arg + 2, (size_t)(eq - arg - 2)),
        .value = eq + 1,
    };
    return true;
}

/* The value of a flag: behind '=', or the next argument. */
static bool take_value(struct line *l, const struct flag *f, const char **value, struct error *err)
{
    if (!f->arg)
        return !*value || error_set(err, ERROR_INVALID, "--%s takes no value", f->name);
    if (!*value && l->at + 1 < l->argc)
        *value = l->argv[++l->at];
    return (*value && **value)
           || error_set(err, ERROR_INVALID, "--%s needs a value: %s", f->name, f->arg);
}

/* What is no flag: a call, a shell to complete names in, a saved plan. */
static bool take_argument(struct options *o, const struct cmd *cmd, const char *arg,
                          struct error *err)
{
    if ((cmd->opts & OPT_PLAN_FILE) && !o->plan_file && strcmp(arg, "-") != 0) {
        o->plan_file = arg;
        return true;
    }
    *LIST_PUSH(&o->arena, &o->args) = arg;
    if (cmd->opts & (OPT_PARAMS | OPT_WORDS))
        return true;
    const char *hint = cmd->opts & OPT_FILE ? "; manifests are given with -f" : "";
    return error_set(err, ERROR_INVALID, "%s: '%s' is not expected%s", cmd->name, arg, hint);
}

static bool take_flag(struct options *o, struct line *l, struct error *err)
{
    const char *arg = l->argv[l->at], *value = NULL;
    const struct flag *f;
    if (arg[1] == '-') {
        size_t len = strcspn(arg + 2, "=");
        f = find_flag(l->cmd, arg + 2, len);
        value = arg[2 + len] ? arg + 3 + len : NULL;
        if (!f && (l->cmd->opts & OPT_PARAMS))
            return set_param(o, arg, err);
    } else {
        f = find_letter(l->cmd, arg[1]);
        value = arg[2] ? arg + 2 : NULL;
    }
    if (!f)
        return error_set(err, ERROR_INVALID, "%s: no such flag '%s'; see alb-agent %s --help",
                         l->cmd->name, arg, l->cmd->name);
    if (!take_value(l, f, &value, err))
        return error_wrap(err, "%s", l->cmd->name);
    set_flag(o, f, value);
    return true;
}

static bool parse_one(struct options *o, struct line *l, struct error *err)
{
    const char *arg = l->argv[l->at];
    if (arg[0] != '-' || !arg[1])
        return take_argument(o, l->cmd, arg, err);
    if (strcmp(arg, "--help") != 0 && strcmp(arg, "-h") != 0)
        return take_flag(o, l, err);
    o->help = true;
    return true;
}

static bool check_output(struct options *o, const struct cmd *cmd, struct error *err)
{
    if (!(cmd->opts & OPT_OUTPUT))
        return true;
    size_t first = strcspn(cmd->outputs, "|");
    if (!o->output)
        o->output = arena_strndup(&o->arena, cmd->outputs, first);
    for (const char *p = cmd->outputs; *p;) {
        size_t n = strcspn(p, "|");
        if (strlen(o->output) == n && !strncmp(o->output, p, n))
            return true;
        p += n + (p[n] == '|');
    }
    return error_set(err, ERROR_INVALID, "%s: -o '%s': use %s", cmd->name, o->output, cmd->outputs);
}

bool options_parse(struct options *o, const struct cmd *cmd, int argc, char **argv,
                   struct error *err)
{
    struct line l = { .cmd = cmd, .argv = argv, .argc = argc };
    for (; l.at < argc; l.at++)
        if (!parse_one(o, &l, err))
            return false;
    if ((cmd->opts & OPT_CONFIG) && !(cmd->opts & OPT_RUN) && !o->help
        && !options_take_settings(o, cmd, err))
        return error_wrap(err, "%s", cmd->name);
    for (size_t i = 0; i < COUNT(flags); i++) {
        const char *value = NULL, *env = flags[i].env;
        if (env && (cmd->opts & flags[i].opt))
            memcpy(&value, (const char *)o + flags[i].off, sizeof value);
        // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread
        if (env && !value && !(cmd->opts & OPT_RUN) && (value = getenv(env)) && *value)
            set_flag(o, &flags[i], value);
    }
    return o->help || check_output(o, cmd, err);
}

void options_done(struct options *o)
{
    arena_done(&o->arena);
}

void options_help(struct buf *b, const struct cmd *cmd)
{
    buf_addf(b, "usage: alb-agent %s %s\n\n%s\n\n%s\n", cmd->name, cmd->usage, cmd->summary,
             cmd->help);
    buf_adds(b, "\nflags:\n");
    for (size_t i = 0; i < COUNT(flags); i++) {
        const struct flag *f = &flags[i];
        if (!(cmd->opts & f->opt))
            continue;
        char left[64];
        (void)snprintf(left, sizeof left, "%c%c --%s %s", f->letter ? '-' : ' ',
                       f->letter ? f->letter : ' ', f->name, f->arg ? f->arg : "");
        buf_addf(b, "  %-26s %s", left, f->help);
        if (f->opt == OPT_OUTPUT)
            buf_addf(b, ": %s", cmd->outputs);
        if (f->env)
            buf_addf(b, " (%s)", f->env);
        buf_addc(b, '\n');
    }
    buf_adds(b, "  -h --help                  this text\n");
}
