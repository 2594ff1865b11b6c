/* state.c - puts the state of the cloud and of its companions together, and knows in which
 * forms files have them. */
#include "state.h"

#include <stdio.h>
#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/json.h"
#include "companion/companion.h"

enum { FILE_MAX = 1 << 28 };

/* As it is, without letting anything happen. */
static bool export_now(struct mock *m, cJSON **out, struct error *err)
{
    if (!cloud_export(mock_cloud(m), out, err))
        return false;
    const cJSON *companion = companion_state(mock_companion(m));
    cJSON_AddItemToObject(*out, "companion", cJSON_Duplicate(companion, true));
    return true;
}

bool mock_export(struct mock *m, cJSON **out, struct error *err)
{
    (void)mock_run(m);
    return export_now(m, out, err);
}

bool mock_import(struct mock *m, const cJSON *state, struct error *err)
{
    const cJSON *companion = json_get(state, "companion");
    cJSON *before CLEANUP(json_done) = NULL;
    struct error ignored = { 0 };
    if (!cloud_export(mock_cloud(m), &before, err) || !cloud_import(mock_cloud(m), state, err))
        return false;
    if (!companion || companion_restore(mock_companion(m), companion, err))
        return true;
    (void)!cloud_import(mock_cloud(m), before, &ignored);
    return false;
}

cJSON *mock_diff(const cJSON *from, const cJSON *to)
{
    static const struct {
        const char *list, *key;
    } lists[] = {
        { "Sessions", "AccessKeyId" },
        { "Certificates", "CertId" },
        { "ResourceGroups", "Id" },
        { "ServiceLinkedRoles", "ServiceName" },
    };
    cJSON *out = cloud_diff(from, to);
    for (size_t i = 0; i < COUNT(lists); i++)
        cloud_diff_list(lists[i].list, lists[i].key, json_get(from, "companion"),
                        json_get(to, "companion"), out);
    return out;
}

bool mock_fork(struct mock *m, const struct mock_config *config, struct mock **out,
               struct error *err)
{
    cJSON *state CLEANUP(json_done) = NULL;
    struct mock_config its = *config;
    its.start_ms = mock_now_ms(m);
    if (!mock_export(m, &state, err) || !mock_open(out, &its, err))
        return false;
    if (mock_import(*out, state, err))
        return true;
    mock_close(*out);
    *out = NULL;
    return false;
}

/* A mock on a state file, for as long as it takes to look at it. */
static bool open_file(const char *path, struct mock **out, struct error *err)
{
    const struct mock_config config = { .state = path, .seed = 1 };
    return mock_open(out, &config, err) || error_wrap(err, "%s", path);
}

static void close_mock(struct mock **m)
{
    mock_close(*m);
}

static bool read_text(const char *path, struct buf *text, struct error *err)
{
    char piece[65536];
    size_t n;
    FILE *file = fopen(path, "re");
    if (!file)
        return error_set(err, ERROR_INVALID, "%s: cannot be read", path);
    while ((n = fread(piece, 1, sizeof piece, file)))
        buf_add(text, piece, n);
    (void)fclose(file);
    return !text->failed || error_set(err, ERROR_INVALID, "%s: too large", path);
}

/* The first bytes of every file of SQLite. */
static bool is_database(const char *path)
{
    static const char magic[] = "SQLite format 3";
    char head[sizeof magic];
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    bool is = fread(head, 1, sizeof head, file) == sizeof head && !memcmp(head, magic, sizeof head);
    (void)fclose(file);
    return is;
}

bool state_file_read(const char *path, cJSON **out, struct error *err)
{
    struct mock *m CLEANUP(close_mock) = NULL;
    struct buf text CLEANUP(buf_done) = { .max = FILE_MAX };
    if (is_database(path))
        return open_file(path, &m, err) && export_now(m, out, err);
    return read_text(path, &text, err)
           && (json_parse(buf_str(&text), text.len, out, err) || error_wrap(err, "%s", path));
}

bool state_file_write(const char *path, const cJSON *state, struct error *err)
{
    struct mock *m CLEANUP(close_mock) = NULL;
    return open_file(path, &m, err) && mock_import(m, state, err);
}
