# vmq-recovery: every product and every check. `make help` lists them.
# Everything that is made lies below build/. Plain GNU make 3.81 is enough (a Mac's own).

# --- Inputs: `make NAME=value` overrides any of them -----------------------------------

VERSION = 1.0.0
.DEFAULT_GOAL = all
ifeq ($(origin CC),default)
CC = gcc
endif
OPTIMIZE ?= -O2
WARNINGS ?= -Wall -Wextra -Wconversion -Wshadow
PREFIX   ?= /usr/local
HOMEPAGE ?= https://example.org/vmq-recovery#  where releases are published; the Homebrew formula names it
DEPS     ?= yes#        no: never call apt-get, trust that everything is there

# Third-party code comes from Debian packages. On a Mac the first words are darwin.mk's.
HOST ?= $(shell uname -s)
ifeq ($(HOST),Darwin)
include runner/build/darwin.mk
else ifneq ($(HOST),Linux)
$(error vmq-recovery builds on Debian 12 (x86-64 or arm64) and on macOS, not on $(HOST))
endif
LUA_CFLAGS ?= -I/usr/include/lua5.4
LUA_SHARED ?= -llua5.4
LIBRARIES  ?= -Wl,-Bstatic -llua5.4 -ledit -lbsd -ltinfo -lmd -lcrypto -Wl,-Bdynamic -lm
# Wholly static: no loader at start-up, which makes it as quick as the lua5.4 interpreter.
STATIC     ?= -static-pie
STATIC_LIBRARIES ?= -llua5.4 -ledit -lbsd -ltinfo -lmd -lcrypto -lm
DKJSON     ?= /usr/share/lua/5.4/dkjson.lua
DKJSON_LICENCE ?= /usr/share/doc/lua-dkjson/copyright
HARDEN     ?= -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
HARDEN_CPU ?= $(if $(filter x86_64,$(shell uname -m)),-fstack-clash-protection -fcf-protection)
STRIP_LD   ?= -s
HARDEN_LD  ?= -pie -Wl,-z,relro,-z,now -Wl,-z,noexecstack -Wl,--gc-sections

# --- What the program is made of ---------------------------------------------------------

