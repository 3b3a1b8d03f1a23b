/*
 * Certificates, names and versions, as clients on the wire meet them.
 * Knows handshakes; must not know requests beyond one that tells what the server saw.
 * Invariant: files that a test spoils are made good again.
 */
#define _GNU_SOURCE
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "house.h"

static void
chooses_the_certificate_by_name(void **state)
{
    static const struct {
        const char *name, *who;
        long serial;
    } cases[] = {
        {"first.test",   "first.test 127.0.0.1 0",  1001},
        {"second.test",  "second.test 127.0.0.1 0", 1002},
        {"SECOND.test",  "second.test 127.0.0.1 0", 1002},
        {"unknown.test", "first.test 127.0.0.1 0",  1001},
        {NULL,           "first.test 127.0.0.1 0",  1001},
    };
    static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
    struct house h;
    struct http_options o = house_options(&h);
    struct client c;

    (void)state;
    house_open(&h, &o);
    for (size_t i = 0; i < 2 * COUNT(cases); i++) {
        struct client_options how = {.name = cases[i / 2].name, .version_max = versions[i % 2]};

        assert_true(client_open(&c, h.port, &how));
        assert_int_equal(client_serial(&c), cases[i / 2].serial);
        assert_int_equal(client_ask(&c, GET_WHO), 200);
        assert_string_equal(c.body, cases[i / 2].who);
        client_close(&c);
    }
    house_close(&h);
}

static size_t
certificate_seen(const struct house *h, const char *server, const char *client, int version)
{
    struct client_options how = {.name = server, .version_max = version};
    struct client c;
    size_t seen = SIZE_MAX; /* no answer at all */

    how.certificate = pki_file(&pki, client, ".pem");
    how.key = pki_file(&pki, client, ".key");
    /* In TLS 1.3 the client's handshake is over before the server has judged its certificate. */
    if (client_open(&c, h->port, &how) && client_ask(&c, GET_WHO) == 200)
        seen = strtoul(strrchr(c.body, ' '), NULL, 10);
    client_close(&c);
    return seen;
}

static void
sees_a_client_certificate_on_the_second_name_only(void **state)
{
    static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
    struct house h;
    struct http_options o = house_options(&h);

    (void)state;
    house_open(&h, &o);
    for (size_t i = 0; i < COUNT(versions); i++) {
        size_t seen = certificate_seen(&h, "second.test", "bank", versions[i]);

        assert_true(seen > 100);
        assert_true(seen < SIZE_MAX);
        assert_int_equal(certificate_seen(&h, "first.test", "bank", versions[i]), 0);
        assert_int_equal(certificate_seen(&h, "second.test", "stranger", versions[i]), SIZE_MAX);
        assert_int_equal(certificate_seen(&h, "first.test", "stranger", versions[i]), 0);
    }
    serves_anew(&h);
    house_close(&h);
}

static void
speaks_nothing_older_than_tls_1_2_and_no_protocol_but_http_1_1(void **state)
{
    const struct client_options old = {.name = "first.test", .version_max = TLS1_1_VERSION};
    const struct client_options other = {.name = "first.test", .protocols = "\x02h2"};
    const struct client_options both = {.name = "first.test", .protocols = "\x02h2\x08http/1.1"};
    const unsigned char *chosen;
    unsigned chosen_len;
    struct house h;
    struct http_options o = house_options(&h);
    struct client c;

    (void)state;
    house_open(&h, &o);
    assert_false(client_open(&c, h.port, &old));
    client_close(&c);
    assert_false(client_open(&c, h.port, &other));
    client_close(&c);
    assert_true(client_open(&c, h.port, &both));
    SSL_get0_alpn_selected(c.ssl, &chosen, &chosen_len);
    assert_int_equal(chosen_len, 8);
    assert_memory_equal(chosen, "http/1.1", 8);
    client_close(&c);
    house_close(&h);
}

static void
reloads_certificates_without_losing_a_request(void **state)
{
    struct house h;
    struct http_options o = house_options(&h);
    struct client old, fresh;

    (void)state;
    house_open(&h, &o);
    assert_true(client_open(&old, h.port, &plain));
    for (int i = 0; i < 300; i++) {
        if (i % 100 == 50) {
            pki_issue(&pki, "ca", "first", 2000 + i);
            assert_int_equal(http_reload(h.server), V_OK);
            assert_true(client_open(&fresh, h.port, &plain));
            assert_int_equal(client_serial(&fresh), 2000 + i);
            client_close(&fresh);
        }
        assert_int_equal(client_ask(&old, GET_OK), 200);
    }
    assert_int_equal(client_serial(&old), 1001);
    client_close(&old);
    house_close(&h);
    pki_issue(&pki, "ca", "first", 1001);
}

static void
keeps_the_old_certificates_when_the_new_ones_are_wrong(void **state)
{
    struct house h;
    struct http_options o = house_options(&h);
    FILE *f;

    (void)state;
    house_open(&h, &o);
    f = fopen(pki_file(&pki, "first", ".pem"), "w");
    fputs("not a certificate\n", f);
    fclose(f);
    assert_int_equal(http_reload(h.server), V_USAGE);
    serves_anew(&h);
    house_close(&h);
    assert_int_equal(http_open(&h.server, &o), V_USAGE);
    pki_issue(&pki, "ca", "first", 1001);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chooses_the_certificate_by_name),
        cmocka_unit_test(sees_a_client_certificate_on_the_second_name_only),
        cmocka_unit_test(speaks_nothing_older_than_tls_1_2_and_no_protocol_but_http_1_1),
        cmocka_unit_test(reloads_certificates_without_losing_a_request),
        cmocka_unit_test(keeps_the_old_certificates_when_the_new_ones_are_wrong),
    };

    return cmocka_run_group_tests_name("edge/tls", tests, open_pki, close_pki);
}
