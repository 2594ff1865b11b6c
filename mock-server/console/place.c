/* place.c - placeholders: "${any rule of lsn-1}", "${first listener}", "${last server_group
 * of vpc-*}", "${number 1 100}". */
#include <inttypes.h>
#include <string.h>

#include "alb-agent/json.h"
#include "console_priv.h"

enum { WORDS = 4 };

/* The words between "${" and "}", in 'a'; 0 when they are too many. */
static size_t split(struct arena *a, const char *text, size_t len, const char *words[WORDS])
{
    size_t n = 0;
    const char *end = text + len;
    while (text < end) {
        size_t word = strcspn(text, " }");
        if (word && n == WORDS)
            return 0;
        if (word)
            words[n++] = arena_strndup(a, text, word);
        text += word + 1;
    }
    return n;
}

static bool is_which(const char *word)
{
    return !strcmp(word, "any") || !strcmp(word, "first") || !strcmp(word, "last");
}

static bool number_of(const char *word, int64_t *n)
{
    if (!*word || strlen(word) > 12 || word[strspn(word, "0123456789")])
        return false;
    for (*n = 0; *word; word++)
        *n = *n * 10 + (*word - '0');
    return true;
}

/* "number LOW HIGH" */
static bool is_range(const char *const *words, size_t n, int64_t *low, int64_t *high)
{
    return n == 3 && !strcmp(words[0], "number") && number_of(words[1], low)
           && number_of(words[2], high) && *low <= *high;
}

/* "WHICH KIND" or "WHICH KIND of PARENT" */
static const struct peek_kind *is_thing(const char *const *words, size_t n)
{
    const struct peek_kind *kind = n >= 2 && is_which(words[0]) ? peek_kind_named(words[1]) : NULL;
    if (!kind || n == 2)
        return kind;
    return n == 4 && kind->parent && !strcmp(words[2], "of") ? kind : NULL;
}

static const char *thing(const struct peek *p, const char *const *words, size_t n)
{
    const struct peek_kind *kind = is_thing(words, n);
    if (!kind)
        return NULL;
    cJSON *all CLEANUP(json_done) = peek_all(p, kind, n == 4 ? words[3] : NULL);
    int size = cJSON_GetArraySize(all);
    const cJSON *chosen = !size                        ? NULL
                          : !strcmp(words[0], "any")   ? peek_any(p, all)
                          : !strcmp(words[0], "first") ? cJSON_GetArrayItem(all, 0)
                                                       : cJSON_GetArrayItem(all, size - 1);
    const char *id = chosen ? json_str(chosen, kind->id) : NULL;
    return id ? arena_strdup(p->a, id) : NULL;
}

static const char *fill_one(const struct peek *p, const char *text, size_t len)
{
    const char *words[WORDS];
    int64_t low = 0, high = 0;
    size_t n = split(p->a, text, len, words);
    if (is_range(words, n, &low, &high))
        return arena_fmt(p->a, "%" PRId64,
                         low + (int64_t)rng_below(p->rng, (uint64_t)(high - low) + 1));
    return n ? thing(p, words, n) : NULL;
}

bool place_fill(const struct peek *p, const char *text, const char **out)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    const char *at;
    while ((at = strstr(text, "${")) != NULL) {
        const char *end = strchr(at, '}');
        const char *value = end ? fill_one(p, at + 2, (size_t)(end - at) - 2) : NULL;
        if (!value)
            return false;
        buf_add(&b, text, (size_t)(at - text));
        buf_adds(&b, value);
        text = end + 1;
    }
    buf_adds(&b, text);
    *out = buf_keep(&b, p->a);
    return true;
}

bool place_check(const char *text, struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *at = text;
    while ((at = strstr(at, "${")) != NULL) {
        const char *end = strchr(at, '}'), *words[WORDS];
        int64_t low = 0, high = 0;
        size_t n = end ? split(&a, at + 2, (size_t)(end - at) - 2, words) : 0;
        if (!n || (!is_range(words, n, &low, &high) && !is_thing(words, n)))
            return error_set(err, ERROR_INVALID,
                             "'%.60s' is no placeholder as ${any rule of lsn-*} or ${number 1 9}",
                             at);
        at = end;
    }
    return true;
}
