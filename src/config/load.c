/* load.c - settings from a file, the environment and flags, each above the one before. */
#include "config_priv.h"

#include <string.h>

#include "alb-agent/file.h"
#include "alb-agent/json.h"
#include "alb-agent/name.h"
#include "alb-agent/yaml.h"

enum { DEPTH_MAX = 8 };

struct loader {
    struct arena *a;
    const struct config_in *in;
    const char *file; /* for complaints */
    const char *text;
    struct agent_settings *s;
    const char *names[DEPTH_MAX]; /* of the member that is looked at */
    size_t depth;
};

static void set_origin(struct agent_settings *s, const struct setting *row,
                       enum setting_origin origin)
{
    s->origins[row - settings_table] = (unsigned char)origin;
}

/* ---- rows by path -------------------------------------------------------------------------- */

const struct setting *setting_find(const char *path)
{
    for (size_t i = 0; i < settings_n; i++)
        if (!strcmp(settings_table[i].path, path))
            return &settings_table[i];
    return NULL;
}

const char *setting_env(struct arena *a, const struct setting *row)
{
    char *name = arena_fmt(a, "ALB_AGENT_%s", row->path);
    for (char *c = name + strlen("ALB_AGENT_"); *c; c++) {
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 'a' + 'A');
        else if (*c < '0' || *c > '9')
            *c = '_';
    }
    return name;
}

static bool is_section(const char *path)
{
    size_t n = strlen(path);
    for (size_t i = 0; i < settings_n; i++)
        if (!strncmp(settings_table[i].path, path, n) && settings_table[i].path[n] == '.')
            return true;
    return false;
}

static const char *last_name(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot ? dot + 1 : path;
}

/* The setting of the same section whose name is nearest, if half of the letters are right. */
static const char *sibling(const char *path)
{
    const char *name = last_name(path), *best = NULL;
    size_t section = (size_t)(name - path), least = (strlen(name) + 1) / 2 + 1;
    for (size_t i = 0; i < settings_n; i++) {
        const char *other = settings_table[i].path;
        if (strncmp(other, path, section) != 0 || strchr(other + section, '.'))
            continue;
        size_t d = name_distance(name, other + section);
        if (d < least) {
            least = d;
            best = other;
        }
    }
    return best;
}

/* A misspelt path; else the first setting that ends in the same name; else one beside it. */
static const char *meant(const char *path)
{
    const char *paths[SETTINGS_MAX] = { 0 };
    for (size_t i = 0; i < settings_n; i++)
        paths[i] = settings_table[i].path;
    const char *near = name_nearest(path, paths, settings_n);
    for (size_t i = 0; !near && i < settings_n; i++)
        if (!strcmp(last_name(paths[i]), last_name(path)))
            near = paths[i];
    return near ? near : sibling(path);
}

bool setting_unknown(const char *path, struct error *err)
{
    const char *near = meant(path);
    if (near)
        return error_set(err, ERROR_INVALID, "there is no such setting; is it '%s'?", near);
    return error_set(err, ERROR_INVALID,
                     "there is no such setting; 'alb-agent run --print-config' shows all");
}

/* ---- the file ------------------------------------------------------------------------------ */

static bool fail_here(const struct loader *l, const char *path, struct error *err)
{
    int line = yaml_line(l->text, strlen(l->text), l->names, l->depth);
    return error_wrap(err, "%s:%d: %.200s", l->file, line, path);
}

static bool read_section(struct loader *l, const cJSON *section, const char *above,
                         struct error *err);

static bool read_member(struct loader *l, const cJSON *e, const char *path, struct error *err)
{
    bool dots = strchr(e->string, '.') != NULL;
    const struct setting *row = dots ? NULL : setting_find(path);
    if (row && cJSON_IsNull(e))
        return true;
    if (row) {
        set_origin(l->s, row, SETTING_FILE);
        return setting_set_json(l->a, row, l->s, e, err) || fail_here(l, path, err);
    }
    if (dots || !is_section(path)) {
        (void)setting_unknown(path, err);
        if (dots && (setting_find(path) || is_section(path)))
            (void)error_set(err, ERROR_INVALID, "write it nested, without dots in a name");
        return fail_here(l, path, err);
    }
    if (cJSON_IsNull(e))
        return true;
    if (!cJSON_IsObject(e)) {
        (void)error_set(err, ERROR_INVALID, "is a section: give settings below it");
        return fail_here(l, path, err);
    }
    return read_section(l, e, path, err);
}

static bool read_section(struct loader *l, const cJSON *section, const char *above,
                         struct error *err)
{
    const cJSON *e;
    bool ok = true;
    cJSON_ArrayForEach (e, section) {
        const char *path = above ? arena_fmt(l->a, "%s.%s", above, e->string) : e->string;
        l->names[l->depth++] = e->string;
        ok = read_member(l, e, path, err);
        l->depth--;
        if (!ok)
            break;
    }
    return ok;
}

