# SPDX-License-Identifier: GPL-3.0-or-later
#
# Targets for tests, lint, fuzzing and measuring.

unit: $(UNIT_PROGRAMS) $(PROGRAM)
	@sh tests/support/run-unit.sh $(UNIT_PROGRAMS)

test: unit ## run the tests (BUILD=asan|tsan too)

bench: $(PROGRAM) ## CPU time against sha256sum, memory, two workers (BENCH_LONG=0 leaves out 28 days)
	@sh tests/bench/bench.sh $(PROGRAM) build/bench
