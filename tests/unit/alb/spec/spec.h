/* spec.h - the public facts of the APIs, as mock-server/spec keeps them, for tests that compare
 * our tables with them row by row. */
#pragma once

#include <cjson/cJSON.h>

/* For group set-up and tear-down: reads alb-openapi.json and companion-openapi.json. */
int spec_open(void **state);
int spec_close(void **state);

/* The actions of a product ("Alb", "cas", "Ecs", "Sts", "Vpc"), an object by name. */
const cJSON *spec_actions(const char *product);

/* Of an action of any of these products: its "parameters" or its "response", an object from
 * name to node.  A node has "type"; "required", "enum", "minimum" ... where the description
 * says them; "properties" when it is an object, and "items" when it is an array.  Fails the
 * test when the action is not described. */
const cJSON *spec_part(const char *action, const char *part);
