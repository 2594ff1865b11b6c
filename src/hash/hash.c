/* hash.c - thin names for what OpenSSL computes; nothing here can fail but for memory. */
#include "alb-agent/hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>

#include "alb-agent/macros.h"

static void must(bool ok)
{
    if (ok)
        return;
    fputs("alb-agent: OpenSSL cannot compute a digest; is there no memory left?\n", stderr);
    abort();
}

/* Those that EVP_sha1() and EVP_sha256() name are looked up by name at each use, which takes longer
 * than a short text does; these are looked up once and stay. */
static EVP_MD *fetched_sha1, *fetched_sha256;
static once_flag fetched = ONCE_FLAG_INIT;

static void fetch(void)
{
    fetched_sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
    fetched_sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    must(fetched_sha1 && fetched_sha256);
}

static const EVP_MD *sha1(void)
{
    call_once(&fetched, fetch);
    return fetched_sha1;
}

static const EVP_MD *sha256(void)
{
    call_once(&fetched, fetch);
    return fetched_sha256;
}

static void md_free(EVP_MD_CTX **md)
{
    EVP_MD_CTX_free(*md);
}

static void digest(const EVP_MD *type, const struct hash_piece *pieces, size_t n,
                   unsigned char *out)
{
    EVP_MD_CTX *md CLEANUP(md_free) = EVP_MD_CTX_new();
    must(md && EVP_DigestInit_ex(md, type, NULL));
    for (size_t i = 0; i < n; i++)
        must(EVP_DigestUpdate(md, pieces[i].data, pieces[i].len));
    must(EVP_DigestFinal_ex(md, out, NULL));
}

void hash_sha1(const void *data, size_t len, unsigned char out[static SHA1_SIZE])
{
    digest(sha1(), &(struct hash_piece){ data, len }, 1, out);
}

void hash_sha1_pieces(const struct hash_piece *pieces, size_t n,
                      unsigned char out[static SHA1_SIZE])
{
    digest(sha1(), pieces, n, out);
}

/* Of nothing it is known (FIPS 180-4): most requests have no body. */
static const unsigned char sha256_of_nothing[SHA256_SIZE] = {
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
    0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
};

void hash_sha256(const void *data, size_t len, unsigned char out[static SHA256_SIZE])
{
    if (len)
        digest(sha256(), &(struct hash_piece){ data, len }, 1, out);
    else
        memcpy(out, sha256_of_nothing, sizeof sha256_of_nothing);
}

const char *hash_sha256_hex(const void *data, size_t len, char hex[static SHA256_HEX])
{
    unsigned char digest[SHA256_SIZE];
    hash_sha256(data, len, digest);
    hash_hex(digest, sizeof digest, hex);
    return hex;
}

enum { HMAC_BLOCK = 64 }; /* of SHA-1 and of SHA-256 */

/* RFC 2104.  OpenSSL's own looks all it takes up by name, each time. */
static void hmac(const EVP_MD *type, size_t size, const struct hash_piece *key,
                 const struct hash_piece *text, unsigned char *out)
{
    unsigned char block[HMAC_BLOCK] = { 0 };
    if (key->len > HMAC_BLOCK)
        digest(type, key, 1, block);
    else if (key->len)
        memcpy(block, key->data, key->len);
    for (size_t i = 0; i < HMAC_BLOCK; i++)
        block[i] ^= 0x36;
    digest(type, (const struct hash_piece[]){ { block, HMAC_BLOCK }, *text }, 2, out);
    for (size_t i = 0; i < HMAC_BLOCK; i++)
        block[i] ^= 0x36 ^ 0x5c;
    digest(type, (const struct hash_piece[]){ { block, HMAC_BLOCK }, { out, size } }, 2, out);
    OPENSSL_cleanse(block, sizeof block);
}

void hash_hmac_sha256(const void *key, size_t key_len, const void *data, size_t len,
                      unsigned char out[static SHA256_SIZE])
{
    hmac(sha256(), SHA256_SIZE, &(struct hash_piece){ key, key_len },
         &(struct hash_piece){ data, len }, out);
}

void hash_hmac_sha1(const void *key, size_t key_len, const void *data, size_t len,
                    unsigned char out[static SHA1_SIZE])
{
    hmac(sha1(), SHA1_SIZE, &(struct hash_piece){ key, key_len }, &(struct hash_piece){ data, len },
         out);
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
