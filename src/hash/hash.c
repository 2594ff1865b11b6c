/* hash.c - thin names for what OpenSSL computes; nothing here can fail but for memory. */
#include "alb-agent/hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(bool ok)
{
    if (ok)
        return;
    fputs("alb-agent: OpenSSL could not compute a digest\n", stderr);
    abort();
}

void hash_sha1(const void *data, size_t len, unsigned char out[static SHA1_SIZE])
{
    must(EVP_Digest(data, len, out, NULL, EVP_sha1(), NULL));
}

void hash_sha256(const void *data, size_t len, unsigned char out[static SHA256_SIZE])
{
    must(EVP_Digest(data, len, out, NULL, EVP_sha256(), NULL));
}

const char *hash_sha256_hex(const void *data, size_t len, char hex[static SHA256_HEX])
{
    unsigned char digest[SHA256_SIZE];
    hash_sha256(data, len, digest);
    hash_hex(digest, sizeof digest, hex);
    return hex;
}

void hash_hmac_sha256(const void *key, size_t key_len, const void *data, size_t len,
                      unsigned char out[static SHA256_SIZE])
{
    must(HMAC(EVP_sha256(), key, (int)key_len, data, len, out, NULL));
}

void hash_hmac_sha1(const void *key, size_t key_len, const void *data, size_t len,
                    unsigned char out[static SHA1_SIZE])
{
    must(HMAC(EVP_sha1(), key, (int)key_len, data, len, out, NULL));
}

void hash_hex(const unsigned char *data, size_t len, char *hex)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        *hex++ = digits[data[i] >> 4];
        *hex++ = digits[data[i] & 15];
    }
    *hex = '\0';
}

void hash_base64(const unsigned char *data, size_t len, char *text)
{
    (void)EVP_EncodeBlock((unsigned char *)text, data, (int)len);
}

bool hash_equal(const char *x, const char *y)
{
    size_t n = strlen(x);
    return n == strlen(y) && !CRYPTO_memcmp(x, y, n);
}
