/*
 * venture: the client program of banks and operators.
 * Knows the names of its commands; must not know what they do.
 * Invariant: exits 0 done, 1 refused or broken, 2 misuse.
 */
#include <signal.h>

#include "policy.h"
#include "ventured/venture.h"

/* The largest sheet and its entries, or ten answers of the largest size; pages that are not used cost nothing. */
#define ARENA_SIZE ((size_t)1024 * 1024 * 1024)

static const struct command commands[] = {
    {"keygen", "", 0, {&venture_keygen_options}, venture_keygen,
     "make a key to sign requests with, and print its public half", "生成请求签名密钥，输出公钥"},
    {"post", "KIND FILE|-", 2, {&venture_registry, &venture_post_options}, venture_post,
     "post one entry, again with the same id until it is answered", "提交一笔登记，未获应答则以同一编号重试"},
    {"batch", "FILE", 1, {&venture_registry, &venture_batch_options}, venture_batch,
     "post the rows of a sheet (CSV, XLSX): kind, subject, on, perhaps id, and fields",
     "批量提交 CSV 或 XLSX 表格中的登记"},
    {"check-receipt", "FILE", 1, {&venture_check_options}, venture_check,
     "prove offline that an entry is in the journal", "离线验证回执"},
    {"totals", "", 0, {&venture_registry, &venture_totals_options}, venture_totals,
     "the plan's table: target, actual, percent", "目标任务完成情况表"},
    {"replay", "", 0, {&venture_registry, &venture_replay_options}, venture_replay,
     "have parked events delivered again", "重新推送已停放的事件"},
    {"bank-sim", "", 0, {&venture_registry, &venture_bank_sim_options}, venture_bank_sim,
     "be a bank: hear of applications, decide them with signed facts", "模拟银行：接收申请，以签名回调作出决定"},
};

static const struct program venture = {
    .name = "venture",
    .config_file = "ventured/venture.conf",
    .commands = commands,
    .count = COUNT(commands),
    .kinds = entry_kinds,
    .arena_size = ARENA_SIZE,
    .en = "the client of banks and operators",
    .zh = "银行与运营机构客户端",
};

int
main(int argc, char **argv)
{
    /* A connection that the other side has cut is an answer of the library's, not the end of the program. */
    signal(SIGPIPE, SIG_IGN);
    return (int)command_run(&venture, argc, argv);
}
