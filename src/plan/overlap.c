/* overlap.c - can one request match two rules?  Told apart by host, path and method only;
 * everything else, and every regular expression, may match anything.  An answer of "no" is
 * a proof, an answer of "yes" need not be true: that costs a call, never a request. */
#include <ctype.h>
#include <string.h>

#include "rule_priv.h"

static bool same_char(char x, char y)
{
    return x == '?' || y == '?' || tolower((unsigned char)x) == tolower((unsigned char)y);
}

/* Is there a text that matches both patterns, of literals, '*' (any text) and '?' (any
 * character), without regard to case?  row[k]: the first patterns' rests meet at y[k]. */
static bool patterns_meet(struct arena *a, const char *x, const char *y)
{
    size_t n = strlen(x), m = strlen(y);
    bool *row = arena_array(a, m + 1, sizeof *row), *next = arena_array(a, m + 1, sizeof *next);
    for (size_t i = n + 1; i-- > 0;) {
        for (size_t k = m + 1; k-- > 0;) {
            bool end = i == n && k == m;
            bool skip_x = i < n && x[i] == '*' && (row[k] || (k < m && next[k + 1]));
            bool skip_y = k < m && y[k] == '*' && (next[k + 1] || (i < n && row[k]));
            bool step =
                i < n && k < m && x[i] != '*' && y[k] != '*' && same_char(x[i], y[k]) && row[k + 1];
            next[k] = end || skip_x || skip_y || step;
        }
        bool *spare = row;
        row = next;
        next = spare;
    }
    return row[0];
}

static bool is_plain(const char *s)
{
    return !s[strcspn(s, "*?~")];
}

static bool same_text(const char *x, const char *y)
{
    for (; *x && *y; x++, y++)
        if (tolower((unsigned char)*x) != tolower((unsigned char)*y))
            return false;
    return *x == *y;
}

static bool values_meet(const char *x, const char *y)
{
    if (!x || !y || x[0] == '~' || y[0] == '~')
        return true; /* a regular expression, or nothing to tell by */
    if (is_plain(x) && is_plain(y))
        return same_text(x, y);
    struct arena a CLEANUP(arena_done) = { 0 };
    return patterns_meet(&a, x, y);
}

static bool conditions_meet(const struct alb_condition *x, const struct alb_condition *y)
{
    if (x->type != y->type
        || (x->type != ALB_COND_HOST && x->type != ALB_COND_PATH && x->type != ALB_COND_METHOD))
        return true;
    for (size_t i = 0; i < x->values.values.len; i++)
        for (size_t k = 0; k < y->values.values.len; k++)
            if (values_meet(x->values.values.items[i], y->values.values.items[k]))
                return true;
    return !x->values.values.len || !y->values.values.len;
}

bool conditions_overlap(const struct alb_rule *x, const struct alb_rule *y)
{
    for (size_t i = 0; i < x->conditions.len; i++)
        for (size_t k = 0; k < y->conditions.len; k++)
            if (!conditions_meet(&x->conditions.items[i], &y->conditions.items[k]))
                return false;
    return true;
}

static bool is_response(const struct alb_rule *r)
{
    return r->direction == ALB_DIRECTION_RESPONSE;
}

bool rules_overlap(const struct rule_node *x, const struct rule_node *y)
{
    return x->listener == y->listener && is_response(x->rule) == is_response(y->rule)
           && conditions_overlap(x->rule, y->rule);
}
