/* decide.c - what a person decides about drift that was found: 'drift accept', 'ignore',
 * 'correct' and 'forget'.
 *
 * A verdict is about what was found last, which is in the state file: no call is made. */
#include <string.h>

#include "alb-agent/clock.h"
#include "alb-agent/json.h"
#include "cli.h"

static const struct {
    const char *name;
    enum finding_verdict verdict;
    const char *done; /* of one resource; what follows is its time */
} decisions[] = {
    { "accept", FINDING_ACCEPTED, "Accepted as it is" },
    { "ignore", FINDING_IGNORED, "Ignored" },
    { "correct", FINDING_CORRECT, "To be corrected by the next apply" },
    { "forget", FINDING_OPEN, "Nothing is decided any more" },
};

/* What is asked for, and about what. */
struct decision {
    size_t which; /* of 'decisions' */
    const char *lb, *key;
    enum resource_kind kind;
    int64_t now_ms, until;
};

/* A date means its end in UTC (design.md §7): the verdict is over with the day after. */
static bool parse_until(const char *text, int64_t now_ms, int64_t *until, struct error *err)
{
    struct arena scratch CLEANUP(arena_done) = { 0 };
    *until = 0;
    if (!text)
        return true;
    if (time_parse(arena_fmt(&scratch, "%sT00:00:00Z", text), until))
        *until += INT64_C(24) * 60 * 60 * 1000;
    else if (!time_parse(text, until))
        return error_set(err, ERROR_INVALID,
                         "drift: --until '%s': write a date as 2026-12-31, which means its end in "
                         "UTC, or a time as 2026-12-31T18:00:00Z",
                         text);
    return *until > now_ms
           || error_set(err, ERROR_INVALID, "drift: --until '%s' is over already", text);
}

static bool parse(const struct options *o, struct decision *d, struct error *err)
{
    const char *const *words = o->args.items;
    while (d->which < COUNT(decisions) && strcmp(words[0], decisions[d->which].name) != 0)
        d->which++;
    if (d->which == COUNT(decisions))
        return error_set(err, ERROR_INVALID,
                         "drift: '%s' is not expected: say accept, ignore, correct or forget; "
                         "manifests are given with -f",
                         words[0]);
    if (o->args.len != 4)
        return error_set(err, ERROR_INVALID, "drift %s: give LB KIND KEY", words[0]);
    if (o->until && decisions[d->which].verdict == FINDING_OPEN)
        return error_set(err, ERROR_INVALID, "drift forget takes no --until");
    d->kind = resource_kind_find(words[2]);
    if (d->kind == RESOURCE_KINDS)
        return error_set(err, ERROR_INVALID,
                         "drift: '%s' is no kind: LoadBalancer, Listener, Rule, ServerGroup, "
                         "Certificate, Acl or AScript",
                         words[2]);
    d->key = words[3];
    d->now_ms = clock_now_ms(clock_system());
    return parse_until(o->until, d->now_ms, &d->until, err);
}

/* The key of what a person calls by its id or name. */
static const char *find_key(const struct session *s, const struct decision *d)
{
    for (size_t i = 0; i < s->known.rows.len; i++) {
        const struct resource *r = &s->known.rows.items[i];
        const struct alb_rule *rule = r->kind == RESOURCE_RULE ? r->actual : NULL;
        if (r->kind != d->kind || strcmp(r->lb, d->lb) != 0)
            continue;
        if ((r->cloud_id && !strcmp(r->cloud_id, d->key))
            || (rule && rule->name && !strcmp(rule->name, d->key)))
            return r->key;
    }
    return d->key;
}

/* With a load balancer or listener that is gone goes what was in it. */
static bool is_part(const struct finding *f, const struct finding *of)
{
    if (of->class != CLASS_MISSING || f->class != CLASS_MISSING || strcmp(f->lb, of->lb) != 0)
        return false;
    size_t n = strlen(of->key);
    return of->kind == RESOURCE_LOAD_BALANCER
           || (of->kind == RESOURCE_LISTENER && f->kind == RESOURCE_RULE
               && !strncmp(f->key, of->key, n) && f->key[n] == '#');
}

