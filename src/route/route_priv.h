/* route_priv.h - what the files of src/route share: values as patterns, patterns as automata.
 *
 * An automaton is Glushkov's: one position for each symbol of the pattern, no empty moves.
 * Sets of positions are bits in 'words' words. */
#pragma once

#include <stdint.h>

#include "alb-agent/route.h"

enum {
    VALUE_MAX = 256,     /* bytes of a value; ALB takes 128, or 100 and 128 of a pair      */
    POSITIONS_MAX = 320, /* of one pattern: VALUE_MAX and a few around it                   */
    SET_WORDS = POSITIONS_MAX / 64,
    UNION_MAX = 2048,  /* positions of a condition's values, or of an intersection        */
    VISITS_MAX = 2000, /* steps of an inclusion before it is given up                     */
};

/* Bytes that never occur in a request: between key and value of a pair; ends of the text
 * (which only a regular expression sees). */
enum { BYTE_PAIR = 0, BYTE_BEGIN = 1, BYTE_END = 2, BYTE_FIRST = 3 };

/* How to take what is not documented: each bit lets patterns match more. */
enum {
    READ_HEAD = 1 << 0,  /* an expression may match after the beginning of the text        */
    READ_TAIL = 1 << 1,  /* ... and before its end                                         */
    READ_FOLD = 1 << 2,  /* letters' case does not count                                   */
    READ_CROSS = 1 << 3, /* '*' in a host crosses dots                                     */
    READ_ANY = 1 << 4,   /* what is not understood matches anything, not nothing           */
    NARROW = 0,
    WIDE = (1 << 5) - 1,
};

/* ---- automaton.c --------------------------------------------------------------------------- */

struct bytes {
    uint64_t w[4];
};
static inline bool bytes_has(const struct bytes *s, unsigned char c)
{
    return s->w[c / 64] >> (c % 64) & 1;
}
static inline void bytes_put(struct bytes *s, unsigned char c)
{
    s->w[c / 64] |= (uint64_t)1 << (c % 64);
}
struct bytes bytes_one(unsigned char c);
/* Every byte a text can have, that is BYTE_FIRST and above. */
struct bytes bytes_any(void);
struct bytes bytes_not(const struct bytes *s);
/* Adds the other case of each letter. */
void bytes_fold(struct bytes *s);

struct automaton {
    size_t n, words;
    struct bytes *on; /* what a position consumes                  */
    uint64_t *entry;  /* positions that can be the first           */
    uint64_t *accept; /* ... the last                              */
    uint64_t *follow; /* ... the next: 'n' rows of 'words'         */
    bool empty;       /* matches the empty text                    */
};

bool automaton_runs(const struct automaton *m, const char *text, size_t len);
/* Is there a text that both match? */
bool automaton_meets(const struct automaton *x, const struct automaton *y);
/* Does it match nothing at all? */
bool automaton_is_void(const struct automaton *m);
/* What any, or both, match; NULL when that takes more than UNION_MAX positions. */
struct automaton *automaton_union(struct arena *a, struct automaton *const *of, size_t n);
struct automaton *automaton_product(struct arena *a, const struct automaton *x,
                                    const struct automaton *y);
/* Does 'y' match all that 'x' matches?  ROUTE_MAYBE when it takes too long to say. */
enum route_answer automaton_within(const struct automaton *x, const struct automaton *y);

/* ---- build.c: automata from pieces ----------------------------------------------------------- */

struct set {
    uint64_t w[SET_WORDS];
};
/* A piece: which of its positions come first and last; can it be passed without any? */
struct piece {
    struct set first, last;
    bool nullable;
};
/* Large: beyond 'n' positions nothing is set. */
struct builder {
    size_t n;
    bool full; /* a position did not fit: the automaton is of no use */
    struct bytes on[POSITIONS_MAX];
    struct set follow[POSITIONS_MAX];
};
struct piece piece_nothing(void);
struct piece piece_bytes(struct builder *b, const struct bytes *on);
struct piece piece_then(struct builder *b, const struct piece *x, const struct piece *y);
struct piece piece_or(const struct piece *x, const struct piece *y);
/* 'x' once or more often. */
struct piece piece_again(struct builder *b, const struct piece *x);
struct automaton *builder_done(struct arena *a, const struct builder *b, const struct piece *p);

