/* test_rows.c - what was read, as rows: whose is what, and under which key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "src/observe/observe_priv.h"

#define WEB "kube-system/web"

struct bed {
    struct arena arena;
    struct observe_in in;
    struct observe_lb lbs[2];
    struct seen seen;
    struct model known, out;
    struct error err;
};

static int setup(void **state)
{
    struct bed *b = calloc(1, sizeof *b);
    *state = b;
    b->lbs[0] = (struct observe_lb){ .name = WEB };
    b->in =
        (struct observe_in){ .cluster_id = "c1", .lbs = b->lbs, .n_lbs = 1, .known = &b->known };
    return 0;
}

static int teardown(void **state)
{
    struct bed *b = *state;
    arena_done(&b->arena);
    free(b);
    return 0;
}

static bool run(struct bed *b)
{
    return rows_from_seen(&b->arena, &b->in, &b->seen, 5000, &b->out, &b->err);
}

static alb_tags tags(struct bed *b, const char *cluster, const char *config)
{
    alb_tags t = { 0 };
    if (cluster)
        *LIST_PUSH(&b->arena, &t) = (struct alb_tag){ TAG_CLUSTER, cluster };
    if (config)
        *LIST_PUSH(&b->arena, &t) = (struct alb_tag){ TAG_ALBCONFIG, config };
    return t;
}

static void add_lb(struct bed *b, const char *id, const char *cluster, const char *config)
{
    *LIST_PUSH(&b->arena, &b->seen.lbs) = (struct alb_load_balancer){
        .id = id, .status = "Active", .tags = tags(b, cluster, config)
    };
}

static void add_listener(struct bed *b, const char *id, int64_t port, const char *description)
{
    *LIST_PUSH(&b->arena, &b->seen.listeners) =
        (struct alb_listener){ .id = id,
                               .lb_id = "alb-1",
                               .protocol = port == 443 ? ALB_PROTOCOL_HTTPS : ALB_PROTOCOL_HTTP,
                               .port = { port, true },
                               .description = description,
                               .status = "Running" };
}

static struct alb_rule *add_rule(struct bed *b, const char *id, const char *name, int64_t priority,
                                 const char *host)
{
    const char **value = arena_dup(&b->arena, &host, sizeof host);
    struct alb_condition *c = arena_alloc(&b->arena, sizeof *c);
    *c = (struct alb_condition){ .type = ALB_COND_HOST, .values = { .values = { value, 1 } } };
    struct alb_rule *rule = LIST_PUSH(&b->arena, &b->seen.rules);
    *rule = (struct alb_rule){ .id = id,
                               .listener_id = "lsn-1",
                               .lb_id = "alb-1",
                               .name = name,
                               .priority = { priority, true },
                               .conditions = { c, 1 },
                               .status = "Available" };
    return rule;
}

static struct alb_server_group *add_group(struct bed *b, const char *id, const char *resource)
{
    struct alb_server_group *g = LIST_PUSH(&b->arena, &b->seen.groups);
    *g = (struct alb_server_group){ .id = id, .status = "Available", .tags = tags(b, "c1", WEB) };
    *LIST_PUSH(&b->arena, &g->tags) = (struct alb_tag){ TAG_RESOURCE, resource };
    return g;
}

static void add_parts(struct bed *b, struct alb_server_group *g, const char *ns,
                      const char *ingress, const char *service, const char *port)
{
    const struct alb_tag parts[] = { { TAG_SERVICE_NS, ns },
                                     { TAG_INGRESS_NAME, ingress },
                                     { TAG_SERVICE_NAME, service },
                                     { TAG_SERVICE_PORT, port } };
    for (size_t i = 0; i < COUNT(parts); i++)
        *LIST_PUSH(&b->arena, &g->tags) = parts[i];
}

static const struct resource *find(const struct bed *b, enum resource_kind kind, const char *key)
{
    return model_find(&b->out, WEB, kind, key);
}

static const struct resource *by_id(const struct bed *b, const char *id)
{
    for (size_t i = 0; i < b->out.rows.len; i++)
        if (!strcmp(b->out.rows.items[i].cloud_id, id))
            return &b->out.rows.items[i];
    return NULL;
}

/* ---- load balancers ----------------------------------------------------------------------- */

