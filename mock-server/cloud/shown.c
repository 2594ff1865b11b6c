/* shown.c - what lists show of resources, as text: a table by 'seq' in which a newer resource
 * takes the place of one whose number differs by a multiple of the table's size.  Numbers
 * follow each other, so that the newest resources all have places. */
#include "cloud_priv.h"

enum { SHOWN_PLACES = 16384, SHOWN_LEN_MAX = 4096 };

struct place {
    int64_t seq;
    struct buf text; /* empty: nobody's place */
};

struct shown {
    size_t n;
    struct place places[SHOWN_PLACES];
};

static struct place *place_of(struct shown *s, int64_t seq)
{
    return &s->places[(uint64_t)seq % SHOWN_PLACES];
}

static void place_empty(struct shown *s, struct place *p)
{
    if (p->text.len == 0)
        return;
    buf_done(&p->text);
    s->n--;
}

struct shown *shown_new(struct arena *a)
{
    return arena_alloc(a, sizeof(struct shown));
}

bool shown_get(const struct shown *s, int64_t seq, struct shown_text *out)
{
    const struct place *p = &s->places[(uint64_t)seq % SHOWN_PLACES];
    if (p->text.len == 0 || p->seq != seq)
        return false;
    *out = (struct shown_text){ buf_str(&p->text), p->text.len };
    return true;
}

void shown_put(struct shown *s, int64_t seq, const struct shown_text *text)
{
    struct place *p = place_of(s, seq);
    place_empty(s, p);
    if (text->len == 0 || text->len > SHOWN_LEN_MAX)
        return;
    p->seq = seq;
    buf_add(&p->text, text->text, text->len);
    s->n++;
}

void shown_forget(struct shown *s, int64_t seq)
{
    struct place *p = place_of(s, seq);
    if (p->seq == seq)
        place_empty(s, p);
}

void shown_clear(struct shown *s)
{
    for (size_t i = 0; s->n && i < SHOWN_PLACES; i++)
        place_empty(s, &s->places[i]);
}
