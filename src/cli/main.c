/* main.c - finding the verb. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "alb-agent/json.h"
#include "cli.h"

static const struct cmd *const cmds[] = {
    &cmd_run,       &cmd_plan,     &cmd_apply,      &cmd_drift,   &cmd_status,  &cmd_explain,
    &cmd_translate, &cmd_api,      &cmd_completion, &cmd_version, &cmd_history, &cmd_show,
    &cmd_diff,      &cmd_rollback, &cmd_record,     &cmd_replay,
};

static const struct cmd *find_cmd(const char *name)
{
    for (size_t i = 0; i < COUNT(cmds); i++)
        if (!strcmp(cmds[i]->name, name))
            return cmds[i];
    return NULL;
}

static void add_overview(struct buf *b)
{
    buf_adds(b, "usage: alb-agent VERB [flags]\n\n"
                "Makes Alibaba Cloud Application Load Balancers do what Kubernetes objects ask "
                "for.\n\nverbs:\n");
    for (size_t i = 0; i < COUNT(cmds); i++)
        buf_addf(b, "  %-10s %s\n", cmds[i]->name, cmds[i]->summary);
    buf_adds(b, "\nalb-agent VERB --help tells more.  Credentials come from\n"
                "ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or wherever\n"
                "Alibaba's own tools find them.\n");
}

static int overview(FILE *to, int code)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    add_overview(&b);
    (void)fputs(buf_str(&b), to);
    return code;
}

static int run(const struct cmd *cmd, int argc, char **argv)
{
    struct options o CLEANUP(options_done) = { 0 };
    struct error err;
    if (!options_parse(&o, cmd, argc, argv, &err))
        return (int)cli_fail(&err);
    if (o.help) {
        struct buf b CLEANUP(buf_done) = { 0 };
        options_help(&b, cmd);
        cli_print(&b);
        return EXIT_DONE;
    }
    return (int)cmd->run(cmd, &o);
}

/* A core would hold keys.  The limit is for cores that go into files; those that go to a
 * program ignore it (core(5)), so that the kernel is also told to leave all memory out. */
static void keep_memory_out_of_cores(void)
{
    (void)setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
    FILE *filter = fopen("/proc/self/coredump_filter", "we");
    if (filter) {
        (void)fputs("0", filter);
        (void)fclose(filter);
    }
}

int main(int argc, char **argv)
{
    json_abort_without_memory();
    (void)signal(SIGPIPE, SIG_IGN);
    keep_memory_out_of_cores();
    if (argc < 2)
        return overview(stderr, EXIT_ERROR);
    const char *verb = argv[1];
    if (!strcmp(verb, "--help") || !strcmp(verb, "-h") || !strcmp(verb, "help"))
        return overview(stdout, EXIT_DONE);
    if (!strcmp(verb, "--version"))
        verb = "version";
    const struct cmd *cmd = find_cmd(verb);
    if (!cmd) {
        (void)fprintf(stderr, "alb-agent: no such verb '%s'; see alb-agent --help\n", verb);
        return EXIT_ERROR;
    }
    return run(cmd, argc - 2, argv + 2);
}
