/* A translation that follows changes: whatever the way, it is the translation of what is there. */
#include "dump.h"
#include "edits.h"

#include "alb-agent/json.h"

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

static void follower_begin(struct follower *f, uint64_t seed)
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

static void follower_done(struct follower *f)
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
static void step(struct follower *f)
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

enum { SEEDS = 20, STEPS = 100 };

static void test_after_any_changes_it_is_the_translation_from_scratch(void **state)
{
    (void)state;
    size_t rows = 0, problems = 0, certificates = 0, held = 0, borrowed = 0, scripts = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct follower f;
        follower_begin(&f, seed);
        for (int i = 0; i < STEPS; i++) {
            step(&f);
            struct arena a CLEANUP(arena_done) = { 0 };
            struct translate_out out;
            translator_whole(f.tr, &a, &out);
            rows += out.desired.rows.len;
            problems += out.problems.len;
            certificates += out.secrets.len;
            for (size_t k = 0; k < out.desired.rows.len; k++) {
                borrowed += resource_is_borrowed(&out.desired.rows.items[k]);
                scripts += out.desired.rows.items[k].kind == RESOURCE_SCRIPT;
            }
        }
        held += f.n_held;
        follower_done(&f);
    }
    /* The worlds were neither empty nor all wrong. */
    assert_true(rows > (size_t)SEEDS * STEPS * 4 && problems > (size_t)SEEDS * STEPS);
    assert_true(certificates > (size_t)SEEDS * 4 && held > (size_t)SEEDS * STEPS);
    assert_true(borrowed > (size_t)SEEDS * 10 && scripts > (size_t)SEEDS * 10);
}

static const struct translate_in settings = { .cluster_id = "c-1", .vpc_id = "vpc-1" };

/* ---- how much it does ------------------------------------------------------------------------ */

enum { PER_LB = 5 };

/* AlbConfig c<i> with its class and Ingresses, each with a Service and a slice of its own. */
static void add_lb(struct world *w, int i)
{
    const char *config = arena_fmt(&w->a,
                                   "apiVersion: alibabacloud.com/v1\nkind: AlbConfig\n"
                                   "metadata: {name: c%d}\nspec:\n  config: {zoneMappings: "
                                   "[{vSwitchId: vsw-1, zoneId: z-1}]}\n"
                                   "  listeners: [{port: 80, protocol: HTTP}]\n---\n"
                                   "apiVersion: networking.k8s.io/v1\nkind: IngressClass\n"
                                   "metadata: {name: c%d}\nspec: {controller: "
                                   "ingress.k8s.alibabacloud/alb, parameters: {name: c%d}}\n",
                                   i, i, i);
    world_read(w, config);
    for (int k = 0; k < PER_LB; k++)
        world_read(w,
                   arena_fmt(&w->a,
                             "apiVersion: networking.k8s.io/v1\nkind: Ingress\n"
                             "metadata: {name: i%d-%d, namespace: n%d}\n"
                             "spec: {ingressClassName: c%d, rules: [{host: h%d.com, http: {paths: "
                             "[{path: /, pathType: Prefix, backend: {service: {name: tea, port: "
                             "{name: http}}}}]}}]}\n",
                             i, k, i, i, k));
    world_read(w, arena_fmt(&w->a,
                            "apiVersion: v1\nkind: Service\nmetadata: {name: tea, namespace: n%d}\n"
                            "spec: {ports: [{name: http, port: 80}]}\n---\n"
                            "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: "
                            "{name: tea-1, namespace: n%d, labels: {kubernetes.io/service-name: "
                            "tea}}\naddressType: IPv4\nports: [{name: http, port: 8080}]\n"
                            "endpoints: [{addresses: [10.0.0.1]}]\n",
                            i, i));
}

static struct translate_work update_one(struct world *w, struct translator *tr,
                                        enum object_kind kind, const char *ns, const char *name)
{
    struct translate_object o = { kind, ns, name };
    struct translate_changes changes = { .objects = { &o, 1 } };
    translator_update(tr, &w->set, &w->facts, 0, &changes);
    return translator_work(tr);
}

