/* facts.c - what the cloud tells about regions, zones, vSwitches and interfaces; the last
 * two are actions of other products (companion-apis.md §3, §4). */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "neighbour.h"

bool zone_list(struct op *op, struct error *err)
{
    (void)err;
    cJSON *zones = cJSON_AddArrayToObject(op->body, "Zones");
    for (const char *const *z = region_zones(op->a, op->region); *z; z++) {
        cJSON *zone = cJSON_CreateObject();
        json_set_str(zone, "LocalName", *z);
        json_set_str(zone, "ZoneId", *z);
        cJSON_AddItemToArray(zones, zone);
    }
    return true;
}

/* The regions of alb-openapi.json's endpoints. */
static const char *const regions[] = {
    "cn-qingdao",
    "cn-beijing",
    "cn-zhangjiakou",
    "cn-zhengzhou-jva",
    "cn-wulanchabu",
    "cn-hangzhou",
    "cn-shanghai",
    "cn-nanjing",
    "cn-fuzhou",
    "cn-shenzhen",
    "cn-heyuan",
    "cn-guangzhou",
    "cn-chengdu",
    "cn-wuhan-lr",
    "cn-hongkong",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-5",
    "ap-southeast-6",
    "us-east-1",
    "us-west-1",
    "eu-west-1",
    "eu-central-1",
    "ap-south-1",
    "me-east-1",
    "cn-hangzhou-finance",
    "cn-shanghai-finance-1",
    "cn-shenzhen-finance-1",
    "ap-southeast-7",
    "cn-beijing-finance-1",
    "me-central-1",
    "cn-heyuan-acdr-1",
    "na-south-1",
    "us-southeast-1",
    "cn-wulanchabu-gic-1",
};

bool region_list(struct op *op, struct error *err)
{
    (void)err;
    cJSON *list = cJSON_AddArrayToObject(op->body, "Regions");
    for (size_t i = 0; i < COUNT(regions); i++) {
        const char *host = regions[i];
        if (strcmp(host, "cn-hangzhou-finance") == 0)
            host = "cn-hangzhou";
        cJSON *region = cJSON_CreateObject();
        json_set_str(region, "LocalName", regions[i]);
        json_set_str(region, "RegionEndpoint", arena_fmt(op->a, "alb.%s.aliyuncs.com", host));
        json_set_str(region, "RegionId", regions[i]);
        cJSON_AddItemToArray(list, region);
    }
    return true;
}

/* Pages by number, as other products have them, or by token where MaxResults is told. */
struct numbered {
    cJSON *items;
    int64_t number, size, total;
    bool by_token;
};

/* Takes 'item' into the page or drops it. */
static void numbered_add(struct numbered *p, cJSON *item)
{
    int64_t at = p->total++;
    if (p->size > 0 && at / p->size == p->number - 1)
        cJSON_AddItemToArray(p->items, item);
    else
        cJSON_Delete(item);
}

static bool numbered_begin(struct op *op, const char *outer, const char *inner, struct numbered *p,
                           struct error *err)
{
    const char *token = op_str(op, "NextToken");
    cJSON *wrap = cJSON_AddObjectToObject(op->body, outer);
    *p = (struct numbered){
        .items = cJSON_AddArrayToObject(wrap, inner),
        .number = json_int(op->params, "PageNumber", 1),
        .size = json_int(op->params, "PageSize", json_int(op->params, "MaxResults", 10)),
        .by_token = token || json_get(op->params, "MaxResults"),
    };
    return !token || cursor_read(token, &p->number)
           || refuse(err, 400, "InvalidParameter", "Specified parameter NextToken is not valid.");
}

static void numbered_end(struct op *op, const struct numbered *p)
{
    if (p->by_token && p->total > p->number * p->size)
        json_set_str(op->body, "NextToken", cursor_text(op, p->number + 1));
    json_set_int(op->body, "PageNumber", p->number);
    json_set_int(op->body, "PageSize", p->size);
    json_set_int(op->body, "TotalCount", p->total);
}

static const char *vswitch_vpc(const struct vswitch *v)
{
    return v->vpc ? v->vpc : "vpc-1";
}

