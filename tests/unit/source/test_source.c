#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alb-agent/arena.h"
#include "alb-agent/buf.h"
#include "alb-agent/macros.h"
#include "alb-agent/source.h"

/* --- a directory of its own for each test ---------------------------------------------- */

struct world {
    char root[32];
    struct arena arena;
    LIST_OF(const char *) made; /* in the order of making */
};

static const char *path_of(struct world *w, const char *name)
{
    return arena_fmt(&w->arena, "%s/%s", w->root, name);
}

static void made(struct world *w, const char *path)
{
    *LIST_PUSH(&w->arena, &w->made) = path;
}

static void make_dir(struct world *w, const char *name)
{
    assert_int_equal(mkdir(path_of(w, name), 0700), 0);
    made(w, path_of(w, name));
}

static void make_file(struct world *w, const char *name, const char *text)
{
    FILE *f = fopen(path_of(w, name), "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
    made(w, path_of(w, name));
}

static void make_service(struct world *w, const char *name, const char *service)
{
    make_file(
        w, name,
        arena_fmt(&w->arena, "apiVersion: v1\nkind: Service\nmetadata: {name: %s}\n", service));
}

static void make_link(struct world *w, const char *name, const char *target)
{
    assert_int_equal(symlink(target, path_of(w, name)), 0);
    made(w, path_of(w, name));
}

static int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    if (!w)
        return -1;
    (void)snprintf(w->root, sizeof w->root, "/tmp/test_source.XXXXXX");
    *state = w;
    return mkdtemp(w->root) ? 0 : -1;
}

static int teardown(void **state)
{
    struct world *w = *state;
    for (size_t i = w->made.len; i-- > 0;)
        (void)remove(w->made.items[i]);
    (void)rmdir(w->root);
    arena_done(&w->arena);
    free(w);
    return 0;
}

/* --- what was read --------------------------------------------------------------------- */

/* Origins and problems without the root, so that they can be compared. */
static void add_relative(const struct world *w, struct buf *b, const char *path)
{
    size_t len = strlen(w->root);
    buf_adds(b, strncmp(path, w->root, len) ? path : path + len);
}

static const char *report(struct world *w, const struct object_set *set)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    for (size_t i = 0; i < set->objects.len; i++) {
        buf_addf(&b, "%s ", set->objects.items[i]->name);
        add_relative(w, &b, set->objects.items[i]->origin);
        buf_adds(&b, "\n");
    }
    for (size_t i = 0; i < set->problems.len; i++) {
        buf_adds(&b, "! ");
        add_relative(w, &b, set->problems.items[i].origin);
        buf_addf(&b, ": %s\n", set->problems.items[i].msg);
    }
    assert_int_equal(set->incomplete, set->problems.len > 0);
    return buf_keep(&b, &w->arena);
}

static void expect(struct world *w, const char *name, const char *want)
{
    static const struct source_options defaults = { 0 };
    struct object_set set CLEANUP(object_set_done) = { 0 };
    const char *paths[] = { path_of(w, name) };
    source_read(paths, 1, &defaults, &set);
    assert_string_equal(report(w, &set), want);
}

/* --- tests ----------------------------------------------------------------------------- */

static void test_a_directory_is_read_in_order_of_names(void **state)
{
    struct world *w = *state;
    make_service(w, "b.yml", "same");
    make_service(w, "c.yaml", "same");
    make_dir(w, "a");
    make_service(w, "a/z.yaml", "same");
    make_file(w, "a.json",
              "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"same\"}}");
    /* The order shows in which of the same object comes first. */
    static const struct source_options defaults = { 0 };
    struct object_set set CLEANUP(object_set_done) = { 0 };
    const char *paths[] = { w->root };
    source_read(paths, 1, &defaults, &set);
    assert_int_equal(set.objects.len, 1);
    assert_string_equal(set.objects.items[0]->origin, path_of(w, "a/z.yaml:1"));
    static const char *const later[] = { "a.json:1", "b.yml:1", "c.yaml:1" };
    assert_int_equal(set.problems.len, COUNT(later));
    for (size_t i = 0; i < COUNT(later); i++)
        assert_string_equal(set.problems.items[i].origin, path_of(w, later[i]));
}