static void assert_work(struct translate_work is, struct translate_work wanted)
{
    assert_int_equal(is.ingresses, wanted.ingresses);
    assert_int_equal(is.lbs, wanted.lbs);
    assert_int_equal(is.groups, wanted.groups);
    assert_int_equal(is.services, wanted.services);
}

/* The lookups after a changed Ingress, slice and fact, in a world of 'n' load balancers. */
static void measure(int n, size_t lookups[3])
{
    struct world w = { .vpc = "vpc-1" };
    struct translator *tr = translator_new(&settings);
    world_fact(&w, FACT_ENI, "vpc-1/10.0.0.1", "eni-1", "");
    for (int i = 0; i < n; i++)
        add_lb(&w, i);
    translator_update(tr, &w.set, &w.facts, 0, NULL);
    size_t all = (size_t)n * PER_LB;
    assert_work(translator_work(tr),
                (struct translate_work){
                    .ingresses = all, .lbs = (size_t)n, .groups = all, .services = (size_t)n });
    assert_int_equal(translator_changed(tr)->len, n);

    struct translate_work work = update_one(&w, tr, OBJECT_INGRESS, "n1", "i1-2");
    assert_work(work, (struct translate_work){ .ingresses = 1, .lbs = 1, .groups = 1 });
    assert_int_equal(translator_changed(tr)->len, 1);
    assert_string_equal(translator_changed(tr)->items[0], "kube-system/c1");
    lookups[0] = work.lookups;

    work = update_one(&w, tr, OBJECT_ENDPOINT_SLICE, "n2", "tea-1");
    assert_work(work, (struct translate_work){ .groups = PER_LB, .services = 1 });
    assert_string_equal(translator_changed(tr)->items[0], "kube-system/c2");
    lookups[1] = work.lookups;

    work = update_one(&w, tr, OBJECT_SERVICE, "n2", "tea");
    assert_work(work, (struct translate_work){
                          .ingresses = PER_LB, .lbs = 1, .groups = PER_LB, .services = 1 });
    lookups[2] = work.lookups;

    work = update_one(&w, tr, OBJECT_POD, "n2", "nobody");
    assert_work(work, (struct translate_work){ 0 });
    assert_int_equal(work.lookups, 0);
    assert_int_equal(translator_changed(tr)->len, 0);
    translator_free(tr);
    world_done(&w);
}

static void test_one_change_costs_the_same_among_few_and_among_many(void **state)
{
    (void)state;
    size_t few[3], many[3];
    measure(4, few);
    measure(40, many);
    for (size_t i = 0; i < 3; i++) {
        assert_true(few[i] > 0);
        assert_int_equal(few[i], many[i]);
    }
}

/* ---- time ------------------------------------------------------------------------------------ */

static size_t warnings_of(const struct translator *tr, const char *text)
{
    const struct translate_out *out = translator_lb(tr, "kube-system/web");
    size_t n = 0;
    for (size_t i = 0; i < out->warnings.len; i++)
        n += strstr(out->warnings.items[i].message, text) != NULL;
    return n;
}

/* The certificate of a Secret has 20 days left: each day another text, then it has ended. */
static void test_it_says_when_time_alone_changes_something(void **state)
{
    (void)state;
    static const struct translate_changes none = { 0 };
    const int64_t day = (int64_t)EDIT_DAY * 1000, begin = (int64_t)EDIT_NOW * 1000;
    struct edits e;
    edits_begin(&e, 1);
    e.certs[0] = e.certs[2] = e.certs[3] = e.certs[1];
    struct world w = { 0 };
    world_read(&w,
               WEB TEA("d") INGRESS(
                   "d", "web",
                   "") "  tls: [{hosts: [b.com], secretName: s-1}]\n  rules:\n" PATH("b.com", "/"));
    object_set_add(&w.set, cJSON_Parse(edit_secret(&e, &w.a, "d", "s-1")), "s.yaml:1");
    struct translator *tr = translator_new(&settings);
    translator_update(tr, &w.set, &w.facts, begin, NULL);
    assert_int_equal(warnings_of(tr, "ends in 20 days"), 1);
    assert_true(translator_next(tr) == begin + 1);
    for (int i = 19; i >= 1; i--) {
        translator_update(tr, &w.set, &w.facts, translator_next(tr), &none);
        assert_int_equal(warnings_of(tr, i > 1 ? " days; renew" : "ends in 1 day; renew"), 1);
        assert_int_equal(warnings_of(tr, arena_fmt(&w.a, "ends in %d day", i)), 1);
        assert_true(translator_next(tr) == begin + (20 - i) * day + 1);
    }
    translator_update(tr, &w.set, &w.facts, begin + 20 * day - 1, &none);
    assert_int_equal(translator_lb(tr, "kube-system/web")->problems.len, 0);
    assert_true(translator_next(tr) == begin + 20 * day);
    translator_update(tr, &w.set, &w.facts, begin + 20 * day, &none);
    assert_int_equal(translator_lb(tr, "kube-system/web")->problems.len, 1);
    assert_true(translator_next(tr) == INT64_MAX);
    translator_update(tr, &w.set, &w.facts, begin + day, &none);
    assert_int_equal(warnings_of(tr, "ends in 19 days"), 1);
    translator_free(tr);
    world_done(&w);
    arena_done(&e.pems);
}

