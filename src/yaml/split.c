/* split.c - cuts a file into documents at the lines that mark them.  Pure; knows nothing
 * else of YAML. */
#include "alb-agent/yaml.h"

#include <string.h>

/* The bytes of the line at 'at', with its line feed. */
static size_t line_len(const struct yaml_split *s, size_t at)
{
    const char *end = memchr(s->text + at, '\n', s->len - at);
    return end ? (size_t)(end - (s->text + at)) + 1 : s->len - at;
}

static bool is_marker(const char *line, size_t len, const char *marker)
{
    return len >= 3 && !memcmp(line, marker, 3) && (len == 3 || strchr(" \t\r\n", line[3]));
}

/* Has the line anything but blanks, a comment, a directive or a bare marker? */
static bool has_content(const char *line, size_t len)
{
    size_t i = 0;
    if (len && *line == '%')
        return false;
    if (is_marker(line, len, "---") || is_marker(line, len, "..."))
        i = 3;
    while (i < len && strchr(" \t\r\n", line[i]))
        i++;
    return i < len && line[i] != '#';
}

static size_t bom_len(const struct yaml_split *s)
{
    return s->at == 0 && s->len >= 3 && !memcmp(s->text, "\xef\xbb\xbf", 3) ? 3 : 0;
}

bool yaml_split_next(struct yaml_split *s, struct yaml_doc *doc)
{
    if (s->at >= s->len)
        return false;
    size_t start = s->at + bom_len(s), at = start;
    int line = s->line + 1;
    bool begun = false, ended = false; /* a marker or content was seen; "..." was seen */
    *doc = (struct yaml_doc){ .text = s->text + start, .line = line };
    while (at < s->len && !ended) {
        const char *text = s->text + at;
        size_t len = line_len(s, at);
        bool marker = is_marker(text, len, "---");
        if (marker && begun)
            break;
        bool content = has_content(text, len);
        if (content && !doc->first_line)
            doc->first_line = line;
        begun = begun || marker || content;
        ended = is_marker(text, len, "...");
        at += len;
        line++;
    }
    if (!doc->first_line)
        doc->first_line = doc->line;
    doc->len = at - start;
    s->at = at;
    s->line = line - 1;
    return true;
}
