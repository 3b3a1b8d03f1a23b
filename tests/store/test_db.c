/*
 * What a connection promises, on either engine with one text.
 * Knows the toy tables of tests/store/sql; must not know which engine it runs on.
 * Invariant: every fact here holds on SQLite and on PostgreSQL alike.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine.h"
#include "seed.h"
#include "sql.h"
#include "tests/store_sql.h"
#include "ventured/json.h"
#include "vectors.h"

static void
assert_slice(struct slice got, struct slice want)
{
    assert_non_null(got.at);
    assert_int_equal(got.len, want.len);
    assert_memory_equal(got.at, want.at, want.len);
}

static int64_t
rows_now(struct db *db, struct arena *a)
{
    struct store_sql_value_count row;

    assert_int_equal(store_sql_value_count(&row, db, a), V_OK);
    return row.count;
}

/* ---- values --------------------------------------------------------------------------------------------------- */

static void
carries_numbers_at_their_limits(void **state)
{
    static const int64_t numbers[] = {INT64_MIN, INT64_MIN + 1, -1, 0, 1, 255, 256, INT32_MAX, MONEY_MAX, INT64_MAX};
    struct engine *e = *state;
    struct db *db = engine_migrated(e, &store_sql_schema);

    for (size_t i = 0; i < COUNT(numbers); i++) {
        struct store_sql_value_find row;

        assert_int_equal(store_sql_value_put(db, numbers[i], S("n"), S("")), V_OK);
        assert_int_equal(store_sql_value_find(&row, db, e->arena, numbers[i]), V_OK);
        assert_int_equal(row.id, numbers[i]);
    }
}

static void
carries_empty_text_and_empty_bytes_as_empty(void **state)
{
    struct engine *e = *state;
    struct db *db = engine_migrated(e, &store_sql_schema);
    struct store_sql_value_find row;

    assert_int_equal(store_sql_value_put(db, 1, S(""), S("")), V_OK);
    assert_int_equal(store_sql_value_find(&row, db, e->arena, 1), V_OK);
    assert_slice(row.word, S(""));
    assert_slice(row.bytes, S(""));
}

static void
carries_every_byte_of_a_megabyte(void **state)
{
    struct engine *e = *state;
    struct db *db = engine_migrated(e, &store_sql_schema);
    struct seed seed = seed_open("megabyte");
    char *at = arena_take(e->arena, 1024 * 1024);
    struct slice big = {at, 1024 * 1024};
    struct store_sql_value_find row;
    struct store_sql_value_bytes found;

    for (size_t i = 0; i < big.len; i++)
        at[i] = i < 256 ? (char)i : (char)seed_below(&seed, 256);
    assert_int_equal(store_sql_value_put(db, 1, S("big"), big), V_OK);
    assert_int_equal(store_sql_value_find(&row, db, e->arena, 1), V_OK);
    assert_slice(row.bytes, big);
    assert_int_equal(store_sql_value_bytes(&found, db, e->arena, big), V_OK);
}

/* Texts that upset SQL, encodings and collations; each must come back, and be found, byte for byte. */
static const char *const words[] = {
    "'",
    "\"",
    "';DROP TABLE value;--",
    "\\",
    "\\x41",
    "%s%n",
    "$1",
    "?",
    ":a",
    "NULL",
    "0x10",
    " ",
    "\t\r\n",
    "\xe7\xbb\x8d\xe5\x85\xb4",
    "\xf0\xa0\xae\xb7\xe9\x87\x8e\xe5\xae\xb6",
    "\xf0\x9f\x8f\xa6",
    "e\xcc\x81",
    "\xc3\xa9",
    "\xe2\x80\xae",
    "\xef\xbb\xbf",
    "\xef\xbf\xbf",
    "\xf4\x8f\xbf\xbf",
    "A",
    "a",
    "B",
    "b",
    "\x01",
    "\x7f",
};

