# What the generators write: one paragraph a generator, included by the Makefile.
GENERATED :=
GENERATED_SOURCES :=
TEST_GENERATED_OBJECTS :=

# The named statements and the migrations. The folders are inputs too: a file that goes must be noticed.
GENERATED += $(GEN)/sql.h
GENERATED_SOURCES += $(GEN)/sql.c
$(GEN)/sql.c: scripts/generate-sql schemas/sql schemas/sql/queries \
              $(wildcard schemas/sql/*.sql schemas/sql/queries/*.sql)
	scripts/generate-sql --queries schemas/sql/queries --migrations schemas/sql --out $(GEN)/sql
$(GEN)/sql.h: $(GEN)/sql.c ;

# The same for the tables that only the tests of floor 1 know.
GENERATED += $(GEN)/tests/store_sql.h
TEST_GENERATED_OBJECTS += $(B)/gen/tests/store_sql.o
$(GEN)/tests/store_sql.c: scripts/generate-sql tests/store/sql tests/store/sql/queries \
                          $(wildcard tests/store/sql/*.sql tests/store/sql/queries/*.sql)
	scripts/generate-sql --queries tests/store/sql/queries --migrations tests/store/sql --out $(GEN)/tests/store_sql
$(GEN)/tests/store_sql.h: $(GEN)/tests/store_sql.c ;

# --- scripts/embed: files that the program carries with it ---
GENERATED_SOURCES += $(GEN)/password_rule.c
$(GEN)/password_rule.c: scripts/embed schemas/password.json
	@mkdir -p $(@D)
	scripts/embed schemas/password.json password_rule_document ventured/people.h > $@

GENERATED_SOURCES += $(GEN)/policy_lists.c
$(GEN)/policy_lists.c: scripts/embed schemas/policy/lists.json
	@mkdir -p $(@D)
	scripts/embed schemas/policy/lists.json policy_lists_document ventured/domain.h > $@

GENERATED_SOURCES += $(GEN)/status_page.c
$(GEN)/status_page.c: scripts/embed src/edge/pages/status.html
	@mkdir -p $(@D)
	scripts/embed src/edge/pages/status.html status_page ventured/edge.h > $@

# --- scripts/generate-shapes: structs, policy and the API document from schemas/; the tests' toy kinds the same way ---
SHAPE_FILES := shapes.h shapes.c policy.h policy.c openapi.json openapi.c
SHAPE_SOURCES := scripts/generate-shapes scripts/schema_files.py schemas/openapi.json include/ventured/role.tbl \
                 src/ledger/shape.tbl
GENERATED += $(SHAPE_FILES:%=$(GEN)/%) $(SHAPE_FILES:%=$(GEN)/toy_%)
GENERATED_SOURCES += $(patsubst %,$(GEN)/%,$(filter %.c,$(SHAPE_FILES)))
TEST_GENERATED_OBJECTS += $(patsubst %.c,$(B)/gen/toy_%.o,$(filter %.c,$(SHAPE_FILES)))

# The folders stand beside their files, so that a file taken away is noticed too.
$(SHAPE_FILES:%=$(GEN)/%) &: $(SHAPE_SOURCES) \
                            $(wildcard $(addprefix schemas/,entries views entries/*.json views/*.json))
	scripts/generate-shapes --out $(GEN)/

TOY := tests/ledger/schemas
$(SHAPE_FILES:%=$(GEN)/toy_%) &: $(SHAPE_SOURCES) $(wildcard $(TOY)/* $(TOY)/*/*.json)
	scripts/generate-shapes --entries $(TOY)/entries --views $(TOY)/views --out $(GEN)/toy_ --name toy

# Generated sources include generated headers, whichever of them is asked for first.
$(GENERATED_SOURCES:$(GEN)/%.c=$(B)/gen/%.o) $(TEST_GENERATED_OBJECTS): $(SHAPE_FILES:%=$(GEN)/%)

# Answers JSON lines on standard input; the Python oracles in tests/ledger talk to it.
tests: $(B)/tests/ledger/probe_shape $(B)/tests/ledger/story

-include $(GENERATED_SOURCES:$(GEN)/%.c=$(B)/gen/%.d) $(TEST_GENERATED_OBJECTS:.o=.d)

# The client program with toy kinds, and receipts: tests/roof drives both.
tests: $(B)/venture $(B)/ventured $(B)/tests/roof/venture_toy $(B)/tests/roof/make_receipt

# Loads the daemon: tests/roof kills it meanwhile, trials and measurements do so for longer.
tests: $(B)/tests/bench/load
