/* pattern.c - one value of a condition: exact, with wildcards, or a regular expression, and
 * what is known about how ALB reads it (README.md).  The quick comparison serves those who
 * compare many rules; all else goes by automata. */
#include <ctype.h>
#include <string.h>

#include "route_priv.h"

static const struct dialect dialects[] = {
    [ALB_COND_UNSET] = { 0 },
    [ALB_COND_HOST] = { .single = true, .wild = true, .regex = true, .fold = true, .labels = true },
    [ALB_COND_PATH] = { .single = true, .wild = true, .regex = true },
    [ALB_COND_HEADER] = { .wild = true, .fold_wide = true },
    [ALB_COND_QUERY] = { .pairs = true, .wild = true, .fold_wide = true },
    [ALB_COND_METHOD] = { .single = true },
    [ALB_COND_COOKIE] = { .pairs = true, .wild = true, .fold_wide = true },
    [ALB_COND_SOURCE_IP] = { .single = true },
    [ALB_COND_RESPONSE_HEADER] = { .wild = true, .fold_wide = true },
    [ALB_COND_RESPONSE_STATUS] = { .single = true, .digits = true },
};

const struct dialect *dialect_of(enum alb_cond type)
{
    return &dialects[type];
}

static bool is_number(const char *text)
{
    return text[0] && !text[strspn(text, "0123456789")];
}

