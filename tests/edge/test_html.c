/*
 * Text in a page: that it stays text.
 * Knows Python's HTML parser as a judge; must not know how signs are written.
 * Invariant: what a browser reads back is what was put in, and no element more.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/edge/html.h"
#include "oracle.h"
#include "ventured/json.h"
#include "vectors.h"

static struct slice
escaped(struct arena *a, struct slice text)
{
    struct buf b = {.arena = a};

    html_add(&b, text);
    return arena_copy(a, buf_slice(&b));
}

static void
writes_the_signs_of_markup_as_references(void **state)
{
    static const struct {
        struct slice text;
        const char *wanted;
    } rows[] = {
        {S_INIT(""), ""},
        {S_INIT("绍兴银行"), "绍兴银行"},
        {S_INIT("a<b>c&d\"e'f"), "a&lt;b&gt;c&amp;d&quot;e&#39;f"},
        {S_INIT("&amp;"), "&amp;amp;"},
        {S_INIT("a\tb\nc"), "a\tb\nc"},
        {S_INIT("a\x01" "b\x7f" "c\r"), "a\xef\xbf\xbd" "b\xef\xbf\xbd" "c\xef\xbf\xbd"},
        {S_INIT("a\xc2\x85" "b"), "a\xef\xbf\xbd" "b"},
        {S_INIT("\xc2\xa0"), "\xc2\xa0"},
        {S_INIT("a\xff<script>"), "\xef\xbf\xbd"},
    };

    for (size_t i = 0; i < COUNT(rows); i++)
        assert_string_equal(escaped(*state, rows[i].text).at, rows[i].wanted);
}

/* Python reads our page and the strings: an element for each, with that text inside and as its attribute. */
static void
keeps_naughty_strings_text_in_elements_and_attributes(void **state)
{
    static const char judge[] = "import json,sys,re\n"
                                "from html.parser import HTMLParser\n"
                                "class P(HTMLParser):\n"
                                "    def __init__(self):\n"
                                "        super().__init__(); self.rows=[]; self.tags=[]\n"
                                "    def handle_starttag(self,tag,attrs):\n"
                                "        self.tags.append(tag); self.rows.append([dict(attrs)['title'],''])\n"
                                "    def handle_data(self,data):\n"
                                "        if self.rows: self.rows[-1][1]+=data\n"
                                "p=P(); p.feed(open(sys.argv[2],encoding='utf-8',newline='').read()); p.close()\n"
                                "all=json.load(open(sys.argv[1],encoding='utf-8'))\n"
                                "clean=lambda s: re.sub('[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f]','\\ufffd',s)\n"
                                "assert p.tags==['p']*len(all)\n"
                                "for (title,inside),s in zip(p.rows,all):\n"
                                "    assert title==inside==clean(s),(title,inside,s)\n";
    struct slice file = vectors_read(*state, "naughty-strings/blns.json");
    struct buf b = {.arena = *state};
    const struct json *list;
    const char *folder;

    if (file.at == NULL || !oracle_there(*state, "python3")) {
        print_message("skipped: no naughty-strings in the vectors, or no python3\n");
        skip();
    }
    assert_int_equal(json_parse(&list, *state, file), V_OK);
    for (const struct json *x = list->first; x != NULL; x = x->next) {
        struct slice text = escaped(*state, x->text);

        buf_print(&b, "<p title=\"" SLICE_FMT "\">" SLICE_FMT "</p>", SLICE_ARG(text), SLICE_ARG(text));
    }
    folder = folder_open(*state);
    write_file(arena_print(*state, "%s/page", folder).at, buf_slice(&b));
    write_file(arena_print(*state, "%s/judge.py", folder).at, slice_of(judge));
    assert_int_equal(oracle_run(NULL, *state, "python3 %s/judge.py %s/naughty-strings/blns.json %s/page", folder,
                                vectors_dir(), folder),
                     0);
    folder_close(folder);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(writes_the_signs_of_markup_as_references, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(keeps_naughty_strings_text_in_elements_and_attributes, arena_setup,
                                        arena_teardown),
    };

    return cmocka_run_group_tests_name("edge/html", tests, NULL, NULL);
}
