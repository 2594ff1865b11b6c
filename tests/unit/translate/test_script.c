/* aScriptConfig of listeners: alb-ingress.md §B.3; fields and limits: CreateAScripts in
 * alb-openapi.json. */
#include "world.h"

#define MAP(ns, name, text)                                                                 \
    "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: " name ", namespace: " ns "}\n" \
    "data: {scriptContent: " text "}\n"

static struct world world_with(const char *listeners, const char *more)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    return world_of(arena_fmt(&a, "%s  listeners: %s\n%s", WEB_SPEC, listeners, more));
}

/* A world with one listener and these scripts. */
static struct world world_of_scripts(const char *scripts, const char *more)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    return world_with(arena_fmt(&a, "[{aScriptConfig: %s}]", scripts), more);
}

static const struct alb_script *script_of(const struct world *w, const char *key)
{
    return desired(w, RESOURCE_SCRIPT, key);
}

static void test_the_text_comes_from_a_config_map(void **state)
{
    (void)state;
    struct world w =
        world_of_scripts("[{aScriptName: canary, configMapName: ascript-rule}]",
                         MAP("default", "ascript-rule", "\"if true\\n  pass\\nend \\n\""));
    assert_string_equal(problems(&w), "");
    assert_string_equal(warnings(&w), "");
    const struct resource *r =
        model_find(&w.out.desired, "kube-system/web", RESOURCE_SCRIPT, "80/HTTP/canary");
    assert_non_null(r);
    assert_string_equal(r->parent, "80/HTTP");
    assert_true(r->ours);
    assert_string_equal(r->desired_from,
                        "AlbConfig web (t.yaml:1) spec.listeners[0].aScriptConfig[0]");
    const struct alb_script *s = r->desired;
    assert_string_equal(s->name, "canary");
    assert_string_equal(s->content, "if true\n  pass\nend"); /* without the end of a YAML block */
    assert_true(s->enabled.set && s->enabled.val);
    assert_string_equal(s->position, "RequestHead");
    assert_true(s->extended.set && !s->extended.val);
    assert_null(s->attributes.items);
    world_done(&w);
}

static void test_all_that_can_be_said_is_taken(void **state)
{
    (void)state;
    struct world w = world_of_scripts(
        "[{aScriptName: a1, enabled: false, position: requestfoot, configMapNamespace: shop, "
        "configMapName: rule, extAttributeEnabled: true, extAttributes: [{attributeKey: EsDebug, "
        "attributeValue: on1}]}, {aScriptName: b2, position: ResponseHead, scriptContent: pass}]",
        MAP("shop", "rule", "one"));
    assert_string_equal(problems(&w), "");
    assert_string_equal(warnings(&w), "");
    const struct alb_script *s = script_of(&w, "80/HTTP/a1");
    assert_false(s->enabled.val);
    assert_string_equal(s->position, "RequestFoot");
    assert_string_equal(s->content, "one");
    assert_true(s->extended.val);
    assert_int_equal(s->attributes.len, 1);
    assert_string_equal(s->attributes.items[0].key, "EsDebug");
    assert_string_equal(s->attributes.items[0].value, "on1");
    s = script_of(&w, "80/HTTP/b2");
    assert_string_equal(s->position, "ResponseHead");
    assert_string_equal(s->content, "pass");
    world_done(&w);
}

static void test_scripts_of_two_listeners_may_have_one_name(void **state)
{
    (void)state;
    struct world w = world_with("[{aScriptConfig: [{aScriptName: one, scriptContent: a}]}, {port: "
                                "443, protocol: HTTPS, certificates: [{CertificateId: c-1}], "
                                "ascriptconfig: [{aScriptName: one, scriptContent: b}]}]",
                                "");
    assert_string_equal(problems(&w), "");
    assert_string_equal(warnings(&w), ""); /* names are matched without regard to case */
    assert_string_equal(script_of(&w, "80/HTTP/one")->content, "a");
    assert_string_equal(script_of(&w, "443/HTTPS/one")->content, "b");
    world_done(&w);
}

static bool is_held(const struct world *w, enum resource_kind kind, const char *key)
{
    const struct resource r = { .lb = "kube-system/web",
                                .kind = kind,
                                .key = key,
                                .parent = kind == RESOURCE_LISTENER ? "" : "80/HTTP",
                                .desired_from = "AlbConfig web (old.yaml:1) spec" };
    return translate_holds(&w->out, &r);
}

/* A bad script, beside a good one, is left out alone with this problem; what there was of it, or
 * of all when its name is not known, is kept. */
