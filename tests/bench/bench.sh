#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Measures the program against sha256sum of the same file, in the same run, in turn, because the
# speed of a machine drifts. CPU time is user + system; the median of RUNS pairs is quoted.
#
#   usage: bench.sh PROGRAM FOLDER
#
# Makes its recordings with `yoake simulate` (7 and 28 days, AX3, 100 Hz, +-8 g; 258 MB and 1 GB).
set -eu
yoake=$1
dir=$2
runs=${RUNS:-5}
long=${BENCH_LONG:-1}
mkdir -p "$dir"
command -v /usr/bin/time >/dev/null || { echo "bench: the Debian package time is needed (make deps)"; exit 1; }

week=$dir/week.cwa
month=$dir/month.cwa
[ -s "$week" ] || "$yoake" simulate -o "$week" --device ax3 --days 7 --rate 100 --seed 7 --person regular --zone Asia/Tokyo --force --quiet
[ "$long" = 0 ] || [ -s "$month" ] || "$yoake" simulate -o "$month" --device ax3 --days 28 --rate 100 --seed 28 --person regular --zone Asia/Tokyo --force --quiet
gt3x=$dir/week.gt3x
[ -s "$gt3x" ] || "$TO_GT3X" "$week" "$gt3x"
cat "$week" "$gt3x" >/dev/null

# measure COMMAND...: prints "cpu_s wall_s peak_kib". Exit status 4: the copies of a week overlap, of course.
measure() {
    /usr/bin/time -o "$dir/time" -f '%U %S %e %M' "$@" >"$dir/out" 2>"$dir/err" || [ $? -eq 4 ] || { cat "$dir/err"; exit 1; }
    tail -n 1 "$dir/time" | awk '{printf "%.3f %.3f %d\n", $1 + $2, $3, $4}'
}
batch() { # jobs, files...
    jobs=$1
    shift
    rm -rf "$dir/tables"
    measure "$yoake" batch "$@" -o "$dir/tables" --jobs "$jobs" --zone Asia/Tokyo --quiet
}
import() {
    rm -rf "$dir/store"
    "$yoake" init --store "$dir/store" --zone Asia/Tokyo >/dev/null
    "$yoake" participant add P001 --store "$dir/store" >/dev/null
    measure "$yoake" import "$week" --participant P001 --store "$dir/store" --zone Asia/Tokyo --quiet
}
median() { sort -n | awk '{v[NR] = $1} END {print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'; }

: >"$dir/pairs"
i=0
measure sha256sum "$week" >/dev/null
batch 1 "$week" >/dev/null
while [ "$i" -lt "$runs" ]; do
    i=$((i + 1))
    sum=$(measure sha256sum "$week")
    one=$(batch 1 "$week")
    imp=$(import)
    acti=$(batch 1 "$gt3x")
    echo "${sum%% *} $one ${imp%% *} ${imp##* } ${acti%% *} ${acti##* }" >>"$dir/pairs"
done
sum_cpu=$(awk '{print $1}' "$dir/pairs" | median)
batch_cpu=$(awk '{print $2}' "$dir/pairs" | median)
batch_ratio=$(awk '{print $2 / $1}' "$dir/pairs" | median)
import_ratio=$(awk '{print $5 / $1}' "$dir/pairs" | median)
batch_kib=$(awk '{print $4}' "$dir/pairs" | median)
import_kib=$(awk '{print $6}' "$dir/pairs" | median)
gt3x_ratio=$(awk '{print $7 / $2}' "$dir/pairs" | median)
gt3x_kib=$(awk '{print $8}' "$dir/pairs" | median)

# Four recordings of four recorders (one byte of the id), so that none is taken for another.
for k in 2 3 4; do
    cp -f "$week" "$dir/week$k.cwa"
    printf '%s' "$k" | dd of="$dir/week$k.cwa" bs=1 seek=5 conv=notrunc status=none
done
: >"$dir/jobs"
for i in 1 2 3; do
    a=$(batch 1 "$week" "$dir/week2.cwa" "$dir/week3.cwa" "$dir/week4.cwa")
    b=$(batch 2 "$week" "$dir/week2.cwa" "$dir/week3.cwa" "$dir/week4.cwa")
    echo "$(echo "$a" | cut -d' ' -f2) $(echo "$b" | cut -d' ' -f2)" >>"$dir/jobs"
