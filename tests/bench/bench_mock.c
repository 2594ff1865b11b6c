/* bench_mock.c - how many calls a second alb-mock answers, beside a libmicrohttpd that does
 * nothing else, and how much memory a large account takes.  For mock.sh.
 *
 *     bench_mock reads|writes PORT PID SECONDS     ListRules of a listener with 10 rules, or
 *                                                  UpdateServerGroupServersAttribute of a server
 *     bench_mock fill PORT PID                     100,000 rules and 100,000 servers
 *     bench_mock bare SECONDS                      libmicrohttpd with a reply as long as that of
 *                                                  'reads', in a process of its own
 * PID is the server's: its CPU time for each call does not depend on who else is busy. */
#include <inttypes.h>
#include <microhttpd.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "alb-agent/arena.h"
#include "alb-agent/buf.h"
#include "alb-agent/json.h"
#include "tests/bench/bench.h"
#include "tests/bench/load.h"

enum {
    READ_LISTENERS = 50,
    READ_RULES = 10, /* of each listener */
    WRITE_GROUPS = 6000,
    FILL_LBS = 1000,
    FILL_EACH = 100,   /* rules of each listener, servers of each group */
    REPLY_SIZE = 5100, /* as long as ListRules with its longer head */
};

/* ---- the account ------------------------------------------------------------------- */

typedef LIST_OF(const char *) text_list;

struct account {
    struct arena arena;
    uint16_t port;
    text_list ids;      /* of what was created last, by the number of the request     */
    const char *member; /* of replies, that is the id                                 */
    text_list lbs, listeners, groups;
    int batch; /* rules of each listener */
};

static void on_id(void *arg, uint64_t i, const char *body)
{
    struct account *a = arg;
    cJSON *json CLEANUP(json_done) = cJSON_Parse(body);
    const char *id = a->member ? json_str(json, a->member) : "";
    if (!id)
        die("a reply without an id");
    a->ids.items[i] = arena_strdup(&a->arena, id);
}

/* Sends 'n' requests, which must all succeed; the ids in their replies, in order. */
static text_list create(struct account *a, const char *action, const char *member, uint64_t n,
                        const char *(*query)(void *, uint64_t))
{
    struct load l = {
        .port = a->port, .action = action, .query = query, .reply = on_id, .arg = a, .n = n
    };
    a->member = member;
    a->ids.items = arena_array(&a->arena, n, sizeof *a->ids.items);
    a->ids.len = n;
    (void)load_run(&l);
    if (l.failed)
        exit(1);
    return a->ids;
}

static const char *query_lb(void *arg, uint64_t i)
{
    struct account *a = arg;
    return arena_fmt(&a->arena,
                     "AddressType=Internet&LoadBalancerBillingConfig.PayType=PostPay"
                     "&LoadBalancerEdition=Standard&LoadBalancerName=balancer-%" PRIu64
                     "&VpcId=vpc-1&ZoneMappings.1.VSwitchId=vsw-1&ZoneMappings.1.ZoneId=cn-"
                     "hangzhou-h&ZoneMappings.2.VSwitchId=vsw-2&ZoneMappings.2.ZoneId=cn-"
                     "hangzhou-i",
                     i);
}

static const char *query_group(void *arg, uint64_t i)
{
    struct account *a = arg;
    return arena_fmt(&a->arena,
                     "HealthCheckConfig.HealthCheckEnabled=true&Protocol=HTTP"
                     "&Scheduler=Wrr&ServerGroupName=shop-api-%06" PRIu64 "&VpcId=vpc-1",
                     i);
}

static const char *query_listener(void *arg, uint64_t i)
{
    struct account *a = arg;
    return arena_fmt(&a->arena,
                     "DefaultActions.1.ForwardGroupConfig.ServerGroupTuples.1.ServerGroupId=%s"
                     "&DefaultActions.1.Type=ForwardGroup&ListenerPort=%" PRIu64
                     "&ListenerProtocol=HTTP&LoadBalancerId=%s",
                     a->groups.items[i % a->groups.len], 8000 + i / a->lbs.len,
                     a->lbs.items[i % a->lbs.len]);
}

static const char *query_server(void *arg, uint64_t i)
{
    struct account *a = arg;
    return arena_fmt(&a->arena,
                     "ServerGroupId=%s&Servers.1.Port=8080&Servers.1.ServerId=i-%" PRIu64
                     "&Servers.1.ServerIp=10.0.%" PRIu64 ".%" PRIu64 "&Servers.1.ServerType=Ecs",
                     a->groups.items[i], i, i / 250, 1 + i % 250);
}

static const char *query_weight(void *arg, uint64_t i)
{
    static char text[512];
    const struct account *a = arg;
    uint64_t at = i % a->groups.len;
    (void)snprintf(text, sizeof text,
                   "ServerGroupId=%s&Servers.1.Port=8080&Servers.1.ServerId=i-%" PRIu64
                   "&Servers.1.ServerType=Ecs&Servers.1.Weight=%" PRIu64,
                   a->groups.items[at], at, 1 + i % 99);
    return text;
}

