/* cert.c - X.509 certificates and their keys in PEM form, by OpenSSL. */
#include "alb-agent/cert.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <strings.h>

#include "alb-agent/clock.h"
#include "alb-agent/hash.h"

enum { MAX_PEM = 64 * 1024, MAX_CHAIN = 10, MAX_NAMES = 1000 };

static void bio_done(BIO **bio)
{
    BIO_free(*bio);
    ERR_clear_error();
}

static void x509_done(X509 **cert)
{
    X509_free(*cert);
}

static void key_done(EVP_PKEY **key)
{
    EVP_PKEY_free(*key);
}

/* OpenSSL would ask at the terminal. */
/* NOLINTNEXTLINE(readability-non-const-parameter): the type is OpenSSL's */
static int no_password(char *to, int size, int writing, void *arg)
{
    (void)to;
    (void)size;
    (void)writing;
    (void)arg;
    return 0;
}

static BIO *open_text(const char *text, size_t len, const char *what, struct error *err)
{
    if (len > MAX_PEM) {
        error_set(err, ERROR_INVALID, "the %s is longer than %d KB", what, MAX_PEM / 1024);
        return NULL;
    }
    BIO *bio = BIO_new_mem_buf(text, (int)len);
    if (!bio)
        error_set(err, ERROR_BUG, "the %s cannot be read: out of memory", what);
    return bio;
}

static X509 *read_one(BIO *bio)
{
    return PEM_read_bio_X509(bio, NULL, no_password, NULL);
}

static bool not_pem(struct error *err)
{
    return error_set(err, ERROR_INVALID,
                     "the certificate cannot be read; give it in PEM form, its chain behind it");
}

/* ---- what it says ------------------------------------------------------------------------ */

static bool to_ms(const ASN1_TIME *t, int64_t *ms)
{
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    int days = 0, seconds = 0;
    bool ok = epoch && ASN1_TIME_diff(&days, &seconds, epoch, t);
    ASN1_TIME_free(epoch);
    *ms = ((int64_t)days * 86400 + seconds) * 1000;
    return ok;
}

static void add_name(struct arena *a, struct cert *out, const ASN1_STRING *text)
{
    size_t len = text ? (size_t)ASN1_STRING_length(text) : 0;
    const char *data = text ? (const char *)ASN1_STRING_get0_data(text) : NULL;
    if (!len || len > 253 || memchr(data, '\0', len) || out->names.len >= MAX_NAMES)
        return;
    char *name = arena_strndup(a, data, len);
    for (char *c = name; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    for (size_t i = 0; i < out->names.len; i++)
        if (!strcmp(out->names.items[i], name))
            return;
    *LIST_PUSH(a, &out->names) = name;
}

static void read_names(struct arena *a, X509 *cert, struct cert *out)
{
    X509_NAME *subject = X509_get_subject_name(cert);
    int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (at >= 0)
        add_name(a, out, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
    GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        int type = 0;
        const ASN1_STRING *text = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, i), &type);
        if (type == GEN_DNS)
            add_name(a, out, text);
    }
    GENERAL_NAMES_free(names);
}

static const char *fingerprint(struct arena *a, const X509 *cert)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    if (!X509_digest(cert, EVP_sha1(), digest, &n))
        return "";
    char *hex = arena_alloc(a, 2 * (size_t)n + 1);
    hash_hex(digest, n, hex);
    for (char *c = hex; *c; c++)
        if (*c >= 'a' && *c <= 'f')
            *c = (char)(*c - 'a' + 'A');
    return hex;
}

/* The others must at least be certificates. */
static bool read_chain(BIO *bio, struct error *err)
{
    for (int n = 1; !BIO_eof(bio); n++) {
        X509 *next CLEANUP(x509_done) = read_one(bio);
        if (!next)
            return ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE || not_pem(err);
        if (n >= MAX_CHAIN)
            return error_set(err, ERROR_INVALID, "the chain has more than %d certificates",
                             MAX_CHAIN);
    }
    return true;
}

bool cert_read(struct arena *a, const char *pem, struct cert *out, struct error *err)
{
    *out = (struct cert){ 0 };
    BIO *bio CLEANUP(bio_done) = open_text(pem, strlen(pem), "certificate", err);
    if (!bio)
        return false;
    X509 *cert CLEANUP(x509_done) = read_one(bio);
    if (!cert || !to_ms(X509_get0_notBefore(cert), &out->not_before_ms)
        || !to_ms(X509_get0_notAfter(cert), &out->not_after_ms))
        return not_pem(err);
    char day[TIME_TEXT];
    out->end = arena_strndup(a, time_format(out->not_after_ms, day), strlen("2027-01-31"));
    out->fingerprint = fingerprint(a, cert);
    read_names(a, cert, out);
    return read_chain(bio, err);
}

/* ---- its key ------------------------------------------------------------------------------- */

bool cert_check_key(const char *pem, const struct secret *key, struct error *err)
{
    BIO *bio CLEANUP(bio_done) = open_text(pem, strlen(pem), "certificate", err);
    BIO *key_bio CLEANUP(bio_done) =
        bio ? open_text(key->data, key->len, "private key", err) : NULL;
    if (!key_bio)
        return false;
    X509 *cert CLEANUP(x509_done) = read_one(bio);
    EVP_PKEY *pkey CLEANUP(key_done) = PEM_read_bio_PrivateKey(key_bio, NULL, no_password, NULL);
    if (!cert)
        return not_pem(err);
    if (!pkey && strstr(key->data, "ENCRYPTED"))
        return error_set(err, ERROR_INVALID,
                         "the private key is protected by a password; give it without");
    if (!pkey)
        return error_set(err, ERROR_INVALID, "the private key cannot be read; give it in PEM form");
    return X509_check_private_key(cert, pkey)
           || error_set(err, ERROR_INVALID, "the private key is not that of the certificate");
}

bool cert_name_covers(const char *name, const char *host)
{
    const char *dot = strchr(host, '.');
    return !strcasecmp(name, host)
           || (!strncmp(name, "*.", 2) && dot && dot != host && strncmp(host, "*.", 2) != 0
               && !strcasecmp(name + 1, dot));
}
