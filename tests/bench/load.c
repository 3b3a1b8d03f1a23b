/*
 * Loads a registry with signed facts over many connections, and says how fast they were acknowledged.
 * Knows when to send, to count and to give up; must not judge what the registry recorded: its journal is read for that.
 * Invariant: whatever is in the file of acknowledgements was answered with 201 or 200, its own id beside its number.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "load_line.h"
#include "load_work.h"

#define CONNECTIONS_MAX 1000
#define BATCH_MAX 1000
#define SECONDS_MAX 86400
#define KEPT_SIZE ((size_t)1 << 30) /* address space, all of which an instrumented build marks: no more than needed */
#define STATUS_MAX 600
#define REOPEN_EACH_MS 20
#define BUSY 503
#define BUSY_PAUSE_MS 200
#define NS_US 1000
#define NS_MS (1000 * 1000)

struct options {
    const char *url, *connect, *ca, *key, *key_id, *alg, *work, *ids, *acked;
    int64_t connections, batch, seconds, patience; /* seconds 0: until all is sent */
    bool until_cut;
};

/* ---- one connection ---------------------------------------------------------------------------------------------- */

struct load {
    struct options o;
    struct exchange_point point;
    int acked; /* -1: nobody asked */
    int64_t began_ns;
};

struct sender {
    const struct load *load;
    struct queue queue;
    struct line line;
    struct arena *arena, *answer;
    pthread_t thread;
    int64_t *took_ns;                                                          /* of each answered parcel */
    size_t answered;                                                           /* parcels */
    int64_t sent, created, repeated, strange, cuts, busy, refused[STATUS_MAX]; /* facts, but for cuts, busy */
    struct slice complaint;                                                    /* the first refusal's body */
};

static int64_t
now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 * NS_MS + t.tv_nsec;
}

/* Connects anew until `deadline_ns`, at least once. */
static bool
reopen(struct sender *s, int64_t deadline_ns)
{
    const struct timespec pause = {.tv_nsec = REOPEN_EACH_MS * NS_MS};

    for (;;) {
        if (line_open(&s->line, s->answer, &s->load->point))
            return true;
        if (now_ns() >= deadline_ns)
            return false;
        nanosleep(&pause, NULL);
    }
}

/* Asks until there is an answer that is not 503. The same bytes again after a cut, or when the registry is busy: the id
 * decides, so none is recorded twice. False where the line stays cut, or is not to be opened again. */
static bool
ask(struct sender *s, const struct parcel *p)
{
    const struct timespec pause = {.tv_nsec = BUSY_PAUSE_MS * NS_MS};
    int64_t deadline_ns = now_ns() + s->load->o.patience * 1000 * NS_MS;

    for (bool first = true;; first = false) {
        bool answered = line_ask(&s->line, p->bytes);

        if (answered && (s->line.status != BUSY || now_ns() >= deadline_ns))
            return true;
        s->busy += answered;
        s->cuts += !answered;
        if (answered)
            nanosleep(&pause, NULL);
        else if (s->load->o.until_cut || (!first && now_ns() >= deadline_ns) || !reopen(s, deadline_ns))
            return false;
    }
}

/* Finds each fact's receipt in the answer, which gives them in the order sent; `lines` gets what is acknowledged. */
static bool
read_receipts(struct buf *lines, const struct sender *s, const struct parcel *p)
{
    static const struct slice lead = S_INIT("{\"seq\":"), middle = S_INIT(",\"id\":\"");
    struct slice rest = s->line.body;

    for (size_t i = 0; i < p->count; i++) {
        const struct fact *f = &s->queue.facts[p->first + i];
        const char *at = memmem(rest.at, rest.len, lead.at, lead.len);
        struct slice seq;
        int64_t number;

        if (at == NULL)
            return false;
        rest = slice_sub(rest, (size_t)(at - rest.at) + lead.len, rest.len);
        seq = slice_cut(&rest, rest, ',');
        rest = rest.at == NULL ? S("") : (struct slice){rest.at - 1, rest.len + 1};
        if (!slice_to_int(&number, seq) || !slice_starts(rest, middle))
            return false;
        rest = slice_sub(rest, middle.len, rest.len);
        if (!slice_starts(rest, f->id))
            return false;
        buf_print(lines, SLICE_FMT " %" PRId64 " " SLICE_FMT " " SLICE_FMT "\n", SLICE_ARG(f->id), number,
                  SLICE_ARG(f->kind), SLICE_ARG(f->subject));
    }
    return true;
}

static void
take_answer(struct sender *s, const struct parcel *p)
{
    struct buf lines = {.arena = s->answer};
    int status = s->line.status;
    int64_t count = (int64_t)p->count;

    if (status != 200 && status != 201) {
        if (status >= 0 && status < STATUS_MAX)
            s->refused[status] += count;
        if (s->complaint.at == NULL)
            s->complaint = arena_copy(s->arena, s->line.body);
    } else if (!read_receipts(&lines, s, p)) {
        s->strange += count;
    } else {
        if (s->load->acked >= 0 && write(s->load->acked, lines.at, lines.len) != (ssize_t)lines.len)
            s->strange += count;
        if (status == 201)
            s->created += count;
        else
            s->repeated += count;
    }
}

