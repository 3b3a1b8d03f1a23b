/*
 * Who there is in the demo: banks with their keys, the people of the offices, the fund.
 * Knows whom the demo's entries need; must not know a loan.
 * Invariant: a key that an earlier run made is used again, so that what it signed stays verifiable.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "demo_int.h"
#include "ventured/file.h"

#define SECRET_SIZE 32
#define SECRET_FILE_MAX 4096

const struct demo_bank demo_banks[DEMO_BANKS] = {
    {"bank-demo-1", "演示银行一行"},
    {"bank-demo-2", "演示银行二行"},
    {"bank-demo-3", "演示银行三行"},
    {"bank-demo-4", "演示银行四行"},
};

const struct demo_district demo_districts[DEMO_DISTRICTS] = {
    {"330602", 50},
    {"330603", 13},
    {"330604", 12},
    {"330681", 15},
    {"330683", 5 },
    {"330624", 5 },
};

/* ---- people ------------------------------------------------------------------------------------------------------ */

static const struct actor system_actor = {ROLE_SYSTEM, S_INIT("centre"), S_INIT("demo-system"), {0}};
static const struct actor security_actor = {ROLE_SECURITY, S_INIT("centre"), S_INIT("demo-security"), {0}};
const struct actor demo_officer = {ROLE_CENTRE_OFFICER, S_INIT("centre"), S_INIT("demo-officer"), {0}};
const struct actor demo_payer = {ROLE_PAYER, S_INIT("centre"), S_INIT("demo-payer"), {0}};

static void
account_open(struct demo *d, const char *id, const char *organisation, const char *role, const char *more)
{
    demo_say(d, &security_actor, "account.opened", id, d->year_start,
             arena_print(d->group,
                         "\"organisation\":\"%s\",\"roles\":[\"%s\"],\"login\":\"%s\",\"name\":\"演示账号\"%s",
                         organisation, role, id, more));
}

struct actor
demo_local(struct demo *d, enum role role, const char *account, const char *district)
{
    return (struct actor){
        .role = role,
        .organisation = arena_print(d->kept, "hrss-%s", district),
        .account = arena_print(d->kept, "%s-%s", account, district),
        .district = slice_of(district),
    };
}

void
demo_locals_open(struct demo *d, const char *account, const char *role)
{
    for (size_t i = 0; i < DEMO_DISTRICTS; i++) {
        const char *code = demo_districts[i].code;

        account_open(d, arena_print(d->kept, "%s-%s", account, code).at, arena_print(d->kept, "hrss-%s", code).at, role,
                     arena_print(d->kept, ",\"district\":\"%s\"", code).at);
    }
}

/* Those under whose names the demo's entries stand, and a second person for corrections. */
static void
people_open(struct demo *d)
{
    account_open(d, "demo-officer", "centre", "centre_officer", "");
    account_open(d, "demo-payer", "centre", "payer", "");
    account_open(d, "demo-chief", "bureau", "section_chief", "");
    account_open(d, "demo-checker", demo_banks[0].id, "bank_checker", "");
    demo_locals_open(d, "demo-clerk", "district_clerk");
}

/* ---- banks and their keys ---------------------------------------------------------------------------------------- */

/* A file of the key folder: an earlier run's, which is used again, or else `fresh`. */
static bool
secret_keep(struct slice *out, struct demo *d, const char *name, struct slice fresh)
{
    const char *path = arena_print(d->kept, "%s/%s", d->o->key_folder, name).at;

    *out = fresh;
    return file_create(path, fresh, 0600) || (errno == EEXIST && file_read(out, d->kept, path, SECRET_FILE_MAX));
}

static enum verdict
key_keep(struct demo *d, size_t bank)
{
    struct key *fresh = key_make(ALG_ED25519);
    struct slice pem;

    if (key_private_pem(&pem, d->kept, fresh) &&
        secret_keep(&pem, d, arena_print(d->kept, "key-%s.pem", demo_banks[bank].id).at, pem))
        d->keys[bank] = key_private(ALG_ED25519, pem);
    key_close(fresh);
    return d->keys[bank] != NULL ? V_OK : V_USAGE;
}

/* The base64 between the lines of a public PEM is the DER that a key record holds. */
static struct slice
public_base64(struct arena *a, const struct key *k)
{
    struct buf b = {.arena = a};
    struct slice pem, line;

    if (!key_public_pem(&pem, a, k))
        return S("");
    while (pem.at != NULL) {
        line = slice_cut(&pem, pem, '\n');
        if (line.len > 0 && line.at[0] != '-')
            buf_add(&b, line);
    }
    return buf_slice(&b);
}

