/* check.c - formats that the API description states in prose: names, descriptions,
 * addresses, character sets (alb-semantics.md §3). */
#include <arpa/inet.h>
#include <string.h>

#include "cloud_priv.h"

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Bytes of a character U+4E00..U+9FFF at 's', or 0: in UTF-8 E4 B8 80 to E9 BF BF. */
static size_t cjk(const char *s)
{
    unsigned char a = (unsigned char)s[0];
    unsigned char b = a ? (unsigned char)s[1] : 0;
    unsigned char c = b ? (unsigned char)s[2] : 0;
    bool tail = (b & 0xc0) == 0x80 && (c & 0xc0) == 0x80;
    return tail && a >= 0xe4 && a <= 0xe9 && (a > 0xe4 || b >= 0xb8) ? 3 : 0;
}

/* Counts the characters of 'text' when all are letters, digits, CJK or of 'extra'; else 0. */
static size_t count_chars(const char *text, const char *extra)
{
    size_t n = 0;
    while (*text) {
        size_t wide = cjk(text);
        if (!wide && !is_letter(*text) && !is_digit(*text) && !strchr(extra, *text))
            return 0;
        text += wide ? wide : 1;
        n++;
    }
    return n;
}

bool check_name(const char *name, const char *param, struct error *err)
{
    if (!name)
        return true;
    size_t n = count_chars(name, "._-");
    bool ok = n >= 2 && n <= 128 && (is_letter(name[0]) || cjk(name) > 0);
    return ok || refuse_illegal(err, param);
}

bool check_description(const char *text, const char *param, struct error *err)
{
    if (!text)
        return true;
    size_t n = count_chars(text, "-/._");
    return (n >= 2 && n <= 256) || refuse_illegal(err, param);
}

bool check_ip(const char *text)
{
    struct in6_addr addr;
    return text && (inet_pton(AF_INET, text, &addr) == 1 || inet_pton(AF_INET6, text, &addr) == 1);
}

bool check_cidr(const char *text)
{
    char address[INET6_ADDRSTRLEN] = { 0 };
    const char *slash = strchr(text, '/');
    if (!slash)
        return check_ip(text);
    size_t len = (size_t)(slash - text);
    size_t digits = strlen(slash + 1);
    if (len >= sizeof address || digits < 1 || digits > 3
        || strspn(slash + 1, "0123456789") != digits)
        return false;
    memcpy(address, text, len);
    int64_t bits = 0;
    for (const char *s = slash + 1; *s; s++)
        bits = bits * 10 + (*s - '0');
    return check_ip(address) && bits <= (strchr(address, ':') ? 128 : 32);
}

bool check_chars(const char *text, const char *extra)
{
    for (; *text; text++)
        if (!is_letter(*text) && !is_digit(*text) && !strchr(extra, *text))
            return false;
    return true;
}
