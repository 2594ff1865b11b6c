/* test_cues.c - what others did is shown with the end of the reading that showed it. */
#include "tests/unit/replay/tapes.h"

#define FACT(at, name) "{\"event\":\"FACT\",\"at\":" #at ",\"key\":\"fact " name "\"}\n"

#define READING(at, began) \
    "{\"event\":\"READ\",\"at\":" #at ",\"key\":\"reading\",\"body\":{\"began\":" #began "}}\n"

static const char text[] = TAPE_HEAD
    "{\"event\":\"SEEN\",\"at\":1100,\"key\":\"cloud w Rule "
    "a\",\"body\":{\"own\":false,\"id\":\"r-1\"}}\n"
    "{\"event\":\"SEEN\",\"at\":1100,\"key\":\"cloud w Rule "
    "b\",\"body\":{\"own\":true,\"id\":\"r-2\"}}\n"
    "{\"event\":\"READ\",\"at\":1100,\"key\":\"reading\",\"body\":{\"began\":1050}}\n" FACT(
        1500, "eni vpc-1/10.0.0.1") "{\"event\":\"DELETED\",\"at\":20100,\"key\":\"cloud w Rule "
                                    "a\",\"body\":{\"own\":false,\"id\":\"r-1\"}}\n"
                                    "{\"event\":\"READ\",\"at\":20100,\"key\":\"reading\",\"body\":"
                                    "{\"began\":20050,"
                                    "\"only\":\"w\"}}\n";

static int64_t due(struct cues *c, const char *action, const char *query, int64_t now_ms)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    const struct http_request r = { .url = arena_fmt(&a, "http://x/?%s", query), .body = "" };
    return cues_due(c, &r, action, now_ms);
}

static size_t deeds(struct cues *c, struct arena *a, int64_t now_ms)
{
    event_list list;
    cues_deeds(c, a, now_ms, &list);
    return list.len;
}

static void test_deeds_of_others_come_when_their_reading_ends(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct tape t = tape_of(&a, text);
    struct cues c;
    struct error err;
    event_list list;
    assert_true(cues_init(&c, &a, &t, &err));
    cues_read(&c, 1040, true, false);
    assert_int_equal(due(&c, "ListRules", "", 1040), 1100);
    assert_int_equal(due(&c, "ListAsynJobs", "", 1040), 1041);
    assert_int_equal(deeds(&c, &a, 1099), 0);
    cues_deeds(&c, &a, 1100, &list);
    assert_int_equal(list.len, 1);
    assert_string_equal(list.items[0]->key, "cloud w Rule a");
    assert_int_equal(deeds(&c, &a, 1101), 0);
}

static void test_a_reading_that_was_not_recorded_shows_nothing_new(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct tape t = tape_of(&a, text);
    struct cues c;
    struct error err;
    assert_true(cues_init(&c, &a, &t, &err));
    cues_read(&c, 1040, true, false);
    assert_int_equal(deeds(&c, &a, 1100), 1);
    cues_read(&c, 9000, true, false);
    assert_int_equal(due(&c, "ListRules", "", 9000), 9001);
    assert_int_equal(deeds(&c, &a, 9001), 0);
    cues_read(&c, 20060, true, false); /* the recorded one is of one load balancer */
    assert_int_equal(deeds(&c, &a, 20200), 0);
    cues_read(&c, 20060, false, false);
    assert_int_equal(deeds(&c, &a, 20100), 1);
}

/* Readings of two kinds may come together, or apart, where they did not. */
static void test_what_a_reading_showed_that_does_not_come_again_is_shown_later(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct tape t = tape_of(&a, text);
    struct cues c;
    struct error err;
    assert_true(cues_init(&c, &a, &t, &err));
    cues_read(&c, 1090, true, true);
    assert_int_equal(deeds(&c, &a, 1091), 0);
    cues_read(&c, 1700, true, true);
    assert_int_equal(deeds(&c, &a, 1701), 1);
}

