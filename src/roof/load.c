/*
 * ventured import and ventured demo: what a registry begins with, out of files, and a year of synthetic records.
 * Knows which files go where; must not write past the door. Run them before the daemon is started.
 * Invariant: loading again posts nothing.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "load.h"
#include "ventured/demo.h"
#include "ventured/roof.h"

/* Who loads: the office's administrator at this machine. */
static const struct actor administrator = {ROLE_SYSTEM, S_INIT("centre"), S_INIT("administrator"), {NULL, 0}};

/* ---- a ledger for one command ------------------------------------------------------------------------------------ */

static enum command_end
loader_open(struct loader *l, const struct words *w)
{
    struct ledger_options o;
    enum command_end end = site_open(&l->site, w);

    if (end != COMMAND_DONE)
        return end;
    end = site_database(&l->db, &l->site, w, DB_WRITER);
    if (end != COMMAND_DONE) {
        site_close(&l->site);
        return end;
    }
    o = site_ledger(&l->site, l->db);
    if (ledger_open(&l->ledger, &o) == V_OK)
        return COMMAND_DONE;
    db_close(l->db);
    site_close(&l->site);
    return command_refused(w, "the registry does not open (登记簿无法打开)");
}

static void
loader_close(struct loader *l)
{
    ledger_close(l->ledger);
    db_close(l->db);
    site_close(&l->site);
}

static enum command_end
refused(const struct words *w, const char *file, enum verdict got, const struct problems *problems)
{
    const struct problem *p = problems->first;
    const struct verdict_row *row = verdict_row(got);

    if (p == NULL)
        return command_refused(w, "%s: %s (%s)", file, row->en, row->zh);
    return command_refused(w, "%s: %s (%s); " SLICE_FMT ": " SLICE_FMT " (" SLICE_FMT ")", file, row->en, row->zh,
                           SLICE_ARG(p->pointer), SLICE_ARG(p->en), SLICE_ARG(p->zh));
}

/* ---- import ------------------------------------------------------------------------------------------------------ */

static const struct option import_options[] = {
    {"places", "FILE",   NULL, "districts and offices, as schemas/plan/places.json",    "行政区划与机构"},
    {"products", "FILE", NULL, "loan products, as schemas/plan/products.json",          "信贷产品"      },
    {"policy", "FOLDER", NULL, "numbers and lists in force, as schemas/policy",         "政策参数包"    },
    {"plan",   "FILE",   NULL, "a year's targets, as schemas/plan/2023.json",           "年度目标表"    },
    {"loans",  "FILE",   NULL, "running loans, one a row: CSV or XLSX",                  "存量贷款表（CSV 或 XLSX）"},
    {"totals", "FILE",   NULL, "figures of earlier years, one a row: CSV or XLSX",       "往年统计数表（CSV 或 XLSX）"},
    {"on",     "DAY",    NULL, "of the loans' balances, where no column says it",        "余额所属日期"},
    {"dry-run", NULL,    NULL, "ask what would become of each row, store nothing",      "仅试算，不登记"},
    {"answers", "FILE",  NULL, "what became of each row, with its ids, as CSV",          "逐行结果（CSV）"},
};
const struct option_group roof_import_options = {"import", import_options, COUNT(import_options)};

static enum command_end
import_founding(const struct words *w, struct loader *l, const char *file, const char *what)
{
    struct problems problems = {.arena = w->arena};
    size_t posted;
    enum verdict got = founding_load(&posted, &problems, l->ledger, w->arena, file, &administrator);

    if (got != V_OK && got != V_REPLAYED)
        return refused(w, file, got, &problems);
    printf("%s %zu\n", what, posted);
    return COMMAND_DONE;
}

static enum command_end
import_places(const struct words *w, struct loader *l, const char *file)
{
    return import_founding(w, l, file, "places");
}

static enum command_end
import_products(const struct words *w, struct loader *l, const char *file)
{
    return import_founding(w, l, file, "products");
}

static enum command_end
import_policy(const struct words *w, struct loader *l, const char *folder)
{
    static const char *const fates[] = {"posted", "present", "undated", "differs", "refused"};
    struct problems problems = {.arena = w->arena};
    struct policy_report report;
    enum verdict got = policy_load(&report, l->ledger, w->arena, folder, &administrator);

    if (got != V_OK)
        return refused(w, folder, got, &problems);
    printf("policy");
    for (size_t i = 0; i < POLICY__COUNT; i++)
        printf(" %s %zu", fates[i], report.counts[i]);
    printf("\n");
    for (size_t i = 0; i < report.count; i++)
        if (report.rows[i].fate == POLICY_REFUSED)
            return command_refused(w, SLICE_FMT " " SLICE_FMT ": %s; " SLICE_FMT, SLICE_ARG(report.rows[i].file),
                                   SLICE_ARG(report.rows[i].name), verdict_row(report.rows[i].got)->en,
                                   SLICE_ARG(report.rows[i].why_en));
    return COMMAND_DONE;
}

