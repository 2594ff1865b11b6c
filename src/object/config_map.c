/* config_map.c - of a ConfigMap what we have use for: the text of a script.  One without is as
 * good as not there, so that ConfigMaps of others never matter. */
#include <string.h>

#include "alb-agent/json.h"
#include "object_priv.h"

static void keep_script(cJSON *data)
{
    cJSON *next;
    for (cJSON *v = data->child; v; v = next) {
        next = v->next;
        if (strcmp(v->string, OBJECT_SCRIPT) != 0)
            cJSON_Delete(cJSON_DetachItemViaPointer(data, v));
    }
}

bool object_config_map_take(cJSON *body)
{
    cJSON *data = cJSON_GetObjectItemCaseSensitive(body, "data");
    if (!json_get(data, OBJECT_SCRIPT))
        return false;
    keep_script(data);
    cJSON_DeleteItemFromObjectCaseSensitive(body, "binaryData");
    return true;
}
