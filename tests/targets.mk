# SPDX-License-Identifier: GPL-3.0-or-later
#
# Targets for tests, lint, fuzzing and measuring.

# ---- devices (docs/testing.md, "Recorders without recorders") ----
# tests/device/test_*.c go through the real libusb to pretend recorders in a umockdev testbed. The
# preload library is linked, before everything that opens devices, so that no wrapper is needed;
# nothing refers to it by name, hence --no-as-needed.
DEVICE_PROGRAMS := $(if $(shell pkg-config --exists umockdev-1.0 2>/dev/null && echo yes),\
  $(patsubst %.c,$(B)/%,$(sort $(wildcard tests/device/test_*.c))))
UMOCK_OBJECTS := $(patsubst %.c,$(B)/%.o,$(sort $(wildcard tests/device/umock_*.c)))
UMOCK_LIBS = -Wl,--no-as-needed -lumockdev-preload -Wl,--as-needed \
  $(shell pkg-config --libs umockdev-1.0) -lgio-2.0
$(B)/tests/device/%.o build/clang/tests/device/%.o: PKG_CFLAGS += $(shell pkg-config --cflags umockdev-1.0 2>/dev/null | sed "s/-I/-isystem /g")
$(B)/tests/device/test_%: $(B)/tests/device/test_%.o $(UMOCK_OBJECTS) $(SUPPORT_OBJECTS) $(LIB)
	$(SAY) '  LINK  $@'
	$(Q)$(CC) $(ALL_CFLAGS) $^ $(UMOCK_LIBS) -Wl,--wrap=mem_gate -lcmocka $(ALL_LIBS) -o $@

# Put in front of the real program with LD_PRELOAD, whatever the build: not instrumented itself.
FAULTY := $(B)/tests/long/faulty.so
$(FAULTY): tests/long/faulty_preload.c tests/support/faulty_io.h
	@mkdir -p $(@D)
	$(SAY) '  LINK  $@'
	$(Q)$(CC) $(CFLAGS_COMMON) -O1 $(WERROR) -fPIC -shared $< -o $@

test: $(UNIT_PROGRAMS) $(DEVICE_PROGRAMS) $(PROGRAM) $(FAULTY) ## run the unit, device and golden tests (BUILD=asan|tsan too)
	@$(if $(DEVICE_PROGRAMS),,echo 'SKIPPED: no umockdev-1.0: the real libusb is not tested (make deps)')
	@sh tests/support/run-unit.sh $(B) $(PROGRAM) $(UNIT_PROGRAMS) $(DEVICE_PROGRAMS)

unit golden: test

.PHONY: faults
faults: $(B)/tests/unit/dock/test_fault_campaign $(B)/tests/unit/dock/test_fault_station $(filter %fault_campaign,$(DEVICE_PROGRAMS)) ## every injected fault, in this process and through libusb, and the tables
	@sh tests/support/run-faults.sh $(B) $^

# `make t T=base/text` runs one test program.
t: $(B)/tests/unit/$(dir $(T))test_$(notdir $(T))
	$<

# ---- lint ----
# Every check is a target of its own; files that did not change since they passed are not looked at
# again. The second compiler's objects (build/clang) also say, through their .d files, which sources
# a changed header touches.
LINT_C := $(shell git ls-files '*.c' 2>/dev/null)
LINT_CH := $(LINT_C) $(shell git ls-files '*.h' 2>/dev/null)
LINT_PRODUCT := $(filter-out tests/%,$(LINT_C))
LINT_PARSERS := $(filter firmware-formats/%.c src/base/text.c src/base/zone.c src/pipeline/%.c,$(LINT_C))
LINT_SH := $(shell git ls-files '*.sh' 'tests/golden/*/cmd' 2>/dev/null)
CLANG_CFLAGS = $(CFLAGS_COMMON) -O1 -Werror $(PKG_CFLAGS) -I tests \
  -DYOAKE_VERSION='""' -DYOAKE_COMMIT='""' -DYOAKE_LIBRARIES='""'
ANALYZER_CFLAGS = $(CFLAGS_COMMON) -O1 -fanalyzer -Werror $(PKG_CFLAGS) -Wno-format-truncation

.PHONY: lint lint-text lint-format lint-shell lint-cppcheck lint-clang lint-tidy lint-analyzer t
lint: lint-text lint-format lint-shell lint-clang lint-tidy lint-cppcheck lint-analyzer ## all static checks
	@echo "lint: all clean"

