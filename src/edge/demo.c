/*
 * Demo records: see demo.h.
 * Knows how a year of loans may go; must not know the tables behind the door.
 * Invariant: everything follows from the seed, so the same seed gives the same entries.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "ventured/demo.h"
#include "digest.h"
#include "signature.h"
#include "ventured/domain.h"
#include "ventured/file.h"

#define GROUP 200
#define LOANS_FROM 1000 /* above what banks and people take, whose seed may be a loan's too */
#define SECRET_SIZE 32
#define SECRET_FILE_MAX 4096
#define GROUP_ARENA ((size_t)256 << 20)
#define BANKS 4
#define FEN 100
#define FUND "fund-demo"
#define CLASS1_MOST INT64_C(100000) /* yuan */
#define DAYS_2023 365

static const struct demo_bank {
    const char *id, *zh;
} banks[BANKS] = {
    {"bank-demo-1", "演示银行一行"},
    {"bank-demo-2", "演示银行二行"},
    {"bank-demo-3", "演示银行三行"},
    {"bank-demo-4", "演示银行四行"},
};

/* How many in a hundred loans each district gets, after the plan's loan targets. */
static const struct demo_district {
    const char *code;
    int share;
} districts[] = {{"330602", 50}, {"330603", 13}, {"330604", 12}, {"330681", 15}, {"330683", 5}, {"330624", 5}};

struct demo {
    const struct demo_options *o;
    struct demo_report *report;
    struct arena *kept, *group;
    uint64_t state;             /* of the random numbers */
    struct key *keys[BANKS];
    struct posting *waiting[GROUP];
    size_t count;
    uint64_t id_seed;           /* 0 for the banks, who are the same under every seed */
    int64_t serial;             /* of entries: with that seed it makes their ids */
    int32_t year_start;
    enum verdict got;           /* the first refusal; nothing is posted after it */
};

/* ---- numbers and ids out of the seed ----------------------------------------------------------------------------- */

