/* cmd_version.c - which program this is. */
#include <stdio.h>

#include "cli.h"

static enum exit_code version_run(const struct cmd *cmd, struct options *o)
{
    (void)cmd;
    (void)o;
    (void)puts("alb-agent " ALB_AGENT_VERSION);
    return EXIT_DONE;
}

const struct cmd cmd_version = {
    .name = "version",
    .usage = "",
    .summary = "Print the version.",
    .help = "",
    .run = version_run,
};