static void
carries_awkward_texts(void **state)
{
    struct engine *e = *state;
    struct db *db = engine_migrated(e, &store_sql_schema);

    for (size_t i = 0; i < COUNT(words); i++) {
        struct slice word = slice_of(words[i]);
        struct store_sql_value_find row;
        struct store_sql_value_word found;

        assert_int_equal(store_sql_value_put(db, (int64_t)i, word, word), V_OK);
        assert_int_equal(store_sql_value_find(&row, db, e->arena, (int64_t)i), V_OK);
        assert_slice(row.word, word);
        assert_slice(row.bytes, word);
        assert_int_equal(store_sql_value_word(&found, db, e->arena, word), V_OK);
        assert_int_equal(found.id, i);
    }
}

static void
carries_the_naughty_strings(void **state)
{
    struct engine *e = *state;
    struct slice text = vectors_read(e->arena, "naughty-strings/blns.json");
    const struct json *list;
    struct db *db;
    int64_t id = 0;

    if (text.at == NULL) {
        print_message("# skipped: the naughty strings are not here\n");
        skip();
    }
    assert_int_equal(json_parse(&list, e->arena, text), V_OK);
    assert_true(list->count > 400);
    db = engine_migrated(e, &store_sql_schema);
    for (const struct json *item = list->first; item != NULL; item = item->next) {
        struct store_sql_value_find row;

        assert_int_equal(store_sql_value_put(db, ++id, item->text, item->text), V_OK);
        assert_int_equal(store_sql_value_find(&row, db, e->arena, id), V_OK);
        assert_slice(row.word, item->text);
        assert_slice(row.bytes, item->text);
    }
}

static void
orders_text_by_its_bytes(void **state)
{
    struct engine *e = *state;
    struct db *db = engine_migrated(e, &store_sql_schema);
    struct store_sql_value_words *rows;
    size_t count;

    for (size_t i = 0; i < COUNT(words); i++)
        assert_int_equal(store_sql_value_put(db, (int64_t)i, slice_of(words[i]), S("")), V_OK);
    assert_int_equal(store_sql_value_words(&rows, &count, db, e->arena), V_OK);
    assert_int_equal(count, COUNT(words));
    for (size_t i = 1; i < count; i++)
        assert_true(slice_compare(rows[i - 1].word, rows[i].word) < 0);
}

static void
answers_a_null_as_broken(void **state)
{
    struct engine *e = *state;
    struct db *db = engine_migrated(e, &store_sql_schema);
    struct store_sql_value_sum_or_nothing row;
    struct store_sql_value_sum sum;

    assert_int_equal(store_sql_value_sum_or_nothing(&row, db, e->arena), V_BROKEN);
    assert_int_equal(store_sql_value_sum(&sum, db, e->arena), V_OK);
    assert_int_equal(sum.total, 0);
}

/* ---- what a statement expects --------------------------------------------------------------------------------- */

static void
tells_no_row_from_one(void **state)
{
    struct engine *e = *state;
    struct db *db = engine_migrated(e, &store_sql_schema);
    struct store_sql_value_find row;
    struct store_sql_value_words *rows;
    size_t count = 7;

    assert_int_equal(store_sql_value_find(&row, db, e->arena, 1), V_NONE);
    assert_int_equal(store_sql_value_words(&rows, &count, db, e->arena), V_OK);
    assert_int_equal(count, 0);
    assert_int_equal(store_sql_value_drop(db, 1), V_NONE);
    assert_int_equal(store_sql_value_put(db, 1, S("x"), S("y")), V_OK);
    assert_int_equal(store_sql_value_find(&row, db, e->arena, 1), V_OK);
    assert_int_equal(store_sql_value_drop(db, 1), V_OK);
    assert_int_equal(store_sql_value_drop(db, 1), V_NONE);
}

static void
offers_a_row_once(void **state)
{
    struct engine *e = *state;
    struct db *db = engine_migrated(e, &store_sql_schema);
    struct store_sql_value_find row;

    assert_int_equal(store_sql_value_offer(db, 1, S("first"), S("")), V_OK);
    assert_int_equal(store_sql_value_offer(db, 1, S("second"), S("")), V_NONE);
    assert_int_equal(store_sql_value_offer(db, 1, S("third"), S("")), V_NONE);
    assert_int_equal(store_sql_value_find(&row, db, e->arena, 1), V_OK);
    assert_slice(row.word, S("first"));
}

