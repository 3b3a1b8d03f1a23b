/*
 * A disk that fails on request, below SQLite.
 * Knows that the files of one VFS share a few tables of methods; must not know what is written.
 * Invariant: the copy of such a table differs from the original in two calls only.
 */
#include <assert.h>
#include <sqlite3.h>

#include "disk.h"

#define TABLES_MAX 4

static sqlite3_vfs *below, ours;
static const sqlite3_io_methods *originals[TABLES_MAX];
static sqlite3_io_methods copies[TABLES_MAX];

static struct armed {
    size_t left; /* calls until the first failure; 0: already failing */
    size_t failures;
    int code; /* SQLITE_OK: not armed */
} armed[DISK__COUNT];

static int
strike(enum disk_call call)
{
    if (armed[call].code == SQLITE_OK)
        return SQLITE_OK;
    if (armed[call].left > 1) {
        armed[call].left--;
        return SQLITE_OK;
    }
    armed[call].left = 0;
    armed[call].failures++;
    return armed[call].code;
}

static const sqlite3_io_methods *
original_of(const sqlite3_file *file)
{
    return originals[file->pMethods - copies];
}

static int
write_or_fail(sqlite3_file *file, const void *at, int len, sqlite3_int64 offset)
{
    int code = strike(DISK_WRITE);

    return code != SQLITE_OK ? code : original_of(file)->xWrite(file, at, len, offset);
}

static int
sync_or_fail(sqlite3_file *file, int flags)
{
    int code = strike(DISK_SYNC);

    return code != SQLITE_OK ? code : original_of(file)->xSync(file, flags);
}

static int
open_and_wrap(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
    int code = below->xOpen(below, name, file, flags, out_flags);
    size_t i = 0;

    (void)vfs;
    if (code != SQLITE_OK || file->pMethods == NULL)
        return code;
    while (i < TABLES_MAX && originals[i] != NULL && originals[i] != file->pMethods)
        i++;
    assert(i < TABLES_MAX);
    if (originals[i] == NULL) {
        originals[i] = file->pMethods;
        copies[i] = *originals[i];
        copies[i].xWrite = write_or_fail;
        copies[i].xSync = sync_or_fail;
    }
    file->pMethods = &copies[i];
    return code;
}

void
disk_install(void)
{
    if (below != NULL)
        return;
    below = sqlite3_vfs_find(NULL);
    ours = *below;
    ours.zName = "failing";
    ours.pNext = NULL;
    ours.xOpen = open_and_wrap;
    sqlite3_vfs_register(&ours, 1);
}

void
disk_heal(void)
{
    for (int call = 0; call < DISK__COUNT; call++)
        armed[call].code = SQLITE_OK;
}

void
disk_arm(enum disk_call call, size_t n, int code)
{
    for (int each = 0; each < DISK__COUNT; each++)
        armed[each] = (struct armed){0};
    armed[call] = (struct armed){.left = n, .code = code};
}

size_t
disk_failures(void)
{
    size_t all = 0;

    for (int call = 0; call < DISK__COUNT; call++)
        all += armed[call].failures;
    return all;
}
