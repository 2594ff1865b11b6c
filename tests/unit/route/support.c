#include "support.h"

#include <stdlib.h>

static const struct {
    const char *word;
    enum alb_cond type;
} types[] = {
    { "host", ALB_COND_HOST },
    { "path", ALB_COND_PATH },
    { "header", ALB_COND_HEADER },
    { "query", ALB_COND_QUERY },
    { "method", ALB_COND_METHOD },
    { "cookie", ALB_COND_COOKIE },
    { "source", ALB_COND_SOURCE_IP },
    { "rheader", ALB_COND_RESPONSE_HEADER },
    { "status", ALB_COND_RESPONSE_STATUS },
    { "unset", ALB_COND_UNSET },
};

static enum alb_cond type_of(const char *word, size_t len)
{
    for (size_t i = 0; i < COUNT(types); i++)
        if (strlen(types[i].word) == len && !strncmp(types[i].word, word, len))
            return types[i].type;
    fail_msg("no condition is called %.*s", (int)len, word);
    return ALB_COND_UNSET;
}

static void add_value(struct arena *a, struct alb_condition *c, const char *value)
{
    const char *colon = strchr(value, ':');
    switch (c->type) {
    case ALB_COND_HEADER:
    case ALB_COND_RESPONSE_HEADER: *LIST_PUSH(a, &c->header.values) = value; return;
    case ALB_COND_QUERY:
    case ALB_COND_COOKIE:
        *LIST_PUSH(a, &c->pairs.pairs) =
            (struct alb_pair){ arena_strndup(a, value, (size_t)(colon - value)),
                               arena_strdup(a, colon + 1) };
        return;
    case ALB_COND_HOST:
    case ALB_COND_PATH:
    case ALB_COND_METHOD:
    case ALB_COND_SOURCE_IP:
    case ALB_COND_RESPONSE_STATUS: *LIST_PUSH(a, &c->values.values) = value; return;
    case ALB_COND_UNSET: return;
    }
}

static void add_condition(struct arena *a, struct alb_rule *rule, const char *word, size_t len)
{
    struct alb_condition *c = LIST_PUSH(a, &rule->conditions);
    size_t name = strcspn(word, ":=");
    c->type = type_of(word, name);
    const char *at = word + name, *end = word + len;
    if (*at == ':') {
        size_t key = strcspn(at, "=") - 1;
        c->header.key = arena_strndup(a, at + 1, key);
        at += key + 1;
    }
    while (at < end && at + 1 < end) {
        size_t n = strcspn(at + 1, ", ");
        add_value(a, c, arena_strndup(a, at + 1, n));
        at += n + 1;
    }
}

struct alb_rule *rule_of(struct arena *a, const char *words)
{
    struct alb_rule *rule = arena_alloc(a, sizeof *rule);
    rule->direction = ALB_DIRECTION_REQUEST;
    while (*words) {
        size_t len = strcspn(words, " ");
        if (len == 8 && !strncmp(words, "response", len))
            rule->direction = ALB_DIRECTION_RESPONSE;
        else if (len)
            add_condition(a, rule, words, len);
        words += len + (words[len] == ' ');
    }
    return rule;
}

struct route_rule *route_of(struct arena *a, const char *words)
{
    return route_prepare(a, rule_of(a, words));
}

bool glob_matches(const char *pattern, const char *text)
{
    if (!*pattern)
        return !*text;
    if (*pattern == '*')
        return glob_matches(pattern + 1, text) || (*text && glob_matches(pattern, text + 1));
    return *text && (*pattern == '?' || *pattern == *text) && glob_matches(pattern + 1, text + 1);
}

struct texts texts_of(struct arena *a, const char *letters, size_t max)
{
    size_t n = strlen(letters), all = 1, row = 1;
    for (size_t i = 0; i < max; i++)
        all += row *= n;
    struct texts t = { arena_array(a, all, sizeof *t.items), 1 };
    for (size_t i = 0; t.len < all; i++) {
        size_t len = strlen(t.items[i]);
        for (size_t k = 0; k < n; k++) {
            memcpy(t.items[t.len], t.items[i], len);
            t.items[t.len++][len] = letters[k];
        }
    }
    return t;
}

int arena_setup(void **state)
{
    *state = calloc(1, sizeof(struct arena));
    return *state ? 0 : -1;
}

int arena_teardown(void **state)
{
    arena_done(*state);
    free(*state);
    return 0;
}
