/* json.c - strict reading and exact writing on top of cJSON. */
#include "alb-agent/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "alb-agent/arena.h"
#include "alb-agent/buf.h"

static const double MAX_EXACT = 999999999999999.0; /* 15 digits (feasibility.md §9) */

/* From 'at' on, the first byte that prescan() looks at, or 'len'. */
static size_t next_special(const char *text, size_t at, size_t len)
{
    static const bool SPECIAL[256] = { ['\0'] = true, ['"'] = true, ['\\'] = true, ['['] = true,
                                       ['{'] = true,  [']'] = true, ['}'] = true };
    while (at < len && !SPECIAL[(unsigned char)text[at]])
        at++;
    return at;
}

/* A scan over the text for what cJSON would let pass: nesting that is too deep, and
 * "\u0000", at which it would cut the string. */
static bool prescan(const char *text, size_t len, struct error *err)
{
    int depth = 0;
    bool quoted = false;
    for (size_t i = next_special(text, 0, len); i < len; i = next_special(text, i + 1, len)) {
        char c = text[i];
        if (c == '\0')
            return error_set(err, ERROR_INVALID, "JSON: NUL byte at offset %zu", i);
        if (quoted && c == '\\') {
            if (len - i >= 6 && !memcmp(text + i, "\\u0000", 6))
                return error_set(err, ERROR_INVALID, "JSON: \\u0000 at offset %zu", i);
            i++;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && (c == '[' || c == '{')) {
            if (++depth > JSON_DEPTH)
                return error_set(err, ERROR_INVALID, "JSON: nested deeper than %d levels",
                                 JSON_DEPTH);
        } else if (!quoted && (c == ']' || c == '}')) {
            depth--;
        }
    }
    return true;
}

static bool numbers_fit(const cJSON *v, struct error *err)
{
    if (cJSON_IsNumber(v) && v->valuedouble == trunc(v->valuedouble)
        && fabs(v->valuedouble) > MAX_EXACT)
        return error_set(err, ERROR_INVALID, "JSON: number %g has more than 15 digits",
                         v->valuedouble);
    const cJSON *e;
    cJSON_ArrayForEach (e, v)
        if (!numbers_fit(e, err))
            return false;
    return true;
}

bool json_parse(const char *text, size_t len, cJSON **out, struct error *err)
{
    *out = NULL;
    if (!prescan(text, len, err))
        return false;
    const char *end = NULL;
    cJSON *json = cJSON_ParseWithLengthOpts(text, len, &end, 0);
    size_t at = end ? (size_t)(end - text) : 0;
    if (!json)
        return error_set(err, ERROR_INVALID, "JSON: syntax error at offset %zu", at);
    while (at < len && strchr(" \t\r\n", text[at]))
        at++;
    if (at < len) {
        cJSON_Delete(json);
        return error_set(err, ERROR_INVALID, "JSON: more text after the value, at offset %zu", at);
    }
    if (!numbers_fit(json, err)) {
        cJSON_Delete(json);
        return false;
    }
    *out = json;
    return true;
}

void json_done(cJSON **json)
{
    cJSON_Delete(*json);
    *json = NULL;
}

const cJSON *json_get(const cJSON *obj, const char *name)
{
    const cJSON *v = cJSON_IsObject(obj) ? obj->child : NULL;
    while (v && (!v->string || v->string[0] != name[0] || strcmp(v->string, name) != 0))
        v = v->next;
    return cJSON_IsNull(v) ? NULL : v;
}

const cJSON *json_get_nocase(const cJSON *obj, const char *name)
{
    const cJSON *v = json_get(obj, name);
    if (v || !cJSON_IsObject(obj))
        return v;
    cJSON_ArrayForEach (v, obj)
        if (v->string && !strcasecmp(v->string, name))
            return cJSON_IsNull(v) ? NULL : v;
    return NULL;
}

const cJSON *json_at(const cJSON *obj, const char *path)
{
    while (obj && *path) {
        size_t n = strcspn(path, ".");
        const cJSON *v = NULL, *found = NULL;
        if (cJSON_IsObject(obj))
            cJSON_ArrayForEach (v, obj)
                if (!found && v->string && !strncmp(v->string, path, n) && !v->string[n])
                    found = v;
        obj = cJSON_IsNull(found) ? NULL : found;
        path += path[n] ? n + 1 : n;
    }
    return obj;
}

