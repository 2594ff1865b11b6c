/* neighbour.h - more of the neighbours than the ALB actions need: for the actions of other
 * products that this cloud answers. */
#pragma once

#include "cloud_priv.h"

/* Did a file list the neighbours?  Then nothing else exists. */
bool neighbour_listed(const struct op *op);
/* The list of that name ("vswitches") in the file, or NULL. */
const cJSON *neighbour_list(const struct op *op, const char *name);
/* The file's interface with this address or id, or NULL. */
const cJSON *neighbour_by_address(const struct op *op, const char *ip);
const cJSON *neighbour_by_interface(const struct op *op, const char *id);
bool ip_is_private(const unsigned char ip[static 4]); /* RFC 1918 */
