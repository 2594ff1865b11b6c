/* facts.c - reading what translation lacks: zone and VPC of a vSwitch one call each, the
 * interfaces of up to 100 addresses of a VPC in one, 20 server groups in one, all certificates and
 * the vSwitches of a VPC page by page (companion-apis.md §2 to §4). */
#include <stdlib.h>
#include <string.h>

#include "alb-agent/alb_request.h"
#include "alb-agent/json.h"
#include "alb-agent/observe.h"
#include "vswitches_priv.h"

enum { ADDRESSES_PER_CALL = 100, GROUPS_PER_CALL = 20, MAX_CERTIFICATES = 10000, MAX_PAGES = 100 };

struct fact_read {
    uint64_t id;
    enum fact_kind kind;
    const char *vpc;               /* of FACT_ENI                                       */
    alb_params params;             /* of lists that are read page by page               */
    struct vswitch_search *search; /* of FACT_VSWITCHES; NULL: the zones where ALB is   */
};

struct fact_reader {
    struct arena arena;
    struct alb *alb;
    const fact_needs *needs;
    LIST_OF(struct fact_read) reads;
    size_t in_flight;
    struct map found; /* "<kind> <key>" -> struct fact */
    cJSON *certificates;
    LIST_OF(struct vswitch_search *) searches;
    struct alb_zone_list zones;
    bool failed;
    struct error err;
};

static void begin(struct fact_reader *r, enum fact_kind kind, const char *action,
                  const alb_params *params, const char *vpc)
{
    struct error err;
    uint64_t id = alb_begin(r->alb, action, params, ALB_NORMAL, &err);
    if (!id) {
        r->failed = true;
        r->err = err;
        return;
    }
    *LIST_PUSH(&r->arena, &r->reads) =
        (struct fact_read){ .id = id, .kind = kind, .vpc = vpc, .params = *params };
    r->in_flight++;
}

static void begin_search(struct fact_reader *r, const alb_params *params, struct vswitch_search *s)
{
    const size_t at = r->reads.len;
    begin(r, FACT_VSWITCHES, "DescribeVSwitches", params, NULL);
    if (r->reads.len > at)
        r->reads.items[at].search = s;
}

static void read_vswitch(struct fact_reader *r, const char *id)
{
    const alb_params p =
        alb_describe_vswitches_params(&r->arena, &(struct alb_vswitch_query){ .id = id });
    begin(r, FACT_VSWITCH, "DescribeVSwitches", &p, NULL);
}

/* 'key' is a VPC, or "<VPC>/ipv6". */
static void read_vswitches(struct fact_reader *r, const char *key)
{
    const size_t vpc_len = strcspn(key, "/");
    struct vswitch_search *s = arena_alloc(&r->arena, sizeof *s);
    *s = (struct vswitch_search){ .key = key, .ipv6 = key[vpc_len] };
    const struct alb_vswitch_query q = { .vpc_id = arena_strndup(&r->arena, key, vpc_len),
                                         .page = { 1, true },
                                         .page_size = { 50, true } };
    const alb_params p = alb_describe_vswitches_params(&r->arena, &q), none = { 0 };
    if (!r->searches.len)
        begin(r, FACT_VSWITCHES, "DescribeZones", &none, NULL);
    *LIST_PUSH(&r->arena, &r->searches) = s;
    begin_search(r, &p, s);
}

static void read_certificates(struct fact_reader *r)
{
    const struct alb_user_cert_query q = { .order_type = "CERT",
                                           .page_size = { 100, true },
                                           .page = { 1, true } };
    const alb_params p = alb_list_user_certificate_order_params(&r->arena, &q);
    r->certificates = cJSON_CreateArray();
    begin(r, FACT_CERTIFICATES, "ListUserCertificateOrder", &p, NULL);
}

/* Needs come sorted, so the addresses of one VPC stand together: reads those from 'at' on
 * and returns where the next batch begins. */
