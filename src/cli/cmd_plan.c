/* cmd_plan.c - what an apply would do. */
#include "cli.h"

static enum exit_code plan_run(const struct cmd *cmd, struct options *o)
{
    (void)cmd;
    struct error err;
    if (!o->files.len) {
        (void)error_set(&err, ERROR_INVALID, "plan: no manifests; give them with -f PATH");
        return cli_fail(&err);
    }
    struct session s CLEANUP(session_close) = { 0 };
    enum exit_code code = EXIT_ERROR;
    if (!open_session(&s, o, STORE_SNAPSHOT, true, &err) || !read_all(&s, &code, &err)) {
        (void)cli_fail(&err);
        return code;
    }
    struct arena a CLEANUP(arena_done) = { 0 };
    struct plan plan = { 0 };
    session_plan(&s, &a, &plan);
    struct report_in in;
    fill_report(&s, o, &in);
    struct buf b CLEANUP(buf_done) = { .max = (size_t)1 << 30 };
    report_plan(&b, &in, &plan);
    cli_print(&b);
    code = exit_worse(notes_exit(&s), refusal_exit(&plan));
    return exit_worse(code, plan.steps.len ? EXIT_CHANGES : EXIT_DONE);
}

const struct cmd cmd_plan = {
    .name = "plan",
    .usage = "-f PATH... [flags]",
    .summary = "Show what the agent would change, through which calls, and why.",
    .help = "Reads manifests and the cloud, changes nothing, and needs no lock on the state file.\n"
            "Exit codes: 0 nothing to do, 1 error, 2 changes, 3 refused as destructive, 4 a\n"
            "manifest or an object was left out, 5 the cloud could not be read, 7 over a quota.",
    .opts = OPT_FILE | OPTS_CLOUD | OPT_DESTROY | OPT_ALLOW,
    .outputs = "text|json",
    .run = plan_run,
};
