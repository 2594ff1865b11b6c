/* script.c - aScriptConfig of a listener: the scripts that it runs (AScript), with their text in a
 * ConfigMap or in place (alb-ingress.md §B.3).  What the managed product calls the field is in no
 * text that can be read, so the name is ours.  A script that cannot be translated harms only
 * itself: what there was of it stays. */
#include <string.h>

#include "alb-agent/json.h"
#include "translate_priv.h"

enum script_position { POSITION_UNSET, REQUEST_HEAD, REQUEST_FOOT, RESPONSE_HEAD };
static const char *const script_position_names[] = {
    [REQUEST_HEAD] = "RequestHead", [REQUEST_FOOT] = "RequestFoot", [RESPONSE_HEAD] = "ResponseHead"
};

struct attribute_spec {
    const char *key, *value;
};
struct script_spec {
    const char *name;
    struct opt_bool enabled;
    enum script_position position;
    const char *map_ns, *map_name;
    const char *content;
    struct opt_bool extended;
    LIST_OF(struct attribute_spec) attributes;
};

/* clang-format off */
#define SELF struct attribute_spec
static const struct field attribute_spec_fields[] = {
    STR(key,   "attributeKey", .flags = F_REQUIRED,
        DOC("", "AScripts.ExtAttributes.AttributeKey", "EsDebug; the cloud knows no other.")),
    STR(value, "attributeValue", .flags = F_REQUIRED,
        DOC("", "AScripts.ExtAttributes.AttributeValue", "What a request has to carry in _es_dbg: 1 to 128 characters.")),
};
static SCHEMA(attribute_spec, "extAttribute");
#undef SELF

#define SELF struct script_spec
static const struct field script_spec_fields[] = {
    STR (name,       "aScriptName", .flags = F_REQUIRED,
        DOC("", "AScripts.AScriptName", "What tells the scripts of a listener apart: 2 to 128 letters, digits and \".\", \"_\", \"-\", a letter first. One of that name that is there is taken over.")),
    BOOL(enabled,    "enabled",
        DOC("true", "AScripts.Enabled", "Whether it runs.", .differs = "The API has false: here who gives a script wants it to run.")),
    ENUM(position,   script_position, "position",
        DOC("RequestHead", "AScripts.Position", "Where it runs: before the rules, after them, or on responses. Another one is a new script, and none runs meanwhile; of one that is taken over the cloud does not say it, so that it is believed to be this.")),
    STR (map_ns,     "configMapNamespace",
        DOC("default", "-", "Where the ConfigMap is; an AlbConfig is in no namespace, and the examples of the product have it there.")),
    STR (map_name,   "configMapName",
        DOC("", "AScripts.ScriptContent", "A ConfigMap whose data.scriptContent is the text, as the product has it. A change of it is followed.")),
    STR (content,    "scriptContent",
        DOC("", "AScripts.ScriptContent", "The text itself, instead of a ConfigMap; 16384 bytes at most, without white space at its end.")),
    BOOL(extended,   "extAttributeEnabled",
        DOC("false", "AScripts.ExtAttributeEnabled", "Whether extAttributes count.")),
    LIST(attributes, attribute_spec, "extAttributes"),
};
SCHEMA(script_spec, "aScript");
#undef SELF
/* clang-format on */

/* Of ours: a listener's scripts, and bytes of a text, which travels in the address of a request.
 * What the cloud takes is its quota, which no text tells. */
enum { MAX_SCRIPTS = 20, MAX_CONTENT = 16 * 1024, MAX_ATTRIBUTE = 128 };

/* ---- the text ----------------------------------------------------------------------------------
 */

static const char *text_of_map(struct subject *s, const struct place *at,
                               const struct script_spec *spec)
{
    struct place here = { .up = at, .name = "configMapName" };
    const char *ns = spec->map_ns ? spec->map_ns : "default";
    const struct object *map = look(s->t, OBJECT_CONFIG_MAP, ns, spec->map_name);
    const char *text = map ? object_script(map) : NULL;
    if (!map)
        problem(s, &here,
                "there is no ConfigMap %s/%s with data.scriptContent; add it, or correct "
                "configMapNamespace and configMapName",
                ns, spec->map_name);
    else if (!text)
        problem(s, &here, "data.scriptContent of ConfigMap %s/%s is no text; put it in quotes", ns,
                spec->map_name);
    return text;
}

/* What the journal would not take, and the cloud should not have. */
static bool holds_secret(const char *text)
{
    return strstr(text, "PRIVATE KEY") || strstr(text, "AccessKeySecret");
}

static const char *check_text(struct subject *s, const struct place *at, const char *text)
{
    size_t n = strlen(text);
    while (n && strchr(" \t\r\n", text[n - 1]))
        n--;
    if (!n)
        problem(s, at, "the script has no text; give some, or remove it");
    else if (n > MAX_CONTENT)
        problem(s, at, "the script has %zu bytes, and %d are taken at most; make it shorter", n,
                MAX_CONTENT);
    else if (holds_secret(text))
        problem(s, at, "the script looks as if it held a secret key; take that out of it");
    return arena_strndup(s->t->a, text, n);
}

