/* fuzz_log.c - any text as message and value: one line of bounded length, whole JSON, nothing a
 * terminal obeys, no private key. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alb-agent/json.h"
#include "src/base/log_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void check_line(const struct buf *line)
{
    const char *text = buf_str(line);
    must(line->len && line->len <= LOG_LINE_MAX && !line->failed);
    must(strlen(text) == line->len && text[line->len - 1] == '\n');
    for (size_t i = 0; i + 1 < line->len; i++)
        must((unsigned char)text[i] >= ' ' && text[i] != 0x7f);
    must(!strstr(text, "\xc2\x9b") && !strstr(text, "\xe2\x80\xae"));
    must(!strstr(text, "PRIVATE KEY-----"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf text CLEANUP(buf_done) = { 0 }, line CLEANUP(buf_done) = { 0 };
    cJSON *json CLEANUP(json_done) = NULL;
    struct error err;
    buf_add(&text, data, size);
    const struct kv kv[] = { KV("first", buf_str(&text)), KV_INT("n", (int64_t)size),
                             KV("second", buf_str(&text)), KV("third", buf_str(&text)) };
    struct log_event e = { .at_ms = (int64_t)size,
                           .level = LOG_LEVEL_INFO,
                           .module = "fuzz",
                           .msg = buf_str(&text),
                           .kv = kv,
                           .n = COUNT(kv) };
    log_format_text(&line, &e, false);
    check_line(&line);
    buf_reset(&line);
    log_format_json(&line, &e);
    check_line(&line);
    must(json_parse(buf_str(&line), line.len, &json, &err));
    must(json_str(json, "msg") && json_int(json, "n", -1) == (int64_t)size);
    struct log_levels levels;
    must(!log_levels_parse(buf_str(&text), &levels, &err) || levels.n <= LOG_MODULES_MAX);
    return 0;
}