/* splitmix64: the state walks, the output is mixed. */
static uint64_t
next(struct demo *d)
{
    uint64_t z = (d->state += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static int64_t
between(struct demo *d, int64_t low, int64_t high)
{
    return low + (int64_t)(next(d) % (uint64_t)(high - low + 1));
}

static bool
chance(struct demo *d, int percent)
{
    return between(d, 1, 100) <= percent;
}

/* Out of seed, what it is for and a number. */
static struct slice
uuid_of(struct arena *a, uint64_t seed, const char *what, int64_t number)
{
    struct slice text = arena_print(a, "demo %llu %s %lld", (unsigned long long)seed, what, (long long)number);

    return uuid8_of(a, &text, 1);
}

/* ---- posting ----------------------------------------------------------------------------------------------------- */

static void
refuse(struct demo *d, const struct posting *p, enum verdict got)
{
    const struct problem *why = p->problems.first;

    d->report->refused++;
    if (d->got != V_OK)
        return;
    d->got = V_BROKEN;
    log_write(LOG_ERROR, "demo_refused", "kind=%s verdict=%s pointer=%s detail=%s",
              p->entry.kind == NULL ? "unknown" : p->entry.kind->schema->name, verdict_row(got)->name,
              why == NULL ? "-" : log_quote(d->group, why->pointer), why == NULL ? "-" : log_quote(d->group, why->en));
}

static void
flush(struct demo *d)
{
    if (d->count > 0 && d->got == V_OK)
        ledger_post(d->o->ledger, d->waiting, d->count);
    for (size_t i = 0; i < d->count; i++) {
        enum verdict got = d->waiting[i]->got;

        if (got != V_OK && got != V_REPLAYED)
            refuse(d, d->waiting[i], got);
        d->report->entries += got == V_OK;
    }
    d->count = 0;
    arena_reset(d->group);
}

/* A posting in the group's arena, read from its body like any client's. NULL after a refusal. */
static struct posting *
posting(struct demo *d, const char *kind, struct slice body)
{
    struct posting *p = NEW(d->group, struct posting);
    const struct json *json;
    enum verdict got = json_parse(&json, d->group, body);

    if (got == V_OK)
        got = posting_read(p, d->group, &the_registry, slice_of(kind),
                           uuid_of(d->group, d->id_seed, "entry", d->serial), json, S(""));
    d->serial++;
    if (got == V_OK)
        return p;
    refuse(d, p, got);
    return NULL;
}

static void
put(struct demo *d, struct posting *p)
{
    d->waiting[d->count++] = p;
    if (d->count == GROUP)
        flush(d);
}

static struct slice
body_print(struct demo *d, const char *subject, int32_t on, const char *fields)
{
    char day[DAY_TEXT_SIZE];

    day_print(day, on);
    return arena_print(d->group, "{\"subject\":\"%s\",\"on\":\"%s\"%s%s}", subject, day, fields[0] == '\0' ? "" : ",",
                       fields);
}

/* Somebody of the office says so. */
static void
say(struct demo *d, const struct actor *who, const char *kind, const char *subject, int32_t on, struct slice fields)
{
    struct posting *p = d->got == V_OK ? posting(d, kind, body_print(d, subject, on, fields.at)) : NULL;

    if (p == NULL)
        return;
    p->entry.actor = *who;
    put(d, p);
}

/* ---- a bank's fact: signed, verified, posted --------------------------------------------------------------------- */

static struct request *
request_make(struct demo *d, const char *kind, struct slice id, struct slice body)
{
    struct request *rq = NEW(d->group, struct request);
    struct header *h = NEW_ARRAY(d->group, struct header, 5);

    h[0] = (struct header){S("content-type"), S("application/json")};
    h[1] = (struct header){S("idempotency-key"), arena_print(d->group, "\"" SLICE_FMT "\"", SLICE_ARG(id))};
    h[2] = (struct header){S("content-digest"), digest_make(d->group, body)};
    *rq = (struct request){
        .arena = d->group,
        .method = S("POST"),
        .target = arena_print(d->group, "/v1/entries/%s", kind),
        .headers = h,
        .header_count = 3,
        .body = body,
    };
    rq->path = rq->target;
    return rq;
}

static bool
request_sign(struct demo *d, struct request *rq, size_t bank, int64_t now_s)
{
    struct header *h = (struct header *)rq->headers;
    struct signature_plan plan = {
        .label = S("sig1"),
        .key_id = arena_print(d->group, "key-%s", banks[bank].id),
        .nonce = uuid_of(d->group, d->o->seed, "nonce", d->serial),
        .created_s = now_s,
        .expires_s = SIGNATURE_NEVER,
        .covered = signature_policy_entry.required,
        .covered_count = signature_policy_entry.required_count,
    };
    struct signature_fields fields;

    if (!signature_make(&fields, &(struct message){rq, slice_of(d->o->origin), 0}, &plan, d->keys[bank]))
        return false;
    h[3] = (struct header){S("signature-input"), fields.input};
    h[4] = (struct header){S("signature"), fields.signature};
    rq->header_count = 5;
    return true;
}

/* What the edge does with a bank's request, link by link. */
static enum verdict
request_verify(struct demo *d, struct posting *p, const struct request *rq, int64_t now_s)
{
    struct signature s;
    struct key_record k;
    struct evidence *evidence = NEW(d->group, struct evidence);
    enum verdict got;

    TRY(signature_read(&s, rq, slice_of(d->o->origin), &signature_policy_entry));
    TRY(key_record_load(&k, d->o->db, d->o->vault, d->group, s.key_id));
    got = key_record_valid(&k, day_local(now_s * 1000)) ? V_OK : V_KEY_EXPIRED;
    if (got == V_OK)
        got = signature_check(&s, rq, &signature_policy_entry, k.key, now_s);
    key_close(k.key);
    TRY(got);
    *evidence = (struct evidence){s.base, s.value, s.key_id, rq->body};
    p->evidence = evidence;
    p->entry.actor = k.actor;
    p->credential = k.credential;
    return V_OK;
}

static void
tell(struct demo *d, size_t bank, const char *kind, const char *loan, int32_t on, struct slice fields)
{
    int64_t now_s = the_clock.wall_ms() / 1000;
    struct slice body = body_print(d, loan, on, fields.at);
    struct posting *p = d->got == V_OK ? posting(d, kind, body) : NULL;
    struct request *rq;
    enum verdict got;

    if (p == NULL)
        return;
    rq = request_make(d, kind, p->entry.id, body);
    got = request_sign(d, rq, bank, now_s) ? request_verify(d, p, rq, now_s) : V_SIGNATURE_MALFORMED;
    if (got == V_OK)
        put(d, p);
    else
        refuse(d, p, got);
}

/* ---- who there is ------------------------------------------------------------------------------------------------ */

static const struct actor system_actor = {ROLE_SYSTEM, S_INIT("centre"), S_INIT("demo-system"), {0}};
static const struct actor security_actor = {ROLE_SECURITY, S_INIT("centre"), S_INIT("demo-security"), {0}};
static const struct actor officer = {ROLE_CENTRE_OFFICER, S_INIT("centre"), S_INIT("demo-officer"), {0}};
static const struct actor payer = {ROLE_PAYER, S_INIT("centre"), S_INIT("demo-payer"), {0}};

static void
account_open(struct demo *d, const char *id, const char *organisation, const char *role, const char *more)
{
    say(d, &security_actor, "account.opened", id, d->year_start,
        arena_print(d->group, "\"organisation\":\"%s\",\"roles\":[\"%s\"],\"login\":\"%s\",\"name\":\"演示账号\"%s",
                    organisation, role, id, more));
}

/* Those under whose names the demo's entries stand, and a second person for corrections. */
static void
people_open(struct demo *d)
{
    account_open(d, "demo-officer", "centre", "centre_officer", "");
    account_open(d, "demo-payer", "centre", "payer", "");
    account_open(d, "demo-chief", "bureau", "section_chief", "");
    account_open(d, "demo-checker", banks[0].id, "bank_checker", "");
    for (size_t i = 0; i < COUNT(districts); i++)
        account_open(d, arena_print(d->kept, "demo-clerk-%s", districts[i].code).at,
                     arena_print(d->kept, "hrss-%s", districts[i].code).at, "district_clerk",
                     arena_print(d->kept, ",\"district\":\"%s\"", districts[i].code).at);
}

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
        secret_keep(&pem, d, arena_print(d->kept, "key-%s.pem", banks[bank].id).at, pem))
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
    const char *id = banks[i].id;
    struct slice account = arena_print(d->kept, "%s-m1", id), key = arena_print(d->kept, "key-%s", id);

    say(d, &system_actor, "organisation.registered", id, d->year_start,
        arena_print(d->group, "\"sort\":\"bank\",\"zh\":\"%s\"", banks[i].zh));
    account_open(d, account.at, id, "bank_machine", "");
    say(d, &security_actor, "key.registered", key.at, d->year_start,
        arena_print(d->group,
                    "\"organisation\":\"%s\",\"account\":\"%s\",\"algorithm\":\"ed25519\",\"public_key\":\"" SLICE_FMT
                    "\",\"from\":\"2023-01-01\",\"certificate_required\":\"no\",\"profile\":\"rfc9421\"",
                    id, account.at, SLICE_ARG(public_base64(d->group, d->keys[i]))));
}