done
speedup=$(awk '{print $1 / $2}' "$dir/jobs" | median)
# The same samples as a GENEActiv file (text, 2.9 times as large).
gene=$dir/week.bin
gene_ratio=null gene_kib=
if [ -n "${TO_GENEACTIV:-}" ]; then
    [ -s "$gene" ] || "$TO_GENEACTIV" Asia/Tokyo "$week" "$gene"
    cat "$gene" >/dev/null
    : >"$dir/gene"
    for i in 1 2 3; do
        a=$(batch 1 "$week")
        b=$(batch 1 "$gene")
        echo "${a%% *} $b" >>"$dir/gene"
    done
    gene_ratio=$(awk '{print $2 / $1}' "$dir/gene" | median)
    gene_kib=$(awk '{print $4}' "$dir/gene" | median)
fi
month_kib=
if [ "$long" != 0 ]; then
    month_kib=$(batch 1 "$month" | cut -d' ' -f3)
fi
# Many small ones: a day of counts at 1-min epochs each, on a RAM disk where there is one.
ram=$dir
[ -w /dev/shm ] && ram=$(mktemp -d /dev/shm/yoake-bench.XXXXXX)
mkdir -p "$ram/small"
awk -v to="$ram/small" 'BEGIN {
    for (f = 1; f <= 1000; f++) {
        name = sprintf("%s/r%05d.csv", to, f); srand(f); bed = 1350 + int(rand() * 120); up = 1830 + int(rand() * 150)
        print "timestamp,date,activity" > name
        for (m = 720; m < 2160; m++) {
            d = m < 1440 ? "2024-05-13" : "2024-05-14"; c = m % 1440
            a = m >= bed && m < up ? (rand() < 0.04 ? int(rand() * 30) : 0) : int(rand() * rand() * 600)
            printf "%s %02d:%02d:00,%s,%d\n", d, int(c / 60), c % 60, d, a > name
        }
        close(name)
    }
}'
: >"$dir/smalls"
for i in 1 2 3; do
    rm -rf "$ram/tables"
    a=$(measure "$yoake" batch "$ram/small" -o "$ram/tables" --jobs 1 --zone Asia/Tokyo --quiet)
    echo "${a%% *}" >>"$dir/smalls"
done
small_cpu=$(median <"$dir/smalls")
# Where the disk decides: bytes a second from the disk, beside cat; fsyncs a second, beside dd's.
forget() { sync "$1" && dd if="$1" iflag=nocache count=0 status=none; } # out of the page cache
wall() { echo "$1" | cut -d' ' -f2; }
: >"$dir/disk"
for i in 1 2 3; do
    forget "$week"
    a=$(measure cat "$week")
    forget "$week"
    b=$(batch 1 "$week")
    echo "$(wall "$a") $(wall "$b")" >>"$dir/disk"
done
week_bytes=$(wc -c <"$week")
cat_mb=$(awk -v n="$week_bytes" '{print n / 1e6 / $1}' "$dir/disk" | median)
disk_mb=$(awk -v n="$week_bytes" '{print n / 1e6 / $2}' "$dir/disk" | median)
rm -rf "$dir/tables"
"$yoake" batch "$ram"/small/r000* -o "$dir/tables" --jobs 2 --zone Asia/Tokyo --quiet --json >"$dir/small.json"
json() { sed -n "s/.*\"$1\": *\([0-9.]*\).*/\1/p" "$dir/small.json" | head -n 1; }
sync_rate=$(awk -v n="$(json fsyncs)" -v s="$(json seconds)" 'BEGIN {print n / s}')
dd_rate=$(dd if=/dev/zero of="$dir/synced" bs=4k count=300 oflag=dsync 2>&1 | awk '/copied/ {for (i = 2; i <= NF; i++) if ($i ~ /^s,?$/) print 300 / $(i - 1)}')
rm -f "$dir/synced"
rm -rf "$ram/small" "$ram/tables"
[ "$ram" = "$dir" ] || rmdir "$ram"
rm -rf "$dir/tables" "$dir/store" "$dir/week2.cwa" "$dir/week3.cwa" "$dir/week4.cwa"

