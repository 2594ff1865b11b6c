/* cmd_apply.c - making the cloud what the manifests ask for. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

static volatile bool stop_asked;

static void on_signal(int signal)
{
    (void)signal;
    stop_asked = true;
}

static void catch_signals(void)
{
    struct sigaction sa = { .sa_handler = on_signal };
    (void)sigemptyset(&sa.sa_mask);
    (void)sigaction(SIGINT, &sa, NULL);
    (void)sigaction(SIGTERM, &sa, NULL);
}

/* One line of progress on stderr. */
static void progress(void *arg, const struct apply_event *e)
{
    (void)arg;
    static const char *const words[] = {
        [APPLY_SENT] = "sending",
        [APPLY_DONE] = "done   ",
        [APPLY_RETRY] = "retry  ",
        [APPLY_FAILED] = "FAILED ",
    };
    const struct step *step = e->step;
    (void)fprintf(stderr, "%s  %s  %s", words[e->kind], step->lb, step->action);
    if (step->items.len)
        (void)fprintf(stderr, "  %s %s", resource_kind_name(step->items.items[0].kind),
                      step->items.items[0].key);
    if (step->items.len > 1)
        (void)fprintf(stderr, " and %zu more", step->items.len - 1);
    if (e->kind == APPLY_RETRY)
        (void)fprintf(stderr, "  in %lld ms: %s", (long long)e->wait_ms, e->err->msg);
    if (e->kind == APPLY_FAILED)
        (void)fprintf(stderr, ": %s", e->err->msg);
    (void)fputc('\n', stderr);
}

static enum exit_code failure_exit(const struct session_result *r)
{
    const unsigned invalid = 1U << ERROR_INVALID, quota = 1U << ERROR_QUOTA;
    enum exit_code code = EXIT_DONE;
    if (r->counts.kinds & invalid) /* its object is quarantined, the rest was done */
        code = exit_worse(code, EXIT_INVALID);
    if (r->counts.kinds & quota)
        code = exit_worse(code, EXIT_QUOTA);
    if (r->counts.kinds & ~(invalid | quota))
        code = exit_worse(code, EXIT_ERROR);
    return code;
}

static void summary_text(struct buf *b, const struct session_result *r, const struct report_in *in,
                         enum exit_code code)
{
    if (in->incomplete)
        buf_adds(b, "Source incomplete: nothing was deleted. ");
    if (r->in_sync) {
        report_in_sync(b, in);
        buf_adds(b, ".\n");
    } else if (code == EXIT_REFUSED || code == EXIT_QUOTA) {
        buf_adds(b, "Refused in part or wholly, and not in sync.\n");
    } else {
        buf_addf(b, "Not in sync%s%s.\n", r->waits ? ": next is " : "", r->waits ? r->waits : "");
    }
    if (r->counts.failed)
        buf_addf(b, "Failed: %zu step%s; the first: %s\n", r->counts.failed,
                 r->counts.failed == 1 ? "" : "s", r->counts.first.msg);
    buf_addf(b, "Apply: %zu change%s done, %zu failed \u00b7 %zu write%s, %zu reads\n",
             r->counts.done, r->counts.done == 1 ? "" : "s", r->counts.failed, r->writes,
             r->writes == 1 ? "" : "s", r->reads);
}

static void summary_json(struct buf *b, const struct session_result *r)
{
    buf_addf(b,
             "{\"inSync\":%s,\"done\":%zu,\"failed\":%zu,\"writes\":%zu,\"reads\":%zu,\"error\":",
             r->in_sync ? "true" : "false", r->counts.done, r->counts.failed, r->writes, r->reads);
    if (r->counts.failed)
        buf_add_json(b, r->counts.first.msg);
    else
        buf_adds(b, "null");
    buf_adds(b, "}\n");
}

/* A load balancer that is still asked for is not destroyed. */
static bool check_destroy(const struct session *s, struct error *err)
{
    for (size_t i = 0; s->config.destroy && i < s->wanted.lbs.len; i++)
        if (!strcmp(s->wanted.lbs.items[i].name, s->config.destroy))
            return error_set(
                err, ERROR_CONFLICT,
                "--destroy %s: AlbConfig in %s still asks for it; remove the AlbConfig "
                "from the manifests first",
                s->config.destroy, s->wanted.lbs.items[i].origin);
    return true;
}

/* Is there nothing to be destroyed?  Not an error: it may be the second time. */
static bool is_destroyed(const struct session *s)
{
    size_t first, end;
    if (!s->config.destroy)
        return false;
    model_range(&s->world, s->config.destroy, &first, &end);
    return first == end;
}

