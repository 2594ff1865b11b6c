/* cli.h - verbs: one file each, with one const struct cmd.
 *
 * Results go to stdout, progress and complaints to stderr; with -o json stdout is one JSON
 * document.  Help, usage and errors about flags all come from the tables. */
#pragma once

#include <stdbool.h>

#include "alb-agent/report.h"
#include "alb-agent/session.h"

/* design.md §7, in order of precedence when several fit: 1 5 6 7 3 4 2 0. */
enum exit_code {
    EXIT_DONE = 0, /* in sync, or done                                            */
    EXIT_ERROR = 1,
    EXIT_CHANGES = 2,    /* changes or drift                                            */
    EXIT_REFUSED = 3,    /* destructive or not hitless, refused                         */
    EXIT_INVALID = 4,    /* a manifest or an object was left out, though the rest was done */
    EXIT_INCOMPLETE = 5, /* the cloud could not be read: the result is not to be trusted */
    EXIT_STALE = 6,
    EXIT_QUOTA = 7,
};
/* The one of 'x' and 'y' that goes first. */
enum exit_code exit_worse(enum exit_code x, enum exit_code y);

/* The flags a verb takes. */
enum opt {
    OPT_FILE = 1 << 0,
    OPT_STATE = 1 << 1,
    OPT_ENDPOINT = 1 << 2,
    OPT_REGION = 1 << 3,
    OPT_VPC = 1 << 4,
    OPT_CLUSTER = 1 << 5,
    OPT_OUTPUT = 1 << 6,
    OPT_DESTROY = 1 << 7,
    OPT_ALLOW = 1 << 8,
    OPT_YES = 1 << 9,
    OPT_PARAMS = 1 << 10, /* everything else that begins with "--" is a parameter of a call */
    OPT_CALL = 1 << 11,   /* how a call is made */
    OPT_OUT = 1 << 12,
    OPT_DRY_RUN = 1 << 13,
    OPT_PLAN_FILE = 1 << 14, /* one argument: a saved plan */
    OPT_WORDS = 1 << 15,     /* arguments that are no flags */
    OPT_REQUEST = 1 << 16,   /* a request to be explained */
    OPT_ROLLBACK = 1 << 17,
    OPT_FROM = 1 << 18,   /* whose annotations are translated */
    OPT_RUN = 1 << 20,    /* what only an agent that keeps running takes */
    OPT_CONFIG = 1 << 19, /* what no flag says is taken from the settings (config.h) */
    OPT_UNTIL = 1 << 21,  /* when a verdict is over */
    OPT_RECORD = 1 << 22, /* where a recording begins and goes */
    OPT_REPLAY = 1 << 23, /* how far it is replayed, and what of it */
};
#define OPTS_CLOUD \
    (OPT_CONFIG | OPT_STATE | OPT_ENDPOINT | OPT_REGION | OPT_VPC | OPT_CLUSTER | OPT_OUTPUT)

typedef LIST_OF(const char *) option_list;

struct options {
    option_list files;
    const char *config;
    option_list sets; /* of OPT_RUN */
    bool print_config;
    const char *status_listen;
    size_t batch_rules, batch_servers; /* of the settings, as what follows */
    size_t quotas[QUOTAS];
    int64_t list_lag_ms;
    enum drift_policy policy[CLASS_IN_SYNC + 1];
    struct store_limits limits;
    const char *state, *endpoint, *ca_file, *region, *vpc_id, *backend_type, *cluster_id, *output,
        *destroy;
    bool allow_destroy, yes, help;
    const char *out, *dry_run, *plan_file, *from;
    const char *to;    /* of OPT_ROLLBACK */
    const char *until; /* of OPT_UNTIL and OPT_REPLAY */
    const char *since; /* of OPT_RECORD   */
    bool calls_only;   /* of OPT_REPLAY   */
    bool release;
    const char *json; /* of OPT_CALL, and what follows */
    bool all_pages, wait, list, force;
    const char *host, *path, *query, *method, *source, *listener, *status; /* of OPT_REQUEST */
    option_list headers, cookies, response_headers;
    alb_params params;          /* of OPT_PARAMS                */
    LIST_OF(const char *) args; /* what is no flag              */
    struct arena arena;
};

struct cmd {
    const char *name;
    const char *usage;   /* after the name                       */
    const char *summary; /* one line                             */
    const char *help;    /* paragraphs                           */
    unsigned opts;
    const char *outputs; /* formats of -o, the first is the default: "text|json" */
    enum exit_code (*run)(const struct cmd *cmd, struct options *o);
};

extern const struct cmd cmd_run, cmd_plan, cmd_apply, cmd_drift, cmd_status, cmd_translate, cmd_api,
    cmd_completion, cmd_version, cmd_explain, cmd_history, cmd_show, cmd_diff, cmd_rollback,
    cmd_record, cmd_replay;

/* Reads flags into '*o'; regions and the like fall back to the settings and the environment. */
bool options_parse(struct options *o, const struct cmd *cmd, int argc, char **argv,
                   struct error *err) MUST_USE;
/* For verbs with OPT_CONFIG, by options_parse(): reads the settings (the file --config or
 * ALB_AGENT_CONFIG names, and the environment) and takes from them what '*o' does not have. */
bool options_take_settings(struct options *o, const struct cmd *cmd, struct error *err) MUST_USE;
void options_done(struct options *o);
void options_help(struct buf *b, const struct cmd *cmd);

/* ---- shared by verbs ------------------------------------------------------------------ */

enum exit_code cli_fail(const struct error *err);
void cli_print(const struct buf *b);
enum report_format format_of(const struct options *o);
/* Is the stream a terminal that wants colour (NO_COLOR is honoured)? */
bool wants_colour(int fd);

/* Opens a session as the flags say; connects it when 'connect'. */
bool open_session(struct session *s, const struct options *o, enum store_mode mode, bool connect,
                  struct error *err) MUST_USE;
/* Reads manifests, translates, observes.  A failure to read the cloud is *code 5. */
bool read_all(struct session *s, enum exit_code *code, struct error *err) MUST_USE;
/* What a report needs to know of a session; notes live in the session's arena. */
void fill_report(struct session *s, const struct options *o, struct report_in *in);
/* ---- saved plans (plan_file.c) ------------------------------------------------------- */

/* Writes the plan to 'path', which only its owner may read: what it was made of (manifests,
 * cluster, flags), the digests of both sides, and the plan as 'plan -o json' prints it. */
bool plan_file_save(const char *path, struct session *s, const struct options *o,
                    const struct plan *plan, struct error *err) MUST_USE;
/* A saved plan, in the arena of the options. */
struct plan_file {
    const char *path;
    const char *made_at; /* RFC 3339 */
    session_sides sides;
};
/* Reads o->plan_file and sets in '*o' what the plan was made of.  A flag that says otherwise is
 * an error, but for -f: the same manifests may be elsewhere now. */
bool plan_file_load(struct options *o, struct plan_file *out, struct error *err) MUST_USE;
/* Are both sides what they were?  If not, says of which load balancer which one is not. */
bool plan_file_check(const struct plan_file *f, struct session *s, struct error *err) MUST_USE;

/* 'drift' with words: what a person decides about what was found. */
enum exit_code cli_decide(const struct options *o);

/* Applies what a session has read, with progress on stderr and the result on stdout. */
enum exit_code cli_apply(struct session *s, struct options *o);

/* 4 when a manifest or an object was left out, else 0. */
enum exit_code notes_exit(const struct session *s);
/* 7 or 3 when the plan refuses something, else 0. */
enum exit_code refusal_exit(const struct plan *plan);
