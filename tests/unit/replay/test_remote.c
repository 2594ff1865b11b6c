/* test_remote.c - an alb-mock that runs plays the cloud, and nothing else is asked to.  It runs in
 * a thread of its own, which alone touches it while it runs. */
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>

#include "alb-agent/json.h"
#include "mock-server/admin/admin.h"
#include "tests/unit/replay/tapes.h"

struct server {
    struct mock *mock;
    struct httpd *api, *admin;
    pthread_t thread;
    atomic_bool stop;
    struct arena a;
    const char *endpoint, *api_url;
};

static void *serve(void *arg)
{
    struct server *s = arg;
    while (!atomic_load(&s->stop)) {
        struct pollfd fds[] = { { .fd = httpd_fd(s->api), .events = POLLIN },
                                { .fd = httpd_fd(s->admin), .events = POLLIN } };
        (void)poll(fds, 2, 20);
        httpd_run(s->api, mock_now_ms(s->mock));
        httpd_run(s->admin, mock_now_ms(s->mock));
    }
    return NULL;
}

static int64_t real(void *self)
{
    (void)self;
    return 1735732800000;
}

static void begin(struct server *s, bool is_virtual)
{
    static const struct clock clock = { .now_ms = real };
    static const struct access_key key = { .id = "testak", .secret = "testsecret" };
    struct error err;
    *s = (struct server){ 0 };
    const struct mock_config config = {
        .keys = &key, .n_keys = 1, .seed = 9, .clock = is_virtual ? NULL : &clock, .dates = &clock
    };
    struct httpd_config http = { .listen = "127.0.0.1:0", .handler = mock_call };
    if (!mock_open(&s->mock, &config, &err))
        fail_msg("%s", err.msg);
    http.arg = s->mock;
    assert_true(httpd_open(&s->api, &http, &err));
    http.handler = admin_handle;
    assert_true(httpd_open(&s->admin, &http, &err));
    s->api_url = arena_fmt(&s->a, "http://127.0.0.1:%u", (unsigned)httpd_port(s->api));
    s->endpoint = arena_fmt(&s->a, "http://127.0.0.1:%u", (unsigned)httpd_port(s->admin));
    mock_set_address(s->mock, s->api_url);
    assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}

static void stop(struct server *s)
{
    atomic_store(&s->stop, true);
    assert_int_equal(pthread_join(s->thread, NULL), 0);
    httpd_close(s->admin);
    httpd_close(s->api);
}

static void end(struct server *s)
{
    mock_close(s->mock);
    arena_done(&s->a);
}

static void check_refused(const char *endpoint, const char *says)
{
    static const struct clock clock = { .now_ms = real };
    struct arena a CLEANUP(arena_done) = { 0 };
    struct actor *actor;
    struct error err;
    assert_false(remote_open(&a, endpoint, &(struct mock_config){ .clock = &clock }, &actor, &err));
    actor->close(actor);
    if (!strstr(err.msg, says))
        fail_msg("%s", err.msg);
}

static void test_what_cannot_be_a_mock_is_not_asked(void **state)
{
    (void)state;
    check_refused("", "give http://HOST:PORT");
    check_refused("127.0.0.1:9000", "give http://HOST:PORT");
    check_refused("https://127.0.0.1:9000", "give http://HOST:PORT");
    check_refused("http://", "give http://HOST:PORT");
    check_refused("http://a/b", "give http://HOST:PORT");
    check_refused("http://user@127.0.0.1", "give http://HOST:PORT");
    check_refused("http://alb.cn-hangzhou.aliyuncs.com", "is the cloud itself");
    check_refused("http://alb.cn-hangzhou.Aliyuncs.COM.:80/", "is the cloud itself");
}

/* Its API is no admin API, and sees no call. */
static void test_what_is_another_is_refused_before_any_call(void **state)
{
    (void)state;
    struct server s;
    begin(&s, true);
    check_refused(s.api_url, "is not the admin API of an alb-mock");
    stop(&s);
    assert_int_equal(mock_now_ms(s.mock), 1735689600000); /* as it began */
    end(&s);
}

static void test_a_real_clock_is_refused(void **state)
{
    (void)state;
    struct server s;
    begin(&s, false);
    check_refused(s.endpoint, "start it with --clock virtual");
    stop(&s);
    end(&s);
}

/* ---- on a stage
 * ----------------------------------------------------------------------------------- */

static const struct tape_item *found;

