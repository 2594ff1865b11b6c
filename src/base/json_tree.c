/* json_tree.c - trees of JSON in an arena: made without an allocation for each node and text, and
 * gone with the arena.  For documents that are looked at once, by the hundred. */
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "alb-agent/arena.h"
#include "alb-agent/json.h"

static const double MAX_EXACT = 999999999999999.0; /* as json_parse() has it */

cJSON *json_node(struct arena *a, int type)
{
    cJSON *node = arena_alloc(a, sizeof *node);
    node->type = type;
    return node;
}

cJSON *json_node_number(struct arena *a, double n)
{
    cJSON *node = json_node(a, cJSON_Number);
    node->valuedouble = n;
    node->valueint = n >= INT_MAX ? INT_MAX : n <= INT_MIN ? INT_MIN : (int)n;
    return node;
}

cJSON *json_node_text(struct arena *a, int type, const char *text)
{
    cJSON *node = json_node(a, type);
    memcpy(&node->valuestring, &text, sizeof text); /* who looks at a tree changes nothing */
    return node;
}

/* The first of the children knows the last, as cJSON has it. */
void json_link(cJSON *parent, const char *name, cJSON *child)
{
    cJSON *first = parent->child;
    memcpy(&child->string, &name, sizeof name);
    if (!first) {
        parent->child = child->prev = child;
        return;
    }
    child->prev = first->prev;
    first->prev->next = child;
    first->prev = child;
}

/* ---- reading --------------------------------------------------------------------------------- */

/* The text is a copy that ends with a NUL; strings are unescaped where they are. */
struct reader {
    struct arena *a;
    char *text, *at;
    int depth;
};

static cJSON *read_value(struct reader *r);

static void pass_blanks(struct reader *r)
{
    while (*r->at == ' ' || *r->at == '\n' || *r->at == '\r' || *r->at == '\t')
        r->at++;
}

