/* cmd_rollback.c - a load balancer back to what it was wanted to be. */
#include <string.h>

#include "alb-agent/clock.h"
#include "alb-agent/number.h"
#include "cli.h"

static bool parse_to(const struct options *o, int64_t *revision, struct error *err)
{
    *revision = 0;
    if (o->args.len != 1)
        return error_set(err, ERROR_INVALID, "rollback: give one load balancer");
    if (!o->to == !o->release)
        return error_set(err, ERROR_INVALID, "rollback: give --to REVISION or --release");
    if (o->to && (!number_parse(o->to, strlen(o->to), revision) || !*revision))
        return error_set(err, ERROR_INVALID,
                         "rollback: --to '%s' is no revision; 'alb-agent history %s' lists them",
                         o->to, o->args.items[0]);
    return true;
}

static enum exit_code release(struct session *s, const char *lb)
{
    struct error err;
    bool was_there;
    struct buf b CLEANUP(buf_done) = { 0 };
    if (!store_pin_delete(s->store, lb, clock_now_ms(clock_system()), &was_there, &err))
        return cli_fail(&err);
    buf_addf(&b,
             was_there ? "Released: the next apply follows the manifests for %s again.\n"
                       : "%s was not rolled back.\n",
             lb);
    cli_print(&b);
    return EXIT_DONE;
}

static enum exit_code rollback_run(const struct cmd *cmd, struct options *o)
{
    (void)cmd;
    struct error err;
    struct session s CLEANUP(session_close) = { 0 };
    enum exit_code code = EXIT_ERROR;
    int64_t revision;
    if (!parse_to(o, &revision, &err) || !open_session(&s, o, STORE_WRITE, !o->release, &err))
        return cli_fail(&err);
    const char *lb = session_lb_name(&s, o->args.items[0]);
    if (o->release)
        return release(&s, lb);
    s.config.only = lb;
    if (!store_pin_put(s.store, lb, revision, clock_now_ms(clock_system()), &err)
        || !read_all(&s, &code, &err)) {
        (void)cli_fail(&err);
        return code;
    }
    return cli_apply(&s, o);
}

const struct cmd cmd_rollback = {
    .name = "rollback",
    .usage = "LB --to REVISION | LB --release [flags]",
    .summary = "Bring a load balancer back to an earlier wanted state, and keep it there.",
    .help =
        "Listeners, rules and settings become those of the revision, as hitless as any plan;\n"
        "servers stay those of now.  Until --release an apply leaves the load balancer at that\n"
        "revision, whatever the manifests say.\n"
        "Exit codes: those of apply.",
    .opts = OPTS_CLOUD | OPT_WORDS | OPT_ALLOW | OPT_YES | OPT_ROLLBACK,
    .outputs = "text|json",
    .run = rollback_run,
};
