/*
 * XML cut into pieces, and XML that is built to hurt.
 * Knows a toy document; must not know workbooks.
 * Invariant: what is told does not depend on where the pieces end.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "../../src/edge/markup.h"
#include "oracle.h"
#include "seed.h"

enum { TREE = 1, BRANCH, LEAF };

static const struct markup_step steps[] = {
    {MARKUP_START, "tree",   TREE  },
    {TREE,         "branch", BRANCH},
    {BRANCH,       "branch", BRANCH},
    {BRANCH,       "leaf",   LEAF  },
};
static const char *const spaces[] = {"urn:one", "urn:two", NULL};

/* What was told, as a text; texts of one place in a row are one. */
struct told {
    struct buf b;
    size_t most; /* after so many tellings one stops */
};

static bool
add(struct told *t)
{
    return t->most-- > 1;
}

static bool
on_open(void *context, int place, const char *const *attributes)
{
    struct told *t = context;
    struct slice colour = markup_attribute(attributes, "colour");
    struct slice other = markup_attribute(attributes, "urn:two\ncolour");

    buf_print(&t->b, "<%d", place);
    if (colour.at != NULL)
        buf_print(&t->b, " " SLICE_FMT, SLICE_ARG(colour));
    if (other.at != NULL)
        buf_print(&t->b, " two:" SLICE_FMT, SLICE_ARG(other));
    buf_add_char(&t->b, '>');
    return add(t);
}

static bool
on_close(void *context, int place)
{
    struct told *t = context;

    buf_print(&t->b, "</%d>", place);
    return add(t);
}

static bool
on_text(void *context, int place, struct slice text)
{
    struct told *t = context;

    if (place == LEAF)
        buf_add(&t->b, text);
    return true;
}

static const struct markup_form form = {spaces, steps, COUNT(steps), on_open, on_close, on_text};

/* Takes the document in pieces of `first` bytes and the rest. */
static enum markup_end
take(struct told *t, struct slice document, size_t first)
{
    struct markup *m = markup_open(t->b.arena, &form, TREE, t);

    if (markup_take(m, slice_sub(document, 0, first)))
        markup_take(m, slice_sub(document, first, document.len));
    return markup_close(m);
}

static void
tells_the_same_wherever_the_pieces_end(void **state)
{
    static const struct slice document = S_INIT(
        "\xEF\xBB\xBF<?xml version='1.0'?><tree xmlns='urn:one' xmlns:t='urn:two' xmlns:o='urn:other'>\r\n"
        "<branch colour='gr&#xFC;n' t:colour='&lt;'><leaf>绍&amp;<![CDATA[<兴>]]>\r\n&#128512;</leaf><o:leaf>no</o:leaf>"
        "<t:branch o:colour='no'><leaf/></t:branch></branch><leaf>no</leaf>"
        "<other><branch/></other><!-- <branch/> --></tree>\n");
    static const char wanted[] = "<1><2 grün two:<><3>绍&<兴>\n😀</3><2><3></3></2></2></1>";

    for (size_t first = 0; first <= document.len; first++) {
        struct told t = {.b.arena = *state, .most = SIZE_MAX};

        assert_int_equal(take(&t, document, first), MARKUP_DONE);
        assert_true(slice_equal(buf_slice(&t.b), slice_of(wanted)));
    }
}

static void
stops_where_it_is_told_to(void **state)
{
    static const struct slice document = S_INIT("<tree xmlns='urn:two'><branch><leaf/></branch></tree>");

    for (size_t most = 1; most <= 6; most++) {
        struct told t = {.b.arena = *state, .most = most};

        assert_int_equal(take(&t, document, document.len), MARKUP_STOPPED);
        assert_int_equal(t.most, 0);
    }
}

static void
names_what_is_wrong(void **state)
{
    static const struct {
        const char *document;
        enum markup_end end;
    } cases[] = {
        {"",                                                  MARKUP_BROKEN },
        {"text",                                              MARKUP_BROKEN },
        {"<tree xmlns='urn:one'>",                            MARKUP_BROKEN },
        {"<tree xmlns='urn:one'></branch>",                   MARKUP_BROKEN },
        {"<tree xmlns='urn:one'/><tree/>",                    MARKUP_BROKEN },
        {"<tree xmlns='urn:one'>&other;</tree>",              MARKUP_BROKEN },
        {"<tree xmlns='urn:one'>\xFF</tree>",                 MARKUP_BROKEN },
        {"<tree/>",                                           MARKUP_OTHER  },
        {"<tree xmlns='urn:other'/>",                         MARKUP_OTHER  },
        {"<branch xmlns='urn:one'/>",                         MARKUP_OTHER  },
        {"<!DOCTYPE tree><tree xmlns='urn:one'/>",            MARKUP_DOCTYPE},
        {"<!DOCTYPE tree [<!ENTITY a 'b'>]><tree>&a;</tree>", MARKUP_DOCTYPE},
    };

    for (size_t i = 0; i < COUNT(cases); i++)
        for (size_t first = 0; first <= strlen(cases[i].document); first++) {
            struct told t = {.b.arena = *state, .most = SIZE_MAX};

            assert_int_equal(take(&t, slice_of(cases[i].document), first), cases[i].end);
        }
}

