# What the generators write: one paragraph a generator, included by the Makefile.
GENERATED :=
GENERATED_SOURCES :=
TEST_GENERATED_OBJECTS :=

# The named statements and the migrations. The folders are inputs too: a file that goes must be noticed.
GENERATED += $(GEN)/sql.h
GENERATED_SOURCES += $(GEN)/sql.c
$(GEN)/sql.c: scripts/generate-sql schemas/sql schemas/sql/queries $(wildcard schemas/sql/*.sql schemas/sql/queries/*.sql)
	scripts/generate-sql --queries schemas/sql/queries --migrations schemas/sql --out $(GEN)/sql
$(GEN)/sql.h: $(GEN)/sql.c ;

# The same for the tables that only the tests of floor 1 know.
GENERATED += $(GEN)/tests/store_sql.h
TEST_GENERATED_OBJECTS += $(B)/gen/tests/store_sql.o
$(GEN)/tests/store_sql.c: scripts/generate-sql tests/store/sql tests/store/sql/queries \
                          $(wildcard tests/store/sql/*.sql tests/store/sql/queries/*.sql)
	scripts/generate-sql --queries tests/store/sql/queries --migrations tests/store/sql --out $(GEN)/tests/store_sql
$(GEN)/tests/store_sql.h: $(GEN)/tests/store_sql.c ;

-include $(GENERATED_SOURCES:$(GEN)/%.c=$(B)/gen/%.d) $(TEST_GENERATED_OBJECTS:.o=.d)
