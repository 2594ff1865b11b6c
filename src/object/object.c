/* object.c - the kinds that are kept.  Pure. */
#include "alb-agent/object.h"

#include <string.h>

#include "alb-agent/macros.h"
#include "object_priv.h"

#define X(N, name, group, version, namespaced) { name, group, version, namespaced },
static const struct kind_row rows[] = { { "", "", "", false }, OBJECT_KINDS(X) };
#undef X

const struct kind_row *object_kind_row(enum object_kind kind)
{
    return &rows[kind];
}

const char *object_kind_name(enum object_kind kind)
{
    return rows[kind].name;
}

enum object_kind object_kind_parse(const char *name)
{
    for (size_t i = 1; i < COUNT(rows); i++)
        if (!strcmp(rows[i].name, name))
            return (enum object_kind)i;
    return OBJECT_UNSET;
}
