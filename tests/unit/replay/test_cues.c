/* test_cues.c - what others did is shown with the end of the reading that showed it. */
#include "tests/unit/replay/tapes.h"

static const char text[] =
    TAPE_HEAD "{\"event\":\"SEEN\",\"at\":1100,\"key\":\"cloud w Rule "
              "a\",\"body\":{\"own\":false,\"id\":\"r-1\"}}\n"
              "{\"event\":\"SEEN\",\"at\":1100,\"key\":\"cloud w Rule "
              "b\",\"body\":{\"own\":true,\"id\":\"r-2\"}}\n"
              "{\"event\":\"READ\",\"at\":1100,\"key\":\"reading\",\"body\":{\"began\":1050}}\n"
              "{\"event\":\"FACT\",\"at\":1500,\"key\":\"fact eni x\"}\n"
              "{\"event\":\"DELETED\",\"at\":20100,\"key\":\"cloud w Rule "
              "a\",\"body\":{\"own\":false,\"id\":\"r-1\"}}\n"
              "{\"event\":\"READ\",\"at\":20100,\"key\":\"reading\",\"body\":{\"began\":20050,"
              "\"only\":\"w\"}}\n";

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
    assert_int_equal(cues_due(&c, "ListRules", 1040), 1100);
    assert_int_equal(cues_due(&c, "ListAsynJobs", 1040), 1041);
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
    assert_int_equal(cues_due(&c, "ListRules", 9000), 9001);
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
    cues_start(&c, 1);
    cues_read(&c, 1050, true, false);
    cues_read(&c, 1400, true, false);
    assert_int_equal(cues_due(&c, "ListRules", 1400), 1401);
    assert_int_equal(deeds(&c, &a, 1401), 0);
    cues_start(&c, 3);
    cues_read(&c, 1510, true, false);
    assert_int_equal(cues_due(&c, "ListRules", 1510), 1600);
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
    assert_int_equal(cues_due(&c, "ListRules", 1050), 1051);
    cues_read(&c, 1050, true, true);
    assert_int_equal(cues_due(&c, "ListServerGroups", 1050), 1100);
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
    assert_true(cues_init(&c, &a, &t, &err));
    assert_int_equal(cues_due(&c, "DescribeNetworkInterfaces", 1450), 1500);
    assert_int_equal(cues_due(&c, "DescribeNetworkInterfaces", 1501), 1502);
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
        cmocka_unit_test(test_a_recording_may_end_in_a_reading),
        cmocka_unit_test(test_what_is_looked_up_takes_as_long_as_it_took),
        cmocka_unit_test(test_a_reading_that_ends_before_it_begins_is_refused),
    };
    return cmocka_run_group_tests_name("replay/cues", tests, NULL, NULL);
}