static bool put(struct session *s, const struct decision *d, finding_list *done, struct error *err)
{
    const struct finding *of = finding_find(&s->findings, d->lb, d->kind, d->key);
    if (!of)
        return error_set(
            err, ERROR_NOT_FOUND,
            "drift: nothing was found amiss with %s '%s' of %s; 'alb-agent drift' shows "
            "what is, and writes it down",
            resource_kind_name(d->kind), d->key, d->lb);
    for (size_t i = 0; i < s->findings.len; i++) {
        struct finding f = s->findings.items[i];
        if (&s->findings.items[i] != of && !is_part(&f, of))
            continue;
        f.verdict = decisions[d->which].verdict;
        f.until = d->until;
        f.decided_at = f.verdict == FINDING_OPEN ? 0 : d->now_ms;
        *LIST_PUSH(&s->arena, done) = f;
        if (!store_finding_decide(s->store, &f, d->now_ms, err))
            return false;
    }
    return true;
}

/* All of it is decided, or nothing. */
static bool put_all(struct session *s, const struct decision *d, finding_list *done,
                    struct error *err)
{
    struct store_txn txn CLEANUP(store_txn_done) = { 0 };
    return store_begin(&txn, s->store, err) && put(s, d, done, err) && store_commit(&txn, err);
}

static void print_text(struct buf *b, const struct decision *d, const finding_list *done)
{
    char until[TIME_TEXT];
    buf_adds(b, decisions[d->which].done);
    if (d->until)
        buf_addf(b, " until %s", time_format(d->until, until));
    buf_adds(b, ":\n");
    for (size_t i = 0; i < done->len; i++)
        buf_addf(b, "  %-9s %s %s of %s\n", resource_class_name(done->items[i].class),
                 resource_kind_name(done->items[i].kind), done->items[i].key, done->items[i].lb);
}

static void print_json(struct buf *b, const struct decision *d, const finding_list *done)
{
    char until[TIME_TEXT];
    cJSON *doc CLEANUP(json_done) = cJSON_CreateObject();
    cJSON_AddStringToObject(doc, "decision", decisions[d->which].name);
    if (d->until)
        cJSON_AddStringToObject(doc, "until", time_format(d->until, until));
    cJSON *array = cJSON_AddArrayToObject(doc, "resources");
    for (size_t i = 0; i < done->len; i++) {
        cJSON *o = cJSON_CreateObject();
        cJSON_AddStringToObject(o, "loadBalancer", done->items[i].lb);
        cJSON_AddStringToObject(o, "kind", resource_kind_name(done->items[i].kind));
        cJSON_AddStringToObject(o, "key", done->items[i].key);
        cJSON_AddStringToObject(o, "class", resource_class_name(done->items[i].class));
        cJSON_AddItemToArray(array, o);
    }
    json_write(b, doc, false);
    buf_addc(b, '\n');
}

/* An agent that runs would not see what is written beside it, and write over it. */
static enum exit_code refuse(struct error *err)
{
    if (err->kind == ERROR_CONFLICT)
        (void)error_wrap(err, "drift: a verdict needs the state file for itself; stop the agent, "
                              "decide, and start it again (nothing changes meanwhile)");
    return cli_fail(err);
}

enum exit_code cli_decide(const struct options *o)
{
    struct error err;
    struct session s CLEANUP(session_close) = { 0 };
    struct decision d = { .lb = "", .key = "" };
    finding_list done = { 0 };
    if (!parse(o, &d, &err))
        return cli_fail(&err);
    if (!open_session(&s, o, STORE_WRITE, false, &err))
        return refuse(&err);
    d.lb = session_lb_name(&s, o->args.items[1]);
    d.key = find_key(&s, &d);
    if (!put_all(&s, &d, &done, &err))
        return cli_fail(&err);
    struct buf b CLEANUP(buf_done) = { 0 };
    if (format_of(o) == REPORT_JSON)
        print_json(&b, &d, &done);
    else
        print_text(&b, &d, &done);
    cli_print(&b);
    return EXIT_DONE;
}