static bool pass(struct reader *r, char c)
{
    if (*r->at != c)
        return false;
    r->at++;
    return true;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Four digits at 'at', which are passed; -1: they are none. */
static int32_t take_hex(struct reader *r)
{
    int32_t n = 0;
    for (int i = 0; i < 4; i++, r->at++) {
        const int digit = hex_value(*r->at);
        if (digit < 0)
            return -1;
        n = n << 4 | digit;
    }
    return n;
}

/* What follows "\u"; -1: no character, or NUL. */
static int32_t take_character(struct reader *r)
{
    const int32_t high = take_hex(r);
    if (high < 0xd800 || high > 0xdfff)
        return high ? high : -1;
    if (high > 0xdbff || !pass(r, '\\') || !pass(r, 'u'))
        return -1;
    const int32_t low = take_hex(r);
    return low < 0xdc00 || low > 0xdfff ? -1 : 0x10000 + ((high & 0x3ff) << 10 | (low & 0x3ff));
}

/* No longer than it was as an escape. */
static char *put_utf8(char *to, int32_t c)
{
    if (c < 0x80) {
        *to++ = (char)c;
        return to;
    }
    const int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const unsigned char first[] = { 0, 0xc0, 0xe0, 0xf0 };
    *to++ = (char)(first[more] | c >> 6 * more);
    for (int i = more - 1; i >= 0; i--)
        *to++ = (char)(0x80 | (c >> 6 * i & 0x3f));
    return to;
}

/* Behind a backslash; NULL: that is no escape. */
static char *unescape(struct reader *r, char *to)
{
    static const char from[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    const char c = *r->at;
    r->at += c != '\0'; /* the end stays where it is */
    if (c == 'u') {
        const int32_t character = take_character(r);
        return character < 0 ? NULL : put_utf8(to, character);
    }
    const char *which = c ? strchr(from, c) : NULL;
    if (!which)
        return NULL;
    *to++ = meant[which - from];
    return to;
}

/* At its quote; NULL: it does not end, or has an escape that is none. */
static const char *read_string(struct reader *r)
{
    char *const text = ++r->at;
    while (*r->at && *r->at != '"' && *r->at != '\\')
        r->at++;
    char *to = r->at;
    while (*r->at != '"') {
        if (!*r->at)
            return NULL;
        const char c = *r->at++;
        if (c != '\\')
            *to++ = c;
        else
            to = unescape(r, to);
        if (!to)
            return NULL;
    }
    r->at++;
    *to = '\0';
    return text;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool pass_digits(struct reader *r)
{
    const char *from = r->at;
    while (is_digit(*r->at))
        r->at++;
    return r->at > from;
}

/* A fraction and an exponent, if there are. */
static bool pass_rest(struct reader *r)
{
    if (pass(r, '.') && !pass_digits(r))
        return false;
    if (!pass(r, 'e') && !pass(r, 'E'))
        return true;
    (void)(pass(r, '-') || pass(r, '+'));
    return pass_digits(r);
}

static cJSON *read_number(struct reader *r)
{
    enum { EXACT = 15 };
    const char *from = r->at;
    const bool less = pass(r, '-');
    const char *digits = r->at;
    if (!pass_digits(r) || (*digits == '0' && r->at > digits + 1))
        return NULL;
    const bool whole = *r->at != '.' && (*r->at | 0x20) != 'e';
    double n = 0;
    if (whole && r->at - digits <= EXACT) {
        int64_t sum = 0;
        for (const char *c = digits; c < r->at; c++)
            sum = sum * 10 + (*c - '0');
        n = less ? -(double)sum : (double)sum;
    } else {
        if (!pass_rest(r))
            return NULL;
        n = strtod(from, NULL); // NOLINT(cert-err34-c): it is a number
    }
    return n == trunc(n) && fabs(n) > MAX_EXACT ? NULL : json_node_number(r->a, n);
}

static bool read_member(struct reader *r, cJSON *out, bool map)
{
    const char *name = NULL;
    pass_blanks(r);
    if (map) {
        name = *r->at == '"' ? read_string(r) : NULL;
        if (!name)
            return false;
        pass_blanks(r);
        if (!pass(r, ':'))
            return false;
    }
    cJSON *v = read_value(r);
    if (v)
        json_link(out, name, v);
    pass_blanks(r);
    return v != NULL;
}

static cJSON *read_items(struct reader *r, bool map)
{
    cJSON *out = json_node(r->a, map ? cJSON_Object : cJSON_Array);
    const char end = map ? '}' : ']';
    r->at++;
    if (++r->depth > JSON_DEPTH)
        return NULL;
    pass_blanks(r);
    if (*r->at != end)
        do {
            if (!read_member(r, out, map))
                return NULL;
        } while (pass(r, ','));
    r->depth--;
    return pass(r, end) ? out : NULL;
}

static cJSON *read_word(struct reader *r, const char *word, int type)
{
    const size_t n = strlen(word);
    if (strncmp(r->at, word, n) != 0)
        return NULL;
    r->at += n;
    return json_node(r->a, type);
}

static cJSON *read_value(struct reader *r)
{
    pass_blanks(r);
    switch (*r->at) {
    case '{': return read_items(r, true);
    case '[': return read_items(r, false);
    case '"': {
        const char *text = read_string(r);
        return text ? json_node_text(r->a, cJSON_String, text) : NULL;
    }
    case 't': return read_word(r, "true", cJSON_True);
    case 'f': return read_word(r, "false", cJSON_False);
    case 'n': return read_word(r, "null", cJSON_NULL);
    default: return read_number(r);
    }
}

bool json_read(struct arena *a, const char *text, size_t len, const cJSON **out, struct error *err)
{
    struct reader r = { .a = a, .text = arena_strndup(a, text, len) };
    r.at = r.text;
    *out = read_value(&r);
    pass_blanks(&r);
    if (*out && r.at == r.text + len)
        return true;
    *out = NULL;
    return error_set(err, ERROR_INVALID, "JSON: cannot be read, at offset %zu",
                     (size_t)(r.at - r.text));
}
