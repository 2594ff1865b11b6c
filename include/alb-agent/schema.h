/* schema.h - one table per struct; every codec walks the table.
 *
 * A struct that crosses a boundary (ALB request, ALB reply, SQLite, screen) is written by
 * hand, so that it can be read and grepped.  Beside it stands one const table of rows.  A
 * row says where a member lives, what it is called on the wire, and what may be done with
 * it.  No other code names the member's wire form.
 *
 * All-zero memory means "nothing set", for every kind: a NULL pointer, enum value 0,
 * .set == false.  A list is set when .items is not NULL, even if .len is 0.
 *
 * In a tagged union row 0 is the tag; a row whose 'arm' is not the tag's value is skipped
 * by every walk. */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alb-agent/arena.h"
#include "alb-agent/error.h"
#include "alb-agent/macros.h"
#include "alb-agent/opt.h"

enum field_kind {
    FIELD_BOOL, /* struct opt_bool                                   */
    FIELD_INT,  /* struct opt_int                                    */
    FIELD_NUM,  /* struct opt_num                                    */
    FIELD_ENUM, /* an enum, 0 when unset, named by .names            */
    FIELD_STR,  /* const char *                                      */
    FIELD_STRS, /* LIST_OF(const char *)                             */
    FIELD_OBJ,  /* a struct in place, described by .of               */
    FIELD_LIST, /* LIST_OF(struct), described by .of                 */
};

enum field_flag {
    F_REQUIRED = 1 << 0,  /* strict decoding fails without it                     */
    F_OBSERVED = 1 << 1,  /* the cloud's own: not sent, not compared              */
    F_SECRET = 1 << 2,    /* shown as "<redacted>"                                */
    F_UNORDERED = 1 << 3, /* list: compared and written in canonical form as a set */
    F_REF = 1 << 4,       /* string: names another resource of ours as "@key"     */
    F_LATER = 1 << 5,     /* not a parameter of the create call                   */
    F_LABEL = 1 << 6,     /* sent, but never compared: a name or number the planner chooses,
                             or what replies do not say                             */
    F_SUBSET = 1 << 7,    /* unordered list: what is wanted must be there, more is fine */
    F_INLINE = 1 << 8,    /* object: on the wire its members stand among the parent's; in
                             requests only those with a call of the row's 'via', if it has one */
    F_WHOLE = 1 << 9,     /* in the elements of a list, which a call sends whole: not wanted
                             means off, so that what is there beyond its default differs    */
};

/* What a page of reference says of a row, in sentences. */
struct field_doc {
    const char *dflt;    /* "" for none                                              */
    const char *sets;    /* the field of the API that it sets, "-" for none          */
    const char *meaning; /* sentences                                                */
    const char *type;    /* NULL: the row says it                                    */
    const char *differs; /* where the sources of facts disagree: which is followed   */
};

struct field {
    const char *name;  /* on the wire; "A.B" is member B of object A, "" an inline object */
    const char *param; /* in requests, where that differs from replies            */
    enum field_kind kind;
    unsigned flags;      /* F_*                                                   */
    unsigned via;        /* the call that changes it; 0: the parent's             */
    int arm;             /* union member: the tag that selects it                 */
    size_t off;          /* of the member in its struct                           */
    int64_t min, max;    /* FIELD_INT, when max > min                             */
    struct opt_int dflt; /* what the cloud assumes when absent                    */
    const char *dflt_str;
    const char *values;       /* strings: those that are known, "A|B"; more may come */
    const char *const *names; /* FIELD_ENUM: value to wire name                   */
    size_t n_names;
    const struct schema *of;     /* FIELD_OBJ, FIELD_LIST                             */
    const struct field_doc *doc; /* of a row that people write; NULL: of no page  */
};

struct schema {
    const char *name;
    const struct field *fields;
    size_t n_fields;
    size_t size;
};

/* Row macros.  SELF is the struct being described.  OFFSET_AS refuses, at compile time, a
 * member whose type is not the one the row claims. */
#define OFFSET_AS(m, type) \
    (offsetof(SELF, m) + 0 * sizeof(char[_Generic(&((SELF *)0)->m, type * : 1)]))
#define ITEMS_AS(m, type) \
    (offsetof(SELF, m) + 0 * sizeof(char[_Generic(((SELF *)0)->m.items, type * : 1)]))

