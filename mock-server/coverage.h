/* coverage.h - what of the API the mock plays, and on what ground. */
#pragma once

#include "alb-agent/buf.h"
#include "alb-agent/error.h"

/* Totals of the table. */
struct coverage {
    size_t actions;  /* that are described and validated            */
    size_t played;   /* of them, that are answered                  */
    size_t stateful; /* of them, whose answers depend on what came  */
};

/* Appends a line per action, sorted by product and name, between a heading and the totals
 * of each product:
 *     alb CreateRules validated stateful observed
 * "validated" is every action; "stateful", "constant" or "-" says how it is played;
 * "documented", "observed" (in captured traffic of real clients) or "guessed" where its
 * parameters are known from.  'of' NULL: of all products; else of that one, and the totals
 * go to '*total'. */
bool coverage_write(struct buf *b, const char *of, struct coverage *total,
                    struct error *err) MUST_USE;
