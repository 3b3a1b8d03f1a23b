/*
 * Telling a story: its words put in their places, its steps posted by those who may.
 * Knows the language of the stories; must not know any story, nor what a kind means.
 * Invariant: an entry follows from its story, its step and the numbers of the story's earlier entries; no seed and no
 * clock changes it.
 */
#include <ctype.h>
#include <stdlib.h>

#include "demo_story.h"

struct telling {
    struct demo *d;
    const struct story *story;
    struct actor clerk, checker;
    size_t banks[2];
    int32_t first;
    struct slice loan, borrower, other;
    struct slice voucher, noted; /* of the step at hand; the id of the entry noted last */
    int64_t noted_seq;
};

static const struct actor chief = {ROLE_SECTION_CHIEF, S_INIT("bureau"), S_INIT("demo-chief"), {0}};
static const struct actor clockwork = {ROLE_CLOCK, S_INIT("ventured"), S_INIT("clock"), {0}};
static const struct actor import = {ROLE_IMPORT, S_INIT("centre"), S_INIT("demo-import"), {0}};

static const struct actor *
office_of(const struct telling *t, enum teller who)
{
    const struct actor *const offices[] = {
        [CLERK] = &t->clerk, [CHECKER] = &t->checker, [OFFICER] = &demo_officer, [PAYER] = &demo_payer,
        [CHIEF] = &chief,    [CLOCK] = &clockwork,    [IMPORT] = &import,
    };

    return offices[who];
}

static struct slice
borrower_of(struct demo *d, const char *story)
{
    return demo_uuid(d->kept, 0, story, 0);
}

/* What a letter behind the $ stands for. */
static struct slice
word(const struct telling *t, char letter)
{
    const struct {
        char letter;
        struct slice text;
    } words[] = {
        {'l', t->loan},
        {'p', t->borrower},
        {'q', t->other},
        {'d', slice_of(t->story->district)},
        {'a', slice_of(demo_banks[t->banks[0]].id)},
        {'b', slice_of(demo_banks[t->banks[1]].id)},
        {'v', t->voucher},
        {'i', t->noted},
        {'s', arena_print(t->d->group, "%lld", (long long)t->noted_seq)},
    };
    size_t i = 0;

    while (words[i].letter != letter)
        i++;
    return words[i].text;
}

/* The text as JSON, its words in their places; NUL-terminated. */
static struct slice
put_into_words(const struct telling *t, const char *text)
{
    struct buf b = {.arena = t->d->group};
    char day[DAY_TEXT_SIZE];

    while (*text != '\0') {
        char c = *text++;

        if (c != '$') {
            buf_add_char(&b, c == '\'' ? '"' : c);
        } else if (isdigit((unsigned char)*text)) {
            char *end;

            day_print(day, t->first + (int32_t)strtol(text, &end, 10));
            buf_add(&b, slice_of(day));
            text = end;
        } else {
            buf_add(&b, word(t, *text++));
        }
    }
    return arena_copy(t->d->group, buf_slice(&b));
}

/* What is noted has to be in the journal before the next step can name it. */
static void
tell_step(struct telling *t, const struct story_step *s)
{
    struct demo *d = t->d;
    struct slice id = demo_next_id(d), fields, about;
    int32_t on = t->first + s->day;

    t->voucher = arena_print(d->kept, SLICE_FMT "-%lld", SLICE_ARG(t->loan), (long long)d->serial);
    fields = put_into_words(t, s->fields);
    about = s->about == NULL ? t->loan : put_into_words(t, s->about);
    if (s->who >= BANK_1)
        demo_tell(d, t->banks[s->who - BANK_1], s->kind, about.at, on, fields);
    else
        demo_say(d, office_of(t, s->who), s->kind, about.at, on, fields);
    if (!s->noted)
        return;
    demo_flush(d);
    t->noted = id;
    t->noted_seq = d->last_seq;
}

void
demo_story(struct demo *d, const struct story *s, const char *other)
{
    struct telling t = {
        .d = d,
        .story = s,
        .clerk = demo_local(d, ROLE_DISTRICT_CLERK, "demo-clerk", s->district),
        .checker = demo_local(d, ROLE_DISTRICT_CHECKER, "demo-district-checker", s->district),
        .banks = {s->bank, (s->bank + 1) % DEMO_BANKS},
        .loan = arena_print(d->kept, "demo-story-%s", s->name),
        .borrower = borrower_of(d, s->borrower == NULL ? s->name : s->borrower),
        .other = borrower_of(d, other),
    };

    day_parse(&t.first, slice_of(s->first));
    demo_ids_of(d, t.loan.at);
    if (s->borrower == NULL)
        demo_say(d, &t.clerk, "person.registered", t.borrower.at, t.first,
                 arena_print(d->group, "\"id_type\":\"other\",\"id_number\":\"DEMO-%s\",\"name\":\"演示：%s\"", s->name,
                             s->zh));
    for (const struct story_step *step = s->steps; step->kind != NULL; step++)
        tell_step(&t, step);
}
