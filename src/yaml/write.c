/* write.c - a JSON tree as YAML of block style.  Pure, and without libyaml: what it writes
 * is a small part of YAML, the one that readers of 1.1 and 1.2 agree on. */
#include "alb-agent/yaml.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "alb-agent/buf.h"
#include "alb-agent/json.h"
#include "yaml_priv.h"

enum { MAX_SIMPLE_KEY = 128 }; /* libyaml and the specification allow 1024 characters */

/* --- text ---------------------------------------------------------------------------- */

/* The bytes that a character beginning with 'c' has, 0 when none begins so. */
static size_t char_len(unsigned char c)
{
    if (c < 0x80)
        return 1;
    if (c < 0xc0 || c > 0xf7)
        return 0;
    return c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

/* The bytes of the well-formed UTF-8 character at 's', 0 when there is none. */
static size_t decode(const unsigned char *s, uint32_t *cp)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    size_t n = char_len(*s);
    *cp = n == 1 ? *s : *s & (0x7fU >> n);
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        *cp = *cp << 6 | (s[i] & 0x3fU);
    }
    bool surrogate = *cp >= 0xd800 && *cp <= 0xdfff;
    return *cp < least[n] || *cp > 0x10ffff || surrogate ? 0 : n;
}

/* Characters that YAML does not let stand for themselves, or takes for a line's end. */
static bool must_escape(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x2028 || cp == 0x2029 || cp == 0xfeff
           || (cp & 0xfffe) == 0xfffe;
}

static void add_escaped(struct buf *b, uint32_t cp)
{
    switch (cp) {
    case '\n': buf_adds(b, "\\n"); return;
    case '\r': buf_adds(b, "\\r"); return;
    case '\t': buf_adds(b, "\\t"); return;
    default: buf_addf(b, cp > 0xffff ? "\\U%08x" : cp > 0xff ? "\\u%04x" : "\\x%02x", cp); return;
    }
}

static void add_quoted(struct buf *b, const char *text)
{
    buf_addc(b, '"');
    for (const unsigned char *s = (const unsigned char *)text; *s;) {
        uint32_t cp = 0;
        size_t n = decode(s, &cp);
        if (!n)
            buf_adds(b, "\xef\xbf\xbd");
        else if (must_escape(cp))
            add_escaped(b, cp);
        else if (cp == '"' || cp == '\\')
            buf_addf(b, "\\%c", (int)cp);
        else
            buf_add(b, s, n);
        s += n ? n : 1;
    }
    buf_addc(b, '"');
}

/* Words that YAML 1.1 takes for booleans; 1.2 has its own in yaml_scalar_kind(). */
static bool is_old_bool(const char *text)
{
    static const char *const words[] = { "y", "n", "yes", "no", "on", "off" };
    for (size_t i = 0; i < COUNT(words); i++)
        if (!strcasecmp(text, words[i]))
            return true;
    return false;
}

/* Plain text begins with a letter, '_' or '/', so that it is no number, date or indicator,
 * and holds only what means nothing in any context. */
static bool is_plain(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_/";
    static const char others[] = "0123456789-.+=@$*%()?~^;<>|!&";
    if (!*text || !strchr(letters, *text))
        return false;
    for (const char *s = text; *s; s++) {
        bool gap = *s == ' ' && s[1] && s[1] != ' ' && s[1] != '#';
        bool colon = *s == ':' && s[1] && s[1] != ' ';
        if (!strchr(letters, *s) && !strchr(others, *s) && !gap && !colon)
            return false;
    }
    return yaml_scalar_kind(text) == YAML_TEXT && !is_old_bool(text);
}

static void add_text(struct buf *b, const char *text)
{
    if (is_plain(text))
        buf_adds(b, text);
    else
        add_quoted(b, text);
}

/* --- structure ----------------------------------------------------------------------- */

static void add_indent(struct buf *b, size_t indent)
{
    for (size_t i = 0; i < indent; i++)
        buf_adds(b, "  ");
}

static bool is_block(const cJSON *json)
{
    return (cJSON_IsObject(json) || cJSON_IsArray(json)) && json->child;
}

/* A value that stands on one line, and the line's end. */
static void add_inline(struct buf *b, const cJSON *json)
{
    if (cJSON_IsString(json))
        add_text(b, json->valuestring);
    else
        json_write(b, json, false);
    buf_addc(b, '\n');
}

static void add_block(struct buf *b, const cJSON *json, size_t indent, bool begun);

/* Keys longer than a reader looks ahead need the form of two lines. */
static void add_member(struct buf *b, const cJSON *e, size_t indent)
{
    bool longer = strlen(e->string) > MAX_SIMPLE_KEY;
    if (longer)
        buf_adds(b, "? ");
    add_text(b, e->string);
    if (longer) {
        buf_addc(b, '\n');
        add_indent(b, indent);
    }
    buf_addc(b, ':');
    if (is_block(e)) {
        buf_addc(b, '\n');
        add_block(b, e, cJSON_IsArray(e) ? indent : indent + 1, false);
    } else {
        buf_addc(b, ' ');
        add_inline(b, e);
    }
}

static void add_item(struct buf *b, const cJSON *e, size_t indent)
{
    buf_adds(b, "- ");
    if (is_block(e))
        add_block(b, e, indent + 1, true);
    else
        add_inline(b, e);
}

/* The lines of a mapping or sequence; 'begun': the first is indented already. */
static void add_block(struct buf *b, const cJSON *json, size_t indent, bool begun)
{
    const cJSON *e;
    cJSON_ArrayForEach (e, json) {
        if (!begun)
            add_indent(b, indent);
        begun = false;
        if (cJSON_IsObject(json))
            add_member(b, e, indent);
        else
            add_item(b, e, indent);
    }
}

void yaml_write(struct buf *b, const cJSON *json)
{
    if (is_block(json))
        add_block(b, json, 0, false);
    else
        add_inline(b, json);
}
