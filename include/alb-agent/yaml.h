/* yaml.h - YAML text to JSON trees and back.
 *
 * Plain scalars mean what the core schema of YAML 1.2 says (YAML 1.2.2 §10.3.2): null,
 * Null, NULL, ~ and nothing are null; true and false, also with capitals as True or TRUE,
 * are booleans; integers are decimal, 0x or 0o; the rest is text, so 'yes', 'on', 1_000,
 * 0b1, 12:30 and dates stay text, and 010 is ten.  Quoted and block scalars are text
 * always.  The tags !!str !!int !!float !!bool !!null !!map !!seq are honoured, others
 * refused.  As JSON knows no other numbers, .inf, .nan and whole numbers of more than 15
 * digits (json.h) are refused.
 *
 * Keys that are numbers or booleans become text, as Kubernetes makes them; null, mappings
 * and sequences are refused as keys, and so is a key given twice.  Anchors, aliases and the
 * merge key '<<' are expanded, up to a ceiling. */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "alb-agent/error.h"

struct arena;
struct buf;

enum {
    YAML_MAX_TEXT = 16 << 20,           /* bytes of one document                           */
    YAML_MAX_EXPANDED_NODES = 100000,   /* what the aliases of one document may add ...    */
    YAML_MAX_EXPANDED_BYTES = 16 << 20, /* ... and the text in it                          */
};

/* Reads the one document in 'text'; '*out' is the caller's (json_done()) and a null value
 * when the document is empty.  Nesting is limited to JSON_DEPTH.  On failure the message
 * names the field and, where it helps, the column, as "spec.rules[0].host: found twice",
 * and '*error_line' is the line in 'text', counted from 1. */
bool yaml_parse(const char *text, size_t len, cJSON **out, int *error_line,
                struct error *err) MUST_USE;

/* Which reader of YAML and JSON this is: another one might make another tree of a text. */
const char *yaml_reader(struct arena *a);

/* The line, counted from 1, of what stands at the 'n' steps of 'path' in a document that
 * yaml_parse() takes: that of the key of a mapping's member, or of the item of a sequence (a step
 * "0", "1" ...).  Where the path leads to nothing of its own, as behind an alias, that of the last
 * step that does; 1 when none does.  It reads the text again: for complaints. */
int yaml_line(const char *text, size_t len, const char *const *path, size_t n);

/* One document of a file, a slice of its text. */
struct yaml_doc {
    const char *text;
    size_t len;
    int line;       /* of the slice's first byte in the file, counted from 1             */
    int first_line; /* of its first line with content; 'line' when there is none         */
};

/* Cuts a file into its documents, so that a bad one harms only itself:
 *
 *     struct yaml_split split = { .text = text, .len = len };
 *     while (yaml_split_next(&split, &doc)) ...
 *
 * A line that begins with "---" begins a document, and one that begins with "..." ends it:
 * both can stand nowhere else in YAML.  Directives and comments go with what follows. */
struct yaml_split {
    const char *text;
    size_t len;
    size_t at; /* where the next document begins */
    int line;  /* lines before it */
};
bool yaml_split_next(struct yaml_split *split, struct yaml_doc *doc) MUST_USE;

/* Appends 'json' as a YAML document of block style.  Text is quoted when plain text would
 * read back as something else, here or in a reader of YAML 1.1.  Reading it again gives an
 * equal tree, but for text that is not UTF-8 (U+FFFD takes its place) and for what
 * yaml_parse() refuses. */
void yaml_write(struct buf *b, const cJSON *json);
