/* memo.c - what certificates say, and that keys belong to them, remembered from agent to agent:
 * each looks at the same few Secrets, for which OpenSSL takes as long as the agent for a change.
 * The agent has these functions by way of the linker (CMakeLists.txt). */
#include "alb-agent/cert.h"
#include "alb-agent/digest.h"

bool __real_cert_read(struct arena *a, const char *pem, struct cert *out, struct error *err);
bool __wrap_cert_read(struct arena *a, const char *pem, struct cert *out, struct error *err);
bool __real_cert_check_key(const char *pem, const struct secret *key, struct error *err);
bool __wrap_cert_check_key(const char *pem, const struct secret *key, struct error *err);

enum { PLACES = 64 };

/* What was found in order, by the digest of the texts; a later one may take its place. */
struct known_cert {
    uint64_t digest; /* 0: none */
    struct cert cert;
};
static struct known_cert certs[PLACES];
static struct arena arena; /* where they are, and stay */
static uint64_t keys[PLACES];

bool __wrap_cert_read(struct arena *a, const char *pem, struct cert *out, struct error *err)
{
    const uint64_t digest = digest_text(0, pem) | 1;
    struct known_cert *known = &certs[digest / 2 % PLACES];
    (void)a;
    if (known->digest != digest) {
        known->digest = 0;
        if (!__real_cert_read(&arena, pem, &known->cert, err))
            return false;
        known->digest = digest;
    }
    *out = known->cert;
    return true;
}

bool __wrap_cert_check_key(const char *pem, const struct secret *key, struct error *err)
{
    const uint64_t digest = digest_text(digest_text(0, pem), key->data) | 1;
    if (keys[digest / 2 % PLACES] == digest)
        return true;
    if (!__real_cert_check_key(pem, key, err))
        return false;
    keys[digest / 2 % PLACES] = digest;
    return true;
}
