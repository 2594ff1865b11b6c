/* address.c - source addresses and blocks of them. */
#include <arpa/inet.h>
#include <string.h>

#include "route_priv.h"

/* A number of at most three digits, or -1. */
static int read_bits(const char *text)
{
    size_t len = strspn(text, "0123456789");
    if (!len || len > 3 || text[len])
        return -1;
    int n = 0;
    for (size_t i = 0; i < len; i++)
        n = n * 10 + (text[i] - '0');
    return n;
}

bool block_read(const char *text, struct block *out)
{
    static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
    char address[INET6_ADDRSTRLEN];
    size_t len = strcspn(text, "/");
    if (len >= sizeof address)
        return false;
    memcpy(address, text, len);
    address[len] = '\0';
    int most = 32;
    memcpy(out->at, mapped, sizeof mapped);
    if (inet_pton(AF_INET, address, out->at + 12) != 1) {
        if (inet_pton(AF_INET6, address, out->at) != 1)
            return false;
        most = 128;
    }
    int bits = text[len] ? read_bits(text + len + 1) : most;
    if (bits < 0 || bits > most)
        return false;
    out->bits = (unsigned)(bits + 128 - most);
    return true;
}

bool block_has(const struct block *big, const struct block *small)
{
    if (big->bits > small->bits)
        return false;
    unsigned bytes = big->bits / 8, rest = big->bits % 8;
    if (memcmp(big->at, small->at, bytes) != 0)
        return false;
    return !rest || !((big->at[bytes] ^ small->at[bytes]) >> (8 - rest));
}
