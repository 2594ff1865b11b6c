/* value.c - what ALB takes as a host, a path, a header ...: the character sets and lengths
 * that alb-openapi.json has as prose.  Each check says what is allowed, or NULL. */
#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "translate_priv.h"

enum {
    HOST_MIN_LEN = 3,
    VALUE_MAX_LEN = 128,
    HEADER_MAX_LEN = 40,
    PAIR_MAX_LEN = 100,
    QUERY_MAX_LEN = 128,
    CORS_HEADER_MAX_LEN = 32
};

size_t text_length(const char *text)
{
    size_t n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xC0) != 0x80; /* not the rest of a character */
    return n;
}

bool text_is_one_of(const char *text, const char *const *allowed, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(text, allowed[i]))
            return true;
    return false;
}

void value_check_at(struct subject *s, const struct place *at, const char *name, const char *v,
                    const char *(*check)(const char *))
{
    const char *wanted = v ? check(v) : NULL;
    if (wanted)
        problem(s, &(struct place){ .up = at, .name = name },
                "\"%s\" is no value that ALB takes here; %s", v, wanted);
}

const char *value_check_id(const char *v)
{
    return *v && *v != '@' ? NULL : "give the id that the cloud gave it";
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool text_is_made_of(const char *v, const char *more)
{
    for (; *v; v++)
        if (!is_letter(*v) && !is_digit(*v) && !strchr(more, *v))
            return false;
    return true;
}

/* ASCII from 'first' up, nothing of 'but'. */
static bool is_printable(const char *v, char first, const char *but)
{
    for (; *v; v++)
        if (*v < first || *v > '~' || strchr(but, *v))
            return false;
    return true;
}

/* alb-semantics.md §3. */
const char *value_check_description(const char *v)
{
    for (; *v; v++)
        if (!is_letter(*v) && !is_digit(*v) && (unsigned char)*v < 0x80 && !strchr("-/._", *v))
            return "give letters, digits and - / . _";
    return NULL;
}

/* ---- conditions ------------------------------------------------------------------------------ */

/* A dot, and a last label of letters: knative.md §3.3. */
static bool labels_are_good(const char *v)
{
    const char *dot = strrchr(v, '.');
    if (!dot || v[0] == '.' || !dot[1])
        return false;
    for (const char *c = dot + 1; *c; c++)
        if (is_digit(*c) || *c == '-')
            return false;
    return true;
}

const char *value_check_host(const char *v)
{
    size_t n = strlen(v);
    if (!strcmp(v, "*"))
        return "leave the host out for all hosts";
    if (n < HOST_MIN_LEN || n > VALUE_MAX_LEN)
        return "give 3 to 128 characters";
    for (const char *c = v; *c; c++)
        if (!(*c >= 'a' && *c <= 'z') && !is_digit(*c) && !strchr("-.*=~_+\\^!$&|()[]?", *c))
            return "give lower-case letters, digits and -.*?_, or a regular expression after ~";
    if (v[0] != '~' && !labels_are_good(v))
        return "give a name with a dot, not at its begin or end, and no digit or \"-\" behind the "
               "last one";
    return NULL;
}

const char *value_check_path(const char *v)
{
    if (strlen(v) > VALUE_MAX_LEN)
        return "give at most 128 characters";
    if (v[0] == '~')
        return text_is_made_of(v + 1, ".-_/=?~^*$:()[]+|")
                   ? NULL
                   : "a regular expression is made of letters, digits and . - _ / = ? ~ ^ * $ : ( "
                     ") [ ] + |";
    if (v[0] != '/')
        return "give one that begins with \"/\"";
    /* "$" is in the description, but refused: alb-ingress.md §C.5. */
    return text_is_made_of(v, "-_.+/&~@:'*?")
               ? NULL
               : "give letters, digits and - _ . + / & ~ @ : ' * ?; "
                 "the characters ( ) [ ] { } | ^ $ \\ and others are "
                 "refused by ALB outside a regular expression";
}

static bool is_header_name(const char *v)
{
    size_t n = strlen(v);
    return n >= 1 && n <= HEADER_MAX_LEN && text_is_made_of(v, "_-");
}

const char *value_check_header_key(const char *v)
{
    if (!is_header_name(v))
        return "give 1 to 40 letters, digits, _ and -";
    if (!strcasecmp(v, "cookie") || !strcasecmp(v, "host"))
        return "use a condition of type Cookie or Host for that";
    return NULL;
}

const char *value_check_header_value(const char *v)
{
    size_t n = strlen(v);
    if (n < 1 || n > VALUE_MAX_LEN)
        return "give 1 to 128 characters";
    if (v[0] == ' ' || v[n - 1] == ' ' || v[n - 1] == '\\' || !is_printable(v, ' ', "\""))
        return "give printable ASCII without \", no space at its begin or end, no \\ at its end";
    return NULL;
}

/* The documentation has 100 characters for a value too, the API 128: the API. */
const char *value_check_query(const char *v)
{
    return strlen(v) <= QUERY_MAX_LEN && is_printable(v, '!', "#[]{}\\|<>&\"")
               ? NULL
               : "give at most 128 printable ASCII characters, no space and none of # [ ] { } \\ | "
                 "< > & \"";
}

const char *value_check_query_key(const char *v)
{
    return strlen(v) <= PAIR_MAX_LEN ? value_check_query(v) : "give at most 100 characters";
}

const char *value_check_cookie(const char *v)
{
    return strlen(v) <= PAIR_MAX_LEN && is_printable(v, '!', ";#[]{}\\|<>&\"")
               ? NULL
               : "give at most 100 printable ASCII characters, no space and none of ; # [ ] { } "
                 "\\ | < > & \"";
}

const char *value_check_method(const char *v)
{
    static const char *const methods[] = { "GET",  "POST",    "PUT",  "DELETE",
                                           "HEAD", "OPTIONS", "PATCH" };
    return text_is_one_of(v, methods, COUNT(methods))
               ? NULL
               : "give GET, POST, PUT, DELETE, HEAD, OPTIONS or PATCH";
}

const char *value_check_source_ip(const char *v)
{
    static const char *const wanted = "give an address or a range as 192.168.0.0/16";
    unsigned char raw[sizeof(struct in6_addr)];
    char address[64];
    int64_t bits = 0;
    size_t n = strcspn(v, "/");
    if (n >= sizeof address)
        return wanted;
    memcpy(address, v, n);
    address[n] = '\0';
    int64_t max = strchr(address, ':') ? 128 : 32;
    if (inet_pton(max == 128 ? AF_INET6 : AF_INET, address, raw) != 1)
        return wanted;
    return !v[n] || (text_to_int(v + n + 1, &bits) && bits <= max) ? NULL : wanted;
}

const char *value_check_status(const char *v)
{
    return strlen(v) == 3 && strspn(v, "0123456789") == 3 ? NULL : "give a number as 503 in quotes";
}

/* ---- actions --------------------------------------------------------------------------------- */

const char *value_check_target_host(const char *v)
{
    return strcmp(v, "${host}") != 0 ? value_check_host(v) : NULL;
}

const char *value_check_target_path(const char *v)
{
    size_t n = strlen(v);
    if (n < 1 || n > VALUE_MAX_LEN)
        return "give 1 to 128 characters";
    if (v[0] != '/' && strncmp(v, "${path}", 7) != 0)
        return "give one that begins with \"/\"";
    return text_is_made_of(v, "$-_.+/&~@:'*?{}")
               ? NULL
               : "give letters, digits and $ - _ . + / & ~ @ : ' * ?, and variables as ${path}";
}

const char *value_check_target_query(const char *v)
{
    size_t n = strlen(v);
    return n >= 1 && n <= VALUE_MAX_LEN && is_printable(v, '!', "#[]\\|<>\"")
               ? NULL
               : "give 1 to 128 printable ASCII characters, no space and none of # [ ] \\ | < > \"";
}

static bool is_reserved_header(const char *v, bool response)
{
    /* The first four are reserved in both directions. */
    static const char *const reserved[] = { "connection",
                                            "upgrade",
                                            "content-length",
                                            "transfer-encoding",
                                            "slb-id",
                                            "slb-ip",
                                            "x-forwarded-for",
                                            "x-forwarded-proto",
                                            "x-forwarded-eip",
                                            "x-forwarded-port",
                                            "x-forwarded-client-srcport",
                                            "keep-alive",
                                            "te",
                                            "host",
                                            "cookie",
                                            "remoteip",
                                            "authority",
                                            "x-forwarded-host" };
    size_t n = response ? 4 : COUNT(reserved);
    for (size_t i = 0; i < n; i++)
        if (!strcasecmp(v, reserved[i]))
            return true;
    return false;
}

const char *value_check_set_header(const char *v, bool response)
{
    if (!is_header_name(v))
        return "give 1 to 40 letters, digits, _ and -";
    return is_reserved_header(v, response) ? "ALB keeps this header to itself; give another" : NULL;
}

const char *value_check_reference(const char *v)
{
    size_t n = strlen(v);
    return n >= 1 && n <= VALUE_MAX_LEN && text_is_made_of(v, "_-")
               ? NULL
               : "give the name of a request header: letters, digits, _ and -";
}

/* "*", or "http://" or "https://", a domain (its first label may be "*") and maybe a port. */
const char *value_check_origin(const char *v)
{
    static const char *const wanted = "give * or http(s)://<domain>, as https://*.example.com:8443";
    if (!strcmp(v, "*"))
        return NULL;
    const char *host = !strncmp(v, "http://", 7) ? v + 7 : !strncmp(v, "https://", 8) ? v + 8 : "";
    size_t n = strcspn(host, ":");
    int64_t port = 1;
    bool port_good = !host[n] || text_to_int(host + n + 1, &port);
    for (size_t i = 0; i < n; i++)
        if (!is_letter(host[i]) && !is_digit(host[i]) && !strchr("-._", host[i])
            && !(i == 0 && host[0] == '*' && host[1] == '.'))
            return wanted;
    return n && port_good && port >= 1 && port <= 65535 ? NULL : wanted;
}

const char *value_check_cors_header(const char *v)
{
    size_t n = strlen(v);
    if (!strcmp(v, "*"))
        return NULL;
    return n >= 1 && n <= CORS_HEADER_MAX_LEN && text_is_made_of(v, "_-") && !strchr("_-", v[0])
                   && !strchr("_-", v[n - 1])
               ? NULL
               : "give * or 1 to 32 letters, digits, _ and -, none of these two first or last";
}
