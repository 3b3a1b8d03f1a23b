/*
 * Verify: silent about every honest registry, and naming the place of every byte changed behind its back.
 * Knows the tables and how to change them past the driver; must not know how verify looks at them.
 * Invariant: a change is made through SQL alone, is undone, and is never one that a constraint would refuse.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dump.h"
#include "jars.h"
#include "tale.h"
#include "tamper.h"

/* ---- a small registry with one entry of each kind, and then some ----------------------------------------------- */

/* What daily work leaves: a promise proposed and confirmed, another that waits, steps that run, and exceptions, one of
 * them closed. */
static void
tell_of_work(struct world *w)
{
    static const char promise[] = "'pot':'p1','amount':40,'donor':'某甲'";
    struct posting *lent;

    rule_set(w, "pot_max:city", 100);
    world_jar(w, "j3");
    done(admit(w, &officer, done(tell(w, &clerk, "jar.promised", "j3", "2023-04-02", promise))));
    done(tell(w, &clerk, "jar.promised", "j3", "2023-04-02", promise));
    world_jar(w, "j4");
    done(tell(w, &bank, "jar.lent", "j4", "2023-04-03", "'amount':5,'to':'x','voucher_no':'V1'"));
    lent = tell(w, &bank, "jar.lent", "j4", "2023-04-03", "'amount':5,'to':'x','voucher_no':'V2','back':'2023-07-03'");
    done(lent);
    done(tell(w, &checker, "jar.explained", "j4", "2023-04-04",
              arena_print(w->arena, "'seq':%lld", (long long)lent->seq).at));
}

static void
tell_all_kinds(struct world *w)
{
    static const struct evidence evidence = {S_INIT("base"), S_INIT("signature"), S_INIT("key"), S_INIT("body")};
    struct posting *p, *first;

    world_jar(w, "j1");
    world_post(w, &clerk, "keeper.named", NULL,
               "{'subject':'0190aaaa-0000-7000-8000-000000000001','on':'2023-03-01','circle':'c1'}");
    first = world_read(w, &bank, "jar.filled", NULL,
                       "{'subject':'j1','on':'2023-04-01','amount':600,'voucher_no':'V1'}");
    first->evidence = &evidence;
    ledger_post(w->ledger, &first, 1);
    assert_int_equal(first->got, V_OK);
    world_post(w, &clerk, "jar.spilled", NULL, "{'subject':'j1','on':'2023-04-02','amount':5}");
    world_post(w, &bank, "jar.lent", NULL,
               "{'subject':'j1','on':'2023-04-03','amount':601,'to':'x','voucher_no':'V1'}");
    p = world_post(w, &auditor, "jar.inspected", NULL,
                   "{'subject':'j1','on':'2023-04-04','seen':'2023-04-02','warmth':5,'remark':'完好','papers':["
                   "'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],'coins':[{'face':'one',"
                   "'pieces':1},{'face':'ten','pieces':2}]}");
    assert_int_equal(p->got, V_OK);
    p = world_post(w, &bank, "jar.filled", NULL,
                   arena_print(w->arena,
                               "{'subject':'j1','on':'2023-04-01','amount':500,'voucher_no':'V1','mends':{'entry':'%s',"
                               "'reason':'typo','paper':'A-1'}}", first->entry.id.at).at);
    assert_int_equal(p->got, V_OK);
    p = world_post(w, &officer, "jar.mended", NULL,
                   arena_print(w->arena, "{'subject':'%s','on':'2023-06-30'}", p->entry.id.at).at);
    assert_int_equal(p->got, V_OK);
    world_post(w, &bank, "jar.filled", NULL, "{'subject':'j1','on':'2023-04-05','amount':100,'voucher_no':'V2'}");
    assert_int_equal(world_post(w, &checker, "jar.sealed", NULL, "{'subject':'j1','on':'2023-04-06'}")->got, V_OK);
    world_jar(w, "j2");
    world_post(w, &bank, "jar.filled", NULL, "{'subject':'j2','on':'2023-04-05','amount':100,'voucher_no':'V1'}");
    assert_int_equal(world_post(w, &checker, "jar.sealed", NULL, "{'subject':'j2','on':'2023-04-06'}")->got, V_OK);
    assert_int_equal(world_post(w, &clerk, "jar.broken", NULL,
                                "{'subject':'j2','on':'2023-04-07','reason':'frost'}")->got, V_OK);
    p = world_post(w, &bank, "jar.filled", NULL, /* a correction that waits */
                   arena_print(w->arena,
                               "{'subject':'j1','on':'2023-04-01','amount':7,'voucher_no':'V1','mends':{'entry':'%s',"
                               "'reason':'typo'}}", first->entry.id.at).at);
    assert_int_equal(p->got, V_OK);
    tell_of_work(w);
}