static const char *server_of(const struct translator *tr)
{
    struct translate_out out;
    struct arena a CLEANUP(arena_done) = { 0 };
    translator_whole(tr, &a, &out);
    const struct resource *r =
        model_find(&out.desired, "kube-system/web", RESOURCE_SERVER_GROUP, "d/web-tea:80");
    const struct alb_server_group *g = r ? r->desired : NULL;
    return !g                                 ? "no group"
           : !g->servers.len                  ? "none"
           : g->servers.items[0].id[0] == 'e' ? "eni"
                                              : "node";
}

#define NODE_PORT                                                                                 \
    "---\napiVersion: v1\nkind: Service\nmetadata: {name: tea, namespace: d}\n"                   \
    "spec: {type: NodePort, ports: [{name: http, port: 80, nodePort: 30080}]}\n"                  \
    "---\napiVersion: v1\nkind: Endpoints\nmetadata: {name: tea, namespace: d}\n"                 \
    "subsets: [{addresses: [{ip: 10.0.0.1}], ports: [{name: http, port: 8080}]}]\n"               \
    "---\napiVersion: v1\nkind: Node\nmetadata: {name: n}\nspec: {providerID: cn-hangzhou.i-n}\n" \
    "status: {conditions: [{type: Ready, status: \"True\"}]}\n"

static void test_services_that_do_not_say_are_reached_as_the_setting_says(void **state)
{
    (void)state;
    struct world w = { 0 };
    world_read(&w, WEB NODE_PORT INGRESS("d", "web", "") "  rules:\n" PATH("a.com", "/"));
    world_fact(&w, FACT_ENI, "vpc-1/10.0.0.1", "eni-1", "");
    static const char *const types[] = { NULL, "eni", "ecs" };
    static const char *const wanted[] = { "eni", "eni", "node" };
    for (size_t i = 0; i < COUNT(types); i++) {
        struct translator *tr = translator_new(&(struct translate_in){ .cluster_id = "c-1",
                                                                       .vpc_id = "vpc-1",
                                                                       .region = "cn-hangzhou",
                                                                       .backend_type = types[i] });
        translator_update(tr, &w.set, &w.facts, 0, NULL);
        assert_string_equal(server_of(tr), wanted[i]);
        translator_free(tr);
    }
    translator_free(NULL);
    world_done(&w);
}

/* The groups of an Ingress that did not change follow the VPC of their load balancer. */
static void test_groups_follow_the_vpc(void **state)
{
    (void)state;
    struct world w = { 0 };
    world_read(&w, WEB TEA("d") INGRESS("d", "web", "") "  rules:\n" PATH("a.com", "/"));
    world_fact(&w, FACT_ENI, "vpc-1/10.0.0.1", "eni-1", "");
    struct translator *tr = translator_new(&(struct translate_in){ .cluster_id = "c-1" });
    translator_update(tr, &w.set, &w.facts, 0, NULL);
    assert_string_equal(server_of(tr), "none");
    struct fact_need vswitch = { .kind = FACT_VSWITCH, .key = "vsw-1" };
    const struct translate_changes changes = { .facts = { &vswitch, 1 } };
    world_fact(&w, FACT_VSWITCH, "vsw-1", "z-1", "vpc-1");
    translator_update(tr, &w.set, &w.facts, 0, &changes);
    assert_string_equal(server_of(tr), "eni");
    for (size_t i = 0; i < w.facts.items.len; i++)
        if (w.facts.items.items[i].kind == FACT_VSWITCH)
            w.facts.items.items[i].value2 = "vpc-2";
    translator_update(tr, &w.set, &w.facts, 0, &changes);
    assert_string_equal(server_of(tr), "none");
    translator_free(tr);
    world_done(&w);
}

