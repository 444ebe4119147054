#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# demo.sh YOAKE DIR: an invented person's week, from the recorder in the dock to tables and the review.
# Everything is written below DIR; nothing real is needed and nothing is sent anywhere.
set -e
yoake=$1
out=$2
week="$out/week.cwa"
store="$out/store"
rm -rf "$out/tables" "$store" "$week" "$out/week.truth.json"
mkdir -p "$out"

say() {
    printf '\n== %s\n' "$*" >&2
}

# What happened before the recorder came back: somebody wore it, and the ledger says who.
"$yoake" simulate -o "$week" --device ax3 --days 7 --seed 1 --zone Asia/Tokyo --quiet >/dev/null
"$yoake" init --store "$store" --zone Asia/Tokyo --quiet
"$yoake" participant add P01 --store "$store" --quiet
"$yoake" loans add 90001 --participant P01 --from 2026-05-11 --to 2026-05-18 --store "$store" --quiet

say "1. a recorder is plugged in after a week (a pretended one): yoake devices"
"$yoake" devices --practice "$week" --store "$store"

say "2. read, verified, linked to its wearer, analysed: yoake dock"
"$yoake" dock --once --practice "$week" --speed fast --store "$store"

say "3. what is in the recording: yoake info"
"$yoake" info "$week" --zone Asia/Tokyo

say "4. tables for research: yoake batch"
# Status 4 says that something wants a look (a short recording, say); the tables are there.
"$yoake" batch "$week" -o "$out/tables" --zone Asia/Tokyo || [ $? -eq 4 ]
find "$out/tables" -type f | sort | xargs ls -l

say "5. nights"
cut -d, -f 1,3,6-11 "$out/tables/night.csv"

say "6. the life-rhythm review: yoake review"
"$yoake" review P01 --store "$store"

say "done: see $out"