static size_t read_addresses(struct fact_reader *r, size_t at)
{
    const char *first = r->needs->items[at].key;
    size_t vpc_len = strcspn(first, "/");
    const char *vpc = arena_strndup(&r->arena, first, vpc_len);
    struct alb_network_interface_query q = { .vpc_id = vpc,
                                             .status = "InUse",
                                             .page_size = { 100, true } };
    for (; at < r->needs->len && q.private_ips.len < ADDRESSES_PER_CALL; at++) {
        const struct fact_need *need = &r->needs->items[at];
        if (need->kind != FACT_ENI || strncmp(need->key, first, vpc_len + 1) != 0)
            break;
        *LIST_PUSH(&r->arena, &q.private_ips) = need->key + vpc_len + 1;
    }
    const alb_params p = alb_describe_network_interfaces_params(&r->arena, &q);
    begin(r, FACT_ENI, "DescribeNetworkInterfaces", &p, vpc);
    return at;
}

/* Those from 'at' on that stand together; returns where others begin. */
static size_t read_groups(struct fact_reader *r, size_t at)
{
    struct alb_server_group_query q = { .page = { .max_results = { 100, true } } };
    for (; at < r->needs->len && q.ids.len < GROUPS_PER_CALL
           && r->needs->items[at].kind == FACT_SERVER_GROUP;
         at++)
        *LIST_PUSH(&r->arena, &q.ids) = r->needs->items[at].key;
    const alb_params p = alb_list_server_groups_params(&r->arena, &q);
    begin(r, FACT_SERVER_GROUP, "ListServerGroups", &p, NULL);
    return at;
}

bool fact_reader_new(struct fact_reader **out, struct alb *alb, const fact_needs *needs,
                     struct error *err)
{
    (void)err;
    struct arena mem = { 0 };
    struct fact_reader *r = arena_alloc(&mem, sizeof *r);
    r->arena = mem;
    r->alb = alb;
    r->needs = needs;
    for (size_t i = 0; i < needs->len;) {
        const struct fact_need *need = &needs->items[i];
        if (need->kind == FACT_ENI && strchr(need->key, '/')) {
            i = read_addresses(r, i);
            continue;
        }
        if (need->kind == FACT_SERVER_GROUP) {
            i = read_groups(r, i);
            continue;
        }
        if (need->kind == FACT_VSWITCH)
            read_vswitch(r, need->key);
        else if (need->kind == FACT_VSWITCHES)
            read_vswitches(r, need->key);
        else if (need->kind == FACT_CERTIFICATES)
            read_certificates(r);
        i++;
    }
    *out = r;
    return true;
}

void fact_reader_free(struct fact_reader *r)
{
    if (!r)
        return;
    map_done(&r->found);
    cJSON_Delete(r->certificates);
    struct arena mem = r->arena; /* it lives in it */
    arena_done(&mem);
}

static void found(struct fact_reader *r, enum fact_kind kind, const char *key, const char *value,
                  const char *value2)
{
    struct fact *f = arena_alloc(&r->arena, sizeof *f);
    *f = (struct fact){ .kind = kind,
                        .key = key,
                        .value = arena_strdup(&r->arena, value ? value : ""),
                        .value2 = arena_strdup(&r->arena, value2 ? value2 : "") };
    map_put(&r->found, arena_fmt(&r->arena, "%d %s", (int)kind, key), f);
}

static void take_interfaces(struct fact_reader *r, const char *vpc, const cJSON *reply)
{
    struct alb_network_interface_list l;
    alb_describe_network_interfaces_read(&r->arena, reply, &l);
    for (size_t i = 0; i < l.items.len; i++) {
        const struct alb_network_interface *eni = &l.items.items[i];
        for (size_t k = 0; eni->id && k < eni->private_ips.len; k++) {
            const char *address = eni->private_ips.items[k].address;
            if (address)
                found(r, FACT_ENI, arena_fmt(&r->arena, "%s/%s", vpc, address), eni->id, NULL);
        }
    }
}

