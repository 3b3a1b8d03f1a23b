/*
 * The house's policy for message signatures against everything that it must refuse.
 * Knows how a bank signs; must not know keys' records or nonce tables.
 * Invariant: each refusal is provoked by one change to a request that is accepted without it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "../../src/edge/digest.h"
#include "../../src/edge/signature.h"
#include "outgoing.h"
#include "seed.h"

#define ARENA_SIZE (64u << 20)
#define NOW INT64_C(1700000000)
#define ORIGIN S("https://bank.ventured.example:8443")
#define TARGET "/v1/entries/loan.disbursed?dry_run=true"
#define BODY "{\"subject\":\"loan-1\",\"on\":\"2023-06-30\",\"amount\":100}"
#define NONCE "Zm9vYmFyYmF6cXV4"
#define ENTRY_ID "\"01890a5d-ac96-774b-bcce-b302099a8057\""

static struct arena *arena;
static struct key *bank_key;

static int
open_bank(void **state)
{
    (void)state;
    arena = arena_open(ARENA_SIZE);
    bank_key = key_make(ALG_ED25519);
    return bank_key == NULL;
}

static int
close_bank(void **state)
{
    (void)state;
    key_close(bank_key);
    arena_close(arena);
    return 0;
}

/* ---- a bank's request, and the plan it is signed by ----------------------------------------------------------- */

static const char *const covered_entry[] = {"@method", "@target-uri", "content-type", "content-digest",
                                            "idempotency-key"};

static const struct signature_plan entry_plan = {
    .label = {"sig1",   4               },
    .key_id = {"bank-1", 6               },
    .nonce = {NONCE,    sizeof NONCE - 1},
    .created_s = NOW,
    .expires_s = SIGNATURE_NEVER,
    .covered = covered_entry,
    .covered_count = COUNT(covered_entry)
};

static void
entry_request(struct outgoing *o)
{
    outgoing_init(o, arena, "POST", TARGET, BODY);
    outgoing_add(o, "Host", S("elsewhere.example"));
    outgoing_add(o, "Content-Type", S("application/json"));
    outgoing_add(o, "Content-Digest", digest_make(arena, o->request.body));
    outgoing_add(o, "Idempotency-Key", S(ENTRY_ID));
}

static void
sign(struct outgoing *o, const struct signature_plan *plan, const struct key *k)
{
    struct message m = {.request = &o->request, .origin = ORIGIN};
    struct signature_fields made;

    assert_true(signature_make(&made, &m, plan, k));
    outgoing_set(o, "Signature-Input", made.input);
    outgoing_set(o, "Signature", made.signature);
}

static void
signed_entry(struct outgoing *o)
{
    entry_request(o);
    sign(o, &entry_plan, bank_key);
}

static struct signature last;

static enum verdict
judged_under(const struct outgoing *o, const struct signature_policy *p, const struct key *k, int64_t now_s)
{
    enum verdict got = signature_read(&last, &o->request, ORIGIN, p);

    return got == V_OK ? signature_check(&last, &o->request, p, k, now_s) : got;
}

static enum verdict
judged(const struct outgoing *o)
{
    return judged_under(o, &signature_policy_entry, bank_key, NOW);
}

static void
wants(const char *what, enum verdict wanted, enum verdict got)
{
    if (wanted != got)
        fail_msg("%s: %s instead of %s", what, verdict_row(got)->name, verdict_row(wanted)->name);
}

