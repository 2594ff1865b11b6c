/* quarantine.c - which objects are left out, and why: written down when that changes, so that
 * 'status' names them whoever translated last, and when nothing runs any more. */
#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/hash.h"
#include "session_priv.h"

void session_source_problems(const struct session *s, struct arena *a, translate_problems *out)
{
    const struct object_set *set = &s->objects;
    for (size_t i = 0; i < set->problems.len; i++)
        *LIST_PUSH(a, out) = (struct translate_problem){
            .kind = "manifest",
            .ns = "",
            .name = set->problems.items[i].origin,
            .origin = set->problems.items[i].origin,
            .message = set->problems.items[i].msg,
        };
    if (!translate_has_roots(set))
        *LIST_PUSH(a, out) = (struct translate_problem){
            .kind = "source",
            .ns = "",
            .name = "",
            .origin = "",
            .message = "it holds no AlbConfig: nothing is changed until it does",
        };
}

/* "Ingress shop/web (web.yaml:3)", "manifest web.yaml:3", "source". */
static const char *object_of(struct arena *a, const struct translate_problem *p)
{
    const char *text =
        arena_fmt(a, "%s%s%s%s%s", p->kind, *p->name ? " " : "", p->ns, *p->ns ? "/" : "", p->name);
    return !strcmp(p->origin, p->name) ? text : arena_fmt(a, "%s (%s)", text, p->origin);
}

static const char *digest_of(const store_quarantine *list, char hex[static SHA256_HEX])
{
    struct buf b CLEANUP(buf_done) = { .max = SIZE_MAX };
    for (size_t i = 0; i < list->len; i++)
        buf_addf(&b, "%s\n%s\n", list->items[i].object, list->items[i].why);
    return hash_sha256_hex(buf_str(&b), b.len, hex);
}

bool session_put_quarantine(struct session *s, const translate_problems *problems,
                            char digest[static SHA256_HEX], struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    store_quarantine list = { 0 };
    char hex[SHA256_HEX];
    for (size_t i = 0; i < problems->len; i++)
        *LIST_PUSH(&a, &list) =
            (struct store_quarantined){ .object = object_of(&a, &problems->items[i]),
                                        .why = problems->items[i].message };
    if (!strcmp(digest_of(&list, hex), digest))
        return true;
    memcpy(digest, hex, sizeof hex);
    return store_quarantine_put(s->store, &list, session_now(s), err);
}
