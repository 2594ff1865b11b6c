/* hash.h - digests and message authentication, by OpenSSL. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { SHA1_SIZE = 20, SHA256_SIZE = 32, SHA256_HEX = 65 };

void hash_sha1(const void *data, size_t len, unsigned char out[static SHA1_SIZE]);
/* Of several pieces as if they stood one behind the other. */
struct hash_piece {
    const void *data;
    size_t len;
};
void hash_sha1_pieces(const struct hash_piece *pieces, size_t n,
                      unsigned char out[static SHA1_SIZE]);
void hash_sha256(const void *data, size_t len, unsigned char out[static SHA256_SIZE]);
/* The digest in lower-case hex with a NUL; returns 'hex'. */
const char *hash_sha256_hex(const void *data, size_t len, char hex[static SHA256_HEX]);
void hash_hmac_sha256(const void *key, size_t key_len, const void *data, size_t len,
                      unsigned char out[static SHA256_SIZE]);
void hash_hmac_sha1(const void *key, size_t key_len, const void *data, size_t len,
                    unsigned char out[static SHA1_SIZE]);

/* 'len' bytes as 2*len lower-case hex digits and a NUL. */
void hash_hex(const unsigned char *data, size_t len, char *hex);
/* Base64 with padding: 4*((len+2)/3) characters and a NUL. */
void hash_base64(const unsigned char *data, size_t len, char *text);
/* Base64 with or without padding, blanks and line ends anywhere: puts the bytes and a NUL
 * into 'out', which has room for 3*(len/4)+4, and their number into '*n'.  False when it is
 * none; then 'out' may hold a part. */
bool hash_base64_decode(const char *text, size_t len, char *out, size_t *n);
/* Are two texts equal?  Takes time by length, not by content. */
bool hash_equal(const char *x, const char *y);
