/*
 * Hashes, signatures, sealing and passwords: OpenSSL's EVP behind the house's own words.
 * Knows algorithms, keys and OpenSSL's habits; must not know what is signed or for whom.
 * Invariant: no call leaves an error in OpenSSL's queue, where the next TLS read on this thread would find it.
 */
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#include "ventured/crypto.h"

void
random_bytes(void *out, size_t size)
{
    if (RAND_bytes(out, (int)size) == 1)
        return;
    log_write(LOG_ERROR, "no_randomness", "bytes=%zu", size);
    abort();
}

void
wipe(void *at, size_t size)
{
    OPENSSL_cleanse(at, size);
}
