/* fuzz_config.c - any file of settings: what is taken is printed as a file that gives the same,
 * and a reload of the same is no change; what is not taken names the file and its line. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void check_again(struct arena *a, const struct agent_settings *s)
{
    struct buf text CLEANUP(buf_done) = { 0 };
    struct agent_settings back, kept;
    struct error err;
    setting_changes changes;
    config_print(&text, s);
    const struct config_in in = { .path = "again.yaml", .text = buf_str(&text) };
    must(config_load(a, &in, &back, &err));
    settings_reload(a, s, &back, &kept, &changes);
    must(!changes.len);
    must(s->lanes.server_group.first_retry_ms <= s->lanes.server_group.longest_retry_ms);
    must(s->batch.rules >= 1 && s->batch.rules <= 100);
    (void)settings_endpoint(a, s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct buf text CLEANUP(buf_done) = { 0 };
    struct agent_settings s;
    struct error err = { 0 };
    if (size > 8192)
        return 0;
    buf_add(&text, data, size);
    const struct config_in in = { .path = "fuzz.yaml", .text = buf_str(&text) };
    if (config_load(&a, &in, &s, &err)) {
        check_again(&a, &s);
        return 0;
    }
    must(err.kind == ERROR_INVALID);
    must(!strncmp(err.msg, "fuzz.yaml:", 10) || !strncmp(err.msg, "lanes.", 6));
    return 0;
}
