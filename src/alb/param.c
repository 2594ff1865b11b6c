/* param.c - the table of parameters: reading it, and checking a call against it. */
#include "alb-agent/alb_param.h"

#include <inttypes.h>
#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/embed.h"

/* parameters.txt: a line "Action", then one a parameter, two blanks deeper than what it
 * belongs to:
 *     Name[!] TYPE [MIN..MAX] [of TYPE [MIN..MAX]] [= VALUE|VALUE]
 * '!' says required; TYPE is string, int, bool, list or object. */
extern const struct embedded alb_parameters[];

/* ---- reading --------------------------------------------------------------------------- */

/* The next word of a line, in 'a', or NULL. */
static const char *next_word(struct arena *a, const char **line)
{
    *line += strspn(*line, " ");
    size_t len = strcspn(*line, " \n");
    const char *word = len ? arena_strndup(a, *line, len) : NULL;
    *line += len;
    return word;
}

static enum alb_type type_of(const char *word)
{
    static const char *const NAMES[] = { [ALB_TYPE_STRING] = "string",
                                         [ALB_TYPE_INT] = "int",
                                         [ALB_TYPE_BOOL] = "bool",
                                         [ALB_TYPE_LIST] = "list",
                                         [ALB_TYPE_OBJECT] = "object" };
    size_t i = 0;
    while (word && i < COUNT(NAMES) - 1 && strcmp(word, NAMES[i]) != 0)
        i++;
    return (enum alb_type)i;
}

/* A whole number at '*text', which moves behind it; false when there is none. */
static bool take_number(const char **text, int64_t *n)
{
    bool minus = **text == '-';
    const char *at = *text + minus;
    if (*at < '0' || *at > '9')
        return false;
    *n = 0;
    for (; *at >= '0' && *at <= '9' && *n < INT64_MAX / 10 - 1; at++)
        *n = *n * 10 + (*at - '0');
    *n = minus ? -*n : *n;
    *text = at;
    return true;
}

static struct alb_range range_of(const char *word)
{
    struct alb_range r = { 0 };
    r.has_min = take_number(&word, &r.min);
    word += strspn(word, ".");
    r.has_max = take_number(&word, &r.max);
    return r;
}

static void read_row(struct arena *a, const char *line, struct alb_param_row *row)
{
    char *name = arena_strdup(a, next_word(a, &line));
    size_t len = strlen(name);
    row->required = name[len - 1] == '!';
    name[len - row->required] = '\0';
    row->name = name;
    row->type = type_of(next_word(a, &line));
    bool of = false;
    for (const char *word; (word = next_word(a, &line));) {
        enum alb_type about = of ? row->item : row->type;
        if (!strcmp(word, "of")) {
            of = true;
            row->item = type_of(next_word(a, &line));
        } else if (!strcmp(word, "=")) {
            row->values = next_word(a, &line);
        } else if (about == ALB_TYPE_STRING) {
            row->chars = range_of(word);
        } else {
            row->range = range_of(word);
        }
    }
}

static const char *next_line(const char *line)
{
    line += strcspn(line, "\n");
    return line + (*line == '\n');
}

/* Reads rows of depth 'depth' and what is below them; returns the first line that is not
 * theirs. */
static const char *read_rows(struct arena *a, const char *line, size_t depth, alb_param_rows *out)
{
    while (strspn(line, " ") == 2 * depth && *line) {
        struct alb_param_row row = { 0 };
        read_row(a, line, &row);
        line = read_rows(a, next_line(line), depth + 1, &row.rows);
        *LIST_PUSH(a, out) = row;
    }
    return line;
}

bool alb_param_table(struct arena *a, const char *action, alb_param_rows *out)
{
    size_t len = strlen(action);
    *out = (alb_param_rows){ 0 };
    for (const char *line = (const char *)alb_parameters[0].data; *line; line = next_line(line))
        if (*line != ' ' && !strncmp(line, action, len) && line[len] == '\n') {
            (void)read_rows(a, next_line(line), 1, out);
            return true;
        }
    return false;
}

static void add_paths(struct arena *a, const alb_param_rows *rows, const char *above,
                      alb_names *out)
{
    for (size_t i = 0; i < rows->len; i++) {
        const struct alb_param_row *r = &rows->items[i];
        bool list = r->type == ALB_TYPE_LIST;
        const char *path = arena_fmt(a, "%s%s%s", above, r->name, list ? ".N" : "");
        if (r->rows.len)
            add_paths(a, &r->rows, arena_fmt(a, "%s.", path), out);
        else
            *LIST_PUSH(a, out) = path;
    }
}

void alb_param_paths(struct arena *a, const alb_param_rows *rows, alb_names *out)
{
    add_paths(a, rows, "", out);
}

/* ---- checking -------------------------------------------------------------------------- */

/* The element of a path that begins at '*at', in 'a'; '*at' moves behind its dot, or becomes
 * NULL. */
static const char *next_element(struct arena *a, const char **at)
{
    size_t len = strcspn(*at, ".");
    const char *element = arena_strndup(a, *at, len);
    *at = (*at)[len] ? *at + len + 1 : NULL;
    return element;
}

