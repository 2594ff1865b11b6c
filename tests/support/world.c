/* world.c - sessions against the mock in this process. */
#include "tests/support/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alb-agent/json.h"

int world_setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    if (!w)
        return -1;
    *state = w;
    /* In memory where that is possible: every intent waits for the disk. */
    const char *top = access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm";
    (void)snprintf(w->dir, sizeof w->dir, "%s/alb-agent-world-XXXXXX", top);
    if (!mkdtemp(w->dir))
        return -1;
    w->files = arena_fmt(&w->arena, "%s/files", w->dir);
    w->state = arena_fmt(&w->arena, "%s/state.db", w->dir);
    if (mkdir(w->files, 0700) || setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "testak", 1)
        || setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret", 1)
        || unsetenv("ALIBABA_CLOUD_SECURITY_TOKEN"))
        return -1;
    mock_transport_open(&w->mock, &(struct mock_options){ 0 });
    w->config = (struct session_config){
        .files = &w->files,
        .n_files = 1,
        .state = w->state,
        .cluster_id = "c1",
        .region = "cn-hangzhou",
        .endpoint = "http://mock.test",
        .clock = &w->mock.wall,
        .mono = &w->mock.clock,
        .transport = &w->mock.transport,
        .seed = 1,
    };
    return 0;
}

static void remove_all(const char *dir)
{
    DIR *d = opendir(dir);
    for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d)) {
        struct arena a CLEANUP(arena_done) = { 0 };
        const char *path = arena_fmt(&a, "%s/%s", dir, e->d_name);
        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
            continue;
        if (unlink(path))
            remove_all(path);
    }
    if (d)
        (void)closedir(d);
    (void)rmdir(dir);
}

int world_teardown(void **state)
{
    struct world *w = *state;
    if (w->mock.front)
        mock_transport_close(&w->mock);
    remove_all(w->dir);
    arena_done(&w->arena);
    free(w);
    return 0;
}

/* ---- manifests ------------------------------------------------------------------------ */

void world_write(struct world *w, const char *name, const char *text)
{
    FILE *f = fopen(arena_fmt(&w->arena, "%s/%s", w->files, name), "we");
    assert_non_null(f);
    assert_int_equal(fputs(text, f) < 0, 0);
    assert_int_equal(fclose(f), 0);
}

void world_remove(struct world *w, const char *name)
{
    assert_int_equal(unlink(arena_fmt(&w->arena, "%s/%s", w->files, name)), 0);
}

static void write_albconfig(struct world *w, const char *name, const char *listeners)
{
    world_write(w, arena_fmt(&w->arena, "albconfig-%s.yaml", name),
                arena_fmt(&w->arena,
                          "apiVersion: alibabacloud.com/v1\n"
                          "kind: AlbConfig\n"
                          "metadata: {name: %s}\n"
                          "spec:\n"
                          "  config:\n"
                          "    name: %s\n"
                          "    addressType: Internet\n"
                          "    zoneMappings: [{vSwitchId: vsw-1}, {vSwitchId: vsw-2}]\n"
                          "  listeners: %s\n"
                          "---\n"
                          "apiVersion: networking.k8s.io/v1\n"
                          "kind: IngressClass\n"
                          "metadata: {name: %s}\n"
                          "spec:\n"
                          "  controller: ingress.k8s.alibabacloud/alb\n"
                          "  parameters: {apiGroup: alibabacloud.com, kind: AlbConfig, name: %s}\n",
                          name, name, listeners, name, name));
}

void world_write_albconfig(struct world *w, const char *name)
{
    write_albconfig(w, name, "[{port: 80, protocol: HTTP}]");
}

static const char *service(struct world *w, const char *name, const char *address)
{
    return arena_fmt(&w->arena,
                     "apiVersion: v1\n"
                     "kind: Service\n"
                     "metadata: {name: %s, namespace: shop}\n"
                     "spec: {type: ClusterIP, ports: [{name: http, port: 80, targetPort: 8080}]}\n"
                     "---\n"
                     "apiVersion: discovery.k8s.io/v1\n"
                     "kind: EndpointSlice\n"
                     "metadata:\n"
                     "  name: %s-1\n"
                     "  namespace: shop\n"
                     "  labels: {kubernetes.io/service-name: %s}\n"
                     "addressType: IPv4\n"
                     "ports: [{name: http, port: 8080, protocol: TCP}]\n"
                     "endpoints: [{addresses: [%s], conditions: {ready: true}}]\n",
                     name, name, name, address);
}