static void
pages_by_key_without_gap_or_repeat(void **state)
{
    struct engine *e = *state;
    struct db *db = engine_migrated(e, &store_sql_schema);
    int64_t last = 0;
    size_t count = 0, seen = 0;

    assert_int_equal(db_begin(db), V_OK);
    for (int64_t i = 1; i <= 250; i++)
        assert_int_equal(store_sql_value_put(db, i, S("row"), S("")), V_OK);
    assert_int_equal(db_end(db, V_OK), V_OK);
    do {
        struct store_sql_value_page *rows;

        assert_int_equal(store_sql_value_page(&rows, &count, db, e->arena, last, 64), V_OK);
        for (size_t i = 0; i < count; i++)
            assert_int_equal(rows[i].id, ++last);
        seen += count;
    } while (count == 64);
    assert_int_equal(seen, 250);
}

static void
returns_what_an_update_made(void **state)
{
    struct engine *e = *state;
    struct db *db = engine_migrated(e, &store_sql_schema);
    struct store_sql_head_next head;

    for (int64_t i = 1; i <= 3; i++) {
        assert_int_equal(store_sql_head_next(&head, db, e->arena), V_OK);
        assert_int_equal(head.seq, i);
    }
}

static void
adds_to_a_total_up_to_the_limit_of_money(void **state)
{
    struct engine *e = *state;
    struct db *db = engine_migrated(e, &store_sql_schema);
    struct store_sql_purse_add row;

    assert_int_equal(store_sql_purse_add(&row, db, e->arena, S("p"), MONEY_MAX - 1), V_OK);
    assert_int_equal(store_sql_purse_add(&row, db, e->arena, S("p"), 1), V_OK);
    assert_int_equal(row.amount, MONEY_MAX);
    assert_int_equal(store_sql_purse_add(&row, db, e->arena, S("p"), 1), V_BROKEN);
    assert_int_equal(store_sql_purse_add(&row, db, e->arena, S("p"), INT64_MAX), V_BROKEN);
    assert_int_equal(store_sql_purse_add(&row, db, e->arena, S("p"), -MONEY_MAX), V_OK);
    assert_int_equal(store_sql_purse_add(&row, db, e->arena, S("p"), -MONEY_MAX), V_OK);
    assert_int_equal(row.amount, -MONEY_MAX);
    assert_int_equal(store_sql_purse_add(&row, db, e->arena, S("p"), -1), V_BROKEN);
    assert_int_equal(store_sql_purse_add(&row, db, e->arena, S("q"), MONEY_MAX + 1), V_BROKEN);
    assert_int_equal(store_sql_purse_add(&row, db, e->arena, S("p"), 0), V_OK);
    assert_int_equal(row.amount, -MONEY_MAX);
}

static void
every_statement_fits_the_tables(void **state)
{
    struct engine *e = *state;

    engine_migrated(e, &sql_schema);
    assert_int_equal(db_check(engine_open(e, DB_READER, &sql_schema)), V_OK);
}

static void
reports_statements_whose_tables_are_missing(void **state)
{
    struct engine *e = *state;
    struct db *db = engine_open(e, DB_WRITER, &store_sql_schema);

    assert_int_equal(db_check(db), V_BROKEN);
    assert_true(db_usable(db));
}

static void
reports_a_signature_that_lies(void **state)
{
    static const struct db_statement lies[] = {
        {"too_many_columns", "SELECT id, word FROM value",       "", "i",  EXPECT_MANY},
        {"too_few_columns",  "SELECT id FROM value",             "", "it", EXPECT_MANY},
        {"too_few_values",   "SELECT id FROM value WHERE id=$1", "", "i",  EXPECT_MANY},
    };
    static const struct db_schema schemas[] = {
        {.statements = &lies[0], .statement_count = 1},
        {.statements = &lies[1], .statement_count = 1},
        {.statements = &lies[2], .statement_count = 1},
    };
    struct engine *e = *state;

    engine_migrated(e, &store_sql_schema);
    for (size_t i = 0; i < COUNT(schemas); i++)
        assert_int_equal(db_check(engine_open(e, DB_READER, &schemas[i])), V_BROKEN);
}

/* ---- transactions --------------------------------------------------------------------------------------------- */

