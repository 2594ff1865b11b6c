/* replay_priv.h - between replay.c and report.c. */
#pragma once

#include "alb-agent/buf.h"
#include "replay.h"

enum divergence_kind {
    DIVERGED_NOT,
    DIVERGED_DIFFERENT,  /* this call should have been another, or have had other parameters */
    DIVERGED_UNEXPECTED, /* nothing like this was recorded, or all of it has been used       */
    DIVERGED_MISSING,    /* a recorded call never came                                       */
};

struct replay {
    struct recording recording;
    struct matcher matcher;
    struct spec *spec;
    struct arena arena; /* in which it lives, and what the report tells */
    size_t calls, answered, repeated, inexact;

    /* The first divergence. */
    enum divergence_kind kind;
    size_t number;                   /* of the call, from 1                                  */
    const struct recorded *expected; /* or the nearest one; NULL: none                       */
    struct record_call actual;       /* without an action when the call is missing           */
};
