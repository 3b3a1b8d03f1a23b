/*
 * Sheets in the words of offices, row by row; and that no word of theirs means two things.
 * Knows the toys and the real kinds as tables; must not know files or networks.
 * Invariant: what a cell becomes is written out here, fen by fen.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/edge/batch_int.h"
#include "policy.h"
#include "toy_policy.h"

static struct arena *arena;

static int
open_arena(void **state)
{
    (void)state;
    arena = arena_open((size_t)1 << 30);
    return 0;
}

static int
close_arena(void **state)
{
    (void)state;
    arena_close(arena);
    return 0;
}

/* A batch of toy kinds; every id is given by the sheet or made. */
static enum verdict
open_batch(struct batch *b, struct problems *p, const char *text, const struct batch_terms *terms)
{
    struct sheet *s = NEW(arena, struct sheet);
    struct sheet_fault fault;
    enum verdict got;

    *p = (struct problems){.arena = arena};
    assert_true(sheet_read(s, &fault, arena, &(struct sheet_source){.bytes = slice_of(text)}));
    got = batch_open(b, arena, s, terms, p);
    if (got == V_OK)
        assert_true(batch_ids(b, arena, S("")));
    return got;
}

static const struct batch_terms toys = {.kinds = toy_kinds};

/* The first row's entry without its id. */
static struct slice
first_item(const struct batch *b)
{
    struct slice item = b->items[0];
    size_t comma;

    assert_true(slice_find(&comma, item, ','));
    return slice_sub(item, comma + 1, item.len);
}

static void
a_row_is_the_same_entry_in_any_words(void **state)
{
    static const char *const texts[] = {
        "kind,subject,on,colour,capacity,district,owner\njar.opened,j1,2023-03-01,red,1250,330602,p1\n",
        "类型,对象,日期,colour,capacity,district,owner\njar.opened,j1,2023-03-01,red,1250,330602,p1\n",
        "登记事项,编号,日期,颜色,容量（元）,区县,罐主\n开罐,j1,2023-03-01,红,12.5,330602,p1\n",
        "kind,subject,on,颜色,capacity (yuan),district,owner\njar.opened,j1,2023-03-01,红,12.50,330602,p1\n",
    };
    struct slice first = {0};

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct problems p;
        struct batch b;

        assert_int_equal(open_batch(&b, &p, texts[i], &toys), V_OK);
        if (batch_encode(&b, arena, &p) != V_OK)
            fail_msg("%zu: " SLICE_FMT " " SLICE_FMT, i, SLICE_ARG(p.first->pointer), SLICE_ARG(p.first->en));
        if (i == 0)
            first = first_item(&b);
        if (!slice_equal(first, first_item(&b)))
            fail_msg("%zu: " SLICE_FMT, i, SLICE_ARG(b.items[0]));
    }
}

static void
yuan_are_read_to_the_fen(void **state)
{
    static const struct {
        const char *cell;
        int64_t fen; /* INT_ABSENT: refused */
    } cases[] = {
        {"0",                  0                           },
        {"1",                  100                         },
        {"0.1",                10                          },
        {"0.07",               7                           },
        {"1234567.89",         123456789                   },
        {"-0.5",               -50                         },
        {"-12.34",             -1234                       },
        {"90000000000000",     INT64_C(9000000000000000)   },
        {"90000000000000.01",  INT_ABSENT                  },
        {"92233720368547758",  INT_ABSENT                  },
        {"9223372036854775808", INT_ABSENT                 },
        {"0.005",              INT_ABSENT                  },
        {"1.",                 INT_ABSENT                  },
        {".5",                 INT_ABSENT                  },
        {"1.-5",               INT_ABSENT                  },
        {"1.2.3",              INT_ABSENT                  },
        {"1,000",              INT_ABSENT                  },
        {"1e3",                INT_ABSENT                  },
        {"+1",                 INT_ABSENT                  },
        {"-",                  INT_ABSENT                  },
        {"1 ",                 INT_ABSENT                  },
    };
    const struct field f = {.type = FIELD_INT, .unit = "fen"};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf b = {.arena = arena};
        bool good = batch_cell_add(&b, &f, true, slice_of(cases[i].cell)) == NULL;
        struct slice wanted = arena_print(arena, "%lld", (long long)cases[i].fen);

        if (good != (cases[i].fen != INT_ABSENT))
            fail_msg("%s", cases[i].cell);
        if (good && !slice_equal(buf_slice(&b), wanted))
            fail_msg("%s: " SLICE_FMT, cases[i].cell, SLICE_ARG(buf_slice(&b)));
        if (!good)
            assert_int_equal(b.len, 0);
    }
}