/* What is posted next is the same entry wherever `what` is the same, whatever the seed. */
static void
id_seed_set(struct demo *d, const char *what)
{
    struct hash h = sha256_one(slice_of(what));

    memcpy(&d->id_seed, h.at, sizeof d->id_seed);
    d->serial = 0;
}

static void
endpoint_set(struct demo *d)
{
    id_seed_set(d, d->o->endpoint);
    say(d, &security_actor, "endpoint.set", banks[0].id, day_local(the_clock.wall_ms()),
        arena_print(d->group, "\"organisation\":\"%s\",\"url\":\"%s\"", banks[0].id, d->o->endpoint));
}

/* A second key of the first bank, shared with it: HMAC is the quickest of the algorithms. */
static void
secret_set(struct demo *d)
{
    const char *id = arena_print(d->kept, "key-%s-hmac", banks[0].id).at;
    char raw[SECRET_SIZE];
    struct slice line, rest;

    random_bytes(raw, sizeof raw);
    line = arena_print(d->kept, SLICE_FMT "\n", SLICE_ARG(base64_encode(d->kept, (struct slice){raw, sizeof raw})));
    if (!secret_keep(&line, d, arena_print(d->kept, "%s.key", id).at, line)) {
        d->got = V_USAGE;
        return;
    }
    id_seed_set(d, id);
    say(d, &security_actor, "key.registered", id, d->year_start,
        arena_print(d->group,
                    "\"organisation\":\"%s\",\"account\":\"%s-m1\",\"algorithm\":\"hmac_sha256\","
                    "\"secret\":\"" SLICE_FMT "\",\"from\":\"2023-01-01\",\"certificate_required\":\"no\","
                    "\"profile\":\"rfc9421\"",
                    banks[0].id, banks[0].id, SLICE_ARG(slice_cut(&rest, line, '\n'))));
}

