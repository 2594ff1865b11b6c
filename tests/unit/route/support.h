/* support.h - rules in a line, and a matcher of wildcards that shares nothing with src/route. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "alb-agent/route.h"

/* A rule from words, as "host=a.com,*.b.com path=/x header:env=blue query=k:v,w:x
 * cookie=k:v method=GET source=10.0.0.0/8 status=200 rheader:x=y": conditions by blanks,
 * values by commas, keys and values of pairs by colons; "response" sets the direction. */
struct alb_rule *rule_of(struct arena *a, const char *words);
struct route_rule *route_of(struct arena *a, const char *words);

/* Does the text match a pattern of literals, '*' and '?'?  By trying. */
bool glob_matches(const char *pattern, const char *text);

/* The texts of up to 'max' letters of 'letters', shortest first, the empty one among them. */
struct texts {
    char (*items)[12];
    size_t len;
};
struct texts texts_of(struct arena *a, const char *letters, size_t max);

int arena_setup(void **state);
int arena_teardown(void **state);
#define ARENA_TEST(f) cmocka_unit_test_setup_teardown(f, arena_setup, arena_teardown)