/* ---- honest registries ----------------------------------------------------------------------------------------- */

static void
nothing_is_told_of_a_registry_nobody_touched(void **state)
{
    struct seed seed = seed_open("verify");
    struct world *w = *state;
    struct tale *tale = tale_open(w, &seed);
    struct verify_report report;

    tamper_expect_none(w, "the rules alone");
    tale_tell(tale, 600);
    tamper_expect_none(w, "after a story");
    assert_int_equal(ledger_rebuild(w->ledger), V_OK);
    tale_tell(tale, 100);
    assert_int_equal(tamper_verify(w, &report), V_OK);
    assert_int_equal(report.entries, world_count(w, "journal"));
    assert_int_equal(report.checkpoints, world_count(w, "checkpoint"));
}

static void
an_erasure_is_no_damage(void **state)
{
    struct world *w = *state;
    struct posting *p;

    tell_all_kinds(w);
    p = world_post(w, &clerk, "jar.opened", NULL,
                   "{'subject':'j7','on':'2023-03-01','district':'330602','capacity':10,'colour':'red','label':'乙',"
                   "'owner':'0190aaaa-0000-7000-8000-000000000001'}");
    assert_int_equal(p->got, V_OK);
    assert_int_equal(vault_erase(w->engine->open[0], p->entry.id), V_OK);
    assert_int_equal(vault_body_erase(w->engine->open[0], p->seq), V_OK);
    tamper_expect_none(w, "erased");
}

/* ---- every byte of a leaf -------------------------------------------------------------------------------------- */

static void
a_byte_of_a_leaf_changed_names_its_entry(void **state)
{
    struct seed seed = seed_open("leaf bytes");
    struct world *w = *state;

    tell_all_kinds(w);
    tamper_leaves(w, &seed, "SELECT seq, leaf FROM journal ORDER BY seq", 29);
}

/* ---- a random byte of a random column of a random row ---------------------------------------------------------- */

struct column {
    const char *table, *keys, *name;
    char type; /* i, t, b */
};

