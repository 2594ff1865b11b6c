/* location.c - where a product is served.  A client that came to the mock by another name
 * than the cloud's is sent back to where it came: here everything is at one address. */
#include <string.h>

#include "companion_priv.h"

bool location_endpoints(struct ask *ask, struct error *err)
{
    (void)err;
    const char *id = json_str(ask->params, "Id"), *code = json_str(ask->params, "ServiceCode");
    const char *type = json_str(ask->params, "Type");
    bool inner = type && !strcmp(type, "innerAPI");
    bool official = ask->host && strstr(ask->host, ".aliyuncs.com");
    const char *endpoint = official || !ask->host ? arena_fmt(ask->a, "%s%s.%s.aliyuncs.com", code,
                                                              inner ? "-vpc" : "", id)
                                                  : ask->host;
    cJSON *list =
        cJSON_AddArrayToObject(cJSON_AddObjectToObject(ask->body, "Endpoints"), "Endpoint");
    cJSON *one = cJSON_CreateObject();
    cJSON *protocols =
        cJSON_AddArrayToObject(cJSON_AddObjectToObject(one, "Protocols"), "Protocols");
    cJSON_AddItemToArray(protocols, cJSON_CreateString("HTTP"));
    cJSON_AddItemToArray(protocols, cJSON_CreateString("HTTPS"));
    cJSON_AddStringToObject(one, "Type", type ? type : "openAPI");
    cJSON_AddStringToObject(one, "Namespace", "");
    cJSON_AddStringToObject(one, "Id", id);
    cJSON_AddStringToObject(one, "SerivceCode", code); /* as the real one spells it */
    cJSON_AddStringToObject(one, "ServiceCode", code);
    cJSON_AddStringToObject(one, "Endpoint", endpoint);
    cJSON_AddItemToArray(list, one);
    cJSON_AddTrueToObject(ask->body, "Success");
    return true;
}
