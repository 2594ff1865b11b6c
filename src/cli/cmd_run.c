/* cmd_run.c - keeping load balancers right for as long as it runs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alb-agent/service.h"
#include "cli.h"

static void add_flag(struct options *o, setting_flags *f, const char *path, const char *value,
                     const char *flag)
{
    if (value)
        *LIST_PUSH(&o->arena, f) =
            (struct setting_flag){ .path = path, .value = value, .flag = flag };
}

/* "lanes.server-group.retries=3" */
static bool add_setting(struct options *o, setting_flags *f, const char *text, struct error *err)
{
    const char *eq = strchr(text, '=');
    if (!eq || eq == text)
        return error_set(err, ERROR_INVALID,
                         "--set %s: write it as PATH=VALUE, as lanes.server-group.retries=3", text);
    add_flag(o, f, arena_strndup(&o->arena, text, (size_t)(eq - text)), eq + 1, NULL);
    return true;
}

static bool take_flags(struct options *o, setting_flags *f, struct error *err)
{
    for (size_t i = 0; i < o->files.len; i++)
        add_flag(o, f, "manifests", o->files.items[i], "-f");
    add_flag(o, f, "state", o->state, "--state");
    add_flag(o, f, "region", o->region, "--region");
    add_flag(o, f, "endpoint", o->endpoint, "--endpoint");
    add_flag(o, f, "ca-file", o->ca_file, "--ca-file");
    add_flag(o, f, "vpc-id", o->vpc_id, "--vpc-id");
    add_flag(o, f, "service-backend-type", o->backend_type, "--service-backend-type");
    add_flag(o, f, "cluster-id", o->cluster_id, "--cluster-id");
    add_flag(o, f, "status.listen", o->status_listen, "--status-listen");
    add_flag(o, f, "allow-destroy", o->allow_destroy ? "true" : NULL, "--allow-destroy");
    for (size_t i = 0; i < o->sets.len; i++)
        if (!add_setting(o, f, o->sets.items[i], err))
            return false;
    return true;
}

static enum exit_code print_config(struct options *o, const struct config_in *in)
{
    struct agent_settings s;
    struct buf b CLEANUP(buf_done) = { 0 };
    struct error err;
    if (!config_load(&o->arena, in, &s, &err))
        return cli_fail(&err);
    config_print(&b, &s);
    cli_print(&b);
    return EXIT_DONE;
}

static enum exit_code run_run(const struct cmd *cmd, struct options *o)
{
    (void)cmd;
    setting_flags flags = { 0 };
    struct error err;
    if (!take_flags(o, &flags, &err))
        return cli_fail(&err);
    const char *path = o->config ? o->config : getenv("ALB_AGENT_CONFIG"); // NOLINT(concurrency-*)
    const struct config_in in = { .path = path && *path ? path : NULL,
                                  .env = getenv,
                                  .flags = flags.items,
                                  .n_flags = flags.len };
    if (o->print_config)
        return print_config(o, &in);
    const struct service_config service = { .settings = &in,
                                            .log_fd = STDERR_FILENO,
                                            .colour = wants_colour(STDERR_FILENO) };
    return service_run(&service, &err) ? EXIT_DONE : cli_fail(&err);
}

const struct cmd cmd_run = {
    .name = "run",
    .usage = "-f PATH... [flags]",
    .summary = "Keep load balancers what the manifests ask for, until it is told to stop.",
    .help =
        "Follows files and directories as they change, reads the cloud every few minutes and\n"
        "repairs what somebody else changed.  Changes run one at a time per load balancer and\n"
        "per server group, in parallel across them, as fast as the settings allow.  The log goes\n"
        "to stderr, one line a change with its cause; 'alb-agent status' in another terminal\n"
        "tells how it goes, and with --status-listen so do /healthz, /readyz, /status (JSON) and\n"
        "/metrics (Prometheus) over HTTP.\n"
        "Settings come from flags, the environment, and the file of --config, in this order;\n"
        "src/config/REFERENCE.md lists them, --print-config shows those in force.  SIGHUP reads\n"
        "them again.  SIGINT and SIGTERM end it once what is in flight is done; a second one at\n"
        "once: the next run goes on from the state file.",
    .opts = OPT_FILE | OPT_STATE | OPT_ENDPOINT | OPT_REGION | OPT_VPC | OPT_CLUSTER | OPT_ALLOW
            | OPT_CONFIG | OPT_RUN,
    .run = run_run,
};
