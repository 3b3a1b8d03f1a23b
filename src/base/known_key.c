/*
 * Public keys that were read before, found again by their bytes.
 * Knows places and a lock; must not know whose a key is, nor whether it is still valid: its record says so each time.
 * Invariant: what is found is what key_public makes of the same bytes; a place holds one key, the last that fell there.
 */
#include <pthread.h>

#include "ventured/crypto.h"

#define PLACES 256 /* a city's banks have a few keys each */

static struct {
    pthread_mutex_t lock;
    struct place {
        struct hash of;  /* of algorithm and bytes */
        struct key *key; /* NULL while empty */
    } places[PLACES];
} known = {.lock = PTHREAD_MUTEX_INITIALIZER};

static struct key *
find(const struct hash *of)
{
    const struct place *p = &known.places[of->at[0]];
    struct key *found = NULL;

    pthread_mutex_lock(&known.lock);
    if (p->key != NULL && bytes_equal(hash_slice(&p->of), hash_slice(of)))
        found = key_again(p->key);
    pthread_mutex_unlock(&known.lock);
    return found;
}

static void
keep(const struct hash *of, struct key *k)
{
    struct place *p = &known.places[of->at[0]];

    pthread_mutex_lock(&known.lock);
    key_close(p->key);
    *p = (struct place){*of, key_again(k)};
    pthread_mutex_unlock(&known.lock);
}

struct key *
key_known(enum algorithm alg, struct slice pem)
{
    struct slice parts[] = {slice_of(algorithm_names[alg]), pem};
    struct hash of = sha256(parts, COUNT(parts));
    struct key *k = find(&of);

    if (k != NULL)
        return k;
    k = key_public(alg, pem);
    if (k != NULL)
        keep(&of, k);
    return k;
}
