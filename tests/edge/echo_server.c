/*
 * A small daemon for tools that want a server on a port: GET /healthz, and POST /v1/entries gives back its body.
 * Knows http.h alone; must not know the registry.
 * Invariant: what it answers depends on the request only.
 *
 *   make build/plain/tests/edge/echo_server && build/plain/tests/edge/echo_server PORT [CERTIFICATE KEY]
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "pki.h"
#include "ventured/http.h"

static struct http_server *server;

static void
stop(int signal_number)
{
    (void)signal_number;
    http_stop(server, 2000);
}

static void
answer(struct request *rq, void *context)
{
    (void)context;
    if (slice_equal(rq->path, S("/healthz")))
        http_reply(rq, &(struct reply){.status = 200, .content_type = S("text/plain"), .body = S("ok\n")});
    else if (slice_equal(rq->path, S("/v1/entries")))
        http_reply(rq, &(struct reply){.status = 200, .content_type = S("application/json"), .body = rq->body});
    else
        http_reply(rq, &(struct reply){.status = 404});
}

int
main(int argc, char **argv)
{
    struct http_options o = {.address = "127.0.0.1", .limits = http_limits_default, .handler = answer, .name_count = 1};
    struct pki pki;

    if (argc != 2 && argc != 4) {
        fprintf(stderr, "usage: echo_server PORT [CERTIFICATE KEY]\n");
        return 2;
    }
    pki_open(&pki);
    o.port = atoi(argv[1]);
    o.names[0] = (struct http_name){.name = "first.test",
                                    .certificate_file = argc == 4 ? argv[2] : pki_file(&pki, "first", ".pem"),
                                    .key_file = argc == 4 ? argv[3] : pki_file(&pki, "first", ".key")};
    if (http_open(&server, &o) != V_OK)
        return 1;
    signal(SIGINT, stop);
    signal(SIGTERM, stop);
    printf("%d\n", http_port(server));
    fflush(stdout);
    http_run(server);
    http_close(server);
    pki_close(&pki);
    return 0;
}
