/* print.c - the settings as the file that would give them, explained. */
#include "config_priv.h"

#include <string.h>

#include "alb-agent/json.h"
#include "alb-agent/yaml.h"

enum { WIDTH = 96 };

static void add_indent(struct buf *b, size_t depth)
{
    for (size_t i = 0; i < depth; i++)
        buf_adds(b, "  ");
}

/* How much of 'text' goes on a line of 'room' characters: up to a blank, if there is one. */
static size_t line_len(const char *text, size_t room)
{
    size_t len = strlen(text);
    if (len <= room)
        return len;
    for (len = room; len && text[len] != ' ';)
        len--;
    return len ? len : room;
}

/* A comment, broken between words. */
static void add_comment(struct buf *b, size_t depth, const char *text)
{
    while (*text) {
        size_t len = line_len(text, WIDTH - 2 * depth - 2);
        add_indent(b, depth);
        buf_addf(b, "# %.*s\n", (int)len, text);
        text += len;
        text += *text == ' ';
    }
}

static const char *origin_name(unsigned origin)
{
    static const char *const names[] = {
        [SETTING_DEFAULT] = "default",
        [SETTING_FILE] = "from the file",
        [SETTING_ENVIRONMENT] = "from the environment",
        [SETTING_FLAG] = "from a flag",
    };
    return names[origin];
}

/* ---- sections ------------------------------------------------------------------------------ */

/* Elements of a path but the last. */
static size_t depth_of(const char *path)
{
    size_t n = 0;
    for (const char *s = path; *s; s++)
        n += *s == '.';
    return n;
}

/* How many sections two paths share. */
static size_t shared_depth(const char *x, const char *y)
{
    size_t n = 0;
    for (; *x && *x == *y; x++, y++)
        n += *x == '.';
    return n;
}

/* The headers of the sections of 'path' that are not open yet. */
static void add_sections(struct buf *b, const char *path, size_t open)
{
    size_t depth = 0;
    for (const char *end; (end = strchr(path, '.')); path = end + 1, depth++) {
        if (depth < open)
            continue;
        add_indent(b, depth);
        buf_addf(b, "%.*s:\n", (int)(end - path), path);
    }
}

/* ---- rows ---------------------------------------------------------------------------------- */

static void explain(struct buf *b, const struct setting *row, size_t depth)
{
    struct buf text CLEANUP(buf_done) = { 0 };
    add_comment(b, depth, row->meaning);
    setting_add_expected(&text, row);
    buf_addf(&text, "; default %s%s", setting_default(row),
             row->restart ? "; takes a restart" : "");
    add_comment(b, depth, buf_str(&text));
}

/* A text or a number of YAML, without its line's end. */
static void add_scalar(struct buf *b, const cJSON *json)
{
    struct buf text CLEANUP(buf_done) = { 0 };
    yaml_write(&text, json);
    buf_add(b, buf_str(&text), text.len - 1);
}

static void add_row(struct buf *b, const struct setting *row, const struct agent_settings *s)
{
    cJSON *json CLEANUP(json_done) = setting_get_json(row, s);
    const char *origin = origin_name(s->origins[row - settings_table]);
    const char *dot = strrchr(row->path, '.');
    size_t depth = depth_of(row->path);
    const cJSON *e, *list = cJSON_IsArray(json) && json->child ? json : NULL;
    explain(b, row, depth);
    add_indent(b, depth);
    buf_addf(b, "%s:", dot ? dot + 1 : row->path);
    if (!list) {
        buf_addc(b, ' ');
        add_scalar(b, json);
    }
    buf_addf(b, " # %s\n", origin);
    cJSON_ArrayForEach (e, list) {
        add_indent(b, depth + 1);
        buf_adds(b, "- ");
        add_scalar(b, e);
        buf_addc(b, '\n');
    }
}

void config_print(struct buf *b, const struct agent_settings *s)
{
    const char *before = "";
    buf_adds(b, "# Settings of alb-agent. A flag wins over the environment, that over the file, "
                "that over the\n# default. Times are written as 500ms, 10s, 5m or 2h.\n");
    for (size_t i = 0; i < settings_n; i++) {
        const struct setting *row = &settings_table[i];
        buf_addc(b, '\n');
        add_sections(b, row->path, shared_depth(before, row->path));
        add_row(b, row, s);
        before = row->path;
    }
}
