/* server.c - blocking sockets and threads, as simple as can be. */
#include "server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "alb-agent/transport.h"

enum { CONNECTIONS_MAX = 64 };

struct server {
    int fd, port;
    server_script *script;
    pthread_t acceptor;
    pthread_t threads[CONNECTIONS_MAX];
    int fds[CONNECTIONS_MAX];
    int connections, requests, answered;
    bool gate, stopping;
    pthread_mutex_t lock;
    pthread_cond_t changed;
};

struct start {
    struct server *server;
    int fd;
};

static size_t body_length(const char *head)
{
    const char *field = strstr(head, "Content-Length: ");
    size_t n = 0;
    for (const char *c = field ? field + 16 : ""; *c >= '0' && *c <= '9'; c++)
        n = n * 10 + (size_t)(*c - '0');
    return n;
}

/* Reads one request; what follows it stays unread, since clients here do not pipeline. */
static bool read_request(struct received *r)
{
    r->len = 0;
    for (;;) {
        ssize_t n = recv(r->fd, r->text + r->len, sizeof r->text - 1 - r->len, 0);
        if (n <= 0)
            return false;
        r->len += (size_t)n;
        r->text[r->len] = '\0';
        char *end = strstr(r->text, "\r\n\r\n");
        if (end && r->len >= (size_t)(end + 4 - r->text) + body_length(r->text)) {
            r->body = end + 4;
            break;
        }
    }
    return sscanf(r->text, "%*s %199s", r->path) == 1;
}

static void *serve(void *arg)
{
    struct start start = *(struct start *)arg;
    free(arg);
    struct received *r = calloc(1, sizeof *r);
    if (!r)
        abort();
    r->server = start.server;
    r->fd = start.fd;
    while (read_request(r)) {
        pthread_mutex_lock(&r->server->lock);
        r->server->requests++;
        pthread_mutex_unlock(&r->server->lock);
        if (!r->server->script(r))
            break;
    }
    (void)shutdown(r->fd, SHUT_RDWR);
    free(r);
    return NULL;
}

static void *accept_all(void *arg)
{
    struct server *s = arg;
    for (int fd; (fd = accept(s->fd, NULL, NULL)) >= 0;) {
        struct start *start = malloc(sizeof *start);
        if (!start || s->connections == CONNECTIONS_MAX)
            abort();
        *start = (struct start){ .server = s, .fd = fd };
        pthread_mutex_lock(&s->lock);
        s->fds[s->connections] = fd;
        if (pthread_create(&s->threads[s->connections], NULL, serve, start) != 0)
            abort();
        s->connections++;
        pthread_mutex_unlock(&s->lock);
    }
    return NULL;
}

struct server *server_start(server_script *script)
{
    struct server *s = calloc(1, sizeof *s);
    struct sockaddr_in at = { .sin_family = AF_INET };
    socklen_t len = sizeof at;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (!s)
        abort();
    (void)setenv("no_proxy", "*", 1); /* the loopback, whatever the environment says */
    s->script = script;
    s->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (s->fd < 0 || bind(s->fd, (struct sockaddr *)&at, len) < 0 || listen(s->fd, 64) < 0
        || getsockname(s->fd, (struct sockaddr *)&at, &len) < 0)
        abort();
    s->port = ntohs(at.sin_port);
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->changed, NULL);
    if (pthread_create(&s->acceptor, NULL, accept_all, s) != 0)
        abort();
    return s;
}

void server_stop(struct server *s)
{
    (void)shutdown(s->fd, SHUT_RDWR);
    (void)pthread_join(s->acceptor, NULL);
    server_open_gate(s);
    for (int i = 0; i < s->connections; i++) {
        (void)shutdown(s->fds[i], SHUT_RDWR);
        (void)pthread_join(s->threads[i], NULL);
        (void)close(s->fds[i]);
    }
    (void)close(s->fd);
    pthread_mutex_destroy(&s->lock);
    pthread_cond_destroy(&s->changed);
    free(s);
}

int server_port(const struct server *s)
{
    return s->port;
}

static int read_int(struct server *s, const int *value)
{
    pthread_mutex_lock(&s->lock);
    int n = *value;
    pthread_mutex_unlock(&s->lock);
    return n;
}

int server_connections(struct server *s)
{
    return read_int(s, &s->connections);
}

int server_requests(struct server *s)
{
    return read_int(s, &s->requests);
}

void server_open_gate(struct server *s)
{
    pthread_mutex_lock(&s->lock);
    s->gate = true;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

void server_await_gate(struct server *s)
{
    pthread_mutex_lock(&s->lock);
    while (!s->gate)
        pthread_cond_wait(&s->changed, &s->lock);
    pthread_mutex_unlock(&s->lock);
}

void server_note_answered(struct server *s)
{
    pthread_mutex_lock(&s->lock);
    s->answered++;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

void server_await_answered(struct server *s, int n)
{
    pthread_mutex_lock(&s->lock);
    while (s->answered < n)
        pthread_cond_wait(&s->changed, &s->lock);
    pthread_mutex_unlock(&s->lock);
}

void server_write(struct received *r, const void *data, size_t len)
{
    const char *p = data;
    while (len) {
        ssize_t n = send(r->fd, p, len, MSG_NOSIGNAL);
        if (n <= 0)
            return;
        p += n;
        len -= (size_t)n;
    }
}

void server_puts(struct received *r, const char *text)
{
    server_write(r, text, strlen(text));
}

void server_reply(struct received *r, const char *head, const char *body)
{
    char length[64];
    (void)snprintf(length, sizeof length, "Content-Length: %zu\r\n\r\n", strlen(body));
    server_puts(r, head);
    server_puts(r, length);
    server_puts(r, body);
}

const char *server_url(const struct server *s, const char *path)
{
    static char url[400];
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d%s", s->port, path);
    return url;
}

void ask(struct transport *t, const struct http_request *request, struct http_reply *reply)
{
    uint64_t id = t->send(t, request);
    while (!t->next(t, reply))
        t->wait(t, -1);
    if (!id || reply->id != id)
        abort();
}

void ask_path(struct transport *t, const struct server *s, const char *path,
              struct http_reply *reply)
{
    ask(t, &(struct http_request){ .method = "GET", .url = server_url(s, path) }, reply);
}