static void
accepts_what_a_bank_signed_and_tells_what_it_read(void **state)
{
    struct outgoing o;

    (void)state;
    signed_entry(&o);
    wants("entry", V_OK, judged(&o));
    assert_true(slice_equal(last.label, S("sig1")));
    assert_true(slice_equal(last.key_id, S("bank-1")));
    assert_true(slice_equal(last.nonce, S(NONCE)));
    assert_null(last.algorithm.at);
    assert_null(last.tag.at);
    assert_null(last.fault.at);
    assert_int_equal(last.created_s, NOW);
    assert_int_equal(last.value.len, 64);
    assert_int_equal(sfv_count(last.covered), 5);
    assert_true(slice_equal(
        last.base,
        arena_print(arena,
                    "\"@method\": POST\n\"@target-uri\": https://bank.ventured.example:8443" TARGET
                    "\n\"content-type\": application/json\n\"content-digest\": " SLICE_FMT
                    "\n\"idempotency-key\": " ENTRY_ID
                    "\n\"@signature-params\": (\"@method\" \"@target-uri\" \"content-type\" \"content-digest\" "
                    "\"idempotency-key\");created=1700000000;keyid=\"bank-1\";nonce=\"" NONCE "\"",
                    SLICE_ARG(digest_make(arena, S(BODY))))));
}

static void
accepts_every_algorithm_under_its_own_key_only(void **state)
{
    struct key *keys[ALG__COUNT];

    (void)state;
    for (int alg = 0; alg < ALG__COUNT; alg++)
        keys[alg] = key_make((enum algorithm)alg);
    for (int alg = 0; alg < ALG__COUNT; alg++) {
        struct outgoing o;
        struct signature_plan plan = entry_plan;

        plan.algorithm = slice_of(algorithm_names[alg]);
        entry_request(&o);
        sign(&o, &plan, keys[alg]);
        for (int other = 0; other < ALG__COUNT; other++) {
            wants(algorithm_names[other], alg == other ? V_OK : V_SIGNATURE_WRONG,
                  judged_under(&o, &signature_policy_entry, keys[other], NOW));
        }
    }
    for (int alg = 0; alg < ALG__COUNT; alg++)
        key_close(keys[alg]);
}

/* The signature itself is right each time; what the message says of its algorithm is not the key's. */
static void
refuses_an_algorithm_that_is_not_the_keys(void **state)
{
    static const char *const names[] = {"hmac-sha256", "sm2-sm3", "Ed25519", "none", "", "ed25519 "};
    struct signature_plan plan = entry_plan;
    struct outgoing o;

    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        plan.algorithm = slice_of(names[i]);
        entry_request(&o);
        sign(&o, &plan, bank_key);
        wants(names[i], V_SIGNATURE_WRONG, judged(&o));
    }
}

/* ---- what must be covered ------------------------------------------------------------------------------------- */

static void
names_the_first_required_component_that_is_left_out(void **state)
{
    (void)state;
    for (size_t left = 0; left < COUNT(covered_entry); left++) {
        const char *covered[COUNT(covered_entry)];
        struct signature_plan plan = entry_plan;
        struct outgoing o;

        plan.covered = covered;
        plan.covered_count = 0;
        for (size_t i = 0; i < COUNT(covered_entry); i++) {
            if (i != left)
                covered[plan.covered_count++] = covered_entry[i];
        }
        entry_request(&o);
        sign(&o, &plan, bank_key);
        wants(covered_entry[left], V_COMPONENT_UNCOVERED, judged(&o));
        assert_true(slice_equal(last.fault, slice_of(covered_entry[left])));
    }
}

static void
asks_of_a_list_no_idempotency_key_and_of_a_read_no_body(void **state)
{
    struct signature_plan plan = entry_plan;
    struct outgoing o;

    (void)state;
    plan.covered_count = 4;
    entry_request(&o);
    sign(&o, &plan, bank_key);
    wants("list", V_OK, judged_under(&o, &signature_policy_list, bank_key, NOW));
    wants("entry", V_COMPONENT_UNCOVERED, judged(&o));

    plan.covered_count = 2;
    outgoing_init(&o, arena, "GET", "/v1/loans?limit=1", "");
    sign(&o, &plan, bank_key);
    wants("read", V_OK, judged_under(&o, &signature_policy_read, bank_key, NOW));
    wants("list", V_COMPONENT_UNCOVERED, judged_under(&o, &signature_policy_list, bank_key, NOW));
    o.request.body = S("{}");
    wants("a read with a body", V_COMPONENT_UNCOVERED, judged_under(&o, &signature_policy_read, bank_key, NOW));
    assert_true(slice_equal(last.fault, S("content-digest")));
}