static void test_load_balancer_with_our_tags_is_ours(void **state)
{
    struct bed *b = *state;
    add_lb(b, "alb-1", "c1", WEB);
    add_lb(b, "alb-2", "c2", "kube-system/elsewhere");
    add_lb(b, "alb-3", NULL, NULL);
    assert_true(run(b));
    assert_int_equal(b->out.rows.len, 1);
    const struct resource *lb = find(b, RESOURCE_LOAD_BALANCER, WEB);
    assert_string_equal(lb->cloud_id, "alb-1");
    assert_string_equal(lb->status, "Active");
    assert_int_equal(lb->observed_at, 5000);
    assert_true(lb->ours);
}

static void test_load_balancer_of_a_gone_albconfig_is_still_ours(void **state)
{
    struct bed *b = *state;
    add_lb(b, "alb-1", "c1", "kube-system/gone");
    assert_true(run(b));
    assert_int_equal(b->out.rows.len, 1);
    assert_string_equal(b->out.rows.items[0].lb, "kube-system/gone");
}

static void test_other_clusters_load_balancer_for_our_albconfig_stops_us(void **state)
{
    struct bed *b = *state;
    add_lb(b, "alb-9", "c2", WEB);
    assert_false(run(b));
    assert_int_equal(b->err.kind, ERROR_CONFLICT);
    assert_non_null(strstr(b->err.msg, "alb-9"));
    assert_non_null(strstr(b->err.msg, "'c2'"));
    assert_non_null(strstr(b->err.msg, "--cluster-id c2"));
}

static void test_two_load_balancers_with_our_tags_stop_us(void **state)
{
    struct bed *b = *state;
    add_lb(b, "alb-1", "c1", WEB);
    add_lb(b, "alb-2", "c1", WEB);
    assert_false(run(b));
    assert_int_equal(b->err.kind, ERROR_CONFLICT);
    assert_non_null(strstr(b->err.msg, "alb-1"));
    assert_non_null(strstr(b->err.msg, "alb-2"));
    assert_non_null(strstr(b->err.msg, TAG_ALBCONFIG));
}

static void test_load_balancer_is_taken_over_by_id_unless_it_is_anothers(void **state)
{
    struct bed *b = *state;
    b->lbs[0].reuse_id = "alb-1";
    add_lb(b, "alb-1", NULL, NULL);
    assert_true(run(b));
    assert_non_null(find(b, RESOURCE_LOAD_BALANCER, WEB));
    b->seen.lbs.items[0].tags = tags(b, "c1", NULL);
    assert_true(run(b));
    assert_non_null(find(b, RESOURCE_LOAD_BALANCER, WEB));
    b->seen.lbs.items[0].tags = tags(b, "c2", NULL);
    assert_true(run(b));
    assert_null(find(b, RESOURCE_LOAD_BALANCER, WEB));
    b->seen.lbs.items[0].tags = tags(b, "c1", "kube-system/other");
    assert_true(run(b));
    assert_null(find(b, RESOURCE_LOAD_BALANCER, WEB));
}

static void test_escaped_tags_are_read_as_they_were_meant(void **state)
{
    struct bed *b = *state;
    b->in.cluster_id = "aliyun-c";
    b->lbs[0].name = "acs:x/web";
    add_lb(b, "alb-1", "_aliyun-c", "_acs:x/web");
    add_lb(b, "alb-2", "_other", WEB); /* an underscore of its own */
    assert_true(run(b));
    assert_int_equal(b->out.rows.len, 1);
    assert_string_equal(b->out.rows.items[0].lb, "acs:x/web");
}

/* ---- listeners ---------------------------------------------------------------------------- */

static void test_listener_with_our_description_is_ours(void **state)
{
    struct bed *b = *state;
    add_lb(b, "alb-1", "c1", WEB);
    add_listener(b, "lsn-1", 80, "ingress-auto-listener-80");
    add_listener(b, "lsn-2", 8080, "by hand");
    add_listener(b, "lsn-3", 81, NULL);
    add_listener(b, "lsn-4", 82, "ingress-auto-listener-82");
    b->seen.listeners.items[3].lb_id = "alb-other";
    assert_true(run(b));
    assert_true(find(b, RESOURCE_LISTENER, "80/HTTP")->ours);
    assert_false(find(b, RESOURCE_LISTENER, "8080/HTTP")->ours);
    assert_false(find(b, RESOURCE_LISTENER, "81/HTTP")->ours);
    assert_null(by_id(b, "lsn-4"));
}

