/* fuzz_params.c - any parameters, in a request and back.
 *
 * The input is "name=value" items, one a line, or with '&' between where there is one line
 * only.  What the request carries in its query and its body,
 * decoded by the simplest means, must be these pairs again, each in its place; and what is
 * sent must hold no character that could end a URL or a header line. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alb-agent/buf.h"
#include "src/alb/alb_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static sign_pairs read_pairs(struct arena *a, const uint8_t *data, size_t size)
{
    sign_pairs pairs = { 0 };
    char *line = arena_strndup(a, (const char *)data, size);
    const char separator = strchr(line, '\n') ? '\n' : '&';
    for (char *end; line && *line; line = end) {
        end = strchr(line, separator);
        if (end)
            *end++ = '\0';
        char *value = strchr(line, '=');
        if (value)
            *value++ = '\0';
        *LIST_PUSH(a, &pairs) = (struct sign_pair){ .name = line, .value = value ? value : "" };
    }
    return pairs;
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Decodes in place; only what sign_encode() may write is taken. */
static void decode(char *text)
{
    char *to = text;
    while (*text) {
        if (*text == '%') {
            int high = hex_digit(text[1]), low = high < 0 ? -1 : hex_digit(text[2]);
            must(low >= 0);
            *to++ = (char)(high * 16 + low);
            text += 3;
        } else {
            must(strchr("-_.~", *text) || (*text >= '0' && *text <= '9')
                 || ((*text | 32) >= 'a' && (*text | 32) <= 'z'));
            *to++ = *text++;
        }
    }
    *to = '\0';
}

/* Strikes each pair of 'query' off the list; they must be there, in order of their names,
 * and belong in the form or not. */
static void strike(struct arena *a, const char *query, sign_pairs *left, bool form)
{
    char *item = arena_strdup(a, query);
    const char *last = NULL;
    for (char *end; item && *item; item = end) {
        end = strchr(item, '&');
        if (end)
            *end++ = '\0';
        char *value = strchr(item, '=');
        must(value != NULL);
        *value++ = '\0';
        decode(item);
        decode(value);
        must(!last || strcmp(last, item) <= 0);
        must(form == !strncmp(item, "Rules.", 6));
        last = item;
        size_t i = 0;
        while (i < left->len
               && (!left->items[i].name || strcmp(left->items[i].name, item) != 0
                   || strcmp(left->items[i].value, value) != 0))
            i++;
        must(i < left->len);
        left->items[i].name = NULL;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    char key_text[] = "secret";
    const struct secret key = { .data = key_text, .len = strlen(key_text) };
    sign_pairs pairs = read_pairs(&a, data, size);
    struct request_in in = { .action = alb_action_find("CreateRules"),
                             .params = pairs,
                             .endpoint = "https://h",
                             .access_key_id = "AKID",
                             .access_key_secret = &key,
                             .date = "2026-01-15T08:09:10Z",
                             .nonce = "n" };
    struct http_request r = request_build(&a, &in);
    must(!strncmp(r.url, "https://h/", 10));
    if (r.url[10])
        must(r.url[10] == '?');
    strike(&a, r.url[10] ? r.url + 11 : "", &pairs, false);
    strike(&a, r.body, &pairs, true);
    for (size_t i = 0; i < pairs.len; i++)
        must(pairs.items[i].name == NULL);
    return 0;
}
