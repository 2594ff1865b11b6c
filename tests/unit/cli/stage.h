/* stage.h - verbs run in this process, with what they print taken down.  The directory is
 * gone afterwards; no verb gets as far as a call. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "src/cli/cli.h"

struct stage {
    struct arena arena;
    char dir[64];
    const char *state; /* a path for a state file */
    const char *out, *err;
};

int stage_setup(void **state);
int stage_teardown(void **state);

/* Writes a file into the directory and returns its path. */
const char *stage_file(struct stage *s, const char *name, const char *text);

/* Parses arguments into '*o', which is emptied first. */
bool stage_parse(struct stage *s, struct options *o, struct error *err, const struct cmd *cmd,
                 const char *const *args);
#define STAGE_ARGS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* Parses the arguments (closed by NULL) and runs the verb; 'out' and 'err' are what it
 * printed.  Flags that are not understood are EXIT_ERROR, as in main(). */
enum exit_code stage_run(struct stage *s, const struct cmd *cmd, ...);
