/* pack.c - a tree of JSON as one block of bytes, less than a third of its text and a twentieth of
 * its tree: names and values that Kubernetes uses everywhere are one byte, and a text that the
 * block has already is where it was.  Blocks live in memory only, so their form may change freely.
 * Pure.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alb-agent/json.h"
#include "alb-agent/macros.h"
#include "pack_priv.h"

/* What a value begins with; from WORD on it is one of 'words'. */
enum { NOTHING, FALSE, TRUE, WHOLE, NUMBER, RAW, LIST, MAP, TEXT, AGAIN, WORD };

/* In byte order. */
static const char *const words[] = {
    /* clang-format off */
    "/", "443", "80", "8080", "ACTUAL", "AlbConfig", "Basic", "Cluster", "ClusterIP",
    "EndpointSlice", "Endpoints", "Exact", "False", "HTTP", "HTTPS", "IPv4", "IPv6",
    "ImplementationSpecific", "Ingress", "IngressClass", "Internet", "Intranet", "Local", "Node",
    "NodePort", "None", "Pod", "Prefix", "Ready", "Running", "RuntimeDefault", "Secret", "Service",
    "SingleStack", "Standard", "StandardWithWaf", "TCP", "True", "UDP", "accessLogConfig",
    "addressAllocatedMode", "addressType", "addresses", "alb",
    "alb.ingress.kubernetes.io/healthcheck-enabled", "alb.ingress.kubernetes.io/listen-ports",
    "alb.ingress.kubernetes.io/ssl-redirect", "alibabacloud.com", "alibabacloud.com/v1",
    "annotations", "apiGroup", "apiVersion", "app", "app.kubernetes.io/instance",
    "app.kubernetes.io/managed-by", "app.kubernetes.io/name", "appProtocol", "backend",
    "blockOwnerDeletion", "clusterIP", "clusterIPs", "conditionType", "conditions", "config",
    "containerPort", "containers", "controller", "creationTimestamp", "default", "defaultBackend",
    "deletionTimestamp", "deprecatedTopology", "discovery.k8s.io/v1", "edition", "endpoints",
    "endpointslice-controller.k8s.io", "endpointslice.kubernetes.io/managed-by",
    "externalTrafficPolicy", "finalizers", "forZones", "generateName", "generation", "hints",
    "host", "hostIP", "hostname", "hosts", "http", "https", "image", "ingress.k8s.alibabacloud/alb",
    "ingressClassName", "internalTrafficPolicy", "ip", "ipFamilies", "ipFamilyPolicy", "kind",
    "kubernetes.io/hostname", "kubernetes.io/ingress.class", "kubernetes.io/service-name", "labels",
    "lastTransitionTime", "listeners", "loadBalancer", "message", "metadata", "name", "namespace",
    "networking.k8s.io/v1", "nginx.ingress.kubernetes.io/rewrite-target",
    "nginx.ingress.kubernetes.io/ssl-redirect", "nodeName", "nodePort", "notReadyAddresses",
    "number", "ownerReferences", "parameters", "path", "pathType", "paths", "phase", "podIP",
    "podIPs", "port", "ports", "protocol", "providerID", "readinessGates", "ready", "reason",
    "resourceVersion", "rules", "secretName", "selector", "service", "serving", "sessionAffinity",
    "spec", "status", "subsets", "taints", "targetPort", "targetRef", "tcp", "terminating", "tls",
    "topology.kubernetes.io/region", "topology.kubernetes.io/zone", "type", "uid", "unschedulable",
    "v1", "vSwitchId", "web", "zone", "zoneMappings",
    /* clang-format on */
};
_Static_assert(COUNT(words) <= 256 - WORD, "a word is one byte");

/* ---- writing --------------------------------------------------------------------------------- */

enum { PLACES = 256 };

struct writer {
    struct buf *out;
    uint32_t places[PLACES]; /* by hash: where the last such text begins; 0: there was none */
};

static void add_byte(struct writer *w, unsigned byte)
{
    buf_addc(w->out, (char)byte);
}