/* spec.config.listenerForceOverride. */
static void test_all_listeners_and_their_rules_are_ours_when_that_was_said(void **state)
{
    struct bed *b = *state;
    add_lb(b, "alb-1", "c1", WEB);
    add_listener(b, "lsn-1", 8080, "by hand");
    (void)add_rule(b, "rule-hand", "by-hand", 1, "a.example");
    assert_true(run(b));
    assert_false(find(b, RESOURCE_LISTENER, "8080/HTTP")->ours);
    assert_false(by_id(b, "rule-hand")->ours);
    b->lbs[0].all_listeners = true;
    b->out = (struct model){ 0 };
    assert_true(run(b));
    assert_true(find(b, RESOURCE_LISTENER, "8080/HTTP")->ours);
    assert_true(by_id(b, "rule-hand")->ours);
}

static void add_cert(struct bed *b, const char *id, bool is_default, bool is_ca)
{
    *LIST_PUSH(&b->arena, &b->seen.certs) = (struct seen_cert){
        "lsn-1", { .id = id, .type = is_ca ? "Ca" : "Server", .is_default = { is_default, true } }
    };
}

static void test_certificates_are_put_together_by_kind(void **state)
{
    struct bed *b = *state;
    add_lb(b, "alb-1", "c1", WEB);
    add_listener(b, "lsn-1", 443, "ingress-auto-listener-443");
    add_cert(b, "1-cn-hangzhou", true, false);
    add_cert(b, "9-cn-hangzhou", true, true);
    add_cert(b, "2-cn-hangzhou", false, false);
    add_cert(b, "3-cn-hangzhou", false, false);
    assert_true(run(b));
    const struct alb_listener *l = find(b, RESOURCE_LISTENER, "443/HTTPS")->actual;
    assert_int_equal(l->certs.len, 1);
    assert_string_equal(l->certs.items[0].id, "1-cn-hangzhou");
    assert_int_equal(l->additional_certs.len, 2);
    assert_int_equal(l->ca_certs.len, 1);
    assert_true(l->ca_enabled.set && l->ca_enabled.val);
}

/* ---- rules -------------------------------------------------------------------------------- */

static void test_rule_is_ours_by_name_journal_or_tag(void **state)
{
    struct bed *b = *state;
    struct resource known = { .lb = WEB,
                              .kind = RESOURCE_RULE,
                              .key = "k",
                              .parent = "80/HTTP",
                              .cloud_id = "rule-journal",
                              .ours = true };
    b->known.rows.items = &known;
    b->known.rows.len = 1;
    add_lb(b, "alb-1", "c1", WEB);
    add_listener(b, "lsn-1", 80, "ingress-auto-listener-80");
    static const char *const names[][2] = {
        { "rule-name", "rule-80-12" },       { "rule-journal", "renamed" },
        { "rule-tag", "made-by-us" },        { "rule-hand", "by-hand" },
        { "rule-otherport", "rule-8080-1" }, { "rule-suffix", "rule-80-1x" },
        { "rule-empty", "rule-80-" },        { "rule-nameless", NULL },
    };
    for (size_t i = 0; i < COUNT(names); i++)
        (void)add_rule(b, names[i][0], names[i][1], (int64_t)i + 1, names[i][0]);
    b->seen.rules.items[2].tags = tags(b, "c1", NULL);
    assert_true(run(b));
    for (size_t i = 0; i < COUNT(names); i++) {
        const struct resource *r = by_id(b, names[i][0]);
        assert_non_null(r);
        assert_int_equal(r->ours, i < 3);
        assert_string_equal(r->parent, "80/HTTP");
    }
}

