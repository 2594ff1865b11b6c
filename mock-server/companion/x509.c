/* x509.c - a walk over DER (X.690) that knows where in a certificate (RFC 5280 §4.1) the
 * few things stand.  Every length is checked against what is left. */
#include "x509.h"

#include <ctype.h>
#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/clock.h"
#include "alb-agent/hash.h"

enum {
    INTEGER = 0x02,
    OBJECT_ID = 0x06,
    UTC_TIME = 0x17,
    GENERALIZED_TIME = 0x18,
    EXTENSIONS = 0xa3,
    VERSION = 0xa0,
    DNS_NAME = 0x82,
};

/* Bytes not read yet. */
struct der {
    const unsigned char *p;
    size_t len;
};

/* Takes the next element off 'in'. */
static bool next(struct der *in, unsigned *tag, struct der *value)
{
    if (in->len < 2)
        return false;
    size_t head = 2, len = in->p[1];
    if (len & 0x80) {
        size_t n = len & 0x7f;
        if (n < 1 || n > 3 || in->len < 2 + n)
            return false;
        for (len = 0; head < 2 + n; head++)
            len = len << 8 | in->p[head];
    }
    if (in->len - head < len)
        return false;
    *tag = in->p[0];
    *value = (struct der){ in->p + head, len };
    in->p += head + len;
    in->len -= head + len;
    return true;
}

static bool enter(struct der *in, struct der *value)
{
    unsigned tag;
    return next(in, &tag, value);
}

static int sextet(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

static bool pem_decode(const char *pem, struct buf *der)
{
    static const char begin[] = "-----BEGIN CERTIFICATE-----";
    const char *c = strstr(pem, begin);
    unsigned bits = 0, n = 0;
    if (!c || !strstr(c, "-----END CERTIFICATE-----"))
        return false;
    for (c += sizeof begin - 1; *c && *c != '-' && *c != '='; c++) {
        int six = sextet(*c);
        if (six < 0 && !strchr(" \t\r\n", *c))
            return false;
        if (six < 0)
            continue;
        bits = (bits << 6 | (unsigned)six) & 0xffff;
        n += 6;
        if (n >= 8)
            buf_addc(der, (char)(unsigned char)(bits >> (n -= 8)));
    }
    return true;
}

/* The common name (2.5.4.3) in a Name, or "". */
static const char *common_name(struct arena *a, struct der name)
{
    static const unsigned char cn[] = { 0x55, 0x04, 0x03 };
    struct der set, pair, id, text;
    while (enter(&name, &set)) {
        while (enter(&set, &pair)) {
            if (enter(&pair, &id) && enter(&pair, &text) && id.len == sizeof cn
                && !memcmp(id.p, cn, sizeof cn))
                return arena_strndup(a, (const char *)text.p, text.len);
        }
    }
    return "";
}

/* UTCTime "260115080910Z" or GeneralizedTime "20260115080910Z"; years below 50 are of this
 * century (RFC 5280 §4.1.2.5.1). */
static bool read_time(struct der *in, int64_t *ms)
{
    struct der t;
    unsigned tag;
    char text[TIME_TEXT] = "20";
    if (!next(in, &tag, &t) || t.len != (tag == UTC_TIME ? 13U : 15U)
        || (tag != UTC_TIME && tag != GENERALIZED_TIME))
        return false;
    const char *p = (const char *)t.p;
    if (tag == UTC_TIME && p[0] >= '5')
        memcpy(text, "19", 2);
    if (tag == GENERALIZED_TIME) {
        memcpy(text, p, 2);
        p += 2;
    }
    static const char form[] = "YY-MM-DDThh:mm:ssZ";
    for (size_t i = 0; i < sizeof form - 1; i++)
        if (strchr("-T:Z", form[i]))
            text[2 + i] = form[i];
        else
            text[2 + i] = *p++;
    text[2 + sizeof form - 1] = '\0';
    return time_parse(text, ms);
}

/* The DNS names of the extension "subject alternative name" (2.5.29.17). */
static const char *alt_names(struct arena *a, struct der extensions)
{
    static const unsigned char san[] = { 0x55, 0x1d, 0x11 };
    struct buf out CLEANUP(buf_done) = { 0 };
    struct der list, one, id, value, names, name;
    unsigned tag;
    if (!enter(&extensions, &list))
        return "";
    while (enter(&list, &one)) {
        if (!enter(&one, &id) || id.len != sizeof san || memcmp(id.p, san, sizeof san) != 0)
            continue;
        while (enter(&one, &value)) /* perhaps "critical", then the value */
            if (!one.len && enter(&value, &names))
                while (next(&names, &tag, &name))
                    if (tag == DNS_NAME)
                        buf_addf(&out, "%s%.*s", out.len ? "," : "", (int)name.len,
                                 (const char *)name.p);
    }
    return buf_keep(&out, a);
}

static const char *hex(struct arena *a, struct der d)
{
    char *text = arena_alloc(a, 2 * d.len + 1);
    hash_hex(d.p, d.len, text);
    return text;
}

/* In capitals, as CAS shows it. */
static const char *sha1_hex(struct arena *a, const struct buf *der)
{
    unsigned char digest[SHA1_SIZE];
    char *text = arena_alloc(a, 2 * sizeof digest + 1);
    hash_sha1(buf_str(der), der->len, digest);
    hash_hex(digest, sizeof digest, text);
    for (char *c = text; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    return text;
}

bool x509_read(struct arena *a, const char *pem, struct x509 *out)
{
    struct buf raw CLEANUP(buf_done) = { 0 };
    struct der whole, certificate, tbs, part, validity, issuer, subject, rest = { 0 };
    unsigned tag;
    char digest[SHA256_HEX];
    if (!pem_decode(pem, &raw))
        return false;
    whole = (struct der){ (const unsigned char *)buf_str(&raw), raw.len };
    if (!enter(&whole, &certificate) || !enter(&certificate, &tbs) || !next(&tbs, &tag, &part))
        return false;
    if (tag == VERSION && !next(&tbs, &tag, &part))
        return false;
    if (tag != INTEGER)
        return false;
    out->serial = hex(a, part);
    if (!enter(&tbs, &part) || !enter(&tbs, &issuer) || !enter(&tbs, &validity)
        || !read_time(&validity, &out->not_before_ms) || !read_time(&validity, &out->not_after_ms)
        || !enter(&tbs, &subject))
        return false;
    while (next(&tbs, &tag, &part))
        if (tag == EXTENSIONS)
            rest = part;
    out->issuer = common_name(a, issuer);
    out->common_name = common_name(a, subject);
    out->sans = alt_names(a, rest);
    out->sha1 = sha1_hex(a, &raw);
    out->sha256 = arena_strdup(a, hash_sha256_hex(buf_str(&raw), raw.len, digest));
    return true;
}
