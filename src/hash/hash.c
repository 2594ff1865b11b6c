/* hash.c - thin names for what OpenSSL computes; nothing here can fail but for memory. */
#include "alb-agent/hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alb-agent/macros.h"

static void must(bool ok)
{
    if (ok)
        return;
    fputs("alb-agent: OpenSSL cannot compute a digest; is there no memory left?\n", stderr);
    abort();
}

void hash_sha1(const void *data, size_t len, unsigned char out[static SHA1_SIZE])
{
    must(EVP_Digest(data, len, out, NULL, EVP_sha1(), NULL));
}

static void md_free(EVP_MD_CTX **md)
{
    EVP_MD_CTX_free(*md);
}

void hash_sha1_pieces(const struct hash_piece *pieces, size_t n,
                      unsigned char out[static SHA1_SIZE])
{
    EVP_MD_CTX *md CLEANUP(md_free) = EVP_MD_CTX_new();
    must(md && EVP_DigestInit_ex(md, EVP_sha1(), NULL));
    for (size_t i = 0; i < n; i++)
        must(EVP_DigestUpdate(md, pieces[i].data, pieces[i].len));
    must(EVP_DigestFinal_ex(md, out, NULL));
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

static int sextet(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

bool hash_base64_decode(const char *text, size_t len, char *out, size_t *n)
{
    unsigned bits = 0, held = 0;
    size_t i = 0, digits = 0;
    *n = 0;
    for (; i < len && text[i] != '='; i++) {
        int six = sextet(text[i]);
        if (six < 0 && !strchr(" \t\r\n", text[i]))
            return false;
        if (six < 0)
            continue;
        digits++;
        bits = (bits << 6 | (unsigned)six) & 0xffff;
        held += 6;
        if (held >= 8) {
            held -= 8;
            out[(*n)++] = (char)(unsigned char)(bits >> held);
        }
    }
    out[*n] = '\0';
    for (; i < len; i++) /* padding, and blanks behind it */
        if (!strchr("= \t\r\n", text[i]))
            return false;
    return digits % 4 != 1;
}

bool hash_equal(const char *x, const char *y)
{
    size_t n = strlen(x);
    return n == strlen(y) && !CRYPTO_memcmp(x, y, n);
}
