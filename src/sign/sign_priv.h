/* sign_priv.h - what the files of this folder share. */
#pragma once

#include "alb-agent/sign.h"

/* Sorts by name in byte order, then by value, which makes the order total. */
void sign_sort(sign_pairs *pairs);