/* A verb that reads once more than it did does not see what the next one saw. */
static void test_readings_are_those_of_their_process(void **state)
{
    (void)state;
    static const char two[] = TAPE_HEAD
        "{\"event\":\"START\",\"at\":1000,\"key\":\"agent\"}\n"
        "{\"event\":\"READ\",\"at\":1100,\"key\":\"reading\",\"body\":{\"began\":1050}}\n"
        "{\"event\":\"START\",\"at\":1500,\"key\":\"agent\"}\n"
        "{\"event\":\"SEEN\",\"at\":1600,\"key\":\"cloud w Rule "
        "a\",\"body\":{\"own\":false,\"id\":\"r-1\"}}\n"
        "{\"event\":\"READ\",\"at\":1600,\"key\":\"reading\",\"body\":{\"began\":1550}}\n";
    struct arena a CLEANUP(arena_done) = { 0 };
    struct tape t = tape_of(&a, two);
    struct cues c;
    struct error err;
    assert_true(cues_init(&c, &a, &t, &err));
    cues_start(&c, 1, false);
    cues_read(&c, 1050, true, false);
    cues_read(&c, 1400, true, false);
    assert_int_equal(due(&c, "ListRules", "", 1400), 1401);
    assert_int_equal(deeds(&c, &a, 1401), 0);
    cues_start(&c, 3, false);
    cues_read(&c, 1510, true, false);
    assert_int_equal(due(&c, "ListRules", "", 1510), 1600);
    assert_int_equal(deeds(&c, &a, 1600), 1);
}

static void test_a_reading_of_groups_is_one_of_groups(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct tape t =
        tape_of(&a, TAPE_HEAD "{\"event\":\"READ\",\"at\":1100,\"key\":\"reading\",\"body\":"
                              "{\"began\":1050,\"parts\":2}}\n");
    struct cues c;
    struct error err;
    assert_true(cues_init(&c, &a, &t, &err));
    cues_read(&c, 1050, true, false);
    assert_int_equal(due(&c, "ListRules", "", 1050), 1051);
    cues_read(&c, 1050, true, true);
    assert_int_equal(due(&c, "ListServerGroups", "", 1050), 1100);
}

/* Where readings come often, one that is early is another: it shows nothing and is over at once. */
static void test_a_reading_that_is_too_early_is_another(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct tape t = tape_of(&a, TAPE_HEAD READING(1100, 1050) READING(1750, 1700));
    struct cues c;
    struct error err;
    assert_true(cues_init(&c, &a, &t, &err));
    cues_read(&c, 1050, true, false);
    cues_read(&c, 1500, true, false); /* 200 before, of 600 between them */
    assert_int_equal(due(&c, "ListRules", "", 1500), 1501);
    cues_read(&c, 1600, true, false);
    assert_int_equal(due(&c, "ListRules", "", 1600), 1750);
}

static void test_replies_come_when_they_had_come_and_not_when_that_was_said(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct tape t =
        tape_of(&a, TAPE_HEAD "{\"event\":\"READ\",\"at\":1100,\"key\":\"reading\",\"body\":"
                              "{\"began\":1050,\"ended\":1080}}\n");
    struct cues c;
    struct error err;
    assert_true(cues_init(&c, &a, &t, &err));
    cues_read(&c, 1050, true, false);
    assert_int_equal(due(&c, "ListRules", "", 1050), 1080);
}

static void test_a_recording_may_end_in_a_reading(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct tape t =
        tape_of(&a, TAPE_HEAD "{\"event\":\"SEEN\",\"at\":1100,\"key\":\"cloud w Rule a\","
                              "\"body\":{\"own\":false,\"id\":\"r-1\"}}\n");
    struct cues c;
    struct error err;
    assert_true(cues_init(&c, &a, &t, &err));
    cues_read(&c, 1050, true, true);
    assert_int_equal(deeds(&c, &a, 1100), 1);
}

static void test_what_is_looked_up_takes_as_long_as_it_took(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct tape t = tape_of(&a, text);
    struct cues c;
    struct error err;
    static const char asked[] = "PrivateIpAddress.1=10.0.0.9&PrivateIpAddress.2=10.0.0.1";
    assert_true(cues_init(&c, &a, &t, &err));
    assert_int_equal(due(&c, "DescribeNetworkInterfaces", asked, 1450), 1500);
    assert_int_equal(due(&c, "DescribeNetworkInterfaces", asked, 1501), 1502);
}

static void test_what_was_no_news_was_not_waited_for(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct tape t =
        tape_of(&a, TAPE_HEAD "{\"base\":\"FACT\",\"at\":900,\"key\":\"fact vswitch v-1\"}\n" FACT(
                        1500, "eni vpc-1/10.0.0.1") FACT(1600, "vswitch v-1")
                        FACT(1700, "eni vpc-1/10.0.0.1"));
    struct cues c;
    struct error err;
    assert_true(cues_init(&c, &a, &t, &err));
    /* Another address, one that begins like it, one that is known by then, and a vSwitch that is.
     */
    assert_int_equal(due(&c, "DescribeNetworkInterfaces", "PrivateIpAddress.1=10.0.0.2", 1450),
                     1451);
    assert_int_equal(due(&c, "DescribeNetworkInterfaces", "PrivateIpAddress.1=10.0.0.12", 1450),
                     1451);
    assert_int_equal(due(&c, "DescribeNetworkInterfaces", "PrivateIpAddress.1=10.0.0.1", 1550),
                     1551);
    assert_int_equal(due(&c, "DescribeVSwitches", "VSwitchId=v-1", 1450), 1451);
}