/* ---- regex.c --------------------------------------------------------------------------------- */

/* Reads a regular expression; of 'reading' READ_HEAD, READ_TAIL and READ_FOLD count.  False
 * when it has something that is not read exactly. */
bool regex_read(struct builder *b, const char *text, size_t len, unsigned reading,
                struct piece *out);

/* ---- pattern.c: one value of a condition --------------------------------------------------------
 */

/* How the values of a type of condition are read. */
struct dialect {
    bool wild;      /* '*' and '?'                                               */
    bool regex;     /* '~' and "~*" begin a regular expression                   */
    bool fold;      /* letters' case does not count ...                          */
    bool fold_wide; /* ... in the wide reading only                              */
    bool labels;    /* '*' does not cross a dot, in the narrow reading           */
    bool digits;    /* what is not a number may mean anything                    */
    bool pairs;     /* of key and value                                          */
    bool single;    /* a request has exactly one text for it: a header, a query and a
                       cookie can be there several times, or not at all           */
};
const struct dialect *dialect_of(enum alb_cond type);

enum pattern_kind { PATTERN_EXACT, PATTERN_GLOB, PATTERN_REGEX, PATTERN_ANY };

struct pattern {
    enum pattern_kind kind; /* ANY: not understood; narrow nothing, wide everything    */
    const struct dialect *of;
    const char *key;  /* of a pair, else NULL                                    */
    const char *text; /* lower-case where case does not count                    */
    size_t len;
    size_t prefix, suffix;        /* literal bytes at the ends                               */
    const struct automaton *wide; /* of a REGEX                                            */
};
const char *text_lower(struct arena *a, const char *text);
void pattern_read(struct arena *a, enum alb_cond type, const char *key, const char *text,
                  struct pattern *out);
/* Is there a text that both match, in the wide reading?  For patterns without keys. */
bool pattern_meets(const struct pattern *x, const struct pattern *y);
struct automaton *pattern_automaton(struct arena *a, const struct pattern *p, unsigned reading);
/* The bits of a reading that make a difference to 'p', but for READ_ANY. */
unsigned pattern_doubts(const struct pattern *p);

/* ---- address.c ----------------------------------------------------------------------------------
 */

/* A block of addresses; IPv4 as IPv4-mapped IPv6. */
struct block {
    unsigned char at[16];
    unsigned bits;
};
/* "10.0.0.1", "10.0.0.0/8", "2001:db8::/32"; false: none of these. */
bool block_read(const char *text, struct block *out);
bool block_has(const struct block *big, const struct block *small);

/* ---- prepare.c: rules as conditions
 * ---------------------------------------------------------------- */

struct cond {
    const struct alb_condition *source;
    enum alb_cond type;
    const char *key; /* of a header, lower-case                                        */
    bool unknown;    /* a value was not understood                                     */
    LIST_OF(struct pattern) patterns;
    LIST_OF(struct block) blocks;
    size_t prefix; /* bytes with which all of the patterns begin, literally             */
};

enum { COND_TYPES = ALB_COND_RESPONSE_STATUS + 1 };

struct route_rule {
    const struct alb_rule *source;
    bool response;
    LIST_OF(struct cond) conds;
    const struct cond *hosts; /* a Host condition of exact values only, or NULL           */
    const struct cond *only[COND_TYPES]; /* by type: the condition, of those on single texts  */
    bool several;                        /* there are two of one such type                    */
};

/* As its dialect says. */
bool cond_is_single(enum alb_cond type);