static void test_rule_has_the_key_of_its_conditions(void **state)
{
    struct bed *b = *state;
    add_lb(b, "alb-1", "c1", WEB);
    add_listener(b, "lsn-1", 80, "ingress-auto-listener-80");
    struct alb_rule *second = add_rule(b, "rule-2", "rule-80-2", 20, "a.example");
    const char *key = rule_key(&b->arena, "80/HTTP", second, 1);
    const char *next = rule_key(&b->arena, "80/HTTP", second, 2);
    (void)add_rule(b, "rule-1", "rule-80-1", 10, "a.example");
    (void)add_rule(b, "rule-hand", "by-hand", 5, "a.example");
    assert_true(run(b));
    /* Of equal ones the first by precedence has the plain key; others' do not count. */
    assert_string_equal(by_id(b, "rule-1")->key, key);
    assert_string_equal(by_id(b, "rule-2")->key, next);
    assert_string_equal(by_id(b, "rule-hand")->key, "80/HTTP?rule-hand");
}

static void test_rule_of_the_response_direction_has_a_key_of_its_own(void **state)
{
    struct bed *b = *state;
    add_lb(b, "alb-1", "c1", WEB);
    add_listener(b, "lsn-1", 80, "ingress-auto-listener-80");
    struct alb_rule *request = add_rule(b, "rule-1", "rule-80-1", 10, "a.example");
    request->direction = ALB_DIRECTION_REQUEST;
    add_rule(b, "rule-2", "rule-80-2", 20, "a.example")->direction = ALB_DIRECTION_RESPONSE;
    assert_true(run(b));
    assert_string_not_equal(by_id(b, "rule-1")->key, by_id(b, "rule-2")->key);
    assert_null(strstr(by_id(b, "rule-2")->key, ".2"));
}

static void test_rule_of_an_unknown_listener_is_left_out(void **state)
{
    struct bed *b = *state;
    add_lb(b, "alb-1", "c1", WEB);
    (void)add_rule(b, "rule-1", "rule-80-1", 10, "a.example");
    assert_true(run(b));
    assert_null(by_id(b, "rule-1"));
}

/* ---- server groups ------------------------------------------------------------------------ */

static void test_group_key_comes_from_tags_that_agree_with_their_hash(void **state)
{
    struct bed *b = *state;
    const char *hash = group_tag(&b->arena, "shop/tea-tea:80");
    add_parts(b, add_group(b, "sgp-1", hash), "shop", "tea", "tea", "80");
    assert_true(run(b));
    assert_string_equal(by_id(b, "sgp-1")->key, "shop/tea-tea:80");
    assert_true(by_id(b, "sgp-1")->ours);
}

static void test_group_key_of_old_tags_is_the_plain_text(void **state)
{
    struct bed *b = *state;
    (void)add_group(b, "sgp-1", "shop/tea-tea:80");
    (void)add_group(b, "sgp-2", "_aliyun/tea-tea:80");
    assert_true(run(b));
    assert_string_equal(by_id(b, "sgp-1")->key, "shop/tea-tea:80");
    assert_string_equal(by_id(b, "sgp-2")->key, "aliyun/tea-tea:80");
    /* And is no difference to the hash that newer ones have. */
    const struct alb_server_group *g = by_id(b, "sgp-1")->actual;
    assert_string_equal(alb_tag_get(&g->tags, TAG_RESOURCE),
                        group_tag(&b->arena, "shop/tea-tea:80"));
}

static void test_escaped_parts_make_the_hash_of_the_plain_key(void **state)
{
    struct bed *b = *state;
    const char *hash = group_tag(&b->arena, "aliyun-shop/tea-acs:x:80");
    add_parts(b, add_group(b, "sgp-1", hash), "_aliyun-shop", "tea", "_acs:x", "80");
    assert_true(run(b));
    assert_string_equal(by_id(b, "sgp-1")->key, "aliyun-shop/tea-acs:x:80");
}

static void test_group_whose_parts_do_not_make_its_hash_is_nobodys_key(void **state)
{
    struct bed *b = *state;
    const char *hash = group_tag(&b->arena, "shop/tea-tea:80");
    add_parts(b, add_group(b, "sgp-1", hash), "shop", "coffee", "coffee", "80");
    assert_true(run(b));
    assert_string_equal(by_id(b, "sgp-1")->key, arena_fmt(&b->arena, "#%s", hash));
}