/* Seven bits a byte, the lowest first; the last byte is below 128. */
static void add_count(struct writer *w, uint64_t n)
{
    for (; n >= 128; n >>= 7)
        add_byte(w, 128 | (n & 127));
    add_byte(w, (unsigned)n);
}

static int compare_words(const void *key, const void *word)
{
    return strcmp(key, *(const char *const *)word);
}

static size_t hash(const char *text)
{
    uint32_t h = 0x811c9dc5U; /* FNV-1a */
    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 0x01000193U;
    return (h ^ h >> 16) % PLACES;
}

static void add_text(struct writer *w, const char *text)
{
    const char *const *word = bsearch(text, words, COUNT(words), sizeof *words, compare_words);
    if (word) {
        add_byte(w, WORD + (unsigned)(word - words));
        return;
    }
    uint32_t *place = &w->places[hash(text)];
    if (*place && !strcmp(w->out->data + *place, text)) {
        add_byte(w, AGAIN);
        add_count(w, *place);
        return;
    }
    add_byte(w, TEXT);
    *place = (uint32_t)w->out->len;
    buf_add(w->out, text, strlen(text) + 1);
}

static void add_number(struct writer *w, const cJSON *v)
{
    const double n = v->valuedouble;
    if (json_is_int(v) && !signbit(n)) {
        add_byte(w, WHOLE);
        add_count(w, (uint64_t)n);
    } else {
        add_byte(w, NUMBER);
        buf_add(w->out, &n, sizeof n);
    }
}

static void add_value(struct writer *w, const cJSON *json);

static void add_items(struct writer *w, const cJSON *json)
{
    const bool map = cJSON_IsObject(json);
    const cJSON *v;
    add_byte(w, map ? MAP : LIST);
    add_count(w, (uint64_t)cJSON_GetArraySize(json));
    cJSON_ArrayForEach (v, json) {
        if (map)
            add_text(w, v->string);
        add_value(w, v);
    }
}

static void add_value(struct writer *w, const cJSON *json)
{
    if (cJSON_IsObject(json) || cJSON_IsArray(json)) {
        add_items(w, json);
    } else if (cJSON_IsString(json)) {
        add_text(w, json->valuestring);
    } else if (cJSON_IsNumber(json)) {
        add_number(w, json);
    } else if (cJSON_IsRaw(json)) {
        add_byte(w, RAW);
        add_text(w, json->valuestring);
    } else {
        add_byte(w, cJSON_IsTrue(json) ? TRUE : cJSON_IsFalse(json) ? FALSE : NOTHING);
    }
}

static void die(const char *why)
{
    (void)fprintf(stderr, "alb-agent: %s\n", why);
    abort();
}

void pack_write(struct buf *out, const cJSON *json)
{
    struct writer w = { .out = out };
    out->max = UINT32_MAX; /* a place is 32 bits */
    add_value(&w, json);
    if (out->failed)
        die("an object of 4 GB");
}

/* ---- reading --------------------------------------------------------------------------------- */

struct reader {
    const char *block, *at;
    struct arena *a; /* of the tree; NULL: it is one of cJSON's */
};

static unsigned take_byte(struct reader *r)
{
    return (unsigned char)*r->at++;
}

static uint64_t take_count(struct reader *r)
{
    uint64_t n = 0;
    unsigned byte, shift = 0;
    do {
        byte = take_byte(r);
        n |= (uint64_t)(byte & 127) << shift;
        shift += 7;
    } while (byte & 128);
    return n;
}

/* The text that began with 'form', or NULL when it is something else. */
static const char *take_text(struct reader *r, unsigned form)
{
    const char *text = NULL;
    if (form >= WORD) {
        text = words[form - WORD];
    } else if (form == AGAIN) {
        text = r->block + take_count(r);
    } else if (form == TEXT) {
        text = r->at;
        r->at += strlen(text) + 1;
    }
    return text;
}

static double take_double(struct reader *r)
{
    double n;
    memcpy(&n, r->at, sizeof n);
    r->at += sizeof n;
    return n;
}

static cJSON *sound(cJSON *node)
{
    if (!node)
        memory_exhausted();
    return node;
}