static const char *find_text(struct subject *s, const struct place *at,
                             const struct script_spec *spec)
{
    const char *text = spec->content;
    struct place here = { .up = at, .name = spec->map_name ? "configMapName" : "scriptContent" };
    if (spec->map_name && spec->content)
        problem(s, at, "configMapName and scriptContent exclude each other; remove one of them");
    else if (spec->map_name)
        text = text_of_map(s, at, spec);
    else if (!spec->content)
        problem(s, at, "it has no text; give configMapName, or scriptContent");
    if (spec->map_ns && !spec->map_name)
        warn(s, &(struct place){ .up = at, .name = "configMapNamespace" },
             "it has no effect without configMapName");
    return text ? check_text(s, &here, text) : NULL;
}

/* ---- attributes ---------------------------------------------------------------------------------
 */

static void add_attributes(struct subject *s, const struct place *at,
                           const struct script_spec *spec, struct alb_script *script)
{
    struct place list = { .up = at, .name = "extAttributes" };
    script->extended = (struct opt_bool){ .val = spec->extended.val, .set = true };
    if (spec->attributes.len && !spec->extended.val)
        warn(s, &list, "it has no effect without extAttributeEnabled: true");
    for (size_t i = 0; i < spec->attributes.len; i++) {
        const struct attribute_spec *a = &spec->attributes.items[i];
        struct place here = { .up = &list, .index = i };
        const size_t n = a->value ? text_length(a->value) : 0;
        if (a->key && strcmp(a->key, "EsDebug") != 0)
            problem(s, &here, "attributeKey \"%s\" is not known; give EsDebug", a->key);
        else if (i)
            problem(s, &here, "EsDebug is given twice; give it once");
        if (n > MAX_ATTRIBUTE)
            problem(s, &here, "attributeValue has %zu characters, and ALB takes %d", n,
                    MAX_ATTRIBUTE);
        *LIST_PUSH(s->t->a, &script->attributes) =
            (struct alb_script_attribute){ .key = a->key, .value = a->value };
    }
}

/* ---- scripts ------------------------------------------------------------------------------------
 */

static bool is_listed(const struct config_listener *l, const char *key)
{
    for (size_t i = 0; i < l->scripts.len; i++)
        if (!strcmp(l->scripts.items[i].key, key))
            return true;
    return false;
}

/* The key of a script, or with a problem that under which all of its listener stand. */
static const char *find_key(struct subject *s, const struct place *at,
                            const struct config_listener *l, const char *name)
{
    const char *key = script_key(s->t->a, l->key, name ? name : "");
    struct place here = { .up = at, .name = "aScriptName" };
    if (!name) /* said already */
        return key;
    if (!name_is_valid(name)) {
        problem(s, &here,
                "\"%s\" is no name that ALB takes; give 2 to 128 letters, digits and \".\", \"_\", "
                "\"-\", a letter first",
                name);
        return script_key(s->t->a, l->key, "");
    }
    if (is_listed(l, key))
        problem(s, &here, "script %s is given twice; give each name once", name);
    return key;
}

static void script_read(struct subject *s, const struct place *at, const struct config *c,
                        struct config_listener *l, const cJSON *json)
{
    struct tr *t = s->t;
    const size_t before = s->n_problems;
    struct script_spec spec = { 0 };
    struct alb_script *script = arena_alloc(t->a, sizeof *script);
    read_object(s, at, &script_spec_schema, &spec, json, READ_NOCASE);
    const char *key = find_key(s, at, l, spec.name);
    *script = (struct alb_script){
        .name = spec.name,
        .content = find_text(s, at, &spec),
        .enabled = { .val = !spec.enabled.set || spec.enabled.val, .set = true },
        .position = script_position_names[spec.position ? spec.position : REQUEST_HEAD],
    };
    add_attributes(s, at, &spec, script);
    if (s->n_problems > before)
        hold(t, c->lb, key, NULL);
    else
        *LIST_PUSH(t->a, &l->scripts) = (struct config_script){
            .key = key,
            .desired = script,
            .from = arena_fmt(t->a, "%s %s", subject_from(t->a, c->obj), place_text(t->a, at)),
        };
}

void listener_scripts_read(struct subject *s, const struct place *at, const struct config *c,
                           struct config_listener *l, const cJSON *json)
{
    struct place list = { .up = at, .name = "aScriptConfig" };
    size_t i = 0;
    const cJSON *e;
    if (!json)
        return;
    const int n = cJSON_GetArraySize(json);
    if (!cJSON_IsArray(json) || n > MAX_SCRIPTS) {
        if (!cJSON_IsArray(json))
            problem(s, &list, "this is %s; give a list", json_kind(json));
        else
            problem(s, &list, "%d scripts are given, and %d are taken at most; remove some", n,
                    MAX_SCRIPTS);
        hold(s->t, c->lb, script_key(s->t->a, l->key, ""), NULL);
        return;
    }
    cJSON_ArrayForEach (e, json)
        script_read(s, &(struct place){ .up = &list, .index = i++ }, c, l, e);
}

void listener_scripts_translate(struct tr *t, const struct config *c,
                                const struct config_listener *l)
{
    for (size_t i = 0; i < l->scripts.len; i++)
        *LIST_PUSH(t->a, &t->out->desired.rows) =
            (struct resource){ .lb = c->lb,
                               .kind = RESOURCE_SCRIPT,
                               .key = l->scripts.items[i].key,
                               .parent = l->key,
                               .desired = l->scripts.items[i].desired,
                               .desired_from = l->scripts.items[i].from,
                               .ours = true };
}