static enum command_end
import_plan(const struct words *w, struct loader *l, const char *file)
{
    struct problems problems = {.arena = w->arena};
    struct actor chief = administrator;
    enum verdict got;

    chief.role = ROLE_SECTION_CHIEF;
    got = plan_load(&problems, l->ledger, w->arena, file, &chief);
    if (got != V_OK && got != V_REPLAYED)
        return refused(w, file, got, &problems);
    printf("plan %s\n", got == V_OK ? "posted" : "present");
    return COMMAND_DONE;
}

/* In the order in which one stands on the other. */
static const struct {
    const char *option;
    enum command_end (*load)(const struct words *w, struct loader *l, const char *path);
} imports[] = {{"places", import_places}, {"products", import_products}, {"policy", import_policy},
               {"plan", import_plan},     {"loans", roof_bring_loans},   {"totals", roof_bring_totals}};

enum command_end
roof_import(const struct words *w)
{
    struct loader l;
    enum command_end end = loader_open(&l, w);

    if (end != COMMAND_DONE)
        return end;
    for (size_t i = 0; i < COUNT(imports) && end == COMMAND_DONE; i++)
        if (words_text(w, imports[i].option) != NULL)
            end = imports[i].load(w, &l, words_text(w, imports[i].option));
    loader_close(&l);
    return end;
}

/* ---- demo -------------------------------------------------------------------------------------------------------- */

static const struct option demo_options[] = {
    {"seed",   "N",   "2023",                   "the same seed gives the same records",       "随机种子"        },
    {"loans",  "N",   "600",                    "how many loans; with any, each story too",   "贷款笔数；不为零时另加典型案例"},
    {"waiting", "N",  "0",                      "applications of today that wait at a bank",  "待银行审批笔数"  },
    {"origin", "URL", "https://localhost:8443", "of the API that the banks' signatures name", "签名所指接口地址"},
    {"endpoint", "URL", NULL,                   "where bank-demo-1 is told of applications",  "演示银行一行的推送地址"},
    {"hmac",   NULL,  NULL,                     "a shared secret of bank-demo-1 too",         "另为演示银行一行登记共享密钥"},
};
const struct option_group roof_demo_options = {"demo", demo_options, COUNT(demo_options)};

/* One line that a script can read. */
static void
tell_waiting(const char *loan, const char *bank, int64_t amount, int64_t term_months)
{
    printf("waiting %s %s %lld %lld\n", loan, bank, (long long)amount, (long long)term_months);
}

static void
tell_story(const char *name, const char *zh, const char *en)
{
    printf("story demo-story-%s %s (%s)\n", name, zh, en);
}

enum command_end
roof_demo(const struct words *w)
{
    const char *folder = site_file(w, "demo");
    struct demo_report report;
    struct loader l;
    struct demo_options o;
    int64_t seed, loans, waiting;
    enum command_end end;

    if (!words_number(&seed, w, "seed", 0, INT64_MAX) || !words_number(&loans, w, "loans", 0, 100000) ||
        !words_number(&waiting, w, "waiting", 0, 100000))
        return COMMAND_MISUSE;
    end = loader_open(&l, w);
    if (end != COMMAND_DONE)
        return end;
    mkdir(folder, 0700);
    o = (struct demo_options){
        .ledger = l.ledger,
        .db = l.db,
        .vault = l.site.vault,
        .key_folder = folder,
        .origin = words_text(w, "origin"),
        .endpoint = words_text(w, "endpoint"),
        .with_secret = words_get(w, "hmac").at != NULL,
        .seed = (uint64_t)seed,
        .loans = loans,
        .waiting = waiting,
        .told = tell_waiting,
        .story = tell_story,
    };
    if (demo_run(&report, &o) != V_OK)
        end = command_refused(w, "a demo record was refused; the log says which (演示数据被拒，见日志)");
    printf("demo loans %lld stories %lld entries %lld (synthetic, 合成数据)\n", (long long)report.loans,
           (long long)report.stories, (long long)report.entries);
    loader_close(&l);
    return end;
}