void world_write_service(struct world *w, const char *name, const char *address)
{
    world_write(w, arena_fmt(&w->arena, "%s.yaml", name), service(w, name, address));
}

void world_write_services(struct world *w)
{
    world_write_service(w, "tea", "10.0.0.1");
    world_write_service(w, "coffee", "10.0.0.2");
}

void world_write_ingress(struct world *w, const char *name, const char *class, const char *host,
                         const char *service_name)
{
    world_write(w, arena_fmt(&w->arena, "ingress-%s.yaml", name),
                arena_fmt(&w->arena,
                          "apiVersion: networking.k8s.io/v1\n"
                          "kind: Ingress\n"
                          "metadata: {name: %s, namespace: shop}\n"
                          "spec:\n"
                          "  ingressClassName: %s\n"
                          "  rules:\n"
                          "  - host: %s\n"
                          "    http:\n"
                          "      paths:\n"
                          "      - path: /\n"
                          "        pathType: Prefix\n"
                          "        backend: {service: {name: %s, port: {number: 80}}}\n",
                          name, class, host, service_name));
}

/* ---- sessions ------------------------------------------------------------------------- */

void world_lose_state(struct world *w, bool traces)
{
    static const char *const ends[] = { "", "-wal", "-shm", ".lock" };
    for (size_t i = 0; i < COUNT(ends) - !traces; i++)
        (void)unlink(arena_fmt(&w->arena, "%s%s", w->state, ends[i]));
}

void world_open(struct world *w, struct session *s, enum store_mode mode)
{
    struct error err;
    w->config.mode = mode;
    w->config.seed++;
    if (!session_open(s, &w->config, &err) || !session_connect(s, &err))
        fail_msg("%s", err.msg);
}

void world_read(struct world *w, struct session *s)
{
    struct error err;
    if ((w->config.n_files && !session_read_source(s, &err)) || !session_translate(s, &err)
        || !session_observe(s, &err))
        fail_msg("%s", err.msg);
}

struct session_result world_apply_session(struct session *s, apply_event_fn *event, void *arg)
{
    struct session_result r = { 0 };
    struct error err;
    if (!session_save(s, &err) || !session_apply(s, event, arg, NULL, &r, &err))
        fail_msg("%s", err.msg);
    return r;
}

struct session_result world_apply(struct world *w)
{
    struct session s CLEANUP(session_close) = { 0 };
    world_open(w, &s, STORE_WRITE);
    world_read(w, &s);
    struct session_result r = world_apply_session(&s, NULL, NULL);
    r.waits = NULL; /* dies with the session */
    return r;
}

size_t world_count(struct world *w, const char *list)
{
    cJSON *reply CLEANUP(json_done) = mock_transport_do(
        &w->mock, arena_fmt(&w->arena, "List%s", list), "MaxResults", "100", (char *)NULL);
    return (size_t)cJSON_GetArraySize(json_get(reply, list));
}

size_t world_open_intents(struct world *w)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct store *st;
    struct error err;
    store_calls calls;
    if (!store_open(&st, w->state, STORE_SNAPSHOT, 0, NULL, &err)
        || !store_calls_open(st, &a, &calls, &err))
        fail_msg("%s", err.msg);
    store_close(st);
    return calls.len;
}

void world_write_shop(struct world *w)
{
    world_write_albconfig(w, "web");
    world_write_services(w);
    world_write_ingress(w, "tea", "web", "tea.example", "tea");
    world_write_ingress(w, "coffee", "web", "coffee.example", "coffee");
}

void world_write_guard(struct world *w, const char *type, const char *entries)
{
    write_albconfig(w, "web",
                    arena_fmt(&w->arena,
                              "[{port: 80, protocol: HTTP, aclConfig: {aclType: %s, aclEntries: "
                              "[%s]}}]",
                              type, entries));
}

void world_write_scripts(struct world *w, const char *scripts)
{
    write_albconfig(
        w, "web", arena_fmt(&w->arena, "[{port: 80, protocol: HTTP, aScriptConfig: %s}]", scripts));
}

size_t world_steps_left(struct world *w)
{
    struct session s CLEANUP(session_close) = { 0 };
    struct arena a CLEANUP(arena_done) = { 0 };
    struct plan plan = { 0 };
    world_open(w, &s, STORE_SNAPSHOT);
    world_read(w, &s);
    session_plan(&s, &a, &plan);
    return plan.steps.len;
}
