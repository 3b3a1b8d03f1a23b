/*
 * What is known of a loan at the counter, as documents.
 * Knows the members of each and their order; must not know how a condition is judged.
 * Invariant: what is not known is left out, never written as 0 or as an empty text.
 */
#include "loan_int.h"

static void
add_text(struct buf *b, const char *key, struct slice text)
{
    if (text.at == NULL)
        return;
    json_add_key(b, key);
    json_add_text(b, text);
}

static void
add_word(struct buf *b, const char *key, const char *word)
{
    add_text(b, key, word == NULL ? (struct slice){0} : slice_of(word));
}

static void
add_number(struct buf *b, const char *key, int64_t number)
{
    if (number == INT_ABSENT)
        return;
    json_add_key(b, key);
    json_add_int(b, number);
}

static void
add_day(struct buf *b, const char *key, int32_t day)
{
    char text[DAY_TEXT_SIZE];

    if (day == DAY_ABSENT)
        return;
    day_print(text, day);
    add_word(b, key, text);
}

static void
add_texts(struct buf *b, const char *key, const struct slice *texts, size_t count)
{
    json_add_key(b, key);
    buf_add_char(b, '[');
    for (size_t i = 0; i < count; i++) {
        json_add_comma(b);
        json_add_text(b, texts[i]);
    }
    buf_add_char(b, ']');
}

/* Where a number or a list is from. */
static void
add_origin(struct buf *b, const struct limit *l)
{
    if (l->source.at == NULL)
        return;
    add_text(b, "source", l->source);
    add_text(b, "confidence", l->confidence);
    add_text(b, "scope", l->scope);
    add_day(b, "from", l->from);
}

/* ---- eligibility ----------------------------------------------------------------------------------------------- */

static void
add_rule(struct buf *b, const struct eligible_rule *r)
{
    static const char *const statuses[] = {
        [ELIGIBLE_MET] = "met",
        [ELIGIBLE_NOT_MET] = "not_met",
        [ELIGIBLE_NOT_KNOWN] = "not_known",
        [ELIGIBLE_NOT_APPLICABLE] = "not_applicable",
    };
    static const char *const weights[] = {
        [ELIGIBLE_MUST] = "must", [ELIGIBLE_WARN] = "warn", [ELIGIBLE_NOTE] = "note"};

    json_add_comma(b);
    buf_add_char(b, '{');
    add_text(b, "rule", r->code);
    add_text(b, "zh", r->zh);
    add_text(b, "en", r->en);
    add_word(b, "status", statuses[r->status]);
    add_word(b, "weight", weights[r->weight]);
    add_number(b, "figure", r->figure);
    add_number(b, "bound", r->bound);
    if (r->figure != INT_ABSENT || r->bound != INT_ABSENT)
        add_word(b, "unit", r->unit);
    add_word(b, "limit", r->limit_name);
    add_origin(b, &r->limit);
    add_text(b, "loan", r->loan);
    buf_add_char(b, '}');
}

static void
add_list(struct buf *b, const char *key, const struct limit *l)
{
    if (l->name == NULL)
        return;
    json_add_key(b, key);
    buf_add_char(b, '{');
    add_texts(b, "items", l->items, l->item_count);
    add_origin(b, l);
    buf_add_char(b, '}');
}

static void
add_groups(struct buf *b, const struct loan_groups *g)
{
    json_add_key(b, "groups");
    buf_add_char(b, '{');
    add_text(b, "province", g->province);
    add_text(b, "national", g->national);
    if (g->flags.count > 0)
        add_texts(b, "flags", g->flags.at, g->flags.count);
    add_list(b, "map", &g->map);
    add_list(b, "national_list", &g->national_list);
    buf_add_char(b, '}');
}

