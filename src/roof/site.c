/*
 * Opens and makes a registry's files.
 * Knows their forms; must not keep a secret longer than its owner.
 * Invariant: what is made is made whole: keys first, the database last, nothing written over.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "site.h"
#include "ventured/edge.h"
#include "ventured/file.h"
#include "sql.h"
#include "ventured/note.h"

#define SMALL_FILE_MAX ((size_t)64 * 1024)

static const struct option options[] = {
    {"data", "DIR", "var", "where keys and the database lie",                      "数据目录"  },
    {"db",   "URL", NULL,  "the database, a file or postgres://... (DIR/registry.db)", "数据库地址"},
};
const struct option_group roof_registry = {"registry", options, COUNT(options)};

const char *
site_file(const struct words *w, const char *name)
{
    return arena_print(w->arena, "%s/%s", words_text(w, "data"), name).at;
}

void
site_locate(struct site *out, const struct words *w)
{
    const char *db = words_text(w, "db");

    *out = (struct site){.dir = words_text(w, "data"), .db_url = db != NULL ? db : site_file(w, "registry.db")};
}

/* The first line of a small file. */
static enum command_end
read_line(struct slice *out, const struct words *w, const char *name)
{
    struct slice text, rest;

    if (!file_read(&text, w->arena, site_file(w, name), SMALL_FILE_MAX))
        return command_refused(w, "%s: %s; ventured init (请先初始化)", site_file(w, name), strerror(errno));
    *out = arena_copy(w->arena, slice_cut(&rest, text, '\n'));
    return COMMAND_DONE;
}

static enum command_end
open_key(struct key **out, const struct words *w, const char *name)
{
    const char *path = site_file(w, name);
    struct slice pem;

    if (!file_read(&pem, w->arena, path, SMALL_FILE_MAX))
        return command_refused(w, "%s: %s; ventured init (请先初始化)", path, strerror(errno));
    *out = key_private(ALG_ED25519, pem);
    wipe((char *)(uintptr_t)pem.at, pem.len);
    return *out != NULL ? COMMAND_DONE : command_refused(w, "%s: no Ed25519 key (不是 Ed25519 私钥)", path);
}

/* The older one is there during a rotation only. */
static enum command_end
open_delivery_keys(struct site *s, const struct words *w)
{
    enum command_end end = open_key(&s->delivery_keys[0], w, "delivery.key");

    if (end == COMMAND_DONE)
        s->delivery_key_count = 1;
    if (end != COMMAND_DONE || access(site_file(w, "delivery.old.key"), F_OK) != 0)
        return end;
    end = open_key(&s->delivery_keys[1], w, "delivery.old.key");
    s->delivery_key_count += end == COMMAND_DONE;
    return end;
}

enum command_end
site_open(struct site *out, const struct words *w)
{
    struct slice origin = {0};
    enum command_end end;

    site_locate(out, w);
    end = read_line(&origin, w, "log.origin");
    if (end == COMMAND_DONE)
        end = open_key(&out->log_key, w, "log.key");
    if (end == COMMAND_DONE)
        end = open_delivery_keys(out, w);
    if (end != COMMAND_DONE) {
        site_close(out);
        return end;
    }
    if (!note_name_valid(origin) || vault_open(&out->vault, site_file(w, "vault.keys")) != V_OK) {
        site_close(out);
        return command_refused(w, "%s: keys or origin are not whole (密钥或来源不完整)", out->dir);
    }
    out->log_origin = origin.at;
    out->vkey = vkey_write(w->arena, origin, out->log_key);
    return COMMAND_DONE;
}

void
site_close(struct site *s)
{
    vault_close(s->vault);
    key_close(s->log_key);
    for (size_t i = 0; i < s->delivery_key_count; i++)
        key_close(s->delivery_keys[i]);
}

/* ---- making ------------------------------------------------------------------------------------------------ */

static enum command_end
make_file(const struct words *w, const char *name, struct slice text, unsigned mode)
{
    const char *path = site_file(w, name);

    if (file_create(path, text, mode))
        return COMMAND_DONE;
    return command_refused(w, "%s: %s", path, strerror(errno));
}

/* Keeps the key under that name, and hands it over. */
static enum command_end
make_key(struct key **out, const struct words *w, const char *name)
{
    struct key *key = key_make(ALG_ED25519);
    struct slice pem;
    bool is_text = key_private_pem(&pem, w->arena, key);
    enum command_end end;

    assert(is_text);
    end = make_file(w, name, pem, 0600);
    wipe((char *)(uintptr_t)pem.at, pem.len);
    *out = key;
    return end;
}

static enum command_end
make_line(const struct words *w, const char *name, struct slice text)
{
    return make_file(w, name, arena_print(w->arena, SLICE_FMT "\n", SLICE_ARG(text)), 0644);
}

static enum command_end
make_log_key(const struct words *w, struct slice origin)
{
    struct key *key;
    enum command_end end = make_key(&key, w, "log.key");

    if (end == COMMAND_DONE)
        end = make_line(w, "log.origin", origin);
    if (end == COMMAND_DONE)
        end = make_line(w, "log.vkey", vkey_write(w->arena, origin, key));
    key_close(key);
    return end;
}

static enum command_end
make_delivery_key(const struct words *w)
{
    struct key *key;
    enum command_end end = make_key(&key, w, "delivery.key");

    if (end == COMMAND_DONE)
        end = make_line(w, "delivery.pub", webhook_key(w->arena, key));
    key_close(key);
    return end;
}

enum command_end
site_make(const struct words *w, struct slice log_origin)
{
    const char *dir = words_text(w, "data");
    enum command_end end;

    if (!note_name_valid(log_origin))
        return command_misuse(w, "--log-origin: no spaces, no plus sign (不得含空白或加号)");
    if (mkdir(dir, 0700) != 0 && errno != EEXIST)
        return command_refused(w, "%s: %s", dir, strerror(errno));
    if (vault_keys_create(site_file(w, "vault.keys")) != V_OK)
        return command_refused(w, "%s: not made; is there one already? (未创建，可能已存在)",
                               site_file(w, "vault.keys"));
    end = make_log_key(w, log_origin);
    return end == COMMAND_DONE ? make_delivery_key(w) : end;
}

/* ---- the database ------------------------------------------------------------------------------------------ */

enum command_end
site_database(struct db **out, const struct site *s, const struct words *w, enum db_mode mode)
{
    struct db *db = NULL;
    enum verdict got = db_open(&db, s->db_url, mode, &sql_schema);

    if (got == V_OK && mode == DB_WRITER)
        got = db_migrate(db);
    if (got == V_OK) {
        *out = db;
        return COMMAND_DONE;
    }
    db_close(db);
    return command_refused(w, "the database: %s (数据库：%s)", verdict_row(got)->en, verdict_row(got)->zh);
}

enum command_end
site_people(struct people *out, const struct site *s, const struct words *w)
{
    struct password_rule *rule = NEW(w->arena, struct password_rule);

    if (password_rule_read(rule, w->arena, password_rule_document) != V_OK)
        return command_refused(w, "the password rule is unreadable (口令规则无法读取)");
    *out = people_default;
    out->vault = s->vault;
    out->account_load = account_record_load;
    out->passwords = rule;
    return COMMAND_DONE;
}

struct ledger_options
site_ledger(const struct site *s, struct db *db)
{
    return (struct ledger_options){.registry = &the_registry, .db = db, .vault = s->vault, .log_key = s->log_key,
                                   .origin = s->log_origin};
}