static const struct column table_columns[] = {
    {"journal",      "seq",                                                             "seq",          'i'},
    {"journal",      "seq",                                                             "id",           't'},
    {"journal",      "seq",                                                             "type",         't'},
    {"journal",      "seq",                                                             "subject",      't'},
    {"journal",      "seq",                                                             "state",        't'},
    {"journal",      "seq",                                                             "leaf",         't'},
    {"checkpoint",   "size",                                                            "size",         'i'},
    {"checkpoint",   "size",                                                            "previous",     'i'},
    {"checkpoint",   "size",                                                            "note",         't'},
    {"head",         "one",                                                             "seq",          'i'},
    {"head",         "one",                                                             "at_ms",        'i'},
    {"head",         "one",                                                             "shape",        'i'},
    {"tile",         "level, place",                                                    "level",        'i'},
    {"tile",         "level, place",                                                    "place",        'i'},
    {"tile",         "level, place",                                                    "hashes",       'b'},
    {"subject",      "type, id",                                                        "type",         't'},
    {"subject",      "type, id",                                                        "id",           't'},
    {"subject",      "type, id",                                                        "state",        't'},
    {"subject",      "type, id",                                                        "frozen",       'i'},
    {"subject",      "type, id",                                                        "first_on",     't'},
    {"subject",      "type, id",                                                        "seq",          'i'},
    {"subject",      "type, id",                                                        "district",     't'},
    {"subject",      "type, id",                                                        "organisation", 't'},
    {"subject",      "type, id",                                                        "person",       't'},
    {"subject",      "type, id",                                                        "view",         't'},
    {"voucher",      "organisation, type, subject, kind, voucher",                      "organisation", 't'},
    {"voucher",      "organisation, type, subject, kind, voucher",                      "type",         't'},
    {"voucher",      "organisation, type, subject, kind, voucher",                      "subject",      't'},
    {"voucher",      "organisation, type, subject, kind, voucher",                      "kind",         't'},
    {"voucher",      "organisation, type, subject, kind, voucher",                      "voucher",      't'},
    {"voucher",      "organisation, type, subject, kind, voucher",                      "seq",          'i'},
    {"exception",    "seq",                                                             "seq",          'i'},
    {"exception",    "seq",                                                             "type",         't'},
    {"exception",    "seq",                                                             "subject",      't'},
    {"exception",    "seq",                                                             "kind",         't'},
    {"exception",    "seq",                                                             "nature",       't'},
    {"exception",    "seq",                                                             "steps",        't'},
    {"exception",    "seq",                                                             "excess",       'i'},
    {"exception",    "seq",                                                             "amount",       'i'},
    {"exception",    "seq",                                                             "closed",       'i'},
    {"line",         "holder_type, holder, on_day, source_type, source, what, district", "holder_type", 't'},
    {"line",         "holder_type, holder, on_day, source_type, source, what, district", "holder",      't'},
    {"line",         "holder_type, holder, on_day, source_type, source, what, district", "on_day",      't'},
    {"line",         "holder_type, holder, on_day, source_type, source, what, district", "source_type", 't'},
    {"line",         "holder_type, holder, on_day, source_type, source, what, district", "source",      't'},
    {"line",         "holder_type, holder, on_day, source_type, source, what, district", "what",        't'},
    {"line",         "holder_type, holder, on_day, source_type, source, what, district", "district",    't'},
    {"line",         "holder_type, holder, on_day, source_type, source, what, district", "amount",      'i'},
    {"step",         "type, subject, step",                                             "type",         't'},
    {"step",         "type, subject, step",                                             "subject",      't'},
    {"step",         "type, subject, step",                                             "step",         't'},
    {"step",         "type, subject, step",                                             "since",        't'},
    {"step",         "type, subject, step",                                             "due",          't'},
    {"step",         "type, subject, step",                                             "district",     't'},
    {"step",         "type, subject, step",                                             "organisation", 't'},
    {"delta",        "seq, indicator, district, part, on_day",                          "seq",          'i'},
    {"delta",        "seq, indicator, district, part, on_day",                          "indicator",    't'},
    {"delta",        "seq, indicator, district, part, on_day",                          "district",     't'},
    {"delta",        "seq, indicator, district, part, on_day",                          "part",         't'},
    {"delta",        "seq, indicator, district, part, on_day",                          "on_day",       't'},
    {"delta",        "seq, indicator, district, part, on_day",                          "at_day",       't'},
    {"delta",        "seq, indicator, district, part, on_day",                          "amount",       'i'},
    {"bucket",       "indicator, district, part, on_day, at_day",                       "indicator",    't'},
    {"bucket",       "indicator, district, part, on_day, at_day",                       "district",     't'},
    {"bucket",       "indicator, district, part, on_day, at_day",                       "part",         't'},
    {"bucket",       "indicator, district, part, on_day, at_day",                       "on_day",       't'},
    {"bucket",       "indicator, district, part, on_day, at_day",                       "at_day",       't'},
    {"bucket",       "indicator, district, part, on_day, at_day",                       "amount",       'i'},
    {"total",        "indicator, district, part, year",                                 "indicator",    't'},
    {"total",        "indicator, district, part, year",                                 "district",     't'},
    {"total",        "indicator, district, part, year",                                 "part",         't'},
    {"total",        "indicator, district, part, year",                                 "year",         'i'},
    {"total",        "indicator, district, part, year",                                 "amount",       'i'},
    {"private_text", "owner, field",                                                    "owner",        't'},
    {"private_text", "owner, field",                                                    "field",        't'},
    {"private_text", "owner, field",                                                    "version",      'i'},
    {"private_text", "owner, field",                                                    "sealed",       'b'},
    {"body_mac",     "seq",                                                             "seq",          'i'},
    {"body_mac",     "seq",                                                             "mac",          'b'},
};

/* A value as SQL writes it. */
static struct slice
literal(struct world *w, char type, struct slice value)
{
    if (type == 'i')
        return value;
    if (type == 't')
        return tamper_quoted(w->arena, value);
    value = slice_sub(value, 2, value.len);
    return tamper_on_postgres(w) ? arena_print(w->arena, "CAST('\\x" SLICE_FMT "' AS bytea)", SLICE_ARG(value))
                          : arena_print(w->arena, "x'" SLICE_FMT "'", SLICE_ARG(value));
}

