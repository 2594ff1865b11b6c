/* follower.h - a translation that follows a world which changes at random, and is compared at each
 * step with that of what is there. */
#pragma once

#include "dump.h"
#include "edits.h"

/* ---- a world that changes -------------------------------------------------------------------- */

static const char *const lbs[] = { "kube-system/web",  "kube-system/far", "kube-system/mid",
                                   "kube-system/none", "Service/d/tea",   "Service/d/milk",
                                   "Service/d/cup",    "Service/e/tea",   "Service/e/milk",
                                   "Service/e/cup" };
struct follower {
    struct edits edits;
    struct arena a;     /* of facts and names                      */
    struct arena texts; /* of 'before'                             */
    struct object_set set;
    struct fact_set facts;
    int64_t now_ms;
    const char *vpc, *backend_type;
    struct translator *tr;
    const char *before[COUNT(lbs)];
    struct arena cloud_arena;
    struct model cloud; /* the rows that are there when each change is followed at once */
    uint64_t seed;
    int step;
    bool anew;                         /* the last update read all */
    bool rests;                        /* what did not change last is forgotten between updates */
    struct arena said;                 /* of ...                           */
    translate_names changed, released; /* ... what the last update told    */
    size_t n_held;
};

static UNUSED void follower_begin(struct follower *f, uint64_t seed)
{
    *f = (struct follower){ .seed = seed, .now_ms = (int64_t)EDIT_NOW * 1000 };
    edits_begin(&f->edits, seed);
    f->rests = seed % 2;
    f->vpc = seed % 2 ? "vpc-1" : NULL;
    f->backend_type = seed % 3 ? NULL : "ecs";
    f->tr = translator_new(&(struct translate_in){
        .cluster_id = "c-1", .vpc_id = f->vpc, .backend_type = f->backend_type });
    for (int i = 0; i < 60; i++) {
        (void)edit_object(&f->edits, &f->a, &f->set);
        (void)edit_fact(&f->edits, &f->a, &f->facts);
    }
}

static UNUSED void follower_done(struct follower *f)
{
    translator_free(f->tr);
    object_set_done(&f->set);
    arena_done(&f->edits.pems);
    arena_done(&f->texts);
    arena_done(&f->cloud_arena);
    arena_done(&f->said);
    arena_done(&f->a);
}

static void keep_names(struct arena *a, const translate_names *from, translate_names *to)
{
    *to = (translate_names){ 0 };
    for (size_t i = 0; i < from->len; i++)
        *LIST_PUSH(a, to) = arena_strdup(a, from->items[i]);
}

static void fail_at(const struct follower *f, const char *what, const char *is, const char *wanted)
{
    fail_msg("seed %llu, step %d: %s\n%s\n----\n%s", (unsigned long long)f->seed, f->step, what, is,
             wanted);
}

/* The notes of one that rests are what they are when it is awake. */
static void wake(struct follower *f)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *notes[COUNT(lbs)] = { 0 };
    for (size_t i = 0; i < COUNT(lbs); i++) {
        const struct translate_out *out = translator_lb(f->tr, lbs[i]);
        if (out && !out->desired.rows.len && !out->servers.rows.len)
            notes[i] = dump(&a, out);
    }
    for (size_t i = 0; i < COUNT(lbs); i++)
        translator_wake(f->tr, lbs[i]);
    for (size_t i = 0; i < COUNT(lbs); i++) {
        const struct translate_out *out = translator_lb(f->tr, lbs[i]);
        struct translate_out bare = out ? *out : (struct translate_out){ 0 };
        bare.desired = bare.servers = (struct model){ 0 };
        if (notes[i] && strcmp(notes[i], dump(&a, &bare)) != 0)
            fail_at(f, "other notes in rest", notes[i], dump(&a, &bare));
    }
}

static bool has_changed(const struct follower *f, const char *lb)
{
    bool changed = f->anew;
    for (size_t i = 0; i < f->changed.len && !changed; i++)
        changed = !strcmp(f->changed.items[i], lb);
    return changed;
}

static bool is_released(const struct follower *f, const char *from)
{
    const translate_names *names = &f->released;
    for (size_t i = 0; i < names->len; i++)
        if (!strncmp(names->items[i], from, strlen(names->items[i]))
            && from[strlen(names->items[i])] == ' ')
            return true;
    return false;
}

