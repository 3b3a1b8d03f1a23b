/*
 * Reads and writes whole files.
 * Knows POSIX files; must not know what a file holds.
 * Invariant: a file appears under its name only when its bytes are on disk.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ventured/file.h"
#include "ventured/crypto.h"

#define FIRST_READ 4096

static bool
read_all(struct slice *out, struct arena *a, int fd, size_t size_max)
{
    struct buf b = {.arena = a};
    char part[FIRST_READ];
    ssize_t got;

    while ((got = read(fd, part, sizeof part)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return false;
        buf_add(&b, (struct slice){part, (size_t)got});
        if (b.len > size_max) {
            errno = EFBIG;
            return false;
        }
    }
    buf_add_char(&b, '\0');
    wipe(part, sizeof part); /* it may have been a private key */
    *out = (struct slice){b.at, b.len - 1};
    return true;
}

bool
file_read(struct slice *out, struct arena *a, const char *path, size_t size_max)
{
    bool standard = strcmp(path, "-") == 0;
    int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC), failed;
    bool done;

    if (fd < 0)
        return false;
    done = read_all(out, a, fd, size_max);
    failed = errno;
    if (!standard)
        close(fd);
    errno = failed;
    return done;
}

static bool
write_all(int fd, struct slice bytes)
{
    while (bytes.len > 0) {
        ssize_t got = write(fd, bytes.at, bytes.len);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return false;
        bytes = slice_sub(bytes, (size_t)got, bytes.len - (size_t)got);
    }
    return fsync(fd) == 0;
}

/* A folder's entry is on disk only when the folder was synced too. */
static bool
sync_folder(const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    int len = slash == NULL ? snprintf(folder, sizeof folder, ".")
                            : snprintf(folder, sizeof folder, "%.*s/", (int)(slash - path), path);
    int fd = len < (int)sizeof folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    bool done = fd >= 0 && fsync(fd) == 0;

    if (fd >= 0)
        close(fd);
    return done;
}

/* A finished file beside `path`, under a name of its own. */
static bool
write_beside(char *beside, size_t size, const char *path, struct slice bytes, unsigned mode)
{
    int len = snprintf(beside, size, "%s.XXXXXX", path), fd, failed;
    bool done;

    if (len < 0 || (size_t)len >= size) {
        errno = ENAMETOOLONG;
        return false;
    }
    fd = mkostemp(beside, O_CLOEXEC);
    if (fd < 0)
        return false;
    done = fchmod(fd, (mode_t)mode) == 0 && write_all(fd, bytes);
    failed = errno;
    close(fd);
    if (!done)
        unlink(beside);
    errno = failed;
    return done;
}

bool
file_create(const char *path, struct slice bytes, unsigned mode)
{
    char beside[PATH_MAX];
    bool done;
    int failed;

    if (!write_beside(beside, sizeof beside, path, bytes, mode))
        return false;
    /* Unlike a renaming, a link never takes the place of a file that came meanwhile. */
    done = link(beside, path) == 0;
    failed = errno;
    unlink(beside);
    errno = failed;
    return done && sync_folder(path);
}

bool
file_replace(const char *path, struct slice bytes, unsigned mode)
{
    char beside[PATH_MAX];

    if (!write_beside(beside, sizeof beside, path, bytes, mode))
        return false;
    if (rename(beside, path) == 0)
        return sync_folder(path);
    unlink(beside);
    return false;
}
