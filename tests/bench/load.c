/* load.c - a generator of signed HTTP requests that costs the machine little: one thread,
 * epoll, and CONNECTIONS connections with one request in flight on each. */
#include "load.h"

#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "alb-agent/arena.h"
#include "alb-agent/buf.h"
#include "alb-agent/clock.h"
#include "alb-agent/hash.h"
#include "tests/bench/bench.h"

enum { CONNECTIONS = 16 };

/* One connection with one request on its way. */
struct line {
    int fd;
    uint64_t request; /* its number */
    struct buf in;
    size_t head, total; /* of the reply, once its head is there */
};

void die(const char *what)
{
    (void)fprintf(stderr, "bench_mock: %s\n", what);
    exit(1);
}

/* ---- requests ---------------------------------------------------------------------- */

static uint64_t nonces;

#define EMPTY_SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define SIGNED_HEADERS \
    "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version"

/* 'query' must be sorted and encoded as V3 wants it. */
static void request_write(struct buf *b, const struct load *l, const char *query)
{
    char date[TIME_TEXT], hex[SHA256_HEX], signature[SHA256_HEX];
    unsigned char mac[SHA256_SIZE];
    struct buf text CLEANUP(buf_done) = { 0 };
    struct buf to_sign CLEANUP(buf_done) = { 0 };
    (void)time_format(clock_now_ms(clock_system()), date);
    uint64_t nonce = ++nonces;
    buf_addf(&text,
             "POST\n/\n%s\nhost:127.0.0.1\nx-acs-action:%s\nx-acs-content-sha256:" EMPTY_SHA256
             "\nx-acs-date:%s\nx-acs-signature-nonce:n%ld-%" PRIu64
             "\nx-acs-version:2020-06-16\n\n" SIGNED_HEADERS "\n" EMPTY_SHA256,
             query, l->action, date, (long)getpid(), nonce);
    buf_addf(&to_sign, "ACS3-HMAC-SHA256\n%s", hash_sha256_hex(buf_str(&text), text.len, hex));
    hash_hmac_sha256("testsecret", 10, buf_str(&to_sign), to_sign.len, mac);
    hash_hex(mac, sizeof mac, signature);
    buf_addf(b,
             "POST /?%s HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n"
             "x-acs-action: %s\r\nx-acs-version: 2020-06-16\r\nx-acs-date: %s\r\n"
             "x-acs-signature-nonce: n%ld-%" PRIu64 "\r\nx-acs-content-sha256: " EMPTY_SHA256
             "\r\nAuthorization: ACS3-HMAC-SHA256 Credential=testak,"
             "SignedHeaders=" SIGNED_HEADERS ",Signature=%s\r\nContent-Length: 0\r\n\r\n",
             query, l->action, date, (long)getpid(), nonce, signature);
}

static void line_send(struct load *l, struct line *line)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    line->request = l->begun++;
    line->total = 0;
    buf_reset(&line->in);
    const char *query = l->query ? l->query(l->arg, line->request) : "";
    if (l->action)
        request_write(&b, l, query);
    else
        buf_addf(&b, "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    for (size_t at = 0; at < b.len;) {
        ssize_t n = send(line->fd, buf_str(&b) + at, b.len - at, MSG_NOSIGNAL);
        if (n <= 0)
            die("send");
        at += (size_t)n;
    }
}

/* ---- replies ----------------------------------------------------------------------- */

/* Has the whole reply come? */
static bool line_receive(struct line *line)
{
    static char piece[1 << 16];
    ssize_t n = recv(line->fd, piece, sizeof piece, 0);
    if (n <= 0)
        die("recv");
    buf_add(&line->in, piece, (size_t)n);
    const char *text = buf_str(&line->in);
    const char *end = line->total ? NULL : strstr(text, "\r\n\r\n");
    if (end) {
        const char *length = strstr(text, "Content-Length: ");
        line->head = (size_t)(end - text) + 4;
        if (!length || length > end)
            die("a reply without Content-Length");
        line->total = line->head + (size_t)strtoul(length + 16, NULL, 10);
    }
    return line->total && line->in.len >= line->total;
}

static void line_done(struct load *l, struct line *line)
{
    const char *text = buf_str(&line->in);
    l->done++;
    l->bytes += line->total;
    if (strncmp(text, "HTTP/1.1 200", 12) != 0) {
        if (!l->failed++)
            (void)fprintf(stderr, "bench_mock: %s: %.400s\n", l->action ? l->action : "GET",
                          text + line->head);
    } else if (l->reply) {
        l->reply(l->arg, line->request, text + line->head);
    }
}

static int connection_open(uint16_t port)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof at))
        die("connect");
    return fd;
}

/* Is there, by the load's own end, more to ask? */
static bool load_goes_on(const struct load *l, double begin)
{
    return l->n ? l->begun < l->n : bench_now_s() - begin < l->seconds;
}

double load_run(struct load *l)
{
    static struct line lines[CONNECTIONS];
    struct epoll_event events[CONNECTIONS];
    int epoll = epoll_create1(0);
    double begin = bench_now_s();
    for (size_t i = 0; i < CONNECTIONS; i++) {
        lines[i] = (struct line){ .fd = connection_open(l->port) };
        events[0] = (struct epoll_event){ .events = EPOLLIN, .data.ptr = &lines[i] };
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, lines[i].fd, &events[0]))
            die("epoll");
        if (load_goes_on(l, begin))
            line_send(l, &lines[i]);
    }
    while (l->done < l->begun) {
        int n = epoll_wait(epoll, events, CONNECTIONS, 10000);
        if (n <= 0)
            die("no answer for ten seconds");
        for (int i = 0; i < n; i++) {
            struct line *line = events[i].data.ptr;
            if (!line_receive(line))
                continue;
            line_done(l, line);
            if (load_goes_on(l, begin))
                line_send(l, line);
        }
    }
    double passed = bench_now_s() - begin;
    for (size_t i = 0; i < CONNECTIONS; i++) {
        buf_done(&lines[i].in);
        (void)close(lines[i].fd);
    }
    (void)close(epoll);
    return passed;
}

/* Field 'field' of /proc/PID/NAME, counted in blanks from the last ')' or the beginning. */
static uint64_t proc_number(const char *pid, const char *name, int field)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    char text[1024] = "";
    FILE *file = fopen(arena_fmt(&a, "/proc/%s/%s", pid, name), "re");
    if (!file || !fgets(text, sizeof text, file))
        die("the server's figures cannot be read");
    (void)fclose(file);
    const char *s = strrchr(text, ')');
    s = s ? s + 2 : text;
    while (field-- && s)
        s = (s = strchr(s, ' ')) ? s + 1 : NULL;
    return s ? strtoull(s, NULL, 10) : 0;
}

double load_cpu_seconds(const char *pid)
{
    uint64_t ticks = proc_number(pid, "stat", 11) + proc_number(pid, "stat", 12);
    return (double)ticks / (double)sysconf(_SC_CLK_TCK);
}

double load_resident_mb(const char *pid)
{
    return (double)proc_number(pid, "statm", 1) * (double)sysconf(_SC_PAGESIZE) / 1e6;
}
