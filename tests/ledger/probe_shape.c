/*
 * Answers one line for each line "KIND<tab>JSON" on standard input, so that another program can judge the decoder.
 * Knows the toy kinds; must not judge anything itself.
 * Invariant: "ok<tab>canonical JSON", "unread<tab>verdict", or "wrong" and a tab and a pointer for every problem.
 */
#include <stdio.h>

#include "toy_policy.h"

static void
answer(struct arena *a, const struct kind_row *k, struct slice text)
{
    const struct json *tree = NULL;
    struct problems p = {.arena = a};
    struct buf b = {.arena = a};
    void *out = arena_take(a, k->shape->size);
    enum verdict got = json_parse(&tree, a, text);

    if (got != V_OK) {
        printf("unread\t%s\n", verdict_row(got)->name);
        return;
    }
    if (shape_decode(out, k->shape, tree, S(""), NULL, 0, &p) == V_OK) {
        shape_encode(&b, k->shape, out);
        printf("ok\t" SLICE_FMT "\n", SLICE_ARG(buf_slice(&b)));
        return;
    }
    printf("wrong");
    for (const struct problem *at = p.first; at != NULL; at = at->next)
        printf("\t" SLICE_FMT, SLICE_ARG(at->pointer));
    printf("\n");
}

int
main(void)
{
    static char line[1 << 20];
    struct arena *a = arena_open(64u << 20);

    while (fgets(line, sizeof line, stdin) != NULL) {
        struct slice text = slice_of(line);
        struct slice body, kind;

        text.len -= text.len > 0 && text.at[text.len - 1] == '\n';
        kind = slice_cut(&body, text, '\t');
        if (kind_find(toy_kinds, kind) == NULL || body.at == NULL)
            return 2;
        answer(a, kind_find(toy_kinds, kind), body);
        arena_reset(a);
    }
    arena_close(a);
    return 0;
}