static int by_text(const void *x, const void *y)
{
    return strcmp(*(const char *const *)x, *(const char *const *)y);
}

/* The lines of 'text', sorted and joined by '&': the canonical query. */
static const char *canonical(struct arena *a, char *text)
{
    text_list parts = { 0 };
    struct buf b CLEANUP(buf_done) = { 0 };
    for (char *s = text, *end; *s; s = end + 1) {
        end = strchr(s, '\n');
        *end = '\0';
        *LIST_PUSH(a, &parts) = s;
    }
    if (parts.len)
        qsort(parts.items, parts.len, sizeof *parts.items, by_text);
    for (size_t i = 0; i < parts.len; i++)
        buf_addf(&b, "%s%s", i ? "&" : "", parts.items[i]);
    return buf_keep(&b, a);
}

/* 'n' rules of listener 'i', each with a host and a path, forwarding to its group. */
static const char *query_rules(void *arg, uint64_t i)
{
    struct account *a = arg;
    struct buf b CLEANUP(buf_done) = { 0 };
    buf_addf(&b, "ListenerId=%s\n", a->listeners.items[i]);
    for (int r = 1; r <= a->batch; r++) {
        buf_addf(&b, "Rules.%d.Priority=%d\nRules.%d.RuleName=rule-%05" PRIu64 "-%d\n", r, r, r, i,
                 r);
        buf_addf(&b, "Rules.%d.RuleActions.1.Order=1\nRules.%d.RuleActions.1.Type=ForwardGroup\n",
                 r, r);
        buf_addf(&b,
                 "Rules.%d.RuleActions.1.ForwardGroupConfig.ServerGroupTuples.1.ServerGroupId=%s\n",
                 r, a->groups.items[i % a->groups.len]);
        buf_addf(&b,
                 "Rules.%d.RuleConditions.1.HostConfig.Values.1=shop%d.example.com\n"
                 "Rules.%d.RuleConditions.1.Type=Host\n"
                 "Rules.%d.RuleConditions.2.PathConfig.Values.1=%%2Fapi%%2Fv%d\n"
                 "Rules.%d.RuleConditions.2.Type=Path\n",
                 r, r, r, r, r, r);
    }
    return canonical(&a->arena, b.data);
}

static const char *query_servers(void *arg, uint64_t i)
{
    struct account *a = arg;
    struct buf b CLEANUP(buf_done) = { 0 };
    buf_addf(&b, "ServerGroupId=%s\n", a->groups.items[i]);
    for (uint64_t s = 1; s <= 100; s++)
        buf_addf(&b,
                 "Servers.%" PRIu64 ".Port=8080\nServers.%" PRIu64 ".ServerId=i-bp1%015" PRIu64
                 "\nServers.%" PRIu64 ".ServerIp=10.%" PRIu64 ".%" PRIu64 ".%" PRIu64
                 "\nServers.%" PRIu64 ".ServerType=Ecs\n",
                 s, s, i * 100 + s, s, i / 250, i % 250, s, s);
    return canonical(&a->arena, b.data);
}

/* ---- figures ----------------------------------------------------------------------- */

static void measure(struct load *l, const char *what, const char *pid)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    double cpu = load_cpu_seconds(pid), passed = load_run(l);
    double each = (load_cpu_seconds(pid) - cpu) * 1e6 / (double)l->done;
    bench_row(what, (double)l->done / passed, "/s",
              arena_fmt(&a,
                        "%5.1f us of the server's CPU each, %.1f KB replies, %.0f MB resident%s",
                        each, (double)l->bytes / 1e3 / (double)l->done, load_resident_mb(pid),
                        l->failed ? ", SOME REFUSED" : ""));
}

static const char *query_kept(void *arg, uint64_t i)
{
    const struct account *a = arg;
    return a->ids.items[i % a->ids.len];
}

static void settle(void)
{
    (void)poll(NULL, 0, 400); /* changes take 200 ms */
}

static void open_listeners(struct account *a, uint64_t lbs, uint64_t listeners)
{
    a->groups = create(a, "CreateServerGroup", "ServerGroupId", listeners, query_group);
    a->lbs = create(a, "CreateLoadBalancer", "LoadBalancerId", lbs, query_lb);
    settle();
    a->listeners = create(a, "CreateListener", "ListenerId", listeners, query_listener);
    settle();
}

