/* cert.h - what a certificate says, and whether a private key belongs to it.
 *
 * Pure: neither trust nor time is judged.  No error holds a part of the texts. */
#pragma once

#include <stdint.h>

#include "alb-agent/arena.h"
#include "alb-agent/error.h"
#include "alb-agent/macros.h"
#include "alb-agent/secret.h"

struct cert {
    LIST_OF(const char *)
    names; /* DNS names, in small letters, each once: the common name and
              those of "subject alternative name"                  */
    int64_t not_before_ms, not_after_ms;
    const char *fingerprint; /* SHA-1 of the certificate, hex in capitals, as CAS shows it */
    const char *end;         /* the day of not_after_ms in UTC: "2027-01-31"               */
};

/* Reads the first certificate of 'pem'; those of its chain must be readable, too.  At most
 * 64 KB and ten certificates.  What is found lives in 'a'. */
bool cert_read(struct arena *a, const char *pem, struct cert *out, struct error *err) MUST_USE;

/* Is 'key' (PEM, without a password) the private key of the first certificate of 'pem'? */
bool cert_check_key(const char *pem, const struct secret *key, struct error *err) MUST_USE;

/* Does a certificate for 'name' serve 'host'?  "*.a.com" covers exactly one label, and
 * "*.a.com" itself; case does not matter. */
bool cert_name_covers(const char *name, const char *host);