/* One at the first bank who may only propose what its checker then confirms. */
static void
teller_open(struct demo *d)
{
    id_seed_set(d, "demo-teller");
    account_open(d, "demo-teller", banks[0].id, "bank_officer", "");
}

/* The fund gets as much as the loans of this run may take of it, whatever their class. */
static void
fund_fill(struct demo *d)
{
    long long loans = (long long)d->o->loans + (long long)d->o->waiting;
    struct slice what = arena_print(d->kept, "fund-%llu-%lld", (unsigned long long)d->o->seed, loans);

    say(d, &officer, "fund.founded", FUND, d->year_start, S("\"zh\":\"演示创业担保基金\""));
    if (loans == 0)
        return;
    id_seed_set(d, what.at);
    say(d, &payer, "fund.paid_in", FUND, d->year_start,
        arena_print(d->group, "\"amount\":%lld,\"voucher_no\":\"demo-" SLICE_FMT "\"",
                    loans * CLASS1_MOST * FEN, SLICE_ARG(what)));
}

/* ---- one loan ---------------------------------------------------------------------------------------------------- */

struct demo_loan {
    char id[48];
    const char *district;
    bool class1;
    int64_t amount;       /* fen */
    int64_t term_months;
    size_t bank;
    int32_t day;          /* of the step just taken */
    struct actor clerk;
    int64_t vouchers;
};

static const char *
district_draw(struct demo *d)
{
    int64_t at = between(d, 1, 100);
    size_t i = 0;

    while (i + 1 < COUNT(districts) && at > districts[i].share)
        at -= districts[i++].share;
    return districts[i].code;
}

static struct demo_loan
loan_draw(struct demo *d, int64_t number)
{
    struct demo_loan l = {.district = district_draw(d), .class1 = chance(d, 55)};

    snprintf(l.id, sizeof l.id, "demo-%llu-%05lld", (unsigned long long)d->o->seed, (long long)number);
    l.amount = (l.class1 ? between(d, 3, 10) : between(d, 8, 50)) * 10000 * FEN;
    l.term_months = 12 * between(d, 1, 3);
    l.bank = (size_t)between(d, 0, BANKS - 1);
    l.day = d->year_start + (int32_t)between(d, 5, DAYS_2023 - 60);
    l.clerk = (struct actor){
        .role = ROLE_DISTRICT_CLERK,
        .organisation = arena_print(d->kept, "hrss-%s", l.district),
        .account = arena_print(d->kept, "demo-clerk-%s", l.district),
        .district = slice_of(l.district),
    };
    return l;
}

/* The papers are complete; what the fund is to guarantee goes before the experts and the guarantor. */
static void
loan_check(struct demo *d, struct demo_loan *l)
{
    int32_t decided = l->day + (int32_t)between(d, 3, 9);

    say(d, &l->clerk, "loan.completed", l->id, l->day, S(""));
    if (l->class1) {
        say(d, &l->clerk, "loan.referred", l->id, l->day + 1, S(""));
        say(d, &officer, "loan.review_passed", l->id, l->day + 2,
            arena_print(d->group, "\"minutes_no\":\"%s\",\"amount\":%lld", l->id, (long long)l->amount));
        say(d, &officer, "loan.guarantee_agreed", l->id, l->day + 3, S("\"counter_guarantee\":\"none\""));
    }
    l->day = decided;
}

