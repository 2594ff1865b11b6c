/* condition.c - the conditions of a rule: which config belongs to which type, and the
 * character sets the API description has as prose.  Values keep their case and order. */
#include <string.h>
#include <strings.h>

#include "rule_priv.h"

typedef bool value_fn(const char *value);

static bool printable(const char *s, const char *but)
{
    for (; *s; s++)
        if (*s <= 0x20 || *s > 0x7e || strchr(but, *s))
            return false;
    return true;
}

bool host_ok(const char *s)
{
    for (const char *c = s; *c; c++)
        if (!(*c >= 'a' && *c <= 'z') && !(*c >= '0' && *c <= '9')
            && !strchr("-.*=~_+\\^!$&|()[]?", *c))
            return false;
    size_t len = strlen(s);
    if (len < 3 || len > 128)
        return false;
    if (s[0] == '~')
        return true;
    const char *dot = strrchr(s, '.');
    if (!dot || s[0] == '.' || !dot[1])
        return false;
    /* The last label has letters and wildcards only. */
    for (const char *c = dot + 1; *c; c++)
        if (!(*c >= 'a' && *c <= 'z') && *c != '*' && *c != '?')
            return false;
    return true;
}

static bool path_ok(const char *s)
{
    size_t len = strlen(s);
    if (len < 1 || len > 128)
        return false;
    if (s[0] == '~')
        return check_chars(s + 1, ".-_/=?~^*$:()[]+|");
    return s[0] == '/' && check_chars(s, "$-_.+/&~@:'*?");
}

bool header_value_ok(const char *s)
{
    size_t len = strlen(s);
    if (len < 1 || len > 128 || s[0] == ' ' || s[len - 1] == ' ' || s[len - 1] == '\\')
        return false;
    for (; *s; s++)
        if (*s < 0x20 || *s > 0x7e || *s == '"')
            return false;
    return true;
}

static bool method_ok(const char *s)
{
    static const char *const methods[] = { "HEAD", "GET",   "POST",  "OPTIONS",
                                           "PUT",  "PATCH", "DELETE" };
    for (size_t i = 0; i < COUNT(methods); i++)
        if (strcmp(s, methods[i]) == 0)
            return true;
    return false;
}

static bool status_ok(const char *s)
{
    return strlen(s) == 3 && strspn(s, "0123456789") == 3;
}

bool header_key_ok(const char *s)
{
    size_t len = s ? strlen(s) : 0;
    return len >= 1 && len <= 40 && check_chars(s, "_-");
}

enum { RESPONSE_ONLY = 1, KEYED = 2, PAIRS = 4, COOKIES = 8 };

static const struct condition_type {
    const char *type;
    const char *config;
    value_fn *value_ok; /* NULL: Values are pairs of Key and Value */
    int flags;
    int max; /* values of one rule's condition */
} condition_types[] = {
    { "Host", "HostConfig", host_ok, 0, 50 },
    { "Path", "PathConfig", path_ok, 0, 50 },
    { "Header", "HeaderConfig", header_value_ok, KEYED, 50 },
    { "QueryString", "QueryStringConfig", NULL, PAIRS, 50 },
    { "Method", "MethodConfig", method_ok, 0, 10 },
    { "Cookie", "CookieConfig", NULL, PAIRS | COOKIES, 50 },
    { "SourceIp", "SourceIpConfig", check_cidr, 0, 5 },
    { "ResponseHeader", "ResponseHeaderConfig", header_value_ok, KEYED | RESPONSE_ONLY, 50 },
    { "ResponseStatusCode", "ResponseStatusCodeConfig", status_ok, RESPONSE_ONLY, 50 },
};

static const struct condition_type *condition_type(const char *name)
{
    for (size_t i = 0; i < COUNT(condition_types); i++)
        if (text_is(name, condition_types[i].type))
            return &condition_types[i];
    return NULL;
}

static bool pair_ok(const cJSON *pair, int flags)
{
    const char *but = flags & COOKIES ? ";#[]{}\\|<>&\"" : "#[]{}\\|<>&\"";
    const char *key = json_str(pair, "Key");
    const char *value = json_str(pair, "Value");
    if (!key && !value)
        return false;
    bool key_fits = !key || (strlen(key) <= 100 && printable(key, but));
    size_t max = flags & COOKIES ? 100 : 128;
    return key_fits && (!value || (strlen(value) <= max && printable(value, but)));
}

static bool values_ok(const struct condition_type *t, const cJSON *values)
{
    const cJSON *v = NULL;
    cJSON_ArrayForEach (v, values) {
        bool ok = t->flags & PAIRS ? pair_ok(v, t->flags)
                                   : cJSON_IsString(v) && t->value_ok(v->valuestring);
        if (!ok)
            return false;
    }
    return true;
}

static bool condition_one(const struct condition_type *t, const cJSON *config, struct error *err)
{
    const cJSON *values = json_get(config, "Values");
    const char *key = json_str(config, "Key");
    int n = cJSON_GetArraySize(values);
    if (!config)
        return refuse_absent(err, t->config);
    if (n == 0)
        return refuse_absent(err, "Values");
    if (n > t->max)
        return refuse(err, 400, "IllegalParamSize.Values", "The param size of Values is illegal.");
    if (t->flags & KEYED
        && (!header_key_ok(key) || strcasecmp(key, "cookie") == 0 || strcasecmp(key, "host") == 0))
        return refuse_illegal(err, t->config);
    return values_ok(t, values) || refuse_illegal(err, t->config);
}

bool condition_check(struct op *op, const cJSON *conditions, const char *direction, cJSON **out,
                     struct error *err)
{
    cJSON *stored = op_own(op, cJSON_CreateArray());
    int addresses = 0;
    const cJSON *c = NULL;
    cJSON_ArrayForEach (c, conditions) {
        const struct condition_type *t = condition_type(json_str(c, "Type"));
        if (!t || (t->flags & RESPONSE_ONLY && !text_is(direction, "Response")))
            return refuse_illegal(err, "RuleConditions");
        const cJSON *config = json_get(c, t->config);
        if (!condition_one(t, config, err))
            return false;
        if (t->value_ok == check_cidr)
            addresses += cJSON_GetArraySize(json_get(config, "Values"));
        cJSON *one = cJSON_CreateObject();
        json_set_str(one, "Type", t->type);
        json_set(one, t->config, config);
        cJSON_AddItemToArray(stored, one);
    }
    if (addresses > 5)
        return refuse(err, 400, "IllegalParamSize.Values", "The param size of Values is illegal.");
    *out = stored;
    return true;
}

static bool has_wildcard(const char *text)
{
    return text && text[0] != '~' && strpbrk(text, "*?");
}

void condition_count(const cJSON *conditions, int64_t *values, int64_t *wildcards)
{
    *values = 0;
    *wildcards = 0;
    const cJSON *c = NULL;
    cJSON_ArrayForEach (c, conditions) {
        const struct condition_type *t = condition_type(json_str(c, "Type"));
        const cJSON *v = NULL;
        cJSON_ArrayForEach (v, json_get(json_get(c, t ? t->config : ""), "Values")) {
            ++*values;
            *wildcards += has_wildcard(cJSON_IsString(v) ? v->valuestring : NULL)
                          || has_wildcard(json_str(v, "Key")) || has_wildcard(json_str(v, "Value"));
        }
    }
}