static void vswitch_describe(cJSON *out, const struct vswitch *v)
{
    json_set_int(out, "AvailableIpAddressCount", v->available);
    json_set_bool(out, "EnabledIpv6", v->ipv6);
    json_set_bool(out, "IsDefault", false);
    json_set_str(out, "ResourceGroupId", "rg-default");
    json_set_str(out, "Status", "Available");
    json_set_str(out, "VSwitchId", v->id);
    json_set_str(out, "VSwitchName", v->id);
    json_set_str(out, "VpcId", vswitch_vpc(v));
    json_set_str(out, "ZoneId", v->zone);
}

static void vswitch_add(struct op *op, struct numbered *page, const struct vswitch *v)
{
    const char *vpc = vswitch_vpc(v);
    const char *want_vpc = op_str(op, "VpcId");
    const char *want_zone = op_str(op, "ZoneId");
    if ((want_vpc && strcmp(want_vpc, vpc) != 0) || (want_zone && strcmp(want_zone, v->zone) != 0))
        return;
    cJSON *out = cJSON_CreateObject();
    vswitch_describe(out, v);
    numbered_add(page, out);
}

static bool vswitch_one(struct op *op, struct numbered *page, const char *id, struct error *err)
{
    struct vswitch v;
    if (!neighbour_vswitch(op, id, &v, err))
        return false;
    if (v.id)
        vswitch_add(op, page, &v);
    return true;
}

/* Without a list of neighbours every vSwitch exists, so a list has to choose: those that
 * load balancers name, and vsw-1, vsw-2 … up to one in every zone. */
static bool vswitch_some(struct op *op, struct numbered *page, struct error *err)
{
    bool row = true;
    text_list ids = { 0 };
    const char *const *zones = region_zones(op->a, op->region);
    for (size_t i = 0; zones[i]; i++)
        *LIST_PUSH(op->a, &ids) = arena_fmt(op->a, "vsw-%d", (int)i + 1);
    size_t n_default = ids.len;
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_VSWITCH_LIST);
    query_text(&q, ":region", op->region);
    while (row) {
        if (!query_next(&q, &row, err))
            return false;
        const char *id = row ? query_str(&q, op->a, "id") : NULL;
        bool known = !id;
        for (size_t i = 0; i < n_default && !known; i++)
            known = strcmp(ids.items[i], id) == 0;
        if (!known)
            *LIST_PUSH(op->a, &ids) = id;
    }
    for (size_t i = 0; i < ids.len; i++)
        if (!vswitch_one(op, page, ids.items[i], err))
            return false;
    return true;
}

bool vswitch_list(struct op *op, struct error *err)
{
    const char *id = op_str(op, "VSwitchId");
    if (!op_str(op, "RegionId") && !op_str(op, "VpcId") && !id)
        return refuse(err, 400, "MissingRegionId", "RegionId is mandatory for this action.");
    struct numbered page;
    if (!numbered_begin(op, "VSwitches", "VSwitch", &page, err))
        return false;
    if (id) {
        if (!vswitch_one(op, &page, id, err))
            return false;
    } else if (!neighbour_listed(op)) {
        if (!vswitch_some(op, &page, err))
            return false;
    } else {
        const cJSON *v = NULL;
        cJSON_ArrayForEach (v, neighbour_list(op, "vswitches")) {
            if (!vswitch_one(op, &page, json_str(v, "id"), err))
                return false;
        }
    }
    numbered_end(op, &page);
    return true;
}

/* The status is documented, strange as it is (companion-apis.md §4). */
bool vswitch_get(struct op *op, struct error *err)
{
    struct vswitch v = { 0 };
    const char *id = op_str(op, "VSwitchId");
    if (id && !neighbour_vswitch(op, id, &v, err))
        return false;
    if (!v.id)
        return refuse(err, 400, "InvalidVSwitchId.NotFound",
                      "Specified virtual switch does not exist.");
    vswitch_describe(op->body, &v);
    return true;
}

