/* cmd_drift.c - how what is there differs from what was applied and what is wanted. */
#include "cli.h"

static enum exit_code drift_run(const struct cmd *cmd, struct options *o)
{
    (void)cmd;
    struct error err;
    struct session s CLEANUP(session_close) = { 0 };
    enum exit_code code = EXIT_ERROR;
    if (!open_session(&s, o, STORE_SNAPSHOT, true, &err) || !read_all(&s, &code, &err)) {
        (void)cli_fail(&err);
        return code;
    }
    struct report_in in;
    fill_report(&s, o, &in);
    struct buf b CLEANUP(buf_done) = { .max = (size_t)1 << 30 };
    struct report_counts counts;
    report_drift(&b, &in, &counts);
    cli_print(&b);
    bool differs = counts.managed > counts.by_class[CLASS_IN_SYNC];
    return exit_worse(notes_exit(&s), differs ? EXIT_CHANGES : EXIT_DONE);
}

const struct cmd cmd_drift = {
    .name = "drift",
    .usage = "[-f PATH...] [flags]",
    .summary = "Report what differs between the cloud, what was applied, and the manifests.",
    .help =
        "Classes: missing (applied, and gone), drift (a managed member was changed), pending\n"
        "(wanted, not applied yet), orphan (ours, wanted by nothing), unmanaged (not ours, never\n"
        "touched).  Without -f what was last wanted is taken from the state file; without a\n"
        "state file every difference is pending.  Changes nothing and needs no lock.\n"
        "-o markdown for a comment on a change, junit and sarif for CI.\n"
        "Exit codes: 0 in sync, 1 error, 2 drift, 4 a manifest or an object was left out, 5 the\n"
        "cloud could not be read.",
    .opts = OPT_FILE | OPTS_CLOUD,
    .outputs = "text|json|markdown|junit|sarif",
    .run = drift_run,
};
