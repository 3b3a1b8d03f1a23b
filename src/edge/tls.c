/*
 * TLS for the server, from OpenSSL.
 * Knows contexts, names and certificates; must not know what is said inside a session.
 * Invariant: a context is never changed once sessions use it: reload makes new ones and swaps them under the lock.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <string.h>
#include <strings.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "tls.h"

#define CHAIN_DEPTH_MAX 4

struct tls {
    struct http_name names[HTTP_SERVER_NAMES_MAX];
    SSL_CTX *contexts[HTTP_SERVER_NAMES_MAX];
    size_t count;
    pthread_mutex_t lock; /* of `contexts` */
};

/* One number a process, given out by OpenSSL, under which a session keeps its owner. */
static pthread_once_t owner_once = PTHREAD_ONCE_INIT;
static int owner_index;

static void
owner_gone(void *session, void *owner, CRYPTO_EX_DATA *data, int index, long number, void *pointer)
{
    struct tls_owner *o = owner;

    (void)session, (void)data, (void)index, (void)number, (void)pointer;
    if (o != NULL)
        o->gone(o->owner);
}

static void
owner_index_make(void)
{
    owner_index = SSL_get_ex_new_index(0, NULL, NULL, NULL, owner_gone);
    assert(owner_index >= 0);
}

/* ---- what happens in a handshake ----------------------------------------------------------------------------- */

static size_t
name_find(const struct tls *t, const char *name)
{
    for (size_t i = 0; name != NULL && i < t->count; i++)
        if (strcasecmp(t->names[i].name, name) == 0)
            return i;
    return 0;
}

/* A session begins with the first name's context; here it changes to that of the name the client asked for. What a
 * context says of verifying does not come along by itself. An unknown name keeps the default. */
static int
name_chosen(SSL *s, int *alert, void *arg)
{
    struct tls *t = arg;
    size_t i = name_find(t, SSL_get_servername(s, TLSEXT_NAMETYPE_host_name));

    (void)alert;
    if (i == 0)
        return SSL_TLSEXT_ERR_OK;
    pthread_mutex_lock(&t->lock);
    SSL_set_SSL_CTX(s, t->contexts[i]);
    SSL_set_verify(s, SSL_CTX_get_verify_mode(t->contexts[i]), NULL);
    SSL_set_verify_depth(s, SSL_CTX_get_verify_depth(t->contexts[i]));
    pthread_mutex_unlock(&t->lock);
    return SSL_TLSEXT_ERR_OK;
}

