#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# kill-batch.sh N: runs `yoake batch` unbroken, then again and again with SIGKILL at N moments
# spread over its length, four kills into each folder before it is allowed to finish. Everything but
# run.log must come out the same, byte for byte, and nothing half-written may stay. Works in the
# current folder with $YOAKE.
kills=${1:-30}
yoake=${YOAKE:?}
mkdir in
for seed in 1 2 3 4; do
    "$yoake" simulate -o "in/week$seed.cwa" --days 0.5 --rate 12.5 --seed "$seed" >/dev/null 2>&1 || exit 1
done
head -c 2000 "$yoake" >in/junk.cwa
# Takes the place of its shell, so that what is killed is the program.
batch() {
    exec "$yoake" batch in -o "$1" --zone Asia/Tokyo --jobs 2 --epochs csv --quiet 2>/dev/null
}
now_ms() {
    echo $(($(date +%s%N) / 1000000))
}
before=$(now_ms)
(batch unbroken)
[ $? -eq 3 ] || { echo "the unbroken run failed"; exit 1; }
length=$(($(now_ms) - before + 20))

random=12345
kill_once() {
    batch "$1" &
    pid=$!
    random=$(((random * 1103515245 + 12345) % 2147483648))
    ms=$((random / 7 % (length * 2 / 3)))
    sleep "$(printf '%d.%03d' "$((ms / 1000))" "$((ms % 1000))")"
    kill -9 "$pid" 2>/dev/null && killed=$((killed + 1))
    wait "$pid" 2>/dev/null
}
killed=0
tries=0
bad=0
while [ "$tries" -lt "$kills" ]; do
    rm -rf broken
    for _ in 1 2 3 4; do
        kill_once broken
        tries=$((tries + 1))
    done
    (batch broken)
    [ $? -eq 3 ] || { echo "after kill $tries the run failed"; bad=1; }
    rm -f broken/run.log
    if ! diff -r -x run.log unbroken broken; then
        echo "after kill $tries the result differs"
        bad=1
    fi
done
[ "$bad" -eq 0 ] || exit 1
[ "$killed" -gt 0 ] || { echo "no run was hit"; exit 1; }
echo "same result after SIGKILL"
echo "$killed of $tries runs hit" >&2