/* ---- time ------------------------------------------------------------------------------------------------------- */

static void
takes_300_seconds_either_way_and_not_301(void **state)
{
    static const struct {
        int64_t created_s, expires_s;
        enum verdict wanted;
    } times[] = {
        {NOW - 300,       SIGNATURE_NEVER, V_OK             },
        {NOW - 301,       SIGNATURE_NEVER, V_SIGNATURE_STALE},
        {NOW + 300,       SIGNATURE_NEVER, V_OK             },
        {NOW + 301,       SIGNATURE_NEVER, V_SIGNATURE_STALE},
        {NOW - 60,        NOW,             V_OK             },
        {NOW - 60,        NOW - 1,         V_SIGNATURE_STALE},
        {NOW - 301,       NOW + 60,        V_SIGNATURE_STALE},
        {-SFV_NUMBER_MAX, SIGNATURE_NEVER, V_SIGNATURE_STALE},
        {SFV_NUMBER_MAX,  SIGNATURE_NEVER, V_SIGNATURE_STALE},
    };
    struct signature_plan plan = entry_plan;
    struct signature_policy strict = signature_policy_entry;
    struct outgoing o;

    (void)state;
    for (size_t i = 0; i < COUNT(times); i++) {
        plan.created_s = times[i].created_s;
        plan.expires_s = times[i].expires_s;
        entry_request(&o);
        sign(&o, &plan, bank_key);
        wants("time", times[i].wanted, judged(&o));
    }
    strict.window_s = 60;
    signed_entry(&o);
    wants("60 s", V_OK, judged_under(&o, &strict, bank_key, NOW + 60));
    wants("61 s", V_SIGNATURE_STALE, judged_under(&o, &strict, bank_key, NOW + 61));
}

/* ---- the digest ---------------------------------------------------------------------------------------------------
 */

static void
recomputes_the_digest_from_the_raw_body(void **state)
{
    static const char *const wrong[] = {"md5=:AAAAAAAAAAAAAAAAAAAAAA==:", "", "sha-256",
                                        "sha-256=:AAAA:", "sha-256=:A"};
    struct outgoing o;

    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        entry_request(&o);
        outgoing_set(&o, "Content-Digest", slice_of(wrong[i]));
        sign(&o, &entry_plan, bank_key);
        wants(wrong[i], V_DIGEST_WRONG, judged(&o));
    }
    signed_entry(&o);
    o.request.body = S(BODY " ");
    wants("a longer body", V_DIGEST_WRONG, judged(&o));
    o.request.body = S("");
    wants("no body", V_DIGEST_WRONG, judged(&o));
}

/* ---- what cannot be read -------------------------------------------------------------------------------------- */

#define ALL "(\"@method\" \"@target-uri\" \"content-type\" \"content-digest\" \"idempotency-key\")"
#define WHEN ";created=1700000000"
#define WHO ";keyid=\"bank-1\""
#define ONCE ";nonce=\"" NONCE "\""

#define GOOD "a=" ALL WHEN WHO ONCE
#define LONG_NONCE ";nonce=\"12345678901234567890123456789012345678901234567890123456789012345\""
#define VALUE "a=:AAAA:"