static void check_bad(const char *script, const char *more, const char *what, bool named)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct world w = world_of_scripts(
        arena_fmt(&a, "[{aScriptName: good, scriptContent: pass}, %s]", script), more);
    assert_string_equal(
        problems(&w), arena_fmt(&a, "AlbConfig web: spec.listeners[0].aScriptConfig[1]%s\n", what));
    assert_non_null(listener_of(&w, "80/HTTP"));
    assert_non_null(script_of(&w, "80/HTTP/good"));
    assert_null(script_of(&w, "80/HTTP/bad"));
    assert_true(is_held(&w, RESOURCE_SCRIPT, "80/HTTP/bad"));
    assert_int_equal(is_held(&w, RESOURCE_SCRIPT, "80/HTTP/old"), !named);
    assert_int_equal(is_held(&w, RESOURCE_SCRIPT, "80/HTTP/badly"), !named);
    assert_false(is_held(&w, RESOURCE_LISTENER, "80/HTTP"));
    assert_false(is_held(&w, RESOURCE_RULE, "80/HTTP#0123456789ab"));
    world_done(&w);
}

#define BAD(members) "{aScriptName: bad, " members "}"

static void test_a_script_that_cannot_be_translated_harms_only_itself(void **state)
{
    (void)state;
    check_bad(BAD("configMapName: rule"), "",
              ".configMapName: there is no ConfigMap default/rule with data.scriptContent; add it, "
              "or correct configMapNamespace and configMapName",
              true);
    check_bad(BAD("configMapName: rule, configMapNamespace: shop"), MAP("default", "rule", "x"),
              ".configMapName: there is no ConfigMap shop/rule with data.scriptContent; add it, or "
              "correct configMapNamespace and configMapName",
              true);
    check_bad(BAD("configMapName: rule"), MAP("default", "rule", "7"),
              ".configMapName: data.scriptContent of ConfigMap default/rule is no text; put it in "
              "quotes",
              true);
    check_bad(BAD("configMapName: rule"), MAP("default", "rule", "\" \\t\\r\\n\""),
              ".configMapName: the script has no text; give some, or remove it", true);
    check_bad(BAD("scriptContent: ' '"), "",
              ".scriptContent: the script has no text; give some, or remove it", true);
    check_bad(BAD("enabled: true"), "", ": it has no text; give configMapName, or scriptContent",
              true);
    check_bad(BAD("scriptContent: a, configMapName: rule"), MAP("default", "rule", "x"),
              ": configMapName and scriptContent exclude each other; remove one of them", true);
    check_bad(BAD("scriptContent: a, position: Middle"), "",
              ".position: \"Middle\" is not known; give RequestHead, RequestFoot or ResponseHead",
              true);
    check_bad(BAD("scriptContent: a, enabled: 'on'"), "",
              ".enabled: \"on\" is text; give true or false, without quotes", true);
    check_bad(BAD("scriptContent: '-----BEGIN PRIVATE KEY-----'"), "",
              ".scriptContent: the script looks as if it held a secret key; take that out of it",
              true);
    check_bad(BAD("scriptContent: 'AccessKeySecret=x'"), "",
              ".scriptContent: the script looks as if it held a secret key; take that out of it",
              true);
}

static void test_names_are_checked(void **state)
{
    (void)state;
    check_bad("{scriptContent: a}", "", ".aScriptName: missing; add it", false);
    check_bad("{aScriptName: 1st, scriptContent: a}", "",
              ".aScriptName: \"1st\" is no name that ALB takes; give 2 to 128 letters, digits and "
              "\".\", \"_\", \"-\", a letter first",
              false);
    check_bad("{aScriptName: a/b, scriptContent: a}", "",
              ".aScriptName: \"a/b\" is no name that ALB takes; give 2 to 128 letters, digits and "
              "\".\", \"_\", \"-\", a letter first",
              false);
}

static void test_a_name_that_is_given_twice_is_that_of_the_first(void **state)
{
    (void)state;
    struct world w = world_of_scripts("[{aScriptName: one, scriptContent: a}, {aScriptName: two, "
                                      "scriptContent: c}, {aScriptName: one, scriptContent: b}]",
                                      "");
    assert_string_equal(problems(&w),
                        "AlbConfig web: spec.listeners[0].aScriptConfig[2].aScriptName: script one "
                        "is given twice; give each name once\n");
    assert_string_equal(script_of(&w, "80/HTTP/one")->content, "a");
    assert_non_null(script_of(&w, "80/HTTP/two"));
    world_done(&w);
}