static void test_second_group_with_a_tag_is_one_too_many(void **state)
{
    struct bed *b = *state;
    (void)add_group(b, "sgp-1", "shop/tea-tea:80");
    (void)add_group(b, "sgp-2", "shop/tea-tea:80");
    assert_true(run(b));
    assert_string_equal(by_id(b, "sgp-1")->key, "shop/tea-tea:80");
    assert_string_equal(by_id(b, "sgp-2")->key, "shop/tea-tea:80~sgp-2");
}

static void test_group_that_had_the_key_keeps_it_whatever_the_order(void **state)
{
    struct bed *b = *state;
    struct resource known[] = {
        { .lb = WEB,
          .kind = RESOURCE_SERVER_GROUP,
          .key = "shop/tea-tea:80",
          .parent = "",
          .cloud_id = "sgp-2",
          .ours = true },
        { .lb = WEB,
          .kind = RESOURCE_SERVER_GROUP,
          .key = "shop/tea-tea:80~sgp-1",
          .parent = "",
          .cloud_id = "sgp-1",
          .ours = true },
    };
    b->known.rows.items = known;
    b->known.rows.len = COUNT(known);
    (void)add_group(b, "sgp-1", "shop/tea-tea:80");
    (void)add_group(b, "sgp-2", "shop/tea-tea:80");
    assert_true(run(b));
    assert_string_equal(by_id(b, "sgp-2")->key, "shop/tea-tea:80");
    assert_string_equal(by_id(b, "sgp-1")->key, "shop/tea-tea:80~sgp-1");
}

static void test_group_of_another_cluster_or_without_tags_is_left_out(void **state)
{
    struct bed *b = *state;
    add_group(b, "sgp-1", "shop/tea-tea:80")->tags = tags(b, "c2", WEB);
    add_group(b, "sgp-2", "shop/tea-tea:80")->tags = tags(b, "c1", WEB);
    add_group(b, "sgp-3", "shop/tea-tea:80")->tags = tags(b, "c1", NULL);
    assert_true(run(b));
    assert_int_equal(b->out.rows.len, 0);
}

/* On a page of its own. */
static void add_server(struct bed *b, const char *group, const char *id)
{
    struct alb_server_list *page = LIST_PUSH(&b->arena, &b->seen.servers);
    *LIST_PUSH(&b->arena, &page->items) =
        (struct alb_server){ .group_id = group, .id = id, .ip = "10.0.0.1" };
}

static void test_servers_are_put_into_their_groups(void **state)
{
    struct bed *b = *state;
    (void)add_group(b, "sgp-1", "shop/tea-tea:80");
    (void)add_group(b, "sgp-2", "shop/coffee-coffee:80");
    static const char *const of[] = { "sgp-1", "sgp-other", NULL, "sgp-1" };
    static const char *const ids[] = { "eni-2", "eni-3", "eni-4", "eni-1" };
    for (size_t i = 0; i < COUNT(of); i++)
        add_server(b, of[i], ids[i]);
    assert_true(run(b));
    const struct alb_server_group *full = by_id(b, "sgp-1")->actual;
    const struct alb_server_group *empty = by_id(b, "sgp-2")->actual;
    assert_int_equal(full->servers.len, 2);
    assert_string_equal(full->servers.items[0].id, "eni-2"); /* as they came */
    assert_string_equal(full->servers.items[1].id, "eni-1");
    assert_null(full->servers.items[0].group_id);
    /* Empty is known to be empty. */
    assert_non_null(empty->servers.items);
    assert_int_equal(empty->servers.len, 0);
}

/* Of what is read and of what is found each is there once. */
static void test_servers_are_copied_into_their_row_alone(void **state)
{
    struct bed *b = *state;
    struct arena row CLEANUP(arena_done) = { 0 };
    (void)add_group(b, "sgp-1", "shop/tea-tea:80");
    for (int i = 0; i < 500; i++)
        add_server(b, "sgp-1", "eni-1");
    const size_t before = b->arena.size;
    assert_true(run(b));
    (void)resource_copy(&row, by_id(b, "sgp-1"));
    assert_in_range(row.size, 500 * sizeof(struct alb_server), SIZE_MAX);
    assert_in_range(b->arena.size - before, row.size, row.size + row.size / 10);
}