static bool
is_number(const struct column *c, const char *name)
{
    for (size_t i = 0; i < COUNT(table_columns); i++)
        if (strcmp(table_columns[i].table, c->table) == 0 && strcmp(table_columns[i].name, name) == 0)
            return table_columns[i].type == 'i';
    return true; /* head's key */
}

/* "key = value AND ...": one row of the table, taken at random; its key as verify tells it. */
static struct slice
row_any(struct slice *told, struct world *w, struct seed *seed, const struct column *c, const char *also)
{
    struct buf b = {.arena = w->arena}, t = {.arena = w->arena};
    struct slice row, key, keys;
    int64_t count;

    row = dump_query(w->arena, w->engine->url,
                     arena_print(w->arena, "SELECT COUNT(*) FROM %s WHERE 1 = 1%s", c->table, also).at);
    assert_true(slice_to_int(&count, slice_cut(&row, row, '\n')));
    if (count == 0)
        return (struct slice){0};
    row = dump_query(w->arena, w->engine->url,
                     arena_print(w->arena, "SELECT %s FROM %s WHERE 1 = 1%s ORDER BY %s LIMIT 1 OFFSET %lld", c->keys,
                                 c->table, also, c->keys, (long long)seed_below(seed, (uint64_t)count)).at);
    row = slice_cut(&key, row, '\n');
    for (keys = slice_of(c->keys); keys.at != NULL;) {
        struct slice name = slice_cut(&keys, keys, ','), value = slice_cut(&row, row, '\t');

        if (name.at[0] == ' ')
            name = slice_sub(name, 1, name.len);
        name = arena_copy(w->arena, name);
        buf_print(&b, "%s%s = " SLICE_FMT, b.len > 0 ? " AND " : "", name.at,
                  SLICE_ARG(literal(w, is_number(c, name.at) ? 'i' : 't', value)));
        buf_print(&t, " " SLICE_FMT, SLICE_ARG(value));
    }
    *told = buf_slice(&t);
    return buf_slice(&b);
}

/* One byte, digit or hex digit made another; a 0 or 1 that a constraint guards stays one. */
static struct slice
spoil(struct world *w, struct seed *seed, const struct column *c, struct slice value)
{
    struct slice out = arena_copy(w->arena, value);
    size_t at = seed_below(seed, value.len);
    char *byte = (char *)out.at + at;

    if (c->type == 'b') {
        if (value.len <= 2)
            return (struct slice){0};
        byte = (char *)out.at + 2 + seed_below(seed, value.len - 2);
        *byte = *byte == '0' ? '1' : '0';
        return out;
    }
    if (c->type == 'i' && value.len == 1 && (*byte == '0' || *byte == '1')) {
        *byte ^= 1;
        return out;
    }
    if (c->type == 'i' && *byte == '-')
        return (struct slice){0};
    if (c->type == 'i') {
        *byte = (char)('1' + (*byte - '0' + 1 + (int)seed_below(seed, 7)) % 9);
        return slice_equal(out, value) ? (struct slice){0} : out;
    }
    if ((unsigned char)*byte >= 0x80)
        return (struct slice){0};
    *byte = *byte == 'x' ? 'y' : 'x';
    return out;
}

/* Where verify must point: at the row, under the key that it had. A checkpoint under another size is told by its
 * neighbours; what lies in the side table by its own row or by the entry that it belongs to. */
static bool
place_named(struct world *w, const struct verify_report *report, const struct column *c, struct slice key)
{
    if (strcmp(c->table, "head") == 0 || strcmp(c->name, "size") == 0)
        return tamper_is_named(report, c->table);
    if (strcmp(c->table, "journal") == 0)
        return tamper_is_named(report, arena_print(w->arena, "journal seq" SLICE_FMT, SLICE_ARG(key)).at);
    if (strcmp(c->table, "private_text") == 0 || strcmp(c->table, "body_mac") == 0)
        return tamper_is_named(report, c->table) || tamper_is_named(report, "journal");
    return tamper_is_named(report, arena_print(w->arena, "%s" SLICE_FMT, c->table, SLICE_ARG(key)).at);
}

