/* cmd_record.c - what a state file remembers, as a file that 'replay' reads. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "alb-agent/clock.h"
#include "alb-agent/number.h"
#include "alb-agent/replay.h"
#include "cli.h"

enum { RECORD_MAX = 1 << 28 };

static bool parse_since(const char *text, struct tape_since *out, struct error *err)
{
    *out = (struct tape_since){ 0 };
    if (!text || time_parse(text, &out->time_ms)
        || (number_parse(text, strlen(text), &out->call) && out->call > 0))
        return true;
    return error_set(err, ERROR_INVALID,
                     "record: --since '%s': give a time, as 2026-01-31T08:00:00Z, or the number of "
                     "a call, as 'alb-agent history' has them",
                     text);
}

/* What it says of a cluster is not for everybody. */
static bool write_file(const char *path, const struct buf *b, struct error *err)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    FILE *f = fd >= 0 ? fdopen(fd, "we") : NULL;
    bool ok = f && fwrite(buf_str(b), 1, b->len, f) == b->len;
    if (f)
        ok = !fclose(f) && ok;
    else if (fd >= 0)
        (void)close(fd);
    return ok
           || error_set(err, ERROR_DENIED, "record: %s cannot be written (errno %d)", path, errno);
}

static bool write_tape(struct session *s, const struct tape_since *since, struct buf *b,
                       struct error *err)
{
    return tape_write(s->store, since, b, err) || error_wrap(err, "record %s", s->path);
}

static enum exit_code record_run(const struct cmd *cmd, struct options *o)
{
    (void)cmd;
    struct error err;
    struct tape_since since;
    struct session s CLEANUP(session_close) = { 0 };
    struct buf b CLEANUP(buf_done) = { .max = RECORD_MAX };
    if (!parse_since(o->since, &since, &err) || !open_session(&s, o, STORE_SNAPSHOT, false, &err)
        || !write_tape(&s, &since, &b, &err) || (o->out && !write_file(o->out, &b, &err)))
        return cli_fail(&err);
    if (!o->out)
        cli_print(&b);
    return EXIT_DONE;
}

const struct cmd cmd_record = {
    .name = "record",
    .usage = "[--since TIME|CALL] [-o FILE] [flags]",
    .summary = "Write what was done, and why, as a file that can be replayed.",
    .help =
        "A recording holds what was there at its start, what the manifests said and the cloud\n"
        "was seen to be since, and each call with its outcome, as lines of JSON.  No private\n"
        "key and no access-key secret is in it.  It begins at a start of the agent, or where a\n"
        "reading had ended and no call was under way: as early as the state file allows, or\n"
        "with --since at such a moment before.  Makes no call and needs no lock.\n"
        "Exit codes: 0 written, 1 error.",
    .opts = OPT_CONFIG | OPT_STATE | OPT_CLUSTER | OPT_RECORD,
    .run = record_run,
};