const char *json_str(const cJSON *obj, const char *name)
{
    const cJSON *v = json_get(obj, name);
    return cJSON_IsString(v) ? v->valuestring : NULL;
}

bool json_is_int(const cJSON *v)
{
    return cJSON_IsNumber(v) && v->valuedouble == trunc(v->valuedouble)
           && fabs(v->valuedouble) <= MAX_EXACT;
}

int64_t json_int(const cJSON *obj, const char *name, int64_t dflt)
{
    const cJSON *v = json_get(obj, name);
    return json_is_int(v) ? (int64_t)v->valuedouble : dflt;
}

cJSON *json_new_int(int64_t n)
{
    if (fabs((double)n) <= MAX_EXACT)
        return cJSON_CreateNumber((double)n);
    struct buf b CLEANUP(buf_done) = { 0 };
    buf_addf(&b, "%" PRId64, n);
    return cJSON_CreateRaw(buf_str(&b));
}

static int by_name(const void *x, const void *y)
{
    const cJSON *const *a = x, *const *b = y;
    return strcmp((*a)->string, (*b)->string);
}

static void write_member(struct buf *b, const cJSON *member, bool first, bool sorted)
{
    if (!first)
        buf_addc(b, ',');
    buf_add_json(b, member->string);
    buf_addc(b, ':');
    json_write(b, member, sorted);
}

static bool is_sorted(const cJSON *json)
{
    const cJSON *e;
    cJSON_ArrayForEach (e, json)
        if (e->next && strcmp(e->string, e->next->string) > 0)
            return false;
    return true;
}

static void write_members(struct buf *b, const cJSON *json, bool sorted)
{
    const cJSON *e;
    cJSON_ArrayForEach (e, json)
        write_member(b, e, e == json->child, sorted);
}

static void write_sorted(struct buf *b, const cJSON *json)
{
    enum { FEW = 16 }; /* almost all have no more */
    const cJSON *few[FEW], *e;
    struct arena a CLEANUP(arena_done) = { 0 };
    const size_t n = (size_t)cJSON_GetArraySize(json);
    const cJSON **members = n <= FEW ? few : arena_array(&a, n, sizeof *members);
    size_t i = 0;
    if (is_sorted(json)) {
        write_members(b, json, true);
        return;
    }
    cJSON_ArrayForEach (e, json)
        members[i++] = e;
    qsort(members, n, sizeof *members, by_name);
    for (i = 0; i < n; i++)
        write_member(b, members[i], i == 0, true);
}

static void write_object(struct buf *b, const cJSON *json, bool sorted)
{
    buf_addc(b, '{');
    if (sorted)
        write_sorted(b, json);
    else
        write_members(b, json, false);
    buf_addc(b, '}');
}

static void write_int(struct buf *b, int64_t n)
{
    char text[24];
    char *at = text + sizeof text;
    uint64_t left = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    do
        *--at = (char)('0' + left % 10);
    while (left /= 10);
    if (n < 0)
        *--at = '-';
    buf_add(b, at, (size_t)(text + sizeof text - at));
}

static void write_number(struct buf *b, const cJSON *json)
{
    if (json_is_int(json))
        write_int(b, (int64_t)json->valuedouble);
    else if (isfinite(json->valuedouble))
        buf_addf(b, "%.17g", json->valuedouble);
    else
        buf_adds(b, "null");
}

void json_write(struct buf *b, const cJSON *json, bool sorted)
{
    if (cJSON_IsObject(json)) {
        write_object(b, json, sorted);
    } else if (cJSON_IsArray(json)) {
        buf_addc(b, '[');
        const cJSON *e;
        cJSON_ArrayForEach (e, json) {
            if (e != json->child)
                buf_addc(b, ',');
            json_write(b, e, sorted);
        }
        buf_addc(b, ']');
    } else if (cJSON_IsString(json)) {
        buf_add_json(b, json->valuestring);
    } else if (cJSON_IsNumber(json)) {
        write_number(b, json);
    } else if (cJSON_IsRaw(json)) {
        buf_adds(b, json->valuestring);
    } else {
        buf_adds(b, cJSON_IsTrue(json) ? "true" : cJSON_IsFalse(json) ? "false" : "null");
    }
}

char *json_canonical(struct arena *a, const cJSON *json)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    json_write(&b, json, true);
    return buf_keep(&b, a);
}
