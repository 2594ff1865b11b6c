/* common.c - what verbs share: sessions, reports, exit codes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alb-agent/clock.h"
#include "cli.h"

enum exit_code exit_worse(enum exit_code x, enum exit_code y)
{
    static const enum exit_code order[] = {
        EXIT_ERROR,   EXIT_INCOMPLETE, EXIT_STALE,   EXIT_QUOTA,
        EXIT_REFUSED, EXIT_INVALID,    EXIT_CHANGES, EXIT_DONE
    };
    for (size_t i = 0; i < COUNT(order); i++)
        if (order[i] == x || order[i] == y)
            return order[i];
    return EXIT_ERROR;
}

enum exit_code cli_fail(const struct error *err)
{
    const bool unsaid = store_is_error(err) && !strstr(err->msg, "state file");
    (void)fprintf(stderr, "alb-agent: %s%s\n", unsaid ? "state file: " : "", err->msg);
    return EXIT_ERROR;
}

void cli_print(const struct buf *b)
{
    (void)fwrite(buf_str(b), 1, b->len, stdout);
    (void)fflush(stdout);
}

enum report_format format_of(const struct options *o)
{
    static const char *const names[] = {
        [REPORT_JSON] = "json",         [REPORT_YAML] = "yaml",   [REPORT_TEXT] = "text",
        [REPORT_MARKDOWN] = "markdown", [REPORT_JUNIT] = "junit", [REPORT_SARIF] = "sarif",
    };
    for (size_t i = 0; i < COUNT(names); i++)
        if (!strcmp(o->output, names[i]))
            return (enum report_format)i;
    return REPORT_TEXT;
}

bool wants_colour(int fd)
{
    const char *no = getenv("NO_COLOR"); // NOLINT(concurrency-mt-unsafe)
    return isatty(fd) && !(no && *no);
}

/* The variable of the existing controller says "true" for "eni" (alb-ingress.md §D.4). */
static const char *backend_type(const struct options *o)
{
    return o->backend_type && !strcmp(o->backend_type, "true") ? "eni" : o->backend_type;
}

static void say(const char *line)
{
    (void)fprintf(stderr, "alb-agent: %s\n", line);
}

bool open_session(struct session *s, const struct options *o, enum store_mode mode, bool connect,
                  struct error *err)
{
    struct session_config config = {
        .files = o->files.items,
        .n_files = o->files.len,
        .state = o->state,
        .mode = mode,
        .cluster_id = o->cluster_id,
        .region = o->region,
        .endpoint = o->endpoint,
        .ca_file = o->ca_file,
        .vpc_id = o->vpc_id,
        .backend_type = backend_type(o),
        .destroy = o->destroy,
        .allow_destroy = o->allow_destroy,
        .list_lag_ms = o->list_lag_ms,
        .say = say,
        .limits = o->limits,
        .batch_rules = o->batch_rules,
        .batch_servers = o->batch_servers,
    };
    memcpy(config.policy, o->policy, sizeof config.policy);
    memcpy(config.quotas, o->quotas, sizeof config.quotas);
    if (!session_open(s, &config, err))
        return false;
    if (s->set_aside)
        (void)fprintf(stderr, "alb-agent: the state file was damaged and was put aside; everything "
                              "is read again\n");
    return !connect || session_connect(s, err);
}

bool read_all(struct session *s, enum exit_code *code, struct error *err)
{
    *code = EXIT_ERROR;
    if (s->config.n_files && !session_read_source(s, err))
        return false;
    if (s->config.n_files && !s->has_roots && !s->config.destroy) {
        *code = EXIT_INVALID;
        for (size_t i = 0; i < s->objects.problems.len; i++)
            (void)fprintf(stderr, "error: %s: %s\n", s->objects.problems.items[i].origin,
                          s->objects.problems.items[i].msg);
        return error_set(
            err, ERROR_INVALID,
            "the manifests hold no AlbConfig: nothing was changed; give the files that "
            "hold it with -f");
    }
    if (!session_translate(s, err)) {
        *code = store_is_error(err) ? EXIT_ERROR : EXIT_INCOMPLETE;
        return false;
    }
    if (!session_observe(s, err)) {
        *code = err->kind == ERROR_CONFLICT || store_is_error(err) ? EXIT_ERROR : EXIT_INCOMPLETE;
        return false;
    }
    *code = EXIT_DONE;
    return true;
}

static void add_note(struct session *s, struct report_in *in, const char *subject,
                     const char *message, bool warning)
{
    *LIST_PUSH(&s->arena, &in->notes) = (struct report_note){ subject, message, warning };
}

static void add_notes(struct session *s, struct report_in *in, const translate_problems *list,
                      bool warning)
{
    for (size_t i = 0; i < list->len; i++) {
        const struct translate_problem *p = &list->items[i];
        const char *subject =
            arena_fmt(&s->arena, "%s %s%s%s (%s)", p->kind, p->ns ? p->ns : "",
                      p->ns && *p->ns ? "/" : "", p->name, p->origin ? p->origin : "?");
        add_note(s, in, subject, p->message, warning);
    }
}

void fill_report(struct session *s, const struct options *o, struct report_in *in)
{
    *in = (struct report_in){
        .format = format_of(o),
        .colour = wants_colour(STDOUT_FILENO),
        .cluster_id = s->cluster_id,
        .incomplete = s->objects.incomplete,
        .model = s->observed ? &s->world : &s->wanted.desired,
        .findings = &s->findings,
        .now_ms = clock_now_ms(clock_system()),
    };
    for (size_t i = 0; i < s->objects.problems.len; i++)
        add_note(s, in, s->objects.problems.items[i].origin, s->objects.problems.items[i].msg,
                 false);
    add_notes(s, in, &s->wanted.problems, false);
    add_notes(s, in, &s->wanted.warnings, true);
}

enum exit_code notes_exit(const struct session *s)
{
    return s->objects.incomplete || s->wanted.problems.len ? EXIT_INVALID : EXIT_DONE;
}

enum exit_code refusal_exit(const struct plan *plan)
{
    enum exit_code code = EXIT_DONE;
    for (size_t i = 0; i < plan->refusals.len; i++)
        code = exit_worse(code, plan->refusals.items[i].quota ? EXIT_QUOTA : EXIT_REFUSED);
    return code;
}
