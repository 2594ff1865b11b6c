/* test_stage.c - calls come to what they came to, and take as long. */
#include "alb-agent/json.h"
#include "tests/unit/replay/tapes.h"

struct fixture {
    struct stage s;
    struct stage_hooks hooks;
    struct tape_item was;
    bool known;
    int shown, ended, readings;
    const char *action;
    bool whole, groups;
};

static const struct tape_item *find(void *arg, const struct http_request *r, const char *action)
{
    struct fixture *f = arg;
    (void)r;
    (void)action;
    return f->known ? &f->was : NULL;
}
static int64_t pending(void *arg, const struct tape_item *was)
{
    (void)arg;
    (void)was;
    return 50;
}
static int64_t read_due(void *arg, const struct http_request *request, const char *action)
{
    struct fixture *f = arg;
    (void)request;
    (void)action;
    return f->s.now_ms + 30;
}
static void reading(void *arg, bool whole, bool groups)
{
    struct fixture *f = arg;
    f->readings++;
    f->whole = whole;
    f->groups = groups;
}
static void show(void *arg, const char *action)
{
    struct fixture *f = arg;
    f->shown++;
    f->action = action;
}
static void shown(void *arg, const char *action)
{
    struct fixture *f = arg;
    f->ended += f->action == action;
}
static void waited(void *arg)
{
    (void)arg;
}

static const int64_t NEW_YEAR = 1767225600000;

static struct alb *begin(struct fixture *f)
{
    struct error err;
    struct alb *alb;
    struct secret secret = { 0 };
    *f = (struct fixture){ .hooks = { f, find, pending, read_due, reading, show, shown, waited } };
    const struct stage_config config = { .now_ms = NEW_YEAR, .pending_ms = 50, .hooks = &f->hooks };
    secret_set(&secret, "testsecret");
    if (!stage_open(&f->s, &config, &err))
        fail_msg("%s", err.msg);
    const struct alb_config client = { .region = "cn-hangzhou",
                                       .endpoint = "http://mock.test",
                                       .access_key_id = "testak",
                                       .access_key_secret = &secret,
                                       .clock = &f->s.clock,
                                       .seed = 5,
                                       .transport = &f->s.transport };
    if (!alb_new(&alb, &client, &err))
        fail_msg("%s", err.msg);
    secret_done(&secret);
    return alb;
}

static void end(struct fixture *f, struct alb *alb)
{
    alb_free(alb);
    stage_close(&f->s);
}

static bool call(struct alb *alb, const char *action, cJSON **reply, struct error *err)
{
    struct alb_param name = { "AclName", "some" };
    alb_params params = { .items = &name, .len = 1 };
    return alb_call(alb, action, &params, reply, err);
}

static void test_what_was_made_has_the_id_it_had(void **state)
{
    (void)state;
    struct fixture f;
    struct alb *alb = begin(&f);
    struct error err;
    cJSON *reply CLEANUP(json_done) = NULL;
    f.known = true;
    f.was.call = (struct store_journaled){
        .call = { .sent_at = 1000 },
        .outcome = { .state = "done",
                     .done_at = 1700,
                     .reply = "{\"AclId\":\"acl-recorded\",\"JobId\":\"j\"}" }
    };
    assert_true(call(alb, "CreateAcl", &reply, &err));
    assert_string_equal(json_str(reply, "AclId"), "acl-recorded");
    assert_int_equal(f.s.now_ms, NEW_YEAR + 700);
    end(&f, alb);
}

/* A reading before that shows what there was. */
static void test_what_is_done_too_soon_is_done_when_it_was(void **state)
{
    (void)state;
    struct fixture f;
    struct alb *alb = begin(&f);
    struct error err;
    struct alb_param name = { "AclName", "some" };
    const alb_params params = { .items = &name, .len = 1 }, none = { 0 };
    cJSON *list CLEANUP(json_done) = NULL, *later CLEANUP(json_done) = NULL;
    f.known = true;
    f.was.call = (struct store_journaled){
        .call = { .sent_at = NEW_YEAR + 500 },
        .outcome = { .state = "done", .done_at = NEW_YEAR + 600, .reply = "{}" }
    };
    assert_true(alb_begin(alb, "CreateAcl", &params, ALB_NORMAL, &err));
    assert_true(alb_call(alb, "ListAcls", &none, &list, &err));
    assert_int_equal(f.s.now_ms, NEW_YEAR + 30);
    assert_int_equal(cJSON_GetArraySize(json_get(list, "Acls")), 0);
    stage_pass_to(&f.s, NEW_YEAR + 499);
    assert_int_equal(stage_next_due(&f.s), NEW_YEAR + 600);
    stage_pass_to(&f.s, NEW_YEAR + 500);
    assert_true(alb_call(alb, "ListAcls", &none, &later, &err));
    assert_int_equal(cJSON_GetArraySize(json_get(later, "Acls")), 1);
    end(&f, alb);
}