lint-text:
	@awk -f tests/lint/includes.awk $(LINT_CH)
	@awk -f tests/lint/banned.awk $(LINT_CH)
	@awk -f tests/lint/messages.awk src/base/messages_ja_*.def \
	  $(filter-out src/base/messages_ja_%,$(shell git ls-files '*.[ch]' '*.def' 2>/dev/null | grep -v '^tests/'))

lint-format:
	@clang-format-14 --dry-run -Werror $(LINT_CH)

lint-shell:
	@shellcheck -s sh -e SC1091 $(LINT_SH)
	@shellcheck .ci/run

build/clang/%.o: %.c
	@mkdir -p $(@D)
	$(SAY) '  CLANG $<'
	$(Q)$(FUZZ_CC) $(CLANG_CFLAGS) -MMD -MP -c $< -o $@
lint-clang: $(LINT_C:%.c=build/clang/%.o)

build/clang/%.tidy: build/clang/%.o .clang-tidy
	$(SAY) '  TIDY  $*.c'
	$(Q)clang-tidy-14 --quiet $*.c -- $(CLANG_CFLAGS) \
	  >$@.out 2>$@.err || { cat $@.out; exit 1; }
	@touch $@
lint-tidy: $(LINT_PRODUCT:%.c=build/clang/%.tidy)

build/clang/%.analyzed: %.c build/clang/%.o
	$(SAY) '  ANALYZE $<'
	$(Q)gcc $(ANALYZER_CFLAGS) -c $< -o /dev/null
	@touch $@
lint-analyzer: $(LINT_PARSERS:%.c=build/clang/%.analyzed)

# median.c is one long network of exchanges without a branch; cppcheck follows its values for ever.
lint-cppcheck:
	@mkdir -p build/cppcheck
	@cppcheck -q -j 2 --std=c11 --enable=warning,portability --inline-suppr --error-exitcode=1 \
	  --suppressions-list=tests/lint/cppcheck.txt --cppcheck-build-dir=build/cppcheck \
	  --template='{file}:{line}: {severity}: {message} [{id}]' $(DEFINES) -I. \
	  $(filter-out algorithms/median.c,$(LINT_PRODUCT))

-include $(shell find build/clang -name '*.d' 2>/dev/null)

# ---- fuzzing ----
# tests/fuzz/fuzz_<parser>.c with its corpus in tests/fuzz/corpus/<parser>/. What is found is left
# in build/fuzz/found/; what is new and interesting is not written into the repository.
FUZZ_SECONDS ?= 60
FUZZ_SOURCES := $(sort $(wildcard tests/fuzz/fuzz_*.c))
FUZZ_PROGRAMS := $(FUZZ_SOURCES:%.c=$(B)/%)

$(B)/tests/fuzz/fuzz_%: $(B)/tests/fuzz/fuzz_%.o $(LIB)
	$(SAY) '  LINK  $@'
	$(Q)$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer $^ $(ALL_LIBS) -o $@

.PHONY: fuzz-run
fuzz-run: $(FUZZ_PROGRAMS)
	@sh tests/support/run-fuzz.sh $(FUZZ_SECONDS) build/fuzz/found $(FUZZ_PROGRAMS)

fuzz: ## each fuzzer for FUZZ_SECONDS (60) on its corpus, with clang
	@$(MAKE) --no-print-directory BUILD=fuzz CC=$(FUZZ_CC) fuzz-run

# ---- all together ----
check: ## lint, tests, sanitizers, short fuzz
	@$(MAKE) --no-print-directory test
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory test BUILD=asan
	@$(MAKE) --no-print-directory test BUILD=tsan
	@$(MAKE) --no-print-directory fuzz FUZZ_SECONDS=10

coverage: ## lines and branches the tests reach, per file
	@$(MAKE) --no-print-directory BUILD=coverage test
	@sh tests/support/coverage.sh build/coverage

# ---- using it ----
demo: ## an invented person's week, from file to tables and review, in build/demo
	@sh tests/support/deps.sh docs/packages.txt
	@$(MAKE) --no-print-directory BUILD=$(BUILD) all
	@sh tests/support/demo.sh $(PROGRAM) build/demo

