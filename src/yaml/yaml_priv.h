/* yaml_priv.h - what the files of this folder share. */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "alb-agent/error.h"

/* What a plain scalar is in the core schema. */
enum yaml_scalar {
    YAML_TEXT,
    YAML_NULL,
    YAML_BOOL,
    YAML_INT,
    YAML_FLOAT,
    YAML_NOT_FINITE, /* .inf or .nan */
};

enum yaml_scalar yaml_scalar_kind(const char *text);

/* The value of 'text' read as 'kind', which must be what it is or YAML_TEXT; '*out' is the
 * caller's.  Fails on numbers that JSON cannot hold exactly. */
bool yaml_scalar_value(const char *text, enum yaml_scalar kind, cJSON **out,
                       struct error *err) MUST_USE;

/* 'json', or the end of the program when there is no memory for it. */
cJSON *yaml_node(cJSON *json);
