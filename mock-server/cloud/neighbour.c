/* neighbour.c - what other products have: VPCs, vSwitches, interfaces, instances and
 * certificates, either as a file lists them or, without one, by rule (README.md). */
#include "neighbour.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alb-agent/hash.h"
#include "alb-agent/map.h"
#include "alb-agent/yaml.h"

enum { FILE_MAX = 16 << 20, VSWITCH_ADDRESSES = 250 };

struct neighbours {
    cJSON *tree;
    /* Of cJSON nodes in 'tree', by id; interfaces also by address. */
    struct map vpcs, vswitches, interfaces, addresses, instances, certificates;
};

static bool file_read(const char *path, struct buf *out, struct error *err)
{
    FILE *f = fopen(path, "rbe");
    if (!f)
        return error_set(err, ERROR_INVALID, "%s: cannot be opened (errno %d)", path, errno);
    char block[8192];
    size_t n = 0;
    while ((n = fread(block, 1, sizeof block, f)) > 0)
        buf_add(out, block, n);
    bool ok = !ferror(f) && !out->failed;
    fclose(f); /* NOLINT: only read from */
    return ok || error_set(err, ERROR_INVALID, "%s: cannot be read", path);
}

/* The id of a list element: the element itself, or its member 'id'. */
static const char *element_id(const cJSON *e)
{
    return cJSON_IsString(e) ? e->valuestring : json_str(e, "id");
}

static bool index_list(const struct neighbours *n, const char *name, struct map *map,
                       struct error *err)
{
    const cJSON *e = NULL;
    cJSON_ArrayForEach (e, json_get(n->tree, name)) {
        const char *id = element_id(e);
        if (!id)
            return error_set(err, ERROR_INVALID, "%s: an element without an id", name);
        map_put(map, id, e);
    }
    return true;
}

static void index_addresses(struct neighbours *n)
{
    const cJSON *e = NULL;
    cJSON_ArrayForEach (e, json_get(n->tree, "interfaces")) {
        const cJSON *a = NULL;
        cJSON_ArrayForEach (a, json_get(e, "addresses")) {
            if (cJSON_IsString(a))
                map_put(&n->addresses, a->valuestring, e);
        }
    }
}

static bool keys_known(const cJSON *tree, struct error *err)
{
    static const char *const names[] = { "vpcs", "vswitches", "interfaces", "instances",
                                         "certificates" };
    const cJSON *m = NULL;
    cJSON_ArrayForEach (m, tree) {
        bool known = false;
        for (size_t i = 0; i < COUNT(names); i++)
            known = known || strcmp(m->string, names[i]) == 0;
        if (!known)
            return error_set(err, ERROR_INVALID, "unknown key '%s'", m->string);
    }
    return true;
}

static bool neighbours_read(struct neighbours *n, const char *path, struct error *err)
{
    struct buf text CLEANUP(buf_done) = { .max = FILE_MAX };
    int line = 0;
    if (!file_read(path, &text, err))
        return false;
    if (!yaml_parse(buf_str(&text), text.len, &n->tree, &line, err))
        return error_wrap(err, "%s:%d", path, line);
    if (!keys_known(n->tree, err) || !index_list(n, "vpcs", &n->vpcs, err)
        || !index_list(n, "vswitches", &n->vswitches, err)
        || !index_list(n, "interfaces", &n->interfaces, err)
        || !index_list(n, "instances", &n->instances, err)
        || !index_list(n, "certificates", &n->certificates, err))
        return error_wrap(err, "%s", path);
    index_addresses(n);
    return true;
}

bool neighbour_load(struct cloud *c, const char *path, struct error *err)
{
    if (!path)
        return true;
    c->neighbours = arena_alloc(&c->arena, sizeof *c->neighbours);
    return neighbours_read(c->neighbours, path, err);
}

void neighbour_done(struct cloud *c)
{
    struct neighbours *n = c->neighbours;
    if (!n)
        return;
    map_done(&n->vpcs);
    map_done(&n->vswitches);
    map_done(&n->interfaces);
    map_done(&n->addresses);
    map_done(&n->instances);
    map_done(&n->certificates);
    cJSON_Delete(n->tree);
}

static const cJSON *lookup(const struct map *map, const char *id)
{
    return id ? map_get(map, id) : NULL;
}

bool neighbour_listed(const struct op *op)
{
    return op->cloud->neighbours != NULL;
}

const cJSON *neighbour_list(const struct op *op, const char *name)
{
    return op->cloud->neighbours ? json_get(op->cloud->neighbours->tree, name) : NULL;
}

const char *const *region_zones(struct arena *a, const char *region)
{
    const char *letters = strcmp(region, "cn-hangzhou") == 0 ? "ghijk" : "abc";
    size_t n = strlen(letters);
    const char **zones = arena_array(a, n + 1, sizeof *zones);
    for (size_t i = 0; i < n; i++)
        zones[i] = arena_fmt(a, "%s-%c", region, letters[i]);
    return zones;
}

/* The number a vSwitch is named after, or one drawn from its name. */
static uint64_t vswitch_number(const char *id)
{
    const char *s = id + strlen("vsw-");
    uint64_t n = 0;
    if (*s && strlen(s) <= 15 && strspn(s, "0123456789") == strlen(s)) {
        for (; *s; s++)
            n = n * 10 + (uint64_t)(*s - '0');
        return n;
    }
    unsigned char digest[SHA256_SIZE];
    hash_sha256(id, strlen(id), digest);
    return (uint64_t)digest[0] << 8 | digest[1];
}