RUNNER  := $(sort $(wildcard runner/*.c runner/*/*.c))
PARTS   := $(filter-out runner/main.c,$(RUNNER))
SCRIPTS := $(sort $(wildcard scripts/*.lua scripts/*/*.lua stdlib/*/*.lua stdlib/*/*/*.lua))

# Plans go in as they are, and so do the modules from whose comments `help writing` is made. The library's others lose their comments and
# indentation: they would be a tenth of the program. ORIGIN says of which commit it is. A pair is: file that is read = name inside.
DOCUMENTED := $(patsubst %,stdlib/%.lua,plan/schema mac/boot_args mac/boot_object mac/policy \
              $(addprefix tool/,bputil csrutil diskutil file kmutil nvram sysctl))
WHOLE    := $(filter scripts/% $(DOCUMENTED),$(SCRIPTS))
BARE     := $(filter-out $(WHOLE),$(SCRIPTS))
EMBEDDED := $(foreach file,$(WHOLE),$(file)=$(file)) $(foreach file,$(BARE),build/inside/$(file)=$(file)) \
            $(DKJSON)=stdlib/dkjson.lua build/ORIGIN=ORIGIN
INSIDE   := $(WHOLE) $(addprefix build/inside/,$(BARE)) $(DKJSON) build/ORIGIN

BASE_CFLAGS = -std=c11 -D_GNU_SOURCE -D_DARWIN_C_SOURCE -Irunner -DVMQ_VERSION=\"$(VERSION)\"
CROSS_FLAGS = $(BASE_CFLAGS) $(WARNINGS) $(CROSS_CFLAGS)
ALL_CFLAGS  = $(BASE_CFLAGS) $(WARNINGS) $(LUA_CFLAGS) $(OPTIMIZE) -ffunction-sections \
              $(HARDEN) $(HARDEN_CPU) $(CFLAGS)

# One short line for each thing made; `make V=1` shows the commands.
Q   = $(if $(V),,@)
say = @echo '  making $@'

# --- The native program --------------------------------------------------------------------

all: build/vmq-recovery  ## (default) the program for this machine: build/vmq-recovery

NATIVE := $(RUNNER:runner/%.c=build/native/%.o) build/native/embedded.o

build/vmq-recovery: $(NATIVE)
	$(say)
	$(Q)$(CC) $(ALL_CFLAGS) $(HARDEN_LD:-pie=$(STATIC)) $(LDFLAGS) $(STRIP_LD) -o $@ $(NATIVE) $(STATIC_LIBRARIES)

build/native/%.o: runner/%.c Makefile | build/native/ $(NATIVE_LIBRARIES)
	$(say)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

build/native/embedded.o: build/embedded.S $(INSIDE)
	$(say)
	$(Q)$(CC) -c -o $@ $<

# Reads stdlib/ and scripts/ from this tree while it runs, and only what is not there from its own copy.
dev: build/dev/vmq-recovery  ## a program for authors, build/dev/vmq-recovery: edits of Lua count at once, without a build

build/dev/vmq-recovery: build/dev/embed.o $(filter-out build/native/lua/embed.o,$(NATIVE))
	$(say)
	$(Q)$(CC) $(ALL_CFLAGS) $(HARDEN_LD:-pie=$(STATIC)) $(LDFLAGS) -o $@ $^ $(STATIC_LIBRARIES)

build/dev/embed.o: runner/lua/embed.c Makefile | build/dev/
	$(say)
	$(Q)$(CC) $(ALL_CFLAGS) -DVMQ_TREE='"$(CURDIR)"' -MMD -MP -c -o $@ $<

# It names the scripts (.incbin); the assembler reads them. It changes when one comes or goes.
build/embedded.S: runner/build/embed.sh FORCE | build/
	@sh runner/build/embed.sh $@ $(EMBEDDED)

build/inside/%.lua: %.lua runner/build/bare.awk
	@mkdir -p $(@D)
	@awk -f runner/build/bare.awk $< >$@

build/ORIGIN: FORCE | build/
	@sh runner/build/origin.sh $@

# --- The program for other machines (toolchain and libraries: runner/build/cross.mk) ---------

include runner/build/cross.mk

macos: build/macos/vmq-recovery  ## the arm64 macOS program
linux-arm64: build/linux-arm64/vmq-recovery  ## a static arm64 Linux program

MACOS := $(RUNNER:runner/%.c=build/macos/%.o) build/macos/embedded.o
ARM64 := $(RUNNER:runner/%.c=build/linux-arm64/%.o) build/linux-arm64/embedded.o

# The linker signs ad hoc; nothing may change the file after it. It leaves out local symbols (-x) itself: llvm-strip writes numbers out of
# freed memory in the place of some, other ones at each run.
build/macos/vmq-recovery: $(MACOS) $(LIBS_macos)
	$(say)
	@mkdir -p build/macos/work
	$(Q)$(ZIG) cc -target $(TARGET_macos) -Wl,-dead_strip,-x -o build/macos/work/$(@F) $^
	$(Q)mv build/macos/work/$(@F) $@

build/linux-arm64/vmq-recovery: $(ARM64) $(LIBS_linux-arm64)
	$(say)
	$(Q)$(ZIG) cc -target $(TARGET_linux-arm64) -static -s -o $@ $^

# A function that came after macOS 12 is an error, not a crash in somebody's recovery.
TOO_NEW = -Werror=unguarded-availability -Werror=unguarded-availability-new

build/macos/%.o: runner/%.c Makefile | $(LIBS_macos)
	$(say)
	@mkdir -p $(@D)
	$(Q)$(ZIG) cc -target $(TARGET_macos) $(CROSS_FLAGS) $(TOO_NEW) -Ibuild/macos/include -MMD -MP -c -o $@ $<

build/linux-arm64/%.o: runner/%.c Makefile | $(LIBS_linux-arm64)
	$(say)
	@mkdir -p $(@D)
	$(Q)$(ZIG) cc -target $(TARGET_linux-arm64) $(CROSS_FLAGS) -DVMQ_LIBMD -Ibuild/linux-arm64/include -MMD -MP -c -o $@ $<

# Zig's cache does not see what .incbin reads; the checksum tells it.
build/macos/embedded.o build/linux-arm64/embedded.o: build/%/embedded.o: build/embedded.S $(INSIDE) build/zig/.done | build/%/
	$(say)
	$(Q)$(ZIG) cc -target $(TARGET_$*) -DSUM=$$(cat $(INSIDE) | cksum | cut -d' ' -f1) -c -o $@ $<

-include $(wildcard build/*/*.d build/*/*/*.d build/asan/unit/*/*.d)

# --- Things to do with it ---------------------------------------------------------------------

rehearse: deps-build  ## rehearse everything on a simulated Mac; changes nothing on this one
	@$(MAKE) --no-print-directory all
	build/vmq-recovery rehearse apply --yes

# What a release consists of, below build/dist/: the program for a Mac, this source, the libraries' sources, the formula.
RELEASE = vmq-recovery-$(VERSION)
DIST    = $(RELEASE)-macos-arm64
MANUAL  = $(shell ls build/man/*.[17] build/completions/*)
dist: build/macos/vmq-recovery man dist-source build/dist/THIRD-PARTY-NOTICES  ## pack a release for a Mac, with its sources and a Homebrew formula: build/dist/
	@sh runner/build/provenance.sh $(VERSION) build/ORIGIN build/dist/$(RELEASE)-source.tar.gz $(DKJSON) > build/dist/PROVENANCE
	@sh runner/build/dist.sh $(DIST) build/dist =$< =README.md =LICENSE =runner/build/install.sh \
	  =build/dist/THIRD-PARTY-NOTICES =build/dist/PROVENANCE $(foreach file,$(MANUAL),$(notdir $(patsubst %/,%,$(dir $(file))))/=$(file))
	@sh runner/build/formula.sh $(VERSION) $(HOMEPAGE) build/dist/$(DIST).tar.gz > build/dist/vmq-recovery.rb

dist-source: build/ORIGIN $(foreach name,lua5.4 libedit ncurses,$(call SOURCE,$(name))) | build/dist/  ## pack this source, and the libraries' sources for a native build on a Mac
	@sh runner/build/tree.sh build/dist $(RELEASE)-source build/ORIGIN
	@sh runner/build/libraries.sh build/dist $(RELEASE)-libraries $(DKJSON)

build/dist/THIRD-PARTY-NOTICES: runner/build/notices.sh $(foreach name,lua5.4 libedit ncurses,$(call SOURCE,$(name))) | build/dist/
	@sh $< build/sources $(DKJSON_LICENCE) > $@

man: all  ## the manual's pages for man(1), and the completions of shells: build/man, build/completions
	@sh runner/build/man.sh build/vmq-recovery build

install: man  ## put the program into PREFIX/bin, and its manual pages and completions below PREFIX/share
	@sh runner/build/install.sh --from build $(DESTDIR)$(PREFIX)

# --- Programs that only tests use -----------------------------------------------------------------

# A full Lua interpreter with the runner's own parts, for busted and the crash tests.
build/tests/lua: build/tests/interpreter.o $(filter-out build/native/main.o,$(NATIVE))
	$(say)
	$(Q)$(CC) $(HARDEN_LD) -rdynamic -o $@ $^ $(LUA_SHARED) $(LIBRARIES)

build/tests/%.o: tests/support/%.c Makefile | build/tests/
	$(say)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# Starts what `make bench` measures.
build/tests/own: tests/bench/own.c Makefile | build/tests/
	$(say)
	$(Q)$(CC) $(BASE_CFLAGS) $(WARNINGS) $(OPTIMIZE) -static -o $@ $<

# C unit tests run with the address and undefined behaviour sanitizers.
SANITIZE = -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
C_TESTS := $(patsubst tests/unit/c/%.c,build/asan/unit/%,$(sort $(wildcard tests/unit/c/*/*_test.c)))
ASAN    := $(PARTS:runner/%.c=build/asan/%.o)