static void test_only_manifests_of_a_directory_are_read(void **state)
{
    struct world *w = *state;
    make_service(w, "a.yaml", "a");
    make_file(w, "README.md", "# not YAML: [\n");
    make_file(w, "a.yaml.bak", "[");
    make_file(w, ".hidden.yaml", "[");
    make_dir(w, ".git");
    make_file(w, ".git/x.yaml", "[");
    make_dir(w, "d.yaml");
    make_service(w, "d.yaml/b.yaml", "b");
    expect(w, "", "a /a.yaml:1\nb /d.yaml/b.yaml:1\n");
}

static void test_a_file_named_by_hand_may_have_any_name(void **state)
{
    struct world *w = *state;
    make_service(w, "manifest", "a");
    expect(w, "manifest", "a /manifest:1\n");
}

static void test_symbolic_links_are_followed_once(void **state)
{
    struct world *w = *state;
    make_dir(w, "..data"); /* as a mounted ConfigMap looks */
    make_service(w, "..data/a.yaml", "a");
    make_link(w, "a.yaml", "..data/a.yaml");
    make_dir(w, "sub");
    make_service(w, "sub/b.yaml", "b");
    make_link(w, "sub/loop", "..");
    make_link(w, "sub2", "sub");
    make_link(w, "self.yaml", "self.yaml");
    make_link(w, "dead", "nothing");
    expect(w, "",
           "a /a.yaml:1\nb /sub/b.yaml:1\n"
           "! /self.yaml: cannot be read: Too many levels of symbolic links\n");
}

static void test_a_path_given_twice_is_read_once(void **state)
{
    struct world *w = *state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    static const struct source_options defaults = { 0 };
    make_service(w, "a.yaml", "a");
    const char *paths[] = { path_of(w, "a.yaml"), w->root, path_of(w, "a.yaml") };
    source_read(paths, COUNT(paths), &defaults, &set);
    assert_string_equal(report(w, &set), "a /a.yaml:1\n");
}

static void test_what_is_not_there_makes_the_source_incomplete(void **state)
{
    struct world *w = *state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    static const struct source_options defaults = { 0 };
    make_service(w, "a.yaml", "a");
    const char *paths[] = { path_of(w, "none.yaml"), path_of(w, "a.yaml"), path_of(w, "none/") };
    source_read(paths, COUNT(paths), &defaults, &set);
    assert_string_equal(report(w, &set), "a /a.yaml:1\n"
                                         "! /none.yaml: cannot be read: No such file or directory\n"
                                         "! /none/: cannot be read: No such file or directory\n");
}

static void test_a_dead_link_to_a_manifest_is_a_problem(void **state)
{
    struct world *w = *state;
    make_link(w, "a.yaml", "nothing");
    expect(w, "", "! /a.yaml: cannot be read: No such file or directory\n");
}

static void test_a_pipe_among_manifests_does_not_block(void **state)
{
    struct world *w = *state;
    assert_int_equal(mkfifo(path_of(w, "a.yaml"), 0600), 0);
    made(w, path_of(w, "a.yaml"));
    expect(w, "", "! /a.yaml: not a file\n");
}

static void test_a_file_above_the_ceiling_is_refused(void **state)
{
    static const struct source_options small = { .max_file = 20 };
    struct world *w = *state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    make_service(w, "a.yaml", "a");
    make_file(w, "b.yaml", "# twenty characters ");
    const char *paths[] = { w->root };
    source_read(paths, 1, &small, &set);
    assert_string_equal(report(w, &set), "! /a.yaml: larger than 20 bytes; split it\n");
}

static void test_standard_input_is_read_to_its_end(void **state)
{
    static const char text[] = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n---\nx: 1\n";
    struct world *w = *state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    static const char *const paths[] = { "-" };
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(write(fds[1], text, strlen(text)), (ssize_t)strlen(text));
    assert_int_equal(close(fds[1]), 0);
    const struct source_options options = { .stdin_fd = fds[0] };
    source_read(paths, 1, &options, &set);
    assert_int_equal(close(fds[0]), 0);
    assert_string_equal(report(w, &set),
                        "a stdin:1\n"
                        "! stdin:5: kind: missing; say what it is, as 'kind: Ingress'\n");
}