/* ---- borrowed groups ---------------------------------------------------------------------- */

static void add_borrowed(struct bed *b, const char *id, const char *cluster)
{
    *LIST_PUSH(&b->arena, &b->seen.borrowed) = (struct alb_server_group){
        .id = id, .status = "Available", .tags = tags(b, cluster, NULL)
    };
    *LIST_PUSH(&b->arena, &b->known.rows) =
        (struct resource){ .lb = service_lb(&b->arena, "shop", id),
                           .kind = RESOURCE_SERVER_GROUP,
                           .key = id,
                           .parent = "",
                           .desired_from = "",
                           .cloud_id = id,
                           .ours = true };
}

static void test_borrowed_group_is_had_unless_it_is_tagged_for_another_cluster(void **state)
{
    struct bed *b = *state;
    add_borrowed(b, "sgp-a", NULL);
    add_borrowed(b, "sgp-b", "c1");
    add_borrowed(b, "sgp-c", "c2");
    b->in.wanted = &b->known; /* wanted and known: one row */
    add_server(b, "sgp-b", "eni-1");
    assert_true(run(b));
    assert_int_equal(b->out.rows.len, 2);
    const struct resource *a = &b->out.rows.items[0], *other = &b->out.rows.items[1];
    assert_string_equal(a->lb, "Service/shop/sgp-a");
    assert_string_equal(a->key, "sgp-a");
    assert_string_equal(a->cloud_id, "sgp-a");
    assert_string_equal(a->status, "Available");
    const struct alb_server_group *none = a->actual, *one = other->actual;
    assert_non_null(none->servers.items); /* known to be none */
    assert_int_equal(none->servers.len, 0);
    assert_int_equal(one->servers.len, 1);
}

static void test_only_the_borrowed_group_that_was_asked_for_is_there(void **state)
{
    struct bed *b = *state;
    add_borrowed(b, "sgp-a", NULL);
    add_borrowed(b, "sgp-b", NULL);
    b->in.only = "Service/shop/sgp-b";
    assert_true(run(b));
    assert_int_equal(b->out.rows.len, 1);
    assert_string_equal(b->out.rows.items[0].key, "sgp-b");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_load_balancer_with_our_tags_is_ours),
        TEST(test_load_balancer_of_a_gone_albconfig_is_still_ours),
        TEST(test_other_clusters_load_balancer_for_our_albconfig_stops_us),
        TEST(test_two_load_balancers_with_our_tags_stop_us),
        TEST(test_load_balancer_is_taken_over_by_id_unless_it_is_anothers),
        TEST(test_escaped_tags_are_read_as_they_were_meant),
        TEST(test_listener_with_our_description_is_ours),
        TEST(test_all_listeners_and_their_rules_are_ours_when_that_was_said),
        TEST(test_certificates_are_put_together_by_kind),
        TEST(test_rule_is_ours_by_name_journal_or_tag),
        TEST(test_rule_has_the_key_of_its_conditions),
        TEST(test_rule_of_the_response_direction_has_a_key_of_its_own),
        TEST(test_rule_of_an_unknown_listener_is_left_out),
        TEST(test_group_key_comes_from_tags_that_agree_with_their_hash),
        TEST(test_group_key_of_old_tags_is_the_plain_text),
        TEST(test_escaped_parts_make_the_hash_of_the_plain_key),
        TEST(test_group_whose_parts_do_not_make_its_hash_is_nobodys_key),
        TEST(test_second_group_with_a_tag_is_one_too_many),
        TEST(test_group_that_had_the_key_keeps_it_whatever_the_order),
        TEST(test_group_of_another_cluster_or_without_tags_is_left_out),
        TEST(test_borrowed_group_is_had_unless_it_is_tagged_for_another_cluster),
        TEST(test_only_the_borrowed_group_that_was_asked_for_is_there),
        TEST(test_servers_are_put_into_their_groups),
        TEST(test_servers_are_copied_into_their_row_alone),
    };
    return cmocka_run_group_tests_name("observe/rows", tests, NULL, NULL);
}