static void
keeps_nothing_of_a_refused_transaction(void **state)
{
    struct engine *e = *state;
    struct db *db = engine_migrated(e, &store_sql_schema);

    assert_false(db_in_transaction(db));
    assert_int_equal(db_begin(db), V_OK);
    assert_true(db_in_transaction(db));
    assert_int_equal(store_sql_value_put(db, 1, S("x"), S("")), V_OK);
    assert_int_equal(db_end(db, V_OVER_LIMIT), V_OVER_LIMIT);
    assert_false(db_in_transaction(db));
    assert_int_equal(rows_now(db, e->arena), 0);

    assert_int_equal(db_begin(db), V_OK);
    assert_int_equal(store_sql_value_put(db, 1, S("x"), S("")), V_OK);
    assert_int_equal(db_end(db, V_OK), V_OK);
    assert_int_equal(rows_now(db, e->arena), 1);
}

static void
lets_a_transaction_only_end_after_a_fault(void **state)
{
    struct engine *e = *state;
    struct db *db = engine_migrated(e, &store_sql_schema);

    assert_int_equal(db_begin(db), V_OK);
    assert_int_equal(store_sql_value_put(db, 1, S("x"), S("")), V_OK);
    assert_int_equal(store_sql_value_put(db, 1, S("again"), S("")), V_BROKEN);
    assert_int_equal(store_sql_value_put(db, 2, S("more"), S("")), V_BROKEN);
    assert_int_equal(db_end(db, V_OK), V_BROKEN);
    assert_int_equal(rows_now(db, e->arena), 0);
    assert_true(db_usable(db));
    assert_int_equal(store_sql_value_put(db, 1, S("x"), S("")), V_OK);
}

static void
goes_on_after_an_answer_that_is_no_fault(void **state)
{
    struct engine *e = *state;
    struct db *db = engine_migrated(e, &store_sql_schema);
    struct store_sql_value_find row;

    assert_int_equal(db_begin(db), V_OK);
    assert_int_equal(store_sql_value_find(&row, db, e->arena, 9), V_NONE);
    assert_int_equal(store_sql_value_drop(db, 9), V_NONE);
    assert_int_equal(store_sql_value_put(db, 9, S("x"), S("")), V_OK);
    assert_int_equal(db_end(db, V_OK), V_OK);
    assert_int_equal(rows_now(db, e->arena), 1);
}

static void
shows_a_reader_what_is_committed_only(void **state)
{
    struct engine *e = *state;
    struct db *writer = engine_migrated(e, &store_sql_schema);
    struct db *reader = engine_open(e, DB_READER, &store_sql_schema);

    assert_int_equal(db_begin(writer), V_OK);
    assert_int_equal(store_sql_value_put(writer, 1, S("x"), S("")), V_OK);
    assert_int_equal(rows_now(writer, e->arena), 1);
    assert_int_equal(rows_now(reader, e->arena), 0);
    assert_int_equal(db_end(writer, V_OK), V_OK);
    assert_int_equal(rows_now(reader, e->arena), 1);
}

static void
keeps_a_snapshot_still(void **state)
{
    struct engine *e = *state;
    struct db *writer = engine_migrated(e, &store_sql_schema);
    struct db *reader = engine_open(e, DB_READER, &store_sql_schema);

    assert_int_equal(store_sql_value_put(writer, 1, S("before"), S("")), V_OK);
    assert_int_equal(db_snapshot(reader), V_OK);
    assert_int_equal(store_sql_value_put(writer, 2, S("after"), S("")), V_OK);
    assert_int_equal(rows_now(reader, e->arena), 1);
    assert_int_equal(store_sql_value_drop(writer, 1), V_OK);
    assert_int_equal(rows_now(reader, e->arena), 1);
    db_snapshot_end(reader);
    assert_int_equal(store_sql_value_put(writer, 3, S("later"), S("")), V_OK);
    assert_int_equal(rows_now(reader, e->arena), 2);
}

