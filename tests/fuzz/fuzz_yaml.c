/* fuzz_yaml.c - what is read from any text can be written and read again, equal. */
#include <stdint.h>
#include <stdlib.h>

#include "alb-agent/buf.h"
#include "alb-agent/json.h"
#include "alb-agent/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_document(const struct yaml_doc *doc)
{
    struct buf yaml CLEANUP(buf_done) = { .max = SIZE_MAX / 4 };
    cJSON *tree CLEANUP(json_done) = NULL, *back CLEANUP(json_done) = NULL;
    struct error err = { 0 };
    int line = 0;
    if (!yaml_parse(doc->text, doc->len, &tree, &line, &err))
        return;
    yaml_write(&yaml, tree);
    if (yaml.len > YAML_MAX_TEXT)
        return;
    if (!yaml_parse(buf_str(&yaml), yaml.len, &back, &line, &err) || !cJSON_Compare(tree, back, 1))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct yaml_split split = { .text = (const char *)data, .len = size };
    struct yaml_doc doc;
    while (yaml_split_next(&split, &doc))
        check_document(&doc);
    return 0;
}
