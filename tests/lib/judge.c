/*
 * Starts the independent judge.
 * Knows a temporary folder and one command line; must not know what is judged.
 * Invariant: the folder is gone when the answer is given.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "judge.h"

enum judgement
judge(struct arena *a, const char *what, struct slice document, struct slice vkey)
{
    char folder[] = "/tmp/ventured-judge-XXXXXX";
    struct slice file, command;
    FILE *f;
    int status;

    if (system("command -v python3 openssl >/dev/null 2>&1") != 0 || access("tests/lib/judge.py", R_OK) != 0)
        return JUDGE_ABSENT;
    if (mkdtemp(folder) == NULL)
        return JUDGE_ABSENT;
    file = arena_print(a, "%s/document", folder);
    command = arena_print(a, "python3 tests/lib/judge.py %s %s '" SLICE_FMT "' >/dev/null 2>&1", what, file.at,
                          SLICE_ARG(vkey));
    f = fopen(file.at, "wb");
    assert(f != NULL);
    fwrite(document.at, 1, document.len, f);
    fclose(f);
    status = system(command.at);
    unlink(file.at);
    rmdir(folder);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? JUDGE_HOLDS : JUDGE_FAILS;
}
