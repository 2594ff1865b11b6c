/* cmd_api.c - one call, as the person at the console would make it. */
#include <stdio.h>
#include <string.h>

#include "alb-agent/json.h"
#include "cli.h"

static enum exit_code api_run(const struct cmd *cmd, struct options *o)
{
    (void)cmd;
    struct error err;
    if (o->args.len != 1) {
        (void)error_set(
            &err, ERROR_INVALID,
            "api: name one action, as: alb-agent api ListLoadBalancers --MaxResults=10");
        return cli_fail(&err);
    }
    if (!alb_action_find(o->args.items[0])) {
        (void)error_set(&err, ERROR_INVALID, "api: no such action '%s'", o->args.items[0]);
        return cli_fail(&err);
    }
    /* No state file is involved: only the client of a session is used. */
    struct session s CLEANUP(session_close) = { 0 };
    s.config.region = o->region;
    s.config.endpoint = o->endpoint;
    s.seed = rng_system_seed();
    if (!session_connect(&s, &err))
        return cli_fail(&err);
    cJSON *reply CLEANUP(json_done) = NULL;
    bool ok = alb_call(s.alb, o->args.items[0], &o->params, &reply, &err);
    if (reply) {
        char *text = cJSON_Print(reply);
        (void)puts(text ? text : "");
        cJSON_free(text);
    }
    return ok ? EXIT_DONE : cli_fail(&err);
}

const struct cmd cmd_api = {
    .name = "api",
    .usage = "ACTION [--Param.Path=value]... [flags]",
    .summary = "Make one call and print its reply.",
    .help = "ACTION is one of ALB's (version 2020-06-16), or DescribeVSwitches or\n"
            "DescribeNetworkInterfaces.  Parameters are flat, counted from 1:\n"
            "    alb-agent api DeleteRules --RuleIds.1=rule-a1b2c3\n"
            "Exit codes: 0 the call succeeded, 1 it did not.",
    .opts = OPT_ENDPOINT | OPT_REGION | OPT_PARAMS,
    .run = api_run,
};