static const struct tape_item *find(void *arg, const struct http_request *r, const char *action)
{
    (void)arg;
    (void)r;
    (void)action;
    return found;
}
static int64_t pending(void *arg, const struct tape_item *was)
{
    (void)arg;
    (void)was;
    return 50;
}
static int64_t read_due(void *arg, const struct http_request *request, const char *action)
{
    (void)request;
    (void)action;
    return ((const struct stage *)arg)->now_ms + 30;
}
static void reading(void *arg, bool whole, bool groups)
{
    (void)arg;
    (void)whole;
    (void)groups;
}
static void nothing(void *arg)
{
    (void)arg;
}
static void nothing_of(void *arg, const char *action)
{
    (void)arg;
    (void)action;
}

static struct alb *open_stage(struct stage *stage, struct stage_hooks *hooks, const char *endpoint)
{
    struct error err;
    struct alb *alb;
    struct secret secret = { 0 };
    *hooks = (struct stage_hooks){ stage,   find,       pending,    read_due,
                                   reading, nothing_of, nothing_of, nothing };
    const struct stage_config config = {
        .now_ms = 1700000000000, .pending_ms = 50, .endpoint = endpoint, .hooks = hooks
    };
    if (!stage_open(stage, &config, &err))
        fail_msg("%s", err.msg);
    secret_set(&secret, "testsecret");
    const struct alb_config client = { .region = "cn-hangzhou",
                                       .endpoint = "http://mock.test",
                                       .access_key_id = "testak",
                                       .access_key_secret = &secret,
                                       .clock = &stage->clock,
                                       .seed = 5,
                                       .transport = &stage->transport };
    if (!alb_new(&alb, &client, &err))
        fail_msg("%s", err.msg);
    secret_done(&secret);
    return alb;
}

static bool call(struct alb *alb, const char *action, cJSON **reply, struct error *err)
{
    struct alb_param name = { "AclName", "some" };
    alb_params params = { .items = &name, .len = 1 };
    return alb_call(alb, action, &params, reply, err);
}

/* Twice, as the mock is emptied and the same nonces come again. */
static void test_calls_come_to_what_they_came_to(void **state)
{
    (void)state;
    static const struct tape_item done = {
        .call = { .outcome = { .state = "done", .reply = "{\"AclId\":\"acl-recorded\"}" } }
    };
    static const struct tape_item failed = {
        .call = { .outcome = { .state = "failed", .code = "Whatever.Code", .http_status = 403 } }
    };
    struct server s;
    begin(&s, true);
    for (int i = 0; i < 2; i++) {
        struct stage stage;
        struct stage_hooks hooks;
        struct error err;
        cJSON *made CLEANUP(json_done) = NULL, *none CLEANUP(json_done) = NULL,
                    *list CLEANUP(json_done) = NULL;
        struct alb *alb = open_stage(&stage, &hooks, s.endpoint);
        found = &done;
        if (!call(alb, "CreateAcl", &made, &err))
            fail_msg("%s", err.msg);
        assert_string_equal(json_str(made, "AclId"), "acl-recorded");
        found = &failed;
        assert_false(call(alb, "CreateAcl", &none, &err));
        assert_string_equal(err.code, "Whatever.Code");
        assert_int_equal(err.http_status, 403);
        assert_true(call(alb, "ListAcls", &list, &err));
        assert_int_equal(json_int(list, "TotalCount", 0), 1);
        assert_false(stage.failed);
        alb_free(alb);
        stage_close(&stage);
    }
    stop(&s);
    end(&s);
}

static void test_a_mock_that_goes_away_ends_it(void **state)
{
    (void)state;
    struct server s;
    struct stage stage;
    struct stage_hooks hooks;
    struct error err;
    cJSON *reply CLEANUP(json_done) = NULL;
    begin(&s, true);
    struct alb *alb = open_stage(&stage, &hooks, s.endpoint);
    stop(&s);
    assert_false(call(alb, "ListAcls", &reply, &err));
    assert_true(stage.failed && stage.dead);
    assert_non_null(strstr(stage.err.msg, s.endpoint));
    alb_free(alb);
    stage_close(&stage);
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_cannot_be_a_mock_is_not_asked),
        cmocka_unit_test(test_what_is_another_is_refused_before_any_call),
        cmocka_unit_test(test_a_real_clock_is_refused),
        cmocka_unit_test(test_calls_come_to_what_they_came_to),
        cmocka_unit_test(test_a_mock_that_goes_away_ends_it),
    };
    return cmocka_run_group_tests_name("replay/remote", tests, NULL, NULL);
}
