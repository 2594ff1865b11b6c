/* Which rules keep their labels. */
#include "support.h"

#include "alb-agent/rng.h"
#include "rule_priv.h"

static const struct resource listener = { .key = "80/HTTP" };

/* Appends a wanted rule; label 0: new. */
static void add(struct bed *b, struct rule_list *l, const char *host, const char *path,
                int64_t label)
{
    *LIST_PUSH(&b->a, &l->nodes) = (struct rule_node){ .listener = &listener,
                                                       .rule = bed_rule(b, host, path, "g"),
                                                       .label = label };
    l->n_wanted = l->nodes.len;
}

/* "+" kept, "-" not, in list order. */
static const char *kept(struct bed *b, struct rule_list *l)
{
    find_near(&b->a, l);
    order_keep(&b->a, l);
    char *text = arena_alloc(&b->a, l->n_wanted + 1);
    for (size_t i = 0; i < l->n_wanted; i++)
        text[i] = l->nodes.items[i].kept ? '+' : '-';
    return text;
}

static void test_a_list_in_order_is_kept_whole(void **state)
{
    struct bed *b = *state;
    struct rule_list l = { 0 };
    add(b, &l, "a.com", "/x", 1);
    add(b, &l, "a.com", "-", 5);
    add(b, &l, "-", "-", 6);
    assert_string_equal(kept(b, &l), "+++");
}

static void test_new_rules_are_not_kept(void **state)
{
    struct bed *b = *state;
    struct rule_list l = { 0 };
    add(b, &l, "a.com", "/x", 0);
    add(b, &l, "a.com", "-", 5);
    assert_string_equal(kept(b, &l), "-+");
}

static void test_one_rule_out_of_place_is_the_one_that_moves(void **state)
{
    struct bed *b = *state;
    struct rule_list l = { 0 };
    add(b, &l, "-", "-", 50); /* wanted first, is last */
    add(b, &l, "a.com", "/x", 10);
    add(b, &l, "a.com", "/*", 20);
    add(b, &l, "a.com", "-", 30);
    assert_string_equal(kept(b, &l), "-+++");
}

static void test_order_among_rules_that_cannot_meet_is_free(void **state)
{
    struct bed *b = *state;
    struct rule_list l = { 0 };
    add(b, &l, "c.com", "-", 3);
    add(b, &l, "b.com", "-", 2);
    add(b, &l, "a.com", "-", 1);
    assert_string_equal(kept(b, &l), "+++");
}

static void test_order_holds_through_a_rule_between(void **state)
{
    struct bed *b = *state;
    struct rule_list l = { 0 };
    add(b, &l, "a.com", "-", 20);
    add(b, &l, "-", "-", 0); /* new: below a.com and above b.com */
    add(b, &l, "b.com", "-", 10);
    const char *text = kept(b, &l);
    assert_true(!strcmp(text, "+--") || !strcmp(text, "--+"));
}

static void test_pinned_rules_do_not_bind(void **state)
{
    struct bed *b = *state;
    struct rule_list l = { 0 };
    add(b, &l, "-", "-", 20);
    add(b, &l, "a.com", "-", 10);
    l.nodes.items[0].pinned = true;
    assert_string_equal(kept(b, &l), "-+");
}

/* ---- against every subset ------------------------------------------------------------------- */

static bool is_consistent(const struct rule_list *l, unsigned subset, const bool (*before)[8])
{
    for (size_t i = 0; i < l->n_wanted; i++)
        for (size_t k = i + 1; k < l->n_wanted; k++)
            if ((subset >> i & 1) && (subset >> k & 1) && before[i][k]
                && l->nodes.items[i].label > l->nodes.items[k].label)
                return false;
    return true;
}

static int bits_in(unsigned x)
{
    int n = 0;
    for (; x; x >>= 1)
        n += (int)(x & 1);
    return n;
}

