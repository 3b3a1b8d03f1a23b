/*
 * Opens office files through libzip.
 * Knows the directory of a ZIP and its announced sizes; must not know XML.
 * Invariant: libzip's memory for a file is bounded by the file's length, as is what it reads ahead.
 */
#include <zip.h>

#include "package.h"

#define PIECE 65536

/* In the order of the bounds: what one member may not be, told by what the directory announces of it. */
static enum package_end
member_check(const zip_stat_t *m)
{
    const zip_uint64_t all =
        ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;

    if ((m->valid & all) != all)
        return PACKAGE_BROKEN;
    if (m->encryption_method != ZIP_EM_NONE)
        return PACKAGE_ENCRYPTED;
    if (m->comp_method != ZIP_CM_STORE && m->comp_method != ZIP_CM_DEFLATE)
        return PACKAGE_UNKNOWN;
    if (m->size > PACKAGE_PART_BYTES_MAX)
        return PACKAGE_LARGE;
    if (m->size > PACKAGE_RATIO_BYTES && m->size / PACKAGE_RATIO_MAX > m->comp_size)
        return PACKAGE_DENSE;
    return PACKAGE_DONE;
}

static enum package_end
members_check(struct package *p)
{
    zip_int64_t count = zip_get_num_entries(p->zip, 0);
    size_t total = 0;

    if (count > PACKAGE_MEMBERS_MAX)
        return PACKAGE_MANY;
    for (zip_int64_t i = 0; i < count; i++) {
        zip_stat_t m;
        enum package_end got = PACKAGE_BROKEN;

        if (zip_stat_index(p->zip, (zip_uint64_t)i, 0, &m) == 0)
            got = member_check(&m);
        if (got != PACKAGE_DONE) {
            if (m.name != NULL)
                p->named = slice_of(log_quote(p->arena, slice_of(m.name)));
            return got;
        }
        total += m.size;
        if (total > PACKAGE_BYTES_MAX)
            return PACKAGE_LARGE;
    }
    return PACKAGE_DONE;
}

enum package_end
package_open(struct package *out, struct arena *a, struct slice bytes)
{
    zip_source_t *source = zip_source_buffer_create(bytes.at, bytes.len, 0, NULL);
    enum package_end got;

    *out = (struct package){.arena = a};
    if (source == NULL)
        return PACKAGE_BROKEN;
    out->zip = zip_open_from_source(source, ZIP_RDONLY, NULL);
    if (out->zip == NULL) {
        zip_source_free(source); /* which an archive that opened would own */
        return PACKAGE_BROKEN;
    }
    got = members_check(out);
    if (got != PACKAGE_DONE)
        package_close(out);
    return got;
}

void
package_close(struct package *p)
{
    zip_discard(p->zip);
    p->zip = NULL;
}

/* The announced size was judged; a member that goes on behind it has lied. */
static enum package_end
inflate(zip_file_t *file, char *piece, zip_uint64_t left, bool (*take)(void *context, struct slice piece),
        void *context)
{
    zip_int64_t got;

    while ((got = zip_fread(file, piece, PIECE)) > 0) {
        if ((zip_uint64_t)got > left)
            return PACKAGE_BROKEN;
        left -= (zip_uint64_t)got;
        if (!take(context, (struct slice){piece, (size_t)got}))
            return PACKAGE_STOPPED;
    }
    return got == 0 && left == 0 ? PACKAGE_DONE : PACKAGE_BROKEN;
}

enum package_end
package_read(struct package *p, struct slice name, bool (*take)(void *context, struct slice piece), void *context)
{
    zip_int64_t at = zip_name_locate(p->zip, arena_copy(p->arena, name).at, ZIP_FL_NOCASE);
    enum package_end got;
    zip_file_t *file;
    zip_stat_t m;

    p->named = slice_of(log_quote(p->arena, name));
    if (at < 0)
        return PACKAGE_MISSING;
    if (zip_stat_index(p->zip, (zip_uint64_t)at, 0, &m) != 0)
        return PACKAGE_BROKEN;
    file = zip_fopen_index(p->zip, (zip_uint64_t)at, 0);
    if (file == NULL)
        return PACKAGE_BROKEN;
    got = inflate(file, arena_take(p->arena, PIECE), m.size, take, context);
    zip_fclose(file);
    return got;
}
