#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs every unit test program named, prints what failed and one closing line.
passed=0
failed=0
skipped=0
for program in "$@"; do
    out=$("$program" 2>&1)
    code=$?
    passed=$((passed + $(printf '%s\n' "$out" | grep -c '^\[       OK \]')))
    skips=$(printf '%s\n' "$out" | grep -cE '^\[  SKIPPED \] (Test|[a-z])')
    skipped=$((skipped + skips))
    [ "$skips" -eq 0 ] || printf '%s\n' "$out" | grep '^SKIPPED:' | sort -u
    if [ "$code" -ne 0 ]; then
        failed=$((failed + 1))
        printf '== %s (exit %s)\n%s\n' "$program" "$code" "$out" | grep -v '^\[ RUN\|^\[       OK'
    fi
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
