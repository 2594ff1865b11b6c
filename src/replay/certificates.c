/* certificates.c - TLS in a replay.  A recording holds certificates and no private keys: what a key
 * would say, under which name its certificate was uploaded, the recording says instead. */
#include <string.h>

#include "alb-agent/cert.h"
#include "alb-agent/clock.h"
#include "alb-agent/json.h"
#include "alb-agent/number.h"
#include "replay_priv.h"

enum { KEY_DIGITS = 6, DAY = 10 }; /* of a name hang on the key; length of "2027-01-31" */

/* ---- what is known ------------------------------------------------------------------------ */

static const char *names_key(struct arena *a, const char *text, size_t len, const char *fingerprint)
{
    return arena_fmt(a, "%.*s %s", (int)len, text, fingerprint);
}

static void add_name(struct certificates *c, const char *name, const char *fingerprint)
{
    const size_t len = name ? strlen(name) : 0;
    if (len > KEY_DIGITS && fingerprint)
        map_put(&c->names, names_key(c->a, name, len - KEY_DIGITS, fingerprint),
                arena_strdup(c->a, name));
}

bool certificates_is_list(const struct store_event *e)
{
    return !strcmp(e->kind, "FACT") && !strcmp(e->key, "fact certificates all");
}

static bool is_row(const struct store_event *e)
{
    return event_is_of_cloud(e) && !strcmp(e->kind, "SEEN") && strstr(e->key, " Certificate ");
}

static void copy_text(cJSON *to, const char *name, const cJSON *from, const char *member)
{
    const char *text = json_str(from, member);
    if (text)
        cJSON_AddStringToObject(to, name, text);
}

/* A row in the form of a list: which hosts it is for it does not say. */
static cJSON *list_of_row(const cJSON *body)
{
    const cJSON *actual = json_get(body, "actual");
    const char *id = json_str(body, "id");
    cJSON *list = cJSON_CreateArray(), *item = cJSON_CreateObject();
    int64_t number = 0;
    if (id)
        (void)number_parse(id, strcspn(id, "-"), &number);
    cJSON_AddItemToArray(list, item);
    cJSON_AddItemToObject(item, "id", json_new_int(number));
    copy_text(item, "name", actual, "Name");
    copy_text(item, "fingerprint", actual, "Fingerprint");
    copy_text(item, "end", actual, "EndDate");
    return list;
}

/* The certificates that were seen, [{"id","name","fingerprint","end","names"}]; the caller's. */
static cJSON *list_of(const struct store_event *e)
{
    cJSON *body CLEANUP(json_done) = e->body ? cJSON_Parse(e->body) : NULL;
    if (is_row(e))
        return list_of_row(body);
    const char *value = certificates_is_list(e) ? json_str(body, "value") : NULL;
    return value ? cJSON_Parse(value) : NULL;
}

static void note_list(struct certificates *c, const struct store_event *e)
{
    cJSON *list CLEANUP(json_done) = list_of(e);
    const cJSON *item;
    cJSON_ArrayForEach (item, list)
        add_name(c, json_str(item, "name"), json_str(item, "fingerprint"));
}

static int64_t uploaded_id(const struct tape_item *item)
{
    const struct store_outcome *outcome = &item->call.outcome;
    cJSON *reply CLEANUP(json_done) = outcome->reply ? cJSON_Parse(outcome->reply) : NULL;
    return json_int(reply, "CertId", 0);
}

bool certificates_is_upload(const struct tape_item *item)
{
    return item->is_call && !strcmp(item->call.call.action, "UploadUserCertificate");
}

static void note_upload(struct certificates *c, const struct tape_item *item)
{
    cJSON *params CLEANUP(json_done) = cJSON_Parse(item->call.call.params);
    const char *pem = json_str(params, "Cert");
    const int64_t id = uploaded_id(item);
    struct cert cert;
    struct error why;
    if (pem && cert_read(c->a, pem, &cert, &why))
        add_name(c, json_str(params, "Name"), cert.fingerprint);
    if (id)
        *LIST_PUSH(c->a, &c->ours) = id;
}