static void test_attributes_are_checked(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
#define ATTRIBUTES(list) BAD("scriptContent: a, extAttributeEnabled: true, extAttributes: " list)
    check_bad(ATTRIBUTES("[{attributeKey: Other, attributeValue: x}]"), "",
              ".extAttributes[0]: attributeKey \"Other\" is not known; give EsDebug", true);
    check_bad(ATTRIBUTES("[{attributeKey: EsDebug, attributeValue: x}, {attributeKey: EsDebug, "
                         "attributeValue: y}]"),
              "", ".extAttributes[1]: EsDebug is given twice; give it once", true);
    check_bad(ATTRIBUTES("[{attributeKey: EsDebug}]"), "",
              ".extAttributes[0].attributeValue: missing; add it", true);
    check_bad(ATTRIBUTES("[{attributeValue: x}]"), "",
              ".extAttributes[0].attributeKey: missing; add it", true);
    char value[130];
    memset(value, 'x', 129);
    value[129] = '\0';
    check_bad(arena_fmt(&a, ATTRIBUTES("[{attributeKey: EsDebug, attributeValue: %s}]"), value), "",
              ".extAttributes[0]: attributeValue has 129 characters, and ALB takes 128", true);
    value[128] = '\0';
    struct world w = world_of_scripts(
        arena_fmt(&a, "[" ATTRIBUTES("[{attributeKey: EsDebug, attributeValue: %s}]") "]", value),
        "");
    assert_string_equal(problems(&w), "");
    world_done(&w);
}

static void test_what_has_no_effect_is_a_warning(void **state)
{
    (void)state;
    struct world w = world_of_scripts(
        "[{aScriptName: one, scriptContent: a, configMapNamespace: shop, extAttributes: "
        "[{attributeKey: EsDebug, attributeValue: x}], postion: RequestFoot}]",
        "");
    assert_string_equal(problems(&w), "");
#define AT "AlbConfig web: spec.listeners[0].aScriptConfig[0]"
    assert_string_equal(
        warnings(&w),
        AT ".postion: there is no such field, so it has no effect; is it 'position'?\n" AT
           ".configMapNamespace: it has no effect without configMapName\n" AT
           ".extAttributes: it has no effect without extAttributeEnabled: true\n");
    assert_non_null(script_of(&w, "80/HTTP/one"));
    world_done(&w);
}

static void test_a_text_has_a_limit(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    const size_t most = 16384;
    char *text = arena_alloc(&a, most + 2);
    memset(text, 'x', most + 1);
    check_bad(arena_fmt(&a, BAD("scriptContent: %s"), text), "",
              ".scriptContent: the script has 16385 bytes, and 16384 are taken at most; make it "
              "shorter",
              true);
    text[most] = '\0';
    struct world w =
        world_of_scripts(arena_fmt(&a, "[{aScriptName: one, scriptContent: %s}]", text), "");
    assert_string_equal(problems(&w), "");
    assert_int_equal(strlen(script_of(&w, "80/HTTP/one")->content), most);
    world_done(&w);
}

static void check_bad_list(const char *scripts, const char *what)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct world w = world_of_scripts(scripts, "");
    assert_string_equal(
        problems(&w), arena_fmt(&a, "AlbConfig web: spec.listeners[0].aScriptConfig: %s\n", what));
    assert_non_null(listener_of(&w, "80/HTTP"));
    assert_true(is_held(&w, RESOURCE_SCRIPT, "80/HTTP/any"));
    assert_false(is_held(&w, RESOURCE_LISTENER, "80/HTTP"));
    world_done(&w);
}

static void test_a_list_that_is_none_or_too_long_keeps_what_there_is(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = { 0 };
    check_bad_list("{aScriptName: one}", "this is a map; give a list");
    buf_adds(&b, "[");
    for (int i = 0; i < 21; i++)
        buf_addf(&b, "%s{aScriptName: s%02d, scriptContent: a}", i ? ", " : "", i);
    buf_adds(&b, "]");
    check_bad_list(buf_str(&b), "21 scripts are given, and 20 are taken at most; remove some");
    struct world w = world_of_scripts("[]", "");
    assert_string_equal(problems(&w), "");
    assert_false(is_held(&w, RESOURCE_SCRIPT, "80/HTTP/any")); /* they are to go */
    world_done(&w);
}

static void test_scripts_of_a_listener_that_is_left_out_stay(void **state)
{
    (void)state;
    struct world w = world_with("[{description: x, aScriptConfig: [{aScriptName: one, "
                                "scriptContent: a}]}, {port: 443, protocol: HTTPS, aScriptConfig: "
                                "[{aScriptName: one, scriptContent: b}]}]",
                                "");
    assert_null(script_of(&w, "80/HTTP/one"));
    assert_null(script_of(&w, "443/HTTPS/one"));
    const struct resource r = { .lb = "kube-system/web",
                                .kind = RESOURCE_SCRIPT,
                                .key = "443/HTTPS/one",
                                .parent = "443/HTTPS" };
    assert_true(translate_holds(&w.out, &r));
    world_done(&w);
}