static bool
spoil_once(struct world *w, struct seed *seed, const struct column *c)
{
    const char *some = c->type == 't' ? arena_print(w->arena, " AND length(%s) > 0", c->name).at : "";
    struct slice key, where = row_any(&key, w, seed, c, some), before, after, rest;
    struct verify_report report;
    struct buf undo = {.arena = w->arena};
    enum verdict got;

    if (where.at == NULL)
        return false;
    before = dump_query(w->arena, w->engine->url,
                        arena_print(w->arena, "SELECT %s FROM %s WHERE " SLICE_FMT, c->name, c->table,
                                    SLICE_ARG(where)).at);
    before = slice_sub(before, 0, before.len - 1); /* without the line feed behind the row */
    after = spoil(w, seed, c, before);
    if (after.at == NULL)
        return false;
    for (rest = where; rest.len > 0;) { /* the key as it will be, to find the row again */
        struct slice left = rest, mark = arena_print(w->arena, "%s = " SLICE_FMT, c->name,
                                                     SLICE_ARG(literal(w, c->type, before)));

        if (slice_starts(left, mark)) {
            buf_print(&undo, "%s = " SLICE_FMT, c->name, SLICE_ARG(literal(w, c->type, after)));
            rest = slice_sub(rest, mark.len, rest.len);
        } else {
            buf_add_char(&undo, rest.at[0]);
            rest = slice_sub(rest, 1, rest.len);
        }
    }
    if (!dump_change(w->engine->url,
                     arena_print(w->arena, "UPDATE %s SET %s = " SLICE_FMT " WHERE " SLICE_FMT, c->table, c->name,
                                 SLICE_ARG(literal(w, c->type, after)), SLICE_ARG(where)).at))
        return false;
    got = tamper_verify(w, &report);
    tamper_run(w, arena_print(w->arena, "UPDATE %s SET %s = " SLICE_FMT " WHERE " SLICE_FMT, c->table, c->name,
                       SLICE_ARG(literal(w, c->type, before)), SLICE_ARG(buf_slice(&undo))).at);
    if (got != V_BROKEN || !place_named(w, &report, c, key))
        fail_msg("%s.%s of " SLICE_FMT " made '" SLICE_FMT "' out of '" SLICE_FMT "': %s, %zu damages, first of '%s'",
                 c->table, c->name, SLICE_ARG(where), SLICE_ARG(after), SLICE_ARG(before), verdict_row(got)->name,
                 report.damage_count, report.damages[0].where);
    return true;
}

static void
a_random_change_of_any_column_is_found_and_named(void **state)
{
    struct seed seed = seed_open("changes");
    struct world *w = *state;
    size_t start = seed_below(&seed, COUNT(table_columns)), done = 0;
    size_t wanted = tamper_times(tamper_on_postgres(w) ? 24 : COUNT(table_columns));

    tell_all_kinds(w);
    tamper_expect_none(w, "before");
    for (size_t i = 0; done < wanted && i < wanted * 20; i++)
        done += spoil_once(w, &seed, &table_columns[(start + i) % COUNT(table_columns)]);
    assert_int_equal(done, wanted);
    tamper_expect_none(w, "put right again");
}

/* ---- rows gone, doubled, swapped ------------------------------------------------------------------------------- */