static void
bank_open(struct demo *d, size_t i)
{
    const char *id = demo_banks[i].id;
    struct slice account = arena_print(d->kept, "%s-m1", id), key = arena_print(d->kept, "key-%s", id);

    demo_say(d, &system_actor, "organisation.registered", id, d->year_start,
             arena_print(d->group, "\"sort\":\"bank\",\"zh\":\"%s\"", demo_banks[i].zh));
    account_open(d, account.at, id, "bank_machine", "");
    demo_say(
        d, &security_actor, "key.registered", key.at, d->year_start,
        arena_print(d->group,
                    "\"organisation\":\"%s\",\"account\":\"%s\",\"algorithm\":\"ed25519\",\"public_key\":\"" SLICE_FMT
                    "\",\"from\":\"2023-01-01\",\"certificate_required\":\"no\",\"profile\":\"rfc9421\"",
                    id, account.at, SLICE_ARG(public_base64(d->group, d->keys[i]))));
}

static void
endpoint_set(struct demo *d)
{
    demo_ids_of(d, d->o->endpoint);
    demo_say(d, &security_actor, "endpoint.set", demo_banks[0].id, day_local(the_clock.wall_ms()),
             arena_print(d->group, "\"organisation\":\"%s\",\"url\":\"%s\"", demo_banks[0].id, d->o->endpoint));
}

/* A second key of the first bank, shared with it: HMAC is the quickest of the algorithms. */
static void
secret_set(struct demo *d)
{
    const char *id = arena_print(d->kept, "key-%s-hmac", demo_banks[0].id).at;
    char raw[SECRET_SIZE];
    struct slice line, rest;

    random_bytes(raw, sizeof raw);
    line = arena_print(d->kept, SLICE_FMT "\n", SLICE_ARG(base64_encode(d->kept, (struct slice){raw, sizeof raw})));
    if (!secret_keep(&line, d, arena_print(d->kept, "%s.key", id).at, line)) {
        d->got = V_USAGE;
        return;
    }
    demo_ids_of(d, id);
    demo_say(d, &security_actor, "key.registered", id, d->year_start,
             arena_print(d->group,
                         "\"organisation\":\"%s\",\"account\":\"%s-m1\",\"algorithm\":\"hmac_sha256\","
                         "\"secret\":\"" SLICE_FMT "\",\"from\":\"2023-01-01\",\"certificate_required\":\"no\","
                         "\"profile\":\"rfc9421\"",
                         demo_banks[0].id, demo_banks[0].id, SLICE_ARG(slice_cut(&rest, line, '\n'))));
}

/* ---- the fund ---------------------------------------------------------------------------------------------------- */

/* The fund gets as much as the loans of this run may take of it, whatever their class. */
static void
fund_fill(struct demo *d)
{
    int64_t loans = d->o->loans + d->o->waiting, amount = loans * DEMO_CLASS1_MOST;
    struct slice what = arena_print(d->kept, "fund-%llu-%lld", (unsigned long long)d->o->seed, (long long)loans);

    demo_say(d, &demo_officer, "fund.founded", DEMO_FUND, d->year_start, S("\"zh\":\"演示创业担保基金\""));
    if (loans == 0)
        return;
    demo_ids_of(d, what.at);
    demo_say(d, &demo_payer, "fund.paid_in", DEMO_FUND, d->year_start,
             arena_print(d->group, "\"amount\":%lld,\"voucher_no\":\"demo-" SLICE_FMT "\"",
                         (long long)amount, SLICE_ARG(what)));
}

/* One at the first bank who may only propose what its checker then confirms. */
static void
teller_open(struct demo *d)
{
    demo_ids_of(d, "demo-teller");
    account_open(d, "demo-teller", demo_banks[0].id, "bank_officer", "");
}

/* ---- all of it --------------------------------------------------------------------------------------------------- */

void
demo_found(struct demo *d)
{
    for (size_t i = 0; i < DEMO_BANKS && d->got == V_OK; i++)
        d->got = key_keep(d, i);
    for (size_t i = 0; i < DEMO_BANKS && d->got == V_OK; i++)
        bank_open(d, i);
    people_open(d);
    fund_fill(d);
    if (d->o->endpoint != NULL)
        endpoint_set(d);
    if (d->o->with_secret)
        secret_set(d);
    teller_open(d);
    demo_flush(d);
}

void
demo_keys_close(struct demo *d)
{
    for (size_t i = 0; i < DEMO_BANKS; i++)
        key_close(d->keys[i]);
}
