/* xml.c - elements only: RPC replies have no attributes. */
#include "xml.h"

#include <string.h>

#include "alb-agent/json.h"

static void add_text(struct buf *b, const char *s)
{
    static const struct {
        char c;
        const char *entity;
    } entities[] = {
        { '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" }, { '"', "&quot;" }, { '\'', "&apos;" },
    };
    for (; *s; s++) {
        const char *entity = NULL;
        for (size_t i = 0; i < COUNT(entities); i++)
            if (entities[i].c == *s)
                entity = entities[i].entity;
        if ((unsigned char)*s < 0x20 && !strchr("\t\n\r", *s))
            entity = "\xef\xbf\xbd";
        if (entity)
            buf_adds(b, entity);
        else
            buf_addc(b, *s);
    }
}

static void add_element(struct buf *b, const char *name, const cJSON *json)
{
    const cJSON *e;
    if (cJSON_IsNull(json))
        return;
    if (cJSON_IsArray(json)) {
        cJSON_ArrayForEach (e, json)
            add_element(b, name, e);
        return;
    }
    buf_addf(b, "<%s>", name);
    if (cJSON_IsString(json))
        add_text(b, json->valuestring);
    else if (cJSON_IsObject(json))
        cJSON_ArrayForEach (e, json)
            add_element(b, e->string, e);
    else
        json_write(b, json, false);
    buf_addf(b, "</%s>", name);
}

void xml_write(struct buf *b, const char *root, const cJSON *json)
{
    buf_adds(b, "<?xml version='1.0' encoding='UTF-8'?>");
    add_element(b, root, json);
}
