/* options.c - what libcurl is told about a request.
 *
 * Several options are not taste but remedies measured in feasibility.md §1.3: QUICK_EXIT
 * (a hanging name lookup would freeze the loop), NOSIGNAL, and CAPATH NULL (with a CA
 * path the CA cache is off, and every new connection parses 145 certificates). */
#include "http_priv.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    DNS_CACHE_S = 600,     /* fewer lookups, each of which is a thread               */
    IDLE_CONNECTION_S = 55 /* below the idle time-outs common in front of APIs, so that
                              a request seldom meets a connection that is closing    */
};

/* The part of 'url' that may be shown: scheme and host, without user, path and query. */
static const char *shown_host(struct arena *a, const char *url)
{
    const char *host = strstr(url, "://");
    if (!host)
        return "request";
    host += 3;
    size_t len = strcspn(host, "/?#");
    for (const char *at; (at = memchr(host, '@', len));) {
        len -= (size_t)(at + 1 - host);
        host = at + 1;
    }
    return arena_fmt(a, "%.*s%.*s", (int)(strstr(url, "://") + 3 - url), url, (int)len, host);
}

static bool is_plain(const char *text)
{
    return !strpbrk(text, "\r\n");
}

/* A request that lacks a header, its body or a rule of its connection is not the one that was asked
 * for: better none. */
static void add_header(struct transfer *t, const char *line)
{
    struct curl_slist *list = curl_slist_append(t->headers, line);
    if (!list)
        memory_exhausted();
    t->headers = list;
}

static void set_text(CURL *easy, CURLoption option, const char *text)
{
    if (curl_easy_setopt(easy, option, text) == CURLE_OUT_OF_MEMORY)
        memory_exhausted();
}

/* The header list; NULL with 'err' when a header would break the line. */
static bool add_headers(struct transfer *t, const struct http_request *r, struct error *err)
{
    bool has_type = false;
    /* Otherwise libcurl waits for "100 Continue" before it sends a large body. */
    add_header(t, "Expect:");
    for (size_t i = 0; i < r->n_headers; i++) {
        const struct http_header *h = &r->headers[i];
        if (!*h->name || !is_plain(h->name) || !is_plain(h->value))
            return error_set(err, ERROR_INVALID, "%s: header %zu is not one line", t->host, i + 1);
        has_type |= !strcasecmp(h->name, "content-type");
        /* A name with a semicolon is libcurl's way to say "send it empty". */
        add_header(t, *h->value ? arena_fmt(&t->mem, "%s: %s", h->name, h->value)
                                : arena_fmt(&t->mem, "%s;", h->name));
    }
    if (!has_type)
        add_header(t, "Content-Type:");
    return true;
}

/* What is the same for every request. */
static void set_connection(const struct http *h, CURL *easy)
{
    const struct http_config *c = &h->config;
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(easy, CURLOPT_PROXY_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, NULL);
    if (c->ca_file) {
        set_text(easy, CURLOPT_CAINFO, c->ca_file);
        set_text(easy, CURLOPT_PROXY_CAINFO, c->ca_file);
    }
    set_text(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
    set_text(easy, CURLOPT_USERAGENT, c->user_agent);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)c->connect_timeout_ms);
    curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, (long)DNS_CACHE_S);
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)IDLE_CONNECTION_S);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
}

static void set_method(CURL *easy, const struct http_request *r)
{
    if (!strcmp(r->method, "GET") && !r->body_len) {
        curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
        return;
    }
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body_len);
    set_text(easy, CURLOPT_COPYPOSTFIELDS, r->body_len ? r->body : "");
    if (strcmp(r->method, "POST") != 0)
        set_text(easy, CURLOPT_CUSTOMREQUEST, r->method);
}

static const char *env(const char *name)
{
    return getenv(name); // NOLINT(concurrency-mt-unsafe): one thread
}

/* libcurl heeds https_proxy, HTTPS_PROXY, no_proxy and NO_PROXY, but of the two names for
 * http only the lower one: under CGI a request header could set the other.  Who sets it for
 * us means us. */
static void set_proxy(CURL *easy, const struct http_request *r)
{
    const char *upper = env("HTTP_PROXY");
    if (r->direct)
        set_text(easy, CURLOPT_PROXY, ""); /* "" switches the environment off */
    else if (upper && *upper && !env("http_proxy") && !env("REQUEST_METHOD")
             && !strncasecmp(r->url, "http://", 7))
        set_text(easy, CURLOPT_PROXY, upper);
}

bool transfer_setup(const struct http *h, struct transfer *t, const struct http_request *request)
{
    t->host = shown_host(&t->mem, request->url);
    t->timeout_ms = request->timeout_ms > 0 ? request->timeout_ms : h->config.timeout_ms;
    t->body.max = h->config.max_reply;
    if (!add_headers(t, request, &t->reply.err))
        return false;
    if (strncasecmp(request->url, "https://", 8) != 0
        && strncasecmp(request->url, "http://", 7) != 0)
        return error_set(&t->reply.err, ERROR_INVALID, "%s: neither https:// nor http://", t->host);

    set_connection(h, t->easy);
    set_method(t->easy, request);
    CURLcode code = curl_easy_setopt(t->easy, CURLOPT_URL, request->url);
    if (code == CURLE_OUT_OF_MEMORY)
        memory_exhausted();
    if (code != CURLE_OK)
        return error_set(&t->reply.err, ERROR_INVALID, "%s: %s", t->host, curl_easy_strerror(code));
    curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers);
    set_proxy(t->easy, request);
    curl_easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, (long)t->timeout_ms);
    curl_easy_setopt(t->easy, CURLOPT_HEADERFUNCTION, reply_on_header);
    curl_easy_setopt(t->easy, CURLOPT_HEADERDATA, t);
    curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, reply_on_body);
    curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->errbuf);
    curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t);
    return true;
}