static void
refuses_a_reader_that_writes(void **state)
{
    struct engine *e = *state;
    struct db *writer = engine_migrated(e, &store_sql_schema);
    struct db *reader = engine_open(e, DB_READER, &store_sql_schema);

    assert_int_equal(store_sql_value_put(reader, 1, S("x"), S("")), V_BROKEN);
    assert_int_equal(db_snapshot(reader), V_OK);
    assert_int_equal(store_sql_value_put(reader, 1, S("x"), S("")), V_BROKEN);
    db_snapshot_end(reader);
    assert_true(db_usable(reader));
    assert_int_equal(rows_now(reader, e->arena), 0);
    assert_int_equal(rows_now(writer, e->arena), 0);
}

/* On one engine the second writer waits at begin, on the other at the head; it is told to come again either way. */
static void
answers_busy_while_another_holds_the_head(void **state)
{
    struct engine *e = *state;
    struct db *first = engine_migrated(e, &store_sql_schema);
    struct db *second = engine_open(e, DB_WRITER, &store_sql_schema);
    struct store_sql_head_next head;
    enum verdict got;

    assert_int_equal(db_begin(first), V_OK);
    assert_int_equal(store_sql_head_next(&head, first, e->arena), V_OK);

    got = db_begin(second);
    if (got == V_OK)
        got = db_end(second, store_sql_head_next(&head, second, e->arena));
    assert_int_equal(got, V_BUSY);
    assert_false(db_in_transaction(second));
    assert_int_equal(db_end(first, V_OK), V_OK);

    assert_int_equal(db_begin(second), V_OK);
    assert_int_equal(store_sql_head_next(&head, second, e->arena), V_OK);
    assert_int_equal(head.seq, 2);
    assert_int_equal(db_end(second, V_OK), V_OK);
}

static void
keeps_what_it_committed_when_closed_within_a_transaction(void **state)
{
    struct engine *e = *state;
    struct db *reader, *writer = NULL;

    engine_migrated(e, &store_sql_schema);
    reader = engine_open(e, DB_READER, &store_sql_schema);
    assert_int_equal(db_open(&writer, e->url, DB_WRITER, &store_sql_schema), V_OK);
    assert_int_equal(store_sql_value_put(writer, 1, S("kept"), S("")), V_OK);
    assert_int_equal(db_begin(writer), V_OK);
    assert_int_equal(store_sql_value_put(writer, 2, S("lost"), S("")), V_OK);
    db_close(writer);
    assert_int_equal(rows_now(reader, e->arena), 1);
}

static void
opens_nothing_that_is_not_there(void **state)
{
    static const char *const urls[] = {
        "/nowhere/at/all/registry.db",
        "postgres://nobody@127.0.0.1:1/nothing",
        "postgresql://nobody@127.0.0.1:1/nothing",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(urls); i++) {
        struct db *db = NULL;

        assert_int_equal(db_open(&db, urls[i], DB_READER, &store_sql_schema), V_DATABASE);
        assert_null(db);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, engine_setup, engine_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(carries_numbers_at_their_limits),
        TEST(carries_empty_text_and_empty_bytes_as_empty),
        TEST(carries_every_byte_of_a_megabyte),
        TEST(carries_awkward_texts),
        TEST(carries_the_naughty_strings),
        TEST(orders_text_by_its_bytes),
        TEST(answers_a_null_as_broken),
        TEST(tells_no_row_from_one),
        TEST(offers_a_row_once),
        TEST(pages_by_key_without_gap_or_repeat),
        TEST(returns_what_an_update_made),
        TEST(adds_to_a_total_up_to_the_limit_of_money),
        TEST(every_statement_fits_the_tables),
        TEST(reports_statements_whose_tables_are_missing),
        TEST(reports_a_signature_that_lies),
        TEST(keeps_nothing_of_a_refused_transaction),
        TEST(lets_a_transaction_only_end_after_a_fault),
        TEST(goes_on_after_an_answer_that_is_no_fault),
        TEST(shows_a_reader_what_is_committed_only),
        TEST(keeps_a_snapshot_still),
        TEST(refuses_a_reader_that_writes),
        TEST(answers_busy_while_another_holds_the_head),
        TEST(keeps_what_it_committed_when_closed_within_a_transaction),
        TEST(opens_nothing_that_is_not_there),
    };

    return cmocka_run_group_tests_name("store/db", tests, NULL, NULL);
}