static const struct {
    const char *story, *harm, *where;
} harms[] = {
    {"an entry gone", "DELETE FROM journal WHERE seq = 6", "journal seq 6"},
    {"the newest entry gone", "DELETE FROM journal WHERE seq = (SELECT MAX(seq) FROM journal)", "head"},
    {"an entry behind the end",
     "INSERT INTO journal (seq, id, type, subject, state, leaf) "
     "SELECT seq + 100, id || 'x', type, subject, state, leaf FROM journal WHERE seq = 5", "journal"},
    {"two entries swapped",
     "UPDATE journal SET seq = CASE seq WHEN 5 THEN -6 ELSE -5 END WHERE seq IN (5, 6); "
     "UPDATE journal SET seq = -seq WHERE seq < 0", "journal seq 5"},
    {"two leaves swapped",
     "UPDATE journal SET leaf = (SELECT o.leaf FROM journal o WHERE o.seq = 11 - journal.seq) WHERE seq IN (5, 6)",
     "journal seq 5"},
    {"a checkpoint gone", "DELETE FROM checkpoint WHERE size = 5", "checkpoint"},
    {"the newest checkpoint gone", "DELETE FROM checkpoint WHERE size = (SELECT MAX(size) FROM checkpoint)",
     "checkpoint"},
    {"a checkpoint doubled",
     "INSERT INTO checkpoint (size, previous, note) SELECT size + 1000, size, note FROM checkpoint WHERE size = 5",
     "checkpoint"},
    {"two checkpoints swapped",
     "UPDATE checkpoint SET note = (SELECT o.note FROM checkpoint o WHERE o.size = 11 - checkpoint.size) "
     "WHERE size IN (5, 6)", "checkpoint 5"},
    {"the head gone", "DELETE FROM head", "head"},
    {"a total gone", "DELETE FROM total WHERE indicator = 'coins_in'", "total coins_in"},
    {"a bucket gone", "DELETE FROM bucket WHERE indicator = 'jars'", "bucket jars"},
    {"all deltas gone", "DELETE FROM delta", "delta"},
    {"a subject gone", "DELETE FROM subject WHERE id = 'j1'", "subject jar j1"},
    {"a subject too many",
     "INSERT INTO subject SELECT type, 'j1x', state, frozen, first_on, seq, district, organisation, person, view "
     "FROM subject WHERE id = 'j1'", "subject jar j1x"},
    {"a voucher gone", "DELETE FROM voucher WHERE voucher = 'V2'", "voucher"},
    {"an exception gone", "DELETE FROM exception", "exception"},
    {"an exception closed behind the back", "UPDATE exception SET closed = closed + 1", "exception"},
    {"a step gone", "DELETE FROM step WHERE step = 'return'", "step jar j4 return"},
    {"a step too many",
     "INSERT INTO step SELECT type, subject, step || 'x', since, due, district, organisation FROM step "
     "WHERE step = 'fill'", "step jar j3 fillx"},
    {"a line gone", "DELETE FROM line WHERE holder_type = 'circle'", "line circle"},
    {"a tile gone", "DELETE FROM tile", "tile 0 0"},
    {"a MAC gone", "DELETE FROM body_mac WHERE seq = 6", "journal seq 6"},
    {"a MAC too many", "INSERT INTO body_mac SELECT seq + 1000, mac FROM body_mac WHERE seq = 6", "body_mac"},
    {"a private text gone, and no erasure", "DELETE FROM private_text WHERE field = '/label'", "journal"},
    {"a private text of nobody",
     "INSERT INTO private_text SELECT owner || 'x', field, version, sealed FROM private_text WHERE field = '/label'",
     "private_text"},
    {"a waiting correction's words changed for another's",
     "UPDATE private_text SET sealed = "
     "(SELECT o.sealed FROM private_text o WHERE o.field = '/label' ORDER BY o.owner LIMIT 1) "
     "WHERE field = 'waiting'", "private_text"},
};

/* Both engines hand over a whole registry by file or by template; here the harm is undone by a fresh world a row. */
static void
rows_gone_doubled_or_swapped_are_named(void **state)
{
    size_t step = 1, i = 0;

    (void)state;
    if (getenv("VENTURED_TEST_DB") != NULL && getenv("N") == NULL) { /* a database for each takes its time */
        struct seed seed = seed_open("harms");

        step = 3;
        i = seed_below(&seed, step);
    }
    for (; i < COUNT(harms); i += step) {
        void *fresh = NULL;
        struct world *w;

        world_setup(&fresh);
        w = fresh;
        tell_all_kinds(w);
        tamper_run(w, harms[i].harm);
        tamper_expect(w, harms[i].story, harms[i].where);
        world_teardown(&fresh);
    }
}

static void
more_damages_than_are_kept_are_counted(void **state)
{
    struct seed seed = seed_open("many damages");
    struct world *w = *state;
    struct verify_report report;

    tale_tell(tale_open(w, &seed), 200);
    world_sql(w, "UPDATE delta SET amount = amount + 1");
    assert_int_equal(tamper_verify(w, &report), V_BROKEN);
    assert_int_equal(report.damage_count, world_count(w, "delta"));
    assert_true(report.damage_count > COUNT(report.damages) + 1);
}