static void test_rows_of_nobody_are_not_held(void **state)
{
    (void)state;
    struct world w = { 0 };
    world_read(&w, WEB TEA("d") INGRESS("d", "web", "") "  rules:\n" PATH("a.com", "/"));
    struct translator *tr =
        translator_new(&(struct translate_in){ .cluster_id = "c-1", .vpc_id = "vpc-1" });
    translator_update(tr, &w.set, &w.facts, 0, NULL);
    struct resource row = {
        .lb = "kube-system/web", .kind = RESOURCE_RULE, .key = "", .parent = ""
    };
    assert_false(translator_holds(tr, &row));
    row.desired_from = "AlbConfig web (t.yaml:1)";
    assert_false(translator_holds(tr, &row));
    row.desired_from = "Ingress d/web (t.yaml:9) rules[0].paths[0]";
    assert_false(translator_holds(tr, &row));
    assert_non_null(translator_lb(tr, "kube-system/web"));
    assert_null(translator_lb(tr, "default/web"));
    translator_free(tr);
    world_done(&w);
}

/* Which path a group is made for may change though its Ingress does not: its notes follow. */
static void test_a_group_follows_the_path_that_names_it_first(void **state)
{
    (void)state;
    static const char one_left[] =
        "{\"apiVersion\":\"alibabacloud.com/"
        "v1\",\"kind\":\"AlbConfig\",\"metadata\":{\"name\":\"web\"},"
        "\"spec\":{\"config\":{\"zoneMappings\":[{\"vSwitchId\":\"vsw-1\",\"zoneId\":\"z-1\"}]},"
        "\"listeners\":[{\"port\":443,\"protocol\":\"HTTPS\",\"certificates\":[{\"CertificateId\":"
        "\"c-1\"}]}]}}";
    struct world w = { 0 };
    world_read(&w, WEB INGRESS("d", "web", "") "  tls: [{hosts: [a.com]}]\n  rules:\n" PATH(
                       "a.com", "/") PATH("b.com", "/"));
    struct translator *tr =
        translator_new(&(struct translate_in){ .cluster_id = "c-1", .vpc_id = "vpc-1" });
    translator_update(tr, &w.set, &w.facts, 0, NULL);
    assert_int_equal(warnings_of(tr, "spec.rules[1].http.paths[0].backend: there is no Service"),
                     1);
    object_set_replace(&w.set, cJSON_Parse(one_left), "t.yaml:1");
    struct translate_object config = { OBJECT_ALB_CONFIG, "", "web" };
    const struct translate_changes changes = { .objects = { &config, 1 } };
    translator_update(tr, &w.set, &w.facts, 0, &changes);
    assert_int_equal(warnings_of(tr, "spec.rules[0].http.paths[0].backend: there is no Service"),
                     1);
    assert_int_equal(warnings_of(tr, "spec.rules[1].http.paths[0].backend: there is no Service"),
                     0);
    translator_free(tr);
    world_done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_after_any_changes_it_is_the_translation_from_scratch),
        cmocka_unit_test(test_one_change_costs_the_same_among_few_and_among_many),
        cmocka_unit_test(test_it_says_when_time_alone_changes_something),
        cmocka_unit_test(test_services_that_do_not_say_are_reached_as_the_setting_says),
        cmocka_unit_test(test_groups_follow_the_vpc),
        cmocka_unit_test(test_rows_of_nobody_are_not_held),
        cmocka_unit_test(test_a_group_follows_the_path_that_names_it_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