static void
what_a_sheet_leaves_unsaid_is_said_by_its_terms(void **state)
{
    struct batch_terms terms = toys;
    struct problems p;
    struct batch b;

    (void)state;
    terms.kind = S("jar.filled");
    assert_int_equal(open_batch(&b, &p, "subject,on,amount,voucher_no,kind\nj1,2023-03-01,5,V,\nj2,2023-03-01,,,封罐\n",
                                &terms), V_OK);
    assert_int_equal(batch_encode(&b, arena, &p), V_OK);
    assert_true(slice_equal(first_item(&b),
                            S("\"kind\":\"jar.filled\",\"subject\":\"j1\",\"on\":\"2023-03-01\",\"amount\":5,"
                              "\"voucher_no\":\"V\"}")));
    assert_non_null(memmem(b.items[1].at, b.items[1].len, "jar.sealed", 10));
    /* A word for `via` goes to kinds that have it, and to cells that are empty. */
    terms = (struct batch_terms){.kinds = entry_kinds, .kind = S("loan.accepted"), .via = S("file")};
    assert_int_equal(open_batch(&b, &p, "subject,on,via,kind\nL,2023-03-01,,\nL,2023-03-01,人工录入,\n"
                                        "L,2023-03-01,,loan.withdrawn\n", &terms), V_OK);
    assert_int_equal(batch_encode(&b, arena, &p), V_OK);
    assert_non_null(memmem(b.items[0].at, b.items[0].len, "\"via\":\"file\"", 12));
    assert_non_null(memmem(b.items[1].at, b.items[1].len, "\"via\":\"console\"", 15));
    assert_null(memmem(b.items[2].at, b.items[2].len, "via", 3));
}

/* Every place as a spreadsheet shows it: the row's own number, the heading as it was sent. */
static void
problems_stand_where_the_sheet_has_them(void **state)
{
    static const struct {
        const char *text, *pointer;
        enum verdict verdict;
    } cases[] = {
        {"subject,on\nj,2023-03-01\n",                              "/1/kind",         V_FIELD_MISSING},
        {"类型,对象,amount\njar.filled,j,5\n",                      "/1/on",           V_FIELD_MISSING},
        {"kind,对象,编号,on\njar.broken,j,j,2023-03-01\n",          "/1/编号",         V_FIELD_UNKNOWN},
        {"\n\nkind,对象,on\n\n打碎,,2023-03-01\n",                  "/5/对象",         V_FIELD_MISSING},
        {"kind,subject,on\n,j,2023-03-01\n",                        "/2/kind",         V_FIELD_MISSING},
        {"类型,subject,on\n裂,j,2023-03-01\n",                      "/2/类型",         V_KIND_UNKNOWN },
        {"kind,subject,on,amount\njar.filled,j,2023-03-01,0.5\n",   "/2/amount",       V_FIELD_TYPE   },
        {"kind,subject,on,金额（元）\njar.filled,j,2023-03-01,x\n", "/2/金额（元）",   V_FIELD_TYPE   },
        {"kind,subject,on,a/b~\njar.filled,j,2023-03-01,x\n",       "/2/a~1b~0",       V_FIELD_UNKNOWN},
        {"kind,subject,on,编号（元）\njar.filled,j,2023-03-01,1\n", "/2/编号（元）",   V_FIELD_UNKNOWN},
        {"kind,subject,on,voucher_no (yuan)\njar.filled,j,2023-03-01,1\n", "/2/voucher_no (yuan)", V_FIELD_UNKNOWN},
        {"kind,subject,on,amount,金额\njar.filled,j,2023-03-01,1,2\n", "/2/金额",      V_FIELD_UNKNOWN},
        {"kind,subject,on,id\njar.broken,j,2023-03-01,X\n",         "/2/id",           V_ID_MALFORMED },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct problems p;
        struct batch b;

        if (open_batch(&b, &p, cases[i].text, &toys) == V_OK)
            assert_int_equal(batch_encode(&b, arena, &p), V_FIELDS_WRONG);
        if (p.count != 1 || p.first->verdict != cases[i].verdict ||
            !slice_equal(p.first->pointer, slice_of(cases[i].pointer)))
            fail_msg("%zu: %zu " SLICE_FMT, i, p.count, SLICE_ARG(p.first->pointer));
    }
}