/* `opening`, then `len` times the filling, then `closing`. */
static struct slice
filled(struct arena *a, const char *opening, const char *filling, size_t count, const char *closing)
{
    struct buf b = {.arena = a};

    buf_add(&b, slice_of(opening));
    for (size_t i = 0; i < count; i++)
        buf_add(&b, slice_of(filling));
    buf_add(&b, slice_of(closing));
    return buf_slice(&b);
}

static void
bounds_depth_and_length(void **state)
{
    static const struct {
        const char *opening, *filling;
        size_t count;
        const char *closing;
        enum markup_end end;
    } cases[] = {
        {"<tree xmlns='urn:one'>", "<a>", MARKUP_DEPTH_MAX - 1, "", MARKUP_BROKEN}, /* not deep, but not closed */
        {"<tree xmlns='urn:one'>", "<a>", MARKUP_DEPTH_MAX, "", MARKUP_DEEP},
        {"<tree xmlns='urn:one'>", "<a/>", 100000, "</tree>", MARKUP_DONE},
        {"<tree xmlns='urn:one'>", "a", 4 * MARKUP_LENGTH_MAX, "</tree>", MARKUP_DONE},
        {"<tree xmlns='urn:one'><![CDATA[", "a", 4 * MARKUP_LENGTH_MAX, "]]></tree>", MARKUP_DONE},
        {"<tree xmlns='urn:one'", " ", 4 * MARKUP_LENGTH_MAX, "/>", MARKUP_LONG},
        {"<tree xmlns='urn:one' a='", "a", 4 * MARKUP_LENGTH_MAX, "'/>", MARKUP_LONG},
        {"<tree xmlns='urn:one' a='", "a", MARKUP_LENGTH_MAX - 4096, "'/>", MARKUP_DONE},
        {"<tree xmlns='urn:one'><!--", "a", 4 * MARKUP_LENGTH_MAX, "--></tree>", MARKUP_LONG},
        {"<tree xmlns='urn:one'/><?a ", "a", 4 * MARKUP_LENGTH_MAX, "?>", MARKUP_LONG},
        {"<tree xmlns='urn:one'/>", " ", 4 * MARKUP_LENGTH_MAX, "", MARKUP_DONE},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct told t = {.b.arena = *state, .most = SIZE_MAX};
        struct slice document = filled(*state, cases[i].opening, cases[i].filling, cases[i].count, cases[i].closing);
        struct markup *m = markup_open(*state, &form, TREE, &t);

        for (size_t from = 0; from < document.len && markup_take(m, slice_sub(document, from, 4096));)
            from += 4096;
        assert_int_equal(markup_close(m), cases[i].end);
    }
}

static void
survives_any_bytes(void **state)
{
    static const char *const pieces[] = {
        "<tree xmlns='urn:one'>", "</tree>", "<branch>", "</branch>", "<leaf", "/>", ">", "<", "&", ";", "&#", "x41;",
        "<!--", "-->", "<![CDATA[", "]]>", "<?", "?>", "<!DOCTYPE a", "[", "<!ENTITY a 'b'>", "a", "=", "'", "\"",
        "\xE7\xBB", "\x8D", "\xFF", "\xFE", "xmlns:t='urn:two'", "t:", " ",
    };
    struct seed seed = seed_open("survives_any_bytes");
    struct arena *a = arena_open((size_t)1 << 20);

    (void)state;
    for (int i = 0; i < 20000; i++) {
        struct told t = {.b.arena = a, .most = SIZE_MAX};
        struct buf b = {.arena = a};

        arena_reset(a);
        if (seed_below(&seed, 4) > 0)
            buf_add(&b, slice_of(pieces[0]));
        for (size_t count = seed_below(&seed, 12); count > 0; count--)
            buf_add(&b, slice_of(pieces[seed_below(&seed, COUNT(pieces))]));
        take(&t, buf_slice(&b), seed_below(&seed, b.len + 1));
        assert_true(utf8_valid(buf_slice(&t.b)));
    }
    arena_close(a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_the_same_wherever_the_pieces_end),
        cmocka_unit_test(stops_where_it_is_told_to),
        cmocka_unit_test(names_what_is_wrong),
        cmocka_unit_test(bounds_depth_and_length),
        cmocka_unit_test(survives_any_bytes),
    };

    return cmocka_run_group_tests_name("edge/markup", tests, arena_setup, arena_teardown);
}
