/*
 * The table of adapters.
 * Knows RFC 5322, Standard Webhooks and one JSON of our own; must not know when anything is tried.
 * Invariant: a digest has one id, so that whoever takes it twice can tell.
 */
#include "notice_adapter.h"
#include "webhook.h"

#define BASE64_LINE 76
#define FIELDS_MAX 4

/* ---- what it says ------------------------------------------------------------------------------------------------ */

static bool
is_late(const struct notice_item *i)
{
    return !slice_equal(i->reason, S("due_soon"));
}

void
notice_text(struct buf *b, const struct notice_message *m)
{
    buf_print(b, "您有 %zu 项待办临近期限或已超期：\n", m->count + m->more);
    for (size_t i = 0; i < m->count; i++)
        buf_print(b, "- %s " SLICE_FMT "，期限 " SLICE_FMT "%s " SLICE_FMT "\n", m->items[i].zh,
                  SLICE_ARG(m->items[i].subject), SLICE_ARG(m->items[i].due), is_late(&m->items[i]) ? "，已超期" : "",
                  SLICE_ARG(m->items[i].link));
    if (m->more > 0)
        buf_print(b, "另有 %zu 项。\n", m->more);
    buf_print(b, "\n%zu steps of yours are due or late:\n", m->count + m->more);
    for (size_t i = 0; i < m->count; i++)
        buf_print(b, "- %s " SLICE_FMT ", due " SLICE_FMT "%s\n", m->items[i].en, SLICE_ARG(m->items[i].subject),
                  SLICE_ARG(m->items[i].due), is_late(&m->items[i]) ? ", late" : "");
    if (m->more > 0)
        buf_print(b, "and %zu more.\n", m->more);
}

static struct slice
answer_of(struct arena *a, enum fetch_end end, int status)
{
    return end == FETCH_DONE ? arena_print(a, "%d", status) : slice_of(fetch_row(end)->name);
}

/* ---- mail -------------------------------------------------------------------------------------------------------- */