/* One interface with its addresses, the first of them the primary one. */
static void interface_add(struct op *op, struct numbered *page, const struct interface *eni,
                          const cJSON *addresses)
{
    const char *want_vpc = op_str(op, "VpcId");
    const char *want_status = op_str(op, "Status");
    if ((want_vpc && !text_is(want_vpc, eni->vpc))
        || (want_status && !text_is(want_status, eni->status)))
        return;
    cJSON *out = cJSON_CreateObject();
    cJSON *sets =
        cJSON_AddArrayToObject(cJSON_AddObjectToObject(out, "PrivateIpSets"), "PrivateIpSet");
    const cJSON *a = NULL;
    cJSON_ArrayForEach (a, addresses) {
        cJSON *one = cJSON_CreateObject();
        json_set_bool(one, "Primary", a == addresses->child);
        json_set_str(one, "PrivateIpAddress", text_of(a));
        cJSON_AddItemToArray(sets, one);
    }
    json_set_str(out, "NetworkInterfaceId", eni->id);
    json_set_str(out, "PrivateIpAddress", text_of(addresses->child));
    json_set_str(out, "Status", eni->status);
    json_set_str(out, "Type", "Secondary");
    json_set_str(out, "VpcId", eni->vpc);
    numbered_add(page, out);
}

static void interface_listed(struct op *op, struct numbered *page, const cJSON *e)
{
    if (cJSON_GetArraySize(json_get(e, "addresses")) == 0)
        return;
    struct interface eni = neighbour_interface(op, json_str(e, "id"), NULL);
    interface_add(op, page, &eni, json_get(e, "addresses"));
}

/* By rule a private address has the interface that is named after it. */
static void interface_by_address(struct op *op, struct numbered *page, const char *ip)
{
    unsigned char bytes[4];
    if (!ip || inet_pton(AF_INET, ip, bytes) != 1 || !ip_is_private(bytes))
        return;
    const char *vpc = op_str(op, "VpcId");
    cJSON *addresses = op_own(op, cJSON_CreateArray());
    cJSON_AddItemToArray(addresses, cJSON_CreateString(ip));
    struct interface eni = {
        .id = arena_fmt(op->a, "eni-%02x%02x%02x%02x", bytes[0], bytes[1], bytes[2], bytes[3]),
        .vpc = vpc ? vpc : "vpc-1",
        .status = "InUse",
    };
    interface_add(op, page, &eni, addresses);
}

/* Has an element before 'e' of the parameter named the same interface? */
static bool interface_seen(const struct op *op, const cJSON *e, const cJSON *interface)
{
    for (const cJSON *d = op_list(op, "PrivateIpAddress")->child; d != e; d = d->next)
        if (neighbour_by_address(op, text_of(d)) == interface)
            return true;
    return false;
}

static void interfaces_by_address(struct op *op, struct numbered *page)
{
    const cJSON *a = NULL;
    cJSON_ArrayForEach (a, op_list(op, "PrivateIpAddress")) {
        const cJSON *e = neighbour_by_address(op, text_of(a));
        if (!neighbour_listed(op))
            interface_by_address(op, page, text_of(a));
        else if (e && !interface_seen(op, a, e))
            interface_listed(op, page, e);
    }
}

static void interfaces_by_id(struct op *op, struct numbered *page)
{
    const cJSON *id = NULL;
    cJSON_ArrayForEach (id, op_list(op, "NetworkInterfaceId")) {
        struct interface eni = neighbour_interface(op, text_of(id), NULL);
        if (neighbour_listed(op))
            interface_listed(op, page, neighbour_by_interface(op, text_of(id)));
        else if (eni.has_ip)
            interface_by_address(op, page, eni.ip);
    }
}

bool interface_list(struct op *op, struct error *err)
{
    struct numbered page;
    if (!numbered_begin(op, "NetworkInterfaceSets", "NetworkInterfaceSet", &page, err))
        return false;
    if (op_list(op, "PrivateIpAddress")) {
        interfaces_by_address(op, &page);
    } else if (op_list(op, "NetworkInterfaceId")) {
        interfaces_by_id(op, &page);
    } else {
        const cJSON *e = NULL;
        cJSON_ArrayForEach (e, neighbour_list(op, "interfaces"))
            interface_listed(op, &page, e);
    }
    numbered_end(op, &page);
    return true;
}
