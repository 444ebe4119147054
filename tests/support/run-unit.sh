#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# run-unit.sh BUILD YOAKE PROGRAM...: runs the unit test programs, then the golden tests through the
# real program, two at a time. Prints what failed and why, what was skipped, and as its last line
# "N passed, N failed, N skipped". Fails when a test failed, crashed or hung, or when none ran. How
# long each took is in BUILD/tests/logs/slowest.
build=$1
yoake=$2
shift 2
logs="$build/tests/logs"
rm -rf "$logs"
mkdir -p "$logs"

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/support/sanitizers.sh
. "$here/sanitizers.sh"

printf '%s\n' "$@" | xargs -P "${TEST_JOBS:-2}" -n 1 sh "$here/run-one.sh" "$logs"
# A case with a file "slow" is left out of sanitizer builds; the file says why.
goldens() {
    for cmd in "$here"/../golden/*/cmd; do
        case "$build" in
        *san) [ -e "${cmd%cmd}slow" ] && continue ;;
        esac
        printf '%s\n' "$cmd"
    done
}
goldens |
    xargs -P "${TEST_JOBS:-2}" -n 1 sh "$here/run-golden.sh" "$yoake" "$logs"
cat "$logs"/*.seconds | sort -rn >"$logs/slowest"

passed=0
failed=0
skipped=0
count() {
    grep -cE "$2" "$1"
}
for log in "$logs"/*.log; do
    [ -e "$log" ] || continue
    code=$(cat "${log%.log}.code" 2>/dev/null || echo "unknown")
    ok=$(count "$log" '^\[       OK \]')
    bad=$(count "$log" '^\[  FAILED  \] [a-z]')
    bad=$((bad / 2)) # each is said twice, when it happens and in the list at the end
    skips=$(count "$log" '^\[  SKIPPED \] [a-z]')
    skips=$((skips / 2))
    # A crash or a leak after the last test is a failure as well.
    if [ "$code" != 0 ] && [ "$bad" -eq 0 ]; then
        bad=1
    fi
    passed=$((passed + ok))
    failed=$((failed + bad))
    skipped=$((skipped + skips))
    if [ "$skips" -ne 0 ]; then
        grep '^SKIPPED:' "$log" | sort -u
    fi
    if [ "$code" != 0 ]; then
        echo "== $(basename "$log" .log) (exit $code)"
        grep -v '^\[ RUN\|^\[       OK' "$log"
    fi
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
