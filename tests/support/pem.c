/* pem.c - made with OpenSSL; any failure aborts the test. */
#include "pem.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "alb-agent/rng.h"

static void must(int ok)
{
    if (!ok)
        abort();
}

static const char *take_text(struct arena *a, BIO *bio)
{
    char *data = NULL;
    long n = BIO_get_mem_data(bio, &data);
    const char *text = arena_strndup(a, data, (size_t)n);
    BIO_free(bio);
    return text;
}

static const char *cert_text(struct arena *a, X509 *cert)
{
    BIO *bio = BIO_new(BIO_s_mem());
    must(bio && PEM_write_bio_X509(bio, cert));
    return take_text(a, bio);
}

static const char *key_text(struct arena *a, EVP_PKEY *key, const EVP_CIPHER *cipher)
{
    BIO *bio = BIO_new(BIO_s_mem());
    const unsigned char password[] = "secret";
    must(bio
         && PEM_write_bio_PrivateKey(bio, key, cipher, cipher ? password : NULL, cipher ? 6 : 0,
                                     NULL, NULL));
    return take_text(a, bio);
}

static void add_names(X509 *cert, const char *cn, const char *sans)
{
    X509_NAME *name = X509_get_subject_name(cert);
    must(
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)cn, -1, -1, 0));
    must(X509_set_issuer_name(cert, name));
    if (!sans)
        return;
    X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, sans);
    must(e && X509_add_ext(cert, e, -1));
    X509_EXTENSION_free(e);
}

static X509 *new_cert(long serial, int64_t from, int64_t until)
{
    X509 *cert = X509_new();
    must(cert && X509_set_version(cert, 2));
    must(ASN1_INTEGER_set(X509_get_serialNumber(cert), serial));
    must(ASN1_TIME_set(X509_getm_notBefore(cert), (time_t)from) != NULL);
    must(ASN1_TIME_set(X509_getm_notAfter(cert), (time_t)until) != NULL);
    return cert;
}

/* Both are freed. */
static struct pem sign(struct arena *a, X509 *cert, EVP_PKEY *key, const EVP_MD *digest)
{
    must(key && X509_set_pubkey(cert, key) && X509_sign(cert, key, digest));
    struct pem out = { .crt = cert_text(a, cert), .key = key_text(a, key, NULL) };
    X509_free(cert);
    EVP_PKEY_free(key);
    return out;
}

struct pem pem_make(struct arena *a, const char *cn, const char *sans, int64_t from, int64_t until)
{
    X509 *cert = new_cert(1, from, until);
    add_names(cert, cn, sans);
    return sign(a, cert, EVP_EC_gen("P-256"), EVP_sha256());
}

struct pem pem_make_again(struct arena *a, uint64_t seed, const char *cn, const char *sans,
                          int64_t from, int64_t until)
{
    struct rng r = { seed };
    unsigned char raw[32];
    for (size_t i = 0; i < sizeof raw; i++)
        raw[i] = (unsigned char)rng_below(&r, 256);
    X509 *cert = new_cert((long)rng_below(&r, 1000000) + 1, from, until);
    add_names(cert, cn, sans);
    return sign(a, cert, EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, raw, sizeof raw),
                NULL);
}

const char *pem_lock_key(struct arena *a, const char *key)
{
    BIO *bio = BIO_new_mem_buf(key, -1);
    EVP_PKEY *pkey = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    BIO_free(bio);
    must(pkey != NULL);
    const char *text = key_text(a, pkey, EVP_aes_128_cbc());
    EVP_PKEY_free(pkey);
    return text;
}