static void
loan_apply(struct demo *d, struct demo_loan *l, int64_t number)
{
    struct slice person = uuid_of(d->kept, d->o->seed, "person", number);
    char valid_to[DAY_TEXT_SIZE];

    say(d, &l->clerk, "person.registered", person.at, l->day,
        arena_print(d->group, "\"id_type\":\"other\",\"id_number\":\"DEMO-%llx-%lld\",\"name\":\"演示人员%lld\"",
                    (unsigned long long)d->o->seed, (long long)number, (long long)number));
    say(d, &l->clerk, "loan.applied", l->id, l->day,
        arena_print(d->group,
                    "\"class\":\"%s\",\"sort\":\"individual\",\"person\":\"" SLICE_FMT "\",\"district\":\"%s\",%s"
                    "\"amount\":%lld,\"term_months\":%lld,\"use\":\"working_capital\",\"guarantee\":\"%s\"",
                    l->class1 ? "class1" : "class2", SLICE_ARG(person), l->district,
                    l->class1 ? "\"group\":\"student\"," : "", (long long)l->amount, (long long)l->term_months,
                    l->class1 ? "fund" : "mortgage"));
    loan_check(d, l);
    day_print(valid_to, l->day + 60);
    say(d, &officer, "loan.qualified", l->id, l->day,
        arena_print(d->group, "\"certificate_no\":\"%s\",\"amount_max\":%lld,\"valid_to\":\"%s\"%s", l->id,
                    (long long)l->amount, valid_to, l->class1 ? ",\"fund\":\"" FUND "\"" : ""));
}

static void
loan_send(struct demo *d, struct demo_loan *l)
{
    l->day += (int32_t)between(d, 0, 2);
    say(d, &officer, "loan.sent", l->id, l->day, arena_print(d->group, "\"bank\":\"%s\"", banks[l->bank].id));
}

static struct slice
voucher(struct demo *d, struct demo_loan *l)
{
    return arena_print(d->group, "\"voucher_no\":\"%s-%lld\"", l->id, (long long)++l->vouchers);
}

static void
loan_lend(struct demo *d, struct demo_loan *l, int64_t amount)
{
    tell(d, l->bank, "loan.disbursed", l->id, l->day,
         arena_print(d->group, "\"amount\":%lld," SLICE_FMT, (long long)amount, SLICE_ARG(voucher(d, l))));
}

static void
loan_pay(struct demo *d, struct demo_loan *l, int64_t amount)
{
    tell(d, l->bank, "loan.repaid", l->id, l->day,
         arena_print(d->group, "\"amount\":%lld," SLICE_FMT, (long long)amount, SLICE_ARG(voucher(d, l))));
}

/* Approved and contracted, on consecutive days. */
static void
loan_grant(struct demo *d, struct demo_loan *l)
{
    char due[DAY_TEXT_SIZE];
    struct slice terms = arena_print(d->kept, "\"amount\":%lld,\"rate_ppm\":%lld,\"term_months\":%lld",
                                     (long long)l->amount, (long long)between(d, 34500, 46500),
                                     (long long)l->term_months);

    l->day += (int32_t)between(d, 1, 4);
    tell(d, l->bank, "loan.approved", l->id, l->day, terms);
    l->day += 1;
    day_print(due, l->day + (int32_t)(l->term_months * 30));
    tell(d, l->bank, "loan.contracted", l->id, l->day,
         arena_print(d->group, SLICE_FMT ",\"due\":\"%s\",\"contract_no\":\"DEMO-%s\"", SLICE_ARG(terms), due, l->id));
}

