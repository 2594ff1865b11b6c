/* scalar.c - plain scalars by the core schema of YAML 1.2.  Pure. */
#include "yaml_priv.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alb-agent/arena.h"
#include "alb-agent/macros.h"

static const int64_t MAX_EXACT = 999999999999999; /* 15 digits (feasibility.md §9) */

static const char DECIMAL[] = "0123456789";
static const char HEX[] = "0123456789abcdefABCDEF";

static bool one_of(const char *text, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(text, words[i]))
            return true;
    return false;
}

static bool is_null(const char *s)
{
    static const char *const words[] = { "", "~", "null", "Null", "NULL" };
    return one_of(s, words, COUNT(words));
}

static bool is_bool(const char *s)
{
    static const char *const words[] = { "true", "True", "TRUE", "false", "False", "FALSE" };
    return one_of(s, words, COUNT(words));
}

static bool is_not_finite(const char *s)
{
    static const char *const nan[] = { ".nan", ".NaN", ".NAN" };
    static const char *const inf[] = { ".inf", ".Inf", ".INF" };
    return one_of(s, nan, COUNT(nan)) || one_of(s + (*s == '-' || *s == '+'), inf, COUNT(inf));
}

/* Is 's' one or more of 'digits', and nothing else? */
static bool all(const char *s, const char *digits)
{
    return *s && !s[strspn(s, digits)];
}

static bool is_int(const char *s)
{
    if (s[0] == '0' && s[1] == 'x')
        return all(s + 2, HEX);
    if (s[0] == '0' && s[1] == 'o')
        return all(s + 2, "01234567");
    return all(s + (*s == '-' || *s == '+'), DECIMAL);
}

/* [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )? */
static bool is_float(const char *s)
{
    s += *s == '-' || *s == '+';
    size_t whole = strspn(s, DECIMAL);
    s += whole;
    if (*s == '.') {
        size_t fraction = strspn(++s, DECIMAL);
        if (!whole && !fraction)
            return false;
        s += fraction;
    } else if (!whole) {
        return false;
    }
    if (*s != 'e' && *s != 'E')
        return !*s;
    s++;
    return all(s + (*s == '-' || *s == '+'), DECIMAL);
}

enum yaml_scalar yaml_scalar_kind(const char *text)
{
    if (is_null(text))
        return YAML_NULL;
    if (is_bool(text))
        return YAML_BOOL;
    if (is_int(text))
        return YAML_INT;
    if (is_float(text))
        return YAML_FLOAT;
    return is_not_finite(text) ? YAML_NOT_FINITE : YAML_TEXT;
}

cJSON *yaml_node(cJSON *json)
{
    if (!json)
        memory_exhausted();
    return json;
}

static int64_t digit(char c)
{
    return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

static bool int_value(const char *text, cJSON **out, struct error *err)
{
    bool prefixed = text[0] == '0' && (text[1] == 'x' || text[1] == 'o');
    int64_t base = !prefixed ? 10 : text[1] == 'x' ? 16 : 8;
    int64_t n = 0;
    for (const char *s = text + (prefixed ? 2 : *text == '-' || *text == '+'); *s; s++) {
        n = n * base + digit(*s);
        if (n > MAX_EXACT)
            return error_set(err, ERROR_INVALID,
                             "the number has more than 15 digits; quote it to keep it as text");
    }
    *out = yaml_node(cJSON_CreateNumber((double)(*text == '-' ? -n : n)));
    return true;
}

static bool float_value(const char *text, cJSON **out, struct error *err)
{
    double v = strtod(text, NULL);
    if (!isfinite(v) || (v == trunc(v) && fabs(v) > (double)MAX_EXACT))
        return error_set(err, ERROR_INVALID,
                         "the number has more than 15 digits; quote it to keep it as text");
    *out = yaml_node(cJSON_CreateNumber(v));
    return true;
}

bool yaml_scalar_value(const char *text, enum yaml_scalar kind, cJSON **out, struct error *err)
{
    switch (kind) {
    case YAML_TEXT: *out = yaml_node(cJSON_CreateString(text)); return true;
    case YAML_NULL: *out = yaml_node(cJSON_CreateNull()); return true;
    case YAML_BOOL: *out = yaml_node(cJSON_CreateBool((*text | 0x20) == 't')); return true;
    case YAML_INT: return int_value(text, out, err);
    case YAML_FLOAT: return float_value(text, out, err);
    case YAML_NOT_FINITE: break;
    }
    return error_set(err, ERROR_INVALID, "%s is a number that JSON does not have; quote it", text);
}
