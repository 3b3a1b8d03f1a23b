/*
 * What codes are called: the labels of the policy pack's lists, which the registry itself does not load.
 * Knows the pack's file as the program carries it; must not know which list is in force.
 * Invariant: a code without a label is called by its own name, so that nothing is left without words.
 */
#include "domain_int.h"

static const struct json *
labels_of(struct arena *a, struct slice list)
{
    const struct json *pack, *rows, *labels;

    if (json_parse(&pack, a, policy_lists_document) != V_OK)
        return NULL;
    rows = json_find(pack, S("rows"));
    for (const struct json *row = rows == NULL ? NULL : rows->first; row != NULL; row = row->next) {
        labels = json_find(row, S("labels"));
        if (labels != NULL && slice_equal(json_text(row, S("name")), list))
            return labels;
    }
    return NULL;
}

static void
label_find(struct label *out, const struct json *labels, struct slice code)
{
    const struct json *pair = labels == NULL ? NULL : json_find(labels, code);

    *out = (struct label){code, code, code};
    if (pair == NULL || pair->count != 2)
        return;
    out->zh = pair->first->text;
    out->en = pair->first->next->text;
}

struct label *
labels_find(struct arena *a, const char *list, const struct slice *codes, size_t count)
{
    const struct json *labels = count == 0 ? NULL : labels_of(a, slice_of(list));
    struct label *out = NEW_ARRAY(a, struct label, count + 1);

    for (size_t i = 0; i < count; i++)
        label_find(&out[i], labels, codes[i]);
    return out;
}
