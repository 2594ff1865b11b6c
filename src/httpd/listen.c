/* listen.c - from "HOST:PORT" to a listening socket, and request targets.  The socket is
 * made here and not by libmicrohttpd so that a failure can say why. */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "httpd_priv.h"

static bool fail(struct error *err, const char *address, const char *what)
{
    char why[96] = "unknown error";
    int code = errno;
    if (strerror_r(code, why, sizeof why))
        (void)snprintf(why, sizeof why, "error %d", code);
    return error_set(err, ERROR_INVALID, "listen on %s: %s: %s", address, what, why);
}

/* Cuts "HOST:PORT" or "[HOST]:PORT" in two; HOST may be empty. */
static bool address_split(const char *address, char host[static 256], const char **port)
{
    const char *colon = strrchr(address, ':');
    if (!colon || !colon[1])
        return false;
    const char *begin = address;
    size_t len = (size_t)(colon - address);
    if (len >= 2 && begin[0] == '[' && begin[len - 1] == ']') {
        begin++;
        len -= 2;
    }
    if (len > 255)
        return false;
    memcpy(host, begin, len);
    host[len] = '\0';
    *port = colon + 1;
    return true;
}

static uint16_t socket_port(int fd)
{
    struct sockaddr_storage at;
    socklen_t size = sizeof at;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    if (getsockname(fd, (struct sockaddr *)&at, &size))
        return 0;
    memcpy(&v4, &at, sizeof v4);
    memcpy(&v6, &at, sizeof v6);
    return ntohs(at.ss_family == AF_INET6 ? v6.sin6_port : v4.sin_port);
}

static bool socket_open(const char *address, const struct addrinfo *ai, int *out, struct error *err)
{
    const int on = 1, off = 0;
    int fd = socket(ai->ai_family, ai->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, ai->ai_protocol);
    if (fd < 0)
        return fail(err, address, "socket");
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (ai->ai_family == AF_INET6)
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (bind(fd, ai->ai_addr, ai->ai_addrlen) || listen(fd, 128)) {
        (void)fail(err, address, "bind");
        (void)close(fd);
        return false;
    }
    *out = fd;
    return true;
}

static bool listen_on(const char *address, const char *host, const char *service, int *fd,
                      uint16_t *port, struct error *err)
{
    const struct addrinfo hints = {
        .ai_flags = AI_PASSIVE | AI_NUMERICSERV,
        .ai_socktype = SOCK_STREAM,
    };
    struct addrinfo *found = NULL;
    int code = getaddrinfo(host, service, &hints, &found);
    if (code)
        return error_set(err, ERROR_INVALID, "listen on %s: %s", address, gai_strerror(code));
    bool ok = socket_open(address, found, fd, err);
    freeaddrinfo(found);
    if (ok)
        *port = socket_port(*fd);
    return ok;
}

bool listen_open(const char *address, int *fd, uint16_t *port, struct error *err)
{
    char host[256];
    const char *service;
    if (!address_split(address, host, &service))
        return error_set(err, ERROR_INVALID, "listen on %s: not of the form HOST:PORT", address);
    if (*host)
        return listen_on(address, host, service, fd, port, err);
    /* All addresses are those of both families on one socket, where there are both. */
    return listen_on(address, "::", service, fd, port, err)
           || listen_on(address, "0.0.0.0", service, fd, port, err);
}

const char *target_strip(const char *target, bool *slash)
{
    *slash = false;
    size_t scheme = strcspn(target, ":/?");
    if (strncmp(target + scheme, "://", 3) != 0)
        return target;
    const char *rest = target + scheme + 3;
    rest += strcspn(rest, "/?#");
    *slash = *rest != '/';
    return rest;
}

size_t target_authority(const char *target, const char **begin)
{
    size_t scheme = strcspn(target, ":/?");
    *begin = target;
    if (strncmp(target + scheme, "://", 3) != 0)
        return 0;
    const char *host = target + scheme + 3;
    const char *end = host + strcspn(host, "/?#");
    const char *at = memchr(host, '@', (size_t)(end - host));
    *begin = at ? at + 1 : host;
    return (size_t)(end - *begin);
}