/* clang-format off */
#define BOOL(m, ...) { .kind = FIELD_BOOL, .off = OFFSET_AS(m, struct opt_bool), .name = __VA_ARGS__ }
#define INT(m, ...)  { .kind = FIELD_INT, .off = OFFSET_AS(m, struct opt_int), .name = __VA_ARGS__ }
#define NUM(m, ...)  { .kind = FIELD_NUM, .off = OFFSET_AS(m, struct opt_num), .name = __VA_ARGS__ }
#define STR(m, ...)  { .kind = FIELD_STR, .off = OFFSET_AS(m, const char *), .name = __VA_ARGS__ }
#define STRS(m, ...) { .kind = FIELD_STRS, .off = ITEMS_AS(m, const char *), .name = __VA_ARGS__ }
#define ENUM(m, e, ...) \
    { .kind = FIELD_ENUM, .off = OFFSET_AS(m, enum e), .names = e##_names, \
      .n_names = COUNT(e##_names), .name = __VA_ARGS__ }
#define OBJ(m, s, ...) \
    { .kind = FIELD_OBJ, .off = OFFSET_AS(m, struct s), .of = &s##_schema, .name = __VA_ARGS__ }
#define LIST(m, s, ...) \
    { .kind = FIELD_LIST, .off = ITEMS_AS(m, struct s), .of = &s##_schema, .name = __VA_ARGS__ }
#define SCHEMA(s, ...) SCHEMA_OF(s, s, __VA_ARGS__)
/* For the second table of a struct: of another name, in a reply that says less of it. */
#define SCHEMA_OF(t, s, ...) \
    const struct schema t##_schema = { \
        .fields = t##_fields, .n_fields = COUNT(t##_fields), .size = sizeof(struct s), .name = __VA_ARGS__ }
#define OBJ_AS(m, t, s, ...) \
    { .kind = FIELD_OBJ, .off = OFFSET_AS(m, struct s), .of = &t##_schema, .name = __VA_ARGS__ }
#define LIST_AS(m, t, s, ...) \
    { .kind = FIELD_LIST, .off = ITEMS_AS(m, struct s), .of = &t##_schema, .name = __VA_ARGS__ }
/* clang-format on */

#define DFLT(v) .dflt = { (v), true }
/* DOC(default, sets, meaning [, .type = ..., .differs = ...]) */
#define DOC(dflt_, sets_, ...)                                   \
    .doc = &(const struct field_doc)                             \
    {                                                            \
        .dflt = (dflt_), .sets = (sets_), .meaning = __VA_ARGS__ \
    }

/* ---- requests ------------------------------------------------------------------ */

typedef void schema_emit_fn(void *arg, const char *path, const char *value);

/* Emits 'obj' as flat parameters below 'prefix' ("" for none, "Rules.1").  via == 0: all
 * that a create call takes; else the rows of those calls only (nested members follow
 * their parent).  Observed rows are never sent. */
void schema_params(const struct schema *s, const void *obj, unsigned via, const char *prefix,
                   schema_emit_fn *emit, void *arg);

/* ---- JSON ---------------------------------------------------------------------- */

enum schema_json {
    SCHEMA_JSON_PLAIN = 0,
    SCHEMA_JSON_REDACT = 1 << 0, /* secrets as "<redacted>" */
    SCHEMA_JSON_SORTED = 1 << 1, /* unordered lists in byte order of their text */
    SCHEMA_JSON_OURS = 1 << 2,   /* without what only the cloud decides (F_OBSERVED) */
};

/* The caller's tree. */
cJSON *schema_to_json(const struct schema *s, const void *obj, unsigned how);

/* Compact JSON with sorted members and sorted sets: two objects that mean the same have
 * the same text. */
char *schema_canonical(struct arena *a, const struct schema *s, const void *obj);

enum schema_mode {
    SCHEMA_STRICT,  /* unknown enum values, wrong types and values out of range are errors */
    SCHEMA_LENIENT, /* for what a cloud says: what cannot be read stays unset             */
};

/* Fills '*obj' (zeroed first) from 'json'; unknown members are ignored.  Strings are copied
 * into 'a'.  The error says where: "RuleConditions: [1]: HostConfig: not an object". */
bool schema_from_json(struct arena *a, const struct schema *s, void *obj, const cJSON *json,
                      enum schema_mode mode, struct error *err) MUST_USE;

/* ---- comparison ---------------------------------------------------------------- */

/* One member that differs; texts are JSON, "" where there is nothing.  Of an unordered list
 * each element that differs is a change of its own, with the path of the list. */
struct change {
    const char *path; /* "HealthCheckConfig.HealthCheckPath" */
    const char *before, *after;
    unsigned via;
};
typedef LIST_OF(struct change) change_list;

/* What must change so that 'have' satisfies 'want': returns the OR of 'via', 0 when
 * nothing; appends to 'changes' (NULL: not wanted), texts in 'a'.  A member not wanted is
 * not managed; observed members and labels are never compared; what the cloud leaves out
 * has the row's default; 'have' == NULL means nothing is there. */
unsigned schema_diff(struct arena *a, const struct schema *s, const void *want, const void *have,
                     change_list *changes);

/* Might schema_diff() find something of a call in 'via'?  False: it would not.  Looks at nothing
 * that another call changes, so that asking costs less than the answer. */
bool schema_may_differ(const struct schema *s, const void *want, const void *have, unsigned via);

/* All members that are set, observed ones and labels too, and lists in the order they have: goes on
 * from the digest 'h' (digest.h). */
uint64_t schema_digest(const struct schema *s, const void *obj, uint64_t h);

/* ---- copying ------------------------------------------------------------------- */

typedef const char *schema_map_fn(void *arg, const char *text);

/* A deep copy in 'a' in which each string row with 'flag' (F_REF) is replaced by what 'fn'
 * makes of it; fn == NULL: just a copy. */
void *schema_copy(struct arena *a, const struct schema *s, const void *obj, unsigned flag,
                  schema_map_fn *fn, void *arg);

/* Overwrites in '*obj' each member that 'from' has set, member by member in nested
 * structs; lists are replaced whole.  What is taken is shared with 'from'. */
void schema_overlay(const struct schema *s, void *obj, const void *from);

/* ---- tables about tables --------------------------------------------------------- */

/* Is any member set? */
bool schema_is_set(const struct schema *s, const void *obj);

/* Has a row, or one of a nested struct, this flag? */
bool schema_has_flag(const struct schema *s, unsigned flag);

/* The row called 'name', or NULL. */
const struct field *schema_field(const struct schema *s, const char *name);

/* For tests: is every byte of the struct, and of the structs inside it, in some row, but
 * for padding?  A member added without a row leaves a gap too wide to be padding. */
bool schema_covers_struct(const struct schema *s);