/* Also when nobody waits for it any more. */
static void test_what_was_sent_is_done_when_its_process_ends(void **state)
{
    (void)state;
    struct fixture f;
    struct alb *alb = begin(&f);
    struct error err;
    struct alb_param name = { "AclName", "some" };
    const alb_params params = { .items = &name, .len = 1 }, none = { 0 };
    cJSON *list CLEANUP(json_done) = NULL;
    f.known = true;
    f.was.call = (struct store_journaled){
        .call = { .sent_at = NEW_YEAR + 500 },
        .outcome = { .state = "done", .done_at = NEW_YEAR + 600, .reply = "{}" }
    };
    assert_true(alb_begin(alb, "CreateAcl", &params, ALB_NORMAL, &err));
    (void)alb_run(alb, f.s.now_ms);
    stage_drop(&f.s);
    assert_int_equal(stage_next_due(&f.s), -1);
    assert_true(alb_call(alb, "ListAcls", &none, &list, &err));
    assert_int_equal(cJSON_GetArraySize(json_get(list, "Acls")), 1);
    end(&f, alb);
}

static void test_what_was_refused_is_refused(void **state)
{
    (void)state;
    struct fixture f;
    struct alb *alb = begin(&f);
    struct error err;
    cJSON *reply CLEANUP(json_done) = NULL, *list CLEANUP(json_done) = NULL;
    f.known = true;
    f.was.call = (struct store_journaled){
        .outcome = { .state = "failed", .code = "OperationDenied.Whatever", .http_status = 403 }
    };
    assert_false(call(alb, "CreateAcl", &reply, &err));
    assert_string_equal(err.code, "OperationDenied.Whatever");
    assert_int_equal(err.http_status, 403);
    assert_true(call(alb, "ListAcls", &list, &err));
    assert_int_equal(cJSON_GetArraySize(json_get(list, "Acls")), 0);
    end(&f, alb);
}

static void test_a_reading_shows_what_there_is_when_its_reply_comes(void **state)
{
    (void)state;
    struct fixture f;
    struct alb *alb = begin(&f);
    struct error err;
    cJSON *list CLEANUP(json_done) = NULL;
    assert_true(call(alb, "ListAcls", &list, &err));
    assert_int_equal(f.shown, 1);
    assert_int_equal(f.ended, 1);
    assert_int_equal(f.s.now_ms, NEW_YEAR + 30);
    end(&f, alb);
}

static void begin_tagged(struct alb *alb, const char *action, const char *value)
{
    struct alb_param p[] = { { "Tag.1.Key", "k" }, { "Tag.1.Value", value } };
    const alb_params params = { .items = p, .len = value ? 2 : 1 };
    struct error err;
    assert_int_not_equal(alb_begin(alb, action, &params, ALB_NORMAL, &err), 0);
}

/* Sends what was begun, at one moment, and takes the answers. */
static void run_all(struct fixture *f, struct alb *alb, int n)
{
    struct alb_result r;
    for (int turns = 0; n && turns < 100; turns++) {
        int64_t wait = alb_run(alb, f->s.now_ms);
        for (; n && alb_next(alb, &r); n--) {
            assert_true(r.ok);
            alb_result_done(&r);
        }
        f->s.transport.wait(&f->s.transport, wait < 0 ? 1000 : wait);
    }
    assert_int_equal(n, 0);
}

static void read_tagged(struct fixture *f, struct alb *alb, const char *action, const char *value)
{
    begin_tagged(alb, action, value);
    run_all(f, alb, 1);
}

static void test_a_reading_is_told_by_its_first_question(void **state)
{
    (void)state;
    struct fixture f;
    struct alb *alb = begin(&f);
    begin_tagged(alb, "ListLoadBalancers", NULL);
    begin_tagged(alb, "ListServerGroups", "c1"); /* of the same reading */
    run_all(&f, alb, 2);
    assert_int_equal(f.readings, 1);
    assert_true(f.whole && !f.groups);
    read_tagged(&f, alb, "ListServerGroups", "c1");
    assert_int_equal(f.readings, 2);
    assert_true(f.whole && f.groups);
    read_tagged(&f, alb, "ListLoadBalancers", "web");
    assert_int_equal(f.readings, 3);
    assert_false(f.whole || f.groups);
    end(&f, alb);
}

/* Also what was on its way when it died. */
static void test_a_dead_process_gets_no_reply(void **state)
{
    (void)state;
    struct fixture f;
    struct alb *alb = begin(&f);
    struct error err;
    const alb_params none = { 0 };
    f.s.limit_ms = NEW_YEAR + 10;
    const uint64_t id = alb_begin(alb, "ListAcls", &none, ALB_NORMAL, &err);
    assert_true(id != 0);
    (void)alb_run(alb, f.s.now_ms);
    f.s.transport.wait(&f.s.transport, -1);
    assert_true(f.s.dead);
    assert_int_equal(f.s.now_ms, NEW_YEAR + 10);
    struct http_reply reply;
    assert_true(f.s.transport.next(&f.s.transport, &reply));
    assert_int_equal(reply.status, 0);
    http_reply_done(&reply);
    assert_int_equal(f.shown, 0);
    end(&f, alb);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_made_has_the_id_it_had),
        cmocka_unit_test(test_what_was_refused_is_refused),
        cmocka_unit_test(test_what_is_done_too_soon_is_done_when_it_was),
        cmocka_unit_test(test_what_was_sent_is_done_when_its_process_ends),
        cmocka_unit_test(test_a_reading_shows_what_there_is_when_its_reply_comes),
        cmocka_unit_test(test_a_reading_is_told_by_its_first_question),
        cmocka_unit_test(test_a_dead_process_gets_no_reply),
    };
    return cmocka_run_group_tests_name("replay/stage", tests, NULL, NULL);
}