static bool read_file(struct loader *l, struct error *err)
{
    cJSON *tree CLEANUP(json_done) = NULL;
    int line = 1;
    l->text = l->in->text;
    if (!l->text && !file_text(l->a, l->in->path, CONFIG_FILE_MAX, &l->text, err))
        return error_wrap(err, "settings");
    if (!yaml_parse(l->text, strlen(l->text), &tree, &line, err))
        return error_wrap(err, "%s:%d", l->file, line);
    if (cJSON_IsNull(tree))
        return true;
    if (!cJSON_IsObject(tree))
        return error_set(err, ERROR_INVALID,
                         "%s:1: not a map of settings, as 'region: cn-hangzhou'", l->file);
    return read_section(l, tree, NULL, err);
}

/* ---- defaults, environment, flags ---------------------------------------------------------- */

static bool set_defaults(struct loader *l, struct error *err)
{
    for (size_t i = 0; i < settings_n; i++) {
        const struct setting *row = &settings_table[i];
        if (row->dflt && !setting_set_text(l->a, row, l->s, row->dflt, err))
            return error_wrap(err, "default of %s", row->path);
    }
    return true;
}

static const char *env_value(const struct loader *l, const char *name)
{
    const char *value = name ? l->in->env(name) : NULL;
    return value && *value ? value : NULL;
}

static bool read_env(struct loader *l, struct error *err)
{
    for (size_t i = 0; l->in->env && i < settings_n; i++) {
        const struct setting *row = &settings_table[i];
        const char *name = setting_env(l->a, row), *value = env_value(l, name);
        if (!value) {
            name = row->env;
            value = env_value(l, name);
        }
        if (!value)
            continue;
        if (!setting_set_text(l->a, row, l->s, value, err))
            return error_wrap(err, "%s", name);
        set_origin(l->s, row, SETTING_ENVIRONMENT);
    }
    return true;
}

static bool read_flag(struct loader *l, const struct setting_flag *f, struct error *err)
{
    const struct setting *row = setting_find(f->path);
    if (!row)
        return setting_unknown(f->path, err);
    bool more = row->kind == SETTING_TEXTS && l->s->origins[row - settings_table] == SETTING_FLAG;
    set_origin(l->s, row, SETTING_FLAG);
    return more ? setting_push(l->a, row, l->s, f->value, err)
                : setting_set_text(l->a, row, l->s, f->value, err);
}

static bool read_flags(struct loader *l, struct error *err)
{
    for (size_t i = 0; i < l->in->n_flags; i++) {
        const struct setting_flag *f = &l->in->flags[i];
        if (!read_flag(l, f, err))
            return f->flag ? error_wrap(err, "%s", f->flag)
                           : error_wrap(err, "--set %.200s", f->path);
    }
    return true;
}

/* ---- all of it ------------------------------------------------------------------------------ */

static bool check_lane(const struct lane_settings *lane, const char *name, struct error *err)
{
    return lane->first_retry_ms <= lane->longest_retry_ms
           || error_set(err, ERROR_INVALID,
                        "lanes.%s.first-retry is longer than lanes.%s.longest-retry: make one of "
                        "them at least equal to the other",
                        name, name);
}

bool config_load(struct arena *a, const struct config_in *in, struct agent_settings *out,
                 struct error *err)
{
    struct agent_settings s = { 0 };
    struct loader l = { .a = a, .in = in, .s = &s, .file = in->path ? in->path : "settings" };
    if (!set_defaults(&l, err))
        return false;
    if ((in->path || in->text) && !read_file(&l, err))
        return false;
    if (!read_env(&l, err) || !read_flags(&l, err)
        || !check_lane(&s.lanes.load_balancer, "load-balancer", err)
        || !check_lane(&s.lanes.server_group, "server-group", err))
        return false;
    *out = s;
    return true;
}

/* ---- endpoints ------------------------------------------------------------------------------ */

const char *settings_endpoint(struct arena *a, const struct agent_settings *s)
{
    static const char *const products[] = { "alb", "vpc", "ecs", "cas", "sts" };
    const char *urls[] = { s->endpoints.alb, s->endpoints.vpc, s->endpoints.ecs, s->endpoints.cas,
                           s->endpoints.sts };
    const struct setting *all = setting_find("endpoint");
    unsigned least = s->endpoint ? s->origins[all - settings_table] : SETTING_DEFAULT;
    struct buf b CLEANUP(buf_done) = { 0 };
    if (s->endpoint)
        buf_adds(&b, s->endpoint);
    for (size_t i = 0; i < COUNT(products); i++) {
        const struct setting *row = setting_find(arena_fmt(a, "endpoints.%s", products[i]));
        if (urls[i] && s->origins[row - settings_table] >= least)
            buf_addf(&b, "%s%s=%s", b.len ? "," : "", products[i], urls[i]);
    }
    return b.len ? buf_keep(&b, a) : NULL;
}