static bool vswitch_by_rule(struct op *op, const char *id, struct vswitch *out, struct error *err)
{
    bool row = false;
    size_t n = 0;
    if (!text_begins(id, "vsw-"))
        return true;
    const char *const *zones = region_zones(op->a, op->region);
    while (zones[n])
        n++;
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_VSWITCH_VPC);
    query_text(&q, ":id", id);
    query_text(&q, ":region", op->region);
    if (!query_next(&q, &row, err))
        return false;
    *out = (struct vswitch){
        .id = id,
        .vpc = row ? query_str(&q, op->a, "vpc") : NULL,
        .zone = zones[vswitch_number(id) % (n ? n : 1)],
        .available = VSWITCH_ADDRESSES,
        .ipv6 = true,
    };
    return true;
}

/* Takes off what load balancers use of a vSwitch's addresses. */
static bool vswitch_count(struct op *op, struct vswitch *v, struct error *err)
{
    int64_t users = 0;
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_VSWITCH_USERS);
    query_text(&q, ":id", v->id);
    query_text(&q, ":region", op->region);
    if (!query_value(&q, &users, err))
        return false;
    v->available -= users * VSWITCH_LB_ADDRESSES;
    return true;
}

bool neighbour_vswitch(struct op *op, const char *id, struct vswitch *out, struct error *err)
{
    const struct neighbours *n = op->cloud->neighbours;
    *out = (struct vswitch){ 0 };
    if (!n)
        return vswitch_by_rule(op, id, out, err);
    const cJSON *v = lookup(&n->vswitches, id);
    if (!v)
        return true;
    *out = (struct vswitch){ .id = id,
                             .vpc = json_str(v, "vpc"),
                             .zone = json_str(v, "zone"),
                             .available = json_int(v, "available", VSWITCH_ADDRESSES),
                             .ipv6 = json_bool(v, "ipv6", false) };
    return vswitch_count(op, out, err);
}

bool neighbour_has_vpc(struct op *op, const char *id)
{
    const struct neighbours *n = op->cloud->neighbours;
    return n ? lookup(&n->vpcs, id) != NULL : text_begins(id, "vpc-");
}

bool neighbour_has_instance(struct op *op, const char *id)
{
    const struct neighbours *n = op->cloud->neighbours;
    return !n || lookup(&n->instances, id) != NULL;
}

bool neighbour_has_certificate(struct op *op, const char *id)
{
    const struct neighbours *n = op->cloud->neighbours;
    const struct cloud *c = op->cloud;
    return !n || lookup(&n->certificates, id)
           || (c->certificate && id && c->certificate(c->certificate_arg, id));
}

void cloud_set_certificates(struct cloud *c, cloud_certificate_fn *fn, void *arg)
{
    c->certificate = fn;
    c->certificate_arg = arg;
}

const char *neighbour_instance_ip(struct op *op, const char *id)
{
    const struct neighbours *n = op->cloud->neighbours;
    const cJSON *e = n ? lookup(&n->instances, id) : NULL;
    const char *ip = json_str(e, "address");
    if (ip)
        return ip;
    unsigned char digest[SHA256_SIZE];
    hash_sha256(id, strlen(id), digest);
    return arena_fmt(op->a, "10.%d.%d.%d", digest[0], digest[1], digest[2] % 254 + 1);
}

bool ip_is_private(const unsigned char ip[static 4])
{
    return ip[0] == 10 || (ip[0] == 172 && ip[1] >= 16 && ip[1] < 32)
           || (ip[0] == 192 && ip[1] == 168);
}

/* The private address an interface is named after: "eni-0a010009" is of 10.1.0.9. */
static const char *address_of_name(struct arena *a, const char *id)
{
    const char *digits = "0123456789abcdef";
    const char *s = id + strlen("eni-");
    unsigned char ip[4] = { 0 };
    if (strlen(s) != 8 || strspn(s, digits) != 8)
        return NULL;
    for (size_t i = 0; i < 8; i++)
        ip[i / 2] = (unsigned char)(ip[i / 2] << 4 | (strchr(digits, s[i]) - digits));
    return ip_is_private(ip) ? arena_fmt(a, "%d.%d.%d.%d", ip[0], ip[1], ip[2], ip[3]) : NULL;
}

static struct interface interface_by_rule(struct op *op, const char *id, const char *ip)
{
    if (!text_begins(id, "eni-"))
        return (struct interface){ 0 };
    const char *own = address_of_name(op->a, id);
    if (!ip)
        ip = own;
    /* Any other interface is taken to exist, with whatever address is said. */
    bool has = ip && (!own || strcmp(own, ip) == 0);
    return (struct interface){ .id = id, .ip = ip, .status = "InUse", .has_ip = has };
}

struct interface neighbour_interface(struct op *op, const char *id, const char *ip)
{
    const struct neighbours *n = op->cloud->neighbours;
    if (!n)
        return interface_by_rule(op, id, ip);
    const cJSON *e = lookup(&n->interfaces, id);
    if (!e)
        return (struct interface){ 0 };
    const cJSON *first = cJSON_GetArrayItem(json_get(e, "addresses"), 0);
    if (!ip && cJSON_IsString(first))
        ip = first->valuestring;
    const char *status = json_str(e, "status");
    return (struct interface){ .id = id,
                               .ip = ip,
                               .vpc = json_str(e, "vpc"),
                               .status = status ? status : "InUse",
                               .has_ip = ip && lookup(&n->addresses, ip) == e };
}

const cJSON *neighbour_by_address(const struct op *op, const char *ip)
{
    return op->cloud->neighbours ? lookup(&op->cloud->neighbours->addresses, ip) : NULL;
}

const cJSON *neighbour_by_interface(const struct op *op, const char *id)
{
    return op->cloud->neighbours ? lookup(&op->cloud->neighbours->interfaces, id) : NULL;
}