static void *
send_all(void *context)
{
    struct sender *s = context;
    int64_t limit_ns = s->load->o.seconds * 1000 * NS_MS;

    for (size_t i = 0; i < s->queue.parcel_count; i++) {
        const struct parcel *p = &s->queue.parcels[i];
        int64_t began_ns = now_ns();

        if (limit_ns > 0 && began_ns - s->load->began_ns >= limit_ns)
            break;
        s->sent += (int64_t)p->count;
        if (!ask(s, p))
            break;
        s->took_ns[s->answered++] = now_ns() - began_ns;
        take_answer(s, p);
    }
    line_close(&s->line);
    return NULL;
}

/* ---- the report -------------------------------------------------------------------------------------------------- */

struct sum {
    int64_t sent, created, repeated, strange, cuts, busy, refused_all, refused[STATUS_MAX], facts;
    int64_t *took_ns, took_count;
};

static int
compare_numbers(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static void
add_up(struct sum *out, struct arena *a, const struct sender *senders, size_t count)
{
    size_t parcels = 0;

    *out = (struct sum){0};
    for (size_t i = 0; i < count; i++)
        parcels += senders[i].answered;
    out->took_ns = NEW_ARRAY(a, int64_t, parcels + 1);
    for (const struct sender *s = senders; s < senders + count; s++) {
        out->sent += s->sent;
        out->created += s->created;
        out->repeated += s->repeated;
        out->strange += s->strange;
        out->cuts += s->cuts;
        out->busy += s->busy;
        out->facts += (int64_t)s->queue.fact_count;
        for (int status = 0; status < STATUS_MAX; status++) {
            out->refused[status] += s->refused[status];
            out->refused_all += s->refused[status];
        }
        for (size_t i = 0; i < s->answered; i++)
            out->took_ns[out->took_count++] = s->took_ns[i];
    }
    qsort(out->took_ns, (size_t)out->took_count, sizeof(int64_t), compare_numbers);
}

static int64_t
percentile_us(const struct sum *s, int64_t percent)
{
    return s->took_count == 0 ? 0 : s->took_ns[(s->took_count - 1) * percent / 100] / NS_US;
}

static void
print_report(const struct sum *s, int64_t took_ns)
{
    int64_t ms = took_ns / NS_MS, good = s->created + s->repeated;
    bool first = true;

    printf("{\"sent\":%" PRId64 ",\"created\":%" PRId64 ",\"repeated\":%" PRId64 ",\"refused\":{", s->sent, s->created,
           s->repeated);
    for (int status = 0; status < STATUS_MAX; status++) {
        if (s->refused[status] == 0)
            continue;
        printf("%s\"%d\":%" PRId64, first ? "" : ",", status, s->refused[status]);
        first = false;
    }
    printf("},\"strange\":%" PRId64 ",\"failed_connections\":%" PRId64 ",\"busy\":%" PRId64 ",\"requests\":%" PRId64
           ",\"seconds\":%" PRId64 ".%03" PRId64 ",\"per_second\":%" PRId64 ",\"p50_us\":%" PRId64
           ",\"p99_us\":%" PRId64 "}\n",
           s->strange, s->cuts, s->busy, s->took_count, ms / 1000, ms % 1000, good * 1000 / (ms > 0 ? ms : 1),
           percentile_us(s, 50), percentile_us(s, 99));
}

static void
complain(const struct sender *senders, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (senders[i].complaint.at == NULL)
            continue;
        fprintf(stderr, "load: " SLICE_FMT "\n", SLICE_ARG(senders[i].complaint));
        return;
    }
}

/* ---- all of it --------------------------------------------------------------------------------------------------- */

/* Every request is signed and every line is open before the clock starts. */
static bool
prepare(struct load *l, struct sender *senders, struct arena *a)
{
    size_t count = (size_t)l->o.connections;
    struct queue *queues = NEW_ARRAY(a, struct queue, count);
    struct signer s = {.origin = slice_of(l->o.url), .key_id = slice_of(l->o.key_id), .batch = (size_t)l->o.batch};

    s.host = slice_sub(s.origin, sizeof "https://" - 1, s.origin.len);
    s.key = work_key(a, l->o.alg, l->o.key);
    if (s.key == NULL || !work_read(queues, count, a, l->o.work, l->o.ids))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct sender *one = &senders[i];

        *one = (struct sender){.load = l, .queue = queues[i], .arena = a, .answer = arena_open(LINE_ANSWER_MAX * 2)};
        if (!work_sign(&one->queue, a, &s)) {
            fprintf(stderr, "load: the address or the key's id cannot be signed\n");
            return false;
        }
        one->took_ns = NEW_ARRAY(a, int64_t, one->queue.parcel_count + 1);
    }
    for (size_t i = 0; i < count; i++)
        if (senders[i].queue.parcel_count > 0)
            line_open(&senders[i].line, senders[i].answer, &l->point);
    key_close(s.key);
    return true;
}

