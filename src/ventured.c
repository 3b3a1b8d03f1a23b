/*
 * ventured: the daemon and its administration.
 * Knows the names of its commands; must not know what they do.
 * Invariant: exits 0 done, 1 refused or broken, 2 misuse.
 */
#include "policy.h"
#include "ventured/roof.h"

#define ARENA_SIZE ((size_t)64 * 1024 * 1024)

static const struct command commands[] = {
    {"serve", "", 0, {&roof_registry, &roof_serve_options}, roof_serve,
     "serve the registry until SIGTERM; SIGHUP reads certificates again", "启动服务；SIGTERM 停止，SIGHUP 重新读取证书"},
    {"init", "", 0, {&roof_registry, &roof_init_options}, roof_init,
     "make an empty registry: keys, origin, database; prints the journal's key", "新建空登记簿，输出验证公钥"},
    {"import", "", 0, {&roof_registry, &roof_import_options}, roof_import,
     "load places, policy and plan from files, through the door", "导入行政区划、政策参数和目标表"},
    {"demo", "", 0, {&roof_registry, &roof_demo_options}, roof_demo,
     "post a year of synthetic records, marked as such", "生成一年的合成演示数据"},
    {"verify", "", 0, {&roof_registry, &roof_verify_options}, roof_verify,
     "prove that state and totals are what the journal says", "验证登记簿"},
    {"rebuild", "", 0, {&roof_registry}, roof_rebuild,
     "make state and totals from the journal again; stop the daemons first", "由登记簿重建状态与总计（先停服务）"},
    {"totals", "", 0, {&roof_registry, &roof_totals_options}, roof_totals,
     "the plan's table: districts down, indicators across", "目标任务完成情况表"},
    {"clock", "", 0, {&roof_registry, &roof_clock_options}, roof_clock,
     "the clock beside the journal's, and a word that it is right", "查看或确认时钟"},
    {"user", "ACCOUNT", 1, {&roof_registry}, roof_user,
     "a one-time code for an account, shown once; its sessions end", "为账号生成一次性登录码（原有会话终止）"},
    {"key", "", 0, {&roof_registry, &roof_key_options}, roof_key,
     "the journal's key and the number of the master key", "查看密钥版本"},
};

static const struct program ventured = {
    .name = "ventured",
    .config_file = "ventured/ventured.conf",
    .commands = commands,
    .count = COUNT(commands),
    .kinds = entry_kinds,
    .arena_size = ARENA_SIZE,
    .en = "the registry of start-up support: daemon and administration",
    .zh = "创业扶持登记簿：服务与管理",
};

int
main(int argc, char **argv)
{
    return (int)command_run(&ventured, argc, argv);
}
