/*
 * Bytes of two encodings, and bytes of none.
 * Knows python3's tables as judge; must not know iconv.
 * Invariant: every character is tried in every form that GB18030 has for it.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../src/edge/charset.h"
#include "oracle.h"
#include "seed.h"
#include "ventured/file.h"

#define FILE_MAX ((size_t)32 << 20)

static void
knows_an_encoding_by_its_bytes(void **state)
{
    static const struct {
        enum charset c;
        const char *bytes, *text; /* NULL: refused */
        size_t read;
    } cases[] = {
        {CHARSET_GUESS,   "",                                 "",         0},
        {CHARSET_GUESS,   "plain",                            "plain",    0},
        {CHARSET_GUESS,   "\xEF\xBB\xBF"
                          "a",                                "a",        0},
        {CHARSET_GUESS,   "绍兴",                             "绍兴",     0},
        {CHARSET_GUESS,   "\xC9\xDC\xD0\xCB",                 "绍兴",     0},
        {CHARSET_GUESS,   "\x84\x31\x95\x33\xC9\xDC",         "绍",       0}, /* a byte order mark in GB18030 */
        {CHARSET_GUESS,   "\xB0\xA1\x81\x30\x81\x30\xE3\x32\x9A\x35", "啊\xC2\x80\xF4\x8F\xBF\xBF", 0},
        {CHARSET_GUESS,   "\xC2\xA1",                         "\xC2\xA1", 0}, /* both: UTF-8, though GB18030 reads it */
        {CHARSET_GB18030, "\xC2\xA1",                         "隆",       0},
        {CHARSET_UTF8,    "a\xC9\xDC",                        NULL,       1},
        {CHARSET_GB18030, "ab绍",                             NULL,       4}, /* E7BB is a character, 8D alone is none */
        {CHARSET_GUESS,   "a\xC9\xDC\xFF",                    NULL,       3}, /* GB18030 reads on furthest */
        {CHARSET_GUESS,   "a\xE7\xBB\x8D\x20\xFF",            NULL,       5}, /* UTF-8 does */
        {CHARSET_GUESS,   "\x80",                             NULL,       0},
        {CHARSET_GUESS,   "\xC9\xDC\xC9",                     NULL,       2}, /* half a character at the end */
        {CHARSET_GUESS,   "\xC9\xDC\x81\x30",                 NULL,       2},
        {CHARSET_GUESS,   "\xC9\xDC\xE3\x32\x9A\x36",         NULL,       2}, /* beyond U+10FFFF */
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct slice bytes = slice_of(cases[i].bytes), out;

        assert_int_equal(charset_decode(&out, *state, bytes, cases[i].c), cases[i].text != NULL);
        if (cases[i].text == NULL)
            assert_true(slice_equal(out, slice_sub(bytes, 0, cases[i].read)));
        else
            assert_true(slice_equal(out, slice_of(cases[i].text)));
    }
}

static void
refuses_a_nul_and_so_utf16(void **state)
{
    struct slice out;

    for (enum charset c = CHARSET_GUESS; c <= CHARSET_GB18030; c++) {
        assert_false(charset_decode(&out, *state, S("ab\0c"), c));
        assert_int_equal(out.len, 2);
    }
    assert_false(charset_decode(&out, *state, S("\xFF\xFE\x41\0,\0\x42\0"), CHARSET_GUESS));
    assert_int_equal(out.len, 0);
    assert_false(charset_decode(&out, *state, S("\xC9\xDC\0"), CHARSET_GUESS));
    assert_int_equal(out.len, 2);
}

/* One line a character of the whole of Unicode, in GB18030 and in UTF-8. Python's table is that of the year 2000; that
 * of 2005, and the characters that Unicode has got since, give 25 codes of two bytes another character (the judge lists
 * them). The codes of four bytes that those had are refused, but 8135F437, which was exchanged. */
