/* spec.c - reading the descriptions, and making one form of their two. */
#include "spec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "alb-agent/buf.h"
#include "alb-agent/json.h"

#define FOLDER TEST_SOURCE_DIR "/mock-server/spec/"

static cJSON *alb, *companions;

static cJSON *read_file(const char *path)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    struct error err;
    char part[65536];
    cJSON *json = NULL;
    FILE *f = fopen(path, "rb");
    if (!f)
        return NULL;
    for (size_t n; (n = fread(part, 1, sizeof part, f)) > 0;)
        buf_add(&b, part, n);
    (void)fclose(f);
    return json_parse(buf_str(&b), b.len, &json, &err) ? json : NULL;
}

static void by_name(cJSON *node);

/* A list of named nodes becomes an object. */
static cJSON *named(cJSON *list)
{
    cJSON *object = cJSON_CreateObject(), *each;
    while ((each = cJSON_DetachItemFromArray(list, 0))) {
        by_name(each);
        cJSON_AddItemToObject(object, json_str(each, "name"), each);
    }
    return object;
}

/* The second form has members as a list, "fields". */
static void by_name(cJSON *node)
{
    cJSON *items = cJSON_GetObjectItem(node, "items");
    cJSON *fields = cJSON_DetachItemFromObject(node, "fields");
    if (items)
        by_name(items);
    if (fields)
        cJSON_AddItemToObject(node, "properties", named(fields));
    cJSON_Delete(fields);
}

static void part_by_name(cJSON *action, const char *part)
{
    cJSON *list = cJSON_DetachItemFromObject(action, part);
    cJSON_AddItemToObject(action, part, named(list));
    cJSON_Delete(list);
}

int spec_open(void **state)
{
    (void)state;
    cJSON *product, *action;
    alb = read_file(FOLDER "alb-openapi.json");
    companions = read_file(FOLDER "companion-openapi.json");
    cJSON_ArrayForEach (product, cJSON_GetObjectItem(companions, "products")) {
        cJSON_ArrayForEach (action, cJSON_GetObjectItem(product, "actions")) {
            part_by_name(action, "parameters");
            part_by_name(action, "response");
        }
    }
    return alb && companions ? 0 : -1;
}

int spec_close(void **state)
{
    (void)state;
    cJSON_Delete(alb);
    cJSON_Delete(companions);
    return 0;
}

const cJSON *spec_actions(const char *product)
{
    const cJSON *of =
        strcmp(product, "Alb") != 0 ? json_get(json_get(companions, "products"), product) : alb;
    return json_get(of, "actions");
}

const cJSON *spec_part(const char *action, const char *part)
{
    static const char *const PRODUCTS[] = { "Alb", "cas", "Ecs", "Sts", "Vpc" };
    const cJSON *found = NULL;
    for (size_t i = 0; i < COUNT(PRODUCTS) && !found; i++)
        found = json_get(json_get(spec_actions(PRODUCTS[i]), action), part);
    if (!found)
        fail_msg("%s has no %s", action, part);
    return found;
}