static const char *find_name(void *arg, const char *text, const char *fingerprint)
{
    const struct certificates *c = arg;
    struct arena a CLEANUP(arena_done) = { 0 };
    return map_get(&c->names, names_key(&a, text, strlen(text), fingerprint));
}

void certificates_init(struct certificates *c, struct arena *a, const struct tape *r)
{
    *c = (struct certificates){ .a = a, .hook = { find_name, c } };
    for (size_t i = 0; i < r->base.len; i++)
        note_list(c, &r->base.items[i]);
    for (size_t i = 0; i < r->items.len; i++) {
        const struct tape_item *item = &r->items.items[i];
        if (certificates_is_upload(item))
            note_upload(c, item);
        else if (!item->is_call)
            note_list(c, &item->event);
    }
}

void certificates_done(struct certificates *c)
{
    map_done(&c->names);
    cJSON_Delete(c->late);
}

/* ---- Secrets ------------------------------------------------------------------------------ */

cJSON *certificates_stand_in(cJSON *body)
{
    const char *kind = json_str(body, "kind");
    const cJSON *tls = json_get(body, "tls");
    if (!kind || strcmp(kind, "Secret") != 0 || !json_str(tls, "keySha256"))
        return body;
    const char *crt = json_str(tls, "crt");
    cJSON *data = cJSON_AddObjectToObject(body, "stringData");
    cJSON_AddStringToObject(data, "tls.key", CERTIFICATES_KEY);
    if (crt)
        cJSON_AddStringToObject(data, "tls.crt", crt);
    return body;
}

/* ---- what CAS lists ----------------------------------------------------------------------- */

static cJSON *listed(cJSON *companion)
{
    cJSON *list = cJSON_GetObjectItemCaseSensitive(companion, "Certificates");
    return list ? list : cJSON_AddArrayToObject(companion, "Certificates");
}

static bool has(const cJSON *list, int64_t id)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, list)
        if (json_int(item, "CertId", 0) == id)
            return true;
    return false;
}

static bool is_ours(const struct certificates *c, int64_t id)
{
    for (size_t i = 0; i < c->ours.len; i++)
        if (c->ours.items[i] == id)
            return true;
    return false;
}

static bool was_listed(const struct certificates *c, int64_t id)
{
    for (size_t i = 0; i < c->listed.len; i++)
        if (c->listed.items[i] == id)
            return true;
    return false;
}

static const char *joined(struct arena *a, const cJSON *names)
{
    struct buf text CLEANUP(buf_done) = { 0 };
    const cJSON *name;
    cJSON_ArrayForEach (name, names)
        if (cJSON_IsString(name))
            buf_addf(&text, "%s%s", text.len ? "," : "", name->valuestring);
    return buf_keep(&text, a);
}

/* In the form of alb-mock, of which the agent looks at these. */
static cJSON *entry(struct arena *a, const cJSON *seen, int64_t id)
{
    const char *name = json_str(seen, "name"), *end = json_str(seen, "end");
    const char *fingerprint = json_str(seen, "fingerprint");
    const char *names = joined(a, json_get(seen, "names"));
    const char *first = arena_strndup(a, names, strcspn(names, ","));
    int64_t end_ms = 0;
    cJSON *out = cJSON_CreateObject();
    if (end && strlen(end) == DAY)
        (void)time_parse(arena_fmt(a, "%sT00:00:00Z", end), &end_ms);
    cJSON_AddItemToObject(out, "CertId", json_new_int(id));
    cJSON_AddStringToObject(out, "Name", name ? name : "");
    cJSON_AddStringToObject(out, "Fingerprint", fingerprint ? fingerprint : "");
    cJSON_AddStringToObject(out, "CommonName", first);
    cJSON_AddStringToObject(out, "Sans", names);
    cJSON_AddStringToObject(out, "ResourceGroupId", "rg-default");
    cJSON_AddStringToObject(out, "InstanceId", arena_fmt(a, "cas-%lld", (long long)id));
    cJSON_AddItemToObject(out, "NotBefore", json_new_int(0));
    cJSON_AddItemToObject(out, "NotAfter", json_new_int(end_ms));
    return out;
}

