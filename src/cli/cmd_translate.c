/* cmd_translate.c - what manifests ask for, without the cloud. */
#include <string.h>

#include "cli.h"

/* "?eni(10.1.0.9)", "?vswitch(vsw-1)": a fact that only the cloud knows. */
static const char *need_text(struct arena *a, const struct fact_need *need)
{
    const char *slash = need->kind == FACT_ENI ? strchr(need->key, '/') : NULL;
    return arena_fmt(a, "?%s(%s)", fact_kind_name(need->kind), slash ? slash + 1 : need->key);
}

static enum exit_code translate_run(const struct cmd *cmd, struct options *o)
{
    (void)cmd;
    struct error err;
    if (!o->files.len) {
        (void)error_set(&err, ERROR_INVALID, "translate: no manifests; give them with -f PATH");
        return cli_fail(&err);
    }
    struct session s CLEANUP(session_close) = { 0 };
    if (!open_session(&s, o, STORE_SNAPSHOT, false, &err) || !session_read_source(&s, &err)
        || !session_translate(&s, &err))
        return cli_fail(&err);
    LIST_OF(const char *) needs = { 0 };
    for (size_t i = 0; i < s.wanted.needs.len; i++)
        *LIST_PUSH(&s.arena, &needs) = need_text(&s.arena, &s.wanted.needs.items[i]);
    struct report_in in;
    fill_report(&s, o, &in);
    struct buf b CLEANUP(buf_done) = { .max = (size_t)1 << 30 };
    report_desired(&b, &in, needs.items, needs.len);
    cli_print(&b);
    return s.n_albconfigs ? notes_exit(&s) : EXIT_INVALID;
}

const struct cmd cmd_translate = {
    .name = "translate",
    .usage = "-f PATH... [flags]",
    .summary = "Show the ALB resources that the manifests ask for.",
    .help = "Makes no call: what only the cloud knows is taken from the state file, or listed as\n"
            "missing, as ?eni(10.1.0.9) for the network interface of an address.\n"
            "Exit codes: 0 translated, 1 error, 4 a manifest or an object was left out.",
    .opts = OPT_FILE | OPTS_CLOUD,
    .outputs = "yaml|json|text",
    .run = translate_run,
};
