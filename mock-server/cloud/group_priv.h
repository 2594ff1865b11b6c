/* group_priv.h - health checks, which server groups and templates have alike: an object
 * with HealthCheckPath and its like as members. */
#pragma once

#include "cloud_priv.h"

/* Sets every setting but the method to its documented default. */
void health_defaults(cJSON *health);
/* Sets the method where none is told: a probe by gRPC is a POST. */
void health_method(cJSON *health);
bool health_ok(const cJSON *health, struct error *err) MUST_USE;
/* Takes away what a probe by TCP does not have. */
void health_print_members(cJSON *health);
