/* key.c - our own names for resources, and the tags that carry them: exactly those of the
 * existing controller, so that what it made is recognised (alb-ingress.md §D.1, §F.1). */
#include <inttypes.h>
#include <string.h>

#include "alb-agent/hash.h"
#include "alb-agent/model.h"

const char *listener_key(struct arena *a, int64_t port, enum alb_protocol protocol)
{
    const char *name = alb_protocol_name(protocol);
    return arena_fmt(a, "%" PRId64 "/%s", port, name ? name : "?");
}

const char *group_key(struct arena *a, const char *ns, const char *ingress, const char *service,
                      int64_t port)
{
    return arena_fmt(a, "%s/%s-%s:%" PRId64, ns, ingress, service, port);
}

const char *group_tag(struct arena *a, const char *key)
{
    char hex[SHA256_HEX];
    return arena_strdup(a, hash_sha256_hex(key, strlen(key), hex));
}

const char *certificate_id(struct arena *a, int64_t id, const char *region)
{
    bool abroad = region && strncmp(region, "cn-", 3) != 0;
    return arena_fmt(a, "%" PRId64 "-%s", id, abroad ? "ap-southeast-1" : "cn-hangzhou");
}

const char *acl_key(struct arena *a, const char *listener, const char *type)
{
    return arena_fmt(a, "%s/%s", listener, type);
}

const char *acl_listener(struct arena *a, const char *key)
{
    const char *slash = strrchr(key, '/');
    return slash ? arena_strndup(a, key, (size_t)(slash - key)) : "";
}

const char *script_key(struct arena *a, const char *listener, const char *name)
{
    return arena_fmt(a, "%s/%s", listener, name);
}

static const char acl_tag_prefix[] = "acl/";

const char *acl_tag(struct arena *a, const char *key)
{
    return arena_fmt(a, "%s%s", acl_tag_prefix, key);
}

const char *acl_tag_key(const char *tag)
{
    size_t n = strlen(acl_tag_prefix);
    return tag && !strncmp(tag, acl_tag_prefix, n) ? tag + n : NULL;
}

/* A decimal number without a leading zero, of at most 'max'; '*text' moves behind it. */
static bool take_number(const char **text, uint32_t max, uint32_t *out)
{
    size_t n = strspn(*text, "0123456789");
    *out = 0;
    if (n < 1 || n > 3 || (n > 1 && **text == '0'))
        return false;
    for (size_t i = 0; i < n; i++)
        *out = *out * 10 + (uint32_t)((*text)[i] - '0');
    *text += n;
    return *out <= max;
}

bool acl_block(const char *text, uint32_t *network, uint32_t *bits)
{
    uint32_t address = 0, part;
    *bits = 32;
    for (int i = 0; i < 4; i++) {
        if (i && *text++ != '.')
            return false;
        if (!take_number(&text, 255, &part))
            return false;
        address = address << 8 | part;
    }
    const bool is_block = *text == '/';
    text += is_block;
    if ((is_block && !take_number(&text, 32, bits)) || *text)
        return false;
    *network = *bits ? address & ~UINT32_C(0) << (32 - *bits) : 0;
    return true;
}

const char *acl_entry(struct arena *a, const char *text)
{
    uint32_t n, bits;
    if (!acl_block(text, &n, &bits))
        return NULL;
    return arena_fmt(a, "%" PRIu32 ".%" PRIu32 ".%" PRIu32 ".%" PRIu32 "/%" PRIu32, n >> 24,
                     n >> 16 & 255, n >> 8 & 255, n & 255, bits);
}

const char *tag_escape(struct arena *a, const char *value)
{
    bool reserved = !strncmp(value, "aliyun", 6) || !strncmp(value, "acs:", 4);
    return reserved ? arena_fmt(a, "_%s", value) : value;
}

const char *rule_digest(struct arena *a, const struct alb_rule *rule)
{
    enum { DIGITS = 12 };
    struct arena scratch CLEANUP(arena_done) = { 0 };
    struct alb_rule only = { .direction = rule->direction };
    if (only.direction == ALB_DIRECTION_UNSET)
        only.direction = ALB_DIRECTION_REQUEST;
    only.conditions.items = rule->conditions.items;
    only.conditions.len = rule->conditions.len;
    const char *text = schema_canonical(&scratch, &alb_rule_schema, &only);
    char hex[SHA256_HEX];
    return arena_strndup(a, hash_sha256_hex(text, strlen(text), hex), DIGITS);
}

const char *rule_key_of(struct arena *a, const char *listener, const char *digest, int64_t nth)
{
    return nth > 1 ? arena_fmt(a, "%s#%s.%" PRId64, listener, digest, nth)
                   : arena_fmt(a, "%s#%s", listener, digest);
}

const char *rule_key(struct arena *a, const char *listener, const struct alb_rule *rule,
                     int64_t nth)
{
    struct arena scratch CLEANUP(arena_done) = { 0 };
    return rule_key_of(a, listener, rule_digest(&scratch, rule), nth);
}
