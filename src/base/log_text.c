/* log_text.c - the texts of a line: without secrets, and without what a terminal obeys.
 *
 * What looks like a secret is decided by form alone, as the log knows no others: a private key
 * says so itself; an access key secret is 30 letters and digits, those of STS are longer; a
 * token or a line of a PEM file is a long run of Base64.  Digests and ids of this program are
 * not mistaken for one: they are hexadecimal in one case, or broken up by '-'. */
#include "log_priv.h"

#include <string.h>

enum {
    KEY_RUN = 30,     /* letters and digits of an access key secret */
    BASE64_RUN = 60,  /* a line of a PEM file has 64                */
    LOOK_AHEAD = 128, /* how far a run is looked at                 */
};

#define HIDDEN "(secret)"

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
    return is_lower(c) || is_upper(c) || is_digit(c);
}

static bool is_base64(char c)
{
    return is_alnum(c) || (c && strchr("+/=_", c));
}

/* Do 's' begin at least 'least' characters of a kind, with both cases and a digit in them? */
static bool begins_run(const char *s, bool (*is)(char c), size_t least)
{
    bool lower = false, upper = false, digit = false;
    size_t n = 0;
    for (; n < LOOK_AHEAD && is(s[n]); n++) {
        lower |= is_lower(s[n]);
        upper |= is_upper(s[n]);
        digit |= is_digit(s[n]);
    }
    return n >= least && lower && upper && digit;
}

static size_t run_len(const char *s, bool (*is)(char c))
{
    size_t n = 0;
    while (is(s[n]))
        n++;
    return n;
}

/* The bytes of the character at 's', well-formed or not. */
static size_t char_len(const char *s)
{
    size_t n = 1;
    if (((unsigned char)*s & 0xc0) == 0xc0)
        while (n < 4 && ((unsigned char)s[n] & 0xc0) == 0x80)
            n++;
    return n;
}

/* The bytes at 's' that go as one, and whether they are hidden. */
static size_t next_piece(const char *s, bool *hide)
{
    *hide = begins_run(s, is_base64, BASE64_RUN);
    if (*hide)
        return run_len(s, is_base64);
    *hide = begins_run(s, is_alnum, KEY_RUN);
    size_t n = run_len(s, is_alnum);
    return n ? n : char_len(s);
}

static bool holds_private_key(const char *text)
{
    const char *begin = strstr(text, "-----BEGIN");
    return (begin && strstr(begin, "PRIVATE KEY")) || strstr(text, "PRIVATE KEY-----");
}

void log_redact(struct buf *b, const char *text, size_t max)
{
    size_t end = b->len + max;
    if (holds_private_key(text)) {
        buf_adds(b, HIDDEN);
        return;
    }
    while (*text && b->len < end) {
        bool hide = false, word = is_alnum(*text);
        size_t n = next_piece(text, &hide), room = end - b->len;
        if (hide)
            buf_adds(b, HIDDEN);
        else if (n <= room || word)
            buf_add(b, text, n <= room ? n : room);
        else
            break;
        if (!hide && n > room)
            break;
        text += n;
    }
    if (*text)
        buf_adds(b, "...");
}

/* ---- quoting ----------------------------------------------------------------------------- */

/* The code point of a control of two or three bytes at 's', which is well-formed UTF-8, or 0:
 * C1, the ends of lines and the bidirectional controls of Unicode. */
static unsigned control_at(const unsigned char *s)
{
    if (s[0] == 0x7f)
        return 0x7f;
    if (s[0] == 0xc2 && s[1] < 0xa0)
        return s[1];
    if (s[0] != 0xe2 || (s[1] != 0x80 && s[1] != 0x81))
        return 0;
    unsigned cp = 0x2000U | (unsigned)(s[1] & 0x3f) << 6 | (s[2] & 0x3fU);
    bool turns = (cp >= 0x200e && cp <= 0x200f) || (cp >= 0x2028 && cp <= 0x202e)
                 || (cp >= 0x2066 && cp <= 0x2069);
    return turns ? cp : 0;
}

void log_add_quoted(struct buf *b, const char *text, size_t max)
{
    struct buf clean CLEANUP(buf_done) = { 0 }, json CLEANUP(buf_done) = { 0 };
    log_redact(&clean, text, max);
    buf_add_json(&json, buf_str(&clean));
    for (const char *s = buf_str(&json); *s;) {
        size_t n = char_len(s);
        unsigned control = control_at((const unsigned char *)s);
        if (control)
            buf_addf(b, "\\u%04x", control);
        else
            buf_add(b, s, n);
        s += n;
    }
}

/* Can the value stand without quotes: is it one word, and no mark of our own? */
static bool is_word(const char *quoted, size_t len)
{
    size_t plain = strcspn(quoted + 1, " \"=\\");
    return len > 2 && plain + 2 == len && strncmp(quoted, "\"-\"", len) != 0;
}

void log_add_word(struct buf *b, const char *text, size_t max)
{
    struct buf quoted CLEANUP(buf_done) = { 0 };
    log_add_quoted(&quoted, text, max);
    if (is_word(buf_str(&quoted), quoted.len))
        buf_add(b, buf_str(&quoted) + 1, quoted.len - 2);
    else
        buf_add(b, buf_str(&quoted), quoted.len);
}
