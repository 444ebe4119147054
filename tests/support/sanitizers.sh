#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Read by the scripts that run tests: how instrumented programs are run. Wants $build (the build
# folder) and $here (this one); sets $TEST_PREFIX.
# shellcheck disable=SC2154 # set by whoever reads this

# Sanitizers: where their suppressions are; ThreadSanitizer of gcc 12 and clang 14 cannot cope with
# the address layout of newer kernels, so it runs without randomisation.
export LSAN_OPTIONS="suppressions=$here/lsan.supp:print_suppressions=0:$LSAN_OPTIONS"
export TSAN_OPTIONS="suppressions=$here/tsan.supp:halt_on_error=1:$TSAN_OPTIONS"
export UBSAN_OPTIONS="print_stacktrace=1:$UBSAN_OPTIONS"
# Libraries of the tests come first, in front of the run-time (faulty_preload.c).
export ASAN_OPTIONS="verify_asan_link_order=0:$ASAN_OPTIONS"
export TEST_PREFIX=""
case $build in
*tsan) if setarch -R true 2>/dev/null; then TEST_PREFIX="setarch -R"; fi ;;
esac
# Instrumented programs take several times as long: more patience, fewer kills and faults.
case $build in
*san | *coverage)
    export TEST_TIMEOUT="${TEST_TIMEOUT:-900}"
    export KILLS="${KILLS:-6}" FAULT_STEP="${FAULT_STEP:-200}" DISK_ROUNDS="${DISK_ROUNDS:-1}"
    ;;
esac
