#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The same bytes out, whoever computes: gcc's and clang's program, one worker and two. Analyses a
# handful of invented recordings with both recipes and compares every table and HDF5 file.
#
#   usage: same-results.sh GCC_PROGRAM CLANG_PROGRAM FOLDER
set -eu
gcc=$1
clang=$2
dir=$3
rm -rf "$dir"
mkdir -p "$dir/in"
seed=1
for person in regular irregular late shift depressed napper; do
    device=ax3
    [ "$person" != napper ] || device=ax6
    "$gcc" simulate -o "$dir/in/$person.cwa" --device $device --days 3 --rate 25 --seed $seed \
        --person $person --zone Europe/London --nonwear 1 --restarts 1 --bad-sectors 3 --quiet
    seed=$((seed + 1))
done
"$gcc" simulate -o "$dir/in/fast.cwa" --days 2 --rate 100 --seed 9 --zone Europe/London --quiet

run() { # name, program, recipe, jobs
    "$2" batch "$dir/in" -o "$dir/$1" --recipe "$3" --jobs "$4" --zone Europe/London \
        --epochs csv --quiet
}
failed=0
passed=0
same() {
    if diff -r -q -x run.log "$dir/$1" "$dir/$2"; then
        echo "ok   $1 = $2"
        passed=$((passed + 1))
    else
        echo "DIFFERENT $1, $2"
        failed=$((failed + 1))
    fi
}
for recipe in default ggir-3.3; do
    run "$recipe-gcc-1" "$gcc" "$recipe" 1
    run "$recipe-gcc-2" "$gcc" "$recipe" 2
    run "$recipe-clang-2" "$clang" "$recipe" 2
    same "$recipe-gcc-1" "$recipe-gcc-2"
    same "$recipe-gcc-1" "$recipe-clang-2"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
