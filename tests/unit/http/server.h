/* server.h - a small HTTP server on the loopback for these tests, one thread a connection.
 * What it answers is a script: a function that is given the request and writes bytes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct server;

struct received {
    char text[20000]; /* head and body, NUL-terminated */
    size_t len;
    char path[200]; /* "/slow?x=1" */
    const char *body;
    int fd;
    struct server *server;
};

/* Answers a request on 'r->fd'; false closes the connection. */
typedef bool server_script(struct received *r);

struct server *server_start(server_script *script);
void server_stop(struct server *s);
int server_port(const struct server *s);
int server_connections(struct server *s); /* accepted so far */
int server_requests(struct server *s);    /* read in full so far */

/* A gate between test and script, all closed at first. */
void server_open_gate(struct server *s);
void server_await_gate(struct server *s); /* in the script */
void server_note_answered(struct server *s);
void server_await_answered(struct server *s, int n);

void server_write(struct received *r, const void *data, size_t len);
void server_puts(struct received *r, const char *text);
/* A whole reply with Content-Length. */
void server_reply(struct received *r, const char *head, const char *body);

struct transport;
struct http_request;
struct http_reply;

/* "http://127.0.0.1:PORT/path" in a static buffer. */
const char *server_url(const struct server *s, const char *path);
/* Sends and waits for the reply, which is the caller's. */
void ask(struct transport *t, const struct http_request *request, struct http_reply *reply);
/* The same for a plain GET. */
void ask_path(struct transport *t, const struct server *s, const char *path,
              struct http_reply *reply);