static void test_the_kept_set_is_a_largest_one(void **state)
{
    (void)state;
    static const char *const hosts[] = { "a.com", "b.com", "-" }, *const paths[] = { "/x", "/*",
                                                                                     "-" };
    struct rng rng = { 7 };
    for (int round = 0; round < 500; round++) {
        struct bed b;
        bed_init(&b);
        struct rule_list l = { 0 };
        size_t n = 2 + rng_below(&rng, 6);
        for (size_t i = 0; i < n; i++)
            add(&b, &l, hosts[rng_below(&rng, 3)], paths[rng_below(&rng, 3)],
                (int64_t)(rng_below(&rng, 50) * 8 + i + 1));
        bool before[8][8] = { 0 };
        for (size_t i = 0; i < n; i++)
            for (size_t k = i + 1; k < n; k++)
                before[i][k] = rules_overlap(&l.nodes.items[i], &l.nodes.items[k]);
        for (size_t m = 0; m < n; m++)
            for (size_t i = 0; i < n; i++)
                for (size_t k = 0; k < n; k++)
                    before[i][k] = before[i][k] || (before[i][m] && before[m][k]);
        int best = 0;
        for (unsigned s = 0; s < 1U << n; s++)
            if (bits_in(s) > best && is_consistent(&l, s, (const bool(*)[8])before))
                best = bits_in(s);
        (void)kept(&b, &l);
        unsigned ours = 0;
        for (size_t i = 0; i < n; i++)
            ours |= (unsigned)l.nodes.items[i].kept << i;
        assert_true(is_consistent(&l, ours, (const bool(*)[8])before));
        assert_int_equal(bits_in(ours), best);
        bed_done(&b);
    }
}

/* ---- against the longest rising sequence ------------------------------------------------------
 */

/* Labels 1..n in a random order. */
static void shuffle(struct rng *rng, int64_t *labels, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const size_t k = rng_below(rng, i + 1);
        labels[i] = labels[k];
        labels[k] = (int64_t)i + 1;
    }
}

/* How many can stay of rules that all overlap: as many as the longest sequence of rising labels. */
static size_t longest_rising(const int64_t *labels, size_t n)
{
    size_t ends[130], best = 0; /* the longest that ends with each */
    for (size_t i = 0; i < n; i++) {
        ends[i] = 1;
        for (size_t k = 0; k < i; k++)
            if (labels[k] < labels[i] && ends[k] >= ends[i])
                ends[i] = ends[k] + 1;
        best = ends[i] > best ? ends[i] : best;
    }
    return best;
}

/* Lengths beside those at which another word of bits begins. */
static void test_the_longest_rising_sequence_stays_whatever_the_length(void **state)
{
    (void)state;
    static const size_t lengths[] = { 1, 2, 3, 31, 63, 64, 65, 127, 128, 129, 130 };
    struct rng rng = { 11 };
    for (size_t t = 0; t < COUNT(lengths); t++) {
        struct bed b;
        struct rule_list l = { 0 };
        int64_t labels[130], last = 0;
        size_t n = 0;
        bed_init(&b);
        shuffle(&rng, labels, lengths[t]);
        for (size_t i = 0; i < lengths[t]; i++)
            add(&b, &l, "-", "-", labels[i]);
        const char *text = kept(&b, &l);
        for (size_t i = 0; i < lengths[t]; i++) {
            assert_true(text[i] == '-' || labels[i] > last);
            last = text[i] == '-' ? last : labels[i];
            n += text[i] == '+';
        }
        assert_int_equal(n, longest_rising(labels, lengths[t]));
        bed_done(&b);
    }
}

/* The last of so many is in conflict with the first alone. */
static void test_a_conflict_across_words_is_seen(void **state)
{
    (void)state;
    for (size_t n = 2; n <= 140; n++) {
        struct bed b;
        struct rule_list l = { 0 };
        bed_init(&b);
        add(&b, &l, "z.com", "/1", 200);
        for (size_t i = 1; i < n - 1; i++)
            add(&b, &l, arena_fmt(&b.a, "h%zu.com", i), "-", (int64_t)i);
        add(&b, &l, "z.com", "-", 199);
        const char *text = kept(&b, &l);
        assert_int_equal((text[0] == '+') + (text[n - 1] == '+'), 1);
        for (size_t i = 1; i < n - 1; i++)
            assert_int_equal(text[i], '+');
        bed_done(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_TEST(test_a_list_in_order_is_kept_whole),
        BED_TEST(test_new_rules_are_not_kept),
        BED_TEST(test_one_rule_out_of_place_is_the_one_that_moves),
        BED_TEST(test_order_among_rules_that_cannot_meet_is_free),
        BED_TEST(test_order_holds_through_a_rule_between),
        BED_TEST(test_pinned_rules_do_not_bind),
        cmocka_unit_test(test_the_kept_set_is_a_largest_one),
        cmocka_unit_test(test_the_longest_rising_sequence_stays_whatever_the_length),
        cmocka_unit_test(test_a_conflict_across_words_is_seen),
    };
    return cmocka_run_group_tests_name("plan/rule_order", tests, NULL, NULL);
}