void
eligibility_json(struct buf *b, const struct eligibility *e)
{
    buf_add_char(b, '{');
    add_text(b, "loan", e->loan);
    add_day(b, "on", e->on);
    add_text(b, "district", e->district);
    json_add_key(b, "rules");
    buf_add_char(b, '[');
    for (size_t i = 0; i < e->count; i++)
        add_rule(b, &e->rules[i]);
    buf_add_char(b, ']');
    add_groups(b, &e->groups);
    buf_add_char(b, '}');
}

/* ---- progress -------------------------------------------------------------------------------------------------- */

static void
add_next(struct buf *b, const struct loan_progress *p)
{
    if (p->zh == NULL)
        return;
    json_add_key(b, "next");
    buf_add_char(b, '{');
    add_word(b, "zh", p->zh);
    add_word(b, "en", p->en);
    add_text(b, "by", progress_by[p->by].code);
    add_day(b, "due", p->due);
    buf_add_char(b, '}');
}

static void
add_missing(struct buf *b, const struct loan_progress *p)
{
    if (p->missing_count == 0)
        return;
    json_add_key(b, "missing");
    buf_add_char(b, '[');
    for (size_t i = 0; i < p->missing_count; i++) {
        json_add_comma(b);
        buf_add_char(b, '{');
        add_text(b, "code", p->missing[i].code);
        add_text(b, "zh", p->missing[i].zh);
        add_text(b, "en", p->missing[i].en);
        buf_add_char(b, '}');
    }
    buf_add_char(b, ']');
}

void
loan_progress_json(struct buf *b, const struct loan_progress *p)
{
    buf_add(b, S("{\"state\":{"));
    add_word(b, "code", p->state->name);
    add_word(b, "zh", p->state->zh);
    add_word(b, "en", p->state->en);
    buf_add_char(b, '}');
    add_day(b, "since", p->since);
    add_next(b, p);
    add_missing(b, p);
    if (p->certificate_no.at != NULL) {
        buf_add(b, S(",\"certificate\":{"));
        add_text(b, "certificate_no", p->certificate_no);
        add_day(b, "valid_to", p->valid_to);
        buf_add_char(b, '}');
    }
    if (p->bank_zh.at != NULL) {
        buf_add(b, S(",\"bank\":{"));
        add_text(b, "zh", p->bank_zh);
        buf_add_char(b, '}');
    }
    buf_add_char(b, '}');
}

/* ---- the certificate ------------------------------------------------------------------------------------------- */

static void
add_issue(struct buf *b, const struct certificate_issue *i)
{
    static const char *const states[] = {
        [CERTIFICATE_VALID] = "valid",         [CERTIFICATE_EXPIRED] = "expired",
        [CERTIFICATE_USED] = "used",           [CERTIFICATE_REPLACED] = "replaced",
        [CERTIFICATE_WITHDRAWN] = "withdrawn",
    };

    add_text(b, "certificate_no", i->number);
    add_word(b, "state", states[i->state]);
    add_day(b, "issued_on", i->on);
    add_day(b, "valid_to", i->valid_to);
    add_number(b, "amount_max", i->amount_max);
    add_number(b, "term_max_months", i->term_max_months);
    add_text(b, "issued_by", i->issued_by);
    add_text(b, "fund", i->fund);
    add_text(b, "reason", i->reason);
}

void
loan_certificate_json(struct buf *b, const struct loan_certificate *c)
{
    const struct field *class = shape_field(&shape_loan_view, S("class"));

    assert(c->count > 0);
    buf_add_char(b, '{');
    add_text(b, "loan", c->loan);
    add_word(b, "class", class->codes[c->class].name);
    add_issue(b, &c->issues[c->count - 1]);
    json_add_key(b, "history");
    buf_add_char(b, '[');
    for (size_t i = 0; i + 1 < c->count; i++) {
        json_add_comma(b);
        buf_add_char(b, '{');
        add_issue(b, &c->issues[i]);
        buf_add_char(b, '}');
    }
    buf_add(b, S("]}"));
}