/* In one sum or in two tranches; then some pay back early, some fall behind, and of these most recover. */
static void
loan_live(struct demo *d, struct demo_loan *l)
{
    bool twice = chance(d, 15);
    char since[DAY_TEXT_SIZE];

    l->day += (int32_t)between(d, 0, 3);
    loan_lend(d, l, twice ? l->amount / 2 : l->amount);
    if (twice) {
        l->day += (int32_t)between(d, 5, 20);
        loan_lend(d, l, l->amount - l->amount / 2);
    }
    if (chance(d, 70))
        return;
    l->day += (int32_t)between(d, 30, 90);
    loan_pay(d, l, l->amount / 4);
    if (chance(d, 20)) {
        day_print(since, l->day);
        tell(d, l->bank, "loan.overdue", l->id, l->day + 5,
             arena_print(d->group, "\"amount\":%lld,\"since\":\"%s\"", (long long)(l->amount / 4), since));
        l->day += (int32_t)between(d, 10, 40);
        loan_pay(d, l, l->amount / 4);
        tell(d, l->bank, "loan.cured", l->id, l->day, S(""));
    } else if (chance(d, 20)) {
        l->day += (int32_t)between(d, 20, 60);
        loan_pay(d, l, l->amount - l->amount / 4);
        tell(d, l->bank, "loan.settled", l->id, l->day, S(""));
    }
}

static void
loan_run(struct demo *d, int64_t number)
{
    struct demo_loan l = loan_draw(d, number);

    loan_apply(d, &l, number);
    if (chance(d, 3)) {
        say(d, &l.clerk, "loan.withdrawn", l.id, l.day + 1, S(""));
        return;
    }
    loan_send(d, &l);
    l.day += 1;
    tell(d, l.bank, "loan.accepted", l.id, l.day, S(""));
    if (chance(d, 8)) {
        l.day += 2;
        tell(d, l.bank, "loan.rejected", l.id, l.day, S("\"reason\":\"ability_to_repay\""));
        if (chance(d, 50))
            return;
        l.bank = (l.bank + 1) % BANKS;
        loan_send(d, &l);
        l.day += 1;
        tell(d, l.bank, "loan.accepted", l.id, l.day, S(""));
    }
    loan_grant(d, &l);
    loan_live(d, &l);
}

/* An application that lies at its bank, today, for a decision. */
static void
loan_wait(struct demo *d, int64_t number, int32_t today)
{
    struct demo_loan l = loan_draw(d, number);

    l.day = today - 15;
    loan_apply(d, &l, number);
    l.day = today;
    say(d, &officer, "loan.sent", l.id, l.day, arena_print(d->group, "\"bank\":\"%s\"", banks[l.bank].id));
    flush(d);
    if (d->got == V_OK && d->o->told != NULL)
        d->o->told(l.id, banks[l.bank].id, l.amount, l.term_months);
}

/* ---- the year ---------------------------------------------------------------------------------------------------- */

enum verdict
demo_run(struct demo_report *out, const struct demo_options *o)
{
    struct demo d = {.o = o, .report = out, .state = o->seed};

    *out = (struct demo_report){0};
    d.kept = arena_open((size_t)64 << 20);
    d.group = arena_open(GROUP_ARENA);
    day_parse(&d.year_start, S("2023-01-01"));
    for (size_t i = 0; i < BANKS && d.got == V_OK; i++)
        d.got = key_keep(&d, i);
    for (size_t i = 0; i < BANKS && d.got == V_OK; i++)
        bank_open(&d, i);
    people_open(&d);
    fund_fill(&d);
    if (o->endpoint != NULL)
        endpoint_set(&d);
    if (o->with_secret)
        secret_set(&d);
    teller_open(&d);
    flush(&d);
    d.id_seed = o->seed;
    d.serial = LOANS_FROM; /* whatever came before, so that the loans' entries keep their ids */
    for (int64_t i = 1; i <= o->loans && d.got == V_OK; i++) {
        loan_run(&d, i);
        out->loans++;
    }
    flush(&d);
    for (int64_t i = 1; i <= o->waiting && d.got == V_OK; i++)
        loan_wait(&d, o->loans + i, day_local(the_clock.wall_ms()));
    for (size_t i = 0; i < BANKS; i++)
        key_close(d.keys[i]);
    arena_close(d.group);
    arena_close(d.kept);
    return d.got;
}