/* Those it says nothing of are what they were. */
static void check_unchanged(struct follower *f)
{
    struct arena texts = { 0 };
    for (size_t i = 0; i < COUNT(lbs); i++) {
        const struct translate_out *out = translator_lb(f->tr, lbs[i]);
        const char *now = out ? dump(&texts, out) : "";
        if (!has_changed(f, lbs[i]) && f->before[i] && strcmp(now, f->before[i]) != 0)
            fail_at(f, "changed without a word", now, f->before[i]);
        f->before[i] = now;
    }
    arena_done(&f->texts);
    f->texts = texts;
}

static void keep_row(struct arena *a, struct model *to, const struct resource *r)
{
    *LIST_PUSH(a, &to->rows) =
        (struct resource){ .lb = arena_strdup(a, r->lb),
                           .kind = r->kind,
                           .key = arena_strdup(a, r->key),
                           .parent = arena_strdup(a, r->parent),
                           .desired_from = arena_strdup(a, r->desired_from) };
}

static bool holds_in_pieces(const struct follower *f, const struct resource *r)
{
    const struct translate_out *own = translator_lb(f->tr, r->lb);
    return (own && translate_holds(own, r)) || translate_holds(translator_strays(f->tr), r);
}

/* Rows that are not wanted and not to be kept either go, and somebody is told to see to it. */
static void follow(struct follower *f, const struct translate_out *whole)
{
    struct arena arena = { 0 };
    struct model after = { 0 };
    for (size_t i = 0; i < whole->desired.rows.len; i++)
        keep_row(&arena, &after, &whole->desired.rows.items[i]);
    for (size_t i = 0; i < f->cloud.rows.len; i++) {
        const struct resource *r = &f->cloud.rows.items[i];
        if (model_find(&whole->desired, r->lb, r->kind, r->key))
            continue;
        bool held = translator_holds(f->tr, r);
        if (held != translate_holds(whole, r) || held != holds_in_pieces(f, r))
            fail_at(f, "held or not", r->lb, r->desired_from);
        if (held)
            keep_row(&arena, &after, r);
        else if (!has_changed(f, r->lb) && !is_released(f, r->desired_from))
            fail_at(f, "let go without a word", r->lb, r->desired_from);
        f->n_held += held;
    }
    arena_done(&f->cloud_arena);
    f->cloud_arena = arena;
    f->cloud = after;
}

/* The outcomes of the load balancers are the whole, cut into pieces. */
static void check_pieces(const struct follower *f, const struct translate_out *whole)
{
    size_t rows = 0, n_lbs = 0;
    for (size_t i = 0; i < COUNT(lbs); i++) {
        const struct translate_out *out = translator_lb(f->tr, lbs[i]);
        size_t first, end;
        model_range(&whole->desired, lbs[i], &first, &end);
        assert_int_equal(out ? out->desired.rows.len : 0, end - first);
        for (size_t k = first; k < end; k++)
            assert_string_equal(out->desired.rows.items[k - first].key,
                                whole->desired.rows.items[k].key);
        rows += end - first;
        n_lbs += out ? out->lbs.len : 0;
    }
    assert_int_equal(rows, whole->desired.rows.len);
    assert_int_equal(n_lbs, whole->lbs.len);
}

/* The objects but for Secrets, which have more than a text: as they are, and as their canonical
 * texts say. */
static const char *dump_without_secrets(struct arena *a, const struct follower *f,
                                        const struct translate_in *in, bool canonical)
{
    struct object_set set CLEANUP(object_set_done) = { .incomplete = f->set.incomplete };
    struct translate_in other = *in;
    struct translate_out out;
    for (size_t i = 0; i < f->set.objects.len; i++) {
        const struct object *obj = f->set.objects.items[i];
        if (obj->kind != OBJECT_SECRET)
            object_set_add(&set, canonical ? cJSON_Parse(object_text(a, obj)) : object_tree(obj),
                           obj->origin);
    }
    other.objects = &set;
    translate(a, &other, &out);
    return dump(a, &out);
}

