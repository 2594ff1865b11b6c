/* tls.h - a TLS server on the loopback with a certificate of its own making. */
#pragma once

struct tls_server;

/* The certificate is for the address 127.0.0.1 and no name; its PEM goes to the file
 * tls_ca_file().  'max_version' as OpenSSL's TLS1_2_VERSION, 0: any. */
struct tls_server *tls_start(int max_version);
void tls_stop(struct tls_server *s);
const char *tls_ca_file(const struct tls_server *s);
int tls_port(const struct tls_server *s);
int tls_served(struct tls_server *s); /* requests that were read */