build/asan/%.o: runner/%.c Makefile
	$(say)
	@mkdir -p $(@D)
	$(Q)$(CC) $(BASE_CFLAGS) $(WARNINGS) $(LUA_CFLAGS) $(SANITIZE) -MMD -MP -c -o $@ $<

build/asan/unit/%.o: tests/unit/c/%.c Makefile
	$(say)
	@mkdir -p $(@D)
	$(Q)$(CC) $(BASE_CFLAGS) -Itests/unit/c $(WARNINGS) $(LUA_CFLAGS) $(SANITIZE) -MMD -MP -c -o $@ $<

build/asan/unit/%_test: build/asan/unit/%_test.o $(ASAN) build/native/embedded.o
	$(say)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ -lcmocka $(LIBRARIES)

.SECONDARY: $(ASAN) $(C_TESTS:%=%.o)

# Fuzz targets of the C parts below Lua, for clang's libFuzzer.
FUZZER = clang $(BASE_CFLAGS) $(WARNINGS) $(SANITIZE)
FUZZ   := $(patsubst tests/fuzz/c/%.c,build/fuzz/%,$(sort $(wildcard tests/fuzz/c/*_fuzz.c)))
FUZZED := $(patsubst runner/%.c,build/fuzz/%.o,$(filter-out runner/lua/%,$(PARTS)))

build/fuzz/%.o: runner/%.c Makefile
	$(say)
	@mkdir -p $(@D)
	$(Q)$(FUZZER) -fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<

build/fuzz/parts.a: $(FUZZED)
	$(Q)rm -f $@ && ar rcs $@ $^

build/fuzz/%_fuzz: tests/fuzz/c/%_fuzz.c tests/fuzz/c/fuzz.h build/fuzz/parts.a
	$(say)
	$(Q)$(FUZZER) -fsanitize=fuzzer -o $@ $< build/fuzz/parts.a -lmd -lcrypto

.SECONDARY: $(FUZZED)

# --- Checks ----------------------------------------------------------------------------------------

LAYERS = lint lua c fuzz crash end-to-end arm64 mach-o loader

# What the layers run; `make test` names a part of it.
SPECS      = tests/unit/lua
SCENARIO   =#                       one of the crash enumerator's, alone
CRASH      = $(sort $(wildcard tests/crash/*.lua tests/crash/*_test.py)) tests/mutants/run.py $(if $(DEEP),tests/mutants/sample.py)
END_TO_END = tests/recorded_macs tests/end_to_end
ARM64_TESTS = $(if $(DEEP),tests/end_to_end,tests/end_to_end/test_revert.py)
MACH_O     = $(filter-out %/test_loader.py,$(wildcard tests/mach_o/test_*.py)) \
  $(if $(DEEP),,--deselect mach_o/test_reproducible.py::test_a_changed_recipe_rebuilds_the_libraries)

# Of the cases of an end-to-end test every sixth runs, drawn, and at least one; with DEEP=1 all.
SAMPLED = $(if $(DEEP),,VMQ_SAMPLE=6)

# What runs at once is told one after the other.
SYNC = $(if $(filter output-sync,$(.FEATURES)),-Otarget)

# What an emulator runs may take three times as long.
EMULATED = export VMQ_PATIENCE=$${VMQ_PATIENCE:-3}

# Where each layer leaves its results as JUnit XML; tests/summary.py adds them up.
RESULTS = build/check/$(@:check-%=%)
PYTEST  = build/venv/bin/python -m pytest -q --junit-xml=$(RESULTS)/pytest.xml

check: deps-build deps-cross deps-check  ## every check; ends with "N passed, N failed"
	@python3 tests/summary.py $(LAYERS)

check-deep: deps-build deps-cross deps-check  ## the exhaustive rest as well; takes long
	@DEEP=1 python3 tests/summary.py $(LAYERS)

LINT = CFLAGS='$(BASE_CFLAGS) -Itests/unit/c $(WARNINGS) $(LUA_CFLAGS)' python3 tests/lint/run.py
check-lint: deps-check build/venv/.done  ## compilers' warnings, static analysis, style, doc comments
	@JUNIT=$(RESULTS) $(LINT)

# Scratch folders lie in memory where a system has a folder there: nothing in these tests has to outlive a loss of power.
BUSTED_SCRIPT ?= /usr/bin/busted
LUA_TESTS = JUNIT=$(RESULTS) TMPDIR=$(firstword $(wildcard /dev/shm) $(TMPDIR) /tmp) python3 tests/support/lua_tests.py \
            build/tests/lua $(BUSTED_SCRIPT) --output=tests/support/busted_output.lua
check-lua: deps-check all build/tests/lua  ## unit tests of the Lua modules (busted)
	@$(LUA_TESTS) -- $(SPECS)

check-c: deps-check $(C_TESTS)  ## unit tests of the C parts, with sanitizers (cmocka)
	@JUNIT=$(RESULTS) python3 tests/support/c_tests.py $(C_TESTS)

# Seconds of one processor in all.
FUZZ_SECONDS = $(if $(DEEP),3600,0)
check-fuzz: deps-check build/tests/lua $(FUZZ)  ## what fuzzing found before, once more; FUZZ_SECONDS=600 fuzzes that long
	@JUNIT=$(RESULTS) python3 tests/fuzz/run.py --seconds $(FUZZ_SECONDS)

# With -j one part that waits runs beside one that computes: they are in that order.
check-crash: deps-check build/tests/lua all  ## die at every effect point, start again; break the program on purpose
	@mkdir -p $(RESULTS)
	@$(MAKE) -k $(SYNC) --no-print-directory $(if $(SCENARIO),crash-part/tests/crash/enumerate.lua,$(CRASH:%=crash-part/%))

crash-part/%.lua:
	@JUNIT=build/check/crash build/tests/lua $*.lua $(if $(SCENARIO),--only $(SCENARIO))

crash-part/%.py:
	@JUNIT=build/check/crash python3 $*.py

check-end-to-end: deps-check all build/venv/.done  ## the program against simulated and recorded Macs
	$(SAMPLED) $(PYTEST) $(END_TO_END)

# The same tests on the code that ships, under qemu-user: a part of them, all with DEEP=1.
check-arm64: deps-check build/linux-arm64/emulated build/venv/.done  ## ... and in its arm64 Linux build
	$(EMULATED); VMQ_PROGRAM=$(CURDIR)/build/linux-arm64/emulated $(SAMPLED) $(PYTEST) $(ARM64_TESTS)

build/linux-arm64/emulated: build/linux-arm64/vmq-recovery Makefile
	@printf '#!/bin/sh\nexec qemu-aarch64-static "$$(dirname "$$0")/$(<F)" "$$@"\n' > $@
	@chmod +x $@

# In one process (-n 0): the second build, for the comparison, takes all cores itself.
check-mach-o: deps-check dist linux-arm64 build/linux-arm64/prompt build/venv/.done  ## the macOS program, byte by byte
	DKJSON=$(DKJSON) VERSION=$(VERSION) $(PYTEST) -n 0 $(MACH_O)

build/linux-arm64/prompt: build/linux-arm64/prompt.o $(filter-out %/main.o,$(ARM64)) $(LIBS_linux-arm64)
	$(say)
	$(Q)$(ZIG) cc -target $(TARGET_linux-arm64) -static -s -o $@ $^

build/linux-arm64/prompt.o: tests/mach_o/prompt.c Makefile | $(LIBS_linux-arm64)
	$(Q)$(ZIG) cc -target $(TARGET_linux-arm64) $(CROSS_FLAGS) -DVMQ_LIBMD -Ibuild/linux-arm64/include -MMD -MP -c -o $@ $<

# It runs the macOS program on arm64 Linux, under qemu-user: what libSystem would do is written in it.
LOADER := $(patsubst tests/mach_o/loader/%,build/loader/%.o,$(sort $(wildcard tests/mach_o/loader/*.c tests/mach_o/loader/*.S)))
LOADER_CFLAGS = -std=c11 -D_GNU_SOURCE $(WARNINGS) -O1

build/loader/loader: $(LOADER) build/linux-arm64/lib/libmd.a
	$(say)
	$(Q)$(ZIG) cc -target $(TARGET_linux-arm64) -static -s -o $@ $^

build/loader/%.o: tests/mach_o/loader/% Makefile | build/loader/ build/linux-arm64/lib/libmd.a
	$(say)
	$(Q)$(ZIG) cc -target $(TARGET_linux-arm64) $(LOADER_CFLAGS) -Ibuild/linux-arm64/include -MMD -MP -c -o $@ $<

# Asks a system what a program can see of it: for macOS, by the same compiler and flags as the program, and for this machine.
build/loader/probe-macos: tests/mach_o/probe.c Makefile | build/loader/ build/zig/.done
	$(say)
	$(Q)$(ZIG) cc -target $(TARGET_macos) $(BASE_CFLAGS) $(WARNINGS) $(filter-out -DNDEBUG,$(CROSS_CFLAGS)) -o $@ $<

build/loader/probe: tests/mach_o/probe.c Makefile | build/loader/
	$(say)
	$(Q)$(CC) $(BASE_CFLAGS) $(WARNINGS) -O1 -o $@ $<

# The same tests on the very bytes that ship, and a rehearsed life: a part of them; with DEEP=1 all, those of crashes that need no
# strace, and all once more with terminals that lose what was unread. The results of that second run have a name of their own.
LOADER_TESTS = $(if $(DEEP),tests/end_to_end,$(addprefix tests/end_to_end/test_,apply.py secrets.py stops.py terminal.py))
LOADER_CRASH = $(if $(DEEP),tests/crash/answer_test.py tests/crash/orphan_test.py)
LOST = $(if $(DEEP),LOSSY=20 $(subst pytest.xml,lossy.xml,$(PYTEST)) tests/end_to_end,:)
check-loader: deps-check all build/loader/emulated build/loader/probe build/loader/probe-macos build/venv/.done  ## the macOS program run by a loader under qemu-user, and compared with the native build
	$(EMULATED); export VMQ_PROGRAM=$(CURDIR)/build/loader/emulated; $(SAMPLED) $(PYTEST) tests/mach_o/test_loader.py $(LOADER_TESTS) || failed=1; \
	for test in $(LOADER_CRASH); do JUNIT=$(RESULTS) python3 $$test || failed=1; done; \
	$(LOST) || failed=1; [ -z "$$failed" ]

# The macOS program as a command of this machine, all of it in one folder. LOSSY=MS: reads of terminals are that late.
build/loader/emulated: build/loader/loader build/loader/vmq-recovery Makefile
	@printf '#!/bin/sh\nhere=$$(dirname "$$0")\nexec qemu-aarch64-static "$$here/loader" $${LOSSY:+--lossy "$$LOSSY"} "$$here/vmq-recovery" "$$@"\n' > $@
	@chmod +x $@

build/loader/vmq-recovery: build/macos/vmq-recovery
	@cp $< $@

bench: deps-check deps-bench all build/tests/lua build/tests/own build/venv/.done  ## ratios against what one would use instead
	@build/venv/bin/python tests/bench/run.py $(BENCH)

plans-table: deps-check all build/venv/.done  ## each plan that ships, there and back on each simulated and recorded Mac
	@TMPDIR=$${TMPDIR:-/tmp} build/venv/bin/python tests/end_to_end/shipped.py

picture: all build/venv/.done  ## the README's picture, drawn from a real rehearsal; a test says when it is stale
	@build/venv/bin/python tests/picture.py build/vmq-recovery .github/screen.svg

bench-publish: bench  ## the same, and its table into tests/README.md and README.md
	@python3 tests/bench/publish.py

lint: check-lint  ## the same as check-lint

# --- For authors ------------------------------------------------------------------------------------

test: deps-check  ## make test T=journal: every test of that name, in C, in Lua, end to end, crash scenarios
	@MAKE='$(MAKE)' python3 tests/named.py $(T)

QUICK_LINT = clang-format gcc luacheck shellcheck ruff layers style words docs

quick: deps-check  ## what a commit should pass: quick lint, Lua and C unit tests, a rehearsal; under 40 s
	@start=$$(date +%s); $(MAKE) -k -j$$(getconf _NPROCESSORS_ONLN) $(SYNC) --no-print-directory quick-lint quick-lua check-c quick-rehearse; \
	status=$$?; echo "make quick: $$(($$(date +%s) - start)) s, $$([ $$status = 0 ] && echo 'all passed' || echo FAILED)"; exit $$status

quick-lint: build/venv/.done
	@$(LINT) $(QUICK_LINT)

quick-lua: all build/tests/lua
	@$(LUA_TESTS) -- tests/unit/lua

quick-rehearse: all
	@build/vmq-recovery rehearse apply --yes > build/rehearsal.log 2>&1 || { cat build/rehearsal.log; exit 1; }

format: deps-check  ## lay out the C sources as .clang-format says
	python3 tests/lint/files.py c | xargs clang-format -i

hooks:  ## let git run `make quick` before each commit, in this clone and its worktrees
	@sh tests/support/hooks.sh

# Python tools of the checks, pinned, in a virtual environment of their own.
REQUIREMENTS := $(wildcard tests/requirements.txt tests/lint/requirements.txt tests/mach_o/requirements.txt)
build/venv/.done: $(REQUIREMENTS) | deps-cross
	$(say)
	$(Q)sh runner/build/venv.sh build/venv $(REQUIREMENTS)

# --- Debian packages ----------------------------------------------------------------------------------

deps: deps-build deps-cross deps-check deps-bench  ## install the Debian packages that are missing

deps-build deps-cross deps-check deps-bench:
	@[ $(DEPS) = no ] || sh runner/build/deps.sh $(@:deps-%=%)

# --- The rest --------------------------------------------------------------------------------------------

clean:  ## remove everything that was made
	rm -rf build

help:  ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/\1	\2/p' $(MAKEFILE_LIST) | expand -t 18

# The first thing a build makes, so the place to look whether it can be made.
build/native/:
	@[ $(DEPS) = no ] || sh runner/build/deps.sh --check build
	@mkdir -p $@

build/ build/dev/ build/tests/ build/macos/ build/linux-arm64/ build/loader/ build/dist/:
	@mkdir -p $@

FORCE:
.DELETE_ON_ERROR:
.PHONY: all dev macos linux-arm64 rehearse dist dist-source man install check check-deep $(LAYERS:%=check-%) bench bench-publish picture lint test quick quick-lint \
        quick-lua quick-rehearse format hooks deps deps-build deps-cross deps-check deps-bench clean help FORCE
