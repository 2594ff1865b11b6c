/* assemble.c - the actions of a rule in the order in which they are sent, and which of them
 * go together (alb-ingress.md §A.6, §C.7; alb-semantics.md §6). */
#include <inttypes.h>
#include <string.h>

#include "alb-agent/buf.h"
#include "translate_priv.h"

enum { MAX_ACTIONS = 5 }; /* of a rule: alb-semantics.md §11 */

static bool is_final(enum alb_action_type type)
{
    return type == ALB_ACTION_FORWARD || type == ALB_ACTION_REDIRECT || type == ALB_ACTION_FIXED;
}

static size_t count_of(const action_list *raw, enum alb_action_type type)
{
    size_t n = 0;
    for (size_t i = 0; i < raw->len; i++)
        n += raw->items[i].type == type;
    return n;
}

static const char *names_of(struct arena *a, const action_list *raw, bool finals)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    for (size_t i = 0; i < raw->len; i++)
        if (is_final(raw->items[i].type) == finals)
            buf_addf(&b, "%s%s", b.len ? " " : "", alb_action_type_name(raw->items[i].type));
    return buf_keep(&b, a);
}

/* ---- what goes together ---------------------------------------------------------------------- */

static void check_finals(struct subject *s, const struct place *at, const action_list *raw,
                         const struct route *r)
{
    size_t n = count_of(raw, ALB_ACTION_FORWARD) + count_of(raw, ALB_ACTION_REDIRECT)
               + count_of(raw, ALB_ACTION_FIXED);
    if (!raw->len)
        problem(s, at,
                "the port is use-annotation, but there is no annotation %sactions.%s "
                "with an action; add it",
                ANNOTATION_PREFIX, r->service);
    else if (!n)
        problem(s, at,
                "no action ends the rule; add ForwardGroup, Redirect or FixedResponse to the "
                "annotation %sactions.%s, or give the number of a port",
                ANNOTATION_PREFIX, r->service);
    else if (n > 1)
        problem(s, at, "multi finalType action find: [%s]; keep one%s",
                names_of(s->t->a, raw, true),
                r->own_forward ? ", or give the port the name use-annotation" : "");
}

static void check_once(struct subject *s, const struct place *at, const action_list *raw)
{
    static const enum alb_action_type once[] = { ALB_ACTION_LIMIT, ALB_ACTION_REWRITE,
                                                 ALB_ACTION_CORS, ALB_ACTION_MIRROR };
    for (size_t i = 0; i < COUNT(once); i++)
        if (count_of(raw, once[i]) > 1)
            problem(s, at,
                    "%s is asked for %zu times, by annotations of its own or by actions; "
                    "keep one",
                    alb_action_type_name(once[i]), count_of(raw, once[i]));
}

static void check_pairs(struct subject *s, const struct place *at, const action_list *raw)
{
    bool forward = count_of(raw, ALB_ACTION_FORWARD), rewrite = count_of(raw, ALB_ACTION_REWRITE),
         mirror = count_of(raw, ALB_ACTION_MIRROR);
    if (rewrite && !forward)
        problem(s, at,
                "Rewrite changes what a backend gets, but no ForwardGroup leads to one; "
                "remove it, or forward");
    if (mirror && !forward)
        problem(s, at,
                "TrafficMirror copies what a backend gets, but no ForwardGroup leads to "
                "one; remove it, or forward");
    if (mirror && rewrite)
        problem(s, at, "TrafficMirror and Rewrite exclude each other; keep one");
}

static const struct alb_rule_action *first_of(const action_list *raw, enum alb_action_type type)
{
    for (size_t i = 0; i < raw->len; i++)
        if (raw->items[i].type == type)
            return &raw->items[i];
    return NULL;
}

