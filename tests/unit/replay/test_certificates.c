/* test_certificates.c - a recording says under which names certificates were uploaded, and CAS
 * lists what it listed. */
#include "alb-agent/cert.h"
#include "alb-agent/json.h"
#include "mock-server/state.h"
#include "tests/support/pem.h"
#include "tests/unit/replay/tapes.h"

#define PRINT       "1111111111111111111111111111111111111111"
#define OTHER_PRINT "2222222222222222222222222222222222222222"
#define LISTED(id, name, print)                                                       \
    "{\\\"id\\\":" id ",\\\"name\\\":\\\"" name "\\\",\\\"fingerprint\\\":\\\"" print \
    "\\\",\\\"names\\\":[\\\"a.com\\\",\\\"b.com\\\"],\\\"end\\\":\\\"2027-01-31\\\"}"
#define LIST_LINE(at, kind, items)                                                               \
    "{\"" kind "\":\"FACT\",\"at\":" at ",\"key\":\"fact certificates all\",\"body\":{\"kind\":" \
    "\"certificates\",\"key\":\"all\",\"value\":\"[" items "]\"}}\n"
#define ROW                                                                          \
    "{\"base\":\"SEEN\",\"at\":900,\"key\":\"cloud k/w Certificate "                 \
    "d-c-cccccc\",\"body\":{\"kind\":"                                               \
    "\"Certificate\",\"id\":\"30-cn-hangzhou\",\"actual\":{\"Name\":\"d-c-cccccc\"," \
    "\"Fingerprint\":\"" PRINT "\",\"EndDate\":\"2027-02-28\"}}}\n"

struct fixture {
    struct actor actor; /* first: the actor is this */
    struct mock *m;
    struct arena a;
    struct tape tape;
    struct certificates c;
};

static bool get_state(struct actor *self, cJSON **out, struct error *err)
{
    return mock_export(((struct fixture *)(void *)self)->m, out, err);
}

static bool set_state(struct actor *self, const cJSON *state, struct error *err)
{
    return mock_import(((struct fixture *)(void *)self)->m, state, err);
}

static void begin(struct fixture *f, const char *lines)
{
    struct error err;
    *f = (struct fixture){ .actor = { .get_state = get_state, .set_state = set_state } };
    if (!mock_open(&f->m, &(struct mock_config){ .seed = 1 }, &err))
        fail_msg("%s", err.msg);
    f->tape = tape_of(&f->a, arena_fmt(&f->a, "%s%s", TAPE_HEAD, lines));
    certificates_init(&f->c, &f->a, &f->tape);
}

static void end(struct fixture *f)
{
    certificates_done(&f->c);
    mock_close(f->m);
    arena_done(&f->a);
}

static const char *name_of(struct fixture *f, const char *text, const char *fingerprint)
{
    const char *name = f->c.hook.find(f->c.hook.arg, text, fingerprint);
    return name ? name : "";
}

static void show(struct fixture *f, const struct store_event *e)
{
    struct error err;
    if (!certificates_show(&f->c, &f->actor, e, &err))
        fail_msg("%s", err.msg);
}

/* "id name sans end" of each that CAS has. */
static const char *listed(struct fixture *f)
{
    cJSON *state CLEANUP(json_done) = NULL;
    struct buf b CLEANUP(buf_done) = { 0 };
    struct error err;
    const cJSON *c;
    if (!mock_export(f->m, &state, &err))
        fail_msg("%s", err.msg);
    cJSON_ArrayForEach (c, json_at(state, "companion.Certificates"))
        buf_addf(&b, "%lld %s %s %lld|", (long long)json_int(c, "CertId", 0), json_str(c, "Name"),
                 json_str(c, "Sans"), (long long)json_int(c, "NotAfter", 0));
    return buf_keep(&b, &f->a);
}

#define UPLOAD                                                                                   \
    "{\"call\":1,\"sent\":1200,\"lane\":\"l\",\"action\":\"UploadUserCertificate\",\"params\":{" \
    "\"Name\":\"ours\"},\"cause\":\"c\",\"state\":\"done\",\"done\":1200,\"reply\":{\"CertId\":" \
    "40}}\n"

static void test_a_name_is_that_of_the_upload_the_list_or_the_row(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct buf pem CLEANUP(buf_done) = { 0 };
    struct pem p = pem_make(&a, "a.com", NULL, 1000000000, 2000000000);
    struct cert cert;
    struct error err;
    struct fixture f;
    assert_true(cert_read(&a, p.crt, &cert, &err));
    buf_add_json(&pem, p.crt);
    begin(&f,
          arena_fmt(
              &a, ROW LIST_LINE("1100", "event", LISTED("20", "d-b-bbbbbb", OTHER_PRINT)) "%s%s%s",
              "{\"call\":1,\"sent\":1200,\"lane\":\"l\",\"action\":\"UploadUserCertificate\","
              "\"params\":{\"Name\":\"d-a-aaaaaa\",\"Cert\":",
              pem.data,
              "},\"cause\":\"c\",\"state\":\"done\",\"done\":1200,\"reply\":{\"CertId\":"
              "40}}\n"));
    assert_string_equal(name_of(&f, "d-a-", cert.fingerprint), "d-a-aaaaaa");
    assert_string_equal(name_of(&f, "d-b-", OTHER_PRINT), "d-b-bbbbbb");
    assert_string_equal(name_of(&f, "d-c-", PRINT), "d-c-cccccc");
    assert_string_equal(name_of(&f, "d-c-", OTHER_PRINT), "");
    assert_string_equal(name_of(&f, "d-x-", PRINT), "");
    end(&f);
}

