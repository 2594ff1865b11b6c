/* lb_priv.h - what the two files of load balancers share. */
#pragma once

#include "cloud_priv.h"

/* Checks ZoneMappings against the vSwitches of 'vpc': zones named twice, too few zones,
 * vSwitches that do not exist in that VPC, zones that are not the vSwitch's, and too few
 * addresses in one that is not in 'have' (NULL: none) yet. */
bool zones_check(struct op *op, const cJSON *mappings, const char *vpc, const cJSON *have,
                 struct error *err) MUST_USE;
/* ZoneMappings as they are read: each zone of 'have' (NULL: none) that stays keeps its
 * addresses, the others get new ones. */
cJSON *zones_build(struct op *op, const cJSON *mappings, const cJSON *have, const cJSON *lb_body);
/* Remembers which VPC the vSwitches of a load balancer lie in. */
bool zones_learn(struct op *op, const cJSON *mappings, const char *lb, const char *vpc,
                 struct error *err) MUST_USE;
/* Sets ModificationProtectionConfig from the parameters: a reason needs ConsoleProtection. */
void protection_set(cJSON *body, const cJSON *config);
