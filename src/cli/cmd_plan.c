/* cmd_plan.c - what an apply would do. */
#include <string.h>

#include "cli.h"

/* What --out and --dry-run ask for, before anything is printed. */
static bool plan_extras(struct session *s, struct options *o, const struct plan *plan,
                        struct arena *a, struct report_in *in, struct error *err)
{
    struct step_verdict *verdicts;
    if (o->dry_run) {
        if (!session_dry_run(s, plan, a, &verdicts, err))
            return false;
        in->verdicts = verdicts;
    }
    return !o->out || plan_file_save(o->out, s, o, plan, err);
}

static enum exit_code verdicts_exit(const struct report_in *in, const struct plan *plan)
{
    for (size_t i = 0; in->verdicts && i < plan->steps.len; i++)
        if (in->verdicts[i].verdict == VERDICT_REFUSED)
            return EXIT_INVALID;
    return EXIT_DONE;
}

static bool check_flags(const struct options *o, struct error *err)
{
    if (!o->files.len)
        return error_set(err, ERROR_INVALID, "plan: no manifests; give them with -f PATH");
    if (o->dry_run && strcmp(o->dry_run, "cloud") != 0)
        return error_set(err, ERROR_INVALID, "plan: --dry-run=%s: the only kind is 'cloud'",
                         o->dry_run);
    return true;
}

static enum exit_code plan_run(const struct cmd *cmd, struct options *o)
{
    (void)cmd;
    struct error err;
    if (!check_flags(o, &err))
        return cli_fail(&err);
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
    if (!plan_extras(&s, o, &plan, &a, &in, &err))
        return cli_fail(&err);
    struct buf b CLEANUP(buf_done) = { .max = (size_t)1 << 30 };
    report_plan(&b, &in, &plan);
    cli_print(&b);
    code = exit_worse(notes_exit(&s), refusal_exit(&plan));
    code = exit_worse(code, verdicts_exit(&in, &plan));
    return exit_worse(code, plan.steps.len ? EXIT_CHANGES : EXIT_DONE);
}

const struct cmd cmd_plan = {
    .name = "plan",
    .usage = "-f PATH... [flags]",
    .summary = "Show what the agent would change, through which calls, and why.",
    .help = "Reads manifests and the cloud, changes nothing, and needs no lock on the state file.\n"
            "--out FILE saves the plan: 'apply FILE' does it, unless the manifests or the cloud\n"
            "are not what they were.  --dry-run=cloud also sends each call with DryRun, which\n"
            "changes nothing, and shows what the cloud says; a call that needs what does not\n"
            "exist yet is not verifiable.\n"
            "Exit codes: 0 nothing to do, 1 error, 2 changes, 3 refused as destructive, 4 a\n"
            "manifest or an object was left out, or the cloud would refuse a call, 5 the cloud\n"
            "could not be read, 7 over a quota.",
    .opts = OPT_FILE | OPTS_CLOUD | OPT_DESTROY | OPT_ALLOW | OPT_OUT | OPT_DRY_RUN,
    .outputs = "text|json",
    .run = plan_run,
};
