/* problem.c - notes: what is wrong with which object and where, which facts are lacking,
 * and which rows must stay as they are for that. */
#include <stdlib.h>
#include <string.h>

#include "alb-agent/buf.h"
#include "translate_priv.h"

static void place_write(struct buf *b, const struct place *at)
{
    if (at->up)
        place_write(b, at->up);
    if (at->annotation) {
        buf_addf(b, "metadata.annotations[%s%s]", ANNOTATION_PREFIX, at->annotation);
    } else if (!at->name) {
        buf_addf(b, "[%zu]", at->index);
    } else {
        buf_adds(b, at->up ? "." : "");
        buf_adds(b, at->name);
    }
}

const char *place_text(struct arena *a, const struct place *at)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    place_write(&b, at);
    return buf_keep(&b, a);
}

static bool is_new(struct tr *t, const char *text)
{
    if (map_get(&t->noted, text))
        return false;
    map_put(&t->noted, text, t);
    return true;
}

/* Was it new? */
static bool note(struct subject *s, const char *sort, translate_problems *list, const char *message)
{
    struct tr *t = s->t;
    const struct object *obj = s->obj;
    const char *kind = object_kind_name(obj->kind);
    if (!is_new(t, arena_fmt(t->a, "%s\n%s\n%s\n%s\n%s", sort, kind, obj->ns, obj->name, message)))
        return false;
    *LIST_PUSH(t->a, list) = (struct translate_problem){
        .kind = kind, .ns = obj->ns, .name = obj->name, .origin = obj->origin, .message = message
    };
    return true;
}

static PRINTF(3, 0) const
    char *message(struct tr *t, const struct place *at, const char *fmt, va_list ap)
{
    const char *text = arena_vfmt(t->a, fmt, ap);
    return at ? arena_fmt(t->a, "%s: %s", place_text(t->a, at), text) : text;
}

void problem(struct subject *s, const struct place *at, const char *fmt, ...)
{
    s->n_problems++;
    if (s->n_noted >= MAX_NOTES)
        return;
    va_list ap;
    va_start(ap, fmt);
    s->n_noted += note(s, "problem", &s->t->out->problems, message(s->t, at, fmt, ap));
    va_end(ap);
}

void warn(struct subject *s, const struct place *at, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    (void)note(s, "warning", &s->t->out->warnings, message(s->t, at, fmt, ap));
    va_end(ap);
}

void need(struct tr *t, enum fact_kind kind, const char *key)
{
    if (is_new(t, arena_fmt(t->a, "need\n%s\n%s", fact_kind_name(kind), key)))
        *LIST_PUSH(t->a, &t->out->needs) = (struct fact_need){ .kind = kind, .key = key };
}

void hold(struct tr *t, const char *lb, const char *listener, const char *owner)
{
    *LIST_PUSH(t->a, &t->out->holds) =
        (struct translate_hold){ .lb = lb, .listener = listener, .owner = owner };
}

void hold_certificate(struct tr *t, const char *lb, const char *begins)
{
    *LIST_PUSH(t->a, &t->out->holds) = (struct translate_hold){ .lb = lb, .certificate = begins };
}

/* "80/HTTP/canary", or all of "80/HTTP/". */
static bool script_matches(const char *held, const struct resource *row)
{
    const size_t n = strlen(held);
    return row->kind == RESOURCE_SCRIPT && n && !strncmp(row->key, held, n)
           && (held[n - 1] == '/' || !row->key[n]);
}

static bool listener_matches(const char *listener, const struct resource *row)
{
    if (!listener || script_matches(listener, row))
        return true;
    return !strcmp(row->kind == RESOURCE_LISTENER ? row->key : row->parent, listener);
}

static bool owner_matches(const char *owner, const struct resource *row)
{
    if (!owner)
        return true;
    size_t n = strlen(owner);
    return row->desired_from && !strncmp(row->desired_from, owner, n)
           && (row->desired_from[n] == ' ' || row->desired_from[n] == '\0');
}

static bool certificate_matches(const char *begins, const struct resource *row)
{
    return !begins
           || (row->kind == RESOURCE_CERTIFICATE && !strncmp(row->key, begins, strlen(begins))
               && strlen(row->key) == strlen(begins) + SECRET_DIGITS);
}

bool translate_holds(const struct translate_out *out, const struct resource *row)
{
    for (size_t i = 0; i < out->holds.len; i++) {
        const struct translate_hold *h = &out->holds.items[i];
        if ((!h->lb || !strcmp(h->lb, row->lb)) && listener_matches(h->listener, row)
            && owner_matches(h->owner, row) && certificate_matches(h->certificate, row))
            return true;
    }
    return false;
}

const char *subject_name(struct arena *a, const struct object *obj)
{
    const char *kind = object_kind_name(obj->kind);
    return *obj->ns ? arena_fmt(a, "%s %s/%s", kind, obj->ns, obj->name)
                    : arena_fmt(a, "%s %s", kind, obj->name);
}

const char *subject_from(struct arena *a, const struct object *obj)
{
    return arena_fmt(a, "%s (%s)", subject_name(a, obj), obj->origin);
}
