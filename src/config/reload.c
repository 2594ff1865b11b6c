/* reload.c - what changes when settings are read anew while the agent runs. */
#include "config_priv.h"

#include <string.h>

#include "alb-agent/json.h"

/* The member in 'to' becomes a copy, in 'a', of that in 'from'. */
static void copy_member(struct arena *a, const struct setting *row, struct agent_settings *to,
                        const struct agent_settings *from)
{
    void *dst = (char *)to + row->off;
    const void *src = (const char *)from + row->off;
    const char *text;
    const setting_texts *list = src;
    setting_texts copy = { 0 };
    switch (row->kind) {
    case SETTING_TEXT:
        memcpy(&text, src, sizeof text);
        text = text ? arena_strdup(a, text) : NULL;
        memcpy(dst, &text, sizeof text);
        break;
    case SETTING_TEXTS:
        for (size_t i = 0; i < list->len; i++)
            *LIST_PUSH(a, &copy) = arena_strdup(a, list->items[i]);
        memcpy(dst, &copy, sizeof copy);
        break;
    case SETTING_NUMBER:
    case SETTING_TIME: memcpy(dst, src, sizeof(int64_t)); break;
    case SETTING_BOOL: memcpy(dst, src, sizeof(bool)); break;
    case SETTING_CHOICE: memcpy(dst, src, sizeof(unsigned)); break;
    }
    size_t i = (size_t)(row - settings_table);
    to->origins[i] = from->origins[i];
}

/* A value as a change shows it: a text without quotes. */
static const char *show(struct arena *a, const cJSON *json)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    if (cJSON_IsString(json))
        buf_adds(&b, json->valuestring);
    else
        json_write(&b, json, false);
    return buf_keep(&b, a);
}

/* Does the setting differ?  Then that is one more of the changes. */
static bool take_change(struct arena *a, const struct setting *row,
                        const struct agent_settings *running, const struct agent_settings *loaded,
                        setting_changes *changes)
{
    cJSON *before CLEANUP(json_done) = setting_get_json(row, running);
    cJSON *after CLEANUP(json_done) = setting_get_json(row, loaded);
    if (cJSON_Compare(before, after, true))
        return false;
    *LIST_PUSH(a, changes) = (struct setting_change){
        .path = row->path,
        .before = show(a, before),
        .after = show(a, after),
        .restart = row->restart,
    };
    return true;
}

void settings_reload(struct arena *a, const struct agent_settings *running,
                     const struct agent_settings *loaded, struct agent_settings *out,
                     setting_changes *changes)
{
    struct agent_settings s = { 0 };
    *changes = (setting_changes){ 0 };
    for (size_t i = 0; i < settings_n; i++) {
        const struct setting *row = &settings_table[i];
        bool stays = take_change(a, row, running, loaded, changes) && row->restart;
        copy_member(a, row, &s, stays ? running : loaded);
    }
    *out = s;
}