static cJSON *make(const struct reader *r, int type)
{
    if (r->a)
        return json_node(r->a, type);
    return sound(type == cJSON_Object  ? cJSON_CreateObject()
                 : type == cJSON_Array ? cJSON_CreateArray()
                 : type == cJSON_NULL  ? cJSON_CreateNull()
                                       : cJSON_CreateBool(type == cJSON_True));
}

static cJSON *make_number(const struct reader *r, double n)
{
    return r->a ? json_node_number(r->a, n) : sound(cJSON_CreateNumber(n));
}

static cJSON *make_text(const struct reader *r, int type, const char *text)
{
    if (r->a)
        return json_node_text(r->a, type, text);
    return sound(type == cJSON_Raw ? cJSON_CreateRaw(text) : cJSON_CreateString(text));
}

static cJSON *take_value(struct reader *r);

static cJSON *take_items(struct reader *r, bool map)
{
    cJSON *out = make(r, map ? cJSON_Object : cJSON_Array);
    for (uint64_t n = take_count(r); n; n--) {
        const char *name = map ? take_text(r, take_byte(r)) : NULL;
        cJSON *v = take_value(r);
        if (r->a)
            json_link(out, name, v);
        else if (map)
            (void)cJSON_AddItemToObject(out, name, v);
        else
            (void)cJSON_AddItemToArray(out, v);
    }
    return out;
}

static cJSON *take_value(struct reader *r)
{
    const unsigned form = take_byte(r);
    const char *text = take_text(r, form);
    if (text)
        return make_text(r, cJSON_String, text);
    switch (form) {
    case FALSE:
    case TRUE: return make(r, form == TRUE ? cJSON_True : cJSON_False);
    case WHOLE: return make_number(r, (double)take_count(r));
    case NUMBER: return make_number(r, take_double(r));
    case RAW: return make_text(r, cJSON_Raw, take_text(r, take_byte(r)));
    case LIST:
    case MAP: return take_items(r, form == MAP);
    default: return make(r, cJSON_NULL);
    }
}

cJSON *pack_read(const void *block)
{
    struct reader r = { .block = block, .at = block };
    return take_value(&r);
}

const cJSON *pack_tree(struct arena *a, const void *block)
{
    struct reader r = { .block = block, .at = block, .a = a };
    return take_value(&r);
}

/* ---- looking --------------------------------------------------------------------------------- */

static void pass_value(struct reader *r)
{
    const unsigned form = take_byte(r);
    if (form == RAW)
        pass_value(r);
    else if (form == WHOLE)
        (void)take_count(r);
    else if (form == NUMBER)
        (void)take_double(r);
    else if (form != LIST && form != MAP)
        (void)take_text(r, form);
    else
        for (uint64_t n = take_count(r); n; n--) {
            if (form == MAP)
                pass_value(r); /* its name */
            pass_value(r);
        }
}

/* Goes to the first member of that name, if the value is a map that has one. */
static bool enter(struct reader *r, const char *name)
{
    if (take_byte(r) != MAP)
        return false;
    for (uint64_t n = take_count(r); n; n--) {
        if (!strcmp(take_text(r, take_byte(r)), name))
            return true;
        pass_value(r);
    }
    return false;
}

static bool follow(struct reader *r, const char *const *path)
{
    for (; *path; path++)
        if (!enter(r, *path))
            return false;
    return true;
}

const char *pack_text(const void *block, const char *const *path)
{
    struct reader r = { .block = block, .at = block };
    return follow(&r, path) ? take_text(&r, take_byte(&r)) : NULL;
}

int64_t pack_int(const void *block, const char *const *path)
{
    struct reader r = { .block = block, .at = block };
    cJSON number = { .type = cJSON_Number };
    const unsigned form = follow(&r, path) ? take_byte(&r) : NOTHING;
    if (form == WHOLE)
        return (int64_t)take_count(&r);
    if (form != NUMBER)
        return 0;
    number.valuedouble = take_double(&r); /* one below zero may be whole, too */
    return json_is_int(&number) ? (int64_t)number.valuedouble : 0;
}

bool pack_has(const void *block, const char *const *path)
{
    struct reader r = { .block = block, .at = block };
    return follow(&r, path) && take_byte(&r) != NOTHING;
}