/* Of the published examples two hold annotations that are no YAML (knative.md §1.3). */
static void test_the_knative_examples_are_read(void **state)
{
    static const struct source_options defaults = { 0 };
    static const char *const tag[] = { TEST_SOURCE_DIR
                                       "/tests/golden/source/knative/generated-ingress-tag.yaml" };
    static const char *const all[] = { TEST_SOURCE_DIR "/tests/golden/source/knative" };
    (void)state;
    struct object_set one CLEANUP(object_set_done) = { 0 }, set CLEANUP(object_set_done) = { 0 };
    source_read(tag, 1, &defaults, &one);
    assert_false(one.incomplete);
    const struct object *ingress =
        object_set_find(&one, OBJECT_INGRESS, "default", "helloworld-go");
    assert_non_null(ingress);
    assert_string_equal(object_label(ingress, "knative.aliyun.com/ingress"), "helloworld-go");
    assert_string_equal(
        object_annotation(ingress, "alb.ingress.kubernetes.io/actions.forward-tag"),
        "{\"type\":\"forward\",\"forwardConfig\":{\"targetGroups\":[{\"serviceName\":"
        "\"helloworld-go-00002\",\"servicePort\":80,\"weight\":100}]}}");
    source_read(all, 1, &defaults, &set);
    assert_int_equal(set.ignored, 3); /* a ConfigMap and two Knative Services */
    assert_int_equal(set.problems.len, 3);
    static const char *const where[] = { "generated-ingress-weight.yaml:1",
                                         "service-cookies.yaml:5", "service-headers.yaml:5" };
    static const char *const what[] = { "keep one of them", "metadata.annotations.alicloud",
                                        "metadata.annotations.alicloud" };
    for (size_t i = 0; i < COUNT(where); i++) {
        assert_non_null(strstr(set.problems.items[i].origin, where[i]));
        assert_non_null(strstr(set.problems.items[i].msg, what[i]));
    }
}

/* Adds a Service of its own for every file whose text begins with '#'. */
static bool know(void *arg, const char *path, const char *text, size_t len, struct object_set *out)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    size_t *asked = arg;
    (*asked)++;
    assert_int_equal(strlen(text), len);
    if (*text != '#')
        return false;
    object_set_add(out,
                   cJSON_Parse("{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{"
                               "\"name\":\"known\",\"namespace\":\"d\"}}"),
                   arena_fmt(&a, "%s:1", path));
    return true;
}

static void test_what_is_known_of_a_file_takes_the_place_of_its_text(void **state)
{
    struct world *w = *state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    const char *const paths[] = { w->root };
    size_t asked = 0;
    const struct source_options options = { .known = know, .arg = &asked, .max_documents = 2 };
    make_file(w, "a.yaml", "# nothing\n");
    make_file(w, "b.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: b}\n");
    make_file(w, "c.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: c}\n");
    source_read(paths, 1, &options, &set);
    assert_int_equal(asked, 3);
    assert_int_equal(set.objects.len, 2); /* what is known counts, so there is no room for "c" */
    assert_non_null(object_set_find(&set, OBJECT_SERVICE, "d", "known"));
    assert_non_null(object_set_find(&set, OBJECT_SERVICE, "default", "b"));
    assert_int_equal(set.problems.len, 1);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_a_directory_is_read_in_order_of_names),
        TEST(test_only_manifests_of_a_directory_are_read),
        TEST(test_a_file_named_by_hand_may_have_any_name),
        TEST(test_symbolic_links_are_followed_once),
        TEST(test_a_path_given_twice_is_read_once),
        TEST(test_what_is_not_there_makes_the_source_incomplete),
        TEST(test_a_dead_link_to_a_manifest_is_a_problem),
        TEST(test_a_pipe_among_manifests_does_not_block),
        TEST(test_a_file_above_the_ceiling_is_refused),
        TEST(test_standard_input_is_read_to_its_end),
        TEST(test_what_is_known_of_a_file_takes_the_place_of_its_text),
        cmocka_unit_test(test_the_knative_examples_are_read),
    };
    return cmocka_run_group_tests_name("source/source", tests, NULL, NULL);
}
