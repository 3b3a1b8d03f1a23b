# ventured: build, check, lint, docs. Everything made lies in build/.
#   make            the programs, gcc, into build/
#   make check      the C tests under address and undefined-behaviour sanitizers
#   make lint       tidy, floors, clang-tidy, cppcheck
#   make docs       diagrams and tables from the code's own tables, into build/docs
#   make cover      which lines the tests run, file by file
# V=1 shows the commands. VARIANT=plain|clang|asan|tsan|cover picks compiler and instrumentation; each has its folder.

VARIANT ?= plain
Q := $(if $(V),,@)
B := build/$(VARIANT)
GEN := build/gen

CC_plain := gcc
CC_clang := clang
CC_asan  := gcc
CC_tsan  := clang
CC_cover := gcc
CC := $(CC_$(VARIANT))

FLAGS_plain := -O2 -D_FORTIFY_SOURCE=2
FLAGS_clang := -O1 -D_FORTIFY_SOURCE=2
FLAGS_asan  := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
FLAGS_tsan  := -O1 -fsanitize=thread
FLAGS_cover := -O0 --coverage

WARNINGS := -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
            -Wvla -Wformat=2 -Wundef -Wwrite-strings -Wpointer-arith -Wno-missing-field-initializers -Werror
CFLAGS := -std=c17 -g -fPIE -fstack-protector-strong -pthread $(FLAGS_$(VARIANT)) $(WARNINGS)
CPPFLAGS := -Iinclude -I$(GEN) -MMD -MP
LDFLAGS := -pie -pthread -Wl,-z,relro,-z,now -Wl,--as-needed $(FLAGS_$(VARIANT))
LIBS := -lsqlite3 -lpq -levent_openssl -levent_pthreads -levent -lcurl -lssl -lcrypto -ljansson -lpcre2-8 -lutf8proc \
        -loath -linih -lcsv -lzip -lexpat -lz -lm

FLOORS := base store ledger domain edge roof
SOURCES := $(foreach f,$(FLOORS),$(wildcard src/$(f)/*.c))
OBJECTS := $(patsubst src/%.c,$(B)/%.o,$(SOURCES))
# One archive, in which the linker looks once: floors are told apart by scripts/tidy, not by the linker. Two floors may
# have a file of one name, so members are appended (q) and not replaced by name (r).
ARCHIVE := $(B)/libventured.a

PROGRAMS := $(patsubst src/%.c,%,$(wildcard src/*.c))
TEST_SOURCES := $(foreach f,$(FLOORS),$(wildcard tests/$(f)/test_*.c))
TESTS := $(patsubst tests/%.c,$(B)/tests/%,$(TEST_SOURCES))
TEST_LIB := $(patsubst tests/lib/%.c,$(B)/tests/lib/%.o,$(wildcard tests/lib/*.c))
# Programs that trials and measurements drive; NAME_part.c is a part of NAME.c.
BENCH_OBJECTS := $(patsubst tests/%.c,$(B)/tests/%.o,$(wildcard tests/bench/*.c))

# A test's own words for the linker stand in LINK_<its path>.
LINK_ledger/test_fault := -Wl,--wrap=db_run -Wl,--wrap=db_begin -Wl,--wrap=db_end

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all tests check lint docs cover headers generated clean

all: $(PROGRAMS:%=$(B)/%)
ifeq ($(VARIANT),plain)
	@for p in $(PROGRAMS); do ln -sf plain/$$p build/$$p; done
endif

tests: $(TESTS)

check:
	scripts/check asan

lint: headers
	scripts/tidy
	scripts/lint

headers:
	@for h in include/ventured/*.h; do \
	    $(CC) -std=c17 $(WARNINGS) $(CPPFLAGS) -MF /dev/null -fsyntax-only -x c $$h || exit 1; done

# Pages for people; with Graphviz the diagrams as pictures too.
docs: $(B)/print_tables
	@mkdir -p build/docs
	$Q$(B)/print_tables build/docs
	@if command -v dot > /dev/null; then for f in build/docs/*.dot; do dot -Tsvg -O $$f; done; fi

# Per file: lines that the tests run, of those there are.
cover:
	@if [ -d build/cover ]; then find build/cover -name '*.gcda' -delete; fi
	@scripts/check cover; ended=$$?; scripts/cover && exit $$ended

clean:
	rm -rf build

# --- what is written by the generators -------------------------------------------------------------------------
include scripts/generated.mk

$(B)/%.o: src/%.c | $(GENERATED)
	@mkdir -p $(@D)
	@echo "CC   $@"
	$Q$(CC) $(CFLAGS) $(CPPFLAGS) -c -o $@ $<

$(B)/gen/%.o: $(GEN)/%.c
	@mkdir -p $(@D)
	@echo "CC   $@"
	$Q$(CC) $(CFLAGS) $(CPPFLAGS) -c -o $@ $<

$(ARCHIVE): $(OBJECTS) $(GENERATED_SOURCES:$(GEN)/%.c=$(B)/gen/%.o)
	@rm -f $@
	@echo "AR   $@"
	$Qar qcs $@ $^

$(B)/%: src/%.c $(ARCHIVE)
	@echo "LD   $@"
	$Q$(CC) $(CFLAGS) $(CPPFLAGS) $(LDFLAGS) -o $@ $< $(ARCHIVE) $(LIBS)

$(B)/tests/%.o: tests/%.c | $(GENERATED)
	@mkdir -p $(@D)
	@echo "CC   $@"
	$Q$(CC) $(CFLAGS) $(CPPFLAGS) -Itests/lib -c -o $@ $<

$(B)/tests/%: $(B)/tests/%.o $(TEST_LIB) $(TEST_GENERATED_OBJECTS) $(ARCHIVE)
	@echo "LD   $@"
	$Q$(CC) $(LDFLAGS) $(LINK_$*) -o $@ $(filter %.o,$^) $(ARCHIVE) -lcmocka -lxlsxwriter $(LIBS)

$(B)/tests/bench/load: $(filter $(B)/tests/bench/load_%,$(BENCH_OBJECTS))

# What the generators write, and nothing else: checkers read it.
generated: $(GENERATED)

$(B)/print_tables: scripts/print_tables.c $(ARCHIVE)
	@echo "LD   $@"
	$Q$(CC) $(CFLAGS) $(CPPFLAGS) $(LDFLAGS) -o $@ $< $(ARCHIVE) $(LIBS)

-include $(OBJECTS:.o=.d) $(TESTS:=.d) $(TEST_LIB:.o=.d) $(BENCH_OBJECTS:.o=.d) $(PROGRAMS:%=$(B)/%.d) \
         $(B)/print_tables.d