static const struct unreadable {
    const char *input, *signature, *fault;
} unreadable[] = {
    {"",                                                     VALUE,                "signature-input"  },
    {"a",                                                    VALUE,                "signature-input"  },
    {"a=1",                                                  VALUE,                "signature-input"  },
    {GOOD ", ",                                              VALUE,                "signature-input"  },
    {GOOD ", b=" ALL WHEN WHO ONCE,                          VALUE,                "signature-input"  },
    {GOOD ", a=" ALL WHEN WHO ONCE,                          VALUE,                "signature-input"  },
    {GOOD,                                                   "a=:AAAA:, b=:AAAA:", "signature"        },
    {GOOD,                                                   "a=:AAAA:, a=:AAAA:", "signature"        },
    {GOOD,                                                   "b=:AAAA:",           "signature"        },
    {GOOD,                                                   "a=\"AAAA\"",         "signature"        },
    {GOOD,                                                   "a=:AAA:",            "signature"        },
    {"a=" ALL WHO ONCE,                                      VALUE,                "created"          },
    {"a=" ALL ";created=1700000000.0" WHO ONCE,              VALUE,                "created"          },
    {"a=" ALL ";created=\"1700000000\"" WHO ONCE,            VALUE,                "created"          },
    {"a=" ALL WHEN WHEN WHO ONCE,                            VALUE,                "created"          },
    {"a=" ALL WHEN ONCE,                                     VALUE,                "keyid"            },
    {"a=" ALL WHEN ONCE ";keyid=\"\"",                       VALUE,                "keyid"            },
    {"a=" ALL WHEN ONCE ";keyid=bank-1",                     VALUE,                "keyid"            },
    {"a=" ALL WHEN WHO,                                      VALUE,                "nonce"            },
    {"a=" ALL WHEN WHO ";nonce=\"123456789012345\"",         VALUE,                "nonce"            },
    {"a=" ALL WHEN WHO LONG_NONCE,                           VALUE,                "nonce"            },
    {"a=" ALL WHEN WHO ";nonce=\"1234567890 12345\"",        VALUE,                "nonce"            },
    {GOOD ";expires=x",                                      VALUE,                "expires"          },
    {GOOD ";alg=ed25519",                                    VALUE,                "alg"              },
    {GOOD ";tag=?1",                                         VALUE,                "tag"              },
    {"a=(\"@method\" \"@method\")" WHEN WHO ONCE,            VALUE,                "@method"          },
    {"a=(\"host\" \"content-type\" \"host\")" WHEN WHO ONCE, VALUE,                "host"             },
    {"a=(\"@method\" \"@nothing\")" WHEN WHO ONCE,           VALUE,                "@nothing"         },
    {"a=(\"@signature-params\")" WHEN WHO ONCE,              VALUE,                "@signature-params"},
    {"a=(\"@status\")" WHEN WHO ONCE,                        VALUE,                "@status"          },
    {"a=(\"x-not-there\")" WHEN WHO ONCE,                    VALUE,                "x-not-there"      },
    {"a=(\"Content-Type\")" WHEN WHO ONCE,                   VALUE,                "Content-Type"     },
    {"a=(\"content type\")" WHEN WHO ONCE,                   VALUE,                "content type"     },
    {"a=(\"\")" WHEN WHO ONCE,                               VALUE,                ""                 },
    {"a=(content-type)" WHEN WHO ONCE,                       VALUE,                "signature-input"  },
    {"a=(\"@method\" 1)" WHEN WHO ONCE,                      VALUE,                "signature-input"  },
    {"a=(\"content-digest\";sf)" WHEN WHO ONCE,              VALUE,                "content-digest"   },
    {"a=(\"content-digest\";key=\"sha-256\")" WHEN WHO ONCE, VALUE,                "content-digest"   },
    {"a=(\"content-type\";bs)" WHEN WHO ONCE,                VALUE,                "content-type"     },
    {"a=(\"content-type\";tr)" WHEN WHO ONCE,                VALUE,                "content-type"     },
    {"a=(\"@method\";req)" WHEN WHO ONCE,                    VALUE,                "@method"          },
};

static void
names_what_is_at_fault_in_fields_that_cannot_be_read(void **state)
{
    struct outgoing o;

    (void)state;
    for (size_t i = 0; i < COUNT(unreadable); i++) {
        entry_request(&o);
        outgoing_set(&o, "Signature-Input", slice_of(unreadable[i].input));
        outgoing_set(&o, "Signature", slice_of(unreadable[i].signature));
        wants(unreadable[i].input, V_SIGNATURE_MALFORMED, judged(&o));
        if (!slice_equal(last.fault, slice_of(unreadable[i].fault)))
            fail_msg("%s: blames " SLICE_FMT, unreadable[i].input, SLICE_ARG(last.fault));
    }
}