static void
a_pointer_into_an_entry_is_found_in_the_sheet_again(void **state)
{
    static const struct {
        const char *pointer, *wanted;
    } cases[] = {
        {"",            "/3"           },
        {"/on",         "/3/日期"      },
        {"/id",         "/3/id"        },
        {"/amount",     "/3/金额（元）"},
        {"/voucher_no", "/3/voucher_no"},
        {"/amount/0/x", "/3/金额（元）/0/x"},
        {"/unheard",    "/3/unheard"   },
    };
    struct problems p;
    struct batch b;

    (void)state;
    assert_int_equal(open_batch(&b, &p, "kind,对象,日期,金额,金额（元）\n\njar.filled,j,2023-03-01,,1\n", &toys), V_OK);
    assert_int_equal(batch_encode(&b, arena, &p), V_OK);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct slice at = batch_pointer(&b, arena, 1, slice_of(cases[i].pointer));

        if (!slice_equal(at, slice_of(cases[i].wanted)))
            fail_msg("%s: " SLICE_FMT, cases[i].pointer, SLICE_ARG(at));
    }
}

static struct slice
word_of(const char *heading)
{
    struct batch_heading h;

    batch_heading_read(&h, arena, slice_of(heading));
    assert_false(h.yuan);
    assert_int_equal(h.member, BATCH__MEMBERS);
    return h.word;
}

/* A title that two kinds, or two fields of a kind, had could not be read from a sheet; nor one that means a column of
 * the envelope. */
static void
no_title_means_two_things(void **state)
{
    (void)state;
    for (const struct kind_row *k = entry_kinds; k->name != NULL; k++) {
        const struct shape *s = k->shape;

        for (const struct kind_row *other = entry_kinds; other != k; other++)
            if (strcmp(other->shape->zh, s->zh) == 0)
                fail_msg("%s and %s are both %s", other->name, k->name, s->zh);
        for (size_t i = 0; i < s->count; i++)
            for (size_t j = 0; j < i; j++)
                if (slice_equal(word_of(s->fields[i].zh), word_of(s->fields[j].zh)) ||
                    slice_equal(word_of(s->fields[i].zh), word_of(s->fields[j].name)))
                    fail_msg("%s: %s", k->name, s->fields[i].zh);
    }
}

/* Every code of every kind is found by its label, and only that one. */
static void
every_label_is_one_code(void **state)
{
    size_t labels = 0;

    (void)state;
    for (const struct kind_row *k = entry_kinds; k->name != NULL; k++)
        for (size_t i = 0; i < k->shape->count; i++) {
            const struct field *f = &k->shape->fields[i];

            for (size_t c = 0; c < f->code_count; c++, labels++) {
                struct slice wanted = arena_print(arena, "\"%s\"\"%s\"", f->codes[c].name, f->codes[c].name);
                struct buf b = {.arena = arena};

                assert_null(batch_cell_add(&b, f, false, slice_of(f->codes[c].zh)));
                assert_null(batch_cell_add(&b, f, false, slice_of(f->codes[c].name)));
                if (!slice_equal(buf_slice(&b), wanted))
                    fail_msg("%s %s %s", k->name, f->name, f->codes[c].zh);
            }
        }
    assert_true(labels > 100);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_is_the_same_entry_in_any_words),
        cmocka_unit_test(yuan_are_read_to_the_fen),
        cmocka_unit_test(what_a_sheet_leaves_unsaid_is_said_by_its_terms),
        cmocka_unit_test(problems_stand_where_the_sheet_has_them),
        cmocka_unit_test(a_pointer_into_an_entry_is_found_in_the_sheet_again),
        cmocka_unit_test(no_title_means_two_things),
        cmocka_unit_test(every_label_is_one_code),
    };

    return cmocka_run_group_tests_name("edge/batch", tests, open_arena, close_arena);
}
