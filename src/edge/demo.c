/*
 * Demo records: see demo.h.
 * Knows how a year of loans may go; must not know the tables behind the door.
 * Invariant: everything follows from the seed, so the same seed gives the same entries.
 */
#include <stdio.h>

#include "demo_int.h"
#include "ventured/domain.h"

#define LOANS_FROM 1000 /* above what banks and people take, whose seed may be a loan's too */
#define GROUP_ARENA ((size_t)256 << 20)
#define FEN 100
#define DAYS_2023 365

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

/* ---- one loan ---------------------------------------------------------------------------------------------------- */

struct demo_loan {
    char id[48];
    const char *district;
    bool class1;
    int64_t amount; /* fen */
    int64_t term_months;
    size_t bank;
    int32_t day; /* of the step just taken */
    struct actor clerk;
    int64_t vouchers;
};

static const char *
district_draw(struct demo *d)
{
    int64_t at = between(d, 1, 100);
    size_t i = 0;

    while (i + 1 < DEMO_DISTRICTS && at > demo_districts[i].share)
        at -= demo_districts[i++].share;
    return demo_districts[i].code;
}

static struct demo_loan
loan_draw(struct demo *d, int64_t number)
{
    struct demo_loan l = {.district = district_draw(d), .class1 = chance(d, 55)};

    snprintf(l.id, sizeof l.id, "demo-%llu-%05lld", (unsigned long long)d->o->seed, (long long)number);
    l.amount = (l.class1 ? between(d, 3, 10) : between(d, 8, 50)) * 10000 * FEN;
    l.term_months = 12 * between(d, 1, 3);
    l.bank = (size_t)between(d, 0, DEMO_BANKS - 1);
    l.day = d->year_start + (int32_t)between(d, 5, DAYS_2023 - 60);
    l.clerk = demo_local(d, ROLE_DISTRICT_CLERK, "demo-clerk", l.district);
    return l;
}

/* The papers are complete; what the fund is to guarantee goes before the experts and the guarantor. */
static void
loan_check(struct demo *d, struct demo_loan *l)
{
    int32_t decided = l->day + (int32_t)between(d, 3, 9);

    demo_say(d, &l->clerk, "loan.completed", l->id, l->day, S(""));
    if (l->class1) {
        demo_say(d, &l->clerk, "loan.referred", l->id, l->day + 1, S(""));
        demo_say(d, &demo_officer, "loan.review_passed", l->id, l->day + 2,
                 arena_print(d->group, "\"minutes_no\":\"%s\",\"amount\":%lld", l->id, (long long)l->amount));
        demo_say(d, &demo_officer, "loan.guarantee_agreed", l->id, l->day + 3, S("\"counter_guarantee\":\"none\""));
    }
    l->day = decided;
}

static void
loan_apply(struct demo *d, struct demo_loan *l, int64_t number)
{
    struct slice person = demo_uuid(d->kept, d->o->seed, "person", number);
    char valid_to[DAY_TEXT_SIZE];

    demo_say(d, &l->clerk, "person.registered", person.at, l->day,
             arena_print(d->group, "\"id_type\":\"other\",\"id_number\":\"DEMO-%llx-%lld\",\"name\":\"演示人员%lld\"",
                         (unsigned long long)d->o->seed, (long long)number, (long long)number));
    demo_say(d, &l->clerk, "loan.applied", l->id, l->day,
             arena_print(d->group,
                         "\"class\":\"%s\",\"sort\":\"individual\",\"person\":\"" SLICE_FMT "\",\"district\":\"%s\",%s"
                         "\"amount\":%lld,\"term_months\":%lld,\"use\":\"working_capital\",\"guarantee\":\"%s\"",
                         l->class1 ? "class1" : "class2", SLICE_ARG(person), l->district,
                         l->class1 ? "\"group\":\"student\"," : "", (long long)l->amount, (long long)l->term_months,
                         l->class1 ? "fund" : "mortgage"));
    loan_check(d, l);
    day_print(valid_to, l->day + 60);
    demo_say(d, &demo_officer, "loan.qualified", l->id, l->day,
             arena_print(d->group, "\"certificate_no\":\"%s\",\"amount_max\":%lld,\"valid_to\":\"%s\"%s", l->id,
                         (long long)l->amount, valid_to, l->class1 ? ",\"fund\":\"" DEMO_FUND "\"" : ""));
}