BINDIR ?= $(PREFIX)/bin
MANDIR ?= $(PREFIX)/share/man/man1
MANDIR_JA ?= $(PREFIX)/share/man/ja/man1
BASHDIR ?= $(PREFIX)/share/bash-completion/completions
# udev reads /usr/lib for packages and /etc for what is installed by hand.
UDEVDIR ?= $(if $(filter /usr,$(PREFIX)),/usr/lib,/etc)/udev/rules.d
install: $(PROGRAM) ## program, manual pages, completion and udev rule (PREFIX, DESTDIR)
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(MANDIR) $(DESTDIR)$(MANDIR_JA) $(DESTDIR)$(BASHDIR)
	install -m 755 $(PROGRAM) $(DESTDIR)$(BINDIR)/yoake
	@sh tests/support/install-docs.sh $(PROGRAM) $(DESTDIR)$(MANDIR) $(DESTDIR)$(MANDIR_JA) $(DESTDIR)$(BASHDIR)/yoake
	install -d $(DESTDIR)$(UDEVDIR)
	install -m 644 drivers/70-yoake.rules $(DESTDIR)$(UDEVDIR)/70-yoake.rules
	@[ -n "$(DESTDIR)" ] || echo 'Recorders that are plugged in now: udevadm control --reload && udevadm trigger --action=add --attr-match=idVendor=04d8'

uninstall: ## remove what install put there
	rm -f $(DESTDIR)$(UDEVDIR)/70-yoake.rules $(DESTDIR)$(BINDIR)/yoake $(DESTDIR)$(BASHDIR)/yoake $(DESTDIR)$(MANDIR)/yoake.1 $(DESTDIR)$(MANDIR)/yoake-*.1 $(DESTDIR)$(MANDIR_JA)/yoake.1 $(DESTDIR)$(MANDIR_JA)/yoake-*.1

$(B)/tests/bench/to_%: $(B)/tests/bench/to_%.o $(SUPPORT_OBJECTS) $(LIB)
	$(SAY) '  LINK  $@'
	$(Q)$(CC) $(ALL_CFLAGS) $^ -Wl,--wrap=mem_gate -lcmocka $(ALL_LIBS) -o $@

bench: $(PROGRAM) $(B)/tests/bench/to_geneactiv $(B)/tests/bench/to_gt3x ## CPU time against sha256sum, memory, two workers (BENCH_LONG=0 leaves out 28 days)
	@TO_GENEACTIV=$(B)/tests/bench/to_geneactiv TO_GT3X=$(B)/tests/bench/to_gt3x sh tests/bench/bench.sh $(PROGRAM) build/bench

.PHONY: test-same
test-same: $(PROGRAM) ## the same bytes from gcc's and clang's program, one worker and two
	@$(MAKE) --no-print-directory B=build/clang-release CC='$(FUZZ_CC)' build/clang-release/yoake
	@sh tests/long/same-results.sh $(PROGRAM) build/clang-release/yoake build/same

# ---- accuracy ----
.PHONY: accuracy
accuracy: $(B)/tests/unit/pipeline/test_accuracy ## onset and wake against simulated people, 750 nights (YOAKE_ACCURACY_SEED=N: others)
	@YOAKE_ACCURACY=full $<

KILLS ?= 2000
.PHONY: test-kills test-failing test-long
test-kills: $(PROGRAM) ## KILLS (2000) SIGKILLs that hit a batch, a shard or a merge
	@YOAKE=$(PROGRAM) sh tests/long/kill-runs.sh $(KILLS)

test-failing: $(PROGRAM) $(FAULTY) ## each of their first 200 writes, syncs, renames, closes, ... failing
	@YOAKE=$(PROGRAM) FAULTY=$(FAULTY) sh tests/long/fail-runs.sh 1

.PHONY: test-disks
test-disks: $(PROGRAM) ## the same on full, read-only and vanishing disks (root)
	@YOAKE=$(PROGRAM) sh tests/long/disk-runs.sh 8

