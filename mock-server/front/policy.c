/* policy.c - see policy.h. */
#include "policy.h"

#include <string.h>

#include "../fault/fault.h"

/* Cuts what is before the next ':' off '*text'; NULL at the end of the text. */
static const char *cut(struct arena *a, const char **text)
{
    if (!*text || !**text)
        return NULL;
    size_t len = strcspn(*text, ":");
    const char *part = arena_strndup(a, *text, len);
    *text += len + ((*text)[len] == ':');
    return part;
}

bool policy_read(struct arena *a, const char *text, struct policy *out, struct error *err)
{
    size_t len = strcspn(text, "=");
    const char *rest = text[len] ? text + len + 1 : NULL;
    const char *effect = cut(a, &rest);
    *out = (struct policy){ .key = arena_strndup(a, text, len) };
    out->product = cut(a, &rest);
    out->action = cut(a, &rest);
    out->resource = rest && *rest ? arena_strdup(a, rest) : NULL;
    out->deny = effect && !strcmp(effect, "deny");
    if (!len || !out->action || !*out->action || (!out->deny && strcmp(effect, "allow") != 0))
        return error_set(err, ERROR_INVALID,
                         "'%s' is not of the form KEY=allow|deny:PRODUCT:ACTION[:RESOURCE]", text);
    return true;
}

static bool is_about(const struct policy *p, const char *product, const char *action,
                     const struct params *params)
{
    if (!fault_matches(p->product, product) || !fault_matches(p->action, action))
        return false;
    for (size_t i = 0; p->resource && i < params->len; i++)
        if (fault_matches(p->resource, params->items[i].value))
            return true;
    return !p->resource;
}

enum policy_verdict policy_judge(const struct policy *rules, size_t n, const char *key,
                                 const char *product, const char *action,
                                 const struct params *params)
{
    bool may = false, restricted = false;
    for (size_t i = 0; i < n; i++) {
        const struct policy *p = &rules[i];
        if (strcmp(p->key, key) != 0)
            continue;
        bool about = is_about(p, product, action, params);
        if (p->deny && about)
            return POLICY_DENIED;
        restricted = restricted || !p->deny;
        may = may || (!p->deny && about);
    }
    return may || !restricted ? POLICY_ALLOWED : POLICY_NOT_ALLOWED;
}
