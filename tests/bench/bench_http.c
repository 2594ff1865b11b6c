/* bench_http.c - requests a second on one connection and on 16: the whole client (signing,
 * budget, decoding) beside libcurl's multi interface alone, against the same server.
 *
 *     bench_http URL
 * The unsigned requests of the bare loop are refused by a mock; what is compared is the way
 * there and back, and a refusal is the cheaper answer, so the comparison favours curl. */
#include <curl/curl.h>
#include <signal.h>
#include <stdlib.h>

#include "alb-agent/alb.h"
#include "alb-agent/http.h"
#include "tests/bench/bench.h"

enum { REQUESTS = 3000 };

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
                                       .seed = (uint64_t)(bench_now_s() * 1e9),
                                       .transport = t,
                                       .reads = { .limit = -1 } };
    bool ok = alb_new(&alb, &config, &err);
    secret_done(&key);
    if (ok)
        return alb;
    (void)fprintf(stderr, "%s\n", err.msg);
    exit(1);
}

/* REQUESTS reads, 'flying' at a time; how many a second. */
static double client_rate(const char *url, int connections)
{
    struct error err;
    struct transport *t;
    if (!http_new(&t, &(struct http_config){ .max_connections = connections }, &err))
        exit(1);
    struct alb *alb = open_client(url, t);
    int begun = 0, done = 0, failed = 0;
    double begin = bench_now_s();
    while (done < REQUESTS) {
        for (; begun < REQUESTS && begun - done < connections; begun++)
            if (!alb_begin(alb, "DescribeRegions", NULL, false, &err))
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
    double passed = bench_now_s() - begin;
    alb_free(alb);
    http_free(t);
    if (failed)
        (void)fprintf(stderr, "%d of %d calls failed\n", failed, REQUESTS);
    return REQUESTS / passed;
}

static size_t drop(char *data, size_t size, size_t n, void *arg)
{
    (void)data;
    (void)arg;
    return size * n;
}

static CURL *add_easy(CURLM *multi, CURL *easy, const char *url)
{
    if (!easy)
        easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, "");
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop);
    curl_multi_add_handle(multi, easy);
    return easy;
}

/* The same with nothing but libcurl. */
static double curl_rate(const char *url, int connections)
{
    CURLM *multi = curl_multi_init();
    curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)connections);
    int begun = 0, done = 0, running;
    double begin = bench_now_s();
    for (; begun < connections; begun++)
        (void)add_easy(multi, NULL, url);
    while (done < REQUESTS) {
        int left;
        curl_multi_perform(multi, &running);
        for (const CURLMsg *m; (m = curl_multi_info_read(multi, &left));) {
            CURL *easy = m->easy_handle;
            curl_multi_remove_handle(multi, easy);
            done++;
            if (begun++ < REQUESTS)
                (void)add_easy(multi, easy, url);
            else
                curl_easy_cleanup(easy);
        }
        if (running)
            curl_multi_poll(multi, NULL, 0, 1000, NULL);
    }
    double passed = bench_now_s() - begin;
    curl_multi_cleanup(multi);
    return REQUESTS / passed;
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    (void)signal(SIGPIPE, SIG_IGN);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    bench_row("client, 1 connection", client_rate(argv[1], 1), "/s", "");
    bench_row("libcurl alone, 1 connection", curl_rate(argv[1], 1), "/s", "");
    bench_row("client, 16 connections", client_rate(argv[1], 16), "/s", "");
    bench_row("libcurl alone, 16 connections", curl_rate(argv[1], 16), "/s", "");
    curl_global_cleanup();
    return 0;
}