const char *text_lower(struct arena *a, const char *text)
{
    char *s = arena_strdup(a, text);
    for (char *c = s; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return s;
}

/* Neither a byte that no request has, nor more than any value may have. */
static bool is_sane(const char *key, const char *text)
{
    size_t len = strlen(text) + (key ? strlen(key) + 1 : 0);
    return len <= VALUE_MAX && !strpbrk(text, "\1\2") && !(key && strpbrk(key, "\1\2"));
}

static enum pattern_kind kind_of(const struct dialect *d, const char *key, const char *text)
{
    if (!is_sane(key, text) || (d->digits && !is_number(text)))
        return PATTERN_ANY;
    if (d->regex && text[0] == '~')
        return PATTERN_REGEX;
    if (d->wild && (strpbrk(text, "*?") || (key && strpbrk(key, "*?"))))
        return PATTERN_GLOB;
    return PATTERN_EXACT;
}

static size_t literal_suffix(const char *text, size_t len)
{
    size_t n = 0;
    while (n < len && text[len - 1 - n] != '*' && text[len - 1 - n] != '?')
        n++;
    return n;
}

void pattern_read(struct arena *a, enum alb_cond type, const char *key, const char *text,
                  struct pattern *out)
{
    *out = (struct pattern){ .of = dialect_of(type), .key = key };
    out->kind = kind_of(out->of, key, text);
    out->text = out->of->fold && out->kind != PATTERN_REGEX ? text_lower(a, text) : text;
    out->len = strlen(text);
    if (out->kind == PATTERN_EXACT) {
        out->prefix = out->suffix = out->len;
    } else if (out->kind == PATTERN_GLOB) {
        out->prefix = strcspn(text, "*?");
        out->suffix = literal_suffix(text, out->len);
    } else if (out->kind == PATTERN_REGEX) {
        out->wide = pattern_automaton(a, out, WIDE);
        if (!out->wide)
            out->kind = PATTERN_ANY;
    }
}

/* ---- as automata ------------------------------------------------------------------------- */

static struct piece add_bytes(struct builder *b, const struct piece *before, struct bytes on,
                              bool fold)
{
    if (fold)
        bytes_fold(&on);
    struct piece next = piece_bytes(b, &on);
    return piece_then(b, before, &next);
}

/* Any text; with 'labels' none that has a dot. */
static struct piece add_star(struct builder *b, const struct piece *before, bool labels)
{
    struct bytes on = bytes_any();
    if (labels) {
        struct bytes dot = bytes_one('.');
        on = bytes_not(&dot);
    }
    struct piece star = piece_bytes(b, &on);
    star = piece_again(b, &star);
    star.nullable = true;
    return piece_then(b, before, &star);
}

static struct piece add_glob(struct builder *b, struct piece p, const struct dialect *d,
                             const char *text, unsigned reading)
{
    bool fold = d->fold || (d->fold_wide && reading & READ_FOLD);
    for (const char *c = text; *c; c++) {
        if (d->wild && *c == '*')
            p = add_star(b, &p, d->labels && !(reading & READ_CROSS));
        else if (d->wild && *c == '?')
            p = add_bytes(b, &p, bytes_any(), false);
        else
            p = add_bytes(b, &p, bytes_one((unsigned char)*c), fold);
    }
    return p;
}

/* "~*" does not look at letters' case, by the console; it does, by one who measured. */
static bool read_regex(struct builder *b, const struct pattern *p, unsigned reading,
                       struct piece *out)
{
    bool star = p->text[1] == '*';
    const char *text = p->text + (star ? 2 : 1);
    if (!star)
        reading &= ~(unsigned)READ_FOLD;
    if (p->of->fold)
        reading |= READ_FOLD;
    return regex_read(b, text, strlen(text), reading, out);
}

static struct piece anything(struct builder *b, const struct pattern *p)
{
    struct piece out = piece_nothing();
    out = add_star(b, &out, false);
    if (p->key) {
        out = add_bytes(b, &out, bytes_one(BYTE_PAIR), false);
        out = add_star(b, &out, false);
    }
    return out;
}

static bool build(struct builder *b, const struct pattern *p, unsigned reading, struct piece *out)
{
    *out = piece_nothing();
    if (p->kind == PATTERN_REGEX)
        return read_regex(b, p, reading, out);
    if (p->kind == PATTERN_ANY) {
        struct bytes none = { { 0 } };
        *out = reading & READ_ANY ? anything(b, p) : piece_bytes(b, &none);
        return true;
    }
    if (p->key) {
        *out = add_glob(b, *out, p->of, p->key, reading);
        *out = add_bytes(b, out, bytes_one(BYTE_PAIR), false);
    }
    *out = add_glob(b, *out, p->of, p->text, reading);
    return true;
}

struct automaton *pattern_automaton(struct arena *a, const struct pattern *p, unsigned reading)
{
    struct builder b;
    struct piece piece;
    b.n = 0;
    b.full = false;
    if (!build(&b, p, reading, &piece))
        return NULL;
    return builder_done(a, &b, &piece);
}

unsigned pattern_doubts(const struct pattern *p)
{
    bool regex = p->kind == PATTERN_REGEX, glob = p->kind == PATTERN_GLOB;
    unsigned doubts = regex ? READ_HEAD | READ_TAIL : 0U;
    if (p->of->fold_wide || (regex && p->text[1] == '*' && !p->of->fold))
        doubts |= READ_FOLD;
    return glob && p->of->labels ? doubts | READ_CROSS : doubts;
}

/* ---- quickly ------------------------------------------------------------------------------ */

static bool same_char(char x, char y)
{
    return x == '?' || y == '?' || x == y;
}

/* Is there a text that matches both patterns of literals, '*' and '?'?  row[k]: the rests
 * x[i..] and y[k..] share one. */
static bool globs_meet(const struct pattern *x, const struct pattern *y)
{
    bool rows[2][VALUE_MAX + 1] = { { false } };
    bool *row = rows[0], *next = rows[1];
    for (size_t i = x->len + 1; i-- > 0;) {
        bool *spare = row;
        row = next;
        next = spare; /* of x[i + 1..] */
        bool x_ends = i == x->len;
        for (size_t k = y->len + 1; k-- > 0;) {
            bool y_ends = k == y->len;
            if (x_ends && y_ends)
                row[k] = true;
            else if (!x_ends && x->text[i] == '*')
                row[k] = next[k] || (!y_ends && row[k + 1]);
            else if (!y_ends && y->text[k] == '*')
                row[k] = row[k + 1] || (!x_ends && next[k]);
            else
                row[k] = !x_ends && !y_ends && same_char(x->text[i], y->text[k]) && next[k + 1];
        }
    }
    return row[0];
}

/* Does the text match the pattern?  After a mismatch the last '*' takes one more byte. */
static bool glob_matches(const struct pattern *glob, const struct pattern *exact)
{
    const char *g = glob->text, *star = NULL, *t = exact->text, *from = NULL;
    while (*t) {
        if (*g == '*') {
            star = ++g;
            from = t;
        } else if (*g == '?' || *g == *t) {
            g++;
            t++;
        } else if (star) {
            g = star;
            t = ++from;
        } else {
            return false;
        }
    }
    return !g[strspn(g, "*")];
}

static size_t least(size_t x, size_t y)
{
    return x < y ? x : y;
}

static bool ends_agree(const struct pattern *x, const struct pattern *y)
{
    size_t head = least(x->prefix, y->prefix), tail = least(x->suffix, y->suffix);
    return !memcmp(x->text, y->text, head)
           && !memcmp(x->text + x->len - tail, y->text + y->len - tail, tail);
}

static bool regex_meets(const struct pattern *x, const struct pattern *y)
{
    if (y->kind == PATTERN_EXACT)
        return automaton_runs(x->wide, y->text, y->len);
    if (y->wide)
        return automaton_meets(x->wide, y->wide);
    struct arena a CLEANUP(arena_done) = { 0 };
    return automaton_meets(x->wide, pattern_automaton(&a, y, WIDE));
}

bool pattern_meets(const struct pattern *x, const struct pattern *y)
{
    if (x->kind == PATTERN_ANY || y->kind == PATTERN_ANY)
        return true;
    if (x->kind == PATTERN_REGEX)
        return regex_meets(x, y);
    if (y->kind == PATTERN_REGEX)
        return regex_meets(y, x);
    if (!ends_agree(x, y))
        return false;
    if (x->kind == PATTERN_EXACT)
        return y->kind == PATTERN_EXACT ? x->len == y->len : glob_matches(y, x);
    return y->kind == PATTERN_EXACT ? glob_matches(x, y) : globs_meet(x, y);
}