#define LISTED(at)                    \
    "{\"event\":\"FACT\",\"at\":" #at \
    ",\"key\":\"fact certificates all\",\"body\":{\"value\":\"[]\"}}\n"
static const char lists[] =
    TAPE_HEAD LISTED(1020) READING(1100, 1050) LISTED(1520) READING(1600, 1550);

/* An agent asks for the list before it reads. */
static void test_a_list_of_certificates_is_that_before_the_next_reading(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct tape t = tape_of(&a, lists);
    struct cues c;
    struct error err;
    assert_true(cues_init(&c, &a, &t, &err));
    assert_null(cues_list(&c));
    assert_int_equal(due(&c, CERTIFICATES_LIST, "CurrentPage=1&ShowSize=100", 1010), 1020);
    assert_int_equal(cues_list(&c)->at, 1020);
    assert_int_equal(due(&c, CERTIFICATES_LIST, "CurrentPage=2", 1021), 1022);
    assert_int_equal(cues_list(&c)->at, 1020); /* a page of the same list */
    assert_int_equal(due(&c, CERTIFICATES_LIST, "CurrentPage=1", 1030), 1031);
    assert_null(cues_list(&c)); /* no news: what is there */
    cues_read(&c, 1050, true, false);
    assert_int_equal(due(&c, CERTIFICATES_LIST, "CurrentPage=1", 1510), 1520);
    assert_int_equal(cues_list(&c)->at, 1520);
}

/* A verb asks for it before its first reading and after each. */
static void test_a_list_of_a_verb_is_that_of_its_last_reading(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct tape t = tape_of(&a, lists);
    struct cues c;
    struct error err;
    assert_true(cues_init(&c, &a, &t, &err));
    cues_start(&c, 0, true);
    assert_int_equal(due(&c, CERTIFICATES_LIST, "CurrentPage=1", 1010), 1020);
    cues_read(&c, 1050, true, false);
    assert_int_equal(due(&c, CERTIFICATES_LIST, "CurrentPage=1", 1100), 1101);
    assert_null(cues_list(&c));
    cues_read(&c, 1500, true, false);
    assert_int_equal(due(&c, CERTIFICATES_LIST, "CurrentPage=1", 1510), 1520);
    assert_int_equal(cues_list(&c)->at, 1520);
}

static void test_a_reading_that_ends_before_it_begins_is_refused(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct tape t =
        tape_of(&a, TAPE_HEAD
                "{\"event\":\"READ\",\"at\":1100,\"key\":\"reading\",\"body\":{\"began\":1101}}\n");
    struct cues c;
    struct error err;
    assert_false(cues_init(&c, &a, &t, &err));
    assert_non_null(strstr(err.msg, "line 2"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_deeds_of_others_come_when_their_reading_ends),
        cmocka_unit_test(test_a_reading_that_was_not_recorded_shows_nothing_new),
        cmocka_unit_test(test_what_a_reading_showed_that_does_not_come_again_is_shown_later),
        cmocka_unit_test(test_readings_are_those_of_their_process),
        cmocka_unit_test(test_a_reading_of_groups_is_one_of_groups),
        cmocka_unit_test(test_a_reading_that_is_too_early_is_another),
        cmocka_unit_test(test_replies_come_when_they_had_come_and_not_when_that_was_said),
        cmocka_unit_test(test_a_recording_may_end_in_a_reading),
        cmocka_unit_test(test_what_is_looked_up_takes_as_long_as_it_took),
        cmocka_unit_test(test_what_was_no_news_was_not_waited_for),
        cmocka_unit_test(test_a_list_of_certificates_is_that_before_the_next_reading),
        cmocka_unit_test(test_a_list_of_a_verb_is_that_of_its_last_reading),
        cmocka_unit_test(test_a_reading_that_ends_before_it_begins_is_refused),
    };
    return cmocka_run_group_tests_name("replay/cues", tests, NULL, NULL);
}
