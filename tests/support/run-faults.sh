#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# run-faults.sh BUILD PROGRAM...: runs the fault campaigns whole and prints their tables. Fails when
# one of them found what must never happen.
build=$1
shift
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/support/sanitizers.sh
. "$here/sanitizers.sh"
export YOAKE_FAULTS=full
worst=0
for program in "$@"; do
    echo "== $(basename "$program")"
    log=$(mktemp)
    # shellcheck disable=SC2086 # a command in front, in several words or none
    $TEST_PREFIX "$program" >"$log" 2>&1
    code=$?
    grep -v '^\[' "$log"
    rm -f "$log"
    [ "$code" -eq 0 ] || { echo "FAILED ($code)"; worst=1; }
done
exit "$worst"
