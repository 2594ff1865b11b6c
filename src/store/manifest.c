/* manifest.c - files of manifests whose objects are in the table of objects: so that one that is as
 * it was is not read from YAML again.
 *
 * What stands here is a digest of the file and of the rows that came of it, so nobody who writes a
 * row need say so: rows that are others have another digest. */
#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/hash.h"
#include "alb-agent/json.h"
#include "store_priv.h"

#define STMTS(X)                                                                                \
    X(PUT, "INSERT INTO manifest(path, digest) VALUES(:path, :digest) "                         \
           "ON CONFLICT(path) DO UPDATE SET digest = excluded.digest")                          \
    X(FIND, "SELECT digest FROM manifest WHERE path = :path ORDER BY path")                     \
    X(ROWS, "SELECT kind, origin, body FROM object WHERE origin >= :first AND origin < :end "   \
            "ORDER BY origin, kind, namespace, name")                                           \
    X(COUNT, "SELECT count(*) AS n FROM manifest ORDER BY n")                                   \
    X(TRIM, "DELETE FROM manifest WHERE NOT EXISTS (SELECT 1 FROM object WHERE origin >= path " \
            "|| ':' AND origin < path || ';')")

#define X(NAME, sql) NAME,
enum { STMTS(X) STMT_COUNT };
#undef X
#define X(NAME, sql) [NAME] = (sql),
static const char *const stmt_sql[STMT_COUNT] = { STMTS(X) };
#undef X
_Static_assert(COUNT(stmt_sql) <= STATEMENTS_MAX, "room in struct store");
const struct statements manifest_statements = { stmt_sql, STMT_COUNT };

/* What came of a file. */
struct piece {
    const char *origin, *body;
};
struct content {
    struct arena arena;
    LIST_OF(struct piece) pieces;
    char digest[SHA256_HEX];
    bool whole; /* all that came of it is in the table */
};

static void content_done(struct content *c)
{
    arena_done(&c->arena);
}

/* With the NUL, so that two texts are not taken for one. */
static void add_text(struct buf *b, const char *text)
{
    buf_add(b, text, strlen(text) + 1);
}

/* "web.yaml:12", "web.yaml:1 item 3", and nothing of a file "web.yaml:12". */
static bool is_of(const char *origin, const char *path)
{
    const char *line = origin + strlen(path) + 1;
    const size_t digits = strspn(line, "0123456789");
    return digits && (!line[digits] || line[digits] == ' ');
}

/* Of a Secret the table has not all. */
static bool read_rows(struct store *st, const char *path, struct content *c, struct buf *b,
                      struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_MANIFEST, ROWS);
    const char *const secret = object_kind_name(OBJECT_SECRET);
    bool row;
    bind_text(s, ":first", arena_fmt(&c->arena, "%s:", path));
    bind_text(s, ":end", arena_fmt(&c->arena, "%s;", path));
    c->whole = true;
    for (;;) {
        if (!stmt_next(s, &row, err))
            return false;
        if (!row)
            return true;
        if (!is_of(col_text(s, "origin"), path))
            continue;
        struct piece *p = LIST_PUSH(&c->arena, &c->pieces);
        p->origin = col_keep(&c->arena, s, "origin");
        p->body = col_keep(&c->arena, s, "body");
        c->whole = c->whole && strcmp(col_text(s, "kind"), secret) != 0;
        add_text(b, p->origin);
        add_text(b, p->body);
    }
}

static bool read_content(struct store *st, const char *path, const char *file, struct content *c,
                         struct error *err)
{
    struct buf b CLEANUP(buf_done) = { .max = SIZE_MAX };
    add_text(&b, file);
    if (!read_rows(st, path, c, &b, err))
        return error_wrap(err, "read the objects of %s", path);
    hash_sha256_hex(b.data, b.len, c->digest);
    c->whole = c->whole && c->pieces.len && !b.failed;
    return true;
}

/* Their texts were read once before they were noted, by the same reader. */
static bool add_pieces(const struct content *c, struct object_set *out, struct error *err)
{
    for (size_t i = 0; i < c->pieces.len; i++) {
        const struct piece *p = &c->pieces.items[i];
        cJSON *body = NULL;
        if (!json_parse(p->body, strlen(p->body), &body, err))
            return error_wrap(err, "%s", p->origin);
        object_set_add_stored(out, body, p->origin);
    }
    return true;
}

static bool find(struct store *st, const char *path, struct arena *a, const char **digest,
                 struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_MANIFEST, FIND);
    bool row;
    bind_text(s, ":path", path);
    if (!stmt_next(s, &row, err))
        return error_wrap(err, "look for %s", path);
    *digest = row ? col_keep(a, s, "digest") : NULL;
    return true;
}

bool store_manifest_take(struct store *st, const char *path, const char *file,
                         struct object_set *out, bool *taken, struct error *err)
{
    struct content c CLEANUP(content_done) = { 0 };
    const char *digest = NULL;
    *taken = false;
    if (!find(st, path, &c.arena, &digest, err))
        return false;
    if (!digest)
        return true;
    if (!read_content(st, path, file, &c, err))
        return false;
    if (!c.whole || strcmp(digest, c.digest) != 0)
        return true;
    *taken = add_pieces(&c, out, err);
    return *taken;
}

/* Would reading the rows make just the objects that came of the file? */
static bool is_faithful(const struct content *c, const struct object_set *set)
{
    struct object_set again CLEANUP(object_set_done) = { 0 };
    struct error err;
    if (!c->whole || !add_pieces(c, &again, &err) || again.objects.len != c->pieces.len)
        return false;
    for (size_t i = 0; i < again.objects.len; i++) {
        const struct object *is = again.objects.items[i];
        const struct object *was = object_set_find(set, is->kind, is->ns, is->name);
        if (!was || strcmp(was->origin, is->origin) != 0 || !object_is_same(was, is))
            return false;
    }
    return true;
}

bool store_manifest_put(struct store *st, const char *path, const char *file,
                        const struct object_set *set, struct error *err)
{
    struct content c CLEANUP(content_done) = { 0 };
    if (!read_content(st, path, file, &c, err))
        return false;
    if (!is_faithful(&c, set))
        return true;
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_MANIFEST, PUT);
    bind_text(s, ":path", path);
    bind_text(s, ":digest", c.digest);
    return stmt_run(s, err) || error_wrap(err, "write %s", path);
}

bool store_manifests_trim(struct store *st, size_t max, struct error *err)
{
    sqlite3_stmt *count CLEANUP(stmt_reset) = store_stmt(st, PART_MANIFEST, COUNT);
    bool row;
    if (!stmt_next(count, &row, err))
        return error_wrap(err, "count files");
    if ((size_t)col_int(count, "n") <= max)
        return true;
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_MANIFEST, TRIM);
    return stmt_run(s, err) || error_wrap(err, "forget files");
}
