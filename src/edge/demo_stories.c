/*
 * The stories: loans that go every way a loan can go, one after another, told by those who may tell them.
 * Knows the kinds by name and what each needs; must not know the loan's table, which the demo's test holds against it.
 * Invariant: together they make every move of a loan, and leave behind what an office would still have to look at.
 */
#include "demo_story.h"

/* ---- passages --------------------------------------------------------------------------------------------------- */

/* clang-format off */
#define STORY_FUND "fund-demo-story"
#define QUEUE_FUND "fund-demo-queue"
#define QUEUE_DISTRICT "330624"

#define APPLICATION(class, guarantee)                                                                                  \
    "'class':'" class "','sort':'individual','person':'$p','district':'$d','amount':1000000,'term_months':24,"         \
    "'use':'equipment','guarantee':'" guarantee "'"
#define CERTIFICATE(last) "'certificate_no':'$v','amount_max':1000000,'valid_to':'" last "'"
#define OF_FUND(fund) ",'fund':'" fund "'"
#define TERMS "'amount':1000000,'rate_ppm':43500,'term_months':24"
#define MONEY(amount) "'amount':" amount ",'voucher_no':'$v'"

/* Class 1, guaranteed by the fund, up to its certificate. */
#define APPLIED_1      {CLERK, "loan.applied", 0, APPLICATION("class1", "fund") ",'group':'student'"}
#define COMPLETED(day) {CLERK, "loan.completed", day, ""}
#define REFERRED(day)  {CLERK, "loan.referred", day, ""}
#define PASSED(day)    {CHECKER, "loan.review_passed", day, "'minutes_no':'$l','amount':1000000"}
#define AGREED(day)    {CHECKER, "loan.guarantee_agreed", day, "'counter_guarantee':'none'"}
#define INCOMPLETE_1   APPLIED_1, {CLERK, "loan.papers_named", 1, "'missing':['licence','group_proof']"}
#define CHECKING_1     APPLIED_1, COMPLETED(1)
#define REVIEWING_1    CHECKING_1, REFERRED(2)
#define REVIEWED_1     REVIEWING_1, PASSED(3)
#define GUARANTEED_1   REVIEWED_1, AGREED(4)
#define QUEUED(day)    {CHECKER, "loan.queued", day, "'fund':'" QUEUE_FUND "','amount':1000000"}
#define CERTIFIED_1(day, last) {CHECKER, "loan.qualified", day, CERTIFICATE(last) OF_FUND(STORY_FUND)}
#define QUALIFIED_1    GUARANTEED_1, CERTIFIED_1(5, "$60")

/* Class 2. */
#define APPLIED_2      {CLERK, "loan.applied", 0, APPLICATION("class2", "mortgage")}
#define CERTIFIED_2(day, last) {CHECKER, "loan.qualified", day, CERTIFICATE(last)}
#define QUALIFIED_2    APPLIED_2, COMPLETED(1), CERTIFIED_2(5, "$60")

/* At a bank, told by it; LENT goes from the certificate to the money in five days. */
#define SENT(day, bank)      {CLERK, "loan.sent", day, "'bank':'" bank "'"}
#define ACCEPTED(by, day)    {by, "loan.accepted", day, ""}
#define RETURNED(by, day)    {by, "loan.returned", day, "'reason':'papers_missing','missing':['premises']"}
#define REJECTED(by, day)    {by, "loan.rejected", day, "'reason':'ability_to_repay'"}
#define APPROVED(by, day)    {by, "loan.approved", day, TERMS}
#define LAPSED(by, day)      {by, "loan.lapsed", day, "'reason':'not_signed'"}
#define CONTRACTED(by, day)  {by, "loan.contracted", day, TERMS ",'due':'$740','contract_no':'$l'"}
#define DISBURSED(by, day)   {by, "loan.disbursed", day, MONEY("1000000")}
#define AGREED_BY(by, bank, day)                                                                                       \
    SENT(day, bank), ACCEPTED(by, (day) + 1), APPROVED(by, (day) + 2), CONTRACTED(by, (day) + 3)