/* The order of members means nothing: an object may come from the store. */
static void check_order(const struct follower *f, const struct translate_in *in)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *is = dump_without_secrets(&a, f, in, true);
    const char *wanted = dump_without_secrets(&a, f, in, false);
    if (strcmp(is, wanted) != 0)
        fail_at(f, "another order of members", is, wanted);
}

static void check(struct follower *f)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct translate_in in = { .objects = &f->set,
                               .facts = &f->facts,
                               .cluster_id = "c-1",
                               .vpc_id = f->vpc,
                               .backend_type = f->backend_type,
                               .now_ms = f->now_ms };
    struct translate_out whole, kept;
    translate(&a, &in, &whole);
    translator_whole(f->tr, &a, &kept);
    const char *wanted = dump(&a, &whole), *is = dump(&a, &kept);
    if (strcmp(is, wanted) != 0)
        fail_at(f, "not the same", is, wanted);
    if (f->step % 4 == 0)
        check_order(f, &in);
    check_unchanged(f);
    follow(f, &whole);
    check_pieces(f, &whole);
}

/* Now and then time passes: hours, weeks, or backwards. */
static void pass_time(struct follower *f)
{
    static const int64_t hours[] = { 1, 7, 25, 24 * 18, 24 * 200, -24 * 30, -5 };
    if (one_in(&f->edits, 4))
        f->now_ms += hours[below(&f->edits, COUNT(hours))] * 3600 * 1000;
}

/* What each load balancer came out as when it was told of. */
struct told {
    struct follower *f;
    struct arena a;
    const char *rows[COUNT(lbs)];
};

static const char *dump_rows(struct arena *a, const struct translate_out *out)
{
    const struct translate_out rows = { .desired = out->desired, .servers = out->servers };
    return dump(a, &rows);
}

static void take_made(void *arg, const char *lb)
{
    struct told *told = arg;
    for (size_t i = 0; i < COUNT(lbs); i++) {
        const struct translate_out *out = translator_lb(told->f->tr, lbs[i]);
        if (!strcmp(lbs[i], lb))
            told->rows[i] = dump_rows(&told->a, out);
        else if (out && !lb_service(lbs[i]) && out->desired.rows.len)
            fail_at(told->f, "two have rows", lbs[i], lb);
    }
}

/* One load balancer after the other: with the same rows as when it is made again. */
static void update_each(struct follower *f)
{
    struct told told = { .f = f };
    translator_update_each(f->tr, &f->set, &f->facts, f->now_ms, take_made, &told);
    keep_names(&f->said, translator_changed(f->tr), &f->changed);
    for (size_t i = 0; i < COUNT(lbs); i++) {
        translator_wake(f->tr, lbs[i]);
        const struct translate_out *out = translator_lb(f->tr, lbs[i]);
        const char *is = out ? dump_rows(&told.a, out) : "";
        if (told.rows[i] && strcmp(told.rows[i], is) != 0)
            fail_at(f, "other rows", is, told.rows[i]);
        if (out && !lb_service(lbs[i]) && (!told.rows[i] || !has_changed(f, lbs[i])))
            fail_at(f, "made without a word", lbs[i], is);
    }
    arena_done(&told.a);
}

/* One to three changes, then an update. */
static UNUSED void step(struct follower *f)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct translate_changes changes = { 0 };
    if (f->rests)
        translator_rest(f->tr, below(&f->edits, 3));
    for (size_t i = 1 + below(&f->edits, 3); i > 0; i--) {
        if (one_in(&f->edits, 6))
            *LIST_PUSH(&a, &changes.facts) = edit_fact(&f->edits, &f->a, &f->facts);
        else
            *LIST_PUSH(&a, &changes.objects) = edit_object(&f->edits, &a, &f->set);
    }
    pass_time(f);
    f->anew = one_in(&f->edits, 25);
    f->step++;
    arena_done(&f->said);
    if (f->anew && f->rests)
        update_each(f);
    else
        translator_update(f->tr, &f->set, &f->facts, f->now_ms, f->anew ? NULL : &changes);
    keep_names(&f->said, translator_changed(f->tr), &f->changed);
    keep_names(&f->said, translator_released(f->tr), &f->released);
    if (f->rests)
        wake(f);
    check(f);
}
