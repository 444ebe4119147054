# SPDX-License-Identifier: GPL-3.0-or-later
#
# yoake: one GNU Makefile. `make help` lists the targets.
#
# Sources are found by wildcard in the rooms (docs/architecture.md); everything but main.o goes
# into libyoake.a, which the program, the tests and the fuzzers link.

BUILD ?= release
B := build/$(BUILD)
CC ?= gcc
FUZZ_CC ?= clang-14
VERSION := 0.1.0
COMMIT := $(shell git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
PREFIX ?= /usr/local
YOAKE_SHARED ?= ../shared
export YOAKE_SHARED

ROOMS := src/base src/h5 src/model src/store src/simulate src/pipeline src/export src/report src/dock src/cli drivers drivers/pretend \
         algorithms firmware-formats
SOURCES := $(sort $(foreach room,$(ROOMS),$(wildcard $(room)/*.c)))
OBJECTS := $(SOURCES:%.c=$(B)/%.o)
LIB := $(B)/libyoake.a
PROGRAM := $(B)/yoake

PACKAGES := fftw3 sqlite3 gsl glib-2.0 libcrypto zlib jansson hdf5 libusb-1.0 libzip cairo pangocairo libsodium
PKG_CFLAGS = $(shell pkg-config --cflags $(PACKAGES) | sed 's/-I/-isystem /g')
PKG_LIBS = $(shell pkg-config --libs $(PACKAGES))
# "fftw3 3.3.10, hdf5 1.10.8": for `yoake --version`
LIBRARIES = $(shell for p in $(sort $(PACKAGES)); do \
  printf '%s%s %s' "$$comma" "$$p" "$$(pkg-config --modversion $$p)"; comma=', '; done)

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wformat=2 -Wstrict-prototypes \
  -Wmissing-prototypes -Wvla -Wcast-align -Wcast-qual -Wwrite-strings -Wundef -Wswitch-enum \
  -Wnull-dereference -Wimplicit-fallthrough
DEFINES := -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -DH5_USE_110_API
# -fno-math-errno lets sqrt be one instruction; it changes no result. -ffp-contract=off keeps every
# processor's results the same.
CFLAGS_COMMON := -std=c17 $(DEFINES) -ffp-contract=off -fno-math-errno $(WARNINGS) -pthread -I.
CFLAGS_release := -O3 -g1
CFLAGS_debug := -O0 -g
# Instrumented code misleads gcc's flow warnings; the release build is where they count.
INSTRUMENTED := -Wno-format-truncation -Wno-null-dereference -Wno-maybe-uninitialized \
  -Wno-stringop-overflow -Wno-array-bounds -Wno-restrict
CFLAGS_asan := $(INSTRUMENTED) -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
CFLAGS_tsan := $(INSTRUMENTED) -O1 -g -fsanitize=thread
CFLAGS_coverage := $(INSTRUMENTED) -O0 -g --coverage
CFLAGS_fuzz := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
WERROR ?= -Werror
ALL_CFLAGS = $(CFLAGS_COMMON) $(CFLAGS_$(BUILD)) $(WERROR) $(PKG_CFLAGS) $(CFLAGS)
ALL_LIBS = $(PKG_LIBS) -lm -pthread

# `make V=1` shows the commands.
Q := $(if $(V),,@)
SAY := $(if $(V),@:,@echo)

.PHONY: deps-examples man all test unit golden bench lint fuzz check deps demo format install uninstall clean help coverage \
        sample-data
.DEFAULT_GOAL := all
.SECONDARY:
.DELETE_ON_ERROR:

all: $(PROGRAM) ## build the program (BUILD=release|debug|asan|tsan|coverage)

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(SAY) '  CC    $@'
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

# Only the version object knows the commit, so that a commit rebuilds one file. The stamp is written
# anew only when what it says has changed.
COMMIT_STAMP := $(B)/commit
$(shell mkdir -p $(B); echo '$(VERSION) $(COMMIT)' | cmp -s - $(COMMIT_STAMP) || echo '$(VERSION) $(COMMIT)' > $(COMMIT_STAMP))
$(B)/src/base/version.o: $(COMMIT_STAMP)
$(B)/src/base/version.o: ALL_CFLAGS += -DYOAKE_VERSION='"$(VERSION)"' -DYOAKE_COMMIT='"$(COMMIT)"' \
  -DYOAKE_LIBRARIES='"$(LIBRARIES)"'

# In the loops over lanes comparisons become vectors only when nobody waits for floating-point
# exceptions. gcc unrolls loops of 16 before it looks for vectors: 15 keeps it from doing so. Results
# do not change. clang knows no such parameter.
IS_CLANG := $(findstring clang,$(shell $(CC) --version 2>/dev/null))
LANE_LOOPS := actiwatch_counts angle calibrate counts_256 counts_lanes enmo filter filtered_norms ggir_grid grid_stream lanes median \
  still_windows stillness zero_crossings
$(LANE_LOOPS:%=$(B)/algorithms/%.o): ALL_CFLAGS += -fno-trapping-math \
  $(if $(IS_CLANG),,--param=max-completely-peel-times=15)

$(LIB): $(OBJECTS)
	@rm -f $@
	$(SAY) '  AR    $@'
	$(Q)ar rcs $@ $^

$(PROGRAM): $(B)/src/main.o $(LIB)
	$(SAY) '  LINK  $@'
	$(Q)$(CC) $(ALL_CFLAGS) $^ $(ALL_LIBS) -o $@

# ---- tests ----
# One cmocka program per source file: tests/unit/<room>/test_<file>.c. A test that makes allocations
# fail includes tests/support/alloc.h.
UNIT_SOURCES := $(sort $(wildcard tests/unit/*/test_*.c))
UNIT_PROGRAMS := $(UNIT_SOURCES:%.c=$(B)/%)
SUPPORT_SOURCES := $(sort $(wildcard tests/support/*.c))
SUPPORT_OBJECTS := $(SUPPORT_SOURCES:%.c=$(B)/%.o)

$(B)/tests/%.o: ALL_CFLAGS += -I tests
$(B)/tests/unit/%: $(B)/tests/unit/%.o $(SUPPORT_OBJECTS) $(LIB)
	$(SAY) '  LINK  $@'
	$(Q)$(CC) $(ALL_CFLAGS) $^ -Wl,--wrap=mem_gate -lcmocka $(ALL_LIBS) -o $@

-include tests/targets.mk

clean: ## remove build/
	rm -rf build

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | sort | awk -F'\t' '{printf "%-14s %s\n", $$1, $$2}'

man: $(PROGRAM) ## rewrite docs/man and docs/completion from the program's tables
	@mkdir -p docs/man/ja
	@rm -f docs/man/yoake*.1 docs/man/ja/yoake*.1
	@sh tests/support/install-docs.sh $(PROGRAM) docs/man docs/man/ja docs/completion/yoake.bash

format: ## rewrite the sources in the house format
	clang-format-14 -i $$(git ls-files '*.c' '*.h')

deps: ## install what is missing from Debian 12 (root or sudo)
	@sh tests/support/deps.sh docs/packages.txt

deps-examples: ## install what docs/examples need besides (pandas, h5py, R)
	@sh tests/support/deps.sh docs/packages-examples.txt

-include $(shell find $(B) -name '*.d' 2>/dev/null)
