#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# run-fuzz.sh SECONDS FOUND PROGRAM...: each fuzzer on its corpus, two at a time. Prints one line a
# fuzzer and what crashed. Fails when one did, or when there is none.
seconds=$1
found=$2
shift 2
if [ $# -eq 0 ]; then
    echo "fuzz: no fuzzers in tests/fuzz" >&2
    exit 1
fi
mkdir -p "$found"
here=$(cd "$(dirname "$0")" && pwd)
export LSAN_OPTIONS="suppressions=$here/lsan.supp:print_suppressions=0"
# Freed memory is held back only a little: the limit below is for what a reader really uses.
export ASAN_OPTIONS="quarantine_size_mb=16"
one() {
    program=$1
    name=$(basename "$program")
    name=${name#fuzz_}
    work="$found/work-$name"
    corpus="tests/fuzz/corpus/$name"
    mkdir -p "$work"
    [ -d "$corpus" ] || corpus=""
    # shellcheck disable=SC2086 # an empty corpus is no argument
    "$program" -max_total_time="$seconds" -rss_limit_mb=256 -malloc_limit_mb=256 -timeout=10 \
        -max_len=65536 -print_final_stats=1 -artifact_prefix="$found/$name-" "$work" $corpus \
        >"$found/$name.log" 2>&1
    code=$?
    runs=$(sed -n 's/^stat::number_of_executed_units: //p' "$found/$name.log")
    echo "fuzz_$name: ${runs:-0} runs, exit $code"
    [ "$code" -eq 0 ] || tail -n 40 "$found/$name.log"
    return "$code"
}
if [ "$1" = --one ]; then
    one "$2"
    exit
fi
printf '%s\n' "$@" | xargs -P 2 -n 1 sh "$0" "$seconds" "$found" --one
