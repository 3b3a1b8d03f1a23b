/*
 * venture keygen: a key pair for signing requests.
 * Knows file names and modes; must not know where the key is registered.
 * Invariant: no file is ever written over, and the private one is its owner's alone from the first byte.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ventured/file.h"
#include "venture_int.h"

#define KEY_ID_LENGTH_MAX 128

static const struct option options[] = {
    {"algorithm", "NAME", "ed25519", "ed25519, ecdsa-p256-sha256, rsa-pss-sha512, hmac-sha256 or sm2-sm3", "签名算法"},
    {"out",       "DIR",  ".",       "folder for ID.key (private) and ID.pub",       "存放目录"                      },
    {"id",        "ID",   NULL,      "the key's id: letters, digits and . _ -",      "密钥编号"                      },
};
const struct option_group venture_keygen_options = {"keygen", options, COUNT(options)};

/* The id is a file's name and a text in a signature: nothing that either could misread. */
static bool
is_key_id(struct slice id)
{
    static const char signs[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

    for (size_t i = 0; i < id.len; i++)
        if (memchr(signs, id.at[i], sizeof signs - 1) == NULL)
            return false;
    return id.len > 0 && id.len <= KEY_ID_LENGTH_MAX && id.at[0] != '.' && id.at[0] != '-';
}

static enum command_end
write_new(const struct words *w, const char *path, struct slice bytes, unsigned mode)
{
    if (file_create(path, bytes, mode))
        return COMMAND_DONE;
    return command_refused(w, "%s: %s", path, strerror(errno));
}

/* What stands between the first and the last line of a PEM text, in one line. */
static struct slice
pem_base64(struct arena *a, struct slice pem)
{
    struct buf b = {.arena = a};
    struct slice rest = pem;

    while (rest.at != NULL) {
        struct slice line = slice_cut(&rest, rest, '\n');

        if (!slice_starts(line, S("-----")))
            buf_add(&b, line);
    }
    return buf_slice(&b);
}

static enum command_end
write_shared(const struct words *w, const struct key *k, const char *private_path)
{
    struct slice secret, line;
    enum command_end end;
    bool made = key_private_pem(&secret, w->arena, k);

    assert(made);
    line = base64_encode(w->arena, secret);
    line = arena_print(w->arena, SLICE_FMT "\n", SLICE_ARG(line));
    end = write_new(w, private_path, line, 0600);
    if (end == COMMAND_DONE)
        printf("%s\n交给登记簿管理员，勿经网络明文传送 hand its line to the registry, never in the clear\n",
               private_path);
    wipe((char *)(uintptr_t)secret.at, secret.len);
    wipe((char *)(uintptr_t)line.at, line.len);
    return end;
}

static enum command_end
write_pair(const struct words *w, const struct key *k, const char *private_path, const char *public_path)
{
    struct slice private_pem, public_pem, spki;
    enum command_end end;
    bool made = key_private_pem(&private_pem, w->arena, k) && key_public_pem(&public_pem, w->arena, k);

    assert(made);
    end = write_new(w, private_path, private_pem, 0600);
    wipe((char *)(uintptr_t)private_pem.at, private_pem.len);
    if (end == COMMAND_DONE)
        end = write_new(w, public_path, public_pem, 0644);
    if (end != COMMAND_DONE)
        return end;
    spki = pem_base64(w->arena, public_pem);
    fprintf(stderr, "%s\n%s\n登记以下公钥 register this public key (SubjectPublicKeyInfo):\n", private_path,
            public_path);
    printf(SLICE_FMT "\n", SLICE_ARG(spki));
    return COMMAND_DONE;
}

enum command_end
venture_keygen(const struct words *w)
{
    const char *folder = words_text(w, "out"), *private_path, *public_path;
    struct slice id = words_get(w, "id");
    enum command_end end;
    enum algorithm alg;
    struct key *k;

    if (id.at == NULL || !is_key_id(id))
        return command_misuse(w, "--id ID: letters, digits and . _ - (密钥编号：字母、数字和 . _ -)");
    if (!algorithm_find(&alg, words_get(w, "algorithm")) || alg == ALG_RSA_SHA256)
        return command_misuse(w, "--algorithm %s: no such algorithm (没有此算法)", words_text(w, "algorithm"));
    private_path = arena_print(w->arena, "%s/" SLICE_FMT ".key", folder, SLICE_ARG(id)).at;
    public_path = arena_print(w->arena, "%s/" SLICE_FMT ".pub", folder, SLICE_ARG(id)).at;
    k = key_make(alg);
    end = alg == ALG_HMAC_SHA256 ? write_shared(w, k, private_path) : write_pair(w, k, private_path, public_path);
    key_close(k);
    return end;
}