static const struct alb_param_row *find_row(const alb_param_rows *rows, const char *name)
{
    for (size_t i = 0; i < rows->len; i++)
        if (!strcmp(rows->items[i].name, name))
            return &rows->items[i];
    return NULL;
}

static bool unknown(struct arena *a, const alb_param_rows *rows, const char *path,
                    const char *element, struct error *err)
{
    alb_names names = { 0 };
    for (size_t i = 0; i < rows->len; i++)
        *LIST_PUSH(a, &names) = rows->items[i].name;
    const char *near = alb_nearest(a, element, &names);
    return error_set(err, ERROR_INVALID, "there is no parameter '%s'%s%s%s", path,
                     *near ? ": did you mean " : "", near, *near ? "?" : "");
}

/* An element of a list is named by its number, counted from 1. */
static bool check_index(const char *path, const struct alb_param_row *row, const char *index,
                        struct error *err)
{
    int64_t n;
    if (!take_number(&index, &n) || *index || n < 1)
        return error_set(err, ERROR_INVALID, "'%s': %s is a list: write %s.1", path, row->name,
                         row->name);
    return !row->range.has_max || n <= row->range.max
           || error_set(err, ERROR_INVALID, "'%s': %s has at most %" PRId64 " elements", path,
                        row->name, row->range.max);
}

/* The row that 'path' leads to, or NULL. */
static const struct alb_param_row *find_path(struct arena *a, const alb_param_rows *rows,
                                             const char *path, struct error *err)
{
    const char *at = path;
    for (;;) {
        const char *element = next_element(a, &at);
        const struct alb_param_row *row = find_row(rows, element);
        if (!row) {
            (void)unknown(a, rows, path, element, err);
            return NULL;
        }
        if (row->type == ALB_TYPE_LIST
            && !check_index(path, row, at ? next_element(a, &at) : "", err))
            return NULL;
        if (!row->rows.len == !at) {
            if (!at)
                return row;
            rows = &row->rows;
            continue;
        }
        (void)error_set(err, ERROR_INVALID,
                        at ? "'%s': %s has no members" : "'%s' is an object: name a member of %s",
                        path, row->name);
        return NULL;
    }
}

static bool is_one_of(const char *values, const char *value)
{
    for (size_t len; *values; values += len + (values[len] == '|')) {
        len = strcspn(values, "|");
        if (strlen(value) == len && !strncmp(values, value, len))
            return true;
    }
    return false;
}

static bool within(const struct alb_range *r, int64_t n)
{
    return !(r->has_min && n < r->min) && !(r->has_max && n > r->max);
}

static bool out_of_range(const char *path, const struct alb_range *r, const char *what,
                         struct error *err)
{
    if (!r->has_min)
        return error_set(err, ERROR_INVALID, "%s: %s at most %" PRId64, path, what, r->max);
    if (!r->has_max)
        return error_set(err, ERROR_INVALID, "%s: %s at least %" PRId64, path, what, r->min);
    return error_set(err, ERROR_INVALID, "%s: %s %" PRId64 " to %" PRId64, path, what, r->min,
                     r->max);
}

/* Characters of UTF-8 text. */
static int64_t characters(const char *text)
{
    int64_t n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

static bool check_value(const struct alb_param_row *row, const struct alb_param *p,
                        struct error *err)
{
    enum alb_type type = row->type == ALB_TYPE_LIST ? row->item : row->type;
    const char *rest = p->value;
    int64_t n = 0;
    if (type == ALB_TYPE_BOOL && strcmp(p->value, "true") != 0 && strcmp(p->value, "false") != 0)
        return error_set(err, ERROR_INVALID, "%s: true or false", p->name);
    if (type == ALB_TYPE_INT && (!take_number(&rest, &n) || *rest))
        return error_set(err, ERROR_INVALID, "%s: a whole number", p->name);
    if (type == ALB_TYPE_INT && row->type != ALB_TYPE_LIST && !within(&row->range, n))
        return out_of_range(p->name, &row->range, "a number of", err);
    if (row->values && !is_one_of(row->values, p->value))
        return error_set(err, ERROR_INVALID, "%s: one of %s", p->name, row->values);
    if (type == ALB_TYPE_STRING && *p->value && !within(&row->chars, characters(p->value)))
        return out_of_range(p->name, &row->chars, "characters:", err);
    return true;
}

/* Is anything given at or below 'name'? */
static bool is_given(const alb_params *params, const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < params->len; i++) {
        const char *given = params->items[i].name;
        if (!strncmp(given, name, len) && (!given[len] || given[len] == '.'))
            return true;
    }
    return false;
}

bool alb_param_check(const char *action, const alb_params *params, struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    alb_param_rows rows;
    if (!alb_param_table(&a, action, &rows))
        return error_set(err, ERROR_INVALID, "there is no action '%s'", action);
    for (size_t i = 0; i < params->len; i++) {
        const struct alb_param_row *row = find_path(&a, &rows, params->items[i].name, err);
        if (!row || !check_value(row, &params->items[i], err))
            return error_wrap(err, "%s", action);
    }
    for (size_t i = 0; i < rows.len; i++)
        if (rows.items[i].required && strcmp(rows.items[i].name, "RegionId") != 0
            && !is_given(params, rows.items[i].name))
            return error_set(err, ERROR_INVALID, "%s: %s is required", action, rows.items[i].name);
    return true;
}