static void
misses_either_field(void **state)
{
    static const char *const fields[] = {"Signature-Input", "Signature"};
    struct outgoing o;

    (void)state;
    for (size_t i = 0; i < COUNT(fields); i++) {
        signed_entry(&o);
        outgoing_drop(&o, fields[i]);
        wants(fields[i], V_SIGNATURE_MISSING, judged(&o));
        assert_int_equal(strcasecmp(last.fault.at, fields[i]), 0);
        outgoing_set(&o, fields[1 - i], S("?"));
        wants("the other malformed", V_SIGNATURE_MISSING, judged(&o));
    }
}

static void
refuses_a_covered_component_that_was_taken_away_or_doubled(void **state)
{
    static const char *const fields[] = {"Content-Type", "Content-Digest", "Idempotency-Key"};
    struct outgoing o;

    (void)state;
    for (size_t i = 0; i < COUNT(fields); i++) {
        struct slice value;

        signed_entry(&o);
        value = header_find(&o.request, fields[i]);
        outgoing_drop(&o, fields[i]);
        wants(fields[i], V_SIGNATURE_MALFORMED, judged(&o));
        outgoing_add(&o, fields[i], value);
        wants(fields[i], V_OK, judged(&o));
        outgoing_add(&o, fields[i], value);
        wants(fields[i], i == 1 ? V_DIGEST_WRONG : V_SIGNATURE_WRONG, judged(&o));
    }
}

static void
lets_no_field_forge_a_line_of_the_base(void **state)
{
    static const char *const values[] = {"a\n\"@method\": GET", "a\rb", "a\x7f", "\xe4\xb8\xad", "\x01"};
    struct outgoing o;

    (void)state;
    for (size_t i = 0; i < COUNT(values); i++) {
        signed_entry(&o);
        outgoing_set(&o, "Content-Type", slice_of(values[i]));
        wants(values[i], V_SIGNATURE_MALFORMED, judged(&o));
    }
}

/* A request that is right but for its size: so many components, so long a key id, so long a tag. */
static enum verdict
judged_with(size_t covered_count, size_t key_id_len, size_t tag_len)
{
    const char *covered[OUTGOING_FIELDS_MAX];
    struct signature_plan plan = entry_plan;
    struct outgoing o;

    entry_request(&o);
    memcpy(covered, covered_entry, sizeof covered_entry);
    for (size_t i = COUNT(covered_entry); i < covered_count; i++) {
        covered[i] = arena_print(arena, "x-%zu", i).at;
        outgoing_add(&o, covered[i], S("x"));
    }
    plan.covered = covered;
    plan.covered_count = covered_count;
    plan.key_id = arena_print(arena, "%0*d", (int)key_id_len, 0);
    plan.tag = arena_print(arena, "%0*d", (int)tag_len, 0);
    sign(&o, &plan, bank_key);
    return judged(&o);
}

static void
takes_each_limit_and_refuses_one_more(void **state)
{
    const struct signature_policy *p = &signature_policy_entry;
    size_t rest;

    (void)state;
    wants("components", V_OK, judged_with(p->covered_max, 6, 6));
    wants("one component more", V_SIGNATURE_MALFORMED, judged_with(p->covered_max + 1, 6, 6));
    wants("key id", V_OK, judged_with(5, p->key_id_len_max, 6));
    wants("a longer key id", V_SIGNATURE_MALFORMED, judged_with(5, p->key_id_len_max + 1, 6));
    rest = sizeof "sig1=" ALL WHEN ";keyid=\"000000\"" ONCE ";tag=\"\"" - 1;
    wants("the longest field", V_OK, judged_with(5, 6, p->field_bytes_max - rest));
    wants("one byte more", V_SIGNATURE_MALFORMED, judged_with(5, 6, p->field_bytes_max - rest + 1));
}