verdict() { awk -v x="$1" -v op="$2" -v y="$3" 'BEGIN {ok = op == "<=" ? x <= y : x >= y; print ok ? "ok" : "MISSED"}'; }
row() { printf '%-44s %10s   %-10s %s\n' "$1" "$2" "$3" "$4"; }
echo
row "7 days, 100 Hz, $(wc -c <"$week") bytes" measured budget ""
row "sha256sum, CPU s (the unit)" "$sum_cpu" "" ""
row "batch --jobs 1, CPU s" "$batch_cpu" "" ""
row "batch --jobs 1 / sha256sum" "$(printf %.2f "$batch_ratio")" "<= 2" "$(verdict "$batch_ratio" '<=' 2)"
row "import / sha256sum" "$(printf %.2f "$import_ratio")" "<= 3" "$(verdict "$import_ratio" '<=' 3)"
row "batch, peak resident MiB" "$((batch_kib / 1024))" "<= 64" "$(verdict "$batch_kib" '<=' 65536)"
row "import, peak resident MiB" "$((import_kib / 1024))" "<= 64" "$(verdict "$import_kib" '<=' 65536)"
row "the same samples as .gt3x / as .cwa" "$(printf %.2f "$gt3x_ratio")" "<= 2" "$(verdict "$gt3x_ratio" '<=' 2)"
row "batch of .gt3x, peak resident MiB" "$((gt3x_kib / 1024))" "<= 64" "$(verdict "$gt3x_kib" '<=' 65536)"
# A month may take what a week takes, 10 % more, and its own epochs: three weeks of 5-s epochs more, 18
# columns of 4 bytes and 2 bytes of state each.
month_most=$((batch_kib * 11 / 10 + 21 * 17280 * (18 * 4 + 2) / 1024))
[ -z "$month_kib" ] || row "batch, 28 days, peak resident MiB" "$((month_kib / 1024))" "<= $((month_most / 1024))" "$(verdict "$month_kib" '<=' "$month_most")"
row "two jobs against one, times faster" "$(printf %.2f "$speedup")" ">= 1.8" "$(verdict "$speedup" '>=' 1.8)"
row "1,000 days of 1-min counts, CPU s" "$small_cpu" "<= 5" "$(verdict "$small_cpu" '<=' 5)"
row "from the disk: batch, MB/s (cat: $(printf %.0f "$cat_mb"))" "$(printf %.0f "$disk_mb")" "" ""
row "small ones on the disk, fsyncs/s (dd: $(printf %.0f "$dd_rate"))" "$(printf %.0f "$sync_rate")" "" ""
if [ -n "$gene_kib" ]; then
    row "GENEActiv, same samples / .cwa, CPU" "$(printf %.2f "$gene_ratio")" "<= 3" "$(verdict "$gene_ratio" '<=' 3)"
    row "GENEActiv, peak resident MiB" "$((gene_kib / 1024))" "<= 64" "$(verdict "$gene_kib" '<=' 65536)"
fi
printf '{"sha256sum_cpu_s":%s,"batch_cpu_s":%s,"batch_ratio":%s,"import_ratio":%s,"batch_peak_kib":%s,"import_peak_kib":%s,"gt3x_ratio":%s,"gt3x_peak_kib":%s,"month_peak_kib":%s,"two_jobs_speedup":%s,"geneactiv_ratio":%s,"thousand_days_cpu_s":%s,"disk_mb_s":%s,"cat_mb_s":%s,"fsyncs_s":%s,"dd_dsync_s":%s}\n' \
    "$sum_cpu" "$batch_cpu" "$batch_ratio" "$import_ratio" "$batch_kib" "$import_kib" "$gt3x_ratio" "$gt3x_kib" "${month_kib:-null}" "$speedup" "$gene_ratio" "$small_cpu" \
    "$disk_mb" "$cat_mb" "$sync_rate" "$dd_rate" >"$dir/../bench.json"

# Where the time goes, when the kernel lets us look.
if command -v perf >/dev/null && perf record -q -o "$dir/perf.data" -- "$yoake" batch "$week" -o "$dir/tables" --jobs 1 --zone Asia/Tokyo --quiet >/dev/null 2>&1; then
    echo
    echo "Profile of batch --jobs 1 (share of CPU time):"
    perf report -q --stdio -i "$dir/perf.data" --sort symbol --percent-limit 1 2>/dev/null | grep -v '^$' | head -n 30
    rm -rf "$dir/tables"
fi