/* ---- keys and checkpoints kept elsewhere ----------------------------------------------------------------------- */

static void
a_checkpoint_signed_by_another_key_is_named(void **state)
{
    struct world *w = *state;
    struct key *other = key_make(ALG_ED25519);
    struct checkpoint stored;
    struct slice note;

    tell_all_kinds(w);
    note = world_sql(w, "SELECT note FROM checkpoint WHERE size = 5");
    assert_true(checkpoint_read(&stored, w->arena, note));
    note = checkpoint_write(w->arena, S(WORLD_ORIGIN), stored.size, &stored.root, other);
    tamper_run(w, arena_print(w->arena, "UPDATE checkpoint SET note = " SLICE_FMT " WHERE size = 5",
                       SLICE_ARG(tamper_quoted(w->arena, note))).at);
    tamper_expect(w, "another key", "checkpoint 5");
    key_close(other);
}

static void
another_key_from_outside_believes_no_checkpoint(void **state)
{
    struct world *w = *state;
    struct key *other = key_make(ALG_ED25519);
    struct verify_report report;

    tell_all_kinds(w);
    w->vkey = vkey_write(w->arena, S(WORLD_ORIGIN), other);
    assert_int_equal(tamper_verify(w, &report), V_BROKEN);
    assert_int_equal(report.damage_count, world_count(w, "checkpoint"));
    w->vkey = S("no key at all");
    assert_int_equal(tamper_verify(w, &report), V_USAGE);
    key_close(other);
}

/* The whole database put back to an earlier moment is in order in itself: only what was kept elsewhere tells. */
static void
a_journal_cut_short_or_rewritten_breaks_with_a_checkpoint_kept_elsewhere(void **state)
{
    struct world *w = *state;
    struct slice kept, older, last;

    tell_all_kinds(w);
    older = arena_copy(w->arena, world_sql(w, "SELECT note FROM checkpoint WHERE size = 6"));
    last = world_sql(w, "SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1");
    assert_int_equal(ledger_checkpoint_check(&w->options, older, w->vkey), V_OK);
    assert_int_equal(ledger_checkpoint_check(&w->options, last, w->vkey), V_OK);
    assert_int_equal(ledger_checkpoint_check(&w->options, S("no note"), w->vkey), V_BROKEN);
    kept = arena_copy(w->arena, last);
    ((char *)kept.at)[kept.len - 6] ^= 1;
    assert_int_equal(ledger_checkpoint_check(&w->options, kept, w->vkey), V_BROKEN);
    tamper_run(w, "DELETE FROM journal WHERE seq > 6; DELETE FROM checkpoint WHERE size > 6; "
           "DELETE FROM body_mac WHERE seq > 6; "
           "DELETE FROM private_text WHERE owner NOT IN (SELECT id FROM journal); DELETE FROM op_waiting; "
           "DELETE FROM op_outbox WHERE seq > 6; "
           "UPDATE head SET seq = 6");
    assert_int_equal(ledger_rebuild(w->ledger), V_OK);
    tamper_expect_none(w, "cut short, and in order in itself");
    assert_int_equal(ledger_checkpoint_check(&w->options, older, w->vkey), V_OK);
    assert_int_equal(ledger_checkpoint_check(&w->options, last, w->vkey), V_BROKEN);
    for (size_t i = 0; i < 12; i++)
        world_jar(w, arena_print(w->arena, "k%zu", i).at);
    assert_int_equal(ledger_checkpoint_check(&w->options, older, w->vkey), V_OK);
    assert_int_equal(ledger_checkpoint_check(&w->options, last, w->vkey), V_BROKEN);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_is_told_of_a_registry_nobody_touched),
        TEST(an_erasure_is_no_damage),
        TEST(a_byte_of_a_leaf_changed_names_its_entry),
        TEST(a_random_change_of_any_column_is_found_and_named),
        cmocka_unit_test(rows_gone_doubled_or_swapped_are_named),
        TEST(more_damages_than_are_kept_are_counted),
        TEST(a_checkpoint_signed_by_another_key_is_named),
        TEST(another_key_from_outside_believes_no_checkpoint),
        TEST(a_journal_cut_short_or_rewritten_breaks_with_a_checkpoint_kept_elsewhere),
    };

    return cmocka_run_group_tests_name("ledger/verify", tests, NULL, NULL);
}
