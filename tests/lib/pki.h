/*
 * Certificates for tests, made by the openssl command in a temporary folder.
 * Knows file names; must not know what they are used for.
 * Invariant: nothing outside the folder is touched, and pki_close removes it.
 */
#ifndef VENTURED_TESTS_PKI_H
#define VENTURED_TESTS_PKI_H

struct pki {
    char dir[64];
};

/* Makes `ca`, `stranger_ca`; leaves `first`, `second` (servers), `bank` (of ca), `stranger` (of stranger_ca); each as
 * <name>.pem and <name>.key. */
void pki_open(struct pki *p);
void pki_close(struct pki *p);

/* Makes <name>.pem and <name>.key anew, signed by <ca>, common name `name`, with the serial number given. */
void pki_issue(const struct pki *p, const char *ca, const char *name, int serial);

/* dir/name+suffix; the text lives until the eighth call after this one. */
const char *pki_file(const struct pki *p, const char *name, const char *suffix);

#endif
