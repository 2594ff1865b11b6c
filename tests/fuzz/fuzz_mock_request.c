/* fuzz_mock_request.c - what the mock does with a query and a form, up to the typed tree.
 *
 * Input: a byte that picks the action, the query up to a line feed, the form.  Decoding
 * must not crash, and what came out must be a fixed point: flat parameters written from a
 * tree give that tree again, and so do those of a typed tree that passed validation. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/json.h"
#include "mock-server/front/validate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    (void)fprintf(stderr, "fuzz_mock_request: %s\n", what);
    abort();
}

static void add_encoded(struct buf *b, const char *name, const char *value)
{
    const char *texts[] = { name, value };
    for (size_t i = 0; i < COUNT(texts); i++) {
        for (const char *c = texts[i]; *c; c++)
            buf_addf(b, "%%%02X", (unsigned)(unsigned char)*c);
        buf_addc(b, i ? '&' : '=');
    }
}

static struct tree parse(struct arena *a, const struct buf *query)
{
    struct params p = { 0 }, none = { 0 };
    struct error err = { 0 };
    must(params_parse(a, &p, buf_str(query), query->len, &err), "what was written is not read");
    return tree_build(a, &p, &none);
}

/* The flat parameters of a tree give the same tree again. */
static void check_tree(struct arena *a, const struct tree *tree)
{
    struct buf b CLEANUP(buf_done) = { .max = 64U << 20 };
    struct params flat = tree_flatten(a, tree);
    for (size_t i = 0; i < flat.len; i++)
        add_encoded(&b, flat.items[i].name, flat.items[i].value);
    must(!b.failed, "the parameters grew");
    struct tree again = parse(a, &b);
    struct params flat_again = tree_flatten(a, &again);
    must(flat.len == flat_again.len, "parameters were lost");
    for (size_t i = 0; i < flat.len; i++)
        must(!strcmp(flat.items[i].name, flat_again.items[i].name)
                 && !strcmp(flat.items[i].value, flat_again.items[i].value),
             "a parameter changed");
}

/* Writes a typed tree as flat parameters. */
static void add_typed(struct arena *a, struct buf *b, const char *path, const cJSON *json)
{
    int index = 1;
    const cJSON *e;
    cJSON_ArrayForEach (e, json) {
        const char *name = e->string ? e->string : arena_fmt(a, "%d", index++);
        const char *here = path ? arena_fmt(a, "%s.%s", path, name) : name;
        add_typed(a, b, here, e);
    }
    if (cJSON_IsString(json))
        add_encoded(b, path, json->valuestring);
    else if (!cJSON_IsObject(json) && !cJSON_IsArray(json))
        add_encoded(b, path, json_canonical(a, json));
}

/* What passed validation passes again, and is the same. */
static void check_typed(struct arena *a, const struct spec_action *action, const cJSON *typed)
{
    struct buf b CLEANUP(buf_done) = { .max = 64U << 20 };
    struct error err = { 0 };
    cJSON *again CLEANUP(json_done) = NULL;
    add_typed(a, &b, NULL, typed);
    struct tree tree = parse(a, &b);
    must(validate(action, &tree, &again, &err), "a legal call became illegal");
    must(!strcmp(json_canonical(a, typed), json_canonical(a, again)), "a legal call changed");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct spec *spec;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err = { 0 };
    struct params query = { 0 }, form = { 0 };
    cJSON *typed CLEANUP(json_done) = NULL;
    if (!spec)
        must(spec_open(&spec, &err), err.msg);
    if (!size)
        return 0;
    const struct spec_product *alb = spec_product_of(spec, "2020-06-16");
    const struct spec_action *action = &alb->actions.items[data[0] % alb->actions.len];
    const char *text = (const char *)data + 1, *line = memchr(text, '\n', --size);
    size_t n = line ? (size_t)(line - text) : size;
    if (!params_parse(&a, &query, text, n, &err)
        || !params_parse(&a, &form, text + n + (line != NULL), size - n - (line != NULL), &err))
        return 0;
    struct tree tree = tree_build(&a, &query, &form);
    check_tree(&a, &tree);
    if (validate(action, &tree, &typed, &err))
        check_typed(&a, action, typed);
    else
        must(err.code[0] && err.http_status == 400, "a refusal has no code");
    return 0;
}