#define LENT_BY(by, bank, day) AGREED_BY(by, bank, day), DISBURSED(by, (day) + 4)
#define LENT                 LENT_BY(BANK_1, "$a", 6)

/* While it runs. */
#define REPAID(by, day, amount) {by, "loan.repaid", day, MONEY(amount)}
#define MOVED(by, day)                                                                                                 \
    REPAID(by, day, "20000"), {by, "loan.repayment_bounced", day, MONEY("10000")},                                     \
    {by, "loan.prepaid", day, MONEY("10000")}
#define OVERDUE(by, day)     {by, "loan.overdue", day, "'amount':100000,'since':'$40'"}
#define EXTENDED(by, day, due) {by, "loan.extended", day, "'due':'" due "'"}
#define CALLED_IN(by, day)   {by, "loan.called_in", day, "'cause':'misuse'"}
#define SETTLED(by, day)     {by, "loan.settled", day, ""}
#define INHERITED(by, day, person) {by, "loan.borrower_changed", day, "'person':'" person "','reason':'inheritance'"}
#define TRANSFERRED(day, bank) {OFFICER, "loan.transferred", day, "'bank':'" bank "'"}
#define LOST(day)            {BANK_1, "loan.written_off", day, MONEY("1000000")}

/* The fund's. */
#define CLAIMED(by, day, amount)                                                                                       \
    {by, "loan.claim_filed", day, "'principal':" amount ",'interest':0,'amount':" amount}
#define COMPENSATED(day, amount) {PAYER, "loan.compensated", day, "'principal':" amount "," MONEY(amount)}
#define RECOVERED(day, amount)   {PAYER, "loan.recovered", day, MONEY(amount)}
#define GIVEN_UP(day, amount)    {OFFICER, "loan.written_off", day, "'fund_amount':" amount ",'voucher_no':'$v'"}

/* In any state: looked into; given to somebody, held for a complaint and let go. A bank's message that comes again is
 * late and an exception; in a state where it would be early or freeze the loan, one from before is closed. */
#define WITHDRAWN(day) {CLERK, "loan.withdrawn", day, ""}
#define CHECKED(day)   {CLERK, "loan.checked", day, "'rule':'credit','finding':'met'"}
#define REISSUED(day)  {CHECKER, "loan.certificate_reissued", day, "'certificate_no':'$v','reason':'damaged'"}
#define HELD(day)                                                                                                      \
    {CLERK, "loan.assigned", day, "'account':'demo-clerk-$d'"}, {CHIEF, "loan.frozen", day, "'reason':'complaint'"},   \
    {OFFICER, "loan.thawed", day, "'reason':'wrongly_frozen'"}
#define AGAIN(by, day) {by, "loan.accepted", day, "", .noted = true}
#define CLOSED(day)    {CHECKER, "loan.exception_closed", day, "'seq':$s,'finding':'sender_corrected'"}
#define CLOSED_AND_HELD(day) CLOSED(day), HELD(day)
#define MARKED(by, day)      AGAIN(by, day), CLOSED_AND_HELD(day)

/* ---- the stories ------------------------------------------------------------------------------------------------ */

#define STEPS(...) (const struct story_step[]){__VA_ARGS__, {0}}

/* Three ends at one stage before the certificate, and one after it; each is a loan of its own. */
#define ENDS(stage, zh, en, first, ...)                                                                                \
    {"refused-" stage, "不予认定：" zh, "refused " en, first, "330603", 0,                                              \
     STEPS(__VA_ARGS__, {CHECKER, "loan.refused", 20, "'reason':'project_unfit'"})},                                   \
    {"withdrawn-" stage, "撤回：" zh, "withdrawn " en, first, "330604", 1, STEPS(__VA_ARGS__, WITHDRAWN(21))},         \
    {"reclassed-" stage, "转为二类：" zh, "put into Class 2 " en, first, "330681", 2,                                   \
     STEPS(__VA_ARGS__, {CLERK, "loan.reclassed", 22, "'guarantee':'surety'"})}