static void take_vswitches(struct fact_reader *r, const cJSON *reply)
{
    struct alb_vswitch_list l;
    alb_describe_vswitches_read(&r->arena, reply, &l);
    for (size_t i = 0; i < l.items.len; i++) {
        const struct alb_vswitch *v = &l.items.items[i];
        if (v->id)
            found(r, FACT_VSWITCH, v->id, v->zone_id, v->vpc_id);
    }
}

static void add_text(cJSON *to, const char *name, const char *text)
{
    if (text)
        cJSON_AddItemToObject(to, name, cJSON_CreateString(text));
}

static void take_groups(struct fact_reader *r, const cJSON *reply)
{
    struct alb_server_group_list l;
    alb_list_server_groups_read(&r->arena, reply, &l);
    for (size_t i = 0; i < l.items.len; i++) {
        const struct alb_server_group *g = &l.items.items[i];
        cJSON *json CLEANUP(json_done) = cJSON_CreateObject();
        add_text(json, "albconfig", alb_tag_get(&g->tags, TAG_ALBCONFIG));
        add_text(json, "cluster", alb_tag_get(&g->tags, TAG_CLUSTER));
        add_text(json, "type", alb_group_type_name(g->type));
        add_text(json, "vpc", g->vpc_id);
        if (g->id)
            found(r, FACT_SERVER_GROUP, g->id, json_canonical(&r->arena, json), NULL);
    }
}

static void fail(struct fact_reader *r, const struct error *err)
{
    if (!r->failed)
        r->err = *err;
    r->failed = true;
}

/* The common name and the others, separated by commas, each once. */
static void add_names(cJSON *to, const char *text)
{
    while (text && *text) {
        size_t skip = strspn(text, " ,"), n = strcspn(text + skip, " ,");
        char name[256];
        text += skip + n;
        if (!n || n >= sizeof name)
            continue;
        memcpy(name, text - n, n);
        name[n] = '\0';
        const cJSON *e;
        bool seen = false;
        cJSON_ArrayForEach (e, to)
            seen = seen || !strcmp(e->valuestring, name);
        if (!seen)
            cJSON_AddItemToArray(to, cJSON_CreateString(name));
    }
}

/* SM2 certificates are of no use to ALB (alb-ingress.md §E.3). */
static bool is_usable(const struct alb_user_cert *cert)
{
    return cert->id.val > 0 && !cert->expired.val
           && !(cert->algorithm && !strcmp(cert->algorithm, "SM2"));
}

static void take_page(struct fact_reader *r, const cJSON *reply)
{
    struct alb_user_cert_list l;
    alb_list_user_certificate_order_read(&r->arena, reply, &l);
    for (size_t i = 0; i < l.items.len; i++) {
        const struct alb_user_cert *entry = &l.items.items[i];
        if (!is_usable(entry) || cJSON_GetArraySize(r->certificates) >= MAX_CERTIFICATES)
            continue;
        cJSON *cert = cJSON_CreateObject(), *names = cJSON_CreateArray();
        const char *end = entry->end_date;
        add_names(names, entry->common_name);
        add_names(names, entry->sans);
        cJSON_AddItemToObject(cert, "id", json_new_int(entry->id.val));
        cJSON_AddItemToObject(cert, "names", names);
        cJSON_AddItemToObject(cert, "end", cJSON_CreateString(end ? end : ""));
        if (entry->name)
            cJSON_AddStringToObject(cert, "name", entry->name);
        if (entry->fingerprint)
            cJSON_AddStringToObject(cert, "fingerprint", entry->fingerprint);
        cJSON_AddItemToArray(r->certificates, cert);
    }
}

static int compare_certs(const void *x, const void *y)
{
    int64_t a = json_int(*(cJSON *const *)x, "id", 0), b = json_int(*(cJSON *const *)y, "id", 0);
    return a < b ? -1 : a > b;
}

