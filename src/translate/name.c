/* name.c - names and tags of load balancers and groups, as the existing controller makes
 * them (alb-ingress.md §D.1, §F.1), so that what it made is recognised. */
#include <inttypes.h>
#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/hash.h"
#include "translate_priv.h"

enum { CLOUD_NAME_MIN = 2, CLOUD_NAME_MAX = 128, NAME_HASH_LEN = 10, TAG_MAX = 128 };

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Bytes of CJK letters are taken as they are; the cloud looks closer. */
static bool is_wide(char c)
{
    return (unsigned char)c >= 0x80;
}

static void add_alphanumeric(struct buf *b, const char *text)
{
    for (; *text; text++)
        if (is_letter(*text) || is_digit(*text))
            buf_addc(b, *text);
}

static const char *first_hex(struct arena *a, const char *text)
{
    char hex[SHA256_HEX];
    return arena_strndup(a, hash_sha256_hex(text, strlen(text), hex), NAME_HASH_LEN);
}

/* "k8s-<ns>-<name>-<10 hex>": the hex of the cluster's and the AlbConfig's names together.
 * A name too long for the cloud is cut in front of the hex, which keeps it unique. */
const char *lb_default_name(struct tr *t, const char *name)
{
    struct buf b CLEANUP(buf_done) = { .max = CLOUD_NAME_MAX - NAME_HASH_LEN - 1 };
    buf_adds(&b, "k8s-");
    add_alphanumeric(&b, CONFIG_NS);
    buf_addc(&b, '-');
    add_alphanumeric(&b, name);
    const char *id = arena_fmt(t->a, "%s%s/%s", t->in->cluster_id, CONFIG_NS, name);
    return arena_fmt(t->a, "%s-%s", buf_str(&b), first_hex(t->a, id));
}

/* "<ns>-<service>-<port>"; where the cloud refuses that, "k8s-" in front of a digit, and
 * the end replaced by 10 hex of the whole where it is too long. */
const char *group_name(struct tr *t, const char *ns, const char *service, int64_t port)
{
    const char *plain = arena_fmt(t->a, "%s-%s-%" PRId64, ns, service, port);
    const char *name = is_letter(plain[0]) ? plain : arena_fmt(t->a, "k8s-%s", plain);
    if (strlen(name) <= CLOUD_NAME_MAX)
        return name;
    return arena_fmt(t->a, "%.*s-%s", CLOUD_NAME_MAX - NAME_HASH_LEN - 1, name,
                     first_hex(t->a, plain));
}

bool name_is_valid(const char *name)
{
    size_t n = strlen(name);
    if (n < CLOUD_NAME_MIN || n > CLOUD_NAME_MAX || !(is_letter(name[0]) || is_wide(name[0])))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!is_letter(name[i]) && !is_digit(name[i]) && !is_wide(name[i])
            && !strchr("._-", name[i]))
            return false;
    return true;
}

bool tag_fits(struct tr *t, const char *text)
{
    return text_length(tag_escape(t->a, text)) <= TAG_MAX;
}

void tag_add(struct tr *t, alb_tags *tags, const char *key, const char *value)
{
    *LIST_PUSH(t->a, tags) = (struct alb_tag){ .key = key, .value = tag_escape(t->a, value) };
}
