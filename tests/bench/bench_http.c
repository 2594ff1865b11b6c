/* bench_http.c - requests a second on one connection and on 16: the whole client (signing,
 * budget, decoding) beside libcurl's multi interface alone, against the same server.
 *
 *     bench_http URL [client|curl CONNECTIONS REQUESTS]
 * The bare loop sends the same calls, signed before the clock starts, so that the server has
 * the same work.  Runs alternate and the best of each counts: others use the machine too.
 * With a second argument only that one is run, once, for a profiler. */
#include <curl/curl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "alb-agent/http.h"
#include "src/alb/alb_priv.h"
#include "tests/bench/bench.h"

enum { REQUESTS = 3000, ROUNDS = 5 };

static const char ACTION[] = "DescribeRegions";
static uint64_t seed; /* nonces are good for once */

static struct alb *open_client(const char *url, struct transport *t)
{
    struct error err;
    struct alb *alb;
    struct secret key = { 0 };
    secret_set(&key, "testsecret");
    const struct alb_config config = { .region = "cn-hangzhou",
                                       .endpoint = url,
                                       .access_key_id = "testak",
                                       .access_key_secret = &key,
                                       .clock = clock_system(),
                                       .seed = ++seed,
                                       .transport = t,
                                       .reads = { .limit = -1 } };
    bool ok = alb_new(&alb, &config, &err);
    secret_done(&key);
    if (ok)
        return alb;
    (void)fprintf(stderr, "%s\n", err.msg);
    exit(1);
}

static void told_failed(int failed, int n)
{
    if (failed)
        (void)fprintf(stderr, "%d of %d calls failed\n", failed, n);
}

/* What a request takes: time from begin to end, and of our own computing. */
struct cost {
    double wall_s, cpu_s;
};

static struct cost cost_begin(void)
{
    return (struct cost){ bench_now_s(), bench_cpu_s() };
}

static struct cost cost_end(struct cost begin, int n)
{
    return (struct cost){ (bench_now_s() - begin.wall_s) / n, (bench_cpu_s() - begin.cpu_s) / n };
}

/* 'n' reads, 'connections' at a time. */
static struct cost client_cost(const char *url, int connections, int n)
{
    struct error err;
    struct transport *t;
    if (!http_new(&t, &(struct http_config){ .max_connections = connections }, &err))
        exit(1);
    struct alb *alb = open_client(url, t);
    int begun = 0, done = 0, failed = 0;
    struct cost begin = cost_begin();
    while (done < n) {
        for (; begun < n && begun - done < connections; begun++)
            if (!alb_begin(alb, ACTION, NULL, ALB_NORMAL, &err))
                exit(1);
        int64_t wait_ms = alb_run(alb, clock_now_ms(clock_system()));
        struct alb_result r;
        bool any = false;
        for (; alb_next(alb, &r); done++, any = true) {
            failed += !r.ok;
            alb_result_done(&r);
        }
        if (!any)
            t->wait(t, wait_ms);
    }
    struct cost cost = cost_end(begin, n);
    alb_free(alb);
    http_free(t);
    told_failed(failed, n);
    return cost;
}

/* ---- the same with nothing but libcurl -------------------------------------------------- */

struct signed_call {
    const char *url;
    struct curl_slist *headers;
};

static void sign_calls(struct arena *a, const char *url, struct signed_call *calls, int n)
{
    struct secret key = { 0 };
    struct rng rng = { .state = ++seed };
    char date[TIME_TEXT], nonce[37];
    secret_set(&key, "testsecret");
    for (int i = 0; i < n; i++) {
        struct arena scratch = { 0 };
        rng_uuid(&rng, nonce);
        const struct request_in in = { .action = alb_action_find(ACTION),
                                       .endpoint = url,
                                       .access_key_id = "testak",
                                       .access_key_secret = &key,
                                       .date = time_format(clock_now_ms(clock_system()), date),
                                       .nonce = nonce };
        struct http_request r = request_build(&scratch, &in);
        calls[i].url = arena_strdup(a, r.url);
        calls[i].headers = curl_slist_append(NULL, "Content-Type:");
        for (size_t h = 0; h < r.n_headers; h++)
            calls[i].headers =
                curl_slist_append(calls[i].headers, arena_fmt(&scratch, "%s: %s", r.headers[h].name,
                                                              r.headers[h].value));
        arena_done(&scratch);
    }
    secret_done(&key);
}

