/* x509.h - the few facts of a certificate that certificate lists show. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "alb-agent/arena.h"

struct x509 {
    const char *common_name; /* of the subject, "" when it has none          */
    const char *issuer;      /* its common name                              */
    const char *sans;        /* DNS names with commas between, may be ""     */
    const char *serial;      /* hex, lower case                              */
    const char *sha1;        /* of the certificate, hex, upper case          */
    const char *sha256;      /* of the certificate, hex, lower case          */
    int64_t not_before_ms, not_after_ms;
};

/* Reads the first certificate of 'pem'.  False when there is none, or none of that form;
 * nothing about it is verified.  Texts live in 'a'. */
bool x509_read(struct arena *a, const char *pem, struct x509 *out);