static void
refuses_huge_fields_in_bounded_memory(void **state)
{
    struct buf huge = {.arena = arena};
    struct outgoing o;
    size_t before;

    (void)state;
    while (huge.len <= 2 * signature_policy_entry.field_bytes_max)
        buf_add(&huge, S("a=(\"@method\");created=1, "));
    signed_entry(&o);
    outgoing_set(&o, "Signature-Input", buf_slice(&huge));
    before = arena_used(arena);
    wants("a huge input", V_SIGNATURE_MALFORMED, judged(&o));
    assert_in_range(arena_used(arena) - before, 0, 64 * signature_policy_entry.field_bytes_max);
    signed_entry(&o);
    outgoing_set(&o, "Signature", buf_slice(&huge));
    before = arena_used(arena);
    wants("a huge signature", V_SIGNATURE_MALFORMED, judged(&o));
    assert_in_range(arena_used(arena) - before, 0, 64 * signature_policy_entry.field_bytes_max);
}

/* ---- the order ----------------------------------------------------------------------------------------------------
 */

static void
answers_the_first_failure_in_the_published_order(void **state)
{
    struct signature_plan plan = entry_plan;
    struct key *other = key_make(ALG_ED25519);
    struct outgoing o;

    (void)state;
    plan.created_s = NOW - 301;
    plan.covered_count = 4;
    entry_request(&o);
    sign(&o, &plan, other);
    o.request.body = S("{}");
    wants("uncovered, stale, digest, wrong", V_COMPONENT_UNCOVERED, judged(&o));
    plan.covered_count = 5;
    o.request.body = S(BODY);
    sign(&o, &plan, other);
    o.request.body = S("{}");
    wants("stale, digest, wrong", V_SIGNATURE_STALE, judged(&o));
    plan.created_s = NOW;
    sign(&o, &plan, other);
    wants("digest, wrong", V_DIGEST_WRONG, judged(&o));
    o.request.body = S(BODY);
    wants("wrong", V_SIGNATURE_WRONG, judged(&o));
    wants("nothing", V_OK, judged_under(&o, &signature_policy_entry, other, NOW));
    key_close(other);
}

static void
builds_the_target_from_the_configured_origin_never_from_host(void **state)
{
    struct outgoing o;

    (void)state;
    signed_entry(&o);
    outgoing_set(&o, "Host", S("another.example"));
    wants("another Host", V_OK, judged(&o));
    wants("read", V_OK, signature_read(&last, &o.request, S("https://another.example"), &signature_policy_entry));
    wants("another origin", V_SIGNATURE_WRONG,
          signature_check(&last, &o.request, &signature_policy_entry, bank_key, NOW));
}

/* ---- mutations ----------------------------------------------------------------------------------------------------
 */

/* Everything that the signature covers, and the two fields that carry it. */
static struct slice *
covered_part(struct outgoing *o, size_t i)
{
    static const char *const fields[] = {"Content-Type", "Content-Digest", "Idempotency-Key", "Signature-Input",
                                         "Signature"};
    struct slice *const parts[] = {&o->request.method, &o->request.target, &o->request.body};

    if (i < COUNT(parts))
        return parts[i];
    for (size_t f = 0; f < o->request.header_count; f++) {
        if (slice_equal(o->fields[f].name, slice_of(fields[i - COUNT(parts)])))
            return &o->fields[f].value;
    }
    fail_msg("no %s", fields[i - COUNT(parts)]);
    return NULL;
}

/* One bit turned, one byte put in another's place, taken out or put in. */
static struct slice
mutated(struct seed *random, struct slice s)
{
    struct buf b = {.arena = arena};
    size_t at = (size_t)seed_below(random, s.len);
    char old = s.at[at], byte = (char)seed_below(random, 256);
    enum { TURN, PUT, DROP, INSERT, WAYS } way = (unsigned)seed_below(random, WAYS);

    if (way == TURN)
        byte = (char)(old ^ (1 << seed_below(random, 8)));
    if (way == PUT && byte == old)
        byte = (char)(old ^ 1);
    buf_add(&b, slice_sub(s, 0, at));
    if (way != DROP)
        buf_add_char(&b, byte);
    buf_add(&b, slice_sub(s, at + (way != INSERT), s.len));
    return buf_slice(&b);
}