static size_t drop(char *data, size_t size, size_t n, void *arg)
{
    (void)data;
    (void)arg;
    return size * n;
}

static CURL *add_easy(CURLM *multi, CURL *easy, const struct signed_call *call)
{
    if (!easy)
        easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_URL, call->url);
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, "");
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, call->headers);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop);
    curl_multi_add_handle(multi, easy);
    return easy;
}

static int take_done(CURLM *multi, const struct signed_call *calls, int *begun, int n, int *failed)
{
    int left, done = 0;
    for (const CURLMsg *m; (m = curl_multi_info_read(multi, &left)); done++) {
        CURL *easy = m->easy_handle;
        long status = 0;
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        *failed += status != 200;
        curl_multi_remove_handle(multi, easy);
        if (*begun < n)
            (void)add_easy(multi, easy, &calls[(*begun)++]);
        else
            curl_easy_cleanup(easy);
    }
    return done;
}

static struct cost curl_cost(const char *url, int connections, int n)
{
    struct arena a = { 0 };
    struct signed_call *calls = arena_array(&a, (size_t)n, sizeof *calls);
    CURLM *multi = curl_multi_init();
    int begun = 0, done = 0, failed = 0, running = 1;
    sign_calls(&a, url, calls, n);
    curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)connections);
    struct cost begin = cost_begin();
    for (; begun < connections && begun < n; begun++)
        (void)add_easy(multi, NULL, &calls[begun]);
    while (done < n) {
        curl_multi_perform(multi, &running);
        int more = take_done(multi, calls, &begun, n, &failed);
        done += more;
        if (!more)
            curl_multi_poll(multi, NULL, 0, 1000, NULL);
    }
    struct cost cost = cost_end(begin, n);
    curl_multi_cleanup(multi);
    for (int i = 0; i < n; i++)
        curl_slist_free_all(calls[i].headers);
    arena_done(&a);
    told_failed(failed, n);
    return cost;
}

/* ---- side by side ----------------------------------------------------------------------- */

typedef struct cost cost_fn(const char *url, int connections, int n);

/* The least of each, over rounds that alternate. */
static void note_least(struct cost *least, struct cost cost, int round)
{
    if (!round || cost.wall_s < least->wall_s)
        least->wall_s = cost.wall_s;
    if (!round || cost.cpu_s < least->cpu_s)
        least->cpu_s = cost.cpu_s;
}

static void print(const char *who, int connections, struct cost cost, const char *note)
{
    char what[64], all[128];
    (void)snprintf(what, sizeof what, "%s, %d connection%s", who, connections,
                   connections == 1 ? "" : "s");
    (void)snprintf(all, sizeof all, "%.1f us of CPU each%s", cost.cpu_s * 1e6, note);
    bench_row(what, 1 / cost.wall_s, "/s", all);
}

static void compare(const char *url, int connections)
{
    char note[64];
    struct cost client = { 0 }, curl = { 0 };
    for (int i = 0; i < ROUNDS; i++) {
        note_least(&client, client_cost(url, connections, REQUESTS), i);
        note_least(&curl, curl_cost(url, connections, REQUESTS), i);
    }
    (void)snprintf(note, sizeof note, "; %.2f of libcurl's rate, %.1f times its CPU",
                   curl.wall_s / client.wall_s, client.cpu_s / curl.cpu_s);
    print("client", connections, client, note);
    print("libcurl alone", connections, curl, "");
}

int main(int argc, char **argv)
{
    if (argc != 2 && argc != 5)
        return 2;
    (void)signal(SIGPIPE, SIG_IGN);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    seed = (uint64_t)clock_now_ms(clock_system()) << 16;
    if (argc == 2) {
        compare(argv[1], 1);
        compare(argv[1], 16);
    } else {
        int connections = (int)strtol(argv[3], NULL, 10), n = (int)strtol(argv[4], NULL, 10);
        cost_fn *run = strcmp(argv[2], "curl") ? client_cost : curl_cost;
        print(argv[2], connections, run(argv[1], connections, n), "");
    }
    curl_global_cleanup();
    return 0;
}
