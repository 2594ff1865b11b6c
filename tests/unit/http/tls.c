/* tls.c - one thread that serves one connection after the other. */
#include "tls.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct tls_server {
    int fd, port;
    SSL_CTX *ctx;
    pthread_t thread;
    atomic_int served;
    char file[64];
};

static void must(int ok)
{
    if (!ok)
        abort();
}

static void add_extension(X509 *x, int nid, const char *value)
{
    X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
    must(e != NULL && X509_add_ext(x, e, -1));
    X509_EXTENSION_free(e);
}

/* Self-signed, for an hour. */
static X509 *make_certificate(EVP_PKEY *key)
{
    X509 *x = X509_new();
    must(x && X509_set_version(x, 2) && ASN1_INTEGER_set(X509_get_serialNumber(x), 1));
    must(X509_gmtime_adj(X509_getm_notBefore(x), -60) != NULL);
    must(X509_gmtime_adj(X509_getm_notAfter(x), 3600) != NULL);
    X509_NAME *name = X509_get_subject_name(x);
    must(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"test", -1, -1,
                                    0));
    must(X509_set_issuer_name(x, name) && X509_set_pubkey(x, key));
    add_extension(x, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(x, NID_subject_alt_name, "IP:127.0.0.1");
    must(X509_sign(x, key, EVP_sha256()));
    return x;
}

static SSL_CTX *make_context(struct tls_server *s, int max_version)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x = make_certificate(key);
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    must(ctx && SSL_CTX_use_certificate(ctx, x) && SSL_CTX_use_PrivateKey(ctx, key));
    SSL_CTX_set_security_level(ctx, 0);
    must(SSL_CTX_set_min_proto_version(ctx, 0) && SSL_CTX_set_max_proto_version(ctx, max_version));
    int fd = mkstemp(s->file);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
    must(f != NULL && PEM_write_X509(f, x) && !fclose(f));
    X509_free(x);
    EVP_PKEY_free(key);
    return ctx;
}

static void serve_one(struct tls_server *s, int fd)
{
    static const char reply[] =
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
    char request[4096];
    SSL *ssl = SSL_new(s->ctx);
    must(ssl != NULL && SSL_set_fd(ssl, fd));
    if (SSL_accept(ssl) == 1 && SSL_read(ssl, request, sizeof request) > 0) {
        atomic_fetch_add(&s->served, 1);
        (void)SSL_write(ssl, reply, sizeof reply - 1);
        (void)SSL_shutdown(ssl);
    }
    SSL_free(ssl);
    (void)close(fd);
}

static void *serve(void *arg)
{
    struct tls_server *s = arg;
    for (int fd; (fd = accept(s->fd, NULL, NULL)) >= 0;)
        serve_one(s, fd);
    return NULL;
}

struct tls_server *tls_start(int max_version)
{
    struct tls_server *s = calloc(1, sizeof *s);
    struct sockaddr_in at = { .sin_family = AF_INET };
    socklen_t len = sizeof at;
    must(s != NULL);
    memcpy(s->file, "/tmp/test-ca-XXXXXX", 20);
    (void)setenv("no_proxy", "*", 1);
    s->ctx = make_context(s, max_version);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    s->fd = socket(AF_INET, SOCK_STREAM, 0);
    must(s->fd >= 0 && !bind(s->fd, (struct sockaddr *)&at, len) && !listen(s->fd, 16)
         && !getsockname(s->fd, (struct sockaddr *)&at, &len));
    s->port = ntohs(at.sin_port);
    must(!pthread_create(&s->thread, NULL, serve, s));
    return s;
}

void tls_stop(struct tls_server *s)
{
    (void)shutdown(s->fd, SHUT_RDWR);
    (void)pthread_join(s->thread, NULL);
    (void)close(s->fd);
    (void)unlink(s->file);
    SSL_CTX_free(s->ctx);
    free(s);
}

const char *tls_ca_file(const struct tls_server *s)
{
    return s->file;
}

int tls_port(const struct tls_server *s)
{
    return s->port;
}

int tls_served(struct tls_server *s)
{
    return atomic_load(&s->served);
}
