/*
 * The key file: made, extended and read into a ring of derived keys.
 * Knows files, modes and lines; must not know any table.
 * Invariant: a master key exists only in the file, in random_bytes and on the way into hmac_sha256, and is wiped there.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vault_int.h"

#define KEY_HEX_SIZE 64
#define REGISTRY_WORD "registry"
/* The registry's line, and a line for every version: a word, a space, the key and a line feed. */
#define KEY_FILE_SIZE ((VAULT_VERSIONS_MAX + 1) * (sizeof REGISTRY_WORD + KEY_HEX_SIZE + 1))
#define RING_ARENA_SIZE (1024 * 1024)

struct key_file {
    char text[KEY_FILE_SIZE + 1];
    size_t len;
};

static enum verdict
refuse(const char *reason)
{
    log_write(LOG_ERROR, "vault_keys_refused", "reason=%s", reason);
    return V_USAGE;
}

static enum verdict
disk_fault(const char *doing)
{
    int error = errno;

    log_write(LOG_ERROR, "vault_keys_fault", "doing=%s errno=%d", doing, error);
    return error == ENOSPC ? V_DISK_FULL : V_DATABASE;
}

/* ---- writing -------------------------------------------------------------------------------------------------- */

static void
line_add(struct key_file *f, const char *word)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char key[SEAL_KEY_SIZE];
    int len = snprintf(f->text + f->len, sizeof f->text - f->len, "%s ", word);

    assert(len > 0);
    f->len += (size_t)len;
    assert(f->len + KEY_HEX_SIZE + 1 < sizeof f->text);
    random_bytes(key, sizeof key);
    for (size_t i = 0; i < sizeof key; i++) {
        f->text[f->len++] = digits[key[i] >> 4];
        f->text[f->len++] = digits[key[i] & 15];
    }
    f->text[f->len++] = '\n';
    wipe(key, sizeof key);
}

static void
version_add(struct key_file *f, int64_t version)
{
    char word[24];

    snprintf(word, sizeof word, "%lld", (long long)version);
    line_add(f, word);
}

/* The file's name is on disk only once its folder is. */
static enum verdict
folder_sync(const char *path)
{
    char copy[PATH_MAX];
    int fd, failed;

    snprintf(copy, sizeof copy, "%s", path);
    fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return disk_fault("open_folder");
    failed = fsync(fd);
    close(fd);
    return failed == 0 ? V_OK : disk_fault("sync_folder");
}

static enum verdict
file_write(const char *path, const struct key_file *f)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    enum verdict got = V_OK;

    if (fd < 0)
        return errno == EEXIST ? refuse("file_exists") : disk_fault("create");
    if (write(fd, f->text, f->len) != (ssize_t)f->len || fsync(fd) != 0)
        got = disk_fault("write");
    close(fd);
    if (got != V_OK)
        unlink(path);
    return got;
}

enum verdict
vault_keys_create(const char *path)
{
    struct key_file f = {.len = 0};
    enum verdict got;

    line_add(&f, REGISTRY_WORD);
    version_add(&f, 1);
    got = file_write(path, &f);
    wipe(&f, sizeof f);
    TRY(got);
    return folder_sync(path);
}

/* ---- reading -------------------------------------------------------------------------------------------------- */

static enum verdict
file_read(struct key_file *f, const char *path)
{
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    struct stat st;
    ssize_t len = -1;
    bool regular;

    if (fd < 0)
        return refuse("file_missing");
    regular = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    if (regular && (st.st_mode & 077) == 0)
        len = read(fd, f->text, sizeof f->text);
    close(fd);
    if (!regular)
        return refuse("no_regular_file");
    if ((st.st_mode & 077) != 0)
        return refuse("file_open_to_others");
    if (len <= 0 || (size_t)len == sizeof f->text)
        return refuse("file_malformed");
    f->len = (size_t)len;
    return V_OK;
}

static struct hash
derive(struct slice master, const char *label)
{
    return hmac_sha256(master, slice_of(label));
}

static bool
master_use(struct vault *v, struct slice word, struct slice master)
{
    int64_t version;

    if (slice_equal(word, S(REGISTRY_WORD))) {
        v->body = derive(master, "body");
        return true;
    }
    if (!slice_to_int(&version, word) || version != v->newest + 1 || version > VAULT_VERSIONS_MAX)
        return false;
    v->keys[v->newest].seal = derive(master, "seal");
    v->keys[v->newest].blind = derive(master, "blind");
    v->newest = version;
    return true;
}

/* The registry's line comes first, and only there. */
static bool
line_read(struct vault *v, struct slice line, bool first)
{
    struct slice hex, master, word = slice_cut(&hex, line, ' ');
    bool known;

    if (hex.at == NULL || hex.len != KEY_HEX_SIZE || first != slice_equal(word, S(REGISTRY_WORD)))
        return false;
    if (!hex_decode(&master, v->arena, hex))
        return false;
    known = master_use(v, word, master);
    wipe((void *)(uintptr_t)master.at, master.len);
    return known;
}

static enum verdict
ring_read(struct vault *v, const struct key_file *f)
{
    struct slice rest = {f->text, f->len};

    if (f->text[f->len - 1] != '\n')
        return refuse("file_malformed");
    for (bool first = true; rest.len > 0; first = false)
        if (!line_read(v, slice_cut(&rest, rest, '\n'), first))
            return refuse("file_malformed");
    return v->newest > 0 ? V_OK : refuse("file_malformed");
}

enum verdict
vault_open(struct vault **out, const char *path)
{
    struct arena *arena = arena_open(RING_ARENA_SIZE);
    struct vault *v = NEW(arena, struct vault);
    struct key_file f = {.len = 0};
    enum verdict got;

    v->arena = arena;
    got = file_read(&f, path);
    if (got == V_OK)
        got = ring_read(v, &f);
    wipe(&f, sizeof f);
    if (got != V_OK) {
        vault_close(v);
        return got;
    }
    *out = v;
    return V_OK;
}

void
vault_close(struct vault *v)
{
    struct arena *arena;

    if (v == NULL)
        return;
    arena = v->arena;
    wipe(v, sizeof *v);
    arena_close(arena);
}

int64_t
vault_version(const struct vault *v)
{
    return v->newest;
}

/* The old file stands until the new one is whole on disk. */
static enum verdict
file_replace(const char *path, const struct key_file *f)
{
    char beside[PATH_MAX];

    if (snprintf(beside, sizeof beside, "%s.new", path) >= (int)sizeof beside)
        return refuse("path_too_long");
    TRY(file_write(beside, f));
    if (rename(beside, path) != 0)
        return disk_fault("rename");
    return folder_sync(path);
}

enum verdict
vault_keys_add(const char *path)
{
    struct key_file f = {.len = 0};
    struct vault *v;
    enum verdict got;
    int64_t newest;

    TRY(vault_open(&v, path));
    newest = vault_version(v);
    vault_close(v);
    if (newest == VAULT_VERSIONS_MAX)
        return refuse("ring_full");
    got = file_read(&f, path);
    if (got == V_OK) {
        version_add(&f, newest + 1);
        got = file_replace(path, &f);
    }
    wipe(&f, sizeof f);
    return got;
}
