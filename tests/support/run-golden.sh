#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# run-golden.sh YOAKE LOGS CMD: runs CMD, a tests/golden/<case>/cmd, through the real program and
# compares what it prints with <case>/stdout, and its exit status with <case>/exit (0 when there is
# none). Leaves LOGS/golden_<case>.log, .code and .seconds as run-one.sh does.
#
# cmd is a shell script. It runs in an empty folder with $YOAKE (the program), $CASE (the folder of
# the case) and $SHARED (reference data). A line "needs: PATH" in cmd's comments names a file of the
# reference data without which the case is skipped. A case in which something optional is missing
# says "SKIPPED: what" on standard error; it counts as skipped, also when the rest is as expected.
# GOLDEN_UPDATE=1 writes the expectation anew.
export YOAKE SHARED CASE LC_ALL=C.UTF-8
YOAKE=$(readlink -f "$1")
SHARED=$(readlink -f "${YOAKE_SHARED:-../shared}")
cmd=$(readlink -f "$3")
CASE=$(dirname "$cmd")
name="golden_$(basename "$CASE")"
log="$2/$name.log"
said() { # RESULT
    printf '[  %s ] %s\n[  %s ] %s\n' "$1" "$name" "$1" "$name" >>"$log"
}
: >"$log"
need=$(sed -n 's/^# needs: //p' "$cmd" | head -n 1)
if [ -n "$need" ] && [ ! -r "$SHARED/$need" ]; then
    echo "SKIPPED: no $SHARED/$need (set YOAKE_SHARED to the folder of reference data)" >>"$log"
    said 'SKIPPED'
    echo 0 >"$2/$name.code"
    exit
fi
scratch=$(mktemp -d)
start=$(date +%s)
# shellcheck disable=SC2086 # a command in front, in several words or none
(cd "$scratch" && $TEST_PREFIX timeout -k 5 "${TEST_TIMEOUT:-300}" sh "$cmd") \
    >"$scratch.out" 2>"$scratch.err"
got=$?
echo "$(($(date +%s) - start)) $name" >"$2/$name.seconds"
if [ -n "$GOLDEN_UPDATE" ]; then
    cp "$scratch.out" "$CASE/stdout"
    rm -f "$CASE/exit"
    [ "$got" -eq 0 ] || echo "$got" >"$CASE/exit"
fi
code=0
want=$(cat "$CASE/exit" 2>/dev/null || echo 0)
if ! diff -u "$CASE/stdout" "$scratch.out" >>"$log" 2>&1; then
    code=1
fi
if [ "$got" != "$want" ]; then
    echo "exit status $got, expected $want" >>"$log"
    code=1
fi
if [ "$code" -ne 0 ]; then
    tail -n 20 "$scratch.err" >>"$log"
    said 'FAILED '
elif grep '^SKIPPED:' "$scratch.err" >>"$log"; then
    said 'SKIPPED'
else
    echo "[       OK ] $name" >>"$log"
fi
echo "$code" >"$2/$name.code"
rm -rf "$scratch" "$scratch.out" "$scratch.err"
