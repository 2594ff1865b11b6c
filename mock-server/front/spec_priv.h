/* spec_priv.h - between spec.c and spec_override.c. */
#pragma once

#include "spec.h"

/* Applies the table to a scalar parameter of 'action'. */
void spec_override(struct arena *a, const char *action, struct spec_node *node);
