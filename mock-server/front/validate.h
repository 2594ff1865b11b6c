/* validate.h - is this tree a legal call of that action?  If so, the typed parameters.
 *
 * First every required parameter is looked for, then every value is checked, both in the
 * order of the API description (alb-semantics.md §2, order of checks).  What the
 * description does not name is ignored. */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "alb-agent/error.h"
#include "spec.h"
#include "tree.h"

/* '*out' (the caller's, cJSON_Delete) has the parameters that were given: objects, arrays
 * without gaps, booleans, integers, strings as sent.  A violation sets the code, the
 * status and a message that says where and why:
 *   Missing<Name>         a required parameter is absent
 *   InvalidParameter      a value is not of the parameter's type
 *   IllegalParam.<Name>   a value is out of range, not among the documented ones, too
 *                         short, too long or misspelt
 *   IllegalParamSize.<Name>   a list has too few or too many elements */
bool validate(const struct spec_action *action, const struct tree *tree, cJSON **out,
              struct error *err) MUST_USE;
