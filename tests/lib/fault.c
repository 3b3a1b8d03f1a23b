/*
 * A database that fails at the n-th call.
 * Knows the three calls it stands before; must not know who calls.
 * Invariant: in a program that is not linked with --wrap nothing here is called.
 */
#include "fault.h"

/* The linker's names; weak, since most programs are linked without --wrap. */
enum verdict __real_db_run(struct db *db, const struct db_statement *statement, const struct db_value *values,
                           struct arena *a, void **rows, size_t *count) __attribute__((weak));
enum verdict __real_db_begin(struct db *db) __attribute__((weak));
enum verdict __real_db_end(struct db *db, enum verdict got) __attribute__((weak));
enum verdict __wrap_db_run(struct db *db, const struct db_statement *statement, const struct db_value *values,
                           struct arena *a, void **rows, size_t *count);
enum verdict __wrap_db_begin(struct db *db);
enum verdict __wrap_db_end(struct db *db, enum verdict got);

static size_t calls, failing;
static enum verdict answer;
static enum fault_commit commit_fails;

void
fault_arm(size_t n, enum verdict got, enum fault_commit commit)
{
    calls = 0;
    failing = n;
    answer = got;
    commit_fails = commit;
}

size_t
fault_count(void)
{
    return calls;
}

static bool
fails(void)
{
    return ++calls == failing;
}

enum verdict
__wrap_db_run(struct db *db, const struct db_statement *statement, const struct db_value *values, struct arena *a,
              void **rows, size_t *count)
{
    return fails() ? answer : __real_db_run(db, statement, values, a, rows, count);
}

enum verdict
__wrap_db_begin(struct db *db)
{
    return fails() ? answer : __real_db_begin(db);
}

enum verdict
__wrap_db_end(struct db *db, enum verdict got)
{
    if (!fails())
        return __real_db_end(db, got);
    __real_db_end(db, commit_fails == FAULT_ROLLED_BACK ? answer : got);
    return answer;
}