#define WITHDRAWS(stage, zh, en, first, ...)                                                                           \
    {"withdrawn-" stage, "撤回：" zh, "withdrawn " en, first, "330683", 3, STEPS(__VA_ARGS__, WITHDRAWN(30))}

/* What stands around them: a fund, and a small one that queues who finds no room. */
static const struct story funds = {
    "funds", "两只演示基金，其中一只额度用尽须排队", "two funds, of which one has a queue", "2023-01-01", QUEUE_DISTRICT, 0,
    STEPS(
        {OFFICER, "fund.founded", 0, "'zh':'演示基金（典型案例）'", .about = STORY_FUND},
        {PAYER, "fund.paid_in", 0, MONEY("100000000"), .about = STORY_FUND},
        {OFFICER, "fund.founded", 0, "'zh':'演示小额基金（排队）'", .about = QUEUE_FUND},
        {PAYER, "fund.paid_in", 0, MONEY("100000"), .about = QUEUE_FUND},
        {OFFICER, "limit.set", 0, "'from':'2023-01-01','unit':'code','code':'queue','source':'demo','confidence':'A'",
         .about = "fund.at_limit@" QUEUE_DISTRICT})};

static const struct story stories[] = {
    /* before the certificate */
    {"intake", "一类：补正、两次评审、两次担保审核", "Class 1: papers named, two reviews, two guarantor's checks",
     "2023-01-09", "330602", 0, STEPS(
        APPLIED_1, CHECKED(0), HELD(0), {CLERK, "loan.papers_named", 1, "'missing':['licence','group_proof']"},
        CHECKED(2), HELD(2), COMPLETED(3), CHECKED(3), HELD(4), REFERRED(5), CHECKED(5), HELD(6),
        {CHECKER, "loan.review_failed", 7, "'minutes_no':'$v'"}, REFERRED(10), PASSED(12), CHECKED(12), HELD(12),
        {CHECKER, "loan.guarantee_declined", 14, "'reason':'counter_guarantee'"}, REFERRED(16), PASSED(18), AGREED(20),
        CHECKED(20), HELD(20), CERTIFIED_1(22, "$82"), LENT_BY(BANK_1, "$a", 24), REPAID(BANK_1, 90, "250000"))},
    ENDS("applied", "已申请", "once applied for", "2023-02-01", APPLIED_1),
    ENDS("incomplete", "待补正", "with papers missing", "2023-02-06", INCOMPLETE_1),
    ENDS("checking", "审核中", "while being checked", "2023-02-08", CHECKING_1),
    ENDS("reviewing", "评审中", "before the experts", "2023-02-13", REVIEWING_1),
    ENDS("reviewed", "评审通过", "after the experts", "2023-02-15", REVIEWED_1),
    ENDS("guaranteed", "担保已同意", "after the guarantor", "2023-02-20", GUARANTEED_1),
    {"class2-after-refusal", "一类不予认定后转二类并放款", "refused as Class 1, lent as Class 2", "2023-02-22", "330602", 1,
     STEPS(CHECKING_1, {CHECKER, "loan.refused", 4, "'reason':'panel_failed'"}, HELD(5),
           {CLERK, "loan.reclassed", 8, "'guarantee':'mortgage'"}, CERTIFIED_2(10, "$70"),
           LENT_BY(BANK_1, "$a", 12), REPAID(BANK_1, 60, "100000"))},

    /* no room in the small fund */
    {"queued-refused", "受理即排队，后不予认定", "queued on application, then refused", "2023-03-01", QUEUE_DISTRICT, 0,
     STEPS(APPLIED_1, QUEUED(1), {CHECKER, "loan.refused", 9, "'reason':'quota'"})},
    {"queued-withdrawn", "审核中排队，后撤回", "queued while being checked, then withdrawn", "2023-03-02", QUEUE_DISTRICT, 1,
     STEPS(CHECKING_1, QUEUED(2), WITHDRAWN(10))},
    {"queued-reclassed", "排队中转为二类", "out of the queue into Class 2", "2023-03-03", QUEUE_DISTRICT, 2,
     STEPS(GUARANTEED_1, QUEUED(5), {CHECKER, "loan.reclassed", 12, "'guarantee':'surety'"})},
    {"queued-lent", "排队等到额度后放款", "queued until the fund was filled, then lent", "2023-03-06", QUEUE_DISTRICT, 3,
     STEPS(GUARANTEED_1, QUEUED(5), CHECKED(5), HELD(6),
           {PAYER, "fund.paid_in", 14, MONEY("100000"), .about = QUEUE_FUND},
           {CHECKER, "loan.qualified", 15, CERTIFICATE("$75") OF_FUND(QUEUE_FUND)}, LENT_BY(BANK_1, "$a", 16))},
    {"queued", "仍在排队", "still in the queue", "2023-03-20", QUEUE_DISTRICT, 0, STEPS(GUARANTEED_1, QUEUED(5))},

    /* from bank to bank */
    {"renewed", "证明三次过期三次续办，终获放款", "the certificate ran out three times and was renewed", "2023-02-02", "330604", 0,
     STEPS(APPLIED_2, CERTIFIED_2(1, "$20"), REISSUED(2), {CLOCK, "loan.expired", 21, ""},
           CERTIFIED_2(22, "$40"), SENT(23, "$a"), ACCEPTED(BANK_1, 24), AGAIN(BANK_1, 24), REJECTED(BANK_1, 26),
           CLOSED_AND_HELD(27), REISSUED(28), {CLOCK, "loan.expired", 41, ""},
           CERTIFIED_2(42, "$60"), SENT(43, "$b"), ACCEPTED(BANK_2, 44), AGAIN(BANK_2, 44), RETURNED(BANK_2, 46),
           REISSUED(47), {CLOCK, "loan.expired", 61, ""}, CLOSED_AND_HELD(62),
           CERTIFIED_2(63, "$80"), SENT(64, "$b"), ACCEPTED(BANK_2, 65), AGAIN(BANK_2, 65), APPROVED(BANK_2, 66),
           LAPSED(BANK_2, 70), REISSUED(71), {CLOCK, "loan.expired", 81, ""},
           CERTIFIED_2(82, "$140"), CLOSED_AND_HELD(83), LENT_BY(BANK_2, "$b", 84))},
    {"another-bank", "两家银行间多次转送后分两次放款", "sent to and fro, lent in two tranches", "2023-01-30", "330602", 2,
     STEPS(QUALIFIED_2, SENT(6, "$a"), ACCEPTED(BANK_1, 7), REJECTED(BANK_1, 8),
           SENT(9, "$b"), ACCEPTED(BANK_2, 10), AGAIN(BANK_2, 10), RETURNED(BANK_2, 11), CLOSED_AND_HELD(11),
           SENT(12, "$b"), ACCEPTED(BANK_2, 13), AGAIN(BANK_2, 13), RETURNED(BANK_2, 14),
           SENT(15, "$b"), CLOSED_AND_HELD(15), REISSUED(15), REJECTED(BANK_2, 16),
           SENT(17, "$a"), RETURNED(BANK_1, 18),
           SENT(19, "$a"), ACCEPTED(BANK_1, 20), REISSUED(20), AGAIN(BANK_1, 20), APPROVED(BANK_1, 21), REISSUED(21),
           LAPSED(BANK_1, 25), CLOSED_AND_HELD(26),
           SENT(27, "$a"), ACCEPTED(BANK_1, 28), MARKED(BANK_1, 28), APPROVED(BANK_1, 29), MARKED(BANK_1, 29),
           CONTRACTED(BANK_1, 30), MARKED(BANK_1, 30), {BANK_1, "loan.disbursed", 31, MONEY("400000")},
           MARKED(BANK_1, 31), {BANK_1, "loan.disbursed", 61, MONEY("600000")}, REPAID(BANK_1, 200, "1000000"),
           SETTLED(BANK_1, 200), MARKED(BANK_1, 201))},
    WITHDRAWS("qualified", "持证未送", "with the certificate", "2023-03-08", QUALIFIED_2),
    WITHDRAWS("sent", "已转银行", "once sent", "2023-03-09", QUALIFIED_2, SENT(6, "$a")),
    WITHDRAWS("investigating", "调查中", "under the bank's scrutiny", "2023-03-10", QUALIFIED_2, SENT(6, "$a"),
              ACCEPTED(BANK_1, 7)),
    {"withdrawn-approved", "撤回：批准后", "withdrawn once approved", "2023-03-13", "330683", 3,
     STEPS(QUALIFIED_2, SENT(6, "$a"), ACCEPTED(BANK_1, 7), AGAIN(BANK_1, 7), APPROVED(BANK_1, 8), WITHDRAWN(30),
           CLOSED_AND_HELD(31))},
    WITHDRAWS("rejected", "拒贷后", "after a rejection", "2023-03-14", QUALIFIED_2, SENT(6, "$a"), REJECTED(BANK_1, 7)),
    WITHDRAWS("returned", "退回后", "after a return", "2023-03-15", QUALIFIED_2, SENT(6, "$a"), RETURNED(BANK_1, 7)),
    WITHDRAWS("lapsed", "失效后", "after a lapse", "2023-03-16", QUALIFIED_2, SENT(6, "$a"), ACCEPTED(BANK_1, 7),
              APPROVED(BANK_1, 8), LAPSED(BANK_1, 20)),
    {"transferred", "各阶段在两家银行间划转", "handed over between two banks at every stage", "2023-02-10", "330603", 0,
     STEPS(QUALIFIED_1, SENT(6, "$a"), TRANSFERRED(7, "$b"), ACCEPTED(BANK_2, 8), TRANSFERRED(9, "$a"),
           APPROVED(BANK_1, 10), TRANSFERRED(11, "$b"), CONTRACTED(BANK_2, 12), TRANSFERRED(13, "$a"),
           DISBURSED(BANK_1, 14), TRANSFERRED(15, "$b"), OVERDUE(BANK_2, 45), TRANSFERRED(46, "$a"),
           CALLED_IN(BANK_1, 60), TRANSFERRED(61, "$b"), CLAIMED(BANK_2, 140, "1000000"), TRANSFERRED(141, "$a"),
           COMPENSATED(150, "1000000"), TRANSFERRED(151, "$b"),
           {BANK_2, "loan.recovery_started", 160, "'means':'lawsuit'"}, TRANSFERRED(161, "$a"),
           GIVEN_UP(300, "1000000"), TRANSFERRED(301, "$b"))},

    /* money and trouble */
    {"recovered", "逾期、提前收回、代偿、追偿完成", "overdue, called in, paid by the fund, recovered whole", "2023-01-12", "330602", 1,
     STEPS(QUALIFIED_1, LENT, MOVED(BANK_1, 30), OVERDUE(BANK_1, 45), MOVED(BANK_1, 46), MARKED(BANK_1, 47),
           CALLED_IN(BANK_1, 60), MOVED(BANK_1, 61), MARKED(BANK_1, 62), CLAIMED(BANK_1, 140, "940000"),
           MOVED(BANK_1, 141), MARKED(BANK_1, 142), COMPENSATED(150, "920000"), MARKED(BANK_1, 151),
           RECOVERED(170, "120000"), {OFFICER, "loan.recovery_started", 180, "'means':'agreement'"},
           MARKED(BANK_1, 181), RECOVERED(240, "800000"), {OFFICER, "loan.recovery_completed", 241, ""},
           MARKED(BANK_1, 242))},
    {"written-off", "代偿申请退回、拒付后获付，部分核销，核销后追回", "a claim returned, refused, paid; written off; some recovered",
     "2023-01-16", "330603", 2,
     STEPS(QUALIFIED_1, LENT, OVERDUE(BANK_1, 45), CLAIMED(BANK_1, 135, "1000000"),
           {OFFICER, "loan.claim_returned", 140, "'missing':['statement']"}, CLAIMED(BANK_1, 150, "1000000"),
           {CHIEF, "loan.claim_refused", 160, "'reason':'papers'"}, CLAIMED(BANK_1, 170, "1000000"),
           COMPENSATED(180, "1000000"), GIVEN_UP(260, "800000"), RECOVERED(290, "100000"), MARKED(BANK_1, 291))},
    {"inherited", "合同后各阶段变更借款人，代偿申请中结清", "the borrower changed at every stage, settled under claim",
     "2023-01-18", "330604", 3,
     STEPS(QUALIFIED_1, AGREED_BY(BANK_1, "$a", 6), INHERITED(CHECKER, 10, "$q"), DISBURSED(BANK_1, 11),
           INHERITED(BANK_1, 30, "$p"), OVERDUE(BANK_1, 45), INHERITED(BANK_1, 50, "$q"), CALLED_IN(BANK_1, 60),
           INHERITED(BANK_1, 70, "$p"), CLAIMED(BANK_1, 140, "1000000"), INHERITED(BANK_1, 141, "$q"),
           REPAID(BANK_1, 145, "1000000"), SETTLED(BANK_1, 145))},
    {"extended", "逾期、恢复、展期、提前收回后结清", "overdue, cured, extended, called in, settled", "2023-01-19", "330681", 0,
     STEPS(QUALIFIED_2, LENT, OVERDUE(BANK_1, 45), OVERDUE(BANK_1, 50), {BANK_1, "loan.cured", 55, ""},
           EXTENDED(BANK_1, 60, "$800"), OVERDUE(BANK_1, 70), EXTENDED(BANK_1, 75, "$830"), CALLED_IN(BANK_1, 80),
           OVERDUE(BANK_1, 85), CALLED_IN(BANK_1, 90), EXTENDED(BANK_1, 95, "$860"), REPAID(BANK_1, 120, "1000000"),
           SETTLED(BANK_1, 120))},
    {"renewal", "结清后续贷", "a loan that renews a settled one", "2023-06-01", "330681", 0,
     STEPS({CLERK, "loan.applied", 0, APPLICATION("class2", "mortgage") ",'renewed_from':'demo-story-extended'"},
           COMPLETED(1), CERTIFIED_2(5, "$60"), LENT), .borrower = "extended"},
    {"settled-overdue", "逾期后结清", "settled while overdue", "2023-01-20", "330681", 1,
     STEPS(QUALIFIED_2, LENT, OVERDUE(BANK_1, 45), REPAID(BANK_1, 80, "1000000"), SETTLED(BANK_1, 80))},
    {"settled-called-in", "提前收回后结清", "settled once called in", "2023-01-28", "330683", 2,
     STEPS(QUALIFIED_2, LENT, CALLED_IN(BANK_1, 45), REPAID(BANK_1, 60, "1000000"), SETTLED(BANK_1, 60))},
    {"lost", "还款中由银行核销", "written off by the bank", "2023-01-29", "330602", 3,
     STEPS(QUALIFIED_2, LENT, LOST(300))},
    {"lost-overdue", "逾期后由银行核销", "written off by the bank while overdue", "2023-01-31", "330603", 0,
     STEPS(QUALIFIED_2, LENT, OVERDUE(BANK_1, 45), LOST(300))},
    {"lost-called-in", "提前收回中由银行核销", "written off by the bank once called in", "2023-02-03", "330604", 1,
     STEPS(QUALIFIED_2, LENT, CALLED_IN(BANK_1, 45), LOST(300))},
    {"brought", "登记簿启用前发放的存量贷款", "a loan that ran before the registry began", "2023-01-03", "330602", 0, STEPS(
        {IMPORT, "loan.brought", 0,
         "'class':'class2','sort':'individual','person':'$p','district':'$d','use':'equipment','guarantee':'mortgage',"
         "'bank':'$a','contract_no':'$l','contracted':1000000,'rate_ppm':43500,'contracted_on':'2022-03-01',"
         "'due':'2024-02-28','lent':1000000,'outstanding':600000,'subsidised':0,'subsidised_times':0"},
        {IMPORT, "loan.overdue", 40, "'amount':100000,'since':'$40'"}, REPAID(BANK_1, 50, "600000"),
        SETTLED(BANK_1, 50))},

    /* exceptions and mistakes */
    {"early", "放款先于受理报到", "money that was told before the rest", "2023-03-22", "330602", 1,
     STEPS(QUALIFIED_2, SENT(6, "$a"), {BANK_1, "loan.disbursed", 9, MONEY("1000000"), .noted = true}, CLOSED(10))},
    {"side", "拒贷后仍放款，冻结，退回后改送他行", "lent after a rejection, frozen, paid back, sent to another bank", "2023-03-24",
     "330603", 2,
     STEPS(QUALIFIED_2, SENT(6, "$a"), ACCEPTED(BANK_1, 7), REJECTED(BANK_1, 8),
           {BANK_1, "loan.disbursed", 9, MONEY("500000")}, REPAID(BANK_1, 12, "500000"),
           {OFFICER, "loan.thawed", 14, "'reason':'paid_back'"}, AGREED_BY(BANK_2, "$b", 15),
           {BANK_2, "loan.disbursed", 20, MONEY("500000")})},
    {"former-bank", "原银行补报批准，冻结待查", "approved by a bank that has it no more; frozen to this day",
     "2023-03-27", "330604", 3,
     STEPS(QUALIFIED_2, SENT(6, "$a"), ACCEPTED(BANK_1, 7), REJECTED(BANK_1, 8), SENT(9, "$b"), APPROVED(BANK_1, 10),
           ACCEPTED(BANK_2, 10), APPROVED(BANK_2, 11), CONTRACTED(BANK_2, 12), DISBURSED(BANK_2, 13))},
    {"over", "放款超过合同金额，退回后解冻", "lent beyond the contract, paid back, thawed", "2023-03-28", "330602", 0,
     STEPS(QUALIFIED_2, AGREED_BY(BANK_1, "$a", 6), {BANK_1, "loan.disbursed", 10, MONEY("1200000")},
           REPAID(BANK_1, 15, "200000"), {OFFICER, "loan.thawed", 16, "'reason':'paid_back'"})},
    {"corrected", "还款金额录错，经他人复核更正", "a repayment corrected, confirmed by another person", "2023-03-29", "330681", 1,
     STEPS(QUALIFIED_2, LENT, {BANK_1, "loan.repaid", 40, MONEY("500000"), .noted = true},
           {BANK_1, "loan.repaid", 40,
            MONEY("50000") ",'mends':{'entry':'$i','reason':'wrong_amount','paper':'$v'}", .noted = true},
           {OFFICER, "entry.mended", 45, "", .about = "$i"})},
};
/* clang-format on */

/* ---- all of them ------------------------------------------------------------------------------------------------ */

void
demo_stories(struct demo *d)
{
    demo_ids_of(d, "demo-story-people");
    demo_locals_open(d, "demo-district-checker", "district_checker");
    demo_story(d, &funds, funds.name);
    for (size_t i = 0; i < COUNT(stories) && d->got == V_OK; i++) {
        demo_story(d, &stories[i], funds.name);
        demo_flush(d);
        d->report->stories += d->got == V_OK;
        if (d->got == V_OK && d->o->story != NULL)
            d->o->story(stories[i].name, stories[i].zh, stories[i].en);
    }
}
