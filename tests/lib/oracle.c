/*
 * Other programs as judges: python3, openssl, sqlite3.
 * Knows how to run a command and a folder of its own; must not know what is judged.
 * Invariant: a folder made here is removed here, and a judge that is missing is told apart from one that disagrees.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "oracle.h"

int
arena_setup(void **state)
{
    *state = arena_open(64u << 20);
    return 0;
}

int
arena_teardown(void **state)
{
    arena_close(*state);
    return 0;
}

const char *
folder_open(struct arena *a)
{
    const char *under = getenv("TMPDIR");
    struct slice name = arena_print(a, "%s/ventured-test-XXXXXX", under == NULL ? "/tmp" : under);
    char *path = arena_take(a, name.len + 1);

    memcpy(path, name.at, name.len);
    path = mkdtemp(path);
    assert(path != NULL);
    return path;
}

void
folder_close(const char *folder)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;

    assert(dir != NULL);
    while ((entry = readdir(dir)) != NULL)
        unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
    rmdir(folder);
}

void
write_file(const char *path, struct slice s)
{
    FILE *f = fopen(path, "wb");
    size_t written;
    int failed;

    assert(f != NULL);
    written = s.len == 0 ? 0 : fwrite(s.at, 1, s.len, f);
    assert(written == s.len);
    failed = fclose(f);
    assert(failed == 0);
}

static int
run(struct slice *out, struct arena *a, const char *command)
{
    struct buf b = {.arena = a};
    char chunk[4096];
    size_t got;
    int status;
    FILE *f = popen(command, "r");

    assert(f != NULL);
    while ((got = fread(chunk, 1, sizeof chunk, f)) > 0)
        buf_add(&b, (struct slice){chunk, got});
    status = pclose(f);
    if (out != NULL)
        *out = buf_slice(&b);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

int
oracle_run(struct slice *out, struct arena *a, const char *format, ...)
{
    va_list args, again;
    int len;
    char *command;

    va_start(args, format);
    va_copy(again, args);
    len = vsnprintf(NULL, 0, format, args);
    assert(len >= 0);
    command = arena_take(a, (size_t)len + 1);
    vsnprintf(command, (size_t)len + 1, format, again);
    va_end(again);
    va_end(args);
    return run(out, a, command);
}

bool
oracle_there(struct arena *a, const char *program)
{
    return oracle_run(NULL, a, "command -v %s", program) == 0;
}