/* RFC 7301: a client that lists protocols without ours is refused rather than surprised. */
static int
protocol_chosen(SSL *s, const unsigned char **out, unsigned char *out_len, const unsigned char *offered,
                unsigned offered_len, void *arg)
{
    static const unsigned char ours[] = "\x08http/1.1";
    unsigned char *chosen;

    (void)s, (void)arg;
    if (SSL_select_next_proto(&chosen, out_len, ours, sizeof ours - 1, offered, offered_len) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

/* ---- contexts ------------------------------------------------------------------------------------------------ */

static bool
context_trust(SSL_CTX *c, const char *client_ca_file)
{
    STACK_OF(X509_NAME) * names;

    if (client_ca_file == NULL)
        return true;
    names = SSL_load_client_CA_file(client_ca_file);
    if (names == NULL || SSL_CTX_load_verify_file(c, client_ca_file) != 1)
        return false;
    SSL_CTX_set_client_CA_list(c, names);
    SSL_CTX_set_verify(c, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_verify_depth(c, CHAIN_DEPTH_MAX);
    return true;
}

/* No session is ever resumed: a resumed one would carry a client certificate past the name it was asked on, and tickets
 * and cache cost 18 KiB a connection. */
static bool
context_fill(SSL_CTX *c, const struct http_name *name)
{
    SSL_CTX_set_options(c, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                               SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(c, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_alpn_select_cb(c, protocol_chosen, NULL);
    return SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION) == 1 && SSL_CTX_set_num_tickets(c, 0) == 1 &&
           SSL_CTX_set_cipher_list(c, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1 &&
           SSL_CTX_use_certificate_chain_file(c, name->certificate_file) == 1 &&
           SSL_CTX_use_PrivateKey_file(c, name->key_file, SSL_FILETYPE_PEM) == 1 && SSL_CTX_check_private_key(c) == 1 &&
           context_trust(c, name->client_ca_file);
}

static SSL_CTX *
context_open(struct tls *t, const struct http_name *name)
{
    SSL_CTX *c = SSL_CTX_new(TLS_server_method());

    assert(c != NULL);
    if (!context_fill(c, name)) {
        log_write(LOG_ERROR, "tls_files_wrong", "name=%s error=\"%s\"", name->name,
                  ERR_reason_error_string(ERR_peek_last_error()));
        ERR_clear_error();
        SSL_CTX_free(c);
        return NULL;
    }
    SSL_CTX_set_tlsext_servername_callback(c, name_chosen);
    SSL_CTX_set_tlsext_servername_arg(c, t);
    return c;
}

static void
contexts_free(SSL_CTX **contexts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        SSL_CTX_free(contexts[i]);
}

enum verdict
tls_reload(struct tls *t)
{
    SSL_CTX *fresh[HTTP_SERVER_NAMES_MAX] = {NULL}, *old[HTTP_SERVER_NAMES_MAX];

    for (size_t i = 0; i < t->count; i++) {
        fresh[i] = context_open(t, &t->names[i]);
        if (fresh[i] == NULL) {
            contexts_free(fresh, i);
            return V_USAGE;
        }
    }
    pthread_mutex_lock(&t->lock);
    memcpy(old, t->contexts, sizeof old);
    memcpy(t->contexts, fresh, sizeof fresh);
    pthread_mutex_unlock(&t->lock);
    /* Sessions that use an old context keep it alive. */
    contexts_free(old, t->count);
    return V_OK;
}

static const char *
text_copy(struct arena *a, const char *text)
{
    return arena_copy(a, slice_of(text)).at;
}

enum verdict
tls_open(struct tls **out, struct arena *a, const struct http_name *names, size_t count)
{
    struct tls *t = NEW(a, struct tls);

    assert(count > 0);
    assert(count <= HTTP_SERVER_NAMES_MAX);
    pthread_once(&owner_once, owner_index_make);
    pthread_mutex_init(&t->lock, NULL);
    t->count = count;
    for (size_t i = 0; i < count; i++)
        t->names[i] = (struct http_name){
            .name = text_copy(a, names[i].name),
            .certificate_file = text_copy(a, names[i].certificate_file),
            .key_file = text_copy(a, names[i].key_file),
            .client_ca_file = text_copy(a, names[i].client_ca_file),
        };
    *out = t;
    return tls_reload(t);
}

void
tls_close(struct tls *t)
{
    contexts_free(t->contexts, t->count);
    pthread_mutex_destroy(&t->lock);
}

/* ---- sessions ------------------------------------------------------------------------------------------------ */

struct ssl_st *
tls_accept(struct tls *t, struct tls_owner *owner)
{
    SSL *s;

    pthread_mutex_lock(&t->lock);
    s = SSL_new(t->contexts[0]);
    pthread_mutex_unlock(&t->lock);
    assert(s != NULL);
    SSL_set_ex_data(s, owner_index, owner);
    return s;
}

void *
tls_owner_get(const struct ssl_st *s)
{
    const struct tls_owner *o = SSL_get_ex_data(s, owner_index);

    assert(o != NULL);
    return o->owner;
}

bool
tls_is_open(const struct ssl_st *s)
{
    return SSL_is_init_finished(s) == 1;
}

struct slice
tls_server_name(struct tls *t, struct arena *a, const struct ssl_st *s)
{
    return arena_copy(a, slice_of(t->names[name_find(t, SSL_get_servername(s, TLSEXT_NAMETYPE_host_name))].name));
}

struct slice
tls_certificate(struct arena *a, const struct ssl_st *s)
{
    X509 *x = SSL_get0_peer_certificate(s);
    struct slice none = {NULL, 0};
    unsigned char *at;
    int len;

    if (x == NULL || SSL_get_verify_result(s) != X509_V_OK)
        return none;
    len = i2d_X509(x, NULL);
    if (len <= 0)
        return none;
    at = arena_take(a, (size_t)len);
    i2d_X509(x, &at);
    return (struct slice){(const char *)at - len, (size_t)len};
}

void
tls_goodbye(struct ssl_st *s)
{
    if (SSL_is_init_finished(s))
        SSL_shutdown(s);
    /* The event library reads this thread's error queue after its own calls; ours must not be found there. */
    ERR_clear_error();
}
