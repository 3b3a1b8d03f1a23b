/*
 * The edge as the roof sees it: what it needs to serve the registry, and its life in three verbs.
 * Knows the ledger's and the server's contracts and what a key is; must not know any kind by name.
 * Invariant: bank_machine is a role that a verified signature gives and nothing else does.
 */
#ifndef VENTURED_EDGE_H
#define VENTURED_EDGE_H

#include "ventured/domain.h"
#include "ventured/http.h"
#include "ventured/people.h"

/* As key_record_load, which is what a daemon gives; tests give their own. Runs on any worker's thread, with its reader.
 */
typedef enum verdict key_find_fn(struct key_record *out, struct db *db, const struct vault *v, struct arena *a,
                                 struct slice key_id);

/* Who asks, by a session, and the account that the door looks at once more; V_LOGIN_NEEDED or V_CSRF_WRONG where nobody
 * may. */
typedef enum verdict session_find_fn(struct actor *out, struct credential *credential, struct db *db,
                                     const struct request *rq);

/* The table of totals as one JSON document (design, section 7), for `who`. `as_of` is a day; `known_seq` INT64_MAX is
 * now. */
typedef enum verdict totals_fn(struct slice *out, struct db *db, struct arena *a, const struct actor *who, int year,
                               int32_t as_of, int64_t known_seq);

/* A table of the banks, or of the funds, as one JSON document, narrowed to what `reader` says: empty texts narrow
 * nothing. */
typedef enum verdict figures_fn(struct slice *out, struct db *db, struct arena *a, const struct scope *reader, int year,
                                int32_t as_of, int64_t known_seq);

/* As endpoint_record_load. Runs on any of the sender's threads, with its reader. */
typedef enum verdict endpoint_find_fn(struct endpoint_record *out, struct db *db, struct arena *a,
                                      struct slice organisation);

/* How events are delivered. */
struct delivery_options {
    endpoint_find_fn *endpoint_find;      /* NULL: nothing is pushed; the feed gives all */
    const struct key *const *keys;        /* Ed25519, the newest first; more than one during a rotation */
    size_t key_count;
    const char *ca_file;                  /* PEM; NULL: the authorities of this machine */
    const char *address;                  /* numeric, in place of what a name resolves to; NULL but in tests */
    int64_t retry_first_ms, retry_most_ms; /* the first wait after a failure, doubled up to the last */
    int64_t park_ms;                      /* from an event's first try to its parking */
};

/* As clock_facts, which is what a daemon gives; tests give their own. Runs on the clock's thread, with its reader. */
typedef enum verdict clock_facts_fn(struct clock_fact **out, size_t *count, struct db *db, struct arena *a,
                                    int32_t today);

/* What time makes true is posted by the daemon itself. */
struct clock_options {
    clock_facts_fn *facts; /* NULL: nothing is posted, and the calendar is not watched */
    int64_t every_ms;      /* how often it looks */
};

/* How people are told of what is due. */
struct notice_options {
    const char *adapter; /* "none", "mail", "sms" or "webhook"; NULL: no notice is made */
    const char *url;     /* smtp[s]://relay, or https://gateway */
    const char *from, *domain; /* mail: who writes, and what stands behind the @ of a login */
    const char *user;          /* mail: NULL: no log-in at the relay */
    const char *secret;        /* the relay's password, the gateway's bearer token; NULL: none */
    const char *ca_file, *address; /* as in delivery_options */
    int64_t every_ms;
    int64_t retry_first_ms, retry_most_ms, park_ms;
};

/* Whether there is an adapter of that name. */
bool notice_adapter_known(struct slice name);

/* The public key as receivers exchange it: "whpk_" and the base64 of its 32 bytes. `k` is Ed25519. */
struct slice webhook_key(struct arena *a, const struct key *k);

/* src/edge/pages/status.html, which the program carries with it. */
extern const struct slice status_page;

/* The public origin under which a server name is reached, "https://ventured.example": what @target-uri begins with. */
struct edge_name {
    const char *name, *origin;
};

/* All texts, keys and tables are borrowed and outlive the edge. */
struct edge_options {
    const struct registry *registry;
    const struct view_row *views;
    const char *db_url;
    struct vault *vault;
    const struct key *log_key;
    const char *log_origin; /* of checkpoints */
    const char *data_dir;   /* whose disk must not be full */
    struct slice openapi;   /* the API document */
    struct edge_name names[HTTP_SERVER_NAMES_MAX];
    size_t name_count;
    key_find_fn *key_find;
    const struct people *people;            /* NULL: nobody logs in here; its origins are those of `names` */
    session_find_fn *session_find;          /* in place of people's log-in; NULL but in tests */
    struct delivery_options delivery;
    struct clock_options clock;
    struct notice_options notice;
    totals_fn *totals;                      /* NULL: the address is unknown */
    figures_fn *institutions, *guarantees;  /* likewise */
    int64_t signature_window_s;             /* how far `created` may be off, either way */
    size_t write_queue_max, work_queue_max; /* requests that may wait before the next is told to come back */
    int worker_count;                       /* threads that verify, parse and read */
};
extern const struct edge_options edge_options_default; /* numbers only */

struct edge;

/* Opens the registry's database, brings its tables up to date and starts the writer and the workers. V_BROKEN where the
 * derived tables have an older form and a rebuild is due; each failure after one log line. */
enum verdict edge_open(struct edge **out, const struct edge_options *o);

/* The server's handler; `edge` is a struct edge. */
void edge_handle(struct request *rq, void *edge);

/* Whose counts /metrics shows; before the first request, or never. */
void edge_watch(struct edge *e, const struct http_server *s);

/* Answers what is still waiting and ends every thread. After http_run has returned, before http_close. */
void edge_close(struct edge *e);

#endif
