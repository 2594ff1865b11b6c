/* translate.c - the way from objects to wanted resources: AlbConfigs first, then each
 * Ingress by itself, then the rules of each load balancer. */
#include "alb-agent/translate.h"

#include <stdlib.h>
#include <string.h>

#include "alb-agent/json.h"
#include "translate_priv.h"

static void place_ingress(struct tr *t, const struct object *obj, const config_list *configs)
{
    struct subject s = { .t = t, .obj = obj };
    struct config *c = class_config(&s, configs);
    if (c)
        s.obj = nginx_read(&s);
    struct ingress *ing = c ? ingress_read(&s) : NULL;
    if (ing)
        *LIST_PUSH(t->a, &c->members) = ing;
    if (s.n_problems)
        hold(t, NULL, NULL, subject_name(t->a, obj));
}

static void place_ingresses(struct tr *t, const config_list *configs)
{
    size_t n = 0;
    struct object *const *objects = object_set_kind(t->in->objects, OBJECT_INGRESS, &n);
    for (size_t i = 0; i < n; i++)
        if (!json_at(objects[i]->body, "metadata.deletionTimestamp"))
            place_ingress(t, objects[i], configs);
}

static void finish(struct config *c)
{
    for (size_t i = 0; i < c->members.len; i++)
        ingress_done(c->members.items[i]);
}

static int compare_needs(const void *x, const void *y)
{
    const struct fact_need *a = x, *b = y;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    return strcmp(a->key, b->key);
}

static void sort_needs(fact_needs *needs)
{
    if (needs->len)
        qsort(needs->items, needs->len, sizeof *needs->items, compare_needs);
}

void translate(struct arena *a, const struct translate_in *in, struct translate_out *out)
{
    struct tr t = { .a = a, .in = in, .out = out };
    config_list configs = { 0 };
    *out = (struct translate_out){ 0 };
    services_index(&t);
    configs_translate(&t, &configs);
    place_ingresses(&t, &configs);
    for (size_t i = 0; i < configs.len; i++)
        if (!configs.items[i].left_out) {
            certificates_translate(&t, &configs.items[i]);
            rules_translate(&t, &configs.items[i]);
        }
    for (size_t i = 0; i < configs.len; i++)
        finish(&configs.items[i]);
    model_sort(&out->desired);
    sort_needs(&out->needs);
    map_done(&t.noted);
    map_done(&t.groups);
    map_done(&t.services);
    map_done(&t.secrets);
}
