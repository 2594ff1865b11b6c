/* cmd_drift.c - how what is there differs from what was applied and what is wanted. */
#include <stdio.h>

#include "cli.h"

/* First seen and last good are kept from run to run; the report does not depend on it. */
static void record(struct session *s)
{
    const char *why;
    session_record_findings(s, &why);
    if (why)
        (void)fprintf(stderr, "alb-agent: what was found is not written down: %s\n", why);
}

static enum exit_code drift_run(const struct cmd *cmd, struct options *o)
{
    (void)cmd;
    if (o->args.len)
        return cli_decide(o);
    struct error err;
    struct session s CLEANUP(session_close) = { 0 };
    enum exit_code code = EXIT_ERROR;
    if (!open_session(&s, o, STORE_SNAPSHOT, true, &err) || !read_all(&s, &code, &err)) {
        (void)cli_fail(&err);
        return code;
    }
    record(&s);
    struct report_in in;
    fill_report(&s, o, &in);
    struct buf b CLEANUP(buf_done) = { .max = (size_t)1 << 30 };
    struct report_counts counts;
    report_drift(&b, &in, &counts);
    cli_print(&b);
    bool differs = counts.managed > counts.by_class[CLASS_IN_SYNC] + counts.settled;
    return exit_worse(notes_exit(&s), differs ? EXIT_CHANGES : EXIT_DONE);
}

const struct cmd cmd_drift = {
    .name = "drift",
    .usage = "[-f PATH...] [flags]\n"
             "       alb-agent drift accept|ignore|correct|forget LB KIND KEY [--until DATE]",
    .summary = "Report what differs between the cloud, what was applied, and the manifests.",
    .help =
        "Classes: missing (applied, and gone), drift (a managed member was changed), pending\n"
        "(wanted, not applied yet), orphan (ours, wanted by nothing), unmanaged (not ours, never\n"
        "touched).  Without -f what was last wanted is taken from the state file; without a\n"
        "state file every difference is pending.  Nothing in the cloud is changed.  Into a state\n"
        "file that nobody else has open it writes when each was first seen and last in sync.\n"
        "\n"
        "accept: the edit is taken as it is, until the date, until it changes again, or until\n"
        "something else is wanted of the resource.  ignore: whatever becomes of the resource.\n"
        "Neither is corrected by an apply, nor counts as drift.  correct: what the policy of its\n"
        "class only reports or asks about is corrected after all.  forget: none of these.  KEY is\n"
        "the key, the id or, of a rule, the name.  With a load balancer or listener that is\n"
        "missing go the parts that were in it.  Needs the state file for itself.\n"
        "\n"
        "-o markdown for a comment on a change, junit and sarif for CI.\n"
        "Exit codes: 0 in sync, 1 error, 2 drift, 4 a manifest or an object was left out, 5 the\n"
        "cloud could not be read.",
    .opts = OPT_FILE | OPTS_CLOUD | OPT_WORDS | OPT_UNTIL,
    .outputs = "text|json|markdown|junit|sarif",
    .run = drift_run,
};
