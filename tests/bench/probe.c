/*
 * How long one small durable write takes on a disk: the median of many.
 * Knows one file; must not know a database.
 * Invariant: every write is followed by its own fdatasync, as a commit of one page to a write-ahead log is.
 *
 *     probe FOLDER [TIMES]      prints {"fdatasync_p50_us": N}
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096
#define TIMES_MAX 10000

static long
now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int
compare(const void *a, const void *b)
{
    long one = *(const long *)a, other = *(const long *)b;

    return (one > other) - (one < other);
}

int
main(int argc, char **argv)
{
    static long took_us[TIMES_MAX];
    static char page[PAGE];
    long times = argc > 2 ? strtol(argv[2], NULL, 10) : 500;
    char path[4096];
    int fd;

    if (argc < 2 || times < 1 || times > TIMES_MAX)
        return 2;
    snprintf(path, sizeof path, "%s/probe.tmp", argv[1]);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return 1;
    for (long i = 0; i < times; i++) {
        long began_us = now_us();

        memset(page, (int)i, sizeof page);
        if (write(fd, page, sizeof page) != (ssize_t)sizeof page || fdatasync(fd) != 0)
            return 1;
        took_us[i] = now_us() - began_us;
    }
    close(fd);
    unlink(path);
    qsort(took_us, (size_t)times, sizeof took_us[0], compare);
    printf("{\"fdatasync_p50_us\": %ld}\n", took_us[times / 2]);
    return 0;
}