/* What the person who ran it should know before anything is changed. */
static enum exit_code announce(struct session *s, struct options *o, const struct plan *plan)
{
    struct report_in in;
    fill_report(s, o, &in);
    in.colour = wants_colour(STDERR_FILENO);
    struct buf b CLEANUP(buf_done) = { .max = (size_t)1 << 30 };
    if (in.incomplete)
        buf_adds(&b, "Source incomplete: nothing will be deleted.\n");
    if (is_destroyed(s))
        buf_addf(&b, "warning: --destroy %s: there is nothing of this AlbConfig\n",
                 s->config.destroy);
    report_notes_text(&b, &in);
    for (size_t i = 0; i < plan->refusals.len; i++)
        buf_addf(&b, "refused: %s: %s\n", plan->refusals.items[i].lb,
                 plan->refusals.items[i].message);
    for (size_t i = 0; i < plan->warnings.len; i++)
        buf_addf(&b, "warning: %s: %s %s: %s\n", plan->warnings.items[i].lb,
                 resource_kind_name(plan->warnings.items[i].kind), plan->warnings.items[i].key,
                 plan->warnings.items[i].message);
    for (size_t i = 0; i < s->world.rows.len; i++) {
        const struct resource *r = &s->world.rows.items[i];
        if (r->kind == RESOURCE_LOAD_BALANCER && r->ours && !r->desired && r->actual
            && !(s->config.destroy && !strcmp(r->lb, s->config.destroy))
            && !map_get(&s->tombstones, r->lb))
            buf_addf(&b,
                     "orphan: load balancer %s [%s] has no AlbConfig any more and stays; "
                     "remove it with --destroy %s\n",
                     r->lb, r->cloud_id, r->lb);
    }
    (void)fwrite(buf_str(&b), 1, b.len, stderr);
    return exit_worse(notes_exit(s), refusal_exit(plan));
}

enum exit_code cli_apply(struct session *s, struct options *o)
{
    struct error err;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct plan plan = { 0 };
    session_plan(s, &a, &plan);
    enum exit_code code = announce(s, o, &plan);
    struct session_result r;
    catch_signals();
    if (!session_save(s, &err) || !session_apply(s, progress, NULL, &stop_asked, &r, &err))
        return cli_fail(&err);
    code = exit_worse(code, failure_exit(&r));
    if (!r.in_sync && code == EXIT_DONE)
        code = EXIT_CHANGES;
    struct buf b CLEANUP(buf_done) = { 0 };
    struct report_in in;
    fill_report(s, o, &in);
    if (format_of(o) == REPORT_JSON)
        summary_json(&b, &r);
    else
        summary_text(&b, &r, &in, code);
    cli_print(&b);
    return code;
}

static enum exit_code apply_run_cmd(const struct cmd *cmd, struct options *o)
{
    (void)cmd;
    struct error err;
    struct plan_file saved = { 0 };
    if (o->plan_file && !plan_file_load(o, &saved, &err))
        return cli_fail(&err);
    if (!o->files.len && !o->destroy) {
        (void)error_set(&err, ERROR_INVALID, "apply: no manifests; give them with -f PATH");
        return cli_fail(&err);
    }
    struct session s CLEANUP(session_close) = { 0 };
    enum exit_code code = EXIT_ERROR;
    if (!open_session(&s, o, STORE_WRITE, true, &err) || !read_all(&s, &code, &err)) {
        (void)cli_fail(&err);
        return code;
    }
    if (saved.path && !plan_file_check(&saved, &s, &err)) {
        (void)cli_fail(&err);
        return EXIT_STALE;
    }
    if (!check_destroy(&s, &err)) {
        (void)cli_fail(&err);
        return EXIT_REFUSED;
    }
    return cli_apply(&s, o);
}

const struct cmd cmd_apply = {
    .name = "apply",
    .usage = "-f PATH... | PLANFILE [flags]",
    .summary = "Make load balancers what the manifests ask for.",
    .help = "Changes run one at a time per load balancer and per server group, in parallel across\n"
            "them; progress goes to stderr.  Never asks.  Run again, it continues; run twice, the\n"
            "second run writes nothing.  A load balancer whose AlbConfig is gone is reported and\n"
            "stays until --destroy NAME.\n"
            "PLANFILE is what 'plan --out' saved: its manifests, cluster and flags count, and\n"
            "nothing is done when the manifests or the cloud have changed since.\n"
            "Exit codes: 0 done and in sync, 1 error, 2 something still has to wait, 3 refused as\n"
            "destructive, 4 a manifest or an object was left out though the rest was done, 5 the\n"
            "cloud could not be read, 6 PLANFILE is stale, 7 over a quota.",
    .opts = OPT_FILE | OPTS_CLOUD | OPT_DESTROY | OPT_ALLOW | OPT_YES | OPT_PLAN_FILE,
    .outputs = "text|json",
    .run = apply_run_cmd,
};