static const char writer[] =
    "import sys\n"
    "later=dict(zip(list(range(0xa6d9,0xa6e0))+[0xa6ec,0xa6ed,0xa6f3,0xa8bc]+\n"
    "    [0xfe51,0xfe52,0xfe53,0xfe59,0xfe61,0xfe66,0xfe67,0xfe6c,0xfe6d,0xfe76,0xfe7e,0xfe90,0xfe91,0xfea0],\n"
    "    [0xfe10,0xfe12,0xfe11,0xfe13,0xfe14,0xfe15,0xfe16,0xfe17,0xfe18,0xfe19,0x1e3f,0x20087,0x20089,0x200cc,\n"
    "     0x9fb4,0x9fb5,0x9fb6,0x9fb7,0x215d7,0x9fb8,0x2298f,0x9fb9,0x9fba,0x241fe,0x9fbb]))\n"
    "later[0x8135f437]=0xe7c7\n"
    "gone=[c for c in later.values() if 0x9f00<c<0xa000 or 0xfe00<c<0x10000]\n"
    "bytes_of=lambda c: chr(c).encode('gb18030')\n"
    "now=lambda c: chr(later.get(int.from_bytes(bytes_of(c),'big'),c))\n"
    "kept=[c for c in range(1,0x110000) if not 0xd800<=c<0xe000 and c!=10 and c not in gone]\n"
    "open(sys.argv[1]+'/gb','wb').write(b'\\n'.join(map(bytes_of,kept)))\n"
    "open(sys.argv[1]+'/utf8','wb').write('\\n'.join(map(now,kept)).encode())\n"
    "open(sys.argv[1]+'/gone','wb').write(b''.join(map(bytes_of,gone)))\n";

static struct slice
read_kept(struct arena *a, const char *folder, const char *name)
{
    struct slice out;

    assert_true(file_read(&out, a, arena_print(a, "%s/%s", folder, name).at, FILE_MAX));
    return out;
}

static void
agrees_with_python_on_every_character(void **state)
{
    struct slice gb, utf8, gone, out;
    const char *folder;

    if (!oracle_there(*state, "python3"))
        skip();
    folder = folder_open(*state);
    write_file(arena_print(*state, "%s/writer.py", folder).at, slice_of(writer));
    assert_int_equal(oracle_run(NULL, *state, "python3 %s/writer.py %s", folder, folder), 0);
    gb = read_kept(*state, folder, "gb");
    utf8 = read_kept(*state, folder, "utf8");
    gone = read_kept(*state, folder, "gone");
    folder_close(folder);

    assert_true(utf8.len > 4000000);
    assert_true(charset_decode(&out, *state, gb, CHARSET_GUESS));
    assert_true(slice_equal(out, utf8));
    assert_int_equal(gone.len, 18 * 4);
    for (size_t i = 0; i < gone.len; i += 4)
        assert_false(charset_decode(&out, *state, slice_sub(gone, i, 4), CHARSET_GB18030));
}

/* Whatever the bytes: valid text, or what stands before a byte that cannot be read in either way. */
static void
gives_valid_text_or_a_place_for_any_bytes(void **state)
{
    static const unsigned char drawn[] = {0x00, 0x0a, 0x2c, 0x30, 0x39, 0x41, 0x7f, 0x80, 0x81, 0xa1, 0xbf, 0xc2,
                                          0xc9, 0xdc, 0xe3, 0xe7, 0xbb, 0x8d, 0xf0, 0x9f, 0xfe, 0xff};
    struct seed seed = seed_open("gives_valid_text_or_a_place_for_any_bytes");
    struct arena *a = arena_open(4096);
    size_t read = 0;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        char bytes[8];
        struct slice s = {bytes, seed_below(&seed, sizeof bytes)}, out, half;

        arena_reset(a);
        for (size_t j = 0; j < s.len; j++)
            bytes[j] = (char)drawn[seed_below(&seed, COUNT(drawn))];
        if (charset_decode(&out, a, s, CHARSET_GUESS)) {
            read++;
            assert_true(utf8_valid(out));
            continue;
        }
        assert_true(out.len < s.len);
        assert_true(charset_decode(&half, a, out, CHARSET_UTF8) || charset_decode(&half, a, out, CHARSET_GB18030));
    }
    arena_close(a);
    assert_true(read > 1000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_an_encoding_by_its_bytes),
        cmocka_unit_test(refuses_a_nul_and_so_utf16),
        cmocka_unit_test(agrees_with_python_on_every_character),
        cmocka_unit_test(gives_valid_text_or_a_place_for_any_bytes),
    };

    return cmocka_run_group_tests_name("edge/charset", tests, arena_setup, arena_teardown);
}