static void
loan_send(struct demo *d, struct demo_loan *l)
{
    l->day += (int32_t)between(d, 0, 2);
    demo_say(d, &demo_officer, "loan.sent", l->id, l->day,
             arena_print(d->group, "\"bank\":\"%s\"", demo_banks[l->bank].id));
}

static struct slice
voucher(struct demo *d, struct demo_loan *l)
{
    return arena_print(d->group, "\"voucher_no\":\"%s-%lld\"", l->id, (long long)++l->vouchers);
}

static void
loan_lend(struct demo *d, struct demo_loan *l, int64_t amount)
{
    demo_tell(d, l->bank, "loan.disbursed", l->id, l->day,
              arena_print(d->group, "\"amount\":%lld," SLICE_FMT, (long long)amount, SLICE_ARG(voucher(d, l))));
}

static void
loan_pay(struct demo *d, struct demo_loan *l, int64_t amount)
{
    demo_tell(d, l->bank, "loan.repaid", l->id, l->day,
              arena_print(d->group, "\"amount\":%lld," SLICE_FMT, (long long)amount, SLICE_ARG(voucher(d, l))));
}

/* Approved and contracted, on consecutive days. */
static void
loan_grant(struct demo *d, struct demo_loan *l)
{
    char due[DAY_TEXT_SIZE];
    struct slice terms =
        arena_print(d->kept, "\"amount\":%lld,\"rate_ppm\":%lld,\"term_months\":%lld", (long long)l->amount,
                    (long long)between(d, 34500, 46500), (long long)l->term_months);

    l->day += (int32_t)between(d, 1, 4);
    demo_tell(d, l->bank, "loan.approved", l->id, l->day, terms);
    l->day += 1;
    day_print(due, l->day + (int32_t)(l->term_months * 30));
    demo_tell(
        d, l->bank, "loan.contracted", l->id, l->day,
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
        demo_tell(d, l->bank, "loan.overdue", l->id, l->day + 5,
                  arena_print(d->group, "\"amount\":%lld,\"since\":\"%s\"", (long long)(l->amount / 4), since));
        l->day += (int32_t)between(d, 10, 40);
        loan_pay(d, l, l->amount / 4);
        demo_tell(d, l->bank, "loan.cured", l->id, l->day, S(""));
    } else if (chance(d, 20)) {
        l->day += (int32_t)between(d, 20, 60);
        loan_pay(d, l, l->amount - l->amount / 4);
        demo_tell(d, l->bank, "loan.settled", l->id, l->day, S(""));
    }
}

static void
loan_run(struct demo *d, int64_t number)
{
    struct demo_loan l = loan_draw(d, number);

    loan_apply(d, &l, number);
    if (chance(d, 3)) {
        demo_say(d, &l.clerk, "loan.withdrawn", l.id, l.day + 1, S(""));
        return;
    }
    loan_send(d, &l);
    l.day += 1;
    demo_tell(d, l.bank, "loan.accepted", l.id, l.day, S(""));
    if (chance(d, 8)) {
        l.day += 2;
        demo_tell(d, l.bank, "loan.rejected", l.id, l.day, S("\"reason\":\"ability_to_repay\""));
        if (chance(d, 50))
            return;
        l.bank = (l.bank + 1) % DEMO_BANKS;
        loan_send(d, &l);
        l.day += 1;
        demo_tell(d, l.bank, "loan.accepted", l.id, l.day, S(""));
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
    demo_say(d, &demo_officer, "loan.sent", l.id, l.day,
             arena_print(d->group, "\"bank\":\"%s\"", demo_banks[l.bank].id));
    demo_flush(d);
    if (d->got == V_OK && d->o->told != NULL)
        d->o->told(l.id, demo_banks[l.bank].id, l.amount, l.term_months);
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
    demo_found(&d);
    d.id_seed = o->seed;
    d.serial = LOANS_FROM; /* whatever came before, so that the loans' entries keep their ids */
    for (int64_t i = 1; i <= o->loans && d.got == V_OK; i++) {
        loan_run(&d, i);
        out->loans++;
    }
    demo_flush(&d);
    for (int64_t i = 1; i <= o->waiting && d.got == V_OK; i++)
        loan_wait(&d, o->loans + i, day_local(the_clock.wall_ms()));
    if (o->loans > 0)
        demo_stories(&d);
    demo_keys_close(&d);
    arena_close(d.group);
    arena_close(d.kept);
    return d.got;
}
