#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# run-golden.sh YOAKE LOGS: runs tests/golden/<case>/cmd through the real program and compares what
# it prints with <case>/stdout, and its exit status with <case>/exit (0 when there is none).
#
# cmd is a shell script. It runs in an empty folder with $YOAKE (the program), $CASE (the folder of
# the case) and $SHARED (reference data). A line "needs: PATH" in cmd's comments names a file of the
# reference data without which the case is skipped. GOLDEN_UPDATE=1 writes the expectation anew.
yoake=$(readlink -f "$1")
logs=$2
root=$(cd "$(dirname "$0")/../golden" && pwd)
export YOAKE="$yoake" SHARED CASE LC_ALL=C.UTF-8
SHARED=$(readlink -f "${YOAKE_SHARED:-../shared}")
for cmd in "$root"/*/cmd; do
    [ -e "$cmd" ] || continue
    CASE=$(dirname "$cmd")
    name="golden_$(basename "$CASE")"
    log="$logs/$name.log"
    code=0
    : >"$log"
    need=$(sed -n 's/^# needs: //p' "$cmd" | head -n 1)
    if [ -n "$need" ] && [ ! -r "$SHARED/$need" ]; then
        echo "SKIPPED: no $SHARED/$need (set YOAKE_SHARED to the folder of reference data)" >>"$log"
        printf '[  SKIPPED ] %s\n[  SKIPPED ] %s\n' "$name" "$name" >>"$log"
        echo 0 >"$logs/$name.code"
        continue
    fi
    scratch=$(mktemp -d)
    # shellcheck disable=SC2086 # a command in front, in several words or none
    (cd "$scratch" && $TEST_PREFIX timeout -k 5 "${TEST_TIMEOUT:-300}" sh "$cmd") \
        >"$scratch.out" 2>"$scratch.err"
    got=$?
    if [ -n "$GOLDEN_UPDATE" ]; then
        cp "$scratch.out" "$CASE/stdout"
        echo "$got" >"$CASE/exit"
    fi
    want=$(cat "$CASE/exit" 2>/dev/null || echo 0)
    if ! diff -u "$CASE/stdout" "$scratch.out" >>"$log" 2>&1; then
        code=1
    fi
    if [ "$got" != "$want" ]; then
        echo "exit status $got, expected $want" >>"$log"
        code=1
    fi
    if [ "$code" -eq 0 ]; then
        echo "[       OK ] $name" >>"$log"
    else
        tail -n 20 "$scratch.err" >>"$log"
        printf '[  FAILED  ] %s\n[  FAILED  ] %s\n' "$name" "$name" >>"$log"
    fi
    echo "$code" >"$logs/$name.code"
    rm -rf "$scratch" "$scratch.out" "$scratch.err"
done