static bool change(struct actor *m, struct error *err,
                   void (*edit)(void *arg, struct arena *a, cJSON *companion), void *arg)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    cJSON *state CLEANUP(json_done) = NULL;
    if (!m->get_state(m, &state, err))
        return error_wrap(err, "alb-mock");
    cJSON *companion = cJSON_GetObjectItemCaseSensitive(state, "companion");
    edit(arg, &a, companion ? companion : cJSON_AddObjectToObject(state, "companion"));
    return m->set_state(m, state, err) || error_wrap(err, "certificates");
}

struct showing {
    const struct certificates *c;
    struct certificates *list; /* as 'c', while a list is read */
    const cJSON *seen;
};

static void add_seen(void *arg, struct arena *a, cJSON *companion)
{
    const struct showing *s = arg;
    cJSON *list = listed(companion);
    const cJSON *seen;
    cJSON_ArrayForEach (seen, s->seen) {
        const int64_t id = json_int(seen, "id", 0);
        if (id && !is_ours(s->c, id) && !has(list, id))
            cJSON_AddItemToArray(list, entry(a, seen, id));
    }
}

bool certificates_show(const struct certificates *c, struct actor *m, const struct store_event *e,
                       struct error *err)
{
    cJSON *list CLEANUP(json_done) = list_of(e);
    struct showing s = { c, NULL, list };
    return !list || change(m, err, add_seen, &s);
}

/* One that the list lacks: late, or deleted. */
static void take_out(struct certificates *c, cJSON *there, cJSON *entry)
{
    const int64_t id = json_int(entry, "CertId", 0);
    cJSON_DetachItemViaPointer(there, entry);
    if (is_ours(c, id) && !was_listed(c, id))
        cJSON_AddItemToArray(c->late, entry);
    else
        cJSON_Delete(entry);
}

static bool is_seen(const cJSON *seen, int64_t id)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, seen)
        if (json_int(item, "id", 0) == id)
            return true;
    return false;
}

static void show_list(void *arg, struct arena *a, cJSON *companion)
{
    struct showing *s = arg;
    cJSON *there = listed(companion), *entry = there->child, *next;
    for (; entry; entry = next) {
        const int64_t id = json_int(entry, "CertId", 0);
        next = entry->next;
        if (!is_seen(s->seen, id))
            take_out(s->list, there, entry);
        else if (is_ours(s->c, id) && !was_listed(s->c, id))
            *LIST_PUSH(s->c->a, &s->list->listed) = id;
    }
    add_seen(s, a, companion);
}

bool certificates_begin_list(struct certificates *c, struct actor *m, const struct store_event *e,
                             struct error *err)
{
    cJSON *list CLEANUP(json_done) = list_of(e);
    struct showing s = { c, c, list };
    if (!c->late)
        c->late = cJSON_CreateArray();
    return !list || change(m, err, show_list, &s);
}

static void put_back(void *arg, struct arena *a, cJSON *companion)
{
    struct certificates *c = arg;
    cJSON *there = listed(companion);
    (void)a;
    while (c->late->child)
        cJSON_AddItemToArray(there, cJSON_DetachItemViaPointer(c->late, c->late->child));
}

bool certificates_end_list(struct certificates *c, struct actor *m, struct error *err)
{
    return !c->late || !c->late->child || change(m, err, put_back, c);
}

static void set_next(void *arg, struct arena *a, cJSON *companion)
{
    const int64_t *id = arg;
    (void)a;
    cJSON_DeleteItemFromObjectCaseSensitive(companion, "NextCertId");
    cJSON_AddItemToObject(companion, "NextCertId", json_new_int(*id));
}

bool certificates_give_id(struct actor *m, const struct tape_item *upload, struct error *err)
{
    int64_t id = uploaded_id(upload);
    return !id || change(m, err, set_next, &id);
}
