/*
 * What the client's commands share.
 * Knows how a talk is made of options; must not know what it is used for.
 * Invariant: a private key is wiped from the arena as soon as the library has it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "answer.h"
#include "ventured/file.h"
#include "venture_int.h"

#define KEY_FILE_MAX ((size_t)16 * 1024)

static const struct option registry_options[] = {
    {"url",       "URL",  NULL,      "address of the registry, https://name[:port]", "登记簿地址"                    },
    {"ca",        "FILE", NULL,      "authorities to trust, PEM; else the machine's", "信任的根证书；不填用系统的"      },
    {"cert",      "FILE", NULL,      "client certificate, PEM",                      "客户端证书"                    },
    {"cert-key",  "FILE", NULL,      "its private key, PEM",                         "客户端证书的私钥"              },
    {"key",       "FILE", NULL,      "private key that signs requests (keygen)",     "请求签名私钥"                  },
    {"key-id",    "ID",   NULL,      "the id it is registered under",                "密钥编号"                      },
    {"algorithm", "NAME", "ed25519", "ed25519, ecdsa-p256-sha256, rsa-pss-sha512, hmac-sha256 or sm2-sm3", "签名算法"},
    {"tries",     "N",    "5",       "how often to send before giving up, 1 to 10",  "最多发送次数"                  },
};
const struct option_group venture_registry = {"registry", registry_options, COUNT(registry_options)};

enum command_end
venture_read(struct slice *out, const struct words *w, const char *path, size_t size_max)
{
    if (file_read(out, w->arena, path, size_max))
        return COMMAND_DONE;
    return command_misuse(w, "%s: %s", path, strerror(errno));
}

void
venture_print(struct slice text)
{
    fwrite(text.at, 1, text.len, stdout);
}

void
venture_warn(struct slice text)
{
    fwrite(text.at, 1, text.len, stderr);
}

enum command_end
venture_unanswered(const struct words *w, enum fetch_end end, const struct fetch_answer *answer)
{
    struct buf b = {.arena = w->arena};

    answer_failure(&b, end, answer);
    venture_warn(buf_slice(&b));
    return command_refused(w, "是否已登记未知；重新运行将使用同一编号 whether it was recorded is unknown; "
                              "run again, the ids stay the same");
}

static void
tell_wait(enum fetch_end end, int status, int64_t wait_ms)
{
    if (end == FETCH_DONE)
        fprintf(stderr, "%d: 稍后以同一编号重试 again with the same id in %lld ms\n", status, (long long)wait_ms);
    else
        fprintf(stderr, "%s: 稍后以同一编号重试 again with the same id in %lld ms\n", fetch_row(end)->zh,
                (long long)wait_ms);
}

/* A shared secret lies in its file as one line of base64. */
static struct key *
key_load(struct arena *a, enum algorithm alg, struct slice file)
{
    struct slice line, rest;
    struct key *k;

    if (alg != ALG_HMAC_SHA256)
        return key_private(alg, file);
    line = slice_cut(&rest, file, '\n');
    if (!base64_decode(&line, a, line))
        return NULL;
    k = key_private(alg, line);
    wipe((char *)(uintptr_t)line.at, line.len);
    return k;
}

static enum command_end
open_key(struct talk *s, const struct words *w)
{
    const char *path = words_text(w, "key");
    enum command_end end;
    enum algorithm alg;
    struct slice file;

    if (!algorithm_find(&alg, words_get(w, "algorithm")) || alg == ALG_RSA_SHA256)
        return command_misuse(w, "--algorithm %s: no such algorithm (没有此算法)", words_text(w, "algorithm"));
    end = venture_read(&file, w, path, KEY_FILE_MAX);
    if (end != COMMAND_DONE)
        return end;
    s->key = key_load(w->arena, alg, file);
    wipe((char *)(uintptr_t)file.at, file.len);
    if (s->key == NULL)
        return command_misuse(w, "%s: no private key of %s (不是该算法的私钥)", path, algorithm_names[alg]);
    return COMMAND_DONE;
}

static enum command_end
check_given(const struct words *w)
{
    static const char *const needed[] = {"url", "key", "key-id"};

    for (size_t i = 0; i < COUNT(needed); i++)
        if (words_text(w, needed[i]) == NULL)
            return command_misuse(w, "--%s: needed (必填)", needed[i]);
    if ((words_text(w, "cert") == NULL) != (words_text(w, "cert-key") == NULL))
        return command_misuse(w, "--cert, --cert-key: both or none (须同时给出)");
    return COMMAND_DONE;
}

enum command_end
talk_open(struct talk *out, const struct words *w, size_t answer_bytes_max)
{
    struct fetch_options o = fetch_options_default;
    enum command_end end = check_given(w);
    int64_t tries;

    if (end != COMMAND_DONE)
        return end;
    *out = (struct talk){0};
    out->client.key_id = words_get(w, "key-id");
    out->client.waits = tell_wait;
    if (!words_number(&tries, w, "tries", 1, CLIENT_TRIES_MAX))
        return COMMAND_MISUSE;
    if (!client_origin(&out->client.origin, w->arena, words_get(w, "url")))
        return command_misuse(w, "--url %s: must be https://name[:port] (须为 https 地址)", words_text(w, "url"));
    end = open_key(out, w);
    if (end != COMMAND_DONE)
        return end;
    o.ca_file = words_text(w, "ca");
    o.certificate_file = words_text(w, "cert");
    o.key_file = words_text(w, "cert-key");
    o.answer_bytes_max = answer_bytes_max;
    out->client.tries = (int)tries;
    out->client.key = out->key;
    out->client.fetch = fetch_open(w->arena, &o);
    return COMMAND_DONE;
}

void
talk_close(struct talk *s)
{
    fetch_close(s->client.fetch);
    key_close(s->key);
}
