#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# run-one.sh LOGS PROGRAM: runs one test program, leaves its output in LOGS/<name>.log, its exit
# status in LOGS/<name>.code and how long it took in LOGS/<name>.seconds. A program that hangs is
# ended after TEST_TIMEOUT seconds (300; 900 under sanitizers).
logs=$1
program=$2
name=$(printf '%s' "$program" | tr '/' '_')
start=$(date +%s)
# shellcheck disable=SC2086 # a command in front, in several words or none
timeout -k 5 "${TEST_TIMEOUT:-300}" $TEST_PREFIX "$program" >"$logs/$name.log" 2>&1
code=$?
echo "$(($(date +%s) - start)) $name" >"$logs/$name.seconds"
[ "$code" -ne 124 ] || echo "ended after ${TEST_TIMEOUT:-300} s" >>"$logs/$name.log"
echo "$code" >"$logs/$name.code"