static void test_a_hold_of_nothing_holds_no_script(void **state)
{
    (void)state;
    struct translate_hold none = { .listener = "" };
    const struct translate_out out = { .holds = { &none, 1 } };
    assert_false(translate_holds(
        &out, &(struct resource){
                  .lb = "a", .kind = RESOURCE_SCRIPT, .key = "80/HTTP/one", .parent = "80/HTTP" }));
}

/* ---- following changes --------------------------------------------------------------------- */

static void replace(struct object_set *set, const char *text)
{
    struct object_set fresh CLEANUP(object_set_done) = { 0 };
    source_read_text("m.yaml", text, strlen(text), &(struct source_options){ 0 }, &fresh);
    assert_int_equal(fresh.objects.len, 1);
    object_set_replace(set, object_tree(fresh.objects.items[0]), "m.yaml:1");
}

static const char *content(const struct translator *tr, const char *lb)
{
    const struct translate_out *out = translator_lb(tr, lb);
    const struct resource *r = model_find(&out->desired, lb, RESOURCE_SCRIPT, "80/HTTP/one");
    return r ? ((const struct alb_script *)r->desired)->content : NULL;
}

static void update(struct translator *tr, const struct object_set *set, const char *name)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct translate_changes changes = { 0 };
    *LIST_PUSH(&a, &changes.objects) =
        (struct translate_object){ OBJECT_CONFIG_MAP, "default", name };
    translator_update(tr, set, &(struct fact_set){ 0 }, 1767225600000, &changes);
}

#define CONFIG(name)                                                                             \
    "---\napiVersion: alibabacloud.com/v1\nkind: AlbConfig\nmetadata: {name: " name "}\nspec:\n" \
    "  config: {zoneMappings: [{vSwitchId: vsw-1, zoneId: z-1}]}\n"                              \
    "  listeners: [{aScriptConfig: [{aScriptName: one, configMapName: " name "}]}]\n"

static void test_a_change_of_a_config_map_is_followed_where_it_is_used(void **state)
{
    (void)state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    static const char text[] = CONFIG("web") CONFIG("far") MAP("default", "far", "f1");
    source_read_text("t.yaml", text, strlen(text), &(struct source_options){ 0 }, &set);
    struct translator *tr = translator_new(&(struct translate_in){ .cluster_id = "c-1" });
    translator_update(tr, &set, &(struct fact_set){ 0 }, 1767225600000, NULL);
    assert_null(content(tr, "kube-system/web"));
    assert_int_equal(translator_lb(tr, "kube-system/web")->problems.len, 1);
    assert_string_equal(content(tr, "kube-system/far"), "f1");

    replace(&set, MAP("default", "web", "w1")); /* what was looked for in vain comes */
    update(tr, &set, "web");
    assert_int_equal(translator_changed(tr)->len, 1);
    assert_string_equal(translator_changed(tr)->items[0], "kube-system/web");
    assert_string_equal(content(tr, "kube-system/web"), "w1");
    assert_int_equal(translator_lb(tr, "kube-system/web")->problems.len, 0);

    replace(&set, MAP("default", "far", "f2"));
    update(tr, &set, "far");
    assert_int_equal(translator_changed(tr)->len, 1);
    assert_string_equal(content(tr, "kube-system/far"), "f2");

    replace(&set, MAP("default", "nobodys", "x"));
    update(tr, &set, "nobodys");
    assert_int_equal(translator_changed(tr)->len, 0);
    assert_int_equal(translator_work(tr).lbs, 0);

    translator_rest(tr, 0); /* also when both were forgotten */
    assert_true(object_set_remove(&set, OBJECT_CONFIG_MAP, "default", "far"));
    update(tr, &set, "far");
    assert_int_equal(translator_changed(tr)->len, 1);
    assert_null(content(tr, "kube-system/far"));
    translator_free(tr);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_text_comes_from_a_config_map),
        cmocka_unit_test(test_all_that_can_be_said_is_taken),
        cmocka_unit_test(test_scripts_of_two_listeners_may_have_one_name),
        cmocka_unit_test(test_a_script_that_cannot_be_translated_harms_only_itself),
        cmocka_unit_test(test_names_are_checked),
        cmocka_unit_test(test_a_name_that_is_given_twice_is_that_of_the_first),
        cmocka_unit_test(test_attributes_are_checked),
        cmocka_unit_test(test_what_has_no_effect_is_a_warning),
        cmocka_unit_test(test_a_text_has_a_limit),
        cmocka_unit_test(test_a_list_that_is_none_or_too_long_keeps_what_there_is),
        cmocka_unit_test(test_scripts_of_a_listener_that_is_left_out_stay),
        cmocka_unit_test(test_a_hold_of_nothing_holds_no_script),
        cmocka_unit_test(test_a_change_of_a_config_map_is_followed_where_it_is_used),
    };
    return cmocka_run_group_tests_name("translate/script", tests, NULL, NULL);
}
