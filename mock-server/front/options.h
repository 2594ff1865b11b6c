/* options.h - the command line of alb-mock. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "../cloud.h"
#include "alb-agent/arena.h"
#include "alb-agent/error.h"
#include "auth.h"
#include "front.h"
#include "policy.h"

enum options_verb {
    OPTIONS_SERVE,
    OPTIONS_REPLAY,
    OPTIONS_EXPORT,
    OPTIONS_IMPORT,
    OPTIONS_DIFF,
    OPTIONS_COVERAGE,
    OPTIONS_HELP,
    OPTIONS_VERSION
};

struct options {
    enum options_verb verb;
    const char *files[2]; /* of a command that takes any        */
    size_t n_files;
    const char *listen; /* never NULL with OPTIONS_SERVE and OPTIONS_REPLAY */
    const char *state, *import, *neighbours, *call_log;
    const char *record, *match, *report; /* NULL: none, key, none   */
    const char *console;                 /* file, NULL: none        */
    uint64_t console_seed;
    int64_t console_every_ms;       /* 0: nobody                       */
    const char *admin;              /* HOST:PORT, NULL: none           */
    const char *tls_cert, *tls_key; /* files, NULL: plain HTTP      */
    const char *fault_file;         /* NULL: none                      */
    bool virtual_clock;
    int64_t start_ms; /* of a virtual clock, 0: now      */
    LIST_OF(const char *) faults, flow;
    int64_t pending_ms;              /* 200 when not given              */
    uint64_t seed;                   /* 1 when not given                */
    LIST_OF(struct access_key) keys; /* never empty        */
    LIST_OF(struct policy) policies;
    LIST_OF(struct cloud_quota) quotas;
    LIST_OF(struct front_latency) latencies;
};

/* Reads the arguments after the program's name.  A text without sense is ERROR_INVALID,
 * with a message that names the flag. */
bool options_parse(struct arena *a, int argc, char *const *argv, struct options *o,
                   struct error *err) MUST_USE;

/* What --help prints.  Static. */
const char *options_help(void);
