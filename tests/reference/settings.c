/* settings.c - every setting as a row, a table a section. */
#include "settings.h"

#include <string.h>

#include "markdown.h"
#include "src/config/config_priv.h"

static const char INTRODUCTION[] =
    "# Settings\n\n"
    "Made from the table of the code by `settings_page` (tests/reference); do not edit.\n\n"
    "A value comes from the first of these that has one: a flag, the environment, the file, the "
    "default. The file is YAML, nested as the names say; `null` is the default, and what is not "
    "listed here is an error. The variable of a setting is `ALB_AGENT_` and its name in capitals, "
    "with `_` for `.` and `-`: `lanes.server-group.retries` is "
    "`ALB_AGENT_LANES_SERVER_GROUP_RETRIES`; an empty one is none, lists are separated by commas. "
    "Times are a whole number and a unit: `500ms`, `10s`, `5m`, `2h`. The file is named by "
    "`--config FILE` or `ALB_AGENT_CONFIG`. `†`: a change takes a restart; all others count when "
    "the running agent reads the file anew.\n";

static size_t section_len(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot ? (size_t)(dot - path) : 0;
}

static void add_section(struct buf *b, const char *path)
{
    size_t len = section_len(path);
    if (len)
        buf_addf(b, "\n## %.*s\n", (int)len, path);
    buf_adds(b, "\n| Setting | Values | Default | Meaning |\n|---|---|---|---|\n");
}

static void add_row(struct buf *b, const struct setting *row)
{
    struct buf values CLEANUP(buf_done) = { 0 };
    setting_add_expected(&values, row);
    buf_addf(b, "| `%s`%s | ", row->path, row->restart ? " †" : "");
    markdown_add_cell(b, buf_str(&values));
    buf_adds(b, " | ");
    markdown_add_cell(b, setting_default(row));
    buf_adds(b, " | ");
    markdown_add_cell(b, row->meaning);
    if (row->env)
        buf_addf(b, " Also `%s`.", row->env);
    buf_adds(b, " |\n");
}

void settings_write(struct buf *b)
{
    const char *before = NULL;
    buf_adds(b, INTRODUCTION);
    for (size_t i = 0; i < settings_n; i++) {
        const char *path = settings_table[i].path;
        size_t len = section_len(path);
        if (!before || section_len(before) != len || strncmp(before, path, len) != 0)
            add_section(b, path);
        add_row(b, &settings_table[i]);
        before = path;
    }
}