static int
run(struct load *l, struct arena *a)
{
    size_t count = (size_t)l->o.connections;
    struct sender *senders = NEW_ARRAY(a, struct sender, count);
    struct sum sum;
    bool done;

    if (!prepare(l, senders, a))
        return 2;
    l->began_ns = now_ns();
    for (size_t i = 0; i < count; i++)
        if (pthread_create(&senders[i].thread, NULL, send_all, &senders[i]) != 0)
            abort();
    for (size_t i = 0; i < count; i++)
        pthread_join(senders[i].thread, NULL);
    add_up(&sum, a, senders, count);
    for (size_t i = 0; i < count; i++)
        arena_close(senders[i].answer);
    print_report(&sum, now_ns() - l->began_ns);
    complain(senders, count);
    done = sum.created + sum.repeated == (l->o.seconds > 0 ? sum.sent : sum.facts);
    return sum.refused_all == 0 && sum.strange == 0 && (done || (l->o.until_cut && sum.cuts > 0)) ? 0 : 1;
}

static int
misuse(void)
{
    fprintf(stderr,
            "load --url URL [--connect HOST:PORT] --ca FILE --key FILE --key-id ID --alg NAME --work FILE\n"
            "     --connections N [--batch K] [--ids FILE] [--acked FILE] [--seconds S] [--until-cut]\n"
            "     [--patience S]\n"
            "Posts LANE<TAB>KIND<TAB>BODY lines, a lane's in order over one connection; --batch posts lists.\n"
            "--ids: one id a line, made where there is none, so that a second run sends the same entries.\n"
            "--acked: gets ID SEQ KIND SUBJECT of each entry that was acknowledged.\n"
            "--patience: how long to ask again after a cut or a 503, the same bytes; --until-cut: never after a cut.\n"
            "Exit 0: all was answered 201 or 200 (or the server went away), 1: not so, 2: misuse.\n");
    return 2;
}

struct option_row {
    const char *name;
    const char **text;
    int64_t *number, min, max;
};

static bool
take_option(const struct option_row *row, const char *value)
{
    if (row->text == NULL)
        return slice_to_int(row->number, slice_of(value)) && *row->number >= row->min && *row->number <= row->max;
    *row->text = value;
    return true;
}

static bool
read_options(struct options *o, int argc, char **argv)
{
    const struct option_row rows[] = {
        {"--url",         &o->url,     NULL,            0, 0              },
        {"--connect",     &o->connect, NULL,            0, 0              },
        {"--ca",          &o->ca,      NULL,            0, 0              },
        {"--key",         &o->key,     NULL,            0, 0              },
        {"--key-id",      &o->key_id,  NULL,            0, 0              },
        {"--alg",         &o->alg,     NULL,            0, 0              },
        {"--work",        &o->work,    NULL,            0, 0              },
        {"--connections", NULL,        &o->connections, 1, CONNECTIONS_MAX},
        {"--ids",         &o->ids,     NULL,            0, 0              },
        {"--batch",       NULL,        &o->batch,       0, BATCH_MAX      },
        {"--acked",       &o->acked,   NULL,            0, 0              },
        {"--seconds",     NULL,        &o->seconds,     0, SECONDS_MAX    },
        {"--patience",    NULL,        &o->patience,    0, SECONDS_MAX    },
    };

    for (int i = 1; i < argc; i++) {
        size_t at = 0;

        if (strcmp(argv[i], "--until-cut") == 0) {
            o->until_cut = true;
            continue;
        }
        while (at < COUNT(rows) && strcmp(rows[at].name, argv[i]) != 0)
            at++;
        if (at == COUNT(rows) || i + 1 == argc || !take_option(&rows[at], argv[++i]))
            return false;
    }
    return o->url != NULL && slice_starts(slice_of(o->url), S("https://")) && o->ca != NULL && o->key != NULL &&
           o->key_id != NULL && o->work != NULL;
}

int
main(int argc, char **argv)
{
    struct load l = {
        .o = {.alg = "ed25519", .connections = 1},
          .acked = -1
    };
    struct arena *a = arena_open(KEPT_SIZE);
    struct slice host, rest;
    const char *where;
    int ended;

    signal(SIGPIPE, SIG_IGN);
    if (!read_options(&l.o, argc, argv))
        return misuse();
    host = slice_sub(slice_of(l.o.url), sizeof "https://" - 1, strlen(l.o.url));
    where = l.o.connect != NULL ? l.o.connect : arena_print(a, SLICE_FMT, SLICE_ARG(host)).at;
    if (strrchr(where, ':') == NULL)
        where = arena_print(a, "%s:443", where).at;
    if (!point_open(&l.point, arena_copy(a, slice_cut(&rest, host, ':')).at, where, l.o.ca))
        return 2;
    if (l.o.acked != NULL)
        l.acked = open(l.o.acked, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (l.o.acked != NULL && l.acked < 0) {
        perror(l.o.acked);
        return 2;
    }
    ended = run(&l, a);
    point_close(&l.point);
    arena_close(a);
    return ended;
}