/* RFC 5322 section 3.3. 1970-01-01 was a Thursday. */
static struct slice
mail_date(struct arena *a, int64_t at_ms)
{
    static const char *const days[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    char text[AT_TEXT_SIZE];
    int year, month, day_of_month;
    int32_t day;

    at_print(text, at_ms);
    day_parse(&day, (struct slice){text, DAY_TEXT_SIZE - 1});
    day_split(day, &year, &month, &day_of_month);
    return arena_print(a, "%s, %02d %s %d %.8s +0000", days[(day % 7 + 7) % 7], day_of_month, months[month - 1], year,
                       text + DAY_TEXT_SIZE);
}

static void
add_base64(struct buf *b, struct slice text)
{
    struct slice all = base64_encode(b->arena, text);

    for (size_t i = 0; i < all.len; i += BASE64_LINE) {
        buf_add(b, slice_sub(all, i, BASE64_LINE));
        buf_add(b, S("\r\n"));
    }
}

static struct slice
mail_message(struct arena *a, const struct notice_options *o, const struct notice_message *m, struct slice to)
{
    struct buf text = {.arena = a}, b = {.arena = a};
    struct slice subject = arena_print(a, "待办提醒：%zu 项", m->count + m->more);

    notice_text(&text, m);
    buf_print(&b, "Date: " SLICE_FMT "\r\nFrom: <%s>\r\nTo: <" SLICE_FMT ">\r\nMessage-ID: <" SLICE_FMT "@%s>\r\n",
              SLICE_ARG(mail_date(a, m->at_ms)), o->from, SLICE_ARG(to), SLICE_ARG(m->id), o->domain);
    buf_print(&b, "Subject: =?UTF-8?B?" SLICE_FMT "?=\r\n", SLICE_ARG(base64_encode(a, subject)));
    buf_add(&b, S("Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                  "Content-Transfer-Encoding: base64\r\n\r\n"));
    add_base64(&b, buf_slice(&text));
    return buf_slice(&b);
}

static bool
send_mail(struct slice *answer, const struct notice_way *w, struct arena *a, const struct notice_message *m)
{
    const struct notice_options *o = w->o;
    struct slice to = arena_print(a, SLICE_FMT "@%s", SLICE_ARG(m->login), o->domain);
    struct fetch_mail mail = {o->url, o->user, o->secret, slice_of(o->from), to, mail_message(a, o, m, to)};
    struct fetch_answer got;
    enum fetch_end end = fetch_mail(&got, w->fetch, a, &mail);

    *answer = answer_of(a, end, got.status);
    return end == FETCH_DONE;
}

/* ---- HTTPS ------------------------------------------------------------------------------------------------------- */

static bool
post(struct slice *answer, const struct notice_way *w, struct arena *a, struct slice body, const struct header *fields,
     size_t count)
{
    struct fetch_request rq = {.method = "POST", .url = w->o->url, .headers = fields, .header_count = count,
                               .body = body};
    struct fetch_answer got;
    enum fetch_end end = fetch_send(&got, w->fetch, a, &rq);

    *answer = answer_of(a, end, got.status);
    return end == FETCH_DONE && got.status / 100 == 2;
}

static void
add_member(struct buf *b, const char *key, struct slice text)
{
    json_add_key(b, key);
    json_add_text(b, text);
}

/* The gateway knows which number a login has. */
static bool
send_sms(struct slice *answer, const struct notice_way *w, struct arena *a, const struct notice_message *m)
{
    struct buf text = {.arena = a}, body = {.arena = a};
    struct header fields[FIELDS_MAX] = {{S("Content-Type"), S("application/json")}, {S("Idempotency-Key"), m->id}};
    size_t count = 2;

    notice_text(&text, m);
    buf_add_char(&body, '{');
    add_member(&body, "to", m->login);
    add_member(&body, "text", buf_slice(&text));
    buf_add_char(&body, '}');
    if (w->o->secret != NULL)
        fields[count++] = (struct header){S("Authorization"), arena_print(a, "Bearer %s", w->o->secret)};
    return post(answer, w, a, buf_slice(&body), fields, count);
}

static void
add_item(struct buf *b, const struct notice_item *i)
{
    json_add_comma(b);
    buf_add_char(b, '{');
    add_member(b, "type", i->type);
    add_member(b, "subject", i->subject);
    add_member(b, "zh", slice_of(i->zh));
    add_member(b, "en", slice_of(i->en));
    add_member(b, "due", i->due);
    add_member(b, "reason", i->reason);
    add_member(b, "link", i->link);
    buf_add_char(b, '}');
}

static struct slice
webhook_body(struct arena *a, const struct notice_message *m)
{
    struct buf b = {.arena = a};
    char at[AT_TEXT_SIZE];

    at_print(at, m->at_ms);
    buf_add_char(&b, '{');
    add_member(&b, "type", S("notice"));
    add_member(&b, "timestamp", slice_of(at));
    json_add_key(&b, "data");
    buf_add_char(&b, '{');
    add_member(&b, "to", m->login);
    json_add_key(&b, "more");
    json_add_int(&b, (int64_t)m->more);
    json_add_key(&b, "items");
    buf_add_char(&b, '[');
    for (size_t i = 0; i < m->count; i++)
        add_item(&b, &m->items[i]);
    buf_add(&b, S("]}}"));
    return buf_slice(&b);
}

static bool
send_webhook(struct slice *answer, const struct notice_way *w, struct arena *a, const struct notice_message *m)
{
    struct slice body = webhook_body(a, m);
    struct webhook hook;

    webhook_make(&hook, a, w->keys, w->key_count, m->id, m->at_ms / 1000, body);
    return post(answer, w, a, body,
                (const struct header[]){{S("Content-Type"), S("application/json")},
                                        {S("webhook-id"), hook.id},
                                        {S("webhook-timestamp"), hook.timestamp},
                                        {S("webhook-signature"), hook.signature}},
                4);
}

/* ---- the table --------------------------------------------------------------------------------------------------- */

static const struct notice_adapter adapters[] = {
    {"none",    NULL        },
    {"mail",    send_mail   },
    {"sms",     send_sms    },
    {"webhook", send_webhook},
};

const struct notice_adapter *
notice_adapter_find(struct slice name)
{
    for (size_t i = 0; i < COUNT(adapters); i++)
        if (slice_equal(name, slice_of(adapters[i].name)))
            return &adapters[i];
    return NULL;
}

bool
notice_adapter_known(struct slice name)
{
    return notice_adapter_find(name) != NULL;
}