/* By id, so that the order of the pages does not matter. */
static const char *certificates_text(struct fact_reader *r)
{
    int n = cJSON_GetArraySize(r->certificates);
    cJSON **list = arena_array(&r->arena, (size_t)n + 1, sizeof(cJSON *));
    for (int i = 0; i < n; i++)
        list[i] = cJSON_DetachItemFromArray(r->certificates, 0);
    if (n)
        qsort(list, (size_t)n, sizeof(cJSON *), compare_certs);
    for (int i = 0; i < n; i++)
        cJSON_AddItemToArray(r->certificates, list[i]);
    return json_canonical(&r->arena, r->certificates);
}

static void take_certificates(struct fact_reader *r, alb_params params, const cJSON *reply)
{
    struct error err;
    bool more = false;
    take_page(r, reply);
    if (!alb_page_next(&r->arena, reply, &params, &more, &err))
        fail(r, &err);
    else if (more)
        begin(r, FACT_CERTIFICATES, "ListUserCertificateOrder", &params, NULL);
    else
        found(r, FACT_CERTIFICATES, FACT_ALL, certificates_text(r), NULL);
}

/* A page may be less than full: their number is bounded, too. */
static void take_search(struct fact_reader *r, struct vswitch_search *s, alb_params params,
                        const cJSON *reply)
{
    struct error err;
    struct alb_vswitch_list l;
    bool more = true;
    alb_describe_vswitches_read(&r->arena, reply, &l);
    for (size_t i = 0; more && i < l.items.len; i++)
        more = vswitches_take(&r->arena, s, &l.items.items[i]);
    if (!more)
        return;
    bool ok = alb_page_next(&r->arena, reply, &params, &more, &err);
    if (ok && more && ++s->n_pages == MAX_PAGES)
        ok = error_set(&err, ERROR_TRANSIENT, "the vSwitches of VPC %s have no end", s->key);
    if (!ok)
        fail(r, &err);
    else if (more)
        begin_search(r, &params, s);
}

static void take_reply(struct fact_reader *r, const struct fact_read *read, const cJSON *reply)
{
    if (read->kind == FACT_ENI)
        take_interfaces(r, read->vpc, reply);
    else if (read->kind == FACT_CERTIFICATES)
        take_certificates(r, read->params, reply);
    else if (read->kind == FACT_SERVER_GROUP)
        take_groups(r, reply);
    else if (read->search)
        take_search(r, read->search, read->params, reply);
    else if (read->kind == FACT_VSWITCHES)
        alb_describe_zones_read(&r->arena, reply, &r->zones);
    else
        take_vswitches(r, reply);
}

bool fact_reader_take(struct fact_reader *r, const struct alb_result *result)
{
    for (size_t i = 0; i < r->reads.len; i++) {
        const struct fact_read read = r->reads.items[i];
        if (read.id != result->id)
            continue;
        r->in_flight--;
        if (!result->ok && result->err.kind != ERROR_NOT_FOUND)
            fail(r, &result->err);
        else if (result->ok)
            take_reply(r, &read, result->reply);
        return true;
    }
    return false;
}

bool fact_reader_busy(const struct fact_reader *r)
{
    return r->in_flight > 0;
}

bool fact_reader_result(struct fact_reader *r, struct arena *a, int64_t now_ms,
                        struct fact_set *out, struct error *err)
{
    if (r->failed) {
        *err = r->err;
        return error_wrap(err,
                          "reading vSwitches, network interfaces, certificates and server groups");
    }
    for (size_t i = 0; i < r->searches.len; i++)
        found(r, FACT_VSWITCHES, r->searches.items[i]->key,
              vswitches_text(&r->arena, r->searches.items[i], &r->zones), NULL);
    for (size_t i = 0; i < r->needs->len; i++) {
        const struct fact_need *need = &r->needs->items[i];
        const struct fact *f =
            map_get(&r->found, arena_fmt(&r->arena, "%d %s", (int)need->kind, need->key));
        *LIST_PUSH(a, &out->items) = (struct fact){ .kind = need->kind,
                                                    .key = arena_strdup(a, need->key),
                                                    .value = arena_strdup(a, f ? f->value : ""),
                                                    .value2 = arena_strdup(a, f ? f->value2 : ""),
                                                    .read_at = now_ms };
    }
    fact_sort(out);
    return true;
}
