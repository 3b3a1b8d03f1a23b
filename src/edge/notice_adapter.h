/*
 * Ways to tell a person: by mail, by a gateway of short messages, by a webhook.
 * Knows what a message says and how each way carries it; must not know which steps there are or who reads.
 * Invariant: a message holds subjects, steps and days, and nothing that is known of anybody.
 */
#ifndef VENTURED_EDGE_NOTICE_ADAPTER_H
#define VENTURED_EDGE_NOTICE_ADAPTER_H

#include "fetch.h"
#include "ventured/edge.h"

#define NOTICE_ITEMS_MAX 20

struct notice_item {
    struct slice type, subject, due, reason, link;
    const char *zh, *en; /* the step */
};

/* One run's digest for one reader. */
struct notice_message {
    struct slice id, login;
    struct notice_item items[NOTICE_ITEMS_MAX];
    size_t count, more; /* shown, and beside these */
    int64_t at_ms;
};

struct notice_way {
    struct fetch *fetch;
    const struct notice_options *o;
    const struct key *const *keys; /* of webhooks */
    size_t key_count;
};

struct notice_adapter {
    const char *name;
    bool (*send)(struct slice *answer, const struct notice_way *w, struct arena *a, const struct notice_message *m);
};

/* NULL where there is none of that name. One without `send` sends nothing. */
const struct notice_adapter *notice_adapter_find(struct slice name);

/* Chinese first, English below it. */
void notice_text(struct buf *b, const struct notice_message *m);

#endif
