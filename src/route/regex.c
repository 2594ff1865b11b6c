/* regex.c - regular expressions in the characters that ALB lets them have
 * (alb-openapi.json, charset of HostConfig and PathConfig): literals, '.', '[...]', '(...)',
 * '|', '*', '+', '?' with their lazy forms, '^', '$' and, in hosts, '\'.  There are no braces
 * and so no counts; what else PCRE knows (look-around, back references, options, possessive
 * forms) is refused here, and the caller takes it for "may match anything".  All of this is
 * regular, so it is run as an automaton: no expression can take long, and sets of texts can
 * be compared. */
#include <ctype.h>
#include <string.h>

#include "route_priv.h"

enum { DEPTH_MAX = 32 }; /* of parentheses */

struct reader {
    struct builder *b;
    const char *at, *end;
    bool fold;
    bool failed;
    int depth;
};

static bool more(const struct reader *r)
{
    return r->at < r->end;
}

static bool take(struct reader *r, char c)
{
    if (!more(r) || *r->at != c)
        return false;
    r->at++;
    return true;
}

static struct piece fail(struct reader *r)
{
    r->failed = true;
    r->at = r->end;
    return piece_nothing();
}

static struct piece read_any_of(struct reader *r);

static struct piece one_of(struct reader *r, struct bytes *on)
{
    if (r->fold)
        bytes_fold(on);
    return piece_bytes(r->b, on);
}

static bool is_class(int c, char name)
{
    return name == 'd' ? isdigit(c) != 0 : name == 'w' ? isalnum(c) || c == '_' : isspace(c) != 0;
}

/* "\d" and its like, or a character that stands for itself.  '*single': the latter, or -1. */
static bool read_escape(struct reader *r, struct bytes *out, int *single)
{
    *single = -1;
    if (!more(r))
        return false;
    char c = *r->at++;
    if (!isalnum((unsigned char)c)) {
        *single = (unsigned char)c;
        bytes_put(out, (unsigned char)c);
        return true;
    }
    char name = (char)tolower((unsigned char)c);
    if (name != 'd' && name != 'w' && name != 's')
        return false;
    for (int k = BYTE_FIRST; k < 256; k++)
        if ((k < 128 && is_class(k, name)) == (c == name))
            bytes_put(out, (unsigned char)k);
    return true;
}

/* One character of a class, or an escape that stands for several ('*single' -1). */
static bool read_member(struct reader *r, struct bytes *out, int *single)
{
    if (take(r, '\\'))
        return read_escape(r, out, single);
    if (*r->at == '[' && r->at + 1 < r->end && strchr(":.=", r->at[1]))
        return false; /* a class by name */
    *single = (unsigned char)*r->at++;
    bytes_put(out, (unsigned char)*single);
    return true;
}

/* "-z" after the first character of a range; a '-' before ']' is no range. */
static bool read_range(struct reader *r, int from, struct bytes *out)
{
    if (r->end - r->at < 2 || r->at[0] != '-' || r->at[1] == ']')
        return true;
    r->at++;
    int to;
    if (!read_member(r, out, &to) || from < 0 || to < from)
        return false;
    for (int c = from; c <= to; c++)
        bytes_put(out, (unsigned char)c);
    return true;
}

static struct piece read_class(struct reader *r)
{
    bool negated = take(r, '^');
    struct bytes on = { { 0 } };
    bool first = true; /* a ']' in the first place stands for itself */
    while (more(r) && (first || *r->at != ']')) {
        first = false;
        int single;
        if (!read_member(r, &on, &single) || !read_range(r, single, &on))
            return fail(r);
    }
    if (!take(r, ']'))
        return fail(r);
    if (r->fold)
        bytes_fold(&on);
    if (negated)
        on = bytes_not(&on);
    return piece_bytes(r->b, &on);
}

static struct piece read_group(struct reader *r)
{
    if (take(r, '?') && !take(r, ':'))
        return fail(r);
    if (++r->depth > DEPTH_MAX)
        return fail(r);
    struct piece p = read_any_of(r);
    r->depth--;
    return take(r, ')') ? p : fail(r);
}

static struct piece read_atom(struct reader *r)
{
    char c = *r->at++;
    struct bytes on = { { 0 } };
    int single;
    switch (c) {
    case '(': return read_group(r);
    case '[': return read_class(r);
    case '.': on = bytes_any(); return piece_bytes(r->b, &on);
    case '^': on = bytes_one(BYTE_BEGIN); return piece_bytes(r->b, &on);
    case '$': on = bytes_one(BYTE_END); return piece_bytes(r->b, &on);
    case '\\': return read_escape(r, &on, &single) ? one_of(r, &on) : fail(r);
    case '*':
    case '+':
    case '?':
    case '{':
    case '}': return fail(r);
    default: bytes_put(&on, (unsigned char)c); return one_of(r, &on);
    }
}

static struct piece read_repeated(struct reader *r)
{
    struct piece p = read_atom(r);
    if (!more(r) || !strchr("*+?", *r->at))
        return p;
    char how = *r->at++;
    if (how != '?')
        p = piece_again(r->b, &p);
    if (how != '+')
        p.nullable = true;
    (void)take(r, '?'); /* lazy: the same texts */
    return more(r) && strchr("*+?", *r->at) ? fail(r) : p;
}

static struct piece read_sequence(struct reader *r)
{
    struct piece p = piece_nothing();
    while (more(r) && *r->at != '|' && *r->at != ')') {
        struct piece next = read_repeated(r);
        p = piece_then(r->b, &p, &next);
    }
    return p;
}

static struct piece read_any_of(struct reader *r)
{
    struct piece p = read_sequence(r);
    while (take(r, '|')) {
        struct piece other = read_sequence(r);
        p = piece_or(&p, &other);
    }
    return p;
}

static struct piece whatever(struct builder *b)
{
    struct bytes any = bytes_any();
    struct piece p = piece_bytes(b, &any);
    p = piece_again(b, &p);
    p.nullable = true;
    return p;
}

bool regex_read(struct builder *b, const char *text, size_t len, unsigned reading,
                struct piece *out)
{
    struct reader r = { .b = b, .at = text, .end = text + len, .fold = reading & READ_FOLD };
    struct piece before = reading & READ_HEAD ? whatever(b) : piece_nothing();
    struct piece p = read_any_of(&r);
    if (r.failed || more(&r))
        return false;
    struct piece after = reading & READ_TAIL ? whatever(b) : piece_nothing();
    p = piece_then(b, &before, &p);
    *out = piece_then(b, &p, &after);
    return !b->full;
}