static void test_cas_lists_what_others_uploaded_once(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f,
          ROW LIST_LINE("1100", "event",
                        LISTED("20", "other", OTHER_PRINT) "," LISTED("40", "ours", PRINT)) UPLOAD);
    show(&f, &f.tape.base.items[0]);
    show(&f, &f.tape.items.items[0].event);
    show(&f, &f.tape.items.items[0].event);
    /* 2027-01-31 and 2027-02-28, in ms since 1970 */
    assert_string_equal(listed(&f),
                        "30 d-c-cccccc  1803772800000|20 other a.com,b.com 1801353600000|");
    end(&f);
}

static void read_list(struct fixture *f, size_t item)
{
    struct error err;
    if (!certificates_begin_list(&f->c, &f->actor, &f->tape.items.items[item].event, &err))
        fail_msg("%s", err.msg);
}

static void end_list(struct fixture *f)
{
    struct error err;
    if (!certificates_end_list(&f->c, &f->actor, &err))
        fail_msg("%s", err.msg);
}

/* As the upload that was recorded as call 1 leaves it. */
static void upload(struct fixture *f)
{
    cJSON *state CLEANUP(json_done) = NULL, *ours = cJSON_CreateObject();
    struct error err;
    assert_true(mock_export(f->m, &state, &err));
    cJSON_AddNumberToObject(ours, "CertId", 40);
    cJSON_AddStringToObject(ours, "Name", "ours");
    cJSON_AddStringToObject(ours, "Sans", "");
    cJSON_AddNumberToObject(ours, "NotAfter", 0);
    cJSON_AddItemToArray(
        cJSON_GetObjectItem(cJSON_GetObjectItem(state, "companion"), "Certificates"), ours);
    assert_true(mock_import(f->m, state, &err));
}

static void test_a_list_shows_what_it_showed(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, ROW LIST_LINE("1100", "event", LISTED("20", "other", OTHER_PRINT))
                  LIST_LINE("1300", "event",
                            LISTED("20", "other", OTHER_PRINT) "," LISTED("40", "ours", PRINT))
                      LIST_LINE("1400", "event", LISTED("20", "other", OTHER_PRINT)) UPLOAD);
    show(&f, &f.tape.base.items[0]);
    upload(&f);
    /* The row of the start is gone, and the upload came while the list was read. */
    read_list(&f, 0);
    assert_string_equal(listed(&f), "20 other a.com,b.com 1801353600000|");
    end_list(&f);
    assert_string_equal(listed(&f), "20 other a.com,b.com 1801353600000|40 ours  0|");
    read_list(&f, 1);
    end_list(&f);
    assert_string_equal(listed(&f), "20 other a.com,b.com 1801353600000|40 ours  0|");
    /* Somebody deleted it. */
    read_list(&f, 2);
    end_list(&f);
    assert_string_equal(listed(&f), "20 other a.com,b.com 1801353600000|");
    end(&f);
}

static void test_an_upload_that_is_not_made_is_not_listed(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, LIST_LINE("1300", "event", LISTED("40", "ours", PRINT)) UPLOAD);
    read_list(&f, 0);
    end_list(&f);
    assert_string_equal(listed(&f), "");
    end(&f);
}

static void test_an_upload_gets_the_id_that_it_had(void **state)
{
    (void)state;
    struct fixture f;
    struct error err;
    begin(&f, "{\"call\":1,\"sent\":1200,\"lane\":\"l\",\"action\":\"UploadUserCertificate\","
              "\"params\":{\"Name\":\"ours\"},\"cause\":\"c\",\"state\":\"done\",\"done\":1200,"
              "\"reply\":{\"CertId\":77}}\n");
    assert_true(certificates_is_upload(&f.tape.items.items[0]));
    assert_true(certificates_give_id(&f.actor, &f.tape.items.items[0], &err));
    cJSON *state_now CLEANUP(json_done) = NULL;
    assert_true(mock_export(f.m, &state_now, &err));
    assert_int_equal(json_int(json_get(state_now, "companion"), "NextCertId", 0), 77);
    end(&f);
}

static void test_a_secret_that_had_a_key_gets_one(void **state)
{
    (void)state;
    static const char with[] = "{\"kind\":\"Secret\",\"tls\":{\"crt\":\"C\",\"keySha256\":\"x\"}}";
    static const char without[] = "{\"kind\":\"Secret\",\"tls\":{\"crt\":\"C\"}}";
    cJSON *a CLEANUP(json_done) = certificates_stand_in(cJSON_Parse(with));
    cJSON *b CLEANUP(json_done) = certificates_stand_in(cJSON_Parse(without));
    assert_string_equal(json_str(json_get(a, "stringData"), "tls.crt"), "C");
    assert_string_equal(json_str(json_get(a, "stringData"), "tls.key"), CERTIFICATES_KEY);
    assert_null(json_get(b, "stringData"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_name_is_that_of_the_upload_the_list_or_the_row),
        cmocka_unit_test(test_cas_lists_what_others_uploaded_once),
        cmocka_unit_test(test_a_list_shows_what_it_showed),
        cmocka_unit_test(test_an_upload_that_is_not_made_is_not_listed),
        cmocka_unit_test(test_an_upload_gets_the_id_that_it_had),
        cmocka_unit_test(test_a_secret_that_had_a_key_gets_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