static void check_targets(struct subject *s, const struct place *at, const action_list *raw)
{
    const struct alb_rule_action *forward = first_of(raw, ALB_ACTION_FORWARD);
    const struct alb_rule_action *mirror = first_of(raw, ALB_ACTION_MIRROR);
    for (size_t i = 0; forward && i < forward->forward.targets.len; i++) {
        const char *id = forward->forward.targets.items[i].group_id;
        for (size_t k = 0; k < i; k++)
            if (!strcmp(id, forward->forward.targets.items[k].group_id))
                problem(s, at, "its ForwardGroup names %s twice; give one weight for both", id);
        for (size_t k = 0; mirror && k < mirror->mirror.groups.targets.len; k++)
            if (!strcmp(id, mirror->mirror.groups.targets.items[k].group_id))
                problem(s, at, "it forwards to %s and mirrors to it too; give another group", id);
    }
}

static void check_request(struct subject *s, const struct place *at, const action_list *raw,
                          const struct route *r)
{
    check_finals(s, at, raw, r);
    check_once(s, at, raw);
    check_pairs(s, at, raw);
    check_targets(s, at, raw);
}

static void check_response(struct subject *s, const struct place *at, const action_list *raw,
                           const struct route *r)
{
    size_t n = count_of(raw, ALB_ACTION_INSERT_HEADER) + count_of(raw, ALB_ACTION_REMOVE_HEADER);
    if (r->own_forward)
        problem(s, at,
                "a rule of direction Response forwards nothing; give the port the name "
                "use-annotation");
    else if (n < raw->len)
        problem(s, at,
                "a rule of direction Response can only InsertHeader and RemoveHeader, but "
                "there is [%s]; remove the others",
                arena_fmt(s->t->a, "%s%s%s", names_of(s->t->a, raw, false), n ? " " : "",
                          names_of(s->t->a, raw, true)));
    else if (!n)
        problem(s, at,
                "a rule of direction Response needs an InsertHeader or a RemoveHeader in the "
                "annotation %sactions.%s",
                ANNOTATION_PREFIX, r->service);
}

/* ---- order ----------------------------------------------------------------------------------- */

static int rank(enum alb_action_type type)
{
    return type == ALB_ACTION_LIMIT ? 0 : is_final(type) ? 2 : 1;
}

static void add(struct subject *s, action_list *to, const struct alb_rule_action *action)
{
    struct alb_rule_action *out = LIST_PUSH(s->t->a, to);
    *out = *action;
    out->order = (struct opt_int){ .val = (int64_t)to->len, .set = true };
}

static bool goes_with_redirect(enum alb_action_type type)
{
    return type == ALB_ACTION_INSERT_HEADER || type == ALB_ACTION_REMOVE_HEADER
           || type == ALB_ACTION_LIMIT || type == ALB_ACTION_CORS;
}

static const struct alb_rule_action ssl_redirect = { .type = ALB_ACTION_REDIRECT,
                                                     .redirect = { .host = "${host}",
                                                                   .path = "${path}",
                                                                   .port = "443",
                                                                   .protocol = "HTTPS",
                                                                   .query = "${query}",
                                                                   .http_code = "308" } };

void actions_assemble(struct subject *s, const struct place *at, const action_list *raw,
                      struct route *r)
{
    size_t before = s->n_problems;
    bool response = r->direction == ALB_DIRECTION_RESPONSE;
    if (response)
        check_response(s, at, raw, r);
    else
        check_request(s, at, raw, r);
    if (raw->len > MAX_ACTIONS)
        problem(s, at, "it has %zu actions, [%s %s], and ALB takes %d in a rule; remove some",
                raw->len, names_of(s->t->a, raw, false), names_of(s->t->a, raw, true), MAX_ACTIONS);
    if (s->n_problems > before)
        return;
    for (int i = 0; i <= 2; i++)
        for (size_t k = 0; k < raw->len; k++)
            if (rank(raw->items[k].type) == i)
                add(s, &r->actions, &raw->items[k]);
    if (!r->redirects)
        return;
    for (size_t k = 0; k < raw->len; k++)
        if (goes_with_redirect(raw->items[k].type))
            add(s, &r->redirected, &raw->items[k]);
    if (!response)
        add(s, &r->redirected, &ssl_redirect);
}