/* ListRules, each time of another listener with 10 rules. */
static void bench_reads(struct account *a, const char *pid, double seconds)
{
    a->batch = READ_RULES;
    open_listeners(a, 1, READ_LISTENERS);
    (void)create(a, "CreateRules", NULL, READ_LISTENERS, query_rules);
    settle();
    for (uint64_t i = 0; i < READ_LISTENERS; i++)
        a->ids.items[i] =
            arena_fmt(&a->arena, "ListenerIds.1=%s&MaxResults=100", a->listeners.items[i]);
    struct load l = {
        .port = a->port, .action = "ListRules", .query = query_kept, .arg = a, .seconds = seconds
    };
    measure(&l, "ListRules of 10 rules", pid);
}

/* The weight of one server, each time of another group with one. */
static void bench_writes(struct account *a, const char *pid, double seconds)
{
    a->groups = create(a, "CreateServerGroup", "ServerGroupId", WRITE_GROUPS, query_group);
    settle();
    (void)create(a, "AddServersToServerGroup", NULL, WRITE_GROUPS, query_server);
    settle();
    struct load l = { .port = a->port,
                      .action = "UpdateServerGroupServersAttribute",
                      .query = query_weight,
                      .arg = a,
                      .seconds = seconds };
    measure(&l, "UpdateServerGroupServersAttribute, 1 server", pid);
}

static void bench_fill(struct account *a, const char *pid)
{
    struct arena text CLEANUP(arena_done) = { 0 };
    double empty = load_resident_mb(pid), begin = bench_now_s();
    a->batch = FILL_EACH;
    open_listeners(a, FILL_LBS, FILL_LBS);
    (void)create(a, "AddServersToServerGroup", NULL, FILL_LBS, query_servers);
    (void)create(a, "CreateRules", NULL, FILL_LBS, query_rules);
    settle();
    bench_row("rules, and as many servers", FILL_LBS * FILL_EACH, "",
              arena_fmt(&text, "%.0f MB resident, of which %.0f empty; in %.1f s",
                        load_resident_mb(pid), empty, bench_now_s() - begin));
}

/* ---- libmicrohttpd alone ----------------------------------------------------------- */

static enum MHD_Result bare_answer(void *reply, struct MHD_Connection *connection, const char *url,
                                   const char *method, const char *version, const char *data,
                                   size_t *size, void **seen)
{
    (void)url, (void)method, (void)version, (void)data, (void)size;
    static int marker;
    if (!*seen) {
        *seen = &marker;
        return MHD_YES;
    }
    return MHD_queue_response(connection, MHD_HTTP_OK, reply);
}

/* Serves until it is ended; tells its port first. */
static void bare_serve(int out)
{
    static char reply[REPLY_SIZE];
    memset(reply, ' ', sizeof reply);
    struct MHD_Response *r =
        MHD_create_response_from_buffer(sizeof reply, reply, MHD_RESPMEM_PERSISTENT);
    struct MHD_Daemon *d =
        MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, bare_answer, r, MHD_OPTION_END);
    const union MHD_DaemonInfo *port = d ? MHD_get_daemon_info(d, MHD_DAEMON_INFO_BIND_PORT) : NULL;
    const union MHD_DaemonInfo *fd = d ? MHD_get_daemon_info(d, MHD_DAEMON_INFO_EPOLL_FD) : NULL;
    if (!port || !fd || write(out, &port->port, sizeof port->port) != sizeof port->port)
        die("libmicrohttpd does not start");
    struct pollfd p = { .fd = fd->epoll_fd, .events = POLLIN };
    for (;;) {
        (void)poll(&p, 1, -1);
        (void)MHD_run(d);
    }
}

static void bench_bare(double seconds)
{
    struct arena text CLEANUP(arena_done) = { 0 };
    int ends[2];
    uint16_t port;
    if (pipe(ends))
        die("pipe");
    pid_t child = fork();
    if (child < 0)
        die("fork");
    if (!child)
        bare_serve(ends[1]);
    if (read(ends[0], &port, sizeof port) != sizeof port)
        die("libmicrohttpd does not start");
    struct load l = { .port = port, .seconds = seconds };
    measure(&l, "libmicrohttpd alone, as long a reply", arena_fmt(&text, "%ld", (long)child));
    (void)kill(child, SIGTERM);
    (void)waitpid(child, NULL, 0);
}

int main(int argc, char **argv)
{
    struct account a = { .port = argc > 2 ? (uint16_t)strtoul(argv[2], NULL, 10) : 0 };
    double seconds = argc > 2 ? strtod(argv[argc - 1], NULL) : 0;
    if (argc == 3 && !strcmp(argv[1], "bare"))
        bench_bare(seconds);
    else if (argc == 5 && !strcmp(argv[1], "reads"))
        bench_reads(&a, argv[3], seconds);
    else if (argc == 5 && !strcmp(argv[1], "writes"))
        bench_writes(&a, argv[3], seconds);
    else if (argc == 4 && !strcmp(argv[1], "fill"))
        bench_fill(&a, argv[3]);
    else
        return 2;
    arena_done(&a.arena);
    return 0;
}
