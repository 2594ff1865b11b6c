/* sides.c - digests of what is wanted and of what is there, to which a saved plan and a
 * confirmation are bound. */
#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/hash.h"
#include "alb-agent/json.h"
#include "session_priv.h"

static void add_object(struct buf *b, enum resource_kind kind, const void *obj)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    cJSON *json CLEANUP(json_done) =
        schema_to_json(resource_schema(kind), obj, SCHEMA_JSON_SORTED | SCHEMA_JSON_OURS);
    buf_adds(b, json_canonical(&a, json));
}

/* Its address, as a line that no other row has. */
static void add_address(struct buf *b, const struct resource *r)
{
    buf_add_json(b, resource_kind_name(r->kind));
    buf_add_json(b, r->key);
}

static void add_desired(struct buf *b, const struct resource *r)
{
    if (!r->desired)
        return;
    add_address(b, r);
    buf_addf(b, "%lld%s", (long long)r->position, r->held ? " held " : " ");
    add_object(b, r->kind, r->desired);
    buf_addc(b, '\n');
}

static void add_actual(struct buf *b, const struct resource *r)
{
    if (!r->actual)
        return;
    add_address(b, r);
    buf_add_json(b, r->cloud_id ? r->cloud_id : "");
    buf_adds(b, r->ours ? " " : " unmanaged ");
    add_object(b, r->kind, r->actual);
    buf_addc(b, '\n');
}

static const char *digest(struct arena *a, const struct buf *b)
{
    char hex[SHA256_HEX];
    return arena_strdup(a, hash_sha256_hex(buf_str(b), b->len, hex));
}

void session_hash_sides(struct session *s, struct arena *a, session_sides *out)
{
    const struct model *m = &s->world;
    for (size_t first = 0, end; first < m->rows.len; first = end) {
        const char *lb = m->rows.items[first].lb;
        model_range(m, lb, &first, &end);
        struct buf desired CLEANUP(buf_done) = { .max = (size_t)1 << 30 };
        struct buf actual CLEANUP(buf_done) = { .max = (size_t)1 << 30 };
        for (size_t i = first; i < end; i++) {
            add_desired(&desired, &m->rows.items[i]);
            add_actual(&actual, &m->rows.items[i]);
        }
        *LIST_PUSH(a, out) = (struct session_side){
            .lb = arena_strdup(a, lb),
            .desired = digest(a, &desired),
            .actual = digest(a, &actual),
        };
    }
}

/* ---- confirmation --------------------------------------------------------------------- */

enum { CONFIRM_DIGITS = 12 };

/* Says of both sides at once what they are. */
const char *session_confirmation(struct session *s, struct arena *a, const char *lb)
{
    session_sides sides = { 0 };
    char hex[SHA256_HEX];
    session_hash_sides(s, a, &sides);
    for (size_t i = 0; i < sides.len; i++) {
        if (strcmp(sides.items[i].lb, lb) != 0)
            continue;
        const char *both = arena_fmt(a, "%s%s", sides.items[i].desired, sides.items[i].actual);
        return arena_strndup(a, hash_sha256_hex(both, strlen(both), hex), CONFIRM_DIGITS);
    }
    return NULL;
}

void session_note_confirmed(struct session *s)
{
    for (size_t i = 0; i < s->wanted.lbs.len; i++) {
        const struct translate_lb *lb = &s->wanted.lbs.items[i];
        const char *now = lb->confirm ? session_confirmation(s, &s->arena, lb->name) : NULL;
        if (now && !strcmp(now, lb->confirm))
            map_put(&s->confirmed, lb->name, s);
    }
}

void session_offer_confirmation(struct session *s, struct arena *a, struct plan *plan)
{
    for (size_t i = 0; i < plan->refusals.len; i++) {
        struct plan_refusal *r = &plan->refusals.items[i];
        const char *now = r->share ? session_confirmation(s, a, r->lb) : NULL;
        if (now)
            r->message = arena_fmt(a,
                                   "%s, or by the annotation alb-agent/confirm: \"%s\" on its "
                                   "AlbConfig",
                                   r->message, now);
    }
}
