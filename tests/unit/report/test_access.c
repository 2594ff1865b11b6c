/* test_access.c - whom the access lists of a listener let in: alb-ingress.md §F.5. */
#include "tests/unit/report/bed.h"

#include "src/report/report_priv.h"

/* The listener has lists of this type: "@acl/..." is a row with two blocks, others are ids. */
static void guard(struct bed *b, const char *type, size_t n, const char *const *ids)
{
    struct alb_acl *acl = arena_alloc(&b->arena, sizeof *acl);
    *LIST_PUSH(&b->arena, &acl->entries) = (struct alb_acl_entry){ .entry = "10.0.0.0/8" };
    *LIST_PUSH(&b->arena, &acl->entries) = (struct alb_acl_entry){ .entry = "192.0.2.7/32" };
    struct resource *r = LIST_PUSH(&b->arena, &b->model.rows);
    *r = *bed_row(b, RESOURCE_LISTENER);
    r->kind = RESOURCE_ACL;
    r->key = "80/HTTP/x";
    r->desired = acl;
    b->listener.acls = (struct alb_listener_acls){ .type = type };
    for (size_t i = 0; i < n; i++)
        *LIST_PUSH(&b->arena, &b->listener.acls.acls) =
            (struct alb_listener_acl){ .acl_id = ids[i] };
    model_sort(&b->model);
}

static const char *const own[] = { "@acl/80/HTTP/x" };
static const char *const both[] = { "acl-1", "@acl/80/HTTP/x" };

static void check(struct bed *b, const char *source, enum route_answer answer, const char *why)
{
    const struct access is = access_of(&b->arena, &b->model, bed_row(b, RESOURCE_LISTENER), source);
    assert_int_equal(is.answer, answer);
    assert_string_equal(is.why, why);
}

static void test_without_lists_everybody_is_let_in(void **state)
{
    struct bed *b = *state;
    const struct access is =
        access_of(&b->arena, &b->model, bed_row(b, RESOURCE_LISTENER), "192.0.2.1");
    assert_int_equal(is.answer, ROUTE_YES);
    assert_null(is.type);
}

static void test_a_white_list_lets_in_what_it_holds(void **state)
{
    struct bed *b = *state;
    guard(b, "White", 1, own);
    check(b, "10.200.0.1", ROUTE_YES, "its White list holds 10.0.0.0/8");
    check(b, "192.0.2.7", ROUTE_YES, "its White list holds 192.0.2.7/32");
    check(b, "192.0.2.6", ROUTE_NO, "its White list holds no block with 192.0.2.6");
    check(b, "11.0.0.0", ROUTE_NO, "its White list holds no block with 11.0.0.0");
}

static void test_a_black_list_keeps_out_what_it_holds(void **state)
{
    struct bed *b = *state;
    guard(b, "Black", 1, own);
    check(b, "10.0.0.0", ROUTE_NO, "its Black list holds 10.0.0.0/8");
    check(b, "9.255.255.255", ROUTE_YES, "its Black list holds no block with 9.255.255.255");
}

static void test_what_a_list_of_others_holds_is_not_made_up(void **state)
{
    struct bed *b = *state;
    guard(b, "White", 2, both);
    check(b, "10.0.0.1", ROUTE_YES, "its White list holds 10.0.0.0/8");
    check(b, "192.0.2.1", ROUTE_MAYBE, "what its White list acl-1 holds is not known here");
    b->listener.acls.type = "Black";
    check(b, "10.0.0.1", ROUTE_NO, "its Black list holds 10.0.0.0/8");
    check(b, "192.0.2.1", ROUTE_MAYBE, "what its Black list acl-1 holds is not known here");
}

static void test_a_client_without_an_address_may_be_anybody(void **state)
{
    struct bed *b = *state;
    static const char *const none[] = { NULL, "2001:db8::1", "10.0.0.0/8" };
    guard(b, "White", 1, own);
    for (size_t i = 0; i < COUNT(none); i++)
        check(b, none[i], ROUTE_MAYBE, "it has a White list, and the request has no IPv4 source");
}

static void test_explain_ends_where_nobody_is_let_in(void **state)
{
    struct bed *b = *state;
    struct route_request q = {
        .method = "GET", .host = "a.example", .path = "/tea", .source = "192.0.2.1"
    };
    guard(b, "White", 1, own);
    (void)report_explain(&b->out, &b->in, &q, NULL);
    assert_string_equal(bed_text(b), "kube-system/web 80/HTTP: not let in: its White list holds no "
                                     "block with 192.0.2.1\nExplain: 1 listener\n");
    buf_reset(&b->out);
    q.source = "10.0.0.1";
    (void)report_explain(&b->out, &b->in, &q, NULL);
    assert_non_null(strstr(bed_text(b), "  yes   let in: its White list holds 10.0.0.0/8\n"));
    assert_non_null(strstr(bed_text(b), "80/HTTP: rule 0: @shop/tea-tea:80\n"));
}

static void test_json_says_who_is_let_in(void **state)
{
    struct bed *b = *state;
    struct route_request q = {
        .method = "GET", .host = "a.example", .path = "/tea", .source = "192.0.2.1"
    };
    guard(b, "White", 1, own);
    b->in.format = REPORT_JSON;
    (void)report_explain(&b->out, &b->in, &q, NULL);
    cJSON *json CLEANUP(json_done) = bed_json(b);
    const cJSON *l = cJSON_GetArrayItem(json_get(json, "listeners"), 0);
    assert_string_equal(json_str(json_get(l, "access"), "answer"), "no");
    assert_string_equal(json_str(json_get(l, "access"), "type"), "White");
    assert_int_equal(cJSON_GetArraySize(json_get(l, "actions")), 0);
    assert_null(json_get(l, "rule"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, bed_setup, bed_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_without_lists_everybody_is_let_in),
        TEST(test_a_white_list_lets_in_what_it_holds),
        TEST(test_a_black_list_keeps_out_what_it_holds),
        TEST(test_what_a_list_of_others_holds_is_not_made_up),
        TEST(test_a_client_without_an_address_may_be_anybody),
        TEST(test_explain_ends_where_nobody_is_let_in),
        TEST(test_json_says_who_is_let_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
