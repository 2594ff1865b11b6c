/* pem.c - made with OpenSSL; any failure aborts the test. */
#include "pem.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

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

struct pem pem_make(struct arena *a, const char *cn, const char *sans, int64_t from, int64_t until)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = X509_new();
    must(key && cert && X509_set_version(cert, 2));
    must(ASN1_INTEGER_set(X509_get_serialNumber(cert), 1));
    must(ASN1_TIME_set(X509_getm_notBefore(cert), (time_t)from) != NULL);
    must(ASN1_TIME_set(X509_getm_notAfter(cert), (time_t)until) != NULL);
    X509_NAME *name = X509_get_subject_name(cert);
    must(
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)cn, -1, -1, 0));
    must(X509_set_issuer_name(cert, name) && X509_set_pubkey(cert, key));
    if (sans) {
        X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, sans);
        must(e && X509_add_ext(cert, e, -1));
        X509_EXTENSION_free(e);
    }
    must(X509_sign(cert, key, EVP_sha256()));
    struct pem out = { .crt = cert_text(a, cert), .key = key_text(a, key, NULL) };
    X509_free(cert);
    EVP_PKEY_free(key);
    return out;
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
