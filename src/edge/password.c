/*
 * The rule for new passwords.
 * Knows lengths, signs and common words; must not keep a password.
 * Invariant: every copy made of a password is wiped.
 */
#include <string.h>

#include "password.h"
#include "ventured/crypto.h"
#include "ventured/json.h"

static bool
int_read(int64_t *out, const struct json *document, struct slice name)
{
    const struct json *member = json_find(document, name);

    if (member == NULL || member->type != JSON_INT || member->number < 1)
        return false;
    *out = member->number;
    return true;
}

static bool
words_read(struct password_rule *out, struct arena *a, const struct json *list)
{
    struct slice *words;

    if (list == NULL || list->type != JSON_LIST)
        return false;
    words = NEW_ARRAY(a, struct slice, list->count + 1);
    for (const struct json *word = list->first; word != NULL; word = word->next) {
        if (word->type != JSON_TEXT || word->text.len == 0)
            return false;
        words[out->common_count++] = word->text;
    }
    out->common = words;
    return true;
}

enum verdict
password_rule_read(struct password_rule *out, struct arena *a, struct slice document)
{
    const struct json *d;

    *out = (struct password_rule){0};
    if (json_parse(&d, a, document) == V_OK && int_read(&out->length_min, d, S("length_min")) &&
        int_read(&out->length_max, d, S("length_max")) && int_read(&out->signs_min, d, S("signs_min")) &&
        out->length_min <= out->length_max && words_read(out, a, json_find(d, S("common"))))
        return V_OK;
    log_write(LOG_ERROR, "password_rule", "what=unreadable");
    return V_BROKEN;
}

struct slice
password_normal(struct arena *a, struct slice typed)
{
    struct slice normal, copy;

    if (!text_normal(&normal, a, typed))
        normal = typed;
    copy = arena_copy(a, normal);
    if (normal.at < typed.at || normal.at > typed.at + typed.len)
        wipe((char *)normal.at, normal.len);
    return copy;
}

static bool
is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80;
}

/* What is left without the digits and signs at both ends. */
static struct slice
core_of(struct slice s)
{
    while (s.len > 0 && !is_letter(s.at[0]))
        s = slice_sub(s, 1, s.len - 1);
    while (s.len > 0 && !is_letter(s.at[s.len - 1]))
        s.len--;
    return s;
}

static bool
is_common(const struct password_rule *r, struct slice lower, struct slice login)
{
    struct slice core = core_of(lower);

    if (core.len == 0 || slice_equal(core, core_of(login)) || slice_equal(lower, login))
        return true;
    for (size_t i = 0; i < r->common_count; i++)
        if (slice_equal(core, r->common[i]) || slice_equal(lower, r->common[i]))
            return true;
    return false;
}

/* Bytes rather than code points: a Chinese sign counts as up to three, and is worth them. */
static int64_t
signs_count(struct slice s)
{
    bool seen[256] = {false};
    int64_t count = 0;

    for (size_t i = 0; i < s.len; i++) {
        count += !seen[(unsigned char)s.at[i]];
        seen[(unsigned char)s.at[i]] = true;
    }
    return count;
}

/* A copy in lower case, which the caller wipes. */
static struct slice
lower_copy(struct arena *a, struct slice s)
{
    char *at = arena_take(a, s.len + 1);

    for (size_t i = 0; i < s.len; i++)
        at[i] = s.at[i] >= 'A' && s.at[i] <= 'Z' ? (char)(s.at[i] - 'A' + 'a') : s.at[i];
    return (struct slice){at, s.len};
}

static enum verdict
wrong(struct problems *p, enum verdict v, struct slice pointer, struct slice zh, struct slice en)
{
    problem_add(p, v, pointer, zh, en);
    return V_FIELDS_WRONG;
}

enum verdict
password_check(struct problems *p, const struct password_rule *r, struct slice pointer, struct slice password,
               struct slice login)
{
    int64_t length = (int64_t)utf8_length(password);
    struct slice lower, name;
    bool common;

    if (length < r->length_min || length > r->length_max)
        return wrong(p, V_FIELD_LENGTH, pointer,
                     arena_print(p->arena, "密码长度须为 %lld 至 %lld 个字符", (long long)r->length_min,
                                 (long long)r->length_max),
                     arena_print(p->arena, "a password has %lld to %lld characters", (long long)r->length_min,
                                 (long long)r->length_max));
    lower = lower_copy(p->arena, password);
    name = lower_copy(p->arena, login);
    common = is_common(r, lower, name) || signs_count(lower) < r->signs_min;
    wipe((char *)lower.at, lower.len);
    if (common)
        return wrong(p, V_FIELD_FORM, pointer, S("密码过于常见，请勿使用纯数字、账号或常用词"),
                     S("too easy to guess: not numbers alone, the login or a common word"));
    return V_OK;
}