test-long: $(PROGRAM) $(FAULTY) $(B)/tests/unit/pipeline/test_import_crash $(B)/tests/unit/firmware-formats/test_damaged_files \
  $(B)/tests/unit/firmware-formats/test_actigraph_damage $(B)/tests/unit/firmware-formats/test_count_file_damage ## hundreds of kills, every failing call; run before something is called done
	@$(MAKE) --no-print-directory test-failing
	@$(MAKE) --no-print-directory test-kills KILLS=200
	@YOAKE_CRASH=full $(B)/tests/unit/pipeline/test_import_crash
	@YOAKE_DAMAGE=full $(B)/tests/unit/firmware-formats/test_actigraph_damage
	@YOAKE_DAMAGE=full $(B)/tests/unit/firmware-formats/test_damaged_files
	@YOAKE_DAMAGE=full $(B)/tests/unit/firmware-formats/test_count_file_damage

# ---- README ----
.PHONY: readme
readme: $(PROGRAM) ## rewrite the README's table of formats from the program's own
	@sh tests/support/readme-formats.sh $(PROGRAM) README.md

# ---- sample-data ----
sample-data: $(PROGRAM) ## make the shipped recordings again and compare (UPDATE=1 replaces them)
	@sh sample-data/make.sh $(PROGRAM) $(if $(UPDATE),--update)

# ---- published figures ----
EVALUATE_SOURCES := $(sort $(wildcard tests/evaluate/*.c))
EVALUATE := $(B)/tests/evaluate/evaluate
$(EVALUATE): $(EVALUATE_SOURCES:%.c=$(B)/%.o) $(SUPPORT_OBJECTS) $(LIB)
	$(SAY) '  LINK  $@'
	$(Q)$(CC) $(ALL_CFLAGS) $^ -Wl,--wrap=mem_gate -lcmocka $(ALL_LIBS) -o $@

.PHONY: evaluate fit
evaluate: $(EVALUATE) ## every rule against the labelled recordings, beside published figures (docs/evaluation.md)
	@$<

fit: $(EVALUATE) ## fit the logistic rest rule again: algorithms/rest_logistic.def
	@$< fit >$(B)/rest_logistic.def
	@cp $(B)/rest_logistic.def algorithms/rest_logistic.def

# A real Slurm, started and ended by the test; minutes, and not part of `make test` (docs/cluster.md).
CLUSTER_RECORDINGS ?= 2000
CLUSTER_SHARDS ?= 40
.PHONY: test-cluster
test-cluster: $(PROGRAM) ## a cohort under a real Slurm, with tasks and the controller killed
	$(Q)rm -rf build/cluster
	$(Q)bash tests/cluster/test-cluster.sh $(PROGRAM) build/cluster $(CLUSTER_RECORDINGS) $(CLUSTER_SHARDS)

# ---- a real kernel's USB (docs/testing.md, "Recorders without recorders") ----
KERNEL := build/kernel
KERNEL_TESTS := tests/device/kernel
$(KERNEL)/version: $(KERNEL_TESTS)/fetch.sh
	@sh $< $(KERNEL)
$(B)/$(KERNEL_TESTS)/%: $(B)/$(KERNEL_TESTS)/%.o $(LIB)
	$(SAY) '  LINK  $@'
	$(Q)$(CC) $(ALL_CFLAGS) $^ $(ALL_LIBS) -o $@
$(B)/initramfs: $(KERNEL)/version $(B)/$(KERNEL_TESTS)/vhci $(B)/$(KERNEL_TESTS)/dock_copy $(PROGRAM) \
  $(addprefix $(KERNEL_TESTS)/,mkinitramfs.sh init guest-test faults.tbl) sample-data/ax3-100hz.cwa
	@sh $(KERNEL_TESTS)/mkinitramfs.sh $(KERNEL) $@ $(B)/$(KERNEL_TESTS)/vhci $(B)/$(KERNEL_TESTS)/dock_copy \
	  $(PROGRAM) $(KERNEL_TESTS)/guest-test $(KERNEL_TESTS)/faults.tbl recording.cwa=sample-data/ax3-100hz.cwa \
	  $(KERNEL)/root/bin/udevadm

.PHONY: test-kernel
test-kernel: ## the driver on a real Linux USB stack in QEMU, with the kernel's drivers bound (ACCEL=kvm)
	@if command -v qemu-system-x86_64 >/dev/null && command -v cpio >/dev/null; then \
	  $(MAKE) --no-print-directory $(B)/initramfs && sh $(KERNEL_TESTS)/run.sh $(KERNEL) $(B)/initramfs; \
	else echo 'SKIPPED: no qemu-system-x86_64 or cpio: the driver is not tested on a kernel'; fi
