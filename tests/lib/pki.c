/*
 * Certificates for tests.
 * Knows the openssl command's words; must not know TLS.
 * Invariant: keys are P-256, made anew for every run, and never leave the temporary folder.
 */
#define _GNU_SOURCE
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pki.h"

static void __attribute__((format(printf, 1, 2))) shell(const char *format, ...)
{
    char line[2048];
    va_list args;
    int got;

    va_start(args, format);
    got = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    assert(got > 0);
    assert((size_t)got < sizeof line);
    got = system(line);
    assert(got == 0);
}

const char *
pki_file(const struct pki *p, const char *name, const char *suffix)
{
    static char texts[8][160];
    static unsigned turn;
    char *text = texts[turn++ % 8];

    snprintf(text, sizeof texts[0], "%s/%s%s", p->dir, name, suffix);
    return text;
}

static void
authority(const struct pki *p, const char *name)
{
    shell("cd %s && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=%s "
          "-keyout %s.key -out %s.pem 2>>openssl.log",
          p->dir, name, name, name);
}

void
pki_issue(const struct pki *p, const char *ca, const char *name, int serial)
{
    shell("cd %s && openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=%s.test -keyout %s.key "
          "-out %s.csr 2>>openssl.log && printf 'subjectAltName=DNS:%s.test' >%s.ext && openssl x509 -req -days 30 "
          "-in %s.csr -CA %s.pem -CAkey %s.key -set_serial %d -extfile %s.ext -out %s.pem 2>>openssl.log",
          p->dir, name, name, name, name, name, name, ca, ca, serial, name, name);
}

void
pki_open(struct pki *p)
{
    char *made;

    strcpy(p->dir, "/tmp/ventured-pki-XXXXXX");
    made = mkdtemp(p->dir);
    assert(made != NULL);
    authority(p, "ca");
    authority(p, "stranger_ca");
    pki_issue(p, "ca", "first", 1001);
    pki_issue(p, "ca", "second", 1002);
    pki_issue(p, "ca", "bank", 1003);
    pki_issue(p, "stranger_ca", "stranger", 1004);
}

void
pki_close(struct pki *p)
{
    shell("rm -rf %s", p->dir);
}