static struct slice
everything_signed(const struct outgoing *o)
{
    return arena_print(arena, SLICE_FMT "|" SLICE_FMT "|" SLICE_FMT, SLICE_ARG(last.base), SLICE_ARG(last.value),
                       SLICE_ARG(o->request.body));
}

/* A change that spells the same signed bytes another way (a space more between two parameters) is no forgery; all
 * others must be refused. */
static size_t
forgeries_accepted(enum algorithm alg, size_t count, struct seed *random, size_t *respelled)
{
    struct arena *kept = arena;
    struct key *k = key_make(alg);
    struct outgoing signed_once;
    struct slice before;
    size_t accepted = 0;

    entry_request(&signed_once);
    sign(&signed_once, &entry_plan, k);
    wants("unchanged", V_OK, judged_under(&signed_once, &signature_policy_entry, k, NOW));
    before = everything_signed(&signed_once);
    arena = arena_open(ARENA_SIZE);
    for (size_t i = 0; i < count; i++) {
        struct outgoing o = signed_once;
        struct slice *part = covered_part(&o, (size_t)seed_below(random, 8));

        arena_reset(arena);
        o.request.arena = arena;
        o.request.headers = o.fields;
        *part = mutated(random, *part);
        if (judged_under(&o, &signature_policy_entry, k, NOW) != V_OK)
            continue;
        if (slice_equal(before, everything_signed(&o)))
            (*respelled)++;
        else
            accepted++;
    }
    arena_close(arena);
    arena = kept;
    key_close(k);
    return accepted;
}

static void
accepts_none_of_20000_mutations(void **state)
{
    static const struct {
        enum algorithm alg;
        size_t count;
    } runs[] = {
        {ALG_HMAC_SHA256,       13000},
        {ALG_ED25519,           5000 },
        {ALG_ECDSA_P256_SHA256, 1700 },
        {ALG_SM2_SM3,           200  },
        {ALG_RSA_PSS_SHA512,    100  },
    };
    struct seed random = seed_open("mutations");
    size_t respelled = 0, total = 0;

    (void)state;
    for (size_t i = 0; i < COUNT(runs); i++) {
        assert_int_equal(forgeries_accepted(runs[i].alg, runs[i].count, &random, &respelled), 0);
        total += runs[i].count;
    }
    print_message("# %zu mutations, 0 accepted, %zu spelt the same bytes\n", total, respelled);
    assert_int_equal(total, 20000);
    assert_in_range(respelled, 0, total / 50);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_bank, close_bank)

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(accepts_what_a_bank_signed_and_tells_what_it_read),
        TEST(accepts_every_algorithm_under_its_own_key_only),
        TEST(refuses_an_algorithm_that_is_not_the_keys),
        TEST(names_the_first_required_component_that_is_left_out),
        TEST(asks_of_a_list_no_idempotency_key_and_of_a_read_no_body),
        TEST(takes_300_seconds_either_way_and_not_301),
        TEST(recomputes_the_digest_from_the_raw_body),
        TEST(names_what_is_at_fault_in_fields_that_cannot_be_read),
        TEST(misses_either_field),
        TEST(refuses_a_covered_component_that_was_taken_away_or_doubled),
        TEST(lets_no_field_forge_a_line_of_the_base),
        TEST(takes_each_limit_and_refuses_one_more),
        TEST(refuses_huge_fields_in_bounded_memory),
        TEST(answers_the_first_failure_in_the_published_order),
        TEST(builds_the_target_from_the_configured_origin_never_from_host),
        TEST(accepts_none_of_20000_mutations),
    };

    return cmocka_run_group_tests_name("edge/signature", tests, NULL, NULL);
}
